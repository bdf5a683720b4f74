"""The group bots of Feishu, Lark, DingTalk and WeCom.

They answer 200 also to what they refuse and say so in their JSON, and each takes so many bytes of text only.
Apprise, which sends to every other service, counts any 200 as taken and does not know these lengths, so these
four are posted to here.

A bot is written `feishu://token`, `lark://token`, `dingtalk://token` or `wecombot://key`; with the secret of a
bot that asks for signatures `feishu://secret@token`, `dingtalk://secret@token`; or as the https address that
the service gives. `?origin=https://host` names an installation of one's own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

BUSY = frozenset({-1, 11232, 45009, 130101, 410100})
"""Codes of answers that say: too often, or not now."""


@dataclass(frozen=True, slots=True)
class _Service:
    """A messenger: where its bots are posted to, and how many bytes of UTF-8 one message may have."""

    origin: str
    path: str
    token_key: str
    text_bytes: int
    is_signing: bool


_SERVICES = {
    # the whole request: 20 KB
    "feishu": _Service("https://open.feishu.cn", "/open-apis/bot/v2/hook/", "", 15_000, True),
    "lark": _Service("https://open.larksuite.com", "/open-apis/bot/v2/hook/", "", 15_000, True),
    # the text: 20,000 bytes
    "dingtalk": _Service("https://oapi.dingtalk.com", "/robot/send", "access_token", 15_000, True),
    # the text: 2,048 bytes
    "wecombot": _Service("https://qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key", 2_000, False),
}


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot of a service; `text_bytes` is the most that one message may have."""

    name: str
    address: str
    secret: str
    text_bytes: int

    def request(self, text: str, now: float) -> tuple[str, dict[str, Any]]:
        """The address and the JSON that tell the bot a text; `now` is the time in seconds since 1970."""
        if self.name in ("feishu", "lark"):
            body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
            if self.secret:
                stamp = str(round(now))
                body |= {"timestamp": stamp, "sign": _sign(f"{stamp}\n{self.secret}", "")}
            return self.address, body
        address = self.address
        if self.secret:
            stamp = str(round(now * 1000))
            sign = _sign(self.secret, f"{stamp}\n{self.secret}")
            address += f"&timestamp={stamp}&sign={quote(sign, safe='')}"
        return address, {"msgtype": "text", "text": {"content": text}}


def find_bot(channel: str) -> Bot | None:
    """The bot that an address stands for; None for an address of anything else, or that is incomplete."""
    parts = urlsplit(channel)
    query = parse_qs(parts.query)
    if parts.scheme == "https":
        name = next(
            (name for name, one in _SERVICES.items() if one.origin == f"https://{parts.hostname}"), ""
        )
        service = _SERVICES.get(name)
        if service is None or not parts.path.startswith(service.path):
            return None
        secret = ""
        token = (
            query.get(service.token_key, [""])[0] if service.token_key else parts.path[len(service.path) :]
        )
    else:
        name, service = parts.scheme, _SERVICES.get(parts.scheme)
        secret, _, token = parts.netloc.rpartition("@")
    token, secret = unquote(token).strip("/"), unquote(secret)
    if service is None or not token or (secret and not service.is_signing):
        return None
    origin = query.get("origin", [service.origin])[0].rstrip("/")
    key = f"?{service.token_key}=" if service.token_key else ""
    return Bot(name, f"{origin}{service.path}{key}{quote(token, safe='')}", secret, service.text_bytes)


def refusal(answer: Any) -> tuple[int | None, str] | None:
    """The code and the words of a bot that refused a message; None where it took it."""
    for name in ("errcode", "code", "StatusCode"):
        if isinstance(answer, dict) and name in answer:
            code = answer[name]
            if code == 0:
                return None
            words = answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or ""
            return (code if isinstance(code, int) else None), f"answered {code} {words}".strip()
    return None, "gave an answer that says nothing of the message"


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
