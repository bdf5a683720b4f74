"""What the largest and the most malicious documents cost: CPU seconds and memory at its peak.

    python -m tests.bounds

Each document is read by a process of its own. `tests/test_formats.py` holds smaller ones to their bounds.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

from tests.generate.formats import packed_docx, zipped

_ROW = "<tr>" + "<td>0</td>" * 10 + "</tr>"
_READ = """
import resource, sys, time
from flows.edge import ocr
from flows.edge.divisions import load_divisions
from flows.report.read import read_report
data = sys.stdin.buffer.read()
divisions = load_divisions()
before = resource.getrusage(resource.RUSAGE_SELF)
report = read_report(data, divisions=divisions, recognise=ocr.recognise)
after = resource.getrusage(resource.RUSAGE_SELF)
taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(f"{len(data) / 1e6:9.2f} {taken:7.2f} {after.ru_maxrss / 1024:8.0f}  {report.kind}: {(report.reason or '')[:90]}")
"""


def _pdf(pages: int) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for number in range(pages):
        canvas.drawString(80, 700, str(number))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _dense_pdf() -> bytes:
    """Three hundred pages full of counts in columns: the most that the reader of open tables gets."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for _ in range(300):
        for line in range(100):
            canvas.drawString(20, 820 - 8 * line, "  12" * 45)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _workbook(rows: int, columns: int) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for _ in range(rows):
        sheet.append([1] * columns)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _swelling(name: str, size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return buffer.getvalue()


def _picture(side: int) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("1", (side, side), 1).save(buffer, "PNG")
    return buffer.getvalue()


def _word_rows(count: int) -> bytes:
    cell = "<w:tc><w:p><w:r><w:t>规章</w:t></w:r></w:p></w:tc>"
    return packed_docx(f"<w:tbl>{f'<w:tr>{cell * 6}</w:tr>' * count}</w:tbl>")


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "page: 100 MB of text": lambda: (
        "<html><p>" + "本机关主动公开政府信息12条，受理申请3件。" * 1_700_000
    ).encode(),
    "page: 100 MB of cells": lambda: (
        f"<html><table>{'<tr>' + '<td>申请12件</td>' * 8 + '</tr>'}".encode() * 600_000
    ),
    "page: 10,000 rows": lambda: f"<html><table>{_ROW * 10_000}</table>".encode(),
    "page: 100,000 open tags": lambda: ("<html>" + "<div>" * 100_000 + "x").encode(),
    "page: 5,000 tables in tables": lambda: ("<html>" + "<table><tr><td>" * 5000 + "x").encode(),
    "page: colspan=100000, 3,000 times": lambda: (
        "<html><table>" + "<tr><td colspan=100000 rowspan=100000>1</td></tr>" * 3000 + "</table>"
    ).encode(),
    "plain text: 100 MB": lambda: "规章 1 2 3\n".encode() * 7_000_000,
    "plain text: 4 million bars": lambda: "规章|1|2|3\n|||4|5|6|7|8|9\n".encode() * 360_000,
    "PDF: 10,000 pages": lambda: _pdf(10_000),
    "PDF: 300 pages of counts": _dense_pdf,
    "XLSX: a million cells": lambda: _workbook(10_000, 100),
    "XLSX: 100,000 cells": lambda: _workbook(10_000, 10),
    "DOCX: 10,000 rows": lambda: _word_rows(10_000),
    "DOCX: swells to 1 GB": lambda: _swelling("word/document.xml", 2**30),
    "ZIP: swells to 1 GB": lambda: _swelling("report.txt", 2**30),
    "ZIP of ZIPs": lambda: zipped([("a.zip", zipped([("b.zip", _swelling("c.txt", 2**26))]))] * 20),
    "image: 20,000 × 20,000 pixels": lambda: _picture(20_000),
}


def main() -> None:
    print(f"{'document':36} {'MB':>9} {'CPU s':>7} {'MB peak':>8}")
    for name, make in DOCUMENTS.items():
        done = subprocess.run([sys.executable, "-c", _READ], input=make(), capture_output=True, timeout=600)
        failure = done.stderr.decode()[-300:]
        print(
            f"{name:36} {done.stdout.decode().rstrip() or f'ended with {done.returncode}: {failure}'}",
            flush=True,
        )


if __name__ == "__main__":
    main()
