"""Bytes of any format → the source text with its tables.

What a file is, its content says; what the server or its name says of it decides only between kinds of
text. Servers send HTML as .doc, Word files as octet streams and anything as text/html.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from flows.report.blocks import MAX_PLACES
from flows.report.errors import UnreadableError
from flows.report.html import read_html
from flows.report.source import CELL, MARKS, TABLE, Source
from flows.report.text import decode, mend_double_encoding

_MAX_BYTES = 200 * 2**20
_MAX_UNPACKED = 100 * 2**20
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|table|div|p|meta|article|span)\b", re.I)
_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.I)
_MAIL = re.compile(rb"\A\s*(?:MIME-Version:|From: |Content-Type: multipart/|Date: |Subject: )", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
_VOID_TAGS = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_CLOSED_BY_ITSELF = frozenset(["p", "li", "td", "th", "tr", "dd", "dt", "option", "tbody", "thead", "tfoot"])
_MANY_TAGS = 20_000
_MANY_TABLES = 300
_MAX_DEPTH = 1000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_REFUSED = {
    b"Rar!": "a RAR archive: it cannot be unpacked here",
    b"7z\xbc\xaf": "a 7z archive: it cannot be unpacked here",
    b"MZ": "a Windows program, not a document",
    b"\x00\x00\x00\x1cftyp": "a video, not a document",
    b"\x00\x00\x00\x20ftyp": "a video, not a document",
}
_OFFICE = {
    "xlsb": "a binary workbook (XLSB): it cannot be read yet",
    "pptx": "a presentation (PPTX): it holds no report",
    "odf": "an OpenDocument file: it cannot be read yet",
    "ofd": "an OFD file (GB/T 33190): it cannot be read yet",
}
_REPORT = re.compile("年度报告|工作报告|年报|年度報告|年報")
_MAX_MEMBERS = 60
"""Documents of one archive that are read."""

Convert = Callable[[bytes], bytes]
Recognise = Callable[[bytes], Source]


@dataclass(slots=True)
class Original:
    """An original as read: its text and tables, and what is known of the reading. `evidence` tells the
    format, the charset, and for an archive which file was read and which were not."""

    source: Source
    evidence: dict[str, str] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)


def read_source(
    data: bytes,
    media_type: str | None = None,
    charset: str | None = None,
    convert: Convert | None = None,
) -> Original:
    """Read an original whatever its format. `media_type` and `charset` are what the server declared;
    `convert` makes a format that is read here of an old Word file. Raises nothing but UnreadableError,
    whose message is the reason."""
    try:
        return _Reader(convert).read(data, media_type, charset, 0)
    except RecursionError:
        raise UnreadableError("the document nests its parts too deep") from None


@dataclass(slots=True)
class _Reader:
    convert: Convert | None

    def read(self, data: bytes, media_type: str | None, charset: str | None, depth: int) -> Original:
        if not data.strip():
            raise UnreadableError("the document is empty")
        if len(data) > _MAX_BYTES:
            raise UnreadableError(f"the document has more than {_MAX_BYTES} bytes")
        if b"%PDF-" in data[:1024]:
            from flows.report.pdf import read_pdf

            return Original(read_pdf(data), {"format": "PDF"})
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return self._read_zip(data, depth)
        if data.startswith(_OLE):
            return self._read_ole(data, depth)
        if data.startswith(b"{\\rtf"):
            from flows.report.rtf import read_rtf

            return Original(read_rtf(data), {"format": "RTF"})
        if data.startswith(b"\x1f\x8b"):
            return self.read(_unzipped(data), media_type, charset, _deeper(depth))
        for magic, name in _IMAGES.items():
            if data.startswith(magic) and (magic != b"BM" or not data.isascii()):
                return Original(Source("", image_count=1), {"format": f"{name} image"})
        for magic, reason in _REFUSED.items():
            if data.startswith(magic) and (magic != b"MZ" or b"\x00" in data[:200]):
                raise UnreadableError(reason)
        if _MAIL.match(data) and b"\nContent-Type:" in data[:20000].replace(b"\r", b""):
            page = _mail_page(data)
            if page is not None:
                body, declared = page
                original = self.read(body, "text/html", declared or charset, _deeper(depth))
                original.evidence["format"] = "MHTML"
                return original
        return _read_text(data, media_type, charset)

    def _read_ole(self, data: bytes, depth: int) -> Original:
        if _has_stream(data, "EncryptedPackage"):
            raise UnreadableError("the Office file is protected by a password")
        if _has_stream(data, "WordDocument"):
            if self.convert is None:
                raise UnreadableError("old Word file (.doc): no converter for it was given")
            original = self.read(self.convert(data), "text/plain", "utf-8", _deeper(depth))
            original.evidence["format"] = f"DOC, converted to {original.evidence['format']}"
            return original
        if _has_stream(data, "Workbook") or _has_stream(data, "Book"):
            from flows.report.sheet import read_sheet

            return Original(read_sheet(data), {"format": "XLS"})
        raise UnreadableError("an old Office file that is neither a Word document nor a workbook")

    def _read_zip(self, data: bytes, depth: int) -> Original:
        from flows.report.package import office_kind, open_zip

        with open_zip(data) as archive:
            kind = office_kind(archive)
        if kind == "docx":
            from flows.report.word import read_docx

            return Original(read_docx(data), {"format": "DOCX"})
        if kind == "xlsx":
            from flows.report.sheet import read_sheet

            return Original(read_sheet(data), {"format": "XLSX"})
        if kind is not None:
            raise UnreadableError(_OFFICE[kind])
        return self._read_archive(data, _deeper(depth))

    def _read_archive(self, data: bytes, depth: int) -> Original:
        """The document in an archive that holds an annual report; where its text and its tables are two
        files, both."""
        from flows.report.package import members, open_zip

        found: list[tuple[str, Original]] = []
        refused: list[str] = []
        with open_zip(data) as archive:
            for name, content in members(archive):
                if len(found) >= _MAX_MEMBERS:
                    refused.append(f"{name} (not read: more than {_MAX_MEMBERS} documents)")
                elif isinstance(content, UnreadableError):
                    refused.append(f"{name} ({content})")
                else:
                    try:
                        found.append((name, self.read(content, None, None, depth)))
                    except UnreadableError as error:
                        refused.append(f"{name} ({error})")
        found = [(name, original) for name, original in found if original.source.text or _images(original)]
        if not found:
            held = "; ".join(refused[:5])
            raise UnreadableError(
                f"the ZIP archive holds no document that can be read: {held or 'it is empty'}"
            )
        ranked = sorted(found, key=lambda pair: _rank(*pair), reverse=True)
        name, chosen = ranked[0]
        read = [name]
        if _labels(chosen.source) and not _REPORT.search(chosen.source.text):
            # the tables in a file of their own
            report = next((pair for pair in ranked[1:] if _REPORT.search(pair[1].source.text)), None)
            if report is not None and not _labels(report[1].source):
                chosen.source = _together(report[1].source, chosen.source)
                read.insert(0, report[0])
        others = [other for other, _ in ranked if other not in read] + refused
        chosen.evidence["archive"] = f"read {', '.join(read)}" + (
            f"; not read: {', '.join(others[:20])}" if others else ""
        )
        return chosen


def _deeper(depth: int) -> int:
    from flows.report.package import MAX_DEPTH

    if depth >= MAX_DEPTH:
        raise UnreadableError(f"the archive holds archives more than {MAX_DEPTH} deep")
    return depth + 1


# --- text ---------------------------------------------------------------------------------------


def _read_text(data: bytes, media_type: str | None, charset: str | None) -> Original:
    text, codec = decode(data, charset)
    if text.count("\ufffd") * 20 > len(text) or text.count("\x00") * 20 > len(text):
        raise UnreadableError("no charset fits: the bytes are no text")
    text, twice = mend_double_encoding(text)
    if _PAGE.match(text) if media_type == "text/plain" else _MARKUP.search(text[:20000]):
        _refuse_depth(text)
        original = Original(_within_bounds(read_html(text)), {"format": "HTML"})
    else:
        plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(MARKS)
        original = Original(Source(plain), {"format": "plain text"})
    original.evidence["charset"] = codec
    if twice:
        original.repairs["double_encoded"] = twice
    return original


def _refuse_depth(page: str) -> None:
    """Refuse a page whose tags nest absurdly deep, for which parsers need time with the square of the
    depth. Only pages with many tags are looked at; browsers stop at a depth of 512."""
    if page.count("<") < _MANY_TAGS and page.count("<table") < _MANY_TABLES:
        return
    open_tags: list[str] = []
    for match in _TAG.finditer(page):
        slash, name = match.groups()
        name = name.lower()
        if name in _VOID_TAGS:
            continue
        if not slash and name in _CLOSED_BY_ITSELF:
            # <td> ends the <td> before it, within one table
            slash, again = "/", True
        else:
            again = False
        if slash:
            for back in range(1, min(12, len(open_tags)) + 1):
                if open_tags[-back] == name:
                    del open_tags[-back:]
                    break
                if again and open_tags[-back] == "table":
                    break
        if not slash or again:
            open_tags.append(name)
            if len(open_tags) > _MAX_DEPTH:
                raise UnreadableError(f"the page nests its tags more than {_MAX_DEPTH} deep")


def _within_bounds(source: Source) -> Source:
    places = sum(
        max((row + rowspan for row, _, rowspan, _ in shape), default=0)
        * max((column + colspan for _, column, _, colspan in shape), default=0)
        for shape in source.shapes
    )
    if places > MAX_PLACES:
        raise UnreadableError(f"the tables of the page span more than {MAX_PLACES} places")
    return source


def _mail_page(data: bytes) -> tuple[bytes, str | None] | None:
    """The page in an MHTML file (how Word and browsers save a page in one file), and its charset."""
    from email import message_from_bytes
    from email.errors import MessageError

    try:
        message = message_from_bytes(data)
        for number, part in enumerate(message.walk()):
            if number > 500:
                return None
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                body = part.get_payload(decode=True)
                if isinstance(body, bytes) and body.strip():
                    return body, part.get_content_charset()
    except (MessageError, ValueError, LookupError, AssertionError, TypeError, AttributeError, IndexError):
        # the parser of the standard library trips over some broken headers
        return None
    return None


def _unzipped(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, _MAX_UNPACKED)
    except zlib.error as error:
        raise UnreadableError(f"the gzip file is broken: {error}") from None
    if unpacker.unconsumed_tail:
        raise UnreadableError(f"the gzip file unpacks to more than {_MAX_UNPACKED} bytes")
    return unpacked


# --- Office and archives ------------------------------------------------------------------------


def _has_stream(data: bytes, name: str) -> bool:
    return name.encode("utf-16-le") in data


def _images(original: Original) -> int:
    return original.source.image_count


def _labels(source: Source) -> int:
    """The labels of a form in the tables of a source."""
    from flows.report.rows import is_label

    return sum(is_label(text.strip()) for part in source.text.split(TABLE)[1::2] for text in part.split(CELL))


def _rank(name: str, original: Original) -> tuple[int, bool, int]:
    text = original.source.text
    named = bool(_REPORT.search(name) or _REPORT.search(text[:2000]))
    return _labels(original.source), named, len(text)


def _together(first: Source, second: Source) -> Source:
    return Source(
        first.text + "\n" + second.text,
        [*first.shapes, *second.shapes],
        first.title or second.title,
        first.meta,
        first.image_count + second.image_count,
        first.links,
    )
