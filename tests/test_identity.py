"""The accounting identities: what is broken, what cannot be assessed, and which cell is accused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report.eras.identities import (
    APPLICANTS,
    IDENTITIES,
    LABELS,
    ROW_TOTAL,
    STOCK_AND_DECISIONS,
)
from flows.report.identity import check_facts, compare_narrative
from flows.report.types import TOTAL, EraName, Fact, Finding, Qualifier, State

Values = dict[tuple[str, str], float]


def fact(indicator: str, value: float | None, applicant: str = TOTAL, **other: object) -> Fact:
    state: State = "blank" if value is None else "reported"
    given = Fact(
        indicator, value, state, "件", "" if value is None else str(value), "here", "table", applicant
    )
    return replace(given, **other)  # type: ignore[arg-type]


def facts_of(values: Values) -> list[Fact]:
    return [fact(indicator, value, applicant) for (indicator, applicant), value in values.items()]


def check(
    facts: Sequence[Fact], era: EraName = "2021", year: int = 2022, published_on: date | None = None
) -> list[Finding]:
    return check_facts(facts, era=era, year=year, published_on=published_on)


def broken(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.outcome == "broken"]


def rules(findings: list[Finding]) -> list[str]:
    return sorted(finding.rule for finding in findings)


OUTCOMES: dict[EraName, tuple[str, ...]] = {
    era: next(one.right for one in IDENTITIES[era] if one.rule == "requests.resolved")
    for era in ("2019", "2021")
}
DISPUTES = ("review", "litigation.direct", "litigation.after_review")
ROUTES = ("upheld", "corrected", "other", "pending")


def clean_tables(era: EraName, random: Random) -> Values:
    """Applications and disputes with random leaves, many of them 0, and the totals that follow."""
    most = random.choice([1, 3, 20, 400])

    def count() -> int:
        return random.choice([0, random.randint(0, most)])

    values: Values = {}
    for applicant in APPLICANTS:
        leaves = {outcome: count() for outcome in OUTCOMES[era]}
        resolved = sum(leaves.values())
        carried_out = count()
        received = random.randint(0, resolved + carried_out)
        column = {
            "requests.received": received,
            "requests.carried_in": resolved + carried_out - received,
            **leaves,
            "requests.resolved": resolved,
            "requests.carried_out": carried_out,
        }
        values.update({(row, applicant): value for row, value in column.items()})
    for row in dict.fromkeys(row for row, _ in values):
        values[row, TOTAL] = sum(values[row, applicant] for applicant in APPLICANTS)
    for route in DISPUTES:
        parts = {f"{route}.{part}": count() for part in ROUTES}
        values.update({(name, TOTAL): value for name, value in parts.items()})
        values[f"{route}.total", TOTAL] = sum(parts.values())
    return values


# Drawn from a seed: a report has 190 figures, too many for Hypothesis to draw one by one.
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def reports_since_2019(draw: st.DrawFn) -> tuple[EraName, Values]:
    era: EraName = draw(st.sampled_from(["2019", "2021"]))
    return era, clean_tables(era, Random(draw(SEEDS)))


@st.composite
def reports_2014(draw: st.DrawFn) -> Values:
    """Every sum from random leaves (a part that is itself a sum before the sum it stands in), and every
    part within its whole."""
    random = Random(draw(SEEDS))
    values: Values = {}
    for identity in reversed(IDENTITIES["2014"]):
        if identity.relation == "=":
            for part in identity.right:
                values.setdefault((part, TOTAL), random.randint(0, 300))
            values[identity.left[0], TOTAL] = sum(values[part, TOTAL] for part in identity.right)
    for identity in IDENTITIES["2014"]:
        if identity.relation == "<=":
            whole = values.setdefault((identity.right[0], TOTAL), random.randint(0, 300))
            values[identity.left[0], TOTAL] = random.randint(0, int(whole))
    return values


SMALL_COUNTY_2017 = {
    "disclosed.total": 18126,
    "disclosed.normative_documents": 35,
    "disclosed.normative_documents_issued": 169,
    "disclosed.channel.gazette": 194,
    "disclosed.channel.website": 18126,
    "disclosed.channel.weibo": 0,
    "disclosed.channel.wechat": 3834,
    "disclosed.channel.other": 3631,
    "response.press_conferences": 0,
    "response.press_conferences_led": 0,
    "response.interviews": 0,
    "response.interviews_led": 0,
    "requests.received": 7,
    "requests.received.in_person": 0,
    "requests.received.fax": 0,
    "requests.received.online": 7,
    "requests.received.letter": 0,
    "requests.closed": 7,
    "requests.closed.on_time": 7,
    "requests.closed.extended": 0,
    "requests.replied": 7,
    "requests.already_public": 7,
    "requests.granted": 7,
    "requests.partial": 0,
    "requests.refused": 0,
    "requests.refused.state_secret": 0,
    "requests.refused.trade_secret": 0,
    "requests.refused.privacy": 0,
    "requests.refused.security_stability": 0,
    "requests.refused.not_government_information": 0,
    "requests.refused.other_law": 0,
    "requests.not_this_agency": 0,
    "requests.not_exist": 0,
    "requests.asked_to_correct": 0,
    "requests.other_channel": 0,
    "review.total": 1,
    "review.upheld": 0,
    "review.corrected": 0,
    "review.other": 0,
    "litigation.total": 1,
    "litigation.upheld": 0,
    "litigation.corrected": 0,
    "litigation.other": 0,
    "organisation.staff": 96,
    "organisation.staff.full_time": 78,
    "organisation.staff.part_time": 18,
}


def test_the_known_errors_of_a_real_report_and_nothing_else() -> None:
    facts = [fact(indicator, value) for indicator, value in SMALL_COUNTY_2017.items()]
    findings = check(facts, "2014", 2017, date(2017, 3, 15))
    assert rules(findings) == [
        "litigation.total",
        "report.published_before_period_end",
        "requests.replied",
        "review.total",
    ]
    assert {finding.severity for finding in findings} == {"warning"}
    replied = next(finding for finding in findings if finding.rule == "requests.replied")
    assert (replied.observed, replied.expected) == (7, 14)
    assert "requests.replied is 7 but its parts add up to 14" in replied.message
    assert "requests.granted|total" in replied.facts
    # Three cells could each be the wrong one, so that none is accused, but they are named.
    assert "requests.already_public 0 or requests.granted 0" in replied.message


@given(reports_since_2019())
def test_a_clean_report_has_no_finding(report: tuple[EraName, Values]) -> None:
    era, values = report
    findings = check(facts_of(values), era)
    # Of the active-disclosure table nothing was printed, so that nothing is said of it.
    assert findings == []


@given(reports_2014())
def test_a_clean_report_of_the_2014_form_has_no_finding(values: Values) -> None:
    assert check(facts_of(values), "2014", 2016) == []


@given(reports_since_2019(), st.data())
def test_one_wrong_cell_of_the_applications_table_is_found(
    report: tuple[EraName, Values], data: st.DataObject
) -> None:
    era, values = report
    key = data.draw(st.sampled_from([key for key in values if key[0].startswith("requests.")]))
    wrong = data.draw(st.integers(0, 10_000).filter(lambda value: value != values[key]))
    findings = check(facts_of(values | {key: wrong}), era)
    name = "|".join(key)
    suspects = [finding for finding in findings if finding.rule == "fact.suspect"]
    assert [finding.facts for finding in suspects] == [(name,)]
    assert (suspects[0].observed, suspects[0].expected) == (wrong, values[key])
    sums = [finding for finding in findings if finding.rule != "fact.suspect"]
    assert len(sums) >= 2
    assert all(name in finding.facts and finding.severity == "warning" for finding in sums)


@given(reports_since_2019(), st.data())
def test_one_wrong_cell_of_the_disputes_table_breaks_its_sum(
    report: tuple[EraName, Values], data: st.DataObject
) -> None:
    era, values = report
    key = data.draw(st.sampled_from([key for key in values if not key[0].startswith("requests.")]))
    wrong = data.draw(st.integers(0, 10_000).filter(lambda value: value != values[key]))
    findings = check(facts_of(values | {key: wrong}), era)
    (finding,) = (finding for finding in findings if finding.rule != "fact.suspect")
    assert "|".join(key) in finding.facts
    # One sum alone can accuse a cell only where no other part is large enough to be the wrong one.
    for suspect in findings:
        if suspect.rule == "fact.suspect":
            assert suspect.facts == ("|".join(key),)


@given(reports_since_2019(), st.data())
def test_two_wrong_cells_are_both_accused(report: tuple[EraName, Values], data: st.DataObject) -> None:
    era, values = report
    rows = [row for row, applicant in values if applicant == TOTAL and row in OUTCOMES[era]]
    first, second = data.draw(st.lists(st.sampled_from(rows), min_size=2, max_size=2, unique=True))
    left, right = data.draw(st.lists(st.sampled_from(APPLICANTS), min_size=2, max_size=2, unique=True))
    mended = values | {(first, left): values[first, left] + 3, (second, right): values[second, right] + 50}
    suspects = [finding for finding in check(facts_of(mended), era) if finding.rule == "fact.suspect"]
    assert {finding.facts[0] for finding in suspects} == {f"{first}|{left}", f"{second}|{right}"}


@given(reports_since_2019(), st.data())
def test_a_blank_is_never_nought(report: tuple[EraName, Values], data: st.DataObject) -> None:
    """Nothing but "cannot be assessed" may come of it, and that a figure is wanted where the sums want one."""
    era, values = report
    key = data.draw(st.sampled_from(list(values)))
    state: State = data.draw(st.sampled_from(["blank", "not_applicable", "text", "illegible"]))
    findings = check(
        [
            replace(one, value=None, state=state) if (one.indicator, one.applicant) == key else one
            for one in facts_of(values | {key: 0})
        ],
        era,
    )
    assert findings
    empty = [finding for finding in findings if finding.rule == "table.cell_empty"]
    assert bool(empty) == (values[key] != 0)
    assert all(finding.facts == ("|".join(key),) for finding in findings)
    assert all(
        (finding.outcome, finding.severity) == ("not_assessable", "info")
        for finding in findings
        if finding.rule != "table.cell_empty"
    )


def test_a_missing_operand_is_one_finding_a_rule() -> None:
    rows = ["requests.received", "requests.carried_in", "requests.resolved", "requests.carried_out"]
    findings = check([fact(row, None, applicant) for row in rows for applicant in (*APPLICANTS, TOTAL)])
    assert rules(findings) == ["requests.balance", "requests.resolved", ROW_TOTAL]
    assert {finding.outcome for finding in findings} == {"not_assessable"}
    row_total = next(finding for finding in findings if finding.rule == ROW_TOTAL)
    assert "in 4 of its 25 sums" in row_total.message
    assert "(blank)" in row_total.message


def test_a_report_without_tables_is_not_told_of_every_sum() -> None:
    told = [fact("requests.received", 3, method="narrative"), fact("review.total", 0, method="narrative")]
    assert check(told) == []


def test_figures_of_the_text_fill_what_no_table_prints() -> None:
    table = [
        fact("review.total", 5),
        fact("review.upheld", 1),
        fact("review.corrected", 0),
        fact("review.other", 0),
    ]
    findings = check([*table, fact("review.pending", 3, method="narrative")])
    assert [(finding.rule, finding.observed, finding.expected) for finding in findings] == [
        ("review.total", 5, 4)
    ]


@pytest.mark.parametrize(
    ("qualifier", "pending", "outcome"),
    [
        ("at_least", 3, "not_assessable"),
        ("at_least", 4, "not_assessable"),
        ("at_least", 5, "broken"),
        ("about", 50, "not_assessable"),
    ],
)
def test_an_inexact_figure_breaks_a_sum_only_where_it_cannot_hold(
    qualifier: Qualifier, pending: int, outcome: str
) -> None:
    table = [
        fact("review.total", 5),
        fact("review.upheld", 1),
        fact("review.corrected", 0),
        fact("review.other", 0),
    ]
    (finding,) = check([*table, fact("review.pending", pending, method="narrative", qualifier=qualifier)])
    assert (finding.rule, finding.outcome) == ("review.total", outcome)


def test_a_published_part_may_not_exceed_its_whole() -> None:
    facts = [fact(indicator, value) for indicator, value in SMALL_COUNTY_2017.items()]
    facts = [
        replace(one, value=18127.0) if one.indicator == "disclosed.channel.wechat" else one for one in facts
    ]
    (finding,) = [one for one in check(facts, "2014", 2017) if one.rule == "disclosed.channel"]
    assert "disclosed.channel.wechat is 18127, more than disclosed.total, 18126" in finding.message


@pytest.mark.parametrize(
    ("published_on", "expected"),
    [
        (date(2022, 12, 30), ["report.published_before_period_end"]),
        (date(2022, 12, 31), []),
        (date(2023, 1, 20), []),
        (date(2024, 12, 31), []),
        (date(2025, 1, 1), ["report.published_late"]),
        (None, []),
    ],
)
def test_publication_date(published_on: date | None, expected: list[str]) -> None:
    assert rules(check([], published_on=published_on)) == expected


def test_a_negative_count_is_critical_and_a_negative_change_is_none() -> None:
    findings = check(
        [fact("active.licensing.decisions", -3), fact("active.licensing.items_change", -3)], "2019"
    )
    negative = [finding for finding in findings if finding.rule == "fact.negative"]
    assert [(finding.severity, finding.facts) for finding in negative] == [
        ("critical", ("active.licensing.decisions|total",))
    ]


def test_a_count_with_a_fraction_is_odd_and_an_amount_is_not() -> None:
    findings = check(
        [fact("active.fees.amount", 17.27, unit="万元"), fact("active.penalties.decisions", 1.5)]
    )
    assert [(finding.rule, finding.severity) for finding in findings] == [("fact.not_integer", "warning")]


@pytest.mark.parametrize("indicator", ["review.pending", "active.penalties.decisions"])
def test_a_cell_read_twice_with_different_values(indicator: str) -> None:
    twice = [fact(indicator, 2, location="table 1"), fact(indicator, 3, location="table 4")]
    conflicts = [finding for finding in check(twice) if finding.rule == "fact.conflict"]
    assert [(finding.severity, finding.observed, finding.expected) for finding in conflicts] == [
        ("critical", 3, 2)
    ]
    assert "2 (table 1), 3 (table 4)" in conflicts[0].message
    same = [fact(indicator, 2), fact(indicator, None), fact(indicator, 2)]
    assert "fact.conflict" not in rules(check(same))


@given(reports_since_2019())
def test_columns_out_of_place_mean_a_misread_table(report: tuple[EraName, Values]) -> None:
    """The total read from the first column: the totals of the rows stand in wrong places."""
    era, values = report
    shifted = dict(values)
    columns = (TOTAL, *APPLICANTS)
    for row in dict.fromkeys(row for row, _ in values if row.startswith("requests.")):
        for applicant, source in zip((*APPLICANTS, TOTAL), columns, strict=True):
            shifted[row, applicant] = values[row, source]
    changed = sum(
        shifted[row, TOTAL] != sum(shifted[row, one] for one in APPLICANTS)
        for row, applicant in values
        if applicant == TOTAL and row.startswith("requests.")
    )
    findings = check(facts_of(shifted), era)
    assert ("table.misread" in rules(findings)) == (changed > (25 + 14) / 4)


def test_the_agency_that_fills_only_the_total_column_is_not_misread() -> None:
    rows = [
        *dict.fromkeys(
            term for one in IDENTITIES["2021"] if one.by_applicant for term in one.left + one.right
        )
    ]
    values = {(row, applicant): 0 for row in rows for applicant in (*APPLICANTS, TOTAL)}
    values |= {
        ("requests.received", TOTAL): 3,
        ("requests.granted", TOTAL): 3,
        ("requests.resolved", TOTAL): 3,
    }
    findings = check(facts_of(values))
    assert rules(findings).count(ROW_TOTAL) == 3
    assert "table.misread" not in rules(findings)


def test_a_stock_in_the_decisions_column_is_pointed_out() -> None:
    before, change, decisions = STOCK_AND_DECISIONS["2019"][0]
    findings = check([fact(before, 1215), fact(change, -35), fact(decisions, 1180)], "2019", 2019)
    assert rules(findings) == ["active.decisions"]
    assert rules(check([fact(before, 1215), fact(change, -35), fact(decisions, 1181)], "2019", 2019)) == []
    assert rules(check([fact(before, 3), fact(change, -1), fact(decisions, 2)], "2019", 2019)) == []


@pytest.mark.parametrize(
    ("value", "raw", "qualifier", "agrees"),
    [
        (7, "7件", "exact", True),
        (8, "8件", "exact", False),
        (5, "5余件", "at_least", True),
        (9, "9余件", "at_least", False),
        (7.5, "7.5", "about", True),
        (9, "约9件", "about", False),
    ],
)
def test_the_text_against_the_table(value: float, raw: str, qualifier: Qualifier, agrees: bool) -> None:
    table = [
        fact("requests.received", 7),
        fact("requests.received", 100, "natural_person"),
        fact("requests.partial", None),
    ]
    told = [
        fact("requests.received", value, raw=raw, qualifier=qualifier, method="narrative"),
        fact("requests.partial", 3, method="narrative"),
        fact("complaints.total", 3, method="narrative"),
    ]
    findings = compare_narrative(table, told)
    assert rules(findings) == ([] if agrees else ["narrative.disagrees"])
    if not agrees:
        assert (findings[0].observed, findings[0].expected) == (value, 7)
        assert findings[0].facts == ("requests.received|total",)


@pytest.mark.parametrize(("raw", "value", "agrees"), [("1.81万条", 18100, True), ("1.83万条", 18300, False)])
def test_a_rounded_figure_of_the_text_agrees_with_the_table(raw: str, value: float, agrees: bool) -> None:
    told = fact("disclosed.total", value, raw=raw, method="narrative")
    assert (compare_narrative([fact("disclosed.total", 18126)], [told]) == []) == agrees


def test_every_rule_has_a_label() -> None:
    assert {identity.rule for era in IDENTITIES.values() for identity in era} | {ROW_TOTAL} <= LABELS.keys()


def test_every_term_is_an_indicator_of_its_era() -> None:
    """Against the codebook that the warehouse ships."""
    import csv

    from flows.settings import REFERENCE

    with (REFERENCE / "indicator.csv").open(encoding="utf-8") as lines:
        book = {(row["era"], row["indicator"]): row for row in csv.DictReader(lines)}
    for era, identities in IDENTITIES.items():
        for identity in identities:
            for term in identity.left + identity.right:
                # the codebook has no rows for 2008: its local tables are read as what they have of 2014's
                key = (era.replace("2008", "2014"), term)
                assert key in book, f"{identity.rule} of {era}: {term}"
                assert (book[key]["by_applicant"] == "1") == identity.by_applicant
    for era, rows in STOCK_AND_DECISIONS.items():
        assert {(era, indicator) for row in rows for indicator in row} <= book.keys()
    # What the codebook calls parts of a total is what the identities add up.
    for era, identities in IDENTITIES.items():
        sums = {identity.left[0]: set(identity.right) for identity in identities if len(identity.left) == 1}
        parents = {row["parent"] for (of, _), row in book.items() if of == era and row["parent"]}
        for parent in parents:
            parts = {name for (of, name), row in book.items() if of == era and row["parent"] == parent}
            assert sums[parent] == parts
