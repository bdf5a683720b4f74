"""PDF → the source text with its tables.

Tables are found by their ruling lines (`flows.report.ruling`), or without these by the places of their
counts (`flows.report.unruled`), and go on over page breaks. What stands outside them is put together line
by line: page numbers and running heads are left out, and lines that only wrapped are joined.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from flows.report.blocks import Blocks, Box, columns_of, nearest, placed
from flows.report.errors import HiddenTextError, UnreadableError
from flows.report.gutter import stretches
from flows.report.pdf_page import LOCK, Char, Page, open_pdf
from flows.report.rows import is_label, is_value
from flows.report.ruling import Ruled, ruled_tables
from flows.report.source import Source
from flows.report.unruled import OpenTable, Piece, open_tables

_MAX_PAGES = 300
_MAX_CHARS = 2_000_000
_SAME_EDGE = 4.0
"""Points within which the edges of a table before and after a page break are the same."""
_PAGE_NUMBER = re.compile(
    r"(?:第\s*)?[-—–－―─·•~\s]*\d{1,4}[-—–－―─·•~\s]*(?:页)?(?:\s*[/，,共]+\s*\d{1,4}\s*页?)?|[-—–－―─\s]+"
)
_CONTINUED = re.compile(r"[(（]?续(?:上?表|前)?\s*\d*[)）]?")
_NUMBERED = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]|其中")
_LEAST_SIZE = 0.5
_MOST_GUTTERS = 8
"""Places of the white between columns that a document has."""
_CELL_GAP = 0.3
"""Heights of a letter between two cells of a line."""
_DIGIT_GAP = 0.55
"""The same between two digits, which a space may group."""
_ODD = re.compile("[\x00-\x1f\x7f-\xa6\xa8-\xaf\xb2-\xb6\xb8-\u2009\u2070-\u215f\u2190-\u245f\u2580-\u2fff]")
"""No character of a Chinese or an English text."""
_LATIN = re.compile(r"[A-Za-z]")
_REPORT = re.compile("报告|年报|報告|年報")


@dataclass(slots=True)
class _Line:
    """A line of prose: `size` is its height."""

    text: str
    left: float
    right: float
    height: float
    size: float
    pieces: list[Piece] = field(default_factory=list)
    edges: tuple[float, float] | None = None
    """Of the column of text that it is in; None over the page's whole width."""


@dataclass(slots=True)
class _Table:
    """A table that may go on on the next page. Its boxes are in points of its pages."""

    boxes: list[Box]
    row_count: int
    left: float
    right: float
    edges: list[float]


_Item = _Line | _Table


@dataclass(slots=True)
class _Layout:
    """What of the whole document its lines are judged by."""

    left: float = 0.0
    right: float = 0.0
    size: float = 0.0
    heads: set[str] = field(default_factory=set)
    """Lines that stand at the top or foot of most pages, without their digits."""


def read_pdf(data: bytes) -> Source:
    """The text and tables of a PDF. One of page images has no text and `image_count` > 0.
    UnreadableError where it is encrypted or broken, HiddenTextError where its fonts hide what they print."""
    pages, title = _pages(data)
    images = sum(page.image_count for page in pages)
    printed = sum(len(page.chars) for page in pages)
    unmapped = sum(page.unmapped for page in pages)
    if (unmapped > 20 and unmapped * 3 > printed) or _is_garbled(pages, printed):
        raise HiddenTextError(
            "the fonts of the PDF do not say which characters they print (no ToUnicode table)", len(pages)
        )
    if not printed:
        if images:
            return Source("", image_count=images)
        raise UnreadableError("the PDF prints nothing")
    return assemble(pages, images, title)


def _is_garbled(pages: list[Page], printed: int) -> bool:
    """Whether the letters are the numbers of glyphs: of no script, and hardly a Chinese character."""
    if printed < 100:
        return False
    counts = Counter(char.text for page in pages for char in page.chars)
    chinese = sum(count for text, count in counts.items() if "\u4e00" <= text[0] <= "\u9fff")
    odd = sum(count for text, count in counts.items() if _ODD.match(text))
    return chinese * 20 < printed and odd * 3 > printed


