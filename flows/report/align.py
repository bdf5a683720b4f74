"""The applications table whose blank cells were lost: which columns its counts stand in.

A row gives fewer counts than the table has columns, in their order. The form's identities say where they
can stand: a row's total is the sum of its applicants, and in every column received and carried in are
resolved and carried over, and resolved is the sum of the outcomes. What every placing that keeps them all
has in common is certain; the rest is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from operator import or_

Vector = int
"""Counts by applicant in one number, each in its own bits with a guard bit above, so that tables add up fast."""
_BITS = 22
_COUNT = (1 << _BITS) - 1
_GUARDS = sum(1 << (_BITS * column + _BITS - 1) for column in range(6))
_LARGEST = 1 << (_BITS - 2)
Placing = tuple[int | None, ...]
"""By column, the number of the count that stands there; None for a blank."""

RECEIVED, CARRIED_IN = "requests.received", "requests.carried_in"
RESOLVED, CARRIED_OUT = "requests.resolved", "requests.carried_out"
_STOCKS = (RECEIVED, CARRIED_IN, RESOLVED, CARRIED_OUT)
_MOST_SUMS = 12_000
"""Ways to part a run of digits that are followed."""
_MOST_STEPS = 1_000_000
"""Sums that are tried for one table; one that needs more is left undecided."""
_LONGEST_COUNT = 6
"""Digits of one count of the disputes table."""
_LONGEST_RUN = 14
"""Digits of a row that ran together."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a row: its counts as (begin, end, value), in order, and the columns they stand in."""

    counts: tuple[tuple[int, int, float], ...]
    placing: Placing

    def cell(self, column: int) -> tuple[int, int, float] | None:
        number = self.placing[column]
        return None if number is None else self.counts[number]


@dataclass(slots=True)
class Row:
    """A row of the table as lines give it: either the values of its counts (`counts`), or one run of
    digits that holds them all (`run`). `complete` where every column has its count."""

    indicator: str
    counts: list[float] = field(default_factory=list)
    run: str = ""


def align(
    rows: Sequence[Row], columns: int, total: int
) -> dict[int, dict[int, tuple[int, int, float]]] | None:
    """By row number and column, the counts that stand there for certain, as (begin, end, value): begin and
    end are a count's number in the row and the next, or places in its run of digits. `total` is the column
    of the totals. None where no placing keeps the identities, or too many would have to be tried."""
    by_indicator = {row.indicator: number for number, row in enumerate(rows)}
    if len(by_indicator) != len(rows) or any(name not in by_indicator for name in _STOCKS):
        return None
    if any(not 0 <= count < _LARGEST or count % 1 for row in rows for count in row.counts):
        return None
    outcomes = [number for number, row in enumerate(rows) if row.indicator not in _STOCKS]
    surviving: list[set[Way]] = [set() for _ in rows]
    budget = [_MOST_STEPS]
    for without_totals in (False, True):
        ways = [
            list(_ways(row, columns, total, without_totals and n in outcomes)) for n, row in enumerate(rows)
        ]
        if all(ways) and not _keep(rows, ways, by_indicator, outcomes, total, surviving, budget):
            return None
    if _only_totals(rows):
        return {}
    if not all(surviving):
        return None
    found: dict[int, dict[int, tuple[int, int, float]]] = {}
    for number, kept in enumerate(surviving):
        first, *others = kept
        for column in range(columns):
            cell = first.cell(column)
            if cell is not None and all(other.cell(column) == cell for other in others):
                found.setdefault(number, {})[column] = cell
    return found


def _only_totals(rows: Sequence[Row]) -> bool:
    """Whether no row has two counts: they may all be totals, or all of one column."""
    return all(len(row.counts) < 2 and len(row.run) < 2 for row in rows)


def _ways(row: Row, columns: int, total: int, without_total: bool) -> Iterator[Way]:
    """The ways to read a row that keep its own sum. A total is blank only where there is nothing to add,
    or (`without_total`) in all outcomes alike."""
    for counts in _partings(row, columns):
        values = [value for _, _, value in counts]
        for places in combinations(range(columns), len(counts)):
            if total in places:
                if without_total and any(values):
                    continue
                printed = values[places.index(total)]
                if len(counts) < columns and sum(values) != 2 * printed:
                    continue
            elif any(values) and not without_total:
                continue
            placing: list[int | None] = [None] * columns
            for number, place in enumerate(places):
                placing[place] = number
            yield Way(counts, tuple(placing))


