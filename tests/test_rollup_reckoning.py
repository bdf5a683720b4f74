"""The roll-up against a second reckoning: the rules of the cover told once more, as plain Python over a list of
reports, for made-up countries in which everything happens at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.division_tree import Country

RECEIVED, CARRIED_IN, GRANTED = "requests.received", "requests.carried_in", "requests.granted"
ABOVE = {
    "110000": None,
    "110100": "110000",
    "110101": "110100",
    "110102": "110100",
    "110181": "110100",
    "110200": "110000",
    "110201": "110200",
    "110202": "110200",
    "119001": "110000",
    "120000": None,
    "120100": "120000",
}
NAMES = {
    "110000": "甲省",
    "110100": "子市",
    "110101": "子东区",
    "110102": "子西县",
    "110181": "子西市",
    "110200": "丑市",
    "110201": "丑东区",
    "110202": "丑西县",
    "119001": "卯市",
    "120000": "乙省",
    "120100": "寅市",
}
YEARS = range(2014, 2024)
Sums = tuple[Sequence[str], Sequence[str]]


def measures(year: int) -> dict[str, Sums]:
    """What is added for the numerator and the denominator of each measure looked at, in the form of the year."""
    resolved = "requests.closed" if year < 2019 else "requests.resolved"
    found: dict[str, Sums] = {
        "requests_received": ([RECEIVED], []),
        "requests_resolved": ([resolved], []),
        "granted": ([GRANTED], []),
        "clearance_rate": ([resolved], [RECEIVED]),
        "full_disclosure_rate": ([GRANTED], [resolved]),
    }
    if year >= 2019:
        found["workload"] = ([RECEIVED, CARRIED_IN], [])
        found["completion_rate"] = ([resolved], [RECEIVED, CARRIED_IN])
    return found


@dataclass
class Made:
    """A report as it was made up."""

    sha256: str
    division: str
    role: str
    status: str
    figures: Mapping[str, float | str]

    def given(self, sums: Sums) -> tuple[float, float | None] | None:
        """Numerator and denominator, if every figure is there."""
        values = [[self.figures.get(name) for name in side] for side in sums]
        if not all(isinstance(value, int) for side in values for value in side):
            return None
        numerator, denominator = (sum(value for value in side if isinstance(value, int)) for side in values)
        return numerator, denominator if sums[1] else None

    def is_asked(self, sums: Sums) -> bool:
        """Whether it has a cell, however filled, for any of the figures."""
        return any(name in self.figures for side in sums for name in side)


@dataclass
class Reckoned:
    """What a division comes to."""

    used: list[Made] = field(default_factory=list)
    total: Made | None = None
    bottom_up: list[Made] = field(default_factory=list)
    children: int = 0
    known: int = 0
    role: str | None = None


def stands(code: str, year: int) -> bool:
    """子西县 became 子西市 in 2016."""
    return code not in ("110102", "110181") or (code == "110181") is (year >= 2016)


class Author:
    """Makes up ten years of reports. Every kind of report may be there or not, every figure too; there are blanks,
    copies and quarantines."""

    def __init__(self, rng: Random, country: Country) -> None:
        self.rng, self.country = rng, country
        self.made: dict[int, list[Made]] = {year: [] for year in YEARS}
        for year in YEARS:
            for code, name in NAMES.items():
                if stands(code, year):
                    self.write_division(code, name, year)

    def write_division(self, code: str, name: str, year: int) -> None:
        government = {"agency_type": "government"}
        if self.rng.random() < 0.4:
            self.write(
                f"{name}人民政府", code, year, "territory_total", scope="territory_total", **government
            )
        else:
            self.write(f"{name}人民政府", code, year, "scope_unknown", scope="unknown", **government)
        self.write(
            f"{name}人民政府办公室", code, year, "own_level", scope="own_level", agency_type="department"
        )
        self.write(f"{name}教育局", code, year, "system_total", scope="territory_total")
        for bureau in ("统计局", "民政局"):
            self.write(f"{name}{bureau}", code, year, "single_agency")
        self.write(f"{name}气象局", code, year, "vertical_agency")

    def write(self, agency: str, division: str, year: int, role: str, **other: Any) -> None:
        """One report, perhaps, and perhaps a copy of it."""
        if self.rng.random() < 0.5:
            return
        figures = self.figures(year)
        # a figure that counts for nothing here, so that no report is without any
        printed = {**figures, "complaints.total" if year < 2019 else "review.upheld": self.rng.randrange(9)}
        is_kept_out = self.rng.random() < 0.15
        sha256 = self.country.report(
            agency, division, year, printed, **other, quarantine="report.negative" if is_kept_out else None
        )
        status = "quarantined" if is_kept_out else "canonical"
        self.made[year].append(Made(sha256, division, role, status, figures))
        if not is_kept_out and self.rng.random() < 0.2:
            # the agency's own site stands before others
            other |= {"text_fingerprint": sha256[:16], "address": f"https://mirror.example/{sha256}"}
            again = self.country.report(agency, division, year, printed, **other)
            self.made[year].append(Made(again, division, role, "mirror", figures))

    def figures(self, year: int) -> dict[str, float | str]:
        figures: dict[str, float | str] = {}
        for name in sorted({name for sums in measures(year).values() for side in sums for name in side}):
            luck = self.rng.random()
            if luck < 0.7:
                figures[name] = self.rng.randrange(100)
            elif luck < 0.9:
                figures[name] = self.rng.choice(["blank", "not_applicable", "text", "illegible"])
        return figures


def reckon(reports: Sequence[Made], sums: Sums) -> dict[str, Reckoned]:
    """The cover of every division: its total, else its own reports and the covers of its children."""
    covers: dict[str, Reckoned] = {}
    # counties first
    for code in sorted(ABOVE, key=lambda one: (one.endswith("00"), one.endswith("0000"))):
        covers[code] = _reckon_one(reports, code, sums, covers)
    return covers


def _reckon_one(reports: Sequence[Made], code: str, sums: Sums, below: Mapping[str, Reckoned]) -> Reckoned:
    found = Reckoned()
    usable = [one for one in reports if one.status == "canonical" and one.given(sums) is not None]
    own: dict[str, list[Made]] = {}
    for one in usable:
        if one.division == code:
            own.setdefault(one.role, []).append(one)
    for part in [below[child] for child, above in ABOVE.items() if above == code]:
        found.known += part.known
        if part.used:
            found.children += 1
            found.bottom_up += part.used
    counted = ("territory_total", "own_level", "single_agency", "scope_unknown")
    found.known += sum(len(own.get(role, [])) for role in counted)
    for role in counted[1:]:
        if role in own and (role != "scope_unknown" or not (found.bottom_up or "territory_total" in own)):
            found.bottom_up += own[role]
            found.role = role
            break
    found.total = own["territory_total"][0] if "territory_total" in own else None
    found.used = [found.total] if found.total else found.bottom_up
    return found


def added(reports: Sequence[Made], sums: Sums) -> float | None:
    """The sum of what reports give, or of their numerators over that of their denominators."""
    given = [pair for one in reports if (pair := one.given(sums))]
    if not given:
        return None
    numerator = sum(pair[0] for pair in given)
    if not sums[1]:
        return numerator
    denominator = sum(pair[1] or 0 for pair in given)
    return numerator / denominator if denominator else None


def reason(one: Made, covers: Mapping[str, Reckoned], sums: Sums) -> str:
    """Why a province's number has or has not got the report in it."""
    if one.status != "canonical":
        return one.status
    if one.role in ("vertical_agency", "system_total"):
        return one.role
    if not one.is_asked(sums):
        return "not_in_report"
    if one.given(sums) is None:
        return "figure_missing"
    code: str | None = one.division
    while code is not None:
        total = covers[code].total
        if total is not None and total is not one:
            return "inside_territory_total"
        code = ABOVE[code]
    role = covers[one.division].role
    if one.role == "single_agency" and role == "own_level":
        return "inside_own_level"
    if one.role == "scope_unknown" and role == "scope_unknown":
        return "scope_unknown_only"
    return one.role


