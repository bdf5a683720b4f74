"""A small raw layer and a build over it, for tests of what comes after parsing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from flows.edge.asked import load_asked
from flows.edge.decisions import load_decisions
from flows.edge.gate import load_published
from flows.edge.parquet import table_of, write_attempts, write_batch
from flows.edge.reference import load_reference
from flows.edge.source_table import load_sources
from flows.edge.warehouse import JUDGEMENT, OVERALL_JUDGEMENT, connect, load_raw
from flows.model import Model, build_model, models_without, plan_models, read_model
from flows.settings import PARSER_VERSION, REFERENCE, SQL, Home
from flows.validate import validate, validate_overall

Row = Mapping[str, Any]

GOOD = {
    "kind": "annual_report",
    "agency_name": "耒阳市人民政府",
    "agency_type": "government",
    "scope": "territory_total",
    "division_code": "430481",
    "province_code": "430000",
    "report_year": 2017,
    "era": "2014",
    "title": "2017年度报告",
}
"""A report of which nothing bad is to be said."""


def report(sha256: str, **other: Any) -> dict[str, Any]:
    return {"sha256": sha256, **GOOD, **other}


def figure(sha256: str, **other: Any) -> dict[str, Any]:
    return {
        "sha256": sha256,
        "indicator": "requests.received",
        "applicant": "total",
        "value": 3.0,
        "state": "reported",
        "unit": "件",
        "qualifier": "exact",
        "method": "table",
        "raw": "3",
    } | other


def finding(sha256: str, rule: str, severity: str = "warning", outcome: str = "broken") -> dict[str, Any]:
    return {
        "sha256": sha256,
        "rule": rule,
        "severity": severity,
        "outcome": outcome,
        "message": rule,
        "facts": [],
    }


class RawLayer:
    """Writes documents with their facts and findings, and attempts, each later than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at = datetime(2024, 1, 31, tzinfo=UTC)
        self._runs = 0

    def add(self, documents: Sequence[Row], facts: Sequence[Row] = (), findings: Sequence[Row] = ()) -> None:
        version = {"parser_version": PARSER_VERSION}
        tables = {"document": documents, "fact": facts, "finding": findings}
        write_batch(
            self.folder,
            PARSER_VERSION,
            {name: table_of(name, [{**row, **version} for row in rows]) for name, rows in tables.items()},
        )

    def attempt(self, address: str, sha256: str | None = None, **other: Any) -> None:
        self._at += timedelta(minutes=1)
        self._runs += 1
        row = {"address": address, "role": "document", "requested_at": self._at, "sha256": sha256}
        write_attempts(self.folder, f"run-{self._runs:04d}", [row | other])


@contextmanager
def scorecard(raw: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build that has got as far as the scorecard."""
    connection = connect()
    try:
        load_raw(connection, raw)
        load_reference(connection)
        build_model(connection, read_model(SQL / "quality" / "scorecard.sql"))
        yield connection
    finally:
        connection.close()


@cache
def planned() -> list[Model]:
    return plan_models()


@contextmanager
def judged_build(
    raw: Path, home: Home, reference: Path = REFERENCE, sources: Path | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    """A build with every model made and judged, and why it must not be published."""
    connection = connect()
    try:
        load_raw(connection, raw)
        load_decisions(connection, home)
        load_asked(connection, home)
        if sources is not None:
            load_sources(connection, sources)
        load_published(connection, home)
        load_reference(connection, reference)
        failures: list[str] = []
        made: set[str] = set()
        for until, judge in (
            (JUDGEMENT, lambda: validate(connection)),
            (OVERALL_JUDGEMENT, lambda: validate_overall(connection, home)),
            ("", None),
        ):
            for model in models_without(planned(), until):
                if model.name not in made:
                    build_model(connection, model)
                    made.add(model.name)
            if judge:
                failures += judge().failures
        yield connection, failures
    finally:
        connection.close()
