"""Worker processes that outlive their work: an item that hangs or ends its process costs only itself.

Each item of a batch has a bounded time; a worker that needs longer ends itself. A worker says in a small
file which item it has begun, so that when a process is gone the item it was at is known, tried once more
alone in a process of its own, and given up if that ends too. The rest of the batch goes on in new workers.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Generic, TypeVar

from flows.edge.without import do_without

Item = TypeVar("Item")
Result = TypeVar("Result")

Work = Callable[[Sequence[Item], Callable[[int], None]], Result]
"""Runs in a worker: the items, and a function to call with the index of each before it is begun."""

# glibc gives the memory of each document back and takes it again; with these a worker keeps it
_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "16777216",
}
COLLECTION = (100_000, 20, 20)
"""Thresholds of the garbage collector: a document makes a thousand objects and no cycle of them."""
_STARTS = 3


class WorkersError(Exception):
    """Worker processes end before they begin any work."""


@dataclass(frozen=True, slots=True)
class Lost(Generic[Item]):
    """An item that no process could finish, and why."""

    item: Item
    reason: str


class Workers(Generic[Item, Result]):
    """So many spawned processes for one kind of work; safe for several threads, one batch a thread.

    Each is a pool of one: an executor ends all its processes with the first that ends, and with them batches
    that are sound. `work` and the items are pickled: `work` must be importable by name. Use it as a context
    manager.
    """

    def __init__(self, work: Work[Item, Result], *, count: int, seconds_per_item: float) -> None:
        self._work = work
        self._seconds = seconds_per_item
        self._starting = threading.Lock()
        self._idle: SimpleQueue[ProcessPoolExecutor | None] = SimpleQueue()
        for _ in range(count):
            self._idle.put(None)  # started when there is work

    def __enter__(self) -> Workers[Item, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        while not self._idle.empty():
            if (process := self._idle.get()) is not None:
                process.shutdown(wait=True, cancel_futures=True)

    def run(self, items: Sequence[Item]) -> tuple[list[Result], list[Lost[Item]]]:
        """Do the work for the items: a result for each part they were done in (one, if no process was
        lost), and the items that were given up."""
        results: list[Result] = []
        lost: list[Lost[Item]] = []
        starts = 0
        waiting: list[Sequence[Item]] = [items]
        while waiting:
            batch = waiting.pop()
            with _Trace() as trace:
                try:
                    with self._process() as process:
                        results.append(self._submit(process, batch, trace).result())
                    continue
                except BrokenProcessPool:
                    begun = trace.begun()
            if begun is None:
                starts += 1
                if starts >= _STARTS:
                    raise WorkersError("worker processes ended before they began any document")
                waiting.append(batch)
                continue
            rest = [item for index, item in enumerate(batch) if index != begun]
            if rest:
                waiting.append(rest)
            alone = self._run_alone(batch[begun])
            if isinstance(alone, Lost):
                lost.append(alone)
            else:
                results.append(alone)
        return results, lost

    def _run_alone(self, item: Item) -> Result | Lost[Item]:
        began = time.monotonic()
        with _new_process() as process, _Trace() as trace:
            try:
                return self._submit(process, [item], trace).result()
            except BrokenProcessPool:
                if time.monotonic() - began >= self._seconds:
                    return Lost(item, f"not read within {self._seconds:g} s")
                return Lost(item, "reading it ends the process that reads it")

    def _submit(self, process: ProcessPoolExecutor, items: Sequence[Item], trace: _Trace) -> Future[Result]:
        with self._starting, _without_main():
            return process.submit(_call, self._work, items, trace.path, self._seconds)

    @contextmanager
    def _process(self) -> Iterator[ProcessPoolExecutor]:
        """An idle process; it is idle again afterwards, or another is started in its place."""
        process = self._idle.get()
        try:
            process = process or _new_process()
            yield process
        except BrokenProcessPool:
            process, broken = None, process
            if broken is not None:
                broken.shutdown(wait=False)
            raise
        finally:
            self._idle.put(process)


def _new_process() -> ProcessPoolExecutor:
    for name, value in _MEMORY.items():
        os.environ.setdefault(name, value)
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_begin_worker)


@contextmanager
def _without_main() -> Iterator[None]:
    """A spawned process imports the main module of its parent. These need nothing of it, and it may be
    Prefect's, which takes seconds."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin_worker() -> None:
    """An interrupt is for the parent to act on; and a worker whose parent is gone has no one to work for."""
    gc.set_threshold(*COLLECTION)
    # pyarrow imports pandas, where there is one, to ask it about every list it is given. That takes longer than
    # to read 500 documents
    do_without("pandas")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class _Trace:
    """The small file in which a worker leaves the index of the item it is at."""

    def __enter__(self) -> _Trace:
        handle, path = tempfile.mkstemp(prefix="gongkai-")
        os.close(handle)
        self.path = path
        return self

    def __exit__(self, *_: object) -> None:
        Path(self.path).unlink(missing_ok=True)

    def begun(self) -> int | None:
        text = Path(self.path).read_text()
        return int(text) if text else None


def _call(work: Work[Item, Result], items: Sequence[Item], trace: str, seconds: float) -> Result:
    with open(trace, "r+b", buffering=0) as file, Path(os.devnull).open("w") as nowhere:  # noqa: PTH123
        armed_at = -seconds

        def begin(index: int) -> None:
            nonlocal armed_at
            os.pwrite(file.fileno(), b"%010d" % index, 0)
            # arming costs as much as a fifth of a document: an item has between three quarters and all of its time
            if (now := time.monotonic()) - armed_at > seconds / 4:
                armed_at = now
                faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)

        try:
            return work(items, begin)
        finally:
            faulthandler.cancel_dump_traceback_later()
