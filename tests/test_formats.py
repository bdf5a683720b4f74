"""The formats: documents of every era read right, and nothing that a file can hold breaks the reader."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.edge import ocr, office
from flows.edge.divisions import load_divisions
from flows.edge.pictures import pictures_beside
from flows.reader import read_original
from flows.report.errors import UnreadableError
from flows.report.formats import is_image, read_source
from flows.report.read import read_report
from flows.report.source import TABLE, Source, normalise
from flows.report.types import Document as ReadDocument
from flows.report.types import Report
from tests.generate.accuracy import score
from tests.generate.accuracy_formats import ERAS, FLOORS, NAMES, format_document, is_low, measure_formats
from tests.generate.document import Document
from tests.generate.formats import MEDIA_TYPES, SHAPED, compose_format, packed_docx, zipped
from tests.generate.generate import document, specification
from tests.running import SOON

SEED = 20240131
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def generated(name: str, number: int, era: str = "", layout: str = "") -> Document:
    eras = [era] if era else ["2014", "2019", "2021"]
    spec = specification(SEED, number, eras, [layout] if layout else SHAPED, ["none"])
    return compose_format(spec, name)


def read(data: bytes, media_type: str | None = None) -> Report:
    return read_report(data, media_type=media_type, divisions=load_divisions())


def content(data: bytes) -> ReadDocument:
    return normalise(read_source(data).source)


def cells(data: bytes) -> list[list[list[str | None]]]:
    return [
        [[None if cell is None else cell.text for cell in row] for row in table.rows]
        for table in content(data).tables
    ]


def reason(data: bytes, media_type: str | None = None) -> str:
    report = read(data, media_type)
    assert report.kind == "unreadable"
    assert report.reason
    return report.reason


# --- what is printed is read --------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_documents_of_every_era(name: str) -> None:
    """Recall and precision of every format and era, and what is known of each report."""
    floors = FLOORS["format"]
    scores = measure_formats(floors["documents"], SEED, [name])
    assert [era for _, era in scores] == list(ERAS)
    for found in scores.values():
        assert not is_low(found, floors), found.errors
        assert found.read_right > 30
        assert found.kind_share == 1.0, found.errors
        for known in ("year", "agency", "era"):
            assert found.metadata_share(known) == 1.0, found.errors


def test_pdf_pages() -> None:
    """Page numbers and running heads are gone, wrapped lines are whole, and tables are not cut."""
    numbered = 0
    for number in range(12):
        one = generated("pdf", number, "2021", "clean")
        read_document = content(one.data)
        lines = [line for line in read_document.text.split("\n") if line.strip()]
        numbered += b"/Count 1 " not in one.data
        assert not any(line.strip("—- 第页").isdigit() for line in lines), lines
        assert lines.count("政府信息公开工作年度报告") <= 1
        assert read_document.title == one.truth.title
        request_tables = [table for table in read_document.tables if len(table.rows) > 20]
        assert len(request_tables) == 1
    assert numbered


def test_pdf_without_rules() -> None:
    """Without lines the places of the counts make the cells: labels that wrap into three lines around their
    count, counts at the right, a column and a row of blanks."""
    canvas, buffer = _canvas()
    head = [(200, "本年制发件数"), (300, "本年废止件数"), (400, "现行有效件数")]
    rows = [
        (640, [(639, "规章")], ["0", "12"]),
        (600, [(612, "行政规"), (600, "范性文"), (588, "件")], ["3", "40"]),
    ]
    for place, text in [(80, "信息内容"), *head]:
        canvas.drawString(place, 670, text)
    for height, label, (first, last) in rows:
        for line, text in label:
            canvas.drawString(80, line, text)
        canvas.drawRightString(280, height, first)
        canvas.drawRightString(480, height, last)
    canvas.drawString(100, 560, "其他需要报告的事项：无。")
    canvas.save()
    assert cells(buffer.getvalue()) == [
        [
            ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
            ["规章", "0", "", "12"],
            ["行政规范性文件", "3", "", "40"],
        ]
    ]
    assert content(buffer.getvalue()).text.strip() == "其他需要报告的事项：无。"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice, to print the PDF")
def test_pdf_of_another_producer(tmp_path: Path) -> None:
    """LibreOffice prints Word tables that have no borders: text at the top left of tight cells."""
    documents = {
        f"{era}-{number}": format_document("docx", era, number, 5) for era in ERAS[1:] for number in (0, 1)
    }
    for name, one in documents.items():
        members = zipfile.ZipFile(io.BytesIO(one.data))
        # deletions are printed as long as they are tracked
        parts = [
            (part, re.sub(rb"<w:del>.*?</w:del>", b"", members.read(part))) for part in members.namelist()
        ]
        (tmp_path / f"{name}.docx").write_bytes(zipped(parts))
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'user').as_uri()}"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, tmp_path.glob("*.docx"))]
    subprocess.run(command, check=True, timeout=SOON, capture_output=True)
    read_right = 0
    for name, one in documents.items():
        one.data, one.media_type = (tmp_path / f"{name}.pdf").read_bytes(), "application/pdf"
        found = score(one)
        assert found.recall == found.precision == 1.0, found.errors
        read_right += found.read_right
    assert read_right > 500


def test_pdf_page_turned() -> None:
    """A page that its own mark turns prints the same."""
    canvas, buffer = _canvas()
    canvas.setPageRotation(90)
    for height, line in ((670, ["信息内容", "本年制发件数", "本年废止件数"]), (640, ["规章", "3", "12"])):
        for column, text in enumerate(line):
            canvas.drawString(80 + 120 * column, height, text)
    canvas.save()
    assert cells(buffer.getvalue()) == [[["信息内容", "本年制发件数", "本年废止件数"], ["规章", "3", "12"]]]


def test_pdf_letter_by_letter() -> None:
    """Every letter drawn by itself, in another order than it is read."""
    canvas, buffer = _canvas()
    letters = [
        (80 + 120 * column + 12 * at, height, char)
        for height, line in ((670, ["信息内容", "本年制发件数", "本年废止件数"]), (640, ["规章", "3", "12"]))
        for column, text in enumerate(line)
        for at, char in enumerate(text)
    ]
    Random(1).shuffle(letters)
    for x, y, char in letters:
        canvas.drawString(x, y, char)
    canvas.save()
    table = cells(buffer.getvalue())[0]
    assert table[0] == ["信息内容", "本年制发件数", "本年废止件数"]
    assert [text.replace(" ", "") for text in table[1] if text] == ["规章", "3", "12"]


def test_pdf_letters_of_no_height() -> None:
    """Found by the fuzzer: labels whose letters have no height."""
    canvas, buffer = _canvas()
    for height, line in (
        (670, ["信息内容", "本年制发件数"]),
        (640, ["规章", "3"]),
        (610, ["行政规范性文件", "4"]),
    ):
        for column, text in enumerate(line):
            canvas.setFont("STSong-Light", 12 if text.isdigit() else 0.0001)
            canvas.drawString(80 + 120 * column, height, text)
    canvas.save()
    assert read(buffer.getvalue()).kind in ("other", "unreadable")


def test_pdf_whose_fonts_hide_what_they_print() -> None:
    """Letters that are only the numbers of glyphs, as without a ToUnicode table: its pages are read as
    images where something reads these."""
    canvas, buffer = _canvas()
    for line in range(6):
        canvas.drawString(80, 700 - 20 * line, "".join(chr(0x100 + 7 * line + at) for at in range(30)))
    canvas.save()
    data = buffer.getvalue()
    refused = reason(data)
    assert "the fonts of the PDF do not say which characters they print" in refused and "OCR" in refused
    seen: list[bytes] = []

    def see(files: Sequence[bytes]) -> Source:
        seen.extend(files)
        return read_source(TABLES.data).source

    report = read_report(data, divisions=load_divisions(), recognise=see)
    assert seen == [data]
    assert {fact.method for fact in report.facts if fact.method != "text"} == {"ocr"}
    assert len(report.facts) >= len(TABLES.truth.facts)
    assert "no ToUnicode table" in report.evidence["fonts"]


def test_words_in_columns_are_no_table() -> None:
    canvas, buffer = _canvas()
    for row, line in enumerate([("姓名", "电话", "1"), ("张三", "李四", "2")]):
        for column, text in enumerate(line):
            canvas.drawString(80 + 110 * column, 700 - 20 * row, text)
    canvas.save()
    assert content(buffer.getvalue()).text == "姓名\t电话\t1\n张三\t李四\t2"


def test_scanned_pdf() -> None:
    """Pages that are images: no text, and the reason says so."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas, buffer = _canvas()
    canvas.drawImage(ImageReader(Image.new("L", (200, 280), 200)), 0, 0, 595, 842)
    canvas.save()
    source = read_source(buffer.getvalue()).source
    assert (source.text, source.image_count) == ("", 1)
    report = read(buffer.getvalue())
    assert report.kind == "unreadable"
    assert report.image_count == 1
    assert "images" in (report.reason or "")
    assert "images" in reason(b"\x89PNG\r\n\x1a\n" + bytes(100))


