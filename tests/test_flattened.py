"""Tables that lost their markup, in the ways that pages and copies of pages show."""

from __future__ import annotations

import pytest

from flows.report.extract import Extraction, extract
from flows.report.source import Source, normalise


def read(text: str) -> Extraction:
    return extract(normalise(Source(text)))


def values(text: str) -> dict[str, float | None]:
    return {fact.key: fact.value for fact in read(text).facts}


HEADING = "申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n"
LAST = "四、结转下年度继续办理\n0\n0\n0\n0\n0\n0\n0\n"


def test_headings_over_two_lines() -> None:
    found = values(
        "第二十条第(一)项\n信息内容\n本年新\n制作数量\n本年新\n公开数量\n对外公开总数量\n规章\n1\n2\n3\n"
        "规范性文件\n4\n5\n6\n第二十条第(五)项\n信息内容\n上一年项目数量\n本年增/减\n处理决定数量\n行政许可\n7\n-1\n9"
    )
    assert found == {
        "active.rules.issued|total": 1,
        "active.rules.disclosed|total": 2,
        "active.rules.disclosed_total|total": 3,
        "active.normative_documents.issued|total": 4,
        "active.normative_documents.disclosed|total": 5,
        "active.normative_documents.disclosed_total|total": 6,
        "active.licensing.items_last_year|total": 7,
        "active.licensing.items_change|total": -1,
        "active.licensing.decisions|total": 9,
    }


def test_cells_run_together_with_one_digit_each() -> None:
    found = values(
        "第二十条第(一)项\n信息内容本年制发件数本年废止件数现行有效件数\n规章000\n行政规范性文件105\n"
        "第二十条第(五)项\n信息内容本年处理决定数量\n行政许可1472\n第二十条第(八)项\n信息内容本年收费金额(单位:万元)\n行政事业性收费0\n"
    )
    assert found == {
        "active.rules.issued|total": 0,
        "active.rules.repealed|total": 0,
        "active.rules.in_force|total": 0,
        "active.normative_documents.issued|total": 1,
        "active.normative_documents.repealed|total": 0,
        "active.normative_documents.in_force|total": 5,
        "active.licensing.decisions|total": 1472,
        "active.fees.amount|total": 0,
    }


def test_cells_run_together_are_parted_where_the_rows_sum_leaves_one_way() -> None:
    extraction = read(
        "自然人法人或其他组织总计\n商业企业科研机构社会公益组织法律服务机构其他\n"
        "一、本年新收政府信息公开申请数量120000012\n二、上年结转政府信息公开申请数量0000000\n" + LAST
    )
    found = {fact.key: fact.value for fact in extraction.facts}
    assert found["requests.received|natural_person"] == 12
    assert found["requests.received|total"] == 12
    assert found["requests.carried_in|total"] == 0
    assert any(rule == "flattened.glued" for rule, _ in extraction.notes)


def test_cells_run_together_without_one_way_are_left_and_reported() -> None:
    extraction = read(
        "信息内容本年制发件数本年废止件数现行有效件数\n规章000\n行政规范性文件1112\n" + HEADING + LAST
    )
    assert not any("normative" in fact.indicator for fact in extraction.facts)
    assert any(raw == "1112" for _, raw, _ in extraction.unmapped)


def test_bars_before_each_row_and_a_blank_cell() -> None:
    extraction = read(
        "|\n第二十条第(一)项 | |||\n|\n信息内容 |\n本年制发件数 |\n本年废止件数 |\n现行有效件数 (历史累计) |\n|\n规章 |\n0 |\n0 |\n|\n"
        "|\n行政规范性文件 |\n5 |\n12 |\n8 |\n|\n第二十条第(五)项 | |||\n|\n信息内容 |\n本年处理决定数量 | ||\n|\n行政许可 |\n0 | ||\n"
    )
    found = {fact.key: (fact.value, fact.state) for fact in extraction.facts}
    assert found["active.rules.issued|total"] == (0, "reported")
    assert found["active.rules.in_force|total"] == (None, "blank")
    assert found["active.normative_documents.in_force|total"] == (8, "reported")
    assert found["active.licensing.decisions|total"] == (0, "reported")


