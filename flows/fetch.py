"""Fetch: from sources to originals in the archive, and one recorded attempt for each address asked for.

Nothing that a server or a file does stops a run: an attempt then carries its reason. Fetching the same
again keeps each original once and records nothing new.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flows.edge.archive import Archive
from flows.edge.catalogue import LocalSource, Source
from flows.edge.folder import LocalDocument, documents_in, read_local
from flows.edge.listing import Link, Listing, read_listing
from flows.edge.manifest import Attempt, Manifest
from flows.edge.sample_server import SampleServer
from flows.edge.web import Limits, Web
from flows.report.text import decode
from flows.settings import Home

HTML = ("text/html", "application/xhtml+xml")
CONNECTIONS_PER_HOST = 2


class Watcher(Protocol):
    """Whoever is told how a stage goes on."""

    def expect(self, count: int) -> None: ...
    def advance(self, count: int = 1) -> None: ...


class Unwatched:
    """Nobody."""

    def expect(self, count: int) -> None: ...
    def advance(self, count: int = 1) -> None: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How often an address is asked again after a failure that may pass, and the waits between."""

    tries: int = 3
    first_wait_seconds: float = 1.0
    """Doubled each time, with up to a quarter more or less so that clients do not keep step."""
    longest_wait_seconds: float = 60.0
    """Also of what a server may ask for with Retry-After: longer than that, and the attempt is over."""

    def wait(self, tried: int, asked_for: float | None) -> float | None:
        """Seconds until the next try, None when there is none."""
        if tried >= self.tries or (asked_for or 0.0) > self.longest_wait_seconds:
            return None
        backoff = self.first_wait_seconds * 2.0 ** (tried - 1) * random.uniform(0.75, 1.25)
        return max(asked_for or 0.0, min(backoff, self.longest_wait_seconds))


@dataclass(slots=True)
class FetchSummary:
    """What fetching came to: documents in the archive, files passed over, and what failed with its reason."""

    document_count: int = 0
    listing_count: int = 0
    skipped_count: int = 0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: FetchSummary) -> FetchSummary:
        return FetchSummary(
            self.document_count + other.document_count,
            self.listing_count + other.listing_count,
            self.skipped_count + other.skipped_count,
            self.failures + other.failures,
        )


def fetch(
    source: Source | LocalSource,
    home: Home,
    manifest: Manifest,
    *,
    years: Collection[int] = (),
    allow_private: bool = False,
    limits: Limits | None = None,
    patience: Patience | None = None,
    watcher: Watcher | None = None,
) -> FetchSummary:
    """Fetch all that a source offers. With `years`, links that name other years are not followed."""
    archive = Archive(home.archive)
    limits = limits or Limits()
    watcher = watcher or Unwatched()
    if isinstance(source, LocalSource):
        return _fetch_local(source, archive, manifest, limits, watcher)
    with ExitStack() as stack:
        hosts = {}
        if source.served_from is not None:
            served = stack.enter_context(SampleServer(source.served_from)).address
            hosts = {urlsplit(entry).hostname or "": served for entry in source.entry}
        web = Web(limits=limits, allow_private=allow_private, hosts=hosts)
        crawl = _Crawl(source, web, archive, manifest, years, patience or Patience(), watcher)
        return asyncio.run(crawl.run())


# --- local files --------------------------------------------------------------------------------


def _fetch_local(
    source: LocalSource, archive: Archive, manifest: Manifest, limits: Limits, watcher: Watcher
) -> FetchSummary:
    summary = FetchSummary()
    try:
        documents = list(documents_in(source.path))
    except OSError as error:
        documents = [LocalDocument(source.path, str(error))]
    watcher.expect(len(documents))
    for document in documents:
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
        attempt.error = error.strerror or str(error)
        return attempt
    attempt.byte_count = len(data)
    attempt.sha256 = archive.add(data)
    return attempt


# --- the web ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """An address to ask for, where it was found and how far from an entry address that was."""

    address: str
    depth: int = 0
    found_on: str | None = None


