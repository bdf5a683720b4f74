"""The lines of a text → cells, and runs of lines that kept their columns → tables.

What lost its markup stands as one cell a line, or as rows of cells between bars, tabs, commas or runs of spaces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from flows.report import columns
from flows.report.eras import active, tables
from flows.report.headings import is_half
from flows.report.label import label_key
from flows.report.rows import (
    APPLICANT,
    FIELD,
    OUTCOME,
    REQUEST,
    ROLES,
    ROUTE,
    STATISTIC,
    SUBJECT,
    is_label,
    is_value,
    role,
)
from flows.report.types import Cell, Table

_BAR = re.compile(r"[|\t｜┃│]")
_GAP = re.compile(r"[ \u3000]")
_WORD = re.compile(r"[^ \u3000]+")
RULE = re.compile(r"[:\-—=_ ]*")
_LONGEST_LABEL = 90
_LONGEST_NOTED = 300
"""Of a label with the note that explains it."""
_OPENING_BAR = re.compile(r"^[ \u3000]*[|｜┃│][ \u3000]*[^\s|｜┃│][^\n|｜┃│]*$", re.M)
"""A cell whose bar stands before it and not behind it."""
_ONLY_BARS = re.compile(r"[ \u3000]*[|｜┃│][ \u3000|｜┃│]*")
SOFT = 0
"""Row span of a blank cell of which only a line of white space is left: it may be one, or an empty line."""


_COMMA = re.compile(r"\"[^\"\n]*\"|[(（][^()（）\n]*[)）]|([,，])")
"""A comma, or what commas may stand in without parting cells: quotes and brackets."""
_FEWEST_COMMA_ROWS = 3
_GROUPED_COUNT = re.compile(r"\s*[-+]?[1-9]\d{0,2}(?:[,， \xa0]\d{3})+\s*")
_APART = re.compile(r"\S\s+\d")
"""A count that a space parts from what is before it."""


def with_bars(text: str) -> str:
    """The text with bars for the commas of lines that are rows of a table, of the same length: CSV, or
    cells that were joined by commas."""
    lines = text.split("\n")
    parted: dict[int, str] = {}
    counted = 0
    for number, line in enumerate(lines):
        if ("," not in line and "，" not in line) or _BAR.search(line) or _GROUPED_COUNT.fullmatch(line):
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
    if _APART.search(part) and not _GROUPED_COUNT.fullmatch(part):
        return _WORDS_ONLY
    if is_value(part):
        return _COUNT
    return _LABEL if len(part) <= _LONGEST_NOTED and is_label(part) else _WORDS_ONLY


def tokens_of(text: str, taken: set[int], is_open: bool) -> Iterator[Cell]:
    """The cells of a text's lines but those `taken`, each with its offset; `row` is the line, `column` the
    place in it. An empty cell between bars is a token, an empty line is none. No bars stand around the rows
    where they are `is_open`."""
    offset = 0
    opening = _OPENING_BAR.search(text) is not None
    ends = None if is_open else _bars_at_ends(text)
    grouped = _counts_stand_alone(text)
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
                if grouped and _GROUPED_COUNT.fullmatch(stripped):
                    yield Cell(stripped, number, 0, 1, 1, offset + len(line) - len(line.lstrip()))
                else:
                    yield from _spaced(line, number, offset)
                plain = True
        elif line and number != first_cell:
            yield Cell("", number, 0, SOFT, 1, offset)
        offset += len(line) + 1


_ALONE = re.compile(r"^\s*\d{1,9}\s*$", re.M)
_SEVERAL = re.compile(r"^[ \u3000]*\d+(?:[ \u3000]+\d+)+[ \u3000]*$", re.M)
_FEWEST_ALONE = 6


def _counts_stand_alone(text: str) -> bool:
    """Whether each count has a line of its own, so that a space in one groups its digits (1 234)."""
    several = (match.group() for match in _SEVERAL.finditer(text))
    return all(map(_GROUPED_COUNT.fullmatch, several)) and len(_ALONE.findall(text)) >= _FEWEST_ALONE


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
    if "-" in line and _is_rule(_BAR.split(line)):
        return
    parts = list(_parts(line))
    several = len(parts) > 3
    if ends and len(parts) > 1 and not parts[0][1].strip() and (ends[0] or not several):
        parts = parts[1:]
    if ends and len(parts) > 1 and not parts[-1][1].strip(" ") and (ends[1] or not several):
        parts = parts[:-1]
    for column, (start, part) in enumerate(parts):
        lead = len(part) - len(part.lstrip())
        yield Cell(part.strip(), number, column, 1, 1, offset + start + lead)


def _is_rule(parts: list[str]) -> bool:
    """Whether a line is the rule under a heading of markdown, and not a cell that holds a dash."""
    printed = [part for part in parts if part.strip()]
    return all(map(RULE.fullmatch, parts)) and (len(printed) > 1 or "--" in printed[0])


def _spaced(line: str, number: int, offset: int) -> Iterator[Cell]:
    """A line as one token, or as its words where some of them are labels or all of them counts."""
    lead = len(line) - len(line.lstrip())
    stripped = line.strip()
    if _NUMBERED_LABEL.match(stripped) and not _APART.search(stripped, 4) and is_label(stripped):
        yield Cell(stripped, number, 0, 1, 1, offset + lead)
        return
    words = [
        Cell(match.group(), number, column, 1, 1, offset + lead + match.start())
        for column, match in enumerate(_WORD.finditer(stripped))
    ]
    if len(words) > 1:
        parts = list(_joined(words))
        labelled = sum(is_label(part.text) or is_half(part.text) for part in parts)
        counted = sum(is_value(part.text) for part in parts)
        if labelled == 1 and not counted and role(stripped) in (REQUEST, STATISTIC):
            yield Cell(stripped, number, 0, 1, 1, offset + lead)
            return
        if counted == len(parts) or (labelled and (counted or labelled > 1 or len(parts) < 4)):
            yield from parts
            return
    yield from _unglued(Cell(stripped, number, 0, 1, 1, offset + lead))


_NUMBERED_LABEL = re.compile(
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、．)][ \u3000]|[(（][^()（）]{1,2}[)）][ \u3000]"
)
"""A label whose number stands apart: 2. 重复申请."""
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
    if len(ends) > 1 and (not rest or is_bracketed(rest)):
        ends[-1] = len(text)
        start = 0
        for column, end in enumerate(ends):
            yield Cell(text[start:end], token.row, column, 1, 1, token.start + start)
            start = end
        return
    yield token


def is_bracketed(text: str) -> bool:
    return text[0] in "(（" and text[-1] in ")）"


_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3})(?=\S)(.+?)\1")


def unmarked(cell: Cell) -> Cell:
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


def merged(tokens: Iterator[Cell]) -> Iterator[Cell]:
    """The tokens, with a label that is printed on two lines as one (本年新 / 制作数量, 商业 / 企业)."""
    held: Cell | None = None
    between: list[Cell] = []
    """Lines of white space behind the one that is held."""
    for token in tokens:
        if held is not None:
            if token.rowspan == SOFT:
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
        # 本年度 beside 增减(%) heads a column of its own
        short = (
            1 < len(token.text) <= 12 and not is_value(token.text) and columns.column_kind(token.text) is None
        )
        if short and (ROLES.get(key := label_key(token.text)) is None or key in active.HALVES):
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


def barred_runs(lines: list[str]) -> Iterator[tuple[int, int]]:
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


def grid_of(lines: list[str], first: int, last: int, number: int, is_open: bool) -> Table:
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
        if not ("-" in line and _is_rule([part for _, part in parts])):
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


def sections_of(table: Table) -> set[str]:
    kinds = {role(cell.text) for line in table.rows for cell in line if cell is not None and cell.text}
    return {_SECTION[kind] for kind in kinds if kind in _SECTION}


def keeps_columns(table: Table) -> bool:
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


def lacks_heads(table: Table) -> bool:
    """Whether rows of the nine-section table have several counts each, and their headings stand on lines
    of other lengths above."""
    rows = [[cell for cell in line if cell is not None and cell.text] for line in table.rows]
    several = any(
        role(line[0].text) == STATISTIC and sum(is_value(cell.text) for cell in line[1:]) > 1
        for line in rows
        if line
    )
    return several and not any(columns.is_heading([cell.text for cell in line]) for line in rows)


def lacks_routes(table: Table) -> bool:
    """Whether rows of an outcome and its count have their route on a line of another length above."""
    kinds = [[role(cell.text) for cell in line if cell is not None and cell.text] for line in table.rows]
    return any(line[:1] == [OUTCOME] and len(line) == 2 for line in kinds) and not any(
        ROUTE in line for line in kinds
    )


def lacks_labels(table: Table) -> bool:
    """Whether the rows are those of applicants, and the labels over their counts stand on lines of other lengths
    above: the applications table turned on its side."""
    rows = [[cell for cell in line if cell is not None and cell.text] for line in table.rows]
    kinds = {role(cell.text) for line in rows for cell in line}
    named = sum(len(line) > 1 and role(line[0].text) == APPLICANT and is_value(line[1].text) for line in rows)
    return named > 1 and REQUEST not in kinds


def lacks_applicants(table: Table) -> bool:
    """Whether rows of the applications table have their headings on lines of other lengths above."""
    kinds = {role(cell.text) for line in table.rows for cell in line if cell is not None and cell.text}
    return REQUEST in kinds and APPLICANT not in kinds


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
