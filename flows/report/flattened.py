"""Tables that lost their markup: labels and counts as lines, or between bars, tabs or runs of spaces.

The text is cut into tokens; a token that is a label of a form takes the tokens after it as its counts,
up to the next label. Rows of several columns (the applications and disputes tables) are read in the
form's order of columns, and only where the number of counts fits; where blanks were lost with the
markup, only what is certain is taken, and said so.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flows.report import columns
from flows.report.aliases import Aliases
from flows.report.align import Row, align, align_groups, cut_groups
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
_LONGEST_NOTED = 300
"""Of a label with the note that explains it."""
_OPENING_BAR = re.compile(r"^[ \u3000]*[|｜┃│][ \u3000]*[^\s|｜┃│][^\n|｜┃│]*$", re.M)
"""A cell whose bar stands before it and not behind it."""
_ONLY_BARS = re.compile(r"[ \u3000]*[|｜┃│][ \u3000|｜┃│]*")
_SOFT = 0
"""Row span of a blank cell of which only a line of white space is left: it may be one, or an empty line."""
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
    text = _with_bars(text)
    is_open = text is not document.text
    lines = text.split("\n")
    reader.method = "flattened"
    taken: set[int] = set()
    for number, (first, last) in enumerate(_barred_runs(lines), len(document.tables) + 1):
        grid = _grid_of(lines, first, last, number, is_open)
        if "*" in text or "\\" in text:
            grid.rows = [[cell and _unmarked(cell) for cell in line] for line in grid.rows]
        if labels is not None:
            grid.rows = [[cell and labels.cell(cell) for cell in line] for line in grid.rows]
        if (
            _keeps_columns(grid)
            and not done & _sections_of(grid)
            and (reader.heads or not _lacks_heads(grid))
        ):
            reader.read_table(grid)
            taken.update(range(first, last))
    reader.close_headings()
    tokens = (
        map(_unmarked, _tokens(text, taken, is_open))
        if "*" in text or "\\" in text
        else _tokens(text, taken, is_open)
    )
    if labels is not None:
        tokens = map(labels.cell, tokens)
    LineReader(list(_merged(tokens)), reader, done).read()


_COMMA = re.compile(r"\"[^\"\n]*\"|[(（][^()（）\n]*[)）]|([,，])")
"""A comma, or what commas may stand in without parting cells: quotes and brackets."""
_FEWEST_COMMA_ROWS = 3


def _with_bars(text: str) -> str:
    """The text with bars for the commas of lines that are rows of a table, of the same length: CSV, or
    cells that were joined by commas."""
    lines = text.split("\n")
    parted: dict[int, str] = {}
    counted = 0
    for number, line in enumerate(lines):
        if "," not in line and "，" not in line:
            continue
        barred = _COMMA.sub(lambda match: "|" if match[1] else match[0].replace('"', " "), line)
        kinds = Counter(_kind_of_part(part.strip()) for part in barred.split("|"))
        labels, counts, empty = kinds[_LABEL], kinds[_COUNT], kinds[_EMPTY]
        if labels > 1 or (labels and counts + empty) or (not kinds[_WORDS_ONLY] and counts * 9 + empty > 9):
            counted += bool(labels and (counts or empty > 1))
            parted[number] = barred
    if counted < _FEWEST_COMMA_ROWS:
        return text
    return "\n".join(parted.get(number, line) for number, line in enumerate(lines))


_LABEL, _COUNT, _EMPTY, _WORDS_ONLY = "label", "count", "", "words"


def _kind_of_part(part: str) -> str:
    if part == "":
        return _EMPTY
    if is_value(part):
        return _COUNT
    return _LABEL if len(part) <= _LONGEST_NOTED and is_label(part) else _WORDS_ONLY


_WORTH = re.compile(
    "主动公开信息数|答复总数|上年结转|本年新收|结转下年|收到申请数|主动公开政府信息数|处理决定数|结果纠正|依法纠错数|申请办结数|现行有效件"
)


def _worth_reading(text: str) -> bool:
    return _WORTH.search(text) is not None or "结转下" in text.replace(" ", "")


def _tokens(text: str, taken: set[int], is_open: bool) -> Iterator[Cell]:
    """The cells of a text's lines but those `taken`, each with its offset; `row` is the line, `column` the
    place in it. An empty cell between bars is a token, an empty line is none. No bars stand around the rows
    where they are `is_open`."""
    offset = 0
    opening = _OPENING_BAR.search(text) is not None
    ends = None if is_open else _bars_at_ends(text)
    plain = False
    """Whether the line before is a cell whose bar may stand on a line of its own."""
    first_cell = -1
    lines = text.split("\n")
    for number, line in enumerate(lines):
        stripped = line.strip()
        if number in taken:
            pass
        elif stripped:
            if _BAR.search(line):
                if opening and _ends_row(lines, number):
                    # the first cell of the next row has no bar of its own
                    if not lines[number + 1].strip():
                        yield Cell("", number + 1, 0, 1, 1, offset + len(line) + 1)
                        first_cell = number + 1
                    line = " "
                elif plain and not opening and _ONLY_BARS.fullmatch(line):
                    line = _BAR.sub(" ", line, count=1)
                if not line.isspace():
                    yield from _barred(line, number, offset, ends)
                plain = False
            elif len(stripped) <= _LONGEST_LABEL or _GAP.search(stripped) or _is_noted_label(stripped):
                yield from _spaced(line, number, offset)
                plain = True
        elif line and number != first_cell:
            yield Cell("", number, 0, _SOFT, 1, offset)
        offset += len(line) + 1


def _ends_row(lines: list[str], number: int) -> bool:
    """Whether a line is the bar that ends a row whose cells each have their bar in front."""
    if lines[number].strip() not in ("|", "｜", "┃", "│") or number + 1 == len(lines):
        return False
    following = lines[number + 1].strip()
    if following:
        return _BAR.match(following) is None
    return number + 2 < len(lines) and _BAR.match(lines[number + 2].strip()) is not None


_ROW = re.compile(r"^[^\n|｜┃│\t]*(?:[|\t｜┃│][^\n|｜┃│\t]*){3,}$", re.M)
_FEWEST_ENCLOSED = 0.8


def _bars_at_ends(text: str) -> tuple[bool, bool]:
    """Whether the bar that begins a line, and the one that ends it, enclose the row's cells: they do where
    most rows with several cells and a label have one. Else an empty cell stands there."""
    rows = [line.strip(" \u3000") for line in _ROW.findall(text)]
    rows = [line for line in rows if any("\u4e00" <= char <= "\u9fff" for char in line)]
    if not rows:
        return True, True
    first = sum(_BAR.match(line) is not None for line in rows)
    last = sum(_BAR.match(line[-1]) is not None for line in rows)
    return first > _FEWEST_ENCLOSED * len(rows), last > _FEWEST_ENCLOSED * len(rows)


def _is_noted_label(text: str) -> bool:
    return len(text) <= _LONGEST_NOTED and ("(" in text[:40] or "（" in text[:40]) and is_label(text)


def _barred(line: str, number: int, offset: int, ends: tuple[bool, bool] | None) -> Iterator[Cell]:
    """The cells of a line between bars; `ends` tells whether bars enclose rows of several cells, and is
    None where none do."""
    if "-" in line and all(_RULE.fullmatch(part) for part in _BAR.split(line)):
        return  # the rule under a markdown heading
    parts = list(_parts(line))
    several = len(parts) > 3
    if ends and len(parts) > 1 and not parts[0][1].strip() and (ends[0] or not several):
        parts = parts[1:]
    if ends and len(parts) > 1 and not parts[-1][1].strip(" ") and (ends[1] or not several):
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
_LISTED = re.compile(
    r"(.{2,90}?)[ \u3000]*[:：][ \u3000]*([\d,.]+[ \u3000]*(?:[条件次篇个人项份起宗元]|人次|万元)?)[。;；,，]?"
)
"""A row of the nine-section table written as a line of a list: （一）收到申请数：12件."""
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
    if (match := _LISTED.fullmatch(text)) and role(match[1]) == STATISTIC:
        yield Cell(match[1], token.row, 0, 1, 1, token.start)
        yield Cell(match[2], token.row, 1, 1, 1, token.start + match.start(2))
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
_OUTCOMES = ["upheld", "corrected", "other", "pending", "total"]
"""Of the disputes table, in the form's order."""


