"""What the facts of one original come to, in one row: its figures that feed measures side by side, and counts of all.

Roll-ups need every figure of every report. Grouping the facts for that costs more than all else that they do, so it
is done where a batch is written, while its facts are at hand. It follows from the facts, and from which figures of
which era feed measures: a batch without it, or with that of other measures, gets it before it is loaded.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_text, _count, _hash = pa.string(), pa.int32(), pa.uint64()

SCHEMA = pa.schema(
    [
        ("sha256", _text),
        ("parser_version", _count),
        # by which its figures are understood
        ("form_era", _text),
        # stands for `cells`
        ("form", _hash),
        # the figures printed of those that feed measures by the era's form, as indicator|applicant, in their order, with
        # a space between two
        ("cells", _text),
        # the values of all that do, printed or not; null where none is reported
        ("figures", pa.list_(pa.float64())),
        # the places among them, from 1, of those printed as "at least" or "about"; null where there are none
        ("inexact_places", pa.list_(_count)),
        # of all its figures
        ("fact_count", _count),
        ("reported_count", _count),
        ("blank_count", _count),
        # those read from tables, ruled or flattened
        ("table_fact_count", _count),
        # of cells, states and values of all: equal where every figure is
        ("figure_hash", _hash),
    ]
)


def list_figures(
    facts: pa.Table, eras: Mapping[str, str | None], feeding: Mapping[str | None, Sequence[str]]
) -> pa.Table:
    """One row for each original that has facts, in the order in which they come. `eras` has the era of each original,
    `feeding` the figures of each era that feed measures, as indicator|applicant, in their order. Of a figure that is
    there twice in one original the smallest value is listed, so that the order of the facts decides nothing."""
    facts, bounds = _by_document(facts)
    columns = {
        name: facts[name].to_pylist() for name in ("value", "state", "qualifier", "method", "parser_version")
    }
    names = pc.binary_join_element_wise(
        facts["indicator"], facts["applicant"], "|", null_handling="replace", null_replacement=""
    )
    encoded = names.combine_chunks().dictionary_encode()
    words, codes = encoded.dictionary.to_pylist(), encoded.indices.to_pylist()
    sha256s = facts["sha256"]
    forms: dict[tuple[str | None, tuple[int, ...]], _Form] = {}
    rows = []
    for start, end in bounds:
        sha256, cells = sha256s[start].as_py(), tuple(codes[start:end])
        era = eras.get(sha256)
        form = forms.get((era, cells))
        if form is None or len(set(cells)) < len(cells):
            values = columns["value"][start:end]
            order = sorted(
                range(len(cells)), key=lambda at: (words[cells[at]], values[at] is None, values[at] or 0)
            )
            first = {words[cells[at]]: at for at in reversed(order)}
            listed = [first.get(cell) for cell in feeding.get(era, ())]
            form = forms[era, cells] = _Form(
                era,
                order,
                listed,
                " ".join(words[cells[at]] for at in order).encode(),
                " ".join(cell for cell in feeding.get(era, ()) if cell in first),
            )
        row = _row(form, {name: column[start:end] for name, column in columns.items()})
        rows.append({"sha256": sha256, **row})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _by_document(facts: pa.Table) -> tuple[pa.Table, Iterator[tuple[int, int]]]:
    """The facts with those of each original together, and where each original's begin and end."""
    encoded = facts["sha256"].combine_chunks().dictionary_encode()
    numbers = encoded.indices.to_pylist()
    if numbers != sorted(numbers):
        facts = facts.take(pc.sort_indices(encoded.indices))
        numbers.sort()
    starts = [at for at, (before, number) in enumerate(pairwise([None, *numbers])) if before != number]
    return facts, pairwise([*starts, len(numbers)])


@dataclass(frozen=True, slots=True)
class _Form:
    """What one original prints: the places of its facts in the order of their cells, and of those that feed measures
    (None where it is not printed), and the names of both."""

    era: str | None
    order: Sequence[int]
    listed: Sequence[int | None]
    all_cells: bytes
    cells: str


def _row(form: _Form, facts: dict[str, list[Any]]) -> dict[str, Any]:
    """A row but its SHA-256, from the facts of one original."""
    states, values, qualifiers = facts["state"], facts["value"], facts["qualifier"]
    inexact = [
        place
        for place, at in enumerate(form.listed, 1)
        if at is not None and qualifiers[at] not in ("exact", None)
    ]
    return {
        "parser_version": facts["parser_version"][0],
        "form_era": form.era,
        "form": _hash_of(form.cells.encode()),
        "cells": form.cells,
        "figures": [None if at is None else values[at] for at in form.listed],
        "inexact_places": inexact or None,
        "fact_count": len(states),
        "reported_count": states.count("reported"),
        "blank_count": states.count("blank"),
        "table_fact_count": facts["method"].count("table") + facts["method"].count("flattened"),
        "figure_hash": _hash_of(
            form.all_cells,
            " ".join([states[at] or "" for at in form.order]).encode(),
            _bytes([values[at] for at in form.order]),
        ),
    }


def _bytes(figures: Sequence[float | None]) -> bytes:
    return array("d", [float("nan") if one is None else one + 0.0 for one in figures]).tobytes()


def _hash_of(*parts: bytes) -> int:
    """64 bits of BLAKE2: the same wherever and whenever a batch is written."""
    return int.from_bytes(hashlib.blake2b(b"\0".join(parts), digest_size=8).digest(), "little")
