"""HTML → the source text with its tables.

A page of 100 KB has some 3,000 tags, most of them fonts, and a Python object for each costs more than
all else. So its tags become marks in the text first: one character for a cell, a row, a table, a block.
What is left of the page (its words, scripts, comments, character references) is read by selectolax
(lexbor) as browsers do, and the marks tell the grids.

A table that holds another table is layout: its cells are blocks of text. Every other table is handed
over as a grid, with its spans resolved and bounded; rows of it that hold running text are taken out as
prose.
"""

from __future__ import annotations

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from flows.report.errors import UnreadableError
from flows.report.source import CELL, TABLE, Source
from flows.report.types import Span

# One character for each thing that a page's tags say, none of which a page prints
_OPEN, _CLOSE = "\x01", "\x02"
_ROW, _ROW_END = "\x03", "\x04"
_ITEM, _ITEM_END = "\x05", "\x06"
_SPANS = "\x07"
"""Behind _ITEM and rowspan and colspan with a comma between: 「_ITEM 2,1 _SPANS」."""
_BLOCK = "\x1c"
"""White space to Python, so that stripping a text strips it."""
_PRE = "\x11"
_LINK = "\x0e"
_IMAGE, _IMAGE_END = "\x0f", "\x10"
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
_REFERENCE = re.compile(r"&#(?:[xX]0*1?[0-9a-fA-F](?![0-9a-fA-F])|0*(?:[12]?\d|3[01])(?!\d));?")
"""A character reference to a control character."""

_TEXT = re.compile(">(?=[^<])([ \x0c]*+[^ \x0c<][^<]*+)<")
"""A text between two tags. What stands between two texts are tags in a row, which recur more than any one
tag; a page has a third as many."""
_TAG = re.compile("(<[^>]*>)")
_EXACT_TAG = re.compile(
    r"(<!--.*?(?:-->|\Z)|<(?P<raw>script|style|textarea|xmp)\b.*?(?:</(?P=raw)\s*>|\Z)|"
    r"""<[a-zA-Z/?!](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|))*+>)""",
    re.DOTALL | re.IGNORECASE,
)
"""A tag as the standard has it, which may hold < and > in quotes (HTML, 13.2.5 Tokenization); a comment; an
element whose content is no markup."""
_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_BLOCKS = frozenset(
    "p div li h2 h3 h4 h5 h6 dd dt section article header footer ul caption".split()  # noqa: SIM905
)
_UNSEEN = "script, style, noscript, template, object, select, textarea, iframe, svg"
_KEPT = frozenset([*_UNSEEN.split(", "), "html", "head", "body", "title", "meta", "xmp", "plaintext"])
"""Tags that lexbor reads: what they hold is no text of the page, or no markup."""
_MAX_KEPT = 20_000
"""Tags left for lexbor, whose time grows with the square of the depth of some."""
_MAX_SPAN = 200
_MAX_COLUMNS = 1000
_MAX_CELLS = 200_000
_MAX_IMAGES = 100
_LONG_ROW = 80
"""Characters from which the only cell of a row is running text: the longest printed label has 71."""
_LONG_CELL = 400
_INNER_SPACE = re.compile("[ \n\t\x1c\x0b\x0c\xa0\u3000\u200b\ufeff]")
_ODD_SPACES = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060"))
_TABLE_MARKS = (_OPEN, _CLOSE, _ROW, _ROW_END, _ITEM, _ITEM_END)
_SPAN_NOTE = re.compile(rf"(?<={_ITEM})\d+,\d+{_SPANS}")
_LEAF = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_IMAGE_NOTE = re.compile(f"{_IMAGE}([^{_IMAGE_END}]*){_IMAGE_END}")

Grid = tuple[list[str], list[Span]]


