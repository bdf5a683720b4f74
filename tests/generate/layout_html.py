"""Pages: an article as HTML, its tables written as sites, Word and WPS write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from random import Random

from tests.generate.article import Article, Paragraph, Picture, TableBlock
from tests.generate.grid import Cell, Grid, spans
from tests.generate.places import Agency
from tests.generate.prose import signature

PrintCell = Callable[[Cell], str]
"""Gives the printed text of a cell."""

TableWriter = Callable[[Grid, PrintCell, Random], str]


def attributes(rowspan: int, colspan: int) -> str:
    row = f' rowspan="{rowspan}"' if rowspan > 1 else ""
    return row + (f' colspan="{colspan}"' if colspan > 1 else "")


def clean(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """Plain table markup; header cells as th or td."""
    head = rng.choice(["th", "td"])
    border = rng.choice(['<table border="1">', '<table class="tab" cellspacing="0">', "<table>"])
    rows = []
    for row in spans(grid):
        written = []
        for span in row:
            tag = head if span.cell.head else "td"
            content = escape(print_cell(span.cell), quote=False)
            written.append(f"<{tag}{attributes(span.rowspan, span.colspan)}>{content}</{tag}>")
        rows.append(f"<tr>{''.join(written)}</tr>")
    return f"{border}<tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def sloppy(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """Markup of an old site: capitals, no quotes, end tags left out."""
    rows = []
    for row in spans(grid):
        written = []
        for span in row:
            content = escape(print_cell(span.cell), quote=False)
            row_part = f" ROWSPAN={span.rowspan}" if span.rowspan > 1 else ""
            col_part = f" COLSPAN={span.colspan}" if span.colspan > 1 else ""
            written.append(f"<TD{row_part}{col_part} ALIGN=center>{content}")
        rows.append("<TR>" + "\n".join(written))
    return "<TABLE BORDER=1 CELLPADDING=0>\n" + "\n".join(rows) + "\n</TABLE>"


def word(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """As Word saves it: paragraphs and spans in every cell, text broken over spans, empty o:p."""
    rows: list[str] = []
    for row in spans(grid):
        written = []
        for span in row:
            style = "border:solid windowtext 1.0pt;mso-border-alt:solid .5pt"
            written.append(
                f'<td width="{rng.randint(38, 190)}"{attributes(span.rowspan, span.colspan)} style="{style}">'
                f"{_word_paragraph(print_cell(span.cell), rng)}</td>"
            )
        rows.append(f'<tr style="mso-yfti-irow:{len(rows)}">{"".join(written)}</tr>')
    return (
        '<div align="center"><table class="MsoNormalTable" border="0" cellspacing="0" cellpadding="0" '
        'style="border-collapse:collapse;mso-table-layout-alt:fixed">' + "\n".join(rows) + "</table></div>"
    )


def _word_paragraph(text: str, rng: Random) -> str:
    fonts = 'lang="EN-US" style="font-family:宋体;mso-bidi-font-size:10.5pt"'
    if not text:
        return f'<p class="MsoNormal" align="center"><span {fonts}><o:p>&nbsp;</o:p></span></p>'
    pieces = [text]
    if len(text) > 2 and rng.random() < 0.4:
        at = rng.randrange(1, len(text))
        pieces = [text[:at], text[at:]]
    body = "".join(f"<span {fonts}>{escape(piece, quote=False)}</span>" for piece in pieces)
    body += "<span><o:p></o:p></span>"
    return f'<p class="MsoNormal" align="center" style="text-align:center">{body}</p>'


def wps(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """As WPS pastes it: nbsp and line breaks within labels and numbers, indents as ideographic spaces."""
    rows = []
    for row in spans(grid):
        written = []
        for span in row:
            text = print_cell(span.cell)
            content = escape(text, quote=False)
            if len(text) > 5 and rng.random() < 0.5:
                at = rng.randrange(2, len(text) - 1)
                content = "<br/>".join(escape(part, quote=False) for part in (text[:at], text[at:]))
            elif span.cell.key and text:
                content = rng.choice(["&nbsp;{}", "{}&nbsp;", "\n   {}\n  ", "{}<br>", "{}"]).format(content)
            if span.cell.head and rng.random() < 0.2:
                content = "　　" + content
            written.append(
                f'<td{attributes(span.rowspan, span.colspan)} valign="center" style="mso-diagonal-down:none">'
                f'<p style="text-align:center"><font face="仿宋_GB2312">{content}</font></p></td>'
            )
        rows.append(f"<tr height={rng.randint(18, 60)}>{''.join(written)}</tr>")
    return "<table style='width:100%' cellpadding=0>\n" + "\n".join(rows) + "\n</table>"


def broken_numbers(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """Narrow cells: a number of three digits or more wrapped over two lines."""
    rows = []
    for row in spans(grid):
        written = []
        for span in row:
            text = print_cell(span.cell)
            content = escape(text, quote=False)
            if span.cell.key and len(text) > 2 and text.isdigit():
                content = f"{text[:2]}<br />{text[2:]}"
            written.append(f"<td{attributes(span.rowspan, span.colspan)}>{content}</td>")
        rows.append(f"<tr>{''.join(written)}</tr>")
    return "<table border=1>\n" + "\n".join(rows) + "\n</table>"


def divs(grid: Grid, print_cell: PrintCell, rng: Random) -> str:
    """Cells as divs. A spanning label stands in its first row, with empty cells where it goes on."""
    seen: set[int] = set()
    rows = []
    for line in grid:
        written = []
        for cell in line:
            text = "" if id(cell) in seen else escape(print_cell(cell), quote=False)
            seen.add(id(cell))
            written.append(f'<div class="td">{text}</div>')
        rows.append(f'<div class="tr">{"".join(written)}</div>')
    return '<div class="table">\n' + "\n".join(rows) + "\n</div>"


WRITERS: dict[str, TableWriter] = {
    "clean": clean,
    "sloppy": sloppy,
    "word": word,
    "wps": wps,
    "broken_numbers": broken_numbers,
    "divs": divs,
}


@dataclass(frozen=True, slots=True)
class Page:
    """How a page is put together: the writer of its tables and what they stand in (`page`, `nested`:
    layout tables around each, `one_table`: the whole page is rows of one table)."""

    writer: str = "clean"
    frame: str = "page"


def page(article: Article, how: Page, print_cell: PrintCell, rng: Random) -> str:
    """The article as a page of a government site."""
    if how.frame == "one_table":
        body = _one_table(article, print_cell)
    else:
        body = _body(article, how, print_cell, rng)
    return shell(article, body, rng, columns=how.frame == "columns")


def _body(article: Article, how: Page, print_cell: PrintCell, rng: Random) -> str:
    usual = rng.choice(["　　", "", "&nbsp;&nbsp;&nbsp;&nbsp;"])
    indent = usual if article.indent is None else article.indent
    heading = rng.choice(["<p><strong>{}</strong></p>", "<h3>{}</h3>", "<p>　　{}</p>", "<p><b>{}</b></p>"])
    written = []
    for block in article.blocks:
        match block:
            case Paragraph(text, heading=True):
                written.append(heading.format(escape(text, quote=False)))
            case Paragraph(text):
                written.append(f"<p>{indent}{escape(text, quote=False)}</p>")
            case Picture(source, alt):
                written.append(f'<p align="center"><img src="{source}" alt="{alt}" width="640"></p>')
            case TableBlock(_, grid, caption):
                if caption:
                    written.append(f'<p align="center">{escape(caption)}</p>')
                table = WRITERS[how.writer](grid, print_cell, rng)
                if how.frame == "nested":
                    around = '<table width="100%"><tr><td align="center">{}</td></tr></table>'
                    table = around.format(around.format(table))
                written.append(table)
    if rng.random() < 0.5:
        written += [f'<p align="right">{escape(line)}</p>' for line in signature(article)]
    return "\n".join(written)


def _one_table(article: Article, print_cell: PrintCell) -> str:
    """Title, paragraphs and forms as the rows of one wide table."""
    width = 15
    rows = [f'<tr><td colspan="{width}"><b>{escape(article.title)}</b></td></tr>']
    for block in article.blocks:
        match block:
            case Paragraph(text):
                rows.append(f'<tr><td colspan="{width}">{escape(text, quote=False)}</td></tr>')
            case Picture(source, _):
                rows.append(f'<tr><td colspan="{width}"><img src="{source}"></td></tr>')
            case TableBlock(_, grid, caption):
                if caption:
                    rows.append(f'<tr><td colspan="{width}">{escape(caption)}</td></tr>')
                rows += _plain_rows(grid, print_cell)
    return '<table border="1" width="100%">\n' + "\n".join(rows) + "\n</table>"


def _plain_rows(grid: Grid, print_cell: PrintCell) -> list[str]:
    rows = []
    for row in spans(grid):
        texts = [escape(print_cell(span.cell), quote=False) for span in row]
        places = [attributes(span.rowspan, span.colspan) for span in row]
        written = [f"<td{place}>{text}</td>" for place, text in zip(places, texts, strict=True)]
        rows.append(f"<tr>{''.join(written)}</tr>")
    return rows


def shell(article: Article, body: str, rng: Random, columns: bool = False) -> str:
    """The page around the content: head, navigation, title, source line, footer."""
    agency = article.agency
    host = site_name(agency) if agency else "政府网站"
    date_text = ""
    if article.published_on:
        day = article.published_on
        date_text = rng.choice(
            [
                f"发布时间：{day:%Y-%m-%d}",
                f"发布日期：{day.year}年{day.month}月{day.day}日",
                f"日期：{day:%Y-%m-%d} 10:{rng.randint(10, 59)}",
            ]
        )
    metas = ['<meta charset="{charset}">'] if rng.random() < 0.6 else []
    metas = metas or ['<meta http-equiv="Content-Type" content="text/html; charset={charset}">']
    if rng.random() < 0.5:
        metas.append(f'<meta name="ArticleTitle" content="{escape(article.title)}">')
        metas.append(f'<meta name="SiteName" content="{host}">')
        if article.published_on:
            metas.append(f'<meta name="PubDate" content="{article.published_on:%Y-%m-%d} 09:30">')
    title_tag = rng.choice([article.title, f"{article.title}-{host}", f"{article.title} - 政府信息公开"])
    heading = rng.choice(["<h1>{}</h1>", '<div class="title">{}</div>', '<p align="center"><b>{}</b></p>'])
    above = heading.format(escape(article.title)) if article.title_printed else ""
    source = f"来源：{article.source_name}" if article.source_name else ""
    menu = " ".join(f'<a href="/{word}/">{text}</a>' for word, text in MENU)
    crumbs = '<div class="location">当前位置：<a href="/">首页</a> &gt; 政府信息公开 &gt; 年报</div>'
    content = (
        f'{crumbs}\n{above}\n<div class="info"><span>{date_text}</span> <span>{source}</span> '
        f'<span>浏览次数：<i id="hits">{rng.randint(20, 900)}</i></span></div>\n'
        f'<div class="content" id="zoom">\n{body}\n</div>\n'
        '<div class="share">【打印】【关闭】 扫一扫在手机打开当前页</div>'
    )
    if columns:  # the old way: navigation and content are cells of a table that holds the page
        content = (
            '<table width="1000" border="0"><tr><td width="200" valign="top">'
            f'{menu.replace("</a> ", "</a><br>")}</td><td valign="top">{content}</td></tr></table>'
        )
    return (
        "<!DOCTYPE html>\n<html>\n<head>\n" + "\n".join(metas) + f"\n<title>{escape(title_tag)}</title>\n"
        '<script>var page = {id: 1, title: "不是正文"};</script>\n'
        "<style>.content p { line-height: 2em }</style>\n</head>\n<body>\n"
        f'<div class="nav">{menu}</div>\n{content}\n{footer(agency, rng)}\n</body>\n</html>\n'
    )


MENU = (("index", "网站首页"), ("zwgk", "政务公开"), ("bsfw", "办事服务"), ("hdjl", "互动交流"))


def site_name(agency: Agency) -> str:
    return f"{agency.place.name}人民政府门户网站"


def footer(agency: Agency | None, rng: Random) -> str:
    if agency is None:
        return '<div class="footer">版权所有</div>'
    place = agency.place
    printed = place.full_name if place.level == 3 else place.name
    lines = [f"主办：{printed}人民政府办公{'厅' if place.level == 1 else '室'}"]
    if rng.random() < 0.5:
        lines.append(f"网站标识码：{place.code}{rng.randint(1, 60):04d}")
    phone = f"0{rng.randint(310, 999)}-{rng.randint(2000000, 8999999)}"
    lines.append(f"承办：{place.name}政务服务中心 联系电话：{phone}")
    return '<div class="footer">' + "<br>".join(lines) + "</div>"
