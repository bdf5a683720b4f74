"""Channels that take a message about alerts: a webhook (JSON), e-mail, group bots, and what Apprise knows.

A channel is an address: `https://host/path` is posted the message as JSON; `smtp://host:port/?to=a@b.cn`
(or `smtps://` for TLS from the start) is sent it as e-mail; `feishu://…`, `lark://…`, `dingtalk://…` and
`wecombot://…` are bots (`flows.edge.bots`); any other is an address of Apprise, such as `slack://…`. A channel
has taken a message when it says so: any 2xx, the mail server's acceptance, a bot's code 0, or what Apprise
takes for the service's.

What a channel is told can be limited at the end of its address: `#severity=critical` or
`#severity=warning&province=43,220000` (see `Route`).
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit, urlunsplit

from flows.edge.bots import BUSY, find_bot, refusal

if TYPE_CHECKING:
    import httpx

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


SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts a channel is told of: those of `severity` or worse and, where provinces are named (by the
    first two digits of their codes), only theirs: then none that is of no province."""

    severity: str = "info"
    provinces: tuple[str, ...] = ()

    def takes(self, severity: str, province_code: str | None) -> bool:
        if SEVERITIES.index(severity) > SEVERITIES.index(self.severity):
            return False
        return not self.provinces or (province_code or "")[:2] in self.provinces


class ChannelError(Exception):
    """The address of a channel is not one that can be sent to; the message says what is expected."""


class DeliveryError(Exception):
    """The channel did not take the message; the message says why."""


class _TransientError(DeliveryError):
    """Another try may help."""


def check_channel(channel: str) -> None:
    """Raises ChannelError for an address that nothing can be sent to."""
    address, _ = split_route(channel)
    if _sender(address) is _notify:
        _service(address)


_ROUTE = re.compile(r"#((?:severity|province)=[^#]*)$")


def split_route(channel: str) -> tuple[str, Route]:
    """The address proper, and what is told there. Raises ChannelError."""
    match = _ROUTE.search(channel)
    if match is None:
        return channel, Route()
    given = parse_qs(match[1])
    place = f"{channel.partition(':')[0]}://…#{match[1]}"
    for name in given:
        if name not in ("severity", "province"):
            raise ChannelError(f"{place}: {name} is not known; expected severity=… and province=…")
    severity = given.get("severity", ["info"])[-1]
    if severity not in SEVERITIES:
        raise ChannelError(f"{place}: severity is {severity!r}, expected one of {', '.join(SEVERITIES)}")
    codes = [code.strip() for value in given.get("province", []) for code in value.split(",")]
    for code in codes:
        if not re.fullmatch(r"\d{2}(0000)?", code):
            raise ChannelError(f"{place}: province is {code!r}, expected codes of provinces, as 43 or 430000")
    return channel[: match.start()], Route(severity, tuple(code[:2] for code in codes))


def split_channel(channel: str) -> list[str]:
    """A mail channel for each recipient, so that each one's acceptance counts for itself; other
    channels are one. Raises ChannelError."""
    check_channel(channel)
    parts = urlsplit(channel)
    if not channel.startswith(("smtp://", "smtps://")):
        return [channel]
    query = parse_qs(parts.query)
    recipients = [address.strip() for value in query["to"] for address in value.split(",") if address.strip()]
    return [
        urlunsplit(parts._replace(query=urlencode(query | {"to": [one]}, doseq=True))) for one in recipients
    ]


def send(channel: str, message: Message, *, first_wait_seconds: float = FIRST_WAIT_SECONDS) -> None:
    """Send a message, again after failures that may pass; a mail channel has one recipient. Raises
    DeliveryError when it was not taken."""
    channel, _ = split_route(channel)
    deliver = _sender(channel)
    for tried in range(1, TRIES + 1):
        try:
            deliver(channel, message)
            return
        except _TransientError as error:
            if tried == TRIES:
                raise DeliveryError(f"{error} ({TRIES} tries)") from error
            time.sleep(first_wait_seconds * 2 ** (tried - 1))


