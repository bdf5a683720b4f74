"""Rows of table cells → hits: each printed cell under the indicator that its labels give it.

Rows are read one by one whatever table they stand in, because real pages cut one table into several,
run three into one and repeat headings after a page break: what a row is, its own labels say; what its
columns are, the last headings say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest

from flows.report import columns
from flows.report.eras import active, form_2008, form_2014, form_2019, form_2021, tables
from flows.report.eras.form import Form
from flows.report.eras.order import rows_between
from flows.report.headings import (
    SUBTOTAL,
    Columns,
    Fields,
    applicant_columns,
    dispute_columns,
    dispute_of,
    fields_of,
    money_unit,
    route_of,
)
from flows.report.label import label_key
from flows.report.number import read_number
from flows.report.types import TOTAL, Cell, EraName, Method, Table

FORMS: dict[str, Form] = {form.era: form for form in (form_2014.FORM, form_2019.FORM, form_2021.FORM)}

APPLICANT, REQUEST, SUBJECT, FIELD, ROUTE, OUTCOME, STATISTIC, HEADING = range(8)
ROLES: dict[str, int] = {
    **dict.fromkeys(tables.APPLICANT_HEADINGS, APPLICANT),
    **dict.fromkeys(
        [label for label in tables.APPLICANTS if label not in tables.OTHER | tables.TOTALS], APPLICANT
    ),
    **dict.fromkeys(tables.REQUESTS, REQUEST),
    **dict.fromkeys(active.SUBJECTS, SUBJECT),
    **dict.fromkeys([*form_2019.FORM.fields, *form_2021.FORM.fields, *active.SHARED_FIELDS], FIELD),
    active.CUT_FIELD: FIELD,
    active.CONTENT_HEADING: FIELD,
    **dict.fromkeys(tables.DISPUTE_ROUTES, ROUTE),
    **dict.fromkeys([label for label in tables.DISPUTE_OUTCOMES if label not in tables.TOTALS], OUTCOME),
    **dict.fromkeys(form_2014.STATISTICS, STATISTIC),
    **dict.fromkeys(form_2008.STATISTICS, STATISTIC),
    **dict.fromkeys(form_2014.HEADINGS, HEADING),
}
_WORDS = re.compile("[\u4e00-\u9fff]{2}")
UNIT_WORDS = frozenset(
    [
        "条",
        "件",
        "次",
        "篇",
        "个",
        "人",
        "人次",
        "万元",
        "元",
        "亿元",
        "项",
        "份",
        "起",
        "宗",
        "单位",
        "统计数",
        "指标",
        "数量",
        "计量单位",
        "统计指标",
    ]
)


@lru_cache(maxsize=65536)
def role(text: str) -> int | None:
    """What a cell's text is a label of; None where it is no label of a form. 其他 and 总计 are labels of
    rows and of columns alike, and have no role of their own."""
    key = label_key(text) if len(text) <= 300 else ""
    found = ROLES.get(key)
    if found is None and len(key) > 3:
        if form_2014.row_of(key):
            return STATISTIC
        if tables.request_row(text):
            return REQUEST
    return found


_AMBIGUOUS = tables.TOTALS | tables.OTHER | tables.OTHER_OUTCOMES


def is_label(text: str) -> bool:
    """Whether a text is a label of a form, those without a role of their own included."""
    return role(text) is not None or (len(text) <= 40 and label_key(text) in _AMBIGUOUS)


@lru_cache(maxsize=65536)
def is_value(text: str) -> bool:
    """Whether a cell can be a count: a number, a blank, a dash or 无, but no words."""
    if text == "" or text.isdigit() or text == "无":
        return True
    state = read_number(text).state
    return state != "text" and not (state == "illegible" and _WORDS.search(text.replace(" ", "")))


_FORM_APPLICANTS: Columns = [(applicant, frozenset()) for applicant in tables.APPLICANT_ORDER]
_FORM_DISPUTES: Columns = [(name, frozenset()) for name in tables.DISPUTE_ORDER]


@dataclass(slots=True)
class Hit:
    """A printed cell and the indicator its labels give it."""

    indicator: str
    applicant: str
    unit: str
    cell: Cell
    location: str
    method: Method = "table"
    unit_hint: str | None = None
    column: str = ""
    """Where a table prints several sets of counts, whose the cell is one of: a scope, or a year."""


@dataclass(slots=True)
class ActiveRow:
    """A row of table 1, kept until the page's own headings tell which year's form it follows."""

    subject: str
    fields: list[str | None]
    cells: list[tuple[Cell, str]]
    unit_hint: str | None
    method: Method = "table"


@dataclass(slots=True)
class DamagedRow:
    """A row whose label cannot be read, kept until another tells its place, with the row read before it."""

    before: str
    label: Cell
    values: list[Cell]
    cells: list[Cell]
    table: int


@dataclass(slots=True)
class RowReader:
    """Reads rows of cells in order; headings stay in force until others replace them."""

    hits: list[Hit] = field(default_factory=list)
    active_rows: list[ActiveRow] = field(default_factory=list)
    unmapped: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)
    """Labels seen that only one era's form prints, counted by era."""
    sections: set[str] = field(default_factory=set)
    section: str = ""
    """The section of the last row read, of active, requests, disputes, statistics."""
    applicants: Columns = field(default_factory=list)
    fields: Fields = field(default_factory=list)
    disputes: Columns = field(default_factory=list)
    heading: str = ""
    """Which headings are being read: applicants, disputes or fields; empty when a body is."""
    heading_rows: list[list[Cell]] = field(default_factory=list)
    statistic_section: str = ""
    damaged: list[DamagedRow] = field(default_factory=list)
    heads: dict[int, str | None] = field(default_factory=dict)
    """By column, what the headings over labels, units and counts say of it."""
    heads_row: int = -1
    heads_of: int = 0
    """The rows of the last table."""
    local: set[str] = field(default_factory=set)
    """The rows seen that only the local tables before 2014 print."""
    local_hits: list[Hit] = field(default_factory=list)
    method: Method = "table"
    printed: set[tuple[int, str]] = field(default_factory=set)
    """The rows of the long tables that were read, by table and indicator."""

    def read_table(self, table: Table) -> None:
        rows = table.rows
        self.heads_row = -1
        if self.heads and (
            len(rows[0]) != len(self.heads)
            or (self.section != "statistics" and self.heads_of > _MOST_HEAD_ROWS)
        ):
            # those of another table
            self.heads = {}
        self.heads_of = len(rows)
        if is_transposed(rows):
            if not _lost_spans(rows):
                self._read_turned(table)
            return
        self._read_rows(rows, table.number)

    def _read_turned(self, table: Table) -> None:
        """A table that has its form's rows as columns: read as the form has them, its cells placed as they
        are printed."""
        turned: dict[int, Cell] = {}
        printed: dict[int, Cell] = {}
        for line in table.rows:
            for cell in line:
                if cell is not None and id(cell) not in turned:
                    other = Cell(cell.text, cell.column, cell.row, cell.colspan, cell.rowspan, cell.start)
                    turned[id(cell)], printed[id(other)] = other, cell
        rows = [
            [None if cell is None else turned[id(cell)] for cell in column]
            for column in zip(*table.rows, strict=True)
        ]
        hits, active_rows, unmapped = len(self.hits), len(self.active_rows), len(self.unmapped)
        self._read_rows(rows, table.number)
        if self.damaged:
            self._read_damaged(None)
        for hit in self.hits[hits:]:
            hit.cell = printed[id(hit.cell)]
            hit.location = _place(table.number, hit.cell)
        for row in self.active_rows[active_rows:]:
            cells = [printed[id(cell)] for cell, _ in row.cells]
            row.cells = [(cell, _place(table.number, cell)) for cell in cells]
        self.unmapped[unmapped:] = [
            (label, text, _TURNED.sub(r"row \2 column \1", place))
            for label, text, place in self.unmapped[unmapped:]
        ]
        self.heads = {}

    def _read_rows(self, rows: list[list[Cell | None]], number: int) -> None:
        for line in rows:
            cells: list[Cell] = []
            last = None
            for cell in line:
                if cell is not None and cell is not last:
                    cells.append(cell)
                    last = cell
            if cells:
                self.read_row(cells, number)

    def read_row(self, cells: list[Cell], table: int) -> None:
        roles = [None if cell.text == "" or cell.text.isdigit() else role(cell.text) for cell in cells]
        kinds = set(roles)
        if ROUTE in kinds and self.section == "statistics" and len(cells) < _WIDEST_STATISTIC:
            # 行政复议, where the form has 行政复议数量
            roles = [
                STATISTIC if kind == ROUTE and form_2014.row_of(label_key(cell.text)) else kind
                for kind, cell in zip(roles, cells, strict=True)
            ]
            kinds = set(roles)
        disputed = ROUTE in kinds or OUTCOME in kinds
        if self.heading == "disputes" and (
            self._read_outcome(cells, table) or (disputed and self._read_route(cells, table))
        ):
            return
        if self.section == "disputes" and len(cells) < 5 and self._read_dispute_pair(cells, table):
            return
        is_heading = disputed or APPLICANT in kinds
        if REQUEST in kinds or (not is_heading and self._is_unnamed_request(cells)):
            if self._read_request(cells, roles, table):
                return
        if FIELD in kinds and _is_paired(cells, roles):
            return  # flows.report.pairs reads it
        if SUBJECT in kinds and ROUTE not in kinds and APPLICANT not in kinds:
            if self._read_active(cells, roles, table):
                return
        if STATISTIC in kinds:
            self._read_statistics(cells, roles, table)
            return
        if FIELD in kinds:
            self.read_fields(cells)
            return
        if APPLICANT in kinds:
            if self.heading != "applicants":
                self.heading, self.heading_rows = "applicants", []
            self.heading_rows.append(cells)
            return
        if disputed:
            if self._read_dispute_pair(cells, table):
                return
            if self.heading != "disputes":
                self.heading, self.heading_rows = "disputes", []
            self.heading_rows.append(cells)
            return
        if self.heading == "disputes" or self.disputes:
            if self._read_disputes(cells, table):
                return
        if self.heading:
            self.heading_rows.append(cells)
            return
        if len(cells) > 1 and columns.is_heading([cell.text for cell in cells]):
            self.read_heads(cells)
            return
        if len(cells) == len(tables.DISPUTE_ORDER) and self.read_unheaded_disputes(
            cells, _places(table, cells)
        ):
            return
        is_long = self.section in ("requests", "statistics") or (self.heads and not self.section)
        if is_long and self._keep_damaged(cells, table):
            return
        self._keep_unmapped(cells, table)

    @property
    def has_whole_form(self) -> bool:
        """Whether every section of a form was read, so that none is left for the page's lines."""
        return "statistics" in self.sections or {"active", "requests", "disputes"} <= self.sections

    def print_row(self, indicator: str, table: int) -> None:
        """Say so where a table prints a row a second time: with other counts a row was lost, with the same
        the table counts it twice."""
        if (table, indicator) in self.printed:
            self.notes.append(("table.row_twice", f"{indicator} is printed twice in table {table}"))
        self.printed.add((table, indicator))

    def enter(self, section: str) -> None:
        self.section = section
        self.sections.add(section)

    # --- the applications table -----------------------------------------------------------------

    def _is_unnamed_request(self, cells: list[Cell]) -> bool:
        """Whether a row is one of those whose label is only 其他, 其他处理 or 总计."""
        if not self.applicants and self.section != "requests":
            return False
        for cell in cells[:4]:
            key = label_key(cell.text) if len(cell.text) <= 40 else ""
            if (
                key in tables.TOTALS
                or key in tables.OTHER_OUTCOMES
                or (key in tables.OTHER and self._in_other())
            ):
                return any(is_value(other.text) for other in cells if other is not cell)
        return False

    def _in_other(self) -> bool:
        return bool(self.hits) and self.hits[-1].indicator.startswith("requests.other.")

    def _read_request(self, cells: list[Cell], roles: list[int | None], table: int) -> bool:
        """One row of the applications table. False where the row only looks like one (a heading)."""
        label_end = 0
        indicator: str | None = None
        in_other = False
        for index, cell in enumerate(cells):
            if cell.text == "" or cell.text.isdigit():
                if indicator or label_end:
                    break
                continue
            if roles[index] == REQUEST:
                indicator, label_end = tables.request_row(cell.text), index + 1
                continue
            key = label_key(cell.text)
            if key in tables.OTHER_OUTCOMES:
                in_other = True
                indicator, label_end = "requests.other", index + 1
            elif key in tables.OTHER and (in_other or self._in_other()):
                indicator, label_end = "requests.other.misc", index + 1
            elif key in tables.TOTALS and not is_value(cell.text):
                indicator, label_end = "requests.resolved", index + 1
            elif indicator and not is_value(cell.text) and index == label_end:
                # a note printed in a cell of its own beside the label
                if index + 1 < len(cells) and len(cells) - index - 1 >= max(1, len(self.applicants or ())):
                    label_end = index + 1
        values = cells[label_end:]
        if indicator is None or not values or not any(is_value(cell.text) for cell in values):
            return False
        self.close_headings()
        if self.damaged:
            self._read_damaged(indicator)
        if (
            in_other
            and indicator
            in ("requests.other.no_correction", "requests.other.no_payment", "requests.other.misc")
        ) or indicator.startswith("requests.other."):
            self.marks["2021"] += 1
        elif indicator == "requests.other":
            self.marks["2019"] += 1
        self.enter("requests")
        self.print_row(indicator, table)
        method = self.method
        self.hits += [
            Hit(
                indicator,
                applicant,
                "件",
                cell,
                f"table {table} row {cell.row + 1} column {cell.column + 1}",
                method,
            )
            for applicant, cell in self._by_applicant(values, indicator, table)
        ]
        return True

    def _by_applicant(self, values: list[Cell], indicator: str, table: int) -> list[tuple[str, Cell]]:
        order = self.applicants or _FORM_APPLICANTS
        if len(values) == len(order):
            pairs = [(applicant, cell) for (applicant, _), cell in zip(order, values, strict=True)]
            if self.has_subtotal:
                return self._without_subtotal(pairs, indicator, table)
            return pairs
        if len(values) == 1 and (values[0].text == "0" or not values[0].text) and self._spans_all(values[0]):
            # one nought, or nothing, for all applicants; the note keeps the layout from standing for others
            self.notes.append(("table.cells_merged", f"{indicator}: one cell stands for all applicants"))
            return [(applicant, values[0]) for applicant, _ in order if applicant != SUBTOTAL]
        placed: list[tuple[str, Cell]] = []
        for cell in values:
            covered = range(cell.column, cell.column + cell.colspan)
            owners = [applicant for applicant, columns in order if not columns.isdisjoint(covered)]
            if len(owners) == 1 and owners[0] not in [applicant for applicant, _ in placed]:
                placed.append((owners[0], cell))
            elif cell.text and not cell.text.endswith(("%", "％")):
                self.unmapped.append((indicator, cell.text, _place(table, cell)))
        return self._without_subtotal(placed, indicator, table) if self.has_subtotal else placed

    def _without_subtotal(
        self, pairs: list[tuple[str, Cell]], indicator: str, table: int
    ) -> list[tuple[str, Cell]]:
        """The cells of a row but the sum of the five kinds of organisations, which is no figure of its own; said
        where it is not their sum."""
        kept = [(applicant, cell) for applicant, cell in pairs if applicant != SUBTOTAL]
        counts = {applicant: read_number(cell.text) for applicant, cell in pairs}
        printed = counts.get(SUBTOTAL)
        parts = [counts[name].value for name in tables.APPLICANT_ORDER[1:-1] if name in counts]
        if printed is not None and printed.value is not None and printed.value != sum(filter(None, parts)):
            cell = next(cell for applicant, cell in pairs if applicant == SUBTOTAL)
            self.unmapped.append((f"{indicator} {SUBTOTAL}", cell.text, _place(table, cell)))
        return kept

    @property
    def has_subtotal(self) -> bool:
        return any(name == SUBTOTAL for name, _ in self.applicants)

    def _spans_all(self, cell: Cell) -> bool:
        """Whether a cell stands under the headings of all applicants."""
        covered = range(cell.column, cell.column + cell.colspan)
        return bool(self.applicants) and all(not places.isdisjoint(covered) for _, places in self.applicants)

    # --- rows whose label cannot be read ----------------------------------------------------------

    def _keep_damaged(self, cells: list[Cell], table: int) -> bool:
        """Whether a row has the counts of its table and a label that cannot be read: it waits for the next
        row that can, for its place may tell what it is."""
        before = self.hits[-1].indicator if self.hits else ""
        count = 1
        if self.section == "requests":
            count = len(self.applicants or tables.APPLICANT_ORDER)
            if not before.startswith("requests."):
                return False
        values, labels = cells[-count:], cells[:-count]
        if not any(cell.text for cell in values) or not all(is_value(cell.text) for cell in values):
            return False
        label = next((cell for cell in reversed(labels) if cell.text not in UNIT_WORDS), None)
        if label is None or len(label.text) < 2 or role(label.text) == HEADING:
            return False
        if label.text.isdigit() or not any("\u4e00" <= char <= "\u9fff" for char in label.text):
            return False
        self.damaged.append(DamagedRow(before, label, values, cells, table))
        return True

    def _names_damaged(self, after: str | None) -> list[str]:
        labels = [row.label.text for row in self.damaged]
        return rows_between(self.damaged[0].before, after, labels, statistics=self.section == "statistics")

    def _is_sum(self, row: DamagedRow) -> bool:
        """Whether a row of the applications table prints in every column the sum of the outcomes above it."""
        sums: Counter[str] = Counter()
        for hit in self.hits:
            if hit.indicator.startswith("requests.") and hit.indicator not in _NO_OUTCOMES:
                sums[hit.applicant] += int(read_number(hit.cell.text).value or 0)
        placed = self._by_applicant(row.values, row.before, row.table)
        return any(sums.values()) and all(read_number(cell.text).value == sums[name] for name, cell in placed)

    def _read_damaged(self, after: str | None) -> None:
        """Read the rows that wait, now that the one below them is known (None: that there is none)."""
        statistics = self.section == "statistics"
        names = self._names_damaged(after)
        rows, self.damaged = self.damaged, []
        if not names and len(rows) == 1 and after == "requests.carried_out" and self._is_sum(rows[0]):
            names = ["requests.resolved"]
        if any(hit.indicator in names for hit in self.hits):
            names = []
        for row, name in zip_longest(rows, names):
            if name is None:
                self._keep_unmapped(row.cells, row.table)
                continue
            place = _place(row.table, row.label)
            message = f"the row {row.label.text!r} ({place}) was read as {name} by its place"
            self.notes.append(("table.label_damaged", message))
            if statistics:
                self.statistic_section = form_2014.SECTIONS_OPENED.get(name, self.statistic_section)
                hint = next((cell.text for cell in row.cells if cell.text.endswith("元")), None)
                unit, (value,) = form_2014.UNITS.get(name, "件"), row.values
                self.hits.append(Hit(name, TOTAL, unit, value, _place(row.table, value), self.method, hint))
                continue
            for applicant, cell in self._by_applicant(row.values, name, row.table):
                self.hits.append(Hit(name, applicant, "件", cell, _place(row.table, cell), self.method))

    # --- headings over columns ------------------------------------------------------------------

    def close_headings(self) -> None:
        """Resolve the headings read so far, column by column, from their words top to bottom."""
        if not self.heading:
            return
        heading = tuple(
            [
                (cell.text, cell.row, cell.column, cell.column + cell.colspan)
                for cells in self.heading_rows
                for cell in cells
            ]
        )
        if self.heading == "fields":
            self.fields, marks = fields_of(heading)
            self.marks.update(marks)
        elif self.heading == "applicants":
            found = applicant_columns(heading)
            if len(found) >= 2:
                self.applicants = found
        else:
            found = dispute_columns(heading)
            if len(found) >= 3:
                self.disputes = found
        self.heading, self.heading_rows = "", []

    # --- disputes -------------------------------------------------------------------------------

    def _read_disputes(self, cells: list[Cell], table: int) -> bool:
        """The row of counts below the headings of the disputes table."""
        values = [cell for cell in cells if is_value(cell.text)]
        if len(values) < 3 or len(values) < len(cells) - 1:
            return False
        if self.heading == "disputes":
            self.close_headings()
        order = self.disputes or _FORM_DISPUTES
        led = not any(values[0].column in places for _, places in order)
        if len(values) == len(order) + 1 and led and _SERIAL.fullmatch(values[0].text):
            values = values[1:]
        if all(cell.text == "" for cell in values) and any(
            hit.indicator.startswith(("review.", "litigation.")) for hit in self.hits
        ):
            return True
        self.enter("disputes")
        if len(values) != len(order) and len(values) == len(_FORM_DISPUTES) and _are_sums(values):
            # headings cut in two rows whose spans were lost
            order = _FORM_DISPUTES
        if len(values) == len(order):
            pairs = [(name, cell) for (name, _), cell in zip(order, values, strict=True)]
        else:
            pairs = []
            for cell in values:
                owners = [name for name, columns in order if cell.column in columns]
                if len(owners) == 1:
                    pairs.append((owners[0], cell))
                elif cell.text and not (led and cell is values[0] and _SERIAL.fullmatch(cell.text)):
                    self.unmapped.append(("disputes", cell.text, _place(table, cell)))
        for name, cell in pairs:
            self.hits.append(Hit(name, TOTAL, "件", cell, _place(table, cell), self.method))
        self.disputes = []
        return True

    def read_unheaded_disputes(self, cells: list[Cell], places: list[str]) -> bool:
        """Whether a row below the applications table is the disputes table without its headings: fifteen
        counts of which each fifth is the sum of the four before it."""
        if self.section != "requests" or "disputes" in self.sections:
            return False
        if not _are_sums(cells):
            return False
        self.enter("disputes")
        for name, cell, place in zip(tables.DISPUTE_ORDER, cells, places, strict=True):
            self.hits.append(Hit(name, TOTAL, "件", cell, place, self.method))
        message = "the columns of the disputes table have no headings; read in the form's order"
        self.notes.append(("table.headings_missing", message))
        return True

    def _read_dispute_pair(self, cells: list[Cell], table: int) -> bool:
        """A row of the disputes table turned on its side: route, outcome, count."""
        labels = [cell.text for cell in cells if not is_value(cell.text)]
        values = [cell for cell in cells if is_value(cell.text)]
        while len(values) > 1 and values[0].text == "":
            # the places under the route that a row above names
            values = values[1:]
        if not labels or len(values) != 1 or len(labels) > 4:
            return False
        name = dispute_of(labels)
        if name is None and self.section == "disputes" and self.hits:
            # the route is printed once, and its cell's span was lost
            route, _, _ = self.hits[-1].indicator.rpartition(".")
            name = dispute_of([_ROUTE_LABELS.get(route, ""), *labels])
            if name is None or any(hit.indicator == name for hit in self.hits):
                return False
        if name is None:
            return False
        self.enter("disputes")
        self.hits.append(Hit(name, TOTAL, "件", values[0], _place(table, values[0]), self.method))
        return True

    def _read_outcome(self, cells: list[Cell], table: int) -> bool:
        """A row of the disputes table turned on its side with the routes as columns: an outcome and its
        count by each route."""
        labels = [cell for cell in cells if not is_value(cell.text)]
        if len(labels) != 1 or len(cells) < 3:
            return False
        outcome = tables.DISPUTE_OUTCOMES.get(label_key(labels[0].text))
        values = [cell for cell in cells if cell.column > labels[0].column]
        if outcome is None:
            return False
        routes = [self._route_over(cell) for cell in values]
        if None in routes or len(set(routes)) != len(routes) or len(routes) < 2:
            return False
        self.enter("disputes")
        for route, cell in zip(routes, values, strict=True):
            self.hits.append(Hit(f"{route}.{outcome}", TOTAL, "件", cell, _place(table, cell), self.method))
        return True

    def _read_route(self, cells: list[Cell], table: int) -> bool:
        """A row of the disputes table with the outcomes as columns: a route and its count by each outcome."""
        labels = [cell.text for cell in cells if not is_value(cell.text)]
        values = [cell for cell in cells if is_value(cell.text)]
        if not 0 < len(labels) < 4 or not any(cell.text for cell in values):
            return False
        route = route_of(labels)
        over = [(self._outcome_over(cell), cell) for cell in values]
        heads = [
            outcome
            for line in self.heading_rows
            for head in line
            if (outcome := tables.DISPUTE_OUTCOMES.get(label_key(head.text)))
        ]
        if len(heads) == len(values) == len(set(heads)):
            # one under each heading, whatever place a lost span moved it to
            over = list(zip(heads, values, strict=True))
        pairs = [(outcome, cell) for outcome, cell in over if outcome]
        if route is None or len(pairs) < 3 or len({outcome for outcome, _ in pairs}) != len(pairs):
            return False
        self.enter("disputes")
        for outcome, cell in pairs:
            self.hits.append(Hit(f"{route}.{outcome}", TOTAL, "件", cell, _place(table, cell), self.method))
        return True

    def _outcome_over(self, cell: Cell) -> str | None:
        """The outcome that the headings over a cell name last."""
        found = None
        for line in self.heading_rows:
            for head in line:
                if head.column <= cell.column < head.column + head.colspan:
                    found = tables.DISPUTE_OUTCOMES.get(label_key(head.text), found)
        return found

    def _route_over(self, cell: Cell) -> str | None:
        """The route that the headings over a cell name last."""
        found = None
        for line in self.heading_rows:
            for head in line:
                if head.column <= cell.column < head.column + head.colspan:
                    found = tables.DISPUTE_ROUTES.get(label_key(head.text), found)
        return None if found == "litigation" else found

    # --- table 1 --------------------------------------------------------------------------------

    def read_fields(self, cells: list[Cell]) -> None:
        """A row of column headings of table 1; 信息内容 begins a new set of them."""
        known = {id(cell) for line in self.heading_rows for cell in line}
        begins = any(
            label_key(cell.text) == active.CONTENT_HEADING and id(cell) not in known for cell in cells
        )
        if self.heading != "fields" or begins:
            self.heading, self.heading_rows = "fields", []
        self.heading_rows.append(cells)

    def _read_active(self, cells: list[Cell], roles: list[int | None], table: int) -> bool:
        at = roles.index(SUBJECT)
        values = cells[at + 1 :]
        while values and not is_value(values[0].text) and len(values) > max(1, len(self.fields)):
            values = values[1:]
        if not values or not any(is_value(cell.text) for cell in values):
            return False
        self.close_headings()
        subject = active.SUBJECTS[label_key(cells[at].text)]
        if subject in ("other_services", "procurement"):
            self.marks["2019"] += 1
        self.enter("active")
        names: list[str | None] = [name for name, _, _ in self.fields if name]
        if names and len(values) != len(names):
            # more or fewer cells than headings of the form: those under each cell
            names = [
                next((name for name, columns, _ in self.fields if cell.column in columns), None)
                for cell in values
            ]
        hint = next((hint for _, _, hint in self.fields if hint), None)
        self.active_rows.append(
            ActiveRow(subject, names, [(cell, _place(table, cell)) for cell in values], hint, self.method)
        )
        return True

    # --- the nine-section table of 2014 ---------------------------------------------------------

    def _read_statistics(self, cells: list[Cell], roles: list[int | None], table: int) -> None:
        """A row of label, unit and count; a sheet of two panels has two of them side by side."""
        self.enter("statistics")
        index = 0
        while index < len(cells):
            if roles[index] != STATISTIC:
                index += 1
                continue
            label = cells[index]
            key = label_key(label.text)
            indicator, unit = self.statistic(key)
            hits = self.local_hits if self.is_local(key) else self.hits
            hint = money_unit(label.text)
            index += 1
            value: Cell | None = None
            others: list[Cell] = []
            while index < len(cells) and roles[index] != STATISTIC:
                cell = cells[index]
                if cell.text in UNIT_WORDS:
                    hint = cell.text if cell.text.endswith("元") else hint
                elif value is None:
                    value = cell
                else:
                    others.append(cell)
                index += 1
            if value is None or not indicator:
                continue
            if self.damaged:
                self._read_damaged(indicator)
            if hits is self.hits:
                self.print_row(indicator, table)
            if not others and self.heads.get(value.column) not in (columns.OTHER, columns.REMARK):
                hits.append(Hit(indicator, TOTAL, unit, value, _place(table, value), self.method, hint))
            else:
                for column, cell in self._counts(label, [value, *others], table):
                    place = _place(table, cell)
                    hits.append(Hit(indicator, TOTAL, unit, cell, place, self.method, hint, column))

    def read_heads(self, cells: list[Cell]) -> None:
        """A row of headings over labels, units and counts; a second one below it tells its columns apart."""
        row = cells[0].row
        known = self.heads if row and self.heads_row == row - 1 else {}
        self.heads, self.heads_row = {}, row
        for cell in cells:
            kind = columns.column_kind(cell.text)
            for column in range(cell.column, cell.column + cell.colspan):
                self.heads[column] = columns.joined(known.get(column), kind)

    def _counts(self, label: Cell, cells: list[Cell], table: int) -> list[tuple[str, Cell]]:
        """Of several cells beside a label those that hold the year's count, each with the set it is of
        where the table prints several; none, and a note, where the headings do not tell."""
        kinds = [self.heads.get(cell.column) for cell in cells]
        wanted = columns.counting(self.heads.values())
        if wanted and (
            found := [(kind, cell) for kind, cell in zip(kinds, cells, strict=True) if kind in wanted]
        ):
            if len(wanted) == 1:
                return [("", next((cell for _, cell in found if cell.text), found[0][1]))]
            return [(str(kind), cell) for kind, cell in found]
        open_cells = [
            cell
            for kind, cell in zip(kinds, cells, strict=True)
            if kind not in (columns.LABEL, columns.UNIT, columns.REMARK, columns.OTHER)
        ]
        printed = [cell for cell in open_cells if cell.text and is_value(cell.text)]
        if len(printed) == 1 or (not printed and open_cells):
            return [("", printed[0] if printed else open_cells[0])]
        counts = [cell for cell in cells if cell.text and read_number(cell.text).state == "reported"]
        for cell in counts:
            self.unmapped.append((label.text, cell.text, _place(table, cell)))
        if counts:
            message = f"{label.text} has {len(counts)} counts and no heading tells which is the year's"
            self.notes.append(("table.columns_undecided", message))
        return []

    def is_local(self, key: str) -> bool:
        """Whether a row is one of the local tables before 2014. Those that tables of 2014 print alike are
        of the form whose rows there were more of."""
        if key in form_2008.OF_2014_TOO:
            return self.marks["2014"] <= self.marks["2008"]
        return key in form_2008.STATISTICS

    def statistic(self, key: str) -> tuple[str | None, str]:
        """The indicator of a row of the nine-section table, its section taken into account."""
        if not self.is_local(key):
            key = form_2008.OF_2014_TOO.get(key, key)
        key = form_2014.row_of(key) or key
        found = form_2014.STATISTICS.get(key)
        if found is None:
            self.marks["2008"] += 1
            self.local.add(key)
            return form_2008.STATISTICS[key]
        self.statistic_section = form_2014.SECTIONS.get(key, self.statistic_section)
        indicator, unit = found
        if "{section}" in indicator:
            if self.damaged and not self._names_damaged(indicator.format(section=self.statistic_section)):
                # perhaps a row that waits opened the section
                sections = [
                    name
                    for name in ("review", "litigation")
                    if self._names_damaged(indicator.format(section=name))
                ]
                if sections:
                    self._read_damaged(indicator.format(section=sections[0]))
            if not self.statistic_section:
                return None, unit
            indicator = indicator.format(section=self.statistic_section)
        if key not in form_2008.SHARED:
            self.marks["2014"] += 1
        return indicator, unit

    def _keep_unmapped(self, cells: list[Cell], table: int) -> None:
        """A row with counts that no label maps, in a table that has been read from."""
        if not (self.section or self.fields) or len(cells) < 2:
            return
        label = cells[0].text
        if not label or is_value(label) or len(label) > 60:
            return
        for cell in cells[1:]:
            if self.heads and self.heads.get(cell.column) in (columns.OTHER, columns.REMARK):
                continue
            if cell.text and read_number(cell.text).state == "reported":
                self.unmapped.append((label, cell.text, _place(table, cell)))

    # --- the end --------------------------------------------------------------------------------

    def finish(self) -> None:
        """Map the rows of table 1 by the form that the page's own headings follow, and drop what only looks
        like a local table of the years before 2014."""
        if self.damaged:
            self._read_damaged(None)
        if self.local_hits:
            if self.marks["2014"] >= _FEWEST_OF_2014:
                # rows of the form of 2014 in the words of the older tables
                printed = {hit.indicator for hit in self.hits}
                self.hits += [hit for hit in self.local_hits if hit.indicator not in printed]
                self.marks["2008"] = 0
            elif len(self.local) < form_2008.FEWEST_ROWS or self.marks["2019"] or self.marks["2021"]:
                self.unmapped += [(hit.indicator, hit.cell.text, hit.location) for hit in self.local_hits]
                self.marks["2008"] = 0
            else:
                self.hits = self.local_hits + self.hits
            self.local_hits = []
        self._note_doubled()
        era = "2019" if self.marks["2019"] > self.marks["2021"] else "2021"
        for row in self.active_rows:
            form = FORMS[era].active.get(row.subject)
            names: Sequence[str | None] = row.fields
            known = [name for name in names if name]
            other = FORMS["2021" if era == "2019" else "2019"].active.get(row.subject, {})
            if known and (form is None or any(name not in form for name in known)):
                # the row's own headings are those of the other form
                if all(name in other for name in known):
                    form = other
            if form is None:
                continue
            if not known:
                filled = [cell for cell, _ in row.cells if cell.text]
                if len(filled) != len(form) and len(row.cells) != len(form):
                    for cell, place in row.cells:
                        if cell.text:
                            self.unmapped.append((row.subject, cell.text, place))
                    continue
                names = list(form)
                self.notes.append(
                    (
                        "table.headings_missing",
                        f"the columns of {row.subject} have no headings; read in the form's order",
                    )
                )
            for index, (cell, place) in enumerate(row.cells):
                name = names[index] if index < len(names) else None
                if name is None or name not in form:
                    if cell.text and read_number(cell.text).state == "reported":
                        self.unmapped.append((row.subject, cell.text, place))
                    continue
                indicator, unit = form[name]
                hint = row.unit_hint if unit.endswith("元") else None
                self.hits.append(Hit(indicator, TOTAL, unit, cell, place, row.method, hint))
        self.active_rows = []

    def _note_doubled(self) -> None:
        """Say which rows stand twice in what lost its tables; a table that is repeated whole is none."""
        if any(rule == "table.row_twice" for rule, _ in self.notes):
            return
        lines: dict[str, set[int]] = {}
        for hit in self.hits:
            is_row = hit.indicator.startswith("requests.") and hit.applicant == TOTAL
            if is_row and hit.method == "flattened" and not hit.column:
                lines.setdefault(hit.indicator, set()).add(hit.cell.start or 0)
        doubled = [indicator for indicator, starts in lines.items() if len(starts) > 1]
        if len(doubled) <= _MOST_DOUBLED:
            self.notes += [("table.row_twice", f"{indicator} is printed twice") for indicator in doubled]


