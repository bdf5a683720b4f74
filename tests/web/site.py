"""A web of many hosts on one port of the loopback interface, as good and as bad as the real one.

Hosts are told apart by the Host header. Each has a listing over several pages with reports behind it, turned in
one of the ways of `FAMILIES`, and some of the misbehaviour that sites show. The log holds every request.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from flows.edge.archive import sha256_of
from flows.edge.catalogue import Rate, Source, source_of_address
from flows.edge.pagination import DATAPROXY, JsonList

_SEARCH = "/was5/web/search?channelid=77&perpage=15&page={}"
_YEAR = "/gk/zfxxgknb.html?nbYear={}"
_LIST = "/api/list?page={}"
FAMILIES = ("links", "numbered", "jpage", "jpage by form", "trs", "json", "years", "sitemap")
"""How a host's listing turns its pages; the next host has the next one."""
PER_LISTING = 15
LARGEST_BODY = 200_000
CALENDAR_DAYS = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """What is at a path. `behaviour` is one of the misbehaviours of `_Handler`, or none."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    behaviour: str = ""
    is_report: bool = False
    is_listing: bool = False
    """Also read for its links."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it."""

    at: float
    host: str
    path: str
    status: int
    is_whole: bool
    """The whole body was sent."""


@dataclass(slots=True)
class Site:
    """One host."""

    host: str
    pages: dict[str, Page] = field(default_factory=dict)
    validator: str = "etag"
    robots: str = ""
    delay_seconds: float = 0.0
    is_down: bool = False
    family: str = "links"
    links: list[tuple[str, str]] = field(default_factory=list)
    """What the listing lists: path and text."""
    charset: str = "utf-8"

    @property
    def entry(self) -> str:
        path = {"trs": _SEARCH.format(1), "years": _YEAR.format(2020)}.get(self.family, "/gk/index.html")
        return f"http://{self.host}{path}"

    @property
    def reports(self) -> dict[str, Page]:
        return {path: page for path, page in self.pages.items() if page.is_report}


def make_web(hosts: int, pages: int) -> dict[str, Site]:
    """So many hosts of about so many pages each."""
    return {site.host: site for site in (_make_site(number, pages) for number in range(hosts))}


def sources(web: dict[str, Site], rate: Rate) -> list[Source]:
    found = []
    for site in web.values():
        source = replace(source_of_address(site.entry), name=site.host, rate=rate, sitemaps=True)
        if site.family == "json":
            address = f"http://{site.host}{_LIST}".replace("{}", "{n}")
            family = JsonList(address, "data.list", "link", "name", total="data.total", per_page=PER_LISTING)
            source = replace(source, pagination=(*source.pagination, family))
        found.append(source)
    return found


