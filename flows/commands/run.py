"""`gongkai run`: the whole job, from sources to a published warehouse."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import click

from flows.edge.catalogue import UnknownSourceError, resolve
from flows.edge.notify import ChannelError, check_channel
from flows.edge.prefect_server import PrefectServerError, prepare_environment, serving, start_server
from flows.settings import Home

if TYPE_CHECKING:
    from flows.summary import RunSummary

SAMPLE = "sample"
FAILED, HELD = 1, 3


@click.command("run")
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--home", help="Folder for all that the run writes (GONGKAI_HOME, else warehouse/).")
@click.option(
    "--year",
    "years",
    metavar="Y",
    type=click.IntRange(2008, 2100),
    multiple=True,
    help="Do not follow links that name only other years; repeatable.",
)
@click.option("--alert", "alerts", metavar="URL", multiple=True, help="Where alerts are sent; repeatable.")
@click.option("--allow-private", is_flag=True, help="Also fetch from private and loopback networks.")
def command(
    sources: tuple[str, ...],
    home: str | None,
    years: tuple[int, ...],
    alerts: tuple[str, ...],
    allow_private: bool,
) -> None:
    """Fetch, read, check and roll up reports.

    SOURCE is a file, a folder, an http(s) address or the name of an entry in flows/sources/; none means the
    bundled sample. Exit codes: 0 published, 1 failed, 2 wrong usage, 3 held back by the quality gate.
    """
    chosen = list(sources or [SAMPLE])
    try:
        found, mistakes = resolve(chosen)
        for alert in alerts:
            check_channel(alert)
    except (UnknownSourceError, ChannelError) as error:
        raise click.UsageError(str(error)) from error
    if not found:
        raise click.ClickException("\n".join(mistakes))
    summary = _run(chosen, Home.resolve(home), list(years), list(alerts), allow_private)
    if isinstance(summary, int):
        sys.exit(summary)
    click.echo(summary.text())


def _run(
    sources: list[str], home: Home, years: list[int], alerts: list[str], allow_private: bool
) -> RunSummary | int:
    """Run the flow; what it came to, or the exit code after the reason was told."""
    click.echo("starting ...", err=True)
    prepare_environment(is_quiet=True)
    server = start_server()
    # takes seconds, in which the server gets ready
    import great_expectations  # noqa: F401

    from flows.pipeline import run_pipeline

    try:
        with serving(server):
            return run_pipeline(
                sources=sources, home=str(home.path), years=years, alerts=alerts, allow_private=allow_private
            )
    except Exception as error:
        code = _tell(error)
        # Prefect keeps the error, and with it the open warehouse, until after DuckDB is gone
        traceback.clear_frames(error.__traceback__)
        return code


def _tell(error: Exception) -> int:
    """Say why a run ended, and the exit code for it."""
    from flows.edge.decisions import DecisionsError
    from flows.edge.processes import WorkersError
    from flows.edge.quality import SuiteError
    from flows.edge.reference import ReferenceDataError
    from flows.edge.warehouse import BuildRunningError
    from flows.model import ModelError
    from flows.pipeline import HeldError

    known = (
        PrefectServerError,
        BuildRunningError,
        DecisionsError,
        ModelError,
        ReferenceDataError,
        SuiteError,
        WorkersError,
    )
    if isinstance(error, HeldError):
        click.echo(f"Held back by the quality gate, nothing published:\n{error}", err=True)
        return HELD
    if isinstance(error, (*known, OSError)):
        click.echo(f"Error: {error}", err=True)
    # Prefect has no class for a server that is not there
    elif str(error).startswith("Failed to reach API"):
        click.echo(f"Error: {error}: the Prefect server that PREFECT_API_URL names", err=True)
    else:
        traceback.print_exception(error)
    return FAILED
