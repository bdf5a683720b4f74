"""Reports of known truth in the formats that are attached to pages: PDF, OFD, DOCX, ODT, RTF, XLSX, XLS,
ODS and ZIP.

A format takes the same specification as a page and prints the same article; what the page's layout says
of shapes and printing habits holds, what it says of markup does not.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from random import Random
from typing import Any

from tests.generate import prose
from tests.generate.article import Article, Paragraph, TableBlock
from tests.generate.compose import Specification, _figures, _printer, _shaped
from tests.generate.document import Document, Figures, Truth, Value
from tests.generate.grid import Grid, keys, spans
from tests.generate.labels import FORMS
from tests.generate.layout_html import PrintCell
from tests.generate.layouts import LAYOUTS, style_of

SHAPED = (
    "clean",
    "columns_moved",
    "header_split",
    "labels_cut",
    "labels_noted",
    "labels_spaced",
    "rows_missing",
    "rows_added",
    "cut_in_pieces",
    "header_repeated",
    "digits_full_width",
    "digits_grouped",
    "digits_units",
    "signs",
    "amounts",
    "blanks",
    "dashes",
    "other_year",
    "narrative",
)
"""The layouts that mean something outside a page."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "pdf_unruled": "application/pdf",
    "pdf_columns": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "ofd": "application/ofd",
    "rtf": "application/rtf",
    "zip": "application/zip",
}

Writer = Callable[[Article, PrintCell, Random], bytes]


def compose_format(spec: Specification, name: str) -> Document:
    """The document of a specification in a format: the same bytes for the same specification, but for
    the times that some formats write into their files."""
    rng = Random(spec.seed)
    layout = LAYOUTS[spec.layout]
    voice = prose.Voice(spec.agency, spec.year, rng)
    title = spec.title or (prose.title_2008 if spec.era == "2008" else prose.title)(voice)
    published_on = spec.published_on or prose.published_on(rng, spec.agency, spec.year)
    style = style_of(layout.style, rng)
    figures: Figures = {}
    if layout.figures_in == "sentences":
        blocks, facts = prose.narrative_report(voice, spec.era)
    else:
        figures = spec.figures or _figures(spec, rng)
        blocks = prose.report_with_tables(
            voice, spec.era, {key: form() for key, form in FORMS[spec.era].items()}
        )
        blocks = _shaped(blocks, layout.shape.format(scope=spec.agency.scope), rng)
        printed = {key for block in blocks if isinstance(block, TableBlock) for key in keys(block.grid)}
        facts = {key: value for key, value in figures.items() if key in printed}
    known = Truth(
        kind="annual_report",
        agency=spec.agency.name,
        agency_type=spec.agency.type,
        scope=spec.agency.scope,
        division=spec.agency.place.code,
        province=spec.agency.place.province_code,
        year=spec.year,
        era=spec.era,
        published_on=published_on,
        title=title,
        facts=facts,
        allowed={} if spec.era == "2014" else {("fees.collected", "total"): Value(0.0)},
    )
    if name in ("xlsx", "xls", "ods", "zip"):
        # an empty cell at the end of a sheet leaves no trace in the file
        known.allowed |= {key: value for key, value in facts.items() if value.state == "blank"}
        known.facts = {key: value for key, value in facts.items() if value.state != "blank"}
    for part in (_disputes(known.facts), _requests(known.facts)) if name == "pdf_unruled" else ():
        if all(value.state == "blank" for value in part.values()):
            # columns without rules and without counts are white paper
            known.allowed |= part
            known.facts = {key: value for key, value in known.facts.items() if key not in part}
    article = Article(title, spec.agency, spec.year, published_on, blocks)
    data = WRITERS[name](article, _printer(figures, spec.era, style, rng), rng)
    number = rng.randrange(10_000, 9_999_999)
    return Document(
        name=spec.seed,
        data=data,
        media_type=MEDIA_TYPES[name],
        charset=None,
        address=f"http://www.gk{number % 997}.example/zfxxgknb/{published_on:%Y%m}/P{number}.{name.partition('_')[0]}",
        truth=known,
        layout=f"{name} {spec.layout}",
        noise="none",
    )


