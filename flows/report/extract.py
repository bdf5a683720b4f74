"""Document → facts: every printed cell that the forms' labels map, with its number and its place.

Real tables are read first (`flows.report.rows`); what they do not give is looked for in the page's lines
(`flows.report.flattened`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import add

from flows.report.aliases import Aliases
from flows.report.facts import Facts
from flows.report.flattened import read_lines
from flows.report.layout import Layout, layout_of, signature_of
from flows.report.number import in_unit, read_number, read_numbers
from flows.report.pairs import read_pairs
from flows.report.rows import Hit, RowReader, era_of
from flows.report.types import Document, EraName, Fact, Number


@dataclass(slots=True)
class Extraction:
    """What the tables of a document hold."""

    facts: Facts = field(default_factory=lambda: Facts.of(()))
    era: EraName | None = None
    era_evidence: str = ""
    sections: set[str] = field(default_factory=set)
    """Of active, requests, disputes, statistics: those with at least one fact."""
    unmapped: list[tuple[str, str, str]] = field(default_factory=list)
    """(label, printed value, place) of in-scope cells that no label maps."""
    lines: list[int] = field(default_factory=list)
    """Where in the text the flattened counts begin and end."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """(rule, message) of what the reading itself had to assume."""
    columns: dict[str, list[Fact]] = field(default_factory=dict)
    """Where a table prints several sets of counts, the facts of each, by scope or year. Until one is chosen
    `facts` holds those of the last: the territory's total, or the latest year."""
    in_no_column: list[Fact] = field(default_factory=list)
    """The other facts of such a document."""

    def choose_column(self, scope: str | None, year: int | None) -> None:
        """Keep of several sets of counts those of the report's scope or year."""
        if not self.columns:
            return
        name = str(year) if any(name.isdigit() for name in self.columns) else scope
        if name == "single_agency":
            name = "own_level"
        chosen = self.columns.get(name or "", [])
        self.facts = Facts.of([*self.in_no_column, *chosen])
        left_out = ", ".join(sorted(set(self.columns) - {name}))
        if chosen:
            note = ("table.column_chosen", f"of several sets of counts those of {name}, not of {left_out}")
        else:
            message = f"sets of counts of {left_out}, none of the report's own scope or year ({name})"
            note = ("table.columns_undecided", message)
        self.notes.append(note)


def extract(document: Document, labels: Aliases | None = None) -> Extraction:
    """The facts of a document's tables, in reading order; a cell read twice is there twice. `labels` are
    the source's own wordings of the forms' labels."""
    known = layout_of(signature_of(document)) if labels is None else None
    if known is not None:
        return Extraction(
            facts=_facts_of(known, document),
            era=known.era,
            era_evidence=known.era_evidence,
            sections=set(known.sections),
        )
    return read_tables(document, labels)


def read_tables(document: Document, labels: Aliases | None) -> Extraction:
    """What the tables and lines of a document hold, cell by cell."""
    reader = RowReader()
    if labels is not None:
        labels.apply(document)
    for table in document.tables:
        reader.read_table(table)
    reader.close_headings()
    if not reader.has_whole_form:
        read_lines(document, reader, labels)
        read_pairs(document, reader)
    reader.finish()
    result = Extraction(sections=reader.sections, unmapped=reader.unmapped, notes=reader.notes)
    result.lines = [
        edge
        for hit in reader.hits
        if hit.method == "flattened" and hit.cell.start is not None
        for edge in (hit.cell.start, hit.cell.start + len(hit.cell.text))
    ]
    facts = [to_fact(hit, document) for hit in reader.hits]
    if any(hit.column for hit in reader.hits):
        read = list(zip(reader.hits, facts, strict=True))
        for hit, fact in read:
            if hit.column:
                result.columns.setdefault(hit.column, []).append(fact)
        result.in_no_column = [fact for hit, fact in read if not hit.column]
        last = max(result.columns)
        facts = [fact for hit, fact in read if not hit.column or hit.column == last]
    result.facts = Facts.of(facts)
    if result.facts:
        result.era, result.era_evidence = era_of(reader)
    return result


def _facts_of(layout: Layout, document: Document) -> Facts:
    """The facts of a document whose layout is known."""
    texts: list[str] = []
    offsets: list[int] = []
    for grid in document.grids:
        texts += grid.texts
        offsets += grid.starts()
        offsets.pop()
    raws = [texts[at].strip() for at in layout.at]
    starts = [offsets[at] for at in layout.at]
    numbers = read_numbers([raw.replace("\n", "") if "\n" in raw else raw for raw in raws])
    for at, unit_hint in layout.amounts:
        numbers[at] = _amount(numbers[at], layout.cells.unit[at], unit_hint)
    if document.passes:
        placed = [_in_source(document, raw, start) for raw, start in zip(raws, starts, strict=True)]
        raws, starts, ends = (
            (list(column) for column in zip(*placed, strict=True)) if placed else ([], [], [])
        )
    else:
        ends = [*map(add, starts, map(len, raws))]
        if document.repairs:
            source = document.source
            raws = [source[start:end] or raw for raw, start, end in zip(raws, starts, ends, strict=True)]
    return Facts(
        layout.cells,
        [number.value for number in numbers],
        [number.state for number in numbers],
        raws,
        ["table"] * len(raws),
        [number.qualifier for number in numbers],
        starts,
        ends,
    )


def to_fact(hit: Hit, document: Document) -> Fact:
    """The fact of a printed cell: its number in the codebook's unit, its words as in the source."""
    raw, start, end = hit.cell.text, hit.cell.start, None
    number = read_number(raw.replace("\n", "") if "\n" in raw else raw)
    if hit.unit[-1] == "元":
        number = _amount(number, hit.unit, hit.unit_hint)
    if start is not None:
        raw, start, end = _in_source(document, raw, start)
    return Fact(
        hit.indicator,
        number.value,
        number.state,
        hit.unit,
        raw,
        hit.location,
        hit.method,
        hit.applicant,
        number.qualifier,
        start,
        end,
    )


def _amount(number: Number, unit: str, unit_hint: str | None) -> Number:
    """A sum of money in the codebook's unit; `unit_hint` is the one that its label names."""
    if number.state != "reported":
        return number
    if number.unit is None and unit_hint:
        number = Number(number.value, number.state, number.qualifier, unit_hint)
    return in_unit(number, unit)


def _in_source(document: Document, raw: str, start: int) -> tuple[str, int, int]:
    """A cell's words as they stand in the source, and where."""
    end = start + len(raw)
    if not document.repairs:
        return raw, start, end
    if document.passes:
        last = document.locate(end - 1) + 1 if raw else document.locate(end)
        start, end = document.locate(start), last
    return document.source[start:end] or raw, start, end
