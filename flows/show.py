"""Show: quality as pages to look at, under `<home>/docs`, and as lines for the run's own record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from flows.edge.data_docs import write_data_docs
from flows.edge.pages import document, table, write
from flows.edge.warehouse import open_warehouse
from flows.settings import Home

if TYPE_CHECKING:
    import duckdb

SHOWN = 50
WORST = 10

Row = dict[str, Any]


def show_run(home: Home, run: str, results: Mapping[str, Any]) -> None:
    """Write Great Expectations' Data Docs of a run, published or held back."""
    if results:
        write_data_docs(home.docs, run, datetime.now(UTC).isoformat(timespec="seconds")[:19], results)


def show_quality(home: Home) -> int:
    """Write a page for every province and year of the published warehouse and one that lists them; how many."""
    with open_warehouse(home) as connection:
        coverage = _records(connection, "SELECT * FROM mart.coverage ORDER BY province_code, report_year")
        outcomes = _by_year(
            _records(
                connection,
                "SELECT o.*, r.description, r.description_zh FROM quality.rule_outcome AS o "
                "JOIN quality.rule AS r USING (rule) ORDER BY o.broken_count DESC, o.rule",
            )
        )
        kept_out = _by_year(
            _records(
                connection,
                "SELECT province_code, report_year, agency_name, reason, reason_zh, rules, status, address "
                "FROM quality.quarantine WHERE province_code IS NOT NULL AND report_year IS NOT NULL "
                "QUALIFY row_number() OVER (PARTITION BY province_code, report_year ORDER BY address) <= 50 "
                "ORDER BY address",
            )
        )
        findings = _by_year(
            _records(
                connection,
                "SELECT r.province_code, r.report_year, r.agency_name, r.address, f.severity, f.rule, f.message "
                "FROM quality.finding AS f JOIN core.report AS r ON r.report_id = f.report_id "
                "WHERE f.outcome = 'broken' AND f.severity <> 'info' QUALIFY row_number() OVER "
                "(PARTITION BY r.province_code, r.report_year ORDER BY f.severity, f.rule, r.address) <= 50 "
                "ORDER BY f.severity, f.rule, r.agency_name",
            )
        )
        overall = _by_year(
            _records(
                connection,
                "SELECT c.province_code, c.report_year, j.severity, j.rule, j.message, j.message_zh "
                "FROM quality.overall_judgement AS j JOIN quality.coverage_scorecard AS c USING (subject) "
                "WHERE j.suite = 'province_coverage' ORDER BY j.rule",
            )
        )
    folder = home.docs / "quality"
    names = set()
    for row in coverage:
        key = (row["province_code"], row["report_year"])
        name = f"{key[0]}-{key[1]}.html"
        names.add(name)
        before = outcomes.get((key[0], key[1] - 1), [])
        write(
            folder / name,
            _page(
                row,
                outcomes.get(key, []),
                before,
                overall.get(key, []),
                kept_out.get(key, []),
                findings.get(key, []),
            ),
        )
    write(folder / "index.html", _index(coverage, outcomes))
    for stale in folder.glob("*.html"):
        if stale.name not in names and stale.name != "index.html":
            stale.unlink()
    return len(names)


def worst_findings(home: Home) -> list[Row]:
    """The worst findings of the published warehouse: critical before warning, the commonest rules first."""
    with open_warehouse(home) as connection:
        return _records(
            connection,
            "SELECT f.severity, f.rule, count(*) AS finding_count, "
            "arg_min(coalesce(d.agency_name, '?') || ' ' || coalesce(d.report_year::VARCHAR, '?'), f.sha256) AS example, "
            "arg_min(f.message, f.sha256) AS message "
            "FROM quality.finding AS f JOIN core.document AS d USING (sha256) "
            "WHERE f.outcome = 'broken' AND f.severity <> 'info' GROUP BY f.severity, f.rule "
            f"ORDER BY f.severity, finding_count DESC, f.rule LIMIT {WORST}",
        )


