"""Pages to look at: they open without a network and say what the warehouse says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from flows.edge.data_docs import KEPT_RUNS, write_data_docs
from flows.edge.quality import judge, load_suite
from flows.settings import EXPECTATIONS, Home
from flows.show import findings_markdown, show_quality, worst_findings
from tests.raw_layer import RawLayer, figure, finding, judged_build, report
from tests.test_comparison import publish

LOADED = re.compile(r"""<(?:script|link|img|iframe)\b|@import|url\(|https?://""", re.IGNORECASE)
"""What a page would need a network for, or run."""


def results() -> dict[str, object]:
    suite = load_suite(EXPECTATIONS / "fetch_manifest.yaml")
    frame = pd.DataFrame(
        {"host": ["a.cn", "b.cn"], "failed_rate": [0, 0.9], "empty_count": [0, 0], "stale_day_count": [0, 0]}
    )
    kept: list[object] = []
    judge(frame, suite, kept)
    return {suite.name: kept[0]}


def test_data_docs_open_without_a_network(tmp_path: Path) -> None:
    folder = write_data_docs(tmp_path, "run-1", "2024-01-31T02:30:00", results())
    pages = sorted(tmp_path.rglob("*.html"))
    assert [str(page.relative_to(tmp_path / "runs")) for page in pages] == [
        f"{folder.name}/fetch_manifest.html",
        f"{folder.name}/index.html",
        "index.html",
    ]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert LOADED.search(text) is None, page
        for target in re.findall(r'href="([^"#]+)"', text):
            assert (page.parent / target).exists(), (page, target)
    text = pages[0].read_text(encoding="utf-8")
    # the rules with what Great Expectations leaves out, before its own page
    assert "同一网站失败的地址不应超过一半" in text
    assert text.index("fetch.mostly_failed") < text.index("Evaluates whether a batch of data")
    assert "✗ 1" in text
    assert "Evaluated Expectations" in text


def test_the_last_runs_are_kept(tmp_path: Path) -> None:
    made = results()
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(KEPT_RUNS + 2):
        at = (start + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S")
        write_data_docs(tmp_path, f"run{number:02}", at, made)
    kept = sorted(path.name for path in (tmp_path / "runs").iterdir() if path.is_dir())
    assert len(kept) == KEPT_RUNS
    assert kept[0].startswith("20240103")
    assert kept[-1] in (tmp_path / "runs" / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    raw = RawLayer(home.raw)
    raw.add(
        [
            report("a" * 64, agency_name="耒阳市教育局", agency_type="department"),
            report("b" * 64, agency_name="耒阳市<b>财政局", agency_type="department"),
            report("c" * 64, agency_name="耒阳市民政局", agency_type="department"),
            report("d" * 64, report_year=2018),
        ],
        [figure(name * 64) for name in "abd"]
        + [figure("c" * 64, value=-4.0)]
        + [figure("b" * 64, indicator="requests.replied", value=None, state="blank")],
        [
            finding("a" * 64, "requests.replied"),
            finding("b" * 64, "requests.replied", "info", "not_assessable"),
        ],
    )
    for name in "abcd":
        raw.attempt(f"https://www.example.gov.cn/{name}.html", name * 64)
    assert publish(home) == []
    return home


def test_a_page_for_every_province_and_year(home: Home) -> None:
    stale = home.docs / "quality" / "110000-1999.html"
    stale.parent.mkdir(parents=True)
    stale.write_text("old", encoding="utf-8")
    assert show_quality(home) == 2
    assert not stale.exists()
    names = sorted(path.name for path in (home.docs / "quality").iterdir())
    assert names == ["430000-2017.html", "430000-2018.html", "index.html"]
    text = (home.docs / "quality" / "430000-2017.html").read_text(encoding="utf-8")
    assert LOADED.search(text.replace("https://www.example.gov.cn/", "")) is None
    row = re.search(r"<tr><td>report\.requests_broken<.*?</tr>", text)
    assert row is not None
    # passed, broken, not assessable: c is kept out and passes; a breaks it; b lacks a figure
    assert re.findall(r'<td class="n">(\d+)</td>', row[0]) == ["1", "1", "1"]
    assert "kept out 隔离 (1)" in text
    assert "A count may not be negative" in text
    assert "耒阳市<b>财政局" not in text
    later = (home.docs / "quality" / "430000-2018.html").read_text(encoding="utf-8")
    trend = re.search(r"<tr><td>report\.requests_broken<.*?</tr>", later)
    assert trend is not None
    assert "▼ 50.0%" in trend[0]
    index = (home.docs / "quality" / "index.html").read_text(encoding="utf-8")
    assert 'href="430000-2017.html"' in index
    assert "湖南省" in index


def test_what_a_rule_cannot_speak_of_it_has_not_passed(tmp_path: Path) -> None:
    """Neither passed nor broken: a date that is not there, figures that are not there, a form that no table shows."""
    home = Home(tmp_path)
    raw = RawLayer(home.raw)
    raw.add(
        [
            report(
                "a" * 64, agency_name="耒阳市教育局", agency_type="department", published_on=date(2018, 2, 1)
            ),
            report(
                "b" * 64, agency_name="耒阳市财政局", agency_type="department", published_on=date(2021, 2, 1)
            ),
            report("c" * 64, agency_name="耒阳市民政局", agency_type="department"),
            report("d" * 64, agency_name="耒阳市水利局", agency_type="department", era=None),
        ],
        [figure("a" * 64), figure("b" * 64, value=1.5), figure("d" * 64, method="narrative")],
        [finding("b" * 64, "report.published_late", "info")],
    )
    for name in "abcd":
        raw.attempt(f"https://www.example.gov.cn/{name}.html", name * 64)
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        outcomes = {
            rule: counts
            for rule, *counts in connection.execute(
                "SELECT rule, passed_count, broken_count, not_assessable_count FROM quality.rule_outcome"
            ).fetchall()
        }
    assert outcomes["report.published_late"] == [1, 1, 2]
    assert outcomes["report.published_before_period_end"] == [2, 0, 2]
    assert outcomes["report.fraction"] == [2, 1, 1]
    assert outcomes["report.era_unusual"] == [2, 0, 2]
    assert outcomes["report.narrative_disagrees"] == [2, 0, 2]
    assert outcomes["report.without_figures"] == [3, 1, 0]
    assert outcomes["plausible.peers"] == [0, 0, 4]


def test_the_worst_findings_as_a_table(home: Home) -> None:
    worst = worst_findings(home)
    assert [(row["severity"], row["rule"], row["finding_count"]) for row in worst] == [
        ("critical", "report.negative", 1),
        ("warning", "requests.replied", 1),
    ]
    text = findings_markdown(worst)
    assert "| critical | report.negative | 1 | 耒阳市民政局 2017 |" in text
    assert findings_markdown([]) == "no finding of severity critical or warning"
