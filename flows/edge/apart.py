"""Work in a process of its own, which brings it to a good end when the one that began it is gone.

That process has a session of its own, so that no signal to this one, its group or its terminal reaches it. It
learns that it is to stop from the socket between them: by a word or, whatever signal ended this process, by the
end of the connection. From then on its time is bounded.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Event
from typing import Any, NoReturn, TypeVar

from flows.edge.lock import sign
from flows.edge.without import do_without

Job = TypeVar("Job")
News = TypeVar("News")
Result = TypeVar("Result")

Work = Callable[[Job, Callable[[News], None], Event], Result]
"""Runs in the other process: the job, whom to tell how it goes on, and what is set when it is to stop."""

_LOOK_SECONDS = 0.1


class ApartError(Exception):
    """The process ended without a result; the message says how."""


class LeftAloneError(Exception):
    """The work did not end soon after it was to stop, and goes on by itself in the process of this id."""

    def __init__(self, process: int) -> None:
        super().__init__(f"process {process} is left alone")
        self.process = process


class RemoteError(Exception):
    """Where in the other process an error was raised: its cause."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def work_apart(
    work: Work[Job, News, Result],
    job: Job,
    *,
    tell: Callable[[News], None],
    stop: Event,
    lock: int,
    wait_seconds: float,
    last_seconds: float,
) -> Result:
    """What the work comes to. It is pickled by its name, and so are the job, the news and the result.

    When `stop` is set the process is told so; it then ends within `last_seconds`. The process holds the `lock`,
    a descriptor, and signs it when it is alone. Raises what the work raised; ApartError; and LeftAloneError
    `wait_seconds` after `stop`.
    """
    ours, theirs = Pipe()
    with tempfile.TemporaryFile() as log, ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.edge.apart", str(theirs.fileno()), str(lock)],
                pass_fds=[theirs.fileno(), lock],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        with suppress(ConnectionError):
            ours.send((last_seconds, work, job))
        try:
            last = _listen(ours, process, tell, stop, wait_seconds)
        except BaseException:
            # it goes on without this one; while this one lives, it is seen off when it ends
            threading.Thread(target=process.wait, daemon=True).start()
            raise
        if last is None:
            code = process.wait()
            log.seek(0)
            words = log.read().decode("utf-8", "replace").strip().splitlines()[-15:]
            how = f"by signal {-code}" if code < 0 else f"with code {code}"
            told = [f"process {process.pid} ended {how} before its work did", *words]
            raise ApartError("\n".join(told))
        process.wait()
    result, error, trace = last
    if error is not None:
        raise error from RemoteError(trace)
    return result


def _listen(
    connection: Connection,
    process: subprocess.Popen[bytes],
    tell: Callable[[News], None],
    stop: Event,
    wait_seconds: float,
) -> tuple[Any, BaseException | None, str] | None:
    """The last word of the process: a result, or an error with its traceback; None if it ended without one."""
    leave_at = None
    while True:
        if stop.is_set() and leave_at is None:
            with suppress(ConnectionError):
                connection.send(None)
            leave_at = time.monotonic() + wait_seconds
        if leave_at is not None and time.monotonic() >= leave_at:
            raise LeftAloneError(process.pid)
        if not connection.poll(_LOOK_SECONDS):
            continue
        try:
            is_last, word = connection.recv()
        except (EOFError, ConnectionError):
            return None
        if is_last:
            return word
        tell(word)


# --- in the other process ---


def serve(connection: Connection, lock: int) -> NoReturn:
    """Do the work that comes through the connection, and end."""
    # pyarrow and httpx import these only because they are there
    do_without("numpy", "pandas", "rich")
    stop, is_told = Event(), Event()
    signals: list[int] = []

    def end_by(number: int, _: object) -> None:
        signals.append(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end_by)
    try:
        last_seconds, work, job = connection.recv()
    except (EOFError, OSError):
        os._exit(0)
    watch = (connection, stop, is_told, lock, last_seconds)
    threading.Thread(target=_watch, args=watch, daemon=True).start()

    def tell(news: Any) -> None:
        # whoever began this may be gone
        with suppress(OSError):
            connection.send((False, news))

    try:
        word = work(job, tell, stop), None, ""
        if signals and not is_told.is_set():
            word = None, ApartError(f"process {os.getpid()} was ended by signal {signals[0]}"), ""
    except BaseException as error:
        word = None, _portable(error), "".join(traceback.format_exception(error))
    with suppress(OSError):
        connection.send((True, word))
    # threads that still wait for an answer, such as a name's address, have nobody to give it to
    os._exit(0)


def _watch(connection: Connection, stop: Event, is_told: Event, lock: int, last_seconds: float) -> None:
    """Wait until it is to stop, see that it ends, and sign the lock when whoever began it is gone."""
    is_alone = _is_gone(connection)
    if is_alone:
        # before the work may end, and this process with it
        _sign(lock)
    is_told.set()
    stop.set()
    end = threading.Timer(last_seconds, os._exit, (1,))
    end.daemon = True
    end.start()
    if not is_alone and _is_gone(connection):
        _sign(lock)


def _is_gone(connection: Connection) -> bool:
    """Wait for a word; whether there is none, as whoever might say it is gone."""
    try:
        connection.recv()
    except (EOFError, OSError):
        return True
    return False


def _sign(lock: int) -> None:
    # a full disk keeps no process from its end
    with suppress(OSError):
        sign(lock)


def _portable(error: BaseException) -> BaseException:
    """The error, if it can be sent, else its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return ApartError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    # one module, not this one and another of its name
    from flows.edge import apart

    apart.serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
