"""`gongkai parse`: what local documents say, as JSON Lines, without a warehouse."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Any

import click

from flows.edge.folder import LocalDocument, documents_in, read_local
from flows.reader import Reader, read_original, read_safely, unreadable
from flows.report.types import Report
from flows.settings import SECONDS_PER_DOCUMENT

SIZE_LIMIT = 50_000_000
SMALL = 64
"""Up to so many documents are read in this process, which takes less time than starting others."""
BATCH = 32
UNREADABLE_FOLDER = "folder cannot be read"
"""How `documents_in` begins to tell of a folder that it could not look into."""


@click.command("parse")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
def command(paths: tuple[str, ...]) -> None:
    """Read local documents and print one JSON object each.

    PATH is a file or a folder, which is read with all that is below it. What cannot be opened is named on
    standard error, the rest is read, and the exit code is 1.
    """
    wanted: list[LocalDocument] = []
    is_complete = True
    for path in paths:
        try:
            wanted += documents_in(path)
        except OSError as error:
            is_complete = False
            click.echo(str(error), err=True)
    is_complete = _tell_skipped(wanted) and is_complete
    wanted = [document for document in wanted if document.skipped is None]
    for line, reason in _small(wanted) if len(wanted) <= SMALL else _large(wanted):
        if line is not None:
            sys.stdout.buffer.write(line)
            # a reader of the lines need not wait for the last one
            sys.stdout.buffer.flush()
        else:
            is_complete = False
            click.echo(reason, err=True)
    if not is_complete:
        sys.exit(1)


def _tell_skipped(documents: Sequence[LocalDocument]) -> bool:
    """Say what is not read, and whether that is all meant so: a folder that cannot be read is not."""
    closed = [one for one in documents if one.skipped and one.skipped.startswith(UNREADABLE_FOLDER)]
    for folder in closed:
        click.echo(f"{folder.address}: {folder.skipped}", err=True)
    reasons = Counter(one.skipped for one in documents if one.skipped and one not in closed)
    if reasons:
        listed = ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        files = "1 file" if reasons.total() == 1 else f"{reasons.total():,} files"
        click.echo(f"skipped {files}: {listed}", err=True)
    return not closed


Line = tuple[bytes | None, str | None]
"""A document's JSON line, or why its file could not be read."""


def _small(documents: Sequence[LocalDocument]) -> Iterator[Line]:
    for document in documents:
        yield _line(document, read_original)


def _large(documents: Sequence[LocalDocument]) -> Iterator[Line]:
    from flows.edge.processes import Workers

    batches = [documents[start : start + BATCH] for start in range(0, len(documents), BATCH)]
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    work = partial(read_lines, read_original)
    with (
        Workers(work, count=count, seconds_per_item=SECONDS_PER_DOCUMENT) as workers,
        ThreadPoolExecutor(count) as threads,
    ):
        for batch, (parts, lost) in zip(batches, threads.map(workers.run, batches), strict=True):
            lines = {path: line for part in parts for path, line in part}
            for one in lost:
                data = read_local(one.item.path, SIZE_LIMIT)
                lines[one.item.path] = (encode(one.item.path, data, unreadable(one.reason)), None)
            for document in batch:
                yield lines[document.path]


def read_lines(
    reader: Reader, documents: Sequence[LocalDocument], begin: Callable[[int], None]
) -> list[tuple[str, Line]]:
    """The work of a worker process: the lines of some documents, each with its path."""
    lines = []
    for index, document in enumerate(documents):
        begin(index)
        lines.append((document.path, _line(document, reader)))
    return lines


def _line(document: LocalDocument, reader: Reader) -> Line:
    try:
        data = read_local(document.path, SIZE_LIMIT)
    except OSError as error:
        return None, f"{document.address}: {error.strerror or error}"
    report = read_safely(data, document.address, document.media_type, None, reader)
    return encode(document.path, data, report), None


def encode(path: str, data: bytes, report: Report) -> bytes:
    """One line of the contract's JSON. A path that is not Unicode comes out as the bytes it is."""
    text = json.dumps(as_json(path, data, report), ensure_ascii=False)
    return text.encode("utf-8", "surrogateescape") + b"\n"


def as_json(path: str, data: bytes, report: Report) -> dict[str, Any]:
    """The contract's object for one document."""
    return {
        "document": path,
        "sha256": sha256(data).hexdigest(),
        "kind": report.kind,
        "reason": report.reason,
        "title": report.title,
        "agency": report.agency,
        "agency_type": report.agency_type,
        "scope": report.scope,
        "division": report.division,
        "province": report.province,
        "year": report.year,
        "era": report.era,
        "published_on": report.published_on.isoformat() if report.published_on else None,
        "repairs": [{"kind": kind, "count": count} for kind, count in report.repairs.items()],
        "facts": [
            {
                "indicator": fact.indicator,
                "applicant": fact.applicant,
                "value": _number(fact.value),
                "state": fact.state,
                "unit": fact.unit,
                "qualifier": fact.qualifier,
                "method": fact.method,
                "raw": fact.raw,
                "where": fact.location,
            }
            for fact in report.facts
        ],
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "message": finding.message,
                "facts": list(finding.facts),
            }
            for finding in report.findings
        ],
    }


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value
