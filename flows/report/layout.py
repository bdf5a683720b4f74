"""Layouts: what a form's tables say whatever their counts.

Which indicator a cell belongs to follows from the labels, the shape of the tables and from which cells
hold digits, never from the digits. The reports of a site share all three, and most reports of a year a
good part, so what was found for one is kept for the next of the same layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flows.report.facts import Cells
from flows.report.rows import RowReader, era_of
from flows.report.types import Document, EraName, Grid, Span

Signature = tuple[tuple[tuple[Span, ...], tuple[str, ...]], ...]
"""Of each table the shape, and the texts with a 0 for any number of digits alone. Four digits may be a
year over a column, and stay."""

_DIGITS = "0"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the facts stand in the tables of one layout, in reading order."""

    cells: Cells
    at: tuple[int, ...]
    """The printed cell of each, counted through all tables."""
    amounts: tuple[tuple[int, str | None], ...]
    """Which of them are sums of money, and the unit that their label names."""
    sections: frozenset[str]
    era: EraName | None
    era_evidence: str


def signature_of(document: Document) -> Signature:
    return tuple([(tuple(grid.shape), tuple(map(_masked, grid.texts))) for grid in document.grids])


def _masked(text: str) -> str:
    return _DIGITS if text.isdigit() and (len(text) != 4 or text[0] not in "12") else text


@lru_cache(maxsize=256)
def layout_of(signature: Signature) -> Layout | None:
    """The layout of tables that were read without a doubt; None where anything in them was not: labels of
    no form, columns to choose from, sections that the page's lines may hold."""
    reader = RowReader()
    at = 0
    for number, (shape, texts) in enumerate(signature, 1):
        grid = Grid(list(texts), list(shape), 0)
        reader.read_table(grid.table(number, range(at, at + len(texts))))
        at += len(texts)
    reader.close_headings()
    if not reader.has_whole_form:
        return None
    reader.finish()
    if reader.unmapped or reader.notes or any(hit.column or hit.cell.start is None for hit in reader.hits):
        return None
    era, evidence = era_of(reader) if reader.hits else (None, "")
    hits = reader.hits
    cells = Cells(
        [hit.indicator for hit in hits],
        [hit.applicant for hit in hits],
        [hit.unit for hit in hits],
        [hit.location for hit in hits],
    )
    at_cells = tuple([hit.cell.start or 0 for hit in hits])
    amounts = tuple([(place, hit.unit_hint) for place, hit in enumerate(hits) if hit.unit.endswith("元")])
    return Layout(cells, at_cells, amounts, frozenset(reader.sections), era, evidence)