def test_word_parts() -> None:
    """Merges, layout tables, text boxes and tracked changes."""
    body = (
        "<w:p><w:r><w:t>标题</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框中</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:tbl>"
        '<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>'
        '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc></w:tr>'
        "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
        "<w:sdt><w:sdtContent><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt></w:tr>"
        "</w:tbl><w:p/></w:tc></w:tr></w:tbl>"
    )
    data = packed_docx(body)
    assert cells(data) == [[["甲", "乙", "乙"], ["甲", "1", "2"]]]
    assert content(data).text.split() == ["标题新", "框中"]


def test_rtf() -> None:
    """Double-byte text, Unicode escapes, merged cells."""

    def printed(text: str) -> str:
        return "".join(f"\\'{byte:02x}" for byte in text.encode("gb18030"))

    data = (
        r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}}{\info{\title x}}\f0\pard "
        + printed("某市年报")
        + r"\par\trowd\clvmgf\cellx1000\cellx2000\cellx3000\pard\intbl "
        + printed("规章")
        + r"\cell 1\cell \u19968?\cell\row\trowd\clvmrg\cellx1000\cellx3000\pard\intbl\cell 34\cell\row\pard "
        + printed("完")
        + r"\par}"
    ).encode("ascii")
    assert cells(data) == [[["规章", "1", "一"], ["规章", "34", "34"]]]
    assert content(data).text.split() == ["某市年报", "完"]