def read_html(page: str) -> Source:
    """The page's visible text and tables. Bad markup is read as it comes; raises UnreadableError for a page
    of more scripts, comments and frames than any site has."""
    reduced = _reduced(page)
    if reduced.count("<") > _MAX_KEPT:
        raise UnreadableError(f"the page has more than {_MAX_KEPT} scripts, comments and frames")
    tree = LexborHTMLParser(reduced)
    meta = _meta(tree)
    title = _title(tree, meta)
    for node in tree.css(_UNSEEN):
        node.decompose()
    text = tree.body.text() if tree.body is not None else ""
    links = text.count(_LINK)
    if links:
        text = text.replace(_LINK, "")
    images = _IMAGE_NOTE.findall(text) if _IMAGE in text else []
    if images:
        text = _IMAGE_NOTE.sub("", text)
    opened = text.count(_OPEN)
    if opened > text.count(_CLOSE):
        # the page ends inside a table
        text += _CLOSE * opened
    pieces: list[str] = []
    shapes: list[list[Span]] = []
    for index, part in enumerate(_LEAF.split(text)):
        for piece in _read_table(part) if index % 2 else (part,):
            if isinstance(piece, str):
                prose = _prose(piece)
                if prose:
                    pieces.append(prose)
            else:
                texts, shape = piece
                pieces.append(f"{TABLE}{CELL.join(texts)}{TABLE}")
                shapes.append(shape)
    images = [address.strip() for address in images]
    return Source("\n".join(pieces), shapes, title, meta, len(images), links, images[:_MAX_IMAGES])


# --- tags to marks ------------------------------------------------------------------------------


def _reduced(page: str) -> str:
    """The page with marks for tags."""
    if "\r" in page:
        page = page.replace("\r\n", "\x0c").replace("\r", "\x0c")
    page = page.replace("\n", "\x0c").strip(" \x0c\ufeff")
    tags, texts = _tags_and_texts(_without_scripts(page))
    marks = [mark for tag in tags if (mark := _marks(tag)) is not None]
    if len(marks) < len(tags):
        tags, texts = _exact_tags_and_texts(page)
        marks = [*map(_mark, tags)]
    plain = "".join(texts)
    if _CONTROLS.search(plain) or ("&#" in plain and _REFERENCE.search(plain)):
        texts = [_REFERENCE.sub(" ", _CONTROLS.sub(" ", text)) for text in texts]
    parts = [""] * (2 * len(texts) + 1)
    parts[::2] = marks
    parts[1::2] = texts
    reduced = "".join(parts)
    if _PRE in reduced:
        # there a line break of the file is one of the text
        reduced = reduced.replace(_PRE, _BLOCK).replace("\x0c", "\n")
    return reduced


def _without_scripts(page: str) -> str:
    """The page without the scripts and comments that stand before its last script: what they hold looks
    like tags."""
    kept: list[str] = []
    at = 0
    while (script := page.find("<script", at)) >= 0:
        begin, mark = script, "</script>"
        if (comment := page.find("<!--", at, script)) >= 0:
            begin, mark = comment, "-->"
        end = page.find(mark, begin + 2)
        if end < 0:
            break
        kept.append(page[at:begin])
        at = end + len(mark)
    kept.append(page[at:])
    return "".join(kept)


def _tags_and_texts(page: str) -> tuple[list[str], list[str]]:
    """Tags in a row without the outermost brackets, and the texts between them: one less."""
    parts = _TEXT.split(f">{page}<")
    tags = parts[::2]
    tags[0] = tags[0][2:]
    tags[-1] = tags[-1][:-2]
    return tags, parts[1::2]


def _exact_tags_and_texts(page: str) -> tuple[list[str], list[str]]:
    parts = _EXACT_TAG.split(page)
    # the second group of the pattern is only a name
    return ["", *parts[1::3], ""], parts[::3]


@lru_cache(maxsize=16384)
def _marks(tags: str) -> str | None:
    """What stands in the text for tags in a row; None where one of them may not be whole. The pages of a
    site share most of their tags."""
    if not tags:
        return ""
    parts = _TAG.split(f"<{tags}>")
    for tag in parts[1::2]:
        if tag[1] != "!" and ("<" in tag[1:] or tag.count('"') % 2 or tag.count("'") % 2):
            return None
    parts[1::2] = map(_mark, parts[1::2])
    return "".join(parts)