def assemble(pages: list[Page], images: int = 0, title: str = "") -> Source:
    """The text and tables of pages, put together; `title` is that of the file's metadata."""
    gutters: list[float] = []
    known: list[int] = []
    sheets: list[list[_Item]] = []
    for page in pages:
        known.append(len(gutters))
        sheets.append(_items(page, gutters))
    for number, count in enumerate(known):
        if count < len(gutters):
            sheets[number] = _items(pages[number], gutters)
    layout = _layout(sheets)
    items: list[_Item] = []
    for number, sheet in enumerate(sheets):
        own = _without_heads(sheet, layout, number)
        _put_under(items[-1] if items else None, own)
        if own and items and isinstance(items[-1], _Table):
            if isinstance(own[0], _Line) and _CONTINUED.fullmatch(own[0].text) and len(own) > 1:
                own = own[1:]
            if isinstance(own[0], _Table) and _goes_on(items[-1], own[0]):
                _append(items[-1], own[0])
                own = own[1:]
        items += own
    blocks = Blocks()
    for text in _written(items, layout):
        if isinstance(text, _Table):
            blocks.table(*placed(text.boxes, _SAME_EDGE))
        elif isinstance(text, OpenTable):
            blocks.table(text.texts, text.shape)
        else:
            blocks.prose(text)
    return blocks.source(_title(sheets[0], layout) or _named(title), images)


def _put_under(last: _Item | None, sheet: list[_Item]) -> None:
    """Move the pieces of a page under the last line of the page before, as on one long sheet."""
    if not isinstance(last, _Line) or not sheet or not isinstance(first := sheet[0], _Line):
        return
    shift = last.pieces[0].height - 1.6 * max(last.size, first.size) - first.height
    for item in sheet:
        if isinstance(item, _Line):
            for piece in item.pieces:
                piece.height += shift


def _pages(data: bytes) -> tuple[list[Page], str]:
    with LOCK:
        document = open_pdf(data)
        try:
            if document.page_count > _MAX_PAGES:
                raise UnreadableError(
                    f"the PDF has {document.page_count} pages, more than {_MAX_PAGES}: no annual report has"
                )
            pages: list[Page] = []
            total = 0
            for number in range(document.page_count):
                pages.append(document.page(number))
                total += len(pages[-1].chars)
                if total > _MAX_CHARS:
                    raise UnreadableError(f"the PDF has more than {_MAX_CHARS} characters")
            return pages, document.title
        finally:
            document.close()


# --- one page -----------------------------------------------------------------------------------


def _items(page: Page, gutters: list[float]) -> list[_Item]:
    """The page's tables and lines, from its top down; columns of text one after the other. The `gutters`
    between columns that are known are used, and those that are found are added."""
    ruled = ruled_tables(page.across, page.down)
    # a table inside another's cell comes first: its characters are its own
    by_size = sorted(range(len(ruled)), key=lambda index: ruled[index].size)
    inside: list[dict[int, list[Char]]] = [{} for _ in ruled]
    outside: list[Char] = []
    for char in page.chars:
        for index in by_size:
            place = ruled[index].find(char.middle, char.height)
            if place is not None:
                inside[index].setdefault(place, []).append(char)
                break
        else:
            outside.append(char)
    placed_items: list[tuple[float, int, _Item]] = [
        (table.ys[0], 0, _table(table, chars))
        for table, chars in zip(ruled, inside, strict=True)
        # the rest of a table may be a row of blanks
        if chars or len(table.xs) > 3
    ]
    for number, stretch in enumerate(stretches(outside, [table.ys[0] for table in ruled], tuple(gutters))):
        if stretch.gutter is not None and len(gutters) < _MOST_GUTTERS and stretch.gutter not in gutters:
            gutters.append(stretch.gutter)
        lines = _lines(stretch.chars)
        for line in lines:
            line.edges = stretch.edges
        in_column = stretch.edges is not None
        placed_items += [
            (stretch.top, 1 + number, line) if in_column else (line.height, 0, line) for line in lines
        ]
    return [item for _, _, item in sorted(placed_items, key=lambda found: (-found[0], found[1]))]


def _table(ruled: Ruled, chars: dict[int, list[Char]]) -> _Table:
    boxes = [
        Box(
            _joined([line.text for line in _lines(chars.get(number, []), gaps=False)]),
            area.row,
            area.rowspan,
            ruled.xs[area.column],
            ruled.xs[area.column + area.colspan],
        )
        for number, area in enumerate(ruled.areas)
    ]
    return _Table(boxes, len(ruled.ys) - 1, ruled.xs[0], ruled.xs[-1], list(ruled.xs))


