"""Tables of the warehouse as files for others: CSV and Parquet, a data dictionary, and a Frictionless Data Package
(`datapackage.json`, version 1 of the specification) that describes them all.

Comments and types are those of the warehouse file itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.edge.archive import temporary_name

if TYPE_CHECKING:
    import duckdb

PACKAGE = "datapackage.json"
DICTIONARY = "DICTIONARY.md"

_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "FLOAT": "number",
    "DOUBLE": "number",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
}


class FolderTakenError(Exception):
    """The folder to write to holds something that is no export."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type in DuckDB, the type in Frictionless' words, its comment."""

    name: str
    duckdb_type: str
    type: str
    description: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table to export. `grain` makes a row one of its kind; it is a key where none of its columns can be null."""

    name: str
    grain: tuple[str, ...]
    is_keyed: bool
    description: str
    columns: tuple[Column, ...]

    def path(self, ending: str) -> str:
        """Its file within the export."""
        return f"{self.name.replace('.', '/', 1)}.{ending}"


def describe_tables(
    connection: duckdb.DuckDBPyConnection,
    grains: Mapping[str, tuple[str, ...]],
    keyless: Collection[str] = (),
) -> list[ExportTable]:
    """The tables of `grains` that the warehouse has, with their columns and comments, by name. Those of `keyless`
    have a grain that can be null."""
    what = dict(
        connection.execute(
            """
            SELECT schema_name || '.' || table_name, coalesce(comment, '') FROM duckdb_tables() WHERE NOT internal
            UNION ALL
            SELECT schema_name || '.' || view_name, coalesce(comment, '') FROM duckdb_views() WHERE NOT internal
            """
        ).fetchall()
    )
    columns: dict[str, list[Column]] = {}
    for table, name, kind, comment in connection.execute(
        """
        SELECT schema_name || '.' || table_name, column_name, data_type, coalesce(comment, '')
        FROM duckdb_columns() WHERE NOT internal ORDER BY schema_name, table_name, column_index
        """
    ).fetchall():
        columns.setdefault(table, []).append(Column(name, kind, _type(kind), comment))
    return [
        ExportTable(name, grains[name], name not in keyless, what[name], tuple(columns[name]))
        for name in sorted(grains)
        if name in what
    ]


def _type(kind: str) -> str:
    if kind.endswith("[]"):
        return "array"
    if kind.startswith(("STRUCT", "MAP")):
        return "object"
    if kind.startswith("TIMESTAMP"):
        return "datetime"
    if kind.startswith("DECIMAL"):
        return "number"
    return _TYPES.get(kind, "string")


def export(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[ExportTable], folder: Path, created_at: datetime
) -> None:
    """Write the tables to `folder`; an export that is there is replaced when all is written.

    `created_at` is when the warehouse was published, UTC. Raises FolderTakenError.
    """
    with _replacing(folder) as new:
        resources = []
        for table in tables:
            (new / table.path("csv")).parent.mkdir(parents=True, exist_ok=True)
            order = ", ".join(table.grain)
            listed = ", ".join(_csv_value(column) for column in table.columns)
            _copy(
                connection,
                f"SELECT {listed} FROM {table.name} ORDER BY {order}",
                new / table.path("csv"),
                "FORMAT csv, HEADER",
            )
            _copy(
                connection,
                f"SELECT * FROM {table.name} ORDER BY {order}",
                new / table.path("parquet"),
                "FORMAT parquet, COMPRESSION zstd",
            )
            resources.append(_resource(table, new))
        package = {
            "profile": "data-package",
            "name": "gongkai",
            "title": "China's yearly open government information reports | 政府信息公开工作年度报告数据",
            "description": "Province roll-ups of the figures in the reports, with the reports and findings behind "
            f"them. Beside each CSV file lies the same table as Parquet; {DICTIONARY} describes them for people.",
            "created": created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resources": resources,
        }
        (new / PACKAGE).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (new / DICTIONARY).write_text(_dictionary(tables), encoding="utf-8")


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` that takes its place when left without an error."""
    if (
        folder.exists()
        and not (folder / PACKAGE).is_file()
        and (not folder.is_dir() or any(folder.iterdir()))
    ):
        raise FolderTakenError(f"{folder}: holds something that is no export; give an empty or a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = temporary_name(folder), temporary_name(folder)
    new.mkdir()
    try:
        yield new
        if folder.exists():
            folder.replace(old)
        try:
            new.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    connection.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' ({options})")


def _csv_value(column: Column) -> str:
    name = f'"{column.name}"'
    if column.type == "datetime":
        return f"strftime({name}::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ') AS {name}"
    if column.type in ("array", "object"):
        return f"to_json({name})::VARCHAR AS {name}"
    return name


def _resource(table: ExportTable, folder: Path) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.path("csv"),
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_size(folder / table.path("csv")),
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": column.type,
                    "description": column.description,
                    **(
                        {"constraints": {"required": True}}
                        if table.is_keyed and column.name in table.grain
                        else {}
                    ),
                }
                for column in table.columns
            ],
            **({"primaryKey": list(table.grain)} if table.is_keyed else {}),
            "missingValues": [""],
        },
    }


def _size(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": os.fstat(file.fileno()).st_size, "hash": f"sha256:{digest}"}


def _dictionary(tables: Sequence[ExportTable]) -> str:
    lines = ["# Data dictionary | 数据字典", "", "| table | what | 说明 |", "|---|---|---|"]
    lines += [
        f"| [`{table.name}`](#{table.name.replace('.', '')}) | {_cells(table.description)} |"
        for table in tables
    ]
    for table in tables:
        lines += ["", f"## `{table.name}`", "", table.description.replace(" | ", "<br>"), ""]
        key = ", ".join(f"`{column}`" for column in table.grain)
        lines += [f"Files: `{table.path('csv')}`, `{table.path('parquet')}`. One row: {key}.", ""]
        lines += ["| column | type | what | 说明 |", "|---|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.type} | {_cells(column.description)} |" for column in table.columns
        ]
    return "\n".join(lines) + "\n"


def _cells(text: str) -> str:
    """`English | Chinese` as two cells."""
    return " | ".join(part.replace("|", "\\|") for part in text.split(" | ", 1))
