"""RTF → the source text with its tables. Many files named .doc are RTF.

RTF is a stream of control words that set the state of the group they stand in. Read are the text, the
paragraphs and the table rows (their cells' right edges and merges, in twips); all else is passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from flows.report.blocks import Blocks, Box, placed
from flows.report.errors import UnreadableError
from flows.report.source import Source

_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)", re.S)
_SKIPPED = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "header",
        "headerl",
        "headerr",
        "headerf",
        "footer",
        "footerl",
        "footerr",
        "footerf",
        "footnote",
        "annotation",
        "object",
        "fldinst",
        "themedata",
        "latentstyles",
        "listtable",
        "listoverridetable",
        "generator",
        "xmlnstbl",
        "datastore",
        "rsidtbl",
        "nonshppict",
        "bkmkstart",
        "bkmkend",
        "filetbl",
        "revtbl",
        "pgdsctbl",
        "shpinst",
        "sp",
    ]
)
_TEXT = {
    "tab": "\t",
    "line": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "·",
    "nestcell": " ",
    "nestrow": "\n",
}
_CODECS = {134: "gb18030", 136: "big5hkscs", 128: "cp932", 129: "cp949"}
_PAGES = {936: "gb18030", 950: "big5hkscs", 65001: "utf-8", 1252: "cp1252"}
_MAX_DEPTH = 500
_SAME_EDGE = 30
"""Twips (1/20 point) within which cells' edges are one."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits. `unicode_skip` is the number of characters that stand in for a \\u."""

    skipped: bool = False
    hidden: bool = False
    unicode_skip: int = 1
    codec: str = ""


@dataclass(slots=True)
class _CellShape:
    right: int
    goes_on: bool
    joined: bool
    """Goes on from the cell above; is part of the cell to the left."""


@dataclass(slots=True)
class _Reader:
    blocks: Blocks = field(default_factory=Blocks)
    codec: str = "gb18030"
    image_count: int = 0
    text: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    raw_codec: str = ""
    in_table: bool = False
    cells: list[str] = field(default_factory=list)
    shape: list[_CellShape] = field(default_factory=list)
    row_left: int = 0
    flags: set[str] = field(default_factory=set)
    boxes: list[Box] = field(default_factory=list)
    rows: int = 0

    def write(self, text: str) -> None:
        self.flush()
        self.text.append(text)

    def write_byte(self, code: int, codec: str) -> None:
        if codec != self.raw_codec:
            self.flush()
            self.raw_codec = codec
        self.raw.append(code)

    def flush(self) -> None:
        if self.raw:
            self.text.append(self.raw.decode(self.raw_codec or self.codec, "replace"))
            self.raw.clear()

    def take(self) -> str:
        self.flush()
        text = "".join(self.text)
        self.text.clear()
        # \u gives UTF-16 units
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def end_paragraph(self) -> None:
        if self.in_table:
            self.write("\n")
            return
        self.end_table()
        self.blocks.prose(self.take())

    def end_row(self) -> None:
        """Place the row's cells by the edges of its definition."""
        left = self.row_left
        for index, shape in enumerate(self.shape):
            text = self.cells[index] if index < len(self.cells) else ""
            if shape.joined and self.boxes and self.boxes[-1].row == self.rows:
                self.boxes[-1].right = shape.right
                left = shape.right
                continue
            above = self._above(left, shape.right) if shape.goes_on else None
            if above is not None:
                above.rowspan += 1
            elif shape.right > left:
                self.boxes.append(Box(text, self.rows, 1, left, shape.right))
            left = max(left, shape.right)
        if len(self.boxes) > 400_000:
            raise UnreadableError("the RTF file has a table with more cells than an annual report has")
        self.cells.clear()
        self.rows += 1

    def _above(self, left: int, right: int) -> Box | None:
        for box in reversed(self.boxes[-400:]):
            if box.row + box.rowspan == self.rows and abs(box.left - left) <= _SAME_EDGE:
                return box if abs(box.right - right) <= _SAME_EDGE else None
        return None

    def end_table(self) -> None:
        if self.boxes:
            self.blocks.table(*placed(self.boxes, _SAME_EDGE))
        self.boxes, self.rows = [], 0


