"""Reference data, the raw layer as views, the build under its lock and the swap that readers do not notice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.edge.parquet import SCHEMAS, table_of, write_batch
from flows.edge.reference import (
    ALL_TABLES,
    TABLES,
    ReferenceDataError,
    load_reference,
    parse_formula,
    read_reference,
)
from flows.edge.warehouse import (
    BuildRunningError,
    WarehouseMissingError,
    at_once,
    building,
    connect,
    describe,
    load_raw,
    open_warehouse,
    row_counts,
)
from flows.settings import PARSER_VERSION, REFERENCE, Home
from tests.bench import bench_rebuilds
from tests.division_tree import Country, build_warehouse, planned, reference_folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def publish(home: Home, number: int) -> None:
    with building(home) as build:
        build.connection.execute(f"CREATE TABLE t AS SELECT {number} AS x FROM range(100)")
        build.publish()


def published(home: Home) -> int:
    with open_warehouse(home) as connection:
        ((number,),) = connection.execute("SELECT DISTINCT x FROM t").fetchall()
        return int(number)


# --- reference data -----------------------------------------------------------------------------


def test_the_reference_data_loads_with_a_comment_on_everything() -> None:
    with connect() as connection:
        counts = load_reference(connection)
        assert set(counts) == {f"ref.{table.name}" for table in ALL_TABLES}
        assert counts == row_counts(connection)
        needed = {f"ref.{table.name}" for table in TABLES if not table.is_optional}
        assert [name for name in needed if not counts[name]] == []
        without = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'ref' AND comment IS NULL"
        ).fetchall()
        assert without == []


def test_every_indicator_with_a_measure_feeds_it_and_no_unit_is_mixed() -> None:
    with connect() as connection:
        load_reference(connection)
        unfed = connection.execute(
            "SELECT indicator, era FROM ref.indicator AS i WHERE measure IS NOT NULL AND NOT EXISTS ("
            "SELECT 1 FROM ref.measure_indicator AS b WHERE (b.era, b.indicator, b.measure) = (i.era, i.indicator, i.measure))"
        ).fetchall()
        assert unfed == []
        mixed = connection.execute(
            "SELECT b.measure FROM ref.measure_indicator AS b JOIN ref.indicator AS i USING (indicator) "
            "JOIN ref.measure AS m ON m.measure = b.measure WHERE i.unit <> m.unit"
        ).fetchall()
        assert mixed == []
        # measures without a formula are fed by some form, those with one by none
        fed = connection.execute(
            "SELECT measure FROM ref.measure WHERE (formula IS NULL) <> (measure IN (SELECT measure FROM ref.measure_indicator))"
        ).fetchall()
        assert fed == []


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("division", "110100,子市,2", "1101,子市,2", "division.csv:3: code is '1101'; it must have six digits"),
        ("division", "110100,子市,2", "110100,子市,4", "division.csv:3: level is 4; it must be 1, 2 or 3"),
        ("division", "110100,子市,2,110000,", "110100,子市,2,,", "division.csv:3: a province has no parent_code"),
        ("division", "110100,子市,2,110000,2008,", "110100,子市,2,110000,2008,2007", "division.csv:3: to_year is before"),
        ("division", "110100,子市,2", "110100,子市,two", "division.csv:3: level is 'two'; it must be a whole number"),
        ("division", "110100,子市,2", "110100,,2", "division.csv:3: name is empty"),
        ("division", "110100,子市,2", "110100,子市 ,2", "division.csv:3: name has white space around it"),
        ("division", "110100,子市,2,", "110100,子市,2,x,", "division.csv:3: 7 cells; the header has 6"),
        ("division", "110101,子东区,3", "110100,子东区,3", "division.csv:4: division_code from_year ('110100', 2008) stands in line 3"),
        ("division", "code,name", "code,label", "division.csv:1: the columns are code,label,"),
        ("era", "2019,2019,2020", "2018,2019,2020", "era.csv:4: era is '2018'; it must be one of 2008, 2014, 2019, 2021"),
        ("agency_pattern", "国家税务|国税", "(国家税务", "agency_pattern.csv:2: pattern is no regular expression"),
        ("measure", "granted / requests_resolved", "grated / requests_resolved", "there is no measure 'grated'"),
        ("measure", "reviews + suits\n", "reviews suits\n", "'suits' is not understood"),
        ("measure", "granted / requests_resolved", "granted - requests_resolved", "is a rate and needs a formula with one"),
        ("measure", "reviews + suits\n", "workload + suits\n", "workload has a formula itself"),
        ("measure_indicator", "requests.received,total,requests_received", "requests.received,total,workload", "workload has a formula"),
        ("measure_indicator", "2021,active.fees.amount,total,fees_amount", "2021,active.fees.amount,total,granted", "is in 万元, granted in 件"),
        ("measure_indicator", "2021,requests.received,total,", "2021,requests.recieved,total,", "there is no indicator 'requests.recieved'"),
        ("measure_indicator", "2021,requests.received,business,", "2021,requests.received,firm,", "there is no applicant 'firm'"),
        ("measure_indicator", "2021,requests.refused.state_secret,total,refused,same", "2021,requests.refused.state_secret,total,refused,close", "refused of 2021 is same here and close in line"),
        ("measure_indicator", "2021,requests.granted,total,granted,same,\n", "", "requests.granted of 2021 feeds granted, but measure_indicator.csv has no row"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, expected: str
) -> None:
    folder = reference_folder(tmp_path / "reference")
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.chmod(0o644)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with connect() as connection, pytest.raises(ReferenceDataError) as caught:
        load_reference(connection, folder)
    assert expected in str(caught.value)
    assert str(folder) in str(caught.value)


def test_a_missing_reference_file_is_an_error_unless_it_is_optional(tmp_path: Path) -> None:
    folder = reference_folder(tmp_path / "reference")
    (folder / "division_alias.csv").unlink()
    assert read_reference("division_alias", folder) == ()
    (folder / "era.csv").unlink()
    with pytest.raises(ReferenceDataError, match=r"era\.csv: the file is missing"):
        read_reference("era", folder)


def test_reference_rows_are_read_again_when_the_file_changes(tmp_path: Path) -> None:
    folder = reference_folder(tmp_path / "reference")
    before = read_reference("division", folder)
    path = folder / "division.csv"
    path.write_text(path.read_text(encoding="utf-8") + "130000,丙省,1,,2008,\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert len(read_reference("division", folder)) == len(before) + 1


@pytest.mark.parametrize(
    ("formula", "terms"),
    [
        ("a + b", [("numerator", "a", 1), ("numerator", "b", 1)]),
        ("a - b", [("numerator", "a", 1), ("numerator", "b", -1)]),
        ("a / b", [("numerator", "a", 1), ("denominator", "b", 1)]),
        ("(a + b) / (a - c)", [("numerator", "a", 1), ("numerator", "b", 1), ("denominator", "a", 1), ("denominator", "c", -1)]),
    ],
)  # fmt: skip
def test_formulas_are_taken_apart(formula: str, terms: list[tuple[str, str, int]]) -> None:
    assert parse_formula(formula) == terms


@pytest.mark.parametrize("formula", ["", "a /", "/ a", "a / b / c", "a * b", "a b", "2 * a", "() / a"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match=r"formula|understood|divides|lacks"):
        parse_formula(formula)


# --- the raw layer ------------------------------------------------------------------------------


def batch(raw: Path, version: int, *sha256s: str, title: str = "t", value: float = 1) -> str:
    columns: dict[str, list[dict[str, Any]]] = {
        "document": [{"sha256": sha256, "parser_version": version, "title": title} for sha256 in sha256s],
        "fact": [{"sha256": sha256, "parser_version": version, "value": value} for sha256 in sha256s],
        "finding": [{"sha256": sha256, "parser_version": version, "rule": title} for sha256 in sha256s],
    }
    return write_batch(raw, version, {name: table_of(name, rows) for name, rows in columns.items()})


def read(raw: Path, query: str, version: int = PARSER_VERSION) -> list[tuple[Any, ...]]:
    with connect() as connection:
        load_raw(connection, raw, version)
        return connection.execute(query).fetchall()


def test_without_files_the_raw_tables_are_empty(tmp_path: Path) -> None:
    for name, schema in SCHEMAS.items():
        with connect() as connection:
            load_raw(connection, tmp_path)
            result = connection.execute(f"SELECT * FROM raw.{name}")
            assert [column[0] for column in result.description or ()] == [*schema.names, "document_number"]
            assert result.fetchall() == []


def test_a_batch_without_its_document_file_is_not_read(tmp_path: Path) -> None:
    name = batch(tmp_path, 1, "a")
    batch(tmp_path, 1, "b")
    (tmp_path / "document" / "v1" / f"{name}.parquet").unlink()
    assert read(tmp_path, "SELECT sha256 FROM raw.fact") == [("b",)]
    assert read(tmp_path, "SELECT sha256 FROM raw.finding") == [("b",)]


def test_of_each_document_the_newest_reading_counts_once(tmp_path: Path) -> None:
    batch(tmp_path, 1, "a", "b", title="old", value=1)
    batch(tmp_path, 2, "b", "c", title="new", value=2)
    batch(tmp_path, 2, "c", title="again", value=2)
    batch(tmp_path, 3, "a", title="from a later version", value=3)
    documents = read(tmp_path, "SELECT sha256, parser_version FROM raw.document ORDER BY 1", 2)
    assert documents == [("a", 1), ("b", 2), ("c", 2)]
    assert read(tmp_path, "SELECT sha256, value FROM raw.fact ORDER BY 1", 2) == [
        ("a", 1),
        ("b", 2),
        ("c", 2),
    ]
    assert read(tmp_path, "SELECT sha256, count(*) FROM raw.finding GROUP BY 1 ORDER BY 1", 2) == [
        ("a", 1), ("b", 1), ("c", 1)
    ]  # fmt: skip
    assert read(tmp_path, "SELECT sha256, value FROM raw.fact ORDER BY 1", 3)[0] == ("a", 3)


def test_columns_that_older_files_lack_are_null(tmp_path: Path) -> None:
    name = batch(tmp_path, 1, "a")
    path = tmp_path / "document" / "v1" / f"{name}.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["title"]), path)
    batch(tmp_path, 1, "b", title="kept")
    assert read(tmp_path, "SELECT sha256, title FROM raw.document ORDER BY 1") == [("a", None), ("b", "kept")]


def test_a_folder_with_a_quote_in_its_name_is_read(tmp_path: Path) -> None:
    batch(tmp_path / "it's", 1, "a")
    assert read(tmp_path / "it's", "SELECT sha256 FROM raw.fact") == [("a",)]


# --- build and swap -----------------------------------------------------------------------------


def test_there_is_no_warehouse_before_the_first_is_published(home: Home) -> None:
    with pytest.raises(WarehouseMissingError, match="gongkai run"):
        open_warehouse(home)
    publish(home, 1)
    assert published(home) == 1
    assert sorted(path.name for path in home.path.iterdir()) == ["gongkai.duckdb", "gongkai.duckdb.lock"]


def test_a_build_that_fails_leaves_the_published_file(home: Home) -> None:
    publish(home, 1)
    with pytest.raises(RuntimeError), building(home) as build:
        build.connection.execute("CREATE TABLE t AS SELECT 2 AS x")
        raise RuntimeError
    assert published(home) == 1
    publish(home, 3)
    assert published(home) == 3


def test_a_build_that_is_killed_leaves_the_published_file_and_no_lock(home: Home) -> None:
    publish(home, 1)
    code = (
        "import sys, time; from pathlib import Path; from flows.edge.warehouse import building; from flows.settings import Home\n"
        "with building(Home(Path(sys.argv[1]))) as build:\n"
        "    build.connection.execute('CREATE TABLE t AS SELECT 2 AS x FROM range(100000)')\n"
        "    build.connection.execute('CHECKPOINT')\n"
        "    print('built', flush=True)\n"
        "    time.sleep(60)\n"
    )
    builder = subprocess.Popen(
        [sys.executable, "-c", code, str(home.path)], stdout=subprocess.PIPE, text=True
    )
    assert builder.stdout is not None
    assert builder.stdout.readline() == "built\n"
    with pytest.raises(BuildRunningError, match=rf"process {builder.pid}"), building(home):
        pass
    builder.send_signal(signal.SIGKILL)
    builder.wait()
    builder.stdout.close()
    assert published(home) == 1
    publish(home, 2)
    assert published(home) == 2


def test_readers_are_not_disturbed_by_rebuilds(tmp_path: Path) -> None:
    """Each read sees one version whole, and never an older one than the read before: the long run of
    `make rebuilds`, cut short."""
    outcome = bench_rebuilds.run(tmp_path, rebuilds=6, readers=4)
    assert outcome.problems == []
    assert len(outcome.rebuild_seconds) >= 6
    # each of the readers went on while the file was swapped
    assert all(reading.seconds and reading.versions >= 2 for reading in outcome.readings)


def test_a_reader_keeps_the_file_it_opened(home: Home) -> None:
    publish(home, 1)
    code = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); c.execute('SELECT 1'); print('open', flush=True)\n"
        "sys.stdin.readline(); print(c.execute('SELECT DISTINCT x FROM t').fetchone()[0])"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(home.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    publish(home, 2)
    rest, _ = reader.communicate("\n")
    assert rest == "1\n"
    assert published(home) == 2


def test_the_published_warehouse_cannot_be_written_and_stands_alone(home: Home, tmp_path: Path) -> None:
    country = Country(tmp_path / "country")
    country.report("甲省", "110000", 2020, {"requests.received": 5})
    with building(home) as build:
        build_warehouse(build.connection, country)
        describe(build.connection, [model.description for model in planned()])
        build.publish()
    for path in (country.folder / "raw").rglob("*.parquet"):
        path.unlink()
    with open_warehouse(home) as connection:
        assert connection.execute("SELECT requests_received FROM mart.province_year").fetchall() == [(5,)]
        assert (
            connection.execute("SELECT count(*) FROM mart.contribution WHERE is_used").fetchall()[0][0] >= 1
        )
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("DELETE FROM core.fact")
        schemas = {name.partition(".")[0] for name in row_counts(connection)}
        assert schemas == {"core", "mart", "quality", "ref"}
        bare = connection.execute(
            """
            SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
            UNION ALL SELECT table_name, NULL FROM duckdb_tables() WHERE comment IS NULL
            UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE NOT internal AND comment IS NULL
            """
        ).fetchall()
        assert bare == []


def test_building_twice_from_the_same_files_gives_the_same_rows(tmp_path: Path) -> None:
    country = Country(tmp_path)
    for place, (agency, division) in enumerate(
        [("甲省", "110000"), ("子市", "110100"), ("子东区教育局", "110101")]
    ):
        for year in (2019, 2020, 2021):
            country.report(
                agency, division, year, {"requests.received": place + 1, "active.fees.amount": 0.1 + place}
            )
    rows = []
    for _ in range(2):
        with country.warehouse() as warehouse:
            tables = [name for name in row_counts(warehouse) if not name.startswith("ref.")]
            rows.append(
                {name: warehouse.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in tables}
            )
    assert rows[0] == rows[1]
    assert rows[0]["mart.province_measure"]


def test_the_project_has_a_division_tree_for_every_year_of_reports() -> None:
    with connect() as connection:
        load_reference(connection, REFERENCE)
        orphans = connection.execute(
            "SELECT division_code FROM ref.division AS d WHERE level > 1 AND NOT EXISTS (SELECT 1 FROM ref.division AS p "
            "WHERE p.level = 1 AND p.division_code = d.division_code[1:2] || '0000')"
        ).fetchall()
        assert orphans == []


def test_the_file_can_be_read_by_older_versions_of_duckdb(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with building(home) as build:
        build.connection.execute("CREATE TABLE t AS SELECT 1 AS x")
        build.publish()
    with open_warehouse(home) as connection:
        tags = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchall()
    assert tags == [("v1.4.0+",)]


def test_statements_at_once_are_made_all_or_none() -> None:
    with connect() as connection:
        with at_once(connection):
            connection.execute("CREATE TABLE kept AS SELECT 1")
        with pytest.raises(duckdb.CatalogException), at_once(connection):
            connection.execute("CREATE TABLE undone AS SELECT 1")
            connection.execute("SELECT * FROM nowhere")
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("kept",)]
