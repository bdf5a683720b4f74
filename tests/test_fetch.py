"""Fetching: what servers and folders offer, and what they do wrong, each as one recorded attempt."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import socket
import zlib
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpcore
import pytest

from flows.edge.archive import Archive
from flows.edge.catalogue import (
    LinkRule,
    LocalSource,
    Rate,
    Source,
    SourceError,
    UnknownSourceError,
    load_source,
    names,
    resolve,
    source_of_address,
)
from flows.edge.limits import Limits
from flows.edge.listing import read_listing
from flows.edge.manifest import Attempt, Manifest
from flows.edge.parquet import read_attempts
from flows.edge.politeness import Patience
from flows.edge.sample_server import SampleServer
from flows.edge.web import Web, content_type, is_public
from flows.fetch import FetchSummary, fetch
from flows.settings import Home
from tests.local_web import LocalWeb, answer, bomb

REPORT = "<html><body>" + "<p>本年度共收到政府信息公开申请三件，均已答复。</p>" * 40 + "</body></html>"
AT_ONCE = Patience(tries=3, first_wait_seconds=0.0)
SMALL = Limits(body_bytes=100_000, connect_seconds=60, read_seconds=60, total_seconds=120)


@pytest.fixture
def web() -> Iterator[LocalWeb]:
    with LocalWeb() as served:
        yield served


def get(address: str, limits: Limits = SMALL, allow_private: bool = True) -> Attempt:
    async def once() -> Attempt:
        async with Web(limits=limits, allow_private=allow_private) as client:
            return await client.get(address)

    return asyncio.run(once())


def run(
    source: Source | LocalSource, folder: Path, **options: object
) -> tuple[FetchSummary, list[dict[str, object]]]:
    home = Home(folder)
    with Manifest(home.raw) as manifest:
        settings = {"allow_private": True, "limits": SMALL, "patience": AT_ONCE, **options}
        if isinstance(source, Source):
            source = replace(source, rate=Rate(10_000.0, 2))
        summary = fetch([source], home, manifest, **settings)  # type: ignore[arg-type]
    return summary, list(read_attempts(home.raw))


# --- one address ---


def test_a_page_as_served(web: LocalWeb) -> None:
    web.serve("/a.html", "政府".encode("gb18030"), 'Text/HTML; Charset="GB2312"', ETag='"x"')
    attempt = get(web.address("/a.html"))
    assert attempt.error is None
    assert attempt.data == "政府".encode("gb18030")
    assert (attempt.status_code, attempt.media_type, attempt.charset) == (200, "text/html", "gb2312")
    assert attempt.byte_count == 4
    assert attempt.headers is not None and '"etag": "\\"x\\""' in attempt.headers
    assert all(agent.startswith("gongkai/") for agent in web.user_agents)


def test_redirects_are_followed_and_the_end_is_noted(web: LocalWeb) -> None:
    web.redirect("/old", "/new")
    web.redirect("/new", web.address("/page.html"))
    web.serve("/page.html", REPORT)
    attempt = get(web.address("/old"))
    assert attempt.error is None
    assert attempt.final_address == web.address("/page.html")


def test_a_redirect_loop_ends(web: LocalWeb) -> None:
    web.redirect("/a", "/b")
    web.redirect("/b", "/a")
    attempt = get(web.address("/a"))
    assert attempt.error == "more than 10 redirects"
    assert not attempt.is_transient


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)", "http://[bad/", "http:///x"]
)
def test_a_redirect_to_something_else_is_an_error(web: LocalWeb, target: str) -> None:
    web.redirect("/a", target)
    attempt = get(web.address("/a"))
    assert attempt.error is not None
    assert attempt.data is None


@pytest.mark.parametrize(
    "address", ["ftp://a/b", "file:///etc/passwd", "http://", "http://a b/", "http://:80/"]
)
def test_addresses_that_are_none(address: str) -> None:
    attempt = get(address)
    assert attempt.error is not None
    assert not attempt.is_transient


def test_an_unchanged_page_that_was_not_asked_about(web: LocalWeb) -> None:
    """A site that sets a cookie and then says that nothing has changed, though nothing was said to it."""

    def page(request: BaseHTTPRequestHandler, count: int) -> None:
        headers = {"Location": "/a", "Set_Cookie": "a=1"} if count == 1 else {}
        answer(request, 302 if count == 1 else 304, b"", None, **headers)

    web.pages["/a"] = page
    attempt = get(web.address("/a"))
    assert attempt.error == "the server answered 304 Not Modified"
    assert not attempt.is_unchanged


def test_what_cannot_be_kept_is_no_fault_of_the_server(
    web: LocalWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk ends the run: it does not make a site look as if it were down."""

    def add(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    web.serve("/a.html", REPORT)
    with monkeypatch.context() as patch:
        patch.setattr(Archive, "add", add)
        with pytest.raises(OSError, match="No space left"):
            run(source_of_address(web.address("/a.html")), tmp_path)
    assert web.asked["/a.html"] == 1
    assert not [row for row in read_attempts(Home(tmp_path).raw) if row["error"]]
    summary, _ = run(source_of_address(web.address("/a.html")), tmp_path)
    assert summary == FetchSummary(document_count=1)


def test_a_status_that_is_an_error(web: LocalWeb) -> None:
    attempt = get(web.address("/nowhere"))
    assert attempt.error == "the server answered 404 Not Found"
    assert (attempt.status_code, attempt.sha256, attempt.is_transient) == (404, None, False)


def test_too_large_by_declaration_and_by_body(web: LocalWeb) -> None:
    web.serve("/large", b"x" * 100_001)
    web.endless("/endless")
    assert (
        get(web.address("/large")).error == "too large: 100,001 bytes declared, at most 100,000 are fetched"
    )
    assert get(web.address("/endless")).error == "too large: more than 100,000 bytes"


def test_exactly_the_limit_is_not_too_large(web: LocalWeb) -> None:
    web.serve("/full", b"x" * 100_000)
    assert get(web.address("/full")).byte_count == 100_000


@pytest.mark.parametrize("size", [100_001, 60_000_000])
def test_a_compressed_bomb_is_stopped(web: LocalWeb, size: int) -> None:
    web.serve("/bomb", bomb(size), Content_Encoding="gzip")
    assert get(web.address("/bomb")).error == "too large: more than 100,000 bytes"


def compressed(kind: str) -> bytes:
    data = REPORT.encode()
    if kind == "bare deflate":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(data) + packer.flush()
    if kind == "deflate":
        return zlib.compress(data)
    if kind == "two members":
        return gzip.compress(data[:100]) + gzip.compress(data[100:])
    if kind == "padded":
        return gzip.compress(data) + b"\0" * 20
    return gzip.compress(data)


@pytest.mark.parametrize("kind", ["gzip", "deflate", "bare deflate", "two members", "padded"])
def test_content_encodings_are_undone(web: LocalWeb, kind: str) -> None:
    web.serve("/a", compressed(kind), Content_Encoding="deflate" if "deflate" in kind else "gzip")
    attempt = get(web.address("/a"))
    assert attempt.error is None
    assert attempt.data == REPORT.encode()


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(REPORT.encode())[:-20], "gzip", "the compressed body ends early"),
        (b"\x1f\x8b" + b"nonsense" * 10, "gzip", "the compressed body is damaged"),
        (b"x", "br", "content encoding 'br' was not asked for"),
    ],
)
def test_broken_content_encodings(web: LocalWeb, body: bytes, encoding: str, reason: str) -> None:
    web.serve("/a", body, Content_Encoding=encoding)
    attempt = get(web.address("/a"))
    assert attempt.error is not None and attempt.error.startswith(reason)
    assert attempt.sha256 is None