def _disputes(figures: Figures) -> Figures:
    return {key: value for key, value in figures.items() if key[0].startswith(("review.", "litigation."))}


def _requests(figures: Figures) -> Figures:
    """Of the table with a column for each applicant; the form of 2014 has none."""
    has_columns = any(applicant != "total" for _, applicant in figures)
    return {key: value for key, value in figures.items() if has_columns and key[0].startswith("requests.")}


# --- PDF ----------------------------------------------------------------------------------------

_WIDTH, _HEIGHT = 595.0, 842.0
_MARGIN = 72.0
_COLUMN_SIZE = 10.5
_FONT = "STSong-Light"
"""A font that PDF readers bring along: it is named in the file and not embedded."""


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a PDF is drawn. `lines`: strokes, frames, filled, across (no upright ones), none; `number`: what
    the page number looks like; `labels`, `counts`: at the left, centre or right of their cells; `upright`:
    where in a high cell its text stands, from 0 (top) to 1."""

    lines: str
    open_sides: bool
    rows_break: bool
    number: str
    head: str
    turned: bool
    size: float
    labels: str = "centre"
    counts: str = "centre"
    upright: float = 0.5
    padding: float = 6.0
    gutter: float = 0.0
    """Points between two columns of text; 0: text runs over the page's whole width."""
    is_balanced: bool = True
    """Whether the columns above a table are of one height."""


