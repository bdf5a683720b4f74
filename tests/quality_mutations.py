"""How much of what goes wrong in reports is found, and how often something is found that is not wrong.

    python -m tests.quality_mutations --count 1000 [--seed 1] [--missed]

Made-up agencies with some years of reports each, written by `tests.generate` in every complete layout,
consistent within and across years and of the same order from year to year. In one country nothing is wrong:
every warning is a false alarm. In the other each agency has one of its reports spoiled, and provinces lose a
year; each spoiled report must raise a warning of a rule that is meant for it.

- cell: one digit of one cell that takes part in a sum of the form; a finding must name the cell
- columns: two columns of the applications table exchanged, one of them the total or the largest
- rows: the figures of the applications table moved one row down
- year: the title names another year, or the whole report claims another year
- copy: all figures of the year before or of another agency, or the words of the year before
- province: no report of a province for a year

A changed cell that no sum, no other year and no other report speaks of cannot be found, and is not among these.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from flows.edge.parquet import write_attempts, write_batch
from flows.parse import Original, tables_of
from flows.report.types import Report
from flows.settings import PARSER_VERSION, Home
from tests.generate import places, prose, truth
from tests.generate.compose import Specification, compose
from tests.generate.document import Figures, Key, Value
from tests.generate.labels import APPLICANTS
from tests.generate.layouts import COMPLETE, LAYOUTS
from tests.raw_layer import judged_build

EARLIER, LATER, ALL = (2015, 2016, 2017, 2018), (2019, 2020, 2021, 2022), (2018, 2019, 2020, 2021, 2022)
FETCHED = "2023-06-01T00:00:00+00:00"
KINDS = {"cell": 0.3, "columns": 0.2, "rows": 0.18, "year": 0.15, "copy": 0.15}
PROVINCE_SHARE = 0.02
PROVINCE_AGENCIES = 6
DRAWS = 60
ORDER = 1.2
"""How far (as a logarithm) figures of one year may lie from those of the year before."""
COLUMNS = APPLICANTS[:-1]
SHAPES = [name for name in COMPLETE if not LAYOUTS[name].other_year and name != "rows_added"]

RIGHT: dict[str, tuple[str, ...]] = {
    "columns": ("requests.", "table.misread", "plausible.applicants", "years.carried_in"),
    "rows": ("requests.", "table.misread"),
    "year": ("year.disagrees", "report.published_before_period_end", "report.out_of_season"),
    "copy": ("copied.",),
    "province": ("coverage.absent",),
}
"""The beginnings of the rules that are meant for a kind; a changed cell must be named itself."""


@dataclass(slots=True)
class Spoiled:
    """One thing that was made wrong: in a report (`sha256`, filled in when it is written), or in a
    province's year (`subject`)."""

    kind: str
    how: str
    key: Key | None = None
    subject: str | None = None
    sha256: str = ""


@dataclass(slots=True)
class Print:
    """A report to be written, and what is wrong with it."""

    specification: Specification
    spoiled: Spoiled | None = None


@dataclass(slots=True)
class Outcome:
    """Of each kind how many were made and found; and of sound reports how many have a warning."""

    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    sound_count: int = 0
    alarms: list[str] = field(default_factory=list)

    @property
    def found_rate(self) -> float:
        return self.found.total() / self.made.total()

    @property
    def alarm_rate(self) -> float:
        return len(self.alarms) / self.sound_count

    def text(self) -> str:
        lines = [
            f"{kind:<9} {self.found[kind]:>5} of {self.made[kind]:>5} found" for kind in sorted(self.made)
        ]
        lines.append(
            f"{'all':<9} {self.found.total():>5} of {self.made.total():>5} found ({self.found_rate:.2%})"
        )
        lines.append(
            f"{'sound':<9} {len(self.alarms):>5} of {self.sound_count:>5} reports raise a warning ({self.alarm_rate:.2%})"
        )
        return "\n".join(lines)


# --- a country ------------------------------------------------------------------------------------


def agency_series(
    seed: str, years: Sequence[int], provinces: Sequence[str] = (), size: str | None = None
) -> list[Specification]:
    """Some years of one agency that counts itself; with `provinces`, an agency of one of these."""
    rng = Random(seed)
    while True:
        agency = places.pick_agency(rng, years[0])
        try:
            stays = all(places.place(agency.place.code, year).name == agency.place.name for year in years)
        except KeyError:
            continue
        if agency.type == "department" and stays:
            if not provinces or agency.place.province_code in provinces:
                break
    agency = replace(agency, size=size or rng.choice(["small", "county"]))
    layout_of = {
        form: rng.choice([name for name in SHAPES if form in LAYOUTS[name].eras])
        for form in ("2014", "2019", "2021")
    }
    series: list[Specification] = []
    for year in years:
        form = "2014" if year < 2019 else "2019" if year < 2021 else "2021"
        before = series[-1] if series else None
        series.append(
            Specification(
                seed=f"{seed}-{year}",
                agency=agency,
                year=year,
                era=form,
                layout=layout_of[form],
                figures=_figures(rng, form, agency.size, before),
                published_on=prose.published_on(rng, agency, year),
            )
        )
    return series


