"""The archive: every original that was ever fetched, unchanged, under the name of its SHA-256.

`archive/ab/cd/<sha256>`: two levels of folders keep each one small. A file is written under a temporary
name and renamed, so a name that exists is a whole original, whenever the writer was stopped. Only a crash of
the machine can damage one that was not on the disk yet; reading checks, and fetching again mends.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class MissingOriginalError(Exception):
    """The archive has no original of this SHA-256, or only a damaged one (then set aside)."""


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Archive:
    """Originals by SHA-256 under one folder; safe for several writers and readers at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        if not _SHA256.match(sha256):
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def add(self, data: bytes, *, sha256: str | None = None, is_synced: bool = True) -> str:
        """Keep the bytes and return their SHA-256, which who knows it may give; an original already there is
        left as it is. Whoever adds many leaves syncing to the manifest, which does it before its Parquet names
        them."""
        sha256 = sha256 or sha256_of(data)
        path = self.path(sha256)
        try:
            if path.stat().st_size == len(data):
                return sha256
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data, is_synced=is_synced)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The original's bytes, checked against their name.

        Raises MissingOriginalError. A file whose bytes do not match is renamed to `<sha256>.damaged`, so that
        fetching the original again puts it right.
        """
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise MissingOriginalError(f"{path}: not in the archive") from None
        found = sha256_of(data)
        if found != sha256:
            path.rename(path.with_name(f"{sha256}.damaged"))
            raise MissingOriginalError(
                f"{path}: damaged, its bytes have the SHA-256 {found}; set aside as .damaged"
            )
        return data


def write_atomically(path: Path, data: bytes, *, is_synced: bool = True) -> None:
    """Write a file so that its name only ever shows the whole of it. The folder must exist."""
    temporary = temporary_name(path)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            if is_synced:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def temporary_name(path: Path) -> Path:
    """A name beside `path` that no other writer uses."""
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