def test_long_notes_in_labels() -> None:
    note = "(行政机关制定发布的决定、公告、通告、意见、通知,以及标题采用“规定”“办法”“细则”“规范”“规程”“规则”等字样的公文,一般情况下属于规范性文件)"
    found = values(
        "信息内容 | 本年新 制作数量 | 本年新 公开数量 | 对外公开总数量 | ||\n"
        f"规章(设区的市、自治州人民政府应提供相关数据) | 0 | 0 | 0 | ||\n规范性文件{note} | 2 | 2 | 19 | ||\n"
        "信息内容 | 上一年项目数量(指2019年事项数) | 本年增/减(指2020年增加或减少的事项数,减用负值表示,如-8) | 处理决定数量(指2020年办件量) | ||\n"
        "行政强制 | 4 | 4 | - | ||\n"
    )
    assert found["active.normative_documents.disclosed_total|total"] == 19
    assert found["active.coercion.items_last_year|total"] == 4
    assert found["active.coercion.decisions|total"] is None


def test_years_in_headings() -> None:
    found = values(
        "信息内容 | 本年(2023)制发件数 | 本年(2023)废止件数 | 现行有效件数 |\n规章 | 0 | 1 | 2 |\n规范性文件 | 3 | 4 | 5 |\n"
    )
    assert found["active.rules.in_force|total"] == 2
    assert found["active.normative_documents.issued|total"] == 3


def test_rows_on_a_line_with_heads_of_unequal_length() -> None:
    found = values(
        "(本列数据的勾稽关系为:第一项加第二项之和,等于第三项加第四项之和) | 申请人情况 |\n自然人 | 法人或其他组织 | 总计 |\n"
        "商业 企业 | 科研 机构 | 社会公益组织 | 法律服务机构 | 其他 |\n一、本年新收政府信息公开申请数量 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n"
        "三、本年度办理结果 | (一)予以公开 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |\n(三)不予公开 | 1.属于国家秘密 | 0 | 0 | 0 | 7 | 0 | 0 | 7 |\n"
    )
    assert found["requests.received|business"] == 2
    assert found["requests.received|total"] == 21
    assert found["requests.refused.state_secret|nonprofit"] == 7


@pytest.mark.parametrize("row", ["3\n3", "0\n0\n0\n0\n0\n0", "1\n2\n3"])
def test_lost_blanks_give_only_what_is_certain(row: str) -> None:
    extraction = read(HEADING + f"一、本年新收政府信息公开申请数量\n{row}\n" + LAST)
    received = {
        fact.applicant: fact.value for fact in extraction.facts if fact.indicator == "requests.received"
    }
    assert received in ({}, {"total": 3.0})
    assert any(rule == "flattened.blanks_lost" for rule, _ in extraction.notes)


def test_labels_in_prose_are_no_rows() -> None:
    assert (
        values(
            "本局收到申请数较去年增加，申请办结数为7件。\n主动公开政府信息数\n较多，其中网站公开3条。\n依法纠错数\n"
        )
        == {}
    )


SHORT_ROWS = (
    "(本列数据的勾稽关系为:第一项加第二项之和,等于第三项加第四项之和) | 申请人情况 | ||||||||\n"
    "自然人 | 法人或其他组织 | 总计 | |||||||\n商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | |||||\n"
    "一、本年新收政府信息公开申请数量 | 4 | 1 | | | | 2 | 7 | ||\n二、上年结转政府信息公开申请数量 | | | | | | | | ||\n"
    "三、本年度办理结果 | (一)予以公开 | 4 | 1 | | | | 1 | 6 | |\n"
    "四、结转下年度继续办理 | | | | | | 1 | 1 | ||\n"
)


def test_rows_that_end_in_a_bar_for_each_spanned_place() -> None:
    """As many bars in every row, yet no columns: a spanned place has its bar at the row's end."""
    extraction = read(SHORT_ROWS)
    found = {fact.key: fact.value for fact in extraction.facts if fact.state == "reported"}
    assert found == {
        "requests.received|natural_person": 4,
        "requests.received|business": 1,
        "requests.received|other_organisation": 2,
        "requests.received|total": 7,
        "requests.granted|natural_person": 4,
        "requests.granted|business": 1,
        "requests.granted|other_organisation": 1,
        "requests.granted|total": 6,
        "requests.carried_out|other_organisation": 1,
        "requests.carried_out|total": 1,
    }
    assert len(extraction.facts) == 28


def test_bars_on_lines_of_their_own() -> None:
    found = values(
        "信息内容\n|\n本年制发件数\n|\n本年废止件数\n|\n现行有效件数\n|\n||\n规章\n|\n|\n0\n|\n3\n|\n||\n"
        "行政规范性文件\n|\n2\n|\n1\n|\n9\n|\n||\n"
    )
    assert found == {
        "active.rules.issued|total": None,
        "active.rules.repealed|total": 0,
        "active.rules.in_force|total": 3,
        "active.normative_documents.issued|total": 2,
        "active.normative_documents.repealed|total": 1,
        "active.normative_documents.in_force|total": 9,
    }


