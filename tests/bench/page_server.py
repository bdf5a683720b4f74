"""A fast server of listings and reports on the loopback interface: `python -m tests.bench.page_server`.

It prints its port. `/index.html` lists the first hundred of `count` reports and says how many listing pages
there are; with `--hold` reports are never answered. It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

PER_LISTING = 100
REPORT = (
    "<html><body><h1>甲局{n}年政府信息公开工作年度报告</h1>"
    + "<p>本年度收到申请三件，均已办结。</p>" * 300
    + "{n}</body></html>"
)


def listing(number: int, count: int) -> bytes:
    first = number * PER_LISTING
    links = "".join(
        f'<li><a href="/r/{n}.html">第{n}局2020年政府信息公开工作年度报告</a></li>'
        for n in range(first, min(first + PER_LISTING, count))
    )
    pages = -(-count // PER_LISTING)
    turn = f'<script>createPageHTML({pages}, {number}, "index", "html");</script>'
    # for readers without scripts
    more = f'<a href="/index_{number + 1}.html">下一页</a>' if number + 1 < pages else ""
    return f"<html><body><ul>{links}</ul>{turn}{more}</body></html>".encode()


class Pages(asyncio.Protocol):
    count = 0
    holds = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.waiting = transport, b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            self.answer(head.split(b" ", 2)[1].decode())

    def answer(self, path: str) -> None:
        status, body = "200 OK", b""
        if path.startswith("/r/"):
            if self.holds:
                return
            body = REPORT.format(n=path[3:-5]).encode()
        elif path.startswith("/index"):
            body = listing(int(path[6:-5].lstrip("_") or 0), self.count)
        else:
            status = "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve(count: int, holds: bool) -> None:
    Pages.count, Pages.holds = count, holds
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Pages, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), "--hold" in sys.argv))
