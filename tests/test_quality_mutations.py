"""A small version of `tests.quality_mutations`: what is made wrong is found, what is sound raises nothing."""

from __future__ import annotations

from pathlib import Path

from tests.generate.places import Agency, Place
from tests.quality_mutations import KINDS, agency_key, measure


def test_what_is_wrong_is_found_and_what_is_sound_is_not(tmp_path: Path) -> None:
    outcome = measure(tmp_path, seed=7, count=30, sound_count=25)
    assert set(outcome.made) == {*KINDS, "province"}
    assert outcome.missed == []
    assert outcome.alarms == []


def test_an_agency_by_two_names_is_one() -> None:
    place = Place("150785", "根河市", 3, "呼伦贝尔市", "内蒙古自治区")
    agencies = [
        Agency(name, "department", "single_agency", "county", "我局", place)
        for name in ("根河市司法局", "呼伦贝尔市根河市司法局", "根河市民政局", "司法局")
    ]
    assert len({agency_key(agency) for agency in agencies}) == 2
