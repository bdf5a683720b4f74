"""Time to build every table of the warehouse, as a multiple of what DuckDB needs to scan and group the same facts
once, over a made-up raw layer.

    python -m tests.bench.bench_warehouse [--reports 50000] [--marts] [--folder DIR] [--keep]

Two groupings stand for "scan and group once". One row a report and figure is the grain that roll-ups need: whose
number counts where depends on which report gives which figure, so that no coarser grouping of the facts can lead to
the marts. The cheapest grouping of use, province × year × indicator, adds up everything that was read: wrong numbers
(each application counted several times), but the least that any answer over all facts costs. The marts do neither:
the parser has put the figures of each document side by side.

DuckDB writes the facts itself, in batches and in the order in which the parser writes; what follows from them is made
as for any batch. Judging by Great Expectations is left out: reports with a critical finding are kept out, as the
suites would do. Both sides run in one process with the same settings, the groupings before and after the build, on
files that are in the system's cache. Seconds of CPU are the better measure on a machine that does other work too.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.edge.parquet import list_figures
from flows.edge.reference import load_reference
from flows.edge.warehouse import (
    JUDGEMENT,
    at_once,
    building,
    connect,
    create_judgement,
    describe,
)
from flows.load import load
from flows.model import Model, build_model, plan_models
from flows.parse import BATCH_DOCUMENTS
from flows.settings import PARSER_VERSION, Home

REPORTS_AN_AGENCY = 8

DEPARTMENTS = [
    "教育局",
    "民政局",
    "财政局",
    "统计局",
    "司法局",
    "公安局",
    "审计局",
    "卫生健康局",
    "自然资源局",
    "生态环境局",
    "交通运输局",
    "农业农村局",
    "商务局",
    "水利局",
    "应急管理局",
    "市场监督管理局",
    "医疗保障局",
    "信访局",
    "城市管理局",
    "发展和改革局",
    "科学技术局",
    "文化和旅游局",
]

# which agency a document is of, and which year and form; every 33rd document repeats the one before it
_DOCUMENT = f"""
CREATE TABLE made_document AS
WITH
division AS (
    SELECT division_code, division_name, level, row_number() OVER (ORDER BY level > 1, hash(division_code)) - 1 AS place
    FROM ref.division
    WHERE to_year IS NULL AND division_code < '700000'
),
size AS (
    SELECT
        count(*) AS divisions, greatest(1, $reports // {REPORTS_AN_AGENCY}) AS agencies,
        $departments::VARCHAR[] AS departments
    FROM division
),
numbered AS (
    SELECT
        i AS number,
        CASE WHEN i % 33 = 32 THEN i - 1 ELSE i END AS original,
        original % agencies AS agency,
        agency // divisions AS rank,
        2025 - original // agencies - [0, 0, 0, 0, 0, 0, 1, 2, 5, 10][agency % 10 + 1] AS report_year,
        agency % divisions AS place,
        departments
    FROM range($reports) AS r(i), size
)
SELECT
    n.number,
    n.original,
    sha256('document ' || n.number) AS sha256,
    d.division_name || CASE
        WHEN n.rank = 0 THEN '人民政府'
        WHEN n.rank <= len(n.departments) THEN n.departments[n.rank]
        ELSE '第' || n.rank || '街道办事处'
    END AS agency_name,
    CASE WHEN n.rank = 0 THEN 'government' WHEN n.rank <= len(n.departments) THEN 'department' ELSE 'township' END
        AS agency_type,
    CASE
        WHEN n.rank > 0 THEN 'single_agency'
        WHEN hash(n.original) % 10 < 7 THEN 'territory_total'
        WHEN hash(n.original) % 10 = 7 THEN 'own_level'
        ELSE 'unknown'
    END AS scope,
    d.division_code,
    d.division_code[1:2] || '0000' AS province_code,
    d.level,
    greatest(n.report_year, 2008)::INTEGER AS report_year,
    CASE
        WHEN hash(n.original, 1) % 50 = 0 THEN '2019'
        WHEN n.report_year < 2014 THEN '2008'
        WHEN n.report_year < 2019 THEN '2014'
        WHEN n.report_year < 2021 THEN '2019'
        ELSE '2021'
    END AS era
FROM numbered AS n
JOIN division AS d USING (place)
"""

_CELL = """
CREATE TABLE made_cell AS
WITH cell AS (
    SELECT era, indicator, applicant, unit
    FROM ref.indicator JOIN ref.applicant ON is_by_applicant OR applicant = 'total'
    UNION ALL
    SELECT DISTINCT era, indicator, applicant, '件' FROM ref.measure_indicator WHERE era = '2008'
)
SELECT *, row_number() OVER (PARTITION BY era ORDER BY indicator, applicant) AS place FROM cell
"""

_TABLES = {
    "fact": """
        SELECT
            d.sha256, $version::INTEGER AS parser_version, c.indicator, c.applicant,
            CASE
                WHEN chance < 60 THEN 0.0
                WHEN chance < 93 THEN (h // 100 % CASE WHEN d.scope = 'territory_total' THEN 5000 // d.level ELSE 40 END)::DOUBLE
            END AS value,
            CASE WHEN chance < 93 THEN 'reported' WHEN chance < 98 THEN 'blank' ELSE 'not_applicable' END AS state,
            c.unit,
            CASE WHEN d.era = '2008' AND chance = 7 THEN 'about' ELSE 'exact' END AS qualifier,
            CASE WHEN d.era = '2008' THEN 'narrative' ELSE 'table' END AS method,
            CASE WHEN chance < 93 THEN value::BIGINT::VARCHAR WHEN chance < 98 THEN '' ELSE '/' END AS raw,
            printf('table %d row %d column %d', 1 + c.place // 40, 1 + c.place // 7, 1 + c.place % 7) AS location,
            (1000 + 60 * c.place)::BIGINT AS source_start,
            (1004 + 60 * c.place)::BIGINT AS source_end
        FROM made_document AS d
        JOIN made_cell AS c USING (era)
        CROSS JOIN LATERAL (SELECT hash(d.original, c.place) AS h, hash(d.original, c.place) % 100 AS chance) AS x
        WHERE d.number BETWEEN $first AND $last
        ORDER BY d.number, c.place  -- as the parser writes them
    """,
    "finding": """
        SELECT
            sha256, $version::INTEGER AS parser_version, rule,
            CASE rule WHEN 'table.misread' THEN 'critical' WHEN 'requests.balance' THEN 'warning' ELSE 'info' END AS severity,
            CASE rule WHEN 'requests.parts' THEN 'not_assessable' ELSE 'broken' END AS outcome,
            rule || ' of a made-up report' AS message, 1.0 AS observed, 2.0 AS expected,
            ['requests.received|total'] AS facts
        FROM (
            SELECT sha256, unnest(list_filter([
                CASE WHEN hash(original, 2) % 100 = 0 THEN 'table.misread' END,
                CASE WHEN hash(original, 3) % 6 = 0 THEN 'requests.balance' END,
                CASE WHEN hash(original, 4) % 3 > 0 THEN 'requests.parts' END
            ], lambda rule: rule IS NOT NULL)) AS rule
            FROM made_document WHERE number BETWEEN $first AND $last
        )
    """,
    "document": """
        SELECT
            sha256, $version::INTEGER AS parser_version, 'https://www.example.gov.cn/' || number || '.html' AS address,
            'annual_report' AS kind, NULL::VARCHAR AS reason,
            agency_name || report_year || '年政府信息公开工作年度报告' AS title, agency_name, agency_type, scope,
            division_code, province_code, report_year, era,
            make_date(report_year + 1, 1, 10) + (hash(original, 5) % 90)::INTEGER AS published_on,
            MAP {'year': 'title', 'place': 'footer'} AS evidence, MAP {'punctuation': hash(number) % 3} AS repairs,
            3::INTEGER AS table_count, 0::INTEGER AS image_count, 9000::BIGINT AS text_length,
            hash(original)::VARCHAR AS text_fingerprint
        FROM made_document WHERE number BETWEEN $first AND $last
    """,
}
_ATTEMPT = """
SELECT
    'made_up' AS source_name, 'https://www.example.gov.cn/' || number || '.html' AS address,
    address AS final_address, NULL::VARCHAR AS found_on, 'document' AS role,
    TIMESTAMPTZ '2026-05-01 00:00:00Z' + to_seconds(number) AS requested_at, 0.2 AS elapsed_seconds,
    200::INTEGER AS status_code, '{}' AS headers, 'text/html' AS media_type, 'utf-8' AS charset,
    90000::BIGINT AS byte_count, sha256, NULL::VARCHAR AS error
FROM made_document
"""


def write_raw_layer(raw: Path, reports: int, batch: int = BATCH_DOCUMENTS) -> None:
    """Write a raw layer of so many reports: agencies of every division of China with eight years each, most of
    them recent, in the form of their year; the same for the same number."""
    with connect() as connection:
        load_reference(connection)
        connection.execute(_DOCUMENT, {"reports": reports, "departments": DEPARTMENTS})
        connection.execute(_CELL)
        folders = {name: raw / name / f"v{PARSER_VERSION}" for name in _TABLES}
        for folder in (*folders.values(), raw / "attempt"):
            folder.mkdir(parents=True)
        for first in range(0, reports, batch):
            for name, query in _TABLES.items():
                bounds = {"$first": first, "$last": first + batch - 1, "$version": PARSER_VERSION}
                for parameter, value in bounds.items():
                    query = query.replace(parameter, str(value))
                _copy(connection, query, folders[name] / f"{first:08d}.parquet")
            list_figures(raw, f"v{PARSER_VERSION}/{first:08d}.parquet")
        _copy(connection, _ATTEMPT, raw / "attempt" / "run-0001.parquet")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


class Clock:
    """Seconds, and seconds of CPU of all threads, since it was made."""

    def __init__(self) -> None:
        self._started, self._used = time.monotonic(), _cpu()

    def read(self) -> tuple[float, float]:
        return time.monotonic() - self._started, _cpu() - self._used


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


GROUPINGS = {
    "one row a report and figure": """
        SELECT count(*), sum(total) FROM (
            SELECT f.sha256, f.indicator, f.applicant, sum(f.value) AS total
            FROM read_parquet('{raw}/fact/*/*.parquet') AS f
            GROUP BY f.sha256, f.indicator, f.applicant
        )
    """,
    "province, year, indicator": """
        SELECT d.province_code, d.report_year, f.indicator, sum(f.value), count(*)
        FROM read_parquet('{raw}/fact/*/*.parquet') AS f
        JOIN read_parquet('{raw}/document/*/*.parquet') AS d USING (sha256)
        GROUP BY ALL
    """,
}


def scan_and_group(raw: Path, grouping: str) -> tuple[float, float]:
    """Seconds, and seconds of CPU, to read the facts once and group them."""
    with connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        clock = Clock()
        connection.execute(GROUPINGS[grouping].format(raw=raw)).fetchall()
        return clock.read()


@dataclass(frozen=True, slots=True)
class Step:
    """A model that was built, or what else the build does."""

    name: str
    row_count: int | None
    seconds: float
    cpu_seconds: float


def build_warehouse(home: Home, plan: Sequence[Model]) -> list[Step]:
    """Build and publish the warehouse of a home: what each step took."""
    steps = []
    with building(home) as build:
        connection = build.connection
        clock = Clock()
        load(connection, home)
        create_judgement(connection)
        connection.execute(
            f"INSERT INTO {JUDGEMENT} SELECT sha256, rule, severity, message, message, rule FROM raw.finding "
            "WHERE severity = 'critical'"
        )
        steps.append(Step("(load)", None, *clock.read()))
        for model in plan:
            clock = Clock()
            result = build_model(connection, model)
            steps.append(Step(model.name, result.row_count, *clock.read()))
        clock = Clock()
        with at_once(connection):
            describe(connection, [model.description for model in plan])
        build.publish()
        steps.append(Step("(publish)", None, *clock.read()))
    return steps


def needed_by_marts(plan: Sequence[Model]) -> set[str]:
    """The marts and every model that they rest on."""
    inputs = {model.name: model.inputs for model in plan}
    needed: set[str] = set()
    waiting = [name for name in inputs if name.startswith("mart.")]
    while waiting:
        name = waiting.pop()
        if name in inputs and name not in needed:
            needed.add(name)
            waiting += inputs[name]
    return needed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=50_000)
    parser.add_argument("--marts", action="store_true", help="build only the marts and what they rest on")
    parser.add_argument("--batch", type=int, default=BATCH_DOCUMENTS, help="documents a Parquet file")
    parser.add_argument(
        "--folder", type=Path, help="where the raw layer and the warehouse are made, or lie already"
    )
    parser.add_argument("--keep", action="store_true", help="leave them there")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    try:
        _run(Home(folder), options.reports, options.batch, marts_only=options.marts)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _run(home: Home, reports: int, batch: int, *, marts_only: bool) -> None:
    if not home.raw.exists():
        clock = Clock()
        write_raw_layer(home.raw, reports, batch)
        print(f"raw layer written in {clock.read()[0]:.0f} s", flush=True)
    size = sum(path.stat().st_size for path in home.raw.rglob("*.parquet"))
    cheapest = "province, year, indicator"
    scan_and_group(home.raw, cheapest)  # into the cache
    scans = {name: [scan_and_group(home.raw, name)] for name in GROUPINGS}
    print(f"peak memory of the groupings {_peak_memory():.2f} GB", flush=True)
    plan = plan_models()
    needed = needed_by_marts(plan)
    steps = build_warehouse(home, [model for model in plan if model.name in needed or not marts_only])
    scans[cheapest].append(scan_and_group(home.raw, cheapest))
    for step in sorted(steps, key=lambda one: -one.cpu_seconds):
        mark = "*" if step.name in needed else " "
        rows = "" if step.row_count is None else f"{step.row_count:>13,}"
        print(f"{step.seconds:8.2f} s {step.cpu_seconds:8.2f} s CPU {mark} {step.name:30}{rows}")
    with connect(home.warehouse, read_only=True) as connection:
        ((facts,),) = connection.execute("SELECT sum(fact_count) FROM core.reading").fetchall()
    print(
        f"{reports:,} reports, {facts:,} facts; Parquet {size / 2**30:.2f} GB, "
        f"warehouse {home.warehouse.stat().st_size / 2**30:.2f} GB"
    )
    marts = [step for step in steps if step.name in needed]
    totals = {"the marts (*)": marts} | ({} if marts_only else {"the whole build": steps})
    sums = {
        name: (sum(step.seconds for step in chosen), sum(step.cpu_seconds for step in chosen))
        for name, chosen in totals.items()
    }
    for name, (wall, cpu) in sums.items():
        print(f"{name:40} {wall:8.2f} s {cpu:8.2f} s CPU")
    for grouping, measured in scans.items():
        wall, cpu = (sum(one) / len(measured) for one in zip(*measured, strict=True))
        ratios = "; ".join(
            f"{name} {seconds / wall:.1f} times, CPU {used / cpu:.1f} times"
            for name, (seconds, used) in sums.items()
        )
        print(f"{'grouped: ' + grouping:40} {wall:8.2f} s {cpu:8.2f} s CPU: {ratios}")
    print(f"{'peak memory':40} {_peak_memory():8.2f} GB")


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
