"""How long the suites take to judge many reports, and in how much memory.

    python -m tests.bench.bench_quality [--reports 100000] [--bad 0.02]

Only judging is measured: the scorecards are made up, as DuckDB would hand them over, with the share `bad` of
the reports breaking one rule each.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import great_expectations  # noqa: F401  (its import is not judging)

from flows.edge.quality import load_suite
from flows.edge.warehouse import connect, create_judgement, load_raw
from flows.settings import EXPECTATIONS, Home
from flows.validate import OVERALL_SUITES, REPORT_SUITE, validate, validate_overall


def bench(report_count: int, bad: float, home: Home) -> tuple[float, int]:
    """Seconds of judging, and judgements given."""
    rng = Random(1)
    with connect() as connection:
        load_raw(connection, home.raw)
        connection.execute("CREATE SCHEMA quality; CREATE SCHEMA core; DROP VIEW raw.document")
        connection.execute(
            f"CREATE TABLE raw.document AS SELECT sha256(range::VARCHAR) AS sha256, 'annual_report' AS kind FROM range({report_count})"
        )
        connection.execute("CREATE TABLE core.report AS SELECT sha256 FROM raw.document")
        for name in (REPORT_SUITE, *OVERALL_SUITES):
            suite = load_suite(EXPECTATIONS / name)
            columns = []
            for rule in suite.rules:
                good, wrong = ("FALSE", "TRUE") if "value_set" in rule.kwargs else ("0", "1")
                share = bad / len(suite.rules)
                # every rule its own rows
                start = rng.random()
                columns.append(
                    f"CASE WHEN (hash(sha256) / 18446744073709551615.0 + {start}) % 1 < {share} THEN {wrong} ELSE {good} END AS {rule.kwargs['column']}"
                )
            rows = "raw.document" if suite.key == "sha256" else "(SELECT * FROM raw.document LIMIT 600)"
            connection.execute(
                f"CREATE TABLE {suite.table} AS SELECT sha256 AS {suite.key}, {', '.join(columns)} FROM {rows}"
            )
        create_judgement(connection)
        started = time.monotonic()
        first = validate(connection)
        second = validate_overall(connection, home)
        return time.monotonic() - started, sum(first.counts.values()) + sum(second.counts.values())


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--bad", type=float, default=0.02)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        seconds, judgement_count = bench(options.reports, options.bad, Home(Path(folder)))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{options.reports:,} reports judged in {seconds:.1f} s, {judgement_count:,} judgements, peak {megabytes:,.0f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