def test_a_cut_connection_is_noticed(web: LocalWeb) -> None:
    web.cut("/cut", b"half", declared=100)
    attempt = get(web.address("/cut"))
    assert attempt.error is not None and attempt.error.startswith("the connection was cut")
    assert attempt.is_transient
    assert attempt.data is None


def test_a_silent_and_a_slow_server(web: LocalWeb) -> None:
    web.drip("/silent", seconds=3.0, pieces=2)
    web.drip("/slow", seconds=0.05, pieces=200)
    silent = get(web.address("/silent"), Limits(read_seconds=0.3))
    slow = get(web.address("/slow"), Limits(total_seconds=0.5))
    assert silent.error == "the server was silent for 0.3 s"
    assert slow.error == "not finished after 0.5 s"
    assert silent.is_transient and slow.is_transient


@pytest.mark.parametrize("media_type", ["image/png", "text/css", "application/javascript", "video/mp4"])
def test_types_that_no_report_has(web: LocalWeb, media_type: str) -> None:
    web.serve("/a", b"x", media_type)
    assert get(web.address("/a")).error == f"media type {media_type} is not a document's"


def test_no_server() -> None:
    with LocalWeb() as gone:
        address = gone.address("/")
    attempt = get(address)
    assert attempt.error is not None and attempt.error.startswith("no connection: ")
    assert attempt.is_transient


