"""OpenDocument text and sheets (ODT, ODS; ISO/IEC 26300) → the source text with its tables.

Both are a ZIP with the whole content in `content.xml`. Deleted text, notes and annotations are not part
of what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.report.blocks import MAX_CELLS, Blocks
from flows.report.errors import UnreadableError
from flows.report.package import open_zip, read_member
from flows.report.sheet import in_pieces
from flows.report.source import Source
from flows.report.types import Span
from flows.report.word import parse_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAX_XML = 60 * 2**20
_MAX_DEPTH = 120
_MAX_ROWS = 20_000
_MAX_COLUMNS = 500
_MOST_BLANKS = 60
_NOT_PRINTED = frozenset(["tracked-changes", "note", "annotation", "annotation-end", "ruby-text", "forms"])


def read_odf(data: bytes) -> Source:
    """The text and tables of an ODT or ODS. UnreadableError where it is encrypted, broken or too large."""
    with open_zip(data) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "meta-inf/manifest.xml" in names:
            manifest = read_member(archive, names["meta-inf/manifest.xml"], 2**20)
            if b"encryption-data" in manifest:
                raise UnreadableError("the OpenDocument file is protected by a password")
        root = parse_xml(read_member(archive, names["content.xml"], _MAX_XML), "the OpenDocument file")
    blocks = Blocks()
    images = sum(_tag(element) == "image" for element in root.iter())
    body = next((element for element in root if _tag(element) == "body"), root)
    kind = next((child for child in body if _tag(child) in ("text", "spreadsheet")), None)
    if kind is None:
        raise UnreadableError("an OpenDocument file that is neither text nor a sheet")
    _read(kind, blocks, 0, sheet=_tag(kind) == "spreadsheet")
    return blocks.source(image_count=images)


def _tag(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _number(element: Element, name: str, most: int) -> int:
    """An attribute by its local name; 1 where it is not there."""
    text = next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")
    return max(1, min(int(text), most)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _read(parent: Element, blocks: Blocks, depth: int, sheet: bool) -> None:
    """Paragraphs and tables in reading order; lists, sections and frames are gone into."""
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"the OpenDocument file nests its parts more than {_MAX_DEPTH} deep")
    for element in parent:
        tag = _tag(element)
        if tag in ("p", "h"):
            blocks.prose(_text(element, 0))
            for box in element.iter():
                if _tag(box) == "text-box":
                    _read(box, blocks, depth + 1, sheet)
        elif tag == "table":
            _read_table(element, blocks, depth + 1, sheet)
        elif tag not in _NOT_PRINTED:
            _read(element, blocks, depth + 1, sheet)


def _text(element: Element, depth: int) -> str:
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"the OpenDocument file nests its parts more than {_MAX_DEPTH} deep")
    pieces = [element.text or ""]
    for child in element:
        tag = _tag(child)
        if tag == "s":
            pieces.append(" " * _number(child, "c", 1000))
        elif tag == "tab":
            pieces.append("\t")
        elif tag == "line-break":
            pieces.append("\n")
        elif tag not in _NOT_PRINTED and tag != "frame":
            pieces.append(_text(child, depth + 1))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _rows(table: Element, depth: int) -> Iterator[Element]:
    for child in table:
        tag = _tag(child)
        if tag == "table-row":
            yield child
        elif tag in ("table-rows", "table-header-rows", "table-row-group") and depth < _MAX_DEPTH:
            yield from _rows(child, depth + 1)


def _read_table(table: Element, blocks: Blocks, depth: int, sheet: bool) -> None:
    """A table as a grid; one that holds tables is layout, its cells are read one after the other."""
    rows = list(_rows(table, 0))
    if any(_tag(inner) == "table" for row in rows for inner in row.iter()):
        for row in rows:
            for cell in row:
                _read(cell, blocks, depth, sheet)
        return
    texts: list[str] = []
    shape: list[Span] = []
    at = 0
    for row in rows:
        cells = list(_cells(row))
        # the sheet goes on in blank rows to its last possible one
        repeat = _number(row, "number-rows-repeated", _MAX_ROWS) if any(text for text, *_ in cells) else 1
        if at + repeat > _MAX_ROWS or (len(texts) + repeat * len(cells)) > MAX_CELLS:
            raise UnreadableError(f"a table has more rows or cells than an annual report (row {at + repeat})")
        for _ in range(repeat):
            for text, column, rowspan, colspan in cells:
                texts.append(text)
                shape.append((at, column, rowspan, colspan))
            at += 1
    shape = [(row, column, min(rowspan, at - row), colspan) for row, column, rowspan, colspan in shape]
    if sheet:
        in_pieces(texts, shape, blocks)
    else:
        blocks.table(texts, shape)


def _cells(row: Element) -> Iterator[tuple[str, int, int, int]]:
    """The cells of a row that are not covered by others: text, column, rowspan, colspan."""
    found: list[tuple[str, int, int, int]] = []
    column = 0
    for cell in row:
        tag = _tag(cell)
        if tag not in ("table-cell", "covered-table-cell"):
            continue
        repeat = _number(cell, "number-columns-repeated", 20_000)
        if tag == "table-cell":
            text = "\n".join(
                _text(child, 0) for child in cell if _tag(child) in ("p", "h", "list", "frame", "section")
            )
            rowspan = _number(cell, "number-rows-spanned", _MAX_ROWS)
            colspan = _number(cell, "number-columns-spanned", _MAX_COLUMNS)
            # many blank ones fill a sheet to its last possible column
            for number in range(repeat if text or repeat <= _MOST_BLANKS else 0):
                if column + number + colspan > _MAX_COLUMNS:
                    raise UnreadableError(f"a table has more than {_MAX_COLUMNS} columns")
                found.append((text, column + number, rowspan, colspan))
        column += repeat
    yield from found
