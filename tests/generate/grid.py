"""A table as a grid of cells: the same cell object stands in every place that it spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.generate.document import Key


@dataclass(eq=False, slots=True)
class Cell:
    """A label (`text`), or the place of a figure (`key`). `note` is what the form adds in brackets."""

    text: str = ""
    key: Key | None = None
    head: bool = False
    note: str = ""


Grid = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Span:
    """A cell as HTML writes it: once, at its upper left place."""

    cell: Cell
    rowspan: int
    colspan: int


def grid_of(rows: Sequence[Sequence[tuple[Cell, int, int]]]) -> Grid:
    """Rows as a form prints them, (cell, rowspan, colspan), with the spans written out."""
    width = sum(colspan for _, _, colspan in rows[0])
    places: list[list[Cell | None]] = [[None] * width for _ in rows]
    for y, row in enumerate(rows):
        for cell, rowspan, colspan in row:
            x = places[y].index(None)
            for line in places[y : y + rowspan]:
                if any(line[x : x + colspan]):
                    raise ValueError(f"row {y + 1}: {cell} lies over another cell")
                line[x : x + colspan] = [cell] * colspan
    grid: Grid = []
    for y, line in enumerate(places):
        if None in line:
            raise ValueError(f"row {y + 1} is short of cells")
        grid.append([cell for cell in line if cell is not None])
    return grid


def spans(grid: Grid) -> list[list[Span]]:
    """The grid as HTML rows. A cell whose places are not one rectangle is written once for each piece."""
    done: set[tuple[int, int]] = set()
    rows: list[list[Span]] = []
    for y, line in enumerate(grid):
        row: list[Span] = []
        for x, cell in enumerate(line):
            if (y, x) in done:
                continue
            right = x + 1
            while right < len(line) and line[right] is cell and (y, right) not in done:
                right += 1
            bottom = y + 1
            while bottom < len(grid) and grid[bottom][x:right] == line[x:right]:
                bottom += 1
            done.update((j, i) for j in range(y, bottom) for i in range(x, right))
            row.append(Span(cell, bottom - y, right - x))
        rows.append(row)
    return rows


def cells(grid: Grid) -> Iterator[Cell]:
    """Every cell once, in reading order."""
    seen: set[int] = set()
    for line in grid:
        for cell in line:
            if id(cell) not in seen:
                seen.add(id(cell))
                yield cell


def keys(grid: Grid) -> set[Key]:
    return {cell.key for cell in cells(grid) if cell.key is not None}


def transposed(grid: Grid) -> Grid:
    return [list(column) for column in zip(*grid, strict=True)]


def with_columns(grid: Grid, order: Sequence[int]) -> Grid:
    return [[line[x] for x in order] for line in grid]