_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3})(?=\S)(.+?)\1")


def _unmarked(cell: Cell) -> Cell:
    """A cell without the marks of markdown: **12** and 1\\. with its point escaped."""
    text, start = cell.text, cell.start
    if match := _EMPHASIS.fullmatch(text):
        text = match[2].strip()
        start = None if start is None else start + cell.text.index(text)
    if "\\" in text:
        text = text.replace("\\", "")
    if text == cell.text:
        return cell
    return Cell(text, cell.row, cell.column, cell.rowspan, cell.colspan, start)


def _merged(tokens: Iterator[Cell]) -> Iterator[Cell]:
    """The tokens, with a label that is printed on two lines as one (本年新 / 制作数量, 商业 / 企业)."""
    held: Cell | None = None
    between: list[Cell] = []
    """Lines of white space behind the one that is held."""
    for token in tokens:
        if held is not None:
            if token.rowspan == _SOFT:
                between.append(token)
                continue
            both = held.text + token.text
            if token.text and not is_value(token.text) and ROLES.get(label_key(both)) is not None:
                held = Cell(both, held.row, held.column, 1, 1, held.start)
                between = []
                continue
            yield held
            yield from between
            held, between = None, []
        short = 1 < len(token.text) <= 12 and not is_value(token.text)
        if short and (ROLES.get(key := label_key(token.text)) is None or key == active.CUT_FIELD):
            held = token
        else:
            yield token
    if held is not None:
        yield held
        yield from between


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


