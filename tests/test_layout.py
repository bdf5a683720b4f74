"""Layouts: what is kept of one report's tables reads the next one's as if they were read anew."""

from __future__ import annotations

import re

import pytest

from flows.report.extract import extract, read_tables
from flows.report.formats import read_source
from flows.report.layout import layout_of, signature_of
from flows.report.source import normalise
from flows.report.types import Document
from tests.generate.generate import generate
from tests.generate.layouts import LAYOUTS


def documents(seed: int, count: int, **choice: list[str]) -> list[Document]:
    return [normalise(read_source(made.data).source) for made in generate(seed=seed, count=count, **choice)]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_known_layout_reads_like_an_unknown_one(layout: str) -> None:
    for document in documents(21, 6, layouts=[layout]):
        known, anew = extract(document), read_tables(document, None)
        assert known.facts == anew.facts
        assert (known.era, known.era_evidence, known.sections) == (anew.era, anew.era_evidence, anew.sections)
        assert (known.notes, known.unmapped, known.columns) == (anew.notes, anew.unmapped, anew.columns)


def test_other_counts_are_the_same_layout() -> None:
    made = next(iter(generate(seed=4, count=1, eras=["2021"], layouts=["word"], noises=["none"])))
    page = made.data.decode()
    other = re.sub(r"(?<=>)(\d{1,3})(?=<)", lambda match: str(int(match[1]) + 1), page)
    first, second = (normalise(read_source(text.encode()).source) for text in (page, other))
    assert signature_of(first) == signature_of(second)
    before = layout_of.cache_info().hits
    assert extract(first).facts != extract(second).facts
    assert layout_of.cache_info().hits > before
    assert extract(second).facts == read_tables(second, None).facts


def test_years_over_columns_are_no_counts() -> None:
    """A column headed 2019 is another layout than one headed 2020."""
    pages = [
        f"<table><tr><td>指标</td><td>单位</td><td>{year}</td></tr></table>".encode() for year in (2019, 2020)
    ]
    one, other = (signature_of(normalise(read_source(page).source)) for page in pages)
    assert one != other
