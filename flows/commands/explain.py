"""`gongkai explain`: how a province's number came about, down to the printed cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
import duckdb

from flows.commands.stores import published
from flows.edge.divisions import read_rows
from flows.settings import REFERENCE, Home

SHOWN = 20
"""Reports listed for each reason unless all are asked for."""
CLOSE = 3
"""Places named where one of them may have been meant."""
SERIES = {
    "same": "figures as in the latest form",
    "close": "figures that are close to those of the latest form",
    "break": "figures of another definition than the latest form's",
}
"""What the values of `quality` say."""


class UnknownInputError(Exception):
    """The province, measure or year is not one that the warehouse knows; the message says which are."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed figure that the number rests on."""

    indicator: str
    applicant: str
    raw: str | None
    value: float | None
    unit: str | None
    state: str
    qualifier: str
    method: str
    location: str | None
    is_corrected: bool
    printed_value: float | None
    correction_reason: str | None


@dataclass(slots=True)
class Candidate:
    """A report that the number could have used. `missing` are figures for it that the report does not have at all,
    where it has others."""

    sha256: str
    report_id: str | None
    agency: str | None
    path: str | None
    is_used: bool
    reason: str
    reason_text: str
    used_instead: str | None
    value: float | None
    denominator: float | None
    address: str | None
    archive_file: str
    cells: list[Cell] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    other_finding_count: int = 0


@dataclass(slots=True)
class Explanation:
    """The number with all that it rests on. `value` is None where there is none; `figures` are the columns of
    `mart.province_measure` that say how it was made."""

    province_code: str
    province: str
    year: int
    measure: str
    measure_name: str
    measure_name_zh: str
    unit: str
    formula: str | None
    value: float | None
    figures: dict[str, Any]
    reports: list[Candidate]


@click.command()
@click.argument("province")
@click.argument("year", type=int)
@click.argument("measure")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the run (default: GONGKAI_HOME or warehouse/)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every report.")
@click.option("--all", "show_all", is_flag=True, help=f"List every report, not only {SHOWN} for each reason.")
def command(province: str, year: int, measure: str, home: Path | None, as_json: bool, show_all: bool) -> None:
    """Explain a province's number: what was added, what was left out and why.

    PROVINCE is a name, its pinyin or a code; MEASURE a name of ref.measure, in English or Chinese.

    \b
    gongkai explain 湖南 2017 requests_received
    """
    place = Home.resolve(home)
    try:
        with published(place) as connection:
            explanation = explain(connection, place, province, year, measure)
    except UnknownInputError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(explanation), ensure_ascii=False, indent=1, default=str))
    else:
        click.echo("\n".join(_lines(explanation, None if show_all else SHOWN)))


# --- what was asked for -----------------------------------------------------------------------------


def explain(
    connection: duckdb.DuckDBPyConnection, home: Home, province: str, year: int, measure: str
) -> Explanation:
    """Gather the explanation. Raises UnknownInputError."""
    code, name = _find_province(connection, province)
    found = _find_measure(connection, measure)
    key = {"province": code, "year": year, "measure": found["measure"]}
    figures = _records(
        connection,
        "SELECT * FROM mart.province_measure "
        "WHERE province_code = $province AND report_year = $year AND measure = $measure",
        key,
    )
    reports = _candidates(connection, home, key)
    if not figures and not reports:
        raise UnknownInputError(_no_such_year(connection, name, key))
    _add_cells(connection, reports, found["measure"])
    chosen = figures[0] if figures else {}
    return Explanation(
        province_code=code,
        province=name,
        year=year,
        measure=found["measure"],
        measure_name=found["name_en"],
        measure_name_zh=found["name_zh"],
        unit=found["unit"],
        formula=found["formula"],
        value=chosen.get("value"),
        figures={
            column: value
            for column, value in chosen.items()
            if column not in ("province_code", "province_name", "report_year", "measure", "value")
        },
        reports=reports,
    )


def _find_province(connection: duckdb.DuckDBPyConnection, given: str) -> tuple[str, str]:
    """A province by its name, the beginning of its name, another name of it or its pinyin, or by its code, whole
    or the first two digits."""
    divisions = _records(
        connection,
        """
        SELECT d.division_code AS code, d.division_name AS name, d.level, list(a.alias) AS aliases
        FROM ref.division AS d LEFT JOIN ref.division_alias AS a USING (division_code)
        GROUP BY ALL ORDER BY d.division_code
        """,
    )
    provinces = [row for row in divisions if row["level"] == 1]
    text = given.strip()
    for row in provinces:
        if text in (row["code"], row["code"][:2], row["name"], *row["aliases"]):
            return row["code"], row["name"]
    begins = [row for row in provinces if text and row["name"].startswith(text)]
    if len(begins) == 1:
        return begins[0]["code"], begins[0]["name"]
    below = [row for row in divisions if text in (row["code"], row["name"], *row["aliases"])]
    if not below and not begins and len(text) > 1:
        # 长沙 is 长沙市 or 长沙县
        below = [row for row in divisions if row["name"].startswith(text)]
    if below:
        raise UnknownInputError(_no_province(below, provinces))
    spelt = _spellings(provinces)
    letters = re.sub(r"[\s'’-]", "", text.lower())
    if len(spelt.get(letters, [])) == 1:
        return spelt[letters][0]["code"], spelt[letters][0]["name"]
    close = begins or _close_provinces(text, letters, provinces, spelt)
    raise UnknownInputError(
        f"there is no province {given!r}. "
        + ("Did you mean " if close else "There are ")
        + ", ".join(f"{row['name']} ({row['code']})" for row in close or provinces)
        + ("?" if close else "")
    )


