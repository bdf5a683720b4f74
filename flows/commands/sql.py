"""`gongkai sql`: a read-only query of the published warehouse."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import click
import duckdb

from flows.commands.stores import published
from flows.edge.archive import temporary_name
from flows.edge.queries import UnknownQueryError, ready_queries, ready_query
from flows.edge.workbook import TooLargeError, write_workbook
from flows.settings import Home

_ROWS_AT_ONCE = 10_000
DECIMALS = 6
"""To how many decimals a table for people is rounded."""


@click.command()
@click.argument("query", required=False)
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the query from a file.",
)
@click.option(
    "--list", "is_list", is_flag=True, help="List the ready queries with the questions they answer."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet", "xlsx"]),
    help=f"How the rows are written (a table is rounded to {DECIMALS} decimals); else as the name of the output ends, "
    "else as a table.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write to, whole or not at all; needed for parquet and xlsx.",
)
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of the run (default: GONGKAI_HOME or warehouse/)."
)
def command(
    query: str | None,
    path: Path | None,
    is_list: bool,
    form: str | None,
    output: Path | None,
    home: Path | None,
) -> None:
    """Query the published warehouse. It is opened read-only; a run that publishes meanwhile does not disturb it.

    QUERY is SQL, or @ and the name of a ready query.

    \b
    gongkai sql "SELECT province_name, value FROM mart.province_measure
                 WHERE measure = 'requests_received' AND report_year = 2020"
    gongkai sql @refusal_reasons
    """
    if is_list:
        _list_ready_queries()
        return
    sql = _chosen(query, path)
    form = form or _form_of(output)
    if form in _BINARY and output is None:
        raise click.UsageError(f"--format {form} needs --output FILE")
    with published(Home.resolve(home)) as connection:
        _check(connection, sql)
        try:
            if output is None:
                _write_text(connection, sql, form, sys.stdout)
            elif not output.parent.is_dir():
                raise click.ClickException(f"{output}: its folder does not exist")
            else:
                with _replacing(output) as temporary:
                    _write_file(connection, sql, form, temporary)
        except TooLargeError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads on
        except OSError as error:
            raise click.ClickException(f"{output}: {error.strerror}") from error


def _form_of(output: Path | None) -> str:
    """The form that the name of a file asks for."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    return ending if ending in (*_WRITERS, *_BINARY) else "table"


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """One query gives one table: of several the rows of the last alone would be seen."""
    statements = connection.extract_statements(sql)
    if not statements:
        raise click.UsageError("the query is empty")
    rows = duckdb.ExpectedResultType.QUERY_RESULT
    if sum(rows in statement.expected_result_type for statement in statements) > 1:
        raise click.UsageError(f"these are {len(statements)} queries; give one at a time")


def _chosen(query: str | None, path: Path | None) -> str:
    if (query is None) == (path is None):
        raise click.UsageError("give a QUERY, or --file FILE with one")
    if path is not None:
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise click.UsageError(f"{path} is not UTF-8 text: {error.reason}") from error
    assert query is not None
    if not query.startswith("@"):
        return query
    try:
        return ready_query(query[1:]).sql
    except UnknownQueryError as error:
        raise click.UsageError(str(error)) from error


def _list_ready_queries() -> None:
    queries = ready_queries()
    width = max(len(query.name) for query in queries)
    for query in queries:
        click.echo(f"@{query.name:{width}}  {query.question}")
        click.echo(f" {'':{width}}  {query.question_zh}")


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """A name beside `output` to write under; what was there stays until all is written."""
    if output.is_symlink() or (output.exists() and not output.is_file()):
        yield output  # a link keeps its place; a pipe or a terminal is no file
        return
    temporary = temporary_name(output)
    try:
        yield temporary
        if temporary.exists():
            temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)


def _write_text(connection: duckdb.DuckDBPyConnection, sql: str, form: str, file: TextIO) -> None:
    result = connection.execute(sql)
    if result.description is not None:
        _WRITERS[form](result, file)


def _write_file(connection: duckdb.DuckDBPyConnection, sql: str, form: str, path: Path) -> None:
    if form == "parquet":
        _write_parquet(connection, sql, str(path))
    elif form == "xlsx":
        result = connection.execute(sql)
        write_workbook(path, _names(result), (map(_cell_value, row) for row in _rows(result)))
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            _write_text(connection, sql, form, file)


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def _names(result: duckdb.DuckDBPyConnection) -> list[str]:
    return [column[0] for column in result.description or ()]


def _write_parquet(connection: duckdb.DuckDBPyConnection, query: str, output: str) -> None:
    relation = connection.sql(query)
    if relation is None:
        raise click.ClickException("the query returns no rows to write")
    relation.write_parquet(output, compression="zstd")


def _write_csv(result: duckdb.DuckDBPyConnection, file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_names(result))
    for row in _rows(result):
        writer.writerow([_text(value) for value in row])


def _write_json(result: duckdb.DuckDBPyConnection, file: TextIO) -> None:
    """An array of one object a row, a row a line. An object has no name twice: a, a_1."""
    names: list[str] = []
    for name in _names(result):
        numbered = (f"{name}_{number}" for number in count(1))
        names.append(name if name not in names else next(one for one in numbered if one not in names))
    opening = "["
    for row in _rows(result):
        file.write(
            opening + "\n" + json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False)
        )
        opening = ","
    file.write("[]\n" if opening == "[" else "\n]\n")


def _write_table(result: duckdb.DuckDBPyConnection, file: TextIO) -> None:
    """Columns aligned by display width, numbers to the right, nothing for NULL."""
    names = _names(result)
    rows = list(_rows(result))
    is_number = [
        any(row[place] is not None for row in rows)
        and all(isinstance(row[place], int | float | Decimal) or row[place] is None for row in rows)
        and not any(isinstance(row[place], bool) for row in rows)
        for place in range(len(names))
    ]
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(names, *cells, strict=True)]
    file.write(_line(names, widths, is_number))
    file.write("  ".join("─" * width for width in widths) + "\n")
    for row in cells:
        file.write(_line(row, widths, is_number))
    file.write(f"({len(rows)} row{'' if len(rows) == 1 else 's'})\n")


def _line(cells: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    parts = []
    for cell, width, right in zip(cells, widths, is_number, strict=True):
        gap = " " * (width - _width(cell))
        parts.append(gap + cell if right else cell + gap)
    return "  ".join(parts).rstrip() + "\n"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)


def _cell(value: Any) -> str:
    """A value in one line: control characters would break the alignment. Shares are read better without the
    digits that only arithmetic gave them; the other formats have these."""
    if isinstance(value, float) and abs(value) >= 10**-DECIMALS:
        value = round(value, DECIMALS)
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", _text(value))


def _cell_value(value: Any) -> Any:
    """A value of a workbook: what is neither number, date nor text is written as text."""
    return _text(value) if isinstance(value, list | dict | tuple) else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list | dict | tuple):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; what is no number in JSON is null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json}
_BINARY = ("parquet", "xlsx")