def write_pdf(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """Pages of A4. Tables break over pages, at rows or within them; cells wrap."""
    habits = _Habits(
        lines=rng.choice(["strokes", "frames", "filled"]),
        open_sides=rng.random() < 0.3,
        rows_break=rng.random() < 0.3,
        number=rng.choice(["— {} —", "- {} -", "{}", "第{}页", ""]),
        head=rng.choice(["", "", "政府信息公开工作年度报告"]),
        turned=rng.random() < 0.2,
        size=rng.choice([8.0, 9.0, 10.5]),
    )
    return _drawn(article, print_cell, rng, habits)


def write_unruled_pdf(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """The same without the lines that would tell its cells apart, or with lines across only."""
    habits = _Habits(
        lines=rng.choice(["none", "none", "across"]),
        open_sides=False,
        rows_break=rng.random() < 0.2,
        number=rng.choice(["— {} —", "- {} -", "{}", "第{}页", ""]),
        head=rng.choice(["", "", "政府信息公开工作年度报告"]),
        turned=rng.random() < 0.2,
        size=rng.choice([8.0, 9.0, 10.5]),
        labels=rng.choice(["left", "centre"]),
        counts=rng.choice(["left", "centre", "centre", "right"]),
        upright=rng.choice([0.5, 0.5, 0.0]),
        padding=rng.choice([2.0, 6.0, 10.0]),
    )
    return _drawn(article, print_cell, rng, habits)


def write_pdf_in_columns(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """Running text in two columns, as gazettes print it; tables over the whole page between them."""
    habits = _Habits(
        lines=rng.choice(["strokes", "frames"]),
        open_sides=False,
        rows_break=False,
        number=rng.choice(["— {} —", "{}", "第{}页", ""]),
        head=rng.choice(["", "政府信息公开工作年度报告"]),
        turned=False,
        size=rng.choice([8.0, 9.0]),
        gutter=rng.choice([14.0, 20.0, 30.0]),
        is_balanced=rng.random() < 0.7,
    )
    return _drawn(article, print_cell, rng, habits)


def _drawn(article: Article, print_cell: PrintCell, rng: Random, habits: _Habits) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    _draw(article, print_cell, rng, _Pen(canvas, habits, pdfmetrics.stringWidth))
    canvas.save()
    return buffer.getvalue()


def _draw(article: Article, print_cell: PrintCell, rng: Random, pen: _Pen) -> None:
    pen.heading(article.title)
    for block in article.blocks:
        match block:
            case Paragraph(text, heading=heading):
                pen.paragraph(text, 0.0 if heading and rng.random() < 0.5 else 2.0)
            case TableBlock(_, grid, caption):
                if caption:
                    pen.paragraph(caption, 2.0)
                pen.end_columns()
                pen.table(grid, print_cell)
    pen.end_columns()
    for line in prose.signature(article):
        pen.at_right(line)
    pen.close()


class _Pen:
    """Writes down the page and turns it. The canvas is one of ReportLab's, or of the same methods."""

    def __init__(self, canvas: Any, habits: _Habits, width: Callable[[str, str, float], float]) -> None:
        self._canvas = canvas
        self._habits = habits
        self._string_width = width
        self._page = 1
        self._in_columns: list[tuple[str, float]] = []
        """Lines that wait to be put into columns, and their indents in points."""
        self._wide = (_HEIGHT, _WIDTH) if habits.turned else (_WIDTH, _HEIGHT)
        self._begin()

    @property
    def _text_width(self) -> float:
        return self._wide[0] - 2 * _MARGIN

    def _begin(self) -> None:
        if self._habits.turned:  # a landscape sheet kept upright
            self._canvas.rotate(90)
            self._canvas.translate(0, -_WIDTH)
        self._y = self._wide[1] - _MARGIN
        if self._habits.head:
            self._draw(self._habits.head, _MARGIN, self._wide[1] - 40, 9)

    def close(self) -> None:
        if self._habits.number:
            text = self._habits.number.format(self._page)
            width = self._string_width(text, _FONT, 9)
            self._draw(text, (self._wide[0] - width) / 2, 36, 9)
        self._canvas.showPage()
        self._page += 1

    def _turn_page(self) -> None:
        self.close()
        self._begin()

    def _draw(self, text: str, x: float, y: float, size: float) -> None:
        self._canvas.setFont(_FONT, size)
        self._canvas.drawString(x, y, text)

    def _wrapped(self, text: str, size: float, width: float, indent: float = 0.0) -> list[str]:
        lines = [""]
        used = indent
        for char in text:
            step = self._string_width(char, _FONT, size)
            if char == "\n" or (used + step > width and lines[-1]):
                lines.append("")
                used = 0.0
            if char != "\n":
                lines[-1] += char
                used += step
        return lines

    def heading(self, text: str) -> None:
        for line in self._wrapped(text, 22, self._text_width):
            width = self._string_width(line, _FONT, 22)
            self._draw(line, (self._wide[0] - width) / 2, self._y - 22, 22)
            self._y -= 34
        self._y -= 12

    def paragraph(self, text: str, indent: float, size: float = 14.0) -> None:
        if self._habits.gutter:
            size = _COLUMN_SIZE
            lines = self._wrapped(text, size, self._column_width, indent * size)
            self._in_columns += [(line, 0 if at else indent * size) for at, line in enumerate(lines)]
            return
        for number, line in enumerate(self._wrapped(text, size, self._text_width, indent * size)):
            if self._y - 1.6 * size < _MARGIN:
                self._turn_page()
            self._y -= 1.6 * size
            self._draw(line, _MARGIN + (0 if number else indent * size), self._y, size)

    @property
    def _column_width(self) -> float:
        return (self._text_width - self._habits.gutter) / 2

    def end_columns(self) -> None:
        """Put the lines that wait into two columns, on as many pages as they fill."""
        step = 1.6 * _COLUMN_SIZE
        while self._in_columns:
            height = int((self._y - _MARGIN) / step)
            if height < 3:
                self._turn_page()
                continue
            if self._habits.is_balanced and len(self._in_columns) < 2 * height:
                height = -(-len(self._in_columns) // 2)
            for column in range(2):
                left = _MARGIN + column * (self._column_width + self._habits.gutter)
                for at, (line, indent) in enumerate(self._in_columns[:height]):
                    self._draw(line, left + indent, self._y - (at + 1) * step, _COLUMN_SIZE)
                self._in_columns = self._in_columns[height:]
            self._y -= height * step + 4

    def at_right(self, text: str) -> None:
        if self._y - 24 < _MARGIN:
            self._turn_page()
        self._y -= 24
        width = self._string_width(text, _FONT, 14)
        self._draw(text, self._wide[0] - _MARGIN - width, self._y, 14)

    def table(self, grid: Grid, print_cell: PrintCell) -> None:
        """The table as one tall drawing, cut where pages end."""
        size = self._habits.size
        step = 1.25 * size
        columns = self._columns(grid)
        label_columns = min(x for line in grid for x, cell in enumerate(line) if cell.key)
        rows = [(row, line) for row, line in enumerate(spans(grid)) if line]
        placed: list[tuple[int, int, int, int, list[str]]] = []
        sides: list[str] = []
        done: set[tuple[int, int]] = set()
        for row, line in rows:
            column = 0
            for span in line:
                while (row, column) in done:
                    column += 1
                right = column + span.colspan
                done.update((r, c) for r in range(row, row + span.rowspan) for c in range(column, right))
                width = columns[right] - columns[column] - 4
                placed.append(
                    (row, column, span.rowspan, right, self._wrapped(print_cell(span.cell), size, width))
                )
                side = "centre" if span.cell.head else self._habits.counts
                sides.append(self._habits.labels if column < label_columns and row else side)
        padding = self._habits.padding
        heights = [step + padding] * len(grid)
        for row, _, rowspan, _, lines in placed:
            if rowspan == 1:
                heights[row] = max(heights[row], len(lines) * step + padding)
        for row, _, rowspan, _, lines in placed:
            lacking = len(lines) * step + padding - sum(heights[row : row + rowspan])
            heights[row + rowspan - 1] += max(0.0, lacking)
        tops = [sum(heights[:row]) for row in range(len(grid) + 1)]
        cuts = self._cuts(tops, step)
        drawn = [0] * len(placed)
        """Of each cell, the lines that stand on earlier pages."""
        for part, (start, end) in enumerate(cuts):
            if part:
                self._turn_page()
            origin = self._y - 4 + start
            for index, (row, column, rowspan, right, lines) in enumerate(placed):
                top, bottom = max(tops[row], start), min(tops[row + rowspan], end)
                if bottom - top < 0.01:
                    continue
                self._frame(
                    columns[column],
                    origin - bottom,
                    columns[right] - columns[column],
                    bottom - top,
                    (column == 0, right == len(columns) - 1),
                )
                ends = tops[row + rowspan] <= end
                fitting = len(lines) if ends else int((bottom - top - 2) / step)
                now = lines[drawn[index] : drawn[index] + max(0, fitting)]
                drawn[index] += len(now)
                room = bottom - top - len(now) * step
                y = origin - top - room * self._habits.upright
                for line in now:
                    y -= step
                    width = self._string_width(line, _FONT, size)
                    at = {
                        "left": columns[column] + 2,
                        "centre": (columns[column] + columns[right] - width) / 2,
                        "right": columns[right] - 2 - width,
                    }[sides[index]]
                    self._draw(line, at, y + 0.3 * size, size)
            self._y = origin - end
        self._y -= 10

    def _columns(self, grid: Grid) -> list[float]:
        """The table's edges: columns that hold figures only in their last rows are narrow."""
        weights = [1.0 if any(line[x].key for line in grid) else 1.6 for x in range(len(grid[0]))]
        left = _MARGIN
        edges = [left]
        for weight in weights:
            left += weight * self._text_width / sum(weights)
            edges.append(left)
        return edges

    def _cuts(self, tops: list[float], step: float) -> list[tuple[float, float]]:
        """The table's parts page by page: (from, to) down its height."""
        cuts: list[tuple[float, float]] = []
        start = 0.0
        room = self._y - _MARGIN - 10
        full = self._wide[1] - 2 * _MARGIN - 10
        if tops[1] > room:
            self._turn_page()
            room = full
        while start < tops[-1]:
            fitting = [top for top in tops if start < top <= start + room]
            end = fitting[-1] if fitting else start + room
            if self._habits.rows_break and end < tops[-1] and start + room - end > step + 6:
                end = start + room
            cuts.append((start, end))
            start, room = end, full
        return cuts

    def _frame(self, x: float, y: float, width: float, height: float, ends: tuple[bool, bool]) -> None:
        left, right = (self._habits.open_sides and end for end in ends)
        canvas = self._canvas
        if self._habits.lines == "none":
            return
        if self._habits.lines == "across":
            canvas.line(x, y, x + width, y)
            canvas.line(x, y + height, x + width, y + height)
            return
        if self._habits.lines == "frames" and not (left or right):
            canvas.rect(x, y, width, height)
            return
        edges = [(x, y, x + width, y), (x, y + height, x + width, y + height)]
        if not left:
            edges.append((x, y, x, y + height))
        if not right:
            edges.append((x + width, y, x + width, y + height))
        for x0, y0, x1, y1 in edges:
            if self._habits.lines == "filled":
                canvas.rect(x0 - 0.25, y0 - 0.25, x1 - x0 + 0.5, y1 - y0 + 0.5, stroke=0, fill=1)
            else:
                canvas.line(x0, y0, x1, y1)


class _OfdCanvas:
    """Draws what the pen draws as the pages of an OFD: places in millimetres from the top left."""

    def __init__(self, rng: Random) -> None:
        self.pages: list[str] = []
        self._objects: list[str] = []
        self._size = 0.0
        self._number = 100
        self._runs = rng.random() < 0.5

    def setFont(self, _: str, size: float) -> None:  # noqa: N802 (ReportLab's)
        self._size = size

    def drawString(self, x: float, y: float, text: str) -> None:  # noqa: N802 (ReportLab's)
        size = _mm(self._size)
        widths = [0.5 * size if char.isascii() else size for char in text]
        steps = " ".join(f"{width:g}" for width in widths[:-1])
        if self._runs and len(set(widths)) == 1 and len(text) > 1:
            steps = f"g {len(text) - 1} {widths[0]:g}"
        box = f"{_mm(x):.4f} {_mm(_HEIGHT - y) - size:.4f} {sum(widths):.4f} {size:.4f}"
        self._add(
            "TextObject",
            f'Boundary="{box}" Font="3" Size="{size:g}"',
            f'<ofd:TextCode X="0" Y="{size:.4f}" DeltaX="{steps}">{escape(text)}</ofd:TextCode>',
        )

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._path(min(x0, x1), max(y0, y1), abs(x1 - x0), abs(y1 - y0), "M 0 0 L {w} {h}")

    def rect(self, x: float, y: float, width: float, height: float, stroke: int = 1, fill: int = 0) -> None:
        drawn = "M 0 0 L {w} 0 L {w} {h} L 0 {h} C"
        self._path(x, y + height, width, height, drawn, "" if stroke else ' Stroke="false" Fill="true"')

    def _path(self, x: float, top: float, width: float, height: float, drawn: str, how: str = "") -> None:
        box = f"{_mm(x):.4f} {_mm(_HEIGHT - top):.4f} {_mm(width):.4f} {_mm(height):.4f}"
        data = drawn.format(w=f"{_mm(width):.4f}", h=f"{_mm(height):.4f}")
        self._add(
            "PathObject",
            f'Boundary="{box}" LineWidth="0.2"{how}',
            f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>",
        )

    def _add(self, name: str, attributes: str, content: str) -> None:
        self._number += 1
        self._objects.append(f'<ofd:{name} ID="{self._number}" {attributes}>{content}</ofd:{name}>')

    def showPage(self) -> None:  # noqa: N802 (ReportLab's)
        self.pages.append("".join(self._objects))
        self._objects = []


def _mm(points: float) -> float:
    return points * 25.4 / 72


_OFD = "http://www.ofdspec.org/2016"


def write_ofd(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """The pages of a PDF in the format of GB/T 33190."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    habits = _Habits(
        lines=rng.choice(["strokes", "frames", "filled", "none"]),
        open_sides=rng.random() < 0.3,
        rows_break=False,
        number=rng.choice(["— {} —", "{}", ""]),
        head="",
        turned=False,
        size=rng.choice([8.0, 9.0, 10.5]),
    )
    canvas = _OfdCanvas(rng)

    def width(text: str, _: str, size: float) -> float:
        return sum(0.5 if char.isascii() else 1.0 for char in text) * size

    _draw(article, print_cell, rng, _Pen(canvas, habits, width))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    pages = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        for number in range(len(canvas.pages))
    )
    parts = {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{_OFD}" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        "<ofd:DocID>1</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document xmlns:ofd="{_OFD}"><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID>'
        "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        f"<ofd:Pages>{pages}</ofd:Pages></ofd:Document>",
    }
    for number, page in enumerate(canvas.pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f'<ofd:Page xmlns:ofd="{_OFD}"><ofd:Content><ofd:Layer ID="2">{page}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    return zipped([(name, (head + part).encode()) for name, part in parts.items()])


# --- Word ---------------------------------------------------------------------------------------


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>',
}


def write_docx(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """A document as Word saves it: text in runs cut anywhere, merged cells, tracked changes."""
    body = [_paragraph(article.title, rng)]
    for block in article.blocks:
        match block:
            case Paragraph(text):
                body.append(_paragraph(text, rng))
            case TableBlock(_, grid, caption):
                if caption:
                    body.append(_paragraph(caption, rng))
                body.append(_word_table(grid, print_cell, rng))
    body += [_paragraph(line, rng) for line in prose.signature(article)]
    return packed_docx("".join(body))


def packed_docx(body: str) -> bytes:
    """The least file that Word opens with this body."""
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {**_PARTS, "word/document.xml": document}
    return zipped([(name, (head + part).encode()) for name, part in parts.items()])


def _paragraph(text: str, rng: Random) -> str:
    at = rng.randrange(1, len(text)) if len(text) > 1 and rng.random() < 0.5 else len(text)
    runs = [
        f"<w:r><w:t>{escape(piece, quote=False)}</w:t></w:r>" for piece in (text[:at], text[at:]) if piece
    ]
    if runs and rng.random() < 0.1:
        runs.insert(1, "<w:del><w:r><w:delText>99</w:delText></w:r></w:del>")
    return f"<w:p>{''.join(runs)}</w:p>"


def _word_table(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """Spans as Word has them: gridSpan across, and down a cell of its own in every row."""
    starts = {(row, column): cell for row, column, *cell in placed_cells(grid, print_cell)}
    rows: list[str] = []
    down: dict[int, tuple[int, int]] = {}
    """By column, the cell that goes on: its width and the rows that are left of it."""
    for row in range(len(grid)):
        cells: list[str] = []
        column = 0
        while column < len(grid[0]):
            if column in down:
                colspan, left = down.pop(column)
                if left > 1:
                    down[column] = colspan, left - 1
                merge, text = "<w:vMerge/>", ""
            else:
                rowspan, colspan, text = starts[row, column]
                merge = '<w:vMerge w:val="restart"/>' if rowspan > 1 else ""
                if rowspan > 1:
                    down[column] = colspan, rowspan - 1
            span = f'<w:gridSpan w:val="{colspan}"/>' if colspan > 1 else ""
            cells.append(f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{_paragraph(text, rng)}</w:tc>")
            column += colspan
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    figures = sum(any(line[x].key for line in grid) for x in range(len(grid[0])))
    labels = len(grid[0]) - figures
    width = min(1300, 9000 // (figures + 2 * labels))
    widths = [
        width if any(line[x].key for line in grid) else (9000 - width * figures) // labels
        for x in range(len(grid[0]))
    ]
    grid_columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid_columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def placed_cells(grid: Grid, print_cell: PrintCell) -> list[tuple[int, int, int, int, str]]:
    """The cells of a grid: row, column, rowspan, colspan, text."""
    placed: list[tuple[int, int, int, int, str]] = []
    done: set[tuple[int, int]] = set()
    for row, line in enumerate(spans(grid)):
        column = 0
        for span in line:
            while (row, column) in done:
                column += 1
            done.update(
                (r, c) for r in range(row, row + span.rowspan) for c in range(column, column + span.colspan)
            )
            placed.append((row, column, span.rowspan, span.colspan, print_cell(span.cell)))
    return placed


# --- spreadsheets -------------------------------------------------------------------------------


def _sheets(article: Article, rng: Random) -> list[list[Paragraph | TableBlock]]:
    """The article's blocks by sheet: all on one, or every table on its own behind the text."""
    blocks: list[Paragraph | TableBlock] = [Paragraph(article.title)]
    blocks += [block for block in article.blocks if isinstance(block, Paragraph | TableBlock)]
    blocks += [Paragraph(line) for line in prose.signature(article)]
    if rng.random() < 0.5:
        return [blocks]
    return [
        [block for block in blocks if isinstance(block, Paragraph)],
        *([block] for block in blocks if isinstance(block, TableBlock)),
    ]


def _number(text: str) -> int | float | str:
    """What typing a text into a cell makes of it."""
    if text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit():
        return float(text) if "." in text else int(text)
    return text


def write_xlsx(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, blocks in enumerate(_sheets(article, rng)):
        sheet = book.create_sheet(f"Sheet{number + 1}")
        row = 1
        for block in blocks:
            if isinstance(block, Paragraph):
                sheet.cell(row, 1, block.text)
                sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=10)
                row += 1
                continue
            for r, c, rowspan, colspan, text in placed_cells(block.grid, print_cell):
                if text:
                    sheet.cell(row + r, c + 1, _number(text))
                if rowspan > 1 or colspan > 1:
                    sheet.merge_cells(
                        start_row=row + r,
                        start_column=c + 1,
                        end_row=row + r + rowspan - 1,
                        end_column=c + colspan,
                    )
            row += len(block.grid)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_xls(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for number, blocks in enumerate(_sheets(article, rng)):
        sheet = book.add_sheet(f"Sheet{number + 1}")
        row = 0
        for block in blocks:
            if isinstance(block, Paragraph):
                sheet.write_merge(row, row, 0, 9, block.text)
                row += 1
                continue
            for r, c, rowspan, colspan, text in placed_cells(block.grid, print_cell):
                value = _number(text)
                if rowspan > 1 or colspan > 1:
                    sheet.write_merge(row + r, row + r + rowspan - 1, c, c + colspan - 1, value)
                elif text:
                    sheet.write(row + r, c, value)
            row += len(block.grid)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# --- OpenDocument and RTF -----------------------------------------------------------------------

_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table")
)


def _open_table(grid: Grid, print_cell: PrintCell) -> str:
    starts = {(row, column): rest for row, column, *rest in placed_cells(grid, print_cell)}
    rows = []
    for row in range(len(grid)):
        cells = []
        for column in range(len(grid[0])):
            if (row, column) not in starts:
                cells.append("<table:covered-table-cell/>")
                continue
            rowspan, colspan, text = starts[row, column]
            spans_ = f' table:number-rows-spanned="{rowspan}"' if rowspan > 1 else ""
            spans_ += f' table:number-columns-spanned="{colspan}"' if colspan > 1 else ""
            lines = f"<text:p>{_open_text(text)}</text:p>" if text else ""
            cells.append(f"<table:table-cell{spans_}>{lines}</table:table-cell>")
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return "".join(rows)


def _open_text(text: str) -> str:
    return escape(text, quote=False).replace("  ", ' <text:s text:c="1"/>')


def _open_document(kind: str, body: str) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {_NAMESPACES} office:version="1.2">'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    return zipped([("mimetype", media_type.encode()), ("content.xml", content.encode())])


def write_odt(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    body = [f"<text:h>{escape(article.title)}</text:h>"]
    for block in article.blocks:
        match block:
            case Paragraph(text):
                at = rng.randrange(len(text) + 1)
                span = f"<text:span>{escape(text[at:], quote=False)}</text:span>"
                body.append(f"<text:p>{escape(text[:at], quote=False)}{span}</text:p>")
            case TableBlock(_, grid, caption):
                if caption:
                    body.append(f"<text:p>{escape(caption)}</text:p>")
                body.append(f"<table:table>{_open_table(grid, print_cell)}</table:table>")
    body += [f"<text:p>{escape(line)}</text:p>" for line in prose.signature(article)]
    return _open_document("text", "".join(body))


def write_ods(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """A sheet as LibreOffice saves it: filled up with repeated blanks to its last row and column."""
    filling = '<table:table-cell table:number-columns-repeated="16374"/>'
    sheets = []
    for number, blocks in enumerate(_sheets(article, rng)):
        rows = []
        for block in blocks:
            if isinstance(block, Paragraph):
                cell = f'<table:table-cell table:number-columns-spanned="10"><text:p>{_open_text(block.text)}</text:p>'
                rows.append(f"<table:table-row>{cell}</table:table-cell>{filling}</table:table-row>")
            else:
                rows.append(_open_table(block.grid, print_cell))
        rows.append(f'<table:table-row table:number-rows-repeated="1048000">{filling}</table:table-row>')
        sheets.append(f'<table:table table:name="Sheet{number + 1}">{"".join(rows)}</table:table>')
    return _open_document("spreadsheet", "".join(sheets))


def write_rtf(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """As Word saves it: double-byte text in hexadecimal or as Unicode, merged cells marked in each row."""

    def printed(text: str) -> str:
        written = []
        for char in text:
            if char in "\\{}":
                written.append(f"\\{char}")
            elif char.isascii():
                written.append(char if char != "\n" else "\\line ")
            elif rng.random() < 0.1:
                code = ord(char) - 65536 if ord(char) > 32767 else ord(char)
                written.append(f"\\u{code}?")
            else:
                written.append("".join(f"\\'{byte:02x}" for byte in char.encode("gb18030")))
        return "".join(written)

    parts = [r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}}\f0\fs24 "]
    parts.append(rf"\pard\qc {printed(article.title)}\par ")
    for block in article.blocks:
        match block:
            case Paragraph(text):
                parts.append(rf"\pard {printed(text)}\par ")
            case TableBlock(_, grid, caption):
                if caption:
                    parts.append(rf"\pard {printed(caption)}\par ")
                parts.append(_rtf_table(grid, print_cell, printed))
    parts += [rf"\pard\qr {printed(line)}\par " for line in prose.signature(article)]
    return ("".join(parts) + "}").encode("ascii")


def _rtf_table(grid: Grid, print_cell: PrintCell, printed: Callable[[str], str]) -> str:
    rows = []
    starts = placed_cells(grid, print_cell)
    for row in range(len(grid)):
        cells = [cell for cell in starts if cell[0] <= row < cell[0] + cell[2]]
        definition, texts = [], []
        for top, column, rowspan, colspan, text in sorted(cells, key=lambda cell: cell[1]):
            merge = ""
            if rowspan > 1:
                merge = r"\clvmgf" if top == row else r"\clvmrg"
            definition.append(rf"{merge}\cellx{(column + colspan) * 800}")
            texts.append(rf"\pard\intbl {printed(text) if top == row else ''}\cell ")
        rows.append(rf"\trowd{''.join(definition)}{''.join(texts)}\row ")
    return "".join(rows)


# --- archives -----------------------------------------------------------------------------------


def write_zip(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """The report in another format, packed with things that are none; names in GB 18030, as Windows
    writes them."""
    name = rng.choice(["pdf", "docx", "xlsx"])
    report = WRITERS[name](article, print_cell, rng)
    members = [
        (f"年报/{article.title[:20]}.{name}", report),
        ("年报/说明.txt", "请下载附件查看。".encode()),
        ("年报/标识.png", b"\x89PNG\r\n\x1a\n" + bytes(60)),
    ]
    return zipped(members)


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(_Member(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


class _Member(zipfile.ZipInfo):
    """A member whose name is written in GB 18030 without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile's hook)
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


WRITERS: dict[str, Writer] = {
    "pdf": write_pdf,
    "pdf_unruled": write_unruled_pdf,
    "pdf_columns": write_pdf_in_columns,
    "docx": write_docx,
    "xlsx": write_xlsx,
    "xls": write_xls,
    "odt": write_odt,
    "ods": write_ods,
    "ofd": write_ofd,
    "rtf": write_rtf,
    "zip": write_zip,
}
