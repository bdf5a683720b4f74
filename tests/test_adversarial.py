"""Documents written without looking at the generator: each is read as the expectation beside it says, and
spoiled copies of them raise a warning.

`tests/adversarial/NAME.html` (or .txt) is the document and `NAME.json` what it holds: kind and metadata, its
figures (all of them where `complete`; null for a cell without one), and the rules it breaks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from flows.report.types import Report

FOLDER = Path(__file__).parent / "adversarial"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
DECIDED = ("agency", "agency_type", "scope", "division", "province", "year", "era")


def original(name: str) -> str:
    (path,) = (path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".json")
    return path.read_text(encoding="utf-8")


def read(text: str) -> Report:
    media_type = "text/html" if text.startswith("<") else "text/plain"
    return read_report(text.encode(), media_type=media_type, charset="utf-8", divisions=load_divisions())


def loud(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings if finding.severity != "info"}


@pytest.mark.parametrize("name", NAMES)
def test_document_is_read_as_expected(name: str) -> None:
    expected: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    report = read(original(name))
    assert report.kind == expected["kind"], report.reason
    if expected["kind"] == "other":
        assert report.reason
        assert report.facts == []
        return
    decided = {field: getattr(report, field) for field in DECIDED if field in expected}
    assert decided == {field: expected[field] for field in decided}, report.evidence
    figures = {fact.key: fact.value for fact in report.facts}
    if expected["complete"]:
        assert figures == expected["facts"]
    else:
        assert {key: figures.get(key) for key in expected["facts"]} == expected["facts"]
    assert loud(report) == set(expected["rules"])


def _row(html: str, label: str) -> re.Match[str]:
    found = re.search(rf"<tr>(?:(?!</tr>).)*>{label}<.*?</tr>", html, re.DOTALL)
    assert found is not None
    return found


def _drop(html: str, label: str) -> str:
    row = _row(html, label)
    return html[: row.start()] + html[row.end() :]


def _double(html: str, label: str) -> str:
    row = _row(html, label)
    return html[: row.end()] + row.group() + html[row.end() :]


def _cell(html: str, label: str, old: str, new: str) -> str:
    """The first cell of a row that matches `old`, as `new`."""
    row = _row(html, label)
    changed, times = re.subn(rf"<td>{old}</td>", f"<td>{new}</td>", row.group(), count=1)
    assert times == 1
    return html[: row.start()] + changed + html[row.end() :]


SPOILED: dict[str, tuple[Callable[[str], str], str, str]] = {
    "row dropped": (
        lambda html: _drop(html, "2.重复申请"),
        "table.rows_missing",
        "requests.not_processed.repeated|total",
    ),
    "row of table 1 dropped": (
        lambda html: _drop(html, "行政处罚"),
        "table.rows_missing",
        "active.penalties.decisions|total",
    ),
    "row printed twice": (
        lambda html: _double(html, "2.重复申请"),
        "table.row_twice",
        "",
    ),
    "cell dropped": (
        lambda html: _cell(html, "2.重复申请", "0", "").replace("<td></td>", "", 1),
        "table.cells_missing",
        "requests.not_processed.repeated|total",
    ),
    "cell emptied": (
        lambda html: _cell(html, "2.重复申请", "[1-9]\\d*", ""),
        "table.cell_empty",
        "requests.not_processed.repeated|",
    ),
    "nought emptied": (
        lambda html: _cell(html, "2.重复申请", "0", ""),
        "table.cell_empty",
        "requests.not_processed.repeated|",
    ),
    "digits that are no number": (
        lambda html: _cell(html, "2.重复申请", "[1-9]\\d*", "3.1.4"),
        "table.cell_illegible",
        "requests.not_processed.repeated|",
    ),
}


@pytest.mark.parametrize("how", SPOILED)
def test_spoiled_report_is_flagged(how: str) -> None:
    spoil, rule, key = SPOILED[how]
    sound = original("disputes-in-rows")
    assert rule not in loud(read(sound))
    named = [finding for finding in read(spoil(sound)).findings if finding.rule == rule]
    assert named
    assert {finding.severity for finding in named} == {"warning"}
    facts = [fact for finding in named for fact in finding.facts]
    assert not key or any(fact.startswith(key) for fact in facts)


def test_row_dropped_from_the_statistics_is_flagged() -> None:
    report = read(_drop(original("statistics-reworded"), "2．传真申请数"))
    named = next(finding for finding in report.findings if finding.rule == "table.rows_missing")
    assert named.facts == ("requests.received.fax|total",)


def test_row_doubled_in_lines_is_flagged() -> None:
    text = original("bars-behind-spanning-labels")
    row = re.search(r"2\.重复申请 \|\n(?:\d+ \|\n){7}", text)
    assert row is not None
    assert "table.row_twice" in loud(read(text.replace(row.group(), row.group() * 2)))


def test_one_nought_for_all_applicants() -> None:
    """A cell under all applicants counts for each where it is nought, and is reported where it is not."""
    html = original("disputes-in-rows")
    row = _row(html, "2.重复申请").group()
    values = re.findall(r"<td>(\d+)</td>", row)

    def merged(count: str) -> Report:
        one = re.sub(r"(?:<td>\d+</td>){7}", f"<td colspan=7>{count}</td>", row)
        return read(html.replace(row, one))

    assert len(values) == 7
    nought = [fact.value for fact in merged("0").facts if fact.indicator == "requests.not_processed.repeated"]
    assert nought == [0.0] * 7
    five = merged("5")
    assert not [fact for fact in five.facts if fact.indicator == "requests.not_processed.repeated"]
    assert "table.unmapped" in loud(five)
