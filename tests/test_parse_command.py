"""`gongkai parse`: the contract's JSON Lines, whatever is given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.commands import parse as command
from flows.report.types import Fact, Finding, Report
from tests import readers
from tests.running import SOON

PAGE = """<html><head><meta charset="utf-8"><title>{agency}2020年政府信息公开工作年度报告</title></head><body>
<h1>{agency}2020年政府信息公开工作年度报告</h1>
<p>本报告由{agency}编制，统计期限自2020年1月1日起至2020年12月31日止。</p>
<p>一、总体情况。2020年，我局共收到政府信息公开申请3件，均已按期办结。</p>
</body></html>"""


def run(*paths: object) -> Result:
    return CliRunner().invoke(main, ["parse", *map(str, paths)])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout_bytes.decode().splitlines()]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(agency="桦甸市统计局"), encoding="utf-8")
    return path


def test_an_object_has_what_the_contract_says() -> None:
    report = Report(
        kind="annual_report",
        title="标题",
        agency="桦甸市统计局",
        agency_type="department",
        scope="single_agency",
        division="220282",
        province="220000",
        year=2020,
        era="2019",
        published_on=date(2021, 1, 20),
        repairs={"pinyin_residue": 72},
        facts=[
            Fact("requests.received", 3.0, "reported", "件", "3件", "table 2 row 4 column 10", "table"),
            Fact("fees.collected", 17.27, "reported", "万元", "17.27", "table 1 row 1 column 2", "table"),
            Fact("requests.granted", None, "blank", "件", "", "table 2 row 5 column 10", "table", "business"),
        ],
        findings=[Finding("requests.balance", "warning", "3 ≠ 4", ("requests.received|total",), 3.0, 4.0)],
    )
    encoded = command.encode("in/a.html", b"data", report)
    assert b'"value": 3,' in encoded
    assert json.loads(encoded) == {
        "document": "in/a.html",
        "sha256": sha256(b"data").hexdigest(),
        "kind": "annual_report",
        "reason": None,
        "title": "标题",
        "agency": "桦甸市统计局",
        "agency_type": "department",
        "scope": "single_agency",
        "division": "220282",
        "province": "220000",
        "year": 2020,
        "era": "2019",
        "published_on": "2021-01-20",
        "repairs": [{"kind": "pinyin_residue", "count": 72}],
        "facts": [
            {
                "indicator": "requests.received",
                "applicant": "total",
                "value": 3,
                "state": "reported",
                "unit": "件",
                "qualifier": "exact",
                "method": "table",
                "raw": "3件",
                "where": "table 2 row 4 column 10",
            },
            {
                "indicator": "fees.collected",
                "applicant": "total",
                "value": 17.27,
                "state": "reported",
                "unit": "万元",
                "qualifier": "exact",
                "method": "table",
                "raw": "17.27",
                "where": "table 1 row 1 column 2",
            },
            {
                "indicator": "requests.granted",
                "applicant": "business",
                "value": None,
                "state": "blank",
                "unit": "件",
                "qualifier": "exact",
                "method": "table",
                "raw": "",
                "where": "table 2 row 5 column 10",
            },
        ],
        "findings": [
            {
                "rule": "requests.balance",
                "severity": "warning",
                "message": "3 ≠ 4",
                "facts": ["requests.received|total"],
            }
        ],
    }


def test_a_file(page: Path) -> None:
    result = run(page)
    assert result.exit_code == 0
    (line,) = lines(result)
    assert line["document"] == str(page)
    assert line["sha256"] == sha256(page.read_bytes()).hexdigest()
    assert (line["kind"], line["year"], line["agency"]) == ("annual_report", 2020, "桦甸市统计局")
    received = [fact for fact in line["facts"] if fact["indicator"] == "requests.received"]
    assert [fact["value"] for fact in received] == [3]


def test_a_folder_is_read_in_order_and_its_skipped_files_are_counted(page: Path) -> None:
    folder = page.parent
    (folder / "below").mkdir()
    (folder / "below" / "z.txt").write_text("通知")
    (folder / "a.txt").write_text("")
    (folder / ".hidden").write_text("x")
    (folder / "logo.png").write_bytes(b"x")
    result = run(folder)
    assert result.exit_code == 0
    assert [line["document"] for line in lines(result)] == [
        f"{folder}/a.txt",
        f"{folder}/page.html",
        f"{folder}/below/z.txt",
    ]
    assert lines(result)[0]["kind"] == "unreadable"
    assert result.stderr == "skipped 2 files: 1 hidden file, 1 suffix '.png' is not a document's\n"


def test_a_folder_that_cannot_be_read_is_named_and_leaves_the_others(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = page.parent / "closed"
    closed.mkdir()
    scandir = os.scandir

    def forbidding(path: str) -> Any:
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(closed))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidding)
    result = run(page.parent)
    assert result.exit_code == 1
    assert [line["document"] for line in lines(result)] == [str(page)]
    assert result.stderr == f"{closed}: folder cannot be read: Permission denied\n"


def test_a_path_is_shown_as_given(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(page.parent)
    assert [line["document"] for line in lines(run("page.html", "./page.html", "."))] == [
        "page.html",
        "./page.html",
        "./page.html",
    ]


def test_a_path_that_is_not_there_leaves_the_others(page: Path) -> None:
    result = run(page.parent / "gone.html", page)
    assert result.exit_code == 1
    assert len(lines(result)) == 1
    assert result.stderr == f"{page.parent}/gone.html: no such file or folder\n"


def test_a_file_that_cannot_be_read_leaves_the_others(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (page.parent / "locked.html").write_text("x")
    real = command.read_local

    def read_local(path: str, limit: int) -> bytes:
        if path.endswith("locked.html"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, limit)

    monkeypatch.setattr(command, "read_local", read_local)
    result = run(page.parent)
    assert result.exit_code == 1
    assert len(lines(result)) == 1
    assert result.stderr == f"{page.parent}/locked.html: Permission denied\n"


def test_no_path_is_wrong_usage() -> None:
    assert run().exit_code == 2


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 \x00\xff")
    (tmp_path / "b.html").write_bytes(bytes(range(256)) * 20)
    result = run(tmp_path)
    assert result.exit_code == 0
    assert lines(result)[0]["kind"] == "unreadable"
    assert all(line["kind"] != "annual_report" and line["reason"] for line in lines(result))


def test_many_documents_come_out_complete_and_in_order(tmp_path: Path) -> None:
    for number in range(command.SMALL + 6):
        text = PAGE.format(agency=f"桦甸市第{number}中学")
        (tmp_path / f"{number:03}.html").write_text(text, encoding="utf-8")
    result = run(tmp_path)
    assert result.exit_code == 0
    assert [line["document"] for line in lines(result)] == [
        f"{tmp_path}/{number:03}.html" for number in range(command.SMALL + 6)
    ]
    one = lines(run(tmp_path / "007.html"))
    assert lines(result)[7] == one[0]


def test_a_document_that_ends_its_reader_is_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "SMALL", 0)
    monkeypatch.setattr(command, "read_original", readers.read)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text("kill" if name == "b" else name)
    found = {line["document"]: line for line in lines(run(tmp_path))}
    assert [Path(path).stem for path in found] == ["a", "b", "c"]
    assert found[f"{tmp_path}/b.txt"]["reason"] == "reading it ends the process that reads it"
    assert found[f"{tmp_path}/c.txt"]["kind"] == "annual_report"


def test_a_file_name_that_is_not_unicode(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + "/年报.txt".encode("gb18030")
    Path(os.fsdecode(name)).write_text("x")
    result = run(tmp_path)
    assert result.exit_code == 0
    assert name in result.stdout_bytes


def test_a_reader_of_the_lines_that_leaves_early(page: Path) -> None:
    """`gongkai parse … | head -1` ends without a traceback."""
    script = "from flows.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", script, "parse", *[str(page)] * 30],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_heavy_packages_are_not_imported(page: Path) -> None:
    script = (
        "import sys; from flows.cli import main\n"
        "try: main(['parse', sys.argv[1]])\n"
        "except SystemExit as end: assert not end.code\n"
        "print([name for name in ('prefect', 'great_expectations', 'pandas', 'pyarrow', 'duckdb', 'httpx') "
        "if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, page], capture_output=True, text=True, timeout=SOON)
    assert done.stderr.strip() == "[]"
