"""Parse: from archived originals to what they say, as Parquet batches of the raw layer.

Batches are read in worker processes, which write their own Parquet and hand back only counts. What is read
once is not read again until PARSER_VERSION is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain, repeat
from typing import Any

import pyarrow as pa

from flows.edge.archive import Archive, MissingOriginalError, sha256_of
from flows.edge.catalogue import SourceError, load_source, names
from flows.edge.parquet import SCHEMAS, forget, read_attempts, readings, write_batch
from flows.edge.processes import Workers
from flows.reader import Reader, read_original, read_safely, unreadable
from flows.report.aliases import Aliases
from flows.report.facts import Facts
from flows.report.types import Report
from flows.settings import PARSER_VERSION, SECONDS_PER_DOCUMENT, Home

BATCH_DOCUMENTS = 2_000
"""A batch is four small files, and opening files is a good part of what building the warehouse costs."""
BATCH_BYTES = 100_000_000
SMALL_RUN = 64
"""With fewer documents one worker reads them all: starting another costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Original:
    """An archived original and what was declared of it by the first attempt that brought it."""

    sha256: str
    address: str
    media_type: str | None
    charset: str | None
    byte_count: int
    parts: tuple[str, ...] = ()
    """SHA-256 of the further pages of its article, in their order."""
    images: tuple[str, ...] = ()
    """SHA-256 of the images in it that may be its tables, in reading order."""
    labels: tuple[tuple[str, str], ...] = ()
    """The label variants of its source: as it prints them, as the forms do."""

    @property
    def read_with(self) -> str | None:
        """A hash of what it is read together with, None where that is nothing."""
        if not (self.parts or self.images or self.labels):
            return None
        return sha256_of(repr((self.parts, self.images, self.labels)).encode())[:32]


@dataclass(slots=True)
class ParseSummary:
    """What was read: documents by kind, and originals that the archive has lost."""

    document_count: int = 0
    report_count: int = 0
    unreadable_count: int = 0
    fact_count: int = 0
    missing: list[str] = field(default_factory=list)

    def __add__(self, other: ParseSummary) -> ParseSummary:
        return ParseSummary(
            self.document_count + other.document_count,
            self.report_count + other.report_count,
            self.unreadable_count + other.unreadable_count,
            self.fact_count + other.fact_count,
            self.missing + other.missing,
        )


def unread_originals(home: Home, version: int = PARSER_VERSION) -> list[Original]:
    """The documents of the manifest that this parser version is to read, in the order of the manifest: those it
    has not read, and those whose further pages, or the labels of whose source, are not what they were. The latter
    are forgotten in the raw layer."""
    done = readings(home.raw, version)
    parts = _parts(home)
    labels = _Labels()
    columns = ["source_name", "address", "role", "media_type", "charset", "byte_count", "sha256"]
    originals: dict[str, Original] = {}
    for row in read_attempts(home.raw, columns):
        sha256, address = row["sha256"], row["address"]
        if not sha256 or row["role"] in ("listing", "part"):
            continue
        known = originals.get(sha256)
        if known is not None:
            if not (known.parts or known.images) and address in parts:
                pages, images = parts[address]
                originals[sha256] = replace(known, parts=pages, images=images)
            continue
        its_labels = labels.of(row["source_name"])
        if done.get(sha256, "") is None and not its_labels and address not in parts:
            continue
        originals[sha256] = Original(
            sha256,
            address,
            row["media_type"],
            row["charset"],
            row["byte_count"] or 0,
            *parts.get(address, ((), ())),
            its_labels,
        )
    outdated = {
        one.sha256 for one in originals.values() if one.sha256 in done and done[one.sha256] != one.read_with
    }
    if outdated:
        # an old version stays with the pages that it had
        outdated &= _standing(home)
    if outdated:
        forget(home.raw, version, outdated)
        return unread_originals(home, version)
    return [one for one in originals.values() if one.sha256 not in done]


def _standing(home: Home) -> set[str]:
    """The originals that addresses gave last."""
    last = {
        row["address"]: row["sha256"]
        for row in read_attempts(home.raw, ["address", "role", "sha256"])
        if row["sha256"] and row["role"] not in ("listing", "part")
    }
    return set(last.values())