def test_bars_before_cells() -> None:
    found = values(
        "信息内容\n| 本年制发件数\n| 本年废止件数\n| 现行有效件数\n|\n规章\n|\n| 0\n| 3\n|\n行政规范性文件\n| 2\n| 1\n| 9\n|\n"
    )
    assert found["active.rules.issued|total"] is None
    assert found["active.rules.in_force|total"] == 3
    assert found["active.normative_documents.in_force|total"] == 9


def test_lines_of_white_space_are_blank_cells_where_their_number_fits() -> None:
    row = "一、本年新收政府信息公开申请数量\n\n3\n\n \n\n\u00a0\n\n\u3000\n\n1\n\n \n\n4\n\n"
    extraction = read(HEADING + row + LAST)
    states = {fact.applicant: (fact.value, fact.state) for fact in extraction.facts if "received" in fact.key}
    assert states["natural_person"] == (3, "reported")
    assert states["business"] == (None, "blank")
    assert states["legal_service"] == (1, "reported")
    assert states["total"] == (4, "reported")


def test_lines_of_white_space_between_all_cells_are_none() -> None:
    heading = HEADING.replace("\n", "\n \n")
    extraction = read(heading + "一、本年新收政府信息公开申请数量\n \n3\n \n1\n \n4\n \n" + LAST)
    assert {fact.applicant for fact in extraction.facts if "received" in fact.key} <= {"total"}


def test_numbered_rows() -> None:
    rows = [
        "信息内容 | 本年处理决定数量 | 备注 |",
        *(f"{label} | {count} | |" for label, count in (("行政许可", 7), ("行政处罚", 8), ("行政强制", 9))),
    ]
    rows += [
        f"一、本年新收政府信息公开申请数量 | {' | '.join('1234510')} |",
        "二、上年结转政府信息公开申请数量 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |",
    ]
    rows += [
        "三、本年度办理结果 | (一)予以公开 | 1 | 0 | 0 | 0 | 0 | 0 | 1 |",
        "四、结转下年度继续办理 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |",
    ]
    numbered = "\n".join(f"{number} | {row}" for number, row in enumerate(rows, 1))
    assert values(numbered) == values("\n".join(rows))
    assert values(numbered)["active.coercion.decisions|total"] == 9


def test_more_counts_than_columns_are_not_cut() -> None:
    extraction = read(HEADING + "一、本年新收政府信息公开申请数量 1 0 0 0 0 0 1 9\n" + LAST)
    assert not [fact for fact in extraction.facts if "received" in fact.key]
    assert any(rule == "flattened.blanks_lost" for rule, _ in extraction.notes)


def test_disputes_with_routes_in_another_order() -> None:
    outcomes = "结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计"
    found = values(
        f"行政诉讼 | 行政复议 |\n复议后起诉 | 未经复议直接起诉 | {outcomes} |\n{outcomes} | {outcomes} |\n"
        "1 | 0 | 0 | 0 | 1 | 0 | 2 | 0 | 0 | 2 | 0 | 0 | 3 | 0 | 3 |\n"
    )
    assert found["litigation.after_review.upheld|total"] == 1
    assert found["litigation.direct.corrected|total"] == 2
    assert found["review.other|total"] == 3


@pytest.mark.parametrize("digits", ["47", "12"])
def test_a_count_behind_a_space_is_not_cut_into_columns(digits: str) -> None:
    found = values(f"信息内容 上一年项目数量 本年增/减\n行政事业性收费 {digits}\n")
    assert found == {}


def test_two_counts_without_headings_decide_nothing() -> None:
    extraction = read("（一）收到申请数\n件\n9\n99\n1.当面申请数\n件\n1\n11\n")
    assert extraction.facts == []
    assert any(rule == "table.columns_undecided" for rule, _ in extraction.notes)


REQUEST_LINES = (
    "一、本年新收政府信息公开申请数量 | 3 | 0 | 0 | 0 | 1 | 0 | 4 |\n二、上年结转政府信息公开申请数量 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |\n"
    "三、本年度办理结果 | (一)予以公开 | 3 | 0 | 0 | 0 | 1 | 0 | 4 |\n四、结转下年度继续办理 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |\n"
)


