"""The five real documents: exactly what their gold says, through the public command's own output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from flows.report.types import Report

SEEDS = [
    "000_9f5bf0a63dbecabd",
    "001_414f7057c820b49d",
    "002_f98f150bb93e21ec",
    "003_6bdcad6606f9a5c6",
    "004_73fd7277be857a29",
]
MUST_FLAG = {
    "001_414f7057c820b49d": {
        "requests.replied",
        "review.total",
        "litigation.total",
        "report.published_before_period_end",
    },
    "003_6bdcad6606f9a5c6": set(),
    "004_73fd7277be857a29": {"tables.absent"},
}


def read_seed(shared: Path, name: str) -> Report:
    data = (shared / "seeds" / f"{name}.txt").read_bytes()
    return read_report(data, address=f"{name}.txt", media_type="text/plain", divisions=load_divisions())


def gold(shared: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / "gold" / f"{name}.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", SEEDS)
def test_facts_are_the_golds(shared: Path, name: str) -> None:
    wanted = {
        key: (value["value"], value["qualifier"]) if isinstance(value, dict) else (value, "exact")
        for key, value in gold(shared, name)["facts"].items()
    }
    report = read_seed(shared, name)
    assert {fact.key: (fact.value, fact.qualifier) for fact in report.facts} == wanted
    assert len(report.facts) == len(wanted)


@pytest.mark.parametrize("name", SEEDS)
def test_properties_are_the_golds(shared: Path, name: str) -> None:
    report = read_seed(shared, name)
    wanted = gold(shared, name)
    for key in ("kind", "agency", "agency_type", "scope", "division", "province", "year", "era"):
        if key in wanted:
            assert getattr(report, key) == wanted[key], key


@pytest.mark.parametrize("name", sorted(MUST_FLAG))
def test_findings_are_the_golds(shared: Path, name: str) -> None:
    report = read_seed(shared, name)
    broken = {finding.rule for finding in report.findings if finding.outcome == "broken"}
    assert broken == MUST_FLAG[name]


def test_text_of_the_garbled_report_is_mended(shared: Path) -> None:
    from flows.report.source import Source, normalise
    from flows.report.text import decode

    name = "000_9f5bf0a63dbecabd"
    document = normalise(Source(decode((shared / "seeds" / f"{name}.txt").read_bytes())[0]))
    for wanted in gold(shared, name)["text_contains"]:
        assert wanted in document.text
    for unwanted in gold(shared, name)["text_excludes"]:
        assert unwanted not in document.text


@pytest.mark.parametrize("name", SEEDS)
def test_facts_lead_back_to_their_printed_words(shared: Path, name: str) -> None:
    source = (shared / "seeds" / f"{name}.txt").read_text("utf-8")
    for fact in read_seed(shared, name).facts:
        assert fact.start is not None and fact.end is not None
        assert source[fact.start : fact.end] == fact.raw
