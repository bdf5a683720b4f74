"""What the facts of one original come to, in one row: its figures side by side, and counts of them.

Roll-ups need every figure of every report. Grouping the facts for that costs more than all else that they do, so it
is done where a batch is written, while its facts are at hand. It follows from the facts alone: a batch without it
gets it before it is loaded.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
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
        # the figures that it has, as indicator|applicant, in their order, with a space between two
        ("cells", _text),
        # their values, null where none is reported
        ("figures", pa.list_(pa.float64())),
        # the places, from 1, of those that are printed as "at least" or "about"; null where there are none
        ("inexact_places", pa.list_(_count)),
        ("fact_count", _count),
        ("reported_count", _count),
        ("blank_count", _count),
        # those read from tables, ruled or flattened
        ("table_fact_count", _count),
        # of cells, states and values: equal where every figure is
        ("figure_hash", _hash),
    ]
)


def list_figures(facts: pa.Table) -> pa.Table:
    """One row for each original that has facts, in the order in which they come. What is there twice in one original
    is listed twice, by value, so that the order of the facts decides nothing."""
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
    forms: dict[tuple[int, ...], tuple[list[int], bytes]] = {}
    rows = []
    for start, end in bounds:
        cells = tuple(codes[start:end])
        form = forms.get(cells)
        if form is None or len(set(cells)) < len(cells):
            values = columns["value"][start:end]
            order = sorted(
                range(len(cells)), key=lambda at: (words[cells[at]], values[at] is None, values[at] or 0)
            )
            form = forms[cells] = order, " ".join(words[cells[at]] for at in order).encode()
        row = _row(*form, {name: column[start:end] for name, column in columns.items()})
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


def _row(order: Sequence[int], cells: bytes, facts: dict[str, list[Any]]) -> dict[str, Any]:
    """A row but its SHA-256, from the facts of one original and the order of their cells."""
    states = facts["state"]
    figures = [facts["value"][at] for at in order]
    qualifiers = facts["qualifier"]
    inexact = [place for place, at in enumerate(order, 1) if qualifiers[at] not in ("exact", None)]
    return {
        "parser_version": facts["parser_version"][0],
        "form": _hash_of(cells),
        "cells": cells.decode(),
        "figures": figures,
        "inexact_places": inexact or None,
        "fact_count": len(states),
        "reported_count": states.count("reported"),
        "blank_count": states.count("blank"),
        "table_fact_count": facts["method"].count("table") + facts["method"].count("flattened"),
        "figure_hash": _hash_of(
            cells, " ".join([states[at] or "" for at in order]).encode(), _bytes(figures)
        ),
    }


def _bytes(figures: Sequence[float | None]) -> bytes:
    return array("d", [float("nan") if one is None else one + 0.0 for one in figures]).tobytes()


def _hash_of(*parts: bytes) -> int:
    """64 bits of BLAKE2: the same wherever and whenever a batch is written."""
    return int.from_bytes(hashlib.blake2b(b"\0".join(parts), digest_size=8).digest(), "little")
