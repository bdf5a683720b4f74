"""Tables that lost their markup: labels and counts as lines, or between bars, tabs or runs of spaces.

The text is cut into tokens; a token that is a label of a form takes the tokens after it as its counts,
up to the next label. Rows of several columns (the applications and disputes tables) are read in the
form's order of columns, and only where the number of counts fits; where blanks were lost with the
markup, only what is certain is taken, and said so.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from flows.report import columns
from flows.report.aliases import Aliases
from flows.report.align import Row, align, align_groups, cut_groups
from flows.report.eras import active, form_2014, form_2019, form_2021, tables
from flows.report.eras.order import ORDERS
from flows.report.headings import (
    OUTCOMES,
    SUBTOTAL,
    applicant,
    applicants_in_order,
    disputes_in_order,
    money_unit,
)
from flows.report.label import label_key
from flows.report.lines import (
    RULE,
    SOFT,
    barred_runs,
    grid_of,
    is_bracketed,
    keeps_columns,
    lacks_applicants,
    lacks_heads,
    lacks_labels,
    lacks_routes,
    merged,
    sections_of,
    tokens_of,
    unmarked,
    with_bars,
)
from flows.report.number import read_number
from flows.report.rows import (
    APPLICANT,
    FIELD,
    FORMS,
    HEADING,
    OUTCOME,
    REQUEST,
    ROUTE,
    STATISTIC,
    SUBJECT,
    UNIT_WORDS,
    ActiveRow,
    Hit,
    RowReader,
    is_value,
    role,
)
from flows.report.types import TOTAL, Cell, Document

# A line of prose that holds a label's words is no label
_MOST_TOKENS_APART = 8
_SHARE = re.compile(r"[-+]?[\d.]+[%％]")
_MOST_HEADINGS = 14
"""Tokens before the first label of the nine-section table among which its headings stand."""


def read_lines(document: Document, reader: RowReader, labels: Aliases | None = None) -> None:
    """Add to `reader` the sections that its tables did not give, from the document's lines."""
    text = document.text
    if labels is None and not _worth_reading(text):
        return
    done = frozenset(reader.sections)
    text = with_bars(text)
    is_open = text is not document.text
    lines = text.split("\n")
    reader.method = "flattened"
    taken: set[int] = set()
    for number, (first, last) in enumerate(barred_runs(lines), len(document.tables) + 1):
        grid = grid_of(lines, first, last, number, is_open)
        if "*" in text or "\\" in text:
            grid.rows = [[cell and unmarked(cell) for cell in line] for line in grid.rows]
        if labels is not None:
            grid.rows = [[cell and labels.cell(cell) for cell in line] for line in grid.rows]
        if (
            keeps_columns(grid)
            and not done & sections_of(grid)
            and (reader.heads or not lacks_heads(grid))
            and not lacks_routes(grid)
            and not lacks_labels(grid)
            and (reader.applicants or not lacks_applicants(grid))
        ):
            reader.read_table(grid)
            taken.update(range(first, last))
    reader.close_headings()
    tokens = (
        map(unmarked, tokens_of(text, taken, is_open))
        if "*" in text or "\\" in text
        else tokens_of(text, taken, is_open)
    )
    if labels is not None:
        tokens = map(labels.cell, tokens)
    LineReader(list(merged(tokens)), reader, done).read()


_WORTH = re.compile(
    "主动公开信息数|答复总数|上年结转|本年新收|结转下年|收到申请数|主动公开政府信息数|处理决定数|结果纠正|依法纠错数|申请办结数|现行有效件"
)


def _worth_reading(text: str) -> bool:
    return _WORTH.search(text) is not None or "结转下" in text.replace(" ", "")


def _parted(digits: str, count: int, *, adds_up: bool) -> list[tuple[int, int]] | None:
    """Where `count` numbers that ran together begin and end; with `adds_up` the last is the sum of the
    others. None where there is no way, or more than one."""
    if len(digits) == count:
        parts = [(at, at + 1) for at in range(count)]
        numbers = [int(digit) for digit in digits]
        return parts if not adds_up or sum(numbers[:-1]) == numbers[-1] else None
    if not adds_up or not count < len(digits) <= _LONGEST_GLUED:
        return None
    ways: list[list[tuple[int, int]]] = []

    def part(at: int, parts: list[tuple[int, int]], total: int) -> None:
        if len(ways) > 1:
            return
        if len(parts) == count - 1:
            last = digits[at:]
            if (last[0] != "0" or len(last) == 1) and int(last) == total:
                ways.append([*parts, (at, len(digits))])
            return
        longest = len(digits) - (count - len(parts) - 1)
        for end in range(at + 1, longest + 1):
            part(end, [*parts, (at, end)], total + int(digits[at:end]))
            if digits[at] == "0":
                break

    part(0, [], 0)
    return ways[0] if len(ways) == 1 else None


