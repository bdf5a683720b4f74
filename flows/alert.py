"""Alert: what a run found wrong, kept over the runs in `quality.alert`, and told to channels until they take it.

Written first, delivered after: `record_alerts` belongs before publication, whether or not the gate lets it
happen, `deliver_alerts` after it. A channel that is down loses nothing; it is told by the next run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from flows.edge.notify import (
    FIRST_WAIT_SECONDS,
    SEVERITIES,
    DeliveryError,
    Message,
    message_bytes,
    send,
    split_channel,
    split_route,
)
from flows.edge.outbox import Alert, Changes, Condition, Event, Outbox, channel_label
from flows.edge.warehouse import Description
from flows.settings import Home

if TYPE_CHECKING:
    import duckdb

ALERT_DESCRIPTION = Description(
    "quality.alert",
    "Alerts over the runs: one row a rule and subject, opened by the run that first finds it and resolved by the "
    "first that does not | 跨运行的告警：每条规则每个对象一行，首次发现时开启，不再出现时解除",
    {
        "rule": "Code of the rule | 规则代码",
        "subject": "What it is about: a document's address, a host or folder, or a province and year | "
        "告警对象：文件地址、网站或文件夹、省份与年度",
        "severity": "critical or warning | 严重程度：critical 或 warning",
        "status": "open, acknowledged or resolved | 状态：open 未处理、acknowledged 已确认、resolved 已解除",
        "province_code": "Code of the province, NULL where undecided or not of one | "
        "省级行政区划代码，未判定或不适用则为空",
        "document_count": "Documents or addresses it concerns | 涉及的文件或地址数",
        "run_count": "Runs that have found it since it was opened | 开启以来发现该告警的运行次数",
        "message": "What is wrong, in English | 英文说明",
        "message_zh": "What is wrong, in Chinese | 中文说明",
        "first_seen_run": "Run that opened it | 开启告警的运行",
        "first_seen_at": "When it was opened, UTC | 开启时间（UTC）",
        "last_seen_run": "Last run that found it | 最近一次发现的运行",
        "last_seen_at": "When it was last found, UTC | 最近一次发现时间（UTC）",
        "resolved_run": "Run that no longer found it, NULL while open | 解除告警的运行，未解除则为空",
        "resolved_at": "When it was resolved, UTC | 解除时间（UTC）",
        "acknowledged_by": "Who has taken it on | 确认人",
        "acknowledged_at": "When it was acknowledged, UTC | 确认时间（UTC）",
        "acknowledged_reason": "What the person noted | 确认说明",
    },
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the message to one channel: events told, or the reason why they stay pending."""

    channel: str
    event_count: int
    error: str | None = None


def record_alerts(
    connection: duckdb.DuckDBPyConnection, home: Home, run: str, failures: Sequence[str] = ()
) -> Changes:
    """Follow `quality.condition` over the runs and write `quality.alert` into the warehouse in the making.

    With `failures`, the reasons why it is not published, that is an alert of its own, and nothing counts as
    resolved: what could not be judged may still be there.
    """
    outbox = Outbox(home)
    conditions = [*_conditions(connection), *(_held(failure) for failure in failures)]
    changes = outbox.update(conditions, run, is_complete=not failures)
    _write(connection, outbox.alerts(with_resolved=True))
    return changes


def deliver_alerts(
    home: Home, channels: Iterable[str], run: str, *, first_wait_seconds: float = FIRST_WAIT_SECONDS
) -> list[Delivery]:
    """Send each channel one message with all it has not been told yet.

    Raises ChannelError for an address that is none; see `flows.edge.notify`. What a channel does not take
    stays pending for the next run that names it.
    """
    outbox = Outbox(home)
    deliveries = []
    for channel in [one for given in channels for one in split_channel(given)]:
        label = channel_label(channel)
        _, route = split_route(channel)
        events = [
            event for event in outbox.pending(channel) if route.takes(event.severity, event.province_code)
        ]
        told = 0
        error = None
        for part in _parts(events, message_bytes(channel)):
            try:
                send(channel, message_of(part, run), first_wait_seconds=first_wait_seconds)
            except DeliveryError as failure:
                error = str(failure)
                break
            outbox.mark_delivered(channel, part)
            told += len(part)
        deliveries.append(Delivery(label, len(events) - told if error else told, error))
    return deliveries