def _lines(chars: list[Char], gaps: bool = True) -> list[_Line]:
    """Characters as lines from the top down. Wide gaps within a line are tabs: columns without rules."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: -char.base):
        if rows:
            first = rows[-1][0]
            if first.base - char.base < 0.5 * (first.top - first.bottom):
                rows[-1].append(char)
                continue
        rows.append([char])
    lines: list[_Line] = []
    for row in rows:
        row.sort(key=lambda char: char.left)
        # broken files print letters of no height
        size = max(_LEAST_SIZE, sorted(char.top - char.bottom for char in row)[len(row) // 2])
        text: list[str] = []
        pieces: list[Piece] = []
        last: Char | None = None
        for char in row:
            if last is not None:
                if char.text == last.text and char.left - last.left < 0.15 * size:
                    continue  # printed twice: how some programs write bold
                gap = char.left - last.right
                if gaps and gap > 1.5 * size:
                    text.append("\t")
                elif gap > 0.25 * size:
                    text.append(" ")
                between = _DIGIT_GAP if last.text.isdigit() and char.text.isdigit() else _CELL_GAP
                if gap <= between * size and abs(char.base - pieces[-1].height) < 0.2 * size:
                    piece = pieces[-1]
                    piece.text += f" {char.text}" if gap > 0.25 * size else char.text
                    piece.right = max(piece.right, char.right)
                    text.append(char.text)
                    last = char
                    continue
            pieces.append(Piece(char.text, char.left, char.right, char.base, size))
            text.append(char.text)
            last = char
        lines.append(
            _Line(
                "".join(text),
                row[0].left,
                max(char.right for char in row),
                row[0].height,
                size,
                pieces,
            )
        )
    return lines


def _joined(lines: list[str]) -> str:
    """Lines that wrapped as one text: a space only between two words in Latin letters."""
    text = ""
    for line in lines:
        if text and _LATIN.match(text[-1]) and _LATIN.match(line[:1]):
            text += " "
        text += line
    return text


# --- page to page -------------------------------------------------------------------------------


def _layout(sheets: list[list[_Item]]) -> _Layout:
    lines = [item for sheet in sheets for item in sheet if isinstance(item, _Line)]
    layout = _Layout()
    if not lines:
        return layout
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size, 1)] += len(line.text)
    layout.size = weights.most_common(1)[0][0]
    body = [line for line in lines if abs(line.size - layout.size) < 0.15 * layout.size] or lines
    long = [line for line in body if len(line.text) > 10] or body
    lefts = Counter(round(line.left) for line in long)
    usual = [left for left, count in lefts.items() if count * 10 >= len(long)]
    layout.left = min(usual or lefts)
    rights = sorted(line.right for line in long)
    layout.right = rights[int(0.9 * (len(rights) - 1))]
    edges = Counter(
        text
        for sheet in sheets
        for text in {_bare(item.text) for item in (*sheet[:2], *sheet[-2:]) if isinstance(item, _Line)}
    )
    layout.heads = {text for text, count in edges.items() if text and count >= 3 and count * 2 > len(sheets)}
    return layout


def _bare(text: str) -> str:
    return re.sub(r"[\d\s]", "", text)


def _without_heads(sheet: list[_Item], layout: _Layout, number: int) -> list[_Item]:
    """The page without its page number and its running head and foot; the first page keeps a head, which
    may be the report's name."""
    kept = list(sheet)
    for at in (-1, 0):
        for _ in range(2):
            if not kept or not isinstance(item := kept[at], _Line):
                break
            running = _bare(item.text) in layout.heads and (number > 0 or at == -1)
            if not running and not _PAGE_NUMBER.fullmatch(item.text.strip()):
                break
            kept.pop(at)
    return kept


def _goes_on(table: _Table, below: _Table) -> bool:
    """Whether the table at the top of a page is the one that the page before ended with: the edges of
    the one with fewer columns are edges of the other too."""
    if abs(table.left - below.left) > _SAME_EDGE or abs(table.right - below.right) > _SAME_EDGE:
        return False
    few, many = sorted((table.edges, below.edges), key=len)
    return all(_near(many, edge) for edge in few)


def _near(edges: list[float], place: float) -> bool:
    index = bisect_left(edges, place)
    return any(abs(edge - place) <= _SAME_EDGE for edge in edges[max(0, index - 1) : index + 1])


