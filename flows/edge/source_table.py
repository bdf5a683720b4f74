"""The catalogue of sources, readable for the models of a warehouse in the making."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.edge.catalogue import FOLDER, load_all
from flows.edge.warehouse import add_rows

if TYPE_CHECKING:
    import duckdb

_SCHEMA = pa.schema(
    [
        ("source_name", pa.string()),
        ("publisher", pa.string()),
        ("division_code", pa.string()),
        ("expected_report_count", pa.int32()),
        ("is_verified", pa.bool_()),
    ]
)


def load_sources(connection: duckdb.DuckDBPyConnection, folder: Path = FOLDER) -> None:
    """Fill `raw.source` with the entries that can be used; `gongkai sources --check` tells of the others."""
    rows = [
        {
            "source_name": source.name,
            "publisher": source.publisher,
            "division_code": source.division,
            "expected_report_count": source.expected_reports,
            "is_verified": source.verified,
        }
        for source in load_all(folder)[0]
    ]
    add_rows(connection, "raw.source", pa.Table.from_pylist(rows, schema=_SCHEMA))
