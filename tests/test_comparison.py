"""Rules over several reports, coverage, corrections and decisions: from what was read to what is said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.edge.asked import AskedError, note_asked, read_asked
from flows.edge.decisions import DecisionsError, decide, read_decisions
from flows.edge.gate import COMPARED
from flows.edge.parquet import write_attempts
from flows.edge.warehouse import building
from flows.settings import REFERENCE, Home
from tests.raw_layer import RawLayer, figure, judged_build, planned, report


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


class Country:
    """Reports by name; each has its figures as `indicator|applicant` → value."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.raw = RawLayer(home.raw)
        self.names: dict[str, str] = {}
        self.sources: dict[str, str | None] = {}
        self.addresses: dict[str, str] = {}
        self.attempts: list[dict[str, Any]] = []
        self._documents: list[dict[str, Any]] = []
        self._facts: list[dict[str, Any]] = []
        self._findings: list[dict[str, Any]] = []

    def add(self, name: str, year: int, figures: dict[str, float], **other: Any) -> str:
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.names[sha256] = name
        era = "2014" if year < 2019 else "2019" if year < 2021 else "2021"
        row = {
            "report_year": year,
            "era": era,
            "agency_name": "耒阳市教育局",
            "agency_type": "department",
            "scope": "single_agency",
        }
        self._documents.append(report(sha256, **{**row, **other}))
        for key, value in figures.items():
            indicator, _, applicant = key.partition("|")
            self._facts.append(
                figure(
                    sha256,
                    indicator=indicator,
                    applicant=applicant or "total",
                    value=float(value),
                    raw=f"{value:g}",
                )
            )
        return sha256

    def write(self, at: datetime = datetime(2024, 6, 1, tzinfo=UTC)) -> None:
        self.raw.add(self._documents, self._facts, self._findings)
        rows = [
            {
                "address": self.addresses.get(
                    self.names[row["sha256"]], f"https://www.example.gov.cn/{row['sha256'][:8]}.html"
                ),
                "role": "document",
                # one after the other
                "requested_at": at + timedelta(seconds=place),
                "sha256": row["sha256"],
                "byte_count": 10,
                "source_name": self.sources.get(self.names[row["sha256"]]),
            }
            for place, row in enumerate(self._documents)
        ]
        self.attempts = rows
        write_attempts(self.home.raw, f"run-{len(rows)}", rows)

    def outcomes(self, connection: Any, rule: str) -> dict[str, str]:
        rows = connection.execute(
            "SELECT sha256, outcome FROM quality.comparison WHERE rule = $1", [rule]
        ).fetchall()
        return {self.names[sha256]: outcome for sha256, outcome in rows}


def carried(received: float, carried_in: float, carried_out: float) -> dict[str, float]:
    return {
        "requests.received": received,
        "requests.carried_in": carried_in,
        "requests.carried_out": carried_out,
        "requests.resolved": received + carried_in - carried_out,
    }


def stock(in_force: float, issued: float, repealed: float) -> dict[str, float]:
    name = "active.normative_documents"
    return {f"{name}.in_force": in_force, f"{name}.issued": issued, f"{name}.repealed": repealed}


