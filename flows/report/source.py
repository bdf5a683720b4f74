"""What a reader of a format hands over: one text with the tables' cells in it, and the tables' shapes.

The whole text of a document, cells included, is repaired in one piece, so marks that no report prints
stand between its parts: TABLE around each table, CELL between its cells. Repairs never touch them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.report.text import repair
from flows.report.types import Document, Grid, Span

TABLE = "\x1d"
CELL = "\x1f"
MARKS = {0x1D: " ", 0x1E: " ", 0x1F: " "}
"""For readers: what to translate in texts that happen to hold the marks."""


@dataclass(slots=True)
class Source:
    """A document as its reader took it out of the file. `text` alternates prose and tables, split by
    TABLE; the n-th table's cells are split by CELL and stand where `shapes[n]` says."""

    text: str
    shapes: Sequence[Sequence[Span]] = ()
    title: str | None = None
    meta: dict[str, str] = field(default_factory=dict)
    image_count: int = 0
    links: int = 0
    images: list[str] = field(default_factory=list)
    """Addresses of the images in the page, in reading order, as they are written there."""


def normalise(source: Source) -> Document:
    """The document with its text repaired and its grids resolved."""
    # the title is repaired with the text, whose damage tells how to read it
    title = (source.title or "").replace("\n", " ").translate(MARKS)
    repaired = repair(f"{source.text}\n{title}")
    whole, _, title = repaired.text.rpartition("\n")
    parts = whole.split(TABLE)
    text: list[str] = []
    prose: list[str] = []
    prose_parts: list[tuple[int, int]] = []
    prose_length = 0
    grids: list[Grid] = []
    offset = 0
    for index, part in enumerate(parts):
        if index % 2:
            grids.append(Grid(part.split(CELL), source.shapes[index // 2], offset))
            # empty lines stand for the table, so that offsets in the text stay those of the whole
            text.append("\n" * (len(part) + 2))
        else:
            text.append(part)
            prose.append(part)
            prose_parts.append((prose_length, offset))
            prose_length += len(part) + 1
        offset += len(part) + 1
    document = Document(
        text="".join(text),
        grids=grids,
        source=source.text,
        meta=source.meta,
        links=source.links,
        repairs=repaired.counts,
        image_count=source.image_count,
        passes=tuple(repaired.passes),
        prose="\n".join(prose),
        prose_parts=tuple(prose_parts),
    )
    document.title = title.strip() or None
    return document
