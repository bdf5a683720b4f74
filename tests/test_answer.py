"""Pages in the JSON answers of a site's interface."""

from __future__ import annotations

import json

from flows.edge.divisions import load_divisions
from flows.report.answer import page_of
from flows.report.read import read_report

PAGE = (
    "<p>本报告所列数据的统计期限自2022年1月1日起至2022年12月31日止。</p><p>一、总体情况</p><p>全年未收到政府信息公开申请，"
    "未发生行政复议、行政诉讼。</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>"
    "<p>四、行政复议、行政诉讼情况</p><p>五、存在的主要问题及改进情况</p>"
    "<p>栏目更新还不均衡，将加强培训，丰富解读的形式。</p><p>六、其他需要报告的事项</p><p>无其他需要报告的事项。</p>"
)


def test_the_page_its_title_and_its_date() -> None:
    answer = {
        "code": 0,
        "data": [
            {"bt": "湘潭县统计局2022年政府信息公开工作年度报告", "fbrq": "2023-01-09 10:00", "nr": PAGE}
        ],
    }
    report = read_report(json.dumps(answer).encode(), divisions=load_divisions())
    assert (report.kind, report.agency, report.year) == ("annual_report", "湘潭县统计局", 2022)
    assert str(report.published_on) == "2023-01-09"
    assert report.evidence["format"] == "HTML in JSON"
    assert {fact.indicator: fact.value for fact in report.facts}["requests.received"] == 0


def test_plain_text_in_an_answer_keeps_its_lines() -> None:
    page = page_of(json.dumps({"title": "a < b", "text": "一、概述\n" + "公开" * 120}, ensure_ascii=False))
    assert page is not None
    assert "<p>一、概述</p><p>" in page
    assert "<title>a &lt; b</title>" in page


def test_what_holds_no_page() -> None:
    assert page_of('{"code": 404, "msg": "none"}') is None
    assert page_of("{not json") is None
    assert page_of("[1, 2, 3]") is None
    assert page_of("正文 {}") is None


def test_an_answer_that_nests_too_deep_is_unreadable() -> None:
    report = read_report(b"[" * 200_000 + b"]" * 200_000, divisions=load_divisions())
    assert report.kind in ("unreadable", "other")
