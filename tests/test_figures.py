"""What the facts of a document come to in one row: the same as grouping them gives, whatever their order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.edge import parquet
from flows.edge.figures import SCHEMA, list_figures
from flows.edge.parquet import SCHEMAS, table_of
from flows.edge.warehouse import connect, load_raw
from flows.settings import PARSER_VERSION
from tests.raw_layer import RawLayer, figure, report

FEEDING = {
    f"{name}|{applicant}"
    for name in ("z", *(f"a.b{i}" for i in range(30)))
    for applicant in ("total", "business")
}
STATES = ("reported", "reported", "reported", "blank", "not_applicable", "text")


def made_up(count: int, seed: int = 3) -> list[dict[str, Any]]:
    """Facts of so many documents, those of each together."""
    chance = random.Random(seed)
    facts = []
    for number in range(count):
        names = chance.sample([f"a.b{i}" for i in range(40)] + ["z", "a", "a.b1.c"], chance.randrange(1, 30))
        for name in names:
            for applicant in ("total", "business")[: chance.choice((1, 2))]:
                state = chance.choice(STATES)
                facts.append(
                    figure(
                        f"{number:03}",
                        indicator=name,
                        applicant=applicant,
                        state=state,
                        value=float(chance.randrange(50)) / 4 if state == "reported" else None,
                        qualifier=chance.choice(("exact", "exact", "about", "at_least")),
                        method=chance.choice(("table", "flattened", "narrative", "ocr")),
                        parser_version=PARSER_VERSION,
                    )
                )
    return facts


def rows_of(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    table = list_figures(table_of("fact", facts), FEEDING)
    assert table.schema == SCHEMA == SCHEMAS["figure_list"]
    return sorted(table.to_pylist(), key=lambda row: row["sha256"])


@pytest.fixture
def feeding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures made up here are those that feed measures, but for a few."""
    monkeypatch.setattr(parquet, "_feeding_cells", lambda: FEEDING)
    monkeypatch.setattr(parquet, "_feeding_hash", lambda: "00000000")


@pytest.mark.usefixtures("feeding")
def test_it_is_what_grouping_the_facts_gives(tmp_path: Path) -> None:
    facts = made_up(60)
    layer = RawLayer(tmp_path)
    layer.add([report(sha256) for sha256 in sorted({fact["sha256"] for fact in facts})], facts)
    with connect() as connection:
        load_raw(connection, tmp_path)
        grouped = connection.execute(
            """
            SELECT
                sha256, parser_version,
                coalesce(string_agg(cell, ' ' ORDER BY cell) FILTER (is_feeding), ''),
                coalesce(list(value ORDER BY cell) FILTER (is_feeding), []),
                list(place ORDER BY place) FILTER (is_feeding AND qualifier <> 'exact'),
                count(*),
                count(*) FILTER (state = 'reported'),
                count(*) FILTER (state = 'blank'),
                count(*) FILTER (method IN ('table', 'flattened'))
            FROM (
                SELECT
                    *, indicator || '|' || applicant AS cell, list_contains($feeding, cell) AS is_feeding,
                    row_number() OVER (PARTITION BY sha256, is_feeding ORDER BY cell) AS place
                FROM raw.fact
            )
            GROUP BY ALL ORDER BY ALL
            """,
            {"feeding": sorted(FEEDING)},
        ).fetchall()
        listed = connection.execute(
            "SELECT sha256, parser_version, cells, figures, inexact_places, fact_count, reported_count, blank_count, "
            "table_fact_count FROM raw.figure_list ORDER BY ALL"
        ).fetchall()
        assert listed == grouped
        assert len(grouped) == 60
        # a form for each make-up of figures, a hash for all that a document says
        forms = connection.execute("SELECT count(DISTINCT form), count(DISTINCT cells) FROM raw.figure_list")
        assert forms.fetchall()[0][0] == len({row[2] for row in grouped})


def test_the_order_of_the_facts_decides_nothing() -> None:
    facts = made_up(20)
    facts.append({**facts[0], "value": 77.0})  # twice in one document
    shuffled = random.Random(1).sample(facts, len(facts))
    assert rows_of(facts) == rows_of(shuffled)


def test_the_hash_tells_figures_apart() -> None:
    def hashed(*facts: dict[str, Any]) -> int:
        ((row),) = rows_of(list(facts))
        return int(row["figure_hash"])

    one, two = figure("a"), figure("a", indicator="requests.granted")
    same = hashed(one, two)
    assert same == hashed({**two, "sha256": "b"}, {**one, "sha256": "b", "raw": "三", "method": "narrative"})
    others = [
        hashed(one),
        hashed(one, {**two, "value": 4.0}),
        hashed(one, {**two, "value": None, "state": "blank"}),
        hashed(one, {**two, "value": None, "state": "text"}),
        hashed(one, {**two, "applicant": "business"}),
        hashed({**one, "value": 4.0}, two),
    ]
    assert len({same, *others}) == 1 + len(others)


def test_no_facts_give_no_rows() -> None:
    assert rows_of([]) == []


def test_figures_that_feed_nothing_count_in_the_hash_and_the_counts() -> None:
    one, other = figure("a", indicator="z"), figure("a", indicator="feeds.nothing")
    ((alone,), (both,), (changed,)) = (
        rows_of(facts) for facts in ([one], [one, other], [one, {**other, "value": 9.0}])
    )
    assert alone["form"] == both["form"] == changed["form"]
    assert (both["cells"], len(both["figures"]), both["fact_count"]) == ("z|total", 1, 2)
    assert len({row["figure_hash"] for row in (alone, both, changed)}) == 3


def test_other_measures_have_the_lists_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = RawLayer(tmp_path)
    layer.add([report("a")], [figure("a", indicator="z"), figure("a", indicator="y")])

    def cells() -> list[Any]:
        with connect() as connection:
            load_raw(connection, tmp_path)
            return connection.execute("SELECT cells FROM raw.figure_list").fetchall()

    assert cells() == [("",)]
    monkeypatch.setattr(parquet, "_feeding_cells", lambda: {"y|total"})
    monkeypatch.setattr(parquet, "_feeding_hash", lambda: "00000000")
    assert cells() == [("y|total",)]


def test_a_batch_without_the_file_gets_it_when_it_is_loaded(tmp_path: Path) -> None:
    facts = made_up(5)
    layer = RawLayer(tmp_path)
    layer.add([report(sha256) for sha256 in sorted({fact["sha256"] for fact in facts})], facts)
    (path,) = (tmp_path / "figure_list").rglob("*.parquet")
    written = pq.read_table(path)
    path.unlink()
    with connect() as connection:
        load_raw(connection, tmp_path)
        assert connection.execute("SELECT count(*) FROM raw.figure_list").fetchall() == [(5,)]
    assert pq.read_table(path).equals(written)
