"""Local documents: which files of a folder are documents, and what their suffixes say of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".htm": "text/html",
    ".html": "text/html",
    ".shtml": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".jhtml": "text/html",
    ".aspx": "text/html",
    ".jsp": "text/html",
    ".php": "text/html",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".wps": "application/vnd.ms-works",
    ".rtf": "application/rtf",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ofd": "application/ofd",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".zip": "application/zip",
}
"""The suffixes of documents, with the media type each stands for."""


@dataclass(frozen=True, slots=True)
class LocalDocument:
    """A local file: its path as given (below a folder: the folder as given and the way down), and why it
    is not read, if it is not."""

    path: str
    skipped: str | None = None

    @property
    def address(self) -> str:
        """The path as text; bytes of its name that are not UTF-8 are shown as U+FFFD."""
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    @property
    def media_type(self) -> str | None:
        return MEDIA_TYPES.get(Path(self.path).suffix.lower())


def documents_in(given: str) -> Iterator[LocalDocument]:
    """The file itself, whatever its suffix, or all files below a folder in the order of their paths.

    In folders, hidden files and suffixes that no document has come with the reason why they are skipped;
    hidden folders and links to folders are not entered. Raises FileNotFoundError for what is not there.
    """
    path = Path(given)
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(f"{given}: no such file or folder")
        yield LocalDocument(given, None if path.is_file() else "not a regular file")
        return
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(given.rstrip("/") or "/", onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            found = f"{folder.rstrip('/')}/{name}"
            yield LocalDocument(found, _why_skipped(Path(found)))
    for error in unreadable:
        yield LocalDocument(str(error.filename), f"folder cannot be read: {error.strerror}")


def _why_skipped(path: Path) -> str | None:
    if path.name.startswith("."):
        return "hidden file"
    if path.suffix.lower() not in MEDIA_TYPES:
        return f"suffix {path.suffix!r} is not a document's" if path.suffix else "no suffix"
    if not path.is_file():
        return "not a regular file"
    return None


def read_local(path: str, limit: int) -> bytes:
    """The bytes of a local file. Raises OSError, also for one of more than `limit` bytes."""
    with Path(path).open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"too large: more than {limit:,} bytes")
    return data
