"""Facts → findings: the accounting identities of the report's era, and what no figure or date may be.

A missing operand is never read as 0: it makes a check not assessable. A broken identity is mostly the
agency's own error, so the figures stay as printed and the finding is a warning; so many broken in one
table that we must have misread it are critical.

The checks of an era are compiled once to index tuples over a flat list of values, NaN where no exact
figure stands: NaN makes every comparison false, so that one comparison finds both what is broken and
what cannot be assessed, and only those are looked at closely.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import compress, islice
from math import inf, isclose, nan
from operator import itemgetter

from flows.report.eras.identities import (
    AMOUNT_UNITS,
    APPLICANTS,
    IDENTITIES,
    LABELS,
    ROW_TOTAL,
    SIGNED_SUFFIX,
    STOCK_AND_DECISIONS,
    table_of,
)
from flows.report.facts import Cells, Facts
from flows.report.types import TOTAL, EraName, Fact, Finding, Identity, Severity

_MISREAD_AT_LEAST = 4
"""So many broken identities of one table, and …"""
_MISREAD_SHARE = 0.25
"""… more than this share of those that can be assessed: it was misread."""
_LATE_YEARS = 2
_LARGEST_COVER = 4
"""Cells that one explanation of broken identities may accuse together."""
_NAMED = 3
_EMPTY = frozenset(["blank", "not_applicable", "text", "illegible"])
"""The states of a printed cell that gives no figure."""
_ABOUT = 0.1
"""A figure printed as "about" agrees with a table cell within this share of it."""

_Values = Sequence[float]


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """One identity in one applicant column; `left` and `right` are places in the list of values."""

    rule: str
    severity: Severity
    table: str
    equal: bool
    left: tuple[int, ...]
    right: tuple[int, ...]
    left_values: Callable[[_Values], tuple[float, ...]]
    right_values: Callable[[_Values], tuple[float, ...]]

    @property
    def places(self) -> tuple[int, ...]:
        return self.left + self.right

    def gap(self, values: _Values) -> float:
        """Left minus right; NaN where an operand is missing."""
        return sum(self.left_values(values)) - sum(self.right_values(values))


@dataclass(frozen=True, slots=True)
class _Plan:
    """All checks of an era over one list of values, whose last place holds a constant 0."""

    checks: tuple[_Check, ...]
    are_open: Callable[[_Values], tuple[bool, ...]]
    """Of each check whether it is broken, or cannot be made for want of a figure."""
    places: dict[tuple[str, str], int]
    keys: tuple[str, ...]
    checks_of: tuple[tuple[_Check, ...], ...]
    """By place: the checks that the cell takes part in."""
    empty: tuple[float, ...]


def check_facts(
    facts: Iterable[Fact], *, era: EraName | None, year: int | None, published_on: date | None
) -> list[Finding]:
    """What does not hold, or cannot be assessed, among the facts of one report.

    `facts` may hold a key twice (a table repeated after a page break, a figure of the text beside the
    table's): table figures go before narrative ones, which only fill what no table prints.
    """
    return _check(Facts.of(facts), _plan(era), era, year, published_on)


def _check(
    facts: Facts, plan: _Plan, era: EraName | None, year: int | None, published_on: date | None
) -> list[Finding]:
    places = _places(facts.cells, era)
    # the last place takes the figures that no check reads
    values = [*plan.empty, nan]
    findings = _check_publication(year, published_on)
    odd: list[Fact] = []
    loose: list[Fact] = []
    narrative: list[Fact] = []
    conflicts: dict[str, None] = {}
    if _are_plain(facts):
        for place, value in zip(places, facts.value, strict=True):
            if value is not None:
                values[place] = value
    else:
        elsewhere: dict[tuple[str, str], float] = {}
        for place, fact in zip(places, facts, strict=True):
            value = fact.value
            if value is None:
                continue
            if fact.method == "narrative":
                narrative.append(fact)
                continue
            if value < 0 or value % 1:
                odd.append(fact)
            if place == len(plan.empty):
                if elsewhere.setdefault((fact.indicator, fact.applicant), value) != value:
                    conflicts[fact.key] = None
            elif fact.qualifier != "exact":
                loose.append(fact)
            elif values[place] == values[place]:
                if values[place] != value:
                    conflicts[fact.key] = None
            else:
                values[place] = value

    bounds: dict[int, tuple[float, float]] = {}
    if narrative or loose:
        odd.extend(
            fact for fact in narrative if fact.value is not None and (fact.value < 0 or fact.value % 1)
        )
        _fill(plan, values, bounds, [*loose, *narrative])

    if odd:
        findings.extend(_check_number(fact) for fact in odd if not _is_allowed(fact))
    if conflicts:
        findings.extend(_conflict(key, facts) for key in conflicts)

    left_over = list(compress(plan.checks, plan.are_open(values)))
    if left_over:
        findings.extend(_explain(plan, values, bounds, left_over, facts))
    for stock in STOCK_AND_DECISIONS.get(era, ()) if era else ():
        findings.extend(_stock_in_decisions(stock, values, plan))
    return findings


@lru_cache(maxsize=256)
def _places(cells: Cells, era: EraName | None) -> tuple[int, ...]:
    """Where in the list of values the figures of an era's checks stand."""
    plan = _plan(era)
    return tuple([plan.places.get(key, len(plan.empty)) for key in cells.keys])


def _are_plain(facts: Facts) -> bool:
    """Whether each is a count as tables print it, and stands there once."""
    counts = [value for value in facts.value if value is not None]
    return (
        facts.cells.are_distinct
        and facts.qualifier.count("exact") == len(facts)
        and "narrative" not in facts.method
        and all(map(float.is_integer, map(float, counts)))
        and min(counts, default=0) >= 0
    )


def compare_narrative(table_facts: Sequence[Fact], narrative_facts: Sequence[Fact]) -> list[Finding]:
    """Where the text of a report gives another figure than its table; only printed figures compare."""
    facts = Facts.of(table_facts)
    findings = []
    for told in narrative_facts:
        at = facts.cells.index.get((told.indicator, told.applicant))
        if at is None:
            continue
        fact = facts[at]
        if fact.value is None or told.value is None or _agrees(told, told.value, fact.value):
            continue
        prefix = {"exact": "", "at_least": "at least ", "about": "about "}[told.qualifier]
        findings.append(
            _finding(
                "narrative.disagrees",
                f"the text gives {prefix}{_figure(told.value)} for {_name(told.key)} ({told.location}), "
                f"the table {_figure(fact.value)} ({fact.location})",
                (told.key,),
                observed=told.value,
                expected=fact.value,
            )
        )
    return findings


def _agrees(told: Fact, value: float, printed: float) -> bool:
    if told.qualifier == "at_least":
        return printed >= value
    if told.qualifier == "about":
        return abs(printed - value) <= _ABOUT * max(abs(printed), abs(value))
    return isclose(printed, value) or abs(printed - value) < _rounding(told)


_ROUNDED = re.compile(r"\d(?:\.(\d+))?\s*([万亿])")
_MYRIADS = {"万": 4, "亿": 8}


def _rounding(fact: Fact) -> float:
    """One unit of the last digit of a figure printed in 万 or 亿 ("1.81万条" may stand for 18126)."""
    match = _ROUNDED.search(fact.raw)
    if match is None:
        return 0.0
    return float(10.0 ** (_MYRIADS[match[2]] - len(match[1] or "") - (4 if fact.unit == "万元" else 0)))


# --- the checks of an era, compiled ---------------------------------------------------------------


@cache
def _plan(era: EraName | None) -> _Plan:
    identities = IDENTITIES[era] if era else ()
    places: dict[tuple[str, str], int] = {}

    def place(indicator: str, applicant: str) -> int:
        return places.setdefault((indicator, applicant), len(places))

    # (rule, severity, table, equal, left, right) before the length of the list of values is known
    drafts: list[tuple[str, Severity, str, bool, tuple[int, ...], tuple[int, ...]]] = []
    for identity in identities:
        for applicant in (*APPLICANTS, TOTAL) if identity.by_applicant else (TOTAL,):
            drafts.append(
                (
                    identity.rule,
                    identity.severity,
                    table_of(identity.rule, era or "2008"),
                    identity.relation == "=",
                    tuple(place(term, applicant) for term in identity.left),
                    tuple(place(term, applicant) for term in identity.right),
                )
            )
    for row in _rows(identities):
        parts = tuple(place(row, applicant) for applicant in APPLICANTS)
        drafts.append((ROW_TOTAL, "warning", "requests", True, (place(row, TOTAL),), parts))
    for stock in STOCK_AND_DECISIONS.get(era, ()) if era else ():
        for indicator in stock:
            place(indicator, TOTAL)

    zero = len(places)
    checks = tuple(
        # itemgetter gives a tuple only for two or more places: the constant 0 fills up
        _Check(
            rule,
            severity,
            table,
            equal,
            left,
            right,
            itemgetter(*left, zero, zero),
            itemgetter(*right, zero, zero),
        )
        # equations first
        for rule, severity, table, equal, left, right in sorted(drafts, key=lambda draft: not draft[3])
    )
    checks_of: list[list[_Check]] = [[] for _ in places]
    for check in checks:
        for at in check.places:
            checks_of[at].append(check)
    return _Plan(
        checks=checks,
        are_open=_compiled(checks),
        places=places,
        keys=tuple(f"{indicator}|{applicant}" for indicator, applicant in places),
        checks_of=tuple(map(tuple, checks_of)),
        empty=(*[nan] * zero, 0.0),
    )


def _compiled(checks: Iterable[_Check]) -> Callable[[_Values], tuple[bool, ...]]:
    """All checks as one function of the list of values: each added up by itself takes three times as long. A
    figure that is missing is NaN, which equals nothing."""

    def total(places: Iterable[int]) -> str:
        return " + ".join(f"values[{place}]" for place in places) or "0"

    terms = [
        f"{total(check.left)} != {total(check.right)}, "
        if check.equal
        else f"not {total(check.left)} <= {total(check.right)}, "
        for check in checks
    ]
    function: Callable[[_Values], tuple[bool, ...]] = eval(f"lambda values: ({''.join(terms)})")
    return function


def _rows(identities: Iterable[Identity]) -> list[str]:
    """The indicators given by applicant, in the order of the form."""
    terms = (
        term for identity in identities if identity.by_applicant for term in identity.left + identity.right
    )
    return list(dict.fromkeys(terms))


# --- what is not a plain figure of a table --------------------------------------------------------


def _fill(
    plan: _Plan, values: list[float], bounds: dict[int, tuple[float, float]], facts: Iterable[Fact]
) -> None:
    """Put narrative figures where no table gives one, and the limits of inexact ones into `bounds`."""
    for fact in facts:
        place = plan.places.get((fact.indicator, fact.applicant))
        if place is None or fact.value is None or values[place] == values[place] or place in bounds:
            continue
        if fact.qualifier == "exact":
            values[place] = fact.value
        elif fact.qualifier == "at_least":
            bounds[place] = (fact.value, inf)
        else:
            bounds[place] = (-inf, inf)


def _is_allowed(fact: Fact) -> bool:
    """Whether a negative or broken figure is one that the form allows."""
    value = fact.value or 0.0
    return (value >= 0 or fact.indicator.endswith(SIGNED_SUFFIX)) and (
        value % 1 == 0 or fact.unit in AMOUNT_UNITS
    )


def _check_number(fact: Fact) -> Finding:
    value = fact.value or 0.0
    negative = value < 0 and not fact.indicator.endswith(SIGNED_SUFFIX)
    words = "is negative" if negative else "is a count but not a whole number"
    return _finding(
        "fact.negative" if negative else "fact.not_integer",
        f"{_name(fact.key)} {words}: {_figure(value)}, printed as {fact.raw!r} ({fact.location})",
        (fact.key,),
        severity="critical" if negative else "warning",
        observed=value,
    )


def _conflict(key: str, facts: Sequence[Fact]) -> Finding:
    given = [
        (fact.value, fact.location)
        for fact in facts
        if fact.key == key and fact.value is not None and fact.method != "narrative"
    ]
    printed = ", ".join(f"{_figure(value)} ({location})" for value, location in given)
    return _finding(
        "fact.conflict",
        f"{_name(key)} was read {len(given)} times with different values: {printed}",
        (key,),
        severity="critical",
        observed=next(value for value, _ in given if value != given[0][0]),
        expected=given[0][0],
    )


def _check_publication(year: int | None, published_on: date | None) -> list[Finding]:
    if year is None or published_on is None:
        return []
    if published_on < date(year, 12, 31):
        return [
            _finding(
                "report.published_before_period_end",
                f"the report is dated {published_on}, before the year {year} that it covers ends",
                (),
            )
        ]
    if published_on.year > year + _LATE_YEARS:
        return [
            _finding(
                "report.published_late",
                f"the report is dated {published_on}, more than {_LATE_YEARS} years after {year}",
                (),
                severity="info",
            )
        ]
    return []


def _stock_in_decisions(stock: tuple[str, str, str], values: _Values, plan: _Plan) -> list[Finding]:
    """Last year's items plus the change, printed once more as the decisions: the stock in a wrong
    column. Small counts and an unchanged stock agree by chance."""
    before, change, decisions = (values[plan.places[indicator, TOTAL]] for indicator in stock)
    if not change or before + change != decisions or decisions < 10:
        return []
    return [
        _finding(
            "active.decisions",
            f"{stock[2]} is {_figure(decisions)}, which is {stock[0]} {_figure(before)} plus {stock[1]} "
            f"{_figure(change)}: the decisions column seems to hold the number of items",
            tuple(f"{indicator}|{TOTAL}" for indicator in stock),
            severity="info",
            observed=decisions,
        )
    ]


# --- broken or not assessable ---------------------------------------------------------------------


def _explain(
    plan: _Plan,
    values: _Values,
    bounds: dict[int, tuple[float, float]],
    left_over: Sequence[_Check],
    facts: Sequence[Fact],
) -> list[Finding]:
    """Findings for the checks that do not plainly hold."""
    broken: list[tuple[_Check, float, float]] = []
    open_checks: list[_Check] = []
    for check in left_over:
        gap = check.gap(values)
        if gap != gap:
            limits = _impossible(check, values, bounds)
            if limits is not None:
                broken.append((check, *limits))
            else:
                open_checks.append(check)
        elif check.equal and abs(gap) < 1e-6:
            continue  # decimals: 0.1 + 0.2
        else:
            broken.append((check, sum(check.left_values(values)), sum(check.right_values(values))))

    suspects, candidates = _locate(plan, values, [check for check, *_ in broken])
    findings = [_broken(plan, check, left, right, candidates.get(check, ())) for check, left, right in broken]
    findings += [_suspect(plan, values, place, wanted) for place, wanted in suspects]
    findings += _misread(plan, [check for check, *_ in broken], open_checks)
    if open_checks:
        findings += _not_assessable(plan, values, open_checks, facts)
    return findings


def _impossible(
    check: _Check, values: _Values, bounds: dict[int, tuple[float, float]]
) -> tuple[float, float] | None:
    """The nearest sums of both sides, when no value within the limits of inexact operands can make
    the check hold; None when one can, or when an operand is missing altogether."""
    sides = []
    for side in (check.left, check.right):
        low = high = 0.0
        for place in side:
            exact = values[place]
            least, most = (exact, exact) if exact == exact else bounds.get(place, (nan, nan))
            low, high = low + least, high + most
        sides.append((low, high))
    (left_low, left_high), (right_low, right_high) = sides
    if left_low > right_high:
        return left_low, right_high
    if check.equal and right_low > left_high:
        return left_high, right_low
    return None


def _broken(
    plan: _Plan, check: _Check, left: float, right: float, candidates: Sequence[tuple[int, float]]
) -> Finding:
    def names(places: Iterable[int]) -> str:
        return " + ".join(plan.keys[place].partition("|")[0] for place in places)

    applicant = plan.keys[check.places[0]].partition("|")[2]
    of = f" of {applicant}" if applicant != TOTAL else ""
    if check.rule == ROW_TOTAL:
        text = (
            f"the total of {names(check.left)} is {_figure(left)} but its columns add up to {_figure(right)}"
        )
    elif not check.left:
        text = f"{names(check.right)} is {_figure(right)}, less than nought"
    elif not check.equal:
        text = f"{names(check.left)} is {_figure(left)}, more than {names(check.right)}, {_figure(right)}"
    elif len(check.left) == 1:
        text = f"{names(check.left)}{of} is {_figure(left)} but its parts add up to {_figure(right)}"
    else:
        text = f"{names(check.left)}{of} is {_figure(left)} but {names(check.right)} is {_figure(right)}"
    if 1 < len(candidates) <= _NAMED:
        text += "; it would hold with " + " or ".join(
            f"{_name(plan.keys[place])} {_figure(wanted)}" for place, wanted in candidates
        )
    facts = tuple(plan.keys[place] for place in check.places)
    return _finding(check.rule, text, facts, severity=check.severity, observed=left, expected=right)


def _suspect(plan: _Plan, values: _Values, place: int, wanted: float) -> Finding:
    key = plan.keys[place]
    rules = dict.fromkeys(check.rule for check in plan.checks_of[place])
    return _finding(
        "fact.suspect",
        f"{_name(key)} is printed as {_figure(values[place])}; with {_figure(wanted)} all sums that it "
        f"takes part in would hold ({', '.join(rules)})",
        (key,),
        severity="info",
        observed=values[place],
        expected=wanted,
    )


def _misread(plan: _Plan, broken: Sequence[_Check], open_checks: Sequence[_Check]) -> list[Finding]:
    findings = []
    for table in dict.fromkeys(check.table for check in broken):
        count = sum(check.table == table for check in broken)
        assessable = sum(check.table == table for check in plan.checks) - sum(
            check.table == table for check in open_checks
        )
        if count >= _MISREAD_AT_LEAST and count > _MISREAD_SHARE * assessable:
            findings.append(
                _finding(
                    "table.misread",
                    f"{count} of the {assessable} assessable identities of the {table} table are broken: "
                    "it was more likely misread than printed so",
                    (),
                    severity="critical",
                    observed=count,
                    expected=0,
                )
            )
    return findings


def _not_assessable(
    plan: _Plan, values: _Values, open_checks: Sequence[_Check], facts: Sequence[Fact]
) -> list[Finding]:
    """One finding a rule, and none for a rule of which the tables print nothing: that the table is
    absent is one finding, and not made here."""
    states: dict[int, str] = {}
    for fact in facts:
        place = plan.places.get((fact.indicator, fact.applicant))
        if place is not None and fact.method != "narrative":
            states[place] = fact.state if fact.qualifier == "exact" else fact.qualifier
    by_rule: dict[str, list[_Check]] = defaultdict(list)
    for check in open_checks:
        if any(place in states for place in check.places):
            by_rule[check.rule].append(check)
    findings: list[Finding] = []
    for rule, checks in by_rule.items():
        missing = list(
            dict.fromkeys(
                place for check in checks for place in check.places if values[place] != values[place]
            )
        )
        named = ", ".join(
            f"{_name(plan.keys[place])} ({states.get(place, 'absent').replace('_', ' ')})"
            for place in missing[:_NAMED]
        )
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        findings += _wanting(plan, values, states, checks)
        every = sum(check.rule == rule for check in plan.checks)
        times = f" in {len(checks)} of its {every} sums" if every > 1 else ""
        findings.append(
            Finding(
                rule=rule,
                severity="info",
                message=_labelled(
                    rule, f"{rule} cannot be assessed{times}, without a figure for {named}{more}"
                ),
                facts=tuple(plan.keys[place] for place in missing),
                outcome="not_assessable",
            )
        )
    return findings


def _wanting(
    plan: _Plan, values: _Values, states: dict[int, str], checks: Sequence[_Check]
) -> Iterator[Finding]:
    """A cell printed without a figure where its sum wants one: blank is no nought there. Cells that are not
    printed at all are another finding."""
    short: list[tuple[_Check, float]] = []
    for check in checks:
        missing = [place for place in check.places if values[place] != values[place]]
        if not check.equal or any(states.get(place) not in _EMPTY for place in missing):
            continue
        left, right = (
            sum(values[place] for place in side if values[place] == values[place])
            for side in (check.left, check.right)
        )
        if abs(left - right) > 1e-6:
            short.append((check, abs(left - right)))
    if not short:
        return
    cells = [[place for place in check.places if values[place] != values[place]] for check, _ in short]
    shown = "; ".join(
        f"{' + '.join(_name(plan.keys[place]) for place in places[:_NAMED])} "
        f"({states[places[0]].replace('_', ' ')}) where the sum wants {_figure(gap)}"
        for places, (_, gap) in list(zip(cells, short, strict=True))[:_NAMED]
    )
    more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
    yield _finding(
        "table.cell_empty",
        f"no figure stands for {shown}{more} (空白单元格与勾稽关系不符)",
        tuple(dict.fromkeys(plan.keys[place] for places in cells for place in places)),
        observed=None,
        expected=short[0][1],
    )


# --- which cell the identities accuse -------------------------------------------------------------


def _locate(
    plan: _Plan, values: _Values, broken: Sequence[_Check]
) -> tuple[list[tuple[int, float]], dict[_Check, list[tuple[int, float]]]]:
    """The cells whose change would mend the broken sums, the identities taken as a parity code.

    A cell can be at fault alone when every assessable sum it takes part in is broken, all want the same
    change of it, and the changed cell is a count that breaks no inequality. The explanation of a group
    of broken sums is the smallest set of such cells that mends each sum once. Where there is exactly
    one, its cells are the suspects; otherwise single cells are returned as candidates of their sums.
    """
    gaps = {check: check.gap(values) for check in broken if check.equal}
    gaps = {check: gap for check, gap in gaps.items() if gap == gap}
    wanted: dict[int, float] = {}
    mends: dict[int, list[_Check]] = {}
    for place in dict.fromkeys(place for check in gaps for place in check.places):
        value = _wanted(plan, values, place, gaps)
        if value is not None:
            wanted[place] = value
            mends[place] = [check for check in plan.checks_of[place] if check in gaps]

    suspects: list[tuple[int, float]] = []
    candidates: dict[_Check, list[tuple[int, float]]] = {}
    for group in _groups(list(gaps), mends):
        cells = [place for place in mends if mends[place][0] in group]
        covers = _smallest_covers(group, {place: mends[place] for place in cells})
        if len(covers) == 1:
            suspects.extend((place, wanted[place]) for place in sorted(covers[0]))
        elif len(group) == 1:
            (check,) = group
            candidates[check] = [(place, wanted[place]) for place in cells]
    return suspects, candidates


def _wanted(plan: _Plan, values: _Values, place: int, gaps: dict[_Check, float]) -> float | None:
    """The value of a cell with which every assessable sum that it takes part in would hold."""
    change: float | None = None
    for check in plan.checks_of[place]:
        if not check.equal:
            continue
        gap = gaps[check] if check in gaps else check.gap(values)
        if gap != gap:
            continue
        step = -gap if place in check.left else gap
        if not step or (change is not None and change != step):
            return None
        change = step
    if change is None:
        return None
    changed = list(values)
    changed[place] += change
    if changed[place] < 0 or changed[place] % 1:
        return None
    if any(check.gap(changed) > 0 for check in plan.checks_of[place] if not check.equal):
        return None
    return changed[place]


def _groups(broken: list[_Check], mends: dict[int, list[_Check]]) -> list[list[_Check]]:
    """Broken sums joined where one cell could mend both; in the order given."""
    head = {check: check for check in broken}

    def find(check: _Check) -> _Check:
        while head[check] is not check:
            check = head[check]
        return check

    for checks in mends.values():
        for check in checks[1:]:
            head[find(check)] = find(checks[0])
    groups: dict[_Check, list[_Check]] = defaultdict(list)
    for check in broken:
        groups[find(check)].append(check)
    return list(groups.values())


def _smallest_covers(group: list[_Check], mends: dict[int, list[_Check]]) -> list[frozenset[int]]:
    """The smallest sets of cells that mend each check of the group exactly once: at most two sets, for
    more than one says the same as many. Empty where `_LARGEST_COVER` cells do not suffice."""
    for size in range(1, _LARGEST_COVER + 1):
        found = list(islice(_covers(frozenset(group), mends, size), 2))
        if found:
            return found
    return []


def _covers(group: frozenset[_Check], mends: dict[int, list[_Check]], size: int) -> Iterator[frozenset[int]]:
    """Every set of `size` cells that mends each check of the group exactly once."""
    if not group:
        if not size:
            yield frozenset()
        return
    most = max(map(len, mends.values()), default=0)
    if len(group) > size * most:
        return
    able = {check: [place for place in mends if check in mends[place]] for check in group}
    for place in min(able.values(), key=len):
        rest = {other: checks for other, checks in mends.items() if set(checks).isdisjoint(mends[place])}
        for cells in _covers(group.difference(mends[place]), rest, size - 1):
            yield cells | {place}


# --- words ----------------------------------------------------------------------------------------


def _finding(
    rule: str,
    message: str,
    facts: tuple[str, ...],
    *,
    severity: Severity = "warning",
    observed: float | None = None,
    expected: float | None = None,
) -> Finding:
    return Finding(rule, severity, _labelled(rule, message), facts, observed, expected)


def _labelled(rule: str, message: str) -> str:
    return f"{message} ({LABELS[rule]})" if rule in LABELS else message


def _name(key: str) -> str:
    indicator, _, applicant = key.partition("|")
    return indicator if applicant == TOTAL else f"{indicator} of {applicant}"


def _figure(value: float) -> str:
    return str(int(value)) if value % 1 == 0 else f"{value:.10g}"
