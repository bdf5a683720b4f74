"""XLSX and XLS → the source text with its tables.

The reader is calamine (Rust), which gives values and merged ranges of both formats alike; it reads no
formulas, charts or macros. Each sheet is one table; rows of running text in it are prose.
"""

from __future__ import annotations

import io
import re
import struct
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.report.blocks import Blocks
from flows.report.errors import UnreadableError
from flows.report.ole import read_streams
from flows.report.package import open_zip, read_member
from flows.report.rows import is_label
from flows.report.source import Source
from flows.report.types import Span

_MAX_SHEETS = 100
_MAX_ROWS = 20_000
_MAX_COLUMNS = 500
_MAX_PLACES = 100_000
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\s(?:[^<>]*?\s)?r\s*=\s*[\"']([^\"']*)")
_REFERENCE = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})")
_CELL_RECORDS = frozenset(
    [0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x0406, 0x0206]
)
_ROW_RECORDS = frozenset([0xBD, 0xBE])
"""Of these kinds of records (MS-XLS 2.3) those of several cells, which end in the last one's column."""


def read_sheet(data: bytes) -> Source:
    """The visible sheets of a workbook, each as a table. UnreadableError where it is encrypted, broken
    or too large."""
    import python_calamine as calamine

    # calamine makes room for every place up to the last one that a file names
    if data.startswith(b"PK"):
        _refuse_far_cells(data)
    else:
        _refuse_far_records(data)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        blocks = Blocks()
        for sheet in book.sheets_metadata[:_MAX_SHEETS]:
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet and (
                sheet.visible == calamine.SheetVisibleEnum.Visible
            ):
                _read(book.get_sheet_by_name(sheet.name), blocks)
    except calamine.PasswordError:
        raise UnreadableError("the workbook is protected by a password") from None
    except (calamine.CalamineError, OSError, ValueError, KeyError, OverflowError, EOFError) as error:
        raise UnreadableError(f"the workbook is broken: {error}") from None
    except BaseException as error:
        # a panic of the Rust code is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError("the workbook is broken: its parts contradict each other") from None
    return blocks.source()


def _refuse_far_cells(data: bytes) -> None:
    """Refuse an XLSX with cells beyond the bounds."""
    with open_zip(data) as archive:
        for info in archive.infolist():
            if info.filename.lower().endswith(".xml") and "worksheets" in info.filename.lower():
                places = set(_PLACE.findall(read_member(archive, info)))
                if len(places) > 2 * _MAX_PLACES:
                    raise UnreadableError(f"a sheet has more than {_MAX_PLACES} cells: no annual report has")
                for place in places:
                    match = _REFERENCE.fullmatch(place.strip())
                    if match is None:
                        raise UnreadableError("the workbook is broken: a cell has no place")
                    column = 0
                    for letter in match.group(1).upper():
                        column = column * 26 + letter - 64
                    _refuse_beyond(int(match.group(2)), column)


def _refuse_far_records(data: bytes) -> None:
    """Refuse an XLS with cells beyond the bounds."""
    streams = read_streams(data, frozenset(["Workbook", "Book"]))
    for stream in streams.values():
        offset = 0
        while offset + 8 <= len(stream):
            kind, length, row, column = struct.unpack_from("<HHHH", stream, offset)
            if kind in _CELL_RECORDS and length >= 4:
                _refuse_beyond(row + 1, column + 1)
                if kind in _ROW_RECORDS:
                    _refuse_beyond(row + 1, struct.unpack_from("<H", stream, offset + 2 + length)[0] + 1)
            offset += 4 + length


def _refuse_beyond(row: int, column: int) -> None:
    if row > _MAX_ROWS or column > _MAX_COLUMNS:
        raise UnreadableError(
            f"a sheet has a cell in row {row} column {column}: more than an annual report has "
            f"(at most {_MAX_ROWS} rows and {_MAX_COLUMNS} columns are read)"
        )


def _read(sheet: Any, blocks: Blocks) -> None:
    if sheet.end is None:
        return
    height, width = sheet.end[0] + 1, sheet.end[1] + 1
    if height > _MAX_ROWS or width > _MAX_COLUMNS or height * width > _MAX_PLACES:
        raise UnreadableError(
            f"sheet {sheet.name!r} has {height} rows and {width} columns, more than an annual report has"
        )
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        bottom, right = min(bottom, height - 1), min(right, width - 1)
        if bottom < top or right < left:
            continue
        places = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        if covered.isdisjoint(places):
            covered.update(places)
            spans[top, left] = (bottom - top + 1, right - left + 1)
    texts: list[str] = []
    shape: list[Span] = []
    for row, line in enumerate(sheet.to_python(skip_empty_area=False)):
        for column, value in enumerate(line):
            if (row, column) in spans:
                rowspan, colspan = spans[row, column]
            elif (row, column) in covered:
                continue
            else:
                rowspan = colspan = 1
            texts.append(printed(value))
            shape.append((row, column, rowspan, colspan))
    in_pieces(texts, shape, blocks)


def in_pieces(texts: list[str], shape: list[Span], blocks: Blocks) -> None:
    """The rows of a sheet as prose and tables: a row in which one cell is filled, but with no label of a
    form, is a line of text. The first empty row below a table is its last: its counts may be left out."""
    rows: dict[int, list[int]] = {}
    for index, (row, _, _, _) in enumerate(shape):
        rows.setdefault(row, []).append(index)
    reach = 0
    """The first row below all cells so far."""
    kept: list[int] = []
    for row in sorted(rows):
        filled = [index for index in rows[row] if texts[index]]
        alone = len(filled) <= 1 and row >= reach and all(shape[index][2] == 1 for index in rows[row])
        above = rows.get(row - 1, [])
        below = bool(kept) and kept[-1] in above and any(texts[index] for index in above)
        if alone and not (is_label(texts[filled[0]]) if filled else below):
            _close(texts, shape, kept, blocks)
            kept = []
            if filled:
                blocks.prose(texts[filled[0]])
        else:
            kept += rows[row]
        reach = max(reach, *(shape[index][0] + shape[index][2] for index in rows[row]))
    _close(texts, shape, kept, blocks)


def _close(texts: list[str], shape: list[Span], kept: list[int], blocks: Blocks) -> None:
    """Hand over a table, without the empty columns at its sides."""
    if not kept:
        return
    top = shape[kept[0]][0]
    filled = [index for index in kept if texts[index]]
    left = min(shape[index][1] for index in filled)
    right = max(shape[index][1] + shape[index][3] for index in filled)
    inside = [index for index in kept if left <= shape[index][1] < right]
    blocks.table(
        [texts[index] for index in inside],
        [(shape[i][0] - top, shape[i][1] - left, shape[i][2], shape[i][3]) for i in inside],
    )


def printed(value: object) -> str:
    """A cell's value as a sheet shows it: whole numbers without a point, dates as dates."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        # binary fractions as typed: 17.27, not 17.269999999999999
        return f"{value:.12g}" if abs(value) < 1e15 else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, time | timedelta):
        return str(value)
    return ""
