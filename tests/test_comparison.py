"""Rules over several reports, coverage, corrections and decisions: from what was read to what is said of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows.cli import main
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
                "address": f"https://www.example.gov.cn/{row['sha256'][:8]}.html",
                "role": "document",
                "requested_at": at,
                "sha256": row["sha256"],
                "byte_count": 10,
            }
            for row in self._documents
        ]
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
            "core.report",
            "mart.coverage",
            "mart.division_measure",
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
