"""Tables with more columns of counts than the form: the year's is chosen by the heads of the columns."""

from __future__ import annotations

import pytest

from flows.edge.divisions import load_divisions
from flows.report.columns import column_kind, is_heading
from flows.report.eras.order import rows_between
from flows.report.read import read_report
from flows.report.types import Report

LABELS = ("（一）收到申请数", "1.当面申请数", "2.传真申请数", "3.网络申请数", "4.信函申请数")
RIGHT = (9, 1, 2, 3, 3)
OTHER = (99, 11, 22, 33, 33)
COUNTS = {
    "requests.received|total": 9,
    "requests.received.in_person|total": 1,
    "requests.received.fax|total": 2,
    "requests.received.online|total": 3,
    "requests.received.letter|total": 3,
}


def table(head: list[str], *columns: tuple[object, ...]) -> str:
    rows = [head] + [
        [label, "件", *(str(column[at]) for column in columns)] for at, label in enumerate(LABELS)
    ]
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def read(body: str, title: str = "沈阳市沈河区2017年政府信息公开工作年度报告", year: int = 2017) -> Report:
    page = (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
        f"<p>本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。</p>{body}</body></html>"
    )
    return read_report(page.encode(), media_type="text/html", charset="utf-8", divisions=load_divisions())


def counts(report: Report) -> dict[str, float | None]:
    return {fact.key: fact.value for fact in report.facts}


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (["统计指标", "单位", "本年", "历年累计"], (RIGHT, OTHER)),
        (["统计指标", "单位", "历年累计", "本年度"], (OTHER, RIGHT)),
        (["指标", "单位", "2016年", "2017年", "同比增减"], (OTHER, RIGHT, (-90,) * 5)),
        (["指标", "单位", "上年数", "本年数", "增减（%）"], (OTHER, RIGHT, ("-90%",) * 5)),
        (["指标名称", "单位", "代码", "数量"], (("01", "02", "03", "04", "05"), RIGHT)),
        (["统计指标", "单位", "本级", "汇总"], (OTHER, RIGHT)),
        (["统计指标", "单位", "统计数", "备注"], (RIGHT, ("含上年2件", "", "", "3", ""))),
        (["统计指标", "单位", "政府办", "教育局", "合计"], (OTHER, OTHER, RIGHT)),
        (["指标名称", "计量单位", "本期实际", "本年累计"], (OTHER, RIGHT)),
        (["统计指标", "单位", "1-12月", "截至目前累计"], (RIGHT, OTHER)),
    ],
)
def test_the_years_column(head: list[str], columns: tuple[tuple[object, ...], ...]) -> None:
    report = read(table(head, *columns))
    assert counts(report) == COUNTS
    assert not [finding for finding in report.findings if finding.rule == "table.columns_undecided"]


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (["统计指标", "单位", "", ""], (OTHER, RIGHT)),
        (["统计指标", "单位", "政府办", "教育局"], (OTHER, RIGHT)),
        (["统计指标", "单位", "历年累计"], (OTHER,)),
        (["统计指标", "单位", "2014年", "2015年"], (OTHER, RIGHT)),
    ],
)
def test_no_facts_where_no_heading_decides(head: list[str], columns: tuple[tuple[object, ...], ...]) -> None:
    report = read(table(head, *columns))
    assert report.facts == []
    assert "table.columns_undecided" in {finding.rule for finding in report.findings}


def test_own_level_and_total_by_the_reports_scope() -> None:
    page = table(["统计指标", "单位", "局本级", "汇总"], RIGHT, OTHER)
    report = read(page, "沈阳市沈河区教育局2017年政府信息公开工作年度报告")
    assert report.scope == "single_agency"
    assert counts(report) == COUNTS
    assert "table.column_chosen" in {finding.rule for finding in report.findings}
    report = read(page.replace("局本级", "区本级"))
    assert report.scope == "territory_total"
    assert counts(report)["requests.received|total"] == 99


def test_a_heading_over_two_columns() -> None:
    head = (
        '<tr><td rowspan="2">统计指标</td><td rowspan="2">单位</td><td colspan="2">统计数</td></tr>'
        "<tr><td>累计</td><td>本年</td></tr>"
    )
    page = table([], OTHER, RIGHT).replace("<tr></tr>", head)
    assert counts(read(page)) == COUNTS


def test_kinds_of_headings() -> None:
    assert column_kind("统 计 数") == "count"
    assert column_kind("2017年度") == "2017"
    assert column_kind("历年累计") == column_kind("比上年增减") == column_kind("占比") == "other"
    assert column_kind("云川县2017年政府信息公开工作情况统计表") is None
    assert is_heading(["指标名称", "计量单位", "2009年度", "历年累计"])
    assert not is_heading(["一、主动公开情况", "——", ""])
    assert not is_heading(["收件人", "张某", "12"])


LOCAL = (
    ("主动公开信息数", "条", "01", 3, 120),
    ("其中:全文电子化的主动公开信息数", "条", "02", 3, 118),
    ("申请总数", "条", "10", 1, 12),
    ("其中:1.当面申请数", "条", "11", 0, 2),
    ("3.电子邮件申请数", "条", "13", 1, 10),
    ("对申请的答复总数", "条", "17", 1, 11),
    ("其中:1.同意公开答复数", "条", "18", 1, 8),
    ("2.同意部分公开答复数", "条", "19", 0, 1),
    ("3.否决公开答复总数", "条", "20", 0, 2),
    ("行政复议数", "件", "32", 0, 1),
)
LOCAL_COUNTS = {
    "disclosed.total|total": 120,
    "requests.received|total": 12,
    "requests.received.in_person|total": 2,
    "requests.replied|total": 11,
    "requests.granted|total": 8,
    "requests.partial|total": 1,
    "requests.refused|total": 2,
    "review.total|total": 1,
}


