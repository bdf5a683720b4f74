"""Headings of which only the order is left, and those that are printed in other words."""

from __future__ import annotations

import pytest

from flows.report.eras.tables import APPLICANT_ORDER, DISPUTE_ORDER
from flows.report.extract import Extraction, extract
from flows.report.headings import (
    SUBTOTAL,
    applicants_in_order,
    disputes_in_order,
    names_of_applicants,
    names_of_disputes,
)
from flows.report.html import read_html
from flows.report.incomplete import incomplete_tables
from flows.report.source import normalise

FIVE = "商业企业 科研机构 社会公益组织 法律服务机构 其他"
OUTCOMES = "结果维持 结果纠正 其他结果 尚未审结 总计"


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (f"自然人 法人或其他组织 总计 {FIVE}", APPLICANT_ORDER),
        (f"总计 自然人 法人或其他组织 {FIVE}", ("total", *APPLICANT_ORDER[:-1])),
        ("自然人 法人或其他组织 总计 商业 科研 社会公益 法律服务 其他 企业 机构 组织 机构", APPLICANT_ORDER),
        (f"自然人 法人或其他组织 总计 {FIVE} 小计", (*APPLICANT_ORDER[:-1], SUBTOTAL, "total")),
        (f"自然人 法人或其他组织 小计 {FIVE}", APPLICANT_ORDER),
        ("自然人 法人或其他组织 总计", ()),
    ],
)
def test_applicants_in_the_order_of_their_words(words: str, order: tuple[str, ...]) -> None:
    assert tuple(applicants_in_order(names_of_applicants(words.split()))) == order


def test_disputes_in_the_order_of_their_words() -> None:
    suits = f"未经复议直接起诉 复议后起诉 {OUTCOMES} {OUTCOMES}"
    by_form = f"行政复议 行政诉讼 {OUTCOMES} {suits}"
    assert tuple(disputes_in_order(*names_of_disputes(by_form.split()))) == DISPUTE_ORDER
    # reviews headed in words of no form do not change places with the suits
    unknown = by_form.replace("行政复议 ", "", 1)
    assert tuple(disputes_in_order(*names_of_disputes(unknown.split()))) == DISPUTE_ORDER
    turned = f"行政诉讼 行政复议 {OUTCOMES} {suits}"
    assert tuple(disputes_in_order(*names_of_disputes(turned.split()))) == (
        *DISPUTE_ORDER[5:],
        *DISPUTE_ORDER[:5],
    )


def _table(*rows: str) -> Extraction:
    cells = ("".join(f"<td>{cell}</td>" for cell in row.split("|")) for row in rows)
    page = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
    return extract(normalise(read_html(page.encode())))


def _values(extraction: Extraction, prefix: str) -> list[float | None]:
    return [fact.value for fact in extraction.facts if fact.indicator.startswith(prefix)]


HEADS = f"勾稽关系|申请人情况\n自然人|法人或其他组织|总计\n{FIVE.replace(' ', '|')}".split("\n")


def test_a_subtotal_that_is_no_sum_is_said() -> None:
    heads = [HEADS[0], HEADS[1], HEADS[2] + "|小计"]
    last = "四、结转下年度继续办理|0|0|0|0|0|0|0|0"
    right = _table(*heads, "一、本年新收政府信息公开申请数量|3|1|1|0|0|0|2|5", last)
    assert _values(right, "requests.received") == [3, 1, 1, 0, 0, 0, 5]
    assert right.unmapped == []
    wrong = _table(*heads, "一、本年新收政府信息公开申请数量|3|1|1|0|0|0|4|5", last)
    assert _values(wrong, "requests.received") == [3, 1, 1, 0, 0, 0, 5]
    assert [(label, count) for label, count, _ in wrong.unmapped] == [("requests.received subtotal", "4")]


def test_one_applicant_in_other_words_is_known_by_its_place() -> None:
    heads = "申请人情况|自然人|商业企业|科研机构|民间团体|法律服务机构|其他|总计"
    found = _table(heads, "一、本年新收政府信息公开申请数量|1|2|3|4|5|6|21")
    assert {fact.applicant: fact.value for fact in found.facts}["nonprofit"] == 4


