"""Printed numbers: every way of printing one, and all that is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.report.number import in_unit, read_chinese_numeral, read_number
from flows.report.types import Number, Qualifier, State

FULL_WIDTH = str.maketrans("0123456789,.+-()", "０１２３４５６７８９，．＋－（）")
DIGITS = "零一二三四五六七八九"
UNITS = ["件", "条", "次", "个", "人", "人次", "项", "篇", "元", "万元", "亿元", "宗", "起", "份", "封"]
COUNTS = st.integers(min_value=0, max_value=10**9)


def spell(number: int) -> str:
    """A number in Chinese characters, by place: 一百零三."""
    if number == 0:
        return "零"
    out = ""
    for scale, mark in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, number = divmod(number, scale)
        if part:
            gap = "零" if out and part < 1000 else ""
            out += gap + _spell_below_ten_thousand(part, first=not out) + mark
    return out


def _spell_below_ten_thousand(number: int, *, first: bool) -> str:
    out = ""
    gap = False
    for place, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            if gap and out:
                out += "零"
            out += mark if place == 10 and digit == 1 and first and not out else DIGITS[digit] + mark
        gap = not digit
    return out


@pytest.mark.parametrize(
    ("text", "value", "qualifier", "unit"),
    [
        ("0", 0, "exact", None),
        (" 12\xa0", 12, "exact", None),
        ("1,234", 1234, "exact", None),
        ("1，234", 1234, "exact", None),
        ("1 234", 1234, "exact", None),
        ("1\xa0234\u202f567", 1234567, "exact", None),
        ("1,234,567.5", 1234567.5, "exact", None),
        ("1.234", 1.234, "exact", None),
        ("３５．２", 35.2, "exact", None),
        ("5 件", 5, "exact", "件"),
        ("251000元", 251000, "exact", "元"),
        ("17.27万元", 17.27, "exact", "万元"),
        ("3.2亿元", 3.2, "exact", "亿元"),
        ("3千元", 3000, "exact", "元"),
        ("人民币3000元", 3000, "exact", "元"),
        ("9.5（万元）", 9.5, "exact", "万元"),
        ("1.2万", 12000, "exact", None),
        ("1.2万件", 12000, "exact", "件"),
        ("3600(含信箱和热线的回复)", 3600, "exact", None),
        ("3600含信箱和热线的回复", 3600, "exact", None),
        ("12(其中：网上3件)", 12, "exact", None),
        ("12件，其中网上3件", 12, "exact", "件"),
        ("40(信?答复)", 40, "exact", None),
        ("0(无)", 0, "exact", None),
        ("0（无）", 0, "exact", None),
        ("0。", 0, "exact", None),
        ("共3件", 3, "exact", "件"),
        ("+3", 3, "exact", None),
        ("-2", -2, "exact", None),
        ("－2", -2, "exact", None),
        ("−2", -2, "exact", None),
        ("-0", 0, "exact", None),
        ("增3", 3, "exact", None),
        ("减2项", -2, "exact", "项"),
        ("增加3", 3, "exact", None),
        ("减少2", -2, "exact", None),
        ("↑3", 3, "exact", None),
        ("↓2", -2, "exact", None),
        ("四", 4, "exact", None),
        ("两件", 2, "exact", "件"),
        ("一件", 1, "exact", "件"),
        ("一百零三", 103, "exact", None),
        ("廿三", 23, "exact", None),
        ("〇", 0, "exact", None),
        ("零", 0, "exact", None),
        ("十余次", 10, "at_least", "次"),
        ("十几", 10, "at_least", None),
        ("800余", 800, "at_least", None),
        ("90余篇", 90, "at_least", "篇"),
        ("30多", 30, "at_least", None),
        ("30件以上", 30, "at_least", "件"),
        ("超过500条", 500, "at_least", "条"),
        ("10余万元", 10, "at_least", "万元"),
        ("3万余元", 3, "at_least", "万元"),
        ("1万多条", 10000, "at_least", "条"),
        ("约30", 30, "about", None),
        ("近百", None, "exact", None),
        ("近100条", 100, "about", "条"),
        ("30左右", 30, "about", None),
    ],
)
def test_numbers(text: str, value: float | None, qualifier: Qualifier, unit: str | None) -> None:
    number = read_number(text)
    assert (number.value, number.qualifier, number.unit) == (value, qualifier, unit)
    assert (number.state == "reported") == (value is not None)


NO_NUMBER: dict[State, list[str]] = {
    "blank": ["", " ", "\xa0", "\u3000", "\n\t", "\u200b", "\ufeff "],
    "not_applicable": [
        *("/", "／", "//", "-", "－", "–", "---", "—", "——", "\\", "*", "＊"),
        *("无此项", "无此内容", "不适用", "县级无此项", "（县级无此项）"),
    ],
    "text": [
        *(
            "无",
            "没有",
            "件",
            "万元",
            "合计",
            "一般",
            "三公经费",
            "一次性",
            "持平",
            "增",
            "A",
            "（一）",
            "见附件2",
        ),
        *("第3项", "2020年", "3月", "50%", "20个工作日"),
        *("二百五", "一百三", "三五", "一一"),
    ],
    "illegible": [
        *("#REF!", "#VALUE!", "□", "\ufffd", "?", "？", "1?3", "一", "○", "(3)", "9" * 20),
        *(
            "12 15",
            "0 0",
            "1 2",
            "18\n126",
            "3件 5件",
            "12/15",
            "3-5",
            "增3减2",
            "+3/-2",
            "2020-01-31",
            "3万2千",
        ),
        *("1,23", "1234,567", "0,123", "1.2.3", "1,", "3."),
    ],
}


@pytest.mark.parametrize(("state", "texts"), NO_NUMBER.items())
def test_cells_without_a_number(state: State, texts: list[str]) -> None:
    assert {text: read_number(text) for text in texts} == {text: Number(None, state) for text in texts}


@given(COUNTS)
def test_plain_grouped_and_full_width(count: int) -> None:
    grouped = f"{count:,}"
    for text in (str(count), grouped, grouped.replace(",", " "), grouped.replace(",", "\xa0")):
        assert read_number(text) == Number(float(count), "reported")
        assert read_number(text.translate(FULL_WIDTH)) == Number(float(count), "reported")


@given(COUNTS, st.sampled_from(UNITS), st.sampled_from(["", " "]))
def test_unit_after_the_number(count: int, unit: str, space: str) -> None:
    assert read_number(f"{count}{space}{unit}") == Number(float(count), "reported", unit=unit)
    assert read_number(f"{count:,}{space}{unit}") == Number(float(count), "reported", unit=unit)


@given(st.integers(0, 10**12 - 1))
@example(10)
@example(10_010)
@example(100_000_010)
def test_chinese_numerals_by_place(number: int) -> None:
    assert read_chinese_numeral(spell(number)) == number
    assert read_chinese_numeral(spell(number).replace("零", "〇")) == number
    if number != 1:
        assert read_number(spell(number)) == Number(float(number), "reported")


@given(st.integers(100, 10**12))
def test_chinese_numerals_digit_by_digit(number: int) -> None:
    written = "".join(DIGITS[int(digit)] for digit in str(number))
    assert read_chinese_numeral(written) == number
    assert read_chinese_numeral(written.replace("零", "〇")) == number


@given(st.text(alphabet="零〇一二两三四五六七八九十百千万亿廿", max_size=8))
def test_a_chinese_numeral_has_one_value(text: str) -> None:
    """What is read, written out again, is read the same; what is not certain is not read."""
    value = read_chinese_numeral(text)
    if value is not None:
        assert value >= 0
        assert read_chinese_numeral(spell(value)) == value


@given(
    st.integers(1, 10**6),
    st.sampled_from(["+{}", "增{}", "增加{}", "新增{}", "↑{}"]),
    st.sampled_from(["-{}", "减{}", "减少{}", "↓{}"]),
)
def test_signs(number: int, more: str, less: str) -> None:
    assert read_number(more.format(number)).value == number
    assert read_number(less.format(number)).value == -number


@given(st.text(max_size=80))
@example("٣")
@example("³")
@example("1" * 5000)
@example("一" * 200)
def test_never_raises(text: str) -> None:
    number = read_number(text)
    assert (number.value is None) == (number.state != "reported")
    read_chinese_numeral(text)


@given(st.text(alphabet=" \t\n\r\xa0\u3000\u200b\ufeff", max_size=10))
def test_blank_is_never_zero(text: str) -> None:
    assert read_number(text) == Number(None, "blank")


@given(st.text(alphabet="0123456789,. ", min_size=1, max_size=9))
def test_malformed_digits_give_no_value(text: str) -> None:
    """Of digits, commas, points and spaces only what a printer writes is a number."""
    number = read_number(text)
    if number.value is not None:
        plain = text.strip().replace(" ", ",")
        whole, _, fraction = plain.partition(".")
        groups = whole.split(",")
        assert len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
        assert float(f"{''.join(groups)}.{fraction or 0}") == number.value


@given(st.decimals(min_value=0, max_value=10**7, places=4), st.sampled_from(["元", "万元", "亿元"]))
def test_money_converts_exactly(amount: Decimal, unit: str) -> None:
    number = read_number(f"{amount}{unit}")
    scale = {"元": 1, "万元": 10**4, "亿元": 10**8}[unit]
    assert in_unit(number, "元") == Number(float(amount * scale), "reported", unit="元")
    assert in_unit(in_unit(number, "元"), unit) == number


def test_in_unit() -> None:
    assert in_unit(read_number("17.27万元"), "元").value == 172700
    assert in_unit(read_number("3000元"), "万元").value == 0.3
    assert in_unit(read_number("约3万元"), "元") == Number(30000.0, "reported", "about", "元")
    for kept in ("3000", "5件", "/", ""):
        assert in_unit(read_number(kept), "元") == read_number(kept)
