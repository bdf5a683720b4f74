"""The fetch manifest: one attempt for each address asked for, and what is already on record.

An attempt is recorded when it says something new: its SHA-256, status or error differ from those last
recorded for its address. So fetching the same again leaves the manifest as it is, and what changed, failed
or recovered adds a row. The first attempt recorded for a SHA-256 stays the one that names the document.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from flows.edge.parquet import read_attempts, write_attempts

Role = Literal["document", "listing"]


@dataclass(slots=True)
class Attempt:
    """One attempt to fetch one address: an original (`data`, `sha256`) or the reason there is none.

    Times are UTC. `final_address` is where redirects led; for a local file its file URI. `headers` is a
    JSON object. `media_type` and `charset` are as declared by the server, or for a local file by its
    suffix. `byte_count` counts the bytes kept, after any content encoding was undone.
    """

    address: str
    source_name: str | None = None
    final_address: str | None = None
    found_on: str | None = None
    role: Role = "document"
    requested_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    elapsed_seconds: float | None = None
    status_code: int | None = None
    headers: str | None = None
    media_type: str | None = None
    charset: str | None = None
    byte_count: int | None = None
    sha256: str | None = None
    error: str | None = None
    # what is not recorded: the bytes, whether another try may help and how long the server wants us to wait
    data: bytes | None = field(default=None, repr=False)
    is_transient: bool = False
    retry_after_seconds: float | None = None

    def row(self) -> dict[str, Any]:
        """The attempt as a row of `raw.attempt`."""
        return {name: getattr(self, name) for name in _RECORDED}

    @property
    def outcome(self) -> tuple[str | None, int | None, str | None]:
        return (self.sha256, self.status_code, self.error)


_RECORDED = tuple(
    f.name for f in fields(Attempt) if f.name not in ("data", "is_transient", "retry_after_seconds")
)


class Manifest:
    """The attempts of one run, written in pieces so that a run that is stopped keeps what it recorded.

    Safe for several threads. Use it as a context manager: leaving it writes what is left.
    """

    def __init__(self, raw: Path, *, piece: int = 1000) -> None:
        self._raw = raw
        self._piece = piece
        self._lock = threading.Lock()
        self._name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{os.getpid()}"
        self._pieces = 0
        self._pending: list[dict[str, Any]] = []
        columns = ["address", "sha256", "status_code", "error"]
        self._latest = {
            row["address"]: (row["sha256"], row["status_code"], row["error"])
            for row in read_attempts(raw, columns)
        }

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def record(self, attempt: Attempt) -> bool:
        """Record the attempt if it says something new; True if it does."""
        with self._lock:
            if self._latest.get(attempt.address) == attempt.outcome:
                return False
            self._latest[attempt.address] = attempt.outcome
            self._pending.append(attempt.row())
            if len(self._pending) >= self._piece:
                self._write()
            return True

    def flush(self) -> None:
        with self._lock:
            self._write()

    def _write(self) -> None:
        if self._pending:
            write_attempts(self._raw, f"{self._name}-{self._pieces:06d}", self._pending)
            self._pieces += 1
            self._pending = []