def _no_province(divisions: Sequence[dict[str, Any]], provinces: Sequence[dict[str, Any]]) -> str:
    """That these prefectures and counties are no provinces, and what to ask for instead."""
    names = {row["code"][:2]: row["name"] for row in provinces}
    places = {(row["code"], row["name"]): names[row["code"][:2]] for row in divisions}
    listed = [f"{name} ({code}) is no province; it lies in {above}" for (code, name), above in places.items()]
    above = ", ".join(f"gongkai explain {above} …" for above in dict.fromkeys(places.values()))
    more = f" and {len(listed) - CLOSE} more" if len(listed) > CLOSE else ""
    return (
        f"{'; '.join(listed[:CLOSE])}{more}. Try {above} (the numbers of prefectures and counties are in "
        "mart.division_measure)"
    )


def _spellings(provinces: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Pinyin without spaces → the provinces that are spelt so: shanxi is 山西, and 陕西 too."""
    spelt: dict[str, list[dict[str, Any]]] = {}
    for stem, pinyin in read_rows(REFERENCE / "division_pinyin.csv"):
        for row in provinces:
            if row["name"].startswith(stem) and len(stem) > 1:
                for spelling in pinyin.split("|"):
                    spelt.setdefault(spelling.replace(" ", ""), []).append(row)
    return spelt


def _close_provinces(
    text: str,
    letters: str,
    provinces: Sequence[dict[str, Any]],
    spelt: dict[str, list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Provinces that may have been meant, the likeliest first."""
    if letters in spelt:
        return spelt[letters]
    if text.isdigit():
        codes = {row["code"]: row for row in provinces}
        begin = [row for code, row in codes.items() if code.startswith(text[:2])]
        return begin or [codes[code] for code in get_close_matches(text, codes, n=3, cutoff=0.7)]
    if text.isascii():
        near = get_close_matches(letters, spelt, n=3, cutoff=0.7)
        return [row for spelling in near for row in spelt[spelling]]
    names = {row["name"]: row for row in provinces}
    return [names[name] for name in get_close_matches(text, names, n=3, cutoff=0.3)]


def _find_measure(connection: duckdb.DuckDBPyConnection, given: str) -> dict[str, Any]:
    """A measure by its name in ref.measure, in English or Chinese, or its code."""
    measures = _records(connection, "SELECT * FROM ref.measure")
    names = {
        name.lower(): row for row in measures for name in (row["measure"], row["name_zh"], row["name_en"])
    }
    text = given.strip().lower()
    if text in names:
        return names[text]
    if text.replace(" ", "_") in names:
        return names[text.replace(" ", "_")]
    fed = connection.execute(
        "SELECT measure::VARCHAR FROM ref.measure_indicator WHERE indicator = $1 "
        "GROUP BY measure ORDER BY min(applicant <> 'total'), 1",
        [text],
    ).fetchall()
    close = (
        [measure for (measure,) in fed[:5]]
        or get_close_matches(text.replace(" ", "_"), names, n=5, cutoff=0.5)
        or [name for name in names if len(text) > 1 and text in name][:5]
    )
    raise UnknownInputError(
        f"there is no measure {given!r}. "
        + (f"Did you mean {', '.join(close)}? " if close else "")
        + 'All of them: gongkai sql "SELECT measure, name_zh, name_en FROM ref.measure"'
    )


def _no_such_year(connection: duckdb.DuckDBPyConnection, name: str, key: dict[str, Any]) -> str:
    years = connection.execute(
        "SELECT DISTINCT report_year FROM mart.province_measure "
        "WHERE province_code = $province AND measure = $measure ORDER BY 1",
        {"province": key["province"], "measure": key["measure"]},
    ).fetchall()
    if not years:
        return f"no report of {name} gives {key['measure']} for any year"
    return (
        f"no report of {name} could give {key['measure']} for {key['year']}; "
        f"years that have it: {', '.join(str(year) for (year,) in years)}"
    )


# --- what it rests on -------------------------------------------------------------------------------


def _candidates(connection: duckdb.DuckDBPyConnection, home: Home, key: dict[str, Any]) -> list[Candidate]:
    rows = _records(
        connection,
        """
        SELECT c.*, d.address, d.archive_path
        FROM mart.contribution AS c JOIN core.document AS d USING (sha256)
        WHERE c.province_code = $province AND c.report_year = $year AND c.measure = $measure
        ORDER BY NOT c.is_used, c.division_code NULLS LAST, c.agency_name, c.sha256
        """,
        key,
    )
    return [
        Candidate(
            sha256=row["sha256"],
            report_id=row["report_id"],
            agency=row["agency_name"],
            path=row["path"],
            is_used=row["is_used"],
            reason=row["reason"],
            reason_text=row["reason_text"],
            used_instead=row["used_instead"],
            value=row["value"],
            denominator=row["denominator"],
            address=row["address"],
            archive_file=str(home.path / row["archive_path"]),
        )
        for row in rows
    ]


def _add_cells(connection: duckdb.DuckDBPyConnection, reports: list[Candidate], measure: str) -> None:
    """The printed cells that feed the measure, or its operands, and the findings that name one of them."""
    by_sha256 = {report.sha256: report for report in reports}
    for row in _records(
        connection,
        """
        WITH operand AS (
            SELECT operand AS measure FROM ref.measure_term WHERE measure = $measure
            UNION SELECT $measure
        ),
        version AS (
            SELECT DISTINCT d.sha256, v.status, v.report_id, b.indicator, b.applicant
            FROM core.report_version AS v
            JOIN core.reading AS d USING (document_number)
            JOIN ref.measure_indicator AS b ON b.era = v.form_era AND b.measure IN (SELECT measure FROM operand)
            WHERE list_contains($sha256s, d.sha256)
        )
        SELECT
            v.sha256, f.indicator, f.applicant, f.raw, f.value, f.unit, f.state, f.qualifier, f.method, f.location,
            f.is_corrected, f.printed_value, f.correction_reason
        FROM version AS v
        JOIN core.fact AS f USING (report_id, indicator, applicant)
        WHERE v.status = 'canonical'
        UNION ALL
        SELECT
            v.sha256, f.indicator, f.applicant, f.raw, f.value, f.unit, f.state, f.qualifier, f.method, f.location,
            FALSE, NULL, NULL
        FROM version AS v
        JOIN quality.quarantined_fact AS f USING (sha256, indicator, applicant)
        WHERE v.status = 'quarantined'
        ORDER BY indicator, applicant
        """,
        {"measure": measure, "sha256s": list(by_sha256)},
    ):
        by_sha256[row["sha256"]].cells.append(Cell(**{name: row[name] for name in Cell.__dataclass_fields__}))
    _add_missing(connection, [report for report in reports if report.reason == "figure_missing"], measure)
    for row in _records(
        connection,
        """
        SELECT sha256, severity, rule, outcome, message, origin FROM quality.finding
        WHERE list_contains($sha256s, sha256) ORDER BY sha256, finding_number
        """,
        {"sha256s": list(by_sha256)},
    ):
        report = by_sha256[row["sha256"]]
        if row["outcome"] == "broken" and row["severity"] != "info" and row["origin"] != "suite":
            report.findings.append(f"{row['severity']}: {row['message']} ({row['rule']})")
        else:
            report.other_finding_count += 1


def _add_missing(connection: duckdb.DuckDBPyConnection, reports: list[Candidate], measure: str) -> None:
    """The figures that the measure needs by the report's form and that are not in the report."""
    needed: dict[str, list[str]] = {}
    for sha256, figure in connection.execute(
        """
        SELECT DISTINCT d.sha256, b.indicator || if(b.applicant = 'total', '', '|' || b.applicant)
        FROM core.report_version AS v
        JOIN core.reading AS d USING (document_number)
        JOIN ref.measure_indicator AS b ON b.era = v.form_era
        WHERE list_contains($sha256s, d.sha256)
            AND (b.measure = $measure OR b.measure IN (SELECT operand FROM ref.measure_term WHERE measure = $measure))
        ORDER BY ALL
        """,
        {"measure": measure, "sha256s": [report.sha256 for report in reports]},
    ).fetchall():
        needed.setdefault(sha256, []).append(figure)
    for report in reports:
        there = {
            cell.indicator + ("" if cell.applicant == "total" else f"|{cell.applicant}")
            for cell in report.cells
        }
        report.missing = [figure for figure in needed.get(report.sha256, []) if figure not in there]


def _records(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    result = connection.execute(query, parameters or {})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


# --- as a person reads it ---------------------------------------------------------------------------


def _lines(explanation: Explanation, limit: int | None) -> Iterator[str]:
    unit = explanation.unit
    yield f"{explanation.province} {explanation.year}  {explanation.measure}"
    yield f"{explanation.measure_name} | {explanation.measure_name_zh}"
    if explanation.formula:
        yield f"= {explanation.formula}"
    yield ""
    yield from _number_lines(explanation)
    for is_used, heading in ((True, "used"), (False, "left out")):
        reports = [report for report in explanation.reports if report.is_used is is_used]
        if reports:
            yield ""
            yield f"{heading}: {_count(len(reports), 'report')}"
            yield from _tree(reports, unit, limit)


def _number_lines(explanation: Explanation) -> Iterator[str]:
    figures, unit = explanation.figures, explanation.unit
    if not figures:
        yield "no number: no report that could give it can be used"
        return
    is_rate = figures["denominator"] is not None
    if explanation.value is None:
        yield f"no number: the denominator is {_number(figures['denominator'])}"
    elif is_rate:
        yield (
            f"{explanation.value:.4f} ({explanation.value:.2%})"
            f" = {_number(figures['numerator'])} / {_number(figures['denominator'])}"
        )
    else:
        yield f"{_number(explanation.value)} {unit}"
    if figures["basis"] == "published":
        yield "basis     published: the province's own total of its territory"
    else:
        yield f"basis     bottom_up: the sum of {_count(figures['report_count'], 'report')}, nothing counted twice"
    yield (
        f"coverage  {figures['child_covered_count']} of {figures['child_count']} divisions right below have it, "
        f"{figures['agency_covered_count']} of {figures['agency_count']} known agencies gave it"
    )
    if figures["residual"] is not None:
        yield (
            f"residual  {_number(figures['residual'])} {unit}: published {_number(figures['published_value'])}, "
            f"bottom-up {_number(figures['bottom_up_value'])}"
        )
    if figures["inexact_count"]:
        yield f'inexact   {_count(figures["inexact_count"], "figure")} printed as "at least" or "about"'
    if figures["quality"] != "same" or figures["is_break"]:
        yield f"series    {figures['quality']}: {SERIES[figures['quality']]}" + (
            "; counts something else than the year before it" if figures["is_break"] else ""
        )


def _tree(reports: Sequence[Candidate], unit: str, limit: int | None) -> Iterator[str]:
    """Reports under their divisions; no more than `limit` of each reason."""
    shown: dict[str, int] = {}
    hidden: dict[str, int] = {}
    branches: dict[str, list[Candidate]] = {}
    for report in reports:
        if limit is not None and shown.get(report.reason, 0) >= limit:
            hidden[report.reason] = hidden.get(report.reason, 0) + 1
            continue
        shown[report.reason] = shown.get(report.reason, 0) + 1
        branches.setdefault(report.path or "(no division)", []).append(report)
    printed: list[str] = []
    for path, members in branches.items():
        names = path.split(" ")
        for depth, name in enumerate(names):
            if printed[: depth + 1] != names[: depth + 1]:
                yield f"{'  ' * (depth + 1)}{name}"
                printed = names[: depth + 1]
        for report in members:
            yield from (f"{'  ' * (len(names) + 1)}{line}" for line in _report_lines(report, unit))
    for reason, count in hidden.items():
        yield f"  … and {count} more: {reason} (--all lists them)"


def _report_lines(report: Candidate, unit: str) -> Iterator[str]:
    amount = "" if report.value is None else f"  {_number(report.value)}"
    if report.denominator is not None:
        amount += f" / {_number(report.denominator)}"
    elif amount:
        amount += f" {unit}"
    yield f"{'✓' if report.is_used else '✗'} {report.agency or '(agency undecided)'}{amount}"
    instead = f": {report.used_instead}" if report.used_instead else ""
    yield f"    {report.reason}: {report.reason_text}{instead}"
    for cell in report.cells:
        applicant = "" if cell.applicant == "total" else f" ({cell.applicant})"
        state = "" if cell.state == "reported" else f" [{cell.state}]"
        qualifier = "" if cell.qualifier == "exact" else f" [{cell.qualifier}]"
        printed = "" if cell.raw is None else f' "{" ".join(cell.raw.split())}"'
        yield f"    {cell.indicator}{applicant}{printed}{state}{qualifier}  {cell.method}, {cell.location or 'place unknown'}"
        if cell.is_corrected:
            yield (
                f"      corrected from {_number(cell.printed_value)} to {_number(cell.value)}: {cell.correction_reason}"
            )
    if report.missing:
        yield f"    not in the report: {', '.join(report.missing)}"
    yield f"    {report.address or '(no address)'}"
    yield f"    {report.archive_file}"
    for finding in report.findings:
        yield f"    ! {finding}"
    if report.other_finding_count:
        yield f"    {_count(report.other_finding_count, 'other finding')} in quality.finding"


def _number(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