def test_page_in_one_file() -> None:
    """MHTML, which Word saves as .doc."""
    page = document(SEED, 1, ["2021"], ["clean"], ["none"])
    message = MIMEMultipart("related")
    message.attach(MIMEText(page.data.decode(page.charset or "utf-8"), "html", "utf-8"))
    saved = Document(**{name: getattr(page, name) for name in Document.__slots__})
    saved.data, saved.media_type, saved.charset = message.as_bytes(), "application/msword", None
    found = score(saved)
    assert found.recall == found.precision == 1.0, found.errors


@pytest.mark.parametrize("media_type", ["application/msword", "application/pdf", None, "text/plain"])
def test_page_under_a_wrong_name(media_type: str | None) -> None:
    page = document(SEED, 2, ["2019"], ["clean"], ["none"])
    page.media_type = media_type or ""
    found = score(page)
    assert found.recall == found.precision == 1.0, found.errors


@pytest.mark.parametrize("name", ["pdf", "docx", "xlsx", "xls"])
def test_file_under_a_wrong_name(name: str) -> None:
    one = generated(name, 3, "2021", "clean")
    for media_type in ("text/html", "application/octet-stream", "text/plain"):
        one.media_type, one.charset = media_type, "utf-8"
        assert score(one).recall == 1.0


