"""Reads the reference tables of divisions into the core's `Divisions`."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from flows.report.place import Divisions
from flows.settings import REFERENCE

_CODE = re.compile(r"\d{6}").fullmatch
_YEAR = re.compile(r"\d{4}|").fullmatch
_COLUMNS: dict[str, tuple[str, ...]] = {
    "division.csv": ("code", "name", "level", "parent_code", "from_year", "to_year"),
    "division_alias.csv": ("alias", "code", "kind", "from_year", "to_year"),
    "division_successor.csv": ("code", "successor_code", "year", "relation"),
    "host.csv": ("host_suffix", "division"),
    "division_pinyin.csv": ("stem", "pinyin"),
    "address_shape.csv": ("pattern", "province"),
    "township.csv": ("name", "divisions"),
}
_CHECKS: dict[str, Callable[[str], object]] = {
    "code": _CODE,
    "successor_code": _CODE,
    "division": _CODE,
    "divisions": re.compile(r"\d{6}(?: \d{6})*").fullmatch,
    "province": _CODE,
    "parent_code": re.compile(r"(?:\d{6})?").fullmatch,
    "level": re.compile("[123]").fullmatch,
    "from_year": _YEAR,
    "to_year": _YEAR,
    "year": _YEAR,
    "name": re.compile(".{2,}").fullmatch,
    "alias": re.compile(".{2,}").fullmatch,
    "pattern": lambda value: re.compile(value),
}


class ReferenceTableError(ValueError):
    """A reference table that cannot be read as it stands: names the file and the line."""


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a reference table under its header, checked; raises `ReferenceTableError`."""
    columns = _COLUMNS[path.name]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReferenceTableError(f"{path}: {error}") from error
    if tuple(header[: len(columns)]) != columns:
        raise ReferenceTableError(
            f"{path}, line 1: expected the columns {', '.join(columns)}, found {header}"
        )
    for line, row in enumerate(rows, start=2):
        if len(row) < len(columns):
            raise ReferenceTableError(
                f"{path}, line {line}: expected {len(columns)} columns, found {len(row)}"
            )
    for place, name in enumerate(columns):
        if name in _CHECKS:
            _check_column(path, rows, place, name)
    return rows


def _check_column(path: Path, rows: list[list[str]], place: int, name: str) -> None:
    """Each value once: the tables repeat their codes and years many times."""
    bad = {value for value in {row[place] for row in rows} if not _passes(_CHECKS[name], value)}
    if bad:
        line, value = next((line, row[place]) for line, row in enumerate(rows, start=2) if row[place] in bad)
        raise ReferenceTableError(f"{path}, line {line}: {value!r} is not a valid {name}")


def _passes(check: Callable[[str], object], value: str) -> bool:
    try:
        return bool(check(value))
    except re.error:
        return False


def read_divisions(folder: Path) -> Divisions:
    """The divisions of a folder of reference tables; the list of townships is read when it is first needed."""
    divisions = read_rows(folder / "division.csv")
    known = {row[0] for row in divisions}
    aliases = read_rows(folder / "division_alias.csv")
    hosts = read_rows(folder / "host.csv")
    _refer(folder / "division_alias.csv", aliases, 1, known)
    _refer(folder / "host.csv", hosts, 1, known)
    return Divisions.from_rows(
        divisions,
        aliases=aliases,
        successors=read_rows(folder / "division_successor.csv"),
        hosts=hosts,
        pinyin=read_rows(folder / "division_pinyin.csv"),
        shapes=read_rows(folder / "address_shape.csv"),
        townships=lambda: read_rows(folder / "township.csv"),
    )


def _refer(path: Path, rows: Sequence[Sequence[str]], column: int, known: set[str]) -> None:
    for line, row in enumerate(rows, start=2):
        if row[column] not in known:
            raise ReferenceTableError(f"{path}, line {line}: no division has the code {row[column]!r}")


@cache
def load_divisions() -> Divisions:
    """The divisions of the project's reference tables, read once."""
    return read_divisions(REFERENCE)