def read_rtf(data: bytes) -> Source:
    """The text and tables of an RTF file. UnreadableError where its groups nest without end."""
    reader = _Reader()
    state = _State()
    stack: list[_State] = []
    fonts: dict[int, str] = {}
    font = 0
    in_fonts = False
    left = 0
    """Characters still to be passed over after a \\u."""
    starts_group = False
    for match in _TOKEN.finditer(data.decode("latin-1")):
        word, number, code, symbol, brace, text = match.groups()
        if brace == "{":
            if len(stack) >= _MAX_DEPTH:
                raise UnreadableError(f"the RTF file nests its groups more than {_MAX_DEPTH} deep")
            stack.append(state)
            starts_group = True
            continue
        first, starts_group = starts_group, False
        if brace == "}":
            state = stack.pop() if stack else state
            in_fonts = in_fonts and state.skipped
            left = 0
            continue
        if symbol == "*" and first:
            state = replace(state, skipped=True)
            continue
        if word in ("f", "fcharset", "fonttbl") and (in_fonts or word == "fonttbl"):
            in_fonts = True
            if word == "f":
                font = int(number or 0)
            elif word == "fcharset" and int(number or 0) in _CODECS:
                fonts[font] = _CODECS[int(number or 0)]
        if word == "pict":
            reader.image_count += 1
        if word in _SKIPPED or word == "pict":
            state = replace(state, skipped=True)
        if state.skipped:
            continue
        if code or text or (symbol and symbol not in "\r\n"):
            if left:
                if text:
                    text, left = text[left:], max(0, left - len(text))
                    if not text:
                        continue
                else:
                    left -= 1
                    continue
            if state.hidden:
                continue
            if code:
                reader.write_byte(int(code, 16), state.codec or reader.codec)
            elif text:
                if text.isascii():
                    reader.write(text) if not _is_trail(reader) else _write_trail(reader, text)
                else:
                    for char in text:
                        reader.write_byte(ord(char), state.codec or reader.codec)
            elif symbol == "~":
                reader.write(" ")
            elif symbol in ("\\", "{", "}"):
                if _is_trail(reader):
                    reader.raw.append(ord(symbol))
                else:
                    reader.write(symbol)
        elif symbol:
            reader.end_paragraph()
        elif word:
            value = int(number) if number else None
            if word == "u" and value is not None:
                if not state.hidden:
                    reader.write(chr(value & 0xFFFF))
                left = state.unicode_skip
            else:
                state = _control(word, value, reader, state, fonts)
    if reader.cells:
        reader.end_row()
    reader.in_table = False
    reader.end_paragraph()
    return reader.blocks.source(None, reader.image_count)


def _is_trail(reader: _Reader) -> bool:
    """Whether the bytes read so far end within a double-byte character, whose second may be ASCII."""
    if not reader.raw or (reader.raw_codec or reader.codec) not in ("gb18030", "big5hkscs"):
        return False
    inside = False
    for byte in reader.raw:
        inside = not inside and byte >= 0x81
    return inside


def _write_trail(reader: _Reader, text: str) -> None:
    reader.raw.append(ord(text[0]))
    if text[1:]:
        reader.write(text[1:])


def _control(word: str, value: int | None, reader: _Reader, state: _State, fonts: dict[int, str]) -> _State:
    """The effect of a control word; gives the state after it."""
    if word in ("par", "sect", "page"):
        reader.end_paragraph()
    elif word in _TEXT:
        if not state.hidden:
            reader.write(_TEXT[word])
    elif word == "cell":
        reader.cells.append(reader.take())
    elif word == "row":
        reader.end_row()
    elif word == "intbl":
        reader.in_table = True
    elif word == "pard":
        reader.in_table = False
    elif word == "trowd":
        reader.shape, reader.flags, reader.row_left = [], set(), 0
    elif word == "trleft":
        reader.row_left = value or 0
    elif word in ("clvmrg", "clmrg"):
        reader.flags.add(word)
    elif word == "cellx":
        if len(reader.shape) < 500:
            reader.shape.append(_CellShape(value or 0, "clvmrg" in reader.flags, "clmrg" in reader.flags))
        reader.flags = set()
    elif word == "ansicpg":
        reader.codec = _PAGES.get(value or 0, reader.codec)
    elif word == "uc":
        return replace(state, unicode_skip=min(value or 0, 10))
    elif word in ("f", "af"):
        if word == "f":
            return replace(state, codec=fonts.get(value or 0, ""))
    elif word in ("v", "deleted"):
        return replace(state, hidden=value != 0)
    elif word == "plain":
        return replace(state, hidden=False, codec="")
    return state
