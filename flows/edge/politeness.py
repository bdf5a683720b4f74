"""Politeness: when a host may be asked, how often it is asked again, and when it is left alone."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from flows.edge.manifest import Attempt, Failure, Known
from flows.edge.robots import Robots

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often an address is asked again after a failure that may pass, the waits between, and when a host
    that keeps failing is let rest."""

    tries: int = 3
    first_wait_seconds: float = 1.0
    """At most this before the second try, doubled each time; how much of it is left to chance, so that
    clients that failed together do not come back together."""
    longest_wait_seconds: float = 60.0
    """Also of what a server may ask for with Retry-After: longer than that, and it is left alone for this run."""
    longest_delay_seconds: float = 60.0
    """Between two requests to a host, if its robots.txt asks for it. One that asks for longer is left alone: at
    its pace a listing of a hundred reports would take days."""
    failures: int = 5
    """Failures in a row after which a host rests."""
    rest_seconds: float = 30.0
    rests: int = 2
    """Rests after which a host that goes on failing is given up for this run."""

    def wait(self, tried: int, asked_for: float | None) -> float | None:
        """Seconds until the next try, None when there is none."""
        if tried >= self.tries or (asked_for or 0.0) > self.longest_wait_seconds:
            return None
        most = min(self.first_wait_seconds * 2.0 ** (tried - 1), self.longest_wait_seconds)
        return (asked_for or 0.0) + random.uniform(0.0, most)


@dataclass(frozen=True, slots=True)
class Revisit:
    """When an address that has been fetched is asked for again. Listings are in every run.

    Agencies publish from January to April and correct what they published; what has stood for long is
    seldom touched.
    """

    often: timedelta = timedelta(days=7)
    seldom: timedelta = timedelta(days=90)
    months: tuple[int, ...] = (1, 2, 3, 4)
    settled: timedelta = timedelta(days=400)
    """Since its last change, after which an original is only asked for seldom."""

    def is_due(self, known: Known, now: datetime) -> bool:
        """Whether a document is to be asked for. A failure that may pass always is."""
        if known.asked_at is None or known.failure in ("unreachable", "tls", "forbidden"):
            return True
        changed = known.changed_at or known.asked_at
        is_season = now.month in self.months and now - changed < self.settled
        return now - known.asked_at >= (self.often if is_season else self.seldom)


_SPARE = 1.05
"""Requests that begin evenly arrive unevenly: a new connection takes longer than one that stands."""


@dataclass(slots=True)
class Host(Generic[T]):
    """One host: what waits to be asked of it, and how it is to be treated.

    Times are those of the running event loop, in seconds.
    """

    name: str
    patience: Patience
    delay_seconds: float
    connections: int
    queue: deque[T] = field(default_factory=deque)
    active: int = 0
    """Requests under way."""
    next_at: float = 0.0
    """The next request may begin."""
    is_waiting: bool = False
    """In the frontier's heap."""
    failed: int = 0
    rested: int = 0
    closed: str | None = None
    """Why it is not asked any more in this run."""
    closed_as: Failure = "unreachable"
    robots: dict[str, asyncio.Future[Robots]] = field(default_factory=dict)
    """By scheme."""
    guests: deque[Callable[[], bool]] = field(default_factory=deque)
    """Requests that other hosts redirected here, which wait for their turn: each may have been given up."""

    def heed(self, robots: Robots) -> None:
        """Keep to the pauses that robots.txt asks for; leave a host alone that cannot be asked by its rules."""
        if robots.unreadable is not None:
            self.closed = f"robots.txt cannot be read ({robots.unreadable})"
            return
        if robots.delay_seconds > self.patience.longest_delay_seconds:
            self.closed_as = "forbidden"
            self.closed = (
                f"robots.txt of {self.name} asks for {robots.delay_seconds:,.0f} s between requests, "
                f"at most {self.patience.longest_delay_seconds:g} s are waited"
            )
            return
        self.delay_seconds = max(self.delay_seconds, robots.delay_seconds)
        self.next_at = max(self.next_at, asyncio.get_running_loop().time() + self.delay_seconds)

    @property
    def is_free(self) -> bool:
        """Whether it may be asked for something that waits in its queue."""
        return not self.guests and self.active < self._most

    @property
    def _most(self) -> int:
        # a host that failed until it rested is tried with one request
        return 1 if self.rested and self.failed else self.connections

    def admit(self) -> None:
        """Let guests begin, as many as may."""
        while self.guests and self.active < self._most:
            self.active += self.guests.popleft()()

    async def turn(self) -> None:
        """Wait until a request may begin, and count it as begun."""
        while (wait := self.next_at - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(wait)
        self.begin()

    def begin(self) -> None:
        self.next_at = asyncio.get_running_loop().time() + self.delay_seconds * _SPARE

    def has_answered(self) -> None:
        self.failed = self.rested = 0

    def note(self, attempt: Attempt) -> None:
        """Learn from an attempt: rest after failures in a row, wait as asked, give up in the end."""
        now = asyncio.get_running_loop().time()
        asked_for = attempt.retry_after_seconds or 0.0
        if attempt.failure != "unreachable":
            self.has_answered()
            return
        if asked_for > self.patience.longest_wait_seconds:
            self.closed = f"{self.name} asks to be left alone for {asked_for:,.0f} s"
            return
        self.next_at = max(self.next_at, now + asked_for)
        self.failed += 1
        # requests that were under way when the rest began say nothing new
        if self.failed % self.patience.failures == 0 or (self.rested and self.active <= 1):
            if self.rested >= self.patience.rests:
                self.closed = f"{self.name} failed {self.failed} times in a row"
                return
            self.next_at = max(self.next_at, now + self.patience.rest_seconds * 2.0**self.rested)
            self.rested += 1


def host_name(address: str) -> str:
    """The host of an address, with its port where it is not the scheme's own."""
    parts = urlsplit(address)
    name = (parts.hostname or "").lower().rstrip(".")
    try:
        port = parts.port
    except ValueError:
        port = None
    return name if port in (None, 80, 443) else f"{name}:{port}"