_BOT_SCHEMES = frozenset({"feishu", "lark", "dingtalk", "wecombot"})
_SERVICE_HOSTS = frozenset(
    {
        "hooks.slack.com",
        "oapi.dingtalk.com",
        "open.feishu.cn",
        "open.larksuite.com",
        "qyapi.weixin.qq.com",
    }
)
"""Services whose own addresses look like webhooks but that answer 200 to JSON they do not understand."""


def message_bytes(channel: str) -> int | None:
    """The most bytes of text that the channel takes in one message; None where it says nothing of that."""
    bot = find_bot(split_route(channel)[0])
    return bot.text_bytes if bot else None


def _sender(channel: str) -> Callable[[str, Message], None]:
    parts = urlsplit(channel)
    if find_bot(channel) is not None:
        return _tell_bot
    if parts.scheme in _BOT_SCHEMES:
        raise ChannelError(f"{parts.scheme}://…: expected {parts.scheme}://token (see docs/alerts.md)")
    if parts.hostname in _SERVICE_HOSTS:
        return _notify
    if parts.hostname and parts.scheme in ("http", "https"):
        return _post
    if parts.hostname and parts.scheme in ("smtp", "smtps"):
        if not parse_qs(parts.query).get("to"):
            raise ChannelError(
                f"{parts.scheme}://{parts.hostname}: say who is written to: /?to=name@example.cn"
            )
        return _mail
    if "://" in channel and parts.scheme not in ("http", "https", "smtp", "smtps"):
        return _notify
    raise ChannelError(f"{channel.partition(':')[0] or channel}: {_EXPECTED}")


_EXPECTED = (
    "an alert goes to http(s)://host/path, to smtp(s)://host/?to=name@host, or to a service of Apprise: "
    "slack://…, feishu://…, dingtalk://…, wecombot://… (see docs/alerts.md)"
)


def _service(channel: str) -> Any:
    """The service that an address of Apprise stands for. Raises ChannelError."""
    import apprise

    service = apprise.Apprise.instantiate(channel)
    if service is None:
        # the address may hold a secret: only its scheme is named
        raise ChannelError(
            f"{channel.partition(':')[0]}://…: no address that Apprise understands; {_EXPECTED}"
        )
    return service


def _notify(channel: str, message: Message) -> None:
    import apprise

    service = _service(channel)
    # services limit how long a message is: nothing is cut off
    service.overflow_mode = apprise.OverflowMode.SPLIT
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:  # type: ignore[no-untyped-call]
        is_taken = service.notify(body=message.text, title=message.subject)
    if not is_taken:
        said = log.getvalue().strip().splitlines()
        raise _TransientError(f"{service.service_name}: {said[0] if said else 'not taken'}")


def _tell_bot(channel: str, message: Message) -> None:
    bot = find_bot(channel)
    assert bot is not None
    # one alert alone may be longer than what a bot takes
    text = message.text.encode()
    if len(text) > bot.text_bytes:
        text = text[: bot.text_bytes - 3].decode(errors="ignore").encode() + "…".encode()
    address, body = bot.request(text.decode(), time.time())
    response = _answer(address, body, {})
    try:
        said = refusal(response.json())
    except ValueError:
        said = refusal(None)
    if said is not None:
        code, words = said
        raise (_TransientError if code in BUSY else DeliveryError)(f"{bot.name} {words}")


def _post(channel: str, message: Message) -> None:
    _answer(channel, message.payload, {"Idempotency-Key": message.message_id})


def _answer(address: str, body: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    """The answer of a server that says that it took the JSON. Raises DeliveryError."""
    import httpx

    try:
        response = httpx.post(address, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except httpx.TransportError as error:
        raise _TransientError(f"{type(error).__name__}: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}") from error
    if response.is_success:
        return response
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
