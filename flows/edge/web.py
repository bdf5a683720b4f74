"""The web: one address asked for, one `Attempt` back, whatever the server does.

Nothing here raises for what a server or a network did: the attempt carries the bytes or the reason in
words. Only http and https are spoken; addresses of private, loopback and other special networks are
refused unless allowed, judged on the network address a connection is really made to, so that neither a
redirect nor a changed name can lead there.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import httpcore
import httpx

from flows.edge.archive import sha256_of
from flows.edge.manifest import Attempt

USER_AGENT = f"gongkai/{version('gongkai')} (archive of annual reports on open government information)"

_TRANSIENT_STATUS = {408, 425, 429, 500, 502, 503, 504}
# what no report is published as
_NEVER_A_DOCUMENT = re.compile(
    r"(image|audio|video|font)/|text/css$|(text|application)/(x-)?(java|ecma)script$"
)
_HEADERS_KEPT = 16_000
# IPv4 networks written as IPv6
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may cost. Sizes in bytes, of the body before and after decompression."""

    body_bytes: int = 50_000_000
    redirects: int = 10
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    """The longest silence while a body arrives."""
    total_seconds: float = 120.0
    connections: int = 16


class RefusedAddressError(Exception):
    """The host is on a network that is not to be asked."""


class _UnwelcomeError(Exception):
    """A response that is no original; the message says why."""


