"""Readers query without a pause while the warehouse is rebuilt again and again: no read may fail, and what a
reader gets must be of one version whole, never of an older one than it had before.

    python -m tests.bench.bench_rebuilds [--rebuilds 200] [--readers 4] [--folder DIR]

Every version of a made-up province has other figures: in version k each of its three agencies received k
applications. A reader is a process of its own; each of its reads opens the published file, asks a fact table, the
roll-ups and the reasons, and then once more what it asked first. The times say whether a reader ever waits.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from flows.edge.warehouse import building, describe
from flows.settings import Home
from tests.division_tree import Country, build_warehouse, planned

AGENCIES = (("甲省财政厅", "110000"), ("子市教育局", "110100"), ("卯市", "119001"))

# what a version must show of itself: each query gives k times the number beside it
QUESTIONS = (
    ("SELECT sum(value) FROM core.fact WHERE indicator = 'requests.received'", 3),
    ("SELECT value FROM mart.province_measure WHERE measure = 'requests_received'", 3),
    ("SELECT requests_received FROM mart.province_year", 3),
    ("SELECT sum(value) FROM mart.contribution WHERE measure = 'requests_received' AND is_used", 3),
    (
        "SELECT value FROM mart.division_measure WHERE measure = 'requests_received' AND division_code = '119001'",
        1,
    ),
    ("SELECT max(value) FROM core.fact", 1),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader saw: reads, the versions among them, what went wrong, and the seconds of each read."""

    versions: int
    problems: list[str]
    seconds: list[float]


@dataclass(frozen=True, slots=True)
class Outcome:
    rebuild_seconds: list[float]
    readings: list[Reading]

    @property
    def problems(self) -> list[str]:
        return [problem for reading in self.readings for problem in reading.problems]


def publish_version(home: Home, folder: Path, number: int) -> None:
    """Build and publish the made-up province with `number` applications at each agency."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    country = Country(folder)
    for agency, division in AGENCIES:
        country.report(agency, division, 2020, {"requests.received": number})
    with building(home) as build:
        build_warehouse(build.connection, country)
        describe(build.connection, [model.description for model in planned()])
        build.publish()


def keep_reading(warehouse: Path, stop: Path) -> Reading:
    """Read until the file `stop` is there."""
    import duckdb

    os.nice(10)  # four of them must not starve the rebuilds on a small machine; they wait the longer for it
    problems: list[str] = []
    seconds: list[float] = []
    seen: list[float] = []
    while not stop.exists():
        started = time.monotonic()
        try:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                asked = [*QUESTIONS, QUESTIONS[0]]
                found = [(connection.execute(query).fetchall(), factor) for query, factor in asked]
            versions = {rows[0][0] / factor for rows, factor in found}
            if len(versions) > 1:
                problems.append(f"one read gave several versions: {found}")
            if seen and min(versions) < seen[-1]:
                problems.append(f"version {min(versions)} after {seen[-1]}")
            if not seen or seen[-1] != max(versions):
                seen.append(max(versions))
                if len(seen) == 2:
                    moved_on(stop, os.getpid()).touch()
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}")
        seconds.append(time.monotonic() - started)
    return Reading(len(seen), problems, seconds)


def moved_on(stop: Path, process: int) -> Path:
    """Where a reader says that it has read a second version."""
    return stop.with_name(f"moved-on-{process}")


def run(folder: Path, rebuilds: int, readers: int) -> Outcome:
    """Rebuild so many times while so many readers read, and more often until each has read a second version; what
    all of them saw."""
    home, stop = Home(folder / "home"), folder / "stop"
    publish_version(home, folder / "version", 1)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bench_rebuilds", "--read", str(home.warehouse), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(readers)
    ]
    took = []
    try:
        for number in range(2, 100 + 2 * rebuilds):
            waited_for = (
                one for one in processes if one.poll() is None and not moved_on(stop, one.pid).exists()
            )
            if number >= rebuilds + 2 and not any(waited_for):
                break
            started = time.monotonic()
            publish_version(home, folder / "version", number)
            took.append(time.monotonic() - started)
    finally:
        stop.touch()
        answers = [process.communicate()[0] for process in processes]
    return Outcome(took, [Reading(**json.loads(answer)) for answer in answers])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rebuilds", type=int, default=200)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--read", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        reading = keep_reading(*options.read)
        print(json.dumps({name: getattr(reading, name) for name in Reading.__slots__}))
        return
    folder = Path(tempfile.mkdtemp(prefix="gongkai-rebuilds-", dir=options.folder))
    try:
        outcome = run(folder, options.rebuilds, options.readers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = sorted(second for reading in outcome.readings for second in reading.seconds)
    print(
        f"{len(outcome.rebuild_seconds)} rebuilds, {statistics.median(outcome.rebuild_seconds):.2f} s each (median)"
    )
    print(
        f"{len(seconds):,} reads by {options.readers} readers: median {statistics.median(seconds):.3f} s, "
        f"99 of 100 within {seconds[int(len(seconds) * 0.99)]:.3f} s, longest {seconds[-1]:.3f} s; "
        f"versions seen by each: {', '.join(str(reading.versions) for reading in outcome.readings)}"
    )
    print(f"{len(outcome.problems)} failed or mixed reads")
    for problem in outcome.problems[:10]:
        print(f"  {problem}")
    sys.exit(bool(outcome.problems))


if __name__ == "__main__":
    main()