def agency_key(agency: places.Agency) -> str:
    """What names of one agency have in common: 呼伦贝尔市根河市司法局 is 根河市司法局."""
    return f"{agency.place.code}{agency.name.rpartition(agency.place.name)[2] or agency.name}"


def _figures(rng: Random, era: str, size: str, before: Specification | None) -> Figures:
    """Figures that follow from the year before and are of its order."""
    if before is None or before.figures is None:
        return truth.figures(rng, era, size)
    figures = truth.figures(rng, era, size)
    for _ in range(DRAWS):
        if _distance(figures, before.figures) < ORDER:
            break
        figures = min(
            figures, truth.figures(rng, era, size), key=lambda draw: _distance(draw, before.figures or {})
        )
    if era == "2014" or before.era == "2014":
        return figures
    figures = truth.following(figures, before.figures, era)
    counts = {key: value.value or 0.0 for key, value in figures.items()}
    for (name, applicant), count in list(counts.items()):
        stem, _, last = name.rpartition(".")
        if last == "items_last_year" and (name, applicant) in before.figures:
            stock = (before.figures[name, applicant].value or 0.0) + (
                before.figures[f"{stem}.items_change", applicant].value or 0.0
            )
            counts[name, applicant] = stock
            counts[f"{stem}.items_change", applicant] = max(counts[f"{stem}.items_change", applicant], -stock)
        elif last == "in_force":
            # no more was repealed than there was
            counts[name, applicant] = max(count, 0.0)
    return {key: Value(count) for key, count in counts.items()}


WATCHED = (
    "requests.received",
    "active.licensing.decisions",
    "active.penalties.decisions",
    "active.coercion.decisions",
    "disclosed.total",
)


def _distance(figures: Figures, before: Figures) -> float:
    def level(given: Figures, name: str) -> float:
        return math.log((given[name, "total"].value or 0.0) + 3)

    shared = [name for name in WATCHED if (name, "total") in figures and (name, "total") in before]
    return max((abs(level(figures, name) - level(before, name)) for name in shared), default=0.0)


# --- what goes wrong ------------------------------------------------------------------------------


def spoil(kind: str, rng: Random, series: list[Specification], other: list[Specification]) -> list[Print]:
    """The series with one of its reports spoiled."""
    at = rng.randrange(1, len(series))
    chosen, before = series[at], series[at - 1]
    wrong, spoiled = SPOILERS[kind](rng, chosen, before, other)
    return [Print(before), Print(wrong, spoiled), *(Print(one) for one in series[at + 1 : at + 2])]


def _cell(rng: Random, chosen: Specification, *_: Any) -> tuple[Specification, Spoiled]:
    figures, key = truth.with_one_digit_changed(rng, chosen.figures or {}, chosen.era)
    return replace(chosen, figures=figures), Spoiled("cell", f"{key[0]}|{key[1]}", key)


def _columns(rng: Random, chosen: Specification, *_: Any) -> tuple[Specification, Spoiled]:
    figures = dict(chosen.figures or {})
    received = {name: figures["requests.received", name].value or 0.0 for name in COLUMNS}
    largest = max(received, key=lambda name: received[name])
    one = "total" if rng.random() < 0.5 else largest
    two = rng.choice(
        [name for name in COLUMNS if received[name] != received[largest]] if one == largest else COLUMNS
    )
    if one == "total" and received[two] == sum(received.values()):
        two = next(name for name in COLUMNS if received[name] != sum(received.values()))
    for name, applicant in list(figures):
        if applicant == one and (name, two) in figures:
            figures[name, one], figures[name, two] = figures[name, two], figures[name, one]
    return replace(chosen, figures=figures), Spoiled("columns", f"{one}/{two}")


def _rows(rng: Random, chosen: Specification, *_: Any) -> tuple[Specification, Spoiled]:
    figures = dict(chosen.figures or {})
    names = [
        "requests.received",
        "requests.carried_in",
        *truth.leaves(chosen.era),
        "requests.resolved",
        "requests.carried_out",
    ]
    first = rng.randrange(3)
    for applicant in APPLICANTS:
        column = [figures[name, applicant] for name in names]
        moved = [*column[:first], Value(0.0), *column[first:-1]]
        figures.update({(name, applicant): value for name, value in zip(names, moved, strict=True)})
    return replace(chosen, figures=figures), Spoiled("rows", f"from row {first + 1}")


