"""What a reader of a format hands over: one text with the tables' cells in it, and the tables' shapes.

The whole text of a document, cells included, is repaired in one piece, so marks that no report prints
stand between its parts: TABLE around each table, CELL between its cells. Repairs never touch them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.report.text import repair
from flows.report.types import Cell, Document, Table

TABLE = "\x1d"
CELL = "\x1f"
MARKS = {0x1D: " ", 0x1E: " ", 0x1F: " "}
"""For readers: what to translate in texts that happen to hold the marks."""

Span = tuple[int, int, int, int]
"""Row, column, rowspan, colspan of one printed cell."""


@dataclass(slots=True)
class Source:
    """A document as its reader took it out of the file. `text` alternates prose and tables, split by
    TABLE; the n-th table's cells are split by CELL and stand where `shapes[n]` says."""

    text: str
    shapes: list[list[Span]] = field(default_factory=list)
    title: str | None = None
    meta: dict[str, str] = field(default_factory=dict)
    image_count: int = 0
    links: int = 0


def normalise(source: Source) -> Document:
    """The document with its text repaired and its grids resolved."""
    # the title is repaired with the text, whose damage tells how to read it
    title = (source.title or "").replace("\n", " ").translate(MARKS)
    repaired = repair(f"{source.text}\n{title}")
    whole, _, title = repaired.text.rpartition("\n")
    parts = whole.split(TABLE)
    prose: list[str] = []
    tables: list[Table] = []
    offset = 0
    for index, part in enumerate(parts):
        if index % 2:
            tables.append(_grid(len(tables) + 1, part.split(CELL), source.shapes[index // 2], offset))
            # one line stands for the table, so that offsets in the prose stay those of the whole text
            prose.append("\n" * (len(part) + 2))
        else:
            prose.append(part)
        offset += len(part) + 1
    document = Document(
        text="".join(prose),
        tables=tables,
        source=source.text,
        meta=source.meta,
        links=source.links,
        repairs=repaired.counts,
        image_count=source.image_count,
        passes=tuple(repaired.passes),
    )
    document.title = title.strip() or None
    return document


def _grid(number: int, texts: list[str], shape: list[Span], offset: int) -> Table:
    """The table with each cell in every place it spans; a place that two cells claim goes to the first."""
    height = max((row + rowspan for row, _, rowspan, _ in shape), default=0)
    width = max((column + colspan for _, column, _, colspan in shape), default=0)
    rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
    for text, (row, column, rowspan, colspan) in zip(texts, shape, strict=True):
        cell = Cell(text.strip(), row, column, rowspan, colspan, offset)
        offset += len(text) + 1
        if rowspan == 1 and colspan == 1:
            rows[row][column] = cell
        else:
            for r in range(row, row + rowspan):
                line = rows[r]
                for c in range(column, column + colspan):
                    if line[c] is None:
                        line[c] = cell
    return Table(number, rows)
