"""The layouts by name: how a form is shaped, written and printed, and in which eras."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from tests.generate.layout_html import Page
from tests.generate.printing import Style

ALL_FORMS = ("2014", "2019", "2021")
NEW_FORMS = ("2019", "2021")


@dataclass(frozen=True, slots=True)
class Layout:
    """`shape` may name the `{scope}` of the report. `flatten` names a flattener (the tables' markup is gone) and `page` then is not used. `style` is
    one of STYLES. With `blanks` some figures are not printed, and `state` is what stands there."""

    page: Page = field(default_factory=Page)
    flatten: str | None = None
    shape: str = "as_printed"
    style: str = "plain"
    eras: tuple[str, ...] = ALL_FORMS
    blanks: bool = False
    state: str = "blank"
    figures_in: str = "tables"
    """tables, sentences or pictures."""
    other_year: bool = False
    """The form of an era in a year of another."""


LAYOUTS: dict[str, Layout] = {
    "clean": Layout(),
    "sloppy": Layout(Page("sloppy")),
    "word": Layout(Page("word")),
    "wps": Layout(Page("wps")),
    "broken_numbers": Layout(Page("broken_numbers")),
    "divs": Layout(Page("divs")),
    "nested": Layout(Page(frame="nested")),
    "page_columns": Layout(Page(frame="columns")),
    "page_one_table": Layout(Page(frame="one_table")),
    "columns_moved": Layout(shape="columns_moved"),
    "disputes_transposed": Layout(shape="disputes_transposed", eras=NEW_FORMS),
    "header_split": Layout(shape="header_split", eras=NEW_FORMS),
    "labels_cut": Layout(shape="labels_cut", eras=NEW_FORMS),
    "labels_noted": Layout(shape="labels_noted"),
    "labels_spaced": Layout(shape="labels_spaced"),
    "rows_missing": Layout(shape="rows_missing"),
    "rows_added": Layout(shape="rows_added"),
    "cut_in_pieces": Layout(shape="cut_in_pieces"),
    "header_repeated": Layout(shape="header_repeated"),
    "header_repeated_inside": Layout(shape="header_repeated_inside"),
    "turned": Layout(shape="turned"),
    "columns_added": Layout(shape="columns_added"),
    "columns_added_blanks": Layout(shape="columns_added", style="blanks", blanks=True),
    "columns_added_in_bars": Layout(shape="columns_added", flatten="bar_rows_short"),
    "columns_added_in_lines": Layout(shape="columns_added", flatten="bars"),
    "columns_by_scope": Layout(shape="columns_{scope}", eras=("2014",)),
    "columns_by_scope_in_bars": Layout(shape="columns_{scope}", flatten="bar_rows_short", eras=("2014",)),
    "columns_by_scope_in_lines": Layout(shape="columns_{scope}", flatten="bars", eras=("2014",)),
    "rows_numbered": Layout(shape="rows_numbered"),
    "rows_numbered_in_bars": Layout(shape="rows_numbered", flatten="bar_rows_short"),
    "rows_apart": Layout(shape="rows_apart"),
    "digits_full_width": Layout(style="full_width"),
    "digits_grouped": Layout(style="grouped"),
    "digits_units": Layout(style="units"),
    "digits_remarks": Layout(style="remarks"),
    "signs": Layout(style="signs", eras=("2019",)),
    "amounts": Layout(style="amounts", eras=NEW_FORMS),
    "amounts_in_header": Layout(shape="amounts_in_other_units", style="amounts_in_header", eras=NEW_FORMS),
    "blanks": Layout(style="blanks", blanks=True),
    "dashes": Layout(style="dashes", blanks=True, state="not_applicable"),
    "other_year": Layout(other_year=True),
    "flat_bars": Layout(flatten="bars"),
    "flat_bar_rows": Layout(flatten="bar_rows"),
    "flat_bars_apart": Layout(flatten="bars_apart"),
    "flat_bars_before": Layout(flatten="bars_before"),
    "flat_bar_rows_short": Layout(flatten="bar_rows_short"),
    "flat_bar_rows_short_runs": Layout(flatten="bar_rows_short_runs"),
    "flat_bar_rows_short_closed": Layout(flatten="bar_rows_short_closed"),
    "flat_bar_rows_short_runs_blanks": Layout(flatten="bar_rows_short_runs", style="blanks", blanks=True),
    "flat_bar_rows_short_closed_blanks": Layout(flatten="bar_rows_short_closed", style="blanks", blanks=True),
    "flat_bar_rows_led": Layout(flatten="bar_rows_led"),
    "flat_bars_apart_blanks": Layout(flatten="bars_apart", style="blanks", blanks=True),
    "flat_bar_rows_short_blanks": Layout(flatten="bar_rows_short", style="blanks", blanks=True),
    "flat_bar_rows_led_blanks": Layout(flatten="bar_rows_led", style="blanks", blanks=True),
    "flat_bars_blanks": Layout(flatten="bars", style="blanks", blanks=True),
    "flat_bar_rows_blanks": Layout(flatten="bar_rows", style="blanks", blanks=True),
    "flat_spaces_blanks_lost": Layout(flatten="spaces", blanks=True),
    "flat_bars_before_blanks": Layout(flatten="bars_before", style="blanks", blanks=True),
    "flat_paragraphs": Layout(flatten="paragraphs_apart"),
    "flat_paragraphs_blanks": Layout(flatten="paragraphs_apart", style="blanks", blanks=True),
    "flat_paragraphs_dashes": Layout(
        flatten="paragraphs_apart", style="dashes", blanks=True, state="not_applicable"
    ),
    "flat_bars_one_line": Layout(flatten="bars_one_line"),
    "flat_bars_one_line_kept": Layout(flatten="bars_one_line_kept"),
    "flat_bars_one_line_blanks": Layout(flatten="bars_one_line", style="blanks", blanks=True),
    "flat_bars_one_line_kept_blanks": Layout(flatten="bars_one_line_kept", style="blanks", blanks=True),
    "flat_tabs": Layout(flatten="tabs"),
    "flat_newlines": Layout(flatten="newlines"),
    "flat_spaces": Layout(flatten="spaces"),
    "flat_one_line": Layout(flatten="one_line"),
    "flat_blanks_lost": Layout(flatten="newlines_blanks_lost", blanks=True),
    "flat_commas": Layout(flatten="commas"),
    "flat_commas_blanks": Layout(flatten="commas", style="blanks", blanks=True),
    "markdown": Layout(flatten="markdown"),
    "markdown_marked": Layout(flatten="markdown_marked"),
    "narrative": Layout(figures_in="sentences", eras=("2008", *ALL_FORMS)),
    "pictures": Layout(figures_in="pictures"),
}

COMPLETE = tuple(
    name
    for name, layout in LAYOUTS.items()
    if layout.figures_in == "tables" and not layout.blanks and layout.shape != "rows_missing"
)
"""The layouts that print every figure of their form."""


def style_of(name: str, rng: Random) -> Style:
    """The printing habits a layout asks for; brackets and the form's notes vary in all."""
    usual = Style(half_brackets=rng.random() < 0.4, notes=rng.random() < 0.8)
    match name:
        case "plain":
            return usual
        case "full_width":
            return replace(usual, full_width=True)
        case "grouped":
            return replace(usual, grouping=rng.choice([",", " ", "，"]))
        case "units":
            return replace(usual, unit=True)
        case "remarks":
            return replace(usual, remark=True)
        case "signs":
            return replace(usual, sign=rng.choice(["+", "增", "−", "增加"]))
        case "amounts":
            return replace(usual, amount_unit=rng.choice(["元", "万元", "亿元"]))
        case "amounts_in_header":
            return replace(usual, amount_unit="header", notes=True)
        case "blanks":
            return replace(usual, blank=rng.choice(["", "\u00a0", "　", " "]))
        case "dashes":
            return replace(usual, not_applicable=rng.choice(["/", "-", "——", "—", "－", "／"]))
    raise ValueError(f"no printing style is called {name}")
