"""What people decide about quality: one line of JSON each in `<home>/decisions.jsonl`, only ever added to.

It lies beside the archive and outlives every rebuild of the warehouse, which reads it as `raw.decision`.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pyarrow as pa

from flows.edge.warehouse import Action, add_rows
from flows.settings import Home

if TYPE_CHECKING:
    import duckdb


class DecisionsError(Exception):
    """The record of decisions is not as it must be; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `subject` is a document's SHA-256, or for `publish` what a rule held back; `rules` are
    those that it sets aside. `baseline` is the warehouse that was published when it was made."""

    action: Action
    subject: str
    rules: tuple[str, ...]
    decided_by: str
    reason: str
    decided_at: str
    baseline: str


def decide(
    home: Home, action: Action, subject: str, rules: tuple[str, ...], *, by: str, reason: str
) -> Decision:
    """Record a decision, so that it is there after a loss of power."""
    decision = Decision(
        action, subject, rules, by, reason, datetime.now(UTC).isoformat(timespec="seconds"), baseline(home)
    )
    home.path.mkdir(parents=True, exist_ok=True)
    with _path(home).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return decision


def read_decisions(home: Home) -> list[Decision]:
    """Every decision, in the order of time. Raises DecisionsError."""
    path = _path(home)
    if not path.exists():
        return []
    decisions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            decision = Decision(**{**row, "rules": tuple(row["rules"])})
            if decision.action not in get_args(Action):
                raise ValueError(f"action is {decision.action!r}")
            datetime.fromisoformat(decision.decided_at)
        except (ValueError, TypeError, KeyError) as error:
            raise DecisionsError(f"{path}:{number}: not a decision: {error}") from error
        decisions.append(decision)
    return decisions


def load_decisions(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Fill `raw.decision`. Raises DecisionsError."""
    decisions = read_decisions(home)
    if not decisions:
        return
    rows = [
        {
            **asdict(one),
            "rules": list(one.rules),
            "decision_number": number,
            "decided_at": datetime.fromisoformat(one.decided_at).astimezone(UTC).replace(tzinfo=None),
        }
        for number, one in enumerate(decisions, start=1)
    ]
    add_rows(connection, "raw.decision", pa.Table.from_pylist(rows))


def baseline(home: Home) -> str:
    """What tells one published warehouse from the next; empty where there is none."""
    return str(home.warehouse.stat().st_mtime_ns) if home.warehouse.exists() else ""


def _path(home: Home) -> Path:
    return home.path / "decisions.jsonl"
