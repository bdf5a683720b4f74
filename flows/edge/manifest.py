"""The fetch manifest: every attempt to fetch an address, and what is already on record.

An attempt that says something new (its SHA-256, status or error differ from those last recorded for its
address) is a row of `raw/attempt`; the others, those for robots.txt and those that another try follows are rows
of `raw/unchanged`, which no table of the warehouse is built from. So fetching the same again leaves the
warehouse as it is, and what changed, failed or recovered adds to it.

Each attempt is first a line of a journal, so that a process that is killed loses none that it made; the next
one turns the journal into Parquet. An original has its line as soon as its bytes are in the archive, before the
connection that brought it is used again: whatever a server saw answered before it was asked for more is on
record, whenever the process was killed.

Lines and originals are handed to the operating system one by one, and to the disk together, before the
Parquet that names them: a process may be killed at any moment, and if the whole machine stops, what was not on
the disk yet is fetched again.
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import threading
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, TextIO

Role = Literal["document", "part", "listing", "robots"]
Failure = Literal["unreachable", "tls", "missing", "forbidden", "refused"]
"""Why an attempt gave no original: the server or the way to it failed (it may pass); TLS; no such page;
robots.txt; anything else, which is the answer's own."""


@dataclass(slots=True)
class Attempt:
    """One attempt to fetch one address: an original (`data`, `sha256`) or the reason there is none.

    Times are UTC. `final_address` is where redirects led; for a local file its file URI. `headers` is a
    JSON object. `media_type` and `charset` are as declared by the server, or for a local file by its
    suffix. `byte_count` counts the bytes kept, after any content encoding was undone. `link_text` is the
    text of the link that led here. `is_tls_verified` is false where a source takes any certificate, None where
    there was none to verify.
    """

    address: str
    source_name: str | None = None
    final_address: str | None = None
    found_on: str | None = None
    link_text: str | None = None
    role: Role = "document"
    requested_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    elapsed_seconds: float | None = None
    status_code: int | None = None
    headers: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None
    charset: str | None = None
    byte_count: int | None = None
    is_tls_verified: bool | None = None
    sha256: str | None = None
    failure: Failure | None = None
    error: str | None = None
    # what is not recorded: the bytes, and how long the server wants us to wait
    data: bytes | None = field(default=None, repr=False)
    retry_after_seconds: float | None = None

    def row(self) -> dict[str, Any]:
        """The attempt as a row of `raw.attempt`."""
        return {name: getattr(self, name) for name in _RECORDED}

    @property
    def is_transient(self) -> bool:
        """Whether another try may succeed."""
        return self.failure == "unreachable"

    @property
    def is_unchanged(self) -> bool:
        """The server has nothing newer than the original that it was told of."""
        return self.status_code == 304 and self.error is None


_RECORDED = tuple(f.name for f in fields(Attempt) if f.name not in ("data", "retry_after_seconds"))


@dataclass(slots=True)
class Known:
    """What the manifest holds of one address: the outcome last recorded, the original last fetched with what
    the server said of it, and when it was last asked for and last changed."""

    status_code: int | None = None
    error: str | None = None
    failure: str | None = None
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None
    charset: str | None = None
    final_address: str | None = None
    role: str = "document"
    asked_at: datetime | None = None
    changed_at: datetime | None = None


_KNOWN = (
    *("address", "role", "requested_at", "status_code", "etag", "last_modified", "media_type", "charset"),
    *("final_address", "sha256", "failure", "error"),
)


_KEPT = "kept"
"""In a journal, in place of a table: an original that is in the archive, before it is said what it is."""


