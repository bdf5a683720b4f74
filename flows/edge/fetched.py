"""What fetching came to, and whoever is told how it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Watcher(Protocol):
    """Whoever is told how a stage goes on."""

    def expect(self, count: int) -> None: ...
    def advance(self, count: int = 1) -> None: ...


class Unwatched:
    """Nobody."""

    def expect(self, count: int) -> None: ...
    def advance(self, count: int = 1) -> None: ...


@dataclass(slots=True)
class FetchSummary:
    """What fetching came to: documents in the archive and how many of them were not asked for or not sent
    again, listing pages, files passed over, and what failed with its reason."""

    document_count: int = 0
    listing_count: int = 0
    skipped_count: int = 0
    kept_count: int = 0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: FetchSummary) -> FetchSummary:
        return FetchSummary(
            self.document_count + other.document_count,
            self.listing_count + other.listing_count,
            self.skipped_count + other.skipped_count,
            self.kept_count + other.kept_count,
            self.failures + other.failures,
        )
