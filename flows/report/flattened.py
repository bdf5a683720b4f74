"""Tables that lost their markup: labels and counts as lines, or between bars, tabs or runs of spaces.

The text is cut into tokens; a token that is a label of a form takes the tokens after it as its counts,
up to the next label. Rows of several columns (the applications and disputes tables) are read in the
form's order of columns, and only where the number of counts fits; where blanks were lost with the
markup, only what is certain is taken, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.report.eras import active, form_2014, form_2019, form_2021, tables
from flows.report.label import label_key
from flows.report.number import read_number
from flows.report.rows import (
    APPLICANT,
    FIELD,
    FORMS,
    OUTCOME,
    REQUEST,
    ROLES,
    ROUTE,
    STATISTIC,
    SUBJECT,
    UNIT_WORDS,
    ActiveRow,
    Hit,
    RowReader,
    is_label,
    is_value,
    money_unit,
    role,
)
from flows.report.types import TOTAL, Cell, Document, Table

_BAR = re.compile(r"[|\t｜┃│]")
_GAP = re.compile(r"[ \u3000]")
_WORD = re.compile(r"[^ \u3000]+")
_RULE = re.compile(r"[:\-—=_ ]*")
_LONGEST_LABEL = 90
# A line of prose that holds a label's words is no label
_MOST_TOKENS_APART = 8


def read_lines(document: Document, reader: RowReader) -> None:
    """Add to `reader` the sections that its tables did not give, from the document's lines."""
    text = document.text
    if not _worth_reading(text):
        return
    done = frozenset(reader.sections)
    lines = text.split("\n")
    reader.method = "flattened"
    for number, (first, last) in enumerate(_barred_runs(lines), len(document.tables) + 1):
        grid = _grid_of(lines, first, last, number)
        if not done:
            reader.read_table(grid)
            for index in range(first, last):
                lines[index] = " " * len(lines[index])
    reader.close_headings()
    LineReader(list(_merged(_tokens("\n".join(lines)))), reader, done).read()


_WORTH = re.compile(
    "上年结转|本年新收|结转下年|收到申请数|主动公开政府信息数|处理决定数|结果纠正|依法纠错数|申请办结数|现行有效件"
)


def _worth_reading(text: str) -> bool:
    return _WORTH.search(text) is not None or "结转下" in text.replace(" ", "")


def _tokens(text: str) -> Iterator[Cell]:
    """The cells of a text's lines, each with its offset; `row` is the line, `column` the place in it. An
    empty cell between bars is a token, an empty line is none."""
    offset = 0
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        if stripped:
            if _BAR.search(line):
                yield from _barred(line, number, offset)
            elif len(stripped) <= _LONGEST_LABEL or _GAP.search(stripped):
                yield from _spaced(line, number, offset)
        offset += len(line) + 1


def _barred(line: str, number: int, offset: int) -> Iterator[Cell]:
    if "-" in line and all(_RULE.fullmatch(part) for part in _BAR.split(line)):
        return  # the rule under a markdown heading
    parts = list(_parts(line))
    # bars at both ends of a line enclose no cell
    if len(parts) > 1 and not parts[0][1].strip():
        parts = parts[1:]
    if len(parts) > 1 and not parts[-1][1].strip():
        parts = parts[:-1]
    for column, (start, part) in enumerate(parts):
        lead = len(part) - len(part.lstrip())
        yield Cell(part.strip(), number, column, 1, 1, offset + start + lead)


def _spaced(line: str, number: int, offset: int) -> Iterator[Cell]:
    """A line as one token, or as its words where some of them are labels or all of them counts."""
    lead = len(line) - len(line.lstrip())
    stripped = line.strip()
    words = [
        Cell(match.group(), number, column, 1, 1, offset + lead + match.start())
        for column, match in enumerate(_WORD.finditer(stripped))
    ]
    if len(words) > 1:
        parts = list(_joined(words))
        labelled = sum(is_label(part.text) for part in parts)
        counted = sum(is_value(part.text) for part in parts)
        if counted == len(parts) or (labelled and (counted or labelled > 1 or len(parts) < 4)):
            yield from parts
            return
    yield from _unglued(Cell(stripped, number, 0, 1, 1, offset + lead))


_GLUED = re.compile(r"(\D{2,90}?)(\d+(?:\.\d+)?)")
_TILES = re.compile(
    "|".join(
        sorted(
            (
                re.escape(label)
                for label, kind in ROLES.items()
                if kind in (FIELD, APPLICANT, ROUTE, OUTCOME) and len(label) > 1
            ),
            key=len,
            reverse=True,
        )
    )
    + "|"
    + "|".join([*tables.TOTALS, *tables.OTHER])
)


