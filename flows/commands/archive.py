"""`gongkai archive`: the originals, for others to verify."""

from __future__ import annotations

from pathlib import Path

import click

from flows.settings import Home


@click.group("archive")
def command() -> None:
    """The archive of originals."""


@command.command("export")
@click.option("--home", help="Folder that a run wrote (GONGKAI_HOME, else warehouse/).")
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="WARC file to write; compressed when its name ends in .gz.",
)
def export(home: str | None, output: Path) -> None:
    """Write every original, and where it was found, as a WARC file."""
    from flows.edge.archive import Archive
    from flows.edge.parquet import attempt_files, read_attempts
    from flows.edge.warc import first_seen, write_warc

    place = Home.resolve(home)
    if not attempt_files(place.raw):
        raise click.ClickException(f"{place.path}: nothing was fetched there; gongkai run fetches")
    lost: list[str] = []
    try:
        responses, revisits = write_warc(
            output, first_seen(read_attempts(place.raw)), Archive(place.archive), lost.append
        )
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror or error}") from error
    for line in lost:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{output}: {responses:,} originals, {revisits:,} more addresses of them")
