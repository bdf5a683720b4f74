"""Printed numbers: what a table cell says, as a value with its state, qualifier and unit.

A cell is read whole. It gives a value only where one number is certain; whatever else it holds keeps
its own state (`blank`, `not_applicable`, `text`, `illegible`), so that nothing unread becomes a zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from flows.report.types import Number, Qualifier

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {
    c: n for n, c in enumerate("〇壹贰叁肆伍陆柒捌玖")
}
_DIGITS |= {"○": 0, "两": 2, "弍": 2}
_TENS = {"廿": 20, "卅": 30}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_SCALES = {"百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_NUMERALS = "".join([*_DIGITS, *_TENS, *_PLACES, "万萬亿億"])

_MONEY = {"元": 1, "万元": 10**4, "亿元": 10**8}

UNITS = (
    "人次|人/次|件次|元|件|条|次|个|人|项|篇|宗|起|份|封|例|场|期|部|处|家|册|本|张|户|批|笔|则|幅|名|位"
    "|单|桩|类|款|通"
)
"""The units printed after a number, longest first, as a regular expression alternation."""

_MAX_EXACT = 2**53
_CACHED_LENGTH = 64

_AT_LEAST = frozenset({"超过", "超", "逾", "不少于", "至少", "多达", "余", "多", "几", "来", "以上"})
_ABOUT = frozenset({"约", "大约", "约为", "将近", "接近", "近", "不足", "不到", "左右", "上下"})

# Full-width forms and the spellings of one sign, folded before a cell is read
_FOLD = str.maketrans(
    "０１２３４５６７８９，．（）＋－−–／＼＊％＃？！：；　\xa0\u2007\u2009\u202f",
    "0123456789,.()+---/\\*%#?!:;     ",
    "\u200b\u200c\u200d\ufeff\u2060",
)

_NOT_APPLICABLE = re.compile(
    r"[-/\\*—―‐‑─ー_]+|\(?(?:[县市区乡镇本]级)?(?:无此(?:项目?|内容|类|类信息|类事项|业务|情况|权限)|不适用)\)?"
)
_ILLEGIBLE = re.compile(r"[\ufffd□?]|#(?:REF|VALUE|DIV|N/A|NAME|NUM|NULL|#)")

_LOST_BLANKS = re.compile(r"\?\d+\?")
_NUMBER = re.compile(
    rf"""
    (?:共计|共有|共|合计|总计|总数|计)?:?\ *
    (?P<before>大约|约为|约|将近|接近|近|超过|超|逾|不少于|至少|多达|不足|不到)?\ *
    (?P<sign>[+-]|↑|↓|新增加?|增加?|减少?)?\ *
    (?:人民币|[¥￥])?\ *
    (?:
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d{{1,3}}(?:\ \d{{3}})+|\d+)(?P<fraction>\.\d+)?
      | (?P<words>[{_NUMERALS}]+)
    )
    \ *(?P<more>余|多|几|来)?
    (?P<scale>百万|千万|百|千|万|亿)?
    (?P<more_scaled>余|多)?
    \ *(?P<unit>{UNITS})?
    (?P<more_unit>余|多)?
    (?P<after>以上|左右|上下)?
    (?P<rest>.*)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
# A note may follow the number; a note that holds a number of its own must say that it is a part
_NOTE = re.compile(
    r"""\s*(?:
        \(.*\)? | [\[【〔{].*
      | [,;。]?(?:其中|含|包括|包含).*
      | [,;:。]?[\u4e00-\u9fff“《][^\d]* | 。
    )""",
    re.VERBOSE | re.DOTALL,
)
_NOT_A_COUNT = re.compile(
    r"\s*(?:[%‰℃℅]|年|月|日|时|分|秒|点|倍|、|号|楼|度|成|折|届|工作日|小时|星期|周|\)|[A-Za-z])"
)
_HAS_DIGIT = re.compile(r"\d")
_UNIT_IN_BRACKETS = re.compile(rf"\((?:单位:)?([万亿]?元|{UNITS})\)")

_BLANK = Number(None, "blank")
_ABSENT = Number(None, "not_applicable")
_TEXT = Number(None, "text")
_UNREADABLE = Number(None, "illegible")


def read_chinese_numeral(text: str) -> int | None:
    """The value of a numeral written in Chinese characters, None where it is none or not certain.

    Both ways of writing are read: by place (一百零三) and digit by digit (二〇一七). Spoken short forms
    (一百三 for 130) and pairs that mean "a few" (三四, 三五) are not certain.
    """
    if not text:
        return None
    if len(text) > 1 and all(c in _DIGITS for c in text):
        if _DIGITS[text[0]] == 0 or len(text) > 15:
            return None
        if len(text) == 2 and _DIGITS[text[1]]:
            return None
        return int("".join(str(_DIGITS[c]) for c in text))
    total = 0
    rest = text
    for marks, scale in (("亿億", 10**8), ("万萬", 10**4)):
        place = max(rest.find(mark) for mark in marks)
        if place < 0:
            continue
        amount = _below_ten_thousand(rest[:place], leading=total == 0)
        if not amount:
            return None
        total += amount * scale
        rest = rest[place + 1 :]
    if not rest:
        return total or None
    amount = _below_ten_thousand(rest, leading=total == 0)
    return None if amount is None else total + amount


