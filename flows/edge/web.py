"""The web: one address asked for, one `Attempt` back, whatever the server does.

Nothing here raises for what a server or a network did: the attempt carries the bytes or the reason in
words. Only http and https are spoken; addresses of private, loopback and other special networks are
refused unless allowed, judged on the network address a connection is really made to, so that neither a
redirect nor a changed name can lead there. Proxies that the environment names are not used: they would
resolve names themselves.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import re
import select
import socket
import ssl
import time
import warnings
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from flows.edge.archive import sha256_of
from flows.edge.limits import Limits
from flows.edge.manifest import Attempt, Failure

PRODUCT = "gongkai"
"""The name that robots.txt may address."""
CONTACT = "GONGKAI_CONTACT"
"""The environment variable with an address, page or number where the owner of a site reaches who runs this."""

_REDIRECTS = {301, 302, 303, 307, 308}
# what no report is published as
_NEVER_A_DOCUMENT = re.compile(
    r"(image|audio|video|font)/|text/css$|(text|application)/(x-)?(java|ecma)script$"
)
_HEADERS_KEPT = 16_000
_KEEP_SECONDS = 15.0
"""For which a connection without a request is kept."""
# IPv4 networks written as IPv6
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# all that is given out of IPv6 to be reached from everywhere; and a part of it that is for books (RFC 9637)
_UNICAST = ipaddress.ip_network("2000::/3")
_EXAMPLES = ipaddress.ip_network("3fff::/20")


def user_agent() -> str:
    """What every request says of its sender."""
    contact = "".join(c for c in os.environ.get(CONTACT, "") if " " <= c <= "~").strip()
    reach = f"; contact: {contact}" if contact else ""
    return f"{PRODUCT}/{version('gongkai')} (archive of annual reports on open government information{reach})"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the original that we have, to be told it when we ask again."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


Permit = Callable[[str], Awaitable[None]]
"""Asked before a redirect is followed; raises UnwelcomeError if its address is not to be asked for."""

Keep = Callable[[Attempt], Awaitable[None]]
"""Given an attempt with its original, before the connection that brought it is used again or closed."""


class RefusedAddressError(Exception):
    """The host is on a network that is not to be asked."""


class UnwelcomeError(Exception):
    """A response that is no original, or a redirect that is not followed; the message says why."""

    def __init__(self, reason: str, failure: Failure = "refused") -> None:
        super().__init__(reason)
        self.failure: Failure = failure


class _NotKeptError(Exception):
    """An original could not be kept, which is no fault of its server."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class _Terms:
    """On which one address is asked for: what `Web.get` was given."""

    validators: Validators
    permit: Permit | None
    keep: Keep | None
    form: Mapping[str, str] | None
    takes_images: bool
    first_bytes: int | None


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
        self._network = _GuardedNetwork(allow_private=allow_private, hosts=hosts or {})
        # httpx's client would look for cookies and redirects once more, at a tenth of the whole cost
        self._strict = self._transport(httpx.create_ssl_context(trust_env=False))
        self._lenient: httpx.AsyncHTTPTransport | None = None
        self._headers = {"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        times = httpx.Timeout(self.limits.read_seconds, connect=self.limits.connect_seconds)
        self._extensions = {"timeout": times.as_dict()}

    def _transport(self, tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
        transport = httpx.AsyncHTTPTransport(http2=True, verify=tls)
        # httpx offers no way to choose how names become connections; its pool does
        transport._pool = _Pool(tls, self._network, 4 * self.limits.connections)  # type: ignore[assignment]
        return transport

    async def __aenter__(self) -> Web:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._strict.aclose()
        if self._lenient is not None:
            await self._lenient.aclose()

    async def get(
        self,
        address: str,
        *,
        validators: Validators | None = None,
        permit: Permit | None = None,
        keep: Keep | None = None,
        verify_tls: bool = True,
        form: Mapping[str, str] | None = None,
        takes_images: bool = False,
        first_bytes: int | None = None,
    ) -> Attempt:
        """Ask for one address, once, and follow where it redirects. Raises OSError if `keep` does.

        With `validators` the answer may be 304: an attempt without bytes and without error. `verify_tls`
        False accepts any certificate and the ciphers and protocols of old servers. With `form` these fields
        are posted. Images are no documents and refused but with `takes_images`. With `first_bytes` no more of a
        body is read than these, of whatever media type it is.
        """
        attempt = Attempt(address=address, requested_at=datetime.now(UTC))
        began = time.monotonic()
        if verify_tls:
            transport = self._strict
        else:
            transport = self._lenient = self._lenient or self._transport(_lenient_tls())
        terms = _Terms(validators or Validators(), permit, keep, form, takes_images, first_bytes)
        try:
            await self._follow(transport, attempt, terms)
        except _NotKeptError as reason:
            raise reason.error from None
        except UnwelcomeError as reason:
            attempt.error, attempt.failure = str(reason), reason.failure
        except RefusedAddressError as reason:
            attempt.error, attempt.failure = str(reason), "refused"
        except TimeoutError:
            attempt.error = f"not finished after {self.limits.total_seconds:g} s"
            attempt.failure = "unreachable"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            attempt.error = _explain(error, self.limits)
            attempt.failure = "unreachable" if _is_transient(error) else "refused"
            if isinstance(_root(error), ssl.SSLError):
                attempt.failure = "tls"
        attempt.elapsed_seconds = round(time.monotonic() - began, 6)
        return attempt

    async def _follow(self, transport: httpx.AsyncHTTPTransport, attempt: Attempt, terms: _Terms) -> None:
        address, cookies = attempt.address, dict[str, str]()
        for hop in range(self.limits.redirects + 1):
            if not re.match(r"https?://", address, re.I):
                kind = "redirected to an address that is not http or https" if hop else "refused"
                raise UnwelcomeError(f"{kind}: only http and https addresses are fetched: {address[:200]}")
            if hop and terms.permit is not None:
                await terms.permit(address)
            # not for the wait that a permit may take
            async with asyncio.timeout(self.limits.total_seconds):
                target = await self._ask(transport, attempt, address, cookies, terms)
            if target is None:
                return
            if urlsplit(target).netloc != urlsplit(address).netloc:
                cookies.clear()
            address, terms = target, replace(terms, form=None)
        raise UnwelcomeError(f"more than {self.limits.redirects} redirects")

    async def _ask(
        self,
        transport: httpx.AsyncHTTPTransport,
        attempt: Attempt,
        address: str,
        cookies: dict[str, str],
        terms: _Terms,
    ) -> str | None:
        """One request; the address that it redirects to, None when the attempt has its answer."""
        validators = terms.validators.headers()
        headers = {**self._headers, **validators}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        request = httpx.Request(
            "GET" if terms.form is None else "POST",
            address,
            headers=headers,
            data=None if terms.form is None else dict(terms.form),
            extensions=self._extensions,
        )
        response = await transport.handle_async_request(request)
        try:
            attempt.final_address = str(request.url)
            attempt.status_code = response.status_code
            attempt.is_tls_verified = transport is self._strict if request.url.scheme == "https" else None
            location = response.headers.get("location")
            if response.status_code in _REDIRECTS and location:
                cookies.update(_cookies(response.headers))
                return _target(request.url, location)
            attempt.headers = _headers(response.headers)
            attempt.media_type, attempt.charset = content_type(response.headers.get("content-type"))
            if response.status_code == 304 and validators:
                return None
            if response.status_code != 200:
                attempt.retry_after_seconds = _retry_after(response.headers.get("retry-after"))
                raise UnwelcomeError(
                    f"the server answered {response.status_code} {response.reason_phrase}".rstrip(),
                    failure_of_status(response.status_code),
                )
            media_type = attempt.media_type or ""
            is_wanted = terms.first_bytes is not None or (
                terms.takes_images and media_type.startswith("image/")
            )
            if _NEVER_A_DOCUMENT.match(media_type) and not is_wanted:
                raise UnwelcomeError(f"media type {media_type} is not a document's")
            attempt.data = await self._body(response, terms.first_bytes)
            attempt.etag = _validator(response.headers.get("etag"))
            attempt.last_modified = _validator(response.headers.get("last-modified"))
            attempt.sha256 = sha256_of(attempt.data)
            attempt.byte_count = len(attempt.data)
            if terms.keep is not None:
                try:
                    await terms.keep(attempt)
                except OSError as error:
                    raise _NotKeptError(error) from error
        finally:
            await response.aclose()
        return None

    async def _body(self, response: httpx.Response, first_bytes: int | None) -> bytes:
        limit = self.limits.body_bytes if first_bytes is None else first_bytes
        declared = response.headers.get("content-length", "")
        if first_bytes is None and declared.isdigit() and int(declared) > limit:
            raise UnwelcomeError(
                f"too large: {int(declared):,} bytes declared, at most {limit:,} are fetched"
            )
        encoding = response.headers.get("content-encoding", "")
        body = _Body(encoding, limit, is_beginning=first_bytes is not None)
        # not `aiter_raw`, which gives the connection back at the end
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for chunk in response.stream:
            body.feed(chunk)
            if body.is_full:
                break
        return body.close()


class _Body:
    """A body as it arrives: content encoding undone, never more than `limit` bytes kept. One that has more is
    refused, or full where its beginning is enough."""

    def __init__(self, encoding: str, limit: int, *, is_beginning: bool = False) -> None:
        self._limit, self._is_beginning = limit, is_beginning
        self.is_full = False
        self._parts: list[bytes] = []
        self._size = 0
        self._received = 0
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise UnwelcomeError(f"content encoding {encoding!r} was not asked for and is not understood")
        self._encoded = encoding not in ("", "identity")
        self._inflater: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        if not self._encoded:
            self._keep(chunk)
            return
        self._received += len(chunk)
        if self._received > self._limit:
            self._end()
        while chunk and not self.is_full:
            if self._inflater is None:
                if self._received > len(chunk) and not chunk.startswith(b"\x1f\x8b"):
                    return  # padding after the end of the compressed body
                # gzip or zlib by its first bytes; servers also send "deflate" without the zlib header
                bare = chunk[0] & 0x0F != 8 and chunk[0] != 0x1F
                self._inflater = zlib.decompressobj(wbits=-15 if bare else 47)
            try:
                self._keep(self._inflater.decompress(chunk, self._limit - self._size + 1))
            except zlib.error as error:
                raise UnwelcomeError(f"the compressed body is damaged: {error}") from None
            if not self._inflater.eof:
                return
            chunk = self._inflater.unused_data
            self._inflater = None

    def close(self) -> bytes:
        if self._inflater is not None and not self.is_full:
            raise UnwelcomeError(f"the compressed body ends early, after {self._received:,} bytes")
        return b"".join(self._parts)

    def _keep(self, data: bytes) -> None:
        room = self._limit - self._size
        self._size += len(data)
        self._parts.append(data[:room])
        if self._size > self._limit:
            self._end()

    def _end(self) -> None:
        """More has come than is taken."""
        if not self._is_beginning:
            raise UnwelcomeError(f"too large: more than {self._limit:,} bytes")
        self.is_full = True


class _Pool:
    """Connections that are kept for further requests to their origin.

    Whoever uses it bounds the requests under way: none waits here. (`httpcore.AsyncConnectionPool` looks at
    every connection for every request, which cost more than the requests themselves.)
    """

    def __init__(self, tls: ssl.SSLContext, network: _GuardedNetwork, most: int) -> None:
        self._tls, self._network, self._most = tls, network, most
        self._kept: dict[str, dict[int, httpcore.AsyncHTTPConnection]] = {}
        """By origin, oldest first."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if request.url.scheme not in (b"http", b"https") or not request.url.host:
            raise httpcore.UnsupportedProtocol("the address names no host")
        while True:
            connection = await self._connection(request.url.origin)
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:
                # another request was faster
                continue

    async def aclose(self) -> None:
        connections = [one for kept in self._kept.values() for one in kept.values()]
        self._kept.clear()
        for connection in connections:
            await connection.aclose()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        for connection in list(self._kept.get(str(origin), {}).values()):
            if connection.is_available() and not connection.has_expired():
                return connection
        await self._tidy()
        connection = httpcore.AsyncHTTPConnection(
            origin=origin,
            ssl_context=self._tls,
            keepalive_expiry=_KEEP_SECONDS,
            http2=True,
            network_backend=self._network,
        )
        self._kept.setdefault(str(origin), {})[id(connection)] = connection
        return connection

    async def _tidy(self) -> None:
        """Close what has expired, and what is idle where there are too many."""
        count = sum(map(len, self._kept.values()))
        useless = []
        for origin, kept in list(self._kept.items()):
            for key, connection in list(kept.items()):
                is_useless = connection.is_closed() or connection.has_expired()
                if is_useless or (connection.is_idle() and count >= self._most):
                    count -= 1
                    useless.append(kept.pop(key))
            if not kept:
                del self._kept[origin]
        for connection in useless:
            await connection.aclose()


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that knows cheaply whether the other side has closed it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._poll: select.poll | None = None
        sock = stream.get_extra_info("socket")
        if sock is not None and hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(sock, select.POLLIN)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        self._poll = None
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._poll is not None:
            return bool(self._poll.poll(0))
        return self._stream.get_extra_info(info)


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
                return _Stream(
                    await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
                )
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
        if ip not in _UNICAST or ip in _EXAMPLES:
            return False
    return ip.is_global and not ip.is_multicast


def content_type(header: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header, in lower case; None for what it does not say."""
    media_type, _, parameters = (header or "").partition(";")
    charset = re.search(r"""charset\s*=\s*["']?([\w.:-]+)""", parameters, re.I)
    return media_type.strip().lower() or None, charset.group(1).lower() if charset else None


def failure_of_status(status: int) -> Failure:
    """What a status other than 200 and 304 says of an address."""
    if status in (408, 425, 429) or status >= 500:
        return "unreachable"
    return "missing" if status in (404, 410) else "refused"


def _target(base: httpx.URL, location: str) -> str:
    # servers send addresses of bytes that are not ASCII, which headers give back as Latin-1
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    target = base.join(httpx.URL(location.strip()))
    if target.scheme in ("http", "https") and not target.host:
        raise httpx.InvalidURL(f"a redirect to {location[:200]!r}")
    return str(target.copy_with(fragment=None))


def _cookies(headers: httpx.Headers) -> dict[str, str]:
    pairs = (line.partition(";")[0].partition("=") for line in headers.get_list("set-cookie")[:20])
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip() and len(value) < 4096}


def _validator(header: str | None) -> str | None:
    return header if header and len(header) <= 500 and header.isprintable() else None


def _lenient_tls() -> ssl.SSLContext:
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    tls.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        # that TLS 1.0 is old is why it is here
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = ssl.TLSVersion.TLSv1
    tls.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return tls


def _headers(headers: httpx.Headers) -> str:
    kept = {name: value for name, value in headers.items() if name != "set-cookie"}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _HEADERS_KEPT else json.dumps({"error": f"{len(text)} characters of headers"})


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait by a Retry-After header: a number of seconds or an HTTP date."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _is_transient(error: Exception) -> bool:
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return False
    root = _root(error)
    if isinstance(root, socket.gaierror):
        return root.errno == socket.EAI_AGAIN
    return isinstance(error, httpx.TransportError | OSError)


def _explain(error: Exception, limits: Limits) -> str:
    text = str(error) or type(error).__name__
    if isinstance(_root(error), ssl.SSLError):
        return f"no secure connection: {text} (`verify_tls: false` in the source's file accepts it)"
    match error:
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