def _year(rng: Random, chosen: Specification, *_: Any) -> tuple[Specification, Spoiled]:
    how = rng.choice(["title", "later", "earlier"])
    year = chosen.year + (1 if how == "later" else -1)
    if how == "title":
        title = f"{chosen.agency.name}{year}年政府信息公开工作年度报告"
        return replace(chosen, title=title), Spoiled("year", how)
    return replace(chosen, year=year), Spoiled("year", how)


def _copy(
    rng: Random, chosen: Specification, before: Specification, other: list[Specification]
) -> tuple[Specification, Spoiled]:
    twin = next((one for one in other if one.era == chosen.era and one.year == chosen.year), None)
    if before.era == chosen.era and (twin is None or rng.random() < 0.6):
        copied = replace(chosen, seed=before.seed)
        # some sentences follow the figures
        if rng.random() < 0.6 and _words(copied) == _words(before):
            return copied, Spoiled("copy", "words of the year before")
        return replace(chosen, figures=before.figures), Spoiled("copy", "figures of the year before")
    assert twin is not None
    return replace(chosen, figures=twin.figures), Spoiled("copy", "figures of another agency")


def _words(specification: Specification) -> str:
    document = compose(specification)
    return "".join(
        re.findall("[\u4e00-\u9fff]+", document.data.decode(document.charset or "utf-8", "replace"))
    )


SPOILERS: dict[str, Callable[..., tuple[Specification, Spoiled]]] = {
    "cell": _cell,
    "columns": _columns,
    "rows": _rows,
    "year": _year,
    "copy": _copy,
}


def _can(kind: str, series: list[Specification], other: list[Specification]) -> bool:
    """Whether the agency's figures say enough for the kind: exchanged or copied zeros are no error."""
    received = [(one.figures or {})["requests.received", "total"].value or 0.0 for one in series]
    if kind in ("columns", "rows"):
        return series[0].era != "2014" and min(received) >= 20
    return kind != "copy" or min(received) >= 20


def spoiled_country(seed: int, count: int) -> tuple[list[Print], list[Spoiled]]:
    """Reports of which `count` things are wrong, and what; agencies of provinces that lose a year among them."""
    rng = Random(f"{seed}/spoiled")
    lost_count = max(1, round(count * PROVINCE_SHARE))
    codes = sorted({row["code"] for row in places.divisions() if row["level"] == "1" and row["code"] < "70"})
    lost = rng.sample(codes, lost_count)
    kinds = rng.choices(list(KINDS), list(KINDS.values()), k=count - lost_count)
    prints: list[Print] = []
    number = 0

    def next_series(
        years: Sequence[int] = LATER, provinces: Sequence[str] = (), size: str | None = None
    ) -> list[Specification]:
        nonlocal number
        number += 1
        return agency_series(f"{seed}-{number}", years, provinces, size)

    names: set[str] = set()
    for kind in kinds:
        while True:
            years = EARLIER if kind not in ("columns", "rows") and rng.random() < 0.25 else LATER
            # small agencies have too few applications for anything to be exchanged or copied
            size = "county" if kind in ("columns", "rows", "copy") else None
            series = next_series(years, size=size)
            other = next_series(years, size=size) if kind == "copy" else []
            both = [one.agency for one in series[:1] + other[:1]]
            # two series of one agency would be versions of the same reports
            keys = [agency_key(agency) for agency in both]
            if (
                {agency.place.province_code for agency in both} & set(lost)
                or names.intersection(keys)
                or len(set(keys)) < len(keys)
                or not _can(kind, series, other)
            ):
                continue
            break
        names.update(keys)
        prints += spoil(kind, rng, series, other)
        prints += [Print(one) for one in other]
    wrong = [one.spoiled for one in prints if one.spoiled]
    for code in lost:
        for _ in range(PROVINCE_AGENCIES):
            series = next_series(LATER, [code])
            key = agency_key(series[0].agency)
            if key not in names:
                names.add(key)
                prints += [Print(one) for one in series if one.year != 2021]
        wrong.append(Spoiled("province", code, subject=f"{code} 2021"))
    return prints, wrong


def sound_country(seed: int, count: int) -> list[Print]:
    """At least `count` reports of which nothing is wrong."""
    prints: list[Print] = []
    names: set[str] = set()
    number = 0
    while len(prints) < count:
        number += 1
        series = agency_series(f"{seed}-sound-{number}", ALL)
        key = agency_key(series[0].agency)
        if key not in names:
            names.add(key)
            prints += [Print(one) for one in series]
    return prints


# --- read and judged ------------------------------------------------------------------------------


@cache
def _divisions() -> Any:
    from flows.edge.divisions import load_divisions

    return load_divisions()


