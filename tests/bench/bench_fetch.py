"""How fast fetching is beside Scrapy, and how much memory a long queue takes: `python -m tests.bench.bench_fetch`.

Both fetch the same pages from the same local server, one after the other, several times in turn; the time is that
of the whole process, its start included. Scrapy is no dependency of the project: `GONGKAI_SCRAPY` names a Python
that has it; without one only our own figure is given.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flows.settings import ROOT

SCRAPY = "GONGKAI_SCRAPY"


@contextmanager
def page_server(count: int, *options: str) -> Iterator[str]:
    """The address of the first listing page."""
    command = [sys.executable, "-m", "tests.bench.page_server", str(count), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/index.html"
    finally:
        process.kill()
        process.wait()


def fetch_pages(address: str, folder: Path) -> None:
    """The process that is measured."""
    from flows.edge.catalogue import Rate, source_of_address
    from flows.fetch import crawling, fetch_apart
    from flows.settings import Home

    source = replace(source_of_address(address), rate=Rate(1e9, 16), max_pages=100_000)
    home = Home(folder)
    with crawling(home, print) as lock:
        summary = fetch_apart([source], home, lock, allow_private=True)
    print(json.dumps({"found": summary.document_count, "cpu": sum(os.times()[:4])}))


def measure(command: list[str], count: int) -> dict[str, float]:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.monotonic() - began
    result: dict[str, float] = {**json.loads(done.stdout.splitlines()[-1]), "seconds": seconds}
    assert result["found"] == count, result
    return result


def compare(count: int, rounds: int) -> None:
    ours = [sys.executable, "-m", "tests.bench.bench_fetch", "--address"]
    commands = {"gongkai": ours}
    if python := os.environ.get(SCRAPY):
        commands["scrapy"] = [python, str(Path(__file__).with_name("scrapy_pages.py"))]
    rates: dict[str, list[float]] = {name: [] for name in commands}
    with page_server(count) as address:
        for _ in range(rounds):
            for name, command in commands.items():
                with tempfile.TemporaryDirectory() as folder:
                    result = measure([*command, address, folder], count)
                rates[name].append(count / result["seconds"])
                print(
                    f"{name}: {count / result['seconds']:,.0f} pages a second, {count / result['cpu']:,.0f} a CPU second"
                )
    if "scrapy" in rates:
        ratio = statistics.median(rates["gongkai"]) / statistics.median(rates["scrapy"])
        print(f"gongkai / scrapy: {ratio:.2f} (medians of {rounds})")


def queue_memory(count: int) -> None:
    """The most memory of the process that fetches, with so many addresses in its queue: reports are listed, never
    answered."""
    with page_server(count, "--hold") as address, tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bench_fetch", "--address", address, folder], cwd=ROOT
        )
        journal = Path(folder) / "raw" / "journal"
        pages = -(-count // 100)
        try:
            while sum(file.read_text().count("\n") for file in journal.glob("*.jsonl")) < pages:
                assert process.poll() is None, "the process ended"
                time.sleep(0.5)
            (fetching,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            status = Path(f"/proc/{fetching}/status").read_text()
            # it would wait for the answers
            os.kill(int(fetching), signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
    most = re.search(r"^VmHWM:\s+(\d+)", status, re.M)
    assert most is not None
    print(f"{count:,} addresses queued: {int(most[1]) / 1024:,.0f} MB at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--address", nargs=2, metavar=("ADDRESS", "FOLDER"), help="fetch once, for the bench itself"
    )
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--queued", type=int, default=100_000)
    given = parser.parse_args()
    if given.address:
        fetch_pages(given.address[0], Path(given.address[1]))
    else:
        compare(given.count, given.rounds)
        queue_memory(given.queued)
