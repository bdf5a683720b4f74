"""The discovery log: for each page that was read for its links, how many were followed and how many passed
over, by reason, with the first of them.

`raw/discovery/<source>.parquet` holds what the last run over the source found; a run that finds the same
leaves the file as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.edge.archive import write_atomically
from flows.edge.catalogue import Source
from flows.edge.listing import Link, Listing, Tally

SCHEMA = pa.schema(
    [
        ("source_name", pa.string()),
        ("page_address", pa.string()),
        ("is_followed", pa.bool_()),
        ("reason", pa.string()),
        ("link_count", pa.int64()),
        ("examples", pa.list_(pa.string())),
    ]
)
MOST_PAGES = 5_000
"""Pages that are logged; of later ones the counts are summed up under an empty address."""

TOO_DEEP = "deeper than max_depth"
TOO_MANY_PAGES = "more pages than max_pages"
TOO_MANY_SITEMAPS = "more sitemaps than are read of a source"
NOTHING_NEW = "the last pages of the listing offered nothing new"


class DiscoveryLog:
    """What one run over one source decides on the links it sees."""

    def __init__(self, raw: Path, source_name: str) -> None:
        self.path = raw / "discovery" / f"{_file_name(source_name)}.parquet"
        self._source_name = source_name
        self._tallies: dict[tuple[str, bool, str], Tally] = {}
        self._pages: set[str] = set()

    def note(self, page: str, listing: Listing) -> None:
        """What the page's own links were passed over for."""
        for reason, tally in listing.passed_over.items():
            self._add(page, False, reason, tally.examples, tally.count)

    def follow(self, page: str, links: Iterable[Link]) -> None:
        for link in links:
            self._add(page, True, link.why, [link.address], 1)

    def pass_over(self, page: str, links: Iterable[Link], reason: str) -> None:
        for link in links:
            self._add(page, False, reason, [link.address], 1)

    def write(self) -> None:
        """Write the log if it differs from the last run's."""
        rows: list[dict[str, Any]] = [
            {
                "source_name": self._source_name,
                "page_address": page,
                "is_followed": is_followed,
                "reason": reason,
                "link_count": tally.count,
                "examples": tally.examples,
            }
            for (page, is_followed, reason), tally in sorted(self._tallies.items(), key=lambda one: one[0])
        ]
        if not rows or rows == read_discovery(self.path):
            return
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), sink, compression="zstd")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, sink.getvalue().to_pybytes())

    def _add(self, page: str, is_followed: bool, reason: str, examples: list[str], count: int) -> None:
        if page not in self._pages:
            if len(self._pages) >= MOST_PAGES:
                page = ""
            self._pages.add(page)
        tally = self._tallies.setdefault((page, is_followed, reason), Tally())
        for example in examples:
            tally.add(example, 0)
        tally.count += count


def read_discovery(path: Path) -> list[dict[str, Any]]:
    """The rows of one source's log; none where there is none."""
    if not path.is_file():
        return []
    rows: list[dict[str, Any]] = pq.read_table(path, schema=SCHEMA).to_pylist()
    return rows


def log_of(raw: Path, source: Source) -> Path:
    """Where the log of a source lies."""
    return DiscoveryLog(raw, source.name).path


def _file_name(source_name: str) -> str:
    """The name of a catalogue entry as it is; of anything else a hash, as it may be any address."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", source_name):
        return source_name
    return hashlib.sha256(source_name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
