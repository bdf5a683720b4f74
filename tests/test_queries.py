"""The ready queries: each runs on the bundled sample and gives what it asks for; and the quick start, as it stands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.commands.sql import command
from flows.edge.queries import QUERIES, ready_queries
from flows.edge.warehouse import open_warehouse
from flows.model import plan_models
from flows.settings import ROOT, Home
from tests.division_tree import Country, moving_country
from tests.sample_warehouse import build_documents

NAMES = [query.name for query in ready_queries()]
EMPTY = {"quarantine"}
"""Queries about what the sample does not have."""


@pytest.mark.parametrize("query", ready_queries(), ids=NAMES)
def test_a_ready_query_runs_on_the_sample(sample_home: Home, query: object) -> None:
    with open_warehouse(sample_home) as connection:
        rows = connection.execute(query.sql).fetchall()  # type: ignore[attr-defined]
    assert bool(rows) is (query.name not in EMPTY)  # type: ignore[attr-defined]


def test_a_ready_query_is_called_by_its_name_and_they_are_listed(sample_home: Home) -> None:
    options = ["--home", str(sample_home.path), "--format", "csv"]
    by_name = CliRunner().invoke(command, ["@court_losses", *options]).output
    by_file = CliRunner().invoke(command, ["--file", str(QUERIES / "court_losses.sql"), *options]).output
    assert by_name == by_file
    assert by_name.startswith("province_name,report_year,suits_lost,suits_decided,loss_rate,")
    listed = CliRunner().invoke(command, ["--list"]).output
    assert re.findall(r"^@(\w+)", listed, re.MULTILINE) == NAMES
    assert "各省行政诉讼败诉（结果纠正）率是多少？" in listed


def test_ready_queries_are_no_models() -> None:
    assert not [model.name for model in plan_models() if model.name.startswith("query.")]


def test_the_grounds_of_refusal_add_up_to_the_refused(sample_home: Home) -> None:
    sql = (QUERIES / "refusal_reasons.sql").read_text(encoding="utf-8")
    with open_warehouse(sample_home) as connection:
        shares = connection.execute(
            f"SELECT sum(refused_share) FROM ({sql}) GROUP BY province_name, report_year"
        ).fetchall()
    assert shares and all(share == pytest.approx(1) for (share,) in shares)


def test_fees_of_two_kinds_are_never_added(sample_home: Home) -> None:
    sql = (QUERIES / "fees.sql").read_text(encoding="utf-8")
    with open_warehouse(sample_home) as connection:
        measures = connection.execute(f"SELECT DISTINCT measure FROM ({sql}) ORDER BY 1").fetchall()
    assert measures == [("fees_amount",), ("fees_collected",)]


def test_money_is_added_in_one_unit_however_it_is_printed(tmp_path: Path) -> None:
    """251000元 and 17.27万元 are 42.37万元."""

    def page(agency: str, money: str) -> bytes:
        return (
            f"{agency}2012年政府信息公开工作年度报告\n"
            "一、概述\n本报告的统计期限为2012年1月1日至2012年12月31日。我局收到政府信息公开申请5件。\n"
            f"二、收费情况\n依申请公开信息收取的费用{money}。\n"
        ).encode()

    place = Home(tmp_path)
    build_documents(
        place,
        [
            (page("桦甸市统计局", "251000元"), "https://www.example.gov.cn/1.txt", "text/plain", "utf-8"),
            (page("吉林市统计局", "17.27万元"), "https://www.example.gov.cn/2.txt", "text/plain", "utf-8"),
        ],
    )
    with open_warehouse(place) as connection:
        rows = connection.execute((QUERIES / "fees.sql").read_text(encoding="utf-8")).fetchall()
        units = connection.execute(
            "SELECT DISTINCT f.unit, m.unit FROM core.fact AS f JOIN ref.measure AS m ON m.measure = 'fees_collected' "
            "WHERE f.indicator = 'fees.collected'"
        ).fetchall()
    assert rows == [("吉林省", 2012, "fees_collected", pytest.approx(42.37), "bottom_up", 2)]
    assert units == [("万元", "万元")]


def asked(country: Country, name: str) -> list[tuple[object, ...]]:
    with country.warehouse() as warehouse:
        return warehouse.execute((QUERIES / f"{name}.sql").read_text(encoding="utf-8")).fetchall()


def test_a_county_that_was_moved_or_upgraded_is_one_series(tmp_path: Path) -> None:
    country = moving_country(tmp_path)
    for agency, code, year, received in (
        ("辰县", "110203", 2017, 9),
        ("辰县", "110103", 2018, 12),
        ("子西县", "110102", 2015, 10),
        ("子西市", "110181", 2016, 15),
        ("丑西县", "110202", 2016, 1),
    ):
        country.report(agency, code, year, {"requests.received": received})
    assert asked(country, "renamed_divisions") == [
        ("110103", "110203", "辰县", 2017, 9, "published", 1),
        ("110103", "110103", "辰县", 2018, 12, "published", 1),
        ("110181", "110102", "子西县", 2015, 10, "published", 1),
        ("110181", "110181", "子西市", 2016, 15, "published", 1),
    ]


def test_what_changed_is_told_of_sums_of_as_many_reports(tmp_path: Path) -> None:
    country = Country(tmp_path)
    for year, counts in {2020: (10, 30), 2021: (12,), 2022: (15,)}.items():
        for agency, received in zip(("甲省统计局", "甲省民政局"), counts, strict=False):
            country.report(agency, "110000", year, {"requests.received": received})
    country.report("乙省", "120000", 2021, {"requests.received": 100})
    country.report("乙省", "120000", 2022, {"requests.received": 110})
    assert [row[:3] + row[4:6] for row in asked(country, "year_on_year")] == [
        ("甲省", 2022, "requests_received", 12, 15),
        ("乙省", 2022, "requests_received", 100, 110),
    ]


QUICK_START = (ROOT / "warehouse" / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", QUICK_START, re.DOTALL)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_of_the_quick_start_runs(sample_home: Home, tmp_path: Path, number: int) -> None:
    language, text = SNIPPETS[number]
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "gongkai.duckdb").symlink_to(sample_home.warehouse)
    commands = {"python": [sys.executable, "-W", "error::SyntaxWarning", "-c"], "sh": ["bash", "-euc"]}
    for module in ("polars",):
        if f"import {module}" in text:
            pytest.importorskip(module)
    if "duckdb -" in text and not shutil.which("duckdb"):
        pytest.skip("the duckdb command line is not installed")
    environment = {
        **os.environ,
        "GONGKAI_HOME": str(sample_home.path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [*commands[language], text], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "a snippet shows something"


README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```\n\$ \.venv/bin/gongkai (.*?[^,\n])\n((?!    ).*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(2))
def test_what_the_readme_shows_is_what_is_printed(sample_home: Home, number: int) -> None:
    words, shown = SHOWN[number]
    result = CliRunner().invoke(main, [*shlex.split(words), "--home", str(sample_home.path)])
    assert result.exit_code == 0, result.output
    printed = iter(result.output.splitlines())
    for line in shown.splitlines():
        # what it leaves out it may
        assert line.strip() == "…" or line in printed, f"{line!r} is not printed, or not here"


def test_the_readme_shows_a_query_and_an_explanation() -> None:
    assert [words.split()[0] for words, _ in SHOWN] == ["sql", "explain"]