def test_across_years(home: Home) -> None:
    country = Country(home)
    country.add(
        "2020", 2020, carried(9, 0, 3) | {"active.fees.items_last_year": 4, "active.fees.items_change": 2}
    )
    country.add("2021", 2021, carried(9, 3, 2) | stock(20, 3, 1))
    country.add("2022", 2022, carried(9, 1, 2) | stock(22, 3, 1))
    country.add("2023", 2023, {"requests.received": 9} | stock(24, 3, 2))
    other = {"agency_name": "耒阳市财政局"}
    country.add("b2019", 2019, {"active.fees.items_last_year": 4, "active.fees.items_change": 2}, **other)
    country.add("b2020", 2020, {"active.fees.items_last_year": 5, "active.fees.items_change": 0}, **other)
    country.write()
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        assert country.outcomes(connection, "years.carried_in") == {
            "2020": "not_assessable",
            "2021": "holds",
            "2022": "broken",
            "2023": "not_assessable",
            "b2019": "not_assessable",
            "b2020": "not_assessable",
        }
        # what the form of 2019 calls public in all is another stock: the chain begins with 2022
        assert country.outcomes(connection, "years.in_force") == {"2022": "holds", "2023": "broken"}
        assert country.outcomes(connection, "years.items_last_year") == {
            "2020": "not_assessable",
            "b2019": "not_assessable",
            "b2020": "broken",
        }
        found = connection.execute(
            "SELECT report_id, outcome, severity, observed, expected, facts, origin FROM quality.finding "
            "WHERE rule = 'years.carried_in' ORDER BY ALL"
        ).fetchall()
        # that there is no report of the year before is no finding
        assert found == [
            (
                "430481:教育局:2022",
                "broken",
                "warning",
                1.0,
                2.0,
                ["requests.carried_in|total"],
                "comparison",
            ),
            ("430481:教育局:2023", "not_assessable", "info", None, None, [], "comparison"),
            ("430481:财政局:2020", "not_assessable", "info", None, None, [], "comparison"),
        ]


def test_copies_jumps_and_seasons(home: Home) -> None:
    country = Country(home)
    told = {
        **{f"requests.received|{name}": count for name, count in (("natural_person", 30), ("business", 4))},
        **carried(34, 0, 2),
        "requests.granted": 25,
        "requests.granted|natural_person": 21,
        "requests.granted|business": 4,
    }
    country.add("a2021", 2021, told, text_fingerprint="one", text_length=900)
    country.add("a2022", 2022, told, text_fingerprint="two", text_length=900)
    quiet = {"requests.received": 0, "requests.resolved": 0}
    for place, name in (("b", "耒阳市财政局"), ("c", "耒阳市审计局")):
        country.add(place, 2022, quiet, agency_name=name, text_fingerprint="three", text_length=900)
    turned = {
        "requests.received": 34,
        "requests.received|natural_person": 4,
        "requests.received|business": 30,
    }
    country.add("a2023", 2023, turned, published_on=date(2024, 1, 20))
    for year, received in ((2015, 900), (2016, 950), (2017, 870), (2018, 9100)):
        country.add(f"d{year}", year, {"requests.received": received}, agency_name="耒阳市民政局")
    for year, received in ((2015, 1), (2016, 2), (2017, 0), (2018, 60)):
        country.add(f"e{year}", year, {"requests.received": received}, agency_name="耒阳市水利局")
    # the report of 2021 that claims to be of 2020
    late = {"agency_name": "耒阳市林业局"}
    country.add("f2020", 2020, {"requests.received": 7}, published_on=date(2021, 1, 20), **late)
    country.add("f2021", 2020, {"requests.received": 8}, published_on=date(2022, 1, 20), **late)
    country.write()
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []

        def broken(rule: str) -> set[str]:
            return {
                name for name, outcome in country.outcomes(connection, rule).items() if outcome == "broken"
            }

        assert broken("copied.figures") == {"a2021", "a2022"}
        # noughts are alike everywhere
        assert country.outcomes(connection, "copied.figures")["b"] == "not_assessable"
        assert broken("copied.text") == {"b", "c"}
        assert broken("plausible.history") == {"d2018"}
        assert country.outcomes(connection, "plausible.history")["e2018"] == "holds"
        assert broken("plausible.applicants") == {"a2023"}
        assert broken("report.out_of_season") == {"f2021"}
        assert broken("report.late") == {"f2021"}
        assert country.outcomes(connection, "report.late")["a2023"] == "holds"
        assert country.outcomes(connection, "report.late")["b"] == "not_assessable"
        severities = dict(
            connection.execute(
                "SELECT DISTINCT rule, severity FROM quality.finding WHERE origin = 'comparison' AND outcome = 'broken'"
            ).fetchall()
        )
        assert severities["report.late"] == "info"
        assert severities["copied.text"] == "warning"


