"""HTML → the source text with its tables.

The tree is selectolax's (lexbor), which parses as browsers do. A table that holds another table is
layout: its cells are read as blocks of text. Every other table is handed over as a grid, with its spans
resolved and bounded; rows of it that hold running text are taken out as prose.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.report.source import CELL, MARKS, TABLE, Source, Span

_UNSEEN = "script, style, noscript, template, object, select, textarea, iframe, svg"
_BLOCKS = (
    "p, div, li, h1, h2, h3, h4, h5, h6, tr, td, th, dd, dt, section, article, header, footer, ul, caption"
)
_SPANNING = "td[rowspan], td[colspan], th[rowspan], th[colspan]"
_MAX_SPAN = 200
_MAX_COLUMNS = 1000
_MAX_CELLS = 200_000
_LONG_ROW = 80
"""Characters from which the only cell of a row is running text: the longest printed label has 71."""
_LONG_CELL = 400
_INNER_SPACE = re.compile("[ \n\t\x0c\xa0\u3000\u200b\ufeff]")
_ODD_SPACES = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060", None))

Grid = tuple[list[str], list[Span]]


def read_html(page: str) -> Source:
    """The page's visible text and tables. Never raises on bad markup."""
    if any(mark in page for mark in ("\x1d", "\x1e", "\x1f")):
        page = page.translate(MARKS)
    if "<pre" not in page:
        page = page.replace("\n", "\x0c")
    tree = LexborHTMLParser(page)
    meta = _meta(tree)
    title = _title(tree, meta)
    for node in tree.css(_UNSEEN):
        node.decompose()
    body = tree.body
    if body is None:
        return Source("", title=title, meta=meta)
    images = len(body.css("img"))
    links = len(body.css("a"))
    for br in body.css("br"):
        br.replace_with("\n")
    grids: list[Grid] = []
    for table in body.css("table"):
        if len(table.css("table")) == 1:  # itself
            parts = _read_table(table)
            if parts:
                table.replace_with(_placed(parts, grids))
    for block in body.css(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return _assemble(_clean(body.text()), grids, title, meta, images, links)


def _clean(text: str) -> str:
    """The lines of a text, without empty ones; runs of white space in a line are one space."""
    if not text.isprintable() and ("\u200b" in text or "\ufeff" in text):
        text = text.translate(_ODD_SPACES)
    lines: list[str] = []
    for line in text.split("\n"):
        # the marks of tables are white space to strip() and split()
        if TABLE in line:
            lines.append(line.strip(" \x0c"))
        elif stripped := line.strip():
            lines.append(_one_line(stripped))
    return "\n".join(lines)


def _one_line(text: str) -> str:
    """A stripped text with single spaces; a line break of the file is no space between Chinese characters."""
    if "\x0c" in text:
        pieces = text.split("\x0c")
        text = pieces[0].rstrip()
        for piece in pieces[1:]:
            piece = piece.strip()
            if piece:
                text += piece if text[-1:] > "\u2e80" and piece[0] > "\u2e80" else f" {piece}"
    if " " in text or "\xa0" in text or "\u3000" in text or "\t" in text:
        return " ".join(text.split())
    return text


def _placed(parts: list[str | Grid], grids: list[Grid]) -> str:
    """What stands in the text for a table: its prose, and a mark with a number for each grid of it."""
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        else:
            grids.append(part)
            pieces.append(f"{TABLE}{len(grids) - 1}{TABLE}")
    return "\n" + "\n".join(pieces) + "\n"


def _assemble(
    text: str, grids: list[Grid], title: str | None, meta: dict[str, str], images: int, links: int
) -> Source:
    parts = text.split(TABLE)
    shapes: list[list[Span]] = []
    for index in range(1, len(parts), 2):
        texts, shape = grids[int(parts[index])]
        parts[index] = CELL.join(texts)
        shapes.append(shape)
    return Source(TABLE.join(parts), shapes, title, meta, images, links)


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    if tree.head is None:
        return found
    for node in tree.head.css("meta[name]"):
        attributes = node.attributes
        name, content = attributes.get("name"), attributes.get("content")
        if name and content and len(content) < 500:
            found.setdefault(name.strip().lower(), content.strip())
    return found


def _title(tree: LexborHTMLParser, meta: dict[str, str]) -> str | None:
    if meta.get("articletitle"):
        return meta["articletitle"]
    for selector in ("h1", "title"):
        node = tree.css_first(selector)
        if node is not None:
            text = _one_line(node.text().strip())
            if text:
                return text
    return None


def _read_table(table: LexborNode) -> list[str | Grid]:
    """A table as the prose and the grids in it, in reading order. Rowspans are kept inside the table, as
    browsers do, and spans within bounds."""
    rows = table.css("tr")
    height = len(rows)
    spanning = {cell.mem_id for cell in table.css(_SPANNING)}
    texts: list[str] = []
    shape: list[Span] = []
    prose: dict[int, str] = {}
    only: list[int] = []
    """Rows of one cell."""
    taken: dict[int, int] = {}
    """Column → the first row in which it is free again."""
    for r, row in enumerate(rows):
        first = len(texts)
        c = 0
        longest = 0
        for cell in row.iter():
            while taken.get(c, 0) > r:
                c += 1
            if c >= _MAX_COLUMNS:
                break
            rowspan = colspan = 1
            if cell.mem_id in spanning:
                attributes = cell.attributes
                if "rowspan" in attributes:
                    rowspan = min(_span(attributes["rowspan"], height), height - r)
                if "colspan" in attributes:
                    colspan = min(_span(attributes["colspan"], 1), _MAX_SPAN)
            text = cell.text().strip()
            if len(text) > _LONG_ROW:
                text = _blocks_text(cell)
                longest = max(longest, len(text))
            elif not text.isdigit() and _INNER_SPACE.search(text):
                text = _clean(text)
            texts.append(text)
            shape.append((r, c, rowspan, colspan))
            if rowspan > 1:
                for column in range(c, c + colspan):
                    taken[column] = max(taken.get(column, 0), r + rowspan)
            c += colspan
        if len(texts) > _MAX_CELLS:
            break
        single = (
            len(texts) - first == 1
            and shape[first][1:3] == (0, 1)
            and not any(free > r for free in taken.values())
        )
        if single:
            only.append(r)
        if (single and longest > _LONG_ROW) or longest > _LONG_CELL:
            prose[r] = "\n".join(texts[first:])
    if not texts:
        return []
    if not prose:
        return [(texts, shape)]
    # a table with running text in it is the page's frame: its other rows of one cell are headings
    places = {place[0]: index for index, place in enumerate(shape)}
    for r in only:
        prose.setdefault(r, texts[places[r]])
    return _split(texts, shape, prose)


def _split(texts: list[str], shape: list[Span], prose: dict[int, str]) -> list[str | Grid]:
    """The table cut at its rows of prose."""
    parts: list[str | Grid] = []
    grid: Grid = ([], [])
    top = 0
    for text, (r, c, rowspan, colspan) in zip(texts, shape, strict=True):
        if r in prose:
            if grid[0]:
                parts.append(grid)
                grid = ([], [])
            if prose[r]:
                parts.append(prose[r])
                prose[r] = ""
            continue
        if not grid[0]:
            top = r
        grid[0].append(text)
        grid[1].append((r - top, c, rowspan, colspan))
    if grid[0]:
        parts.append(grid)
    return parts


def _blocks_text(cell: LexborNode) -> str:
    for block in cell.css(_BLOCKS):
        block.insert_before("\n")
    return _clean(cell.text())


def _span(value: str | None, whole: int) -> int:
    """A span attribute as browsers read it: its leading digits, 1 where there are none, 0 for the rest."""
    digits = re.match(r"\s*(\d{1,6})", value or "")
    if digits is None:
        return 1
    number = int(digits.group(1))
    return whole if number == 0 else number
