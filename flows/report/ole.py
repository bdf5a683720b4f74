"""The container of old Office files (MS-CFB): its streams by name."""

from __future__ import annotations

import struct

from flows.report.errors import UnreadableError

_END = 0xFFFFFFFC
"""From here on a sector number is none."""
_MINI_LIMIT = 4096
_MAX_ENTRIES = 10_000


def read_streams(data: bytes, names: frozenset[str]) -> dict[str, bytes]:
    """The streams of these names that the file has. UnreadableError where its chains are broken."""
    try:
        return _read_streams(data, names)
    except (struct.error, IndexError) as error:
        raise UnreadableError(f"the Office file is broken: {error}") from None


def _read_streams(data: bytes, names: frozenset[str]) -> dict[str, bytes]:
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise UnreadableError("the Office file is broken: no sector size")
    size = 1 << shift
    first_directory, _, _, first_mini = struct.unpack_from("<IIII", data, 48)
    next_table, table_count = struct.unpack_from("<II", data, 68)
    tables = list(struct.unpack_from("<109I", data, 76))
    for _ in range(min(table_count, len(data) // size)):
        if next_table >= _END:
            break
        *more, next_table = struct.unpack_from(f"<{size // 4}I", data, (next_table + 1) * size)
        tables += more
    chain: list[int] = []
    for table in tables:
        if table < _END and (table + 2) * size <= len(data) + size:
            part = data[(table + 1) * size : (table + 2) * size]
            chain += struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])

    def sectors(first: int, following: list[int], source: bytes, length: int, offset: int) -> bytes:
        pieces: list[bytes] = []
        while first < _END:
            if len(pieces) * length > len(source):
                raise UnreadableError("the Office file is broken: a chain of sectors runs in a circle")
            pieces.append(source[(first + offset) * length : (first + offset + 1) * length])
            first = following[first]
        return b"".join(pieces)

    directory = sectors(first_directory, chain, data, size, 1)
    found: dict[str, bytes] = {}
    mini_stream = b""
    mini_chain: list[int] = []
    for number in range(min(len(directory) // 128, _MAX_ENTRIES)):
        entry = directory[number * 128 : number * 128 + 128]
        (name_length,) = struct.unpack_from("<H", entry, 64)
        name = entry[: max(0, min(name_length, 64) - 2)].decode("utf-16-le", "replace")
        first, length = struct.unpack_from("<II", entry, 116)
        if entry[66] == 5:  # the root, whose stream holds the small streams
            mini_stream = sectors(first, chain, data, size, 1)
            table = sectors(first_mini, chain, data, size, 1)
            mini_chain = list(struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4]))
        elif entry[66] == 2 and name in names and name not in found:
            if length < _MINI_LIMIT:
                found[name] = sectors(first, mini_chain, mini_stream, 64, 0)[:length]
            else:
                found[name] = sectors(first, chain, data, size, 1)[:length]
    return found
