"""One original read, whatever is in it: what the core cannot read comes back as an unreadable report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flows.edge.divisions import load_divisions
from flows.report.aliases import Aliases
from flows.report.read import read_report
from flows.report.source import Source
from flows.report.types import Report

Reader = Callable[[bytes, str | None, str | None, str | None], Report]
"""Bytes, address, media type and charset of an original → what it says."""


def read_original(
    data: bytes,
    address: str | None,
    media_type: str | None,
    charset: str | None,
    labels: Aliases | None = None,
    images: Sequence[bytes] = (),
) -> Report:
    """`labels` are the wordings of the source that it came from, `images` those of a page's article; where
    none are given, a local page's are looked for beside it."""
    return read_report(
        data,
        address=address,
        media_type=media_type,
        charset=charset,
        divisions=load_divisions(),
        labels=labels,
        convert=_convert,
        recognise=_recognise,
        images=lambda addresses: images or _beside(address, addresses),
    )


def _convert(data: bytes) -> bytes:
    from flows.edge.office import doc_to_source_bytes

    return doc_to_source_bytes(data)


def _recognise(files: Sequence[bytes]) -> Source:
    from flows.edge.ocr import recognise

    return recognise(files)


def _beside(address: str | None, images: Sequence[str]) -> list[bytes]:
    from flows.edge.pictures import pictures_beside

    return pictures_beside(address, images)


def read_safely(
    data: bytes,
    address: str | None,
    media_type: str | None,
    charset: str | None,
    reader: Reader = read_original,
) -> Report:
    """Like `read_original`, and an error of the reader is the reason of an unreadable report."""
    try:
        return reader(data, address, media_type, charset)
    except Exception as error:
        return unreadable(f"{type(error).__name__}: {error}".rstrip(": "))


def unreadable(reason: str) -> Report:
    return Report(kind="unreadable", reason=reason)