@pytest.mark.parametrize(("last", "is_read"), [(3, True), (4, False)])
def test_disputes_without_headings_are_read_where_their_sums_hold(last: int, is_read: bool) -> None:
    row = f"| 1 | 0 | 0 | 1 | 2 | 0 | 0 | 0 | 0 | 0 | 2 | 0 | 1 | 0 | {last} |"
    extraction = read(f"{REQUEST_LINES}四、政府信息公开行政复议、行政诉讼情况\n行政复议行政诉讼\n{row}\n")
    found = {fact.key: fact.value for fact in extraction.facts if "review" in fact.key}
    assert (found.get("review.pending|total") == 1) is is_read
    assert (found.get("litigation.after_review.total|total") == 3) is is_read


def test_marks_of_markdown() -> None:
    text = (
        "| **信息内容** | **本年制发件数** | **本年废止件数** | **现行有效件数** |\n| --- | --- | --- | --- |\n"
        "| 规章 | 0 | **12** | 3 |\n| 行政规范性文件 | *2* | 0 | 9 |\n"
        "| 一、本年新收政府信息公开申请数量 | 1 | 0 | 0 | 0 | 0 | 0 | **1** |\n| 1\\.属于国家秘密 | 1 | 0 | 0 | 0 | 0 | 0 | 1 |\n"
    )
    found = {fact.key: (fact.value, fact.raw) for fact in read(text).facts}
    assert found["active.rules.repealed|total"] == (12, "12")
    assert found["active.normative_documents.issued|total"] == (2, "2")
    assert found["requests.received|total"] == (1, "1")
    assert found["requests.refused.state_secret|natural_person"] == (1, "1")


@pytest.mark.parametrize("kept", [True, False])
def test_a_whole_table_on_one_line(kept: bool) -> None:
    span = " |  " if kept else ""
    text = (
        f"(勾稽关系){span}{span} | 申请人情况{span * 6} |{' |  |  | ' if kept else ' '}自然人 | 法人或其他组织{span * 4} | 总计 |"
        f"{' |  |  |  | ' if kept else ' '}商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他{span} | "
        f"一、本年新收政府信息公开申请数量{span}{span} | 3 |  |  |  | 1 |  | 4 | "
        f"二、上年结转政府信息公开申请数量{span}{span} |  |  |  |  |  |  |  | "
        f"三、本年度办理结果 | (一)予以公开{span} | 3 |  |  |  | 1 |  | 4 | "
        f"四、结转下年度继续办理{span}{span} |  |  |  |  |  |  |  |"
    )
    states = {fact.key: (fact.value, fact.state) for fact in read(text).facts}
    assert states["requests.received|natural_person"] == (3, "reported")
    assert states["requests.received|business"] == (None, "blank")
    assert states["requests.granted|legal_service"] == (1, "reported")
    assert states["requests.granted|total"] == (4, "reported")
    assert states["requests.carried_out|total"] == (None, "blank")


def test_rows_of_csv() -> None:
    """Blank cells, spans and a label with commas in quotes; amounts grouped by commas are in quotes too."""
    rows = [
        '"（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",,,申请人情况,,,,,,',
        ",,,自然人,法人或其他组织,,,,,总计",
        ",,,,商业企业,科研机构,社会公益组织,法律服务机构,其他,",
        '一、本年新收政府信息公开申请数量,,,"1,204",,2,,,,1206',
        "二、上年结转政府信息公开申请数量,,,,,,,,,",
        "三、本年度办理结果,（一）予以公开,,1203,,2,,,,1205",
        ',"（二）部分公开（区分处理的，只计这一情形，不计其他情形）",,1,,,,,,1',
        ",（七）总计,,1204,,2,,,,1206",
        "四、结转下年度继续办理,,,,,,,,,",
    ]
    found = values("\n".join(rows))
    assert found["requests.received|natural_person"] == 1204
    assert found["requests.granted|research"] == 2 and found["requests.granted|business"] is None
    assert found["requests.partial|total"] == 1


def test_sentences_with_commas_are_no_rows() -> None:
    text = "\n".join(["一是予以公开，部分公开，均按规定办理，全年共12件，", "重复申请，5件，", "部分公开,3,"])
    assert values(text) == {}


ROW = "一、本年新收政府信息公开申请数量\n{}\n二、上年结转政府信息公开申请数量\n0\n0\n0\n0\n0\n0\n0\n"