def test_versions_that_stand_beside_each_other_must_agree(home: Home) -> None:
    country = Country(home)
    told = carried(34, 0, 2)

    def versions(name: str, *figures: dict[str, float], **other: Any) -> None:
        for place, one in enumerate(figures):
            day = date(2023, 1, 10 + place)
            country.add(f"{name}{place}", 2022, one, published_on=day, agency_name=f"耒阳市{name}局", **other)

    versions("教育", told, told | {"requests.received": 43, "requests.resolved": 41})
    # the same figures in other words; no figure in common; a figure that only one has
    versions("民政", told, told)
    versions("审计", {"requests.granted": 4}, told)
    versions("水利", told, told | {"requests.granted": 9})
    # a page that was corrected does not stand any more
    versions("林业", told, told | {"requests.received": 35})
    # what another site makes of the agency's own page
    versions("商务", told | {"requests.received": 99}, told)
    # two governments' offices with a total each
    total = {"agency_type": "government", "scope": "territory_total"}
    country.add("g0", 2022, told, agency_name="耒阳市人民政府", published_on=date(2023, 3, 1), **total)
    country.add(
        "g1",
        2022,
        carried(50, 0, 2),
        agency_name="耒阳市人民政府办公室",
        published_on=date(2023, 3, 2),
        **total,
    )
    for name, address in {
        "林业0": "https://www.example.gov.cn/forest.html",
        "林业1": "https://www.example.gov.cn/forest.html",
        "商务0": "https://mirror.example/trade.html",
    }.items():
        country.addresses[name] = address
    country.write()
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        assert country.outcomes(connection, "versions.disagree") == {
            "教育1": "broken",
            "民政1": "holds",
            "审计1": "not_assessable",
            "水利1": "holds",
            "g1": "broken",
        }
        findings = connection.execute(
            "SELECT severity, message, observed, expected, facts FROM quality.finding WHERE rule = 'versions.disagree' ORDER BY observed"
        ).fetchall()
        other = next(sha256 for sha256, name in country.names.items() if name == "教育0")
        message = (
            "requests.received is 43; in another version of the report that still stands "
            f"(document {other[:12]}) it is 34; 2 figures differ in all"
        )
        assert findings[0] == (
            "warning",
            message,
            43,
            34,
            ["requests.received|total", "requests.resolved|total"],
        )
        assert [row[2:4] for row in findings] == [(43, 34), (50, 34)]


def test_a_total_must_not_be_less_than_its_parts(home: Home) -> None:
    country = Country(home)
    total = {"agency_type": "government", "scope": "territory_total"}
    country.add(
        "city", 2022, {"requests.received": 100}, agency_name="衡阳市", division_code="430400", **total
    )
    country.add("leiyang", 2022, {"requests.received": 70}, agency_name="耒阳市", **total)
    country.add(
        "changning", 2022, {"requests.received": 60}, agency_name="常宁市", division_code="430482", **total
    )
    country.add(
        "old city", 2021, {"requests.received": 100}, agency_name="衡阳市", division_code="430400", **total
    )
    country.add("old leiyang", 2021, {"requests.received": 70}, agency_name="耒阳市", **total)
    country.write()
    with judged_build(home.raw, home) as (connection, _):
        assert country.outcomes(connection, "levels.parts") == {
            "city": "broken",
            "leiyang": "not_assessable",
            "changning": "not_assessable",
            "old city": "holds",
            "old leiyang": "not_assessable",
        }


