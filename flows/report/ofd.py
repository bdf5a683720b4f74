"""OFD (GB/T 33190-2016, the fixed-layout format of Chinese government offices) → the source text with its
tables.

An OFD is a ZIP of XML parts: `OFD.xml` names the document, it its pages, and these their objects: texts
with the place of every character, paths, images. Lengths are in millimetres, y downwards. The pages are
put together as those of a PDF.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING
from zipfile import ZipFile

from flows.report.errors import UnreadableError
from flows.report.package import open_zip, read_member
from flows.report.pdf import assemble
from flows.report.pdf_page import Char, Page
from flows.report.ruling import straight_lines
from flows.report.source import Source
from flows.report.word import parse_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_POINTS = 72 / 25.4
_MAX_PAGES = 300
_MAX_PART = 30 * 2**20
_MAX_CHARS = 2_000_000
_MAX_DEPTH = 40
_IMAGE_SHARE = 0.02
"""Of the page's area from which an image counts: smaller ones are emblems and seals."""
_COMMAND = re.compile(r"[A-Za-z]|[-+.\d][-+.\deE]*")

Matrix = tuple[float, float, float, float, float, float]


def read_ofd(data: bytes) -> Source:
    """The text and tables of an OFD. One of page images has no text and `image_count` > 0. UnreadableError
    where it is encrypted, broken or too large."""
    with open_zip(data) as archive:
        package = _Package(archive)
        if package.has("encryptions.xml") or package.has("encryptinfo.dat"):
            raise UnreadableError("the OFD file is encrypted")
        pages: list[Page] = []
        characters = 0
        for path in package.page_paths():
            if len(pages) >= _MAX_PAGES:
                raise UnreadableError(f"the OFD file has more than {_MAX_PAGES} pages: no annual report has")
            pages.append(package.page(path))
            characters += len(pages[-1].chars)
            if characters > _MAX_CHARS:
                raise UnreadableError(f"the OFD file has more than {_MAX_CHARS} characters")
    images = sum(page.image_count for page in pages)
    if not characters:
        if images:
            return Source("", image_count=images)
        raise UnreadableError("the OFD file prints nothing")
    return assemble(pages, images)


