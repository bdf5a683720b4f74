"""The flow: its stages in order, as Prefect tasks over batches.

What documents hold never travels between tasks: it lies in the archive and in the raw layer, and tasks hand
on counts.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Event
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff
from prefect.utilities.annotations import quote

from flows.alert import ALERT_DESCRIPTION, Delivery, deliver_alerts, record_alerts
from flows.edge.asked import note_asked
from flows.edge.catalogue import LocalSource, Source, resolve, standing_names
from flows.edge.events import emit
from flows.edge.manifest import Manifest
from flows.edge.outbox import Outbox
from flows.edge.terminal import Display, Stage
from flows.edge.warehouse import (
    JUDGEMENT,
    OVERALL_JUDGEMENT,
    STAGE_DESCRIPTIONS,
    Build,
    at_once,
    building,
    describe,
)
from flows.fetch import FetchSummary, crawling, fetch, fetch_apart
from flows.load import load
from flows.model import GrainError, Model, ModelResult, build_model, models_without, plan_models
from flows.parse import SMALL_RUN, Original, Parser, ParseSummary, batches, unread_originals
from flows.settings import Home
from flows.show import findings_markdown, show_quality, show_run, worst_findings
from flows.summary import RunSummary, summarise
from flows.validate import Validation, validate, validate_overall

PROCESSES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SOURCES_AT_ONCE = 8
STOP_SECONDS = 10.0
"""For fetching to end when a run is interrupted."""


class HeldError(Exception):
    """A critical quality failure: nothing is published, the last good warehouse stays."""


@flow(name="gongkai", task_runner=ThreadPoolTaskRunner(max_workers=max(SOURCES_AT_ONCE, 2 * PROCESSES)))
def run_pipeline(
    sources: list[str] | None = None,
    home: str | None = None,
    years: list[int] | None = None,
    alerts: list[str] | None = None,
    allow_private: bool = False,
    unverified: bool = False,
) -> RunSummary:
    """Fetch, read, check, model and publish; without sources, the verified entries of the catalogue, with
    `unverified` all of them.

    Raises HeldError when the quality gate holds the new warehouse back.
    """
    place = Home.resolve(home)
    found, mistakes = resolve(sources or standing_names(with_unverified=unverified))
    with Display() as display:
        with display.stage("fetch") as stage:
            fetched = _fetch(found, place, years or [], allow_private, stage)
            fetched.failures[:0] = mistakes
            asked = [one.name for one in found if isinstance(one, Source)]
            note_asked(place, asked, years or [], datetime.now(UTC).date())
        with display.stage("parse") as stage:
            parsed = _parse(unread_originals(place), place, stage)
        with building(place) as build:
            failures, built = _build(build, str(flow_run.id), display)
            if not failures:
                publish_task(build)
    deliveries = alert_task(place, alerts or [], str(flow_run.id))
    problems = [*_undelivered(deliveries), *_keep_models(built)]
    if failures:
        raise HeldError("\n".join([*failures, *problems, *_keep_held(failures)]))
    summary = summarise(place, fetched, parsed, problems)
    show_task(place)
    _keep(summary)
    return summary


def _fetch(
    sources: Sequence[Source | LocalSource],
    home: Home,
    years: list[int],
    allow_private: bool,
    stage: Stage,
) -> FetchSummary:
    """Fetch in threads, which end in good order when this one is interrupted: what was fetched is on record. All
    of the web is fetched together, so that a host that several sources ask is treated as one."""
    web = [source for source in sources if isinstance(source, Source) and source.served_from is None]
    # nobody else is asked for these
    here = [source for source in sources if isinstance(source, LocalSource) or source.served_from is not None]
    stop = Event()
    with ExitStack() as stack:
        tasks = []
        if web:
            lock = stack.enter_context(crawling(home, stage.say))
            tasks.append(crawl_task.submit(quote(web), home, lock, years, allow_private, stage, stop))
        if here:
            manifest = stack.enter_context(Manifest(home.raw))
            tasks += [fetch_task.submit(quote(source), home, manifest, years, stage, stop) for source in here]
        try:
            return sum((one.result() for one in tasks), FetchSummary())
        except BaseException:
            stop.set()
            for one in tasks:
                one.wait(timeout=STOP_SECONDS)
            raise


def _parse(originals: Sequence[Original], home: Home, stage: Stage) -> ParseSummary:
    stage.expect(len(originals))
    with Parser(home, worker_count=PROCESSES if len(originals) >= SMALL_RUN else 1) as parser:
        tasks = [parse_task.submit(parser, quote(batch), stage) for batch in batches(originals, PROCESSES)]
        return sum((one.result() for one in tasks), ParseSummary())


def _build(build: Build, run: str, display: Display) -> tuple[list[str], list[ModelResult]]:
    """Make the tables of the new warehouse: the reasons why it must not be published, and what was built."""
    built: list[ModelResult] = []

    def make(models: Sequence[Model]) -> None:
        for model in models:
            built.append(model_task(build, model))
            stage.advance()

    plan = plan_models()
    unjudged = models_without(plan, JUDGEMENT)
    unfinished = models_without(plan, OVERALL_JUDGEMENT)
    reports = [model for model in unfinished if model not in unjudged]
    rest = [model for model in plan if model not in unfinished]
    with display.stage("model", unit="tables") as stage:
        stage.expect(len(plan))
        load_task(build)
        make(unjudged)
        results: dict[str, Any] = {}
        try:
            alone = validate_task(build)
            results |= alone.results
            make(reports)
            together = validate_overall_task(build)
            results |= together.results
            failures = alone.failures + together.failures
            make(rest)
        except GrainError as error:
            failures = [f"publication.key_doubled: {error}"]
        show_run(build.home, run, results)
        record_alerts(build.connection, build.home, run, failures)
        if not failures:
            with at_once(build.connection):
                describe(
                    build.connection,
                    [*(model.description for model in plan), *STAGE_DESCRIPTIONS, ALERT_DESCRIPTION],
                )
    return failures, built


_TRIED_AGAIN: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(2),
    "retry_jitter_factor": 0.5,
    "cache_policy": NO_CACHE,
}


@task(name="fetch", **_TRIED_AGAIN)
def fetch_task(
    source: Source | LocalSource,
    home: Home,
    manifest: Manifest,
    years: list[int],
    stage: Stage,
    stop: Event,
) -> FetchSummary:
    return fetch([source], home, manifest, years=years, watcher=stage, stop=stop)


@task(name="crawl", **_TRIED_AGAIN)
def crawl_task(
    sources: list[Source],
    home: Home,
    lock: int,
    years: list[int],
    allow_private: bool,
    stage: Stage,
    stop: Event,
) -> FetchSummary:
    return fetch_apart(
        sources,
        home,
        lock,
        years=years,
        allow_private=allow_private,
        watcher=stage,
        stop=stop,
        tell=stage.say,
    )


@task(name="parse", cache_policy=NO_CACHE)
def parse_task(parser: Parser, batch: list[Original], stage: Stage) -> ParseSummary:
    summary = parser.read(batch)
    stage.advance(len(batch))
    return summary


@task(name="load", cache_policy=NO_CACHE)
def load_task(build: Build) -> None:
    load(build.connection, build.home)


@task(name="validate", cache_policy=NO_CACHE)
def validate_task(build: Build) -> Validation:
    return validate(build.connection)


@task(name="validate overall", cache_policy=NO_CACHE)
def validate_overall_task(build: Build) -> Validation:
    return validate_overall(build.connection, build.home)


@task(name="model", task_run_name="{model.name}", cache_policy=NO_CACHE)
def model_task(build: Build, model: Model) -> ModelResult:
    return build_model(build.connection, model)


@task(name="publish", cache_policy=NO_CACHE)
def publish_task(build: Build) -> None:
    build.publish()


@task(name="show", cache_policy=NO_CACHE)
def show_task(home: Home) -> int:
    return show_quality(home)


@task(name="alert", cache_policy=NO_CACHE)
def alert_task(home: Home, channels: list[str], run: str) -> list[Delivery]:
    emit(Outbox(home).events(run))
    return deliver_alerts(home, channels, run)


def _undelivered(deliveries: Sequence[Delivery]) -> list[str]:
    return [
        f"{one.channel}: {one.event_count} alerts not delivered, kept for the next run: {one.error}"
        for one in deliveries
        if one.error is not None
    ]


def _keep_models(built: Sequence[ModelResult]) -> list[str]:
    """Show the rows and seconds of every model in Prefect's own interface; what went wrong with that."""
    try:
        create_table_artifact(
            [
                {"model": one.name, "rows": one.row_count, "seconds": round(one.seconds, 3)}
                for one in sorted(built, key=lambda one: -one.seconds)
            ],
            key="gongkai-models",
            description="Rows (none for a view) and seconds of every model, the slowest first",
        )
    except Exception as error:
        return [f"Prefect did not take the rows and times of the models: {error}"]
    return []


def _keep_held(failures: Sequence[str]) -> list[str]:
    """Show in Prefect's own interface why nothing was published; what went wrong with that."""
    lines = "\n".join(f"- {failure}" for failure in failures)
    try:
        create_markdown_artifact(
            f"Nothing was published; the last good warehouse stays.\n\n{lines}\n",
            key="gongkai-held",
            description="Why nothing was published",
        )
    except Exception as error:
        return [f"Prefect did not take the reasons: {error}"]
    return []


def _keep(summary: RunSummary) -> None:
    """Show the summary in Prefect's own interface; the run does not depend on it."""
    try:
        create_markdown_artifact(summary.markdown(), key="gongkai-run", description="What a run came to")
        create_markdown_artifact(
            findings_markdown(worst_findings(summary.home)),
            key="gongkai-findings",
            description="The worst findings",
        )
    except Exception as error:
        summary.problems.append(f"Prefect did not take the summary: {error}")