def _unglued(token: Cell) -> Iterator[Cell]:
    """A line whose cells ran together: a row's label with its digits (规章000), or headings in a row."""
    assert token.start is not None
    text = token.text
    if text.isdigit() or len(text) > _LONGEST_LABEL:
        yield token
        return
    if (match := _GLUED.fullmatch(text)) and is_label(match.group(1)):
        yield Cell(match.group(1), token.row, 0, 1, 1, token.start)
        yield Cell(match.group(2), token.row, 1, 1, 1, token.start + match.start(2))
        return
    if role(text) is not None:
        yield token
        return
    ends: list[int] = []
    at = 0
    while match := _TILES.match(text, at):
        at = match.end()
        ends.append(at)
    rest = text[at:]
    if len(ends) > 1 and (not rest or _is_bracketed(rest)):
        ends[-1] = len(text)
        start = 0
        for column, end in enumerate(ends):
            yield Cell(text[start:end], token.row, column, 1, 1, token.start + start)
            start = end
        return
    yield token


def _is_bracketed(text: str) -> bool:
    return text[0] in "(（" and text[-1] in ")）"


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


def _merged(tokens: Iterator[Cell]) -> Iterator[Cell]:
    """The tokens, with a label that is printed on two lines as one (本年新 / 制作数量, 商业 / 企业)."""
    held: Cell | None = None
    for token in tokens:
        if held is not None:
            both = held.text + token.text
            if token.text and not is_value(token.text) and ROLES.get(label_key(both)) is not None:
                held = Cell(both, held.row, held.column, 1, 1, held.start)
                continue
            yield held
            held = None
        short = 1 < len(token.text) <= 12 and not is_value(token.text)
        if short and (ROLES.get(key := label_key(token.text)) is None or key == active.CUT_FIELD):
            held = token
        else:
            yield token
    if held is not None:
        yield held


def _joined(words: list[Cell]) -> Iterator[Cell]:
    """The words of a line, those of a label that is printed with spaces in it (规 章) as one."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and not is_value(words[end].text):
            end += 1
        run = words[at:end]
        if len(run) > 1 and not any(is_label(word.text) for word in run):
            text = " ".join(word.text for word in run)
            if role(text) is not None:
                yield Cell(text, run[0].row, run[0].column, 1, 1, run[0].start)
                run = []
        yield from run
        if end < len(words):
            yield words[end]
            end += 1
        at = end


_FEWEST_ROWS = 3


def _barred_runs(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Runs of lines that bars or tabs cut into the same number of cells: tables that kept their columns."""
    first = 0
    count = 0
    for index, line in enumerate([*lines, ""]):
        bars = len(_BAR.findall(line))
        if bars == count and bars >= 2 and line.strip():
            continue
        if count >= 2 and index - first >= _FEWEST_ROWS:
            yield first, index
        first, count = index, bars


def _grid_of(lines: list[str], first: int, last: int, number: int) -> Table:
    """The table of a run of barred lines. A span left its text in its first place only: headings of
    columns are carried on to the places after them."""
    closed = all(line.strip().startswith("|") and line.strip().endswith("|") for line in lines[first:last])
    offset = sum(len(line) + 1 for line in lines[:first])
    rows: list[list[Cell | None]] = []
    for index in range(first, last):
        line = lines[index]
        parts = list(_parts(line))
        if closed:
            parts = parts[1:-1]
        if not ("-" in line and all(_RULE.fullmatch(part) for _, part in parts)):
            row = [
                Cell(part.strip(), index, column, 1, 1, offset + start + len(part) - len(part.lstrip()))
                for column, (start, part) in enumerate(parts)
            ]
            rows.append(list(_carried(row)))
        offset += len(line) + 1
    return Table(number, rows)


def _carried(row: list[Cell]) -> Iterator[Cell]:
    heads = any(role(cell.text) in (ROUTE, OUTCOME, APPLICANT) for cell in row if cell.text)
    heads = heads and all(cell.text == "" or not is_value(cell.text) for cell in row)
    last: Cell | None = None
    for cell in row:
        if heads and cell.text == "" and last is not None:
            yield Cell(last.text, cell.row, cell.column, 1, 1, last.start)
        else:
            yield cell
            last = cell if cell.text else last


def _parts(line: str) -> Iterator[tuple[int, str]]:
    start = 0
    for bar in _BAR.finditer(line):
        yield start, line[start : bar.start()]
        start = bar.end()
    yield start, line[start:]


