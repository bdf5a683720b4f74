"""The publication gate: what the published warehouse holds, for the new one to be compared with."""

from __future__ import annotations

import duckdb

from flows.settings import Home

COMPARED: dict[str, str | None] = {
    "core.report": "province_code",
    "core.fact": None,
    # what the view mart.division_measure shows
    "core.cover": "province_code",
    "mart.province_measure": "province_code",
    "mart.province_year": "province_code",
    "mart.coverage": "province_code",
}
"""The tables that are compared, each with its column of the province."""

RELEASABLE = ("publication.rows_lost", "publication.province_lost")
"""The rules of the suite `publication` that a person can set aside. What else holds publication back (a
doubled key, a check that crashed) is a fault to be mended."""


def load_published(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Fill `raw.published` with the rows of the published warehouse; nothing where there is none, or one that is
    damaged, and no row for a table that it lacks."""
    if not home.warehouse.exists():
        return
    place = str(home.warehouse).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{place}' AS published (READ_ONLY)")
    except duckdb.Error:
        return  # the file is disposable: a damaged one must not keep the next from being built
    try:
        _count(connection)
    except (duckdb.IOException, duckdb.SerializationException):
        connection.execute("DELETE FROM raw.published")
    finally:
        connection.execute("DETACH published")


def _count(connection: duckdb.DuckDBPyConnection) -> None:
    """Count what the tables of the attached warehouse hold."""
    there = {
        name
        for (name,) in connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'published' "
            "UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = 'published'"
        ).fetchall()
    }
    for name, province in COMPARED.items():
        if name not in there:
            continue
        connection.execute(f"INSERT INTO raw.published SELECT '{name}', '', count(*) FROM published.{name}")
        if province:
            connection.execute(
                f"INSERT INTO raw.published SELECT '{name}', {province}, count(*) FROM published.{name} "
                f"WHERE {province} IS NOT NULL GROUP BY {province}"
            )
