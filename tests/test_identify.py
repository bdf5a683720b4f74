"""What a document is: kind with its reason, agency, type, scope, place, year, publication date."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from flows.report.types import Report

PERIOD = "本报告所列数据的统计期限自2022年1月1日起至2022年12月31日止。"
BODY = (
    "一、总体情况\n2022年，我局扎实推进公开工作。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
    "本年度未收到政府信息公开申请。\n四、行政复议、行政诉讼情况\n无。\n五、存在的主要问题及改进情况\n公开不够及时。\n六、其他需要报告的事项\n无。\n"
)


def read(text: str, address: str | None = None) -> Report:
    return read_report(text.encode(), address=address, media_type="text/plain", divisions=load_divisions())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"桦甸市统计局2022年政府信息公开工作年度报告\n{PERIOD}\n{BODY}",
            {
                "agency": "桦甸市统计局",
                "agency_type": "department",
                "scope": "single_agency",
                "division": "220282",
            },
        ),
        # the title on two lines, agency above
        (
            f"岳阳市人民政府2022年\n政府信息公开工作年度报告\n岳阳市人民政府办公室\n{PERIOD}\n{BODY}",
            {
                "agency": "岳阳市人民政府",
                "agency_type": "government",
                "scope": "territory_total",
                "division": "430600",
            },
        ),
        # 人民政府 and 政府信息公开 share a word
        (
            f"株洲市人民政府信息公开工作2022年度报告\n{PERIOD}\n{BODY}",
            {"agency": "株洲市人民政府", "agency_type": "government", "division": "430200"},
        ),
        (
            f"2022年度湘潭县政府信息公开工作年度报告\n{PERIOD}\n{BODY}",
            {
                "agency": "湘潭县",
                "agency_type": "government",
                "scope": "territory_total",
                "division": "430321",
            },
        ),
        # no title; named by what it publishes
        (
            f"根据有关规定，现公布扬州市教育局2022年政府信息公开工作年度报告。{PERIOD}\n{BODY}",
            {"agency": "扬州市教育局", "agency_type": "department", "division": "321000"},
        ),
        # no title; an office that adds up everybody's reports writes for the government
        (
            (
                "本报告由衡阳市人民政府信息公开工作领导小组办公室根据《条例》要求，汇总衡阳市各县（市、区）、市政府各部门情况编制而成。"
                f"{PERIOD}\n{BODY.replace('我局', '我市')}"
            ),
            {
                "agency": "衡阳市人民政府",
                "agency_type": "government",
                "scope": "territory_total",
                "division": "430400",
            },
        ),
        # no title, no full name: completed by the resolved place
        (
            (
                f"根据要求，现将我办2022年度政府信息公开情况报告如下：{PERIOD}\n一、总体情况\n2022年，区政府办公室认真执行《条例》。\n"
                f"{BODY.replace('我局', '我办')}\n主办：武汉市汉阳区人民政府办公室 网站标识码：4201050001"
            ),
            {"agency_type": "department", "scope": "single_agency", "division": "420105"},
        ),
        # an office's own report, and one that is the territory's
        (
            f"乌恰县政府办公室2022年政府信息公开工作年度报告\n{PERIOD}全县各级各部门的数据由我县汇总。\n{BODY.replace('我局', '我县')}",
            {"agency_type": "department", "scope": "territory_total", "division": "653024"},
        ),
        (
            f"句容市人民政府办公室2022年政府信息公开工作年度报告\n{PERIOD}以下为我办情况。\n{BODY.replace('我局', '我办')}",
            {"agency_type": "department", "scope": "single_agency", "division": "321183"},
        ),
        # one town says 汇总 and is one town
        (
            f"襄城区欧庙镇2022年政府信息公开年度工作报告\n{PERIOD}现将我镇情况汇总如下。\n{BODY.replace('我局', '我镇')}",
            {
                "agency": "襄城区欧庙镇",
                "agency_type": "township",
                "scope": "single_agency",
                "division": "420602",
            },
        ),
        (
            f"湖南省2022年政府信息公开工作年度报告（本级）\n{PERIOD}\n{BODY.replace('我局', '我省')}",
            {"agency_type": "government", "scope": "own_level", "division": "430000"},
        ),
        # doubled place, as templates leave it
        (
            f"桦甸市桦甸市审计局2022年政府信息公开工作年度报告\n{PERIOD}\n{BODY}",
            {"agency": "桦甸市审计局", "division": "220282"},
        ),
        (
            f"连云区教育局政府信息公开工作2022年度报告\n{PERIOD}\n{BODY}",
            {"agency": "连云区教育局", "division": "320703"},
        ),
    ],
)
def test_reports(text: str, expected: dict[str, Any]) -> None:
    report = read(text)
    assert (report.kind, report.year) == ("annual_report", 2022)
    assert {name: getattr(report, name) for name in expected} == expected
    assert report.evidence["agency"]
    assert report.evidence["scope"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "2022年政务公开工作要点\n2022年，全市将全面推进公开工作，将进一步完善制度。\n一、主动公开\n将及时公开。",
            "要点",
        ),
        (
            "某市统计局政府信息公开指南\n为方便公民获取信息，编制本指南。一、主动公开范围\n二、依申请公开流程\n三、行政复议",
            "指南",
        ),
        (
            "关于做好2022年政府信息公开工作年度报告编制发布工作的通知\n各县区：请于1月31日前发布。一、总体要求\n二、主动公开",
            "通知",
        ),
        ("404 Not Found\n您访问的页面不存在", "nothing was found"),
        ("", "empty"),
        (
            (
                "政府信息公开年报\n桦甸市统计局2022年政府信息公开工作年度报告\n桦甸市审计局2022年政府信息公开工作年度报告\n"
                "桦甸市教育局2022年政府信息公开工作年度报告\n桦甸市民政局2021年政府信息公开工作年度报告\n下一页"
            ),
            "listing",
        ),
        ("桦甸市统计局2022年度部门决算\n一、收入支出情况\n二、“三公”经费情况", "决算"),
        ("今天的天气很好，适合户外活动。" * 10, "no title"),
    ],
)
def test_what_is_no_report(text: str, reason: str) -> None:
    report = read(text)
    assert report.kind in ("other", "unreadable")
    assert reason in (report.reason or "")
    assert report.facts == []


@pytest.mark.parametrize(
    ("text", "address", "year", "word"),
    [
        (f"某县2021年政府信息公开工作年度报告\n{PERIOD}\n{BODY}", None, 2022, "period"),
        (f"桦甸市统计局2022年政府信息公开工作年度报告\n{BODY}", None, 2022, "title"),
        (
            f"桦甸市统计局二〇二二年政府信息公开工作年度报告\n{BODY.replace('2022年', '')}",
            None,
            2022,
            "title",
        ),
        (
            f"桦甸市统计局政府信息公开工作年度报告\n发布日期：2023-01-20\n{BODY.replace('2022年', '')}与2021年相比有增加。2023年，将改进。",
            None,
            2022,
            "published",
        ),
        (
            f"桦甸市统计局政府信息公开工作年度报告\n{BODY.replace('2022年', '')}",
            "http://www.huadian.gov.cn/zfxxgknb/2022n/index.html",
            2022,
            "address",
        ),
    ],
)
def test_year_of_the_figures(text: str, address: str | None, year: int, word: str) -> None:
    report = read(text, address)
    assert report.year == year
    assert word in report.evidence["year"]


def test_title_and_period_that_disagree_are_a_finding() -> None:
    report = read(f"桦甸市统计局2023年政府信息公开工作年度报告\n{PERIOD}\n{BODY}")
    assert report.year == 2022
    assert "year.disagrees" in {finding.rule for finding in report.findings}


def test_what_cannot_be_decided_is_critical() -> None:
    report = read(f"政府信息公开工作年度报告\n{BODY.replace('2022年', '')}")
    critical = {finding.rule for finding in report.findings if finding.severity == "critical"}
    assert {"year.undecided", "agency.undecided", "place.undecided"} <= critical


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("发布日期：2023-01-20 来源：市统计局", date(2023, 1, 20)),
        ("发布时间：2023年1月5日", date(2023, 1, 5)),
        ("（2023年3月15日）", date(2023, 3, 15)),
        ("成文日期: 2023/02/03", date(2023, 2, 3)),
        ("2023年13月45日", None),
        ("统计时间：全年", None),
    ],
)
def test_publication_date(line: str, day: date | None) -> None:
    assert read(f"桦甸市统计局2022年政府信息公开工作年度报告\n{line}\n{BODY}").published_on == day


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n....", b"MZ\x90\x00\x03" + b"\x00" * 300, b"\x00\x01\x02" * 100, b"   "],
)
def test_what_is_no_text_is_unreadable_with_a_reason(data: bytes) -> None:
    report = read_report(data, divisions=load_divisions())
    assert report.kind == "unreadable"
    assert report.reason


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("文字解读：沈阳市沈河区大西街道办事处2022年政府信息公开工作年度报告", "文字解读"),
        ("政府信息公开年度工作报告范文", "范文"),
        ("2021年政务公开工作总结汇编（30篇）", "汇编"),
        ("沈阳市沈河区统计局2020年上半年政府信息公开工作总结", "上半年"),
        ("沈阳市沈河区统计局2020年第三季度政府信息公开情况统计表", "第三季度"),
    ],
)
def test_what_only_looks_like_a_report(title: str, word: str) -> None:
    report = read(
        f"{title}\n{BODY}（一）收到申请数\n件\n1\n1.当面申请数\n件\n1\n"
        if "季度" in title
        else f"{title}\n{BODY}"
    )
    assert report.kind == "other"
    assert word in (report.reason or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # fields of a page's head before the title
        (
            f"标 题: | 沂水县卫生局2022年政府信息公开工作年度报告 | ||\n发布日期: | 2023-01-28 |\n{PERIOD}\n{BODY}",
            {
                "title": "沂水县卫生局2022年政府信息公开工作年度报告",
                "agency": "沂水县卫生局",
                "division": "371323",
            },
        ),
        # the text goes on in the title's line
        (
            f"2022年涵江区卫生局政府信息公开年报 一、引言 本年报由莆田市涵江区卫生局编制。{PERIOD} {BODY}",
            {"agency": "涵江区卫生局", "division": "350303", "year": 2022},
        ),
        (
            f"本年度报告综合2022年度丽水市各县(市、区)政府和市级各部门的年度报告编制而成。{PERIOD}\n{BODY}",
            {"agency": "丽水市人民政府", "scope": "territory_total", "division": "331100"},
        ),
        (
            f"根据条例要求,特编制湛江市人民政府地方志办公室2022年政府信息公开工作年度报告。{PERIOD}\n{BODY}",
            {"agency": "湛江市人民政府地方志办公室", "scope": "single_agency", "division": "440800"},
        ),
        # the line below a title that names nobody
        (
            f"2022年政府信息公开工作年度报告\n晋江经济开发区管委会\n{PERIOD}\n{BODY.replace('我局', '我委')}",
            {"agency": "晋江经济开发区管委会", "agency_type": "other", "scope": "single_agency"},
        ),
        # a zone is neither government nor department
        (
            f"运城经济技术开发区 2022年政府信息公开年度报告\n{PERIOD}\n{BODY}",
            {"agency": "运城经济技术开发区", "agency_type": "other", "division": "140800"},
        ),
        # no title: a town that the text speaks of, or that readers are to ask
        (
            f"按照平乡县人民政府办公室《关于编制年报的通知》，制定本报告。{PERIOD}\n2022年，平乡镇对照清单推进公开。\n{BODY}",
            {"agency": "平乡镇", "agency_type": "township"},
        ),
        (
            f"编制本报告。{PERIOD}如有疑问，请与青阳县杜村乡办公室联系。\n{BODY.replace('我局', '我乡')}",
            {"agency": "青阳县杜村乡", "agency_type": "township", "division": "341723"},
        ),
        (
            f"编制本报告。{PERIOD}地址：永嘉县溪下乡人民政府党政综合办公室。\n{BODY.replace('我局', '我乡')}",
            {"agency": "永嘉县溪下乡人民政府", "agency_type": "township", "division": "330324"},
        ),
        # the office for open government information writes for its agency
        (
            f"由福安市城北街道信息公开工作办公室编制完成本报告。{PERIOD}\n{BODY.replace('我局', '我街')}",
            {"agency": "福安市城北街道", "agency_type": "township", "division": "350981"},
        ),
        (
            f"海关总署(本级机关)2022年政府信息公开工作年度报告\n{PERIOD}\n{BODY}",
            {"agency": "海关总署", "scope": "own_level", "division": None, "province": None},
        ),
        # the heading writes out what the first title cuts short
        (
            f"阳川镇2022年政府信息公开年度报告\n庄浪县阳川镇人民政府2022年政府信息公开年度报告\n{PERIOD}\n{BODY}",
            {"agency": "庄浪县阳川镇人民政府", "agency_type": "township", "division": "620825"},
        ),
        # a place that its title names alone stays as printed, whatever else names its government
        (
            f"高唐县2022年政府信息公开年度报告\n高唐县人民政府2022年政府信息公开年度报告\n来源：高唐县人民政府\n{PERIOD}\n{BODY}",
            {"agency": "高唐县", "agency_type": "government", "scope": "territory_total"},
        ),
        (
            (
                f"现将高唐县2022年度政府信息公开工作情况公布如下。本报告由县政府办公室汇总各镇街和各部门的年度报告编制而成。{PERIOD}\n"
                f"电子版可在高唐县人民政府网站查阅。\n{BODY}"
            ),
            {"agency": "高唐县", "agency_type": "government", "scope": "territory_total"},
        ),
        # nor is the line of the index number
        (
            f"索 引 号 | 014416330/2023-04736 | 分 类 | 政府信息公开年报 其他 |\n现公布泰州市人民政府2022年政府信息公开工作年度报告。{PERIOD}\n{BODY}",
            {"title": None, "agency": "泰州市人民政府", "agency_type": "government", "year": 2022},
        ),
        # a school is no agency
        (
            f"桂林市第十八中学2022年信息公开工作年度报告\n{PERIOD}\n{BODY.replace('我局', '我校')}",
            {"agency": "桂林市第十八中学", "agency_type": "other", "division": "450300"},
        ),
        # a date above the text is no title
        (
            f"2023年3月13日\n引言\n本年报由秦淮区人民政府办公室综合区政府所属各行政机关的年报编制而成。{PERIOD}\n{BODY}",
            {"title": None, "agency": "秦淮区人民政府", "scope": "territory_total", "year": 2022},
        ),
        # no title and no period: what it calls itself
        (
            (
                "本报告是根据《条例》要求，由北京市东城区人民政府东华门街道办事处编制的2022年度政府信息公开年度报告。"
                "全文包括概述，主动公开政府信息的情况，依申请公开政府信息的情况，行政复议的情况，存在的主要问题。\n一、概述\n"
                "2022年设立了1个受理点。\n二、主动公开情况\n2022年共主动公开政府信息57条。\n"
            ),
            {"agency": "北京市东城区人民政府东华门街道办事处", "year": 2022},
        ),
    ],
)
def test_agencies_as_pages_print_them(text: str, expected: dict[str, Any]) -> None:
    report = read(text)
    assert report.kind == "annual_report"
    assert {name: getattr(report, name) for name in expected} == expected


def test_a_township_of_no_list_is_placed_by_what_the_text_names() -> None:
    lines = "".join(f"第{number}段，本镇工作有序开展。\n" for number in range(14))
    report = read(
        f"云岭桥头镇2022年政府信息公开工作年度报告\n{PERIOD}\n{lines}"
        f"在湖南省、衡阳市和衡南县的指导下，我镇按照衡南县的要求公开信息。\n{BODY}"
    )
    assert report.agency == "云岭桥头镇"
    assert (report.division, report.province) == ("430422", "430000")


def test_headings_of_sections_make_a_report_of_a_text_without_title() -> None:
    text = (
        "一、概述\n2021年，我局继续推进公开。\n二、政府信息主动公开情况\n我局2021年共主动公开政府信息75条。\n"
        "三、政府信息依申请公开情况\n未收到申请。\n四、行政复议和行政诉讼情况\n未产生行政复议与行政诉讼。\n五、主要问题和改进措施\n"
    )
    report = read(text)
    assert (report.kind, report.year) == ("annual_report", 2021)
    assert {fact.indicator: fact.value for fact in report.facts}["disclosed.total"] == 75


def test_an_agency_of_the_centre_lacks_no_province() -> None:
    report = read(f"国家粮食和物资储备局2022年政府信息公开工作年度报告\n{PERIOD}\n{BODY}")
    assert (report.division, report.province) == (None, None)
    assert "place.undecided" not in {finding.rule for finding in report.findings}


def test_a_department_is_not_the_government_whose_site_has_its_report() -> None:
    html = (
        '<html><head><title>2022年政府信息公开工作年度报告_青云谱区人民政府</title><meta name="ContentSource" content="区城管局">'
        f"</head><body><h1>2022年政府信息公开工作年度报告</h1><p>我局编制本报告。{PERIOD}</p><p>{BODY}</p>"
        "<div>主办单位：南昌市青云谱区人民政府</div></body></html>"
    )
    report = read_report(html.encode(), media_type="text/html", divisions=load_divisions())
    assert (report.agency_type, report.scope, report.division) == ("department", "single_agency", "360104")