def test_other_totals_are_compared_where_nearly_all_below_report(home: Home) -> None:
    country = Country(home)
    total = {"agency_type": "government", "scope": "territory_total"}
    issued, fees = "active.normative_documents.issued", "active.fees.amount"
    with judged_build(home.raw, home) as (connection, _):
        counties = connection.execute(
            "SELECT division_code, division_name FROM ref.division WHERE parent_code = '430400' AND level = 3 "
            "AND from_year <= 2022 AND coalesce(to_year, 9999) >= 2022 ORDER BY 1"
        ).fetchall()
    assert len(counties) == 12
    for year, missing in ((2022, 2), (2023, 3)):
        city = {"requests.received": 900, issued: 5, fees: 1.5}
        country.add(f"city {year}", year, city, agency_name="衡阳市", division_code="430400", **total)
        for number, (code, name) in enumerate(counties[missing:]):
            figures = {"requests.received": 10 + number, issued: number, fees: 2.5}
            country.add(f"{name} {year}", year, figures, agency_name=name, division_code=code, **total)
    country.write()
    with judged_build(home.raw, home) as (connection, _):
        assert country.outcomes(connection, "levels.parts")["city 2022"] == "holds"
        assert country.outcomes(connection, "levels.other_parts")["city 2022"] == "broken"
        # three of twelve are missing
        assert country.outcomes(connection, "levels.other_parts")["city 2023"] == "not_assessable"
        assert connection.execute(
            "SELECT severity, message FROM quality.finding WHERE rule = 'levels.other_parts' AND outcome = 'broken'"
        ).fetchall() == [
            ("info", "normative_documents_issued of the whole territory is 5, but its parts add up to 45")
        ]


def test_against_peers(home: Home) -> None:
    country = Country(home)
    with judged_build(home.raw, home) as (connection, _):
        counties = connection.execute(
            "SELECT division_code, division_name FROM ref.division WHERE level = 3 AND division_code[1:2] = '43' "
            "AND from_year <= 2017 AND coalesce(to_year, 9999) >= 2018 ORDER BY 1 LIMIT 30"
        ).fetchall()

    def office(name: str, place: int, year: int, received: float) -> None:
        code, county = counties[place]
        figures = {"requests.received": received}
        country.add(name, year, figures, agency_name=county + "教育局", division_code=code)

    for place in range(22):
        office(f"usual {place}", place, 2017, 3 + place)
    office("telephone", 22, 2017, 84560000)
    office("large", 23, 2017, 30000)
    office("large next year", 23, 2018, 29000)
    office("small count", 24, 2017, 200)
    code, county = counties[25]
    for year in (2016, 2017):
        country.add(
            f"alone {year}",
            year,
            {"requests.received": 9},
            agency_name=county,
            agency_type="township",
            division_code=code,
        )
    country.write()
    with judged_build(home.raw, home) as (connection, _):
        outcomes = country.outcomes(connection, "plausible.peers")
        assert {name for name, outcome in outcomes.items() if outcome == "broken"} == {"telephone"}
        assert outcomes["usual 3"] == outcomes["large"] == outcomes["small count"] == "holds"
        assert outcomes["large next year"] == outcomes["alone 2017"] == "not_assessable"
        ((observed, message),) = connection.execute(
            "SELECT observed, message FROM quality.finding WHERE rule = 'plausible.peers' AND outcome = 'broken'"
        ).fetchall()
        assert observed == 84560000
        assert message == (
            "requests_received is 84560000; of 25 peers of the year half have less and half more than 15"
        )


def test_a_division_that_was_renamed_is_one_with_its_successor(home: Home) -> None:
    country = Country(home)
    # 寿县 was given to another city in 2015 and got another code; 贵溪 stayed
    country.add(
        "old",
        2014,
        {"requests.received": 4},
        agency_name="寿县教育局",
        province_code="340000",
        division_code="341521",
    )
    country.add(
        "new",
        2016,
        {"requests.received": 4},
        agency_name="寿县教育局",
        province_code="340000",
        division_code="340422",
    )
    # 密云县 became 密云区 in 2015
    beijing = {"province_code": "110000"}
    for year, code, name in (
        (2014, "110228", "密云县"),
        (2015, "110118", "密云区"),
        (2016, "110118", "密云区"),
    ):
        figures = {"requests.received": 40 if year < 2016 else 4000}
        country.add(f"m{year}", year, figures, agency_name=f"{name}教育局", division_code=code, **beijing)
    for year, received in ((2017, 41), (2018, 39)):
        country.add(
            f"m{year}",
            year,
            {"requests.received": received},
            agency_name="密云区教育局",
            division_code="110118",
            **beijing,
        )
    country.write()
    with judged_build(home.raw, home) as (connection, _):
        series = {
            country.names[sha256]: series
            for sha256, series in connection.execute(
                "SELECT sha256, series FROM quality.series JOIN core.report USING (report_id)"
            ).fetchall()
        }
        assert series["m2014"] == series["m2016"] == "110118:教育局"
        assert series["old"] == series["new"]
        assert country.outcomes(connection, "plausible.history")["m2016"] == "broken"
        assert country.outcomes(connection, "plausible.history")["m2014"] == "holds"


