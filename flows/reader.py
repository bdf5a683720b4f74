"""One original read, whatever is in it: what the core cannot read comes back as an unreadable report."""

from __future__ import annotations

from collections.abc import Callable

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from flows.report.source import Source
from flows.report.types import Report

Reader = Callable[[bytes, str | None, str | None, str | None], Report]
"""Bytes, address, media type and charset of an original → what it says."""


def read_original(data: bytes, address: str | None, media_type: str | None, charset: str | None) -> Report:
    return read_report(
        data,
        address=address,
        media_type=media_type,
        charset=charset,
        divisions=load_divisions(),
        convert=_convert,
        recognise=_recognise,
    )


def _convert(data: bytes) -> bytes:
    from flows.edge.office import doc_to_source_bytes

    return doc_to_source_bytes(data)


def _recognise(data: bytes) -> Source:
    from flows.edge.ocr import recognise

    return recognise(data)


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