@pytest.mark.parametrize(
    "heads",
    [
        "申请人情况\n总计\n自然人\n法人或其他组织\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n",
        "申请人情况\n总计\n自然人\n法人或其他组织\n商业\n科研\n社会公益\n法律服务\n其他\n企业\n机构\n组织\n机构\n",
        "申请人情况\n总计 自然人 法人或其他组织\n商业 科研 社会公益 法律服务 其他\n企业 机构 组织 机构\n",
        "总计\n自然人\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他\n",
    ],
)
def test_total_before_the_applicants(heads: str) -> None:
    found = values(heads + ROW.format("9\n1\n2\n3\n0\n0\n3"))
    assert found["requests.received|total"] == 9
    assert found["requests.received|natural_person"] == 1
    assert found["requests.received|other_organisation"] == 3


def test_total_first_holds_for_the_rows_of_another_length() -> None:
    """A run of lines of equal length is read as a table, and the heading with it."""
    text = (
        "勾稽关系\t总计\t自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\n"
        "一、本年新收政府信息公开申请数量\t3\t1\t2\t0\t0\t0\t0\n"
        "二、上年结转政府信息公开申请数量\t0\t0\t0\t0\t0\t0\t0\n"
        "三、本年度办理结果\t（一）予以公开\t3\t1\t2\t0\t0\t0\t0\n"
        "（二）部分公开\t0\t0\t0\t0\t0\t0\t0\n"
    )
    found = values(text)
    assert found["requests.granted|total"] == 3
    assert found["requests.granted|natural_person"] == 1


def test_disputes_by_route_in_lines() -> None:
    found = values(
        f"{HEADING}{LAST}类别\n结果维持\n结果纠正\n其他结果\n尚未审结\n总计\n行政复议\n1\n0\n0\n2\n3\n行政诉讼\n未经复议直接起诉\n0\n4\n0\n0\n4\n"
        "复议后起诉\n5\n0\n0\n0\n5\n"
    )
    assert found["review.pending|total"] == 2
    assert found["litigation.direct.corrected|total"] == 4
    assert found["litigation.after_review.total|total"] == 5


def test_disputes_one_below_the_other_between_bars() -> None:
    outcomes = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    text = ""
    for route, counts in (
        ("行政复议", "10023"),
        ("行政诉讼 | 未经复议直接起诉", "04004"),
        ("复议后起诉", "50005"),
    ):
        for at, (outcome, count) in enumerate(zip(outcomes, counts, strict=True)):
            text += f"{route + ' | ' if not at else ''}{outcome} | {count} |\n"
    found = values(text)
    assert len(found) == 15
    assert found["review.total|total"] == 3
    assert found["litigation.direct.corrected|total"] == 4
    assert found["litigation.after_review.upheld|total"] == 5


def test_disputes_with_headings_cut_in_two_rows() -> None:
    cut = "结果\n结果\n其他\n尚未\n总计\n"
    rest = "维持\n纠正\n结果\n审结\n" * 3
    counts = "1\n0\n/\n2\n3\n0\n4\n0\n0\n4\n5\n0\n0\n0\n5\n"
    found = values(
        f"{HEADING}{LAST}行政复议\n行政诉讼\n{cut}未经复议直接起诉\n复议后起诉\n{cut}{cut}{rest}{counts}"
    )
    assert found["review.pending|total"] == 2
    assert found["review.other|total"] is None
    assert found["litigation.after_review.total|total"] == 5


@pytest.mark.parametrize("row", ["1,204 | 0 | 3 | 0 | 0 | 0 | 1,207 |", "1,204  0  3  0  0  0  1,207"])
def test_thousands_are_no_cells(row: str) -> None:
    heads = HEADING.replace("\n", " | ") if "|" in row else HEADING
    labels = (
        "一、本年新收政府信息公开申请数量",
        "2.其他法律行政法规禁止公开",
        "8.属于行政查询事项",
        "2.重复申请",
    )
    mark = " | " if "|" in row else " "
    found = values(heads + "\n" + "\n".join(f"{label}{mark}{row}" for label in labels))
    assert found["requests.received|natural_person"] == 1204
    assert found["requests.not_processed.repeated|total"] == 1207


def test_a_space_groups_the_digits_where_each_count_has_its_line() -> None:
    found = values(
        HEADING + LAST + "第二十条第(五)项\n信息内容\n本年处理决定数量\n行政许可\n16 166\n行政处罚\n-1 003\n"
    )
    assert found["active.licensing.decisions|total"] == 16166
    assert found["active.penalties.decisions|total"] == -1003


