"""Table 1 printed as names and values: 行政规范性文件 本年制发件数：3 本年废止件数：0 现行有效件数：12.

Pages for telephones, and copies of forms that were filled in field by field, print a table's cells so: the
subject once, then each heading with its value beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.report.eras import active, form_2019, form_2021
from flows.report.headings import money_unit
from flows.report.rows import ActiveRow, RowReader
from flows.report.types import Cell, Document, Method

_FIELDS = {**form_2019.FORM.fields, **form_2021.FORM.fields, **active.SHARED_FIELDS}


def _any_of(labels: dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, labels), key=len, reverse=True))


_PART = re.compile(
    rf"(?P<subject>{_any_of(active.SUBJECTS)})|"
    rf"(?P<field>(?:{_any_of(_FIELDS)})(?:\([^()\n]{{1,12}}\))?)(?P<between>[ \u3000]*[:：|]?[ \u3000]*\n?[ \u3000]*)"
    r"(?P<value>[-+]?\d[\d,.]*(?<![,.])(?:件|项|[万亿]?元)?|[/／—-]{1,2})(?=[\s,，;；、。|(]|$)"
)
_STOPS = re.compile("。|信息内容|第二十条")
"""What ends the reach of a subject."""
_FEWEST = 3
"""Pairs that make a table: a sentence may hold one or two."""


@dataclass(frozen=True, slots=True)
class _Pair:
    subject: str
    field: str
    label: str
    value: str
    start: int


def read_pairs(document: Document, reader: RowReader) -> None:
    """Add table 1 to `reader` from the pairs of a document that has it in no other shape."""
    for number, grid in enumerate(document.grids, 1):
        if "active" not in reader.sections:
            _read("|".join(grid.texts), grid.offset, f"table {number}", reader, "table")
    if "active" not in reader.sections:
        _read(document.text, 0, "", reader, "flattened")


def _read(text: str, offset: int, place: str, reader: RowReader, method: Method) -> None:
    if not any(label in text for label in ("制发件数", "处理决定数量", "现行有效件数", "新制作数量")):
        return
    rows: dict[str, list[_Pair]] = {}
    for pair in _pairs(text):
        rows.setdefault(pair.subject, []).append(pair)
    if sum(map(len, rows.values())) < _FEWEST:
        return
    for subject, found in rows.items():
        names = [pair.field for pair in found]
        if len(set(names)) < len(names):
            # the same field twice: another table's, or last year's
            continue
        for pair in found:
            for form in (form_2019.FORM, form_2021.FORM):
                reader.marks[form.era] += pair.label.partition("(")[0] in form.fields
        reader.marks["2019"] += subject in ("other_services", "procurement")
        cells = []
        for pair in found:
            line = text.count("\n", 0, pair.start)
            where = place or f"line {line + 1}"
            at = text.count("|", 0, pair.start) if place else pair.start - text.rfind("\n", 0, pair.start)
            cell = Cell(pair.value, line, 0, 1, 1, offset + pair.start)
            cells.append((cell, f"{where} {'cell' if place else 'character'} {at + (place != '')}"))
        hint = next(filter(None, (money_unit(pair.label) for pair in found)), None)
        reader.enter("active")
        reader.unmapped = [row for row in reader.unmapped if not _is_pair_of(row[0], subject)]
        reader.damaged = [row for row in reader.damaged if not _is_pair_of(row.label.text, subject)]
        reader.active_rows.append(ActiveRow(subject, list(names), cells, hint, method))


def _is_pair_of(label: str, subject: str) -> bool:
    """Whether a row's label is a subject with one of its headings: 规章本年制发件数."""
    match = _PART.match(f"{label} 0")
    return match is not None and active.SUBJECTS.get(match["subject"] or "") == subject


def _pairs(text: str) -> Iterator[_Pair]:
    subject, end = "", 0
    for match in _PART.finditer(text):
        if match["subject"]:
            subject, end = active.SUBJECTS[match["subject"]], match.end()
        elif subject and not _STOPS.search(text, end, match.start()):
            label = match["field"].partition("(")[0]
            yield _Pair(subject, _FIELDS[label], match["field"], match["value"], match.start("value"))
