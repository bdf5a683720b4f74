"""Alerts over the runs, and an outbox that forgets none until its channel has taken it.

One SQLite file in the home, beside the warehouse, which every run replaces: an alert is one (rule, subject)
that is opened by the run that first finds it, seen again by the next ones, and resolved by the first that
does not. Opening, worsening and resolving are events; an event stays pending for a channel until the channel
has taken the message that holds it. Channels are kept by the hash of their address, which may hold a secret.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from flows.edge.notify import SEVERITIES
from flows.settings import Home

EventKind = Literal["opened", "worsened", "resolved"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS alert (
    alert_id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity TEXT NOT NULL,
    status TEXT NOT NULL,
    province_code TEXT,
    document_count INTEGER NOT NULL,
    run_count INTEGER NOT NULL DEFAULT 1,
    message TEXT NOT NULL,
    message_zh TEXT NOT NULL,
    first_seen_run TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_run TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    resolved_run TEXT,
    resolved_at TEXT,
    acknowledged_by TEXT,
    acknowledged_at TEXT,
    acknowledged_reason TEXT,
    UNIQUE (rule, subject)
);
CREATE TABLE IF NOT EXISTS event (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id INTEGER NOT NULL REFERENCES alert,
    kind TEXT NOT NULL,
    run TEXT NOT NULL,
    at TEXT NOT NULL,
    severity TEXT NOT NULL,
    document_count INTEGER NOT NULL,
    message TEXT NOT NULL,
    message_zh TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS channel (channel_id TEXT PRIMARY KEY, label TEXT NOT NULL, first_used_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    channel_id TEXT NOT NULL REFERENCES channel,
    event_id INTEGER NOT NULL REFERENCES event,
    delivered_at TEXT,
    PRIMARY KEY (channel_id, event_id)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something wrong at the end of a run: a row of `quality.condition`."""

    rule: str
    subject: str
    severity: str
    province_code: str | None
    document_count: int
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition over the runs: a row of `quality.alert`. Times are UTC, ISO 8601; `status` is open,
    acknowledged or resolved; `run_count` are the runs that found it since it was opened."""

    rule: str
    subject: str
    severity: str
    status: str
    province_code: str | None
    document_count: int
    run_count: int
    message: str
    message_zh: str
    first_seen_run: str
    first_seen_at: str
    last_seen_run: str
    last_seen_at: str
    resolved_run: str | None
    resolved_at: str | None
    acknowledged_by: str | None
    acknowledged_at: str | None
    acknowledged_reason: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an alert as it was when it happened."""

    event_id: int
    kind: EventKind
    run: str
    at: str
    rule: str
    subject: str
    severity: str
    province_code: str | None
    document_count: int
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How many alerts a run opened (or made worse), saw again and resolved."""

    opened_count: int
    seen_again_count: int
    resolved_count: int


class UnknownAlertError(Exception):
    """There is no open alert of that rule and subject."""


class Outbox:
    """The alerts of a home. Safe for several processes: every change is one transaction."""

    def __init__(self, home: Home) -> None:
        self._path = home.path / "alerts.sqlite"

    @property
    def is_new(self) -> bool:
        """Whether no run has recorded alerts yet."""
        return not self._path.exists()

    def update(self, conditions: Iterable[Condition], run: str, *, is_complete: bool = True) -> Changes:
        """Take what a run found. Open alerts that it did not find are resolved, unless it could not
        look at everything (`is_complete` False)."""
        now = _now()
        opened = again = resolved = 0
        with self._transaction() as database:
            found: set[int] = set()
            for condition in conditions:
                alert_id, kind = _see(database, condition, run, now)
                found.add(alert_id)
                if kind is None:
                    again += 1
                else:
                    opened += 1
                    _add_event(database, alert_id, kind, run, now)
            if is_complete:
                live = database.execute("SELECT alert_id FROM alert WHERE status <> 'resolved'").fetchall()
                for (alert_id,) in live:
                    if alert_id in found:
                        continue
                    database.execute(
                        "UPDATE alert SET status = 'resolved', resolved_run = ?, resolved_at = ? WHERE alert_id = ?",
                        (run, now, alert_id),
                    )
                    _add_event(database, alert_id, "resolved", run, now)
                    resolved += 1
        return Changes(opened, again, resolved)

    def alerts(self, *, with_resolved: bool = False) -> list[Alert]:
        """The alerts, the worst first, and of these what concerns everything (a count of 0) and then most
        documents; none where no run has written any."""
        if self.is_new:
            return []
        columns = ", ".join(field.name for field in fields(Alert))
        order = " ".join(f"WHEN '{severity}' THEN {rank}" for rank, severity in enumerate(SEVERITIES))
        with self._transaction() as database:
            rows = database.execute(
                f"SELECT {columns} FROM alert WHERE status <> 'resolved' OR ? ORDER BY status = 'resolved', "
                f"CASE severity {order} END, document_count = 0 DESC, document_count DESC, last_seen_at DESC, "
                "rule, subject",
                (with_resolved,),
            ).fetchall()
        return [Alert(*row) for row in rows]

    def acknowledge(self, rule: str, subject: str, by: str, reason: str) -> None:
        """Note that somebody has taken an alert on. It stays until it is resolved. Raises UnknownAlertError."""
        with self._transaction() as database:
            changed = database.execute(
                "UPDATE alert SET status = 'acknowledged', acknowledged_by = ?, acknowledged_at = ?, "
                "acknowledged_reason = ? WHERE rule = ? AND subject = ? AND status <> 'resolved'",
                (by, _now(), reason, rule, subject),
            ).rowcount
        if not changed:
            raise UnknownAlertError(f"there is no open alert of the rule {rule} about {subject}")

    def pending(self, channel: str) -> list[Event]:
        """The events that a channel has not taken yet, oldest first. A channel that is new here is told
        of the alerts that are open, not of what is past."""
        channel_id = _channel_id(channel)
        with self._transaction() as database:
            is_new = database.execute(
                "INSERT INTO channel VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (channel_id, channel_label(channel), _now()),
            ).rowcount
            if is_new:
                database.execute(
                    "INSERT INTO delivery SELECT ?, event_id, NULL FROM event WHERE event_id NOT IN ("
                    "SELECT max(event.event_id) FROM event JOIN alert USING (alert_id) "
                    "WHERE alert.status <> 'resolved' GROUP BY alert_id)",
                    (channel_id,),
                )
            rows = database.execute(
                "SELECT event_id, kind, run, at, rule, subject, event.severity, province_code, "
                "event.document_count, event.message, event.message_zh FROM event JOIN alert USING (alert_id) "
                "WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.channel_id = ? "
                "AND delivery.event_id = event.event_id) ORDER BY event_id",
                (channel_id,),
            ).fetchall()
        return [Event(*row) for row in rows]

    def events(self, run: str) -> list[Event]:
        """What changed in a run, oldest first."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT event_id, kind, run, at, rule, subject, event.severity, province_code, "
                "event.document_count, event.message, event.message_zh FROM event JOIN alert USING (alert_id) "
                "WHERE run = ? ORDER BY event_id",
                (run,),
            ).fetchall()
        return [Event(*row) for row in rows]

    def mark_delivered(self, channel: str, events: Sequence[Event]) -> None:
        """Note that the channel has taken these events."""
        now = _now()
        with self._transaction() as database:
            database.executemany(
                "INSERT INTO delivery VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(_channel_id(channel), event.event_id, now) for event in events],
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; waits for another process that is writing."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=60, isolation_level=None)) as database:
            database.execute("PRAGMA foreign_keys = ON")
            database.executescript(_SCHEMA)
            _add_run_count(database)
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def _add_run_count(database: sqlite3.Connection) -> None:
    """Homes of earlier versions do not have this column."""
    if "run_count" not in {row[1] for row in database.execute("PRAGMA table_info(alert)")}:
        database.execute("ALTER TABLE alert ADD COLUMN run_count INTEGER NOT NULL DEFAULT 1")


def channel_label(channel: str) -> str:
    """A channel as messages may name it: without user, password, path and query, and for services whose
    address is made of secrets without all but the service's name."""
    parts = urlsplit(channel)
    if parts.scheme not in ("http", "https", "smtp", "smtps"):
        return f"{channel.partition(':')[0]}://…{_channel_id(channel)[:6]}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _channel_id(channel: str) -> str:
    return hashlib.sha256(channel.encode()).hexdigest()


def _see(
    database: sqlite3.Connection, condition: Condition, run: str, now: str
) -> tuple[int, EventKind | None]:
    """Write a condition into its alert; the alert and the event that this is, if it is one."""
    row = database.execute(
        "SELECT alert_id, status, severity FROM alert WHERE rule = ? AND subject = ?",
        (condition.rule, condition.subject),
    ).fetchone()
    values = asdict(condition)
    if row is None:
        columns = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        cursor = database.execute(
            f"INSERT INTO alert (status, first_seen_run, first_seen_at, last_seen_run, last_seen_at, {columns}) "
            f"VALUES ('open', :run, :now, :run, :now, {marks})",
            {**values, "run": run, "now": now},
        )
        return int(cursor.lastrowid or 0), "opened"
    alert_id, status, severity = row
    kind: EventKind | None = None
    if status == "resolved":
        kind = "opened"
        database.execute(
            "UPDATE alert SET run_count = 0, first_seen_run = ?, first_seen_at = ?, resolved_run = NULL, resolved_at = NULL, "
            "acknowledged_by = NULL, acknowledged_at = NULL, acknowledged_reason = NULL WHERE alert_id = ?",
            (run, now, alert_id),
        )
    elif SEVERITIES.index(condition.severity) < SEVERITIES.index(severity):
        kind = "worsened"
    database.execute(
        "UPDATE alert SET severity = :severity, status = coalesce(:status, status), "
        "province_code = :province_code, document_count = :document_count, message = :message, "
        "message_zh = :message_zh, run_count = run_count + (last_seen_run <> :run OR run_count = 0), last_seen_run = :run, last_seen_at = :now WHERE alert_id = :alert_id",
        {**values, "status": "open" if kind else None, "run": run, "now": now, "alert_id": alert_id},
    )
    return int(alert_id), kind


def _add_event(database: sqlite3.Connection, alert_id: int, kind: EventKind, run: str, now: str) -> None:
    database.execute(
        "INSERT INTO event (alert_id, kind, run, at, severity, document_count, message, message_zh) "
        "SELECT alert_id, ?, ?, ?, severity, document_count, message, message_zh FROM alert WHERE alert_id = ?",
        (kind, run, now, alert_id),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