def test_a_local_table_before_2014() -> None:
    head = ["指 标 名 称", "计量单位", "代码", "本期实际", "本年累计"]
    rows = [head, ["甲", "乙", "丙", "1", "2"], *LOCAL]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    title = "渭源县2009年政府信息公开工作年度报告"
    report = read(f"<table>{body}</table>", f"甘肃省定西市{title}", 2009)
    assert (report.era, counts(report)) == ("2008", LOCAL_COUNTS)
    (unmapped,) = [finding for finding in report.findings if finding.rule == "table.unmapped"]
    assert "全文电子化" in unmapped.message and "电子邮件" in unmapped.message
    lines = "\n".join(
        f"{label}\n| {unit}\n| {code}\n| {last}\n| {year}\n|"
        for label, unit, code, last, year in [head, *LOCAL]
    )
    assert counts(read("".join(f"<p>{line}</p>" for line in lines.split("\n")), title, 2009)) == LOCAL_COUNTS


def test_words_of_a_local_table_in_another_report() -> None:
    body = "<table><tr><td>申请总数</td><td>件</td><td>40</td></tr></table>"
    report = read(body)
    assert report.facts == []
    assert "table.unmapped" in {finding.rule for finding in report.findings}


def test_rows_with_damaged_labels_are_read_by_their_place() -> None:
    rows = [
        ("（一）收到申请数", 9),
        ("1.当面申?数", 1),
        ("2.传?申请数", 2),
        ("3.网络申请数", 3),
        ("4.信函申请数", 3),
    ]
    body = "".join(f"<tr><td>{label}</td><td>件</td><td>{count}</td></tr>" for label, count in rows)
    report = read(f"<table><tr><td>统计指标</td><td>单位</td><td>统计数</td></tr>{body}</table>")
    assert counts(report) == COUNTS
    assert "table.label_damaged" in {finding.rule for finding in report.findings}


def test_a_damaged_label_of_which_one_character_is_left() -> None:
    """Of 收到申请数 and 传真申请数, as a run of misread bytes leaves them: the mark says what happened."""
    rows = [
        ("制发规范性文件总数", 4),
        ("1.政府公报公开政府信息数", 5),
        ("2.舷畔?", 6),
        ("3.政务微博公开政府信息数", 7),
    ]
    body = "".join(f"<tr><td>{label}</td><td>件</td><td>{count}</td></tr>" for label, count in rows)
    assert counts(read(f"<table>{body}</table>")).get("disclosed.channel.website|total") is None
    mended = body.replace("舷畔?", "政畔?")
    assert counts(read(f"<table>{mended}</table>"))["disclosed.channel.website|total"] == 6


def test_a_damaged_row_without_a_label_of_its_own_in_the_form() -> None:
    """其他处理 heads no rows in the form of 2019 and is a row itself."""
    between = ("requests.not_processed.confirmation", "requests.resolved")
    assert rows_between(*between, ["(六)其药?"], statistics=False) == ["requests.other"]
    assert rows_between(*between, ["(六)合同审查"], statistics=False) == []


def test_another_row_in_a_rows_place_is_not_that_row() -> None:
    rows = [("（一）收到申请数", 9), ("1.上门咨询人次", 7), ("2.传真申请数", 2)]
    body = "".join(f"<tr><td>{label}</td><td>件</td><td>{count}</td></tr>" for label, count in rows)
    report = read(f"<table>{body}</table>")
    assert "requests.received.in_person|total" not in counts(report)
    assert "table.unmapped" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("joint", ["\n", " | "])
@pytest.mark.parametrize(
    ("head", "right"),
    [
        (["统计指标", "单位", "区本级", "全区汇总"], 1),
        (["指标", "单位", "2017年", "2016年"], 0),
        (["指标", "单位", "累计", "本年"], 1),
        (["指标", "单位", "统计数", "备注"], 0),
    ],
)
def test_the_years_column_in_lines(joint: str, head: list[str], right: int) -> None:
    rows = [head] + [
        [label, "件", str(count), str(count + 5)] for label, count in zip(LABELS, RIGHT, strict=True)
    ]
    text = "\n".join(joint.join(row) + (" |" if joint == " | " else "") for row in rows)
    title = "沈阳市沈河区2017年政府信息公开工作年度报告"
    report = read_report(f"{title}\n\n{text}\n".encode(), media_type="text/plain", divisions=load_divisions())
    assert counts(report) == {key: value + 5 * right for key, value in COUNTS.items()}


def test_a_heading_over_two_columns_of_which_one_is_empty() -> None:
    head = '<tr><td>统计指标</td><td>单位</td><td colspan="2">统计数</td></tr>'
    page = table([], ("",) * 5, RIGHT).replace("<tr></tr>", head)
    assert counts(read(page)) == COUNTS


def test_headings_of_another_table_do_not_count() -> None:
    other = "".join(
        f"<tr><td>{name}</td><td>备注</td><td>编号</td></tr>" for name in ("名称", "指标", "项目", "内容")
    )
    rows = "".join(
        f"<tr><td>{label}</td><td>件</td><td>{count}</td></tr>"
        for label, count in zip(LABELS, RIGHT, strict=True)
    )
    assert counts(read(f"<table>{other}</table><table>{rows}</table>")) == COUNTS