_LONGEST_GLUED = 24


@dataclass(slots=True)
class _RequestRow:
    """A row of the applications table and the counts that stand behind its label, or the one run of digits
    that holds them; `complete` where every column has one."""

    indicator: str
    printed: list[Cell]
    complete: bool = False
    run: Cell | None = None


class LineReader:
    """Walks the tokens once; each label takes its counts and the walk goes on behind them."""

    def __init__(self, tokens: list[Cell], reader: RowReader, done: frozenset[str]) -> None:
        tokens = _without_serials(tokens)
        if _are_spaced(tokens):
            tokens = [token for token in tokens if token.rowspan != SOFT]
        self.tokens = tokens
        self.reader = reader
        self.done = done
        """Sections that real tables gave."""
        self.roles = [
            None if not token.text or token.text.isdigit() else role(token.text) for token in tokens
        ]
        self._drop_serials()
        self.has_remarks = False
        self.heads = self._value_heads()
        rows = [token.row for token, kind in zip(self.tokens, self.roles, strict=True) if kind == REQUEST]
        self.long_lines = {row for row in set(rows) if rows.count(row) > _FEWEST_ROWS_ON_A_LINE}
        """Lines that hold a whole table."""
        self.spans_kept: bool | None = None
        self.in_other = False
        self.route = ""
        self.routes: list[str] = []
        self.outcomes: list[str] = []
        # those of a run of lines that kept its columns
        self.applicants = applicants_in_order([name for name, _ in reader.applicants])
        self.request_rows: list[_RequestRow] = []
        """The rows of the applications table whose blank cells may be lost."""

    def _drop_serials(self) -> None:
        """Leave out the numbers that count the rows, where each stands on a line of its own before its label."""
        places = [
            at
            for at in range(1, len(self.tokens) - 1)
            if self.tokens[at].text.isdigit()
            and self.roles[at + 1] in (STATISTIC, HEADING)
            and self.tokens[at].row != self.tokens[at + 1].row
        ]
        numbers = [int(self.tokens[at].text) for at in places]
        counted = sum(after == before + 1 for before, after in itertools.pairwise(numbers))
        if len(places) < _FEWEST_NUMBERED or counted < 0.8 * (len(places) - 1):
            return
        gone = set(places)
        self.tokens = [token for at, token in enumerate(self.tokens) if at not in gone]
        self.roles = [kind for at, kind in enumerate(self.roles) if at not in gone]

    def _read_turned(self) -> None:
        """The applications table turned on its side: all labels of its rows, then an applicant's counts by each.
        Lines tell the labels row of headings by row, so that the form's own order is that of the columns."""
        labels = [at for at, kind in enumerate(self.roles) if kind == REQUEST]
        if "requests" in self.done or len(labels) < _FEWEST_TURNED:
            return
        begin = labels[0]
        end = next((at for at in range(begin, len(self.tokens)) if self._counts_turned(at)), begin)
        names = {tables.request_row(self.tokens[at].text) for at in labels if at < end}
        order = next(
            (
                order
                for order in ORDERS[:2]
                if names <= set(order) and set(order) - names == _UNNAMED & set(order)
            ),
            None,
        )
        if order is None:
            return
        if any(token.text and is_value(token.text) for token in self.tokens[begin:end]):
            return
        found: list[tuple[str, list[Cell]]] = []
        at = end
        while at < len(self.tokens):
            key = label_key(self.tokens[at].text)
            if key in tables.APPLICANT_HEADINGS or not key:
                at += 1
                continue
            values, behind = self._values(at + 1)
            chosen = _chosen(values, [value for value in values if value.text], len(order))
            if key not in tables.APPLICANTS or chosen is None:
                break
            found.append((tables.APPLICANTS[key], chosen))
            at = behind
        if len(found) < _FEWEST_APPLICANTS:
            return
        self.reader.enter("requests")
        for name, values in found:
            for indicator, value in zip(order, values, strict=True):
                self._hit(indicator, name, "件", value)
        self.reader.marks["2021" if "requests.other.misc" in order else "2019"] += 1
        del self.tokens[begin:at], self.roles[begin:at]

    def _counts_turned(self, at: int) -> bool:
        """Whether a token is an applicant with a count for each row of the form."""
        is_named = label_key(self.tokens[at].text) in tables.APPLICANTS
        return is_named and len(self._values(at + 1)[0]) >= _FEWEST_TURNED

    def read(self) -> None:
        self._read_turned()
        at = 0
        while at < len(self.tokens):
            at = self._read_at(at)
        self._align()

    def _read_at(self, at: int) -> int:
        kind = self.roles[at]
        token = self.tokens[at]
        is_total = kind == ROUTE and self.reader.section == "statistics"
        if kind == STATISTIC or (is_total and form_2014.row_of(label_key(token.text))):
            return self._statistic(at)
        if kind == REQUEST:
            indicator = tables.request_row(token.text)
            return self._request(at, indicator) if indicator else at + 1
        if kind == FIELD:
            return self._fields(at)
        if kind == SUBJECT:
            return self._subject(at)
        if kind in (ROUTE, OUTCOME):
            return self._dispute_heading(at)
        if kind == APPLICANT:
            return self._applicant_heading(at)
        if kind is None and token.text and not token.text.isdigit() and len(token.text) <= 40:
            key = label_key(token.text)
            if key in tables.OTHER_OUTCOMES and "requests" in self.reader.sections:
                self.in_other = True
                return self._request(at, "requests.other")
            if self.in_other and key in tables.OTHER:
                return self._request(at, "requests.other.misc")
            if key in tables.TOTALS and self.reader.section == "requests":
                return self._request(at, "requests.resolved")
        complete = len(self.outcomes) == len(tables.DISPUTE_ORDER)
        if self.outcomes and (token.text or complete) and is_value(token.text):
            return self._dispute_counts(at)
        if token.text and self.reader.section == "requests" and is_value(token.text):
            values, end = self._values(at)
            if len(values) == len(tables.DISPUTE_ORDER):
                self.reader.read_unheaded_disputes(values, [self._location(value) for value in values])
            return max(end, at + 1)
        return at + 1

    def _values(self, at: int) -> tuple[list[Cell], int]:
        """The counts that stand from `at` on, blanks between bars included, and where they end: with the
        line where the label before them is on it."""
        values: list[Cell] = []
        line = self.tokens[at - 1].row if at else -1
        on_line = at < len(self.tokens) and self.tokens[at].row == line
        while at < len(self.tokens):
            token = self.tokens[at]
            if self.roles[at] is not None or not is_value(token.text) or (on_line and token.row != line):
                break
            values.append(token)
            at += 1
        return values, at

    def _run(self, label: int | None, values: list[Cell], count: int) -> Cell | None:
        """The token of digits that stands for several columns, where the counts of a row ran together."""
        if len(values) != 1 or count < 2 or not values[0].text.isdigit() or len(values[0].text) < count:
            return None
        if label is not None and values[0].row != self.tokens[label].row:
            return None
        return values[0]

    def _touch(self, label: int, value: Cell) -> bool:
        """Whether nothing stands between a label and the digits behind it."""
        token = self.tokens[label]
        return token.start is not None and token.start + len(token.text) == value.start

    def _cut(self, name: str, run: Cell, parts: list[tuple[int, int]]) -> list[Cell]:
        self.reader.notes.append(
            ("flattened.glued", f"{name}: {run.text} was parted into {len(parts)} counts")
        )
        return [_piece(run, start, end) for start, end in parts]

    def _unglue(self, label: int | None, values: list[Cell], count: int) -> list[Cell]:
        """The counts of a row; where one token of digits stands for several columns, the columns if each
        has one digit, and else none (it is reported as unmapped)."""
        run = self._run(label, values, count)
        if run is None:
            return values
        name = self.tokens[label].text if label is not None else "disputes"
        parts = _parted(run.text, count, adds_up=False)
        if label is None:
            parts = cut_groups(run.text, count // 5, 5)
        if parts is None:
            self.reader.unmapped.append((name, run.text, self._location(run)))
            return []
        return self._cut(name, run, parts)

    # --- 2014 -----------------------------------------------------------------------------------

    def _statistic(self, at: int) -> int:
        token = self.tokens[at]
        key = label_key(token.text)
        indicator, unit = self.reader.statistic(key)
        hint = money_unit(token.text)
        if "statistics" in self.done or indicator is None:
            return at + 1
        following = at + 1
        counts: list[Cell] = []
        unit_printed = False
        while following < len(self.tokens) and following - at <= _MOST_TOKENS_APART:
            candidate = self.tokens[following]
            if self.roles[following] is not None or (label_key(candidate.text) in form_2014.HEADINGS):
                break
            if candidate.text in UNIT_WORDS:
                hint = candidate.text if candidate.text.endswith("元") else hint
                unit_printed = True
            elif is_value(candidate.text) or _SHARE.fullmatch(candidate.text):
                counts.append(candidate)  # blanks too
            elif not _is_note(candidate.text) or any(count.text for count in counts):
                break
            following += 1
        if not unit_printed and not any(count.text or count.rowspan != SOFT for count in counts):
            return at + 1
        hits = self.reader.local_hits if self.reader.is_local(key) else self.reader.hits
        if hits and hits[-1].indicator == indicator:
            self.reader.notes.append(("table.row_twice", f"{indicator} is printed twice in a row"))
        for column, value in self._counts_of_year(token, counts):
            self.reader.enter("statistics")
            hits.append(Hit(indicator, TOTAL, unit, value, self._location(value), "flattened", hint, column))
        return following if counts else at + 1

    def _counts_of_year(self, label: Cell, cells: list[Cell]) -> list[tuple[str, Cell]]:
        """Of the cells behind a label those of the year, each with the set of counts it is of where the
        headings tell of several: the only count, or those whose place among the headings says so. Several
        counts without headings are of no known column."""
        counts = [cell for cell in cells if cell.text]
        wanted = columns.counting(self.heads)
        if len(self.heads) > 1 and wanted:
            cells = counts if len(counts) == len(self.heads) else cells
            if len(cells) >= len(self.heads):
                found = [
                    (kind, cell) for kind, cell in zip(self.heads, cells, strict=False) if kind in wanted
                ]
                return [("" if len(wanted) == 1 else str(kind), cell) for kind, cell in found]
        elif self.has_remarks and len(self.heads) == 1 and counts:
            return [("", cells[0])]
        elif (len(counts) == 1 and is_value(counts[0].text)) or not counts:
            return [("", cell) for cell in (counts or cells)[:1]]
        elif counts[0].row == label.row and all(count.row != label.row for count in counts[1:]):
            return [("", counts[0])]
        if not counts:
            return []
        message = f"{label.text} has {len(counts)} counts and no heading tells which is the year's"
        self.reader.notes.append(("table.columns_undecided", message))
        self.reader.unmapped += [(label.text, count.text, self._location(count)) for count in counts]
        return []

    def _value_heads(self) -> list[str | None]:
        """The headings of the columns of counts, in the order of the first row of headings over labels,
        units and counts. A column of remarks, which most rows leave blank, is none."""
        first = next((at for at, kind in enumerate(self.roles) if kind == STATISTIC), 0)
        kinds: list[str | None] = []
        begun = False
        for token in self.tokens[max(0, first - _MOST_HEADINGS) : first]:
            kind = columns.column_kind(token.text)
            if kind in (columns.LABEL, columns.UNIT):
                if kinds:
                    break
                begun = True
            elif not token.text:
                continue  # a place under a heading over several columns
            elif begun and kind is not None:
                if kind == columns.REMARK:
                    self.has_remarks = True
                else:
                    kinds.append(kind)
            elif kinds:
                break
        if kinds[:1] == [columns.COUNT] and len(kinds) == 1 + max(
            map(self._counts_at, range(first, len(self.roles)))
        ):
            return kinds[1:]  # a heading over the others
        return kinds

    def _counts_at(self, at: int) -> int:
        """How many counts stand behind a label of the nine-section table and its unit; 0 for other tokens."""
        if self.roles[at] != STATISTIC:
            return 0
        has_unit = at + 1 < len(self.tokens) and self.tokens[at + 1].text in UNIT_WORDS
        return sum(value.text != "" for value in self._values(at + 1 + has_unit)[0])

    # --- applications ---------------------------------------------------------------------------

    def _applicant_heading(self, at: int) -> int:
        """The applicants in the order printed; 法人或其他组织 is followed by its five."""
        before = next((token.text for token in reversed(self.tokens[:at]) if token.text), "")
        # 总计 is no label of its own, and may be the first heading
        found = [TOTAL] if label_key(before) in tables.TOTALS else []
        following = at
        while following < len(self.tokens) and len(found) < 12:
            token = self.tokens[following]
            name = applicant(token.text, found)
            if name:
                found.append(name)
            elif name is None and not RULE.fullmatch(token.text):
                break
            following += 1
        order = applicants_in_order(found)
        if order:
            self.applicants = order
        return max(following, at + 1)

    def _request(self, at: int, indicator: str) -> int:
        is_noted = at + 1 < len(self.tokens) and _is_bracketed_note(self.tokens[at + 1].text)
        values, end = self._values(at + 1 + is_noted)
        if "requests" in self.done:
            return max(end, at + 1)
        order = self.applicants or list(tables.APPLICANT_ORDER)
        if values and len(values) < len(order) and not any(value.text for value in values):
            # the places that the label spans, and the counts on the lines below
            below, behind = self._values(end)
            if below and len([value for value in below if value.text]) == len(order):
                values, end = below, behind
        run = self._run(at, values, len(order))
        if run is not None:
            adds_up = order[-1] == TOTAL and SUBTOTAL not in order
            if (parts := _parted(run.text, len(order), adds_up=adds_up)) is None:
                self._enter_request(indicator)
                self.request_rows.append(_RequestRow(indicator, [], run=run))
                return end
            values = self._cut(self.tokens[at].text, run, parts)
        printed = [value for value in values if value.text != ""]
        chosen = self._chosen_in_row(at, indicator, values, printed, len(order))
        if chosen is None and not printed:
            self.request_rows.append(_RequestRow(indicator, []))
            return at + 1
        self._enter_request(indicator)
        if chosen is None:
            self.request_rows.append(_RequestRow(indicator, printed))
            return end
        if len(printed) < len(order):
            self.reader.notes.append(
                ("flattened.blanks", f"{indicator}: blanks between bars were read as blank cells")
            )
        self.request_rows.append(_RequestRow(indicator, chosen, complete=True))
        for name, value in zip(order, chosen, strict=True):
            if name != SUBTOTAL:
                self._hit(indicator, name, "件", value)
        return end

    def _chosen_in_row(
        self, at: int, indicator: str, values: list[Cell], printed: list[Cell], count: int
    ) -> list[Cell] | None:
        """The cells of a row of the applications table. Where the whole table is one line, empty places
        under a spanning label may stand before the counts: those of the complete rows tell."""
        if len(printed) == count or len(values) <= count or self.tokens[at].row not in self.long_lines:
            return _chosen(values, printed, count)
        if self.spans_kept is None:
            self.spans_kept = self._keeps_spans(count)
        first = _PLACES_BEFORE.get(indicator, 0) if self.spans_kept else 0
        found = values[first : first + count]
        outside = values[:first] + values[first + count :]
        return found if len(found) == count and not any(value.text for value in outside) else None

    def _keeps_spans(self, count: int) -> bool:
        """Whether empty places stand under the cells that span columns and rows: before the counts of a
        complete row, or before the second line of the applicants, which has four cells of others above it."""
        for at, kind in enumerate(self.roles):
            if kind == REQUEST and tables.request_row(self.tokens[at].text) in _PLACES_BEFORE:
                values, _ = self._values(at + 1)
                if sum(value.text != "" for value in values) == count:
                    return values[0].text == ""
        for at, token in enumerate(self.tokens):
            if tables.APPLICANTS.get(label_key(token.text)) == "business":
                before = next((n for n in range(at) if self.tokens[at - 1 - n].text), at)
                return before == _PLACES_BEFORE_BUSINESS
        return False

    def _enter_request(self, indicator: str) -> None:
        self.reader.enter("requests")
        if (
            self.request_rows
            and self.request_rows[-1].indicator == indicator
            and self.request_rows[-1].printed
        ):
            self.reader.notes.append(("table.row_twice", f"{indicator} is printed twice in a row"))
        if indicator == "requests.other":
            self.reader.marks["2019"] += 1
        elif indicator.startswith("requests.other."):
            self.reader.marks["2021"] += 1

    def _align(self) -> None:
        """Place the counts of the rows that lost their blank cells, as far as the form's identities leave
        no choice; where they do not hold, only totals that are the sum of the other counts."""
        rows: dict[str, _RequestRow] = {}
        for row in self.request_rows:
            first = rows.setdefault(row.indicator, row)
            if first is not row and not first.printed and first.run is None:
                rows[row.indicator] = row
        if all(row.complete or not (row.printed or row.run) for row in rows.values()):
            return
        order = self.applicants or list(tables.APPLICANT_ORDER)
        if TOTAL not in order:
            return
        total = order.index(TOTAL)
        given = [
            Row(
                row.indicator,
                [read_number(cell.text).value or 0.0 for cell in row.printed],
                row.run.text if row.run else "",
            )
            for row in rows.values()
        ]
        # 其他处理 alone is the heading of its rows where it has no counts of its own
        headings = {"requests.other"} if any(name.startswith("requests.other.") for name in rows) else set()
        kept = [number for number, row in enumerate(given) if row.indicator not in headings or row.counts]
        found = None
        if SUBTOTAL not in order:
            found = align([given[number] for number in kept], len(order), total)
        lost = [row for row in rows.values() if not row.complete and (row.printed or row.run)]
        listed = list(rows.values())
        placed = 0
        for index, number in enumerate(kept):
            row = listed[number]
            cells = {} if found is None or row.complete else found.get(index, {})
            for column, (begin, end, _) in cells.items():
                cell = row.printed[begin] if row.run is None else _piece(row.run, begin, end)
                self._hit(row.indicator, order[column], "件", cell)
                placed += 1
            if row.run is not None and not cells:
                self.reader.unmapped.append((row.indicator, row.run.text, self._location(row.run)))
        if found is None and total == len(order) - 1:
            placed += sum(self._certain_total(row) for row in lost)
        printed = sum(len(order) if row.run else len(row.printed) for row in lost)
        how = "no placing keeps the form's sums" if found is None else "placed by the form's sums"
        self.reader.notes.append(
            (
                "flattened.blanks_lost",
                (
                    f"{len(lost)} rows of the applications table have fewer counts than columns, their blank cells "
                    f"were lost: {how}, {placed} of {printed} counts have a certain place (空白单元格丢失，按勾稽关系对齐)"
                ),
            )
        )

    def _certain_total(self, row: _RequestRow) -> int:
        """The last count is the row's total where the others add up to it; which columns the others stand
        in cannot be known."""
        *parts, total = [read_number(value.text).value for value in row.printed] or [None]
        if parts and total and None not in parts and sum(part or 0 for part in parts) == total:
            self._hit(row.indicator, TOTAL, "件", row.printed[-1])
            return 1
        return 0

    # --- disputes -------------------------------------------------------------------------------

    def _dispute_heading(self, at: int) -> int:
        token = self.tokens[at]
        key = label_key(token.text)
        route = tables.DISPUTE_ROUTES.get(key)
        if route:
            self.route = route
            if route in ("review", "litigation") and len(self.outcomes) >= 15:
                self.outcomes, self.routes = [], []
            self.routes.append(route)
        outcome = tables.DISPUTE_OUTCOMES.get(key)
        following = at + 1
        if route and self._by_outcome(route, following):
            return following + self._places_of_route(following) + len(self.outcomes)
        if outcome and self.roles[at] == OUTCOME:
            value = self.tokens[following] if following < len(self.tokens) else None
            after = self.roles[following + 1] if following + 1 < len(self.tokens) else None
            if (
                value is not None
                and value.text
                and is_value(value.text)
                and self.route not in ("", "litigation")
                and (after is not None or self._is_total(following + 1))
                and len(self.outcomes) < 3
            ):
                return self._dispute_pairs(at)
            self.outcomes.append(outcome)
        while following < len(self.tokens) and self._is_total(following) and self.outcomes:
            self.outcomes.append("total")
            following += 1
        return following

    def _by_outcome(self, route: str, at: int) -> bool:
        """Whether the counts from `at` on are those of a route by each of the outcomes that head the columns."""
        if (
            route == "litigation"
            or len(self.outcomes) != len(OUTCOMES)
            or len(set(self.outcomes)) != len(OUTCOMES)
        ):
            return False
        values, _ = self._values(at + self._places_of_route(at))
        values = values[: len(OUTCOMES)]
        if len(values) < len(OUTCOMES) or not any(value.text for value in values):
            return False
        if "disputes" not in self.done:
            self.reader.enter("disputes")
            for outcome, value in zip(self.outcomes, values, strict=True):
                self._hit(f"{route}.{outcome}", TOTAL, "件", value)
        return True

    def _places_of_route(self, at: int) -> int:
        """The empty places from `at` on that a route spans: what they are more than the outcomes."""
        values, _ = self._values(at)
        spare = max(0, len(values) - len(OUTCOMES))
        return next((number for number in range(spare) if values[number].text), spare)

    def _is_total(self, at: int) -> bool:
        return at < len(self.tokens) and label_key(self.tokens[at].text) in tables.TOTALS

    def _dispute_pairs(self, at: int) -> int:
        """Outcome, count, outcome, count under the last route."""
        while at + 1 < len(self.tokens):
            outcome = tables.DISPUTE_OUTCOMES.get(label_key(self.tokens[at].text))
            value = self.tokens[at + 1]
            if outcome is None or value.rowspan == SOFT or not is_value(value.text):
                break
            if "disputes" not in self.done:
                self.reader.enter("disputes")
                self._hit(f"{self.route}.{outcome}", TOTAL, "件", value)
            at += 2
            begin = at
            while at < len(self.tokens) and not self.tokens[at].text:
                # the places under the route
                at += 1
            if at < len(self.tokens) and label_key(self.tokens[at].text) not in tables.DISPUTE_OUTCOMES:
                return begin
        return at

    def _dispute_counts(self, at: int) -> int:
        values, end = self._values(at)
        names = self._dispute_columns()
        if "disputes" in self.done or not names:
            self.outcomes, self.routes = [], []
            values = _without_lead(values, self.tokens[at - 1].row)
            if "disputes" not in self.done and len(values) == len(tables.DISPUTE_ORDER):
                # headings cut in two rows
                self.reader.read_unheaded_disputes(values, [self._location(value) for value in values])
            return max(end, at + 1)
        values = self._unglue(None, _without_lead(values, self.tokens[at - 1].row), len(names))
        printed = [value for value in values if value.text != ""]
        chosen = _chosen(values, printed, len(names))
        if chosen is not None:
            self.reader.enter("disputes")
            for name, value in zip(names, chosen, strict=True):
                self._hit(name, TOTAL, "件", value)
        elif printed:
            self._align_disputes(names, printed)
        if chosen is not None or printed:
            self.outcomes, self.routes = [], []
        return max(end, at + 1)

    def _dispute_columns(self) -> list[str]:
        """What the columns of the disputes table hold, from its headings line by line: the routes, the
        outcomes of reviews beside the two routes to court, then the outcomes of these."""
        return disputes_in_order(self.routes, self.outcomes)

    def _align_disputes(self, names: list[str], printed: list[Cell]) -> None:
        """The counts of a row that lost its blank cells, as far as the totals leave no choice."""
        placed: dict[int, int] = {}
        if all(name.endswith(".total") for name in names[4::5]):
            found = align_groups([read_number(cell.text).value or 0.0 for cell in printed], 3, 5)
            placed = found or {}
        if placed:
            self.reader.enter("disputes")
        for column, number in placed.items():
            self._hit(names[column], TOTAL, "件", printed[number])
        message = (
            f"disputes: {len(printed)} counts for {len(names)} columns, the blank cells between them were lost: "
            f"{len(placed)} have a certain place by the form's sums"
        )
        self.reader.notes.append(("flattened.blanks_lost", message))

    # --- table 1 --------------------------------------------------------------------------------

    def _fields(self, at: int) -> int:
        """A row of headings: up to the first token that is none."""
        end = at
        found: list[Cell] = []
        while end < len(self.tokens) and (self.roles[end] == FIELD or self.tokens[end].rowspan == SOFT):
            if self.roles[end] == FIELD:
                found.append(self.tokens[end])
            end += 1
        # read_fields tells columns apart by place: give each heading its own
        spread = [
            Cell(token.text, token.row, column, 1, 1, token.start) for column, token in enumerate(found)
        ]
        self.reader.read_fields(spread)
        self.reader.close_headings()
        return end

    def _subject(self, at: int) -> int:
        values, end = self._values(at + 1)
        if "active" in self.done or not values:
            return max(at + 1, end)
        subject = active.SUBJECTS[label_key(self.tokens[at].text)]
        names: list[str | None] = [name for name, _, _ in self.reader.fields]
        wanted = len(names)
        if not wanted:
            wanted = max(len(form.active.get(subject, ())) for form in (form_2019.FORM, form_2021.FORM))
        if values and self.tokens[at].row == values[0].row and self._touch(at, values[0]):
            values = self._unglue(at, values, wanted)
        printed = [value for value in values if value.text != ""]
        chosen = _chosen(values, printed, wanted)
        if chosen is None:
            hard = [value for value in values if value.rowspan != SOFT]
            chosen = (hard if any(value.text for value in hard) else values)[:wanted]
        if names and len(printed) < len(names) and len(chosen) < len(names):
            form = FORMS["2019" if self.reader.marks["2019"] > self.reader.marks["2021"] else "2021"]
            if len(printed) != len(form.active.get(subject, ())):
                self.reader.notes.append(
                    ("flattened.blanks_lost", f"{subject}: {len(printed)} counts for {len(names)} columns")
                )
                return end
        if not any(value.text for value in chosen) and len(values) < wanted:
            return end
        if subject in ("other_services", "procurement"):
            self.reader.marks["2019"] += 1
        self.reader.enter("active")
        hint = next((hint for _, _, hint in self.reader.fields if hint), None)
        cells = [(value, self._location(value)) for value in chosen]
        self.reader.active_rows.append(ActiveRow(subject, names, cells, hint, "flattened"))
        return end

    # --- hits -----------------------------------------------------------------------------------

    def _hit(self, indicator: str, applicant: str, unit: str, value: Cell, hint: str | None = None) -> None:
        self.reader.hits.append(
            Hit(indicator, applicant, unit, value, self._location(value), "flattened", hint)
        )

    def _location(self, value: Cell) -> str:
        return f"line {value.row + 1} item {value.column + 1}"


def _without_lead(values: list[Cell], heading_row: int) -> list[Cell]:
    """The cells of a row without the empty places that end the row of headings before it."""
    at = 0
    while at < len(values) and values[at].text == "":
        row = values[at].row
        end = at
        while end < len(values) and values[end].row == row:
            end += 1
        if any(value.text for value in values[at:end]) or (row != heading_row and end - at < 2):
            break
        at = end
    return values[at:] if at < len(values) else values


_PLACES_BEFORE = {
    "requests.received": 2,
    "requests.carried_in": 2,
    "requests.granted": 1,
    "requests.partial": 1,
    "requests.other": 1,
    "requests.resolved": 1,
    "requests.carried_out": 2,
}
"""By row of the applications table, the places that its label spans beyond the first."""
_PLACES_BEFORE_BUSINESS = 4
_FEWEST_ROWS_ON_A_LINE = 3
_FEWEST_TURNED = 20
_FEWEST_APPLICANTS = 4
_UNNAMED = frozenset(["requests.resolved", "requests.other", "requests.other.misc"])
"""Rows whose labels, 其他处理, 其他 and 总计, are those of others too."""
_FEWEST_NUMBERED = 6


def _without_serials(tokens: list[Cell]) -> list[Cell]:
    """The tokens without the numbers that count the rows, where each row of a line begins with one."""
    first: dict[int, Cell] = {}
    several: set[int] = set()
    for token in tokens:
        if token.row in first:
            several.add(token.row)
        elif token.rowspan != SOFT:
            first[token.row] = token
    serials = [first[row] for row in sorted(several) if first[row].text.isdigit()]
    if len(serials) < max(_FEWEST_NUMBERED, 0.8 * len(several)):
        return tokens
    counted = sum(int(b.text) == int(a.text) + 1 for a, b in itertools.pairwise(serials))
    if counted < 0.8 * (len(serials) - 1):
        return tokens
    gone = {id(token) for token in serials}
    return [token for token in tokens if id(token) not in gone]


def _are_spaced(tokens: list[Cell]) -> bool:
    """Whether lines of white space stand between all cells: they do between two headings."""
    for before, between, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if between.rowspan == SOFT and before.text and after.text:
            if role(before.text) in (FIELD, APPLICANT) and role(after.text) in (FIELD, APPLICANT):
                return True
    return False


def _piece(run: Cell, start: int, end: int) -> Cell:
    assert run.start is not None
    return Cell(run.text[start:end], run.row, run.column + start, 1, 1, run.start + start)


def _chosen(values: list[Cell], printed: list[Cell], count: int) -> list[Cell] | None:
    """The cells of a row of `count` columns, blanks included; None where their number does not tell. Lines
    of white space are blank cells only where the number comes out with them."""
    if len(printed) == count:
        return printed
    hard = [value for value in values if value.rowspan != SOFT]
    if len(hard) >= count and not any(value.text for value in hard[count:]):
        return hard[:count]
    if len(values) == count or (len(values) > count and values[count - 1].text):
        return None if any(value.text for value in values[count:]) else values[:count]
    return None


def _is_note(text: str) -> bool:
    return text.startswith(("(", "（", "注")) or len(text) <= 2


def _is_bracketed_note(text: str) -> bool:
    """Whether a line is the note of the label above it: (区分处理的,只计这一情形,不计其他情形)."""
    return len(text) > 2 and is_bracketed(text) and role(text) is None and not is_value(text)
