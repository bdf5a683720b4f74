"""What a table still tells when its blank cells left no trace: the figures whose places are the same in
every way to put the printed ones back.

A way keeps the order of each row's figures and every sum of the form, a blank cell adding nothing. The
totals of the outcomes may be blank all alike, as some offices print them; any other total is blank only
where there is nothing to add. The ways are searched by trying figures in places, without the reader's code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tests.generate.document import Figures, Key
from tests.generate.grid import Cell, Grid
from tests.generate.labels import APPLICANTS, RESULTS, ROUTES
from tests.generate.truth import ROWS_WITHOUT_OUTCOMES

Counts = tuple[int, ...]
"""By applicant, blanks as nothing."""
Places = tuple[int, ...]
"""The columns in which a row's printed figures stand, in order."""


def determined(grids: Sequence[Grid], figures: Figures) -> set[Key]:
    """Of the figures that these tables print, those whose place is certain."""
    certain: set[Key] = set()
    for grid in grids:
        lines = [_once(line) for line in grid]
        rows = [row for row in lines if row]
        certain.update(key for row in rows if _is_full(row, figures) for key in row)
        for row in rows:
            if len(row) == len(ROUTES) * len(RESULTS) and not _is_full(row, figures):
                certain |= _of_disputes(row, figures)
        requests = [row for row in rows if len(row) == len(APPLICANTS) and row[0][1] == APPLICANTS[0]]
        if requests:
            certain |= _of_requests(requests, figures)
    return {key for key in certain if _is_printed(key, figures)}


def _once(line: Sequence[Cell]) -> list[Key]:
    """The keys of a line of a grid, in order."""
    found = dict.fromkeys(cell.key for cell in line)
    return [key for key in found if key is not None]


def _is_printed(key: Key, figures: Figures) -> bool:
    return figures[key].value is not None


def _is_full(row: Sequence[Key], figures: Figures) -> bool:
    return all(_is_printed(key, figures) for key in row)


def _printed(row: Sequence[Key], figures: Figures) -> list[int]:
    return [int(figures[key].value or 0) for key in row if _is_printed(key, figures)]


def _common(row: Sequence[Key], ways: Sequence[Places]) -> set[Key]:
    """The cells in which every way puts the same figure; none where no way keeps the form's sums."""
    if not ways:
        return set()
    held = [{column: number for number, column in enumerate(way)} for way in ways]
    return {
        key
        for column, key in enumerate(row)
        if column in held[0] and all(way.get(column) == held[0][column] for way in held)
    }


# --- disputes -----------------------------------------------------------------------------------


def _of_disputes(row: Sequence[Key], figures: Figures) -> set[Key]:
    """One row of groups, each with its total at the end."""
    values = _printed(row, figures)
    size = len(RESULTS)

    def ways(first: int, values: list[int]) -> Iterator[Places]:
        if first == len(row):
            if not values:
                yield ()
            return
        for count in range(min(size, len(values)) + 1):
            for inside in combinations(range(size), count):
                parts = sum(value for value, place in zip(values, inside, strict=False) if place < size - 1)
                total = values[count - 1] if size - 1 in inside else 0
                if parts == total:
                    group = tuple(first + place for place in inside)
                    yield from (group + rest for rest in ways(first + size, values[count:]))

    return _common(row, list(ways(0, values)))


# --- applications -------------------------------------------------------------------------------


def _of_requests(rows: Sequence[Sequence[Key]], figures: Figures) -> set[Key]:
    by_name = {row[0][0]: row for row in rows}
    outcomes = [name for name in by_name if name not in ROWS_WITHOUT_OUTCOMES]
    kept: dict[str, set[Places]] = {name: set() for name in by_name}
    for totals_left_out in (False, True):
        ways = {
            name: _ways(_printed(row, figures), totals_left_out and name in outcomes)
            for name, row in by_name.items()
        }
        for name, counts in _possible(ways, outcomes).items():
            for vector in counts:
                kept[name].update(ways[name][vector])
    return {key for name, row in by_name.items() for key in _common(row, sorted(kept[name]))}


