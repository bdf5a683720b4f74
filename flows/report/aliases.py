"""A source's own wordings of the forms' labels: read as the labels they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.report.label import label_key
from flows.report.rows import is_label
from flows.report.types import Cell, Document


class Aliases:
    """The label variants of one source, by the key of the printed label."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        """`labels`: as the source prints it → as a form prints it. Raises ValueError where the second is
        no label of a form, or the first is one already and would change its meaning."""
        self._labels: dict[str, str] = {}
        for printed, label in labels.items():
            if not is_label(label):
                raise ValueError(
                    f"label {printed!r} stands for {label!r}: expected a label that a form prints"
                )
            key = label_key(printed)
            if not key or is_label(printed):
                raise ValueError(f"label {printed!r}: expected a wording that no form prints")
            self._labels[key] = label

    def cell(self, cell: Cell) -> Cell:
        """The cell with the form's label in place of the source's."""
        text = cell.text
        if (
            not text
            or text.isdigit()
            or len(text) > 300
            or (label := self._labels.get(label_key(text))) is None
        ):
            return cell
        return replace(cell, text=label)

    def apply(self, document: Document) -> None:
        """Put the forms' labels into the tables of a document."""
        for table in document.tables:
            known: dict[int, Cell] = {}
            for line in table.rows:
                for column, cell in enumerate(line):
                    if cell is not None:
                        line[column] = known.setdefault(id(cell), self.cell(cell))
