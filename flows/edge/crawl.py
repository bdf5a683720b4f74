"""The crawl: from the entry addresses of sources over listing pages to documents in the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flows.edge.archive import Archive, MissingOriginalError
from flows.edge.catalogue import Source
from flows.edge.discovery import (
    NOTHING_NEW,
    TOO_DEEP,
    TOO_MANY_PAGES,
    TOO_MANY_SITEMAPS,
    DiscoveryLog,
)
from flows.edge.fetched import FetchSummary, Watcher
from flows.edge.frontier import Frontier, Step, Walk
from flows.edge.listing import Link, Listing, discover, sitemaps_of
from flows.edge.manifest import Attempt, Failure, Known, Manifest
from flows.edge.pagination import answers_window, form_of_window
from flows.edge.politeness import Host, Patience, Revisit
from flows.edge.robots import LONGEST, Robots, read_robots, robots_address
from flows.edge.web import Keep, Permit, UnwelcomeError, Validators, Web

MOST_SITEMAPS = 50
"""Sitemaps of one source that others lead to. They are not counted as pages of listings."""
_WRITTEN_AT_ONCE = 1_000_000
"""Bytes of an original up to which it is written without a thread, which takes longer to begin."""
_PAGES_WITHOUT_NEWS = 3
"""Pages of a listing in a row that list nothing that was not listed before: calendars go on for ever."""


class Crawl:
    """The walks from the sources' entry addresses over listing pages to documents.

    A page that is there for its links is a listing: its links are followed and it is no document. An
    entry page with both text and links is a document whose links are followed. Other pages are
    documents and lead to their attachments and further pages only.
    """

    def __init__(
        self,
        web: Web,
        archive: Archive,
        manifest: Manifest,
        raw: Path,
        *,
        years: Collection[int],
        patience: Patience,
        revisit: Revisit,
        watcher: Watcher,
        is_ours: Callable[[str], bool],
        is_stopped: Callable[[], bool],
    ) -> None:
        self.web, self.archive, self.manifest, self.raw = web, archive, manifest, raw
        self.years, self.patience, self.revisit, self.watcher = years, patience, revisit, watcher
        self.began = datetime.now(UTC)
        self.summary = FetchSummary()
        self._reading = asyncio.Lock()
        self.frontier = Frontier(
            self._visit,
            self._settle,
            patience=patience,
            connections=web.limits.connections,
            last_seconds=web.limits.total_seconds,
            is_ours=is_ours,
            is_stopped=is_stopped,
        )

    async def run(self, sources: Sequence[Source]) -> FetchSummary:
        async with self.web:
            walks = [Walk(source, DiscoveryLog(self.raw, source.name)) for source in sources]
            for walk in walks:
                self._add(Step(walk, address, is_listing=True) for address in walk.source.entry)
            await self.frontier.run()
        if not self.frontier.is_stopped():
            for walk in walks:
                walk.log.write()
        return self.summary

    def _add(self, steps: Iterable[Step]) -> None:
        """Queue the steps whose addresses are new to their walk."""
        for step in steps:
            if step.walk.is_new(step.address):
                self.watcher.expect(1)
                self.frontier.add(step)

    # --- without a request ---

    def _settle(self, step: Step, host: Host[Step]) -> bool:
        """Make a step from what is on record, if that is all there is to do."""
        known = self.manifest.known(step.address)
        if known is None or not self._is_answered(step, known):
            if host.closed is None:
                return False
            attempt = Attempt(step.address, failure=host.closed_as, error=f"not asked: {host.closed}")
            attempt.role = step.role
            self._record(step, attempt)
            self._fail(step, attempt.error)
        elif known.error is not None:
            self._fail(step, known.error)
        else:
            try:
                data = self.archive.read(known.sha256 or "")
            except (MissingOriginalError, ValueError):
                return False
            original = Attempt(
                step.address,
                role="listing" if known.role == "listing" else "part" if step.is_part else "document",
                final_address=known.final_address,
                media_type=known.media_type,
                charset=known.charset,
            )
            self.summary.kept_count += original.role == "document"
            self._lead(step, original, data)
        self.watcher.advance()
        return True

    def _is_answered(self, step: Step, known: Known) -> bool:
        """Whether the manifest's answer still holds: another walk has just got it, or it is not due."""
        if known.asked_at is not None and known.asked_at >= self.began:
            return True
        if step.is_listing or known.role == "listing":
            return False
        return not self.revisit.is_due(known, self.began)

    # --- with one ---

    async def _visit(self, step: Step, host: Host[Step]) -> float | None:
        """Make a step with a request. Seconds until it is to be tried again, None when it is done."""
        known = self.manifest.known(step.address)
        attempt = await self._ask(step, host, known)
        if attempt.is_transient and self.frontier.is_ending:
            self._tried(step, attempt)
            return None
        here = self.frontier.here
        if attempt.is_transient and here is not None and here.closed is None:
            step.tried += 1
            wait = self.patience.wait(step.tried, attempt.retry_after_seconds)
            if wait is not None:
                self._tried(step, attempt)
                return wait
            attempt.error = f"{attempt.error} ({step.tried} {'tries' if step.tried > 1 else 'try'})"
        data = attempt.data
        attempt.data = None
        if data is None and attempt.is_unchanged and known is not None and known.sha256 is not None:
            attempt.sha256, attempt.charset = known.sha256, known.charset
            attempt.media_type = known.media_type
            try:
                data = self.archive.read(known.sha256)
            except MissingOriginalError:
                # damaged, and set aside: it is asked for in full
                return 0.0
        if data is None or attempt.error is not None:
            attempt.role = step.role
            self._record(step, attempt)
            self._fail(step, attempt.error)
        else:
            self.summary.kept_count += attempt.is_unchanged
            if attempt.final_address is not None:
                step.walk.is_new(attempt.final_address)
            # what arrives is kept before what has arrived is read: one page between two looks at the network
            async with self._reading:
                await asyncio.sleep(0)
                self._lead(step, attempt, data, self._record)
        self.watcher.advance()
        return None

    async def _ask(self, step: Step, host: Host[Step], known: Known | None) -> Attempt:
        """Ask for the address of a step if its site allows it."""
        source = step.walk.source
        with self.frontier.waiting():
            robots, has_waited = await self._robots(step.address, host, source)
        if host.closed is not None:
            return Attempt(step.address, failure=host.closed_as, error=f"not asked: {host.closed}")
        if step.found_on is None:
            self._add(self._sitemaps(step, robots))
        if (reason := robots.forbids(step.address)) is not None:
            failure: Failure = "forbidden" if robots.unreadable is None else "unreachable"
            return Attempt(step.address, failure=failure, error=f"not asked: {reason}")
        if has_waited:
            with self.frontier.waiting():
                await host.turn()

        async def permit(address: str) -> None:
            other, reason = self.frontier.host(address, source), None
            try:
                with self.frontier.waiting():
                    if other.closed is None:
                        rules, _ = await self._robots(address, other, source)
                        reason = rules.forbids(address)
                    if other.closed is None and reason is None:
                        await self.frontier.move(other)
            except asyncio.CancelledError:
                # the first address was asked for, which is to be on record
                self.frontier.resume()
                raise UnwelcomeError(f"redirected to {address}: the run is to stop", "unreachable") from None
            if other.closed is not None or reason is not None:
                self.frontier.leave()
                failure = other.closed_as if other.closed is not None else "forbidden"
                raise UnwelcomeError(f"redirected to {address}: {other.closed or reason}", failure)

        async def keep(attempt: Attempt) -> None:
            data, sha256 = attempt.data or b"", attempt.sha256
            if len(data) <= _WRITTEN_AT_ONCE:
                self.archive.add(data, sha256=sha256, is_synced=False)
            else:
                await asyncio.to_thread(self.archive.add, data, sha256=sha256, is_synced=False)
            attempt.address = step.address
            attempt.role = step.role
            self._name(step, attempt)
            self.manifest.keep(attempt)

        window = form_of_window(step.address)
        if window is not None:
            return await self._ask_for_window(step, host, *window, permit, keep)
        validators = None
        if known is not None and known.sha256 is not None and known.sha256 in self.archive:
            validators = Validators(known.etag, known.last_modified)
        attempt = await self.web.get(
            step.address,
            validators=validators,
            permit=permit,
            keep=keep,
            verify_tls=source.verify_tls,
            takes_images=step.is_image,
        )
        self._note(host, attempt)
        return attempt

    def _note(self, host: Host[Step], attempt: Attempt) -> None:
        """What a host that was asked is to learn from the attempt, and one that it redirected to."""
        here = self.frontier.here
        if here is not host:
            host.has_answered()
        if here is not None:
            here.note(attempt)

    async def _ask_for_window(
        self, step: Step, host: Host[Step], address: str, form: dict[str, str], permit: Permit, keep: Keep
    ) -> Attempt:
        """Records of a jpage listing: by their address, and where that has no answer by posting the form."""
        walk = step.walk

        async def keep_records(attempt: Attempt) -> None:
            if answers_window(attempt.data):
                await keep(attempt)

        options = {"permit": permit, "keep": keep_records, "verify_tls": walk.source.verify_tls}
        first = None
        if not walk.is_posted:
            first = await self.web.get(step.address, **options)
            self._note(host, first)
            if answers_window(first.data):
                return first
            with self.frontier.waiting():
                await self.frontier.move(host)
        attempt = await self.web.get(address, form=form, **options)
        self._note(host, attempt)
        # the address says all that the form does
        attempt.address = attempt.final_address = step.address
        if first is None or answers_window(attempt.data):
            walk.is_posted = True
        elif first.data is not None:
            attempt, first = first, attempt
        if first is not None:
            self._tried(step, first)
        if attempt.data is not None and not answers_window(attempt.data):
            await keep(attempt)
        return attempt

    def _sitemaps(self, step: Step, robots: Robots) -> Iterable[Step]:
        """The sitemaps that robots.txt of an entry's site names, if the source wants them."""
        walk = step.walk
        if not walk.source.sitemaps:
            return
        here = robots_address(step.address)
        listing = sitemaps_of(robots.sitemaps, here, walk.source)
        walk.log.note(here, listing)
        walk.log.follow(here, listing.next_page)
        for link in listing.next_page:
            yield Step(walk, link.address, 0, here, is_listing=True)

    async def _robots(self, address: str, host: Host[Step], source: Source) -> tuple[Robots, bool]:
        """The rules of the address's origin; and whether they were not there at once."""
        scheme = urlsplit(address).scheme
        rules = host.robots.get(scheme)
        if rules is not None:
            if rules.done():
                return rules.result(), False
            return await asyncio.shield(rules), True
        rules = host.robots[scheme] = asyncio.get_running_loop().create_future()
        tried = 0

        async def permit(address: str) -> None:
            await self.frontier.host(address, source).turn()

        while True:
            tried += 1
            attempt = await self.web.get(
                robots_address(address), permit=permit, verify_tls=source.verify_tls, first_bytes=LONGEST
            )
            attempt.role, attempt.source_name = "robots", source.name
            wait = self.patience.wait(tried, attempt.retry_after_seconds) if attempt.is_transient else None
            if wait is None:
                break
            self.manifest.tried(attempt)
            await asyncio.sleep(max(wait, host.delay_seconds))
        robots = read_robots(attempt)
        # what it says is in the rules; its bytes are no original
        attempt.data = None
        self.manifest.record(attempt)
        host.heed(robots)
        rules.set_result(robots)
        return robots, True

    # --- what came ---

    def _lead(
        self,
        step: Step,
        attempt: Attempt,
        data: bytes,
        record: Callable[[Step, Attempt], None] | None = None,
    ) -> None:
        """Count and record an original and queue what it leads to."""
        walk, listing = step.walk, None
        if not step.is_leaf:
            listing = discover(
                data,
                attempt.final_address or attempt.address,
                walk.source,
                media_type=attempt.media_type,
                charset=attempt.charset,
                years=self.years,
                until=self.began.year,
            )
            if listing is not None and listing.canonical is not None:
                walk.is_new(listing.canonical)
        is_listing = listing is not None and listing.is_listing
        attempt.role = "listing" if is_listing else "part" if step.is_part else "document"
        self.summary.document_count += attempt.role == "document"
        if record is not None:
            record(step, attempt)
        if listing is not None:
            self._add(self._steps(step, listing, is_listing=is_listing))

    def _steps(self, step: Step, listing: Listing, *, is_listing: bool) -> Iterable[Step]:
        walk, here, log = step.walk, step.address, step.walk.log
        log.note(here, listing)

        def steps(links: Sequence[Link], depth: int, **kind: Any) -> Iterable[Step]:
            log.follow(here, links)
            return [Step(walk, link.address, depth, here, link.text or None, **kind) for link in links]

        if is_listing or (step.depth == 0 and listing.has_links):
            self.summary.listing_count += 1
            walk.listing_count += not listing.is_sitemap
            # addresses that were not listed yet, be they asked for or left out for their year
            news = sum(walk.is_listed_first(address) for address in listing.offered)
            without_news = 0 if news else step.pages_without_news + 1
            turn = [*listing.next_page, *(listing.parts if is_listing else ()), *listing.more_pages]
            if walk.listing_count > walk.source.max_pages:
                log.pass_over(here, [*turn, *listing.follow], TOO_MANY_PAGES)
                return
            if listing.is_sitemap:
                room = max(0, MOST_SITEMAPS - walk.sitemap_count)
                walk.sitemap_count += len(turn[:room])
                log.pass_over(here, turn[room:], TOO_MANY_SITEMAPS)
                turn = turn[:room]
            if without_news < _PAGES_WITHOUT_NEWS:
                yield from steps(turn, step.depth, is_listing=True, pages_without_news=without_news)
            else:
                log.pass_over(here, turn, NOTHING_NEW)
            if step.depth < walk.source.max_depth:
                yield from steps(listing.follow, step.depth + 1)
            else:
                log.pass_over(here, listing.follow, TOO_DEEP)
        if not is_listing:
            yield from steps(listing.parts, step.depth + 1, is_leaf=True, is_part=True)
            yield from steps(listing.attachments, step.depth + 1, is_leaf=True)
            yield from steps(listing.images, step.depth + 1, is_leaf=True, is_part=True, is_image=True)

    def _record(self, step: Step, attempt: Attempt) -> None:
        self._name(step, attempt)
        self.manifest.record(attempt)

    def _tried(self, step: Step, attempt: Attempt) -> None:
        """Record an attempt that another one follows."""
        attempt.role = step.role
        self._name(step, attempt)
        self.manifest.tried(attempt)

    def _name(self, step: Step, attempt: Attempt) -> None:
        """Say in the attempt whose it is and where its address was found."""
        attempt.source_name = step.walk.source.name
        attempt.found_on, attempt.link_text = step.found_on, step.text

    def _fail(self, step: Step, error: str | None) -> None:
        # an image is a help where tables are lost, and no document
        if not step.is_image:
            self.summary.failures.append(f"{step.address}: {error}")
