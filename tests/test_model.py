"""The models: what is found wrong before anything runs, what is checked after, and given–expect cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from flows.edge.figures import list_figures
from flows.edge.parquet import feeding, table_of
from flows.edge.reference import load_reference, read_reference
from flows.edge.warehouse import JUDGEMENT, connect, create_judgement, load_raw
from flows.model import (
    SOURCES,
    Model,
    ModelError,
    build_model,
    models_without,
    plan_models,
    read_model,
    trace_columns,
)
from flows.settings import SQL

CASES = Path(__file__).parent / "sql"


@cache
def planned() -> dict[str, Model]:
    return {model.name: model for model in plan_models()}


def write(folder: Path, name: str, select: str, header: str | None = None) -> Path:
    schema, _, table = name.partition(".")
    path = folder / schema / f"{table}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        (header or "-- what: a | 甲\n-- grain: x\n-- column x: an x | 某\n") + select, encoding="utf-8"
    )
    return path


def message(folder: Path, sources: tuple[str, ...] = ("raw.fact",)) -> str:
    with pytest.raises(ModelError) as caught:
        plan_models(folder, sources)
    return str(caught.value)


# --- the plan -----------------------------------------------------------------------------------


def test_the_order_follows_from_the_sql(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.last",
        "WITH c AS (SELECT x FROM b.middle) SELECT c.x FROM c JOIN a.first AS f ON f.x = c.x",
    )
    write(tmp_path, "b.middle", "SELECT x FROM (SELECT x FROM a.first UNION ALL SELECT value FROM raw.fact)")
    write(tmp_path, "a.first", "SELECT value AS x FROM raw.fact")
    models = plan_models(tmp_path, ("raw.fact",))
    assert [model.name for model in models] == ["a.first", "b.middle", "a.last"]
    assert [model.inputs for model in models] == [
        ("raw.fact",),
        ("a.first", "raw.fact"),
        ("a.first", "b.middle"),
    ]
    assert [model.name for model in models_without(models, "raw.fact")] == []
    assert [model.name for model in models_without(models, "b.middle")] == ["a.first", "b.middle"]


def test_a_circle_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.one", "SELECT x FROM a.two")
    write(tmp_path, "a.two", "SELECT x FROM a.three")
    write(tmp_path, "a.three", "SELECT x FROM a.one")
    text = message(tmp_path)
    assert "circle" in text and all(name in text for name in ("a.one", "a.two", "a.three"))


def test_a_table_that_nobody_makes_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.one", "SELECT x FROM core.nothing")
    assert message(tmp_path) == f"{path}: reads core.nothing, which neither a source nor a model makes"


@pytest.mark.parametrize(
    ("select", "header", "expected"),
    [
        ("SELECT 1 AS x", "-- what: a | 甲\n-- column x: an x | 某\n", "the header lacks `-- grain:`"),
        ("SELECT 1 AS x", "-- grain: x\n-- column x: an x | 某\n", "the header lacks `-- what:`"),
        ("SELECT 1 AS x, 2 AS y", None, "column y has no `-- column y:` in the header"),
        (
            "SELECT 1 AS y",
            "-- what: a | 甲\n-- grain: x\n-- column y: y | 某\n",
            "grain column x is not a column",
        ),
        (
            "SELECT 1 AS x",
            "-- what: a\n-- grain: x\n-- column x: x | 某\n",
            "what must be described as English | Chinese",
        ),
        (
            "SELECT 1 AS x",
            "-- what: a | 甲\n-- grain: x\n-- column x: x |\n",
            "column x must be described as",
        ),
        (
            "SELECT 1 AS x",
            "-- what: a | 甲\n-- grain: x\n-- column x: x | 某\n-- column z: z | 某\n",
            "the header describes z, which is not a column",
        ),
        (
            "SELECT 1 AS x",
            "-- what: a | 甲\n-- grain: x\n-- column x: x | 某\n-- column x: x | 某\n",
            "4: column x stands twice in the header",
        ),
        ("SELECT 1 AS x", "-- what: a | 甲\n-- grian: x\n", "2: not understood in the header: -- grian: x"),
        (
            "SELECT 1 AS x",
            "-- what: a | 甲\n-- grain: x\n-- kind: index\n-- column x: x | 某\n",
            "kind is index",
        ),
        ("SELECT * FROM raw.fact", None, "no * is allowed"),
        ("SELECT 1 AS x; SELECT 2 AS x", None, "a model is one SELECT"),
        ("DELETE FROM raw.fact", None, "a model is one SELECT"),
        ("SELECT x FRM raw.fact WHERE", None, "a.one"),
        ("SELECT x FROM fact", None, "table fact must be written with its schema"),
    ],
)
def test_a_file_that_is_not_a_model_is_a_clear_error(
    tmp_path: Path, select: str, header: str | None, expected: str
) -> None:
    path = write(tmp_path, "a.one", select, header)
    text = message(tmp_path)
    assert expected.replace("a.one", str(path)) in text
    assert text.startswith(str(path))


def test_no_table_is_made_twice(tmp_path: Path) -> None:
    write(tmp_path, "a.one", "SELECT 1 AS x")
    path = write(tmp_path, "raw.fact", "SELECT 1 AS x")
    assert message(tmp_path) == f"{path}: raw.fact is a source; no model may make it"
    path.unlink()
    deeper = tmp_path / "a" / "deeper" / "one.sql"
    deeper.parent.mkdir()
    deeper.write_text("SELECT 1 AS x")
    assert "a model stands in sql/<schema>/<table>.sql" in message(tmp_path)


def test_a_view_cannot_read_what_is_gone_after_the_build(tmp_path: Path) -> None:
    header = "-- what: a | 甲\n-- grain: x\n-- kind: view\n-- column x: an x | 某\n"
    path = write(tmp_path, "a.one", "SELECT value AS x FROM raw.fact", header)
    assert message(tmp_path) == f"{path}: a view cannot read raw.fact: it is there during the build only"


def test_a_header_line_may_go_on(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.one",
        "SELECT 1 AS x",
        "-- what: one |\n--   甲\n-- grain: x\n-- column x: long\n--   words | 某\n",
    )
    model = read_model(path, tmp_path)
    assert (model.what, model.columns) == ("one | 甲", {"x": "long words | 某"})


# --- the build ----------------------------------------------------------------------------------


def test_a_model_that_breaks_its_grain_is_an_error(tmp_path: Path) -> None:
    with connect() as connection:
        doubled = read_model(write(tmp_path, "a.one", "SELECT unnest([1, 2, 2]) AS x"), tmp_path)
        with pytest.raises(ModelError, match="2 rows have the same grain: x 2"):
            build_model(connection, doubled)
        null = read_model(write(tmp_path, "a.two", "SELECT unnest([1, NULL]) AS x"), tmp_path)
        with pytest.raises(ModelError, match="x is of the grain but null in 1 of 2 rows"):
            build_model(connection, null)
        wrong = read_model(write(tmp_path, "a.three", "SELECT nothing_here AS x FROM a.one"), tmp_path)
        with pytest.raises(ModelError, match=r"three\.sql: .*nothing_here"):
            build_model(connection, wrong)
        good = build_model(
            connection, read_model(write(tmp_path, "a.four", "SELECT unnest([1, 2]) AS x"), tmp_path)
        )
        assert (good.name, good.row_count) == ("a.four", 2)


def test_every_row_of_a_large_table_is_checked_for_its_grain(tmp_path: Path) -> None:
    header = "-- what: a | 甲\n-- grain: x, y\n-- column x: an x | 某\n-- column y: a y | 某\n"
    select = "SELECT i // 1000 AS x, i % 1000 AS y FROM range(300_000) AS r(i)"
    with connect() as connection:
        whole = read_model(write(tmp_path, "a.one", select, header), tmp_path)
        assert build_model(connection, whole).row_count == 300_000
        # one row among all
        twice = read_model(write(tmp_path, "a.two", f"{select} UNION ALL SELECT 123, 456", header), tmp_path)
        with pytest.raises(ModelError, match="2 rows have the same grain: x 123, y 456"):
            build_model(connection, twice)


# --- the project's own models -------------------------------------------------------------------


def test_what_must_be_there_before_validation_does_not_need_it() -> None:
    first = [model.name for model in models_without(list(planned().values()), JUDGEMENT)]
    assert "quality.scorecard" in first
    assert "quality.quarantine" not in first and "core.report" not in first


def test_every_column_of_every_model_has_known_inputs() -> None:
    traced = trace_columns(list(planned().values()))
    assert traced["core.fact"]["raw"] == ("raw.fact.raw",)
    assert traced["core.report"]["sha256"] == ("core.document.sha256",)
    assert "core.cover.numerator" in traced["core.division_value"]["value"]
    assert set(traced) == set(planned())


def test_a_column_that_no_input_has_is_found_without_data(tmp_path: Path) -> None:
    path = write(tmp_path, "a.one", "SELECT valeu AS x FROM raw.fact")
    with pytest.raises(ModelError, match="valeu"):
        trace_columns([read_model(path, tmp_path)])


def test_the_wide_marts_have_a_column_for_every_measure_in_their_order() -> None:
    measures = [row["measure"] for row in read_reference("measure")]
    for name in ("mart.province_year", "mart.national_year"):
        columns = list(planned()[name].columns)
        assert columns[-len(measures) :] == measures


def test_the_sums_of_a_place_are_made_era_by_era() -> None:
    """`core.role_sum` has a part for each template era, with the functions of that era."""
    eras = [row["era"] for row in read_reference("era")]
    query = planned()["core.role_sum"].query
    assert re.findall(r"WHERE l\.form_era = '(\w+)'", query) == eras
    for name in ("numerator_sums", "denominator_sums", "measure_counts"):
        assert re.findall(rf"{name}_(\w+)\(l\.figures\)", query) == eras


def test_every_reason_that_the_sql_gives_is_known() -> None:
    query = planned()["mart.contribution"].query + planned()["core.report_version"].query
    for row in read_reference("reason"):
        assert f"'{row['reason']}'" in query


# --- given and expected -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table of the warehouse, without rows."""
    with connect() as connection:
        load_reference(connection)
        load_raw(connection, Path("/nonexistent"))
        create_judgement(connection)
        for model in planned().values():
            build_model(connection, model)
        for model in planned().values():
            if model.kind == "view":  # given rows need a table
                connection.execute(f"CREATE TABLE passing AS SELECT * FROM {model.name}")
                connection.execute(f"DROP VIEW {model.name}")
                connection.execute(f"CREATE TABLE {model.name} AS SELECT * FROM passing")
                connection.execute("DROP TABLE passing")
        yield connection