def era_of(reader: RowReader) -> tuple[EraName | None, str]:
    """The era whose labels the rows carried, and the words for it."""
    marks = reader.marks
    if marks["2008"] > marks["2014"]:
        return "2008", f"{marks['2008']} labels of the local tables before 2014"
    if marks["2014"] and marks["2014"] >= marks["2019"] + marks["2021"]:
        return "2014", f"{marks['2014']} labels of the nine-section table"
    if marks["2019"] or marks["2021"]:
        era: EraName = "2019" if marks["2019"] > marks["2021"] else "2021"
        return era, f"labels that only one form prints: {marks['2019']} of 2019, {marks['2021']} of 2021"
    return None, ""


def _is_paired(cells: list[Cell], roles: list[int | None]) -> bool:
    """Whether a row of table 1 prints a heading with its count beside it."""
    return any(
        kind == FIELD and cell.text != "" and is_value(cell.text)
        for kind, cell in zip(roles, cells[1:], strict=False)
    )


def _are_sums(cells: list[Cell]) -> bool:
    """Whether each fifth of the counts is the sum of the four before it; a dash counts nothing."""
    counts = [read_number(cell.text) for cell in cells]
    printed = sum(count.state == "reported" for count in counts)
    if printed < _FEWEST_OF_SUMS or any(count.state in ("text", "illegible") for count in counts):
        return False
    values = [count.value or 0.0 for count in counts]
    return all(sum(values[at : at + 4]) == values[at + 4] for at in range(0, len(values), 5))


