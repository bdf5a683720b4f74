"""What the core passes around: the document as read, the facts in it and the findings about them.

Everything here is plain data. Offsets are character offsets into the *source text* of a document: the
decoded file for plain text, and for other formats the text as the reader took it out of the file,
before any repair.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from math import inf
from typing import Literal

Kind = Literal["annual_report", "other", "unreadable"]
AgencyType = Literal["government", "department", "township", "other"]
Scope = Literal["single_agency", "own_level", "territory_total", "unknown"]
EraName = Literal["2008", "2014", "2019", "2021"]
State = Literal["reported", "blank", "not_applicable", "text", "illegible"]
Qualifier = Literal["exact", "at_least", "about"]
Method = Literal["table", "flattened", "narrative", "ocr"]
Severity = Literal["critical", "warning", "info"]
Outcome = Literal["broken", "not_assessable"]

TOTAL = "total"
"""The applicant column that holds a row's total; also the applicant of every indicator that has none."""


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number as read: its value (None unless `state` is reported), state, qualifier and the
    unit printed with it (None where only digits stand)."""

    value: float | None
    state: State
    qualifier: Qualifier = "exact"
    unit: str | None = None


@dataclass(slots=True)
class Cell:
    """One printed table cell. A cell that spans several grid places stands in each of them."""

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    start: int | None = None
    """Offset of the cell's text in the source text; None where the reader cannot know it."""


@dataclass(slots=True)
class Table:
    """A table with its spans resolved: `rows[r][c]` is the cell printed at that place, None for a hole.
    Rows are equally long. `number` counts the tables of a document from 1, in reading order."""

    number: int
    rows: list[list[Cell | None]]
    caption: str = ""


Span = tuple[int, int, int, int]
"""Row, column, rowspan, colspan of one printed cell."""


@dataclass(slots=True)
class Grid:
    """A table as its reader gave it: the cells' texts in reading order, the place of each, and where the
    first of them begins in the document's text."""

    texts: list[str]
    shape: Sequence[Span]
    offset: int

    def starts(self) -> Iterable[int]:
        """Where each cell's text begins: one mark stands between two cells."""
        return accumulate([len(text) + 1 for text in self.texts], initial=self.offset)

    def table(self, number: int, starts: Iterable[int]) -> Table:
        """Each cell in every place it spans; a place that two cells claim goes to the first."""
        height = max([row + rowspan for row, _, rowspan, _ in self.shape], default=0)
        width = max([column + colspan for _, column, _, colspan in self.shape], default=0)
        rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
        for text, start, (row, column, rowspan, colspan) in zip(self.texts, starts, self.shape, strict=False):
            cell = Cell(text.strip(), row, column, rowspan, colspan, start)
            if rowspan == colspan == 1:
                rows[row][column] = cell
                continue
            for line in rows[row : row + rowspan]:
                for place in range(column, column + colspan):
                    if line[place] is None:
                        line[place] = cell
        return Table(number, rows)


@dataclass(slots=True)
class Document:
    """An original as normalised text: what the parser reads.

    `text` is repaired, simplified, one block a line, tables left out of it where the format has real
    tables; `locate` maps an offset in it to the source text. `repairs` counts the repairs by kind.
    """

    text: str
    grids: list[Grid]
    source: str = ""
    """The text before its repairs: what `locate` points into."""
    title: str | None = None
    """The page's own title (its heading, its metadata), not one found in the running text."""
    meta: dict[str, str] = field(default_factory=dict)
    """What the page says of itself in `<meta>` tags, by lower-case name (articletitle, pubdate, siteidcode)."""
    links: int = 0
    repairs: dict[str, int] = field(default_factory=dict)
    image_count: int = 0
    address: str | None = None
    passes: tuple[EditPass, ...] = ()
    """The repairs that changed the text, in the order they were made (see `flows.report.text`)."""
    prose: str = ""
    """The text without the room of its tables."""
    prose_parts: tuple[tuple[int, int], ...] = ()
    """Where each part of the prose begins: in it, and in the text."""

    _tables: list[Table] | None = None

    @property
    def tables(self) -> list[Table]:
        """The tables with their spans resolved, built when first asked for."""
        if self._tables is None:
            self._tables = [grid.table(number, grid.starts()) for number, grid in enumerate(self.grids, 1)]
        return self._tables

    def locate_in_prose(self, offset: int) -> int:
        """The offset in the source text of a character of `prose`."""
        in_prose, in_text = self.prose_parts[bisect_right(self.prose_parts, (offset, inf)) - 1]
        return self.locate(offset - in_prose + in_text)

    def locate(self, offset: int) -> int:
        """The offset in the source text of a character of `text`."""
        for edit_pass in reversed(self.passes):
            offset = edit_pass.source_offset(offset)
        return offset