def test_archive_of_several() -> None:
    """The report is read, what else there was is told; text and tables in two files are put together."""
    report = generated("docx", 4, "2021", "clean")
    other = zipped(
        [("附件/目录.txt", "目录".encode()), ("说明.doc", OLE + "WordDocument".encode("utf-16-le"))]
    )
    data = zipped([("其他.zip", other), ("报告.docx", report.data), ("标识.png", b"\x89PNG" + bytes(50))])
    original = read_source(data)
    assert original.evidence["archive"].startswith("read 报告.docx; not read: ")
    assert "标识.png (an image)" in original.evidence["archive"]
    assert len(original.source.shapes) == len(read_source(report.data).source.shapes)

    words = packed_docx("<w:p><w:r><w:t>某市2021年政府信息公开工作年度报告</w:t></w:r></w:p>")
    tables = packed_docx(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>规章</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>3</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    both = read_source(zipped([("表.docx", tables), ("文.docx", words)]))
    assert "年度报告" in both.source.text
    assert len(both.source.shapes) == 1
    assert both.evidence["archive"] == "read 文.docx, 表.docx"


def test_gzip() -> None:
    one = generated("docx", 5, "2021", "clean")
    one.data = gzip.compress(one.data)
    assert score(one).recall == 1.0


def test_sheet_values() -> None:
    """Whole numbers have no point, dates are no counts, hidden sheets are not printed."""
    from datetime import date

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["规章", 3.0, 17.27, date(2021, 1, 31), True])
    sheet.append(["行政规范性文件", 1234567, -4, "12", None])
    book.create_sheet("隐").append(["规章", 99])
    book["隐"].sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert cells(buffer.getvalue()) == [
        [["规章", "3", "17.27", "2021年1月31日"], ["行政规范性文件", "1234567", "-4", "12"]]
    ]


# --- what cannot be read says why ---------------------------------------------------------------


def _canvas(**options: object) -> tuple[object, io.BytesIO]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, **options)
    canvas.setFont("STSong-Light", 12)
    return canvas, buffer


