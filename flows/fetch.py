"""Fetch: from sources to originals in the archive, and one recorded attempt for each address asked for.

Nothing that a server or a file does stops a run: an attempt then carries its reason. Fetching the same
again keeps each original once; a run that is stopped is continued by the next one, which asks for no original
that it has.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flows.edge.apart import LeftAloneError, work_apart
from flows.edge.archive import Archive
from flows.edge.catalogue import LocalSource, Source
from flows.edge.fetched import FetchSummary, Unwatched, Watcher
from flows.edge.folder import LocalDocument, documents_in, read_local
from flows.edge.limits import Limits
from flows.edge.lock import locked
from flows.edge.manifest import Attempt, Manifest
from flows.settings import Home

if TYPE_CHECKING:
    from flows.edge.politeness import Patience, Revisit


def fetch(
    sources: Sequence[Source | LocalSource],
    home: Home,
    manifest: Manifest,
    *,
    years: Collection[int] = (),
    allow_private: bool = False,
    limits: Limits | None = None,
    patience: Patience | None = None,
    revisit: Revisit | None = None,
    hosts: Mapping[str, tuple[str, int]] | None = None,
    watcher: Watcher | None = None,
    stop: Event | None = None,
) -> FetchSummary:
    """Fetch all that the sources offer. With `years`, links that name other years are not followed. Once
    `stop` is set, no further request begins, and those under way may end, which takes them
    `limits.total_seconds` at most.

    All web sources share one client, so that a host that several of them ask is treated as one. `hosts` gives
    the network address and port of hosts that are served on this machine.
    """
    archive = Archive(home.archive)
    limits = limits or Limits()
    watcher = watcher or Unwatched()
    summary = FetchSummary()
    for source in sources:
        if isinstance(source, LocalSource):
            summary += _fetch_local(source, archive, manifest, limits, watcher, stop or Event())
    web_sources = [source for source in sources if isinstance(source, Source)]
    if not web_sources:
        return summary
    # most of what a process takes to start, which one that fetches apart or nothing from the web does without
    from flows.edge.crawl import Crawl
    from flows.edge.politeness import Patience, Revisit
    from flows.edge.sample_server import SampleServer
    from flows.edge.web import Web

    with ExitStack() as stack:
        served = dict(hosts or {})
        here: set[str] = set()
        for source in web_sources:
            if source.served_from is not None:
                address = stack.enter_context(SampleServer(source.served_from)).address
                here |= {urlsplit(entry).hostname or "" for entry in source.entry}
                served |= dict.fromkeys(here - served.keys(), address)
        crawl = Crawl(
            Web(limits=limits, allow_private=allow_private, hosts=served),
            archive,
            manifest,
            home.raw,
            years=years,
            patience=patience or Patience(),
            revisit=revisit or Revisit(),
            watcher=watcher,
            is_ours=here.__contains__,
            is_stopped=(stop or Event()).is_set,
        )
        return summary + asyncio.run(crawl.run(web_sources))


# --- in a process of its own ---------------------------------------------------------------------


_WRITING_SECONDS = 30.0
"""For a process that is to end to write down what came, after the last answer."""
_WAIT_SECONDS = 5.0
"""For that process to end, before a run that is interrupted leaves it alone."""
_TELL_SECONDS = 0.1


@contextmanager
def crawling(home: Home, tell: Callable[[str], None], limits: Limits | None = None) -> Iterator[int]:
    """The lock of whoever asks servers for what the home keeps: two at once would ask for the same. What an
    earlier run had asked for when it was killed comes first; `tell` is told of the wait. Raises LockedError."""
    with locked(
        home.raw / "crawl.lock",
        doing=f"fetching from the web into {home.path}",
        patience_seconds=_last_seconds(limits) + _WAIT_SECONDS,
        tell=tell,
    ) as lock:
        yield lock


def fetch_apart(
    sources: Sequence[Source],
    home: Home,
    lock: int,
    *,
    watcher: Watcher | None = None,
    stop: Event | None = None,
    tell: Callable[[str], None] = lambda _: None,
    limits: Limits | None = None,
    **terms: Any,
) -> FetchSummary:
    """`fetch` from the web, on these terms, in a process that outlives this one: however a run ends, the answers
    under way are read, archived and recorded, and nothing is lost that a server was asked for.

    `lock` is that of `crawling`, which the process holds until it ends. Raises what `fetch` raises; ApartError
    when the process itself is killed.
    """
    watcher = watcher or Unwatched()

    def advance(news: _News) -> None:
        expected, done = news
        if expected:
            watcher.expect(expected)
        if done:
            watcher.advance(done)

    last_seconds = _last_seconds(limits)
    try:
        return work_apart(
            _fetch_for_another,
            (sources, home, {"limits": limits, **terms}),
            tell=advance,
            stop=stop or Event(),
            lock=lock,
            wait_seconds=_WAIT_SECONDS,
            last_seconds=last_seconds,
        )
    except LeftAloneError as left:
        tell(f"answers under way still come in: process {left.process}, at most {last_seconds:.0f} s")
        return FetchSummary()


def _last_seconds(limits: Limits | None) -> float:
    """The longest that a process lives which is to end."""
    return (limits or Limits()).total_seconds + _WRITING_SECONDS


_News = tuple[int, int]
"""How many more there are to do, and how many more are done."""


def _fetch_for_another(
    job: tuple[Sequence[Source], Home, dict[str, Any]], tell: Callable[[_News], None], stop: Event
) -> FetchSummary:
    sources, home, terms = job
    with Manifest(home.raw) as manifest, _Teller(tell) as watcher:
        return fetch(sources, home, manifest, watcher=watcher, stop=stop, **terms)


class _Teller:
    """Tells another process how it goes on: now and then, and at the end, not for each page."""

    def __init__(self, tell: Callable[[_News], None]) -> None:
        self._tell = tell
        self._expected = self._done = 0
        self._told = (0, 0)
        self._over = Event()
        self._thread = threading.Thread(target=self._tell_often, daemon=True)

    def __enter__(self) -> _Teller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def expect(self, count: int) -> None:
        self._expected += count

    def advance(self, count: int = 1) -> None:
        self._done += count

    def _tell_often(self) -> None:
        is_over = False
        while not is_over:
            is_over = self._over.wait(_TELL_SECONDS)
            now = self._expected, self._done
            if now != self._told:
                self._tell((now[0] - self._told[0], now[1] - self._told[1]))
                self._told = now


# --- local files --------------------------------------------------------------------------------


def _fetch_local(
    source: LocalSource,
    archive: Archive,
    manifest: Manifest,
    limits: Limits,
    watcher: Watcher,
    stop: Event,
) -> FetchSummary:
    summary = FetchSummary()
    try:
        documents = list(documents_in(source.path))
    except OSError as error:
        documents = [LocalDocument(source.path, str(error))]
    watcher.expect(len(documents))
    for document in documents:
        if stop.is_set():
            break
        attempt = _read_local(document, source, archive, limits)
        manifest.record(attempt)
        if attempt.error is None:
            summary.document_count += 1
        elif document.skipped is not None:
            summary.skipped_count += 1
        else:
            summary.failures.append(f"{attempt.address}: {attempt.error}")
        watcher.advance()
    return summary


def _read_local(document: LocalDocument, source: LocalSource, archive: Archive, limits: Limits) -> Attempt:
    attempt = Attempt(
        address=document.address,
        source_name=source.name,
        final_address=Path(document.path).absolute().as_uri(),
        requested_at=datetime.now(UTC),
        media_type=document.media_type,
    )
    if document.skipped is not None:
        attempt.error = f"skipped: {document.skipped}"
        return attempt
    try:
        data = read_local(document.path, limits.body_bytes)
    except OSError as error:
        attempt.error, attempt.failure = error.strerror or str(error), "refused"
        return attempt
    attempt.byte_count = len(data)
    attempt.sha256 = archive.add(data)
    return attempt
