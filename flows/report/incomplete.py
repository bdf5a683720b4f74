"""Tables that print a form's rows but not all of them: a row dropped, or one that was not read.

A form prints a row whether or not it has anything to count, so a row that is not there is worth a look. Only
the rows of 规章 are left out of table 1 by right: most agencies below a province cannot make any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from flows.report.eras.order import ORDERS, label_of
from flows.report.eras.tables import APPLICANT_ORDER, DISPUTE_ORDER
from flows.report.facts import Cells, Facts
from flows.report.rows import FORMS
from flows.report.types import TOTAL, EraName, Finding

_REQUESTS_2019, _REQUESTS_2021, _STATISTICS = ORDERS
_BY_RIGHT = "active.rules."
_MOST_OF_THE_FORM = 0.6
"""The share of the rows of the nine-section table that says the table is the form's, not a local one."""
_MOST_EMPTY = 2
"""Cells without a figure in a table that prints its noughts, beyond which they are its custom."""
_FEWEST_FIGURES = {
    "requests": (("requests.",), 150),
    "disputes": (("review.", "litigation."), 12),
    "statistics": (("",), 45),
}
"""By section: what its indicators begin with, and how many cells with a figure make it a table that prints
its noughts."""
_NAMED = 4
_DASHES = re.compile("[一○]")
"""What is typed for a dash or a nought, and may be either."""


def incomplete_tables(facts: Facts, sections: set[str], era: EraName | None) -> list[Finding]:
    """A finding for each table that prints some rows or cells of its form and not the others.

    `facts` are those of tables, one a cell; `sections` those that the tables have. A cell that is printed
    blank is there. A table that is absent altogether is another finding, made elsewhere."""
    findings = _illegible(facts)
    findings += _not_printed(facts.cells, frozenset(sections), era)
    findings += _empty(facts, sections)
    return findings


@lru_cache(maxsize=256)
def _not_printed(printed: Cells, sections: frozenset[str], era: EraName | None) -> list[Finding]:
    """What tables with these cells lack of their forms; the reports of a layout lack the same."""
    columns: dict[str, set[str]] = {}
    for indicator, applicant in printed.keys:
        columns.setdefault(indicator, set()).add(applicant)
    findings: list[Finding] = []
    if "requests" in sections:
        rows = _request_rows(columns, era)
        findings += _rows("the applications table (依申请公开)", rows, columns)
        findings += _cells(rows, columns)
    if "disputes" in sections:
        findings += _rows("the disputes table (复议诉讼)", DISPUTE_ORDER, columns)
    if "active" in sections and era in ("2019", "2021"):
        findings += _rows("table 1 (主动公开)", _active_rows(era), columns)
    if "statistics" in sections and era == "2014":
        rows_printed = sum(row in columns for row in _STATISTICS)
        if rows_printed >= _MOST_OF_THE_FORM * len(_STATISTICS):
            findings += _rows("the statistics table (统计表)", _STATISTICS, columns)
    return findings


def _request_rows(columns: dict[str, set[str]], era: EraName | None) -> Sequence[str]:
    """The rows of the form that the outcomes follow: 其他处理 is one row, or three."""
    three = any(name.startswith("requests.other.") for name in columns)
    one = "requests.other" in columns
    return _REQUESTS_2021 if three or (era == "2021" and not one) else _REQUESTS_2019


def _active_rows(era: EraName) -> list[str]:
    return [
        indicator
        for cells in FORMS[era].active.values()
        for indicator, _ in cells.values()
        if not indicator.startswith(_BY_RIGHT)
    ]


def _rows(table: str, rows: Sequence[str], columns: dict[str, set[str]]) -> list[Finding]:
    missing = [row for row in rows if row not in columns]
    if not missing or len(missing) == len(rows):
        return []
    named = "、".join(f"{row} {label_of(row)}".strip() for row in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return [
        Finding(
            "table.rows_missing",
            "warning",
            f"{table} lacks {len(missing)} of the {len(rows)} figures of its form: {named}{more} (缺少表样所列项目)",
            tuple(f"{row}|{TOTAL}" for row in missing),
            observed=float(len(rows) - len(missing)),
            expected=float(len(rows)),
        )
    ]


def _cells(rows: Sequence[str], columns: dict[str, set[str]]) -> list[Finding]:
    """Rows of the applications table that lack a column; a table of totals alone lacks none."""
    every = {applicant for row in rows for applicant in columns.get(row, ())}
    if len(every) > 1:
        # a column that the form has, and no row
        every = set(APPLICANT_ORDER)
    missing = [
        f"{row}|{applicant}"
        for row in rows
        if row in columns
        for applicant in APPLICANT_ORDER
        if applicant in every and applicant not in columns[row]
    ]
    if not missing:
        return []
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return [
        Finding(
            "table.cells_missing",
            "warning",
            f"{len(missing)} cells of the applications table are not printed: {', '.join(missing[:_NAMED])}{more} "
            "(缺少单元格)",
            tuple(missing),
            observed=float(len(missing)),
            expected=0.0,
        )
    ]


def _empty(facts: Facts, sections: set[str]) -> list[Finding]:
    """The one cell or two that are blank in tables that print every other nought."""
    if "blank" not in facts.state:
        return []
    empty = [fact for fact in facts if fact.state == "blank" and not fact.indicator.startswith("active.")]
    if not 0 < len(empty) <= _MOST_EMPTY:
        return []
    for section, (prefixes, fewest) in _FEWEST_FIGURES.items():
        printed = sum(indicator.startswith(prefixes) for indicator in facts.cells.indicator)
        if section in sections and printed - len(empty) >= fewest:
            break
    else:
        return []
    named = ", ".join(f"{fact.key} ({fact.location})" for fact in empty)
    return [
        Finding(
            "table.cell_empty",
            "warning",
            f"blank where the table prints every other nought: {named} (空白单元格)",
            tuple(fact.key for fact in empty),
            observed=float(len(empty)),
            expected=0.0,
        )
    ]


def _illegible(facts: Facts) -> list[Finding]:
    """Cells in which digits stand that make no number."""
    if "illegible" not in facts.state:
        return []
    cells = [fact for fact in facts if fact.state == "illegible" and not _DASHES.fullmatch(fact.raw.strip())]
    if not cells:
        return []
    named = ", ".join(f"{fact.key} {fact.raw!r} ({fact.location})" for fact in cells[:_NAMED])
    more = f" and {len(cells) - _NAMED} more" if len(cells) > _NAMED else ""
    return [
        Finding(
            "table.cell_illegible",
            "warning",
            f"{len(cells)} cells hold digits that make no number: {named}{more} (无法识别的数值)",
            tuple(fact.key for fact in cells),
            observed=float(len(cells)),
            expected=0.0,
        )
    ]
