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
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from flows.report.blocks import MAX_PLACES
from flows.report.errors import UnreadableError
from flows.report.source import CELL, TABLE, Source
from flows.report.types import Span

# One character for each thing that a page's tags say, none of which a page prints
_OPEN, _CLOSE = "\x01", "\x02"
_ROW, _ROW_END = "\x03", "\x04"
_ITEM, _ITEM_END = "\x05", "\x06"
_SPANS = "\x07"
"""Behind _ITEM, rowspan and colspan: each as the character of that number behind _NONE, which no font has."""
_NONE = "\ue000"
_BLOCK = "\x1c"
"""White space to Python, so that stripping a text strips it."""
_PRE = "\x11"
_LINK = "\x0e"
_IMAGE, _IMAGE_END = "\x0f", "\x10"
_STYLED = "\x12"
"""For a tag that hides what it holds, or is a cell, by its style."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x20)])
_WITHOUT_CONTROLS = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_REFERENCE = re.compile(rb"&#(?:[xX]0*1?[0-9a-fA-F](?![0-9a-fA-F])|0*(?:[12]?\d|3[01])(?!\d));?")
"""A character reference to a control character."""

_TEXT = re.compile(b">(?=[^<])([ \x0c]*+[^ \x0c<][^<]*+)<")
"""A text between two tags. What stands between two texts are tags in a row, which recur more than any one
tag; a page has a third as many."""
_TAG = re.compile("(<[^>]*>)")
_EMPTY = re.compile(r"(<li\b[^>]*>)\s*(</li\s*>)", re.I)
"""An entry of a list that holds nothing: a blank cell where the list is a row."""
_EXACT_TAG = re.compile(
    rb"(<!--.*?(?:-->|\Z)|<(?P<raw>script|style|textarea|xmp)\b.*?(?:</(?P=raw)\s*>|\Z)|"
    rb"""<[a-zA-Z/?!](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|))*+>)""",
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
_BLOCK_TAG = re.compile(rb"<(?P<closing>/?)(?P<name>div|span|p|ul|li|dl|section)\b[^>]*>", re.I)
_CELL_CLASS = re.compile(r"(?:^|[\s_-])(?:td|th|cell)(?:$|[\s\d_-])", re.I)
_HIDING = frozenset("span font p div b i u em label".split())  # noqa: SIM905
_HIDING_STYLE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.I)
_HIDDEN = re.compile(
    rb"<(?P<name>span|font|p|div|b|i|u|em|label)\b[^<>]*?(?:display\s*:\s*none|mso-hide\s*:\s*all)[^<>]*>[^<]*"
    rb"</(?P=name)\s*>",
    re.I,
)
_MAX_TAGS = 16_384
_NOT_WHOLE = b"\x00"
_MAX_KEPT = 20_000
"""Tags left for lexbor, whose time grows with the square of the depth of some."""
_MAX_SPAN = 200
_MAX_ROWSPAN = 6000
_MAX_COLUMNS = 1000
_MAX_CELLS = 200_000
_MAX_IMAGES = 100
_LONG_ROW = 80
"""Characters from which the only cell of a row is running text: the longest printed label has 71."""
_LONG_CELL = 400
_INNER_SPACE = re.compile("[ \n\t\x1c\x0b\x0c\xa0\u3000\u200b\ufeff]")
_ODD_SPACES = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060"))
_AROUND_MARKS = re.compile(
    f"[ \x0c]*([{_OPEN}{_CLOSE}{_ROW}{_ROW_END}{_ITEM}{_ITEM_END}{_SPANS}{_BLOCK}])[ \x0c]*"
)
"""White space at the marks of tables and blocks is none."""
_TABLE_MARKS = (_OPEN, _CLOSE, _ROW, _ROW_END, _ITEM, _ITEM_END)
_SPAN_NOTE = re.compile(f"(?<={_ITEM})..{_SPANS}")
_LONGEST_COUNT = 12
_COUNT = re.compile(f"[0-9]{{1,{_LONGEST_COUNT}}}")
_A_COUNT = "0"
"""Stands for any count."""
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_SEVERAL_DIGITS = re.compile(f"0{{2,{_LONGEST_COUNT}}}".encode())
_TO_CELLS = bytes.maketrans(_ITEM.encode(), CELL.encode())
_NOT_IN_CELLS = "".join((_ROW, _ROW_END, _ITEM_END, _BLOCK)).encode()
_MAX_FORM = 20_000
"""Characters of a table up to which its form is kept."""
_LEAF = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_TABLES_MARKS = f"{_OPEN}{_CLOSE}{_ROW}{_ROW_END}{_ITEM}{_ITEM_END}"
_FRAMED = re.compile(
    rf"(?P<cell>{_ITEM}(?:..{_SPANS})?)\s*+{_OPEN}\s*+{_ROW}?\s*+{_ITEM}(?:..{_SPANS})?"
    rf"(?P<text>[^{_TABLES_MARKS}]{{0,{_LONG_ROW}}})(?:{_ITEM_END}|{_ROW_END}|\s)*+{_CLOSE}\s*+(?=[{_ITEM_END}{_ITEM}{_ROW_END}{_ROW}{_CLOSE}])"
)
"""A cell that holds nothing but a table of one short cell."""
_IMAGE_NOTE = re.compile(f"{_IMAGE}([^{_IMAGE_END}]*){_IMAGE_END}")


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table of cells: their texts with marks between them, the place of each, and how many places they
    span together."""

    texts: str
    shape: Sequence[Span]
    places: int


