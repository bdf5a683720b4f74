"""A report before it is laid out: paragraphs, tables and pictures in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.generate.grid import Grid
from tests.generate.places import Agency


@dataclass(slots=True)
class Paragraph:
    text: str
    heading: bool = False


@dataclass(slots=True)
class TableBlock:
    """A form. `name` is its name in `labels.FORMS`."""

    name: str
    grid: Grid
    caption: str = ""


@dataclass(slots=True)
class Picture:
    """A table published as an image."""

    source: str
    alt: str = ""


Block = Paragraph | TableBlock | Picture


@dataclass(slots=True)
class Article:
    title: str
    agency: Agency | None
    year: int | None
    published_on: date | None
    blocks: list[Block] = field(default_factory=list)
    source_name: str = ""
    title_printed: bool = True
    indent: str | None = None
    """What paragraphs begin with; None: as the page's template has it."""