class Web:
    """A client for many addresses; use it as an async context manager.

    `hosts` gives the network address and port of hosts that are served locally (the bundled sample);
    they are asked there whatever `allow_private` says.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        allow_private: bool = False,
        hosts: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        http2 = find_spec("h2") is not None
        transport = httpx.AsyncHTTPTransport(http2=http2)
        # httpx offers no way to choose how names become connections; its pool does
        transport._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=self.limits.connections,
            max_keepalive_connections=self.limits.connections,
            keepalive_expiry=15.0,
            http2=http2,
            network_backend=_GuardedNetwork(allow_private=allow_private, hosts=hosts or {}),
        )
        self._client = httpx.AsyncClient(
            transport=transport,
            follow_redirects=True,
            max_redirects=self.limits.redirects,
            timeout=httpx.Timeout(
                self.limits.read_seconds, connect=self.limits.connect_seconds, pool=self.limits.total_seconds
            ),
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
        )

    async def __aenter__(self) -> Web:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, address: str) -> Attempt:
        """Ask for one address, once."""
        attempt = Attempt(address=address, requested_at=datetime.now(UTC))
        began = time.monotonic()
        try:
            if not re.match(r"https?://", address, re.I):
                raise _UnwelcomeError("only http and https addresses are fetched")
            async with asyncio.timeout(self.limits.total_seconds):
                await self._ask(attempt)
        except _UnwelcomeError as reason:
            attempt.error = str(reason)
        except RefusedAddressError as reason:
            attempt.error = str(reason)
        except TimeoutError:
            attempt.error = f"not finished after {self.limits.total_seconds:g} s"
            attempt.is_transient = True
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, ValueError, OSError) as error:
            attempt.error = _explain(error, self.limits)
            attempt.is_transient = _is_transient(error)
        attempt.elapsed_seconds = round(time.monotonic() - began, 6)
        return attempt

    async def _ask(self, attempt: Attempt) -> None:
        async with self._client.stream("GET", attempt.address) as response:
            attempt.final_address = str(response.url)
            attempt.status_code = response.status_code
            attempt.headers = _headers(response.headers)
            attempt.media_type, attempt.charset = content_type(response.headers.get("content-type"))
            if response.status_code != 200:
                attempt.is_transient = response.status_code in _TRANSIENT_STATUS
                attempt.retry_after_seconds = _retry_after(response.headers.get("retry-after"))
                raise _UnwelcomeError(
                    f"the server answered {response.status_code} {response.reason_phrase}".rstrip()
                )
            if attempt.media_type and _NEVER_A_DOCUMENT.match(attempt.media_type):
                raise _UnwelcomeError(f"media type {attempt.media_type} is not a document's")
            attempt.data = await self._body(response)
        attempt.sha256 = sha256_of(attempt.data)
        attempt.byte_count = len(attempt.data)

    async def _body(self, response: httpx.Response) -> bytes:
        limit = self.limits.body_bytes
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            raise _UnwelcomeError(
                f"too large: {int(declared):,} bytes declared, at most {limit:,} are fetched"
            )
        body = _Body(response.headers.get("content-encoding", ""), limit)
        async for chunk in response.aiter_raw():
            body.feed(chunk)
        return body.close()


class _Body:
    """A body as it arrives: content encoding undone, never more than `limit` bytes kept."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._received = 0
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise _UnwelcomeError(f"content encoding {encoding!r} was not asked for and is not understood")
        self._encoded = encoding not in ("", "identity")
        self._inflater: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        if not self._encoded:
            self._keep(chunk)
            return
        self._received += len(chunk)
        if self._received > self._limit:
            raise _UnwelcomeError(f"too large: more than {self._limit:,} bytes")
        while chunk:
            if self._inflater is None:
                if self._received > len(chunk) and not chunk.startswith(b"\x1f\x8b"):
                    return  # padding after the end of the compressed body
                # gzip or zlib by its first bytes; servers also send "deflate" without the zlib header
                bare = chunk[0] & 0x0F != 8 and chunk[0] != 0x1F
                self._inflater = zlib.decompressobj(wbits=-15 if bare else 47)
            try:
                self._keep(self._inflater.decompress(chunk, self._limit - self._size + 1))
            except zlib.error as error:
                raise _UnwelcomeError(f"the compressed body is damaged: {error}") from None
            if not self._inflater.eof:
                return
            chunk = self._inflater.unused_data
            self._inflater = None

    def close(self) -> bytes:
        if self._inflater is not None:
            raise _UnwelcomeError(f"the compressed body ends early, after {self._received:,} bytes")
        return b"".join(self._parts)

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise _UnwelcomeError(f"too large: more than {self._limit:,} bytes")
        self._parts.append(data)


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Turns a host's name into a connection, after judging the network addresses behind the name."""

    def __init__(self, *, allow_private: bool, hosts: Mapping[str, tuple[str, int]]) -> None:
        self._network = httpcore.AnyIOBackend()
        self._allow_private = allow_private
        self._hosts = dict(hosts)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if host in self._hosts:
            addresses = [self._hosts[host][0]]
            port = self._hosts[host][1]
        else:
            addresses = await self._resolve(host, port, timeout)
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"no network address is known for {host}")

    async def _resolve(self, host: str, port: int, timeout: float | None) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_private:
            for address in addresses:
                if not is_public(address):
                    raise RefusedAddressError(
                        f"{host} is at {address}, which is not on the public internet (--allow-private allows it)"
                    )
        return addresses

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether a network address belongs to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def content_type(header: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header, in lower case; None for what it does not say."""
    media_type, _, parameters = (header or "").partition(";")
    charset = re.search(r"""charset\s*=\s*["']?([\w.:-]+)""", parameters, re.I)
    return media_type.strip().lower() or None, charset.group(1).lower() if charset else None


def _headers(headers: httpx.Headers) -> str:
    kept = {name: value for name, value in headers.items() if name != "set-cookie"}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _HEADERS_KEPT else json.dumps({"error": f"{len(text)} characters of headers"})


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait by a Retry-After header: a number of seconds or an HTTP date."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _is_transient(error: Exception) -> bool:
    if isinstance(error, httpx.TooManyRedirects | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return False
    if isinstance(_root(error), ssl.SSLCertVerificationError):
        return False
    root = _root(error)
    if isinstance(root, socket.gaierror):
        return root.errno == socket.EAI_AGAIN
    return isinstance(error, httpx.TransportError | OSError)


def _explain(error: Exception, limits: Limits) -> str:
    text = str(error) or type(error).__name__
    match error:
        case httpx.TooManyRedirects():
            return f"more than {limits.redirects} redirects"
        case httpx.UnsupportedProtocol():
            return f"redirected to an address that is not http or https: {text}"
        case httpx.ConnectTimeout():
            return f"no connection within {limits.connect_seconds:g} s"
        case httpx.ReadTimeout():
            return f"the server was silent for {limits.read_seconds:g} s"
        case httpx.ConnectError():
            return f"no connection: {text}"
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return f"the connection was cut or garbled: {text}"
        case httpx.InvalidURL():
            return f"not a valid address: {text}"
    return f"{type(error).__name__}: {text}"


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
