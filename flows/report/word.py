"""DOCX → the source text with its tables.

A DOCX is a ZIP of XML parts; only `word/document.xml` is read. Text boxes and content controls are read
where they are anchored; deletions, footnotes, comments and field codes are not part of what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.report.blocks import Blocks
from flows.report.errors import UnreadableError
from flows.report.package import open_zip, read_member
from flows.report.source import Source
from flows.report.types import Span

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAX_XML = 60 * 2**20
_MAX_DEPTH = 120
_MAX_SPAN = 200
_MAX_COLUMNS = 500
_NAMESPACES = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_IMAGES = frozenset(["blip", "imagedata"])


@dataclass(slots=True)
class _Reading:
    """What is counted on the way."""

    image_count: int = 0
    boxes: list[Element] = field(default_factory=list)
    """Text boxes of the paragraph being read, which follow it."""


def read_docx(data: bytes) -> Source:
    """The text and tables of a DOCX. UnreadableError where it is encrypted, broken or too large."""
    with open_zip(data) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        main = next((names[name] for name in names if name.endswith("word/document.xml")), None)
        if main is None:
            raise UnreadableError("the Word file has no document in it")
        root = parse_xml(read_member(archive, main, _MAX_XML), "the Word file")
        title = _core_title(archive, names)
    reading = _Reading()
    blocks = Blocks()
    body = next((element for element in root if _tag(element) == "body"), root)
    _read_body(body, blocks, reading, 0)
    return blocks.source(title, reading.image_count)


def parse_xml(data: bytes, what: str) -> Element:
    """The root of an XML part. Document types, which Office never writes, are refused: they are how XML
    is made to swell."""
    from xml.etree.ElementTree import ParseError, XMLParser

    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise UnreadableError(f"{what} has XML with a document type, which Office never writes")
    parser = XMLParser()
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableError(f"{what} is broken: its XML cannot be read ({error})") from None
    return root


def _tag(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(element: Element | None) -> str | None:
    if element is None:
        return None
    return next((element.get(f"{space}val") for space in _NAMESPACES if element.get(f"{space}val")), None)


def _child(element: Element | None, *path: str) -> Element | None:
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if _tag(child) == name), None)
    return element


def _core_title(archive: object, names: dict[str, str]) -> str | None:
    import re
    from zipfile import ZipFile

    assert isinstance(archive, ZipFile)
    if "docprops/core.xml" not in names:
        return None
    try:
        core = parse_xml(read_member(archive, names["docprops/core.xml"], 2**20), "the Word file")
    except UnreadableError:
        return None
    title = next((child.text for child in core if _tag(child) == "title"), None)
    return title.strip() if title and re.search("报告|年报|報告|年報", title) else None


def _read_body(body: Element, blocks: Blocks, reading: _Reading, depth: int) -> None:
    """Paragraphs and tables in reading order."""
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"the Word file nests its parts more than {_MAX_DEPTH} deep")
    for element in body:
        tag = _tag(element)
        if tag == "p":
            outer, reading.boxes = reading.boxes, []
            blocks.prose(_paragraph(element, reading))
            own, reading.boxes = reading.boxes, outer
            for box in own:
                _read_body(box, blocks, reading, depth + 1)
        elif tag == "tbl":
            _read_table(element, blocks, reading, depth + 1)
        elif tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            _read_body(element, blocks, reading, depth + 1)


def _paragraph(paragraph: Element, reading: _Reading) -> str:
    """The printed text of a paragraph; text boxes anchored in it are kept for later."""
    pieces: list[str] = []
    stack: list[Iterator[Element]] = [iter(paragraph)]
    hidden = 0
    """Depth of field codes: text between `begin` and `separate` is an instruction."""
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        tag = _tag(element)
        if tag == "t":
            if not hidden:
                pieces.append(element.text or "")
        elif tag in ("tab", "ptab"):
            pieces.append("\t")
        elif tag in ("br", "cr"):
            pieces.append("\n")
        elif tag == "noBreakHyphen":
            pieces.append("-")
        elif tag == "sym":
            pieces.append("")
        elif tag == "fldChar":
            kind = next((value for name, value in element.items() if name.endswith("fldCharType")), "")
            if kind == "begin":
                hidden += 1
            elif hidden and kind in ("separate", "end"):
                hidden -= 1
        elif tag == "txbxContent":
            reading.boxes.append(element)
        elif tag in _IMAGES:
            reading.image_count += 1
        elif tag == "Fallback":
            continue  # says again what Choice says
        elif tag == "r":
            if _child(element, "rPr", "vanish") is None:
                stack.append(iter(element))
        elif tag not in ("pPr", "rPr", "del", "moveFrom", "instrText", "footnoteReference", "tbl", "p"):
            stack.append(iter(element))
    return "".join(pieces)


# --- tables -------------------------------------------------------------------------------------


def _read_table(table: Element, blocks: Blocks, reading: _Reading, depth: int) -> None:
    """A table as a grid; one that holds tables is layout, its cells are read one after the other."""
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"the Word file nests its parts more than {_MAX_DEPTH} deep")
    rows = list(_descend(table, "tr", 0))
    if any(_holds_table(cell) for row in rows for cell in _descend(row, "tc", 0)):
        for row in rows:
            _read_layout_row(row, blocks, reading, depth)
        return
    texts: list[str] = []
    shape: list[Span] = []
    above: dict[int, tuple[int, int]] = {}
    """By column, the cell that a vertical merge would go on: its number and its width."""
    for r, row in enumerate(rows):
        column = _number(_value(_child(row, "trPr", "gridBefore")), 0)
        current: dict[int, tuple[int, int]] = {}
        for cell in _descend(row, "tc", 0):
            width = max(1, _number(_value(_child(cell, "tcPr", "gridSpan")), 1))
            if column + width > _MAX_COLUMNS:
                break
            merge = _child(cell, "tcPr", "vMerge")
            if merge is not None and _value(merge) != "restart" and column in above:
                index, _ = above[column]
                top, left, rowspan, colspan = shape[index]
                if top + rowspan == r:
                    shape[index] = (top, left, rowspan + 1, colspan)
                current[column] = above[column]
            else:
                if merge is not None:
                    current[column] = (len(texts), width)
                texts.append(_cell_text(cell, reading))
                shape.append((r, column, 1, width))
            column += width
        above = current
    blocks.table(texts, shape)


def _descend(element: Element, name: str, depth: int) -> Iterator[Element]:
    """The rows of a table, the cells of a row: those in content controls and insertions too."""
    for child in element:
        tag = _tag(child)
        if tag == name:
            if name != "tr" or _child(child, "trPr", "del") is None:
                yield child
        elif depth < _MAX_DEPTH and tag in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            yield from _descend(child, name, depth + 1)


def _holds_table(cell: Element) -> bool:
    return any(_tag(child) == "tbl" for child in cell.iter())


def _read_layout_row(row: Element, blocks: Blocks, reading: _Reading, depth: int) -> None:
    for cell in _descend(row, "tc", 0):
        _read_body(cell, blocks, reading, depth + 1)


def _cell_text(cell: Element, reading: _Reading) -> str:
    lines: list[str] = []
    stack: list[Iterator[Element]] = [iter(cell)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif _tag(element) == "p":
            outer, reading.boxes = reading.boxes, []
            lines.append(_paragraph(element, reading))
            stack += [iter(box) for box in reading.boxes]
            reading.boxes = outer
        elif _tag(element) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            stack.append(iter(element))
    return "\n".join(line for line in lines if line.strip())


def _number(text: str | None, default: int) -> int:
    return min(int(text), _MAX_SPAN) if text and text.isascii() and text.isdigit() else default