def _ways(values: list[int], totals_left_out: bool) -> dict[Counts, list[Places]]:
    """The places in which a row's figures add up, by what they are for each applicant."""
    found: dict[Counts, list[Places]] = {}
    last = len(APPLICANTS) - 1
    for places in combinations(range(len(APPLICANTS)), len(values)):
        counts = [0] * last
        total = None
        for value, place in zip(values, places, strict=True):
            if place == last:
                total = value
            else:
                counts[place] = value
        if total != sum(counts) and not (total is None and (totals_left_out or not any(counts))):
            continue
        if totals_left_out and total:
            continue
        found.setdefault(tuple(counts), []).append(places)
    return found


def _possible(ways: dict[str, dict[Counts, list[Places]]], outcomes: Sequence[str]) -> dict[str, set[Counts]]:
    """By row, the counts that are part of some table that keeps the sums of every column."""
    received, carried_in, resolved, carried_out = ROWS_WITHOUT_OUTCOMES
    possible: dict[str, set[Counts]] = {name: set() for name in ways}
    for total in ways[resolved]:
        balanced = [
            (new, old, left)
            for new in ways[received]
            for old in ways[carried_in]
            for left in ways[carried_out]
            if all(n + o == t + c for n, o, t, c in zip(new, old, total, left, strict=True))
        ]
        search = _Search([list(ways[name]) for name in outcomes], total)
        if not balanced or search.first() is None:
            continue
        possible[resolved].add(total)
        for new, old, left in balanced:
            possible[received].add(new)
            possible[carried_in].add(old)
            possible[carried_out].add(left)
        for number, name in enumerate(outcomes):
            for counts in ways[name]:
                if counts not in possible[name] and (found := search.first(number, counts)):
                    for other, choice in zip(outcomes, found, strict=True):
                        possible[other].add(choice)
    return possible


class _Search:
    """Finds one choice of counts for each row that add up to `total`, column by column: row after row,
    giving up where a column is over or can no longer be reached, or where the same rest was in vain before."""

    def __init__(self, rows: list[list[Counts]], total: Counts) -> None:
        self.rows = rows
        self.total = total
        self.order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        # what a row adds up to does not depend on where its figures stand
        self.adds_up = all(rows) and sum(sum(row[0]) for row in rows) == sum(total)
        self.in_vain: dict[int, set[tuple[int, Counts]]] = {}

    def first(self, fixed: int = -1, choice: Counts = ()) -> list[Counts] | None:
        """The first choice there is, with row `fixed` as it is given."""
        if not self.adds_up:
            return None
        order = [number for number in self.order if number != fixed]
        most: list[Counts] = [(0,) * len(self.total)]
        for number in reversed(order):
            top = (max(column) for column in zip(*self.rows[number], strict=True))
            most.insert(0, tuple(map(sum, zip(most[0], top, strict=True))))
        in_vain = self.in_vain.setdefault(fixed, set())

        def fill(at: int, rest: Counts) -> list[Counts] | None:
            if any(not 0 <= left <= top for left, top in zip(rest, most[at], strict=True)):
                return None
            if at == len(order):
                return []
            if (at, rest) in in_vain:
                return None
            for counts in self.rows[order[at]]:
                found = fill(at + 1, _less(rest, counts))
                if found is not None:
                    return [counts, *found]
            in_vain.add((at, rest))
            return None

        found = fill(0, _less(self.total, choice) if choice else self.total)
        if found is None:
            return None
        by_row = {**dict(zip(order, found, strict=True)), fixed: choice}
        return [by_row[number] for number in range(len(self.rows))]


def _less(one: Counts, other: Counts) -> Counts:
    return tuple(a - b for a, b in zip(one, other, strict=True))
