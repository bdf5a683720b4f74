"""The raw layer: what was fetched and read, as Parquet files that are written once and never changed.

`raw/<table>/<parser version>/<batch>.parquet`; a batch is named by the hash of the documents in it, is
written under a temporary name and renamed, and its `document` file comes last: rows of a batch without
one are not read. Its `figure_list` file follows from its `fact` file and from which figures feed measures, which
the name of its folder ends with; it is made for a batch that lacks it.
Attempts (the fetch manifest) have no parser version and are named by run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.edge import figures
from flows.edge.archive import temporary_name

_text, _count, _number = pa.string(), pa.int64(), pa.float64()

SCHEMAS: dict[str, pa.Schema] = {
    # One attempt to fetch one address.
    "attempt": pa.schema(
        [
            ("source_name", _text),
            ("address", _text),
            ("final_address", _text),
            ("found_on", _text),
            ("link_text", _text),
            # "document", "part" for a further page of the article on found_on, "listing" for a page that was
            # only read for its links, or "robots"
            ("role", _text),
            ("requested_at", pa.timestamp("us", tz="UTC")),
            ("elapsed_seconds", _number),
            ("status_code", pa.int32()),
            ("headers", _text),
            ("etag", _text),
            ("last_modified", _text),
            ("media_type", _text),
            ("charset", _text),
            ("byte_count", _count),
            # false where its source takes any certificate; null without TLS
            ("is_tls_verified", pa.bool_()),
            ("sha256", _text),
            # unreachable, tls, missing, forbidden (robots.txt) or refused
            ("failure", _text),
            ("error", _text),
        ]
    ),
    # One original as read.
    "document": pa.schema(
        [
            ("sha256", _text),
            ("parser_version", pa.int32()),
            ("address", _text),
            ("kind", _text),
            ("reason", _text),
            ("title", _text),
            ("agency_name", _text),
            ("agency_type", _text),
            ("scope", _text),
            ("division_code", _text),
            ("province_code", _text),
            ("report_year", pa.int32()),
            ("era", _text),
            ("published_on", pa.date32()),
            ("evidence", pa.map_(_text, _text)),
            ("repairs", pa.map_(_text, _count)),
            ("table_count", pa.int32()),
            ("image_count", pa.int32()),
            ("text_length", _count),
            ("text_fingerprint", _text),
            # of what it was read together with: further pages and images of it, labels of its source; null for nothing
            ("read_with", _text),
        ]
    ),
    # One printed figure of one original.
    "fact": pa.schema(
        [
            ("sha256", _text),
            ("parser_version", pa.int32()),
            ("indicator", _text),
            ("applicant", _text),
            ("value", _number),
            ("state", _text),
            ("unit", _text),
            ("qualifier", _text),
            ("method", _text),
            ("raw", _text),
            ("location", _text),
            ("source_start", _count),
            ("source_end", _count),
        ]
    ),
    # What the facts of one original come to.
    "figure_list": figures.SCHEMA,
    # One rule that is broken, or not assessable, in one original.
    "finding": pa.schema(
        [
            ("sha256", _text),
            ("parser_version", pa.int32()),
            ("rule", _text),
            ("severity", _text),
            ("outcome", _text),
            ("message", _text),
            ("observed", _number),
            ("expected", _number),
            ("facts", pa.list_(_text)),
        ]
    ),
}


BATCH_TABLES = ("fact", "figure_list", "finding", "document")
"""The tables of a batch in the order in which they are written: the last one makes the batch count."""


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of the raw layer; columns that a row leaves out are null."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMAS[name])


def batch_name(sha256s: Iterable[str]) -> str:
    """The name of a batch: the hash of the documents in it, whatever their order."""
    return hashlib.sha256("\n".join(sorted(sha256s)).encode()).hexdigest()[:32]


def write_batch(raw: Path, version: int, tables: Mapping[str, pa.Table]) -> str:
    """Write what was read from some documents and return the batch's name.

    `tables` has "document", "fact" and "finding" in their schemas. A writer that is stopped before the
    end leaves files without a `document` file, which nobody reads and the next writer replaces.
    """
    name = batch_name(tables["document"]["sha256"].to_pylist())
    made = {"figure_list": _figure_list(tables["fact"], tables["document"])}
    for table in BATCH_TABLES:
        rows = made[table] if table in made else tables[table].cast(SCHEMAS[table])
        _write(batch_file(raw, table, f"v{version}/{name}.parquet"), rows)
    return name


def list_figures(raw: Path, batch: str) -> None:
    """Make the `figure_list` file of a batch, `v<version>/<name>.parquet`, from its facts, unless it has one."""
    path, facts = batch_file(raw, "figure_list", batch), batch_file(raw, "fact", batch)
    if not path.exists() and facts.exists():
        documents = pq.read_table(batch_file(raw, "document", batch), schema=SCHEMAS["document"])
        _write(path, _figure_list(pq.read_table(facts, schema=SCHEMAS["fact"]), documents))


def batch_file(raw: Path, table: str, batch: str) -> Path:
    """The file of a table of a batch, which is `v<version>/<name>.parquet`."""
    if table != "figure_list":
        return raw / table / batch
    version, _, name = batch.partition("/")
    return raw / table / f"{version}-{feeding().name}" / name


def _figure_list(facts: pa.Table, documents: pa.Table) -> pa.Table:
    columns = [documents[name].to_pylist() for name in ("sha256", "era", "report_year")]
    known = feeding()
    eras = {sha256: known.era(era, year) for sha256, era, year in zip(*columns, strict=True)}
    return figures.list_figures(facts, eras, known.cells)


@dataclass(frozen=True, slots=True)
class Feeding:
    """Which figures feed measures: those of each era, as indicator|applicant in the order of `ref.era_cell`, and the era
    of each year whose reports do not show theirs."""

    cells: dict[str | None, list[str]]
    years: dict[int, str]

    def era(self, era: str | None, report_year: int | None) -> str | None:
        """As `core.report_version` decides it."""
        return era or self.years.get(report_year or 0)

    @property
    def name(self) -> str:
        """Changes with what is in it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]


