"""The SQL functions that follow from the reference data: how every measure is added up, and which names are of which
kind of agency.

The rules stand in `warehouse/reference`; a function gives them to the models as constants, which a join with the
table cannot: DuckDB then adds columns instead of looking places up in lists (a third of the time), and compiles a
pattern once instead of for every name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import duckdb

    from flows.edge.reference import Row

Side = Literal["numerator", "denominator"]
Sums = Mapping[str, str]
"""A sum of figures by template era, as SQL over `figures`."""


def create_measure_macros(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Iterable[Row]]) -> None:
    """Create the functions of a template era's figures, a list in the order of `ref.era_cell`. Each gives a list of all
    measures in the order of `ref.measure`:

    - `measure_numerators(form_era, figures)`: the number of each, for a rate the numerator; null where a figure that
      it needs, or one of the other side of a rate, is null;
    - `measure_denominators(form_era, figures)`: the denominators of rates; null for everything else;
    - `numerator_sums_2021(figures)`, `denominator_sums_2021(figures)`, `measure_counts_2021(figures)` and their like for
      every era (aggregates): those added up over the rows, and how many rows have them. To ask every row for its era a
      hundred times would take three times as long;
    - `list_sums(lists)` and `list_maxima(lists)` (aggregates): sum and maximum of each place of such lists.

    Views call them, so that they are kept in the warehouse.
    """
    cells = {
        (str(row["era"]), row["indicator"], row["applicant"]): f"figures[{row['cell_place']}]"
        for row in rows["era_cell"]
    }
    fed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows["measure_indicator"]:
        era = str(row["era"])
        fed[era, str(row["measure"])].append(cells[era, row["indicator"], row["applicant"]])
    terms: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in rows["measure_term"]:
        terms[str(row["measure"]), str(row["side"])].append(
            (str(row["operand"]), "-" if row["sign"] == -1 else "+")
        )
    eras = sorted({era for era, _ in fed})

    def sums(measure: str, side: Side, *, is_derived: bool) -> Sums:
        operands = terms[measure, side] if is_derived else [(measure, "+")] if side == "numerator" else []
        return {
            era: "".join(f" {sign} {cell}" for one, sign in operands for cell in fed[era, one]).removeprefix(
                " + "
            )
            for era in eras
            if operands and all((era, one) in fed for one, _ in operands)
        }

    numerators, denominators = [], []
    for row in rows["measure"]:
        measure, is_derived = str(row["measure"]), row["formula"] is not None
        above = sums(measure, "numerator", is_derived=is_derived)
        below = sums(measure, "denominator", is_derived=is_derived)
        if row["kind"] == "rate":
            above, below = _beside(above, below), _beside(below, above)
        numerators.append(above)
        denominators.append(below)

    for name, sides in (("measure_numerators", numerators), ("measure_denominators", denominators)):
        # amounts have decimals, six at most
        _create(
            connection, f"{name}(form_era, figures)", _list(f"round({_of_any(one)}, 6) + 0" for one in sides)
        )
    for era in eras:
        for name, aggregate, none, sides in (
            ("numerator_sums", "sum", "NULL::DOUBLE", numerators),
            ("denominator_sums", "sum", "NULL::DOUBLE", denominators),
            ("measure_counts", "count", "0", numerators),
        ):
            each = (f"{aggregate}({one[era]})" if era in one else none for one in sides)
            _create(connection, f"{name}_{era}(figures)", _list(each))
    places = range(1, len(numerators) + 1)
    _create(connection, "list_sums(lists)", _list(f"sum(lists[{place}])" for place in places))
    _create(connection, "list_maxima(lists)", _list(f"max(lists[{place}])" for place in places))


def _beside(one: Sums, other: Sums) -> Sums:
    """A sum where the other side of the rate is known too."""
    return {era: f"{one[era]} + 0 * ({other[era]})" for era in one if era in other}


def _of_any(sums: Sums) -> str:
    """The sum of the era that `form_era` names."""
    if not sums:
        return "NULL::DOUBLE"
    cases = " ".join(f"WHEN {_literal(era)} THEN {sum_}" for era, sum_ in sums.items())
    return f"CASE form_era {cases} END"


def create_agency_pattern(connection: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> None:
    """Create `agency_pattern(role)`: the patterns of a role as one regular expression, for models alone."""
    patterns: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        patterns[str(row["role"])].append(str(row["pattern"]))
    cases = " ".join(
        f"WHEN {_literal(role)} THEN {_literal('|'.join(one))}" for role, one in patterns.items()
    )
    connection.execute(f"CREATE OR REPLACE TEMP MACRO agency_pattern(role) AS CASE role {cases} END")


def _create(connection: duckdb.DuckDBPyConnection, head: str, body: str) -> None:
    connection.execute(f"CREATE OR REPLACE MACRO {head} AS {body}")


def _list(elements: Iterable[str]) -> str:
    return f"[{', '.join(elements)}]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
