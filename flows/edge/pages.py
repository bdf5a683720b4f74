"""Plain HTML pages that need nothing but themselves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from flows.edge.archive import temporary_name

STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:1rem;max-width:78rem}
table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #ccc;padding:.15rem .5rem;text-align:left;vertical-align:top}
th{background:#f2f2f2}td.n{text-align:right}.critical{color:#a00}.warning{color:#960}.good{background:#e6f4e6}
.fair{background:#fdf3d8}.bad{background:#f9dcdc}small{color:#666}
"""


def document(title: str, body: str) -> str:
    """A page; `body` is HTML."""
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; cells are HTML, numbers are set to the right. What is HTML in them is the caller's to escape."""
    lines = ["<table><tr>", *(f"<th>{escape(head)}</th>" for head in heads), "</tr>"]
    for row in rows:
        lines.append("<tr>")
        for cell in row:
            is_number = isinstance(cell, (int, float))
            lines.append(f'<td class="n">{cell:,}</td>' if is_number else f"<td>{cell}</td>")
        lines.append("</tr>")
    return "".join([*lines, "</table>"])


def write(path: Path, text: str) -> None:
    """Write a page so that readers see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(path)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
