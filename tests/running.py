"""Runs of the command, and other processes, that tests begin and wait for."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

GONGKAI = str(Path(sys.executable).with_name("gongkai"))
SOON = 300
"""Seconds for what takes a few where nothing else runs: to wait longer than needed costs nothing."""

_BOUND = """
import ctypes, os, signal, sys
prctl = getattr(ctypes.CDLL(None), "prctl", None)
if prctl is not None:
    prctl(1, int(signal.SIGKILL))
os.execv(sys.argv[1], sys.argv[1:])
"""


def bound(*command: object) -> list[str]:
    """The command as a process that ends when this one does, though this one is killed: nothing that a test began
    outlives it. On Linux; elsewhere the command as it is."""
    return [sys.executable, "-c", _BOUND, *map(str, command)]


def environment(**more: str) -> dict[str, str]:
    """That of this process, without what it says to Prefect and gongkai."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "GONGKAI_"))
    }
    return {**kept, "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(SOON), **more}


def wait_for(condition: Callable[[], Any], seconds: float = SOON) -> Any:
    """What the condition gives once it is true, or fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return value


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/status").read_text() if Path("/proc/self").exists() else ""
    except (ProcessLookupError, FileNotFoundError):
        return False
    # a process that ended and that nobody has asked for yet
    return not re.search(r"^State:\s+Z", status, re.M)
