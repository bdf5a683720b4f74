"""One PDF page → its printed characters, ruling lines and images. All calls of PDFium are here.

PDFium (through pypdfium2) was chosen for its speed and its licence; it is not safe to call from two
threads at once, so a document is read under `LOCK`.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flows.report.errors import UnreadableError
from flows.report.ruling import straight_lines
from flows.report.text import LOOKALIKES

LOCK = Lock()
_MAX_CHARS = 60_000
_MAX_OBJECTS = 60_000
_MAX_SEGMENTS = 20_000
_MAX_DEPTH = 8
_IMAGE_SHARE = 0.02
"""Of the page's area from which an image counts: smaller ones are emblems and seals."""

Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Char:
    text: str
    left: float
    right: float
    bottom: float
    top: float
    base: float
    """Where it stands: letters of one line have the same, whatever their fonts."""

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(slots=True)
class Page:
    """What a page prints, turned so that its text runs from left to right, y upwards, in points."""

    chars: list[Char] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)
    """Horizontal lines: y, left, right."""
    down: list[tuple[float, float, float]] = field(default_factory=list)
    """Vertical lines: x, bottom, top."""
    image_count: int = 0
    unmapped: int = 0
    """Characters whose font does not say what they are."""


@dataclass(slots=True)
class PdfFile:
    """An open PDF: PDFium's handle, and the title in its metadata."""

    page_count: int
    title: str
    handle: Any

    def page(self, number: int) -> Page:
        """The page (from 0). A page that PDFium cannot load is empty."""
        import pypdfium2.raw as pdfium

        handle = pdfium.FPDF_LoadPage(self.handle, number)
        if not handle:
            return Page()
        try:
            page = Page()
            turn = _read_text(pdfium, handle, page)
            _read_objects(pdfium, handle, page, turn)
            return page
        finally:
            pdfium.FPDF_ClosePage(handle)

    def close(self) -> None:
        import pypdfium2.raw as pdfium

        pdfium.FPDF_CloseDocument(self.handle)


def open_pdf(data: bytes) -> PdfFile:
    """Open a PDF; the caller holds LOCK and keeps `data` until it is closed. UnreadableError for what
    PDFium refuses."""
    import pypdfium2.raw as pdfium

    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        match pdfium.FPDF_GetLastError():
            case pdfium.FPDF_ERR_PASSWORD:
                raise UnreadableError("the PDF is protected by a password")
            case pdfium.FPDF_ERR_SECURITY:
                raise UnreadableError("the PDF is encrypted in a way that cannot be read")
            case _:
                raise UnreadableError("the PDF is broken: its structure cannot be read")
    length = pdfium.FPDF_GetMetaText(document, b"Title", None, 0)
    title = ""
    if 2 < length < 2000:
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDF_GetMetaText(document, b"Title", buffer, length)
        title = buffer.raw[: length - 2].decode("utf-16-le", "replace").strip()
    return PdfFile(pdfium.FPDF_GetPageCount(document), title, document)


def _read_text(pdfium: Any, handle: Any, page: Page) -> int:
    """Fill in the characters; gives the quarter turns (counter-clockwise) of the page's text."""
    text_page = pdfium.FPDFText_LoadPage(handle)
    if not text_page:
        return 0
    try:
        count = min(pdfium.FPDFText_CountChars(text_page), _MAX_CHARS)
        turn = _turn(pdfium, text_page, count)
        rectangle = pdfium.FS_RECTF()
        reference = ctypes.byref(rectangle)
        x, y = ctypes.c_double(), ctypes.c_double()
        at_x, at_y = ctypes.byref(x), ctypes.byref(y)
        get_code, get_box = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
        get_origin = pdfium.FPDFText_GetCharOrigin
        for index in range(count):
            code = get_code(text_page, index)
            if code <= 32 or code == 0xA0 or code == 0x3000:
                page.unmapped += code == 0
                continue
            if code >= 0xFFFE or 0xE000 <= code <= 0xF8FF or code == 0xFFFD:
                page.unmapped += 1
                continue
            if 0xD800 <= code <= 0xDFFF:
                continue
            if get_box(text_page, index, reference):
                left, bottom, right, top = _turned(
                    rectangle.left, rectangle.bottom, rectangle.right, rectangle.top, turn
                )
                base = bottom
                if get_origin(text_page, index, at_x, at_y):
                    base = (y.value, -x.value, -y.value, x.value)[turn]
                page.chars.append(Char(LOOKALIKES.get(code) or chr(code), left, right, bottom, top, base))
        return turn
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _turn(pdfium: Any, text_page: Any, count: int) -> int:
    """How most of the page's characters are turned: landscape tables stand upright on many pages."""
    matrix = pdfium.FS_MATRIX()
    votes = [0, 0, 0, 0]
    for index in range(0, count, max(1, count // 40)):
        # PDFium puts in spaces and line ends of its own, which are not turned
        if pdfium.FPDFText_GetUnicode(text_page, index) <= 32:
            continue
        if pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix)):
            if matrix.a or matrix.b:
                votes[round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4] += 1
    return votes.index(max(votes))


