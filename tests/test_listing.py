"""Discovery: how listings turn their pages, what pages lead to, and that every listing ends."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.edge.address import absolute_address, canonical_address
from flows.edge.archive import Archive
from flows.edge.catalogue import LinkRule, Rate, Source, load_defaults
from flows.edge.crawl import MOST_SITEMAPS
from flows.edge.discovery import (
    NOTHING_NEW,
    TOO_DEEP,
    TOO_MANY_PAGES,
    TOO_MANY_SITEMAPS,
    log_of,
    read_discovery,
)
from flows.edge.limits import Limits
from flows.edge.links import MOST_LINKS, is_attachment
from flows.edge.listing import MOST_BYTES, Listing, discover, read_listing
from flows.edge.manifest import Manifest
from flows.edge.pagination import (
    MOST_PAGES,
    Jpage,
    JsonList,
    Numbered,
    Page,
    TrsSearch,
    YearParameter,
    at_path,
    html_records,
    parts_of_article,
    read_json,
    search_records,
)
from flows.edge.sitemap import MOST_ADDRESSES, read_sitemap
from flows.fetch import FetchSummary, fetch
from flows.parse import Original, read_batch, unread_originals
from flows.report.types import Report
from flows.settings import Home
from tests.local_web import LocalWeb, answer

UNTIL = 2024
REPORT = "<p>本年度共收到政府信息公开申请三件，均已答复。</p>" * 40


def names(addresses: list[str]) -> list[str]:
    return [address.rpartition("/")[2] for address in addresses]


# --- addresses ---


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("HTTP://WWW.A.CN:80/x/../y/./z.html#top", "http://www.a.cn/y/z.html"),
        ("https://a.cn:443", "https://a.cn/"),
        ("http://a.cn:8080/", "http://a.cn:8080/"),
        ("http://a.cn/%e4%b8%ad%7E?q=%2f", "http://a.cn/%E4%B8%AD~?q=%2F"),
        ("http://a.cn/l.jsp;jsessionid=1F?id=2&_=171&PHPSESSID=x", "http://a.cn/l.jsp?id=2"),
        ("http://a.cn/l?b=1&&a=2", "http://a.cn/l?b=1&a=2"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_one_spelling_of_an_address(address: str, canonical: str) -> None:
    assert canonical_address(address) == canonical
    assert canonical_address(canonical) == canonical


@given(st.text(max_size=60))
def test_a_canonical_address_stays_or_is_refused(text: str) -> None:
    for address in (text, f"http://a.cn/{text}", f"http://a.cn/?{text}"):
        try:
            canonical = canonical_address(address)
        except ValueError:
            continue
        assert canonical_address(canonical) == canonical


def test_addresses_that_are_none() -> None:
    for href in ("mailto:a@b", "javascript:void(0)", "http://[x", "http://a.cn:port/", "x" * 2100, "tel:1"):
        assert absolute_address("http://a.cn/", href) is None
    assert absolute_address("http://a.cn/b/", " ../c.html#d ") == "http://a.cn/c.html"


# --- index_{n}.html ---


@pytest.mark.parametrize(
    ("address", "script", "pages"),
    [
        ("/nb/", 'createPageHTML(4, 0, "index", "html");', ["index_1.html", "index_2.html", "index_3.html"]),
        ("/nb/index_1.html", 'createPageHTML(3,1,"index","html")', ["index_2.html"]),
        (
            "/nb/index.shtml",
            "createPageHTML('pager',3, 1,'index','shtml',55);",
            ["index_2.shtml", "index_3.shtml"],
        ),
        (
            "/nb/index_2.shtml",
            "createPageHTML('pager',5, 2,'index','shtml',55);",
            ["index_3.shtml", "index_4.shtml"],
        ),
        (
            "/nb/index.htm",
            'var countPage = 3; var now = 0; createPageHTML(countPage, now, "index", "htm")',
            ["index_1.htm", "index_2.htm"],
        ),
        ("/nb/", 'createPageHTML(1, 0, "index", "html");', []),
        ("/nb/", 'createPageHTML(0, 0, "index", "html");', []),
        ("/nb/", 'createPageHTML(total, 0, "index", "html");', []),
        ("/nb/", 'createPageHTML(3, 0, "../../etc/passwd", "html");', []),
        ("/nb/", "function createPageHTML(count, current) {}", []),
        ("/nb/", "共 7 页", []),
    ],
)
def test_numbered_pages_as_their_script_counts_them(address: str, script: str, pages: list[str]) -> None:
    page = Page(f"http://a.cn{address}", f"<script>{script}</script>")
    found = Numbered().next_pages(page, until=UNTIL)
    assert names(found) == pages
    assert all(one.startswith("http://a.cn/nb/") for one in found)


@pytest.mark.parametrize(
    ("family", "address", "text", "pages"),
    [
        (Numbered("index_{n}.html"), "http://a.cn/nb/", "", ["index_1.html"]),
        (Numbered("index_{n}.html"), "http://a.cn/nb/index_6.html", "", ["index_7.html"]),
        (Numbered("{n}.html", second=2), "http://a.cn/nb/1.html", "", ["2.html"]),
        (Numbered("{n}.html", second=2), "http://a.cn/nb/", "<b>共3页</b>", ["2.html", "3.html"]),
        (
            Numbered("list_{n}.htm", second=2),
            "http://a.cn/nb/",
            "共 <em>4</em> 页",
            [f"list_{n}.htm" for n in (2, 3, 4)],
        ),
    ],
)
def test_numbered_pages_by_a_pattern(family: Numbered, address: str, text: str, pages: list[str]) -> None:
    assert names(family.next_pages(Page(address, text), until=UNTIL)) == pages


def test_a_site_that_declares_a_million_pages_is_asked_for_some() -> None:
    page = Page("http://a.cn/nb/", 'createPageHTML(1000000, 0, "index", "html")')
    assert len(Numbered().next_pages(page, until=UNTIL)) == MOST_PAGES - 1


# --- jpage ---

JPAGE = """<script>$("#7810").jpage({themeName:'default', perpage:15, totalRecord: 100,
proxyUrl:'/module/web/jpage/dataproxy.jsp', params: {col:1,appid:1,webid:12,path:'/',columnid:14022,
sourceContentType:1,unitid:'7810',webname:'甲市',permissiontype:0}});</script>"""


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_jpage_windows_of_all_records() -> None:
    found = Jpage().next_pages(Page("http://a.cn/col/col14022/index.html", JPAGE), until=UNTIL)
    assert [urlsplit(one).path for one in found] == ["/module/web/jpage/dataproxy.jsp"] * 3
    windows = [(query(one)["startrecord"], query(one)["endrecord"]) for one in found]
    assert windows == [("1", "45"), ("46", "90"), ("91", "135")]
    asked = query(found[0])
    assert (asked["columnid"], asked["unitid"], asked["webid"], asked["perpage"]) == (
        "14022",
        "7810",
        "12",
        "15",
    )
    assert asked["webname"] == "甲市"


def test_jpage_answers_say_how_many_records_there_are() -> None:
    bare = JPAGE.replace("totalRecord: 100,", "")
    first = Jpage().next_pages(Page("http://a.cn/col/", bare), until=UNTIL)
    assert [query(one)["startrecord"] for one in first] == ["1"]
    body = (
        "<datastore><totalrecord>100</totalrecord><recordset><record><![CDATA[<a href='/x'>x</a>]]></record>"
    )
    following = Jpage().next_pages(Page(first[0], body), until=UNTIL)
    assert [query(one)["startrecord"] for one in following] == ["46", "91"]
    assert query(following[0])["columnid"] == "14022"


def test_jpage_without_a_total_goes_on_while_records_come() -> None:
    address = (
        "http://a.cn/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45&perpage=15&columnid=1&unitid=2"
    )
    record = "<record><![CDATA[<a href='/x'>x</a>]]></record>"
    assert [query(one)["startrecord"] for one in Jpage().next_pages(Page(address, record), until=UNTIL)] == [
        "46"
    ]
    assert Jpage().next_pages(Page(address, "<datastore></datastore>"), until=UNTIL) == []


def test_jpage_parameters_of_the_source_count_more() -> None:
    family = Jpage(columnid=1, unitid=2, webid=3, per_page=10)
    found = family.next_pages(Page("http://a.cn/", "<p>no script</p>"), until=UNTIL)
    assert [(query(one)["columnid"], query(one)["unitid"], query(one)["endrecord"]) for one in found] == [
        ("1", "2", "30")
    ]
    assert Jpage().next_pages(Page("http://a.cn/", "<p>no script</p>"), until=UNTIL) == []


def test_records_in_cdata() -> None:
    assert html_records("<record><![CDATA[<li>a]]></record>\n<record>\n<![CDATA[b]]>\n</record>") == [
        "<li>a",
        "b",
    ]


# --- TRS search ---


def was(page: int, of: int | None = None, records: int = 2) -> Page:
    body = "".join(
        f"<REC><DOCTITLE><![CDATA[{n}局<em>年报</em>]]></DOCTITLE><DOCPUBURL>/a/{n}.html?x=1&amp;y=2</DOCPUBURL></REC>"
        for n in range(records)
    )
    total = f"<total>{of}</total>" if of is not None else ""
    return Page(
        f"http://a.cn/was5/web/search?channelid=9&searchword=年报&page={page}&perpage=2", total + body
    )


def test_trs_search_pages() -> None:
    assert [query(one)["page"] for one in TrsSearch().next_pages(was(1, of=5), until=UNTIL)] == ["2"]
    assert TrsSearch().next_pages(was(3, of=5), until=UNTIL) == []
    assert [query(one)["page"] for one in TrsSearch().next_pages(was(7), until=UNTIL)] == ["8"]
    assert TrsSearch().next_pages(was(8, records=0), until=UNTIL) == []
    assert TrsSearch().next_pages(was(MOST_PAGES), until=UNTIL) == []
    assert query(TrsSearch().next_pages(was(1, of=5), until=UNTIL)[0])["searchword"] == "年报"


def test_trs_search_records() -> None:
    first, _ = search_records(was(1))
    assert (first.address, first.title) == ("http://a.cn/a/0.html?x=1&y=2", "0局年报")


# --- JSON ---

LIST = JsonList(
    "http://a.cn/list?p={n}", "data.list", url="u", title="t", date="d", total="data.total", per_page=2
)


def items(count: int, total: object = 5) -> str:
    rows = [{"u": f"/a/{n}.html", "t": f"{n}", "d": "2024-01-01"} for n in range(count)]
    return json.dumps({"data": {"total": total, "list": rows}})


def test_json_lists() -> None:
    assert LIST.next_pages(Page("http://a.cn/nb/", "<html>"), until=UNTIL) == ["http://a.cn/list?p=1"]
    assert LIST.next_pages(Page("http://b.cn/nb/", "<html>"), until=UNTIL) == []
    assert LIST.next_pages(Page("http://a.cn/list?p=1", items(2)), until=UNTIL) == ["http://a.cn/list?p=2"]
    assert LIST.next_pages(Page("http://a.cn/list?p=3", items(1)), until=UNTIL) == []
    assert LIST.next_pages(Page("http://a.cn/list?p=3", items(2, "many")), until=UNTIL) == [
        "http://a.cn/list?p=4"
    ]
    assert LIST.next_pages(Page("http://a.cn/list?p=4", items(0, None)), until=UNTIL) == []
    assert [one.address for one in LIST.records(Page("http://a.cn/list?p=1", items(2)))] == [
        "http://a.cn/a/0.html",
        "http://a.cn/a/1.html",
    ]


def test_json_lists_by_their_first_item() -> None:
    family = JsonList("http://a.cn/l?s={start}&n=2", "", per_page=2)
    assert family.next_pages(Page("http://a.cn/l?s=4&n=2", "[1, 2]"), until=UNTIL) == [
        "http://a.cn/l?s=6&n=2"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"data": 3}',
        '{"data": {"list": {}}}',
        "[" * 5000,
        '{"data":{"list":[3,null,{"u":4}]}}',
    ],
)
def test_json_that_is_not_the_list(text: str) -> None:
    page = Page("http://a.cn/list?p=1", text)
    assert LIST.records(page) == []
    assert LIST.next_pages(page, until=UNTIL) in ([], ["http://a.cn/list?p=2"])


def test_json_in_a_callback_and_paths() -> None:
    assert read_json('jQuery_1.cb({"a": [1, {"b": 2}]});\n') == {"a": [1, {"b": 2}]}
    assert at_path({"a": [1, {"b": 2}]}, "a.1.b") == 2
    assert at_path({"a": [1]}, "a.7") is None


# --- years ---


def test_years_of_the_address_of_a_page() -> None:
    page = Page("http://a.cn/zfxxgknb.html?nbYear=2023&x=1", "")
    found = YearParameter(first_year=2021).next_pages(page, until=UNTIL)
    assert found == [f"http://a.cn/zfxxgknb.html?nbYear={year}&x=1" for year in (2024, 2022, 2021)]


def test_years_of_the_links_of_a_page() -> None:
    text = '<option value="/module/xxgk/xxgkAnnualReport.jsp?area=11&amp;fbtime=2017">2017</option>'
    found = YearParameter(first_year=2023).next_pages(Page("http://a.cn/nb/", text), until=UNTIL)
    assert found == [
        f"http://a.cn/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime={year}" for year in (2024, 2023)
    ]


def test_years_and_areas_of_a_source() -> None:
    family = YearParameter("http://a.cn/r.jsp?area={area}&fbtime={year}", ("1", "2 b"), 2023)
    assert names(family.next_pages(Page("http://a.cn/", ""), until=UNTIL)) == [
        f"r.jsp?area={area}&fbtime={year}" for area in ("1", "2%20b") for year in (2024, 2023)
    ]
    assert family.next_pages(Page("http://b.cn/", ""), until=UNTIL) == []


def test_pages_without_a_year_have_no_years() -> None:
    assert YearParameter().next_pages(Page("http://a.cn/nb/?id=2023", '"?id=2020"'), until=UNTIL) == []


# --- articles over several pages ---


@pytest.mark.parametrize(
    ("address", "text", "linked", "parts"),
    [
        ("/t2021_1.html", "", ["/t2021_1_1.html", "/t2021_1_2.html"], ["t2021_1_1.html", "t2021_1_2.html"]),
        ("/t5.html", 'createPageHTML(3, 0, "t5", "html")', [], ["t5_1.html", "t5_2.html"]),
        ("/t5.html", "createPageHTML('p', 3, 1, 't5', 'html')", [], ["t5_2.html", "t5_3.html"]),
        ("/t5_1.html", 'createPageHTML(3, 1, "t5", "html")', ["/t5_2.html"], []),
        ("/t5.html", "", ["/t6_1.html", "/b/t5_1.html", "/t5_1.pdf", "/t5_999.html"], []),
        ("/index.html", 'createPageHTML(3, 0, "index", "html")', ["/index_1.html"], []),
        ("/nb/", "", ["/nb/_1.html"], []),
    ],
)
def test_further_pages_of_an_article(address: str, text: str, linked: list[str], parts: list[str]) -> None:
    page = Page(f"http://a.cn{address}", text)
    assert names(parts_of_article(page, [f"http://a.cn{one}" for one in linked])) == parts


# --- sitemaps ---


def test_sitemaps() -> None:
    body = b"<?xml version='1.0'?><urlset xmlns='x'><url><loc> http://a.cn/1?a=1&amp;b=2 </loc></url><url><loc><![CDATA[http://a.cn/2]]></loc></url></urlset>"
    assert read_sitemap(body) == ["http://a.cn/1?a=1&b=2", "http://a.cn/2"]
    assert read_sitemap(gzip.compress(body)) == ["http://a.cn/1?a=1&b=2", "http://a.cn/2"]
    assert read_sitemap(b"<sitemapindex><sitemap><loc>http://a.cn/s.xml</loc></sitemap></sitemapindex>") == [
        "http://a.cn/s.xml"
    ]
    assert read_sitemap(b"<html><loc>http://a.cn/</loc>") is None
    assert read_sitemap(b"\x1f\x8bnonsense") is None
    assert read_sitemap(b"<urlset>") == []


def test_a_sitemap_is_read_to_a_bound() -> None:
    body = (
        b"<urlset>"
        + b"".join(b"<loc>http://a.cn/%d</loc>" % n for n in range(MOST_ADDRESSES + 5))
        + b"</urlset>"
    )
    found = read_sitemap(gzip.compress(body))
    assert found is not None and len(found) == MOST_ADDRESSES
    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000 + b"<loc>http://a.cn/</loc>")
    assert read_sitemap(bomb) == []


# --- what pages lead to ---


def source(*entry: str, **values: object) -> Source:
    return Source(name="one", entry=entry, **{**load_defaults(), **values})  # type: ignore[arg-type]


def look(
    data: bytes | str, base: str = "http://a.cn/nb/", media_type: str | None = "text/html", **values: object
) -> Listing | None:
    years = values.pop("years", ())
    body = data.encode() if isinstance(data, str) else data
    return discover(
        body,
        base,
        source("http://a.cn/", **values),
        media_type=media_type,
        charset="utf-8",
        years=years,
        until=UNTIL,
    )  # type: ignore[arg-type]


def followed(listing: Listing | None) -> list[str]:
    assert listing is not None
    return names([link.address for link in listing.follow])


def test_every_link_is_followed_or_passed_over_with_a_reason() -> None:
    listing = look(
        """<a href="1.html">甲局2023年政府信息公开年报</a><a href="/gknb/">各部门</a><a href="index_1.html">下一页</a>
        <a href="http://b.cn/">乙局2023年政府信息公开年报</a><a href="zn.html">2023年政府信息公开年报编制指南</a>
        <a href="news.html">全市会议</a><a href="x.jpg">2023年政府信息公开年报</a><a href="javascript:go()">2023</a>
        <a href="2.html">甲局2019年政府信息公开年报</a><a href="1.html#a">甲局2023年政府信息公开年报</a>""",
        years=[2023],
    )
    assert listing is not None
    assert [(link.address, link.why) for link in listing.follow] == [
        ("http://a.cn/nb/1.html", "fits report"),
        ("http://a.cn/gknb/", "fits follow"),
    ]
    assert names([link.address for link in listing.next_page]) == ["index_1.html"]
    assert {reason: (tally.count, tally.examples) for reason, tally in listing.passed_over.items()} == {
        "other host": (1, ["http://b.cn/"]),
        "fits never": (1, ["http://a.cn/nb/zn.html"]),
        "no rule fits": (1, ["http://a.cn/nb/news.html"]),
        "suffix is no document's": (1, ["http://a.cn/nb/x.jpg"]),
        "no http(s) address": (1, ["javascript:go()"]),
        "other year": (1, ["http://a.cn/nb/2.html"]),
    }


@pytest.mark.parametrize(
    ("host", "is_followed"),
    [
        ("www.a.cn", True),
        ("fgw.a.cn", True),
        ("b.cn", True),
        ("b.cn:80", True),
        ("www.a.cn:443", True),
        ("b.cn:8080", False),
        ("a.cn.evil.cn", False),
        ("evila.cn", False),
        ("c.cn", False),
    ],
)
def test_hosts_of_a_source(host: str, is_followed: bool) -> None:
    listing = look(f'<a href="http://{host}/1">政府信息公开年报</a>', hosts=("*.a.cn", "b.cn"))
    assert bool(followed(listing)) is is_followed


@pytest.mark.parametrize(
    "tag",
    [
        """<a href="javascript:;" onclick="window.open('/nb/1.html')">2023年政府信息公开年报</a>""",
        """<a href="javascript:void(0)" onclick='openInfo("1.html")'>2023年政府信息公开年报</a>""",
        """<a href="javascript:show('/nb/1.html','_blank')">2023年政府信息公开年报</a>""",
        """<a href="#" onclick="location.href='http://a.cn/nb/1.html'">2023年政府信息公开年报</a>""",
        """<tr onclick="window.location='1.html?x=1'"><td>甲局</td><td>2023年政府信息公开年报</td></tr>""",
        """<a href="1.html" onclick="count('/tj.jsp')">2023年政府信息公开年报</a>""",
    ],
)
def test_links_that_a_script_opens(tag: str) -> None:
    listing = look(f"<table>{tag}</table>" if tag.startswith("<tr") else tag)
    assert [one.split("?")[0] for one in followed(listing)] == ["1.html"]


@pytest.mark.parametrize("script", ["void(0)", "go('')", "alert('年报')", "f(1,'a b')", "x('<a.html>')"])
def test_scripts_that_open_nothing(script: str) -> None:
    assert followed(look(f'<a href="javascript:{script}">2023年政府信息公开年报</a>')) == []


@pytest.mark.parametrize(
    "page",
    [
        '<html><head><meta http-equiv="refresh" content="0; url=/zwgk/index.html"></head></html>',
        """<html><META HTTP-EQUIV='Refresh' CONTENT="3;URL='/zwgk/index.html'"></html>""",
        '<script>window.location.href = "/zwgk/index.html";</script>',
        '<script>location.replace("/zwgk/index.html")</script>',
    ],
)
def test_a_page_that_sends_its_readers_on(page: str) -> None:
    listing = look(page, "http://a.cn/")
    assert [(one.address, one.why) for one in listing.follow] == [  # type: ignore[union-attr]
        ("http://a.cn/zwgk/index.html", "the page sends its readers there")
    ]


@pytest.mark.parametrize(
    "page",
    [
        '<meta http-equiv="refresh" content="600">',
        '<meta http-equiv="refresh" content="300;url=/x.html">',
        '<meta http-equiv="refresh" content="0;url=http://other.cn/">',
        '<meta http-equiv="refresh" content="0;url=/nb/">',
        '<meta http-equiv="refresh" content="0;url=javascript:x()">',
    ],
)
def test_refreshes_that_lead_nowhere(page: str) -> None:
    assert followed(look(page)) == []


def test_a_page_without_text_is_what_its_frames_are() -> None:
    frames = '<frameset><frame src="left.html"><frame src="/main.jsp"><frame src="http://b.cn/x"></frameset>'
    listing = look(frames)
    assert [(one.address, one.why) for one in listing.follow] == [  # type: ignore[union-attr]
        ("http://a.cn/nb/left.html", "frame of a page without text"),
        ("http://a.cn/main.jsp", "frame of a page without text"),
    ]
    assert followed(look(REPORT + '<iframe src="/weather.html"></iframe>')) == []
    assert len(followed(look("".join(f'<iframe src="{n}.html"></iframe>' for n in range(50))))) == 5


@pytest.mark.parametrize(
    ("tag", "file"),
    [
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Ff%2F1.pdf"></iframe>', "/f/1.pdf"),
        ('<a href="/js/pdfjs/web/viewer.html?x=1&file=../../../f/1.pdf#page=2">查看</a>', "/f/1.pdf"),
        ('<embed src="/f/1.pdf" type="application/pdf">', "/f/1.pdf"),
        ('<object data="/f/1.PDF#toolbar=0"></object>', "/f/1.PDF"),
        ('<a href="/download?id=77">附件1</a>', "/download?id=77"),
        ('<a href="/download?id=77">附件：年度报告</a>', "/download?id=77"),
        ('<a href="/download?id=77">点击下载</a>', "/download?id=77"),
        ('<a href="/d/77">工作年度报告（2023）.docx</a>', "/d/77"),
        ("""<a href="javascript:void(0)" onclick="window.open('/f/1.doc')">附件</a>""", "/f/1.doc"),
    ],
)
def test_attachments_by_whatever_means(tag: str, file: str) -> None:
    listing = look(REPORT + tag, "http://a.cn/nb/t1.html")
    assert [one.address for one in listing.attachments] == [f"http://a.cn{file}"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "tag",
    [
        '<a href="/app/">下载中心</a>',
        '<a href="/download?id=1">手机客户端下载</a>',
        '<embed src="/flash.swf">',
        '<iframe src="/viewer.html?file=http://b.cn/f.pdf"></iframe>',
    ],
)
def test_what_is_no_attachment(tag: str) -> None:
    listing = look(REPORT + tag, "http://a.cn/nb/t1.html")
    assert listing is not None and listing.attachments == []


TITLE = "<title>甲局2023年政府信息公开工作年度报告</title>"


def test_images_where_tables_should_be() -> None:
    images = """<header><img src="/top.jpg"></header><img src="/images/logo.png"><a href="/x"><img src="/ad.jpg"></a>
        <img src="./W1.png"><p><img src="W2.jpg" width="650" height="900"></p><img src="W1.png"><img src="s.png" width="16">
        <img src="http://b.cn/W3.png"><img src="data:image/png;base64,xx"><img src="/u/qrcode_1.png">"""
    listing = look(TITLE + REPORT + images, "http://a.cn/nb/t1.html")
    assert listing is not None
    assert [(one.address, one.text) for one in listing.images] == [
        ("http://a.cn/nb/W1.png", "image 1"),
        ("http://a.cn/nb/W2.jpg", "image 2"),
    ]
    form = "<table>" + "<tr><td>予以公开</td><td>1</td></tr>" * 20 + "</table>"
    for page in (TITLE + REPORT + form + images, "<title>要闻</title>" + REPORT + images):
        listing = look(page, "http://a.cn/nb/t1.html")
        assert listing is not None and listing.images == []
    many = "".join(f'<img src="{n}.png">' for n in range(50))
    listing = look(TITLE + REPORT + many, "http://a.cn/nb/t1.html")
    assert listing is not None and len(listing.images) == 10


def test_images_are_fetched_as_parts_of_their_report(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/nb/", '<a href="/nb/t1.html">2023年政府信息公开年报</a><img src="/nb/list.png">')
    page = f'{TITLE}{REPORT}<img src="b.png"><img src="a.png"><img src="gone.png"><a href="t1_1.html">2</a>'
    web.serve("/nb/t1.html", page)
    web.serve("/nb/t1_1.html", REPORT)
    web.serve("/nb/a.png", b"a", "image/png")
    web.serve("/nb/b.png", b"b", "image/png")
    _, log = run(fast(web, "/nb/"), tmp_path)
    assert (True, "image of a report without tables", 3) in log
    assert "/nb/list.png" not in web.asked
    home = Home(tmp_path)
    archive = Archive(home.archive)
    (original,) = unread_originals(home)
    assert [archive.read(one) for one in original.images] == [b"b", b"a"]
    assert [archive.read(one) for one in original.parts] == [REPORT.encode()]
    seen: list[list[bytes]] = []

    def reader(*_: object, images: list[bytes]) -> Report:
        seen.append(images)
        return Report(kind="other")

    read_batch(home, 1, reader, [original], lambda _index: None)
    assert seen == [[b"b", b"a"]]


def test_queries_are_in_the_charset_of_the_page() -> None:
    page = '<meta charset="gb2312"><a href="/nb/l?k=公开&p=%20a">2023年政府信息公开年报</a>'
    listing = discover(
        page.encode("gb18030"),
        "http://a.cn/",
        source("http://a.cn/"),
        media_type="text/html",
        charset=None,
        until=UNTIL,
    )
    assert listing is not None
    assert [one.address for one in listing.follow] == ["http://a.cn/nb/l?k=%B9%AB%BF%AA&p=%20a"]
    assert names([one.address for one in look(page.replace("gb2312", "utf-8")).follow]) == [  # type: ignore[union-attr]
        "l?k=%E5%85%AC%E5%BC%80&p=%20a"
    ]


@pytest.mark.parametrize(
    ("canonical", "known"),
    [
        ("https://www.a.cn/nb/t1.html", "https://www.a.cn/nb/t1.html"),
        ("/zwgk/t1.html", "http://a.cn/zwgk/t1.html"),
        ("http://a.cn/", None),
        ("/nb/t2.html", None),
        ("t1.html", None),
        ("t1.html?id=2", None),
    ],
)
def test_another_spelling_of_a_page(canonical: str, known: str | None) -> None:
    listing = look(f'<link rel="canonical" href="{canonical}">{REPORT}', "http://a.cn/nb/t1.html")
    assert listing is not None and listing.canonical == known


def test_frames_are_links() -> None:
    assert followed(look('<iframe src="/zfxxgknb/list.html"></iframe><frame src="x.html">')) == ["list.html"]


def test_records_that_a_page_brings_in_a_script() -> None:
    listing = look("""<script type="text/xml"><datastore><totalrecord>1</totalrecord><recordset>
        <record><![CDATA[<li><a href="/art/1.html" title="2023年政府信息公开年报">2023年政…</a></li>]]></record></recordset></datastore></script>""")
    assert followed(listing) == ["1.html"]


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (
            "text/xml",
            "<datastore><record><![CDATA[<a href='/x/1.html'>2023年政府信息公开年报</a>]]></record></datastore>",
        ),
        ("text/html", "<record><![CDATA[<a href='/x/1.html'>2023年政府信息公开年报</a>]]></record>"),
        ("application/xml", "<REC><DOCTITLE>2023年政府信息公开年报</DOCTITLE><URL>/x/1.html</URL></REC>"),
        ("application/json", json.dumps({"d": [{"url": "/x/1.html", "title": "2023年政府信息公开年报"}]})),
        ("text/plain", json.dumps({"d": [{"url": "/x/1.html", "title": "2023年政府信息公开年报"}]})),
    ],
)
def test_listings_that_are_data(media_type: str, body: str) -> None:
    listing = look(body, media_type=media_type, pagination=(JsonList("http://a.cn/l?p={n}", "d"),))
    assert followed(listing) == ["1.html"]
    assert listing is not None and listing.is_listing


@pytest.mark.parametrize(
    "media_type",
    ["application/pdf", "application/msword", "application/octet-stream", "text/plain", "application/json"],
)
def test_what_leads_nowhere(media_type: str) -> None:
    assert look(b"%PDF-1.4 <a href='1.html'>2023\xe5\xb9\xb4</a>", media_type=media_type) is None


def test_a_sitemap_leads_to_what_its_addresses_say() -> None:
    body = "<urlset>" + "".join(
        f"<url><loc>http://{one}</loc></url>"
        for one in (
            "a.cn/zfxxgknb/1.html",
            "a.cn/news/2.html",
            "b.cn/zfxxgknb/3.html",
            "a.cn/sitemap_2.xml.gz",
        )
    )
    listing = look(body + "</urlset>", "http://a.cn/sitemap.xml", "application/xml")
    assert followed(listing) == ["1.html"]
    assert listing is not None and listing.is_listing
    assert names([link.address for link in listing.next_page]) == ["sitemap_2.xml.gz"]
    assert {reason: tally.count for reason, tally in listing.passed_over.items()} == {
        "no rule fits": 1,
        "other host": 1,
    }


def test_attachments_and_further_pages_of_a_report() -> None:
    listing = look(
        REPORT
        + """<a href="f.pdf">附件1</a><a href="/down?file=b.DOCX&x=1">下载</a><a href="c.xls">附表</a><a href="d.zip">打包</a>
        <a href="http://b.cn/e.pdf">附件</a><a href="g.exe">附件</a><a href="t1_1.html">2</a><a href="t1_2.html">下一页</a>""",
        "http://a.cn/nb/t1.html",
    )
    assert listing is not None and not listing.is_listing
    assert names([link.address for link in listing.attachments]) == [
        "f.pdf",
        "down?file=b.DOCX&x=1",
        "c.xls",
        "d.zip",
    ]
    assert names([link.address for link in listing.parts]) == ["t1_1.html", "t1_2.html"]
    assert listing.next_page == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://a.cn/1.PDF", True),
        ("http://a.cn/d?f=1.docx", True),
        ("http://a.cn/1.pdf/x", False),
        ("http://a.cn/1.html", False),
    ],
)
def test_addresses_of_attachments(address: str, expected: bool) -> None:
    assert is_attachment(address) is expected


@given(st.binary(max_size=300), st.sampled_from(["text/html", "text/xml", "application/json", None]))
def test_any_bytes_lead_somewhere_or_nowhere(data: bytes, media_type: str | None) -> None:
    listing = look(data, media_type=media_type, pagination=(*source("x").pagination, LIST))
    assert listing is None or all(link.address.startswith("http") for link in listing.follow)


def test_a_page_of_a_hundred_thousand_links_and_a_long_script() -> None:
    hostile = (
        "createPageHTML(" * 5000
        + '"x' * 5000
        + "<record><![CDATA[" * 5000
        + "<REC>" * 5000
        + "?nbYear=" * 5000
    )
    listing = look(hostile + "".join(f'<a href="{n}.html">x</a>' for n in range(100_000)))
    assert listing is not None
    assert {reason: tally.count for reason, tally in listing.passed_over.items()} == {
        "no rule fits": MOST_LINKS,
        "more links than are read of a page": 100_000 - MOST_LINKS,
    }


@pytest.mark.parametrize(
    "address",
    [
        "http://b.cn?.a.cn",
        "http://b.cn#.a.cn/",
        "http://www.a.cn@b.cn/1",
        "http://www.a.cn:80@b.cn/1",
        "http://b.cn?@www.a.cn/1",
    ],
)
def test_an_address_that_looks_like_one_of_the_hosts(address: str) -> None:
    listing = look(f'<a href="{address}">2023年政府信息公开年报</a>', hosts=("*.a.cn", "www.a.cn"))
    assert listing is not None and not listing.has_links
    assert list(listing.passed_over) == ["other host"]


def test_a_base_elsewhere_makes_no_other_host_the_pages_own() -> None:
    page = '<base href="http://b.cn/"><a href="1.html">2023年政府信息公开年报</a>'
    listing = look(page)
    assert listing is not None and list(listing.passed_over) == ["other host"]
    assert followed(look(page, hosts=("b.cn",))) == ["1.html"]
    assert followed(look(page.replace("b.cn", "www.a.cn"))) == ["1.html"]


_A_REPORT = '<a href="1.html">2023年政府信息公开年报</a>'


@pytest.mark.parametrize(
    "opening", ["<div>", "<ul><li>", "<dl><dd>", "<center><a href=x.html>", "<table><tr><td>"]
)
def test_a_page_that_nests_too_deep_leads_nowhere_and_says_so(opening: str) -> None:
    """To parse it would take hours, for which all other sites would wait."""
    listing = look(opening * 200_000 + _A_REPORT)
    assert listing is not None and not listing.has_links and not listing.is_listing
    assert list(listing.passed_over) == ["elements of the page are in each other too deep to be read"]


@pytest.mark.parametrize("row", ["<div>{}", "<li>{}", "<p><span>{}</span>", "<tr><td>{}", "<font><b>{}"])
def test_a_listing_whose_elements_do_not_end(row: str) -> None:
    """As old sites leave out what browsers do not need."""
    rows = (row.format(f'<a href="{n}.html">{n}局2023年政府信息公开年报</a>') for n in range(1_500))
    assert len(followed(look("".join(rows)))) == 1_500


@pytest.mark.parametrize("begin", [b"%PDF-1.7 ", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf1 "])
@pytest.mark.parametrize("media_type", ["text/html", "application/json", None])
def test_a_file_that_is_called_a_page_leads_nowhere(begin: bytes, media_type: str | None) -> None:
    assert look(begin + _A_REPORT.encode(), media_type=media_type) is None


def test_what_stands_far_down_a_page_is_not_read_for_its_links() -> None:
    assert followed(look(_A_REPORT + " " * MOST_BYTES)) == ["1.html"]
    assert followed(look(" " * MOST_BYTES + _A_REPORT)) == []


@pytest.mark.parametrize("base", ["http://[broken", "javascript:x", "", "mailto:a@b"])
def test_a_base_that_is_none_is_not_heeded(base: str) -> None:
    assert followed(look(f'<base href="{base}"><a href="1.html">2023年政府信息公开年报</a>')) == ["1.html"]


# --- over a web ---


@pytest.fixture
def web() -> Iterator[LocalWeb]:
    with LocalWeb() as served:
        yield served


def run(one: Source, folder: Path) -> tuple[FetchSummary, list[tuple[bool, str, int]]]:
    home = Home(folder)
    with Manifest(home.raw) as manifest:
        summary = fetch([one], home, manifest, allow_private=True, limits=Limits(read_seconds=60))
    rows = read_discovery(log_of(home.raw, one))
    totals: dict[tuple[bool, str], int] = {}
    for row in rows:
        key = (row["is_followed"], row["reason"])
        totals[key] = totals.get(key, 0) + row["link_count"]
    return summary, [(*key, count) for key, count in sorted(totals.items())]


def fast(web: LocalWeb, path: str, **values: object) -> Source:
    return source(web.address(path), rate=Rate(10_000.0, 8), **values)


def documents(web: LocalWeb) -> list[str]:
    return sorted(path for path in web.asked if re.match(r"/r\d|/r\.", path))


def serve_reports(web: LocalWeb, count: int) -> list[str]:
    for number in range(count):
        web.serve(f"/r{number}.html", f"<html><body>{REPORT}<p>{number}</p></body></html>")
    return sorted(f"/r{number}.html" for number in range(count))


def link(number: int) -> str:
    return f'<li><a href="/r{number}.html">{number}局2023年政府信息公开工作年度报告</a></li>'


def test_all_reports_of_a_numbered_listing(web: LocalWeb, tmp_path: Path) -> None:
    reports = serve_reports(web, 6)
    script = '<script>createPageHTML(3, {}, "index", "html")</script>'
    web.serve("/nb/", link(0) + link(1) + script.format(0))
    web.serve("/nb/index_1.html", link(2) + link(3) + script.format(1))
    web.serve("/nb/index_2.html", link(4) + link(5) + script.format(2))
    summary, log = run(fast(web, "/nb/"), tmp_path)
    assert documents(web) == reports
    assert (summary.document_count, summary.listing_count, summary.failures) == (6, 3, [])
    assert (True, "fits report", 6) in log


def test_all_reports_of_a_jpage_listing(web: LocalWeb, tmp_path: Path) -> None:
    reports = serve_reports(web, 100)
    web.serve("/col/col1/index.html", "<html><body>" + JPAGE + "</body></html>")

    def proxy(request: BaseHTTPRequestHandler, _count: int) -> None:
        asked = parse_qs(urlsplit(request.path).query)
        first, last = int(asked["startrecord"][0]), min(int(asked["endrecord"][0]), 100)
        assert asked["columnid"] == ["14022"] and asked["unitid"] == ["7810"]
        records = "".join(f"<record><![CDATA[{link(n - 1)}]]></record>" for n in range(first, last + 1))
        body = f"<?xml version='1.0' encoding='utf-8'?><datastore><totalrecord>100</totalrecord><recordset>{records}</recordset></datastore>"
        answer(request, 200, body.encode(), "text/xml; charset=utf-8")

    web.pages["/module/web/jpage/dataproxy.jsp"] = proxy
    summary, _ = run(fast(web, "/col/col1/index.html"), tmp_path)
    assert documents(web) == reports
    assert (summary.document_count, summary.listing_count) == (100, 4)


def test_all_reports_of_a_jpage_listing_that_answers_forms_only(web: LocalWeb, tmp_path: Path) -> None:
    reports = serve_reports(web, 100)
    web.serve("/col/col1/index.html", "<html><body>" + JPAGE + "</body></html>")
    refused = 0

    def proxy(request: BaseHTTPRequestHandler, _count: int) -> None:
        nonlocal refused
        asked = parse_qs(urlsplit(request.path).query)
        posted = parse_qs(request.form)  # type: ignore[attr-defined]
        if posted.get("unitid") != ["7810"] or posted.get("columnid") != ["14022"] or len(asked) != 3:
            refused += 1
            answer(request, 500, b"", "text/html")
            return
        first, last = int(asked["startrecord"][0]), min(int(asked["endrecord"][0]), 100)
        records = "".join(f"<record><![CDATA[{link(n - 1)}]]></record>" for n in range(first, last + 1))
        body = f"<datastore><totalrecord>100</totalrecord><recordset>{records}</recordset></datastore>"
        answer(request, 200, body.encode(), "text/xml; charset=utf-8")

    web.pages["/module/web/jpage/dataproxy.jsp"] = proxy
    one = fast(web, "/col/col1/index.html")
    summary, _ = run(replace(one, rate=Rate(10_000.0, 1)), tmp_path)
    assert documents(web) == reports
    assert (summary.document_count, summary.listing_count, summary.failures) == (100, 4, [])
    assert refused == 1


def test_all_reports_of_a_trs_search(web: LocalWeb, tmp_path: Path) -> None:
    reports = serve_reports(web, 5)

    def search(request: BaseHTTPRequestHandler, _count: int) -> None:
        page = int(parse_qs(urlsplit(request.path).query).get("page", ["1"])[0])
        rows = "".join(
            f"<REC><TITLE><![CDATA[{n}局2023年政府信息公开年报]]></TITLE><URL><![CDATA[/r{n}.html]]></URL></REC>"
            for n in range(2 * page - 2, min(2 * page, 5))
        )
        answer(request, 200, f"<RECS>{rows}</RECS>".encode(), "text/xml; charset=utf-8")

    web.pages["/was5/web/search"] = search
    run(fast(web, "/was5/web/search?channelid=1&perpage=2"), tmp_path)
    assert documents(web) == reports


def test_all_reports_of_a_json_list(web: LocalWeb, tmp_path: Path) -> None:
    reports = serve_reports(web, 5)
    web.serve("/nb/", "<html><body><div id='app'></div><a href='/zwgk/'>政务公开</a></body></html>")
    web.serve("/zwgk/", "<html><body>" + REPORT + "</body></html>")

    def api(request: BaseHTTPRequestHandler, _count: int) -> None:
        page = int(parse_qs(urlsplit(request.path).query)["p"][0])
        rows = [
            {"u": f"/r{n}.html", "t": f"{n}局2023年政府信息公开年报"}
            for n in range(2 * page - 2, min(2 * page, 5))
        ]
        answer(request, 200, json.dumps({"d": {"l": rows, "n": 5}}).encode(), "application/json")

    web.pages["/api"] = api
    family = JsonList(web.address("/api?p={n}"), "d.l", url="u", title="t", total="d.n", per_page=2)
    run(fast(web, "/nb/", pagination=(family,)), tmp_path)
    assert documents(web) == reports


def test_all_reports_by_their_years(web: LocalWeb, tmp_path: Path) -> None:
    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        year = parse_qs(urlsplit(request.path).query)["fbtime"][0]
        answer(request, 200, f"<html><body>{year}{REPORT}</body></html>".encode(), "text/html; charset=utf-8")

    web.pages["/r.jsp"] = page
    summary, _ = run(
        fast(web, "/r.jsp?area=7&fbtime=2020", pagination=(YearParameter(first_year=2019),)), tmp_path
    )
    years = sorted(int(path[-4:]) for path in web.asked if "fbtime" in path)
    assert years[0] == 2019 and years == list(range(2019, years[-1] + 1)) and len(years) >= 7
    assert summary.document_count == len(years)


def test_reports_of_a_sitemap_index(web: LocalWeb, tmp_path: Path) -> None:
    serve_reports(web, 2)
    web.serve(
        "/sitemap.xml",
        f"<sitemapindex><sitemap><loc>{web.address('/sitemap-1.xml.gz')}</loc></sitemap></sitemapindex>",
        "text/xml",
    )
    body = "<urlset>" + "".join(
        f"<url><loc>{web.address(one)}</loc></url>" for one in ("/r0.html", "/news.html")
    )
    web.serve("/sitemap-1.xml.gz", gzip.compress(f"{body}</urlset>".encode()), "application/gzip")
    run(fast(web, "/sitemap.xml", report=LinkRule(address=re.compile(r"/r\d+"))), tmp_path)
    assert documents(web) == ["/r0.html"]
    assert "/news.html" not in web.asked


def test_sitemaps_that_robots_txt_names(web: LocalWeb, tmp_path: Path) -> None:
    serve_reports(web, 3)
    lines = [web.address(f"/sm{n}.xml") for n in range(2)] + [
        "http://other.test/sitemap.xml",
        "/x y",
        "ftp://a/b",
    ]
    web.serve("/robots.txt", "User-agent: *\n" + "".join(f"Sitemap: {one}\n" for one in lines), "text/plain")
    web.serve("/nb/", link(0))
    for number in range(2):
        body = f"<urlset><url><loc>{web.address(f'/r{number + 1}.html')}</loc></url></urlset>"
        web.serve(f"/sm{number}.xml", body, "text/xml")
    one = fast(web, "/nb/", report=LinkRule(address=re.compile(r"/r\d+")))
    _, log = run(one, tmp_path / "with")
    assert documents(web) == ["/r0.html", "/r1.html", "/r2.html"]
    assert (True, "sitemap that robots.txt names", 3) in log and (False, "other host", 1) in log
    web.asked.clear()
    run(replace(one, sitemaps=False), tmp_path / "without")
    assert documents(web) == ["/r0.html"]


def test_an_index_of_very_many_sitemaps_is_read_to_a_bound(web: LocalWeb, tmp_path: Path) -> None:
    serve_reports(web, 1)
    index = "".join(f"<loc>{web.address(f'/sitemap_{n}.xml')}</loc>" for n in range(MOST_SITEMAPS + 20))
    web.serve("/sitemap.xml", f"<sitemapindex>{index}</sitemapindex>", "text/xml")
    for number in range(MOST_SITEMAPS + 20):
        web.serve(f"/sitemap_{number}.xml", "<urlset></urlset>", "text/xml")
    web.serve("/nb/", link(0))
    one = fast(web, "/sitemap.xml", max_pages=3)
    _, log = run(replace(one, entry=(*one.entry, web.address("/nb/"))), tmp_path)
    assert sum(path.startswith("/sitemap_") for path in web.asked) == MOST_SITEMAPS
    assert (False, TOO_MANY_SITEMAPS, 20) in log
    # they do not use up the pages of listings
    assert documents(web) == ["/r0.html"]


def test_attachments_and_parts_are_fetched_as_such(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/nb/", '<a href="/nb/t1.html">2023年政府信息公开年报</a>')
    web.serve("/nb/t1.html", f'{REPORT}<a href="/f/1.docx">附件</a><a href="t1_1.html">下一页</a>')
    web.serve("/nb/t1_1.html", REPORT + "二")
    web.serve("/f/1.docx", b"PK\x03\x04", "application/msword")
    _, log = run(fast(web, "/nb/"), tmp_path)
    assert set(web.asked) - {"/robots.txt"} == {"/nb/", "/nb/t1.html", "/nb/t1_1.html", "/f/1.docx"}
    assert (True, "attachment", 1) in log and (True, "part of the article", 1) in log
    archive = Archive(tmp_path / "archive")
    joined = {
        one.address: [archive.read(part) for part in one.parts] for one in unread_originals(Home(tmp_path))
    }
    assert joined == {
        web.address("/nb/t1.html"): [(REPORT + "二").encode()],
        web.address("/f/1.docx"): [],
    }


def test_an_article_over_two_pages_is_read_as_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    archive = Archive(home.archive)
    first, second = archive.add(b"<p>one</p>"), archive.add(b"<p>two</p>")
    seen: list[bytes] = []

    def reader(data: bytes, *_: object) -> Report:
        seen.append(data)
        return Report(kind="other")

    original = Original(first, "http://a.cn/t.html", "text/html", None, 10, (second,))
    read_batch(home, 1, reader, [original], lambda _index: None)
    assert seen == [b"<p>one</p>\n<p>two</p>"]


def endless(web: LocalWeb, path: str, body: str) -> None:
    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        number = int(parse_qs(urlsplit(request.path).query).get("n", ["0"])[0])
        answer(
            request,
            200,
            body.replace("{n}", str(number)).replace("{next}", str(number + 1)).encode(),
            "text/html; charset=utf-8",
        )

    web.pages[path] = page


def test_a_calendar_that_offers_nothing_new_ends(web: LocalWeb, tmp_path: Path) -> None:
    serve_reports(web, 1)
    endless(web, "/list", link(0) + '<a href="/list?n={next}">下一页</a>')
    _, log = run(fast(web, "/list"), tmp_path)
    assert sum(count for path, count in web.asked.items() if path.startswith("/list")) <= 5
    assert (False, NOTHING_NEW, 1) in log


def test_a_listing_that_always_offers_something_new_ends(web: LocalWeb, tmp_path: Path) -> None:
    endless(
        web, "/list", '<a href="/r{n}.html">2023年政府信息公开年报</a><a href="/list?n={next}">下一页</a>'
    )
    _, log = run(fast(web, "/list", max_pages=10), tmp_path)
    assert sum(count for path, count in web.asked.items() if path.startswith("/list")) == 11
    assert any(reason == TOO_MANY_PAGES for _, reason, _ in log)


def test_a_chain_of_sections_ends(web: LocalWeb, tmp_path: Path) -> None:
    endless(web, "/zfxxgknb", '<a href="/zfxxgknb?n={next}">2023</a>')
    _, log = run(fast(web, "/zfxxgknb", max_depth=4), tmp_path)
    assert sum(count for path, count in web.asked.items() if path.startswith("/zfxxgknb")) == 5
    assert (False, TOO_DEEP, 1) in log


def test_a_loop_of_listings_is_walked_once(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/zfxxgknb/a", '<a href="/zfxxgknb/b?PHPSESSID=1">b</a><a href="/zfxxgknb/./a">a</a>')
    web.serve(
        "/zfxxgknb/b", '<a href="/zfxxgknb/a;jsessionid=2">a</a><a href="/zfxxgknb/b?PHPSESSID=3">b</a>'
    )
    run(fast(web, "/zfxxgknb/a"), tmp_path)
    assert sum(count for path, count in web.asked.items() if path.startswith("/zfxxgknb")) == 2


def test_the_log_is_left_as_it_is_by_a_run_that_finds_the_same(web: LocalWeb, tmp_path: Path) -> None:
    serve_reports(web, 2)
    web.serve("/nb/", link(0) + link(1) + '<a href="/x.html">新闻</a>')
    one = fast(web, "/nb/")
    _, first = run(one, tmp_path)
    path = log_of(tmp_path / "raw", one)
    before = path.stat()
    _, second = run(one, tmp_path)
    assert second == first == [(False, "no rule fits", 1), (True, "fits report", 2)]
    assert path.stat().st_mtime_ns == before.st_mtime_ns and path.stat().st_ino == before.st_ino


def test_a_link_rule_fits_by_text_or_address() -> None:
    rule = LinkRule(re.compile("a"), re.compile("b"))
    found = read_listing(
        '<a href="/b">x</a><a href="/c">a</a><a href="/c2">x</a>',
        "http://h/",
        follow=rule,
        next_page=LinkRule(),
    )
    assert [one.address for one in found.follow] == ["http://h/b", "http://h/c"]
