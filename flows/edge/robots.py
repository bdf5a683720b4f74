"""robots.txt: what a site asks of programs that visit it (RFC 9309, with the older Crawl-delay)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from protego import Protego

from flows.edge.manifest import Attempt
from flows.edge.web import PRODUCT

MOST_SITEMAPS = 10
"""Sitemaps that are heeded of those that a robots.txt names."""
LONGEST = 500 * 1024
"""Bytes that are read; RFC 9309 asks for at least these."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one origin, as they apply to us. `unreadable` is why they could not be read, which forbids
    everything for the time being."""

    rules: Protego | None = None
    delay_seconds: float = 0.0
    sitemaps: tuple[str, ...] = ()
    unreadable: str | None = None

    def forbids(self, address: str) -> str | None:
        """Why the address is not to be asked for, None if it may be."""
        if self.unreadable is not None:
            return f"robots.txt cannot be read ({self.unreadable})"
        if self.rules is not None and not self.rules.can_fetch(address, PRODUCT):
            return "robots.txt of the site forbids it"
        return None


def robots_address(address: str) -> str:
    """Where the rules for an address are."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def read_robots(attempt: Attempt) -> Robots:
    """The rules that an attempt to fetch them brought. A site that has none allows everything; one that fails, or
    has rules that nobody can read, allows nothing."""
    if attempt.is_transient or (attempt.status_code == 200 and attempt.data is None):
        return Robots(unreadable=attempt.error)
    if attempt.data is None:
        return Robots()
    try:
        rules = Protego.parse(attempt.data[:LONGEST].decode("utf-8", "replace").lstrip("\ufeff"))
    except ValueError:
        return Robots()
    delay = float(rules.crawl_delay(PRODUCT) or 0.0)
    rate = rules.request_rate(PRODUCT)
    if rate is not None and rate.requests > 0:
        delay = max(delay, rate.seconds / rate.requests)
    return Robots(rules, delay, tuple(islice(rules.sitemaps, MOST_SITEMAPS)))
