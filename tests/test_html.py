"""HTML to blocks and grids: spans resolved as browsers do, layout told from data, nothing raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report.html import read_html
from flows.report.source import normalise
from flows.report.types import Document
from tests.generate.generate import generate


def read(page: str) -> Document:
    return normalise(read_html(page.encode()))


def texts(document: Document, table: int = 0) -> list[list[str | None]]:
    return [[cell and cell.text for cell in row] for row in document.tables[table].rows]


def test_spans_stand_in_every_place_they_cover() -> None:
    document = read(
        "<table><tr><td rowspan=2>甲</td><td colspan=2>乙</td></tr><tr><td>1</td><td>2</td></tr></table>"
    )
    assert texts(document) == [["甲", "乙", "乙"], ["甲", "1", "2"]]
    cell = document.tables[0].rows[1][0]
    assert cell is document.tables[0].rows[0][0]
    assert cell is not None
    assert (cell.row, cell.column, cell.rowspan, cell.colspan) == (0, 0, 2, 1)


def test_rowspan_ends_with_the_table_and_zero_means_the_rest() -> None:
    document = read("<table><tr><td rowspan=0>a</td><td>1</td></tr><tr><td>2</td></tr></table>")
    assert texts(document) == [["a", "1"], ["a", "2"]]
    document = read("<table><tr><td rowspan=99>a</td><td>1</td></tr><tr><td>2</td></tr></table>")
    assert texts(document) == [["a", "1"], ["a", "2"]]


def test_absurd_spans_are_bounded() -> None:
    document = read("<table><tr><td colspan=100000>a</td></tr><tr><td>1</td></tr></table>")
    assert len(document.tables[0].rows[0]) == 200


def test_bad_markup_still_gives_cells() -> None:
    document = read("<table><tr><td>a<td>1<tr><td colspan=x>b<td>2</table>")
    assert texts(document) == [["a", "1"], ["b", "2"]]


def test_words_exported_cells_lose_their_markup() -> None:
    document = read(
        "<table><tr><td><p class=MsoNormal><span>一、本年</span><span>新收\n数量</span><o:p></o:p></p></td>"
        "<td><p>&nbsp;<span>1</span><span>2</span>&nbsp;</p></td></tr></table>"
    )
    assert texts(document) == [["一、本年新收数量", "12"]]


def test_a_table_that_holds_tables_is_layout() -> None:
    document = read(
        "<table><tr><td>栏目</td><td>前言<table><tr><td>x</td><td>1</td></tr></table>后记</td></tr></table>"
    )
    assert [texts(document, number) for number in range(len(document.tables))] == [[["x", "1"]]]
    assert [line for line in document.text.split("\n") if line] == ["栏目", "前言", "后记"]


def test_prose_rows_leave_the_pages_frame() -> None:
    prose = "为了让公众了解情况，" * 12
    document = read(
        f"<table><tr><td colspan=2>某局年度报告</td></tr><tr><td colspan=2><p>{prose}</p><p>第二段</p></td></tr>"
        "<tr><td>收到申请数</td><td>3</td></tr><tr><td colspan=2>结语</td></tr></table>"
    )
    assert texts(document) == [["收到申请数", "3"]]
    assert [line for line in document.text.split("\n") if line] == ["某局年度报告", prose, "第二段", "结语"]


def test_line_breaks_of_the_file_are_no_breaks_of_the_text() -> None:
    assert read("<p>政府\n  信息公开\nreport of</p>").text == "政府信息公开 report of"


def test_scripts_and_hidden_controls_are_no_text() -> None:
    assert read("<body><script>var 收到=3;</script><style>p{}</style><p>正文</p></body>").text == "正文"


def test_offsets_of_cells_point_at_their_text() -> None:
    document = read("<p>前言</p><table><tr><td>收到</td><td>12</td></tr></table><p>后</p>")
    cell = document.tables[0].rows[0][1]
    assert cell is not None and cell.start is not None
    start = document.locate(cell.start)
    assert document.source[start : start + 2] == "12"


CELL = st.tuples(st.sampled_from(["", "1", "甲", "行政许可"]), st.integers(0, 4), st.integers(0, 4))


@given(st.lists(st.lists(CELL, max_size=5), max_size=6))
def test_grids_are_rectangular_and_lose_no_cell(rows: list[list[tuple[str, int, int]]]) -> None:
    page = "".join(
        "<tr>"
        + "".join(f"<td rowspan={down} colspan={across}>{text}</td>" for text, down, across in row)
        + "</tr>"
        for row in rows
    )
    document = read(f"<table>{page}</table>")
    printed = [text for row in rows for text, _, _ in row]
    if not document.tables:
        assert not printed
        return
    grid = document.tables[0].rows
    assert len({len(row) for row in grid}) == 1
    cells = {id(cell): cell for row in grid for cell in row if cell is not None}
    assert sorted(cell.text for cell in cells.values()) == sorted(printed)
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            if cell is not None:
                assert cell.row <= r < cell.row + cell.rowspan
                assert cell.column <= c < cell.column + cell.colspan


@given(st.text(alphabet="<>/tablerd =\"'&;收1p!-", max_size=200))
def test_no_page_raises(page: str) -> None:
    read(page)


def test_what_scripts_and_comments_hold_is_no_markup() -> None:
    page = (
        "<head><script>for (i=0;i<n;i++) { if (a>b) x = '<table><tr><td>9</td></tr>' }</script></head>"
        '<body><!-- <script> --><p>甲</p><!-- <table><tr><td>8</td> --><SCRIPT>if (i<n) y = "</p>"</SCRIPT>'
        "<table><tr><td>收到</td><td>1</td></tr></table><script>z<w</script>"
        "<style>p > a { color: red }</style><!--[if gte mso 9]><xml><w:Zoom>0</w:Zoom></xml><![endif]--><p>乙</p>"
    )
    document = read(page)
    assert texts(document) == [["收到", "1"]]
    assert [line for line in document.text.split("\n") if line] == ["甲", "乙"]


def test_brackets_in_attributes_end_no_tag() -> None:
    document = read(
        '<p title="a>b">甲</p><img onload="if(this.width>600)this.width=600" src="a.png">'
        "<table><tr><td onclick='f(\"<b>\")'>收到</td><td title='1>0'>1</td></tr></table>"
        '<p style="x"<span>乙</span></p>'
    )
    assert texts(document) == [["收到", "1"]]
    assert [line for line in document.text.split("\n") if line] == ["甲", "乙"]


def test_signs_in_the_text_are_no_tags() -> None:
    source = read_html("<p>首页 > 公开 <《条例》> 3 < 5 & 7 &lt;b&gt;</p>".encode())
    assert source.text == "首页 > 公开 <《条例》> 3 < 5 & 7 <b>"


def test_references_to_control_characters_are_no_marks() -> None:
    document = read("<p>甲&#1;乙&#x5;丙\x05丁</p><table><tr><td>收到&#5;</td><td>1</td></tr></table>")
    assert texts(document) == [["收到", "1"]]
    assert document.text.split("\n")[0] == "甲 乙 丙 丁"


def test_rows_without_their_own_tags() -> None:
    document = read("<table><td>收到</td><td>1</td></tr><td>结转</td><td>2</td></tr></table>")
    assert texts(document) == [["收到", "1"], ["结转", "2"]]


def test_addresses_of_images() -> None:
    source = read_html("<p>三、<img src='/a.png?x=1&amp;y=2' width=1><IMG SRC=b.jpg></p>".encode())
    assert (source.images, source.image_count) == (["/a.png?x=1&y=2", "b.jpg"], 2)


def test_a_paragraph_of_typed_spaces_may_be_a_blank_cell() -> None:
    source = read_html(
        "<p>规章</p><p>&nbsp;</p><p>0</p><p></p><div>\n</div><p>行政处罚</p><table><tr><td>&nbsp;</td></tr></table>".encode()
    )
    assert source.text.split("\n")[:4] == ["规章", " ", "0", "行政处罚"]
    assert texts(normalise(source)) == [[""]]


@pytest.mark.parametrize("layout", ["word", "wps", "clean", "nested", "sloppy", "labels_noted"])
def test_a_table_of_a_known_form_reads_like_any_other(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept of one table's form reads the next one's as if it were read cell by cell."""
    pages = [made.data for made in generate(seed=12, count=20, layouts=[layout], noises=["none"])]
    known = [read_html(page) for page in pages]
    monkeypatch.setattr("flows.report.html._MAX_FORM", 0)
    for page, source in zip(pages, known, strict=True):
        anew = read_html(page)
        assert (source.text, [*map(list, source.shapes)]) == (anew.text, [*map(list, anew.shapes)])


