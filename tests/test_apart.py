"""Fetching in a process that outlives the run: what a server was asked for is kept, however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from multiprocessing import Pipe
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from flows.edge.apart import ApartError, LeftAloneError, work_apart
from flows.edge.limits import Limits
from flows.edge.lock import LockedError, locked
from flows.edge.parquet import read_attempts
from flows.fetch import FetchSummary, crawling, fetch_apart
from flows.settings import ROOT, Home
from tests.local_web import LocalWeb
from tests.running import GONGKAI, SOON, bound, environment, is_running, wait_for
from tests.test_politeness import REPORT, listing, source_of

NAMES = [f"{n}.html" for n in range(20)]
PATIENT = Limits(read_seconds=10 * SOON, total_seconds=10 * SOON)


class HeldWeb(LocalWeb):
    """A listing of reports, each answered half when it is asked for, and to the end once `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()
        self.serve("/", listing(*NAMES))
        self.pages.update({f"/{name}": self._answer for name in NAMES})

    def __exit__(self, *others: object) -> None:
        self.go.set()
        super().__exit__(*others)

    def reports(self) -> dict[str, int]:
        return {name: self.asked[f"/{name}"] for name in NAMES if self.asked[f"/{name}"]}

    def _answer(self, request: BaseHTTPRequestHandler, _count: int) -> None:
        body = (REPORT + request.path).encode()
        request.send_response(200)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[:100])
        request.wfile.flush()
        self.go.wait(10 * SOON)
        request.wfile.write(body[100:])


def crawl(home: Home, address: str, **terms: Any) -> FetchSummary:
    with crawling(home, print) as lock:
        return fetch_apart([source_of(address)], home, lock, allow_private=True, **terms)


RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from flows.edge.catalogue import Rate, source_of_address
from flows.edge.limits import Limits
from flows.fetch import crawling, fetch_apart
from flows.settings import Home
home, source = Home(Path(sys.argv[1])), replace(source_of_address(sys.argv[2]), rate=Rate(10_000.0, 2))
limits = Limits(read_seconds=float(sys.argv[3]), total_seconds=float(sys.argv[3]))
with crawling(home, print) as lock:
    fetch_apart([source], home, lock, allow_private=True, limits=limits)
"""


@contextmanager
def running(
    home: Home, web: HeldWeb, seconds: float = PATIENT.total_seconds
) -> Iterator[subprocess.Popen[bytes]]:
    """A run, once it has two reports under way."""
    words = [str(home.path), web.address("/"), str(seconds)]
    command = bound(sys.executable, "-c", RUN, *words)
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        # with few seconds for each the next two may be
        wait_for(lambda: len(web.reports()) >= 2)
        yield process
    finally:
        process.kill()
        process.wait()


def holder(home: Home) -> int:
    """Who fetches into the home."""
    return int((home.raw / "crawl.lock").read_text().splitlines()[0])


def is_free(home: Home) -> bool:
    try:
        with locked(home.raw / "crawl.lock", doing="", patience_seconds=0, tell=lambda _: None):
            return True
    except LockedError:
        return False


@pytest.mark.parametrize("kill", [os.kill, os.killpg])
def test_what_was_asked_for_when_a_run_is_killed_is_not_asked_for_again(
    tmp_path: Path, kill: Callable[[int, int], None]
) -> None:
    home = Home(tmp_path)
    with HeldWeb() as web:
        with running(home, web) as run:
            assert holder(home) == run.pid
            kill(run.pid, signal.SIGKILL)
            run.wait()
        wait_for(lambda: holder(home) != run.pid)
        rest = holder(home)
        assert is_running(rest)
        # no other request begins, however long it takes
        under_way = web.reports()
        web.go.set()
        wait_for(lambda: not is_running(rest))
        # its threads may end after it
        wait_for(lambda: is_free(home))
        assert web.reports() == under_way
        kept = {row["address"].rpartition("/")[2] for row in read_attempts(home.raw) if row["sha256"]}
        assert kept == {"", *under_way}
        assert not list((home.raw / "journal").iterdir())
        assert crawl(home, web.address("/")).document_count == len(NAMES)
        assert web.reports() == dict.fromkeys(NAMES, 1)


def test_the_next_run_waits_for_what_a_killed_one_had_asked_for(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with HeldWeb() as web:
        with running(home, web) as run:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        wait_for(lambda: holder(home) != run.pid)
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            web.go.set()

        with crawling(home, say) as lock:
            fetch_apart([source_of(web.address("/"))], home, lock, allow_private=True)
        assert web.reports() == dict.fromkeys(NAMES, 1)
    (waited,) = said
    assert waited.endswith(f"is fetching from the web into {tmp_path}: waiting for it, at most 155 s")


def test_what_is_lost_when_the_process_itself_is_killed_is_what_was_under_way(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with HeldWeb() as web:
        with running(home, web) as run:
            run.kill()
            run.wait()
        wait_for(lambda: holder(home) != run.pid)
        os.kill(holder(home), signal.SIGKILL)
        wait_for(lambda: is_free(home))
        lost = web.reports()
        web.go.set()
        assert crawl(home, web.address("/")).document_count == len(NAMES)
        assert web.reports() == {name: 1 + lost.get(name, 0) for name in NAMES}


def test_how_it_goes_on_is_told_to_the_end(tmp_path: Path) -> None:
    class Counting:
        expected = done = 0

        def expect(self, count: int) -> None:
            self.expected += count

        def advance(self, count: int = 1) -> None:
            self.done += count

    counting = Counting()
    with HeldWeb() as web:
        web.go.set()
        crawl(Home(tmp_path), web.address("/"), watcher=counting)
    assert (counting.expected, counting.done) == (1 + len(NAMES), 1 + len(NAMES))


def test_a_run_of_the_command_that_is_killed_with_its_group(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with HeldWeb() as web:
        run = subprocess.Popen(
            bound(GONGKAI, "run", web.address("/"), "--allow-private", "--home", home.path),
            env=environment(PREFECT_HOME=str(tmp_path)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_for(lambda: len(web.reports()) == 2)
        finally:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        web.go.set()
        assert crawl(home, web.address("/")).document_count == len(NAMES)
        assert web.reports() == dict.fromkeys(NAMES, 1)


def test_a_server_that_never_ends_does_not_keep_the_process(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with HeldWeb() as web:
        with running(home, web, seconds=5.0) as run:
            run.kill()
            run.wait()
        wait_for(lambda: holder(home) != run.pid)
        rest = holder(home)
        wait_for(lambda: not is_running(rest))
        wait_for(lambda: is_free(home))
        assert not web.go.is_set()
        never_ended = web.reports()
        web.go.set()
        assert crawl(home, web.address("/")).document_count == len(NAMES)
        assert web.reports() == {name: 1 + never_ended.get(name, 0) for name in NAMES}


def test_a_lock_that_is_not_given_back_names_its_holder(tmp_path: Path) -> None:
    with locked(tmp_path / "x.lock", doing="x", patience_seconds=0, tell=lambda _: None):
        said: list[str] = []
        with (
            pytest.raises(LockedError, match=rf"process {os.getpid()} is counting; wait until it ends"),
            locked(tmp_path / "x.lock", doing="counting", patience_seconds=0.3, tell=said.append),
        ):
            pass
        assert said == [f"process {os.getpid()} is counting: waiting for it, at most 0 s"]


def test_a_run_that_is_to_stop_leaves_what_takes_long_to_the_process(tmp_path: Path) -> None:
    home = Home(tmp_path)
    stop, said = Event(), list[str]()
    with HeldWeb() as web:

        def stop_it() -> None:
            try:
                wait_for(lambda: len(web.reports()) == 2)
            finally:
                stop.set()

        stopping = threading.Thread(target=stop_it)
        stopping.start()
        with crawling(home, said.append) as lock:
            fetch_apart(
                [source_of(web.address("/"))],
                home,
                lock,
                allow_private=True,
                limits=PATIENT,
                stop=stop,
                tell=said.append,
            )
        stopping.join()
        (left,) = said
        process = int(left.split()[-5].rstrip(","))
        assert (
            left
            == f"answers under way still come in: process {process}, at most {PATIENT.total_seconds + 30:.0f} s"
        )
        assert is_running(process) and not is_free(home)
        web.go.set()
        wait_for(lambda: is_free(home))
        assert crawl(home, web.address("/")).document_count == len(NAMES)
        assert web.reports() == dict.fromkeys(NAMES, 1)


# --- the process itself ---


def count_to(number: int, tell: Callable[[int], None], stop: Event) -> int:
    for one in range(number):
        tell(one)
    return number


def fail(message: str, tell: Callable[[int], None], stop: Event) -> int:
    raise OSError(28, message)


class UnportableError(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def fail_unportably(_: None, tell: Callable[[int], None], stop: Event) -> int:
    raise UnportableError(1, 2)


def die(by: int, tell: Callable[[int], None], stop: Event) -> int:
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), by)
    return 0


def wait_to_be_stopped(_: None, tell: Callable[[int], None], stop: Event) -> bool:
    tell(os.getpid())
    return stop.wait(10 * SOON)


def never_end(_: None, tell: Callable[[int], None], stop: Event) -> None:
    tell(os.getpid())
    Event().wait(10 * SOON)


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    # for the work that is defined here
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with locked(tmp_path / "x.lock", doing="x", patience_seconds=0, tell=print) as descriptor:
        yield descriptor


def apart(
    work: Any,
    job: Any,
    lock: int,
    tell: Any = print,
    stop: Event | None = None,
    wait: float = SOON,
    last: float = SOON,
) -> Any:
    return work_apart(
        work, job, tell=tell, stop=stop or Event(), lock=lock, wait_seconds=wait, last_seconds=last
    )


def test_what_the_process_tells_and_what_its_work_comes_to(lock: int) -> None:
    told: list[int] = []
    assert apart(count_to, 1000, lock, told.append) == 1000
    assert told == list(range(1000))


def test_what_the_work_raises_is_raised_here_with_its_place_there(lock: int) -> None:
    with pytest.raises(OSError, match="no room") as caught:
        apart(fail, "no room", lock)
    assert caught.value.errno == 28
    assert "in fail\n" in str(caught.value.__cause__)
    with pytest.raises(ApartError, match="UnportableError: 1 and 2"):
        apart(fail_unportably, None, lock)


def test_a_process_that_is_killed_says_so(lock: int) -> None:
    with pytest.raises(ApartError, match=r"process \d+ ended by signal 9 before its work did\nlast words"):
        apart(die, signal.SIGKILL, lock)
    # which lets the work come to an end, but not to all of it
    with pytest.raises(ApartError, match=r"process \d+ was ended by signal 15"):
        apart(die, signal.SIGTERM, lock)


def test_a_process_that_is_told_to_stop_ends_in_time(lock: int) -> None:
    stop = Event()
    assert apart(wait_to_be_stopped, None, lock, lambda _: stop.set(), stop) is True
    stop.clear()
    told: list[int] = []

    def tell(process: int) -> None:
        told.append(process)
        stop.set()

    with pytest.raises(LeftAloneError) as left:
        apart(never_end, None, lock, tell, stop, wait=0.1, last=2.0)
    assert told == [left.value.process]
    # nor does it stay as a process that ended and that nobody asked for
    wait_for(lambda: not Path(f"/proc/{told[0]}").exists())


def end_when_told(_: None, tell: Callable[[int], None], stop: Event) -> None:
    tell(os.getpid())
    stop.wait(10 * SOON)
    os._exit(0)


def test_a_process_that_is_alone_signs_the_lock_before_its_work_may_end(tmp_path: Path, lock: int) -> None:
    for _ in range(5):
        ours, theirs = Pipe()
        command = [sys.executable, "-P", "-m", "flows.edge.apart", str(theirs.fileno()), str(lock)]
        with subprocess.Popen(command, pass_fds=[theirs.fileno(), lock]) as process, ours:
            theirs.close()
            ours.send((float(SOON), end_when_told, None))
            assert ours.recv() == (False, process.pid)
            ours.close()
            assert process.wait(SOON) == 0
        assert (tmp_path / "x.lock").read_text() == f"{process.pid}\n"