def test_encrypted() -> None:
    canvas, buffer = _canvas(encrypt="secret")
    canvas.drawString(80, 700, "报告")
    canvas.save()
    assert "password" in reason(buffer.getvalue())
    assert "password" in reason(OLE + "EncryptedPackage".encode("utf-16-le"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("report.txt", "x")
    marked = packed.getvalue().replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    marked = marked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert "password" in reason(marked)


@pytest.mark.parametrize("name", ["pdf", "docx", "xlsx", "xls", "zip"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_truncated(name: str, share: float) -> None:
    """Half a file is unreadable, or gives what it still holds; it never counts as whole in silence."""
    data = generated(name, 6, "2021", "clean").data
    report = read(data[: int(share * len(data))], MEDIA_TYPES[name])
    assert report.kind != "unreadable" or report.reason


def test_bombs() -> None:
    swelling = io.BytesIO()
    with zipfile.ZipFile(swelling, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.txt", bytes(50 * 2**20))
    assert "swells" in reason(swelling.getvalue())
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(2100):
            archive.writestr(f"{number}.txt", "x")
    assert "more than 2000 members" in reason(many.getvalue())
    nested = "年报".encode()
    for _ in range(5):
        nested = zipped([("a.zip", nested)])
    assert "deep" in reason(nested)
    assert "unpacks to more" in reason(gzip.compress(bytes(101 * 2**20)))
    doctype = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">]><w:document xmlns:w="w">&a;</w:document>'
    assert "document type" in reason(zipped([("word/document.xml", doctype.encode())]))
    deep = "<w:tbl><w:tr><w:tc>" * 3000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3000
    assert "deep" in reason(packed_docx(deep))
    wide = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="100000"/></w:tcPr><w:p/></w:tc></w:tr>'
    assert read(packed_docx(f"<w:tbl>{wide * 3}</w:tbl>")).kind == "other"


def test_nothing_in_it() -> None:
    canvas, buffer = _canvas()
    canvas.showPage()
    canvas.save()
    assert "prints nothing" in reason(buffer.getvalue())
    assert "empty" in reason(b" \r\n ")
    assert "holds no document" in reason(zipped([]))
    assert "no charset fits" in reason(b"\x00\x01\x02\xff" * 400)
    assert "broken" in reason(b"%PDF-1.7\nnothing more")


def test_a_text_of_more_cells_than_a_report() -> None:
    row = "一、本年新收政府信息公开申请数量|1|0|0|0|0|0|1\n"
    assert "more than 100000 bars, tabs and commas" in reason((row * 15_000).encode())
    assert read((row * 20).encode()).kind != "unreadable"


def test_refused_formats() -> None:
    assert "RAR" in reason(b"Rar!\x1a\x07\x00" + bytes(40))
    assert "OFD" in reason(zipped([("OFD.xml", b"<ofd/>")]))
    assert "PPTX" in reason(zipped([("ppt/presentation.xml", b"<p/>")]))
    assert "neither a Word document nor a workbook" in reason(OLE)


def test_ofd_with_a_path_that_breaks_off() -> None:
    """A drawing command without its last numbers ends the path, and no more is lost."""
    whole = generated("ofd", 11, "2021", "clean")
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    cut = b"<ofd:AbbreviatedData>M 1</ofd:AbbreviatedData>"
    broken = [
        (name, re.sub(rb"<ofd:AbbreviatedData>[^<]*</ofd:AbbreviatedData>", cut, data, count=1))
        for name, data in members
    ]
    assert broken != members
    assert len(read(zipped(broken)).facts) > 100


def test_far_cells() -> None:
    """A cell at the far end of a sheet makes no room for all between."""
    import openpyxl
    import xlwt

    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1
    buffer = io.BytesIO()
    book.save(buffer)
    assert "row 1048576" in reason(buffer.getvalue())
    old = xlwt.Workbook()
    old.add_sheet("a").write(65535, 255, 1)
    buffer = io.BytesIO()
    old.save(buffer)
    assert "row 65536" in reason(buffer.getvalue())


def test_too_many_pages() -> None:
    canvas, buffer = _canvas()
    for _ in range(301):
        canvas.drawString(80, 700, "1")
        canvas.showPage()
    canvas.save()
    assert "301 pages" in reason(buffer.getvalue())


# --- old Word files -----------------------------------------------------------------------------

DOC = OLE + "WordDocument".encode("utf-16-le")


def test_old_word_without_a_converter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no converter" in reason(DOC)
    with pytest.raises(UnreadableError, match="neither antiword nor LibreOffice is installed"):
        office.doc_to_source_bytes(DOC)
    report = read_report(DOC, divisions=load_divisions(), convert=office.doc_to_source_bytes)
    assert report.reason == "old Word file (.doc): neither antiword nor LibreOffice is installed"


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_old_word_through_a_converter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = generated("docx", 7, "2021", "clean")
    (tmp_path / "made.docx").write_bytes(one.data)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    _program(tmp_path, "soffice", f"cp {tmp_path}/made.docx original.docx")
    report = read_report(DOC, divisions=load_divisions(), convert=office.doc_to_source_bytes)
    assert report.facts
    assert report.evidence["format"] == "DOC, converted to DOCX"


def test_converter_that_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is ended with all it started, and the second converter is asked."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(office, "SECONDS", 0.5)
    _program(tmp_path, "soffice", f"sleep 600 & echo $! > {tmp_path}/child; wait")
    _program(tmp_path, "antiword", "exit 3")
    with pytest.raises(
        UnreadableError, match=r"LibreOffice took more than 0\.5 seconds; antiword ended with code 3"
    ):
        office.doc_to_source_bytes(DOC)
    child = int((tmp_path / "child").read_text())
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
    _program(tmp_path, "antiword", "echo 某市2021年政府信息公开工作年度报告")
    assert "年度报告" in office.doc_to_source_bytes(DOC).decode()


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="needs LibreOffice, to make a .doc and to read it"
)
def test_old_word_file(tmp_path: Path) -> None:
    page = document(SEED, 8, ["2021"], ["clean"], ["none"])
    (tmp_path / "a.html").write_bytes(page.data)
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'user').as_uri()}"]
    command += ["--infilter=HTML (StarWriter)", "--convert-to", "doc:MS Word 97", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "a.html")], check=True, timeout=SOON, capture_output=True)
    data = (tmp_path / "a.doc").read_bytes()
    report = read_report(data, divisions=load_divisions(), convert=office.doc_to_source_bytes)
    facts = {(fact.indicator, fact.applicant): fact.value for fact in report.facts}
    assert all(facts[key] == known.value for key, known in page.truth.facts.items())