_Parts = tuple[tuple[str, ...], tuple[str, ...]]


def _parts(home: Home) -> dict[str, _Parts]:
    """The further pages of each article in their order, and its images in reading order, by the address of the
    first page."""
    pages: dict[str, dict[str, str]] = {}
    images: dict[str, dict[int, str]] = {}
    columns = ["address", "found_on", "link_text", "media_type", "sha256"]
    for row in read_attempts(home.raw, columns, role="part"):
        number = re.fullmatch(r"image (\d+)", row["link_text"] or "")
        if row["sha256"] and number and (row["media_type"] or "").startswith("image/"):
            images.setdefault(row["found_on"], {})[int(number[1])] = row["sha256"]
        elif row["sha256"] and not number:
            pages.setdefault(row["found_on"], {})[row["address"]] = row["sha256"]
    return {
        first: (
            tuple(
                found[address]
                for found in [pages.get(first, {})]
                for address in sorted(found, key=_page_order)
            ),
            tuple(found[number] for found in [images.get(first, {})] for number in sorted(found)),
        )
        for first in pages.keys() | images.keys()
    }


class _Labels:
    """The label variants of the catalogue's sources, each read when it is first asked for. A source file with a
    mistake has none: fetching has told the mistake."""

    def __init__(self) -> None:
        self._names = frozenset(names())
        self._known: dict[str, tuple[tuple[str, str], ...]] = {}

    def of(self, source_name: str | None) -> tuple[tuple[str, str], ...]:
        if source_name not in self._names:
            return ()
        if source_name not in self._known:
            try:
                self._known[source_name] = load_source(source_name).labels
            except SourceError:
                self._known[source_name] = ()
        return self._known[source_name]


def _page_order(address: str) -> tuple[int, str]:
    """`t_2.html` before `t_10.html`."""
    return len(address), address


