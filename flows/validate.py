"""Validate: what DuckDB computed, judged by the suites, and what holds back publication.

Reports are judged one by one before anything is modelled, for what is critical keeps them out; reports
beside others, provinces, sources and the tables themselves are judged when the models are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from flows.edge.decisions import baseline
from flows.edge.gate import RELEASABLE
from flows.edge.quality import SEVERITIES, Judgement, Suite, judge, load_suite
from flows.edge.warehouse import OVERALL_JUDGEMENT, RULE, add_rows, create_judgement
from flows.settings import EXPECTATIONS, Home

if TYPE_CHECKING:
    import duckdb

REPORT_SUITE = "report_scorecard.yaml"
OVERALL_SUITES = (
    "report_comparison.yaml",
    "province_coverage.yaml",
    "fetch_manifest.yaml",
    "source_yield.yaml",
    "publication.yaml",
)
PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Validation:
    """What judging came to: rows judged, judgements by severity, why nothing may be published (each as
    `rule subject: message`), and Great Expectations' own results by suite."""

    report_count: int
    counts: dict[str, int]
    failures: list[str]
    results: dict[str, Any] = field(default_factory=dict)


def validate(connection: duckdb.DuckDBPyConnection, folder: Path = EXPECTATIONS) -> Validation:
    """Judge `quality.scorecard` and write `quality.judgement` and `quality.rule`.

    Raises SuiteError for a suite that is not as it must be.
    """
    suite = load_suite(folder / REPORT_SUITE)
    report_count = _count(connection, "SELECT count(*) FROM raw.document WHERE kind = 'annual_report'")
    scored_count = _count(connection, f"SELECT count(*) FROM {suite.table}")
    results: list[Any] = []
    if report_count or scored_count:
        judgements = [
            *_completeness(suite, report_count, scored_count),
            *judge(_frame(connection, suite), suite, results),
        ]
    else:
        judgements = []  # nothing read so far is a report
    create_judgement(connection, _rows(judgements))
    _write_rules(connection, [suite, *(load_suite(folder / name) for name in OVERALL_SUITES)])
    return Validation(
        report_count,
        _by_severity(judgements),
        publication_failures(connection),
        {suite.name: results[0]} if results else {},
    )


def validate_overall(
    connection: duckdb.DuckDBPyConnection, home: Home, folder: Path = EXPECTATIONS
) -> Validation:
    """Judge everything that takes more than one document and write `quality.overall_judgement`.

    What a person has released since the last publication holds nothing back. Raises SuiteError.
    """
    suites = [load_suite(folder / name) for name in OVERALL_SUITES]
    report_count = _count(connection, "SELECT count(*) FROM core.report")
    released = _released(connection, home)
    everything: list[Judgement] = []
    failures: list[str] = []
    results: dict[str, Any] = {}
    for suite in suites:
        row_count = _count(connection, f"SELECT count(*) FROM {suite.table}")
        kept: list[Any] = []
        judgements = []
        if suite.key == "sha256":
            judgements += _completeness(suite, report_count, row_count)
        is_due = suite.rows_of is not None and _count(connection, f"SELECT count(*) FROM {suite.rows_of}")
        if row_count or is_due:
            judgements += judge(_frame(connection, suite), suite, kept)
        judgements = [_as_released(one, released) for one in judgements]
        if kept:
            results[suite.name] = kept[0]
        everything += judgements
        failures += [_failure(one) for one in judgements if one.severity == "critical"]
        add_rows(connection, OVERALL_JUDGEMENT, _overall_rows(suite, judgements))
    return Validation(report_count, _by_severity(everything), sorted(failures), results)


def publication_failures(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Why the warehouse in the making may not be published; empty when it may.

    A critical judgement on a document keeps that document out. One on a table as a whole, which is what a
    crashed check is too, says that the warehouse cannot be trusted.
    """
    rows = connection.execute(
        "SELECT rule, message FROM quality.judgement WHERE sha256 IS NULL AND severity = 'critical' ORDER BY ALL"
    ).fetchall()
    return [f"{rule}: {message}" for rule, message in rows]


def _failure(judgement: Judgement) -> str:
    subject = f" {judgement.key}" if judgement.key else ""
    release = ""
    if judgement.rule in RELEASABLE:
        release = (
            f". If that is right, release it and run again: gongkai gate release {judgement.rule} "
            f"--subject '{judgement.key}' --by NAME --reason TEXT"
        )
    return f"{judgement.rule}{subject}: {judgement.message}{release}"


def _released(connection: duckdb.DuckDBPyConnection, home: Home) -> dict[tuple[str, str], str]:
    """(rule, subject) → who released it and why, of the releases given since the last publication; the
    subject is empty for one that holds for the whole rule."""
    rows = connection.execute(
        "SELECT unnest(rules), subject, decided_by, reason FROM raw.decision "
        "WHERE action = 'publish' AND baseline = $1 ORDER BY decision_number",
        [baseline(home)],
    ).fetchall()
    return {(rule, subject): f"released by {by}: {reason}" for rule, subject, by, reason in rows}


def _as_released(judgement: Judgement, released: dict[tuple[str, str], str]) -> Judgement:
    note = released.get((judgement.rule, judgement.key or "")) or released.get((judgement.rule, ""))
    if judgement.severity != "critical" or judgement.rule not in RELEASABLE or note is None:
        return judgement
    return Judgement(
        judgement.key,
        judgement.rule,
        "info",
        f"{judgement.message} ({note})",
        f"{judgement.message_zh}（{note}）",
    )


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
    return _table(
        {
            "sha256": [one.key for one in judgements],
            "rule": [one.rule for one in judgements],
            "severity": [one.severity for one in judgements],
            "message": [one.message for one in judgements],
            "message_zh": [one.message_zh for one in judgements],
            "parser_rule": [one.parser_rule for one in judgements],
        }
    )


def _overall_rows(suite: Suite, judgements: list[Judgement]) -> pa.Table:
    return _table(
        {
            "suite": [suite.name] * len(judgements),
            "subject": [one.key for one in judgements],
            "rule": [one.rule for one in judgements],
            "severity": [one.severity for one in judgements],
            "message": [one.message for one in judgements],
            "message_zh": [one.message_zh for one in judgements],
        }
    )


def _write_rules(connection: duckdb.DuckDBPyConnection, suites: Sequence[Suite]) -> None:
    rules = [(suite.name, rule) for suite in suites for rule in suite.rules]
    add_rows(
        connection,
        RULE,
        _table(
            {
                "suite": [name for name, _ in rules],
                "rule": [rule.rule for _, rule in rules],
                "severity": [rule.severity for _, rule in rules],
                "description": [rule.description for _, rule in rules],
                "description_zh": [rule.description_zh for _, rule in rules],
            }
        ),
    )


def _table(columns: dict[str, Any]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _by_severity(judgements: list[Judgement]) -> dict[str, int]:
    counts = Counter(one.severity for one in judgements)
    return {severity: counts[severity] for severity in SEVERITIES}


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((count,),) = connection.execute(query).fetchall()
    return int(count)