@given(
    counts=st.lists(st.integers(0, 10**14), min_size=3, max_size=3),
    words=st.text("年件(一)0 \n", max_size=70),
)
def test_counts_of_any_length_leave_a_table_as_it_is(counts: list[int], words: str) -> None:
    row = "".join(f"<td>{count}</td>" for count in counts)
    table = f"<table><tr><td colspan=3>{words}{counts[0]}</td></tr><tr>{row}</tr></table>"
    document = read(table)
    texts_of = [text for grid in document.grids for text in grid.texts]
    assert texts_of[-3:] == [*map(str, counts)]


def test_what_a_cell_hides_is_not_read() -> None:
    document = read(
        "<table><tr><td>一、本年新收</td><td><p class=MsoNormal><span lang=EN-US>12<span style='display:none;"
        'mso-hide:all\'>7</span></span></p></td><td><SPAN style="DISPLAY: none">3</SPAN>0</td></tr></table>'
    )
    assert texts(document) == [["一、本年新收", "12", "0"]]


def test_hidden_parts_of_a_page_outside_cells_are_read() -> None:
    """A page shows its parts when a reader asks for them: only in a cell nobody can."""
    document = read(
        '<div id="tab2" style="display:none">二、主动公开情况</div><table><tr><td>1</td></tr></table>'
    )
    assert document.text.strip() == "二、主动公开情况"