@lru_cache(maxsize=16384)
def _mark(tag: str) -> str:
    """What stands in the text for a tag."""
    match = _NAME.match(tag)
    if match is None:
        return "" if tag[1:2] in "/?" else tag
    closing, name = match[1], match[2].lower()
    if name in ("td", "th"):
        return _ITEM_END if closing else _ITEM + _span_note(tag)
    if name == "tr":
        return _ROW_END if closing else _ROW
    if name == "table":
        return _CLOSE if closing else _OPEN
    if name == "br":
        return "\n"
    if name in _BLOCKS:
        return _BLOCK
    if name == "pre":
        return _PRE
    if name in _KEPT:
        return tag
    if name == "h1":
        return tag + _BLOCK if closing else _BLOCK + tag
    if name == "a":
        return "" if closing else _LINK
    if name == "img":
        return _IMAGE + _attribute(tag, "src") + _IMAGE_END
    return ""


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf"""[\s"'/]{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", tag, re.I)
    return _CONTROLS.sub("", match[match.lastindex]) if match and match.lastindex else ""


def _span_note(tag: str) -> str:
    if "span" not in tag.lower():
        return ""
    rowspan, colspan = _span(_attribute(tag, "rowspan")), _span(_attribute(tag, "colspan"))
    return "" if rowspan == colspan == 1 else f"{rowspan},{colspan}{_SPANS}"


def _span(value: str) -> int:
    """A span attribute as browsers read it: its leading digits, 1 where there are none."""
    digits = re.match(r"\s*(\d{1,6})", value)
    return int(digits[1]) if digits else 1


# --- the page's head ----------------------------------------------------------------------------


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
            text = _one_line(_CONTROLS.sub("", _IMAGE_NOTE.sub("", node.text())).strip())
            if text:
                return text
    return None


# --- text ---------------------------------------------------------------------------------------


def _prose(text: str) -> str:
    """The lines of a part outside tables, whatever marks are left in it; without empty ones."""
    if _ITEM in text:
        text = _SPAN_NOTE.sub("", text)
    for mark in _TABLE_MARKS:
        text = text.replace(mark, "\n")
    return _clean(text.replace(_BLOCK, "\n"))


def _clean(text: str) -> str:
    """The lines of a text, without empty ones; runs of white space in a line are one space. A line of
    nothing but typed spaces (&nbsp;) is one space: it may be a blank cell."""
    if "\u200b" in text or "\ufeff" in text:
        text = text.translate(_ODD_SPACES)
    lines: list[str] = []
    for raw in text.split("\n"):
        if line := raw.strip():
            lines.append(_one_line(line))
        elif "\xa0" in raw or "\u3000" in raw:
            lines.append(" ")
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


# --- tables -------------------------------------------------------------------------------------


def _rows(table: str) -> list[str]:
    """The rows of a table, each its cells with their marks. What stands before the first row, or behind
    the end of one, is a row of its own where it has cells: a row's own tag may be left out."""
    found: list[str] = []
    for number, row in enumerate(table.split(_ROW)):
        whole, *behind = row.split(_ROW_END)
        if number or _ITEM in whole:
            found.append(whole)
        if behind:
            found += [part for part in behind if _ITEM in part]
    return found


def _read_table(table: str) -> list[str | Grid]:
    """A table as the prose and the grids in it, in reading order. Rowspans are kept inside the table, as
    browsers do, and spans within bounds."""
    rows = _rows(table)
    height = len(rows)
    texts: list[str] = []
    shape: list[Span] = []
    prose: dict[int, str] = {}
    only: list[int] = []
    """Rows of one cell."""
    taken: dict[int, int] = {}
    """Column → the first row in which it is free again."""
    outside = [table.partition(_ITEM)[0]]
    """The text that stands in no cell: browsers show it before the table."""
    for r, row in enumerate(rows):
        first = len(texts)
        c = 0
        longest = 0
        for item in row.split(_ITEM)[1:]:
            while taken.get(c, 0) > r:
                c += 1
            if c >= _MAX_COLUMNS:
                break
            text, _, behind = item.partition(_ITEM_END)
            if behind and not behind.isspace():
                outside.append(behind)
            rowspan = colspan = 1
            if _SPANS in text:
                spans, _, text = text.partition(_SPANS)
                down, _, across = spans.partition(",")
                rowspan = min(int(down) or height, height - r)
                colspan = min(int(across) or 1, _MAX_SPAN)
                if rowspan > 1:
                    for column in range(c, c + colspan):
                        taken[column] = max(taken.get(column, 0), r + rowspan)
            text = text.strip()
            if text and not text.isdigit():
                if len(text) > _LONG_ROW:
                    text = _clean(text.replace(_BLOCK, "\n"))
                    longest = max(longest, len(text))
                elif _INNER_SPACE.search(text):
                    text = _clean(text.replace(_BLOCK, ""))
            texts.append(text)
            shape.append((r, c, rowspan, colspan))
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
    before = "\n".join(outside)
    if not texts:
        return [before]
    if not prose:
        return [before, (texts, shape)]
    # a table with running text in it is the page's frame: its other rows of one cell are headings
    places = {place[0]: index for index, place in enumerate(shape)}
    for r in only:
        prose.setdefault(r, texts[places[r]])
    return [before, *_split(texts, shape, prose)]


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
