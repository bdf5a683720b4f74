"""How long it takes to judge many reports, and in how much memory.

    python -m tests.bench.bench_quality [--reports 100000] [--folder DIR] [--keep]

The raw layer is that of `tests.bench.bench_warehouse`; its figures are random, so that most reports break some
rule: real ones, which break few, take less. Judging is every table of the schema `quality`, Great Expectations on
what they hold, and writing down what it says; the tables of the other schemas are built too, as judging needs
them, but are counted by themselves. DuckDB may use one gigabyte.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import great_expectations  # noqa: F401  (its import is not judging)

from flows.edge.warehouse import JUDGEMENT, OVERALL_JUDGEMENT, building
from flows.load import load
from flows.model import Model, build_model, models_without, plan_models
from flows.settings import Home
from flows.validate import validate, validate_overall
from tests.bench.bench_warehouse import Clock, Step, write_raw_layer

MEMORY = 1.0
"""Gigabytes that DuckDB may use."""


def build_and_judge(home: Home) -> tuple[list[Step], int]:
    """Build every table that judging reads and judge: what each step took, and the judgements given."""
    plan = plan_models()
    reads = _needed(plan)
    steps: list[Step] = []
    judgement_count = 0
    with building(home) as build:
        connection = build.connection
        connection.execute(f"SET memory_limit = '{MEMORY}GB'")
        load(connection, home)
        made: set[str] = set()
        for until in (JUDGEMENT, OVERALL_JUDGEMENT, ""):
            for model in models_without(plan, until):
                if model.name in made or model.name not in reads:
                    continue
                made.add(model.name)
                clock = Clock()
                result = build_model(connection, model)
                steps.append(Step(model.name, result.row_count, *clock.read()))
            if not until:
                break
            clock = Clock()
            judged = validate(connection) if until == JUDGEMENT else validate_overall(connection, home)
            assert not judged.failures, judged.failures
            count = sum(judged.counts.values())
            judgement_count += count
            steps.append(Step(until, count, *clock.read()))
    return steps, judgement_count


def _needed(plan: Sequence[Model]) -> set[str]:
    """The tables of the schema `quality` and every model that they rest on."""
    inputs = {model.name: model.inputs for model in plan}
    needed: set[str] = set()
    waiting = [name for name in inputs if name.startswith("quality.")]
    while waiting:
        name = waiting.pop()
        if name in inputs and name not in needed:
            needed.add(name)
            waiting += inputs[name]
    return needed


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the raw layer is made, or lies already")
    parser.add_argument("--keep", action="store_true", help="leave it there")
    options = parser.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    home = Home(folder)
    try:
        if not home.raw.exists():
            write_raw_layer(home.raw, options.reports)
        steps, judgement_count = build_and_judge(home)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    judging = [step for step in steps if step.name.startswith("quality.")]
    for step in sorted(judging, key=lambda one: -one.cpu_seconds)[:12]:
        print(
            f"{step.seconds:8.2f} s {step.cpu_seconds:8.2f} s CPU  {step.name:34}{step.row_count or 0:>12,}"
        )
    for name, chosen in (
        ("judging", judging),
        ("what it reads", [one for one in steps if one not in judging]),
    ):
        wall, cpu = sum(step.seconds for step in chosen), sum(step.cpu_seconds for step in chosen)
        print(f"{name:14} {wall:8.2f} s {cpu:8.2f} s CPU")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{options.reports:,} reports, {judgement_count:,} judgements, peak memory of all {peak:.2f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
