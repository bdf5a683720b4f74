"""The province numbers of a made-up country, added up by hand here, and the reason given for every report."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.division_tree import Country, moving_country, planned

RECEIVED, GRANTED = "requests.received", "requests.granted"
REFUSED = [
    f"requests.refused.{ground}"
    for ground in (
        "state_secret",
        "other_law",
        "three_securities",
        "third_party",
        "internal_affairs",
        "process_information",
        "enforcement_file",
        "administrative_query",
    )
]


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def number(
    warehouse: duckdb.DuckDBPyConnection, year: int, measure: str = "requests_received", code: str = "110000"
) -> dict[str, Any]:
    """The row of a division, from `mart.province_measure` or `mart.division_measure`; empty without one."""
    level = "province" if code.endswith("0000") else "division"
    result = warehouse.execute(
        f"SELECT * FROM mart.{level}_measure WHERE {level}_code = $1 AND report_year = $2 AND measure = $3",
        [code, year, measure],
    )
    names = [column[0] for column in result.description or ()]
    rows = result.fetchall()
    assert len(rows) <= 1
    return dict(zip(names, rows[0], strict=True)) if rows else {}


def reasons(
    warehouse: duckdb.DuckDBPyConnection, year: int, measure: str = "requests_received"
) -> dict[str, str]:
    """The reason for each report of 甲省, by its agency; reports that are used have a + before it."""
    rows = warehouse.execute(
        """
        SELECT agency_name, CASE WHEN is_used THEN '+' ELSE '' END || reason FROM mart.contribution
        WHERE province_code = '110000' AND report_year = $1 AND measure = $2
        """,
        [year, measure],
    ).fetchall()
    assert len({agency for agency, _ in rows}) == len(rows), "this helper needs agencies of different names"
    return dict(rows)


def add_ordinary_year(country: Country, year: int) -> None:
    """A year in which 子市 gives a total of its territory and 丑市 does not."""
    country.report("甲省统计局", "110000", year, {RECEIVED: 20})
    country.report("甲省财政厅", "110000", year, {RECEIVED: 10})
    country.report("子市", "110100", year, {RECEIVED: 300})
    country.report("子市教育局", "110100", year, {RECEIVED: 50})
    country.report("子东区", "110101", year, {RECEIVED: 80})
    country.report("丑市教育局", "110200", year, {RECEIVED: 5})
    country.report("丑东区", "110201", year, {RECEIVED: 40})
    country.report("丑东区教育局", "110201", year, {RECEIVED: 11})
    country.report("丑西县教育局", "110202", year, {RECEIVED: 3})
    country.report("青石镇", "110202", year, {RECEIVED: 4}, agency_type="township")
    country.report("卯市", "119001", year, {RECEIVED: 7}, scope="own_level")
    country.report("卯市教育局", "119001", year, {RECEIVED: 2})


def test_without_a_total_a_province_is_its_agencies_and_its_childrens_covers(country: Country) -> None:
    add_ordinary_year(country, 2020)
    with country.warehouse() as warehouse:
        # own 20 + 10; 子市 300, its total; 丑市 5 + 丑东区 40, its total + 丑西县 3 + 4; 卯市 7, its own level
        row = number(warehouse, 2020)
        assert (row["value"], row["basis"], row["report_count"]) == (389, "bottom_up", 8)
        assert (row["published_value"], row["bottom_up_value"], row["residual"]) == (None, 389, None)
        assert (row["child_count"], row["child_covered_count"], row["child_coverage_rate"]) == (3, 3, 1)
        assert (row["agency_count"], row["agency_covered_count"]) == (12, 12)
        assert reasons(warehouse, 2020) == {
            "甲省统计局": "+single_agency",
            "甲省财政厅": "+single_agency",
            "子市": "+territory_total",
            "子市教育局": "inside_territory_total",
            "子东区": "inside_territory_total",
            "丑市教育局": "+single_agency",
            "丑东区": "+territory_total",
            "丑东区教育局": "inside_territory_total",
            "丑西县教育局": "+single_agency",
            "青石镇": "+single_agency",
            "卯市": "+own_level",
            "卯市教育局": "inside_own_level",
        }
        assert [number(warehouse, 2020, code=code)["value"] for code in ("110200", "110202", "119001")] == [
            52,
            7,
            7,
        ]


def test_a_prefectures_total_overlaps_its_bureaus_and_the_rest_is_the_residual(country: Country) -> None:
    add_ordinary_year(country, 2020)
    with country.warehouse() as warehouse:
        row = number(warehouse, 2020, code="110100")
        assert (row["value"], row["basis"], row["report_count"]) == (300, "published", 1)
        # 50 of its bureau and 80 of 子东区 lie inside the 300; 子西县 gave nothing
        assert (row["bottom_up_value"], row["residual"]) == (130, 170)
        assert (row["child_count"], row["child_covered_count"]) == (2, 1)
        instead = warehouse.execute(
            "SELECT used_instead FROM mart.contribution WHERE agency_name = '子东区' AND measure = 'requests_received'"
        ).fetchall()
        assert instead == [("110100:government:2020",)]


def test_with_a_total_of_the_province_everything_else_lies_inside_it(country: Country) -> None:
    add_ordinary_year(country, 2020)
    country.report("甲省", "110000", 2020, {RECEIVED: 1000})
    with country.warehouse() as warehouse:
        row = number(warehouse, 2020)
        assert (row["value"], row["basis"], row["report_count"]) == (1000, "published", 1)
        assert (row["bottom_up_value"], row["residual"]) == (389, 611)
        given = reasons(warehouse, 2020)
        assert given.pop("甲省") == "+territory_total"
        assert set(given.values()) == {"inside_territory_total"}
        instead = warehouse.execute(
            "SELECT used_instead FROM mart.contribution WHERE agency_name = '子东区' AND measure = 'requests_received'"
        ).fetchall()
        # the nearest total that contains it
        assert instead == [("110100:government:2020",)]


def test_a_total_and_a_report_of_the_own_level_are_two_reports_of_one_government(country: Country) -> None:
    country.report(
        "甲省人民政府", "110000", 2015, {RECEIVED: 900}, scope="territory_total", agency_type="government"
    )
    country.report(
        "甲省人民政府办公厅", "110000", 2015, {RECEIVED: 70}, scope="own_level", agency_type="department"
    )
    country.report(
        "甲省人民政府办公厅", "110000", 2016, {RECEIVED: 75}, scope="own_level", agency_type="department"
    )
    country.report("甲省统计局", "110000", 2016, {RECEIVED: 6})
    country.report("子市", "110100", 2016, {RECEIVED: 30})
    with country.warehouse() as warehouse:
        assert number(warehouse, 2015)["value"] == 900
        assert reasons(warehouse, 2015) == {
            "甲省人民政府": "+territory_total",
            "甲省人民政府办公厅": "inside_territory_total",
        }
        # 75 of its own level, which has 统计局 in it, and 30 of 子市
        assert number(warehouse, 2016)["value"] == 105
        assert reasons(warehouse, 2016) == {
            "甲省人民政府办公厅": "+own_level",
            "甲省统计局": "inside_own_level",
            "子市": "+territory_total",
        }


def test_agencies_under_central_command_are_in_no_local_total(country: Country) -> None:
    country.report("国家税务总局子市税务局", "110100", 2020, {RECEIVED: 100})
    country.report("甲省气象局", "110000", 2020, {RECEIVED: 100})
    country.report("国家统计局子市调查队", "110100", 2020, {RECEIVED: 100})
    country.report("子市地方税务局", "110100", 2020, {RECEIVED: 8})
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020)["value"] == 8
        assert reasons(warehouse, 2020) == {
            "国家税务总局子市税务局": "vertical_agency",
            "甲省气象局": "vertical_agency",
            "国家统计局子市调查队": "vertical_agency",
            "子市地方税务局": "+single_agency",
        }


def test_the_total_of_a_development_zone_is_not_that_of_the_division_it_lies_in(country: Country) -> None:
    country.report("丁新区", "110100", 2020, {RECEIVED: 6})
    country.report("子市教育局", "110100", 2020, {RECEIVED: 50})
    country.report("丁新区", "110100", 2021, {RECEIVED: 6})
    country.report("子市", "110100", 2021, {RECEIVED: 300})
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020, code="110100")["value"] == 56
        assert reasons(warehouse, 2020) == {"丁新区": "+single_agency", "子市教育局": "+single_agency"}
        assert number(warehouse, 2021, code="110100")["value"] == 300
        assert reasons(warehouse, 2021) == {"丁新区": "inside_territory_total", "子市": "+territory_total"}


def test_a_report_that_does_not_say_whom_it_counts_is_never_added(country: Country) -> None:
    country.report("丑市", "110200", 2020, {RECEIVED: 60}, scope="unknown")
    country.report("丑东区", "110201", 2020, {RECEIVED: 40})
    country.report("子市", "110100", 2020, {RECEIVED: 25}, scope="unknown")
    country.report("卯市", "119001", 2020, {RECEIVED: 9}, scope="unknown")
    country.report("卯市教育局", "119001", 2020, {RECEIVED: 2})
    country.report("甲省教育厅", "110000", 2020, {RECEIVED: 1000}, scope="territory_total")
    with country.warehouse() as warehouse:
        # 丑东区 40, 子市 25 for want of anything else there, 教育局 2
        assert number(warehouse, 2020)["value"] == 67
        assert reasons(warehouse, 2020) == {
            "丑市": "scope_unknown",
            "丑东区": "+territory_total",
            "子市": "+scope_unknown_only",
            "卯市": "scope_unknown",
            "卯市教育局": "+single_agency",
            "甲省教育厅": "system_total",
        }


def test_a_county_upgraded_in_the_middle_counts_once_each_year(country: Country) -> None:
    # the report of 2015 came out in 2016 under the new name, the old page stayed
    country.report("子西县", "110102", 2015, {RECEIVED: 10}, published_on=None)
    country.report("子西市", "110181", 2015, {RECEIVED: 12}, title="更正")
    country.report("子西市教育局", "110181", 2015, {RECEIVED: 3})
    country.report("子西市", "110181", 2016, {RECEIVED: 20})
    country.report("子东区", "110101", 2015, {RECEIVED: 5})
    with country.warehouse() as warehouse:
        assert number(warehouse, 2015, code="110102")["value"] == 12
        assert number(warehouse, 2015, code="110181") == {}
        assert number(warehouse, 2016, code="110181")["value"] == 20
        assert number(warehouse, 2015)["value"] == 17
        assert number(warehouse, 2016)["value"] == 20
        assert reasons(warehouse, 2015) == {
            "子西县": "superseded",
            "子西市": "+territory_total",
            "子西市教育局": "inside_territory_total",
            "子东区": "+territory_total",
        }
        assert number(warehouse, 2015, code="110100")["child_count"] == 2


def test_a_county_that_moves_counts_where_it_lay_in_the_year(tmp_path: Path) -> None:
    country = moving_country(tmp_path)
    country.report("辰县", "110203", 2017, {RECEIVED: 9})
    # published in 2018, under the code that it has by then
    country.report("辰县教育局", "110103", 2017, {RECEIVED: 2})
    country.report("丑市教育局", "110200", 2017, {RECEIVED: 5})
    country.report("子市教育局", "110100", 2017, {RECEIVED: 1})
    country.report("辰县", "110103", 2018, {RECEIVED: 10})
    country.report("丑市教育局", "110200", 2018, {RECEIVED: 6})
    country.report("子市教育局", "110100", 2018, {RECEIVED: 3})
    with country.warehouse() as warehouse:
        values = {
            (code, year): number(warehouse, year, code=code).get("value")
            for code in ("110000", "110100", "110200", "110203", "110103")
            for year in (2017, 2018)
        }
        assert values == {
            ("110000", 2017): 15,
            ("110100", 2017): 1,
            ("110200", 2017): 14,
            ("110203", 2017): 9,
            ("110103", 2017): None,
            ("110000", 2018): 19,
            ("110100", 2018): 13,
            ("110200", 2018): 6,
            ("110203", 2018): None,
            ("110103", 2018): 10,
        }
        assert reasons(warehouse, 2017)["辰县教育局"] == "inside_territory_total"
        assert [number(warehouse, year, code="110200")["child_count"] for year in (2017, 2018)] == [3, 2]
        assert [number(warehouse, year, code="110100")["child_count"] for year in (2017, 2018)] == [2, 3]


def test_of_two_totals_that_disagree_one_counts_and_the_other_is_listed(country: Country) -> None:
    first = country.report(
        "子市人民政府",
        "110100",
        2020,
        {RECEIVED: 300},
        scope="territory_total",
        published_on=date(2021, 3, 1),
    )
    # the government's office reports for the same territory, a week later
    second = country.report(
        "子市人民政府办公室",
        "110100",
        2020,
        {RECEIVED: 310},
        scope="territory_total",
        published_on=date(2021, 3, 8),
    )
    country.report("子市教育局", "110100", 2020, {RECEIVED: 50})
    with country.warehouse() as warehouse:
        row = number(warehouse, 2020, code="110100")
        assert (row["value"], row["report_count"], row["residual"]) == (310, 1, 260)
        assert number(warehouse, 2020)["value"] == 310
        rows = warehouse.execute(
            "SELECT sha256, is_used, reason, used_instead, value FROM mart.contribution "
            "WHERE measure = 'requests_received' AND agency_name <> '子市教育局'"
        ).fetchall()
        assert {sha256: rest for sha256, *rest in rows} == {
            first: [False, "superseded", "110100:government:2020", 300],
            second: [True, "territory_total", None, 310],
        }


def test_an_own_level_that_lacks_a_figure_leaves_it_to_the_agencies(country: Country) -> None:
    country.report("丑市人民政府", "110200", 2020, {RECEIVED: 30, GRANTED: "blank"}, scope="own_level")
    country.report("丑市教育局", "110200", 2020, {RECEIVED: 4, GRANTED: 3})
    country.report("丑市民政局", "110200", 2020, {RECEIVED: 6, GRANTED: 5})
    country.report("丑东区", "110201", 2020, {RECEIVED: 40, GRANTED: 20})
    country.report("丑西县教育局", "110202", 2020, {RECEIVED: 7, GRANTED: 1})
    with country.warehouse() as warehouse:
        # its own level 30, with both bureaus in it; 丑东区 40; 丑西县 7
        row = number(warehouse, 2020, code="110200")
        assert (row["value"], row["report_count"], row["child_covered_count"]) == (77, 3, 2)
        # the bureaus 3 and 5, 丑东区 20, 丑西县 1
        row = number(warehouse, 2020, "granted", "110200")
        assert (row["value"], row["report_count"]) == (29, 4)
        assert reasons(warehouse, 2020) == {
            "丑市人民政府": "+own_level",
            "丑市教育局": "inside_own_level",
            "丑市民政局": "inside_own_level",
            "丑东区": "+territory_total",
            "丑西县教育局": "+single_agency",
        }
        assert reasons(warehouse, 2020, "granted") == {
            "丑市人民政府": "figure_missing",
            "丑市教育局": "+single_agency",
            "丑市民政局": "+single_agency",
            "丑东区": "+territory_total",
            "丑西县教育局": "+single_agency",
        }


def test_a_measure_that_some_forms_ask_for_stands_in_their_years_alone(country: Country) -> None:
    wechat = "disclosed.channel.wechat"
    country.report("甲省", "110000", 2016, {wechat: 77, RECEIVED: 5})
    country.report("子市", "110100", 2016, {RECEIVED: 3})
    country.report("甲省", "110000", 2020, {RECEIVED: 6})
    # the form of 2019 does not ask for it, this text tells it
    country.report("子市", "110100", 2020, {wechat: 9, RECEIVED: 4})
    with country.warehouse() as warehouse:
        wide = warehouse.execute(
            "SELECT report_year, disclosed_wechat, requests_received, basis FROM mart.province_year ORDER BY 1"
        ).fetchall()
        assert wide == [(2016, 77, 5, "published"), (2020, 9, 6, "mixed")]
        assert reasons(warehouse, 2016, "disclosed_wechat") == {
            "甲省": "+territory_total",
            "子市": "not_in_report",
        }
        # nothing is said of a report whose form has no such figure
        assert reasons(warehouse, 2020, "disclosed_wechat") == {"子市": "+territory_total"}
        assert [number(warehouse, year, "disclosed_wechat")["quality"] for year in (2016, 2020)] == [
            "same",
            "close",
        ]


FULL = {
    RECEIVED: 211,
    **{
        f"{RECEIVED}|{applicant}": count
        for applicant, count in zip(
            ("natural_person", "business", "research", "nonprofit", "legal_service", "other_organisation"),
            (151, 31, 2, 3, 5, 19),
            strict=True,
        )
    },
    "requests.carried_in": 13,
    GRANTED: 71,
    "requests.partial": 17,
    **dict(zip(REFUSED, (1, 2, 3, 4, 5, 6, 7, 9), strict=True)),
    "requests.unavailable.not_held": 29,
    "requests.unavailable.needs_creation": 8,
    "requests.unavailable.unclear": 6,
    "requests.not_processed.petition": 11,
    "requests.not_processed.repeated": 4,
    "requests.not_processed.publication": 1,
    "requests.not_processed.excessive": 2,
    "requests.not_processed.confirmation": 3,
    "requests.other.no_correction": 5,
    "requests.other.no_payment": 1,
    "requests.other.misc": 14,
    "requests.resolved": 209,
    "requests.carried_out": 15,
    "review.total": 23,
    "review.upheld": 9,
    "review.corrected": 5,
    "review.other": 3,
    "review.pending": 6,
    "litigation.direct.total": 12,
    "litigation.direct.upheld": 6,
    "litigation.direct.corrected": 1,
    "litigation.direct.other": 2,
    "litigation.direct.pending": 3,
    "litigation.after_review.total": 10,
    "litigation.after_review.upheld": 4,
    "litigation.after_review.corrected": 3,
    "litigation.after_review.other": 2,
    "litigation.after_review.pending": 1,
    "active.normative_documents.issued": 20,
    "active.normative_documents.repealed": 26,
    "active.normative_documents.in_force": 300,
    "active.licensing.decisions": 1000,
    "active.penalties.decisions": 200,
    "active.coercion.decisions": 30,
    "active.fees.amount": 17.27,
}
"""Every figure of the form of 2021 that measures are made of, no two alike where they could be mixed up."""

MADE_OF_FULL = {
    "workload": 224,
    "completion_rate": 209 / 224,
    "clearance_rate": 209 / 211,
    "requests_carried_out": 15,
    "backlog_rate": 15 / 224,
    "full_disclosure_rate": 71 / 209,
    "any_disclosure_rate": 88 / 209,
    "refused": 37,
    "resolvable_disclosure_rate": 88 / 125,
    "refusal_rate": 37 / 209,
    "refused_state_secret_share": 1 / 37,
    "refused_other_law_share": 2 / 37,
    "refused_three_securities_share": 3 / 37,
    "refused_third_party_share": 4 / 37,
    "refused_internal_affairs_share": 5 / 37,
    "refused_process_information_share": 6 / 37,
    "refused_enforcement_file_share": 7 / 37,
    "refused_administrative_query_share": 9 / 37,
    # the form of 2014 has this ground, that of 2021 has not
    "refused_not_government_information_share": None,
    "unavailable": 43,
    "not_held_rate": 29 / 209,
    "not_processed": 21,
    "other_outcome": 20,
    "procedural_rate": 41 / 209,
    "received_from_natural_person_share": 151 / 211,
    "received_from_business_share": 31 / 211,
    "received_from_research_share": 2 / 211,
    "received_from_nonprofit_share": 3 / 211,
    "received_from_legal_service_share": 5 / 211,
    "received_from_other_organisation_share": 19 / 211,
    "reviews_corrected_rate": 5 / 17,
    "suits": 22,
    "suits_pending": 4,
    "litigation_loss_rate": 4 / 18,
    "disputes": 45,
    "dispute_rate": 45 / 209,
    "normative_documents_net": -6,
    "normative_documents_in_force": 300,
    "decisions": 1230,
    "fees_amount": 17.27,
    # another sum of money, which that form does not ask for
    "fees_collected": None,
}


def test_every_measure_that_is_made_of_others_is_as_the_domain_defines_it(country: Country) -> None:
    assert FULL[GRANTED] + FULL["requests.partial"] + 37 + 43 + 21 + 20 == FULL["requests.resolved"]
    country.report("子市", "110100", 2022, FULL)
    with country.warehouse() as warehouse:
        rows = warehouse.execute(f"SELECT {', '.join(MADE_OF_FULL)} FROM mart.province_year").fetchall()
        assert rows == [
            tuple(value if value is None else pytest.approx(value) for value in MADE_OF_FULL.values())
        ]
        rates = warehouse.execute("SELECT measure::VARCHAR FROM ref.measure WHERE kind = 'rate'").fetchall()
        assert {rate for (rate,) in rates} <= set(MADE_OF_FULL), "each rate is worked out above"


def test_a_rate_of_the_country_is_that_of_its_reports_not_of_its_rates(country: Country) -> None:
    # 4/5 and 10/100: 14/105, not the middle of the two rates, nor with the 50 of 卯市 that stand over nothing
    country.report("甲省", "110000", 2021, {GRANTED: 4, "requests.resolved": 5})
    country.report("寅市", "120100", 2021, {GRANTED: 10, "requests.resolved": 100, RECEIVED: 0})
    country.report("乙省统计局", "120000", 2021, {GRANTED: 50, "requests.resolved": "blank"})
    with country.warehouse() as warehouse:
        rows = warehouse.execute(
            "SELECT value, numerator, denominator, province_count, report_count FROM mart.national_measure "
            "WHERE measure = 'full_disclosure_rate'"
        ).fetchall()
        assert rows == [(pytest.approx(14 / 105), 14, 105, 2, 2)]
        wide = warehouse.execute(
            "SELECT granted, requests_resolved, full_disclosure_rate, clearance_rate, backlog_rate FROM mart.national_year"
        ).fetchall()
        # nothing was received where resolved is known: over 0 there is no rate
        assert wide == [(64, 105, pytest.approx(14 / 105), None, None)]


def test_shares_of_coverage_are_null_where_there_is_nothing_to_cover(country: Country) -> None:
    country.report("子东区", "110101", 2020, {RECEIVED: 3})
    country.report("子东区气象局", "110101", 2020, {RECEIVED: 3})
    country.report("丑西县气象局", "110202", 2020, {RECEIVED: 3})
    with country.warehouse() as warehouse:
        row = number(warehouse, 2020, code="110101")
        # a county has no divisions below; its weather bureau is the centre's
        assert (row["child_count"], row["child_coverage_rate"]) == (0, None)
        assert (row["agency_count"], row["agency_covered_count"], row["agency_coverage_rate"]) == (1, 1, 1)
        assert number(warehouse, 2020, code="110202") == {}
        row = number(warehouse, 2020)
        assert (row["child_covered_count"], row["child_count"], row["child_coverage_rate"]) == (1, 3, 1 / 3)


def test_a_mirror_and_a_revision_count_once(country: Country) -> None:
    original = country.report("子市", "110100", 2020, {RECEIVED: 300}, text_fingerprint="a", repairs={"x": 0})
    mirror = country.report(
        "子市",
        "110100",
        2020,
        {RECEIVED: 300},
        text_fingerprint="a",
        repairs={"x": 9},
        address="https://mirror.example/1",
    )
    old = country.report(
        "丑市", "110200", 2020, {RECEIVED: 40}, text_fingerprint="b", address="https://b.gov.cn/1"
    )
    # the same words with another figure: a revision, not a mirror
    new = country.report(
        "丑市", "110200", 2020, {RECEIVED: 41}, text_fingerprint="b", address="https://b.gov.cn/1"
    )
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020)["value"] == 341
        rows = warehouse.execute(
            "SELECT sha256, is_used, reason, used_instead FROM mart.contribution WHERE measure = 'requests_received'"
        ).fetchall()
        assert {sha256: rest for sha256, *rest in rows} == {
            original: [True, "territory_total", None],
            mirror: [False, "mirror", "110100:government:2020"],
            old: [False, "superseded", "110200:government:2020"],
            new: [True, "territory_total", None],
        }


def test_a_page_that_went_back_to_its_old_content_is_newest_again(country: Country) -> None:
    first = country.report("子市", "110100", 2020, {RECEIVED: 1}, address="https://b.gov.cn/1")
    country.report("子市", "110100", 2020, {RECEIVED: 2}, address="https://b.gov.cn/1")
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020)["value"] == 2
    country.raw.attempt("https://b.gov.cn/1", first)
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020)["value"] == 1


def test_a_quarantined_total_falls_back_to_the_children_and_says_so(country: Country) -> None:
    country.report("甲省", "110000", 2022, {RECEIVED: 1000}, quarantine="report.misread_table")
    country.report("子市", "110100", 2022, {RECEIVED: 300})
    country.report("丑市", "110200", 2022, {RECEIVED: 50}, quarantine="report.negative")
    country.report("丑市", "110200", 2022, {RECEIVED: 55}, title="an older version")
    with country.warehouse() as warehouse:
        row = number(warehouse, 2022)
        # 300, and the older version of 丑市 that passed
        assert (row["value"], row["basis"], row["published_value"]) == (355, "bottom_up", None)
        rows = warehouse.execute(
            "SELECT agency_name, is_used, reason, value FROM mart.contribution "
            "WHERE measure = 'requests_received' ORDER BY value"
        ).fetchall()
        assert rows == [
            ("丑市", False, "quarantined", 50),
            ("丑市", True, "territory_total", 55),
            ("子市", True, "territory_total", 300),
            ("甲省", False, "quarantined", 1000),
        ]
        coverage = warehouse.execute(
            "SELECT document_count, report_count, quarantined_count, territory_total_count FROM mart.coverage "
            "WHERE province_code = '110000'"
        ).fetchall()
        assert coverage == [(4, 2, 2, 2)]


def test_a_total_that_lacks_a_measure_leaves_it_to_the_children(country: Country) -> None:
    country.report("甲省", "110000", 2020, {RECEIVED: 1000, "requests.resolved": "blank"})
    country.report("子市", "110100", 2020, {RECEIVED: 300, "requests.resolved": 280})
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020)["value"] == 1000
        row = number(warehouse, 2020, "requests_resolved")
        assert (row["value"], row["basis"]) == (280, "bottom_up")
        assert reasons(warehouse, 2020, "requests_resolved") == {
            "甲省": "figure_missing",
            "子市": "+territory_total",
        }
        assert reasons(warehouse, 2020, "granted") == {"甲省": "not_in_report", "子市": "not_in_report"}
        assert number(warehouse, 2020, "granted") == {}


@pytest.mark.parametrize("missing", ["blank", "not_applicable", "text", "illegible"])
def test_part_of_a_sum_is_not_the_sum(country: Country, missing: str) -> None:
    country.report("甲省", "110000", 2020, dict.fromkeys(REFUSED, 2.0) | {REFUSED[3]: missing})
    country.report("子市", "110100", 2020, dict.fromkeys(REFUSED, 2.0))
    country.report("丑市", "110200", 2020, dict.fromkeys(REFUSED[:7], 2.0))
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020, "refused")["value"] == 16
        assert reasons(warehouse, 2020, "refused") == {
            "甲省": "figure_missing",
            "子市": "+territory_total",
            "丑市": "figure_missing",
        }


def test_a_rate_is_made_of_reports_that_give_both_its_terms(country: Country) -> None:
    country.report("子市", "110100", 2020, {"requests.granted": 30, "requests.resolved": 40})
    country.report("丑市", "110200", 2020, {"requests.granted": 20, "requests.resolved": "blank"})
    country.report("卯市", "119001", 2020, {"requests.granted": 1, "requests.resolved": 10})
    with country.warehouse() as warehouse:
        # 31 of 50: the 20 of 丑市 have no total to stand over
        row = number(warehouse, 2020, "full_disclosure_rate")
        assert (row["value"], row["numerator"], row["denominator"], row["report_count"]) == (0.62, 31, 50, 2)
        assert number(warehouse, 2020, "granted")["value"] == 51
        wide = warehouse.execute(
            "SELECT granted, requests_resolved, full_disclosure_rate, refusal_rate FROM mart.province_year"
        ).fetchall()
        assert wide == [(51, 50, 0.62, None)]


def test_a_rate_over_nought_is_null(country: Country) -> None:
    country.report("甲省", "110000", 2020, {"requests.granted": 0, "requests.resolved": 0})
    with country.warehouse() as warehouse:
        row = number(warehouse, 2020, "full_disclosure_rate")
        assert (row["value"], row["denominator"]) == (None, 0)
        assert warehouse.execute(
            "SELECT granted, full_disclosure_rate FROM mart.province_year"
        ).fetchall() == [(0, None)]


def test_the_country_is_the_sum_of_its_provinces(country: Country) -> None:
    country.report("甲省", "110000", 2020, {"requests.granted": 30, "requests.resolved": 40})
    country.report("寅市", "120100", 2020, {"requests.granted": 5, "requests.resolved": 60})
    country.report("乙省统计局", "120000", 2020, {RECEIVED: 4})
    with country.warehouse() as warehouse:
        assert warehouse.execute(
            "SELECT granted, requests_resolved, full_disclosure_rate, requests_received, province_count "
            "FROM mart.national_year"
        ).fetchall() == [(35, 100, 0.35, 4, 2)]
        assert warehouse.execute(
            "SELECT value, province_count, province_published_count, province_coverage_rate "
            "FROM mart.national_measure WHERE measure = 'requests_received'"
        ).fetchall() == [(4, 1, 0, 0.5)]


def test_eras_are_bridged_and_a_break_is_shown(country: Country) -> None:
    in_force, ever_public = (
        "active.normative_documents.in_force",
        "active.normative_documents.disclosed_total",
    )
    country.report("甲省", "110000", 2019, {ever_public: 500})
    country.report("甲省", "110000", 2020, {ever_public: 520})
    country.report("甲省", "110000", 2021, {in_force: 200})
    # two that follow another form than their year's: what they count is something else
    country.report("乙省", "120000", 2021, {ever_public: 90}, era="2019")
    country.report("寅市", "120100", 2021, {in_force: 30})
    country.report("甲省", "110000", 2018, {"litigation.total": 5})
    country.report(
        "子市", "110100", 2018, {"litigation.direct.total": 2, "litigation.after_review.total": 1}, era="2019"
    )
    measure = "normative_documents_in_force"
    with country.warehouse() as warehouse:
        series = [number(warehouse, year, measure) for year in (2019, 2020, 2021)]
        assert [row["value"] for row in series] == [500, 520, 200]
        assert [row["quality"] for row in series] == ["break", "break", "same"]
        assert [row["is_break"] for row in series] == [False, False, True]
        assert [row["change_rate"] for row in series] == [None, pytest.approx(0.04), None]
        assert number(warehouse, 2021, measure, "120000")["value"] == 30
        reason = warehouse.execute(
            "SELECT reason FROM mart.contribution WHERE agency_name = '乙省' AND measure = $1", [measure]
        ).fetchall()
        assert reason == [("other_definition",)]
        # one row of the form of 2014, two since
        assert number(warehouse, 2018, "suits")["value"] == 5
        assert number(warehouse, 2018, "suits")["quality"] == "close"
        assert number(warehouse, 2018, "suits", "110100")["value"] == 3


def test_figures_printed_as_at_least_are_used_and_counted(country: Country) -> None:
    country.report("甲省", "110000", 2013, {"disclosed.total": 800}, era="2008")
    for path in (country.folder / "raw" / "fact").rglob("*.parquet"):
        table = pq.read_table(path)
        place = table.schema.get_field_index("qualifier")
        pq.write_table(table.set_column(place, "qualifier", [["at_least"] * table.num_rows]), path)
    shutil.rmtree(country.folder / "raw" / "figure_list")  # made again from the facts
    with country.warehouse() as warehouse:
        row = number(warehouse, 2013, "disclosed_total")
        assert (row["value"], row["inexact_count"]) == (800, 1)


def test_a_division_that_is_not_in_the_years_tree_is_left_out_and_listed(country: Country) -> None:
    country.report("某开发区管委会", "110171", 2020, {RECEIVED: 9})
    country.report("甲省某局", "110000", 2020, {RECEIVED: 1}, division_code=None)
    country.report("子市", "110100", 2020, {RECEIVED: 30})
    with country.warehouse() as warehouse:
        assert number(warehouse, 2020)["value"] == 30
        assert reasons(warehouse, 2020) == {
            "某开发区管委会": "outside_tree",
            "甲省某局": "outside_tree",
            "子市": "+territory_total",
        }
        assert warehouse.execute("SELECT report_id FROM core.report ORDER BY 1").fetchall() == [
            ("110100:government:2020",),
            ("110171:某开发区管委会:2020",),
            ("11xxxx:甲省某局:2020",),
        ]


def test_what_is_used_always_adds_up_to_the_number(country: Country) -> None:
    add_ordinary_year(country, 2020)
    add_ordinary_year(country, 2021)
    country.report("甲省", "110000", 2021, {RECEIVED: 1000, "requests.resolved": 7})
    country.report("丑市", "110200", 2021, {RECEIVED: 77, "requests.resolved": 9}, scope="unknown")
    country.report("寅市", "120100", 2021, {RECEIVED: 12, "requests.resolved": 6}, scope="unknown")
    with country.warehouse() as warehouse:
        differing = warehouse.execute(
            """
            WITH used AS (
                SELECT province_code, report_year, measure, count(*) AS report_count, sum(value) AS numerator
                FROM mart.contribution WHERE is_used GROUP BY ALL
            )
            SELECT count(*) FILTER (WHERE used.numerator IS DISTINCT FROM coalesce(m.numerator, m.value)
                OR used.report_count IS DISTINCT FROM m.report_count), count(*)
            FROM mart.province_measure AS m FULL JOIN used USING (province_code, report_year, measure)
            """
        ).fetchall()
        assert differing[0][0] == 0
        assert differing[0][1] >= 5


def test_every_view_has_one_row_of_its_kind(country: Country) -> None:
    """The build checks tables; a view is as right as the tables below it and its own joins, which this checks."""
    add_ordinary_year(country, 2020)
    add_ordinary_year(country, 2021)
    country.report("甲省", "110000", 2020, {RECEIVED: 1000, "requests.granted": 5, "requests.resolved": 7})
    country.report("甲省", "110000", 2020, {RECEIVED: 1001}, address="https://www.example.gov.cn/new.html")
    country.report("丑市", "110200", 2021, {RECEIVED: 50}, quarantine="report.negative")
    views = [model for model in planned() if model.kind == "view"]
    assert {model.name for model in views} >= {
        "mart.contribution",
        "mart.division_measure",
        "core.report_measure",
    }
    with country.warehouse() as warehouse:
        for model in views:
            grain = ", ".join(model.grain)
            rows = warehouse.execute(
                f"SELECT count(*), count(DISTINCT ({grain})) FROM {model.name}"
            ).fetchall()
            ((row_count, key_count),) = rows
            assert row_count == key_count > 0, model.name
            for column in model.grain:
                assert warehouse.execute(
                    f"SELECT count(*) FROM {model.name} WHERE {column} IS NULL"
                ).fetchall() == [(0,)]


def test_a_change_is_told_between_sums_that_rest_on_as_much(country: Country) -> None:
    for year, reports in {
        2020: {"甲省统计局": 10, "甲省民政局": 30},
        # one of two reports was not found: no fall by two thirds
        2021: {"甲省统计局": 12},
        2022: {"甲省统计局": 15},
    }.items():
        for agency, received in reports.items():
            country.report(agency, "110000", year, {RECEIVED: received})
    country.report("乙省", "120000", 2021, {RECEIVED: 100})
    country.report("乙省", "120000", 2022, {RECEIVED: 110})
    # parts that are found or not change nothing in a government's own total
    country.report("寅市", "120100", 2022, {RECEIVED: 5})
    with country.warehouse() as warehouse:
        rows = [number(warehouse, year) for year in (2020, 2021, 2022)]
        assert [row["previous_value"] for row in rows] == [None, 40, 12]
        assert [row["change_rate"] for row in rows] == [None, None, 0.25]
        assert number(warehouse, 2022, code="120000")["change_rate"] == pytest.approx(0.1)
