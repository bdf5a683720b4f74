"""A source whose host is down shows in the warehouse as not fetched, and mends by itself when the host is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows.alert import record_alerts
from flows.edge.asked import note_asked
from flows.edge.catalogue import Rate, load_source
from flows.edge.limits import Limits
from flows.edge.manifest import Manifest
from flows.edge.outbox import Outbox
from flows.edge.politeness import Patience
from flows.fetch import FetchSummary, fetch
from flows.parse import Parser, unread_originals
from flows.settings import Home
from tests.local_web import LocalWeb
from tests.raw_layer import judged_build

SOURCE = """
publisher: 石台县人民政府
division: "341722"
entry: [http://www.shitai.test/nb/]
expected_reports: 2
"""
PATIENCE = Patience(tries=1, failures=50, rest_seconds=0.0)
NOBODY = ("127.0.0.1", 1)
YEAR = date.today().year


def report(year: int) -> str:
    table = "".join(
        f"<tr><td>{label}</td><td>件</td><td>3</td></tr>"
        for label in ("（一）收到申请数", "1.当面申请数", "（二）申请办结数", "（三）申请答复数")
    )
    return (
        f"<html><head><title>石台县{year}年政府信息公开工作年度报告</title></head><body>"
        f"<h1>石台县人民政府{year}年政府信息公开工作年度报告</h1><p>根据《中华人民共和国政府信息公开条例》，"
        f"现公布{year}年度报告，统计期限自{year}年1月1日至12月31日。</p><table>"
        f"<tr><td>统计指标</td><td>单位</td><td>统计数</td></tr><tr><td>四、依申请公开情况</td><td>——</td><td></td></tr>"
        f"{table}</table></body></html>"
    )


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "_default.yaml").write_text("report: {text: 年度报告}\n", encoding="utf-8")
    (folder / "jia.yaml").write_text(SOURCE, encoding="utf-8")
    return folder


def run(home: Home, sources: Path, network: tuple[str, int]) -> FetchSummary:
    """Fetch the source and read what came, with its host at a network address."""
    source = replace(load_source("jia", sources), rate=Rate(10_000.0, 2))
    with Manifest(home.raw) as manifest:
        summary = fetch(
            [source],
            home,
            manifest,
            hosts={"www.shitai.test": network},
            patience=PATIENCE,
            limits=Limits(connect_seconds=60, read_seconds=60),
        )
    note_asked(home, ["jia"], [], date(YEAR, 6, 1))
    with Parser(home, worker_count=1) as parser:
        parser.read(unread_originals(home))
    return summary


def coverage(home: Home, sources: Path) -> dict[int, tuple[str, int, int]]:
    with judged_build(home.raw, home, sources=sources) as (connection, failures):
        assert failures == []
        record_alerts(connection, home, "run")
        rows = connection.execute(
            "SELECT province_code, report_year, fetch_state, not_fetched_count, document_count FROM mart.coverage"
        ).fetchall()
    assert {row[0] for row in rows} <= {"340000"}
    return {year: (state, failed, found) for _, year, state, failed, found in rows}


def few(home: Home) -> list[str]:
    return [a.subject for a in Outbox(home).alerts() if a.rule == "source.too_few" and a.status == "open"]


def test_a_host_that_is_down_is_not_fetched_and_mends(tmp_path: Path, sources: Path) -> None:
    home = Home(tmp_path / "home")
    # the host is down
    summary = run(home, sources, NOBODY)
    assert summary.document_count == 0 and len(summary.failures) == 1
    found = coverage(home, sources)
    assert found[2017] == ("not_fetched", 1, 0)
    assert {state for state, _, _ in found.values()} == {"not_fetched"}
    assert few(home) == []

    with LocalWeb() as web:
        links = "".join(
            f'<a href="/nb/{y}.html">石台县{y}年政府信息公开工作年度报告</a>' for y in (2016, 2017)
        )
        web.serve("/nb/", links)
        web.serve("/nb/2016.html", report(2016))
        web.fail("/nb/2017.html", 503, times=1, body=report(2017).encode())
        network = ("127.0.0.1", int(web.address().rsplit(":")[-1].strip("/")))
        # it is back, but for one report
        summary = run(home, sources, network)
        assert (summary.document_count, len(summary.failures)) == (1, 1)
        found = coverage(home, sources)
        assert found[2016] == ("fetched", 0, 1)
        assert found[2017] == ("not_fetched", 1, 0)
        assert found[2018] == ("missing", 0, 0)
        # it answers and brings far fewer reports than are expected of it
        assert few(home) == [f"jia {YEAR - n}" for n in (3, 2, 1)]
        # all of it
        assert run(home, sources, network).failures == []
        assert coverage(home, sources)[2017] == ("fetched", 0, 1)

    # down again: what was fetched stays; of years that its listing may have listed since nothing is known
    run(home, sources, NOBODY)
    found = coverage(home, sources)
    assert found[2017] == ("fetched", 0, 1)
    assert found[2018] == ("missing", 0, 0)