def _below_ten_thousand(text: str, *, leading: bool) -> int | None:
    """Thousands, hundreds, tens and units in falling order, a zero standing for each gap. What follows
    a 万 or 亿 (`leading` false) starts with its thousands or with that zero."""
    if leading and text in _DIGITS:
        return _DIGITS[text]
    total = 0
    lowest = 10**4
    digit: int | None = None
    zero = False
    for index, char in enumerate(text):
        if char in _DIGITS:
            if (
                digit is not None
                or (zero and not _DIGITS[char])
                or (index == 0 and leading and not _DIGITS[char])
            ):
                return None
            if _DIGITS[char]:
                digit = _DIGITS[char]
            else:
                zero = True
            continue
        if char in _TENS:
            place, amount = 10, _TENS[char]
            if digit is not None:
                return None
        elif char in _PLACES:
            place = _PLACES[char]
            if digit is None and (place != 10 or index or not leading):
                return None
            amount = (1 if digit is None else digit) * place
        else:
            return None
        adjacent = place * 10 == lowest or (index <= 1 and leading)
        if place >= lowest or adjacent == zero:
            return None
        total += amount
        lowest, digit, zero = place, None, False
    if digit is None:
        return None if zero else total
    return total + digit if (lowest == 10) != zero else None


def read_number(text: str) -> Number:
    """What a table cell says. Never raises; never gives a value where the cell does not print one.

    `/`, dashes and 不适用 are `not_applicable`; white space is `blank`; damage, malformed grouping and
    two numbers in one cell are `illegible`; a lone 一 is too, for it is also typed as a dash; words, a
    lone 无 among them, are `text`. 余 and 多 make a number `at_least`, 约 and 近 `about`.
    """
    return _read_cached(text) if len(text) <= _CACHED_LENGTH else _read(text)


def _read(text: str) -> Number:
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return Number(float(int(text)), "reported")
    cell = text.translate(_FOLD).strip()
    if not cell:
        return _BLANK
    if _NOT_APPLICABLE.fullmatch(cell):
        return _ABSENT
    if cell[0] == "?" and _LOST_BLANKS.fullmatch(cell):
        # blanks of no charset on both sides
        cell = cell[1:-1]
    # What is damaged in a note does not touch the number before it
    printed = cell.partition("(")[0] if cell[0].isdigit() else cell
    if _ILLEGIBLE.search(printed) or cell in ("一", "○"):
        return _UNREADABLE
    match = _NUMBER.match(cell)
    if match is None:
        return _TEXT if not _HAS_DIGIT.search(cell) or _starts_with_words(cell) else _UNREADABLE
    rest = match["rest"]
    if match["words"]:
        if rest and not _is_bracketed(rest):
            return _TEXT
        whole = read_chinese_numeral(match["words"])
        if whole is None:
            return _TEXT
        amount = Decimal(whole)
    else:
        if rest and not _NOTE.fullmatch(rest):
            return _TEXT if _NOT_A_COUNT.match(rest) else _UNREADABLE
        if rest and _NOT_A_COUNT.match(rest):
            return _TEXT
        digits = match["digits"].replace(",", "").replace(" ", "")
        if len(digits) > 16 or (len(digits) < len(match["digits"]) and digits[0] == "0"):
            return _UNREADABLE
        amount = Decimal(digits + (match["fraction"] or ""))
    return _as_number(match, amount)


_read_cached = lru_cache(maxsize=16384)(_read)


def read_numbers(texts: Sequence[str]) -> list[Number]:
    """What each of many cells says, as `read_number` has it."""
    if max(map(len, texts), default=0) <= _CACHED_LENGTH:
        return [*map(_read_cached, texts)]
    return [*map(read_number, texts)]


def _as_number(match: re.Match[str], amount: Decimal) -> Number:
    scale, unit = match["scale"], match["unit"]
    if unit is None and (named := _UNIT_IN_BRACKETS.match(match["rest"].lstrip())):
        unit = named[1]
    if unit == "元" and scale in ("万", "亿"):
        unit = f"{scale}元"
    elif scale:
        amount *= _SCALES[scale]
    if match["sign"] and match["sign"][0] in "-↓减":
        amount = -amount
    if abs(amount) > _MAX_EXACT:
        return _UNREADABLE
    said = {match[name] for name in ("before", "more", "more_scaled", "more_unit", "after")} - {None}
    qualifier: Qualifier = "exact"
    if said & _AT_LEAST:
        qualifier = "at_least"
    elif said & _ABOUT:
        qualifier = "about"
    # The sum with zero turns -0 into 0
    return Number(float(amount) + 0.0, "reported", qualifier, unit)


def _is_bracketed(rest: str) -> bool:
    return rest.lstrip()[:1] in ("(", "[", "【", "〔")


def _starts_with_words(cell: str) -> bool:
    first = cell.lstrip("(“《[【")[:1]
    return "\u4e00" <= first <= "\u9fff" or first.isalpha()


def in_unit(number: Number, unit: str) -> Number:
    """A sum of money in another unit (元, 万元, 亿元), exactly: 17.27 万元 is 172700 元. A number with no
    unit printed, and one that is no money, stays as it is."""
    if number.value is None or number.unit not in _MONEY or unit not in _MONEY or number.unit == unit:
        return number
    amount = Decimal(repr(number.value)) * _MONEY[number.unit] / _MONEY[unit]
    return replace(number, value=float(amount), unit=unit)