class Manifest:
    """The attempts of one run, and what earlier ones found.

    Safe for several threads. Use it as a context manager: leaving it writes what is left. What runs that were
    killed have left in journals is taken over on entry, unless they still run.
    """

    def __init__(self, raw: Path, *, piece: int = 5000) -> None:
        self._raw = raw
        self._piece = piece
        self._lock = threading.Lock()
        self._name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{os.getpid()}"
        self._pieces = 0
        self._new: list[dict[str, Any]] = []
        self._same: list[dict[str, Any]] = []
        self._kept: dict[str, dict[str, Any]] = {}
        """By address: originals in the archive that are not recorded yet."""
        self._journal: TextIO | None = None
        # with what it imports more than all else that a process needs which fetches in another
        from flows.edge.parquet import read_attempts

        _recover(raw)
        self._known: dict[str, Known] = {}
        columns = list(_KNOWN)
        # what was last recorded counts, in whichever table
        tables = [read_attempts(raw, columns, table=table) for table in ("attempt", "unchanged")]
        for row in heapq.merge(*tables, key=itemgetter("requested_at")):
            self._note(row)

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def known(self, address: str) -> Known | None:
        """What is on record of an address."""
        return self._known.get(address)

    def keep(self, attempt: Attempt) -> None:
        """Note that the attempt's original is in the archive. `record` follows when it is known what it is; if
        that never comes, the attempt is on record as it is now."""
        with self._lock:
            row = attempt.row()
            self._kept[attempt.address] = row
            self._write_journal(_KEPT, row)

    def record(self, attempt: Attempt) -> bool:
        """Record the attempt; True if it says something new."""
        with self._lock:
            row = attempt.row()
            self._kept.pop(attempt.address, None)
            known = self._known.get(attempt.address)
            is_new = attempt.role != "robots" and not (
                attempt.is_unchanged
                or (
                    known is not None
                    and (known.error, known.status_code) == (attempt.error, attempt.status_code)
                    and (attempt.error is not None or known.sha256 == attempt.sha256)
                )
            )
            # other rules of a source may take the same bytes for a listing, or no more for one
            if attempt.sha256 and known is not None and "listing" in {known.role, attempt.role}:
                is_new = is_new or known.role != attempt.role
            # back after an error, by a 304: the original stands again
            if attempt.is_unchanged and known is not None and known.error is not None:
                is_new = True
            self._note(row)
            self._write_journal("attempt" if is_new else "unchanged", row)
            (self._new if is_new else self._same).append(row)
            if len(self._new) + len(self._same) >= self._piece:
                self._write()
            return is_new

    def tried(self, attempt: Attempt) -> None:
        """Put an attempt on record that is followed by another soon: until then all stands as it did."""
        with self._lock:
            row = attempt.row()
            self._write_journal("unchanged", row)
            self._same.append(row)
            if len(self._new) + len(self._same) >= self._piece:
                self._write()

    def flush(self) -> None:
        with self._lock:
            self._write()

    def _close(self) -> None:
        """Write all there is, also of originals that nothing more was said of."""
        with self._lock:
            self._new += self._kept.values()
            self._kept.clear()
            self._write()

    def _note(self, row: dict[str, Any]) -> None:
        known = self._known.get(row["address"])
        if known is None:
            known = self._known[row["address"]] = Known()
        if known.asked_at is None or row["requested_at"] >= known.asked_at:
            known.asked_at = row["requested_at"]
            known.error, known.failure = row["error"], row["failure"]
            # a 304 confirms the 200 before it
            known.status_code = 200 if row["status_code"] == 304 and not row["error"] else row["status_code"]
        if row["sha256"] and row["sha256"] != known.sha256:
            known.changed_at = row["requested_at"]
        if row["sha256"]:
            known.role = row["role"]
        if row["sha256"] and row["status_code"] != 304:
            known.sha256 = row["sha256"]
            known.etag, known.last_modified = row["etag"], row["last_modified"]
            known.media_type, known.charset = row["media_type"], row["charset"]
            known.final_address = row["final_address"]

    def _write_journal(self, table: str, row: dict[str, Any]) -> None:
        if self._journal is None:
            folder = self._raw / "journal"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self._name}-{self._pieces:06d}.jsonl"
            self._journal = path.open("x", encoding="utf-8", errors="surrogatepass")
            fcntl.flock(self._journal, fcntl.LOCK_EX)
        line = {"table": table, **row, "requested_at": row["requested_at"].isoformat()}
        self._journal.write(json.dumps(line) + "\n")
        # to the operating system: it survives the process
        self._journal.flush()

    def _write(self) -> None:
        if self._journal is None:
            return
        name = f"{self._name}-{self._pieces:06d}"
        _write_piece(self._raw, name, self._new, self._same)
        done, self._journal = self._journal, None
        self._pieces += 1
        self._new, self._same = [], []
        for row in self._kept.values():
            self._write_journal(_KEPT, row)
        Path(done.name).unlink()
        done.close()


def _write_piece(raw: Path, name: str, new: list[dict[str, Any]], same: list[dict[str, Any]]) -> None:
    from flows.edge.parquet import write_attempts

    # the originals that the rows name
    if new:
        os.sync()
    for table, rows in (("attempt", new), ("unchanged", same)):
        if rows:
            write_attempts(raw, name, rows, table=table)


def _recover(raw: Path) -> None:
    """Turn the journals of processes that were killed into Parquet, under the names they would have had."""
    for path in sorted((raw / "journal").glob("*.jsonl")):
        with path.open(encoding="utf-8", errors="surrogatepass") as journal:
            try:
                fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            rows: dict[str, list[dict[str, Any]]] = {"attempt": [], "unchanged": []}
            kept: dict[str, dict[str, Any]] = {}
            for line in journal:
                # the last line may be cut short
                if not line.endswith("\n"):
                    break
                row = json.loads(line)
                row["requested_at"] = datetime.fromisoformat(row["requested_at"])
                table = row.pop("table")
                if table == _KEPT:
                    kept[row["address"]] = row
                else:
                    kept.pop(row["address"], None)
                    rows[table].append(row)
            _write_piece(raw, path.stem, [*rows["attempt"], *kept.values()], rows["unchanged"])
            path.unlink(missing_ok=True)
