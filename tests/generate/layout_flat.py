"""Flattened text: what is left when a page's tables were copied without their markup."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from random import Random

from tests.generate.article import Article, Paragraph, Picture, TableBlock
from tests.generate.grid import Cell, Grid
from tests.generate.prose import signature

PrintCell = Callable[[Cell], str]
Flattener = Callable[[Grid, PrintCell, Random], list[str]]
"""Gives the lines of a flattened table."""


def _once(grid: Grid, print_cell: PrintCell) -> list[list[str | None]]:
    """The printed text of each place; None where a cell that began before goes on."""
    seen: set[int] = set()
    rows: list[list[str | None]] = []
    for line in grid:
        row: list[str | None] = []
        for cell in line:
            row.append(None if id(cell) in seen else print_cell(cell))
            seen.add(id(cell))
        rows.append(row)
    return rows


def bars(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each cell on a line of its own that ends in a bar; places under a span give bars at the row's end."""
    lines = []
    for row in _once(grid, print_cell):
        printed = [text for text in row if text is not None]
        lines += [f"{text} |" if text else "|" for text in printed]
        rest = len(row) - len(printed)
        if rest:
            lines.append("|" * rest)
    return lines


def bar_rows(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each row on a line, its cells between bars, places under a span left empty."""
    return ["|".join(text or "" for text in row) for row in _once(grid, print_cell)]


def tabs(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each row on a line, its cells between tabs; places under a span kept empty or left out."""
    if rng.random() < 0.5:
        return ["\t".join(text or "" for text in row) for row in _once(grid, print_cell)]
    return ["\t".join(text for text in row if text is not None) for row in _once(grid, print_cell)]


def newlines(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each cell a line; an empty cell is a line with one hard space."""
    return [text or "\u00a0" for row in _once(grid, print_cell) for text in row if text is not None]


def newlines_blanks_lost(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each cell a line, empty cells gone."""
    return [text for row in _once(grid, print_cell) for text in row if text]


def spaces(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each row on a line, its cells a space apart, empty cells gone."""
    return [" ".join(text for text in row if text) for row in _once(grid, print_cell)]


def one_line(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """The whole table on one line, its cells a space apart."""
    return [" ".join(spaces(grid, print_cell, rng))]


def markdown(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """A markdown table; a spanning label stands once or in each of its places."""
    repeat = rng.random() < 0.5
    rows = [[print_cell(cell) for cell in line] for line in grid]
    if not repeat:
        rows = [[text or "" for text in row] for row in _once(grid, print_cell)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + " --- |" * len(grid[0]), *lines[1:]]


FLATTENERS: dict[str, Flattener] = {
    "bars": bars,
    "bar_rows": bar_rows,
    "tabs": tabs,
    "newlines": newlines,
    "newlines_blanks_lost": newlines_blanks_lost,
    "spaces": spaces,
    "one_line": one_line,
    "markdown": markdown,
}


def lines_of(article: Article, flatten: Flattener, print_cell: PrintCell, rng: Random) -> list[str]:
    """The article as lines of text; pictures leave nothing."""
    lines = [article.title, ""] if article.title_printed else []
    if article.published_on and rng.random() < 0.5:
        lines += [f"发布时间：{article.published_on:%Y-%m-%d}", ""]
    for block in article.blocks:
        match block:
            case Paragraph(text, heading=True):
                lines.append(text)
            case Paragraph(text):
                usual = rng.choice(["　　", "", "    "])
                lines.append((usual if article.indent is None else article.indent) + text)
            case Picture():
                lines.append("")
            case TableBlock(_, grid, caption):
                if caption:
                    lines.append(caption)
                lines += flatten(grid, print_cell, rng)
    if article.published_on and rng.random() < 0.5:
        lines += ["", *signature(article)]
    return lines


def plain_text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def paragraphs(lines: list[str], rng: Random) -> str:
    """The lines as the body of a page: one paragraph each, or one block with line breaks."""
    written = [escape(line, quote=False) for line in lines]
    if any("\t" in line for line in lines):
        return "<pre>" + "\n".join(written) + "</pre>"
    if rng.random() < 0.5:
        return "\n".join(f"<p>{line}</p>" for line in written)
    return "<div>" + "<br>\n".join(written) + "</div>"
