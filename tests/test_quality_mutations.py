"""A small version of `tests.quality_mutations`: what is made wrong is found, what is sound raises nothing."""

from __future__ import annotations

from pathlib import Path

from tests.quality_mutations import KINDS, measure


def test_what_is_wrong_is_found_and_what_is_sound_is_not(tmp_path: Path) -> None:
    outcome = measure(tmp_path, seed=7, count=30, sound_count=25)
    assert set(outcome.made) == {*KINDS, "province"}
    assert outcome.missed == []
    assert outcome.alarms == []