def test_a_dash_with_its_bar_is_a_cell() -> None:
    lines = HEADING + "一、本年新收政府信息公开申请数量\n3\n-\n-\n1\n-\n-\n4\n" + LAST
    facts = {fact.key: fact for fact in read(lines.replace("\n", " |\n")).facts}
    assert facts["requests.received|business"].state == "not_applicable"
    assert facts["requests.received|nonprofit"].value == 1


@pytest.mark.parametrize(
    "label",
    [
        "2. 重复申请",
        "（五）不予处理2.重复申请",
        "三、本年度办理结果——（五）不予处理——2.重复申请",
        "重复 申请",
    ],
)
def test_labels_with_their_group_or_number_beside(label: str) -> None:
    found = values(
        f"{HEADING}{LAST}1.信访举报投诉类申请\n1\n0\n0\n0\n0\n0\n1\n{label}\n2\n0\n0\n0\n0\n0\n2\n"
    )
    assert found["requests.not_processed.petition|total"] == 1
    assert found["requests.not_processed.repeated|total"] == 2


def test_the_note_of_a_label_on_the_line_below() -> None:
    found = values(
        f"{HEADING}（二）部分公开\n（区分处理的，只计这一情形，不计其他情形）\n2\n0\n0\n0\n0\n0\n2\n{LAST}"
    )
    assert found["requests.partial|total"] == 2


def test_serial_numbers_on_lines_of_their_own() -> None:
    rows = [
        "（一）收到申请数",
        "1.当面申请数",
        "2.传真申请数",
        "3.网络申请数",
        "4.信函申请数",
        "（二）申请办结数",
        "1.按时办结数",
    ]
    lines = [f"{number}\n{label}\n件\n{number * 10}" for number, label in enumerate(rows, 1)]
    found = values("序号\n指标\n单位\n统计数\n" + "\n".join(lines))
    assert found["requests.received|total"] == 10
    assert found["requests.closed.on_time|total"] == 70


def test_a_blank_between_bars_is_the_count_of_a_row_without_a_unit() -> None:
    facts = {
        fact.key: fact.state
        for fact in read("（一）收到申请数 | 12 |\n1.当面申请数 | |\n2.传真申请数 | 3 |\n").facts
    }
    assert facts["requests.received.in_person|total"] == "blank"
    assert facts["requests.received.fax|total"] == "reported"


REFUSED = [
    "1.属于国家秘密",
    "2.其他法律行政法规禁止公开",
    "3.危及“三安全一稳定”",
    "4.保护第三方合法权益",
    "5.属于三类内部事务信息",
    "6.属于四类过程性信息",
    "7.属于行政执法案卷",
    "8.属于行政查询事项",
]
UNAVAILABLE = ["1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确"]
NOT_PROCESSED = [
    "1.信访举报投诉类申请",
    "2.重复申请",
    "3.要求提供公开出版物",
    "4.无正当理由大量反复申请",
    "5.要求行政机关确认或重新出具已获取信息",
]
TURNED = [
    *(
        "申请人情况",
        "一、本年新收政府信息公开申请数量",
        "二、上年结转政府信息公开申请数量",
        "三、本年度办理结果",
    ),
    *(
        "四、结转下年度继续办理",
        "（一）予以公开",
        "（二）部分公开",
        "（三）不予公开",
        "（四）无法提供",
        "（五）不予处理",
    ),
    *("（六）其他处理", "（七）总计", *REFUSED, *UNAVAILABLE, *NOT_PROCESSED),
]
APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")


@pytest.mark.parametrize("mark", ["\n", " |\n", "\t"])
def test_the_applications_table_on_its_side(mark: str) -> None:
    """The form's order is that of the columns; the labels are printed row of headings by row."""
    text = mark.join(TURNED) + "\n"
    for number, name in enumerate(APPLICANTS, 1):
        first = ["法人或其他组织"] if number == 2 else []
        text += mark.join([*first, name, *(str(number * 100 + row) for row in range(23))]) + "\n"
    found = values(text)
    assert len(found) == 23 * 7
    assert found["requests.received|natural_person"] == 100
    assert found["requests.granted|business"] == 202
    assert found["requests.refused.state_secret|research"] == 304
    assert found["requests.carried_out|total"] == 722


def test_a_turned_table_that_lacks_a_label_is_left() -> None:
    text = "\n".join(label for label in TURNED if label != "2.重复申请") + "\n"
    text += "".join(f"{name}\n" + "1\n" * 22 for name in APPLICANTS)
    assert not any(key.startswith("requests.") for key in values(text))
