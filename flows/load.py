"""Load: the raw layer and the reference data, readable for the models of a warehouse in the making."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.edge.asked import load_asked
from flows.edge.decisions import load_decisions
from flows.edge.gate import load_published
from flows.edge.reference import load_reference
from flows.edge.source_table import load_sources
from flows.edge.warehouse import load_raw
from flows.settings import PARSER_VERSION, Home

if TYPE_CHECKING:
    import duckdb


def load(connection: duckdb.DuckDBPyConnection, home: Home, version: int = PARSER_VERSION) -> None:
    """Make `raw.*` and `ref.*` readable on the connection.

    Raises ReferenceDataError for a mistake in the CSV, DecisionsError for one in the record of decisions,
    AskedError for one in the notes of what was asked for.
    """
    load_raw(connection, home.raw, version)
    load_decisions(connection, home)
    load_asked(connection, home)
    load_sources(connection)
    load_published(connection, home)
    load_reference(connection)
