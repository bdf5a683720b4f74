"""`gongkai explain`: the number, what was used and left out and why, down to the printed cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.commands.explain import SHOWN, command
from flows.edge.warehouse import building
from flows.settings import Home
from tests.division_tree import Country, build_warehouse
from tests.sample_warehouse import build_documents

RECEIVED = "requests.received"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    country = Country(tmp_path_factory.mktemp("country"))
    country.report("子市", "110100", 2020, {RECEIVED: 300, "requests.resolved": 280, "requests.granted": 70})
    country.report("子市教育局", "110100", 2020, {RECEIVED: 50})
    country.report("丑市教育局", "110200", 2020, {RECEIVED: 5}, address="https://x.gov.cn/5.html")
    country.report("丑市民政局", "110200", 2020, {RECEIVED: "blank"})
    country.report("丑市", "110200", 2020, {RECEIVED: 99}, quarantine="report.negative")
    country.report("甲省", "110000", 2021, {RECEIVED: 400})
    for place in range(SHOWN + 5):
        country.report(f"甲省第{place:02}局", "110000", 2021, {RECEIVED: 1})
    noted = country.report("甲省", "110000", 2019, {RECEIVED: 10})
    place = Home(tmp_path_factory.mktemp("home"))
    with building(place) as build:
        build_warehouse(build.connection, country)
        build.connection.execute(
            "INSERT INTO quality.finding SELECT $1, 1, '110000:government:2019', 'requests.balance', 'warning', "
            "'broken', 'N + P is not T + C', 10, 12, ['requests.received|total'], 'parser'",
            [noted],
        )
        build.publish()
    yield place


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--home", str(home.path)])


def explained(home: Home, *arguments: str) -> dict[str, Any]:
    result = run(home, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_the_number_with_its_basis_coverage_and_tree(home: Home) -> None:
    result = run(home, "甲省", "2020", "requests_received")
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.output.splitlines()]
    assert lines[:2] == [
        "甲省 2020  requests_received",
        "Requests received in the year | 新收政府信息公开申请",
    ]
    assert "305 件" in lines
    assert "basis     bottom_up: the sum of 2 reports, nothing counted twice" in lines
    assert "coverage  2 of 3 divisions right below have it, 3 of 31 known agencies gave it" in lines[5]
    used, left_out = lines.index("used: 2 reports"), lines.index("left out: 3 reports")
    assert lines[used + 1 : used + 5] == [
        "  甲省",
        "    子市",
        "      ✓ 子市  300 件",
        "          territory_total: the government's total of its territory",
    ]
    tree = "\n".join(lines[used:left_out])
    assert '          requests.received "300"  table, table 1 row 1 column 1' in tree
    assert "          https://x.gov.cn/5.html" in tree
    assert f"          {home.archive}/" in tree
    rest = "\n".join(lines[left_out:])
    assert "inside_territory_total: inside a territory's total that is used: 110100:government:2020" in rest
    assert "✗ 丑市民政局\n          figure_missing:" in rest
    assert 'requests.received "blank" [blank]' in rest
    # the total that is quarantined, with its own cell
    assert "✗ 丑市  99 件\n          quarantined:" in rest
    assert 'requests.received "99"  table, table 1 row 1 column 1' in rest


def test_a_published_total_leaves_a_residual_and_long_lists_are_cut(home: Home) -> None:
    text = run(home, "甲省", "2021", "requests_received").output
    assert "basis     published: the province's own total of its territory" in text
    assert f"residual  375 件: published 400, bottom-up {SHOWN + 5}" in text
    assert text.count("✗") == SHOWN
    assert "… and 5 more: inside_territory_total (--all lists them)" in text
    assert run(home, "甲省", "2021", "requests_received", "--all").output.count("✗") == SHOWN + 5


def test_a_rate_shows_its_terms_and_their_cells(home: Home) -> None:
    text = run(home, "甲省", "2020", "full_disclosure_rate").output
    assert "= granted / requests_resolved" in text
    assert "0.2500 (25.00%) = 70 / 280" in text
    assert "✓ 子市  70 / 280" in text
    assert 'requests.granted "70"' in text and 'requests.resolved "280"' in text


def test_findings_stand_under_their_report(home: Home) -> None:
    text = run(home, "甲省", "2019", "requests_received").output
    assert "! warning: N + P is not T + C (requests.balance)" in text


def test_json_has_every_report_with_its_cells(home: Home) -> None:
    found = explained(home, "甲省", "2021", "requests_received")
    assert (found["province_code"], found["value"], found["unit"]) == ("110000", 400, "件")
    assert found["figures"]["basis"] == "published"
    assert len(found["reports"]) == SHOWN + 6
    (used,) = [report for report in found["reports"] if report["is_used"]]
    (cell,) = used["cells"]
    assert cell == cell | {
        "indicator": RECEIVED,
        "applicant": "total",
        "raw": "400",
        "value": 400,
        "unit": "件",
        "state": "reported",
        "qualifier": "exact",
        "method": "table",
        "location": "table 1 row 1 column 1",
    }
    assert used["archive_file"] == str(
        home.archive / used["sha256"][:2] / used["sha256"][2:4] / used["sha256"]
    )


@pytest.mark.parametrize("name", ["甲省", "甲", "甲地", "110000", "11", " 甲省 "])
@pytest.mark.parametrize(
    "measure",
    ["requests_received", "REQUESTS_RECEIVED", "新收政府信息公开申请", "Requests received in the year"],
)
def test_names_and_codes_are_understood_alike(home: Home, name: str, measure: str) -> None:
    found = explained(home, name, "2019", measure)
    assert (found["province"], found["measure"], found["value"]) == ("甲省", "requests_received", 10)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("丙省", "2020", "requests_received"), "there is no province '丙省'. Did you mean 甲省 (110000), 乙省 (120000)"),
        (("99", "2020", "requests_received"), "There are 甲省 (110000), 乙省 (120000)"),
        (("子市", "2020", "requests_received"), "子市 (110100) is no province; it lies in 甲省"),
        (("卯", "2020", "requests_received"), "there is no province '卯'. There are 甲省 (110000), 乙省 (120000)"),
        (("子东", "2020", "requests_received"), "子东区 (110101) is no province; it lies in 甲省. Try gongkai explain 甲省 …"),
        (("甲省", "2020", "requests_recieved"), "there is no measure 'requests_recieved'. Did you mean requests_received"),
        (("甲省", "2020", "requests.received"), "there is no measure 'requests.received'. Did you mean requests_received, "),
        (("1200", "2020", "requests_received"), "there is no province '1200'. Did you mean 乙省 (120000)"),
        (("甲省", "2020", "新收申请"), "there is no measure '新收申请'. Did you mean "),
        (("甲省", "2010", "requests_received"), "years that have it: 2019, 2020, 2021"),
        (("乙省", "2020", "requests_received"), "no report of 乙省 gives requests_received for any year"),
        (("甲省", "last", "requests_received"), "'last' is not a valid integer"),
    ],
)  # fmt: skip
def test_unknown_input_gets_suggestions(home: Home, arguments: tuple[str, ...], expected: str) -> None:
    result = run(home, *arguments)
    assert result.exit_code == 2
    assert expected in result.output


def test_a_number_that_no_report_can_give_is_said_to_be_none(home: Home) -> None:
    result = run(home, "甲省", "2020", "backlog_rate")
    assert result.exit_code == 0
    assert "no number: no report that could give it can be used" in result.output
    assert "figure_missing: a figure needed for it is missing, blank or not a number" in result.output
    assert "not in the report: requests.carried_in, requests.carried_out" in result.output
    (report,) = [
        one
        for one in explained(home, "甲省", "2020", "requests_received")["reports"]
        if one["agency"] == "丑市民政局"
    ]
    # it stands there, blank
    assert (report["reason"], report["missing"], report["cells"][0]["state"]) == (
        "figure_missing",
        [],
        "blank",
    )


def test_without_a_warehouse_the_next_command_is_told(tmp_path: Path) -> None:
    result = run(Home(tmp_path), "甲省", "2020", "requests_received")
    assert result.exit_code == 1
    assert "gongkai run" in result.output


def test_the_seed_documents_of_hunan_2017(tmp_path: Path, shared: Path) -> None:
    """耒阳市's total of its territory (7) and the report of 衡阳市统计局 about itself (4) do not overlap: the one is a
    county, the other an office of the prefecture above it."""
    seeds = sorted((shared / "seeds").glob("*.txt"))
    place = Home(tmp_path)
    build_documents(place, [(path.read_bytes(), path.name, "text/plain", None) for path in seeds])
    found = explained(place, "湖南", "2017", "requests_received")
    assert (found["value"], found["figures"]["basis"], found["figures"]["report_count"]) == (
        11,
        "bottom_up",
        2,
    )
    assert {
        report["agency"]: (report["is_used"], report["reason"], report["value"], report["path"])
        for report in found["reports"]
    } == {
        "耒阳市": (True, "territory_total", 7, "湖南省 衡阳市 耒阳市"),
        "衡阳市统计局": (True, "single_agency", 4, "湖南省 衡阳市"),
    }
    for report in found["reports"]:
        (cell,) = [cell for cell in report["cells"] if cell["indicator"] == RECEIVED]
        # as printed: 收到依申請公開四起 in the one
        assert cell["value"] == report["value"] and cell["raw"] and cell["location"]
        assert report["archive_file"].endswith(report["sha256"])
    # 耒阳市 gives what 衡阳市统计局 does not: the reason is said
    found = explained(place, "43", "2017", "disclosed_website")
    assert found["value"] == 18126
    assert {report["agency"]: report["reason"] for report in found["reports"]} == {
        "耒阳市": "territory_total",
        "衡阳市统计局": "not_in_report",
    }
