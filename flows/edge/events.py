"""Alerts as Prefect events, for automations on a Prefect server.

Nothing depends on them: what a channel must be told goes through the outbox (`flows.edge.outbox`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flows.edge.outbox import Event


def emit(events: Sequence[Event]) -> None:
    """Emit `gongkai.alert.opened`, `.worsened` or `.resolved` for each; an automation can select them by the
    labels of the resource: gongkai.severity, gongkai.rule, gongkai.province."""
    from prefect.events import emit_event

    for event in events:
        identity = hashlib.sha256(f"{event.rule}\n{event.subject}".encode()).hexdigest()[:16]
        emit_event(
            event=f"gongkai.alert.{event.kind}",
            resource={
                "prefect.resource.id": f"gongkai.alert.{identity}",
                "prefect.resource.name": f"{event.rule} {event.subject}",
                "gongkai.rule": event.rule,
                "gongkai.severity": event.severity,
                "gongkai.province": event.province_code or "none",
            },
            payload={
                "run": event.run,
                "subject": event.subject,
                "document_count": event.document_count,
                "message": event.message,
                "message_zh": event.message_zh,
            },
        )
