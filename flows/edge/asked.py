"""What each source was last asked for: everything, or single years. Without this a run of one source or of one
year would look as if all other provinces and years had disappeared.

`<home>/raw/asked.json`: source → year, or `all` → the day (UTC) of the last run that asked for it. Two runs that
end together may lose one note, after which a year counts as not asked for until the next run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.edge.archive import write_atomically
from flows.edge.warehouse import add_rows
from flows.settings import Home

if TYPE_CHECKING:
    import duckdb

ALL = "all"

Asked = dict[str, dict[str, str]]


class AskedError(Exception):
    """The notes are not as they must be; the message names the file."""


def note_asked(home: Home, sources: Iterable[str], years: Collection[int], day: date) -> None:
    """Note that the sources were asked on a day, for these years or, where there are none, for everything."""
    asked = read_asked(home)
    before = json.dumps(asked)
    for name in sources:
        asked.setdefault(name, {}).update(
            dict.fromkeys(map(str, years) if years else (ALL,), day.isoformat())
        )
    if json.dumps(asked) != before:
        path = _path(home)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(asked, ensure_ascii=False, indent=1, sort_keys=True).encode())


def read_asked(home: Home) -> Asked:
    """The notes; none where there are none. Raises AskedError."""
    path = _path(home)
    if not path.exists():
        return {}
    try:
        asked: Asked = json.loads(path.read_text(encoding="utf-8"))
        for days in asked.values():
            for year, day in days.items():
                date.fromisoformat(day)
                if year != ALL:
                    int(year)
    except (ValueError, AttributeError, TypeError) as error:
        raise AskedError(f"{path}: expected source → year or {ALL} → day: {error}") from error
    return asked


def load_asked(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Fill `raw.asked`; the year is null for everything. Raises AskedError."""
    rows = [
        {
            "source_name": name,
            "report_year": None if year == ALL else int(year),
            "asked_on": date.fromisoformat(day),
        }
        for name, days in read_asked(home).items()
        for year, day in days.items()
    ]
    if rows:
        schema = pa.schema(
            [("source_name", pa.string()), ("report_year", pa.int32()), ("asked_on", pa.date32())]
        )
        add_rows(connection, "raw.asked", pa.Table.from_pylist(rows, schema=schema))


def _path(home: Home) -> Path:
    return home.raw / "asked.json"
