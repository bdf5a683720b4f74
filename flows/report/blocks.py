"""Prose and tables in reading order → the source text with its marks: what all readers but HTML's end in."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.report.errors import UnreadableError
from flows.report.source import CELL, MARKS, TABLE, Source
from flows.report.types import Span

MAX_CHARACTERS = 20_000_000
MAX_CELLS = 100_000
"""Of one document; the largest report seen has 300 cells."""
MAX_PLACES = 5_000_000
"""Of the grids of one document, each row as wide as the widest."""
_LONG_ROW = 80
"""Characters from which the only cell of a row is running text: the longest printed label has 71."""
_LONG_CELL = 400
_SPACES = re.compile(r"[ \r\x0b\x0c\xa0\u2002-\u200b\ufeff]+")
_BREAKS = re.compile(r" ?\n[ \n]*")
_CONTROLS = {code: None for code in range(32) if code not in (9, 10, 11, 12, 13)} | MARKS


def clean(text: str) -> str:
    """A text without marks and control characters, its white space as single spaces, tabs and breaks."""
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


@dataclass(slots=True)
class Box:
    """A printed cell by its place on paper: its rows by number, its left and right edges in the unit of
    the format."""

    text: str
    row: int
    rowspan: int
    left: float
    right: float


def columns_of(edges: Iterable[float], tolerance: float) -> list[float]:
    """The distinct edges in order; those within `tolerance` of the first of them are one."""
    columns: list[float] = []
    for edge in sorted(edges):
        if not columns or edge - columns[-1] > tolerance:
            columns.append(edge)
    return columns


def placed(boxes: list[Box], tolerance: float) -> tuple[list[str], list[Span]]:
    """The boxes as cells of one grid, whose columns are all the edges that any of them has."""
    columns = columns_of((edge for box in boxes for edge in (box.left, box.right)), tolerance)
    texts: list[str] = []
    shape: list[Span] = []
    for box in sorted(boxes, key=lambda box: (box.row, box.left)):
        first = nearest(columns, box.left)
        texts.append(box.text)
        shape.append((box.row, first, box.rowspan, max(1, nearest(columns, box.right) - first)))
    return texts, shape


def nearest(columns: list[float], edge: float) -> int:
    """The number of the column edge that is nearest to a place."""
    index = bisect_left(columns, edge)
    if index == len(columns) or (index and edge - columns[index - 1] < columns[index] - edge):
        return index - 1
    return index


@dataclass(slots=True)
class Blocks:
    """Collects a document's parts in reading order."""

    _parts: list[str] = field(default_factory=list)
    _shapes: list[list[Span]] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    """The lines since the last table."""
    _characters: int = 0
    _cells: int = 0
    _places: int = 0

    def prose(self, text: str) -> None:
        text = clean(text)
        if text:
            self._count(len(text))
            self._open.append(text)

    def table(self, texts: list[str], shape: list[Span]) -> None:
        """A table's cells in reading order. Rows of one cell that hold running text are prose, and then
        its other rows of one cell are headings: the table is the page's frame."""
        texts = [clean(text.replace("\t", " ")) for text in texts]
        if not any(texts):
            return
        self._cells += len(texts)
        height = max(row + rowspan for row, _, rowspan, _ in shape)
        self._places += height * max(column + colspan for _, column, _, colspan in shape)
        if self._places > MAX_PLACES:
            raise UnreadableError(f"its tables span more than {MAX_PLACES} places")
        if self._cells > MAX_CELLS:
            raise UnreadableError(f"its tables have more than {MAX_CELLS} cells")
        self._count(sum(map(len, texts)))
        prose = _prose_rows(texts, shape)
        top = 0
        kept: list[str] = []
        kept_shape: list[Span] = []
        for text, (row, column, rowspan, colspan) in zip(texts, shape, strict=True):
            if row in prose:
                self._close(kept, kept_shape)
                kept, kept_shape = [], []
                if text:
                    self._open.append(text)
                continue
            if not kept:
                top = row
            kept.append(text)
            kept_shape.append((row - top, column, rowspan, colspan))
        self._close(kept, kept_shape)

    def _close(self, texts: list[str], shape: list[Span]) -> None:
        if texts:
            self._parts.append("\n".join([*self._open, ""]))
            self._parts.append(CELL.join(texts))
            self._shapes.append(shape)
            self._open = [""]

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_CHARACTERS:
            raise UnreadableError(f"its text has more than {MAX_CHARACTERS} characters")

    def source(self, title: str | None = None, image_count: int = 0) -> Source:
        text = TABLE.join([*self._parts, "\n".join(self._open)])
        return Source(text, self._shapes, title=title, image_count=image_count)


def _prose_rows(texts: list[str], shape: list[Span]) -> set[int]:
    cells: dict[int, list[int]] = {}
    covered: set[int] = set()
    """Rows into which a cell from above reaches."""
    for index, (row, _, rowspan, _) in enumerate(shape):
        cells.setdefault(row, []).append(index)
        covered.update(range(row + 1, row + rowspan))
    single = {
        row
        for row, indexes in cells.items()
        if len(indexes) == 1 and shape[indexes[0]][2] == 1 and row not in covered
    }
    prose = {
        row
        for row, indexes in cells.items()
        if max(len(texts[index]) for index in indexes) > (_LONG_ROW if row in single else _LONG_CELL)
    }
    return prose | single if prose else prose
