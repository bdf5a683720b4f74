"""Counts placed by the form's sums where the blank cells of the applications table were lost."""

from __future__ import annotations

from random import Random

import pytest

from flows.report.align import Row, align, align_groups, cut_groups
from tests.generate.determined import determined
from tests.generate.labels import APPLICANTS, FORMS
from tests.generate.truth import ROWS_WITHOUT_OUTCOMES, blanked, figures, leaves

NAMES = (
    "requests.received",
    "requests.carried_in",
    "requests.granted",
    "requests.resolved",
    "requests.carried_out",
)


def placed(rows: list[Row]) -> dict[tuple[str, int], float]:
    found = align(rows, 7, 6)
    assert found is not None
    return {(rows[n].indicator, c): value for n, cells in found.items() for c, (_, _, value) in cells.items()}


def test_a_full_row_places_the_others() -> None:
    """Only the column of the legal services can take what was carried over."""
    rows = [
        Row(NAMES[0], [2, 0, 0, 0, 0, 0, 2]),
        Row(NAMES[1], [1, 1]),
        Row(NAMES[2], [2, 0, 0, 0, 1, 0, 3]),
        Row(NAMES[3], [2, 1, 3]),
        Row(NAMES[4], []),
    ]
    found = placed(rows)
    assert found[NAMES[1], 4] == 1 and found[NAMES[1], 6] == 1
    assert found[NAMES[3], 0] == 2 and found[NAMES[3], 4] == 1 and found[NAMES[3], 6] == 3


def test_only_what_all_placings_share() -> None:
    rows = [Row(name, counts) for name, counts in zip(NAMES, ([3, 3], [], [3, 3], [3, 3], []), strict=True)]
    assert placed(rows) == {(NAMES[0], 6): 3, (NAMES[2], 6): 3, (NAMES[3], 6): 3}


def test_single_counts_may_be_totals_or_not() -> None:
    rows = [Row(name, counts) for name, counts in zip(NAMES, ([3], [], [3], [3], []), strict=True)]
    assert align(rows, 7, 6) == {}


def test_blank_totals_of_the_outcomes() -> None:
    """As a general office printed them: totals for what came in, none for what became of it."""
    rows = [
        Row(NAMES[0], [5, 1, 0, 0, 0, 0, 6]),
        Row(NAMES[1], []),
        Row(NAMES[2], [4, 1]),
        Row("requests.partial", [1]),
        Row(NAMES[3], [5, 1, 0, 0, 0, 0, 6]),
        Row(NAMES[4], []),
    ]
    found = placed(rows)
    assert found[NAMES[2], 0] == 4 and found[NAMES[2], 1] == 1 and found["requests.partial", 0] == 1


def test_nothing_where_the_sums_do_not_hold() -> None:
    rows = [Row(name, counts) for name, counts in zip(NAMES, ([3, 3], [], [3, 3], [4, 4], []), strict=True)]
    assert align(rows, 7, 6) is None


def test_a_missing_row_decides_nothing() -> None:
    assert align([Row(NAMES[0], [3, 3])], 7, 6) is None


def test_runs_of_digits_are_cut_by_the_columns() -> None:
    """1200003 alone is 1+2=3; 11000012 is 11+0+0+0+0+1=12 or 1+10…: the columns decide."""
    rows = [
        Row(NAMES[0], run="11000" + "01" + "12"),
        Row(NAMES[1], run="0000000"),
        Row(NAMES[2], [11, 0, 0, 0, 0, 1, 12]),
        Row(NAMES[3], run="11000" + "01" + "12"),
        Row(NAMES[4], run="0000000"),
    ]
    found = placed(rows)
    assert [found[NAMES[0], column] for column in range(7)] == [11, 0, 0, 0, 0, 1, 12]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("era", ["2019", "2021"])
def test_all_that_is_certain_is_placed(seed: int, era: str) -> None:
    """Against a search through the ways to put back what a generated table prints, zeros left out."""
    rng = Random(seed)
    known = figures(rng, era, rng.choice(["small", "small", "county", "prefecture"]))
    known = blanked(rng, known, "blank")
    (grid,) = [form() for name, form in FORMS[era].items() if name == "requests"]
    names = ROWS_WITHOUT_OUTCOMES + leaves(era)
    printed = [[a for a in APPLICANTS if known[name, a].state != "blank"] for name in names]
    rows = [
        Row(name, [known[name, applicant].value or 0.0 for applicant in applicants])
        for name, applicants in zip(names, printed, strict=True)
    ]
    found = align(rows, 7, 6)
    assert found is not None
    placed = {(names[row], APPLICANTS[column]) for row, cells in found.items() for column in cells}
    assert placed == determined([grid], known)
    for row, cells in found.items():
        assert all(printed[row][begin] == APPLICANTS[column] for column, (begin, _, _) in cells.items())


def test_a_table_with_too_many_ways_is_left_undecided() -> None:
    """Bounded work, whatever is printed: 300 rows that fit nearly anywhere."""
    outcomes = [Row(f"requests.{number}", [2, 1, 3]) for number in range(300)]
    stocks = [Row(NAMES[0], [500, 400, 900]), Row(NAMES[1]), Row(NAMES[3], [500, 400, 900]), Row(NAMES[4])]
    assert align(stocks + outcomes, 7, 6) is None


def test_groups_of_the_disputes_table() -> None:
    assert align_groups([1, 1, 2], 3, 5) == {}
    assert align_groups([1, 2, 3, 4, 10, 7, 7], 3, 5) == {}
    found = align_groups([1, 2, 3, 4, 10, 7, 7, 5, 5], 3, 5)
    assert found == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 9: 6, 14: 8}
    assert align_groups([1, 2], 3, 5) is None
    assert align_groups([0.0] * 15, 3, 5) == {column: column for column in range(15)}


def test_counts_of_the_disputes_table_that_ran_together() -> None:
    counts = [37, 9, 19, 12, 77, 6, 1, 2, 7, 16, 0, 0, 0, 0, 0]
    run = "".join(map(str, counts))
    parts = cut_groups(run, 3, 5)
    assert parts is not None
    assert [int(run[start:end]) for start, end in parts] == counts
    assert cut_groups("0" * 15, 3, 5) == [(at, at + 1) for at in range(15)]
    assert cut_groups("123", 3, 5) is None
    assert cut_groups("1" * 40, 3, 5) is None
