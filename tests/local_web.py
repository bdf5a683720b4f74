"""A web server on the loopback interface whose pages misbehave as told."""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = Callable[[BaseHTTPRequestHandler, int], None]
"""Answers one request; the number says how often the path has been asked for, from 1."""


class LocalWeb:
    """Serves `pages` while entered; counts what was asked for (a robots.txt that is not there does not count)."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: Counter[str] = Counter()
        self.user_agents: set[str] = set()
        self._lock = threading.Lock()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            form = ""

            def do_POST(self) -> None:
                self.form = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
                self.do_GET()

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/robots.txt" and path not in web.pages:
                    self.send_error(404)
                    return
                with web._lock:
                    web.asked[self.path] += 1
                    web.user_agents.add(self.headers["User-Agent"])
                    count = web.asked[self.path]
                page = web.pages.get(path)
                if page is None:
                    self.send_error(404)
                else:
                    page(self, count)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def address(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def __enter__(self) -> LocalWeb:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- kinds of pages ---

    def serve(
        self,
        path: str,
        body: bytes | str,
        content_type: str | None = "text/html; charset=utf-8",
        **headers: str,
    ) -> None:
        data = body.encode() if isinstance(body, str) else body

        def page(request: BaseHTTPRequestHandler, _count: int) -> None:
            answer(request, 200, data, content_type, **headers)

        self.pages[path] = page

    def redirect(self, path: str, to: str) -> None:
        self.pages[path] = lambda request, _count: answer(request, 302, b"", None, Location=to)

    def fail(self, path: str, status: int, times: int, body: bytes = b"", **headers: str) -> None:
        """Answer with the status so many times, then with the body."""

        def page(request: BaseHTTPRequestHandler, count: int) -> None:
            if count <= times:
                answer(request, status, b"busy", "text/plain", **headers)
            else:
                answer(request, 200, body, "text/html; charset=utf-8")

        self.pages[path] = page

    def cut(self, path: str, body: bytes, declared: int) -> None:
        """Declare more bytes than are sent, and close the connection."""

        def page(request: BaseHTTPRequestHandler, _count: int) -> None:
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Content-Length", str(declared))
            request.end_headers()
            request.wfile.write(body)
            request.close_connection = True

        self.pages[path] = page

    def drip(self, path: str, seconds: float, pieces: int) -> None:
        """Send a body piece by piece with silences between."""

        def page(request: BaseHTTPRequestHandler, _count: int) -> None:
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Content-Length", str(pieces))
            request.end_headers()
            try:
                for _ in range(pieces):
                    request.wfile.write(b"x")
                    request.wfile.flush()
                    time.sleep(seconds)
            except OSError:
                request.close_connection = True

        self.pages[path] = page

    def endless(self, path: str) -> None:
        """A body without a declared length that does not end."""

        def page(request: BaseHTTPRequestHandler, _count: int) -> None:
            request.send_response(200)
            request.send_header("Content-Type", "text/html")
            request.send_header("Connection", "close")
            request.end_headers()
            try:
                while True:
                    request.wfile.write(b"x" * 10_000)
            except OSError:
                request.close_connection = True

        self.pages[path] = page


def answer(
    request: BaseHTTPRequestHandler, status: int, body: bytes, content_type: str | None, **headers: str
) -> None:
    request.send_response(status)
    if content_type:
        request.send_header("Content-Type", content_type)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def bomb(size: int) -> bytes:
    """A gzip body that grows to so many bytes."""
    return gzip.compress(b"\0" * size)
