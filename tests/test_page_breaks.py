"""Tables of PDF files that go on over the page."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from flows.report.extract import extract
from flows.report.pdf import read_pdf
from flows.report.source import normalise

LEFT, LABEL, COLUMN, HEIGHT = 40.0, 180.0, 45.0, 22.0
HEADS = ["申请人情况", "自然人", "商业企业", "科研机构", "公益组织", "法律服务机构", "其他", "总计"]


def pdf(*pages: list[list[str]]) -> bytes:
    """A file with a ruled table on each page."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for rows in pages:
        canvas.setFont("STSong-Light", 6.5)
        top = A4[1] - 60
        edges = [LEFT, *(LEFT + LABEL + COLUMN * number for number in range(len(HEADS)))]
        for number, row in enumerate(rows):
            for cell, edge in zip(row, edges, strict=False):
                canvas.drawString(edge + 3, top - HEIGHT * number - 14, cell)
        canvas.grid(edges, [top - HEIGHT * number for number in range(len(rows) + 1)])
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("blank", ["-", "——", "/"])
def test_headings_printed_again_are_no_rest_of_the_row_above(blank: str) -> None:
    first = [HEADS, ["一、本年新收政府信息公开申请数量", "3", "1", *[blank] * 4, "4"]]
    second = [HEADS, ["四、结转下年度继续办理", "0", "0", *[blank] * 4, "0"]]
    facts = {fact.key: fact for fact in extract(normalise(read_pdf(pdf(first, second)))).facts}
    assert facts["requests.received|total"].value == 4
    assert facts["requests.received|research"].state == "not_applicable"
    assert facts["requests.received|research"].raw == blank
    assert facts["requests.carried_out|total"].value == 0