def child_count(code: str, year: int) -> int:
    children = [below for below, above in ABOVE.items() if above == code]
    return len(children) - ("110181" in children)  # 子西县 and 子西市 are one after the other


def expected_rows(made: Mapping[int, Sequence[Made]]) -> dict[tuple[str, int, str], tuple[Any, ...]]:
    """What each division, year and measure comes to, in the order of the columns that the test asks for."""
    rows: dict[tuple[str, int, str], tuple[Any, ...]] = {}
    for year in YEARS:
        for measure, sums in measures(year).items():
            for code, found in reckon(made[year], sums).items():
                if not found.used:
                    continue
                published = added([found.total] if found.total else [], sums)
                bottom_up = added(found.bottom_up, sums)
                residual = (
                    None if sums[1] or published is None or bottom_up is None else published - bottom_up
                )
                rows[code, year, measure] = (
                    pytest.approx(added(found.used, sums)),
                    "published" if found.total else "bottom_up",
                    len(found.used),
                    found.children,
                    child_count(code, year),
                    found.known,
                    pytest.approx(published),
                    pytest.approx(bottom_up),
                    residual,
                )
    return rows


def nationwide(made: Mapping[int, Sequence[Made]]) -> Iterator[tuple[Any, ...]]:
    """The country is what its provinces use, added up once more."""
    for year in YEARS:
        for measure, sums in sorted(measures(year).items()):
            covers = reckon(made[year], sums)
            provinces = [covers[code] for code, above in ABOVE.items() if above is None and covers[code].used]
            used = [one for province in provinces for one in province.used]
            if used:
                totals = sum(province.total is not None for province in provinces)
                yield (year, measure, pytest.approx(added(used, sums)), len(provinces), totals, len(used))


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_and_every_reason_is_what_a_second_reckoning_gives(tmp_path: Path, seed: int) -> None:
    country = Country(tmp_path)
    made = Author(Random(seed), country).made
    wanted = list(measures(2020))
    with country.warehouse() as warehouse:
        columns = (
            "report_year, measure, value, basis, report_count, child_covered_count, child_count, "
            "agency_covered_count, published_value, bottom_up_value, residual"
        )
        rows = warehouse.execute(
            f"SELECT province_code, {columns} FROM mart.province_measure WHERE list_contains($wanted, measure) "
            f"UNION ALL SELECT division_code, {columns} FROM mart.division_measure WHERE list_contains($wanted, measure)",
            {"wanted": wanted},
        ).fetchall()
        expected = expected_rows(made)
        assert len(expected) > 300
        assert {row[:3]: row[3:] for row in rows} == expected
        national = warehouse.execute(
            "SELECT report_year, measure, value, province_count, province_published_count, report_count "
            "FROM mart.national_measure WHERE list_contains($wanted, measure) ORDER BY ALL",
            {"wanted": wanted},
        ).fetchall()
        assert national == list(nationwide(made))
        contributions = warehouse.execute(
            "SELECT sha256, measure, reason, is_used FROM mart.contribution WHERE list_contains($wanted, measure)",
            {"wanted": wanted},
        ).fetchall()
    given = {(sha256, measure): (why, is_used) for sha256, measure, why, is_used in contributions}
    told = set()
    for year in YEARS:
        for measure, sums in measures(year).items():
            covers = reckon(made[year], sums)
            for one in made[year]:
                used = covers[f"{one.division[:2]}0000"].used
                expected_reason = reason(one, covers, sums)
                is_used = any(other is one for other in used)
                assert given[one.sha256, measure] == (expected_reason, is_used), (one, measure)
                told.add(expected_reason)
    assert told >= {
        "territory_total",
        "own_level",
        "single_agency",
        "scope_unknown",
        "scope_unknown_only",
        "quarantined",
        "mirror",
        "vertical_agency",
        "system_total",
        "figure_missing",
        "not_in_report",
        "inside_territory_total",
        "inside_own_level",
    }
