"""Table 1 printed as names and values."""

from __future__ import annotations

import pytest

from flows.report.extract import Extraction, extract
from flows.report.html import read_html
from flows.report.source import Source, normalise

EXPECTED = {
    "active.rules.issued": 0,
    "active.rules.repealed": 0,
    "active.rules.in_force": 2,
    "active.normative_documents.issued": 3,
    "active.normative_documents.repealed": 1,
    "active.normative_documents.in_force": 15,
    "active.licensing.decisions": 1234,
    "active.fees.amount": 12.5,
}
ROWS = (
    ("规章", (("本年制发件数", "0"), ("本年废止件数", "0"), ("现行有效件数", "2"))),
    ("行政规范性文件", (("本年制发件数", "3"), ("本年废止件数", "1"), ("现行有效件数", "15"))),
    ("行政许可", (("本年处理决定数量", "1,234"),)),
    ("行政事业性收费", (("本年收费金额（单位：万元）", "12.5"),)),
)


def _lines(mark: str, unit: str, end: str) -> str:
    return "\n".join(
        subject + " " + "".join(f"{name}{mark}{value}{unit}{end}" for name, value in pairs)
        for subject, pairs in ROWS
    )


def _figures(extraction: Extraction) -> dict[str, float | None]:
    return {fact.indicator: fact.value for fact in extraction.facts}


@pytest.mark.parametrize(
    ("mark", "unit", "end"),
    [("：", "", " "), (": ", "", "，"), ("：\n", "", "\n"), ("", "", "；"), ("\n", "", "\n")],
)
def test_pairs_in_lines(mark: str, unit: str, end: str) -> None:
    text = _lines(mark, unit, end)
    found = extract(normalise(Source(text)))
    assert _figures(found) == EXPECTED
    assert found.era == "2021"
    for fact in found.facts:
        assert fact.start is not None
        assert text[fact.start : fact.end] == fact.raw


def _rows_of(kind: str) -> str:
    rows = ""
    for subject, pairs in ROWS:
        if kind == "beside":
            rows += f"<tr><td>{subject}{''.join(f'<td>{name}<td>{value}' for name, value in pairs)}</tr>"
        elif kind == "below":
            rows += f"<tr><td colspan=2>{subject}</tr>"
            rows += "".join(f"<tr><td>{name}<td>{value}</tr>" for name, value in pairs)
        elif kind == "spanned":
            for at, (name, value) in enumerate(pairs):
                first = f"<td rowspan={len(pairs)}>{subject}" if not at else ""
                rows += f"<tr>{first}<td>{name}<td>{value}</tr>"
        elif kind == "in one cell":
            rows += f"<tr><td>{subject}{''.join(f'<td>{name}：{value}' for name, value in pairs)}</tr>"
        else:
            rows += "".join(f"<tr><td>{subject}{name}<td>{value}</tr>" for name, value in pairs)
    return rows


@pytest.mark.parametrize("kind", ["beside", "below", "spanned", "in one cell", "joined"])
def test_pairs_in_tables(kind: str) -> None:
    found = extract(normalise(read_html(f"<table>{_rows_of(kind)}</table>".encode())))
    assert _figures(found) == EXPECTED
    assert found.unmapped == []


def test_sentences_are_no_table() -> None:
    text = "本年处理决定数量按许可和处罚分列。行政许可本年处理决定数量12件。现行有效件数见附表。"
    assert _figures(extract(normalise(Source(text)))) == {}


def test_a_name_printed_twice_decides_nothing() -> None:
    """This year's and last year's."""
    twice = _lines("：", "", " ") + "\n行政许可 本年处理决定数量：9"
    found = _figures(extract(normalise(Source(twice))))
    assert found == {name: value for name, value in EXPECTED.items() if name != "active.licensing.decisions"}
