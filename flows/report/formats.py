"""Bytes of any format → the source text with its tables.

What a file is, its content says; what the server or its name says of it decides only between kinds of
text. Servers send HTML as .doc, Word files as octet streams and anything as text/html.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flows.report.answer import page_of
from flows.report.errors import HiddenTextError, UnreadableError
from flows.report.html import read_html
from flows.report.source import CELL, MARKS, TABLE, Source
from flows.report.text import decode, mend_double_encoding

_MAX_BYTES = 200 * 2**20
_MAX_TEXT = 8 * 2**20
"""Of a page or a plain text. The largest page seen has one; longer ones would take more than two seconds."""
_MAX_PARTS = 100_000
"""What bars, tabs and commas part in a text may be cells."""
_MAX_TEXT_WITH_IMAGES = 64 * 2**20
_MAX_UNPACKED = 100 * 2**20
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|table|div|p|meta|article|span)\b", re.I)
_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.I)
_MAIL = re.compile(rb"\A\s*(?:MIME-Version:|From: |Content-Type: multipart/|Date: |Subject: )", re.I)
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
    b"Rar!": "a RAR archive: it is not unpacked; unpack it, or pack it as ZIP, and read what was in it",
    b"7z\xbc\xaf": "a 7z archive: it is not unpacked; unpack it, or pack it as ZIP, and read what was in it",
    b"MZ": "a Windows program, not a document",
    b"\x00\x00\x00\x1cftyp": "a video, not a document",
    b"\x00\x00\x00\x20ftyp": "a video, not a document",
}
_OFFICE = {
    "xlsb": "a binary workbook (XLSB): it is not read; save it as XLSX",
    "pptx": "a presentation (PPTX): it holds no report",
}
_REPORT = re.compile("年度报告|工作报告|年报|年度報告|年報")
_MAX_MEMBERS = 60
"""Documents of one archive that are read."""

_MAX_PICTURES = 20
_MAX_PICTURE = 20 * 2**20
_LEAST_PICTURE = 3000
"""Bytes; a table has more, an emblem or a line may have fewer."""
_DATA_ADDRESS = re.compile(r"data:image/[\w.+-]+;base64,", re.I)

Convert = Callable[[bytes], bytes]
Recognise = Callable[[Sequence[bytes]], Source]
"""Images, or PDFs of images, in reading order → their text and tables."""


@dataclass(slots=True)
class Original:
    """An original as read: its text and tables, and what is known of the reading. `evidence` tells the
    format, the charset, and for an archive which file was read and which were not."""

    source: Source
    evidence: dict[str, str] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    pictures: list[bytes] = field(default_factory=list)
    """The images that came with it, which may be those of its tables. The file itself where all that it
    prints is images, or its images cannot be told from its text."""


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

            try:
                return _drawn(read_pdf(data), "PDF", data)
            except HiddenTextError as error:
                original = _drawn(Source("", image_count=error.page_count), "PDF", data)
                original.evidence["fonts"] = str(error)
                return original
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
                return _drawn(Source("", image_count=1), f"{name} image", data)
        for magic, reason in _REFUSED.items():
            if data.startswith(magic) and (magic != b"MZ" or b"\x00" in data[:200]):
                raise UnreadableError(reason)
        if _MAIL.match(data) and b"\nContent-Type:" in data[:20000].replace(b"\r", b""):
            page = _mail_page(data)
            if page is not None:
                body, declared = page
                original = self.read(body, "text/html", declared or charset, _deeper(depth))
                original.evidence["format"] = "MHTML"
                original.pictures += pictures(_mail_pictures(data))
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

            return _with_pictures(Original(read_docx(data), {"format": "DOCX"}), data, "word/media/")
        if kind == "xlsx":
            from flows.report.sheet import read_sheet

            return Original(read_sheet(data), {"format": "XLSX"})
        if kind == "odf":
            from flows.report.odf import read_odf

            return _with_pictures(Original(read_odf(data), {"format": "OpenDocument"}), data, "Pictures/")
        if kind == "ofd":
            from flows.report.ofd import read_ofd

            return _with_pictures(Original(read_ofd(data), {"format": "OFD"}), data, "")
        if kind is not None:
            raise UnreadableError(_OFFICE[kind])
        return self._read_archive(data, _deeper(depth))

    def _read_archive(self, data: bytes, depth: int) -> Original:
        """The document in an archive that holds an annual report; where its text and its tables are two
        files, both."""
        from flows.report.package import members, open_zip

        found: list[tuple[str, Original]] = []
        refused: list[str] = []
        images: list[bytes] = []
        with open_zip(data) as archive:
            for name, content in members(archive):
                if len(found) >= _MAX_MEMBERS:
                    refused.append(f"{name} (not read: more than {_MAX_MEMBERS} documents)")
                elif isinstance(content, UnreadableError):
                    refused.append(f"{name} ({content})")
                elif is_image(content):
                    refused.append(f"{name} (an image)")
                    images.append(content)
                else:
                    try:
                        found.append((name, self.read(content, None, None, depth)))
                    except UnreadableError as error:
                        refused.append(f"{name} ({error})")
        found = [(name, original) for name, original in found if original.source.text or _images(original)]
        images = pictures(images)
        if not found and images:
            whole = Source("", image_count=len(images))
            return Original(whole, {"format": "ZIP of images"}, pictures=images)
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
                chosen.source = together(report[1].source, chosen.source)
                read.insert(0, report[0])
        if not _labels(chosen.source):
            chosen.pictures += images
            chosen.source.image_count += len(images)
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


def is_image(data: bytes) -> bool:
    return any(data.startswith(magic) and (magic != b"BM" or not data.isascii()) for magic in _IMAGES)


def pictures(found: Iterable[bytes]) -> list[bytes]:
    """Those of some files that are images large enough to hold a table, within bounds."""
    kept: list[bytes] = []
    for data in found:
        if _LEAST_PICTURE <= len(data) <= _MAX_PICTURE and is_image(data):
            kept.append(data)
            if len(kept) == _MAX_PICTURES:
                break
    return kept


def _drawn(source: Source, name: str, data: bytes) -> Original:
    return Original(source, {"format": name}, pictures=[data] if source.image_count else [])


def _with_pictures(original: Original, data: bytes, folder: str) -> Original:
    """An Office document with the images in its package, where it prints any."""
    from flows.report.package import open_zip, read_member

    if original.source.image_count:
        with open_zip(data) as archive:
            for info in archive.infolist():
                if len(original.pictures) == _MAX_PICTURES:
                    break
                if info.filename.startswith(folder) and _LEAST_PICTURE <= info.file_size <= _MAX_PICTURE:
                    if not info.filename.lower().endswith(".xml"):
                        original.pictures += pictures([read_member(archive, info, _MAX_PICTURE)])
    return original


def _data_pictures(addresses: Sequence[str]) -> Iterable[bytes]:
    """The images that stand in their own addresses."""
    from base64 import b64decode

    for address in addresses:
        match = _DATA_ADDRESS.match(address)
        if match and len(address) < 1.4 * _MAX_PICTURE:
            try:
                yield b64decode(address[match.end() :])
            except ValueError:
                continue


# --- text ---------------------------------------------------------------------------------------


_FEWEST_ESCAPED = 20
"""Ends of cells in a page's text from which its markup is taken to be escaped."""


