"""A generated document together with everything a reader should find in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Value:
    """One printed figure: its value in the codebook's unit (None unless reported), state and qualifier."""

    value: float | None
    state: str = "reported"
    qualifier: str = "exact"


Key = tuple[str, str]
"""An indicator and an applicant column ("total" where the form asks for none)."""

Figures = dict[Key, Value]


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that must come out: a fact or a rule it names, and its severity where that is certain."""

    about: str
    facts: tuple[str, ...] = ()
    rule: str | None = None
    severity: str | None = None


@dataclass(slots=True)
class Truth:
    """What a right reading of a document says. `facts` are all the figures it gives; `allowed` are
    figures its sentences give beside its tables: right to report, and no loss when left out.
    `undetermined` are figures whose place in their table is not known from the print, because the blank
    cells between them left no trace: to be left out, or right."""

    kind: str
    agency: str | None = None
    agency_type: str | None = None
    scope: str | None = None
    division: str | None = None
    province: str | None = None
    year: int | None = None
    era: str | None = None
    published_on: date | None = None
    title: str | None = None
    facts: Figures = field(default_factory=dict)
    allowed: Figures = field(default_factory=dict)
    undetermined: Figures = field(default_factory=dict)
    findings: tuple[Expected, ...] = ()


@dataclass(slots=True)
class Document:
    """An original as a server would send it. `charset` is the one its header names, if any."""

    name: str
    data: bytes
    media_type: str
    charset: str | None
    address: str
    truth: Truth
    layout: str
    noise: str

    @property
    def content_type(self) -> str:
        return self.media_type if self.charset is None else f"{self.media_type}; charset={self.charset}"
