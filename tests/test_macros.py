"""The SQL functions made from the reference data give what the tables of measures say, reckoned here one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator

import duckdb
import pytest

from flows.edge.reference import ERAS, load_reference, read_reference
from flows.edge.warehouse import connect

Figures = list[float | None]
MEASURES = read_reference("measure")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        load_reference(connection)
        yield connection


def made_up(era: str, count: int, seed: int) -> list[Figures]:
    chance = random.Random(f"{era} {seed}")
    cells = sum(row["era"] == era for row in read_reference("era_cell"))
    return [
        [None if chance.random() < 0.05 else float(chance.randrange(200)) for _ in range(cells)]
        for _ in range(count)
    ]


def reckoned(era: str, figures: Figures) -> list[tuple[float | None, float | None]]:
    """The numerator and the denominator of every measure."""
    place = {
        (row["indicator"], row["applicant"]): int(str(row["cell_place"])) - 1
        for row in read_reference("era_cell")
        if row["era"] == era
    }
    cells = [row for row in read_reference("measure_indicator") if row["era"] == era]

    def known(measure: object) -> float | None:
        values = [
            figures[place[row["indicator"], row["applicant"]]] for row in cells if row["measure"] == measure
        ]
        return None if not values or None in values else sum(one for one in values if one is not None)

    def side(measure: object, name: str) -> float | None:
        terms = [
            row for row in read_reference("measure_term") if (row["measure"], row["side"]) == (measure, name)
        ]
        values = [known(row["operand"]) for row in terms]
        if not values or None in values:
            return None
        return sum(int(str(row["sign"])) * (value or 0) for row, value in zip(terms, values, strict=True))

    pairs = []
    for row in MEASURES:
        if row["formula"] is None:
            pairs.append((known(row["measure"]), None))
        elif row["kind"] != "rate":
            pairs.append((side(row["measure"], "numerator"), None))
        else:
            above, below = side(row["measure"], "numerator"), side(row["measure"], "denominator")
            pairs.append((None, None) if None in (above, below) else (above, below))
    return pairs


@pytest.mark.parametrize("era", ERAS)
def test_each_report_gives_what_the_tables_of_measures_say(
    connection: duckdb.DuckDBPyConnection, era: str
) -> None:
    given = False
    for figures in [*made_up(era, 20, 1), [1.0] * len(made_up(era, 1, 1)[0])]:
        ((numerators, denominators),) = connection.execute(
            "SELECT measure_numerators($era, $figures), measure_denominators($era, $figures)",
            {"era": era, "figures": figures},
        ).fetchall()
        assert list(zip(numerators, denominators, strict=True)) == reckoned(era, figures)
        given = given or any(one is not None for one in denominators)
    assert given


@pytest.mark.parametrize("era", ERAS)
def test_the_sums_are_those_of_the_reports(connection: duckdb.DuckDBPyConnection, era: str) -> None:
    reports = made_up(era, 30, 2)
    ((numerators, denominators, counts),) = connection.execute(
        f"SELECT numerator_sums_{era}(one), denominator_sums_{era}(one), measure_counts_{era}(one) "
        "FROM (SELECT unnest($reports::DOUBLE[][]) AS one)",
        {"reports": reports},
    ).fetchall()
    by_measure = list(zip(*(reckoned(era, figures) for figures in reports), strict=True))
    for place, pairs in enumerate(by_measure):
        given = [above for above, _ in pairs if above is not None]
        below = [one for _, one in pairs if one is not None]
        assert counts[place] == len(given)
        assert numerators[place] == (sum(given) if given else None)
        assert denominators[place] == (sum(below) if below else None)


def test_lists_are_added_place_by_place(connection: duckdb.DuckDBPyConnection) -> None:
    lists = [[float(place) for place in range(len(MEASURES))], [None, *range(10, 10 + len(MEASURES) - 1)]]
    ((sums, maxima),) = connection.execute(
        "SELECT list_sums(one), list_maxima(one) FROM (SELECT unnest($lists::DOUBLE[][]) AS one)",
        {"lists": lists},
    ).fetchall()
    assert sums[:3] == [0.0, 11.0, 13.0]
    assert maxima[:3] == [0.0, 10.0, 11.0]
    assert len(sums) == len(maxima) == len(MEASURES)
