"""A lock that outlives whoever took it, as long as a process lives that it was given to."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_SECONDS = 0.1


class LockedError(Exception):
    """Another process holds the lock; the message names it and says what to do."""


@contextmanager
def locked(path: Path, *, doing: str, patience_seconds: float, tell: Callable[[str], None]) -> Iterator[int]:
    """Hold the lock until left; a process that its descriptor was given to holds it on until it ends. The file
    names the holder.

    While another process has it, `tell` is told so once, with what it is `doing`. Raises LockedError after
    `patience_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + patience_seconds
        is_told = False
        while not _take(descriptor):
            holder = f"process {_holder(descriptor)} is {doing}"
            if time.monotonic() >= deadline:
                raise LockedError(f"{holder}; wait until it ends, end it, or give another --home")
            if not is_told:
                is_told = True
                tell(f"{holder}: waiting for it, at most {patience_seconds:.0f} s")
            time.sleep(_LOOK_SECONDS)
        sign(descriptor)
        yield descriptor
    finally:
        # this gives it back; to unlock it would take it from the other process too
        os.close(descriptor)


def sign(descriptor: int) -> None:
    """Write that this process is the holder: a whole line, whenever it is read."""
    line = b"%d\n" % os.getpid()
    os.pwrite(descriptor, line, 0)
    os.ftruncate(descriptor, len(line))


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 100, 0).decode().partition("\n")[0] or "unknown"


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
