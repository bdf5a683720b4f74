"""Channels that take a message about alerts: a webhook (JSON) and e-mail.

A channel is an address: `https://host/path` is posted the message as JSON; `smtp://host:port/?to=a@b.cn`
(or `smtps://` for TLS from the start) is sent it as e-mail. A channel has taken a message when it says so:
any 2xx, or the mail server's acceptance of every recipient.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
TRIES = 3
FIRST_WAIT_SECONDS = 0.5
TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is told. `message_id` is the same for the same events, so that a receiver can
    tell a message that it had taken although its answer was lost."""

    message_id: str
    subject: str
    text: str
    payload: dict[str, Any]


class ChannelError(Exception):
    """The address of a channel is not one that can be sent to; the message says what is expected."""


class DeliveryError(Exception):
    """The channel did not take the message; the message says why."""


class _TransientError(DeliveryError):
    """Another try may help."""


def check_channel(channel: str) -> None:
    """Raises ChannelError for an address that nothing can be sent to."""
    _sender(channel)


def send(channel: str, message: Message, *, first_wait_seconds: float = FIRST_WAIT_SECONDS) -> None:
    """Send a message, again after failures that may pass. Raises DeliveryError when it was not taken."""
    deliver = _sender(channel)
    for tried in range(1, TRIES + 1):
        try:
            return deliver(channel, message)
        except _TransientError as error:
            if tried == TRIES:
                raise DeliveryError(f"{error} ({TRIES} tries)") from error
            time.sleep(first_wait_seconds * 2 ** (tried - 1))


def _sender(channel: str) -> Callable[[str, Message], None]:
    parts = urlsplit(channel)
    if parts.hostname and parts.scheme in ("http", "https"):
        return _post
    if parts.hostname and parts.scheme in ("smtp", "smtps"):
        if not parse_qs(parts.query).get("to"):
            raise ChannelError(f"{parts.scheme}://{parts.hostname}: say who is written to: /?to=name@example.cn")
        return _mail
    raise ChannelError(
        f"{channel.partition(':')[0] or channel}: an alert goes to http(s)://host/path or smtp(s)://host/?to=name@host"
    )


def _post(channel: str, message: Message) -> None:
    import httpx

    try:
        response = httpx.post(
            channel,
            json=message.payload,
            headers={"Idempotency-Key": message.message_id},
            timeout=TIMEOUT_SECONDS,
        )
    except httpx.TransportError as error:
        raise _TransientError(f"{type(error).__name__}: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}") from error
    if response.is_success:
        return
    reason = f"answered {response.status_code} {response.reason_phrase}".strip()
    raise (_TransientError if response.status_code in RETRIED_STATUS else DeliveryError)(reason)


def _mail(channel: str, message: Message) -> None:
    parts = urlsplit(channel)
    query = parse_qs(parts.query)
    recipients = [address for value in query["to"] for address in value.split(",")]
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = query.get("from", [f"gongkai@{parts.hostname}"])[0]
    mail["To"] = ", ".join(recipients)
    mail["Message-ID"] = f"<{message.message_id}@gongkai>"
    mail.set_content(message.text)
    try:
        with _mail_server(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            refused = server.send_message(mail)
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, OSError) as error:
        if isinstance(error, smtplib.SMTPResponseException | ssl.SSLCertVerificationError) or (
            isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected)
        ):
            raise _refusal(error) from error
        raise _TransientError(f"{type(error).__name__}: {error}") from error
    if refused:
        # the others have it; to try again would send it to them twice
        raise DeliveryError(f"refused for {', '.join(sorted(refused))}")


def _mail_server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
    if server.ehlo()[0] == 250 and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server