def _parts(events: Sequence[Event], most_bytes: int | None) -> list[list[Event]]:
    """The events of each message: all in one, unless the channel takes only so many bytes in a message."""
    if most_bytes is None:
        return [list(events)] if events else []
    parts: list[list[Event]] = []
    room = 0
    for event in _ordered(events):
        size = len(_entry(event).encode()) + 1
        if size > room:
            parts.append([])
            room = most_bytes - _HEAD_BYTES
        parts[-1].append(event)
        room -= size
    return parts


def message_of(events: Sequence[Event], run: str) -> Message:
    """One message for a run: what was opened before what was resolved, the worst first."""
    ordered = _ordered(events)
    opened = [event for event in ordered if event.kind != "resolved"]
    resolved = [event for event in ordered if event.kind == "resolved"]
    subject = f"gongkai: {_count(len(opened), 'alert')} opened, {len(resolved)} resolved"
    if opened:
        subject += f", the worst {opened[0].severity}"
    text = "\n".join([subject, "", *map(_entry, ordered)])
    identity = ",".join(str(event.event_id) for event in events)
    payload: dict[str, Any] = {
        "source": "gongkai",
        "run": run,
        "subject": subject,
        "opened_count": len(opened),
        "resolved_count": len(resolved),
        "alerts": [asdict(event) for event in ordered],
    }
    message_id = hashlib.sha256(f"{events[0].at} {identity}".encode()).hexdigest()[:32]
    return Message(message_id, subject, text, {"message_id": message_id, **payload})


_HEAD_BYTES = 120
"""The subject with its lines' ends is no longer."""


def _ordered(events: Sequence[Event]) -> list[Event]:
    return sorted(
        events, key=lambda one: (one.kind == "resolved", SEVERITIES.index(one.severity), one.event_id)
    )


def _entry(event: Event) -> str:
    """What a message for people says of one event."""
    severity = "resolved" if event.kind == "resolved" else event.severity
    head = f"{severity}  {event.rule}  {event.subject}"
    return f"{head}\n  {event.message}\n  {event.message_zh}\n"


def _conditions(connection: duckdb.DuckDBPyConnection) -> list[Condition]:
    there = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'quality' AND table_name = 'condition'"
    ).fetchall()
    if there == [(0,)]:  # a build that was stopped before
        return []
    rows = connection.execute(
        "SELECT rule, subject, severity, province_code, document_count, message, message_zh "
        "FROM quality.condition ORDER BY ALL"
    ).fetchall()
    return [Condition(*row) for row in rows]


def _held(failure: str) -> Condition:
    rule, _, message = failure.partition(": ")
    return Condition(
        "publication.held",
        rule,
        "critical",
        None,
        0,
        f"Nothing was published; the last good warehouse stays. {message}",
        f"未发布，保留上一版数据仓库。{message}",
    )


def _write(connection: duckdb.DuckDBPyConnection, alerts: Sequence[Alert]) -> None:
    import pyarrow as pa

    columns = ALERT_DESCRIPTION.columns
    types = {
        column: "BIGINT"
        if column.endswith("_count")
        else "TIMESTAMPTZ"
        if column.endswith("_at")
        else "VARCHAR"
        for column in columns
    }
    rows = pa.table(
        {
            column: pa.array(
                [getattr(alert, column) for alert in alerts],
                pa.int64() if column.endswith("_count") else pa.string(),
            )
            for column in columns
        }
    )
    connection.execute("CREATE SCHEMA IF NOT EXISTS quality")
    connection.register("alert_rows", rows)
    casts = ", ".join(f"{column}::{types[column]} AS {column}" for column in columns)
    connection.execute(f"CREATE OR REPLACE TABLE quality.alert AS SELECT {casts} FROM alert_rows")
    connection.unregister("alert_rows")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