def findings_markdown(rows: list[Row]) -> str:
    """The worst findings as a table for Prefect's artifact."""
    if not rows:
        return "no finding of severity critical or warning"
    lines = ["| severity | rule | findings | example | |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['severity']} | {row['rule']} | {row['finding_count']} | {_cell(row['example'])} | {_cell(row['message'])} |"
        for row in rows
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _page(
    coverage: Row,
    outcomes: list[Row],
    before: list[Row],
    overall: list[Row],
    kept_out: list[Row],
    findings: list[Row],
) -> str:
    share_before = {row["rule"]: _share(row) for row in before}
    facts = [
        ["agencies known 已知机关", coverage["agency_count"]],
        ["reports accepted 采用报告", coverage["report_count"]],
        ["mirrors and older versions 镜像与旧版", coverage["mirror_count"] + coverage["superseded_count"]],
        ["kept out 隔离", coverage["quarantined_count"]],
        ["reports without a warning 无警告报告", _percent(coverage["clean_report_rate"])],
        ["figures left blank 空白数据项", _percent(coverage["blank_rate"])],
        ["published in time 按期发布", _percent(coverage["on_time_rate"])],
    ]
    rules = [
        [
            f"{escape(row['rule'])}<br><small>{escape(row['description'])}<br>{escape(row['description_zh'])}</small>",
            f'<span class="{row["severity"]}">{row["severity"]}</span>',
            row["passed_count"],
            row["broken_count"],
            row["not_assessable_count"],
            _percent(_share(row)),
            _trend(_share(row), share_before.get(row["rule"])),
        ]
        for row in outcomes
    ]
    parts = [
        '<p><a href="index.html">all provinces and years 全部省份与年度</a></p>',
        table(["", ""], facts),
        "<h2>rules 规则</h2>",
        table(
            [
                "rule 规则",
                "severity 程度",
                "passed 通过",
                "broken 不成立",
                "not assessable 无法评估",
                "broken % 不成立率",
                "year before 较上年",
            ],
            rules,
        ),
    ]
    if overall:
        parts.append("<h2>province and year 省份年度</h2>")
        parts.append(
            table(
                ["severity 程度", "rule 规则", "what 说明"],
                [
                    [
                        row["severity"],
                        escape(row["rule"]),
                        f"{escape(row['message'])}<br>{escape(row['message_zh'])}",
                    ]
                    for row in overall
                ],
            )
        )
    parts.append(f"<h2>kept out 隔离 ({coverage['quarantined_count']})</h2>")
    parts.append(
        table(
            ["agency 机关", "reason 原因", "address 网址"],
            [
                [
                    escape(row["agency_name"] or "?"),
                    f"{escape(row['reason'])}<br>{escape(row['reason_zh'])}",
                    escape(row["address"] or ""),
                ]
                for row in kept_out[:SHOWN]
            ],
        )
    )
    parts.append(f"<h2>findings 问题（前 {SHOWN} 项）</h2>")
    parts.append(
        table(
            ["agency 机关", "severity 程度", "rule 规则", "what 说明", "address 网址"],
            [
                [
                    escape(row["agency_name"] or "?"),
                    f'<span class="{row["severity"]}">{row["severity"]}</span>',
                    escape(row["rule"]),
                    escape(row["message"]),
                    escape(row["address"] or ""),
                ]
                for row in findings
            ],
        )
    )
    name = coverage["province_name"] or coverage["province_code"]
    return document(f"{name} {coverage['report_year']}", "".join(parts))


def _index(coverage: list[Row], outcomes: dict[tuple[str, int], list[Row]]) -> str:
    years = sorted({row["report_year"] for row in coverage})
    provinces: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in coverage:
        provinces[row["province_code"]][row["report_year"]] = row
    lines = ["<table><tr><th></th>", *(f"<th>{year}</th>" for year in years), "</tr>"]
    for code, by_year in sorted(provinces.items()):
        name = next(iter(by_year.values()))["province_name"] or code
        lines.append(f"<tr><th>{escape(name)}</th>")
        for year in years:
            if year not in by_year:
                lines.append("<td></td>")
                continue
            row = by_year[year]
            share = _passed(outcomes.get((code, year), []))
            mark = "" if share is None else "good" if share >= 0.98 else "fair" if share >= 0.9 else "bad"
            lines.append(
                f'<td class="{mark}"><a href="{code}-{year}.html">{_percent(share)}</a><br>'
                f"<small>{row['report_count']} / {row['quarantined_count']}</small></td>"
            )
        lines.append("</tr>")
    lines.append("</table>")
    legend = (
        "<p>share of the rules that hold, of those that could be assessed; below it reports accepted / kept out"
        "<br>可评估规则的通过率；其下为采用报告数 / 隔离数</p>"
        '<p><a href="../runs/index.html">Data Docs</a></p>'
    )
    return document("Quality by province and year 分省年度数据质量", legend + "".join(lines))


def _passed(outcomes: list[Row]) -> float | None:
    passed = sum(row["passed_count"] for row in outcomes)
    broken = sum(row["broken_count"] for row in outcomes)
    return passed / (passed + broken) if passed + broken else None


def _share(row: Row) -> float | None:
    assessed = row["passed_count"] + row["broken_count"]
    return row["broken_count"] / assessed if assessed else None


def _trend(now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return "—"
    return "=" if abs(now - before) < 0.0005 else f"{'▲' if now > before else '▼'} {abs(now - before):.1%}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _by_year(rows: list[Row]) -> dict[tuple[str, int], list[Row]]:
    grouped: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["province_code"], row["report_year"]].append(row)
    return grouped


def _records(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