def test_a_cell_may_hold_its_count_in_a_table_of_its_own() -> None:
    inner = "<td><table width=100%><tbody><tr><td>{}</td></tr></tbody></table></td>"
    document = read(
        "<table><tr><td>一、本年新收</td>"
        + inner.format("12")
        + inner.format("")
        + "</tr><tr><td rowspan=2>甲</td>"
        + inner.format("<p>1</p>")
        + "<td>2</td></tr></table>"
    )
    assert texts(document)[0] == ["一、本年新收", "12", ""]
    assert texts(document)[1] == ["甲", "1", "2"]


@pytest.mark.parametrize("style", ["class=cell", "class='tb td2'", "style='display:table-cell;width:9%'"])
def test_blocks_that_are_cells_by_their_style_are_a_table(style: str) -> None:
    cell = f"<div {style}>{{}}</div>"
    rows = [["重复申请", "3", "", "4"], ["", "0", "0", "0"]]
    page = "".join(f"<div class=row>{''.join(map(cell.format, row))}</div>" for row in rows)
    document = read(f"<div><div>前言</div><div class=table>{page}</div><p>后记</p></div>")
    assert texts(document) == rows
    assert [line for line in document.text.split("\n") if line] == ["前言", "后记"]


def test_an_empty_entry_of_a_list_is_a_blank_line() -> None:
    """Or the counts behind it would move up a column."""
    assert read("<ul><li>1</li><li></li><li>2</li></ul>").text.split("\n") == ["1", " ", "2"]


def test_a_cell_may_hold_its_text_in_a_block_named_cell() -> None:
    """As tables that scripts draw do."""
    rows = [["重复申请", "3", "", "4"], ["总计", "0", "0", "0"]]
    cells = ("".join(f'<td class="c">\n<div class="cell">{text}</div></td>' for text in row) for row in rows)
    page = "".join(f"<tr>{row}</tr>" for row in cells)
    document = read(f'<div class="wrap"><div class="body"><table>{page}</table></div><p>后记</p></div>')
    assert texts(document) == rows
    assert [line for line in document.text.split("\n") if line] == ["后记"]


def test_blocks_named_cells_among_paragraphs_are_no_table() -> None:
    page = "<div><p>前言</p><div class=cell>一</div><p>中间</p><div class=cell>二</div><p>后记</p></div>"
    document = read(page)
    assert not document.tables
    assert [line for line in document.text.split("\n") if line] == ["前言", "一", "中间", "二", "后记"]