# --- images -------------------------------------------------------------------------------------


def test_scanned_report_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    data = b"\x89PNG\r\n\x1a\n" + bytes(100)
    report = read_report(data, divisions=load_divisions(), recognise=ocr.recognise)
    assert report.kind == "unreadable"
    assert "its tables are images: reading them needs the extra `ocr`" in (report.reason or "")


TABLES = generated("docx", 12, "2021", "clean")


def _drawn(files: Sequence[bytes]) -> Source:
    """What OCR would make of images of a report's tables: the tables, and nothing else."""
    assert files
    assert all(is_image(data) for data in files)
    whole = read_source(TABLES.data).source
    tables = whole.text.split(TABLE)[1::2]
    return Source(TABLE + f"{TABLE}\n{TABLE}".join(tables) + TABLE, whole.shapes, image_count=len(files))


def _picture(side: int = 40) -> bytes:
    import random

    from PIL import Image

    buffer = io.BytesIO()
    grain = random.Random(side).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), grain).save(buffer, "PNG")
    return buffer.getvalue()


def _page_with(image: str) -> bytes:
    """A report whose tables are an image."""
    title = TABLES.truth.title
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>一、总体情况</p>"
        f"<p>本机关按照条例的规定做好政府信息公开工作。</p><p>二、主动公开政府信息情况</p>{image}</body></html>"
    ).encode()


def _check_drawn(report: Report) -> None:
    facts = {(fact.indicator, fact.applicant): fact for fact in report.facts}
    for key, known in TABLES.truth.facts.items():
        assert facts[key].value == known.value, key
        assert facts[key].method == "ocr"
    assert not [finding for finding in report.findings if finding.rule.startswith("tables.")]


def test_table_image_in_a_page() -> None:
    """An image in its own address is read; what the page says in words is not said to be of OCR."""
    data = _page_with(
        f'<img src="data:image/png;base64,{b64encode(_picture()).decode()}"><p>没有收取费用。</p>'
    )
    report = read_report(data, divisions=load_divisions(), recognise=_drawn)
    _check_drawn(report)
    assert {fact.method for fact in report.facts if fact.indicator == "fees.collected"} <= {"narrative"}