def _grid_of(lines: list[str], first: int, last: int, number: int, is_open: bool) -> Table:
    """The table of a run of barred lines, without bars around the rows where it `is_open`. A span left its
    text in its first place only: headings of columns are carried on to the places after them."""
    closed = not is_open and all(
        line.strip().startswith("|") and line.strip().endswith("|") for line in lines[first:last]
    )
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


_SECTION = {
    APPLICANT: "requests",
    REQUEST: "requests",
    SUBJECT: "active",
    FIELD: "active",
    OUTCOME: "disputes",
    STATISTIC: "statistics",
}


def _sections_of(table: Table) -> set[str]:
    kinds = {role(cell.text) for line in table.rows for cell in line if cell is not None and cell.text}
    return {_SECTION[kind] for kind in kinds if kind in _SECTION}


def _keeps_columns(table: Table) -> bool:
    """Whether the bars of a run of lines stand where the table's columns were. Where a place under a span
    gave no bar of its own but one at the row's end, they do not: then the order of the cells counts."""
    open_rows = kept = moved = heading_rows = 0
    for line in table.rows:
        cells = [cell for cell in line if cell is not None]
        kinds = [role(cell.text) if cell.text else None for cell in cells]
        if kinds.count(REQUEST) == 1:
            end = kinds.index(REQUEST) + 1
            spare = len(cells) - end - len(tables.APPLICANT_ORDER)
            # a place under a label of the rows above
            kept += any(cell.text == "" for cell in cells[: end - 1])
            if spare > 0:
                open_rows += 1
                moved += any(cell.text for cell in cells[end : end + spare])
                kept += any(cell.text for cell in cells[-spare:])
        elif kinds.count(OUTCOME) > 3 and REQUEST not in kinds:
            heading_rows += 1
            if heading_rows > 1:
                # the last heading is carried on to the empty places behind it
                moved += cells[0].text != "" and cells[-1].start == cells[-2].start
    return not moved and (kept > 0 or not open_rows)


