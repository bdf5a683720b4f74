"""Politeness and strength: robots.txt, pauses, rests, conditional requests, revisits, TLS, and kills."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import os
import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest

from flows.edge.archive import Archive, sha256_of
from flows.edge.catalogue import LocalSource, Rate, Source, source_of_address
from flows.edge.limits import Limits
from flows.edge.manifest import Attempt, Known, Manifest
from flows.edge.parquet import read_attempts
from flows.edge.politeness import Host, Patience, Revisit, host_name
from flows.edge.robots import read_robots
from flows.edge.web import user_agent
from flows.fetch import FetchSummary, crawling, fetch
from flows.settings import ROOT, Home
from tests.local_web import LocalWeb, answer
from tests.running import SOON, bound, environment

REPORT = "<html><body>" + "<p>本年度共收到政府信息公开申请三件，均已答复。</p>" * 40 + "</body></html>"
AT_ONCE = Patience(tries=3, first_wait_seconds=0.0, rest_seconds=0.05)
ALWAYS = Revisit(often=timedelta(0), seldom=timedelta(0))


def source_of(address: str, rate: float = 10_000.0, at_once: int = 2) -> Source:
    return replace(source_of_address(address), rate=Rate(rate, at_once))


def run(folder: Path, *sources: Source, **options: object) -> FetchSummary:
    home = Home(folder)
    with Manifest(home.raw) as manifest:
        settings = {"allow_private": True, "patience": AT_ONCE, **options}
        return fetch(sources, home, manifest, **settings)  # type: ignore[arg-type]


def attempts(folder: Path, table: str = "attempt") -> dict[str, dict[str, object]]:
    return {row["address"].rpartition("/")[2]: row for row in read_attempts(folder / "raw", table=table)}


def listing(*names: str) -> str:
    return "".join(f'<li><a href="/{name}">{name}局2020年政府信息公开工作年度报告</a></li>' for name in names)


# --- robots.txt ---


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.serve(
            "/robots.txt", "User-agent: gongkai\nDisallow: /no\n\nUser-agent: *\nDisallow: /\n", "text/plain"
        )
        web.serve("/", listing("yes.html", "no.html", "sly.html"))
        web.serve("/yes.html", REPORT)
        web.serve("/no.html", REPORT + "no")
        web.redirect("/sly.html", "/no.html")
        summary = run(tmp_path, source_of(web.address("/")))
        assert set(web.asked) == {"/robots.txt", "/", "/yes.html", "/sly.html"}
        assert web.asked["/robots.txt"] == 1
    found = attempts(tmp_path)
    assert summary.document_count == 1
    assert found["no.html"]["error"] == "not asked: robots.txt of the site forbids it"
    assert (found["no.html"]["failure"], found["sly.html"]["failure"]) == ("forbidden", "forbidden")
    assert found["no.html"]["link_text"] == "no.html局2020年政府信息公开工作年度报告"


def test_a_site_whose_robots_txt_fails_is_left_alone_and_tried_in_the_next_run(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.fail("/robots.txt", 503, times=3)
        web.serve("/", REPORT)
        summary = run(tmp_path, source_of(web.address("/")))
        assert web.asked["/"] == 0
        assert "robots.txt cannot be read" in summary.failures[0]
        assert attempts(tmp_path)[""]["failure"] == "unreachable"
        assert run(tmp_path, source_of(web.address("/"))).document_count == 1


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 7", 7.0),
        ("User-agent: gongkai\nRequest-rate: 1/5", 5.0),
        ("User-agent: other\nCrawl-delay: 7", 0.0),
        ("<html>not found</html>", 0.0),
        ("\ufeffUser-agent: *\nDisallow: /x", 0.0),
    ],
)
def test_the_delay_that_robots_txt_asks_for(body: str, delay: float) -> None:
    robots = read_robots(Attempt("http://a/robots.txt", data=body.encode()))
    assert robots.delay_seconds == delay
    assert (robots.forbids("http://a/x") is not None) == ("Disallow" in body)


def test_a_site_that_wants_too_long_a_pause_is_left_alone_with_the_reason(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.serve("/robots.txt", "User-agent: *\nCrawl-delay: 86400\n", "text/plain")
        web.serve("/", listing("a.html"))
        sources = [replace(source_of(web.address(path)), name=path) for path in ("/", "/b.html")]
        summary = run(tmp_path, *sources)
        assert set(web.asked) == {"/robots.txt"}
    host = web.address().split("/")[2]
    reason = f"not asked: robots.txt of {host} asks for 86,400 s between requests, at most 60 s are waited"
    assert sorted(summary.failures) == [f"{web.address(path)}: {reason}" for path in ("/", "/b.html")]
    found = attempts(tmp_path)
    assert {(row["failure"], row["error"]) for row in found.values()} == {("forbidden", reason)}


def test_a_redirect_to_a_site_that_wants_too_long_a_pause(tmp_path: Path) -> None:
    with LocalWeb() as slow, LocalWeb() as web:
        slow.serve("/robots.txt", "User-agent: *\nRequest-rate: 1/1h\n", "text/plain")
        slow.serve("/a.html", REPORT)
        web.redirect("/a.html", slow.address("/a.html"))
        summary = run(tmp_path, source_of(web.address("/a.html")))
        assert set(slow.asked) == {"/robots.txt"}
    assert "asks for 3,600 s between requests" in summary.failures[0]


@pytest.mark.parametrize("kind", ["long", "compressed", "as an image"])
def test_rules_are_kept_however_robots_txt_is_served(tmp_path: Path, kind: str) -> None:
    rules = b"User-agent: *\nDisallow: /no\n"
    with LocalWeb() as web:
        if kind == "long":
            web.serve("/robots.txt", rules + b"# \n" * 100_000, "text/plain")
        elif kind == "compressed":
            packed = gzip.compress(rules + b"#" * 30_000_000)
            web.serve("/robots.txt", packed, "text/plain", Content_Encoding="gzip")
        else:
            web.serve("/robots.txt", rules, "image/png")
        web.serve("/", listing("yes.html", "no.html"))
        web.serve("/yes.html", REPORT)
        run(tmp_path, source_of(web.address("/")), limits=Limits(body_bytes=100_000))
        assert set(web.asked) == {"/robots.txt", "/", "/yes.html"}
    assert attempts(tmp_path)["no.html"]["failure"] == "forbidden"


def test_a_robots_txt_whose_rules_cannot_be_known_forbids_for_the_time_being(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.serve("/robots.txt", b"\x1f\x8bnonsense" * 9, "text/plain", Content_Encoding="gzip")
        web.serve("/", REPORT)
        summary = run(tmp_path, source_of(web.address("/")))
        assert set(web.asked) == {"/robots.txt"}
    assert "robots.txt cannot be read (the compressed body is damaged" in summary.failures[0]


def test_a_missing_robots_txt_allows_everything() -> None:
    robots = read_robots(Attempt("http://a/robots.txt", failure="missing", error="404"))
    assert robots.forbids("http://a/x") is None


# --- rates ---


def test_requests_to_a_host_keep_their_distance(tmp_path: Path) -> None:
    times: list[float] = []
    began = time.monotonic()

    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        times.append(time.monotonic())
        answer(request, 200, (REPORT + request.path).encode(), "text/html; charset=utf-8")

    names = [f"{n}.html" for n in range(6)]
    with LocalWeb() as web:
        web.serve("/", listing(*names))
        web.pages.update({f"/{name}": page for name in names})
        run(tmp_path, source_of(web.address("/"), rate=10.0))
    assert len(times) == 6
    # after robots.txt, the listing and five of them; a server may see the first late, never the last early
    assert times[-1] - began >= 0.7


def test_two_sources_of_one_host_share_its_rate(tmp_path: Path) -> None:
    times: list[float] = []
    began = time.monotonic()

    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        times.append(time.monotonic())
        answer(request, 200, (REPORT + request.path).encode(), "text/html; charset=utf-8")

    with LocalWeb() as web:
        web.pages.update({f"/{n}.html": page for n in range(6)})
        sources = [replace(source_of(web.address(f"/{n}.html"), rate=10.0), name=str(n)) for n in range(6)]
        run(tmp_path, *sources)
    assert len(times) == 6
    assert times[-1] - began >= 0.6


def test_redirects_do_not_crowd_another_host(tmp_path: Path) -> None:
    """Many hosts that send their readers to one: it is asked no more at once than it may be."""
    under_way: list[int] = []
    most: list[int] = []

    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.1)
        under_way.pop()
        answer(request, 200, (REPORT + request.path).encode(), "text/html; charset=utf-8")

    with ExitStack() as stack:
        crowded, *webs = [stack.enter_context(LocalWeb()) for _ in range(6)]
        crowded.pages["/own.html"] = page
        sources = [source_of(crowded.address("/own.html"))]
        for number, web in enumerate(webs):
            for name in "ab":
                web.redirect(f"/{name}.html", crowded.address(f"/{name}{number}.html"))
                crowded.pages[f"/{name}{number}.html"] = page
                sources.append(source_of(web.address(f"/{name}.html")))
        assert run(tmp_path, *sources).document_count == 11
    assert max(most) <= 2 < len(most)


def test_a_host_is_not_blamed_for_another_that_it_redirects_to(tmp_path: Path) -> None:
    with LocalWeb() as gone:
        address = gone.address("/")
    names = [f"{n}.html" for n in range(20)]
    with LocalWeb() as web:
        web.serve("/", listing(*(f"to-{name}" for name in names), *names))
        for name in names:
            web.redirect(f"/to-{name}", address + name)
            web.serve(f"/{name}", REPORT + name)
        summary = run(tmp_path, source_of(web.address("/")))
        assert summary.document_count == len(names)
        # and not asked again and again for what the other does not give
        assert sum(web.asked[f"/to-{name}"] for name in names) < 2 * len(names)
    failed = [row for name, row in attempts(tmp_path).items() if name.startswith("to-")]
    assert [row["failure"] for row in failed] == ["unreachable"] * len(names)
    assert sum(f"redirected to {address}" in str(row["error"]) for row in failed) > 10


def test_rules_that_are_kept_elsewhere_are_asked_for_at_its_rate(tmp_path: Path) -> None:
    began = time.monotonic()
    with ExitStack() as stack:
        central, *webs = [stack.enter_context(LocalWeb()) for _ in range(7)]
        central.serve("/robots.txt", "User-agent: *\nDisallow: /no\n", "text/plain")
        for web in webs:
            web.redirect("/robots.txt", central.address("/robots.txt"))
            web.serve("/", REPORT + web.address())
        sources = [source_of(web.address("/"), rate=2.0) for web in webs]
        assert run(tmp_path, *sources).document_count == 6
        assert central.asked["/robots.txt"] == 6
    assert time.monotonic() - began >= 5 * 0.5


def test_hosts_that_redirect_to_each_other_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with LocalWeb() as one, LocalWeb() as other:
        for here, there in ((one, other), (other, one)):
            for name in "abcd":
                here.redirect(f"/{name}.html", there.address(f"/to-{name}.html"))
                here.serve(f"/to-{name}.html", REPORT + name + here.address())
        sources = [
            source_of(web.address(f"/{name}.html"), at_once=1) for web in (one, other) for name in "abcd"
        ]
        assert run(tmp_path, *sources).document_count == 8


def test_a_host_waits_when_asked_to(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.serve("/", listing("a.html"))
        web.fail("/a.html", 429, times=1, body=REPORT.encode(), Retry_After="1")
        began = time.monotonic()
        assert run(tmp_path, source_of(web.address("/"))).document_count == 1
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("is_date", [False, True])
def test_all_of_a_host_waits_when_one_page_asks_for_it(tmp_path: Path, is_date: bool) -> None:
    began: list[float] = []
    asked: list[float] = []
    is_told = Event()
    names = [f"{n}.html" for n in range(8)]

    def page(request: BaseHTTPRequestHandler, count: int) -> None:
        now = time.monotonic()
        if request.path != "/0.html" or count > 1:
            asked.append(now)
            is_told.wait(SOON)
            answer(request, 200, (REPORT + request.path).encode(), "text/html; charset=utf-8")
            return
        began.append(now)
        # a date has whole seconds: between one and two from now
        wait = formatdate(time.time() + 2, usegmt=True) if is_date else "1"
        answer(request, 429, b"", None, Retry_After=wait)
        is_told.set()

    with LocalWeb() as web:
        web.serve("/", listing(*names))
        web.pages.update({f"/{name}": page for name in names})
        assert run(tmp_path, source_of(web.address("/"))).document_count == len(names)
    # but for one that was under way, and the next of its connection if that was read first
    assert sum(at < began[0] + 1.0 for at in asked) <= 2
    assert len(asked) == len(names)


def test_every_hop_of_a_redirect_waits_for_its_turn(tmp_path: Path) -> None:
    began = time.monotonic()
    with LocalWeb() as web:
        web.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n", "text/plain")
        for number in range(4):
            web.redirect(f"/{number}.html", f"/{number + 1}.html")
        web.serve("/4.html", REPORT)
        assert run(tmp_path, source_of(web.address("/0.html"))).document_count == 1
    assert time.monotonic() - began >= 5 * 0.3


def test_a_host_that_goes_on_failing_is_given_up(tmp_path: Path) -> None:
    names = [f"{n}.html" for n in range(40)]
    with LocalWeb() as web:
        web.serve("/", listing(*names))
        for name in names:
            web.fail(f"/{name}", 500, times=99)
        summary = run(tmp_path, source_of(web.address("/")))
        asked = sum(web.asked[f"/{name}"] for name in names)
    assert len(summary.failures) == 40
    assert asked < 20
    unasked = [row for row in attempts(tmp_path).values() if "not asked: 127.0.0.1" in str(row["error"])]
    assert len(unasked) > 20
    assert {row["failure"] for row in unasked} == {"unreachable"}


def test_a_host_recovers_after_a_rest() -> None:
    async def story() -> list[tuple[int, bool]]:
        host: Host[str] = Host("h", Patience(failures=2, rest_seconds=5.0, rests=1), 0.0, 2)
        seen = []
        for failure in ("unreachable", "unreachable", None, "unreachable", "missing"):
            host.note(Attempt("http://h/", failure=failure))  # type: ignore[arg-type]
            seen.append((host.rested, host.next_at > asyncio.get_running_loop().time() + 1))
        assert host.closed is None
        return seen

    assert [rested for rested, _ in asyncio.run(story())] == [0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://A.cn/x", "a.cn"),
        ("https://a.cn:443/", "a.cn"),
        ("http://a.cn:8080/", "a.cn:8080"),
        ("http://a.cn./x", "a.cn"),
        ("http://u:p@a.cn/x", "a.cn"),
    ],
)
def test_the_host_of_an_address(address: str, name: str) -> None:
    assert host_name(address) == name


def test_the_user_agent_names_a_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_CONTACT", "me@example.org\r\nX: y")
    assert user_agent().endswith("; contact: me@example.orgX: y)")
    monkeypatch.delenv("GONGKAI_CONTACT")
    assert "contact" not in user_agent()


# --- again ---


def test_an_unchanged_page_is_not_sent_again_and_a_revised_one_is_a_new_version(tmp_path: Path) -> None:
    statuses: list[int] = []
    body = REPORT.encode()

    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        tag = f'"{sha256_of(body)[:9]}"'
        same = request.headers["If-None-Match"] == tag
        statuses.append(304 if same else 200)
        answer(request, statuses[-1], b"" if same else body, "text/html; charset=utf-8", ETag=tag)

    with LocalWeb() as web:
        web.pages["/a.html"] = page
        for _ in range(3):
            summary = run(tmp_path, source_of(web.address("/a.html")))
        assert (summary.document_count, summary.kept_count) == (1, 1)
        body += b"<p>revised</p>"
        run(tmp_path, source_of(web.address("/a.html")))
    assert statuses == [200, 304, 304, 200]
    versions = [row["sha256"] for row in read_attempts(tmp_path / "raw")]
    assert versions == [sha256_of(REPORT.encode()), sha256_of(body)]
    archive = Archive(tmp_path / "archive")
    assert archive.read(versions[0]) == REPORT.encode() and archive.read(versions[1]) == body
    assert [
        row["status_code"]
        for row in read_attempts(tmp_path / "raw", table="unchanged")
        if row["role"] != "robots"
    ] == [304, 304]


def test_every_try_is_on_record(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.fail("/robots.txt", 503, times=1)
        web.serve("/", listing("a.html"))
        web.fail("/a.html", 500, times=1, body=REPORT.encode())
        for _ in range(2):
            run(tmp_path, source_of(web.address("/")), revisit=ALWAYS)
        web.fail("/a.html", 500, times=4, body=REPORT.encode())
        run(tmp_path, source_of(web.address("/")), revisit=ALWAYS)
        asked = dict(web.asked)
    new = Counter(row["address"] for row in read_attempts(tmp_path / "raw"))
    rest = Counter(row["address"] for row in read_attempts(tmp_path / "raw", table="unchanged"))
    assert asked == {path: (new + rest)[web.address(path)] for path in ("/robots.txt", "/", "/a.html")}
    assert asked["/a.html"] == 5
    # what comes at the second try, and is what was there before, is nothing new
    assert new == {web.address("/"): 1, web.address("/a.html"): 1}
    tries = [
        row["status_code"]
        for row in read_attempts(tmp_path / "raw", table="unchanged")
        if row["address"] == web.address("/a.html")
    ]
    assert tries == [500, 200, 500, 200]


def test_an_original_that_the_archive_lost_is_asked_for_in_full(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.serve("/", listing("a.html"))
        web.serve("/a.html", REPORT, ETag='"1"')
        run(tmp_path, source_of(web.address("/")))
        archive = Archive(tmp_path / "archive")
        archive.path(sha256_of(REPORT.encode())).unlink()
        run(tmp_path, source_of(web.address("/")))
    assert archive.read(sha256_of(REPORT.encode())) == REPORT.encode()


def test_an_original_that_is_damaged_is_asked_for_in_full(tmp_path: Path) -> None:
    statuses: list[int] = []

    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        statuses.append(304 if request.headers["If-None-Match"] else 200)
        body = b"" if statuses[-1] == 304 else REPORT.encode()
        answer(request, statuses[-1], body, "text/html; charset=utf-8", ETag='"1"')

    archive = Archive(tmp_path / "archive")
    with LocalWeb() as web:
        web.pages["/a.html"] = page
        run(tmp_path, source_of(web.address("/a.html")))
        path = archive.path(sha256_of(REPORT.encode()))
        path.write_bytes(b"x" * path.stat().st_size)
        summary = run(tmp_path, source_of(web.address("/a.html")))
    assert (summary.document_count, summary.failures) == (1, [])
    assert statuses == [200, 304, 200]
    assert archive.read(sha256_of(REPORT.encode())) == REPORT.encode()


def known(asked: datetime, changed: datetime, failure: str | None = None) -> Known:
    return Known(status_code=200, sha256="1" * 64, failure=failure, asked_at=asked, changed_at=changed)


@pytest.mark.parametrize(
    ("now", "asked_days", "changed_days", "failure", "due"),
    [
        ((2026, 2, 1), 8, 100, None, True),
        ((2026, 2, 1), 6, 100, None, False),
        ((2026, 7, 1), 8, 100, None, False),
        ((2026, 7, 1), 91, 100, None, True),
        ((2026, 2, 1), 8, 1000, None, False),
        ((2026, 7, 1), 0, 0, "unreachable", True),
        ((2026, 7, 1), 1, 1, "missing", False),
    ],
)
def test_when_a_document_is_asked_for_again(
    now: tuple[int, int, int], asked_days: int, changed_days: int, failure: str | None, due: bool
) -> None:
    day = datetime(*now, tzinfo=UTC)
    one = known(day - timedelta(days=asked_days), day - timedelta(days=changed_days), failure)
    assert Revisit().is_due(one, day) is due


def test_a_host_that_was_down_is_tried_in_the_next_run(tmp_path: Path) -> None:
    with LocalWeb() as web:
        web.serve("/", listing("a.html"))
        web.fail("/a.html", 500, times=3, body=REPORT.encode())
        first = run(tmp_path, source_of(web.address("/")))
        assert first.document_count == 0
        assert attempts(tmp_path)["a.html"]["failure"] == "unreachable"
        assert run(tmp_path, source_of(web.address("/"))).document_count == 1
    assert attempts(tmp_path)["a.html"]["error"] is None


# --- kills ---


def test_a_journal_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    script = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from flows.edge.manifest import Attempt, Manifest\n"
        "manifest = Manifest(Path(sys.argv[1]))\n"
        "manifest.record(Attempt('http://a/1', status_code=200, sha256='1' * 64, link_text='公开'))\n"
        "manifest.record(Attempt('http://a/1', status_code=304))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, tmp_path], timeout=SOON).returncode == -9
    assert not list(read_attempts(tmp_path))
    (journal,) = (tmp_path / "journal").glob("*.jsonl")
    with journal.open("a") as file:
        file.write('{"table": "attempt", "addr')
    with Manifest(tmp_path) as manifest:
        found = manifest.known("http://a/1")
        assert found is not None and found.sha256 == "1" * 64
    assert [(row["address"], row["link_text"]) for row in read_attempts(tmp_path)] == [("http://a/1", "公开")]
    assert [row["status_code"] for row in read_attempts(tmp_path, table="unchanged")] == [304]
    assert not list((tmp_path / "journal").iterdir())


def test_an_original_is_on_record_before_it_is_said_what_it_is(tmp_path: Path) -> None:
    def attempt(name: str, **other: object) -> Attempt:
        return Attempt(f"http://a/{name}", status_code=200, sha256=name * 64, **other)  # type: ignore[arg-type]

    # what follows a piece's end stays in the next journal; a process that is killed leaves it
    killed = Manifest(tmp_path, piece=2)
    for name in "123":
        killed.keep(attempt(name))
    killed.record(attempt("1", role="listing"))
    killed.record(attempt("2"))
    (journal,) = (tmp_path / "journal").glob("*.jsonl")
    assert len(journal.read_text().splitlines()) == 1
    killed.keep(attempt("4", role="part"))
    killed.record(attempt("4", role="part"))
    assert killed._journal is not None
    killed._journal.close()
    with Manifest(tmp_path) as manifest:
        assert [manifest.known(f"http://a/{name}").sha256 for name in "34"] == ["3" * 64, "4" * 64]  # type: ignore[union-attr]
        manifest.keep(attempt("5"))
        # an interruption: nothing more is said of it
    rows = [(row["address"][-1], row["role"]) for row in read_attempts(tmp_path)]
    assert rows == [("1", "listing"), ("2", "document"), ("4", "part"), ("3", "document"), ("5", "document")]
    assert not list((tmp_path / "journal").iterdir())


def test_a_fetch_that_is_to_stop_ends_what_is_under_way_and_the_next_goes_on(tmp_path: Path) -> None:
    stop = Event()
    names = [f"{n}.html" for n in range(30)]

    def page(request: BaseHTTPRequestHandler, _count: int) -> None:
        if sum(web.asked[f"/{name}"] for name in names) == 10:
            stop.set()
        answer(request, 200, (REPORT + request.path).encode(), "text/html; charset=utf-8")

    with LocalWeb() as web:
        web.serve("/", listing(*names))
        web.pages.update({f"/{name}": page for name in names})
        first = run(tmp_path, source_of(web.address("/")), stop=stop)
        asked = sum(web.asked[f"/{name}"] for name in names)
        assert first.document_count == asked < 15
        assert not list((tmp_path / "raw" / "journal").iterdir())
        # what it saw is no whole picture of the site
        assert not (tmp_path / "raw" / "discovery").exists()
        second = run(tmp_path, source_of(web.address("/")))
        assert second.document_count == 30
        assert {web.asked[f"/{name}"] for name in names} == {1}


def test_a_folder_is_left_when_fetching_is_to_stop(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text("x")
    stop = Event()
    stop.set()
    home = Home(tmp_path / "home")
    with Manifest(home.raw) as manifest:
        assert fetch([LocalSource(str(tmp_path / "in"))], home, manifest, stop=stop) == FetchSummary()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_soon_and_the_next_asks_for_nothing_again(
    tmp_path: Path, end: signal.Signals
) -> None:
    names = [f"{n}.html" for n in range(100)]
    with LocalWeb() as web:
        web.serve("/", listing(*names))
        for name in names:
            web.serve(f"/{name}", REPORT + name)
        command = [sys.executable, "-c", "from flows.cli import main; main()", "run", web.address("/")]
        home = Home(tmp_path / "home")
        process = subprocess.Popen(
            bound(*command, "--allow-private", "--home", home.path),
            # no database that another run may be at
            env=environment(PREFECT_HOME=str(tmp_path / "prefect")),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while sum(web.asked.values()) < 4 and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(end)
            code = process.wait(SOON)
        finally:
            process.kill()
            process.wait()
        assert code in (1, -end)
        # answers under way may still come in
        with crawling(home, print):
            got = {name for name in names if web.asked[f"/{name}"]}
            # at a request a second the whole would take more than a minute and a half
            assert 0 < len(got) < 60
            assert {
                row["address"].rpartition("/")[2] for row in read_attempts(home.raw) if row["sha256"]
            } >= got
            run(home.path, source_of(web.address("/")))
        assert {web.asked[f"/{name}"] for name in names} == {1}


def test_the_journal_of_a_process_that_runs_is_left_alone(tmp_path: Path) -> None:
    with Manifest(tmp_path) as first:
        first.record(Attempt("http://a/1", status_code=200, sha256="1" * 64))
        with Manifest(tmp_path) as second:
            assert second.known("http://a/1") is None
        assert len(list((tmp_path / "journal").iterdir())) == 1
    assert len(list(read_attempts(tmp_path))) == 1


# --- TLS ---


def test_a_certificate_that_is_not_valid_is_told_and_can_be_accepted(tmp_path: Path) -> None:
    with LocalWeb() as web:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self_signed(tmp_path / "cert.pem"))
        web._server.socket = tls.wrap_socket(web._server.socket, server_side=True)
        web.serve("/a.html", REPORT)
        address = web.address("/a.html").replace("http:", "https:")
        summary = run(tmp_path / "strict", source_of(address))
        assert "no secure connection" in summary.failures[0]
        assert "`verify_tls: false` in the source's file accepts it" in summary.failures[0]
        assert attempts(tmp_path / "strict")["a.html"]["failure"] == "tls"
        lenient = replace(source_of(address), verify_tls=False)
        assert run(tmp_path / "lenient", lenient).document_count == 1
    found = attempts(tmp_path / "lenient")["a.html"]
    assert (found["error"], found["is_tls_verified"]) == (None, False)


def self_signed(path: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_proxy_of_the_environment_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HTTP_PROXY", "http://127.0.0.1:1/")
    with LocalWeb() as web:
        web.serve("/a.html", REPORT)
        assert run(tmp_path, source_of(web.address("/a.html"))).document_count == 1