BUREAUS = ("教育局", "财政局", "审计局", "民政局", "水利局", "林业局")


def test_coverage_drops(home: Home) -> None:
    country = Country(home)
    for place, province, division in (("耒阳市", "430000", "430481"), ("桦甸市", "220000", "220282")):
        for index, bureau in enumerate(BUREAUS):
            for year in (2021, 2022):
                if year == 2022 and (province == "220000" or index > 1):
                    continue
                country.add(
                    f"{place}{bureau}{year}",
                    year,
                    {"requests.received": 5 + index},
                    agency_name=place + bureau,
                    province_code=province,
                    division_code=division,
                )
    country.write(datetime(2023, 6, 1, tzinfo=UTC))
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        judged = connection.execute(
            "SELECT subject, rule, severity FROM quality.overall_judgement WHERE suite = 'province_coverage' ORDER BY ALL"
        ).fetchall()
        assert judged == [
            ("220000 2022", "coverage.absent", "warning"),
            ("430000 2022", "coverage.drop", "warning"),
        ]
        (message,) = connection.execute(
            "SELECT message FROM quality.condition WHERE rule = 'coverage.absent'"
        ).fetchone()
        assert message.startswith("吉林省 2022: A province that reported")


def test_what_is_not_yet_due_is_no_drop(home: Home) -> None:
    country = Country(home)
    for index, bureau in enumerate(BUREAUS):
        country.add(bureau, 2021, {"requests.received": 5 + index}, agency_name=f"耒阳市{bureau}")
    country.add("first", 2022, {"requests.received": 5}, agency_name="耒阳市教育局")
    country.write(datetime(2023, 2, 1, tzinfo=UTC))
    with judged_build(home.raw, home) as (connection, _):
        rows = connection.execute(
            "SELECT report_year, is_assessable, lost_rate FROM quality.coverage_scorecard ORDER BY 1"
        ).fetchall()
        assert rows == [(2021, False, 0.0), (2022, False, 0.0)]


def bureaus(country: Country, place: str, years: Iterable[int], source: str | None, **other: Any) -> None:
    for index, bureau in enumerate(BUREAUS):
        for year in years:
            name = f"{place}{bureau}{year}"
            country.add(name, year, {"requests.received": 5 + index}, agency_name=place + bureau, **other)
            country.sources[name] = source


JILIN = {"province_code": "220000", "division_code": "220282"}


def absences(country: Country, home: Home) -> list[str]:
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        rows = connection.execute(
            "SELECT subject FROM quality.condition WHERE starts_with(rule, 'coverage.') ORDER BY 1"
        ).fetchall()
        return [subject for (subject,) in rows]


def test_a_run_of_one_province_or_year_does_not_say_that_the_others_are_gone(home: Home) -> None:
    country = Country(home)
    bureaus(country, "耒阳市", (2020, 2021, 2022), "hunan")
    bureaus(country, "桦甸市", (2020,), "jilin", **JILIN)
    country.write(datetime(2023, 6, 1, tzinfo=UTC))
    # both were asked for everything when 2020 was due; later only one was, and the other for one year
    note_asked(home, ["hunan", "jilin"], [], date(2021, 6, 1))
    note_asked(home, ["hunan"], [], date(2023, 6, 1))
    note_asked(home, ["jilin"], [2019], date(2023, 6, 1))
    assert absences(country, home) == []
    note_asked(home, ["jilin"], [2021, 2022], date(2022, 4, 30))
    assert absences(country, home) == []
    # asked for it after it was due, it has none; 2022 has no year before it to be compared with
    note_asked(home, ["jilin"], [2021, 2022], date(2023, 6, 1))
    assert absences(country, home) == ["220000 2021"]
    with judged_build(home.raw, home) as (connection, _):
        assert connection.execute(
            "SELECT report_year, is_assessable, is_absent FROM quality.coverage_scorecard "
            "WHERE province_code = '220000' ORDER BY 1"
        ).fetchall() == [(2020, False, False), (2021, True, True), (2022, False, False)]