def _make_site(number: int, pages: int) -> Site:
    charset = "gb2312" if number % 2 else "utf-8"
    site = Site(
        f"h{number:02}.web.test",
        validator="none" if number % 8 == 3 else ("etag", "last-modified")[number % 2],
        family=FAMILIES[number % len(FAMILIES)],
        charset=charset,
    )
    links = site.links
    listings = max(1, pages // (PER_LISTING + 1))
    for count in range(pages - listings - 2):
        year = 2010 + count % 14
        path = f"/gk/t{year}_{count}.html"
        text = f"第{number}市第{count}局{year}年政府信息公开工作年度报告"
        more = ""
        if count % 10 == 3:
            site.pages[f"/files/{count}.pdf"] = Page(
                b"%PDF-1.4 " + f"{number}-{count}".encode() * 300, "application/pdf", is_report=True
            )
            more = f'<a href="/files/{count}.pdf">附件</a>'
        body = (
            f"<html><body><h1>{text}</h1>"
            + f"<p>{text}本年度收到申请{count}件。</p>" * 30
            + more
            + "</body></html>"
        )
        site.pages[path] = Page(body.encode(charset), f"text/html; charset={charset}", is_report=True)
        links.append((path, text))
    _misbehave(site, number, links)
    _list(site, number, charset, links)
    return site


def _misbehave(site: Site, number: int, links: list[tuple[str, str]]) -> None:
    """Give the host some of the faults that there are; which ones depends on its number."""
    names = list(site.reports)
    report = [name for name in names if name.endswith(".html")]

    def change(index: int, behaviour: str) -> None:
        site.pages[report[index]] = replace(site.pages[report[index]], behaviour=behaviour)

    def spoil(path: str, behaviour: str, body: bytes = b"x", content_type: str = "text/html") -> None:
        site.pages[path] = Page(body, content_type, behaviour)
        links.append((path, f"{behaviour} 2019年政府信息公开工作年度报告"))

    change(0, ("busy", "broken once", "slow", "cut once", "redirected")[number % 5])
    kind = number % 8
    if kind == 0:
        spoil("/gk/loop.html", "redirect loop")
    elif kind == 1:
        spoil("/gk/huge.html", "", b"x" * (LARGEST_BODY + 1))
    elif kind == 2:
        spoil("/gk/bomb.html", "compressed", gzip.compress(b"\0" * 30_000_000))
    elif kind == 3:
        spoil("/gk/image.html", "", b"\x89PNG", "image/png")
    elif kind == 4:
        spoil("/gk/short.html", "wrong length", b"short")
    elif kind == 5:
        spoil("/gk/endless.html", "endless")
    elif kind == 6:
        spoil("/gk/inside.html", "to the inside")
    if number % 3 == 0:
        site.robots = "User-agent: *\nDisallow: /private/\n"
        spoil("/private/report.html", "forbidden")
        spoil("/gk/sly.html", "to the forbidden")
    if number % 10 == 7:
        site.delay_seconds = 0.2
        site.robots += "User-agent: gongkai\nCrawl-delay: 0.2\nDisallow: /private/\n"
    if number % 10 == 4:
        links.append(("/calendar/0.html", "政府信息公开年报日历"))
    site.is_down = number % 25 == 9


def _list(site: Site, number: int, charset: str, links: list[tuple[str, str]]) -> None:
    """The listing pages, but for those of jpage, which answers for any window of records."""
    parts = [links[i : i + PER_LISTING] for i in range(0, len(links), PER_LISTING)]

    def add(path: str, text: str, media_type: str = "text/html") -> None:
        site.pages[path] = Page(text.encode(charset), f"{media_type}; charset={charset}", is_listing=True)

    def listing(part: list[tuple[str, str]], more: str = "") -> str:
        rows = "".join(f'<li><a href="{path}">{text}</a><i>2021-01-20</i></li>' for path, text in part)
        rows += '<li><a href="/news/1.html">要闻</a></li><li><a href="http://other.test/">外站</a></li>'
        return f"<html><body><ul>{rows}</ul>{more}</body></html>"

    if site.family == "trs":
        for index, part in enumerate(parts, 1):
            records = "".join(
                f"<REC><DOCTITLE><![CDATA[{text}]]></DOCTITLE><DOCPUBURL><![CDATA[{path}]]></DOCPUBURL></REC>"
                for path, text in part
            )
            add(_SEARCH.format(index), f"<RECS><total>{len(links)}</total>{records}</RECS>", "text/xml")
    elif site.family == "json":
        add("/gk/index.html", "<html><body><div id='app'></div></body></html>")
        for index, part in enumerate(parts, 1):
            items = [{"link": path, "name": text} for path, text in part]
            content = {"data": {"list": items, "total": len(links)}}
            add(_LIST.format(index), json.dumps(content, ensure_ascii=False), "application/json")
    elif site.family == "years":
        for year in range(2008, 2100):
            # what names no year is listed under one all the same
            part = [one for one in links if (re.search(r"20\d\d", one[1]) or ["2020"])[0] == str(year)]
            add(_YEAR.format(year), listing(part))
    elif site.family in ("jpage", "jpage by form"):
        script = f"jpage({{columnid:'{number + 100}',unitid:'7',webid:1,perPage:{PER_LISTING}}})"
        first = f"<datastore><totalrecord>{len(links)}</totalrecord>{_records(parts[0])}</datastore>"
        more = f"<script>{script}</script><script type='text/xml'>{first}</script>"
        add("/gk/index.html", f"<html><body>{more}</body></html>")
    else:
        if site.family == "sitemap":
            _move_to_sitemap(site, parts)
        for index, part in enumerate(parts):
            if site.family == "numbered":
                turn = f'<script>createPageHTML({len(parts)}, {index}, "index", "html");</script>'
            else:
                turn = f'<a href="index_{index + 1}.html">下一页</a>' if index + 1 < len(parts) else ""
            add(f"/gk/index_{index}.html" if index else "/gk/index.html", listing(part, turn))


def _move_to_sitemap(site: Site, parts: list[list[tuple[str, str]]]) -> None:
    """Some reports are in a sitemap only, which robots.txt names."""
    moved = []
    for _ in range(3):
        path, _text = next(
            one for one in parts[0] if site.pages[one[0]].behaviour == "" and "/gk/t" in one[0]
        )
        parts[0].remove((path, _text))
        moved.append(path.replace("/gk/", "/zfxxgknb/"))
        site.pages[moved[-1]] = site.pages.pop(path)
    locations = "".join(
        f"<url><loc>http://{site.host}{path}</loc></url>" for path in [*moved, "/news/2.html"]
    )
    site.pages["/sitemap.xml"] = Page(f"<urlset>{locations}</urlset>".encode(), "text/xml", is_listing=True)
    site.robots += f"\nSitemap: http://{site.host}/sitemap.xml\n"


def _records(links: list[tuple[str, str]]) -> str:
    rows = (f'<li><a href="{path}" title="{text}">{text[:9]}…</a></li>' for path, text in links)
    return "".join(f"<record><![CDATA[{row}]]></record>" for row in rows)


class TestWeb:
    """Serves the hosts while entered; `log` has every request."""

    __test__ = False

    def __init__(self, sites: dict[str, Site]) -> None:
        self.sites = sites
        self.log: list[Asked] = []
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()
        self._times: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._go.set()
        self.half_sent = 0
        self._whole_reports = 0
        self._hold_at: int | None = None
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"web": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> TestWeb:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def begin(self, host: str, path: str) -> int:
        """A request has come; how often that page has been asked for."""
        with self._lock:
            self._at_once[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self._at_once[host])
            self._times[host, path] += 1
            return self._times[host, path]

    def leave(self, host: str) -> None:
        """A request is at its end: before its client can know it and make the next."""
        with self._lock:
            self._at_once[host] -= 1

    def end(self, asked: Asked, *, is_report: bool) -> None:
        with self._lock:
            self.log.append(asked)
            self._whole_reports += is_report
            if self._hold_at is not None and self._whole_reports >= self._hold_at:
                self._go.clear()

    @contextmanager
    def holding(self, after: int, least: int) -> Iterator[Callable[[], bool]]:
        """Once so many reports were sent, others are sent by half, and the rest when this is left. The function
        says if at least so many are sent by half."""
        with self._lock:
            self._hold_at = after
        try:
            yield lambda: self.half_sent >= least
        finally:
            with self._lock:
                self._hold_at = None
                self._go.set()
            # all of them go on, and none is taken for one of the next time
            while self.half_sent:
                time.sleep(0.005)

    def half(self) -> None:
        """Half of a report was sent: wait for the rest's time."""
        with self._lock:
            self.half_sent += 1
        self._go.wait()
        with self._lock:
            self.half_sent -= 1

    @property
    def is_holding(self) -> bool:
        return not self._go.is_set()


def is_report_sent(asked: Asked, site: Site) -> bool:
    """Whether a request got the whole of a report."""
    page = site.pages.get(asked.path.removeprefix("/moved"))
    is_report = page is not None and page.is_report and page.behaviour != "cut once"
    return is_report and asked.status == 200 and asked.is_whole


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    web: TestWeb
    form: Mapping[str, list[str]] = MappingProxyType({})

    def do_GET(self) -> None:
        host = self.headers["Host"]
        site = self.web.sites[host]
        at = time.monotonic()
        count = self.web.begin(host, self.path)
        self.status, whole = 0, False
        self._is_at_end = False
        try:
            self._answer(site, count)
            self.wfile.flush()
            whole = True
        except OSError:
            self.close_connection = True
        finally:
            self._leave()
            asked = Asked(at, host, self.path, self.status, whole)
            self.web.end(asked, is_report=is_report_sent(asked, site))

    def _leave(self) -> None:
        if not self._is_at_end:
            self._is_at_end = True
            self.web.leave(self.headers["Host"])

    def do_POST(self) -> None:
        self.form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.do_GET()

    def _window(self, site: Site) -> None:
        """Records of a jpage listing."""
        asked = parse_qs(urlsplit(self.path).query)
        values = self.form if site.family == "jpage by form" else asked
        if values.get("unitid") != ["7"] or not values.get("columnid"):
            self._send(405, b"", None)
            return
        first, last = int(asked["startrecord"][0]), int(asked["endrecord"][0])
        text = (
            f"<datastore><totalrecord>{len(site.links)}</totalrecord>{_records(site.links[first - 1 : last])}"
        )
        self._send(200, f"{text}</datastore>".encode(site.charset), f"text/xml; charset={site.charset}")

    def _answer(self, site: Site, count: int) -> None:
        if urlsplit(self.path).path == DATAPROXY and site.family.startswith("jpage"):
            self._window(site)
            return
        if self.path == "/robots.txt":
            self._send(200 if site.robots else 404, site.robots.encode(), "text/plain")
            return
        if self.path.startswith("/calendar/"):
            day = int(self.path.removeprefix("/calendar/").removesuffix(".html"))
            page = f'<html><body><a href="/calendar/{day + 1}.html">下一页</a></body></html>'
            self._send(200 if day < CALENDAR_DAYS else 404, page.encode(), "text/html; charset=utf-8")
            return
        page = site.pages.get(self.path.removeprefix("/moved"))
        if page is None:
            self._send(404, b"", None)
            return
        match page.behaviour:
            case "busy" if count == 1:
                self._send(429, b"", None, Retry_After="1")
            case "broken once" if count == 1:
                self._send(500, b"", None)
            case "cut once" if count == 1:
                self._send(200, page.body[:50], page.content_type, Content_Length=str(len(page.body)))
                self.close_connection = True
            case "wrong length":
                self._send(200, page.body, page.content_type, Content_Length=str(len(page.body) + 9))
                self.close_connection = True
            case "redirected" if not self.path.startswith("/moved"):
                self._send(302, b"", None, Location=f"/moved{self.path}")
            case "redirect loop":
                self._send(302, b"", None, Location=self.path)
            case "to the forbidden":
                self._send(302, b"", None, Location="/private/report.html")
            case "to the inside":
                self._send(302, b"", None, Location="http://127.0.0.1:1/admin")
            case "compressed":
                self._leave()  # its client may leave it at any time
                self._send(200, page.body, page.content_type, Content_Encoding="gzip")
            case "endless":
                self._leave()
                self._head(200, page.content_type)
                for _ in range(10_000):
                    self.wfile.write(b"x" * 10_000)
            case _:
                self._page(site, page)

    def _page(self, site: Site, page: Page) -> None:
        headers: dict[str, str] = {}
        mark = sha256_of(page.body)[:16]
        if site.validator == "etag":
            headers = {"ETag": f'"{mark}"'}
            asked_for = self.headers["If-None-Match"]
            is_same = asked_for == headers["ETag"]
        else:
            day = int(mark[:2], 16) % 28 + 1
            headers = {"Last-Modified": f"Fri, {day:02} Jan 2021 00:00:00 GMT"}
            is_same = self.headers["If-Modified-Since"] == headers["Last-Modified"]
        if site.validator == "none":
            headers, is_same = {}, False
        if is_same:
            self._send(304, b"", None, **headers)
        elif page.behaviour == "slow":
            self._head(200, page.content_type, Content_Length=str(len(page.body)), **headers)
            for start in range(0, len(page.body), 1500):
                if start + 1500 >= len(page.body):
                    self._leave()
                self.wfile.write(page.body[start : start + 1500])
                self.wfile.flush()
                time.sleep(0.05)
        elif page.is_report and self.web.is_holding:
            self._head(200, page.content_type, Content_Length=str(len(page.body)), **headers)
            middle = len(page.body) // 2
            self.wfile.write(page.body[:middle])
            self.wfile.flush()
            self.web.half()
            self._leave()
            self.wfile.write(page.body[middle:])
        else:
            self._send(200, page.body, page.content_type, **headers)

    def _send(self, status: int, body: bytes, content_type: str | None, **headers: str) -> None:
        if status != 304:
            headers.setdefault("Content_Length", str(len(body)))
        self._leave()
        self._head(status, content_type, **headers)
        self.wfile.write(body)

    def _head(self, status: int, content_type: str | None, **headers: str) -> None:
        self.status = status
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers and status != 304:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are in the log."""
