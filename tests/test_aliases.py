"""A source's own wordings of the forms' labels."""

from __future__ import annotations

import pytest

from flows.edge.divisions import load_divisions
from flows.report.aliases import Aliases
from flows.report.read import read_report

LABELS = Aliases({"收件总数": "收到申请数", "窗口申请（件）": "当面申请数"})
TITLE = "沈阳市沈河区2017年政府信息公开工作年度报告"
COUNTS = {"requests.received|total": 7, "requests.received.in_person|total": 5}


def read(text: str, media_type: str, labels: Aliases | None) -> dict[str, float | None]:
    report = read_report(
        text.encode(), media_type=media_type, charset="utf-8", divisions=load_divisions(), labels=labels
    )
    return {fact.key: fact.value for fact in report.facts if fact.method != "narrative"}


def test_in_a_table() -> None:
    rows = "<tr><td>收件总数</td><td>件</td><td>7</td></tr><tr><td>1.窗口申请</td><td>件</td><td>5</td></tr>"
    page = f"<html><head><title>{TITLE}</title></head><body><table>{rows}</table></body></html>"
    assert read(page, "text/html", LABELS) == COUNTS
    assert read(page, "text/html", None) == {}


@pytest.mark.parametrize(
    "text", ["收件总数\n件\n7\n1.窗口申请\n件\n5\n", "收件总数 | 件 | 7 |\n1.窗口申请 | 件 | 5 |\n"]
)
def test_in_lines(text: str) -> None:
    assert read(f"{TITLE}\n\n{text}", "text/plain", LABELS) == COUNTS


def test_bad_labels_are_named() -> None:
    with pytest.raises(ValueError, match="'收件总数' stands for '没有这一行'"):
        Aliases({"收件总数": "没有这一行"})
    with pytest.raises(ValueError, match="'予以公开': expected a wording that no form prints"):
        Aliases({"予以公开": "部分公开"})
