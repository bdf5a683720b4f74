"""`gongkai run`: the whole job, from sources to a published warehouse."""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click
import duckdb

from flows.commands.stores import one_message
from flows.edge.catalogue import UnknownSourceError, resolve
from flows.edge.notify import ChannelError, check_channel
from flows.edge.prefect_server import PrefectServerError, prepare_environment, serving, start_server
from flows.edge.warehouse import open_warehouse
from flows.settings import ROOT, Home

if TYPE_CHECKING:
    from flows.summary import RunSummary

SAMPLE = "sample"
FAILED, HELD = 1, 3
DEBUG = "GONGKAI_DEBUG"
"""The environment variable that, as 1, shows tracebacks."""


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
    place = Home.resolve(home)
    _check_home(place)
    summary = _run(chosen, place, list(years), list(alerts), allow_private)
    if isinstance(summary, int):
        sys.exit(summary)
    click.echo(summary.text())


def _check_home(home: Home) -> None:
    """Say at once what would end the run later: a home that cannot be written to."""
    try:
        home.path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise click.ClickException(f"{home.path}: the home must be a folder, and this is a file") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    if not os.access(home.path, os.W_OK | os.X_OK):
        raise click.ClickException(f"{home.path}: this folder cannot be written to")
    if home.warehouse.is_dir():
        raise click.ClickException(f"{home.warehouse}: a folder stands where the warehouse's file goes")
    if home.warehouse.exists():
        try:
            open_warehouse(home).close()
        except duckdb.Error as error:
            click.echo(
                f"{home.warehouse} cannot be opened: {one_message(error)}\n"
                "It is built anew; what it held cannot be compared with.",
                err=True,
            )


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
    except KeyboardInterrupt:
        click.echo(
            "\nStopped. What was fetched is kept, the last good warehouse stays. Run the same command again: it goes "
            "on where this run stopped.",
            err=True,
        )
        atexit.register(_end_quietly)
        return FAILED
    except Exception as error:
        code = _tell(error, home)
        atexit.register(_end_quietly)
        # Prefect keeps the error, and with it the open warehouse, until after DuckDB is gone
        traceback.clear_frames(error.__traceback__)
        return code


def _end_quietly() -> None:
    """What Prefect still keeps of a failed run makes DuckDB's binding report leaks at the very end."""
    sys.stderr.flush()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _tell(error: Exception, home: Home) -> int:
    """Say why a run ended, and the exit code for it."""
    from flows.edge.apart import ApartError
    from flows.edge.decisions import DecisionsError
    from flows.edge.lock import LockedError
    from flows.edge.processes import WorkersError
    from flows.edge.quality import SuiteError
    from flows.edge.reference import ReferenceDataError
    from flows.edge.warehouse import BuildRunningError
    from flows.model import ModelError
    from flows.pipeline import HeldError

    known = (
        ApartError,
        BuildRunningError,
        DecisionsError,
        LockedError,
        ModelError,
        PrefectServerError,
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
        click.echo(_unexpected(error, home), err=True)
    return FAILED


def _unexpected(error: Exception, home: Home) -> str:
    """What failed, where, and what to do next. The traceback is kept in the home, or shown on demand."""
    if os.environ.get(DEBUG) == "1":
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT / "flows")]
    place = ""
    if ours:
        last = ours[-1]
        place = f" at {Path(last.filename).relative_to(ROOT)}:{last.lineno}, in {last.name}"
    lines = [f"Error: the run failed{place}: {type(error).__name__}: {error}"]
    log = home.path / "error.log"
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="replace")
        lines.append(f"The traceback is in {log}; {DEBUG}=1 shows it.")
    except OSError:
        lines.append(f"{DEBUG}=1 shows the traceback.")
    lines.append(
        "The last good warehouse stays. Run the same command again: it goes on where this run stopped."
    )
    return "\n".join(lines)