def test_a_site_that_cannot_be_reached_has_not_lost_its_reports(home: Home) -> None:
    country = Country(home)
    bureaus(country, "耒阳市", (2020, 2021), "hunan")
    bureaus(country, "桦甸市", (2020,), "jilin", **JILIN)
    country.write(datetime(2021, 6, 1, tzinfo=UTC))
    note_asked(home, ["hunan", "jilin"], [], date(2022, 6, 1))
    assert absences(country, home) == ["220000 2021"]
    entry = {"address": "https://jilin.example.gov.cn/", "source_name": "jilin", "role": "listing"}
    down = {
        **entry,
        "requested_at": datetime(2022, 6, 1, tzinfo=UTC),
        "error": "ConnectError",
        "failure": "unreachable",
    }
    pages = {row["address"] for row in country.attempts if row["source_name"] == "jilin"}
    write_attempts(home.raw, "run-9", [down, *({**down, "address": address} for address in sorted(pages))])
    assert absences(country, home) == []


def test_a_folder_has_the_years_that_it_holds(home: Home) -> None:
    country = Country(home)
    bureaus(country, "耒阳市", (2019, 2020), "/data/old")
    bureaus(country, "桦甸市", (2021,), "/data/new", **JILIN)
    country.write(datetime(2023, 6, 1, tzinfo=UTC))
    assert absences(country, home) == []


def test_years_long_past_are_one_alert(home: Home) -> None:
    country = Country(home)
    bureaus(country, "耒阳市", range(2012, 2023), "a")
    bureaus(country, "桦甸市", (2012, 2014, 2016, 2018, 2020, 2022), "a", **JILIN)
    country.write(datetime(2023, 6, 1, tzinfo=UTC))
    assert absences(country, home) == ["220000 2021", "220000 earlier"]
    with judged_build(home.raw, home) as (connection, _):
        (message,) = connection.execute(
            "SELECT message FROM quality.condition WHERE subject = '220000 earlier'"
        ).fetchone()
    assert message.startswith("吉林省 2013, 2015, 2017, 2019: A province that reported")


def test_notes_that_are_spoiled_name_their_file(home: Home) -> None:
    note_asked(home, ["a"], [2020], date(2021, 6, 1))
    note_asked(home, ["a", "b"], [], date(2022, 6, 1))
    assert read_asked(home) == {"a": {"2020": "2021-06-01", "all": "2022-06-01"}, "b": {"all": "2022-06-01"}}
    (home.raw / "asked.json").write_text('{"a": {"2020": "soon"}}', encoding="utf-8")
    with pytest.raises(AskedError, match=r"asked\.json: expected source"):
        read_asked(home)


# --- the gate --------------------------------------------------------------------------------------


def publish(home: Home) -> list[str]:
    """Build as a run does and publish unless held back; why it was."""
    from flows.alert import record_alerts
    from flows.load import load
    from flows.model import build_model, models_without
    from flows.validate import validate, validate_overall

    with building(home) as build:
        load(build.connection, home)
        first = models_without(planned(), "quality.judgement")
        second = models_without(planned(), "quality.overall_judgement")
        for model in first:
            build_model(build.connection, model)
        failures = validate(build.connection).failures
        for model in [model for model in second if model not in first]:
            build_model(build.connection, model)
        failures += validate_overall(build.connection, home).failures
        for model in [model for model in planned() if model not in second]:
            build_model(build.connection, model)
        record_alerts(build.connection, home, f"run {len(failures)}", failures)
        if not failures:
            build.publish()
    return failures