def test_headings_with_the_total_first_are_no_row_of_totals() -> None:
    """After a page break, where the places under the headings' spans are blank cells."""
    heads = f"||总计|自然人|法人或其他组织||||\n||||{FIVE.replace(' ', '|')}".split("\n")
    first = _table(*heads, "予以公开||3|1|2|0|0|0|0", *heads, "部分公开||5|5|0|0|0|0|0")
    assert _values(first, "requests.granted") == [3, 1, 2, 0, 0, 0, 0]
    assert _values(first, "requests.partial") == [5, 5, 0, 0, 0, 0, 0]
    assert _values(first, "requests.resolved") == []


def test_disputes_by_route_whose_spans_were_lost() -> None:
    found = _table(
        "类别|结果维持|结果纠正|其他结果|尚未审结|总计",
        "行政复议|1|0|0|2|3",
        "行政诉讼|未经复议直接起诉|0|4|0|0|4",
        "复议后起诉|5|0|0|0|5",
    )
    assert [fact.value for fact in found.facts] == [1, 0, 0, 2, 3, 0, 4, 0, 0, 4, 5, 0, 0, 0, 5]
    assert [fact.indicator for fact in found.facts] == list(DISPUTE_ORDER)


def test_disputes_one_below_the_other_whose_spans_were_lost() -> None:
    outcomes = OUTCOMES.split()
    rows = []
    for route, counts in (
        ("行政复议|", (1, 0, 0, 2, 3)),
        ("行政诉讼|未经复议直接起诉|", (0, 4, 0, 0, 4)),
        ("复议后起诉|", (5, 0, 0, 0, 5)),
    ):
        rows += [
            f"{route if not at else ''}{name}|{count}"
            for at, (name, count) in enumerate(zip(outcomes, counts, strict=True))
        ]
    found = _table(*rows)
    assert [fact.indicator for fact in found.facts] == list(DISPUTE_ORDER)
    assert [fact.value for fact in found.facts] == [1, 0, 0, 2, 3, 0, 4, 0, 0, 4, 5, 0, 0, 0, 5]


@pytest.mark.parametrize(
    ("heads", "names"),
    [
        ("本年度制发件数|本年度废止件数|现行有效总件数", ("issued", "repealed", "in_force")),
        ("本年制定数量|废止数|现行有效数", ("issued", "repealed", "in_force")),
        ("本年新制作数|本年新公开数|对外公开总数", ("issued", "disclosed", "disclosed_total")),
    ],
)
def test_headings_of_table_1_in_other_words(heads: str, names: tuple[str, ...]) -> None:
    found = _table(f"信息内容|{heads}", "政府规章|1|2|3", "规范性文件|4|5|6")
    assert {fact.indicator: fact.value for fact in found.facts} == {
        f"active.{subject}.{name}": first + at
        for subject, first in (("rules", 1), ("normative_documents", 4))
        for at, name in enumerate(names)
    }


@pytest.mark.parametrize(
    "change", ["本年增减", "本年增、减", "本年增（减）", "本年增加/减少", "本年增/减数量"]
)
def test_changes_in_other_words(change: str) -> None:
    found = _table(f"信息内容|上一年度项目数|{change}|处理决定数", "其它对外管理服务事项|7|减2|9")
    assert _values(found, "active.other_services") == [7, -2, 9]


def test_a_turned_table_without_its_spans_is_left() -> None:
    """Which count stands under which label cannot be told, and a wrong place is worse than none."""
    found = _table(
        "申请人情况|一、本年新收政府信息公开申请数量|二、上年结转政府信息公开申请数量|三、本年度办理结果|四、结转下年度继续办理",
        "（一）予以公开|（二）部分公开|（三）不予公开|（四）无法提供|（五）不予处理",
        "1.属于国家秘密|2.其他法律行政法规禁止公开|1.本机关不掌握相关政府信息|2.重复申请",
        "自然人|1|0|1|0|0|0|0|0|0",
        "商业企业|2|0|1|0|0|0|0|0|1",
    )
    assert list(found.facts) == []


def test_a_column_that_no_row_has_is_said() -> None:
    heads = "申请人情况|自然人|商业企业|总计"
    rows = ("一、本年新收政府信息公开申请数量|1|2|3", "四、结转下年度继续办理|0|0|0")
    some = _table(heads, *rows)
    (cells,) = (
        finding
        for finding in incomplete_tables(some.facts, some.sections, None)
        if finding.rule == "table.cells_missing"
    )
    assert cells.facts[:2] == ("requests.received|research", "requests.received|nonprofit")
    assert len(cells.facts) == 8
