"""The facts of one report, side by side.

A report on the forms has 200 facts, nearly all of which are only ever added up, counted and written. So they are
kept as columns; what they are of (indicator, applicant, unit, place in the tables) is the same for all reports of
a layout, and is kept once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from flows.report.types import Fact, Method, Qualifier, State

Key = tuple[str, str]
"""Indicator and applicant."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What the facts of a report are of, whatever their values: a column for each property, in reading order."""

    indicator: Sequence[str]
    applicant: Sequence[str]
    unit: Sequence[str]
    location: Sequence[str]
    keys: tuple[Key, ...] = field(init=False)
    index: dict[Key, int] = field(init=False)
    """Where each figure stands first."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple(zip(self.indicator, self.applicant, strict=True)))
        index: dict[Key, int] = {}
        for at, key in enumerate(self.keys):
            index.setdefault(key, at)
        object.__setattr__(self, "index", index)

    @property
    def are_distinct(self) -> bool:
        """Whether no figure stands there twice."""
        return len(self.index) == len(self.keys)


@dataclass(slots=True, eq=False)
class Facts(Sequence[Fact]):
    """Facts in reading order, as columns. Each Fact is made when it is asked for, and is a copy."""

    cells: Cells
    value: Sequence[float | None]
    state: Sequence[State]
    raw: Sequence[str]
    method: Sequence[Method]
    qualifier: Sequence[Qualifier]
    start: Sequence[int | None]
    end: Sequence[int | None]

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Facts:
        """The same facts as columns."""
        if isinstance(facts, Facts):
            return facts
        facts = list(facts)
        return cls(
            Cells(
                [fact.indicator for fact in facts],
                [fact.applicant for fact in facts],
                [fact.unit for fact in facts],
                [fact.location for fact in facts],
            ),
            [fact.value for fact in facts],
            [fact.state for fact in facts],
            [fact.raw for fact in facts],
            [fact.method for fact in facts],
            [fact.qualifier for fact in facts],
            [fact.start for fact in facts],
            [fact.end for fact in facts],
        )

    def __len__(self) -> int:
        return len(self.value)

    @overload
    def __getitem__(self, at: int) -> Fact: ...
    @overload
    def __getitem__(self, at: slice) -> list[Fact]: ...
    def __getitem__(self, at: int | slice) -> Fact | list[Fact]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        cells = self.cells
        return Fact(
            cells.indicator[at],
            self.value[at],
            self.state[at],
            cells.unit[at],
            self.raw[at],
            cells.location[at],
            self.method[at],
            cells.applicant[at],
            self.qualifier[at],
            self.start[at],
            self.end[at],
        )

    def __iter__(self) -> Iterator[Fact]:
        cells = self.cells
        return map(
            Fact,
            cells.indicator,
            self.value,
            self.state,
            cells.unit,
            self.raw,
            cells.location,
            self.method,
            cells.applicant,
            self.qualifier,
            self.start,
            self.end,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __repr__(self) -> str:
        return f"Facts({list(self)})"
