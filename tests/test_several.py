"""Pages with two reports, and pages that print a form twice for other reasons."""

from __future__ import annotations

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from flows.report.types import Report

PERIOD = "本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。"
FORM = """第二十条第(一)项
信息内容
本年制发件数
本年废止件数
现行有效件数
规章
0
0
0
行政规范性文件
{issued}
0
{issued}
申请人情况
自然人
法人或其他组织
总计
商业企业
科研机构
社会公益组织
法律服务机构
其他
一、本年新收政府信息公开申请数量
{received}
0
0
0
0
0
{received}
二、上年结转政府信息公开申请数量
0
0
0
0
0
0
0
四、结转下年度继续办理
0
0
0
0
0
0
0
"""


def read(*parts: str) -> Report:
    return read_report("\n".join(parts).encode(), media_type="text/plain", divisions=load_divisions())


def report(agency: str, year: int, received: int) -> str:
    title = f"{agency}{year}年政府信息公开工作年度报告"
    return f"{title}\n{PERIOD.format(year=year)}\n一、总体情况\n{FORM.format(issued=received + 1, received=received)}"


def test_the_first_of_two_reports_is_read() -> None:
    found = read(report("桦甸市统计局", 2022, 3), report("桦甸市审计局", 2022, 8))
    values = {fact.key: fact.value for fact in found.facts}
    assert (found.agency, found.year) == ("桦甸市统计局", 2022)
    assert values["requests.received|total"] == 3
    assert values["active.normative_documents.issued|total"] == 4
    rules = {finding.rule for finding in found.findings}
    assert "document.several_reports" in rules
    assert "fact.conflict" not in rules


def test_a_form_printed_twice_with_other_figures_is_a_conflict() -> None:
    found = read(report("桦甸市统计局", 2022, 3), FORM.format(issued=9, received=5))
    rules = {finding.rule: finding.severity for finding in found.findings}
    assert rules["fact.conflict"] == "critical"
    assert "document.several_reports" not in rules


def test_a_form_printed_twice_with_the_same_figures_is_one() -> None:
    found = read(report("桦甸市统计局", 2022, 3), FORM.format(issued=4, received=3))
    assert {finding.rule for finding in found.findings} & {
        "fact.conflict",
        "document.several_reports",
    } == set()
