"""What a form is: the labels of its tables, by section of the table they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from flows.report.types import EraName


@dataclass(frozen=True, slots=True)
class Form:
    """The printed labels of one era, as keys of `flows.report.label.label_key`.

    `active`: subject of table 1 → the fields its row asks for, in the form's order, as (indicator, unit).
    `fields`: column heading of table 1 → position-free name of the field.
    `requests`: row of the applications table → indicator.
    `statistics`: row of the nine-section table → (indicator, unit); `{section}` in an indicator stands for
    the section the row is in.
    """

    era: EraName
    active: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, str] = field(default_factory=dict)
    statistics: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def wordings(*parts: Sequence[str]) -> list[str]:
    """The labels that the parts make, one of each."""
    return ["".join(chosen) for chosen in product(*parts)]
