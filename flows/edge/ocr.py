"""Images of pages → their text and tables, by OCR (the extra `ocr`: rapidocr, whose package carries its
models and runs on the CPU).

Ruling lines are found in the image and each cell is recognised on its own, so that a figure cannot slip
into the cell beside it; what is outside of tables is recognised by lines. The pages then go the way of
PDF pages: `flows.report.pdf` puts them together.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

from flows.report.eras.tables import OTHER_OUTCOME, TOTALS
from flows.report.errors import UnreadableError
from flows.report.label import label_key
from flows.report.pdf import assemble
from flows.report.pdf_page import LOCK, Char, Page, open_pdf
from flows.report.rows import ROLES, is_label
from flows.report.ruling import Ruled, ruled_tables
from flows.report.source import Source

Image = Any
"""A page or a part of it as an array of grey values, or of three colours."""

_DPI = 200
_POINTS = 72 / _DPI
_MAX_PAGES = 60
_MAX_PIXELS = 40_000_000
_PAGE_WIDTH = 1654
"""Pixels of a page of A4 at `_DPI`."""
_LEAST_WIDTH = 1300
_MOST_SLANT = 4.0
"""Degrees by which pages lie askew."""
_MOST_INK = 60_000
_LONG_ACROSS = 80
_LONG_DOWN = 36
"""Pixels from which a line is a rule: longer than a dash, higher than a letter."""
_GAP_ACROSS = 40
_GAP_DOWN = 25
"""Pixels that a rule may lack: narrower than a column, lower than a row."""
_GRAIN = 9
_THICK = 14
_LEAST_TABLE = 400
"""Pixels of a table's width."""
_SURE = 0.5
"""Confidence below which a text is illegible."""
_SURE_FIGURE = 0.8
"""The same for a figure of one or two digits, which no word around it confirms."""
_LIKE = 0.75
"""How like the mean of a page's digits of one kind, of 1, a digit in doubt has to be."""
_LIKE_BESIDE_LETTERS = 0.9
"""The same for what was read as a letter."""
_MARGIN = 0.08
"""By how much more than any other kind."""
_FAINT = 24
"""Grey values, of 255, by which ink is darker than paper."""
_SPECK = 5
"""Pixels; a decimal point has more."""
_FLAT = 6
"""Pixels up to which a mark is a dash."""
_ILLEGIBLE = "□"
_ALIKE = str.maketrans("OoQDlI|丿ノ", "0000111//")
"""Letters and strokes that a lone figure or slash is taken for."""
_ENGINE = threading.Lock()


def is_available() -> bool:
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def recognise(files: Sequence[bytes]) -> Source:
    """The text and tables of images, and of PDFs whose pages are images, as the pages of one document.
    UnreadableError where the extra is not installed, or none of them can be opened."""
    if not is_available():
        raise UnreadableError(
            "its tables are images: reading them needs the extra `ocr` (pip install 'gongkai[ocr]') (扫描件)"
        )
    pages: list[Page] = []
    broken: list[str] = []
    for data in files:
        try:
            pages += [_page(image) for image in _images(data)]
        except UnreadableError as error:
            broken.append(str(error))
        if len(pages) > _MAX_PAGES:
            raise UnreadableError(f"it has more than {_MAX_PAGES} page images")
    if not any(page.chars for page in pages):
        raise UnreadableError(broken[0] if broken else "no text was recognised in its images (扫描件)")
    return assemble(pages, len(pages))


def _images(data: bytes) -> Iterator[Image]:
    import numpy
    from PIL import Image as Pictures

    if b"%PDF-" in data[:1024]:
        yield from _pdf_images(data)
        return
    import io

    try:
        with Pictures.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise UnreadableError(f"the image has more than {_MAX_PIXELS} pixels")
            yield numpy.asarray(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Pictures.DecompressionBombError) as error:
        raise UnreadableError(f"the image is broken: {error}") from None