def read_html(page: bytes) -> Source:
    """The visible text and tables of a page in UTF-8. Bad markup is read as it comes; raises UnreadableError for a page
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
    if opened > 1 and _begins_a_cell(text):
        text = _FRAMED.sub(r"\g<cell>\g<text>", text)
    pieces: list[str] = []
    shapes: list[Sequence[Span]] = []
    places = 0
    for index, part in enumerate(_LEAF.split(text)):
        for piece in _table_or_prose(part) if index % 2 else (part,):
            if isinstance(piece, str):
                prose = _prose(piece)
                if prose:
                    pieces.append(prose)
            else:
                pieces.append(f"{TABLE}{piece.texts}{TABLE}")
                shapes.append(piece.shape)
                places += piece.places
                if places > MAX_PLACES:
                    raise UnreadableError(f"the tables of the page span more than {MAX_PLACES} places")
    images = [address.strip() for address in images]
    return Source("\n".join(pieces), shapes, title, meta, len(images), links, images[:_MAX_IMAGES])


def _begins_a_cell(text: str) -> bool:
    """Whether a table stands at the beginning of a cell. Tables are few, and cells many."""
    return any(before.rstrip()[-1:] in (_ITEM, _SPANS) for before in text.split(_OPEN)[:-1])


# --- tags to marks ------------------------------------------------------------------------------


def _reduced(page: bytes, is_mended: bool = False) -> str:
    """The page with marks for tags; `is_mended` where styles were looked at already."""
    if b"\r" in page:
        page = page.replace(b"\r\n", b"\x0c").replace(b"\r", b"\x0c")
    page = page.replace(b"\n", b"\x0c").strip(b" \x0c")
    tags, texts = _tags_and_texts(_without_scripts(page))
    marks = [*map(_MARKS.__getitem__, tags)]
    if _NOT_WHOLE in marks:
        tags, texts = _exact_tags_and_texts(page)
        marks = [_mark(tag.decode()).encode() for tag in tags]
    plain = b"".join(texts)
    if len(plain.translate(None, _CONTROLS)) < len(plain) or (
        b"&" in plain and b"&#" in plain and _REFERENCE.search(plain)
    ):
        texts = [_REFERENCE.sub(b" ", text.translate(_WITHOUT_CONTROLS)) for text in texts]
    parts = [b""] * (2 * len(texts) + 1)
    parts[::2] = marks
    parts[1::2] = texts
    reduced = b"".join(parts).decode()
    if _STYLED in reduced:
        if not is_mended:
            return _reduced(_with_tables(_without_hidden(_without_scripts(page))), is_mended=True)
        reduced = reduced.replace(_STYLED, "")
    if _PRE in reduced:
        # there a line break of the file is one of the text
        reduced = reduced.replace(_PRE, _BLOCK).replace("\x0c", "\n")
    return reduced


def _without_scripts(page: bytes) -> bytes:
    """The page without the scripts and comments that stand before its last script: what they hold looks
    like tags."""
    kept: list[bytes] = []
    at = 0
    while (script := page.find(b"<script", at)) >= 0:
        begin, mark = script, b"</script>"
        if (comment := _next_comment(page, at, script)) >= 0:
            begin, mark = comment, b"-->"
        end = page.find(mark, begin + 2)
        if end < 0:
            break
        kept.append(page[at:begin])
        at = end + len(mark)
    if not kept:
        return page
    kept.append(page[at:])
    return b"".join(kept)


def _without_hidden(page: bytes) -> bytes:
    """The page without what its cells hide: earlier figures, or notes to the editor. Elsewhere hidden parts are
    shown when a reader asks for them."""
    lower = page.lower()

    def seen(match: re.Match[bytes]) -> bytes:
        cell = max(lower.rfind(b"<td", 0, match.start()), lower.rfind(b"<th", 0, match.start()))
        return b"" if cell > lower.rfind(b"</t", 0, match.start()) else match.group()

    return _HIDDEN.sub(seen, page)


def _with_tables(page: bytes) -> bytes:
    """The page with the tags of a table for those of the blocks that are one by their style: cells, what holds
    several of them, and what holds several of these."""
    matches = list(_BLOCK_TAG.finditer(page))
    pairs = _pairs(matches)
    within: dict[int, int] = {}
    """Where a block opens → where the one around it does."""
    stack: list[int] = []
    for at in range(len(matches)):
        while stack and pairs[stack[-1]] < at:
            stack.pop()
        if at in pairs:
            within[at] = stack[-1] if stack else -1
            stack.append(at)
    cells = [
        at
        for at in pairs
        if _is_cell(matches[at]["name"].decode().lower(), matches[at][0].decode("utf-8", "replace"))
        and not _fills_a_cell(page, matches[at].start())
    ]
    rows = Counter(within[at] for at in cells)
    # a block of one cell is a row where its neighbours are rows of several
    tables = Counter(within[at] for at, count in rows.items() if count > 1 and at >= 0)
    kept_tables = {at for at, count in tables.items() if count > 1 and at >= 0}
    kept_rows = {at for at in rows if at >= 0 and within[at] in kept_tables}
    cells = [at for at in cells if within[at] in kept_rows]
    names: dict[int, bytes] = {}
    for name, found in ((b"table", kept_tables), (b"tr", kept_rows), (b"td", cells)):
        for at in found:
            names[at], names[pairs[at]] = b"<%b>" % name, b"</%b>" % name
    parts: list[bytes] = []
    last = 0
    for at, name in sorted(names.items()):
        parts += (page[last : matches[at].start()], name)
        last = matches[at].end()
    return b"".join([*parts, page[last:]])


def _fills_a_cell(page: bytes, at: int) -> bool:
    """Whether what begins at an offset is the first thing in a cell of a table."""
    before = page[page.rfind(b"<", 0, at) : at].strip().lower()
    return before.startswith((b"<td", b"<th")) and before.endswith(b">")


def _pairs(tags: list[re.Match[bytes]]) -> dict[int, int]:
    """Where each opening tag is closed; those that are not are left out."""
    pairs: dict[int, int] = {}
    opened: dict[bytes, list[int]] = {}
    for at, tag in enumerate(tags):
        of_name = opened.setdefault(tag["name"].lower(), [])
        if not tag["closing"]:
            of_name.append(at)
        elif of_name:
            pairs[of_name.pop()] = at
    return pairs


def _is_cell(name: str, tag: str) -> bool:
    """Whether a block is a cell of a table by its style or its class."""
    if name not in ("div", "span", "p"):
        return False
    return "table-cell" in tag or bool(_CELL_CLASS.search(_attribute(tag, "class")))


def _next_comment(page: bytes, begin: int, end: int) -> int:
    """Where the next comment begins, -1 where there is none. Its rarest character is looked for: pages have
    thousands of tags."""
    while (mark := page.find(b"!", begin, end)) >= 0:
        if page.startswith(b"<!--", mark - 1):
            return mark - 1
        begin = mark + 1
    return -1


def _tags_and_texts(page: bytes) -> tuple[list[bytes], list[bytes]]:
    """Tags in a row without the outermost brackets, and the texts between them: one less."""
    parts = _TEXT.split(b">%b<" % page)
    tags = parts[::2]
    tags[0] = tags[0][2:]
    tags[-1] = tags[-1][:-2]
    return tags, parts[1::2]


def _exact_tags_and_texts(page: bytes) -> tuple[list[bytes], list[bytes]]:
    parts = _EXACT_TAG.split(page)
    # the second group of the pattern is only a name
    return [b"", *parts[1::3], b""], parts[::3]


class _Marks(dict[bytes, bytes]):
    """What stands in the text for tags in a row; _NOT_WHOLE where one of them may not be whole. The pages of a
    site share most of their tags. A page has several hundred, for which functools' cache takes thrice as long."""

    def __missing__(self, tags: bytes) -> bytes:
        if len(self) >= _MAX_TAGS:
            self.clear()
        marks = self[tags] = _marks(tags)
        return marks


