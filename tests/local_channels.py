"""Real receivers of alerts on the loopback interface: a webhook, a messenger and a mail server, up or down as told."""

from __future__ import annotations

import json
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Local:
    """Serves while entered, on a port that stays the same from one entering to the next."""

    port = 0
    _server: socketserver.BaseServer

    def _make(self) -> socketserver.BaseServer:
        raise NotImplementedError

    def __enter__(self) -> Any:
        self._server = self._make()
        self.port = self._server.server_address[1]  # type: ignore[index]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Webhook(_Local):
    """Keeps what is posted to it. `answers` are the statuses of the next requests, after them 204."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.asked = 0
        self.answers: list[int] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts?token=secret"

    def _make(self) -> ThreadingHTTPServer:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.asked += 1
                status = webhook.answers.pop(0) if webhook.answers else 204
                if status < 300:
                    webhook.received.append(json.loads(body))
                    webhook.keys.append(self.headers["Idempotency-Key"])
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return ThreadingHTTPServer(("127.0.0.1", self.port), Handler)


class Messenger(_Local):
    """Answers 200 to whatever is posted, as the messengers do: `answers` are the bodies of the next answers,
    after them `taken`. Keeps path and body of what it took."""

    def __init__(self, taken: str) -> None:
        self.taken = taken
        self.answers: list[str] = []
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.asked = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _make(self) -> ThreadingHTTPServer:
        messenger = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                messenger.asked += 1
                answer = messenger.answers.pop(0) if messenger.answers else messenger.taken
                if answer == messenger.taken:
                    messenger.received.append((self.path, json.loads(body)))
                data = answer.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return ThreadingHTTPServer(("127.0.0.1", self.port), Handler)


class MailServer(_Local):
    """Speaks as much SMTP as a client needs to leave a message. `refused` are recipients it will not
    take, with the code of the answer."""

    def __init__(self) -> None:
        self.received: list[tuple[str, EmailMessage]] = []
        self.refused: dict[str, int] = {}
        self.logins = 0

    def address(self, *recipients: str, user: str = "") -> str:
        return f"smtp://{user}127.0.0.1:{self.port}/?from=gongkai@example.cn&to={','.join(recipients)}"

    def _make(self) -> socketserver.ThreadingTCPServer:
        mail = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 local mail")
                recipients: list[str] = []
                while line := self.rfile.readline().decode().strip():
                    verb = line.upper()
                    if verb.startswith("RCPT TO:"):
                        recipient = line.partition("<")[2].partition(">")[0]
                        code = mail.refused.get(recipient, 250)
                        if code == 250:
                            recipients.append(recipient)
                        self._say(f"{code} {recipient}")
                    elif verb == "DATA":
                        self._say("354 go on")
                        data = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            data += part
                        message = message_from_bytes(data, policy=policy.default)
                        mail.received += [(recipient, message) for recipient in recipients]
                        self._say("250 taken")
                    elif verb == "QUIT":
                        self._say("221 bye")
                        return
                    else:
                        mail.logins += verb.startswith("AUTH")
                        self._say("250 ok")

            def _say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        return server
