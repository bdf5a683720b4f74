"""What the facts of a document come to in one row: the same as grouping them gives, whatever their order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.edge import parquet
from flows.edge.figures import SCHEMA, list_figures
from flows.edge.parquet import SCHEMAS, Feeding, table_of
from flows.edge.warehouse import connect, load_raw
from flows.settings import PARSER_VERSION, Home
from tests.raw_layer import RawLayer, figure, judged_build, report

CELLS = [
    f"{name}|{applicant}"
    for name in ("z", *(f"a.b{i}" for i in range(30)))
    for applicant in ("total", "business")
]
OTHER_CELLS = CELLS[10:20]
MADE_UP = Feeding({"2014": CELLS, "2019": OTHER_CELLS}, {2017: "2014"})
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
    eras = {fact["sha256"]: "2014" for fact in facts}
    table = list_figures(table_of("fact", facts), eras, MADE_UP.cells)
    assert table.schema == SCHEMA == SCHEMAS["figure_list"]
    return sorted(table.to_pylist(), key=lambda row: row["sha256"])


@pytest.fixture
def made_up_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of the figures made up here feed measures."""
    monkeypatch.setattr(parquet, "feeding", lambda: MADE_UP)


@pytest.mark.usefixtures("made_up_measures")
def test_it_is_what_grouping_the_facts_gives(tmp_path: Path) -> None:
    facts = made_up(60)
    sha256s = sorted({fact["sha256"] for fact in facts})
    # of another era, of none that is shown and of a year without one
    eras = [{"era": "2014"}, {"era": "2019"}, {"era": None}, {"era": None, "report_year": 2003}]
    layer = RawLayer(tmp_path)
    layer.add([report(sha256, **eras[number % 4]) for number, sha256 in enumerate(sha256s)], facts)
    with connect() as connection:
        load_raw(connection, tmp_path)
        connection.execute("CREATE TABLE cell (era VARCHAR, place BIGINT, name VARCHAR)")
        for era, cells in MADE_UP.cells.items():
            connection.executemany(
                "INSERT INTO cell VALUES (?, ?, ?)",
                [(era, place, name) for place, name in enumerate(cells, 1)],
            )
        grouped = connection.execute(
            """
            WITH counted AS (
                SELECT
                    sha256, parser_version, count(*), count(*) FILTER (state = 'reported'),
                    count(*) FILTER (state = 'blank'), count(*) FILTER (method IN ('table', 'flattened'))
                FROM raw.fact
                GROUP BY ALL
            ),
            document AS (
                SELECT sha256, coalesce(era, CASE WHEN report_year = 2017 THEN '2014' END) AS era FROM raw.document
            ),
            listed AS (
                SELECT
                    d.sha256,
                    coalesce(string_agg(cell.name, ' ' ORDER BY cell.place) FILTER (f.sha256 IS NOT NULL), ''),
                    list(f.value ORDER BY cell.place) FILTER (cell.name IS NOT NULL),
                    list(cell.place ORDER BY cell.place) FILTER (f.qualifier <> 'exact')
                FROM document AS d
                LEFT JOIN cell USING (era)
                LEFT JOIN raw.fact AS f ON f.sha256 = d.sha256 AND f.indicator || '|' || f.applicant = cell.name
                GROUP BY d.sha256
            )
            SELECT counted.*, document.era, listed.* EXCLUDE (sha256)
            FROM counted JOIN document USING (sha256) JOIN listed USING (sha256)
            ORDER BY ALL
            """
        ).fetchall()
        listed = connection.execute(
            "SELECT sha256, parser_version, fact_count, reported_count, blank_count, table_fact_count, form_era, cells, "
            "nullif(figures, []), inexact_places FROM raw.figure_list ORDER BY ALL"
        ).fetchall()
        assert listed == grouped
        assert len(grouped) == 60
        # a form for each make-up of figures, a hash for all that a document says
        forms = connection.execute("SELECT count(DISTINCT form), count(DISTINCT cells) FROM raw.figure_list")
        assert forms.fetchall()[0][0] == len({row[7] for row in grouped})


def test_an_era_is_the_one_that_the_warehouse_decides(tmp_path: Path) -> None:
    """`core.figure_list` has every report that has figures and an era."""
    layer = RawLayer(tmp_path)
    years = (2008, 2013, 2014, 2018, 2019, 2020, 2021, 2026)
    known = [(era, year) for era in (None, "2008", "2014", "2019", "2021") for year in years]
    documents = [report(f"{n:02}", era=era, report_year=year) for n, (era, year) in enumerate(known)]
    layer.add(documents, [figure(row["sha256"]) for row in documents])
    with judged_build(tmp_path, Home(tmp_path / "home")) as (connection, _):
        ((reports, listed),) = connection.execute(
            "SELECT (SELECT count(*) FROM core.report_version), (SELECT count(*) FROM core.figure_list)"
        ).fetchall()
    assert (reports, listed) == (len(known), len(known))


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
    assert (both["cells"], len(both["figures"]), both["fact_count"]) == ("z|total", len(CELLS), 2)
    assert len({row["figure_hash"] for row in (alone, both, changed)}) == 3


def test_other_measures_have_the_lists_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = RawLayer(tmp_path)
    layer.add([report("a")], [figure("a", indicator="z"), figure("a", indicator="y")])

    def cells() -> list[Any]:
        with connect() as connection:
            load_raw(connection, tmp_path)
            return connection.execute("SELECT cells FROM raw.figure_list").fetchall()

    assert cells() == [("",)]
    monkeypatch.setattr(parquet, "feeding", lambda: Feeding({"2014": ["y|total"]}, {}))
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