def read_batch(specifications: list[Specification]) -> list[tuple[Original, Report]]:
    """The reports as documents, and these as the reader reads them."""
    from flows.report.read import read_report

    read = []
    for specification in specifications:
        document = compose(specification)
        sha256 = hashlib.sha256(document.data).hexdigest()
        original = Original(
            sha256, document.address, document.media_type, document.charset, len(document.data)
        )
        report = read_report(
            document.data,
            address=document.address,
            media_type=document.media_type,
            charset=document.charset,
            divisions=_divisions(),
        )
        read.append((original, report))
    return read


def write_country(home: Home, prints: Sequence[Print], workers: int) -> list[str]:
    """Read the reports into the raw layer; the SHA-256 of each."""
    batches = [prints[start : start + 100] for start in range(0, len(prints), 100)]
    specifications = [[one.specification for one in batch] for batch in batches]
    if workers > 1:
        # a fork of a process that has run DuckDB may hang
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            results = list(pool.map(read_batch, specifications))
    else:
        results = [read_batch(batch) for batch in specifications]
    read = [pair for result in results for pair in result]
    unique = {original.sha256: (original, report) for original, report in read}
    write_batch(home.raw, PARSER_VERSION, tables_of(unique.values(), PARSER_VERSION))
    write_attempts(home.raw, "run", [_attempt(original) for original, _ in read])
    for one, (original, _) in zip(prints, read, strict=True):
        if one.spoiled:
            one.spoiled.sha256 = original.sha256
    return [original.sha256 for original, _ in read]


def _attempt(original: Original) -> dict[str, Any]:
    from datetime import datetime

    return {
        "address": original.address,
        "role": "document",
        "requested_at": datetime.fromisoformat(FETCHED),
        "byte_count": original.byte_count,
        "sha256": original.sha256,
    }


def findings_of(home: Home) -> tuple[dict[str, list[tuple[str, str, list[str]]]], set[tuple[str, str]]]:
    """The warnings of every document (rule, message, facts), and of every province and year (rule, subject)."""
    by_document: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
    with judged_build(home.raw, home) as (connection, failures):
        assert not failures, failures
        for sha256, rule, message, facts in connection.execute(
            "SELECT sha256, rule, message, facts FROM quality.finding "
            "WHERE outcome = 'broken' AND severity IN ('warning', 'critical')"
        ).fetchall():
            by_document[sha256].append((rule, message, facts))
        coverage = connection.execute(
            "SELECT rule, subject FROM quality.overall_judgement "
            "WHERE suite = 'province_coverage' AND severity IN ('warning', 'critical')"
        ).fetchall()
    return by_document, set(coverage)


def is_found(
    one: Spoiled, findings: list[tuple[str, str, list[str]]], coverage: set[tuple[str, str]]
) -> bool:
    """Whether a rule that is meant for it was raised where it stands."""
    if one.subject:
        return any(rule.startswith(RIGHT[one.kind]) and subject == one.subject for rule, subject in coverage)
    if one.key:
        return any(f"{one.key[0]}|{one.key[1]}" in facts for _, _, facts in findings)
    return any(rule.startswith(RIGHT[one.kind]) for rule, _, _ in findings)


def measure(folder: Path, seed: int, count: int, sound_count: int, workers: int = 1) -> Outcome:
    """Make both countries, judge them and count."""
    outcome = Outcome()
    home = Home(folder / "spoiled")
    prints, wrong = spoiled_country(seed, count)
    write_country(home, prints, workers)
    findings, coverage = findings_of(home)
    for one in wrong:
        outcome.made[one.kind] += 1
        if is_found(one, findings[one.sha256], coverage):
            outcome.found[one.kind] += 1
        else:
            rules = ", ".join(rule for rule, _, _ in findings[one.sha256]) or "nothing"
            outcome.missed.append(f"{one.kind} ({one.how}): {rules}")
    home = Home(folder / "sound")
    read = write_country(home, sound_country(seed, sound_count), workers)
    findings, coverage = findings_of(home)
    outcome.sound_count = len(read)
    outcome.alarms = [
        f"{sha256[:12]}: {findings[sha256][0][0]}: {findings[sha256][0][1]}"
        for sha256 in read
        if findings[sha256]
    ]
    outcome.alarms += [f"{rule} {subject}" for rule, subject in sorted(coverage)]
    return outcome


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="what is made wrong, and the sound reports")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--missed", action="store_true", help="list what was missed and what was raised wrongly"
    )
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        outcome = measure(Path(folder), options.seed, options.count, options.count, options.workers)
    print(outcome.text())
    if options.missed:
        print(*(f"missed: {line}" for line in outcome.missed), sep="\n")
        print(*(f"raised: {line}" for line in outcome.alarms), sep="\n")
    return 0 if outcome.found_rate >= 0.98 and outcome.alarm_rate <= 0.005 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