def _append(table: _Table, below: _Table) -> None:
    """Put the rows of a continuation under those of the table: a row that broke is made whole, and a
    spanning cell goes on."""
    columns = columns_of([*table.edges, *below.edges], _SAME_EDGE)
    last = {_edges(box, columns): box for box in table.boxes if box.row + box.rowspan == table.row_count}
    first = {_edges(box, columns): box for box in below.boxes if box.row == 0}
    shift = table.row_count
    gone: set[int] = set()
    if _is_rest(last, first):
        for edges, box in first.items():
            above = last[edges]
            above.text = _joined([text for text in (above.text, box.text) if text])
            above.rowspan += box.rowspan - 1
            gone.add(id(box))
        shift -= 1
    elif any(box.text for box in first.values()):
        # labels that span rows stand in front
        for edges, box in sorted(first.items()):
            above_it = last.get(edges)
            if box.text:
                break
            if above_it and above_it.text and max(above_it.rowspan, box.rowspan) > 1:
                above_it.rowspan += box.rowspan
                gone.add(id(box))
    for box in below.boxes:
        if id(box) not in gone:
            box.row += shift
            table.boxes.append(box)
    table.row_count = shift + below.row_count
    table.edges = columns


def _edges(box: Box, columns: list[float]) -> tuple[int, int]:
    return nearest(columns, box.left), nearest(columns, box.right)


def _is_rest(last: dict[tuple[int, int], Box], first: dict[tuple[int, int], Box]) -> bool:
    """Whether the first row of a page is the rest of the row that the page before ended with: it has the
    same cells, its label only makes one of a form with what stands above, and no count stands in both. Under a
    count stands no label: the headings are printed again."""
    if last.keys() != first.keys() or len(first) < 2:
        return False
    both = [(last[edges].text, box.text) for edges, box in first.items() if box.text and last[edges].text]
    return (
        any(is_label(_joined([*pair])) for pair in both)
        and not any(_NUMBERED.match(rest) for _, rest in both)
        and not any(is_value(text) and (is_value(rest) or is_label(rest)) for text, rest in both)
    )


# --- the text -----------------------------------------------------------------------------------


def _with_open_tables(items: list[_Item]) -> list[_Item | OpenTable]:
    """The items with the lines of tables without rules as tables."""
    found: list[_Item | OpenTable] = []
    start = 0
    while start < len(items):
        end = start
        while end < len(items) and isinstance(items[end], _Line):
            end += 1
        run = [item for item in items[start:end] if isinstance(item, _Line)]
        at = 0
        for table in open_tables([line.pieces for line in run]):
            found += run[at : table.first]
            found.append(table)
            at = table.last
        found += run[at:]
        found += items[end : end + 1]
        start = end + 1
    return found


def _written(items: list[_Item], layout: _Layout) -> list[str | _Table | OpenTable]:
    """The items with lines that only wrapped joined to paragraphs."""
    written: list[str | _Table | OpenTable] = []
    last: _Line | None = None
    for item in _with_open_tables(items):
        if isinstance(item, _Table | OpenTable):
            written.append(item)
            last = None
            continue
        before = written[-1] if written else None
        if last is not None and isinstance(before, str) and _wraps(last, item, layout):
            written[-1] = _joined([before, item.text])
        else:
            written.append(item.text)
        last = item
    return written


def _wraps(line: _Line, below: _Line, layout: _Layout) -> bool:
    """Whether a line goes on in the next one: it is full and the next one is not indented; or both are
    the lines of one large heading."""
    size = max(line.size, below.size)
    if abs(line.size - below.size) > 0.2 * size or "\t" in line.text or "\t" in below.text:
        return False
    if size > 1.15 * layout.size:
        close = 0 < line.height - below.height < 2.5 * size
        centred = abs((line.left + line.right) - (below.left + below.right)) < 2 * size
        return close and centred and line.right - line.left > 0.7 * (layout.right - layout.left)
    right = line.edges[1] if line.edges else layout.right
    left = below.edges[0] if below.edges else layout.left
    return line.right > right - 1.6 * size and below.left < left + 0.9 * size


def _title(sheet: list[_Item], layout: _Layout) -> str | None:
    """The largest heading of the first page that names a report."""
    lines = [item for item in sheet if isinstance(item, _Line) and item.size > 1.15 * layout.size]
    headings = [text for text in _written(list(lines), layout) if isinstance(text, str)]
    named = [text for text in headings if _REPORT.search(text)]
    return named[0].replace("\t", "") if named else None


def _named(title: str) -> str | None:
    """The title in the metadata, where it is one and not the name of a file."""
    return title if _REPORT.search(title) and not re.search(r"\.\w{3,4}$", title) else None