_MARKS = _Marks()


def _marks(tags: bytes) -> bytes:
    if not tags:
        return b""
    # the last tag of a page that ends inside it may be cut in a character
    text = f"<{tags.decode('utf-8', 'replace')}>"
    if "</" in text:
        text = _EMPTY.sub("\\1\xa0\\2", text)
    parts = _TAG.split(text)
    for tag in parts[1::2]:
        if tag[1] != "!" and ("<" in tag[1:] or tag.count('"') % 2 or tag.count("'") % 2):
            return _NOT_WHOLE
    parts[1::2] = map(_mark, parts[1::2])
    return _AROUND_MARKS.sub(r"\1", "".join(parts)).encode()


@lru_cache(maxsize=16384)
def _mark(tag: str) -> str:
    """What stands in the text for a tag."""
    match = _NAME.match(tag)
    if match is None:
        return "" if tag[1:2] in "/?" else tag
    closing, name = match[1], match[2].lower()
    if name in _HIDING and not closing and (_HIDING_STYLE.search(tag) or _is_cell(name, tag)):
        return _STYLED + _BLOCK if name in _BLOCKS else _STYLED
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
    return _CONTROL.sub("", match[match.lastindex]) if match and match.lastindex else ""


def _span_note(tag: str) -> str:
    if "span" not in tag.lower():
        return ""
    rowspan, colspan = _span(_attribute(tag, "rowspan")), _span(_attribute(tag, "colspan"))
    if rowspan == colspan == 1:
        return ""
    spans = (min(rowspan, _MAX_ROWSPAN), min(colspan, _MAX_SPAN))
    return "".join(chr(ord(_NONE) + span) for span in spans) + _SPANS


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
            found.setdefault(name.strip().lower(), content.translate(_ODD_SPACES).strip())
    return found