def test_table_image_beside_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A saved page's images lie in a folder of its own; nothing outside the page's folder is opened."""
    folder = tmp_path / "saved"
    (folder / "报告_files").mkdir(parents=True)
    (folder / "报告_files" / "a b.png").write_bytes(_picture())
    (tmp_path / "secret.png").write_bytes(_picture(50))
    page = folder / "报告.html"
    page.write_bytes(
        _page_with(
            '<img src="./报告_files/a%20b.png"><img src="../secret.png"><img src="http://a.example/b.png">'
        )
    )
    monkeypatch.setattr(ocr, "recognise", _drawn)
    _check_drawn(read_original(page.read_bytes(), str(page), "text/html", "utf-8"))
    images = ["./报告_files/a%20b.png", "../secret.png", "http://a.example/b.png", "/etc/hostname"]
    assert pictures_beside(str(page), images) == [_picture()]
    assert pictures_beside(page.as_uri(), images) == [_picture()]
    assert pictures_beside("http://a.example/报告.html", images) == []


def test_table_images_handed_in() -> None:
    """The parse stage hands in the images that were fetched with a page."""
    report = read_report(
        _page_with('<img src="/a/1.png">'),
        divisions=load_divisions(),
        recognise=_drawn,
        images=lambda addresses: [_picture()] if addresses == ["/a/1.png"] else [],
    )
    _check_drawn(report)


def test_table_image_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    data = _page_with(f'<img src="data:image/png;base64,{b64encode(_picture()).decode()}">')
    report = read_report(data, divisions=load_divisions(), recognise=ocr.recognise)
    assert report.kind == "annual_report"
    assert [finding.rule for finding in report.findings if finding.rule.startswith("tables.")] == [
        "tables.absent"
    ]
    assert "extra `ocr`" in report.evidence["images"]


def test_table_images_in_files() -> None:
    """In Word files, one-file pages and archives."""
    title = TABLES.truth.title
    body = (
        f"<w:p><w:r><w:t>{title}</w:t></w:r></w:p><w:p><w:r><w:t>二、主动公开政府信息情况</w:t></w:r></w:p>"
        '<w:p><w:r><w:drawing><a:blip xmlns:a="a"/></w:drawing></w:r></w:p>'
    )
    members = zipfile.ZipFile(io.BytesIO(packed_docx(body)))
    word = zipped(
        [(name, members.read(name)) for name in members.namelist()] + [("word/media/image1.png", _picture())]
    )
    message = MIMEMultipart("related")
    message.attach(MIMEText(_page_with('<img src="cid:a">').decode(), "html", "utf-8"))
    message.attach(MIMEImage(_picture()))
    text = f"{title}\n二、主动公开政府信息情况".encode()
    for data in (word, message.as_bytes(), zipped([("报告.txt", text), ("表.png", _picture())])):
        _check_drawn(read_report(data, divisions=load_divisions(), recognise=_drawn))
    images = zipped([("1.png", _picture()), ("2.png", _picture(41))])
    assert read_source(images).pictures == [_picture(), _picture(41)]
    assert "images" in reason(images)


# --- bounds -------------------------------------------------------------------------------------

_ROW = "<tr>" + "<td>0</td>" * 10 + "</tr>"
PAGES: dict[str, Callable[[], str]] = {
    "deep": lambda: "<html>" + "<div>" * 100_000 + "x",
    "deep and closed": lambda: "<html>" + "<section>" * 50_000 + "x" + "</section>" * 50_000,
    "tables in tables": lambda: "<html>" + "<table><tr><td>" * 5000 + "x",
    "wide": lambda: "<html><table>" + "<tr><td colspan=100000>1</td></tr>" * 3000 + "</table>",
    "wide and tall": lambda: (
        "<html><table>" + "<tr><td colspan=100000 rowspan=100000>1</td></tr>" * 5000 + "</table>"
    ),
    "10,000 rows": lambda: f"<html><table>{_ROW * 10_000}</table>",
    "20 MB of cells": lambda: "<html><table>" + f"<tr>{'<td>申请12件</td>' * 8}</tr>" * 130_000 + "</table>",
    "20 MB of text": lambda: "<html><p>" + "本机关主动公开政府信息12条，受理申请3件。" * 330_000,
    "many tables": lambda: "<html>" + "<table><tr><td>规章</td><td>1</td></tr></table>" * 20_000,
}
_READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
from flows.edge.divisions import load_divisions
from flows.report.read import read_report
print(read_report(sys.stdin.buffer.read(), media_type="text/html", divisions=load_divisions()).kind)
"""


