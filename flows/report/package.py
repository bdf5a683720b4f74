"""ZIP → the documents in it, within bounds.

What is unpacked is bounded by count, size and ratio whatever the archive says of itself, and names in it
are words in messages: nothing is ever written under them.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile, ZipInfo

from flows.report.errors import UnreadableError

MAX_DEPTH = 2
"""Archives within archives."""
_MAX_MEMBERS = 2000
_MAX_UNPACKED = 200 * 2**20
_MAX_MEMBER = 100 * 2**20
_MAX_RATIO = 200
"""Unpacked to packed size, from a million bytes on: XML of tables packs to a fiftieth."""
_STEP = 2**18
_NO_DOCUMENT = re.compile(r"\.(?:gif|ico|webp|css|js|exe|dll|mp[34]|avi|wmv|db|ini|lnk|ttf)$", re.I)
_CONTENT = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsb",
    "ppt/presentation.xml": "pptx",
    "content.xml": "odf",
    "ofd.xml": "ofd",
}


def open_zip(data: bytes) -> ZipFile:
    """The archive; UnreadableError where it is broken or has too many members."""
    try:
        archive = ZipFile(io.BytesIO(data))
    except (
        BadZipFile,
        ValueError,
        OSError,
        NotImplementedError,
        OverflowError,
        UnicodeError,
        EOFError,
    ) as error:
        raise UnreadableError(f"the ZIP archive is broken: {error}") from None
    if len(archive.infolist()) > _MAX_MEMBERS:
        raise UnreadableError(f"the ZIP archive has more than {_MAX_MEMBERS} members")
    return archive


def read_member(archive: ZipFile, member: str | ZipInfo, limit: int = _MAX_MEMBER) -> bytes:
    """A member's bytes; UnreadableError where it is encrypted, broken, larger than `limit` or swells."""
    info = archive.getinfo(member) if isinstance(member, str) else member
    name = printed_name(info)
    if info.flag_bits & 1:
        raise UnreadableError(f"{name} in the ZIP archive is protected by a password")
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_STEP):
                size += len(piece)
                if size > limit:
                    raise UnreadableError(f"{name} in the ZIP archive unpacks to more than {limit} bytes")
                if size > 10**6 and size > _MAX_RATIO * max(1, info.compress_size):
                    raise UnreadableError(f"{name} in the ZIP archive swells more than {_MAX_RATIO}-fold")
                pieces.append(piece)
    except (
        BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
    ) as error:
        raise UnreadableError(f"{name} in the ZIP archive is broken: {error}") from None
    except Exception as error:
        # the modules for bzip2 and LZMA have errors of their own
        if type(error).__name__ not in ("LZMAError", "error"):
            raise
        raise UnreadableError(f"{name} in the ZIP archive is broken: {error}") from None
    return b"".join(pieces)


def office_kind(archive: ZipFile) -> str | None:
    """What Office document an archive is: docx, xlsx, xlsb, pptx, odf (OpenDocument), ofd; None where it is none."""
    for name in archive.namelist():
        kind = _CONTENT.get(name.lower().replace("\\", "/").removeprefix("/"))
        if kind:
            return kind
    return None


def members(archive: ZipFile) -> Iterator[tuple[str, bytes | UnreadableError]]:
    """The files in an archive: (name as printed, bytes or why there are none). Together they are bounded;
    what goes beyond is refused member by member."""
    left = _MAX_UNPACKED
    for info in archive.infolist():
        if info.is_dir() or not info.file_size:
            continue
        name = printed_name(info)
        base = name.rpartition("/")[2]
        if base.startswith((".", "~$")) or name.startswith("__MACOSX/"):
            continue
        try:
            if _NO_DOCUMENT.search(name):
                raise UnreadableError("no document")
            if left <= 0:
                raise UnreadableError(f"the ZIP archive unpacks to more than {_MAX_UNPACKED} bytes")
            data = read_member(archive, info, min(_MAX_MEMBER, left))
        except UnreadableError as error:
            yield name, error
            continue
        left -= len(data)
        yield name, data


def printed_name(info: ZipInfo) -> str:
    """A member's name; without the UTF-8 flag it is in GB 18030, as Chinese Windows writes it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.filename