class EditPass:
    """One pass of repairs over a text: where its edits stand before and after, for the way back."""

    __slots__ = ("_after", "_before", "_lengths")

    def __init__(self, edits: Sequence[tuple[int, int, str]]) -> None:
        """`edits`: (start, end, replacement) in offsets of the text before, ascending, not overlapping."""
        self._before: list[tuple[int, int]] = []
        self._after: list[int] = []
        self._lengths: list[int] = []
        shift = 0
        for start, end, replacement in edits:
            self._before.append((start, end))
            self._after.append(start + shift)
            self._lengths.append(len(replacement))
            shift += len(replacement) - (end - start)

    def source_offset(self, offset: int) -> int:
        """The offset before the pass of a character after it. Inside a replacement of equal length the
        place is exact; inside another it is the start of what was replaced, and past that its end."""
        index = bisect_right(self._after, offset) - 1
        if index < 0:
            return offset
        start, end = self._before[index]
        within = offset - self._after[index]
        if within >= self._lengths[index]:
            return end + within - self._lengths[index]
        return (
            start + within
            if self._lengths[index] == end - start
            else min(start + within, max(start, end - 1))
        )


@dataclass(slots=True)
class Fact:
    """One printed figure: an indicator of the codebook for one applicant column, as the report gives it.

    `value` is in the unit of the codebook (`unit`), and None unless `state` is reported. `raw` is the
    text as printed, `location` its place in words ("table 2 row 4 column 10", "characters 1200-1203"),
    `start` and `end` the same as offsets in the source text where they are known.
    """

    indicator: str
    value: float | None
    state: State
    unit: str
    raw: str
    location: str
    method: Method
    applicant: str = TOTAL
    qualifier: Qualifier = "exact"
    start: int | None = None
    end: int | None = None

    @property
    def key(self) -> str:
        return f"{self.indicator}|{self.applicant}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold, or could not be assessed, for one document."""

    rule: str
    severity: Severity
    message: str
    facts: tuple[str, ...] = ()
    observed: float | None = None
    expected: float | None = None
    outcome: Outcome = "broken"


@dataclass(frozen=True, slots=True)
class Identity:
    """An accounting identity of a form: the left terms and the right terms have the same sum (`=`), or
    the left is at most the right (`<=`).

    Terms are indicator names. With `by_applicant` it is checked in every applicant column; the special
    case of a row's total over its columns is not an Identity, it holds for every row of the table.
    `source` names the notice that prints the rule, or the form that implies it.
    """

    rule: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    relation: Literal["=", "<="] = "="
    by_applicant: bool = False
    severity: Severity = "warning"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of a form: its name in the codebook, the unit its values are kept in, and whether the
    form asks for it by applicant."""

    name: str
    unit: str
    by_applicant: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A division as resolved: its code and province (GB/T 2260), and the words that decided it."""

    code: str | None
    province: str | None
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decided property of a document with the words that decided it; `value` None means undecided."""

    value: str | int | date | None
    evidence: str


@dataclass(slots=True)
class Report:
    """Everything the core says of one original: the contract's `gongkai parse` object, plus evidence."""

    kind: Kind
    reason: str | None = None
    title: str | None = None
    agency: str | None = None
    agency_type: AgencyType | None = None
    scope: Scope | None = None
    division: str | None = None
    province: str | None = None
    year: int | None = None
    era: EraName | None = None
    published_on: date | None = None
    repairs: Mapping[str, int] = field(default_factory=dict)
    facts: Sequence[Fact] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    """Why each of kind, agency, scope, place, year and era was decided as it was: the words and where."""
    table_count: int = 0
    image_count: int = 0
    text_length: int = 0
    text_fingerprint: str | None = None
    """Hash of the repaired text without white space and digits: equal for mirrors and copied reports."""