@pytest.mark.parametrize("name", PAGES)
def test_bounds_of_pages(name: str) -> None:
    """Within two GB of address space; the timeout is there only to end a reader that hangs."""
    data = PAGES[name]().encode()
    done = subprocess.run([sys.executable, "-c", _READ], input=data, capture_output=True, timeout=SOON)
    assert done.stdout.decode().strip() in ("other", "unreadable"), done.stderr.decode()[-500:]


@pytest.mark.parametrize("tag", ["p", "td", "li"])
def test_unclosed_tags_are_no_depth(tag: str) -> None:
    """Old pages leave out end tags, which nests nothing."""
    page = f"<html><body>某市2021年政府信息公开工作年度报告<table><tr>{f'<{tag}>甲' * 25_000}"
    assert "甲" in read_source(page.encode()).source.text


# --- fuzz ---------------------------------------------------------------------------------------


def _samples() -> list[bytes]:
    samples = [generated(name, 9, "2021", "clean").data for name in MEDIA_TYPES]
    samples.append(generated("pdf", 10, "2019", "clean").data)
    samples.append(document(SEED, 3, ["2021"], ["clean"], ["none"]).data)
    samples.append(rb"{\rtf1\ansi\ansicpg936\pard a\par\trowd\cellx900\cellx1800 \intbl 1\cell 2\cell\row}")
    message = MIMEMultipart("related")
    message.attach(MIMEText("<html><table><tr><td>1</td></tr></table>", "html", "utf-8"))
    samples += [message.as_bytes(), DOC, OLE]
    return samples


SAMPLES = _samples()
SIGNATURES = [
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    OLE[:8],
    b"{\\rtf1",
    b"\x1f\x8b\x08",
    b"MIME-Version: 1.0\n",
    b"<html>",
]
fuzzed = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def _survives(data: bytes) -> None:
    try:
        original = read_source(data)
    except UnreadableError as error:
        assert str(error)
    else:
        normalise(original.source)


@fuzzed
@given(st.sampled_from(SIGNATURES), st.binary(max_size=600))
def test_random_bytes(signature: bytes, data: bytes) -> None:
    _survives(signature + data)


@fuzzed
@given(st.sampled_from(range(len(SAMPLES))), st.integers(0, 2**32), st.integers(1, 30))
def test_mutated_files(number: int, seed: int, changes: int) -> None:
    """Bytes changed, cut out, doubled."""
    rng = Random(seed)
    data = bytearray(SAMPLES[number])
    for _ in range(changes):
        at = rng.randrange(len(data))
        match rng.randrange(4):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randrange(1, 60)]
            case 2:
                data[at:at] = data[at : at + rng.randrange(1, 60)]
            case _:
                data[at : at + 4] = rng.randbytes(4)
        if not data:
            break
    _survives(bytes(data))


PACKED = {name: generated(name, 11, "2021", "clean").data for name in ("docx", "xlsx", "odt", "ofd")}


@fuzzed
@given(st.sampled_from(list(PACKED)), st.integers(0, 2**32), st.integers(1, 12))
def test_mutated_members(name: str, seed: int, changes: int) -> None:
    """Changes within the XML parts, which the packing's checksum would hide."""
    rng = Random(seed)
    packed = zipfile.ZipFile(io.BytesIO(PACKED[name]))
    members = [(info.filename, bytearray(packed.read(info))) for info in packed.infolist()]
    for _ in range(changes):
        _, part = rng.choice(members)
        at = rng.randrange(len(part))
        if rng.random() < 0.5:
            part[at] = rng.choice(b'<>/"=0123456789Aw: ')
        else:
            other = rng.randrange(len(part))
            part[at : at + 40] = part[other : other + 40]
    _survives(zipped([(filename, bytes(part)) for filename, part in members]))
