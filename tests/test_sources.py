"""`gongkai sources`: what it lists, shows and finds wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from wcwidth import wcswidth

from flows.cli import main
from flows.edge import catalogue
from flows.edge.catalogue import names, schema_table
from flows.edge.manifest import Manifest
from flows.fetch import fetch
from flows.settings import Home


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["sources", *words])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of one source that can be used and one that cannot."""
    (tmp_path / "_default.yaml").write_text("report: {text: 年报}\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text(
        "publisher: 甲市人民政府\nentry: ['http://a.cn/']\n", encoding="utf-8"
    )
    (tmp_path / "bad.yaml").write_text("entry: ['http://b.cn/']\nmax_dept: 3\n", encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    for function in (catalogue.names, catalogue.load_source, catalogue.load_all):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    return tmp_path


def test_the_list_has_every_source_in_even_columns() -> None:
    result = call()
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines[1 : len(names()) + 1]] == names()
    assert lines[0].split() == ["name", "publisher", "division", "verified", "entries"]
    start = wcswidth(lines[0][: lines[0].index("entries")])
    for line in lines[1 : len(names()) + 1]:
        assert wcswidth(line[: line.index("http")]) == start
    assert lines[-1].startswith(f"{len(names())} sources, 1 verified; gongkai sources NAME")


def test_the_catalogue_as_shipped_has_no_mistake() -> None:
    result = call("--check")
    assert (result.exit_code, result.output) == (0, f"{len(names())} sources: nothing is wrong\n")


def test_one_source_with_the_next_command() -> None:
    result = call("hunan")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert "file        flows/sources/hunan.yaml" in lines
    assert "publisher   湖南省人民政府" in lines
    assert "division    430000" in lines
    assert "verified    no: nobody has fetched it and found its reports" in lines
    assert lines[-1] == "fetch it with: gongkai run hunan"
    assert "pagination  numbered" in lines and "sitemaps    those that robots.txt names" in lines


def test_all_that_a_source_says_is_shown_as_its_file_has_it(folder: Path) -> None:
    (folder / "jia.yaml").write_text(
        "entry: ['http://a.cn/']\nlabels: {收件总数: 收到申请数}\npagination:\n  - trs_search\n"
        "  - {family: jpage, columnid: 7}\n  - {family: json_list, address: 'http://a.cn/l?p={n}', items: d.l}\n",
        encoding="utf-8",
    )
    lines = call("jia").output.splitlines()
    assert [line[12:] for line in lines if line.startswith("pagination")] == [
        "trs_search",
        "jpage: columnid 7",
        "json_list: address http://a.cn/l?p={n}, items d.l",
    ]
    assert "label       收件总数 is 收到申请数" in lines


def test_one_source_says_what_the_last_run_did_with_its_links(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Manifest(home.raw) as manifest:
        summary = fetch([catalogue.load_source("sample")], home, manifest)
    result = call("sample", "--home", str(tmp_path))
    assert summary.document_count > 0
    assert "links that the last run saw:" in result.output
    assert "followed: fits report" in result.output


def test_a_name_that_is_none_is_told_the_nearest() -> None:
    result = call("hunna")
    assert result.exit_code == 2
    assert "hunna: no such source; did you mean hunan? (see: gongkai sources)" in result.output


def test_a_check_names_each_mistake(folder: Path) -> None:
    result = call("--check")
    assert result.exit_code == 1
    assert result.output.startswith(
        f"Error: {folder}/bad.yaml:2: max_dept: unknown key, expected one of publisher"
    )
    assert result.output.endswith("(did you mean max_depth?)\n")


def test_a_list_shows_the_good_ones_and_tells_the_bad_ones(folder: Path) -> None:
    result = call()
    assert result.exit_code == 0
    assert "甲市人民政府" in result.output and "Error: " in result.output
    assert call("bad").exit_code == 1
    assert "bad.yaml:2: max_dept: unknown key" in call("bad").output


def test_the_keys_as_a_table() -> None:
    assert call("--keys").output == schema_table()