def _title(tree: LexborHTMLParser, meta: dict[str, str]) -> str | None:
    if meta.get("articletitle"):
        return meta["articletitle"]
    for selector in ("h1", "title"):
        node = tree.css_first(selector)
        if node is not None:
            text = _SPAN_NOTE.sub("", _IMAGE_NOTE.sub("", node.text()))
            text = _one_line(_CONTROL.sub("", text).translate(_ODD_SPACES).strip())
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
        words = raw.split()
        if len(words) == 1:
            lines += words
        elif words:
            lines.append(_one_line(raw.strip()))
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


def _table_or_prose(table: str) -> Sequence[str | _Grid]:
    """A table as the prose and the grids in it, in reading order."""
    if len(table) > _MAX_FORM:
        return _read_table(table)
    data = table.encode("utf-8", "replace")
    form = _form(_SEVERAL_DIGITS.sub(_A_COUNT.encode(), data.translate(_DIGITS)))
    if form is None:
        return _read_table(table)
    if form.notes is not None:
        return form.before, _Grid(_cells(data, form.notes), form.shape, form.places)
    parts = [""] * (2 * len(form.words) - 1)
    parts[::2] = form.words
    parts[1::2] = _COUNT.findall(table)
    return form.before, _Grid("".join(parts), form.shape, form.places)