def _read_text(data: bytes, media_type: str | None, charset: str | None) -> Original:
    most = _MAX_TEXT
    if len(data) > most and b";base64," in data:
        most = _MAX_TEXT_WITH_IMAGES
    if len(data) > most:
        raise UnreadableError(f"a text of more than {most} bytes: no annual report has so many")
    text, codec = decode(data, charset)
    lost = text.count("\ufffd") if "\ufffd" in text else 0
    if lost * 20 > len(text) or (b"\x00" in data and text.count("\x00") * 20 > len(text)):
        raise UnreadableError("no charset fits: the bytes are no text")
    # no Chinese character has the byte that leads those of Latin letters
    text, twice = mend_double_encoding(text) if codec != "utf-8" or b"\xc3" in data else (text, 0)
    if (answered := page_of(text)) is not None:
        original = Original(read_html(answered.encode("utf-8", "replace")), {"format": "HTML in JSON"})
    elif _PAGE.match(text) if media_type == "text/plain" else _MARKUP.search(text[:20000]):
        is_whole = codec == "utf-8" and not (twice or lost)
        page = data if is_whole else text.encode("utf-8", "replace")
        source = read_html(page)
        if source.text.count("</td>") > _FEWEST_ESCAPED:
            # its tags are printed as text
            inner = read_html(source.text.encode("utf-8", "replace"))
            inner.title, inner.meta = source.title, source.meta
            source = inner
        original = Original(source, {"format": "HTML"})
        original.pictures = pictures(_data_pictures(original.source.images))
    else:
        plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(MARKS)
        original = Original(Source(plain), {"format": "plain text"})
    original.evidence["charset"] = codec
    printed = original.source.text
    if len(printed) > _MAX_PARTS and sum(map(printed.count, "|\t｜┃│,，")) > _MAX_PARTS:
        raise UnreadableError(
            f"a text with more than {_MAX_PARTS} bars, tabs and commas: no annual report has so many"
        )
    if twice:
        original.repairs["double_encoded"] = twice
    return original


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


def _mail_pictures(data: bytes) -> list[bytes]:
    """The images in an MHTML file."""
    from email import message_from_bytes

    found: list[bytes] = []
    for part in message_from_bytes(data).walk():
        if part.get_content_maintype() == "image":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                found.append(body)
    return found


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


def together(first: Source, second: Source) -> Source:
    return Source(
        first.text + "\n" + second.text,
        [*first.shapes, *second.shapes],
        first.title or second.title,
        first.meta,
        first.image_count + second.image_count,
        first.links,
    )
