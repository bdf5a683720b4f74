"""`gongkai serve`: the pipeline on a schedule, run by this process as long as it lives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import yaml

from flows.edge.catalogue import LocalSource, Source, UnknownSourceError, resolve, standing_names
from flows.edge.notify import ChannelError, check_channel
from flows.edge.prefect_server import prepare_environment
from flows.settings import ROOT, Home

DEPLOYMENT = "gongkai"
SHOWN = 8
"""Sources that are named when serving begins."""


@click.command("serve")
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--home", help="Folder for all that the runs write (GONGKAI_HOME, else warehouse/).")
@click.option("--alert", "alerts", metavar="URL", multiple=True, help="Where alerts are sent; repeatable.")
@click.option(
    "--unverified",
    is_flag=True,
    help="Without SOURCE: also the entries of the catalogue whose reports nobody has found yet.",
)
@click.option("--allow-private", is_flag=True, help="Also fetch from private and loopback networks.")
@click.option(
    "--cron",
    "crons",
    metavar="CRON",
    multiple=True,
    help="When to run, in place of the schedules in prefect.yaml; repeatable.",
)
def command(
    sources: tuple[str, ...],
    home: str | None,
    alerts: tuple[str, ...],
    unverified: bool,
    allow_private: bool,
    crons: tuple[str, ...],
) -> None:
    """Register the deployment with its schedules and run what is due, until stopped.

    SOURCE is as for `gongkai run`; none means the entries of the catalogue that are verified (gongkai sources
    lists them), as they are when a run begins. Needs a Prefect server.
    """
    try:
        if sources and unverified:
            raise click.UsageError(
                "--unverified is for a run without SOURCE: what is named is fetched anyway"
            )
        chosen = sources or standing_names(with_unverified=unverified)
        found, mistakes = resolve(chosen)
        for alert in alerts:
            check_channel(alert)
    except (UnknownSourceError, ChannelError) as error:
        raise click.UsageError(str(error)) from error
    prepare_environment(is_quiet=False)
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value():
        raise click.ClickException(
            "Schedules need a Prefect server that stays. Start one and say where it is:\n"
            "  prefect server start\n"
            "  export PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    for mistake in mistakes:
        click.echo(mistake, err=True)
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.pipeline import run_pipeline

    schedules = [Cron(cron, timezone=zone) for cron, zone in _schedules(crons)]
    listed = ", ".join(f"{schedule.cron} ({schedule.timezone})" for schedule in schedules)
    click.echo(_told(found, is_named=bool(sources)), err=True)
    click.echo(f"serving {DEPLOYMENT} into {Home.resolve(home).path}: {listed}; stop with ctrl-c", err=True)
    run_pipeline.serve(
        name=DEPLOYMENT,
        schedules=schedules,
        parameters={
            "sources": list(sources) or None,
            "home": str(Home.resolve(home).path),
            "alerts": list(alerts),
            "allow_private": allow_private,
            "unverified": unverified,
        },
        # a late run must not meet the next one in the same home
        limit=1,
        entrypoint_type=EntrypointType.MODULE_PATH,
        print_starting_message=False,
    )


def _told(found: Sequence[Source | LocalSource], *, is_named: bool) -> str:
    """Which sources will be fetched, and what to do where these are not what one expects."""
    shown = [one.name for one in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    told = f"sources: {', '.join(shown)}{more}"
    if is_named or any(isinstance(one, Source) and one.served_from is None for one in found):
        return told
    return (
        f"{told}: no site of the catalogue is verified yet. Name the sources to fetch (gongkai sources lists "
        "them), or take all with --unverified"
    )


def _schedules(crons: tuple[str, ...]) -> list[tuple[str, str]]:
    """Cron expressions with their time zones: those given, else those of prefect.yaml."""
    (deployment,) = yaml.safe_load(Path(ROOT, "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    written = [(schedule["cron"], schedule["timezone"]) for schedule in deployment["schedules"]]
    return [(cron, written[0][1]) for cron in crons] or written