def _pdf_images(data: bytes) -> Iterator[Image]:
    """The pages of a PDF as images of `_DPI`."""
    import ctypes

    import numpy
    import pypdfium2.raw as pdfium

    with LOCK:
        document = open_pdf(data)
        try:
            if document.page_count > _MAX_PAGES:
                raise UnreadableError(
                    f"the scanned PDF has {document.page_count} pages, more than {_MAX_PAGES}"
                )
            images: list[Image] = []
            for number in range(document.page_count):
                page = pdfium.FPDF_LoadPage(document.handle, number)
                if not page:
                    continue
                width = math.ceil(pdfium.FPDF_GetPageWidthF(page) / _POINTS)
                height = math.ceil(pdfium.FPDF_GetPageHeightF(page) / _POINTS)
                if 0 < width * height <= _MAX_PIXELS:
                    bitmap = pdfium.FPDFBitmap_Create(width, height, 0)
                    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
                    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
                    stride = pdfium.FPDFBitmap_GetStride(bitmap)
                    buffer = pdfium.FPDFBitmap_GetBuffer(bitmap)
                    raw = ctypes.string_at(buffer, stride * height)
                    pixels = numpy.frombuffer(raw, numpy.uint8).reshape(height, stride // 4, 4)
                    images.append(pixels[:, :width, 2::-1].copy())
                    pdfium.FPDFBitmap_Destroy(bitmap)
                pdfium.FPDF_ClosePage(page)
        finally:
            document.close()
    yield from images


@cache
def _engine() -> Any:
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error"})


def _page(image: Image) -> Page:
    """The page with its lines and recognised pieces of text, in points, y upwards."""
    import cv2

    image = _upright(_enlarged(_not_on_its_side(image)))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    page = Page(image_count=1)
    rules = _rules(grey, page)
    tables = [
        table
        for table in ruled_tables(page.across, page.down)
        if table.xs[-1] - table.xs[0] > _LEAST_TABLE * _POINTS
    ]
    _keep_edges(page, tables)
    text = _ink(grey)
    text[rules > 0] = 0
    with _ENGINE:
        for table in tables:
            page.chars += _cells(table, image, grey, text)
        rest = image.copy()
        for table in tables:
            left, right = (round(x / _POINTS) for x in (table.xs[0], table.xs[-1]))
            top, bottom = (round(-y / _POINTS) for y in (table.ys[0], table.ys[-1]))
            rest[max(0, top - 2) : bottom + 3, max(0, left - 2) : right + 3] = 255
        page.chars += _lines(rest)
    return page


def _ink(grey: Image) -> Image:
    """What is written, faint letters beside black rules too: darker than the paper around it by more than
    the paper's grain, and no speck."""
    import cv2
    import numpy

    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    height, width = grey.shape
    paper = cv2.medianBlur(cv2.resize(grey, (max(1, width // 4), max(1, height // 4))), 31)
    depth = cv2.subtract(cv2.resize(paper, (width, height)), smooth)
    grain = 1.48 * float(numpy.median(cv2.absdiff(cv2.resize(paper, (width, height)), smooth)))
    _, ink = cv2.threshold(depth, max(_FAINT, 4.5 * grain), 255, cv2.THRESH_BINARY)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(ink)
    specks = numpy.zeros(count, bool)
    specks[1:] = boxes[1:, cv2.CC_STAT_AREA] < _SPECK
    ink[specks[labels]] = 0
    return ink


def _enlarged(image: Image) -> Image:
    """A small picture at the size of a page of `_DPI`: letters of a few pixels are not told apart."""
    import cv2

    width = image.shape[1]
    if width >= _LEAST_WIDTH:
        return image
    scale = min(4.0, _PAGE_WIDTH / width, math.sqrt(_MAX_PIXELS / (width * image.shape[0])))
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale > 1 else image


def _not_on_its_side(image: Image) -> Image:
    """A page whose lines run up or down, as landscape tables are bound, turned by a quarter: the way in
    which a part of it is read with more confidence."""
    import cv2
    import numpy

    ink = _ink(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    for size in ((60, 1), (1, 60)):
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
        ink[
            cv2.dilate(cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel), numpy.ones((5, 5), numpy.uint8)) > 0
        ] = 0
    # closed along a line of text its letters are one bar, closed across it they are not
    bars = [
        int((cv2.morphologyEx(ink, cv2.MORPH_CLOSE, numpy.ones(shape, numpy.uint8)) > 0).sum())
        for shape in ((1, 25), (25, 1))
    ]
    if bars[1] < 1.05 * bars[0]:
        return image
    rows, columns = ink.nonzero()
    top, left = int(numpy.median(rows)) - 400, int(numpy.median(columns)) - 400
    part = image[max(0, top) : top + 800, max(0, left) : left + 800]
    sure: list[float] = []
    with _ENGINE:
        for turns in (1, 3):
            result = _engine()(numpy.ascontiguousarray(numpy.rot90(part, turns)), use_cls=False)
            sure.append(sum(result.scores or ()) if result.scores is not None else 0.0)
    return numpy.ascontiguousarray(numpy.rot90(image, 1 if sure[0] >= sure[1] else 3))


def _upright(image: Image) -> Image:
    """The picture turned so that its lines of text run level."""
    import cv2

    angle = _slant(image)
    if abs(angle) < 0.05:
        return image
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    ground = tuple(int(value) for value in cv2.medianBlur(image, 5).reshape(-1, 3).max(axis=0))
    return cv2.warpAffine(
        image,
        turn,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=ground,
    )


def _slant(image: Image) -> float:
    """By how many degrees the lines of the picture slope down to the right: at that angle the rows of its
    pixels differ most, text and rules from the white between them."""
    import cv2
    import numpy

    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    scale = 800 / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    # a scanner's black edge is no text
    margin = max(ink.shape) // 50
    rows, columns = ink[margin:-margin, margin:-margin].nonzero()
    if len(rows) < 100:
        return 0.0
    if len(rows) > _MOST_INK:
        chosen = slice(None, None, -(-len(rows) // _MOST_INK))
        rows, columns = rows[chosen], columns[chosen]

    def sharpness(angle: float) -> float:
        places = rows - numpy.tan(numpy.radians(angle)) * columns
        counts = numpy.bincount(numpy.round(places - places.min()).astype(int))
        return float((numpy.diff(counts.astype(float)) ** 2).sum())

    best = max(numpy.arange(-_MOST_SLANT, _MOST_SLANT + 0.01, 0.25), key=sharpness)
    best = max(numpy.arange(best - 0.25, best + 0.26, 0.05), key=sharpness)
    return float(best) if sharpness(best) > 1.05 * sharpness(0.0) else 0.0


def _rules(grey: Image, page: Page) -> Image:
    """Find the ruling lines, which are thin and grey once they are scanned; gives their pixels."""
    import cv2
    import numpy

    found = numpy.zeros_like(grey)
    for across in (True, False):
        along, gap = (_LONG_ACROSS, _GAP_ACROSS) if across else (_LONG_DOWN, _GAP_DOWN)
        # the mean along the line leaves it as dark as it is, and the paper's grain evens out
        smooth = cv2.blur(grey, (_GRAIN, 1) if across else (1, _GRAIN))
        dark = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 10)
        # a line that slopes a little runs through several rows of pixels
        dark = cv2.dilate(dark, numpy.ones((3, 1) if across else (1, 3), numpy.uint8))
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (along, 1) if across else (1, along))
        lines = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(lines)
        pieces: list[tuple[int, int, int, int]] = []
        for number, (x, y, width, height, _) in enumerate(boxes[1 : min(count, 5000)].tolist(), 1):
            if (height if across else width) > _THICK:
                found_area = labels == number
                lines[found_area] = 0  # a dark area
                continue
            pieces.append((x, y, width, height))
        found |= cv2.dilate(lines, numpy.ones((3, 3), numpy.uint8))
        for x, y, width, height in pieces:
            if across:
                page.across.append((-(y + height / 2) * _POINTS, x * _POINTS, (x + width) * _POINTS))
            else:
                page.down.append(((x + width / 2) * _POINTS, -(y + height) * _POINTS, -y * _POINTS))
        _close_gaps(page.across if across else page.down, gap * _POINTS)
    _keep_rules(page)
    return found


def _keep_rules(page: Page) -> None:
    """Leave out what only looks like rules, strokes of large letters: rules end at rules, and meet several."""
    touch = 12 * _POINTS
    across, down = page.across, page.down
    for _ in range(2):
        down = [
            (x, low, high)
            for x, low, high in down
            if sum(
                any(abs(y - end) < touch and left - touch < x < right + touch for y, left, right in across)
                for end in (low, high)
            )
            + (high - low > 4 * _LONG_DOWN * _POINTS)
            >= 2
        ]
        across = [
            (y, left, right)
            for y, left, right in across
            if sum(
                left - touch < x < right + touch and low - touch < y < high + touch for x, low, high in down
            )
            + (right - left > _LEAST_TABLE * _POINTS)
            >= 2
        ]
    page.across, page.down = across, down


def _keep_edges(page: Page, tables: Sequence[Ruled]) -> None:
    """Leave out what is no edge of a table's cells: strokes of letters that stand one above the other."""
    near = 10 * _POINTS
    page.across = [
        (y, left, right)
        for y, left, right in page.across
        if any(
            table.xs[0] - near < (left + right) / 2 < table.xs[-1] + near
            and any(abs(y - edge) < near for edge in table.ys)
            for table in tables
        )
    ]
    page.down = [
        (x, low, high)
        for x, low, high in page.down
        if any(
            table.ys[-1] - near < (low + high) / 2 < table.ys[0] + near
            and any(abs(x - edge) < near for edge in table.xs)
            for table in tables
        )
    ]


def _close_gaps(lines: list[tuple[float, float, float]], gap: float) -> None:
    """Put bridges over the short gaps of lines, where the scanner lost them."""
    ordered = sorted(lines, key=lambda line: line[1])
    for at, _, end in list(lines):
        following = [line for line in ordered if abs(line[0] - at) < 3 and end < line[1] < end + gap]
        if following:
            lines.append((at, end, following[0][1]))


def _cells(table: Ruled, image: Image, grey: Image, text: Image) -> list[Char]:
    """The text of each cell, line by line."""
    crops: list[Image] = []
    marks: list[Image] = []
    places: list[tuple[int, int, int, int]] = []
    dashes: list[Char] = []
    for area in table.areas:
        left = round(table.xs[area.column] / _POINTS) + 3
        right = round(table.xs[area.column + area.colspan] / _POINTS) - 2
        top = round(-table.ys[area.row] / _POINTS) + 3
        bottom = round(-table.ys[area.row + area.rowspan] / _POINTS) - 2
        if right - left < 6 or bottom - top < 6:
            continue
        for y0, y1, x0, x1 in _written(text[top:bottom, left:right]):
            if y1 - y0 <= _FLAT and x1 - x0 >= 6:
                dashes.append(_char("—", left + x0, top + y0, left + x1, top + y1))
                continue
            part = (slice(top + y0, top + y1), slice(left + x0, left + x1))
            if _is_slash(text[part], grey[part]):
                dashes.append(_char("/", left + x0, top + y0, left + x1, top + y1))
                continue
            place = (left + x0, top + y0, left + x1, top + y1)
            margin = 4
            crop = image[
                max(top - 2, place[1] - margin) : place[3] + margin,
                max(left - 2, place[0] - margin) : place[2] + margin,
            ]
            crops.append(_padded(crop))
            marks.append(grey[place[1] : place[3], place[0] : place[2]])
            places.append(place)
    texts = _recognised(crops, marks)
    return dashes + [_char(_mended(text), *place) for text, place in zip(texts, places, strict=True) if text]


def _mended(text: str) -> str:
    """A cell's text with what OCR does to it undone: spaces within numbers, and one character wrong in a
    label that can be only one of a form's."""
    if text[0].isdigit() or text[0] in "+-":
        return _IN_NUMBER.sub("", text)
    bare = _STRAY.sub("", text)
    if bare != text and is_label(bare) and not is_label(text):
        return bare
    key = label_key(text)
    if (
        len(key) < 2
        or len(key) > 12
        or is_label(text)
        or not all("\u4e00" <= char <= "\u9fff" for char in key)
    ):
        return text
    near = [
        label
        for label in _LABELS
        if len(label) == len(key) and sum(one != other for one, other in zip(label, key, strict=True)) == 1
    ]
    if near and all(label in TOTALS for label in near):
        return near[0]
    return text.replace(key, near[0]) if len(near) == 1 and len(key) > 2 else text


_IN_NUMBER = re.compile(r"(?<=[,，.])\s+(?=\d)|(?<=\d)\s+(?=[,，.])")
_STRAY = re.compile("[A-Za-z·•.,'|]")
_LABELS = sorted({*ROLES, *TOTALS, OTHER_OUTCOME})


def _char(text: str, left: float, top: float, right: float, bottom: float) -> Char:
    """A piece of text by its pixels in the image."""
    middle = -(top + bottom) / 2
    return Char(text, *(place * _POINTS for place in (left, right, -bottom, -top, middle)))


def _written(ink: Image) -> list[tuple[int, int, int, int]]:
    """The lines of writing in a cell: (top, bottom, left, right). Specks are none."""
    lines: list[list[int]] = []
    for y, marked in enumerate(ink.any(axis=1).tolist()):
        if not marked:
            continue
        if lines and y - lines[-1][1] <= 2:
            lines[-1][1] = y + 1
        else:
            lines.append([y, y + 1])
    whole: list[list[int]] = []
    for top, bottom in lines:
        # the bar of a 5 that came off
        if whole and top - whole[-1][1] <= 5 and min(bottom - top, whole[-1][1] - whole[-1][0]) <= _FLAT + 4:
            whole[-1][1] = bottom
        else:
            whole.append([top, bottom])
    written: list[tuple[int, int, int, int]] = []
    for top, bottom in whole:
        columns = ink[top:bottom].any(axis=0).nonzero()[0]
        left, right = int(columns[0]), int(columns[-1]) + 1
        if bottom - top >= 8 or right - left >= 6:
            written.append((top, bottom, left, right))
    return written


def _is_slash(ink: Image, grey: Image) -> bool:
    """Whether a mark is one thin stroke from the lower left to the upper right: read alone, it is taken
    for a 1. A 7 is broad at its top."""
    import numpy

    height, width = ink.shape
    rows = ink.any(axis=1).nonzero()[0]
    if not 0.25 * height < width < height or height < 12 or len(rows) < 0.8 * height:
        return False
    ink, grey = ink[rows], grey[rows]
    left = ink.argmax(axis=1)
    right = width - 1 - ink[:, ::-1].argmax(axis=1)
    breadth = right - left + 1
    if (breadth[:2] > max(4, 0.6 * width)).any() or (breadth <= max(5, 0.55 * width)).mean() < 0.85:
        return False
    # the paper's grain moves the ends of a faint stroke more than its middle
    weight = numpy.clip(float(grey.max()) - grey.astype(float), 0, None) * (ink > 0)
    middle = (weight * numpy.arange(width)).sum(axis=1) / weight.sum(axis=1).clip(1e-9)
    if middle.std() == 0 or middle[:3].mean() - middle[-3:].mean() < 0.45 * width:
        return False
    return bool(numpy.corrcoef(middle, rows)[0, 1] < -0.9)


def _padded(crop: Image) -> Image:
    """A crop with a margin of its own colour, without which a lone figure is not seen."""
    import cv2
    import numpy

    ground = tuple(int(value) for value in numpy.percentile(crop.reshape(-1, 3), 75, axis=0))
    side = max(4, crop.shape[0] // 3)
    return cv2.copyMakeBorder(crop, 4, 4, side, side, cv2.BORDER_CONSTANT, value=ground)


def _recognised(crops: list[Image], marks: list[Image]) -> list[str]:
    """The text of each crop; `marks` are what is written in them, without a margin. A figure that is not
    sure is read once more, larger, and then compared with those of the page that are; where it stays in
    doubt it is illegible: better none than a wrong one."""
    if not crops:
        return []
    read = _read(crops)
    doubtful = [number for number, (text, score) in enumerate(read) if not _is_sure(text, score)]
    if doubtful:
        again = _read([_larger(crops[number]) for number in doubtful])
        for number, (text, score) in zip(doubtful, again, strict=True):
            same = text == read[number][0] and max(score, read[number][1]) >= _SURE
            if same or _is_sure(text, score):
                read[number] = (text, max(score, _SURE_FIGURE))
    kept = _compared(read, marks)
    return [text if _is_sure(text, score) else _ILLEGIBLE for text, score in kept]


def _compared(read: list[tuple[str, float]], marks: list[Image]) -> list[tuple[str, float]]:
    """The reads, with single digits held against the others of the page: one print has one form of each."""
    import numpy

    single = {number: _form(marks[number]) for number, (text, _) in enumerate(read) if len(text) <= 1}
    forms: dict[str, Any] = {}
    for digit in "0123456789":
        known = [
            form for number, form in single.items() if read[number][0] == digit and read[number][1] > 0.95
        ]
        if len(known) >= 3:
            mean = numpy.mean(known, axis=0)
            forms[digit] = mean / (numpy.linalg.norm(mean) or 1.0)
    if len(forms) < 2:
        return read
    kept = list(read)
    for number, form in single.items():
        text, score = read[number]
        likeness = sorted(
            ((float((form * mean).sum()), digit) for digit, mean in forms.items()), reverse=True
        )
        (best, digit), (second, _) = likeness[:2]
        own = {name: value for value, name in likeness}.get(text)
        if not _is_sure(text, score):
            like = _LIKE_BESIDE_LETTERS if text.isalpha() else _LIKE
            if best > like and best - second > _MARGIN:
                kept[number] = (digit, 1.0)
        elif own is not None and digit != text and best - own > _MARGIN:
            kept[number] = (digit, 1.0) if score < 0.95 and best > _LIKE else (text, 0.0)
    return kept


def _form(mark: Image) -> Image:
    """A mark as a square of grey values of one size, its own proportions kept, to be compared by products."""
    import cv2
    import numpy

    height, width = mark.shape[:2]
    scale = 28 / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    drawn = cv2.resize(mark, size, interpolation=cv2.INTER_AREA).astype(float)
    square = numpy.zeros((28, 28))
    top, left = (28 - drawn.shape[0]) // 2, (28 - drawn.shape[1]) // 2
    square[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn.max() - drawn
    square = cv2.GaussianBlur(square, (3, 3), 0)
    square -= square.mean()
    return square / (numpy.linalg.norm(square) or 1.0)


def _is_sure(text: str, score: float) -> bool:
    if len(text) == 1 and text.isascii() and text.isalpha():
        return False  # no table of a form prints a letter alone
    return score >= (_SURE_FIGURE if len(text) < 3 else _SURE)


def _read(crops: list[Image]) -> list[tuple[str, float]]:
    result = _engine().recognize_txt(crops)
    read: list[tuple[str, float]] = []
    for text, score in zip(result.txts, result.scores, strict=True):
        text = text.strip()
        if len(text) <= 6 and not any("\u4e00" <= char <= "\u9fff" for char in text):
            text = text.translate(_ALIKE)
        read.append((text, float(score)))
    return read


def _larger(crop: Image) -> Image:
    import cv2

    return cv2.resize(crop, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)


def _lines(image: Image) -> list[Char]:
    """The text outside tables, in the pieces in which the engine finds it."""
    result = _engine()(image, use_cls=False)
    if result.boxes is None or result.txts is None:
        return []
    pieces: list[Char] = []
    for box, text in zip(result.boxes.tolist(), result.txts, strict=True):
        xs, ys = [x for x, _ in box], [y for _, y in box]
        pieces.append(_char(text.strip(), min(xs), min(ys), max(xs), max(ys)))
    return pieces
