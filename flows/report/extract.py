"""Document → facts: every printed cell that the forms' labels map, with its number and its place.

Real tables are read first (`flows.report.rows`); what they do not give is looked for in the page's lines
(`flows.report.flattened`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.report.aliases import Aliases
from flows.report.flattened import read_lines
from flows.report.layout import Layout, layout_of, signature_of
from flows.report.number import in_unit, read_number
from flows.report.rows import Hit, RowReader, era_of
from flows.report.types import Document, EraName, Fact, Method, Number


@dataclass(slots=True)
class Extraction:
    """What the tables of a document hold."""

    facts: list[Fact] = field(default_factory=list)
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

    def choose_column(self, scope: str | None, year: int | None) -> None:
        """Keep of several sets of counts those of the report's scope or year."""
        if not self.columns:
            return
        name = str(year) if any(name.isdigit() for name in self.columns) else scope
        if name == "single_agency":
            name = "own_level"
        chosen = self.columns.get(name or "", [])
        others = {id(fact) for facts in self.columns.values() for fact in facts}
        self.facts = [fact for fact in self.facts if id(fact) not in others] + chosen
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
    reader.finish()
    result = Extraction(sections=reader.sections, unmapped=reader.unmapped, notes=reader.notes)
    result.lines = [
        edge
        for hit in reader.hits
        if hit.method == "flattened" and hit.cell.start is not None
        for edge in (hit.cell.start, hit.cell.start + len(hit.cell.text))
    ]
    result.facts = [to_fact(hit, document) for hit in reader.hits]
    if any(hit.column for hit in reader.hits):
        for hit, fact in zip(reader.hits, result.facts, strict=True):
            if hit.column:
                result.columns.setdefault(hit.column, []).append(fact)
        last = max(result.columns)
        left_out = {id(fact) for name, facts in result.columns.items() if name != last for fact in facts}
        result.facts = [fact for fact in result.facts if id(fact) not in left_out]
    if result.facts:
        result.era, result.era_evidence = era_of(reader)
    return result


def _facts_of(layout: Layout, document: Document) -> list[Fact]:
    """The facts of a document whose layout is known."""
    texts = [text for grid in document.grids for text in grid.texts]
    starts = [start for grid in document.grids for start, _ in zip(grid.starts(), grid.texts, strict=False)]
    return [
        _fact(
            document,
            place.indicator,
            place.applicant,
            place.unit,
            texts[place.at].strip(),
            starts[place.at],
            place.location,
            "table",
            place.unit_hint,
        )
        for place in layout.places
    ]


def to_fact(hit: Hit, document: Document) -> Fact:
    """The fact of a printed cell: its number in the codebook's unit, its words as in the source."""
    cell = hit.cell
    return _fact(
        document,
        hit.indicator,
        hit.applicant,
        hit.unit,
        cell.text,
        cell.start,
        hit.location,
        hit.method,
        hit.unit_hint,
    )


def _fact(
    document: Document,
    indicator: str,
    applicant: str,
    unit: str,
    raw: str,
    start: int | None,
    location: str,
    method: Method,
    unit_hint: str | None,
) -> Fact:
    number = read_number(raw.replace("\n", "") if "\n" in raw else raw)
    if unit[-1] == "元" and number.state == "reported":
        if number.unit is None and unit_hint:
            number = Number(number.value, number.state, number.qualifier, unit_hint)
        number = in_unit(number, unit)
    end: int | None = None
    if start is not None:
        end = start + len(raw)
        if document.repairs:
            if document.passes:
                last = document.locate(end - 1) + 1 if raw else document.locate(end)
                start, end = document.locate(start), last
            raw = document.source[start:end] or raw
    return Fact(
        indicator,
        number.value,
        number.state,
        unit,
        raw,
        location,
        method,
        applicant,
        number.qualifier,
        start,
        end,
    )