def call(*arguments: str, fails: bool = False) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_a_warehouse_that_loses_a_province_is_held_back_until_released(home: Home, tmp_path: Path) -> None:
    country = Country(home)
    for index, bureau in enumerate(BUREAUS):
        country.add(bureau, 2021, {"requests.received": 5 + index}, agency_name=f"耒阳市{bureau}")
    lost = {"agency_name": "桦甸市教育局", "province_code": "220000", "division_code": "220282"}
    country.add("lost", 2021, {"requests.received": 3}, **lost)
    country.write()
    assert publish(home) == []
    published = home.warehouse.read_bytes()
    # the same raw layer without one document, as after a parser that no longer takes it for a report
    smaller = Country(home)
    for path in (home.raw / "document").rglob("*.parquet"):
        path.unlink()
    for index, bureau in enumerate(BUREAUS):
        smaller.add(bureau, 2021, {"requests.received": 5 + index}, agency_name=f"耒阳市{bureau}")
    smaller.write()
    failures = publish(home)
    assert [failure.partition(":")[0] for failure in failures] == [
        f"publication.province_lost {table} 220000"
        for table in (
            "core.cover",
            "core.report",
            "mart.coverage",
            "mart.province_measure",
            "mart.province_year",
        )
    ]
    assert home.warehouse.read_bytes() == published
    place = ("--home", str(home.path))
    told = call("gate", *place)
    assert "publication.province_lost mart.coverage 220000" in told
    assert "gongkai gate release publication.province_lost --subject 'mart.coverage 220000'" in told
    who = ("--by", "Li", "--reason", "the site is closed")
    assert "holds nothing back" in call("gate", "release", "publication.rows_lost", *who, *place, fails=True)
    assert "cannot be released" in call("gate", "release", "table.empty", *who, *place, fails=True)
    for table in ("core.report", "mart.coverage"):
        call("gate", "release", "publication.province_lost", "--subject", f"{table} 220000", *who, *place)
    assert len(publish(home)) == 3
    call("gate", "release", "publication.province_lost", *who, *place)
    assert publish(home) == []
    assert "nothing is held back" in call("gate", *place)
    # the release was for that publication only
    assert "released by Li: the site is closed" in call(
        "sql",
        "SELECT message FROM quality.overall_judgement WHERE suite = 'publication'",
        "--format",
        "csv",
        *place,
    )
    assert publish(home) == []
    assert "released" not in call(
        "sql",
        "SELECT message FROM quality.overall_judgement WHERE suite = 'publication'",
        "--format",
        "csv",
        *place,
    )


def test_rows_lost(home: Home) -> None:
    country = Country(home)
    country.add("a", 2021, {"requests.received": 5})
    country.write()
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        query = next(model.query for model in planned() if model.name == "quality.publication")
        connection.execute("INSERT INTO raw.published VALUES ('core.report', '', 20), ('core.fact', '', 2)")
        rows = connection.execute(
            f"SELECT table_name, lost_rate, is_shrunk, is_assessable FROM ({query}) WHERE province_code = '' "
            "AND table_name IN ('core.report', 'core.fact', 'mart.coverage') ORDER BY 1"
        ).fetchall()
        assert rows == [
            # one row of two: a small count
            ("core.fact", 0.5, False, True),
            ("core.report", 0.95, True, True),
            ("mart.coverage", 0.0, False, False),
        ]


def test_the_gate_counts_what_it_compares() -> None:
    model = next(model for model in planned() if model.name == "quality.publication")
    assert set(COMPARED) == set(model.inputs) - {"raw.published"}


# --- quarantine and corrections --------------------------------------------------------------------


