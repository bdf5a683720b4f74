"""Document → facts: every printed cell that the forms' labels map, with its number and its place.

Real tables are read first (`flows.report.rows`); what they do not give is looked for in the page's lines
(`flows.report.flattened`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.report.flattened import read_lines
from flows.report.number import in_unit, read_number
from flows.report.rows import Hit, RowReader
from flows.report.types import Document, EraName, Fact, Number


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


def extract(document: Document) -> Extraction:
    """The facts of a document's tables, in reading order; a cell read twice is there twice."""
    reader = RowReader()
    for table in document.tables:
        reader.read_table(table)
    reader.close_headings()
    if "statistics" not in reader.sections and not {"active", "requests", "disputes"} <= reader.sections:
        read_lines(document, reader)
    reader.finish()
    result = Extraction(sections=reader.sections, unmapped=reader.unmapped, notes=reader.notes)
    result.lines = [
        edge
        for hit in reader.hits
        if hit.method == "flattened" and hit.cell.start is not None
        for edge in (hit.cell.start, hit.cell.start + len(hit.cell.text))
    ]
    result.facts = [to_fact(hit, document) for hit in reader.hits]
    if result.facts:
        result.era, result.era_evidence = _era(reader)
    return result


def _era(reader: RowReader) -> tuple[EraName | None, str]:
    marks = reader.marks
    if marks["2014"] and marks["2014"] >= marks["2019"] + marks["2021"]:
        return "2014", f"{marks['2014']} labels of the nine-section table"
    if marks["2019"] or marks["2021"]:
        era: EraName = "2019" if marks["2019"] > marks["2021"] else "2021"
        return era, f"labels that only one form prints: {marks['2019']} of 2019, {marks['2021']} of 2021"
    return None, ""


def to_fact(hit: Hit, document: Document) -> Fact:
    """The fact of a printed cell: its number in the codebook's unit, its words as in the source."""
    cell = hit.cell
    raw = text = cell.text
    if "\n" in text:
        text = text.replace("\n", "")
    number = read_number(text)
    if hit.unit[-1] == "元" and number.state == "reported":
        if number.unit is None and hit.unit_hint:
            number = Number(number.value, number.state, number.qualifier, hit.unit_hint)
        number = in_unit(number, hit.unit)
    start = cell.start
    end: int | None = None
    if start is not None:
        end = start + len(raw)
        if document.repairs:
            if document.passes:
                last = document.locate(end - 1) + 1 if raw else document.locate(end)
                start, end = document.locate(start), last
            raw = document.source[start:end] or raw
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