class _Crawl:
    """The walk from a source's entry addresses over listing pages to documents, breadth first.

    A page that is there for its links is a listing: its links are followed and it is no document. An
    entry page with both text and links is a document whose links are followed. Other pages are
    documents and lead nowhere. Attempts are recorded in the order in which the addresses were found,
    so that the same site gives the same manifest.
    """

    def __init__(
        self,
        source: Source,
        web: Web,
        archive: Archive,
        manifest: Manifest,
        years: Collection[int],
        patience: Patience,
        watcher: Watcher,
    ) -> None:
        self.source, self.web, self.archive, self.manifest = source, web, archive, manifest
        self.years, self.patience, self.watcher = years, patience, watcher
        self.summary = FetchSummary()
        self.hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(CONNECTIONS_PER_HOST)
        )

    async def run(self) -> FetchSummary:
        seen: set[str] = set()
        async with self.web:
            wave = _unseen((_Step(address) for address in self.source.entry), seen)
            while wave:
                self.watcher.expect(len(wave))
                tasks = [asyncio.create_task(self._visit(step)) for step in wave]
                found: list[_Step] = []
                for step, task in zip(wave, tasks, strict=True):
                    attempt, listing = await task
                    found.extend(self._note(step, attempt, listing))
                wave = _unseen(found, seen)
        return self.summary

    async def _visit(self, step: _Step) -> tuple[Attempt, Listing | None]:
        """Ask for the address and archive what came; the bytes are let go here."""
        async with self.hosts[urlsplit(step.address).netloc]:
            attempt = await ask(self.web, step.address, self.patience)
        attempt.source_name = self.source.name
        attempt.found_on = step.found_on
        listing = None
        if attempt.data is not None:
            attempt.sha256 = await asyncio.to_thread(self.archive.add, attempt.data)
            if _is_html(attempt):
                listing = self._links(attempt, attempt.data)
            attempt.data = None
        self.watcher.advance()
        return attempt, listing

    def _links(self, attempt: Attempt, data: bytes) -> Listing:
        html, _ = decode(data, attempt.charset)
        return read_listing(
            html,
            attempt.final_address or attempt.address,
            follow=self.source.follow,
            next_page=self.source.next_page,
            years=self.years,
        )

    def _note(self, step: _Step, attempt: Attempt, listing: Listing | None) -> list[_Step]:
        """Record the attempt and return what to ask for next."""
        summary = self.summary
        follow: Sequence[Link] = []
        turn: Sequence[Link] = []
        if attempt.error is not None:
            summary.failures.append(f"{attempt.address}: {attempt.error}")
        elif listing is not None and (listing.is_listing or (step.depth == 0 and listing.has_links)):
            summary.listing_count += 1
            if listing.is_listing:
                attempt.role = "listing"
            if summary.listing_count <= self.source.max_pages:
                follow, turn = listing.follow, listing.next_page
        if attempt.error is None and attempt.role == "document":
            summary.document_count += 1
        self.manifest.record(attempt)
        steps = [_Step(link.address, step.depth, attempt.address) for link in turn]
        if step.depth < self.source.max_depth:
            steps += [_Step(link.address, step.depth + 1, attempt.address) for link in follow]
        return steps


def _unseen(steps: Iterable[_Step], seen: set[str]) -> list[_Step]:
    fresh = []
    for step in steps:
        if step.address not in seen:
            seen.add(step.address)
            fresh.append(step)
    return fresh


def _is_html(attempt: Attempt) -> bool:
    if attempt.media_type in HTML:
        return True
    return (
        attempt.media_type is None and attempt.data is not None and b"<a " in attempt.data[:100_000].lower()
    )


async def ask(web: Web, address: str, patience: Patience) -> Attempt:
    """Ask for an address, again while the failure may pass; the last attempt, its reason naming the tries."""
    tried = 0
    while True:
        attempt = await web.get(address)
        tried += 1
        if attempt.error is None or not attempt.is_transient:
            return attempt
        wait = patience.wait(tried, attempt.retry_after_seconds)
        if wait is None:
            return replace(attempt, error=f"{attempt.error} ({tried} {'tries' if tried > 1 else 'try'})")
        await asyncio.sleep(wait)