class _Package:
    """The parts of the file by their path, in any case."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower().replace("\\", "/").lstrip("/"): name for name in archive.namelist()}
        self._templates: dict[str, str] = {}

    def has(self, path: str) -> bool:
        return path in self._names

    def part(self, path: str) -> Element:
        name = self._names.get(path.lower())
        if name is None:
            raise UnreadableError(f"the OFD file is broken: it has no part {path}")
        return parse_xml(read_member(self._archive, name, _MAX_PART), "the OFD file")

    def page_paths(self) -> Iterator[str]:
        """The paths of all pages of its documents."""
        for body in _all(self.part("ofd.xml"), "DocRoot"):
            root = (body.text or "").strip().lstrip("/")
            document = self.part(root)
            folder = root.rpartition("/")[0]
            for template in _all(document, "TemplatePage"):
                self._templates[template.get("ID", "")] = _joined(folder, template.get("BaseLoc", ""))
            for pages in _all(document, "Pages"):
                for page in _all(pages, "Page"):
                    yield _joined(folder, page.get("BaseLoc", ""))

    def page(self, path: str) -> Page:
        root = self.part(path)
        page = Page()
        for template in _all(root, "Template"):
            named = self._templates.get(template.get("TemplateID", ""))
            if named and self.has(named.lower()):
                _read_objects(self.part(named), page, 0)
        _read_objects(root, page, 0)
        return page


def _joined(folder: str, path: str) -> str:
    """A path in the file: one that begins with a slash is from its root."""
    path = path.strip()
    return path.lstrip("/") if path.startswith("/") or not folder else f"{folder}/{path}"


def _tag(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _all(element: Element, name: str) -> list[Element]:
    return [found for found in element.iter() if _tag(found) == name]


def _numbers(text: str | None) -> list[float]:
    numbers: list[float] = []
    for word in (text or "").split():
        try:
            number = float(word)
        except ValueError:
            return []
        if not math.isfinite(number) or abs(number) > 1e6:
            return []
        numbers.append(number)
    return numbers


def _read_objects(element: Element, page: Page, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise UnreadableError(f"the OFD file nests its parts more than {_MAX_DEPTH} deep")
    for child in element:
        tag = _tag(child)
        if tag == "TextObject":
            _read_text(child, page)
        elif tag == "PathObject":
            _read_path(child, page)
        elif tag == "ImageObject":
            box = _numbers(child.get("Boundary"))
            page.image_count += len(box) == 4 and box[2] * box[3] > _IMAGE_SHARE * 210 * 297
        elif tag in ("Content", "Layer", "PageBlock", "CompositeObject"):
            _read_objects(child, page, depth + 1)


def _place(element: Element) -> tuple[list[float], Matrix] | None:
    """The box of an object and the matrix within it."""
    box = _numbers(element.get("Boundary"))
    matrix = _numbers(element.get("CTM")) or [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    if len(box) != 4 or len(matrix) != 6 or element.get("Visible") == "false":
        return None
    return box, (matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5])


def _read_text(element: Element, page: Page) -> None:
    place = _place(element)
    size = _numbers(element.get("Size"))
    if place is None or len(size) != 1:
        return
    (left, top, _, _), (a, b, c, d, e, f) = place
    height = size[0] * math.hypot(c, d)
    for code in (child for child in element if _tag(child) == "TextCode"):
        text = code.text or ""
        x = (_numbers(code.get("X")) or [0.0])[0]
        y = (_numbers(code.get("Y")) or [0.0])[0]
        steps_x, steps_y = _steps(code.get("DeltaX"), len(text)), _steps(code.get("DeltaY"), len(text))
        for index, char in enumerate(text):
            width = (0.5 if char.isascii() else 1.0) * size[0] * math.hypot(a, b)
            base = -(top + b * x + d * y + f)
            at = left + a * x + c * y + e
            if not char.isspace():
                box = (at, at + width, base - 0.15 * height, base + 0.85 * height, base)
                page.chars.append(Char(char, *(_POINTS * number for number in box)))
            if steps_x or not steps_y:
                x += steps_x[index] if index < len(steps_x) else (0.5 if char.isascii() else 1.0) * size[0]
            y += steps_y[index] if index < len(steps_y) else 0.0


def _steps(text: str | None, most: int) -> list[float]:
    """The distances between characters: `g n d` stands for n times d."""
    steps: list[float] = []
    words = iter((text or "").split())
    try:
        for word in words:
            if word == "g":
                count, step = int(next(words)), float(next(words))
                steps += [step] * max(0, min(count, most - len(steps)))
            else:
                steps.append(float(word))
            if len(steps) >= most:
                break
    except (ValueError, StopIteration):
        return []
    return steps if all(math.isfinite(step) for step in steps) else []


def _read_path(element: Element, page: Page) -> None:
    place = _place(element)
    data = next((child.text or "" for child in element if _tag(child) == "AbbreviatedData"), "")
    if place is None or len(data) > 200_000:
        return
    (left, top, _, _), (a, b, c, d, e, f) = place
    shapes: list[list[tuple[float, float]]] = []
    words = iter(_COMMAND.findall(data))
    command = ""
    counts = {"M": 2, "L": 2, "S": 2, "Q": 4, "B": 6, "A": 7}
    try:
        for word in words:
            if word.isalpha():
                command = word
                if command == "C":
                    if shapes and len(shapes[-1]) > 1 and shapes[-1][0] != shapes[-1][-1]:
                        shapes[-1].append(shapes[-1][0])
                    continue
                word = next(words)
            if command not in counts:
                return
            numbers = [float(part) for part in (word, *islice(words, counts[command] - 1))]
            if len(numbers) < counts[command]:
                return
            x, y = numbers[-2:]
            if not (math.isfinite(x) and math.isfinite(y)):
                return
            point = ((left + a * x + c * y + e) * _POINTS, -(top + b * x + d * y + f) * _POINTS)
            if command in "MS" or not shapes:
                shapes.append([])
            shapes[-1].append(point)
    except (ValueError, StopIteration):
        return
    stroked = element.get("Stroke", "true") != "false"
    if not stroked and element.get("Fill", "false") == "false":
        return
    for x0, y0, x1, y1 in straight_lines(shapes, is_stroked=stroked):
        if x1 - x0 >= y1 - y0:
            page.across.append(((y0 + y1) / 2, x0, x1))
        else:
            page.down.append(((x0 + x1) / 2, y0, y1))
