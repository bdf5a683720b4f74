"""Flattened text: what is left when a page's tables were copied without their markup."""

from __future__ import annotations

import re
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


def bars_apart(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each cell on a line and its bar on the next; places under a span give bars at the row's end."""
    lines = []
    for row in _once(grid, print_cell):
        printed = [text for text in row if text is not None]
        for text in printed:
            lines += [text, "|"] if text else ["|"]
        rest = len(row) - len(printed)
        if rest:
            lines.append("|" * rest)
    return lines


def bars_before(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each cell but the first of its row on a line that begins with a bar; a lone bar ends the row."""
    lines = []
    for row in _once(grid, print_cell):
        printed = [text for text in row if text is not None]
        lines += [f"| {text}" if index else text for index, text in enumerate(printed)] + ["|"]
    return lines


def _short_rows(grid: Grid, print_cell: PrintCell, lead: str, runs: bool) -> list[str]:
    """Each row on a line that ends in a bar, only the cells that begin in it, empty ones kept; the places
    under a span give a run of bars at its end, or nothing."""
    lines = []
    for row in _once(grid, print_cell):
        printed = [text for text in row if text is not None]
        rest = len(row) - len(printed)
        lines.append(lead + " | ".join(printed) + " |" + (" " + "|" * rest if runs and rest else ""))
    return lines


def bar_rows_short(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    return _short_rows(grid, print_cell, "", runs=False)


def bar_rows_short_runs(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    return _short_rows(grid, print_cell, "", runs=True)


def bar_rows_short_closed(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    return _short_rows(grid, print_cell, "| ", runs=True)


def bar_rows_led(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """As above, with an empty place in front for each place under a cell that began in a row above."""
    lines = []
    for row in _once(grid, print_cell):
        lead = 0
        while lead < len(row) and row[lead] is None:
            lead += 1
        printed = [text for text in row[lead:] if text is not None]
        lines.append("| " * lead + " | ".join(printed) + " |")
    return lines


_NARROW = {
    "商业企业": "商业/企业",
    "科研机构": "科研/机构",
    "社会公益组织": "社会公/益组织",
    "法律服务机构": "法律服/务机构",
    "本年新制作数量": "本年新/制作数量",
    "本年新公开数量": "本年新/公开数量",
    "法人或其他组织": "法人或/其他组织",
    "未经复议直接起诉": "未经复议/直接起诉",
    "结果维持": "结果/维持",
    "结果纠正": "结果/纠正",
    "其他结果": "其他/结果",
    "尚未审结": "尚未/审结",
}


def paragraphs_apart(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each paragraph of a cell a line, an empty line between; labels of narrow columns have two of them.
    An empty cell is a line with one hard space."""
    width = rng.choice([0, 6, 9])
    lines: list[str] = []
    for row in _once(grid, print_cell):
        for text in row:
            if text is None:
                continue
            parts = _NARROW.get(text, text).split("/") if len(text) > 1 and width else [text]
            if len(text) > 1 and len(parts) > 1 and width == 9 and text in DISPUTE_LABELS:
                parts = [text]
            for part in parts:
                lines += [(" " if part.isdigit() and rng.random() < 0.3 else "") + part or "\u00a0", ""]
    return lines


DISPUTE_LABELS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "未经复议直接起诉")


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


def commas(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """Each row a line of CSV, places under a span left empty or left out."""
    kept = rng.random() < 0.5
    lines = []
    for row in _once(grid, print_cell):
        printed = [text or "" for text in row if kept or text is not None]
        lines.append(",".join(f'"{text}"' if "," in text or "，" in text else text for text in printed))
    return lines


def markdown(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """A markdown table; a spanning label stands once or in each of its places."""
    repeat = rng.random() < 0.5
    rows = [[print_cell(cell) for cell in line] for line in grid]
    if not repeat:
        rows = [[text or "" for text in row] for row in _once(grid, print_cell)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + " --- |" * len(grid[0]), *lines[1:]]


def markdown_marked(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """A markdown table as converters write it: headings and some counts in bold, points behind numbers
    escaped, line breaks in narrow headings; only the cells that begin in a row."""
    lines = []
    for y, row in enumerate(_once(grid, print_cell)):
        printed = []
        for text in row:
            if text is None:
                continue
            text = _NARROW.get(text, text).replace("/", "<br>") if text in _NARROW else text
            text = re.sub(r"^(\d{1,2})\.(?=\D)", r"\1\\.", text)
            printed.append(f"**{text}**" if text and (y == 0 or rng.random() < 0.1) else text)
        lines.append("| " + " | ".join(printed) + " |")
    return [lines[0], "|" + " --- |" * len(grid[0]), *lines[1:]]


def bars_one_line(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """The whole table on one line between bars, the places under spans left out."""
    return [" | ".join(text for row in _once(grid, print_cell) for text in row if text is not None) + " |"]


def bars_one_line_kept(grid: Grid, print_cell: PrintCell, rng: Random) -> list[str]:
    """The whole table on one line between bars, the places under spans left empty."""
    return [" | ".join(text or "" for row in _once(grid, print_cell) for text in row) + " |"]


FLATTENERS: dict[str, Flattener] = {
    "markdown_marked": markdown_marked,
    "bars_one_line": bars_one_line,
    "bars_one_line_kept": bars_one_line_kept,
    "bars": bars,
    "bar_rows": bar_rows,
    "bars_apart": bars_apart,
    "bars_before": bars_before,
    "bar_rows_short": bar_rows_short,
    "bar_rows_short_runs": bar_rows_short_runs,
    "bar_rows_short_closed": bar_rows_short_closed,
    "bar_rows_led": bar_rows_led,
    "paragraphs_apart": paragraphs_apart,
    "tabs": tabs,
    "newlines": newlines,
    "newlines_blanks_lost": newlines_blanks_lost,
    "spaces": spaces,
    "commas": commas,
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
