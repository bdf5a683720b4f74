"""A small web server for a folder of this project, on the loopback interface, for the time of a run.

The folder has a `site.json`: for each path as asked for, `content_type` as served and optionally the
`file` below the folder that holds the body (else the path itself).
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit


class SampleServer:
    """Serves the folder while it is entered; `address` is then its network address and port."""

    def __init__(self, folder: Path) -> None:
        site: dict[str, dict[str, Any]] = json.loads((folder / "site.json").read_text(encoding="utf-8"))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder, site))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def __enter__(self) -> SampleServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(folder: Path, site: dict[str, dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # head and body in one packet: sent apart, each answer waits for the client's acknowledgement
        wbufsize = -1

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            page = site.get(path)
            if page is None:
                self.send_error(404)
                return
            body = (folder / page.get("file", path.lstrip("/"))).read_bytes()
            self.send_response(200)
            if page.get("content_type"):
                self.send_header("Content-Type", page["content_type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Requests are in the fetch manifest."""

    return Handler