def _turned(
    left: float, bottom: float, right: float, top: float, turn: int
) -> tuple[float, float, float, float]:
    """A rectangle on the page turned back by quarter turns."""
    if turn == 1:
        return bottom, -right, top, -left
    if turn == 2:
        return -right, -top, -left, -bottom
    if turn == 3:
        return -top, left, -bottom, right
    return left, bottom, right, top


def _read_objects(pdfium: Any, handle: Any, page: Page, turn: int) -> None:
    area = pdfium.FPDF_GetPageWidthF(handle) * pdfium.FPDF_GetPageHeightF(handle)
    for item, matrix in _objects(pdfium, handle):
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            for left, bottom, right, top in _lines(pdfium, item, matrix):
                left, bottom, right, top = _turned(left, bottom, right, top, turn)
                if right - left >= top - bottom:
                    page.across.append(((bottom + top) / 2, left, right))
                else:
                    page.down.append(((left + right) / 2, bottom, top))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            a, b, c, d, _, _ = _times(_matrix(pdfium, item), matrix)
            # an image is the unit square
            page.image_count += abs(a * d - b * c) > _IMAGE_SHARE * area


def _objects(pdfium: Any, handle: Any) -> Iterator[tuple[Any, Matrix]]:
    """The page's objects, those of its forms (PDF's word for a drawing within a drawing) included, each
    with the matrix of the form that it is in."""
    left = _MAX_OBJECTS
    stack: list[tuple[Any, Matrix, int, Any]] = []
    identity: Matrix = (1, 0, 0, 1, 0, 0)
    stack.append((handle, identity, 0, None))
    while stack:
        container, matrix, depth, form = stack.pop()
        if form is None:
            count = pdfium.FPDFPage_CountObjects(container)
        else:
            count = pdfium.FPDFFormObj_CountObjects(form)
        for index in range(max(0, count)):
            left -= 1
            if left < 0:
                return
            if form is None:
                item = pdfium.FPDFPage_GetObject(container, index)
            else:
                item = pdfium.FPDFFormObj_GetObject(form, index)
            if not item:
                continue
            if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM:
                if depth < _MAX_DEPTH:
                    stack.append((container, _times(_matrix(pdfium, item), matrix), depth + 1, item))
            else:
                yield item, matrix


def _matrix(pdfium: Any, item: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(found)):
        return (1, 0, 0, 1, 0, 0)
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _lines(pdfium: Any, path: Any, outer: Matrix) -> Iterator[tuple[float, float, float, float]]:
    """The axis-parallel lines of a path: its straight strokes, and filled shapes that are thin."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke)):
        return
    if not fill.value and not stroke.value:
        return
    a, b, c, d, e, f = _times(_matrix(pdfium, path), outer)
    x, y = ctypes.c_float(), ctypes.c_float()
    shapes: list[list[tuple[float, float]]] = []
    for index in range(min(pdfium.FPDFPath_CountSegments(path), _MAX_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        if not pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            continue
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            continue
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO or not shapes:
            shapes.append([])
        shapes[-1].append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and shapes[-1][0] != point:
            shapes[-1].append(shapes[-1][0])
    yield from straight_lines(shapes, is_stroked=bool(stroke.value))