@pytest.mark.parametrize(
    ("code", "is_transient"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True), (socket.EAI_FAIL, False)]
)
def test_a_name_that_is_not_resolved(monkeypatch: pytest.MonkeyPatch, code: int, is_transient: bool) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no address")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    attempt = get("http://no-such-host.invalid/")
    assert attempt.error is not None and "no-such-host.invalid cannot be resolved" in attempt.error
    assert attempt.is_transient is is_transient


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]
)
def test_private_hosts_are_refused_unless_allowed(web: LocalWeb, host: str) -> None:
    web.serve("/", REPORT)
    port = web.address().rsplit(":")[-1]
    attempt = get(f"http://{host}:{port}", allow_private=False)
    assert attempt.error is not None
    assert "not on the public internet" in attempt.error
    assert not attempt.is_transient
    assert not web.asked


def test_a_host_served_here_does_not_open_the_others(web: LocalWeb) -> None:
    web.serve("/", REPORT)
    web.redirect("/away", web.address("/"))
    port = int(web.address().split(":")[2].strip("/"))

    async def ask(address: str) -> Attempt:
        async with Web(hosts={"reports.test": ("127.0.0.1", port)}) as client:
            return await client.get(address)

    assert asyncio.run(ask("http://reports.test/")).error is None
    refused = asyncio.run(ask("http://reports.test/away"))
    assert refused.error is not None and "not on the public internet" in refused.error


class Connections(httpcore.AsyncMockBackend):
    """Notes where connections would be made, and makes none."""

    def __init__(self) -> None:
        super().__init__([])
        self.made: list[tuple[str, int]] = []

    async def connect_tcp(
        self, host: str, port: int, *_: object, **__: object
    ) -> httpcore.AsyncNetworkStream:
        self.made.append((host, port))
        raise httpcore.ConnectError("refused")


