"""Connections: kept and used again, over HTTP/1.1 and HTTP/2, never more of them than there is use for."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest

from flows.edge.limits import Limits
from flows.edge.manifest import Attempt
from flows.edge.web import Web
from tests.test_politeness import self_signed

BODY = b"x" * 200_000


class Server:
    """Speaks HTTP/2 where it is asked to, else HTTP/1.1; counts connections and the most requests at once."""

    def __init__(self, tls: ssl.SSLContext | None, *, ends_after: int = 1_000) -> None:
        self.tls, self.ends_after = tls, ends_after
        self.connections = self.requests = self.at_once = self.most_at_once = 0
        self.protocols: set[str] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.tls)
        scheme = "https" if self.tls else "http"
        try:
            yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        tls = writer.get_extra_info("ssl_object")
        protocol = (tls.selected_alpn_protocol() if tls else None) or "http/1.1"
        self.protocols.add(protocol)
        try:
            await (self.serve_h2 if protocol == "h2" else self.serve_h1)(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self) -> bytes:
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.02)
        self.at_once -= 1
        return BODY

    async def serve_h1(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(self.ends_after):
            await reader.readuntil(b"\r\n\r\n")
            body = await self.answer()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()

    async def serve_h2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        h2c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        h2c.initiate_connection()
        waiting: dict[int, bytes] = {}

        def send() -> None:
            for stream, body in list(waiting.items()):
                while body and (
                    room := min(h2c.local_flow_control_window(stream), h2c.max_outbound_frame_size)
                ):
                    h2c.send_data(stream, body[:room])
                    body = body[room:]
                waiting[stream] = body
                if not body:
                    h2c.end_stream(stream)
                    del waiting[stream]
            writer.write(h2c.data_to_send())

        async def reply(stream: int) -> None:
            body = await self.answer()
            h2c.send_headers(stream, [(":status", "200"), ("content-length", str(len(body)))])
            waiting[stream] = body
            send()

        tasks = set()
        send()
        while data := await reader.read(65_536):
            for event in h2c.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    tasks.add(asyncio.create_task(reply(event.stream_id)))
            send()


def ask(server: Server, rounds: int, at_once: int) -> list[Attempt]:
    async def story() -> list[Attempt]:
        found: list[Attempt] = []
        async with server.serving() as address, Web(limits=Limits(connections=8), allow_private=True) as web:
            for _ in range(rounds):
                gets = (web.get(f"{address}/{n}", verify_tls=False) for n in range(at_once))
                found += await asyncio.gather(*gets)
        return found

    return asyncio.run(story())


def tls_of(folder: Path, *protocols: str) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(folder / "cert.pem"))
    tls.set_alpn_protocols(list(protocols))
    return tls


def test_requests_share_one_connection_over_http_2(tmp_path: Path) -> None:
    server = Server(tls_of(tmp_path, "h2", "http/1.1"))
    found = ask(server, rounds=3, at_once=6)
    assert [one.data for one in found] == [BODY] * 18
    assert (server.protocols, server.connections, server.requests) == ({"h2"}, 1, 18)
    assert server.most_at_once > 1


@pytest.mark.parametrize("is_secure", [True, False])
def test_connections_are_used_again(tmp_path: Path, is_secure: bool) -> None:
    server = Server(tls_of(tmp_path, "http/1.1") if is_secure else None)
    found = ask(server, rounds=4, at_once=3)
    assert [one.data for one in found] == [BODY] * 12
    assert server.connections <= 3 and server.requests == 12


def test_a_connection_that_the_server_has_closed_is_not_used() -> None:
    server = Server(None, ends_after=1)
    found = ask(server, rounds=6, at_once=1)
    assert [one.error for one in found] == [None] * 6
    assert server.connections == 6


def test_idle_connections_to_many_hosts_are_closed() -> None:
    async def story() -> int:
        servers = [Server(None) for _ in range(12)]
        async with Web(limits=Limits(connections=2), allow_private=True) as web:
            for server in servers:
                async with server.serving() as address:
                    assert (await web.get(address)).error is None
            pool = web._strict._pool
            return sum(len(kept) for kept in pool._kept.values())  # type: ignore[attr-defined]

    # four times as many as there are requests under way
    assert asyncio.run(story()) <= 8
