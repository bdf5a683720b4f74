"""Rows as an Excel workbook of one sheet, written row by row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from wcwidth import wcswidth

ROWS = 1_048_575
"""Rows that a sheet can hold under its header."""

_CHARACTERS = 32_767
_EXACT = 10**15
_WIDEST = 60


class TooLargeError(Exception):
    """The rows or a text do not fit into a sheet."""


def write_workbook(path: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook with a header that stays in view. Texts stay texts, whatever they look like; numbers that
    Excel cannot hold exactly become texts too. Raises TooLargeError."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("data")
        heading = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            sheet.set_column(column, column, min(max(len(name), wcswidth(name)) + 2, _WIDEST))
            sheet.write_string(0, column, name, heading)
        for number, row in enumerate(rows, 1):
            if number > ROWS:
                raise TooLargeError(
                    f"an Excel sheet holds {ROWS:,} rows and the query gives more; use csv or parquet"
                )
            for column, value in enumerate(row):
                _write(sheet, number, column, value, moment)


def _write(sheet: Any, row: int, column: int, value: Any, moment: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and math.isfinite(value) and abs(value) < _EXACT:
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value)
    else:
        text = str(value)
        if len(text) > _CHARACTERS:
            raise TooLargeError(
                f"row {row} has a text of {len(text):,} characters; an Excel cell holds {_CHARACTERS:,}"
            )
        sheet.write_string(row, column, text)