def test_a_name_that_comes_to_mean_a_private_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each connection is made to the address that was judged, so that no second look at the name is between."""
    answers = iter([["8.8.8.8"], ["8.8.8.8", "10.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["fe80::1"]])

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        assert host == "changing.test"
        return [(0, 0, 0, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, *_, **__: resolve(host, port))
    connections = Connections()

    async def story() -> list[Attempt]:
        async with Web(limits=SMALL) as client:
            client._network._network = connections
            return [await client.get("http://changing.test/") for _ in range(5)]

    first, *others = asyncio.run(story())
    assert (first.failure, connections.made) == ("unreachable", [("8.8.8.8", 80)])
    assert all("not on the public internet" in str(one.error) and one.failure == "refused" for one in others)


def test_names_from_the_net_never_become_paths(web: LocalWeb, tmp_path: Path) -> None:
    hrefs = [
        "/../../../etc/passwd",
        "/..%2f..%2fx.html",
        "/a/%00.html",
        "/con.html?f=../../x",
        "/" + "长" * 150,
    ]
    web.serve("/", listing(*((href, f"{n} 2020年政府信息公开年报") for n, href in enumerate(hrefs))))
    for number, path in enumerate(("/etc/passwd", "/..%2f..%2fx.html", "/a/%00.html", "/con.html")):
        disposition = f'attachment; filename="../../{number}.html"'
        web.serve(path, REPORT + str(number), Content_Disposition=disposition)
    source = replace(source_of_address(web.address("/")), name="../../" + "x" * 300)
    run(source, tmp_path / "home")
    for path in tmp_path.rglob("*"):
        assert re.fullmatch(r"[\w-]{1,80}(\.parquet)?", path.name), path
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b:1::7f00:1", False),
        ("fec0::1", False),
        ("::7f00:1", False),
        ("::ffff:0:7f00:1", False),
        ("3fff::1", False),
        ("4000::1", False),
        ("2606:4700::1111", True),
    ],
)
def test_which_networks_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ("text/html", ("text/html", None)),
        ("TEXT/HTML;charset=UTF-8", ("text/html", "utf-8")),
        ("text/html; boundary=x; charset='gbk'", ("text/html", "gbk")),
        (";charset=big5", (None, "big5")),
    ],
)
def test_content_type_headers(header: str | None, read: tuple[str | None, str | None]) -> None:
    assert content_type(header) == read


# --- patience ---


def test_a_busy_server_is_asked_again(web: LocalWeb, tmp_path: Path) -> None:
    web.fail("/a.html", 500, times=2, body=REPORT.encode())
    summary, attempts = run(source_of_address(web.address("/a.html")), tmp_path)
    assert summary == FetchSummary(document_count=1)
    assert web.asked["/a.html"] == 3
    assert [attempt["status_code"] for attempt in attempts] == [200]


def test_patience_ends(web: LocalWeb, tmp_path: Path) -> None:
    web.fail("/a.html", 503, times=9)
    summary, attempts = run(source_of_address(web.address("/a.html")), tmp_path)
    assert web.asked["/a.html"] == 3
    assert attempts[0]["error"] == "the server answered 503 Service Unavailable (3 tries)"
    assert summary.failures == [f"{web.address('/a.html')}: {attempts[0]['error']}"]


def test_what_will_not_pass_is_asked_once(web: LocalWeb, tmp_path: Path) -> None:
    run(source_of_address(web.address("/nowhere.html")), tmp_path)
    assert web.asked["/nowhere.html"] == 1


def test_a_server_that_asks_for_too_long_a_wait_is_left_alone(web: LocalWeb, tmp_path: Path) -> None:
    web.fail("/a.html", 429, times=9, Retry_After="3600")
    _, attempts = run(source_of_address(web.address("/a.html")), tmp_path)
    assert web.asked["/a.html"] == 1
    assert attempts[0]["error"] == "the server answered 429 Too Many Requests"


@pytest.mark.parametrize("words", ["²", "soon", "-1", "Fri, 01 Jan 99999 00:00:00 GMT"])
def test_a_wait_that_is_none_is_not_heeded(web: LocalWeb, tmp_path: Path, words: str) -> None:
    web.fail("/a.html", 503, times=1, body=b"<html>ok</html>", Retry_After=words)
    summary, _ = run(source_of_address(web.address("/a.html")), tmp_path)
    assert (summary.document_count, web.asked["/a.html"]) == (1, 2)


def test_waits_double_and_heed_the_server() -> None:
    patience = Patience(tries=4, first_wait_seconds=2.0, longest_wait_seconds=60.0)
    first, third = ([patience.wait(tried, None) or 0.0 for _ in range(200)] for tried in (1, 3))
    # full jitter: anything between at once and the whole wait
    assert all(0.0 <= wait <= 2.0 for wait in first) and max(first) > 1.0 > min(first)
    assert all(0.0 <= wait <= 8.0 for wait in third) and max(third) > 4.0 > min(third)
    assert all(30.0 <= (patience.wait(1, 30.0) or 0.0) <= 32.0 for _ in range(50))
    assert patience.wait(4, None) is None
    assert patience.wait(1, 61.0) is None


# --- listing pages ---


def listing(*links: tuple[str, str], more: str = "") -> str:
    rows = "".join(f'<li><a href="{href}">{text}</a><span>2021-01-20</span></li>' for href, text in links)
    return f"<html><body><div>当前位置</div><ul>{rows}</ul>{more}</body></html>"


def test_a_listing_leads_to_its_reports_over_its_pages(web: LocalWeb, tmp_path: Path) -> None:
    web.serve(
        "/gk/index.html",
        listing(
            ("a.html", "甲局2020年政府信息公开工作年度报告"),
            ("/news/1.html", "全市召开会议"),
            ("http://elsewhere.invalid/b.html", "乙局2020年政府信息公开工作年度报告"),
            ("mailto:a@b", "政府信息公开年报"),
            ("index.html", "政府信息公开年报"),
            more='<a href="index_1.html">下一页</a>',
        ),
    )
    web.serve(
        "/gk/index_1.html",
        listing(("c.html", "丙局2019年信息公开年报"), more='<a href="index.html">上一页</a>'),
    )
    web.serve("/gk/a.html", REPORT + '<a href="/gk/never.html">丁局2020年政府信息公开工作年度报告</a>')
    web.serve("/gk/c.html", REPORT + "丙")
    summary, attempts = run(source_of_address(web.address("/gk/index.html")), tmp_path)
    assert summary == FetchSummary(document_count=2, listing_count=2)
    assert sorted(
        (str(a["address"]).removeprefix(web.address("/gk/")), a["role"], a["found_on"], a["link_text"])
        for a in attempts
    ) == [
        ("a.html", "document", web.address("/gk/index.html"), "甲局2020年政府信息公开工作年度报告"),
        ("c.html", "document", web.address("/gk/index_1.html"), "丙局2019年信息公开年报"),
        ("index.html", "listing", None, None),
        ("index_1.html", "listing", web.address("/gk/index.html"), "下一页"),
    ]
    assert set(web.asked) == {"/gk/index.html", "/gk/index_1.html", "/gk/a.html", "/gk/c.html"}
    assert all(str(attempt["sha256"]) in Archive(tmp_path / "archive") for attempt in attempts)


def test_a_given_report_with_links_beside_it_is_a_document(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/a.html", REPORT + '<a href="/b.html">2019年政府信息公开工作年度报告</a>')
    web.serve("/b.html", REPORT + "。")
    summary, attempts = run(source_of_address(web.address("/a.html")), tmp_path)
    assert summary == FetchSummary(document_count=2, listing_count=1)
    assert [attempt["role"] for attempt in attempts] == ["document", "document"]


def test_years_leave_out_what_names_other_years(web: LocalWeb, tmp_path: Path) -> None:
    web.serve(
        "/",
        listing(
            ("a.html", "甲局2020年政府信息公开工作年度报告"),
            ("b.html", "甲局2021年政府信息公开工作年度报告"),
            ("c.html", "政府信息公开年报"),
        ),
    )
    for name in "abc":
        web.serve(f"/{name}.html", REPORT + name)
    run(source_of_address(web.address("/")), tmp_path, years=[2021])
    assert set(web.asked) == {"/", "/b.html", "/c.html"}


def test_pages_turn_where_the_years_leave_nothing(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/", listing(("a.html", "2021年政府信息公开年报"), more='<a href="/2.html">下一页</a>'))
    web.serve("/2.html", listing(("b.html", "2020年政府信息公开年报")))
    web.serve("/b.html", REPORT)
    summary, _ = run(source_of_address(web.address("/")), tmp_path, years=[2020])
    assert summary == FetchSummary(document_count=1, listing_count=2)


def test_an_endless_calendar_ends(web: LocalWeb, tmp_path: Path) -> None:
    def page(request: object, _count: int) -> None:
        from tests.local_web import answer

        number = int(request.path.partition("n=")[2] or 0)  # type: ignore[attr-defined]
        body = listing(more=f'<a href="/list?n={number + 1}">下一页</a>')
        answer(request, 200, body.encode(), "text/html; charset=utf-8")  # type: ignore[arg-type]

    web.pages["/list"] = page
    rules = source_of_address(web.address("/list"))
    source = Source(
        name="calendar",
        entry=rules.entry,
        follow=rules.follow,
        report=rules.report,
        next_page=rules.next_page,
        max_pages=5,
    )
    summary, _ = run(source, tmp_path)
    # pages that list nothing end the listing before max_pages does
    assert sum(web.asked.values()) == 3
    assert summary.listing_count == 3


def test_depth_is_bounded(web: LocalWeb, tmp_path: Path) -> None:
    for number in range(6):
        web.serve(f"/{number}.html", listing((f"/{number + 1}.html", "政府信息公开年报")))
    rules = source_of_address(web.address("/0.html"))
    source = Source(
        name="deep",
        entry=rules.entry,
        follow=rules.follow,
        report=rules.report,
        next_page=rules.next_page,
        max_depth=2,
    )
    run(source, tmp_path)
    assert set(web.asked) == {"/0.html", "/1.html", "/2.html"}


def test_one_bad_document_leaves_the_others(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/", listing(*((f"{n}.html", f"{n} 2020年政府信息公开年报") for n in ("a", "b", "c", "d"))))
    web.serve("/a.html", REPORT)
    web.cut("/b.html", b"x", declared=9)
    web.serve("/d.html", REPORT + "。")
    summary, attempts = run(source_of_address(web.address("/")), tmp_path)
    assert (summary.document_count, len(summary.failures)) == (2, 2)
    found = {str(a["address"])[-6:]: (a["sha256"] is None, a["failure"]) for a in attempts}
    assert found.pop(attempts[0]["address"][-6:]) == (False, None)
    assert found == {
        "a.html": (False, None),
        "b.html": (True, "unreachable"),
        "c.html": (True, "missing"),
        "d.html": (False, None),
    }


def test_fetching_again_finds_and_archives_nothing_new(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/", listing(("a.html", "2020年政府信息公开年报"), ("gone.html", "2019年政府信息公开年报")))
    web.serve("/a.html", REPORT)
    _, first = run(source_of_address(web.address("/")), tmp_path)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    _, second = run(source_of_address(web.address("/")), tmp_path)
    assert second == first
    more = {path for path in tmp_path.rglob("*") if path.is_file()} - set(files)
    assert {path.parent.name for path in more} == {"unchanged"}
    (again,) = (row for row in read_attempts(tmp_path / "raw", table="unchanged") if row["role"] == "listing")
    assert again["address"] == web.address("/")


def test_a_listing_in_gb2312_without_a_declared_charset(web: LocalWeb, tmp_path: Path) -> None:
    web.serve("/", listing(("a.html", "2020年政府信息公开年报")).encode("gb18030"), "text/html")
    web.serve("/a.html", REPORT)
    summary, _ = run(source_of_address(web.address("/")), tmp_path)
    assert summary.document_count == 1


RULES = {
    "follow": LinkRule(__import__("re").compile("年报")),
    "next_page": LinkRule(__import__("re").compile("^下一页$")),
}


@pytest.mark.parametrize(
    ("html", "followed"),
    [
        ('<base href="/deep/"><a href="a.html">年报</a>', ["http://h/deep/a.html"]),
        ('<a href="/a.html#top">年报</a><a href="/a.html">年报</a>', ["http://h/a.html"]),
        ('<a href="//h/a.html">年报</a>', ["http://h/a.html"]),
        ('<a href="http://[broken">年报</a><a href="">年报</a><a>年报</a>', []),
        ('<a href="/a.html"><img alt=""></a><a href="/b.html" title="年报"><img></a>', ["http://h/b.html"]),
        ('<a href="/a.html"><span>年<b>报</b></span></a>', ["http://h/a.html"]),
        ("", []),
    ],
)
def test_links_of_a_page(html: str, followed: list[str]) -> None:
    found = read_listing(html, "http://h/x/index.html", **RULES)
    assert [link.address for link in found.follow] == followed


# --- local files ---


def test_a_folder_is_read_in_order_and_says_what_it_skips(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "b" / ".git").mkdir(parents=True)
    for name in ("b/2.html", "b/1.txt", "a.html", ".hidden.html", "data.bin", "nosuffix", "b/.git/x.html"):
        (folder / name).write_text(f"{name} 年报")
    (folder / "broken.html").symlink_to(folder / "gone.html")
    summary, attempts = run(LocalSource(f"{folder}/"), tmp_path / "home")
    shown = [(str(a["address"]).removeprefix(f"{folder}/"), a["media_type"], a["error"]) for a in attempts]
    assert shown == [
        (".hidden.html", "text/html", "skipped: hidden file"),
        ("a.html", "text/html", None),
        ("broken.html", "text/html", "skipped: not a regular file"),
        ("data.bin", None, "skipped: suffix '.bin' is not a document's"),
        ("nosuffix", None, "skipped: no suffix"),
        ("b/1.txt", "text/plain", None),
        ("b/2.html", "text/html", None),
    ]
    assert (summary.document_count, summary.skipped_count, summary.failures) == (3, 4, [])


def test_a_given_file_is_read_whatever_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(b"\0\1")
    summary, attempts = run(LocalSource(str(tmp_path / "report")), tmp_path / "home")
    assert summary.document_count == 1
    assert attempts[0]["final_address"] == (tmp_path / "report").as_uri()


def test_a_path_is_recorded_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path / "in")
    _, attempts = run(LocalSource("../in"), tmp_path / "home")
    assert attempts[0]["address"] == "../in/a.txt"


def test_a_file_name_that_is_not_unicode(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + "/年报.html".encode("gb18030"))).write_text("x")
    summary, attempts = run(LocalSource(str(folder)), tmp_path / "home")
    assert summary.document_count == 1
    assert "\ufffd" in str(attempts[0]["address"])


def test_a_file_too_large_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"x" * 100_001)
    summary, attempts = run(LocalSource(str(tmp_path / "a.html")), tmp_path / "home")
    assert attempts[0]["error"] == "too large: more than 100,000 bytes"
    assert len(summary.failures) == 1


# --- the catalogue ---


def test_the_entries_that_are_shipped_can_be_used() -> None:
    assert "sample" in names()
    for name in names():
        assert load_source(name).entry


def catalogue(folder: Path, text: str) -> Path:
    (folder / "_default.yaml").write_text("follow:\n  text: report\n")
    (folder / "one.yaml").write_text(text)
    return folder


def test_an_entry_takes_the_default_rules_it_does_not_give(tmp_path: Path) -> None:
    source = load_source("one", catalogue(tmp_path, "entry: ['http://a/']\nnext_page: {text: more}\n"))
    assert source.follow.fits("a Report", "")
    assert source.next_page.fits("more", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entry: [", ":1: not YAML: "),
        ("- a\n", r":1: expected keys publisher, entry, .*, found a list"),
        ("publisher: x\n", r":1: entry: expected at least one http\(s\) address, found none"),
        ("entry: http://a/\n", r":1: entry: expected a list of http\(s\) addresses, found 'http://a/'"),
        (
            "entry:\n  - http://a/\n  - ftp://b/\n",
            r":3: entry: expected an http\(s\) address, found 'ftp://b/'",
        ),
        (
            "entry: ['http://a/']\nfolow: {}\n",
            r":2: folow: unknown key, expected one of publisher, entry, follow",
        ),
        (
            "entry: ['http://a/']\nfollow:\n  text: '(a'\n",
            r":3: follow\.text: expected a regular expression \(",
        ),
        (
            "entry: ['http://a/']\nfollow:\n  txt: a\n",
            r":3: follow\.txt: unknown key, expected one of text, addr",
        ),
        ("entry: ['http://a/']\nmax_pages: many\n", r":2: max_pages: expected a whole number, found 'many'"),
        (
            "entry: ['http://a/']\nverified: perhaps\n",
            r":2: verified: expected true or false, found 'perhaps'",
        ),
        ("entry: ['http://a/']\nentry: ['http://b/']\n", r":2: entry: expected once, found again"),
        ("entry: ['http://a/']\nserved_from: ../..\n", r":2: served_from: expected a folder of the project"),
    ],
)
def test_a_mistake_names_file_line_key_and_expectation(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=rf"one\.yaml{message}"):
        load_source("one", catalogue(tmp_path, text))


def test_words_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue(tmp_path, "entry: ['http://a/']\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one").mkdir()
    (tmp_path / "wrong.yaml").write_text("entry: 3\n")
    found, mistakes = resolve(["http://x/", str(tmp_path), "one", "./one", "wrong"], tmp_path)
    assert [source.name for source in found] == ["http://x/", str(tmp_path), "one", "./one"]
    assert [isinstance(source, LocalSource) for source in found] == [False, True, False, True]
    assert len(mistakes) == 1 and "wrong.yaml:1: entry:" in mistakes[0]
    with pytest.raises(
        UnknownSourceError,
        match=r"neither a file or folder that is there, nor .* 2 sources that `gongkai sources` lists",
    ):
        resolve(["missing"], tmp_path)


# --- the server of the sample ---


def test_the_sample_server_serves_what_its_list_says(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(
        '{"/": {"file": "index.html", "content_type": "text/html"}, "/r/a.html": {"content_type": null}}'
    )
    (tmp_path / "index.html").write_text(listing(("r/a.html", "2020年政府信息公开年报")))
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "a.html").write_text(REPORT)
    source = Source(
        name="sample",
        entry=("http://sample.test/",),
        report=source_of_address("http://x/").report,
        served_from=tmp_path,
    )
    summary, attempts = run(source, tmp_path / "home", allow_private=False)
    assert summary == FetchSummary(document_count=1, listing_count=1)
    assert [(a["address"], a["media_type"]) for a in attempts] == [
        ("http://sample.test/", "text/html"),
        ("http://sample.test/r/a.html", None),
    ]


def test_the_sample_server_serves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text("{}")
    with SampleServer(tmp_path) as server:
        attempt = get(f"http://{server.address[0]}:{server.address[1]}/site.json")
    assert attempt.status_code == 404


def test_a_document_that_is_put_back_is_new_again(tmp_path: Path) -> None:
    """Recorded in turn in the table of what is new and in that of what is unchanged: the order of time counts."""
    path, home = tmp_path / "a.html", tmp_path / "home"
    hashes = []
    for text in ("one", "one", "two", "one"):
        path.write_text(text)
        _, attempts = run(LocalSource(str(path)), home)
        hashes = [attempt["sha256"] for attempt in attempts]
    assert len(hashes) == 3
    assert hashes[0] == hashes[2] != hashes[1]