def cases() -> list[Any]:
    return [
        pytest.param(path.parent.name, path, id=f"{path.parent.name}/{path.stem}")
        for path in sorted(CASES.rglob("*.yaml"))
    ]


@pytest.mark.parametrize(("name", "path"), cases())
def test_given_rows_give_the_expected_rows(empty: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """A case gives rows of a model's inputs (columns left out are null; reference tables keep their rows unless
    given) and the rows it must then have: all of them, in the columns named. Inputs named under `through` are
    built, from the rows given for their own inputs."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    empty.execute("BEGIN")
    try:
        query, read = over_given(empty, name, case["given"], case.get("through", []))
        assert {*case["given"], *case.get("through", [])} <= read, "the model does not read all that is given"
        columns = list(case["expect"][0]) if case["expect"] else list(planned()[name].grain)
        found = empty.execute(f"SELECT {', '.join(columns)} FROM ({query}) ORDER BY ALL").fetchall()
    finally:
        empty.execute("ROLLBACK")
    wanted = [tuple(row[column] for column in columns) for row in case["expect"]]
    assert sorted(map(comparable, found)) == sorted(map(comparable, wanted))


def over_given(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    given: dict[str, list[dict[str, Any]]],
    through: list[str],
) -> tuple[str, set[str]]:
    """The model's query over the given rows, and every table that it reads."""
    query, read = planned()[name].query, set(planned()[name].inputs)
    for table in planned()[name].inputs:
        stand_in = f"given_{table.replace('.', '_')}"
        if table in through:
            inner, further = over_given(connection, table, given, through)
            read |= further
            connection.execute(f"CREATE OR REPLACE TABLE {stand_in} AS {inner}")
        elif table.startswith("ref.") and table not in given and table not in planned():
            continue
        elif table == "raw.figure_list":
            facts = table_of("fact", given.get("raw.fact", []))
            read.add("raw.fact")
            versions = [row for row in given.get("core.report_version", ()) if "form_era" in row]
            eras = {chr(ord("a") + row["document_number"] - 1): row["form_era"] for row in versions}
            fill(connection, table, list_figures(facts, eras, feeding().cells).to_pylist())
        else:
            fill(connection, table, given.get(table, []))
        query = re.sub(rf"\b{re.escape(table)}\b(?!\()", stand_in, query)
    return query, read


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    given = f"given_{table.replace('.', '_')}"
    connection.execute(f"CREATE OR REPLACE TABLE {given} AS SELECT * FROM {table} LIMIT 0")
    columns = {column for column, *_ in connection.execute(f"DESCRIBE {given}").fetchall()}
    for row in rows:
        if row.get("sha256") and {"sha256", "document_number"} <= columns:
            number = int.from_bytes(row["sha256"].encode()) - ord("a") + 1  # original a is number 1
            row = {"document_number": number, **row}
        places = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {given} ({', '.join(row)}) VALUES ({places})", list(row.values()))


def comparable(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in row)


def test_every_source_is_declared() -> None:
    for model in planned().values():
        assert all(table in SOURCES or table in planned() for table in model.inputs)
    assert {"core.report", "raw.fact"} <= set(read_model(SQL / "core" / "fact.sql").inputs)
