"""Fetch the test web over several runs with kills between them, and judge by what its server saw."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flows.edge.archive import Archive, sha256_of
from flows.edge.pagination import DATAPROXY
from flows.edge.parquet import read_attempts
from flows.settings import ROOT
from tests.running import bound
from tests.web.site import FAMILIES, Asked, Site, TestWeb, is_report_sent, make_web

RUN_SECONDS = 600
# how late a request that was due may be sent, and be seen by a server that shares the machine
LATE_SECONDS = 0.35


@dataclass(frozen=True, slots=True)
class End:
    """When a run was ended, by which signal, and how many reports were then sent by half."""

    at: float
    signal: signal.Signals
    half_sent: int


@dataclass(slots=True)
class Fetches:
    """A folder and a test web, and the runs over them."""

    home: Path
    hosts: int
    pages: int
    rate: float
    web: TestWeb
    ends: list[End] = field(default_factory=list)

    def run(
        self,
        *,
        revisit: bool = False,
        down: bool = True,
        end_after: int | None = None,
        end: signal.Signals = signal.SIGKILL,
    ) -> dict[str, Any]:
        """One run; with `end_after` it is ended once so many reports were sent, while others are sent by half."""
        settings = {
            "home": str(self.home),
            "hosts": self.hosts,
            "pages": self.pages,
            "rate": self.rate,
            "port": self.web.port,
            "revisit": revisit,
            "down": down,
        }
        process = subprocess.Popen(
            bound(sys.executable, "-m", "tests.web.crawl", json.dumps(settings)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            if end_after is not None:
                with self.web.holding(end_after, self.hosts // 3) as is_held:
                    _wait(process, is_held)
                    process.send_signal(end)
                    if end == signal.SIGKILL:
                        process.wait()
                    self.ends.append(End(time.monotonic(), end, self.web.half_sent))
            output, _ = process.communicate(timeout=RUN_SECONDS)
            if end_after is not None and end == signal.SIGKILL:
                return {}
            assert process.returncode == 0, "the run failed"
            result: dict[str, Any] = json.loads(output)
            return result
        finally:
            process.kill()
            process.wait()

    def latest(self) -> dict[str, dict[str, Any]]:
        """The last recorded attempt of each address."""
        return {row["address"]: row for row in read_attempts(self.home / "raw")}


def accept(home: Path, *, hosts: int, pages: int, rate: float) -> list[str]:
    """Three runs with kills between, one that finds everything unchanged, one after changes. What was seen, in
    words; raises AssertionError for what was wrong."""
    sites = make_web(hosts, pages)
    up = {name: site for name, site in sites.items() if not site.is_down}
    lines = [f"{hosts} hosts, {sum(len(site.pages) for site in sites.values()):,} pages"]
    with TestWeb(sites) as web:
        fetches = Fetches(home, hosts, pages, rate, web)
        began = time.monotonic()
        expected = sum(len(site.reports) for site in up.values())
        for share, end in ((0.25, signal.SIGKILL), (0.5, signal.SIGTERM), (0.75, signal.SIGKILL)):
            fetches.run(end_after=round(share * expected), end=end)
        fetches.run()
        lines.append(
            f"four runs, one ended by SIGTERM and two by SIGKILL: {len(web.log):,} requests, "
            f"{time.monotonic() - began:.1f} s"
        )
        _every_report_is_there(fetches, up)
        by_family = Counter(dict.fromkeys(FAMILIES, 0))
        for site in up.values():
            by_family[site.family] += len(site.reports)
        assert min(by_family.values()) > 0, by_family
        listed = ", ".join(f"{family} {count:,}" for family, count in by_family.items())
        lines.append(f"{expected:,} reports found, every one with its bytes: {listed}")
        lines.append(_each_once(fetches, sites))
        _what_is_wrong_is_on_record(fetches, sites)

        first = len(web.log)
        fetches.run(revisit=True)
        again = [one for one in web.log[first:] if one.path != "/robots.txt"]
        lines.append(_mostly_unchanged(again, sites))

        changed = _change_one(up)
        fetches.run(revisit=True, down=False)
        _the_old_version_stays(fetches, changed)
        _every_report_is_there(fetches, sites)
        lines.append("a revised report has two versions; hosts that were down are fetched once they are up")
        lines.append(_every_request_is_on_record(fetches, sites))
        lines.append(_polite(web, sites, rate))
    return lines


def _wait(process: subprocess.Popen[str], condition: Callable[[], bool]) -> None:
    while process.poll() is None and not condition():
        time.sleep(0.005)
    assert process.poll() is None, "the run ended by itself"


def _report_answers(log: list[Asked], sites: dict[str, Site]) -> list[Asked]:
    return [one for one in log if is_report_sent(one, sites[one.host])]


def _every_report_is_there(fetches: Fetches, sites: dict[str, Site]) -> None:
    latest = fetches.latest()
    archive = Archive(fetches.home / "archive")
    for host, site in sites.items():
        for path, page in site.reports.items():
            row = latest.get(f"http://{host}{path}") or latest[f"http://{host}/moved{path}"]
            assert row["error"] is None, row
            assert row["role"] == "document", row
            assert archive.read(row["sha256"]) == page.body


def _each_once(fetches: Fetches, sites: dict[str, Site]) -> str:
    """No report was sent twice, in whole or in part, though runs were killed while answers were under way: but for
    those that the server itself cuts the first time."""
    sent: Counter[tuple[str, str]] = Counter()
    cut: set[tuple[str, str]] = set()
    for one in list(fetches.web.log):
        page = sites[one.host].pages.get(one.path.removeprefix("/moved"))
        if page is not None and page.is_report and one.status == 200:
            sent[one.host, one.path] += 1
            if page.behaviour == "cut once":
                cut.add((one.host, one.path))
    again = {key: count for key, count in sent.items() if count != 1 + (key in cut)}
    assert not again, f"reports not sent just once, runs ended at {fetches.ends}: {again}"
    half_sent = ", ".join(f"{end.half_sent} at {end.signal.name}" for end in fetches.ends)
    return f"{len(sent):,} reports sent, each once; sent by half when runs were ended: {half_sent}"


def _what_is_wrong_is_on_record(fetches: Fetches, sites: dict[str, Site]) -> None:
    latest = fetches.latest()
    expected = {
        "redirect loop": "refused",
        "compressed": "refused",
        "wrong length": "unreachable",
        "endless": "refused",
        "to the inside": "refused",
        "forbidden": "forbidden",
        "to the forbidden": "forbidden",
    }
    for host, site in sites.items():
        if site.is_down:
            assert latest[site.entry]["failure"] == "unreachable", latest[site.entry]
            continue
        for path, page in site.pages.items():
            row = latest.get(f"http://{host}{path}")
            if page.behaviour in expected:
                assert row is not None and row["failure"] == expected[page.behaviour], (page.behaviour, row)
            if page.content_type.startswith("image/") or path == "/gk/huge.html":
                assert row is not None and row["failure"] == "refused", row


def _every_request_is_on_record(fetches: Fetches, sites: dict[str, Site]) -> str:
    """Each request that the server saw has its row in the manifest, also those that were tried again, of runs that
    were killed, and for robots.txt. A request that followed a redirect is in the row of the first."""
    asked: Counter[str] = Counter()
    for one in fetches.web.log:
        page = sites[one.host].pages.get(one.path)
        is_followed = one.path.startswith("/moved") or (
            page is not None and page.behaviour == "redirect loop"
        )
        # the address of a form says more than the path that it is posted to
        if not is_followed and not (sites[one.host].family == "jpage by form" and DATAPROXY in one.path):
            asked[f"http://{one.host}{one.path}"] += 1
    raw = fetches.home / "raw"
    recorded = Counter(
        row["address"] for table in ("attempt", "unchanged") for row in read_attempts(raw, table=table)
    )
    missing = {address: count for address, count in asked.items() if recorded[address] < count}
    assert not missing, missing
    return f"each of {asked.total():,} requests is on record"


def _mostly_unchanged(again: list[Asked], sites: dict[str, Site]) -> str:
    """A visit to everything: only sites that cannot say so send anything again."""
    answers = Counter(one.status for one in again)
    share = answers[304] / len(again)
    assert share > 0.5, answers
    for one in _report_answers(again, sites):
        assert sites[one.host].validator == "none", one
    originals = [one for one in again if one.status == 304 or one in _report_answers(again, sites)]
    assert answers[304] > 0.8 * len(originals)
    return f"the next run over everything: {len(again):,} requests, {share:.0%} of them 304"


def _change_one(sites: dict[str, Site]) -> tuple[str, bytes, bytes]:
    site = next(site for site in sites.values() if site.validator == "etag")
    path = next(path for path, page in site.reports.items() if page.body.startswith(b"<html>"))
    old = site.pages[path]
    site.pages[path] = replace(old, body=old.body + b"<p>!</p>", behaviour="")
    prefix = "/moved" if old.behaviour == "redirected" else ""
    return f"http://{site.host}{prefix}{path}", old.body, site.pages[path].body


def _the_old_version_stays(fetches: Fetches, changed: tuple[str, bytes, bytes]) -> None:
    address, old, new = changed
    versions = [
        row["sha256"]
        for row in read_attempts(fetches.home / "raw")
        if row["sha256"] and row["address"].removeprefix("/moved") == address
    ]
    assert versions == [sha256_of(old), sha256_of(new)]
    archive = Archive(fetches.home / "archive")
    assert archive.read(sha256_of(old)) == old and archive.read(sha256_of(new)) == new


def _polite(web: TestWeb, sites: dict[str, Site], rate: float) -> str:
    """No page was asked for that robots.txt forbids, and no host more often than it may be."""
    assert not [one for one in web.log if one.path.startswith("/private/")]
    assert not [one for one in web.log if one.path.startswith("/news/")]
    calendar = Counter(one.host for one in web.log if one.path.startswith("/calendar/"))
    assert all(count <= 40 for count in calendar.values()), calendar
    assert max(web.most_at_once.values()) <= 2, web.most_at_once
    times: defaultdict[str, list[float]] = defaultdict(list)
    for one in sorted(web.log, key=lambda one: one.at):
        times[one.host].append(one.at)
    fastest = 0.0
    for host, at in times.items():
        gap = max(1.0 / rate, sites[host].delay_seconds)
        for start in range(len(at)):
            # a second's worth of requests, and never fewer than five
            end = start + max(5, int(1.0 / gap))
            if end < len(at):
                least = (end - start) * gap - LATE_SECONDS
                # robots.txt is asked for before its delay is known, once a run
                assert at[end] - at[start] >= least - gap, (
                    f"{host}: {end - start} requests in {at[end] - at[start]:.2f} s"
                )
                fastest = max(fastest, (end - start) / (at[end] - at[start]))
    return f"nothing forbidden asked for; at most {fastest:.1f} requests a second to a host, {rate:g} allowed"
