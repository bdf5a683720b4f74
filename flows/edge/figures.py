"""What the facts of one original come to, in one row: its figures that feed measures side by side, and counts of all.

Roll-ups need every figure of every report. Grouping the facts for that costs more than all else that they do, so it
is done where a batch is written, while its facts are at hand. It follows from the facts and from which of them feed
measures: a batch without it, or with that of other measures, gets it before it is loaded.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Collection, Iterator, Sequence
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
        # stands for `cells`
        ("form", _hash),
        # the figures that it has and that feed measures, as indicator|applicant, in order, with a space between two
        ("cells", _text),
        # their values, null where none is reported
        ("figures", pa.list_(pa.float64())),
        # the places, from 1, of those that are printed as "at least" or "about"; null where there are none
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


def list_figures(facts: pa.Table, feeding: Collection[str]) -> pa.Table:
    """One row for each original that has facts, in the order in which they come. `feeding` names the figures that feed
    measures, as indicator|applicant. What is there twice in one original is listed twice, by value, so that the order
    of the facts decides nothing."""
    facts, bounds = _by_document(facts)
    columns = {
        name: facts[name].to_pylist() for name in ("value", "state", "qualifier", "method", "parser_version")
    }
    names = pc.binary_join_element_wise(
        facts["indicator"], facts["applicant"], "|", null_handling="replace", null_replacement=""
    )
    encoded = names.combine_chunks().dictionary_encode()
    words, codes = encoded.dictionary.to_pylist(), encoded.indices.to_pylist()
    is_feeding = [word in feeding for word in words]
    sha256s = facts["sha256"]
    forms: dict[tuple[int, ...], _Form] = {}
    rows = []
    for start, end in bounds:
        cells = tuple(codes[start:end])
        form = forms.get(cells)
        if form is None or len(set(cells)) < len(cells):
            values = columns["value"][start:end]
            order = sorted(
                range(len(cells)), key=lambda at: (words[cells[at]], values[at] is None, values[at] or 0)
            )
            listed = [at for at in order if is_feeding[cells[at]]]
            form = forms[cells] = _Form(
                order, listed, *(_names(words, cells, some) for some in (order, listed))
            )
        row = _row(form, {name: column[start:end] for name, column in columns.items()})
        rows.append({"sha256": sha256s[start].as_py(), **row})
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
    """What one original prints: the places of its facts in the order of their cells, of those that feed measures too,
    and the names of both."""

    order: Sequence[int]
    listed: Sequence[int]
    all_cells: bytes
    cells: bytes


def _names(words: Sequence[str], cells: Sequence[int], places: Sequence[int]) -> bytes:
    return " ".join(words[cells[at]] for at in places).encode()


def _row(form: _Form, facts: dict[str, list[Any]]) -> dict[str, Any]:
    """A row but its SHA-256, from the facts of one original."""
    states, values, qualifiers = facts["state"], facts["value"], facts["qualifier"]
    inexact = [place for place, at in enumerate(form.listed, 1) if qualifiers[at] not in ("exact", None)]
    return {
        "parser_version": facts["parser_version"][0],
        "form": _hash_of(form.cells),
        "cells": form.cells.decode(),
        "figures": [values[at] for at in form.listed],
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
