"""The `gongkai` command: each subcommand lives in `flows.commands` and is imported only when called."""

from __future__ import annotations

import os
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "run": "Fetch, read, check and roll up reports: the main job.",
    "sources": "List and check the catalogue of sources.",
    "parse": "Read local documents and print JSON Lines; touches no warehouse.",
    "place": "Resolve the divisions of printed agency names.",
    "sql": "Query the published warehouse (read-only).",
    "export": "Write the marts as CSV and Parquet, with a data dictionary.",
    "explain": "Show how a province's number came about, down to the printed cell.",
    "alerts": "Open data-quality alerts, worst first.",
    "quarantine": "Documents that are kept out, and decisions about them.",
    "gate": "What holds publication back, and its release.",
    "archive": "Export the originals as a WARC file.",
    "serve": "Register the deployments with their schedules and run them.",
}


class LazyGroup(click.Group):
    """A group that imports a subcommand's module only when it is called or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"flows.commands.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As ever, and a command that is misspelt gets the likely one named."""
        close = get_close_matches(args[0], COMMANDS, n=1)
        if args[0] not in COMMANDS and close:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """A file or folder that cannot be read or written ends a command with one line."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads on
        except OSError as error:
            if error.filename is None or os.environ.get("GONGKAI_DEBUG") == "1":
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai", prog_name="gongkai")
def main() -> None:
    """gongkai (公开): the numbers in China's yearly open government information reports, in one place."""
