"""`gongkai export`: the marts, and what they rest on, as files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands.stores import published
from flows.edge.export import FolderTakenError, describe_tables, export
from flows.edge.reference import ALL_TABLES
from flows.model import plan_models
from flows.settings import Home

_MODELS = ("core.report", "quality.finding", "quality.quarantine", "ref.agency")
_KEYLESS = {
    f"ref.{table.name}"
    for table in ALL_TABLES
    if not all(column.is_required for column in table.columns if column.name in table.grain)
}


@click.command()
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the run (default: GONGKAI_HOME or warehouse/)."
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("gongkai-export"),
    show_default=True,
    help="Folder to write; an export in it is replaced whole.",
)
@click.option(
    "--table", "chosen", multiple=True, metavar="NAME", help="Only this table; may be given several times."
)
def command(home: Path | None, output: Path, chosen: tuple[str, ...]) -> None:
    """Export all marts, the reports, their findings and the reference data.

    Each table is written as CSV and as Parquet; datapackage.json (Frictionless) and DICTIONARY.md describe them.
    """
    grains = exported_tables()
    for name in chosen:
        if name not in grains:
            raise click.UsageError(
                f"there is no table {name!r} to export; there are {', '.join(sorted(grains))}"
            )
    place = Home.resolve(home)
    try:
        with published(place) as connection:
            created_at = datetime.fromtimestamp(place.warehouse.stat().st_mtime, UTC)
            tables = describe_tables(connection, {name: grains[name] for name in chosen or grains}, _KEYLESS)
            export(connection, tables, output, created_at)
    except FolderTakenError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror}") from error
    listed = "1 table" if len(tables) == 1 else f"{len(tables)} tables, each"
    click.echo(f"{output}: {listed} as CSV and Parquet")


def exported_tables() -> dict[str, tuple[str, ...]]:
    """The tables that an export has, with the grain of each."""
    return {
        **{
            model.name: model.grain
            for model in plan_models()
            if model.name.startswith("mart.") or model.name in _MODELS
        },
        **{f"ref.{table.name}": table.grain for table in ALL_TABLES},
    }
