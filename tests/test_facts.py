"""Facts as columns: the same facts, whichever way they are asked for."""

from __future__ import annotations

import pytest

from flows.report.facts import Cells, Facts
from flows.report.types import Fact

RECEIVED = Fact(
    "requests.received", 3.0, "reported", "件", "3件", "table 2 row 4 column 10", "table", start=7, end=9
)
CARRIED = Fact(
    "requests.carried_in", None, "blank", "件", "", "table 2 row 5 column 10", "table", "natural_person"
)
FEES = Fact(
    "fees.collected", 1.5, "reported", "万元", "约1.5", "characters 90-94", "narrative", qualifier="about"
)


def test_facts_come_back_as_they_went_in() -> None:
    facts = Facts.of([RECEIVED, CARRIED, FEES])
    assert (len(facts), list(facts)) == (3, [RECEIVED, CARRIED, FEES])
    assert (facts[0], facts[-1], facts[1:]) == (RECEIVED, FEES, [CARRIED, FEES])
    assert facts == [RECEIVED, CARRIED, FEES]
    assert facts != [RECEIVED]
    assert Facts.of(facts) is facts
    with pytest.raises(IndexError):
        facts[3]


def test_columns_are_those_of_the_facts() -> None:
    facts = Facts.of([RECEIVED, CARRIED])
    assert (facts.value, facts.state, facts.raw) == ([3.0, None], ["reported", "blank"], ["3件", ""])
    assert facts.cells.keys == (("requests.received", "total"), ("requests.carried_in", "natural_person"))


def test_a_figure_that_stands_twice_is_found_where_it_stands_first() -> None:
    facts = Facts.of([RECEIVED, CARRIED, RECEIVED])
    assert not facts.cells.are_distinct
    assert facts.cells.index == {
        ("requests.received", "total"): 0,
        ("requests.carried_in", "natural_person"): 1,
    }


def test_columns_of_cells_are_equally_long() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Cells(["requests.received"], [], ["件"], ["table 1"])


def test_no_facts_are_false() -> None:
    assert not Facts.of([])
