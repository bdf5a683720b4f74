"""The generator of reports: its forms are the codebook's, its truth is consistent, its bytes repeatable."""

from __future__ import annotations

import csv
from collections.abc import Callable
from random import Random

import pytest

from tests.generate import document, generate, truth
from tests.generate.document import Key
from tests.generate.grid import Grid, cells, grid_of, keys, spans
from tests.generate.labels import APPLICANTS, FORMS, requests_2019, requests_2021
from tests.generate.layouts import LAYOUTS
from tests.generate.noise import NOISES, gbk_misaligned, misread_one_byte_off
from tests.generate.places import REFERENCE
from tests.generate.printing import Style, figure_text, number_text

ERAS = ("2014", "2019", "2021")


def codebook(era: str) -> set[Key]:
    expected: set[Key] = set()
    with (REFERENCE / "indicator.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["era"] == era:
                applicants = APPLICANTS if row["by_applicant"] == "1" else ("total",)
                expected |= {(row["indicator"], applicant) for applicant in applicants}
    return expected


@pytest.mark.parametrize("era", ERAS)
def test_forms_hold_each_figure_of_the_codebook_once(era: str) -> None:
    found = [cell.key for form in FORMS[era].values() for cell in cells(form()) if cell.key]
    assert sorted(found) == sorted(codebook(era))


@pytest.mark.parametrize("era", ERAS)
def test_labels_are_the_codebooks(era: str) -> None:
    """Every part of a codebook label stands in the form (its numbering may be a group of its own)."""
    printed = {cell.text for form in FORMS[era].values() for cell in cells(form()) if cell.head}
    with (REFERENCE / "indicator.csv").open(encoding="utf-8", newline="") as lines:
        labels = [row["label_zh"] for row in csv.DictReader(lines) if row["era"] == era]
    for label in labels:
        last = label.split(" / ")[-1].split(" ")[-1]
        assert any(last.endswith(text) for text in printed if text), label


@pytest.mark.parametrize(("form", "rows"), [(requests_2019, 20), (requests_2021, 22)])
def test_outcome_block_spans_the_official_rows(form: Callable[[], Grid], rows: int) -> None:
    written = [span for row in spans(form()) for span in row]
    assert [span.rowspan for span in written if span.cell.text == "三、本年度办理结果"] == [rows]


def test_spans_write_a_grid_that_reads_back() -> None:
    grid = requests_2021()
    rows = [[(span.cell, span.rowspan, span.colspan) for span in row] for row in spans(grid)]
    assert grid_of(rows) == grid


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("size", truth.SCALE)
def test_figures_keep_every_sum(era: str, size: str) -> None:
    for seed in range(20):
        figures = truth.figures(Random(seed), era, size)
        assert set(figures) == codebook(era)
        assert truth.failures(figures, era) == []
        negative = [key for key, value in figures.items() if value.value is not None and value.value < 0]
        assert all(indicator.endswith(".items_change") for indicator, _ in negative)


@pytest.mark.parametrize("era", ERAS)
def test_one_changed_digit_breaks_a_sum(era: str) -> None:
    for seed in range(50):
        rng = Random(seed)
        figures = truth.figures(rng, era, "county")
        changed, key = truth.with_one_digit_changed(rng, figures, era)
        assert [name for name in figures if figures[name] != changed[name]] == [key]
        assert any(key in (*rule.left, *rule.right) for rule in truth.failures(changed, era))


def test_following_year_takes_over_what_was_left() -> None:
    before = truth.figures(Random(1), "2021", "county")
    after = truth.following(truth.figures(Random(2), "2021", "county"), before, "2021")
    assert truth.failures(after, "2021") == []
    for applicant in APPLICANTS:
        left = before["requests.carried_out", applicant]
        assert after["requests.carried_in", applicant].value == left.value
    assert truth.failures(truth.added(before, after), "2021") == []


def test_same_seed_gives_the_same_bytes() -> None:
    first = [(one.data, one.address, one.truth) for one in generate(7, 60)]
    assert first == [(one.data, one.address, one.truth) for one in generate(7, 60)]
    assert first[17][0] == document(7, 17).data
    assert first[17][0] != document(8, 17).data


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_prints_its_figures(layout: str) -> None:
    """Each figure that the truth holds is printed, as digits, in every era that has the layout."""
    for era in LAYOUTS[layout].eras:
        one = document(3, 1, [era], [layout], ["none"])
        assert one.truth.era == era
        assert LAYOUTS[layout].figures_in == "pictures" or one.truth.facts
        if LAYOUTS[layout].style == "plain" and layout != "broken_numbers":
            text = one.data.decode()
            for key, value in one.truth.facts.items():
                printed = value.value is None or number_text(value.value) in text.replace("</span>", "")
                assert printed or layout in ("word", "wps", "narrative"), (key, value)


@pytest.mark.parametrize("noise", NOISES)
def test_every_noise_can_be_written(noise: str) -> None:
    for number in range(6):
        assert document(4, number, noises=[noise]).noise in (noise, "none")


def test_rows_left_out_are_no_facts() -> None:
    one = document(3, 2, ["2021"], ["rows_missing"], ["none"])
    assert 0 < len(one.truth.facts) < len(codebook("2021"))
    assert set(one.truth.facts) < {key for form in FORMS["2021"].values() for key in keys(form())}


def test_misreading_one_byte_off_is_what_mirrors_show() -> None:
    # the run of 　（一）主动公开 begins with the pair A1 A3 = 。
    assert misread_one_byte_off("　（一）主要").startswith("。ㄒ唬┲")
    # the second pair of （二） falls on FE A3, which no character has: it is gone
    assert misread_one_byte_off("　（二）加强").startswith("。ǘ┘")
    assert gbk_misaligned("<p>　　（一）主要工作。2020年", Random(1)).startswith("<p>?。ㄒ唬┲")


@pytest.mark.parametrize(
    ("value", "style", "printed"),
    [
        (1234.0, Style(), "1234"),
        (1234.0, Style(grouping=","), "1,234"),
        (-35.0, Style(full_width=True), "－３５"),
        (17.27, Style(unit=True), "17.27万元"),
    ],
)
def test_printed_numbers(value: float, style: Style, printed: str) -> None:
    key = ("active.fees.amount", "total")
    assert figure_text(key, truth.Value(value), "万元", style, Random(0)) == printed


def test_printed_amounts_and_signs() -> None:
    amount = ("active.procurement.amount", "total")
    assert (
        figure_text(amount, truth.Value(172700.0), "元", Style(amount_unit="万元"), Random(0)) == "17.27万元"
    )
    change = ("active.licensing.items_change", "total")
    assert figure_text(change, truth.Value(-2.0), "项", Style(sign="增"), Random(0)) == "减2"
