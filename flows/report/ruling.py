"""Ruling lines on a page → the tables they draw.

Lines are axis-parallel strokes in points, y upwards. A table is a set of lines that touch; its cells are
the areas between them. Open sides (many official tables have no line at the left and right) are closed
by the reach of the other lines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from flows.report.blocks import columns_of

_SAME = 2.5
"""Points within which two lines are one: double borders, cells drawn each with its own frame."""
_TOUCH = 3.0
_THIN = 3.5
"""Points up to which a filled shape is a line."""
_MAX_LINES = 3000
_MAX_PLACES = 40_000

Interval = tuple[float, float]


@dataclass(slots=True)
class Area:
    """One cell of a ruled table: rows and columns by number, from the top left."""

    row: int
    column: int
    rowspan: int
    colspan: int


@dataclass(slots=True)
class Ruled:
    """A ruled table: `xs` left to right and `ys` top to bottom are its edges, `areas` its cells, and
    `owner[row][column]` the number of the cell that lies there."""

    xs: list[float]
    ys: list[float]
    areas: list[Area]
    owner: list[list[int]] = field(default_factory=list)

    @property
    def size(self) -> float:
        return (self.xs[-1] - self.xs[0]) * (self.ys[0] - self.ys[-1])

    def find(self, x: float, y: float) -> int | None:
        """The number of the cell in which a point lies."""
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]):
            return None
        column = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        row = min(max(bisect_left(self.ys, -y, key=lambda edge: -edge) - 1, 0), len(self.ys) - 2)
        return self.owner[row][column]


@dataclass(slots=True)
class _Line:
    """A merged line: its place across, and its reach."""

    at: float
    start: float
    end: float


def straight_lines(
    shapes: Iterable[list[tuple[float, float]]], is_stroked: bool
) -> Iterator[tuple[float, float, float, float]]:
    """The axis-parallel lines of drawn shapes (left, bottom, right, top): straight strokes, and filled
    shapes that are thin."""
    for shape in shapes:
        if len(shape) < 2:
            continue
        left, right = min(p[0] for p in shape), max(p[0] for p in shape)
        bottom, top = min(p[1] for p in shape), max(p[1] for p in shape)
        if min(right - left, top - bottom) <= _THIN:
            yield left, bottom, right, top
        elif is_stroked:
            for (x0, y0), (x1, y1) in pairwise(shape):
                if abs(x1 - x0) <= 1 or abs(y1 - y0) <= 1:
                    yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def ruled_tables(
    across: list[tuple[float, float, float]], down: list[tuple[float, float, float]]
) -> list[Ruled]:
    """The tables drawn by horizontal lines (y, left, right) and vertical ones (x, bottom, top), from the
    top of the page down. Drawings with too many lines to be tables give none."""
    horizontal, vertical = _merged(across), _merged(down)
    if len(horizontal) > _MAX_LINES or len(vertical) > _MAX_LINES:
        return []
    tables = []
    for rows, columns in _components(horizontal, vertical):
        table = _table(rows, columns)
        if table is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: -table.ys[0])


def _merged(lines: list[tuple[float, float, float]]) -> list[_Line]:
    """Lines at one place that meet or overlap as one."""
    centres = columns_of((line[0] for line in lines), _SAME)
    by_place: dict[float, list[Interval]] = {}
    for at, start, end in lines:
        by_place.setdefault(centres[bisect_right(centres, at) - 1], []).append((start, end))
    merged: list[_Line] = []
    for at, intervals in by_place.items():
        intervals.sort()
        current = _Line(at, *intervals[0])
        for start, end in intervals[1:]:
            if start <= current.end + _TOUCH:
                current.end = max(current.end, end)
            else:
                merged.append(current)
                current = _Line(at, start, end)
        merged.append(current)
    # specks: what is left of letters drawn as paths, of bullets and dots
    return [line for line in merged if line.end - line.start > 2 * _TOUCH]


def _components(horizontal: list[_Line], vertical: list[_Line]) -> list[tuple[list[_Line], list[_Line]]]:
    vertical.sort(key=lambda line: line.at)
    places = [line.at for line in vertical]
    parent = list(range(len(horizontal) + len(vertical)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for h, line in enumerate(horizontal):
        first = bisect_left(places, line.start - _TOUCH)
        last = bisect_right(places, line.end + _TOUCH)
        for v in range(first, last):
            if vertical[v].start - _TOUCH <= line.at <= vertical[v].end + _TOUCH:
                parent[root(h)] = root(len(horizontal) + v)
    groups: dict[int, tuple[list[_Line], list[_Line]]] = {}
    for h, line in enumerate(horizontal):
        groups.setdefault(root(h), ([], []))[0].append(line)
    for v, line in enumerate(vertical):
        groups.setdefault(root(len(horizontal) + v), ([], []))[1].append(line)
    return list(groups.values())


def _table(rows: list[_Line], columns: list[_Line]) -> Ruled | None:
    """The table of lines that touch; None where they enclose fewer than two cells."""
    if not rows or not columns:
        return None
    left = min([line.start for line in rows] + [line.at for line in columns])
    right = max([line.end for line in rows] + [line.at for line in columns])
    bottom = min([line.start for line in columns] + [line.at for line in rows])
    top = max([line.end for line in columns] + [line.at for line in rows])
    xs = columns_of([*(line.at for line in columns), left, right], _TOUCH)
    ys = columns_of([*(line.at for line in rows), bottom, top], _TOUCH)[::-1]
    height, width = len(ys) - 1, len(xs) - 1
    if height < 1 or width < 1 or height * width < 2 or height * width > _MAX_PLACES:
        return None
    walls = _reaches(columns, xs)
    floors = _reaches(rows, ys[::-1])[::-1]
    owner = [[-1] * width for _ in range(height)]
    areas: list[Area] = []
    for row in range(height):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(width):
            if owner[row][column] >= 0:
                continue
            end = column + 1
            while end < width and owner[row][end] < 0 and not _covers(walls[end], middle):
                end += 1
            bottom_row = row + 1
            centres = [(xs[c] + xs[c + 1]) / 2 for c in range(column, end)]
            while bottom_row < height and not any(_covers(floors[bottom_row], x) for x in centres):
                below = (ys[bottom_row] + ys[bottom_row + 1]) / 2
                if any(_covers(walls[c], below) for c in range(column + 1, end)):
                    break
                bottom_row += 1
            for r in range(row, bottom_row):
                owner[r][column:end] = [len(areas)] * (end - column)
            areas.append(Area(row, column, bottom_row - row, end - column))
    return Ruled(xs, ys, areas, owner) if len(areas) > 1 else None


def _reaches(lines: list[_Line], edges: list[float]) -> list[list[Interval]]:
    """By edge, where lines run along it."""
    reaches: list[list[Interval]] = [[] for _ in edges]
    for line in lines:
        reaches[max(0, bisect_right(edges, line.at) - 1)].append((line.start, line.end))
    return reaches


def _covers(intervals: list[Interval], place: float) -> bool:
    return any(start <= place <= end for start, end in intervals)