class LineReader:
    """Walks the tokens once; each label takes its counts and the walk goes on behind them."""

    def __init__(self, tokens: list[Cell], reader: RowReader, done: frozenset[str]) -> None:
        self.tokens = tokens
        self.reader = reader
        self.done = done
        """Sections that real tables gave."""
        self.roles = [
            None if not token.text or token.text.isdigit() else role(token.text) for token in tokens
        ]
        self.in_other = False
        self.route = ""
        self.outcomes: list[str] = []
        self.applicants: list[str] = []

    def read(self) -> None:
        at = 0
        while at < len(self.tokens):
            at = self._read_at(at)

    def _read_at(self, at: int) -> int:
        kind = self.roles[at]
        token = self.tokens[at]
        if kind == STATISTIC:
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
            if key == tables.OTHER_OUTCOME and "requests" in self.reader.sections:
                self.in_other = True
                return self._request(at, "requests.other")
            if self.in_other and key in tables.OTHER:
                return self._request(at, "requests.other.misc")
            if key in tables.TOTALS and self.reader.section == "requests":
                return self._request(at, "requests.resolved")
        complete = len(self.outcomes) == len(tables.DISPUTE_ORDER)
        if self.outcomes and (token.text or complete) and is_value(token.text):
            return self._dispute_counts(at)
        return at + 1

    def _values(self, at: int, most: int | None = None) -> tuple[list[Cell], int]:
        """The counts that stand from `at` on, blanks between bars included, and where they end."""
        values: list[Cell] = []
        while at < len(self.tokens):
            token = self.tokens[at]
            if self.roles[at] is not None or not is_value(token.text):
                break
            values.append(token)
            at += 1
            if most is not None and sum(value.text != "" for value in values) >= most:
                break
        return values, at

    def _unglue(
        self, label: int | None, values: list[Cell], count: int, *, adds_up: bool = False
    ) -> list[Cell]:
        """The counts of a row; where one token of digits stands for several columns, the columns if
        there is one way to part it, and else none (it is reported as unmapped)."""
        if len(values) != 1 or count < 2 or not values[0].text.isdigit() or len(values[0].text) < count:
            return values
        value = values[0]
        assert value.start is not None
        if label is not None and value.row != self.tokens[label].row:
            return values
        parts = _parted(value.text, count, adds_up=adds_up)
        name = self.tokens[label].text if label is not None else "disputes"
        if parts is None:
            self.reader.unmapped.append((name, value.text, self._location(value)))
            return []
        self.reader.notes.append(("flattened.glued", f"{name}: {value.text} was parted into {count} counts"))
        return [
            Cell(value.text[start:end], value.row, value.column + column, 1, 1, value.start + start)
            for column, (start, end) in enumerate(parts)
        ]

    # --- 2014 -----------------------------------------------------------------------------------

    def _statistic(self, at: int) -> int:
        token = self.tokens[at]
        indicator, unit = self.reader.statistic(label_key(token.text))
        hint = money_unit(token.text)
        if "statistics" in self.done or indicator is None:
            return at + 1
        following = at + 1
        while following < len(self.tokens) and following - at <= _MOST_TOKENS_APART:
            candidate = self.tokens[following]
            if self.roles[following] is not None or (label_key(candidate.text) in form_2014.HEADINGS):
                break
            if candidate.text in UNIT_WORDS:
                hint = candidate.text if candidate.text.endswith("元") else hint
            elif candidate.text and is_value(candidate.text):
                self.reader.enter("statistics")
                self._hit(indicator, TOTAL, unit, candidate, hint)
                return following + 1
            elif candidate.text and not _is_note(candidate.text):
                break
            following += 1
        return at + 1

    # --- applications ---------------------------------------------------------------------------

    def _applicant_heading(self, at: int) -> int:
        """The applicants in the order printed; 法人或其他组织 is followed by its five."""
        found: list[str] = []
        following = at
        while following < len(self.tokens) and len(found) < 12:
            token = self.tokens[following]
            key = label_key(token.text)
            if key in tables.APPLICANTS:
                found.append(tables.APPLICANTS[key])
            elif token.text and key not in tables.APPLICANT_HEADINGS and not _RULE.fullmatch(token.text):
                break
            following += 1
        if len(found) >= 5:
            # 总计 heads two rows of the form's heading, so lines give it before the five
            order = [name for name in found if name != "total"]
            inner = found.index("total") if "total" in found else len(found)
            printed_last = inner == len(found) - 1 or (inner < len(found) - 1 and _is_upper_row(found))
            self.applicants = [*order, "total"] if printed_last else found
        return max(following, at + 1)

    def _request(self, at: int, indicator: str) -> int:
        values, end = self._values(at + 1)
        order = self.applicants or list(tables.APPLICANT_ORDER)
        values = self._unglue(at, values, len(order), adds_up=order[-1] == TOTAL)
        printed = [value for value in values if value.text != ""]
        if "requests" in self.done:
            return max(end, at + 1)
        if not values or (not printed and len(values) < len(order)):
            return at + 1
        chosen: list[Cell] | None = None
        if len(printed) == len(order) or (
            len(printed) > len(order) and self._one_line(at, printed[: len(order)])
        ):
            chosen = printed[: len(order)]
        elif len(values) >= len(order) and all(value.text == "" for value in values[len(order) :]):
            chosen = values[: len(order)]
            if printed:
                self.reader.notes.append(
                    ("flattened.blanks", f"{indicator}: blanks between bars were read as blank cells")
                )
        self.reader.enter("requests")
        if indicator == "requests.other":
            self.reader.marks["2019"] += 1
        elif indicator.startswith("requests.other."):
            self.reader.marks["2021"] += 1
        if chosen is not None:
            for applicant, value in zip(order, chosen, strict=True):
                self._hit(indicator, applicant, "件", value)
            return end if len(printed) <= len(order) else self.tokens.index(chosen[-1], at) + 1
        self._certain_total(indicator, printed, order)
        return end

    def _one_line(self, at: int, printed: list[Cell]) -> bool:
        return all(value.row == self.tokens[at].row for value in printed)

    def _certain_total(self, indicator: str, printed: list[Cell], order: list[str]) -> None:
        """Fewer counts than columns: the blanks were lost. The last count is the row's total where the
        others add up to it; which columns the others stand in cannot be known."""
        if order[-1] == TOTAL and printed:
            numbers = [read_number(value.text).value for value in printed]
            *parts, total = numbers
            if parts and total and None not in parts and sum(part or 0 for part in parts) == total:
                self._hit(indicator, TOTAL, "件", printed[-1])
        self.reader.notes.append(
            (
                "flattened.blanks_lost",
                f"{indicator}: {len(printed)} counts for {len(order)} columns; the blanks between them were lost",
            )
        )

    # --- disputes -------------------------------------------------------------------------------

    def _dispute_heading(self, at: int) -> int:
        token = self.tokens[at]
        key = label_key(token.text)
        route = tables.DISPUTE_ROUTES.get(key)
        if route:
            self.route = route
            if route in ("review", "litigation") and len(self.outcomes) >= 15:
                self.outcomes = []
        outcome = tables.DISPUTE_OUTCOMES.get(key)
        following = at + 1
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

    def _is_total(self, at: int) -> bool:
        return at < len(self.tokens) and label_key(self.tokens[at].text) in tables.TOTALS

    def _dispute_pairs(self, at: int) -> int:
        """Outcome, count, outcome, count under the last route."""
        while at + 1 < len(self.tokens):
            outcome = tables.DISPUTE_OUTCOMES.get(label_key(self.tokens[at].text))
            value = self.tokens[at + 1]
            if outcome is None or not value.text or not is_value(value.text):
                break
            if "disputes" not in self.done:
                self.reader.enter("disputes")
                self._hit(f"{self.route}.{outcome}", TOTAL, "件", value)
            at += 2
        return at

    def _dispute_counts(self, at: int) -> int:
        values, end = self._values(at)
        if "disputes" in self.done or len(self.outcomes) != len(tables.DISPUTE_ORDER):
            self.outcomes = []
            return max(end, at + 1)
        count = len(tables.DISPUTE_ORDER)
        values = self._unglue(None, values, count)
        printed = [value for value in values if value.text != ""]
        chosen: list[Cell] | None = None
        if len(printed) == count:
            chosen = printed
        elif len(values) >= count and all(value.text == "" for value in values[count:]):
            chosen = values[:count]
        if chosen is not None:
            self.reader.enter("disputes")
            for name, value in zip(tables.DISPUTE_ORDER, chosen, strict=True):
                self._hit(name, TOTAL, "件", value)
            self.outcomes = []
        elif printed:
            self.reader.notes.append(
                (
                    "flattened.blanks_lost",
                    f"disputes: {len(printed)} counts for {count} columns; none was taken",
                )
            )
            self.outcomes = []
        return max(end, at + 1)

    # --- table 1 --------------------------------------------------------------------------------

    def _fields(self, at: int) -> int:
        """A row of headings: up to the first token that is none."""
        end = at
        found: list[Cell] = []
        while end < len(self.tokens) and self.roles[end] == FIELD:
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
        values = self._unglue(at, values, wanted)
        printed = [value for value in values if value.text != ""]
        chosen = printed if printed and len(printed) == wanted else values[:wanted]
        if len(chosen) > wanted:
            chosen = chosen[:wanted]
        if names and len(printed) < len(names) and len(values) < len(names):
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


def _is_note(text: str) -> bool:
    return text.startswith(("(", "（", "注")) or len(text) <= 2


def _is_upper_row(found: list[str]) -> bool:
    """自然人, 总计, then the five: the heading's upper row was printed first."""
    return found[:1] == ["natural_person"] and found.index("total") == 1