def _partings(row: Row, columns: int) -> Iterator[tuple[tuple[int, int, float], ...]]:
    if not row.run:
        yield tuple((number, number + 1, value) for number, value in enumerate(row.counts))
        return
    if len(row.run) <= _LONGEST_RUN:
        yield from _cuts(row.run, columns)


def _cuts(run: str, columns: int) -> Iterator[tuple[tuple[int, int, float], ...]]:
    """A run of digits as one count for each column, the last of them the sum of the others."""

    def cut(
        at: int, parts: tuple[tuple[int, int, float], ...], sum_: int
    ) -> Iterator[tuple[tuple[int, int, float], ...]]:
        if len(parts) == columns - 1:
            last = run[at:]
            if last and (last[0] != "0" or len(last) == 1) and int(last) == sum_:
                yield (*parts, (at, len(run), float(sum_)))
            return
        for end in range(at + 1, len(run) - (columns - len(parts) - 2)):
            value = int(run[at:end])
            yield from cut(end, (*parts, (at, end, float(value))), sum_ + value)
            if run[at] == "0":
                break

    yield from cut(0, (), 0)


def _keep(
    rows: Sequence[Row],
    ways: list[list[Way]],
    by_indicator: dict[str, int],
    outcomes: list[int],
    total: int,
    surviving: list[set[Way]],
    budget: list[int],
) -> bool:
    """Add to `surviving` the ways that take part in some reading of the whole table that keeps the column
    identities. False where there were too many to try."""
    by_vector: list[dict[Vector, list[Way]]] = []
    for choices in ways:
        grouped: dict[Vector, list[Way]] = {}
        for way in choices:
            grouped.setdefault(_vector(way, total), []).append(way)
        by_vector.append(grouped)
    stocks = [by_indicator[name] for name in _STOCKS]
    received, carried_in, resolved, carried_out = (by_vector[number] for number in stocks)
    budget[0] -= len(received) * len(carried_in) + len(resolved) * len(carried_out)
    if budget[0] < 0:
        return False
    brought: dict[Vector, list[tuple[Vector, Vector]]] = {}
    for n in received:
        for p in carried_in:
            brought.setdefault(n + p, []).append((n, p))
    # Many choices last: fewer sums on the way
    order = sorted(outcomes, key=lambda number: len(by_vector[number]))
    choices_in_order = [list(by_vector[number]) for number in order]
    for t in resolved:
        carried = [c for c in carried_out if t + c in brought]
        if not carried:
            continue
        kept = _sums_to(choices_in_order, t, budget)
        if kept is None:
            return False
        if outcomes and not kept:
            continue
        chosen = [set[Vector](), set[Vector](), {t}, set(carried)]
        for pairs in [brought[t + c] for c in carried]:
            chosen[0].update(n for n, _ in pairs)
            chosen[1].update(p for _, p in pairs)
        for number, vectors in [*zip(stocks, chosen, strict=True), *zip(order, kept, strict=True)]:
            for vector in vectors:
                surviving[number].update(by_vector[number][vector])
    return True


def _vector(way: Way, total: int) -> Vector:
    """The values of a row by applicant, a blank as nothing."""
    vector = shift = 0
    for column, number in enumerate(way.placing):
        if column != total:
            if number is not None:
                vector += int(way.counts[number][2]) << shift
            shift += _BITS
    return vector


def _sums_to(rows: list[list[Vector]], goal: Vector, budget: list[int]) -> list[set[Vector]] | None:
    """Of each row the vectors that take part in some choice of one vector a row whose sum is `goal`;
    [] where there is no such choice, None where there are too many to try."""
    fitting = _reaching(rows, goal, budget)
    if fitting is None:
        return []
    if budget[0] < 0:
        return None
    guarded = goal | _GUARDS
    needed = [goal]
    """By number of rows, what they have to add up to at the least, for those after them to reach the goal."""
    for row in reversed(fitting):
        needed.append(needed[-1] - _least(needed[-1], _most(row)))
    needed.reverse()
    reached: list[set[Vector]] = [{0}]
    for number, row in enumerate(fitting):
        sums: set[Vector] = set()
        least = needed[number + 1]
        for vector in row:
            budget[0] -= len(reached[-1])
            if budget[0] < 0:
                return None
            # A column over its goal, or under what the rows to come can make up for, borrows its guard bit
            sums.update(
                [
                    grown
                    for before in reached[-1]
                    if (guarded - (grown := before + vector)) & ((grown | _GUARDS) - least) & _GUARDS
                    == _GUARDS
                ]
            )
        reached.append(sums)
    if goal not in reached[-1]:
        return []
    wanted = {goal}
    kept: list[set[Vector]] = []
    for number in range(len(fitting) - 1, -1, -1):
        earlier = reached[number]
        mine: set[Vector] = set()
        before: set[Vector] = set()
        for vector in fitting[number]:
            if found := {after - vector for after in wanted} & earlier:
                mine.add(vector)
                before |= found
        kept.append(mine)
        wanted = before
    return kept[::-1]


