"""Channels that take a message about alerts: a webhook (JSON) and e-mail.

A channel is an address: `https://host/path` is posted the message as JSON; `smtp://host:port/?to=a@b.cn`
(or `smtps://` for TLS from the start) is sent it as e-mail. A channel has taken a message when it says so:
any 2xx, or the mail server's acceptance.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit, urlunsplit

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


def split_channel(channel: str) -> list[str]:
    """A mail channel for each recipient, so that each one's acceptance counts for itself; other
    channels are one. Raises ChannelError."""
    check_channel(channel)
    parts = urlsplit(channel)
    if parts.scheme not in ("smtp", "smtps"):
        return [channel]
    query = parse_qs(parts.query)
    recipients = [address.strip() for value in query["to"] for address in value.split(",") if address.strip()]
    return [
        urlunsplit(parts._replace(query=urlencode(query | {"to": [one]}, doseq=True))) for one in recipients
    ]


def send(channel: str, message: Message, *, first_wait_seconds: float = FIRST_WAIT_SECONDS) -> None:
    """Send a message, again after failures that may pass; a mail channel has one recipient. Raises
    DeliveryError when it was not taken."""
    deliver = _sender(channel)
    for tried in range(1, TRIES + 1):
        try:
            deliver(channel, message)
            return
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
            raise ChannelError(
                f"{parts.scheme}://{parts.hostname}: say who is written to: /?to=name@example.cn"
            )
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
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = query.get("from", [f"gongkai@{parts.hostname}"])[0]
    mail["To"] = query["to"][0]
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message.message_id}@gongkai>"
    mail.set_content(message.text)
    try:
        with _mail_server(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.username:
                _log_in(server, unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    # all of these are OSErrors: the narrower ones first
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise _mail_refusal(code, answer) from error
    except smtplib.SMTPResponseException as error:
        raise _mail_refusal(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPServerDisconnected as error:
        raise _TransientError(f"the mail server hung up: {error}") from error
    except (smtplib.SMTPException, ssl.SSLCertVerificationError) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}") from error
    except OSError as error:
        raise _TransientError(f"{type(error).__name__}: {error}") from error


def _mail_refusal(code: int, answer: bytes | str) -> DeliveryError:
    """4xx and a greeting that is none may pass; 5xx stays."""
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return (DeliveryError if 500 <= code < 600 else _TransientError)(
        f"the mail server answered {code} {words}"
    )


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if not isinstance(server.sock, ssl.SSLSocket):
        raise DeliveryError("the mail server offers no encryption: the password is not sent")
    server.login(user, password)


def _mail_server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    name = socket.gethostname()  # smtplib would ask the network for a full name
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or 465, name, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, port or 25, name, timeout=TIMEOUT_SECONDS)
    if server.ehlo()[0] == 250 and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server
