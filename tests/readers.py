"""Readers that worker processes can import: what the core never does, done on purpose."""

from __future__ import annotations

import os
import signal
import time

from flows.report.types import Fact, Report


def read(data: bytes, address: str | None, media_type: str | None, charset: str | None) -> Report:
    """Do what the document says."""
    text = data.decode()
    if text.startswith("raise"):
        raise ValueError(f"cannot read {text!r}")
    if text.startswith("recurse"):
        return read(data, address, media_type, charset)
    if text.startswith("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("exit"):
        os._exit(0)
    if text.startswith("hang"):
        time.sleep(600)
    if text.startswith("surrogate"):
        return Report("other", reason="\ud800")
    fact = Fact("requests.received", float(len(text)), "reported", "件", text, "characters 0-1", "narrative")
    return Report(
        "annual_report", year=2020, facts=[fact], evidence={"address": str(address)}, repairs={"x": 1}
    )


def kill_once(data: bytes, address: str | None, media_type: str | None, charset: str | None) -> Report:
    """End the process at the first try only."""
    marker = f"{data.decode()}.tried"
    if not os.path.exists(marker):  # noqa: PTH110
        open(marker, "w").close()  # noqa: PTH123
        os.kill(os.getpid(), signal.SIGKILL)
    return Report("annual_report")