def _lost_spans(rows: list[list[Cell | None]]) -> bool:
    """Whether headings of several rows have no spans and unequal lengths: which column is which is lost."""
    cells = [cell for line in rows[:3] for cell in line if cell is not None]
    has_spans = any(cell.rowspan > 1 or cell.colspan > 1 for cell in cells)
    return not has_spans and any(line[-1] is None for line in rows[:3])


def is_transposed(rows: list[list[Cell | None]]) -> bool:
    """Whether a table has the rows of a form as its columns."""
    for line in rows[:3]:
        seen: set[str] = set()
        for cell in line:
            if cell is None or cell.text in seen:
                continue
            if cell.text.isdigit():
                break
            if role(cell.text) in _ROW_ROLES:
                seen.add(cell.text)
        else:
            if len(seen) >= 3:
                return True
    return False


_MOST_DOUBLED = 3
"""Rows printed twice, beyond which the whole table is."""
_MOST_HEAD_ROWS = 3
"""Of a table that holds nothing but the headings of the next."""
_SERIAL = re.compile(r"\d{0,2}")
"""The number of a row, or nothing where its label would stand."""
_TURNED = re.compile(r"row (\d+) column (\d+)")
_FEWEST_OF_SUMS = 5
_WIDEST_STATISTIC = 6
_FEWEST_OF_2014 = 20
"""Rows of the form of 2014 that make a table one of that form."""
_ROUTE_LABELS = {route: label for label, route in reversed(tables.DISPUTE_ROUTES.items())}
_NO_OUTCOMES = frozenset(["requests.received", "requests.carried_in"])
_ROW_ROLES = frozenset([REQUEST, SUBJECT, STATISTIC])


def _places(table: int, cells: list[Cell]) -> list[str]:
    return [_place(table, cell) for cell in cells]


def _place(table: int, cell: Cell) -> str:
    return f"table {table} row {cell.row + 1} column {cell.column + 1}"