def _reaching(rows: list[list[Vector]], goal: Vector, budget: list[int]) -> list[list[Vector]] | None:
    """The rows with those vectors that each column for itself allows: with some of the other rows' counts
    it comes to the goal there. None where a row has none. Sets of sums are bits of one number."""
    columns = [(shift, goal >> shift & _COUNT) for shift in range(0, 6 * _BITS, _BITS)]
    rows = list(rows)
    changed = True
    while changed and budget[0] > 0:
        changed = False
        for shift, target in columns:
            values = [{vector >> shift & _COUNT for vector in row} for row in rows]
            budget[0] -= sum(map(len, values)) * (4 + (target >> 12)) // 4
            # by row, the sums from which those after it can still come to the goal
            leading = [1 << target]
            for row_values in reversed(values):
                leading.append(_either(leading[-1] >> value for value in row_values))
            reached = 1
            for number, row_values in enumerate(values):
                ends = leading[len(rows) - number - 1]
                fitting = {value for value in row_values if reached << value & ends}
                if not fitting:
                    return None
                if len(fitting) < len(row_values):
                    changed = True
                    rows[number] = [vector for vector in rows[number] if vector >> shift & _COUNT in fitting]
                reached = _either(reached << value for value in fitting) & ((2 << target) - 1)
    return rows


def _either(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def _most(row: Iterable[Vector]) -> Vector:
    """The largest count of each column."""
    vectors = list(row)
    return sum(
        max(vector >> shift & _COUNT for vector in vectors) << shift for shift in range(0, 6 * _BITS, _BITS)
    )


def _least(one: Vector, other: Vector) -> Vector:
    """The smaller count of each column."""
    return sum(
        min(one >> shift & _COUNT, other >> shift & _COUNT) << shift for shift in range(0, 6 * _BITS, _BITS)
    )


def align_groups(counts: Sequence[float], groups: int, size: int) -> dict[int, int] | None:
    """The disputes table with lost blanks: `groups` times `size` columns, the last of each the sum of the
    others. By column, the number of the count that stands there for certain; None where nothing fits."""
    columns = groups * size
    common: dict[int, int | None] | None = None
    for places in combinations(range(columns), len(counts)):
        placed = dict(zip(places, range(len(counts)), strict=True))
        if not all(_adds_up(counts, placed, group * size, size) for group in range(groups)):
            continue
        if common is None:
            common = {column: placed.get(column) for column in range(columns)}
        else:
            common = {column: number for column, number in common.items() if placed.get(column) == number}
    if common is None:
        return None
    return {column: number for column, number in common.items() if number is not None}


def cut_groups(run: str, groups: int, size: int) -> list[tuple[int, int]] | None:
    """The disputes table whose counts ran together: where each of `groups` times `size` counts begins and
    ends, the last of each group the sum of the others. None where there is no way to cut the digits, or
    more than one."""
    ways: list[tuple[tuple[int, int], ...]] = []
    tried = 0

    def cut(at: int, parts: tuple[tuple[int, int], ...], sum_: int) -> None:
        nonlocal tried
        tried += 1
        if len(ways) > 1 or tried > _MOST_SUMS:
            return
        if len(parts) == groups * size:
            if at == len(run):
                ways.append(parts)
            return
        if len(parts) % size == size - 1:
            total = str(sum_)
            if run.startswith(total, at):
                cut(at + len(total), (*parts, (at, at + len(total))), 0)
            return
        longest = len(run) - (groups * size - len(parts) - 1)
        for end in range(at + 1, min(longest, at + _LONGEST_COUNT) + 1):
            cut(end, (*parts, (at, end)), sum_ + int(run[at:end]))
            if run[at] == "0":
                break

    cut(0, (), 0)
    return list(ways[0]) if len(ways) == 1 and tried <= _MOST_SUMS else None


def _adds_up(counts: Sequence[float], placed: dict[int, int], first: int, size: int) -> bool:
    parts = [counts[placed[column]] for column in range(first, first + size - 1) if column in placed]
    total = placed.get(first + size - 1)
    return sum(parts) == (counts[total] if total is not None else 0)
