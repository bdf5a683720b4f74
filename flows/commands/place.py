"""`gongkai place`: the divisions of printed agency names, from a CSV to a CSV."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path

import click

from flows.edge.divisions import ReferenceTableError, load_divisions
from flows.report.place import follow_copies
from flows.report.types import Place

COLUMNS = ("agency", "year", "url", "division", "province", "confidence", "why")


@click.command(short_help="Resolve the divisions of printed agency names.")
@click.option(
    "--csv",
    "source",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="A table with the columns agency, year and url (year and url may be empty or missing).",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to the terminal."
)
def command(source: Path, output: Path | None) -> None:
    """Print agency,year,url,division,province,confidence,why for each row of a CSV.

    What the evidence does not decide stays empty, with the reason in the last column.
    """
    rows = _read(source)
    try:
        divisions = load_divisions()
    except ReferenceTableError as error:
        raise click.ClickException(str(error)) from error
    simplify = _simplifier()
    simplified = [simplify(agency) for agency, _, _ in rows]
    places = [
        divisions.resolve(plain, year=_year(year), address=url or None)
        for plain, (_, year, url) in zip(simplified, rows, strict=True)
    ]
    pages = [(plain, year, url) for plain, (_, year, url) in zip(simplified, rows, strict=True)]
    _write(rows, follow_copies(pages, places), output)


def _read(source: Path) -> list[tuple[str, str, str]]:
    """(agency, year, url) of each row. UTF-8 with or without a byte order mark, else gb18030."""
    data = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise click.UsageError(f"{source} is neither UTF-8 nor gb18030 text: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    header = [name.strip() for name in reader.fieldnames or ()]
    if "agency" not in header:
        found = ", ".join(header) or "none"
        raise click.UsageError(f"{source}, line 1: no column 'agency' (columns found: {found})")
    reader.fieldnames = header
    try:
        return [
            ((row["agency"] or "").strip(), (row.get("year") or "").strip(), (row.get("url") or "").strip())
            for row in reader
        ]
    except csv.Error as error:
        raise click.UsageError(f"{source}, line {reader.line_num}: {error}") from error


def _simplifier() -> Callable[[str], str]:
    """Turns traditional characters simplified."""
    from opencc import OpenCC

    return OpenCC("t2s").convert


def _year(printed: str) -> int | None:
    """A year of four digits; anything else counts as not given."""
    digits = printed.removesuffix(".0").removesuffix("年")
    return int(digits) if len(digits) == 4 and digits.isdecimal() else None


def _write(rows: list[tuple[str, str, str]], places: list[Place], output: Path | None) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row, place in zip(rows, places, strict=True):
        writer.writerow((*row, place.code or "", place.province or "", f"{place.confidence:.2f}", place.why))
    if output is None:
        click.echo(buffer.getvalue(), nl=False)
    else:
        try:
            output.write_text(buffer.getvalue(), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{output}: {error.strerror or error}") from error
