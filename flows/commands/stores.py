"""What commands open in a home: its warehouse and its alerts, with errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click
import duckdb

from flows.edge.warehouse import WarehouseMissingError, open_warehouse
from flows.settings import Home


@contextmanager
def published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, read-only, until the command ends. What goes wrong with it is a ClickException."""
    try:
        connection = open_warehouse(home)
    except WarehouseMissingError as error:
        raise click.ClickException(str(error)) from error
    except duckdb.Error as error:
        raise click.ClickException(
            f"{home.warehouse} cannot be opened: {one_message(error)}\n"
            "The next gongkai run builds it anew from the archive and raw/ of its home."
        ) from error
    except OSError as error:
        raise click.ClickException(f"{home.warehouse}: {error.strerror or error}") from error
    try:
        yield connection
    except duckdb.Error as error:
        raise click.ClickException(one_message(error)) from error
    finally:
        connection.close()


def one_message(error: duckdb.Error) -> str:
    """What DuckDB says, without the lines about its insides."""
    return re.split(r"\n\s*\n?Stack Trace", str(error))[0].strip()


@contextmanager
def alert_errors(home: Home) -> Iterator[None]:
    """Turns what is wrong with the file of alerts into a ClickException."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise click.ClickException(f"the alerts of {home.path} (alerts.sqlite): {error}") from error