@cache
def feeding() -> Feeding:
    from flows.edge.reference import read_reference  # opens DuckDB, which a worker needs for nothing else

    cells: dict[str | None, list[str]] = {}
    for row in read_reference("era_cell"):
        cells.setdefault(str(row["era"]), []).append(f"{row['indicator']}|{row['applicant']}")
    years = {
        year: str(row["era"])
        for row in read_reference("era")
        for year in range(int(str(row["from_year"])), int(str(row["to_year"] or 2100)) + 1)
    }
    return Feeding(cells, years)


def write_attempts(
    raw: Path, name: str, rows: Iterable[Mapping[str, Any]], *, table: str = "attempt"
) -> Path:
    """Write attempts under `name` (later names sort after earlier ones), in the order given. `table` is
    "unchanged" for those that found nothing new."""
    path = raw / table / f"{name}.parquet"
    _write(path, table_of("attempt", rows))
    return path


def attempt_files(raw: Path, table: str = "attempt") -> list[Path]:
    """The files of the fetch manifest, oldest first."""
    return sorted((raw / table).glob("*.parquet"))


def batch_files(raw: Path, table: str, version: int) -> list[Path]:
    """The files of a table that count: those whose batch has its `document` file."""
    names = sorted(path.name for path in (raw / "document" / f"v{version}").glob("*.parquet"))
    return [raw / table / f"v{version}" / name for name in names]


def written_documents(raw: Path, version: int) -> set[str]:
    """The SHA-256 of every document read by this parser version."""
    return {
        sha256
        for path in batch_files(raw, "document", version)
        for sha256 in pq.read_table(path, columns=["sha256"])["sha256"].to_pylist()
    }


def readings(raw: Path, version: int) -> dict[str, str | None]:
    """The documents read by this parser version, by SHA-256, each with the hash of what it was read with."""
    found: dict[str, str | None] = {}
    for path in batch_files(raw, "document", version):
        table = pq.read_table(path, columns=["sha256", "read_with"], schema=SCHEMAS["document"])
        found.update(zip(table["sha256"].to_pylist(), table["read_with"].to_pylist(), strict=True))
    return found


def forget(raw: Path, version: int, sha256s: Collection[str]) -> None:
    """Have documents read again: the batches that hold them count no more, so that all that is in these is read
    again."""
    for path in batch_files(raw, "document", version):
        if not set(sha256s).isdisjoint(pq.read_table(path, columns=["sha256"])["sha256"].to_pylist()):
            path.unlink()


def read_attempts(
    raw: Path, columns: list[str] | None = None, *, table: str = "attempt", role: str | None = None
) -> Iterator[dict[str, Any]]:
    """Every recorded attempt of a table, or every one of a role, in the order of recording."""
    filters = [("role", "=", role)] if role is not None else None
    for path in attempt_files(raw, table):
        rows = pq.read_table(path, columns=columns, schema=SCHEMAS["attempt"], filters=filters)
        for batch in rows.to_batches(1000):
            yield from batch.to_pylist()


def read_table(raw: Path, table: str, version: int) -> pa.Table:
    """All rows of a table of one parser version."""
    files = batch_files(raw, table, version)
    schema = SCHEMAS[table]
    return pa.concat_tables([pq.read_table(path, schema=schema) for path in files] or [schema.empty_table()])


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(path)
    try:
        with temporary.open("xb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