@dataclass(frozen=True, slots=True)
class _Form:
    """What a table is whatever its counts."""

    before: str
    """The text that stands in no cell."""
    words: tuple[str, ...]
    """The texts of the cells, between their counts."""
    notes: tuple[bytes, ...] | None
    """How its spans are noted, where its cells hold nothing but marks beside their texts."""
    shape: tuple[Span, ...]
    places: int


@lru_cache(maxsize=256)
def _form(data: bytes) -> _Form | None:
    """The form of a table, all of whose counts are 0 here. None where the length of a count could make prose of
    a cell, and where a table holds prose."""
    table = data.decode()
    for item in table.split(_ITEM):
        text = item.partition(_ITEM_END)[0].strip()
        counts = text.count(_A_COUNT)
        if counts and len(text) + counts * _LONGEST_COUNT > _LONG_ROW:
            return None
    match _read_table(table):
        case [str(before), _Grid(texts, shape, places)] if _A_COUNT not in before:
            words = tuple(texts.split(_A_COUNT))
            if len(words) != table.count(_A_COUNT) + 1:
                return None
            notes = tuple({note.encode() for note in _SPAN_NOTE.findall(table)})
            is_plain = _cells(data, notes) == texts
            return _Form(before, words, notes if is_plain else None, tuple(shape), places)
    return None


def _cells(table: bytes, notes: Iterable[bytes]) -> str:
    """The texts of a table's cells with marks between them, where only marks stand beside them."""
    for note in notes:
        table = table.replace(note, b"")
    return table.translate(_TO_CELLS, _NOT_IN_CELLS).decode()[1:]


def _read_table(table: str) -> list[str | _Grid]:
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
            if text[2:3] == _SPANS:
                rowspan = min(ord(text[0]) - ord(_NONE) or height, height - r)
                colspan = ord(text[1]) - ord(_NONE) or 1
                text = text[3:]
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
        return [before, _grid(texts, shape)]
    # a table with running text in it is the page's frame: its other rows of one cell are headings
    places = {place[0]: index for index, place in enumerate(shape)}
    for r in only:
        prose.setdefault(r, texts[places[r]])
    return [before, *_split(texts, shape, prose)]


def _grid(texts: list[str], shape: list[Span]) -> _Grid:
    height = max([row + rowspan for row, _, rowspan, _ in shape])
    width = max([column + colspan for _, column, _, colspan in shape])
    return _Grid(CELL.join(texts), shape, height * width)


def _split(texts: list[str], shape: list[Span], prose: dict[int, str]) -> list[str | _Grid]:
    """The table cut at its rows of prose."""
    parts: list[str | _Grid] = []
    grid: tuple[list[str], list[Span]] = ([], [])
    top = 0
    for text, (r, c, rowspan, colspan) in zip(texts, shape, strict=True):
        if r in prose:
            if grid[0]:
                parts.append(_grid(*grid))
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
        parts.append(_grid(*grid))
    return parts
