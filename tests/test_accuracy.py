"""The reader's accuracy on generated reports stays above the floors of `accuracy_floors.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.generate.accuracy import METADATA, Case, corrupt, grouped, measure, read
from tests.generate.generate import generate
from tests.generate.layouts import NEW_FORMS

FLOORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "accuracy_floors.toml").read_text(encoding="utf-8")
)
RUN, ALL = FLOORS["run"], FLOORS["all"]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return measure(RUN["documents"], RUN["seed"])


def test_figures(cases: list[Case]) -> None:
    """Recall and precision of every era, without the layouts that have floors of their own."""
    usual = [case for case in cases if case.layout not in FLOORS["layout"]]
    for name, score in grouped(usual, lambda case: (case.era,)).items():
        assert score.recall >= ALL["recall"], (name, score.recall, score.errors[:10])
        assert score.precision >= ALL["precision"], (name, score.precision, score.errors[:10])


@pytest.mark.parametrize("layout", FLOORS["layout"])
def test_figures_of_hard_layouts(layout: str) -> None:
    floors = FLOORS["layout"][layout]
    scores = grouped(measure(40, RUN["seed"], layouts=[layout]), lambda case: (case.layout,))
    score = scores[layout,]
    assert score.recall >= floors["recall"], (score.recall, score.errors[:10])
    assert score.recall_of_all >= floors["recall_of_all"], (score.recall_of_all, score.errors[:10])
    assert score.precision >= floors["precision"], (score.precision, score.errors[:10])


@pytest.mark.parametrize("layout", FLOORS["layout"])
def test_figures_left_out_are_reported(layout: str) -> None:
    """A report some of whose figures found no certain place says so."""
    left_out = 0
    for one in generate(RUN["seed"], 15, NEW_FORMS, [layout]):
        report = read(one)
        if one.truth.undetermined.keys() - {(fact.indicator, fact.applicant) for fact in report.facts}:
            left_out += 1
            assert "flattened.blanks_lost" in {finding.rule for finding in report.findings}, one.name
    assert left_out


def test_kind(cases: list[Case]) -> None:
    score = grouped(cases, lambda case: ("all",))["all",]
    assert score.kind_share >= ALL["kind"], score.errors[:10]


@pytest.mark.parametrize("name", METADATA)
def test_metadata(cases: list[Case], name: str) -> None:
    score = grouped(cases, lambda case: ("all",))["all",]
    errors = [error for error in score.errors if f": {name} " in error]
    assert score.metadata_share(name) >= ALL[name], errors[:10]


def test_changed_digit_is_noticed() -> None:
    spoilt = corrupt(RUN["corrupted"], RUN["seed"])
    silent = [one for one in spoilt if not one.noticed]
    assert len(silent) / len(spoilt) <= ALL["silent"], silent[:10]