def test_a_release_outlives_rebuilds_and_holds_for_its_rules_only(home: Home) -> None:
    country = Country(home)
    kept_out = country.add("a", 2021, {"requests.received": -5})
    country.add("b", 2021, {"requests.received": 5}, agency_name="耒阳市财政局")
    undecided = country.add("c", 2021, {"requests.received": 5}, agency_name=None)
    country.write()
    publish(home)
    place = ("--home", str(home.path))
    listed = call("quarantine", "list", *place)
    assert kept_out[:12] in listed
    assert "report.negative" in listed
    shown = call("quarantine", "show", kept_out[:10], *place)
    assert "requests.received|total  reported -5.0" in shown
    who = ("--by", "Li", "--reason", "a refund, as printed")
    assert "cannot be released" in call("quarantine", "release", undecided[:12], *who, *place, fails=True)
    assert "no document has" in call("quarantine", "release", "nothing", *who, *place, fails=True)
    call("quarantine", "release", kept_out[:12], *who, *place)

    def kept() -> str:
        publish(home)
        return call("sql", "SELECT sha256, status FROM quality.quarantine", "--format", "csv", *place)

    decide(home, "release", undecided, ("report.agency_undecided",), by="Li", reason="forced")
    listed = kept()
    assert kept_out not in listed
    # released or not, it has no place
    assert undecided in listed
    # what it says is published and still flagged
    assert "-5" in call("sql", "SELECT value FROM core.fact", "--format", "csv", *place)
    assert "report.negative" in call("sql", "SELECT rule FROM quality.finding", "--format", "csv", *place)
    assert "by Li" in call("quarantine", "list", "--decided", *place)
    call("quarantine", "reject", kept_out[:12], *who, *place)
    assert f"{kept_out},rejected" in kept()
    call("quarantine", "reopen", kept_out[:12], *who, *place)
    assert f"{kept_out},open" in kept()
    assert "nothing is decided" in call("quarantine", "reopen", kept_out[:12], *who, *place, fails=True)


def test_a_spoiled_record_of_decisions_names_its_line(home: Home) -> None:
    decide(home, "reject", "a", (), by="Li", reason="")
    with (home.path / "decisions.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"action": "delete"}\n')
    with pytest.raises(DecisionsError, match=r"decisions\.jsonl:2: not a decision"):
        read_decisions(home)


def test_a_correction_is_the_value_and_says_what_was_printed(home: Home, tmp_path: Path) -> None:
    country = Country(home)
    total = {"agency_type": "government", "scope": "territory_total", "agency_name": "耒阳市"}
    right = country.add("a", 2021, {"requests.received": 50, "requests.resolved": 5}, **total)
    country.write()
    reference = tmp_path / "reference"
    reference.mkdir()
    for path in REFERENCE.glob("*.csv"):
        (reference / path.name).write_bytes(path.read_bytes())
    head = "document,cell,printed,corrected,reason,source\n"
    (reference / "corrections.csv").write_text(
        head
        + f"{right},requests.received|total,50,5,a nought too many,telephone 2022-03-01\n"
        + f"{right},requests.resolved|total,7,6,misread,paper\n"
        + f"{right},requests.granted|total,7,6,misread,paper\n",
        encoding="utf-8",
    )
    with judged_build(home.raw, home, reference) as (connection, _):
        assert connection.execute(
            "SELECT value, is_corrected, printed_value, raw, correction_reason FROM core.fact ORDER BY indicator"
        ).fetchall() == [
            (5.0, True, 50.0, "50", "a nought too many (telephone 2022-03-01)"),
            (5.0, False, None, "5", None),
        ]
        assert connection.execute(
            "SELECT value FROM mart.division_measure WHERE measure = 'requests_received' AND level = 3"
        ).fetchall() == [(5.0,)]
        assert connection.execute("SELECT cell, status FROM core.correction ORDER BY 1").fetchall() == [
            ("requests.granted|total", "no_such_cell"),
            ("requests.received|total", "applied"),
            ("requests.resolved|total", "printed_differs"),
        ]
        assert connection.execute(
            "SELECT count(*) FROM quality.condition WHERE rule = 'correction.not_applied'"
        ).fetchall() == [(2,)]
        from flows.commands.explain import _lines, explain

        text = "\n".join(_lines(explain(connection, home, "湖南", 2021, "requests_received"), None))
        assert 'requests.received "50"' in text
        assert "corrected from 50 to 5: a nought too many (telephone 2022-03-01)" in text
