"""Reports of known truth in the formats that are attached to pages: PDF, DOCX, XLSX, XLS and ZIP.

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
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
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
        blocks = _shaped(blocks, layout.shape, rng)
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
    if name in ("xlsx", "xls", "zip"):
        # an empty cell at the end of a sheet leaves no trace in the file
        known.allowed |= {key: value for key, value in facts.items() if value.state == "blank"}
        known.facts = {key: value for key, value in facts.items() if value.state != "blank"}
    article = Article(title, spec.agency, spec.year, published_on, blocks)
    data = WRITERS[name](article, _printer(figures, spec.era, style, rng), rng)
    number = rng.randrange(10_000, 9_999_999)
    return Document(
        name=spec.seed,
        data=data,
        media_type=MEDIA_TYPES[name],
        charset=None,
        address=f"http://www.gk{number % 997}.example/zfxxgknb/{published_on:%Y%m}/P{number}.{name}",
        truth=known,
        layout=f"{name} {spec.layout}",
        noise="none",
    )


# --- PDF ----------------------------------------------------------------------------------------

_WIDTH, _HEIGHT = 595.0, 842.0
_MARGIN = 72.0
_FONT = "STSong-Light"
"""A font that PDF readers bring along: it is named in the file and not embedded."""


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a PDF is drawn. `lines`: strokes, frames, filled; `number`: what the page number looks like."""

    lines: str
    open_sides: bool
    rows_break: bool
    number: str
    head: str
    turned: bool
    size: float


def write_pdf(article: Article, print_cell: PrintCell, rng: Random) -> bytes:
    """Pages of A4. Tables break over pages, at rows or within them; cells wrap."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    habits = _Habits(
        lines=rng.choice(["strokes", "frames", "filled"]),
        open_sides=rng.random() < 0.3,
        rows_break=rng.random() < 0.3,
        number=rng.choice(["— {} —", "- {} -", "{}", "第{}页", ""]),
        head=rng.choice(["", "", "政府信息公开工作年度报告"]),
        turned=rng.random() < 0.2,
        size=rng.choice([8.0, 9.0, 10.5]),
    )
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    pen = _Pen(canvas, habits, pdfmetrics.stringWidth)
    pen.heading(article.title)
    for block in article.blocks:
        match block:
            case Paragraph(text, heading=heading):
                pen.paragraph(text, 0.0 if heading and rng.random() < 0.5 else 2.0)
            case TableBlock(_, grid, caption):
                if caption:
                    pen.paragraph(caption, 2.0)
                pen.table(grid, print_cell)
    for line in prose.signature(article):
        pen.at_right(line)
    pen.close()
    canvas.save()
    return buffer.getvalue()


class _Pen:
    """Writes down the page and turns it."""

    def __init__(self, canvas: object, habits: _Habits, width: Callable[[str, str, float], float]) -> None:
        from reportlab.pdfgen.canvas import Canvas

        assert isinstance(canvas, Canvas)
        self._canvas = canvas
        self._habits = habits
        self._string_width = width
        self._page = 1
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
        for number, line in enumerate(self._wrapped(text, size, self._text_width, indent * size)):
            if self._y - 1.6 * size < _MARGIN:
                self._turn_page()
            self._y -= 1.6 * size
            self._draw(line, _MARGIN + (0 if number else indent * size), self._y, size)

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
        rows = [(row, line) for row, line in enumerate(spans(grid)) if line]
        placed: list[tuple[int, int, int, int, list[str]]] = []
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
        heights = [step + 6] * len(grid)
        for row, _, rowspan, _, lines in placed:
            if rowspan == 1:
                heights[row] = max(heights[row], len(lines) * step + 6)
        for row, _, rowspan, _, lines in placed:
            lacking = len(lines) * step + 6 - sum(heights[row : row + rowspan])
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
                y = origin - top - (bottom - top - len(now) * step) / 2
                for line in now:
                    y -= step
                    width = self._string_width(line, _FONT, size)
                    middle = (columns[column] + columns[right] - width) / 2
                    self._draw(line, middle, y + 0.3 * size, size)
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
    grid_columns = '<w:gridCol w:w="800"/>' * len(grid[0])
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
    "docx": write_docx,
    "xlsx": write_xlsx,
    "xls": write_xls,
    "zip": write_zip,
}
