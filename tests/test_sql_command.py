"""`gongkai sql`: what it prints, what it writes and how it fails."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner, Result

from flows.commands.sql import command
from flows.edge import workbook
from flows.edge.warehouse import building
from flows.settings import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = Home(tmp_path_factory.mktemp("home"))
    with building(place) as build:
        build.connection.execute(
            """
            CREATE TABLE t AS SELECT * FROM (VALUES
                ('湖南省', 7, 0.25::DOUBLE, DATE '2020-01-02', TRUE, ['a', '乙'], {'x': 1}),
                ('x', 12345, NULL, NULL, FALSE, [], NULL),
                (NULL, NULL, 3.0, NULL, NULL, NULL, NULL)
            ) AS v(name, amount, rate, day, flag, items, pair)
            """
        )
        build.publish()
    return place


def run(home: Home, query: str, *options: str) -> Result:
    return CliRunner().invoke(command, [query, "--home", str(home.path), *options])


def test_a_table_is_aligned_by_display_width_with_numbers_to_the_right(home: Home) -> None:
    result = run(home, "SELECT name, amount, rate, flag FROM t ORDER BY amount")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "name    amount  rate  flag",
        "──────  ──────  ────  ─────",
        "湖南省       7  0.25  true",
        "x        12345        false",
        "                   3",
        "(3 rows)",
    ]


def test_decimals_are_numbers_too(home: Home) -> None:
    query = "SELECT unnest([1.50, 10.25]) AS x"
    assert run(home, query).output.splitlines() == ["    x", "─────", " 1.50", "10.25", "(2 rows)"]
    assert json.loads(run(home, query, "--format", "json").output) == [{"x": 1.5}, {"x": 10.25}]


def test_a_table_is_rounded_and_files_for_machines_are_not(home: Home) -> None:
    query = "SELECT unnest([1 / 3, 164186.19, 0.0000001, 2.0]) AS x"
    assert run(home, query).output.split()[2:-2] == ["0.333333", "164186.19", "1e-07", "2"]
    assert run(home, query, "--format", "csv").output.split()[1] == "0.3333333333333333"


def test_a_table_without_rows_has_its_header(home: Home) -> None:
    result = run(home, "SELECT name, amount FROM t WHERE FALSE")
    assert result.output.splitlines() == ["name  amount", "────  ──────", "(0 rows)"]


def test_a_line_feed_in_a_value_does_not_break_the_table(home: Home) -> None:
    assert run(home, "SELECT E'a\\n\\tb' AS x").output.splitlines() == ["x", "───", "a b", "(1 row)"]


def test_csv(home: Home) -> None:
    result = run(home, "SELECT * FROM t ORDER BY amount", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert rows[0] == {
        "name": "湖南省",
        "amount": "7",
        "rate": "0.25",
        "day": "2020-01-02",
        "flag": "true",
        "items": '["a", "乙"]',
        "pair": '{"x": 1}',
    }
    assert rows[2]["name"] == "" and rows[2]["rate"] == "3"


def test_json(home: Home) -> None:
    result = run(home, "SELECT * FROM t ORDER BY amount", "--format", "json")
    rows = json.loads(result.output)
    assert rows[0] == {
        "name": "湖南省",
        "amount": 7,
        "rate": 0.25,
        "day": "2020-01-02",
        "flag": True,
        "items": ["a", "乙"],
        "pair": {"x": 1},
    }
    assert rows[2] == dict.fromkeys(rows[0]) | {"rate": 3}
    assert "湖南省" in result.output
    assert json.loads(run(home, "SELECT 1 AS x WHERE FALSE", "--format", "json").output) == []
    assert json.loads(run(home, "SELECT 'nan'::DOUBLE AS x", "--format", "json").output) == [{"x": None}]


def test_an_object_has_no_name_twice(home: Home) -> None:
    result = run(home, "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a", "--format", "json")
    assert json.loads(result.output) == [{"a": 1, "a_1": 2, "a_1_1": 3, "a_2": 4}]


def test_more_rows_than_are_read_at_once(home: Home) -> None:
    result = run(home, "SELECT range AS x FROM range(25000)", "--format", "csv")
    assert result.output.splitlines() == ["x", *(str(number) for number in range(25000))]


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_an_output_file_takes_what_would_be_printed(home: Home, tmp_path: Path, form: str) -> None:
    query = "SELECT name, amount FROM t ORDER BY amount"
    printed = run(home, query, "--format", form).output
    result = run(home, query, "--format", form, "--output", str(tmp_path / "out"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("out.csv", b"name,amount\n"),
        ("out.json", b"[\n{"),
        ("out.parquet", b"PAR1"),
        ("OUT.XLSX", b"PK"),
        ("out", b"name    amount\n"),
        ("out.txt", b"name    amount\n"),
    ],
)
def test_a_file_is_written_in_the_form_that_its_name_asks_for(
    home: Home, tmp_path: Path, name: str, begins: bytes
) -> None:
    query = "SELECT name, amount FROM t ORDER BY amount"
    assert run(home, query, "--output", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert run(home, query, "--format", "csv", "--output", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(b"name,amount\n")


def test_parquet_keeps_types(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    result = run(
        home, "SELECT name, amount, day FROM t ORDER BY amount;", "--format", "parquet", "--output", str(path)
    )
    assert result.exit_code == 0, result.output
    rows = duckdb.read_parquet(str(path))
    assert [str(kind) for kind in rows.types] == ["VARCHAR", "INTEGER", "DATE"]
    assert rows.fetchall()[0][:2] == ("湖南省", 7)


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_parquet_and_xlsx_need_a_file(home: Home, form: str) -> None:
    result = run(home, "SELECT 1", "--format", form)
    assert result.exit_code == 2
    assert f"--format {form} needs --output FILE" in result.output


def test_xlsx_keeps_types_and_texts(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    query = (
        "SELECT *, '=1+1' AS formula, '430000' AS code, 123456789012345678 AS exact, "
        "TIMESTAMP '2020-01-02 03:04:05' AS at FROM t ORDER BY amount"
    )
    result = run(home, query, "--format", "xlsx", "--output", str(path))
    assert (result.exit_code, result.output) == (0, "")
    sheet = openpyxl.load_workbook(path).active
    assert sheet.freeze_panes == "A2"
    header, first, _, last = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert dict(zip(header, first, strict=True)) == {
        "name": "湖南省",
        "amount": 7,
        "rate": 0.25,
        "day": datetime(2020, 1, 2),
        "flag": True,
        "items": '["a", "乙"]',
        "pair": '{"x": 1}',
        "formula": "=1+1",
        "code": "430000",
        "exact": "123456789012345678",
        "at": datetime(2020, 1, 2, 3, 4, 5),
    }
    assert sheet.cell(2, header.index("formula") + 1).data_type == "s"
    assert last[:3] == [None, None, 3]


def test_what_a_sheet_cannot_hold_is_one_message(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS", 2)
    path = tmp_path / "out.xlsx"
    path.write_text("as it was")
    for query, message in (
        ("SELECT * FROM t", "an Excel sheet holds 2 rows"),
        ("SELECT repeat('x', 40000)", "row 1 has a text of 40,000 characters"),
    ):
        result = run(home, query, "--format", "xlsx", "--output", str(path))
        assert result.exit_code == 1 and message in result.output
        assert path.read_text() == "as it was" and list(tmp_path.iterdir()) == [path]


def test_an_output_file_stays_as_it_was_when_the_query_fails(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("as it was")
    query = "SELECT CASE WHEN x = 20000 THEN error('stop') ELSE x::VARCHAR END AS x FROM range(30000) AS r(x)"
    result = run(home, query, "--format", "csv", "--output", str(path))
    assert result.exit_code == 1 and "stop" in result.output
    assert path.read_text() == "as it was" and list(tmp_path.iterdir()) == [path]


def test_a_query_may_come_from_a_file(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text("-- how many\nSELECT count(*) AS n FROM t;\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["--file", str(path), "--home", str(home.path), "--format", "csv"])
    assert result.output == "n\n3\n"
    for arguments in ([], ["SELECT 1", "--file", str(path)]):
        result = CliRunner().invoke(command, [*arguments, "--home", str(home.path)])
        assert result.exit_code == 2 and "give a QUERY, or --file FILE" in result.output


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query is empty"),
        (" ; ", "the query is empty"),
        ("SELECT 1; SELECT 2", "these are 2 queries; give one at a time"),
    ],
)
def test_a_query_is_one_query(home: Home, query: str, message: str) -> None:
    result = run(home, query)
    assert result.exit_code == 2
    assert f"Error: {message}\n" in result.stderr
    assert "2" in run(home, "SET threads = 1; SELECT 2 AS x").output.splitlines()


def test_a_file_that_is_no_text_is_wrong_usage(home: Home, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_bytes(b"\xff\xfe")
    result = CliRunner().invoke(command, ["--file", str(tmp_path / "q.sql"), "--home", str(home.path)])
    assert result.exit_code == 2
    assert "q.sql is not UTF-8 text" in result.stderr


def test_an_unknown_ready_query_gets_suggestions(home: Home) -> None:
    result = run(home, "@refusal_reason")
    assert result.exit_code == 2
    assert "there is no ready query 'refusal_reason'. Did you mean refusal_reasons" in result.output


def test_a_mistake_in_the_query_is_one_message(home: Home) -> None:
    result = run(home, "SELECT nam FROM t")
    assert result.exit_code == 1
    assert result.output.startswith("Error: Binder Error")
    assert '"nam"' in result.output and "name" in result.output
    assert "Traceback" not in result.output and "Stack Trace" not in result.output


def test_the_warehouse_cannot_be_changed(home: Home) -> None:
    result = run(home, "DELETE FROM t")
    assert result.exit_code == 1
    assert "read-only" in result.output
    assert run(home, "SELECT count(*) AS n FROM t", "--format", "csv").output == "n\n3\n"


def test_a_file_that_cannot_be_written_is_one_message(home: Home, tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        result = run(home, "SELECT 1 AS x", "--format", form, "--output", str(tmp_path / "no" / "x"))
        assert result.exit_code == 1
        assert str(tmp_path / "no" / "x") in result.output


def test_without_a_warehouse_the_next_command_is_told(tmp_path: Path) -> None:
    result = run(Home(tmp_path / "nothing"), "SELECT 1")
    assert result.exit_code == 1
    assert "there is no warehouse yet" in result.output
    assert f"gongkai run --home {tmp_path / 'nothing'}" in result.output


def test_the_home_may_come_from_the_environment(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_HOME", str(home.path))
    result = CliRunner().invoke(command, ["SELECT 1 AS x", "--format", "csv"])
    assert result.output == "x\n1\n"


def test_it_imports_nothing_heavy(home: Home) -> None:
    code = (
        "import sys; from flows.cli import main\n"
        "try: main(['sql', 'SELECT 1 AS x', '--home', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "heavy = {'prefect', 'great_expectations', 'pandas', 'pyarrow', 'sqlglot', 'rich', 'httpx', 'xlsxwriter'}\n"
        "print(sorted(heavy.intersection(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(home.path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "[]"
