"""Progress of a run on standard error: bars where someone watches, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_LINE_SECONDS = 10.0


class Display:
    """Where stages show how they go on; a context manager. Safe for several threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._bars: Progress | None = None
        if self._stream.isatty():
            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description:<24}"),
                BarColumn(),
                MofNCompleteColumn(),
                _RateColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=Console(file=self._stream),
            )

    def __enter__(self) -> Display:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def stage(self, name: str, *, unit: str = "documents") -> Stage:
        return Stage(name, unit, self._stream, self._bars)


class Stage:
    """One stage: what there is to do and what is done of it; a context manager."""

    def __init__(self, name: str, unit: str, stream: TextIO, bars: Progress | None) -> None:
        self._name, self._unit, self._stream, self._bars = name, unit, stream, bars
        self._lock = threading.Lock()
        self._expected = self._done = 0
        self._began = self._last_line = time.monotonic()
        self._bar = bars.add_task(name, total=None) if bars is not None else None

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, total=self._expected or 1, completed=self._done if error else None)
            if error is None:
                self._bars.update(self._bar, completed=self._expected or 1)
            self._bars.stop_task(self._bar)
        else:
            self._print("stopped" if error else "done")

    def expect(self, count: int) -> None:
        """There is so much more to do."""
        with self._lock:
            self._expected += count
            if self._bars is not None and self._bar is not None:
                self._bars.update(self._bar, total=self._expected)

    def advance(self, count: int = 1) -> None:
        """So much more is done."""
        with self._lock:
            self._done += count
            if self._bars is not None and self._bar is not None:
                self._bars.advance(self._bar, count)
            elif time.monotonic() - self._last_line >= _LINE_SECONDS:
                self._last_line = time.monotonic()
                self._print("so far")

    def say(self, text: str) -> None:
        """Something that whoever waits should know."""
        if self._bars is not None:
            self._bars.console.print(f"{self._name}: {text}", markup=False, highlight=False, soft_wrap=True)
        else:
            print(f"{self._name}: {text}", file=self._stream, flush=True)

    def _print(self, what: str) -> None:
        seconds = time.monotonic() - self._began
        count = f"{self._done:,} of {self._expected:,} {self._unit}, " if self._expected else ""
        rate = f", {self._done / seconds:,.0f} a second" if self._done and seconds >= 1 else ""
        left = ""
        if what == "so far" and self._done:
            left = f", about {(self._expected - self._done) * seconds / self._done:,.0f} s remaining"
        print(f"{self._name}: {what}, {count}{seconds:.1f} s{rate}{left}", file=self._stream, flush=True)


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        rate = task.completed / task.elapsed if task.completed and task.elapsed else 0.0
        return Text(f"{rate:,.0f}/s" if rate else "", style="progress.data.speed")
