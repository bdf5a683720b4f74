"""The bundled sample: each document is read as its golden says, and the sample is what its script writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.generate.make_sample import GOLDENS, ROOT, SITE, files

NAMES = sorted(path.stem for path in GOLDENS.glob("*.json"))
DECIDED = ("agency", "agency_type", "scope", "division", "province", "year", "era")


def load(name: str) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))
    return golden


def read(golden: dict[str, Any]) -> Any:
    from flows.edge.divisions import load_divisions
    from flows.report.read import read_report

    media_type, _, charset = (golden["content_type"] or "").partition("; charset=")
    return read_report(
        (SITE / golden["document"].lstrip("/")).read_bytes(),
        address=f"http://sample.gongkai.test{golden['document']}",
        media_type=media_type or None,
        charset=charset or None,
        divisions=load_divisions(),
    )


def as_in_golden(fact: Any) -> object:
    if fact.state != "reported":
        return {"state": fact.state}
    return fact.value if fact.qualifier == "exact" else {"value": fact.value, "qualifier": fact.qualifier}


def test_sample_is_there() -> None:
    assert 40 <= len(NAMES) <= 60


@pytest.mark.parametrize("name", NAMES)
def test_document_is_what_its_golden_says(name: str) -> None:
    golden = load(name)
    report = read(golden)
    assert report.kind == golden["kind"], report.reason
    if golden["kind"] == "other":
        assert report.reason
        assert report.facts == []
        return
    found = {field: getattr(report, field) for field in DECIDED}
    assert found == {field: golden[field] for field in DECIDED}, report.evidence
    assert report.published_on is None or report.published_on.isoformat() == golden["published_on"]


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_those_of_the_golden(name: str) -> None:
    golden = load(name)
    found = {fact.key: as_in_golden(fact) for fact in read(golden).facts}
    beside = {key for key, value in golden["allowed"].items() if found.get(key) == value}
    assert {key: value for key, value in found.items() if key not in beside} == golden["facts"]


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_those_of_the_golden(name: str) -> None:
    """Every expected finding is there, and no other that calls a figure wrong."""
    golden = load(name)
    broken = [finding for finding in read(golden).findings if finding.outcome == "broken"]
    for expected in golden.get("findings", []):
        named = [finding for finding in broken if finding.rule == expected["rule"]]
        assert any(set(expected["facts"]) <= set(finding.facts) for finding in named), expected["about"]
        assert {finding.severity for finding in named} == {expected["severity"]}
    expected_rules = {expected["rule"] for expected in golden.get("findings", [])}
    of_figures = {
        finding.rule for finding in broken if finding.facts and finding.severity in ("warning", "critical")
    }
    if any(isinstance(value, dict) and value.get("state") == "blank" for value in golden["facts"].values()):
        of_figures.discard("table.cell_empty")
    assert of_figures - {"fact.suspect"} == expected_rules


def test_script_writes_the_sample_byte_for_byte() -> None:
    written = files()
    committed = {str(path.relative_to(ROOT)) for folder in (SITE, GOLDENS) for path in _files_below(folder)}
    assert set(written) == committed, "run: python -m tests.generate.make_sample"
    for path, data in written.items():
        assert (ROOT / path).read_bytes() == data, f"{path}: run python -m tests.generate.make_sample"


def test_sample_stays_small() -> None:
    sizes = [path.stat().st_size for path in _files_below(SITE)]
    assert sum(sizes) < 1_500_000
    assert max(sizes) < 100_000


def test_every_document_is_served_and_linked() -> None:
    served = json.loads((SITE / "site.json").read_text(encoding="utf-8"))
    pages = [path for path in _files_below(SITE) if path.name.startswith("index")]
    linked = "".join(page.read_text(encoding="utf-8") for page in pages)
    for name in NAMES:
        path = load(name)["document"]
        assert served[path]["content_type"] == load(name)["content_type"]
        assert f'href="{path}"' in linked


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