def _lacks_heads(table: Table) -> bool:
    """Whether rows of the nine-section table have several counts each, and their headings stand on lines
    of other lengths above."""
    rows = [[cell for cell in line if cell is not None and cell.text] for line in table.rows]
    several = any(
        role(line[0].text) == STATISTIC and sum(is_value(cell.text) for cell in line[1:]) > 1
        for line in rows
        if line
    )
    return several and not any(columns.is_heading([cell.text for cell in line]) for line in rows)


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
            tokens = [token for token in tokens if token.rowspan != _SOFT]
        self.tokens = tokens
        self.reader = reader
        self.done = done
        """Sections that real tables gave."""
        self.roles = [
            None if not token.text or token.text.isdigit() else role(token.text) for token in tokens
        ]
        self.has_remarks = False
        self.heads = self._value_heads()
        rows = [token.row for token, kind in zip(tokens, self.roles, strict=True) if kind == REQUEST]
        self.long_lines = {row for row in set(rows) if rows.count(row) > _FEWEST_ROWS}
        """Lines that hold a whole table."""
        self.spans_kept: bool | None = None
        self.in_other = False
        self.route = ""
        self.routes: list[str] = []
        self.outcomes: list[str] = []
        self.applicants: list[str] = []
        self.request_rows: list[_RequestRow] = []
        """The rows of the applications table whose blank cells may be lost."""

    def read(self) -> None:
        at = 0
        while at < len(self.tokens):
            at = self._read_at(at)
        self._align()

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
        if not any(count.text for count in counts) and not unit_printed:
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
        if set(found) == set(tables.APPLICANT_ORDER) and len(found) == len(tables.APPLICANT_ORDER):
            # 总计 heads two rows of the form's heading, so lines give it before the five
            order = [name for name in found if name != "total"]
            inner = found.index("total") if "total" in found else len(found)
            printed_last = inner == len(found) - 1 or (inner < len(found) - 1 and _is_upper_row(found))
            self.applicants = [*order, "total"] if printed_last else found
        return max(following, at + 1)

    def _request(self, at: int, indicator: str) -> int:
        values, end = self._values(at + 1)
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
            if (parts := _parted(run.text, len(order), adds_up=order[-1] == TOTAL)) is None:
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
        for applicant, value in zip(order, chosen, strict=True):
            self._hit(indicator, applicant, "件", value)
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
        names = self._dispute_columns()
        if "disputes" in self.done or not names:
            self.outcomes, self.routes = [], []
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
        groups = [self.outcomes[at : at + 5] for at in range(0, len(self.outcomes), 5)]
        if len(groups) != 3 or any(len(set(group)) != 5 for group in groups):
            return []
        routes = list(dict.fromkeys(self.routes))
        suits = [route for route in routes if route.startswith("litigation.")]
        if len(suits) != 2:
            return list(tables.DISPUTE_ORDER) if groups[0] == groups[1] == groups[2] == _OUTCOMES else []
        names = [
            f"{route}.{outcome}" for route, group in zip(suits, groups[1:], strict=True) for outcome in group
        ]
        review = [f"review.{outcome}" for outcome in groups[0]]
        first = next(route for route in routes if route in ("review", "litigation") or route in suits)
        return review + names if first == "review" else names + review

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
        while end < len(self.tokens) and (self.roles[end] == FIELD or self.tokens[end].rowspan == _SOFT):
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
            hard = [value for value in values if value.rowspan != _SOFT]
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
_FEWEST_NUMBERED = 6


def _without_serials(tokens: list[Cell]) -> list[Cell]:
    """The tokens without the numbers that count the rows, where each row of a line begins with one."""
    first: dict[int, Cell] = {}
    several: set[int] = set()
    for token in tokens:
        if token.row in first:
            several.add(token.row)
        elif token.rowspan != _SOFT:
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
        if between.rowspan == _SOFT and before.text and after.text:
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
    hard = [value for value in values if value.rowspan != _SOFT]
    if len(hard) >= count and not any(value.text for value in hard[count:]):
        return hard[:count]
    if len(values) == count or (len(values) > count and values[count - 1].text):
        return None if any(value.text for value in values[count:]) else values[:count]
    return None


def _is_note(text: str) -> bool:
    return text.startswith(("(", "（", "注")) or len(text) <= 2


def _is_upper_row(found: list[str]) -> bool:
    """自然人, 总计, then the five: the heading's upper row was printed first."""
    return found[:1] == ["natural_person"] and found.index("total") == 1