def batches(originals: Sequence[Original], worker_count: int) -> Iterator[list[Original]]:
    """Batches of bounded count and size, enough of them to give every worker some."""
    most = min(BATCH_DOCUMENTS, max(SMALL_RUN // 2, -(-len(originals) // (2 * worker_count))))
    if len(originals) < SMALL_RUN:
        most = SMALL_RUN
    batch: list[Original] = []
    size = 0
    for original in originals:
        if batch and (len(batch) >= most or size + original.byte_count > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(original)
        size += original.byte_count
    if batch:
        yield batch


class Parser:
    """Reads batches in worker processes; safe for several threads, one batch a thread. A context manager."""

    def __init__(
        self,
        home: Home,
        *,
        worker_count: int,
        version: int = PARSER_VERSION,
        reader: Reader = read_original,
        seconds_per_document: float = SECONDS_PER_DOCUMENT,
    ) -> None:
        self._home = home
        self._version = version
        work = partial(read_batch, home, version, reader)
        self._workers = Workers(work, count=worker_count, seconds_per_item=seconds_per_document)

    def __enter__(self) -> Parser:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.__exit__()

    def read(self, batch: Sequence[Original]) -> ParseSummary:
        """Read a batch and write it. A document that no process can finish is recorded as unreadable."""
        parts, lost = self._workers.run(batch)
        if lost:
            given_up = [(item.item, unreadable(item.reason)) for item in lost]
            parts.append(_write(self._home, self._version, given_up))
        return sum(parts, ParseSummary())


def read_batch(
    home: Home, version: int, reader: Reader, batch: Sequence[Original], begin: Callable[[int], None]
) -> ParseSummary:
    """Read originals from the archive and write what they say as one batch of the raw layer."""
    archive = Archive(home.archive)
    read: list[tuple[Original, Report]] = []
    missing: list[str] = []
    for index, original in enumerate(batch):
        begin(index)
        try:
            data = b"\n".join(archive.read(sha256) for sha256 in (original.sha256, *original.parts))
            images = [archive.read(sha256) for sha256 in original.images]
        except (MissingOriginalError, OSError) as error:
            missing.append(str(error))
            continue
        report = read_safely(
            data,
            original.address,
            original.media_type,
            original.charset,
            _with(reader, original.labels, images),
        )
        read.append((original, report))
    summary = _write(home, version, read)
    summary.missing = missing
    return summary


def _with(reader: Reader, labels: tuple[tuple[str, str], ...], images: Sequence[bytes]) -> Reader:
    given: dict[str, Any] = {}
    if labels:
        given["labels"] = _aliases(labels)
    if images:
        given["images"] = images
    return partial(reader, **given) if given else reader


@cache
def _aliases(labels: tuple[tuple[str, str], ...]) -> Aliases:
    return Aliases(dict(labels))


def _write(home: Home, version: int, read: list[tuple[Original, Report]]) -> ParseSummary:
    if not read:
        return ParseSummary()
    try:
        tables = tables_of(read, version)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        read = [(original, _storable(original, report, version)) for original, report in read]
        tables = tables_of(read, version)
    write_batch(home.raw, version, tables)
    kinds = [report.kind for _, report in read]
    return ParseSummary(
        document_count=len(read),
        report_count=kinds.count("annual_report"),
        unreadable_count=kinds.count("unreadable"),
        fact_count=tables["fact"].num_rows,
    )


def _storable(original: Original, report: Report, version: int) -> Report:
    """The report, or an unreadable one if the raw layer has no place for something in it."""
    try:
        tables_of([(original, report)], version)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        return unreadable(f"what was read cannot be stored: {error}")
    return report


def tables_of(read: Iterable[tuple[Original, Report]], version: int) -> dict[str, pa.Table]:
    """What was read as tables of the raw layer."""
    read = list(read)
    reports = [report for _, report in read]
    facts = [Facts.of(report.facts) for report in reports]
    counts = [*map(len, facts)]
    findings = [(original.sha256, finding) for original, report in read for finding in report.findings]
    columns: dict[str, dict[str, list[Any]]] = {
        "document": {
            "sha256": [original.sha256 for original, _ in read],
            "parser_version": [version] * len(read),
            "address": [original.address for original, _ in read],
            "kind": [report.kind for report in reports],
            "reason": [report.reason for report in reports],
            "title": [report.title for report in reports],
            "agency_name": [report.agency for report in reports],
            "agency_type": [report.agency_type for report in reports],
            "scope": [report.scope for report in reports],
            "division_code": [report.division for report in reports],
            "province_code": [report.province for report in reports],
            "report_year": [report.year for report in reports],
            "era": [report.era for report in reports],
            "published_on": [report.published_on for report in reports],
            "evidence": [list(report.evidence.items()) for report in reports],
            "repairs": [list(report.repairs.items()) for report in reports],
            "table_count": [report.table_count for report in reports],
            "image_count": [report.image_count for report in reports],
            "text_length": [report.text_length for report in reports],
            "text_fingerprint": [report.text_fingerprint for report in reports],
            "read_with": [original.read_with for original, _ in read],
        },
        "fact": {
            "sha256": [*chain.from_iterable(map(repeat, (original.sha256 for original, _ in read), counts))],
            "parser_version": [version] * sum(counts),
            "indicator": _joined(one.cells.indicator for one in facts),
            "applicant": _joined(one.cells.applicant for one in facts),
            "value": _joined(one.value for one in facts),
            "state": _joined(one.state for one in facts),
            "unit": _joined(one.cells.unit for one in facts),
            "qualifier": _joined(one.qualifier for one in facts),
            "method": _joined(one.method for one in facts),
            "raw": _joined(one.raw for one in facts),
            "location": _joined(one.cells.location for one in facts),
            "source_start": _joined(one.start for one in facts),
            "source_end": _joined(one.end for one in facts),
        },
        "finding": {
            "sha256": [sha256 for sha256, _ in findings],
            "parser_version": [version] * len(findings),
            "rule": [finding.rule for _, finding in findings],
            "severity": [finding.severity for _, finding in findings],
            "outcome": [finding.outcome for _, finding in findings],
            "message": [finding.message for _, finding in findings],
            "observed": [finding.observed for _, finding in findings],
            "expected": [finding.expected for _, finding in findings],
            "facts": [list(finding.facts) for _, finding in findings],
        },
    }
    return {name: pa.table(values, schema=SCHEMAS[name]) for name, values in columns.items()}


def _joined(columns: Iterable[Sequence[Any]]) -> list[Any]:
    return [*chain.from_iterable(columns)]
