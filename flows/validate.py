"""Validate: the scorecard that DuckDB computed, judged by the suites, and what holds back publication."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.edge.quality import SEVERITIES, Judgement, Suite, judge, load_suite
from flows.edge.warehouse import JUDGEMENT_DESCRIPTION, create_judgement
from flows.settings import EXPECTATIONS

if TYPE_CHECKING:
    import duckdb

REPORT_SUITE = "report_scorecard.yaml"


@dataclass(frozen=True, slots=True)
class Validation:
    """What judging came to: reports judged, judgements by severity, and why nothing may be published."""

    report_count: int
    counts: dict[str, int]
    failures: list[str]


def validate(connection: duckdb.DuckDBPyConnection, folder: Path = EXPECTATIONS) -> Validation:
    """Judge `quality.scorecard` and write `quality.judgement`.

    Raises SuiteError for a suite that is not as it must be.
    """
    suite = load_suite(folder / REPORT_SUITE)
    report_count = _count(connection, "SELECT count(*) FROM raw.document WHERE kind = 'annual_report'")
    scored_count = _count(connection, f"SELECT count(*) FROM {suite.table}")
    if report_count or scored_count:
        judgements = [
            *_completeness(suite, report_count, scored_count),
            *judge(_frame(connection, suite), suite),
        ]
    else:
        judgements = []  # nothing read so far is a report
    create_judgement(connection, _rows(judgements))
    return Validation(report_count, _by_severity(judgements), publication_failures(connection))


def publication_failures(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Why the warehouse in the making may not be published; empty when it may.

    A critical judgement on a document keeps that document out. One on a table as a whole, which is what a
    crashed check is too, says that the warehouse cannot be trusted.
    """
    rows = connection.execute(
        "SELECT rule, message FROM quality.judgement WHERE sha256 IS NULL AND severity = 'critical' ORDER BY ALL"
    ).fetchall()
    return [f"{rule}: {message}" for rule, message in rows]


def _completeness(suite: Suite, report_count: int, scored_count: int) -> list[Judgement]:
    if report_count == scored_count:
        return []
    return [
        Judgement(
            None,
            "scorecard.incomplete",
            "critical",
            f"{suite.table} has {scored_count} rows for {report_count} annual reports",
            f"{suite.table} 有 {scored_count} 行，而年度报告有 {report_count} 份",
        )
    ]


def _frame(connection: duckdb.DuckDBPyConnection, suite: Suite):  # type: ignore[no-untyped-def]
    """The columns that the suite judges, of those that there are: `judge` names the ones that are not."""
    wanted = {suite.key, *(column for rule in suite.rules for column in rule.columns)}
    table = connection.table(suite.table)
    return table.select(*(column for column in table.columns if column in wanted)).df()


def _rows(judgements: list[Judgement]) -> pa.Table:
    columns = {
        "sha256": [one.key for one in judgements],
        "rule": [one.rule for one in judgements],
        "severity": [one.severity for one in judgements],
        "message": [one.message for one in judgements],
        "message_zh": [one.message_zh for one in judgements],
    }
    assert columns.keys() == JUDGEMENT_DESCRIPTION.columns.keys()
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _by_severity(judgements: list[Judgement]) -> dict[str, int]:
    counts = Counter(one.severity for one in judgements)
    return {severity: counts[severity] for severity in SEVERITIES}


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((count,),) = connection.execute(query).fetchall()
    return int(count)
