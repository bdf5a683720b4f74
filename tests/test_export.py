"""`gongkai export`: the files, what describes them, and that an export is replaced whole."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from flows.commands.export import command, exported_tables
from flows.edge import export as edge
from flows.edge.warehouse import open_warehouse
from flows.settings import Home


def run(home: Home, output: Path, *options: str) -> Result:
    return CliRunner().invoke(command, ["--home", str(home.path), "--output", str(output), *options])


@pytest.fixture(scope="module")
def exported(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parent") / "export"
    result = run(sample_home, folder)
    assert result.exit_code == 0, result.output
    assert f"{len(exported_tables())} tables" in result.output
    assert list(folder.parent.iterdir()) == [folder]
    return folder


def package(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / edge.PACKAGE).read_text(encoding="utf-8"))
    return found


def test_the_package_is_as_the_specification_asks(exported: Path) -> None:
    found = package(exported)
    assert (found["profile"], found["name"]) == ("data-package", "gongkai")
    datetime.strptime(found["created"], "%Y-%m-%dT%H:%M:%SZ")
    names = [resource["name"] for resource in found["resources"]]
    assert set(names) == set(exported_tables())
    assert {
        "mart.province_year",
        "mart.contribution",
        "core.report",
        "quality.finding",
        "quality.quarantine",
        "ref.division",
        "ref.agency",
    } <= set(names)
    types = {"string", "integer", "number", "boolean", "date", "datetime", "array", "object"}
    for resource in found["resources"]:
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert resource["profile"] == "tabular-data-resource" and resource["encoding"] == "utf-8"
        assert " | " in resource["description"]
        data = (exported / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        fields = resource["schema"]["fields"]
        assert {field["type"] for field in fields} <= types
        assert all(" | " in field["description"] for field in fields), resource["name"]
        assert set(resource["schema"].get("primaryKey", [])) <= {field["name"] for field in fields}


_READERS = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "datetime": lambda text: datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ"),
    "array": json.loads,
    "object": json.loads,
}


def test_every_file_is_as_its_schema_says_and_holds_the_table(sample_home: Home, exported: Path) -> None:
    for resource in package(exported)["resources"]:
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        with (exported / resource["path"]).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == list(fields)
            rows = list(reader)
        for row in rows:
            for name, text in row.items():
                if text:
                    _READERS[fields[name]["type"]](text)
                else:
                    assert "constraints" not in fields[name], (resource["name"], name)
        key = resource["schema"].get("primaryKey")
        if key:
            assert len({tuple(row[name] for name in key) for row in rows}) == len(rows)
        with open_warehouse(sample_home) as connection:
            assert connection.execute(f"SELECT count(*) FROM {resource['name']}").fetchall() == [(len(rows),)]
            path = (exported / resource["path"]).with_suffix(".parquet")
            difference = connection.execute(
                f"SELECT count(*) FROM (FROM '{path}' EXCEPT ALL FROM {resource['name']})"
            ).fetchall()
            assert difference == [(0,)]
            assert duckdb.read_parquet(str(path)).columns == list(fields)


def test_the_dictionary_has_every_column(exported: Path) -> None:
    text = (exported / edge.DICTIONARY).read_text(encoding="utf-8")
    for resource in package(exported)["resources"]:
        section = text.partition(f"\n## `{resource['name']}`\n")[2].partition("\n## ")[0]
        for field in resource["schema"]["fields"]:
            assert f"\n| `{field['name']}` | {field['type']} | " in section


def test_one_table_alone_and_the_same_twice(sample_home: Home, tmp_path: Path) -> None:
    result = run(sample_home, tmp_path / "a", "--table", "mart.coverage")
    assert (result.exit_code, result.output) == (0, f"{tmp_path / 'a'}: 1 table as CSV and Parquet\n")
    assert run(sample_home, tmp_path / "b", "--table", "mart.coverage").exit_code == 0
    files = {path.relative_to(tmp_path / "a"): path.read_bytes() for path in (tmp_path / "a").rglob("*.*")}
    assert {str(path) for path in files} == {
        "datapackage.json", "DICTIONARY.md", "mart/coverage.csv", "mart/coverage.parquet"
    }  # fmt: skip
    again = {path.relative_to(tmp_path / "b"): path.read_bytes() for path in (tmp_path / "b").rglob("*.*")}
    assert again == files
    result = run(sample_home, tmp_path / "c", "--table", "core.fact")
    assert (
        result.exit_code == 2
        and "there is no table 'core.fact' to export; there are core.report" in result.output
    )


def test_an_export_is_replaced_whole_or_not_at_all(
    sample_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "export"
    assert run(sample_home, folder, "--table", "ref.era").exit_code == 0

    def fail(*_: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(edge, "_dictionary", fail)
        result = run(sample_home, folder, "--table", "ref.reason")
    assert result.exit_code == 1 and "No space left on device" in result.output
    assert [resource["name"] for resource in package(folder)["resources"]] == ["ref.era"]
    assert list(tmp_path.iterdir()) == [folder]
    assert run(sample_home, folder, "--table", "ref.reason").exit_code == 0
    assert [resource["name"] for resource in package(folder)["resources"]] == ["ref.reason"]
    assert not (folder / "ref" / "era.csv").exists() and list(tmp_path.iterdir()) == [folder]


def test_a_folder_with_something_else_is_left_alone(sample_home: Home, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run(sample_home, tmp_path)
    assert result.exit_code == 1 and "holds something that is no export" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_without_a_warehouse_the_next_command_is_told(tmp_path: Path) -> None:
    result = run(Home(tmp_path / "nothing"), tmp_path / "export")
    assert result.exit_code == 1 and "gongkai run" in result.output
