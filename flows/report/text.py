"""Bytes → text, and text → repaired text.

Mirrors, old content systems and careless conversions damage these reports in a handful of known ways.
Each way is one pass here: it finds its damage by a cheap search, mends it, counts it by kind, and keeps
where it edited so that every character of the result can be traced to the source text. A text without
damage comes back as the very same object.

The marks below 0x20 that readers put between cells (`flows.report.source`) pass through untouched.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache

from opencc import OpenCC

from flows.report.types import EditPass

Edit = tuple[int, int, str]


# --- bytes to text ------------------------------------------------------------------------------

_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.I)
# gb18030 contains gb2312 and gbk, and pages that declare those use its characters
_CODECS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "utf8": "utf-8",
    "unicode": "utf-8",
}
_COMMON = re.compile("[的政府信息公开公開和年度报告報告工作是在有在了申请申請]")


def decode(data: bytes, charset: str | None = None) -> tuple[str, str]:
    """The text of an original and the codec that read it. `charset` is what the server declared.

    A byte order mark decides; else UTF-8 where the bytes are valid UTF-8 (no other Chinese charset is,
    by chance); else what the server or the page declares, if it fits; else gb18030 or Big5, whichever
    gives the more ordinary Chinese. What no codec fits is read with the one that loses least, its lost
    characters shown as U+FFFD.
    """
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(codec, "replace"), codec
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    candidates: list[str] = []
    declared = _META_CHARSET.search(data[:4096])
    for name in (charset, declared.group(1).decode("ascii") if declared else None):
        known = _CODECS.get(name.strip().lower(), name.strip().lower()) if name else ""
        if known and known not in candidates and _is_codec(known):
            candidates.append(known)
    for codec in candidates:
        if codec != "utf-8":
            try:
                text = data.decode(codec)
            except UnicodeDecodeError:
                continue
            if codec.startswith("gb") or _ordinary(text) >= _ordinary(data.decode("gb18030", "replace")):
                return text, codec
    readings = [
        (codec, data.decode(codec, "replace"))
        for codec in dict.fromkeys([*candidates, "gb18030", "big5hkscs", "utf-8"])
    ]
    codec, text = max(readings, key=lambda pair: _ordinary(pair[1]) - 20 * pair[1].count("\ufffd"))
    return text, codec


def _is_codec(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _ordinary(text: str) -> int:
    return len(_COMMON.findall(text[:20000]))


# --- the repaired text --------------------------------------------------------------------------


@dataclass(slots=True)
class Repaired:
    """A text after its repairs: how many of each kind, and the passes that lead back to the source."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)
    passes: list[EditPass] = field(default_factory=list)

    def apply(self, kind: str, edits: list[Edit]) -> None:
        """Make the edits (ascending, not overlapping) and record them under `kind`."""
        if not edits:
            return
        pieces: list[str] = []
        last = 0
        same_length = True
        for start, end, replacement in edits:
            pieces.append(self.text[last:start])
            pieces.append(replacement)
            last = end
            same_length = same_length and len(replacement) == end - start
        pieces.append(self.text[last:])
        self.text = "".join(pieces)
        self.counts[kind] = self.counts.get(kind, 0) + len(edits)
        if not same_length:
            self.passes.append(EditPass(edits))

    def substitute(
        self, kind: str, pattern: re.Pattern[str], mend: Callable[[re.Match[str]], str | None]
    ) -> None:
        """Edit every match for which `mend` gives another text; None leaves a match as it is."""
        edits: list[Edit] = []
        for match in pattern.finditer(self.text):
            replacement = mend(match)
            if replacement is not None and replacement != match.group():
                edits.append((match.start(), match.end(), replacement))
        self.apply(kind, edits)


def repair(text: str) -> Repaired:
    """Mend what is known to go wrong with these reports' text; see the passes below for each kind."""
    repaired = Repaired(text)
    is_ordinary = _undamaged().fullmatch(text) is not None
    if not is_ordinary and _MISREAD.search(text):
        _mend_misalignment(repaired)
    _mend_markup(repaired)
    _mend_pinyin(repaired)
    if not is_ordinary:
        _mend_lookalikes(repaired)
    if not is_ordinary or repaired.text is not text:
        _mend_script(repaired)
    _mend_width(repaired)
    _mend_punctuation(repaired)
    _mend_dates(repaired)
    return repaired


@cache
def _undamaged() -> re.Pattern[str]:
    """A text of simplified Chinese in which nothing is misread: beside signs only characters of GB 2312, and none
    that text read one byte off leaves."""
    pairs = [bytes((lead, trail)) for lead in range(0xA1, 0xF8) for trail in range(0xA1, 0xFF)]
    own = {character for pair in pairs if (character := pair.decode("gb2312", "ignore"))}
    # _mend_script takes a character for a mark of traditional script from U+3401 on
    text = "".join(sorted(own.union(map(chr, range(0x3401))).difference(map(chr, _RADICALS))))
    # a pattern of ranges is compiled five times faster than one of characters
    ranges: list[list[str]] = []
    for character in _MISREAD.sub("", text):
        if ranges and ord(character) == ord(ranges[-1][1]) + 1:
            ranges[-1][1] = character
        else:
            ranges.append([character, character])
    return re.compile("[{}]*+".format("".join(f"{re.escape(a)}-{re.escape(b)}" for a, b in ranges)))


# --- UTF-8 read as something else ---------------------------------------------------------------

# A lead byte and its continuation bytes, as Windows-1252 shows them
_TWICE = re.compile(
    r"(?:[\u00e2-\u00ef][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]{2}|[\u00c2-\u00c3][\u0080-\u00bf])+"
)
_FEWEST_TWICE = 30
"""Characters in such runs below which a text is rather one in a language with accents."""


def mend_double_encoding(text: str) -> tuple[str, int]:
    """A text whose UTF-8 bytes were read as Windows-1252 and encoded again (`æ”¿åºœ` is 政府), and how
    many runs were mended. It is done before markup is read: some of these bytes look like spaces."""
    # 政 and 公 as such text shows them: a page of Chinese without both is none of these
    if "æ" not in text and "å" not in text:
        return text, 0
    if sum(map(len, _TWICE.findall(text))) < _FEWEST_TWICE:
        return text, 0
    count = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal count
        try:
            mended = _windows_bytes(match.group()).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return match.group()
        count += 1
        return mended

    return _TWICE.sub(mend, text), count


def _windows_bytes(text: str) -> bytes:
    """Windows-1252 with its five undefined bytes passed through, as browsers read it."""
    data = bytearray()
    for character in text:
        if ord(character) < 0x100:
            data.append(ord(character))
        else:
            data += character.encode("cp1252")
    return bytes(data)


# --- GBK read one byte off ----------------------------------------------------------------------

# A line's indent is two U+3000 (A1A1 A1A1). Where one byte of it is lost, the run up to the next ASCII
# character is read one byte off: U+3000 and （ become 。 and a letter of the A8 row, and so on.
_A8_ROW = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêɑńňɡㄅ-ㄩ"
_MISREAD = re.compile(rf"[?\ufffd{_A8_ROW}]")
# Characters of the row A1: what such a run begins with when a byte of its indent was lost
_A1_ROW = "".join(bytes((0xA1, trail)).decode("gbk") for trail in range(0xA2, 0xFF))
_MISALIGNED = re.compile(
    rf"[?\ufffd]+\u3000?(?=[{re.escape(_A1_ROW)}][?\ufffd]{{0,3}}[^\x00-\x7f\u3000])|[?\ufffd]*(?=。[{_A8_ROW}])"
    rf"|[?\ufffd][a-z{_A8_ROW}]{{1,6}}\)(?=[^\x00-\x7f。、，]{{2}})"
)
_LOST_END = re.compile(
    r"[?\ufffd][！!][ \u3000]*(?:[?\ufffd](?:/p>|nbsp;?))?(?=[\s\u3000]|$|\d)|[?\ufffd](?:/p>|nbsp;)"
)
# The words of these reports that lose a byte pair when they are read one byte off, because a pair falls
# on a code that GBK does not have.
_LOSSY_WORDS = (
    *(f"（{numeral}）" for numeral in "一二三四五六七八九十"),
    *(f"（十{numeral}）" for numeral in "一四五七八九"),
    *[
        "政府信息",
        "政府",
        "信息",
        "公开",
        "公開",
        "信息公开",
        "政府信息公开",
        "组织",
        "組織",
        "工作",
        "统计",
        "年度",
        "报告",
        "申请",
        "申請",
        "提供",
        "结转政府信息",
        "新收政府信息",
        "收到政府信息",
        "公开申请",
        "不予公开",
        "主动公开",
        "十分",
        "三是",
        "二是",
        "六是",
    ],
)
# Numbers that begin a line and lose the pair between numeral and comma
_LOSSY_STARTS = {"丁": "二、", "娶": "三、", "立": "六、", "盛": "十、"}
# What a lost character with a reading in brackets can be: words of these reports, the lost one in brackets
_LOST_WORDS = {
    "chuàng": "[创]新 [创]建 [创]造 [创]优",
    "zhí": "[执]行 [执]法 [职]责 [职]能 [职]工 [职]务",
    "zhì": "[质]量 [制]定 [制]度 [制]作 [制]发",
    "tǒng": "[统]计 [统]一 [统]筹 系[统]",
    "jì": "[计]划 [继]续 [纪]律 总[计] 统[计]",
    "fā": "[发]布 [发]展 [发]挥 [发]放 [发]现 制[发]",
    "guī": "[规]范 [规]定 [规]章 [规]划 法[规]",
    "jiǎn": "[简]化 [检]查 [减]少",
    "kāi": "[开]展 [开]设 [开]通 [开]放 公[开]",
    "bào": "[报]告 [报]送 [报]道 公[报] 举[报]",
    "wǎng": "[网]站 [网]络 [网]上 [网]址",
    "zǔ": "[组]织 [组]长 [组]成",
    "lǐng": "[领]导 [领]域",
    "dǎo": "领[导] 指[导]",
    "jī": "[机]构 [机]关 [机]制",
    "gòu": "[构]建 机[构]",
    "jiàn": "[健]全 [建]立",
    "jiān": "[监]督",
    "shēn": "[申]请",
    "qǐng": "申[请] [请]示",
    "yīng": "回[应] [应]当 [应]急",
    "fù": "[复]议 答[复] 回[复]",
    "sù": "[诉]讼 投[诉] 起[诉]",
    "sòng": "诉[讼]",
    "zǒng": "[总]计 [总]体 [总]数",
    "wéi": "[维]持 [维]护",
    "jié": "[结]果 [结]转 审[结] 办[结]",
    "zhuǎn": "结[转]",
    "shù": "[数]量 [数]据 人[数] 件[数] 次[数] 答复[数] 信息[数]",
    "wù": "服[务] 事[务] 政[务] 业[务]",
    "nèi": "[内]容 [内]部",
    "xiàn": "[现]行 [现]有 发[现]",
    "qiáng": "[强]化 [强]调 加[强]",
    "xuān": "[宣]传",
    "yè": "[业]务 企[业]",
    "shè": "[设]置 [设]立 [设]施 建[设]",
    "rèn": "[认]真 确[认]",
    "què": "[确]认 [确]保 明[确]",
    "guān": "机[关] [关]切 有[关] 相[关]",
    "xué": "[学]习",
    "shí": "[实]施 落[实]",
    "jīng": "[经]费 [经]济",
    "xùn": "培[训]",
    "lǜ": "法[律]",
}
_LOST_READING = re.compile(rf"[?\ufffd]\(?([a-z{_A8_ROW}]{{1,6}})\)(?:\(\1\))*")


@cache
def _lossy() -> tuple[re.Pattern[str], dict[str, str]]:
    """How each of `_LOSSY_WORDS` comes out of misreading and realigning, where it does not come out whole."""
    mended: dict[str, str] = {}
    for word in _LOSSY_WORDS:
        data = word.encode("gb18030")
        kept = bytearray(data[:1])
        for at in range(1, len(data) - 1, 2):
            pair = data[at : at + 2]
            try:
                pair.decode("gbk")
            except UnicodeDecodeError:
                continue
            kept += pair
        kept += data[-1:]
        seen = bytes(kept).decode("gb18030", "replace")
        # a single ordinary character would be restored where it stands by right
        if seen != word and "\ufffd" not in seen and (len(seen) > 1 or _commonness(seen) == 0):
            mended.setdefault(seen, word)
    pattern = re.compile("|".join(sorted(map(re.escape, mended), key=len, reverse=True)))
    return pattern, mended


def _mend_misalignment(repaired: Repaired) -> None:
    """Runs of GBK text read one byte off (one A1 of an indent was lost) are encoded again, given their
    byte back and decoded; characters that the misreading dropped are restored where only one word of
    these reports can stand."""
    text = repaired.text
    edits: list[Edit] = []
    at = 0
    while match := _MISALIGNED.search(text, at):
        mended, end = _realign(text, match.end())
        at = max(end, match.end())
        if mended is not None:
            edits.append((match.start(), end, mended))
    repaired.apply("gbk_misalignment", edits)
    for pattern, mend in (
        (_LOST_END, lambda match: " " if match.group()[1] in "/n" else "。"),
        (_LOST_READING, _read_lost),
    ):
        if pattern.search(repaired.text):
            repaired.substitute("gbk_misalignment", pattern, mend)


def _read_lost(match: re.Match[str]) -> str | None:
    """The character that was lost before its reading, where its neighbours leave one choice."""
    before, after = match.string[: match.start()][-2:], match.string[match.end() : match.end() + 1]
    fitting = set()
    for word in _LOST_WORDS.get(match.group(1), "").split():
        lead, _, rest = word.partition("[")
        lost, _, tail = rest.partition("]")
        if before.endswith(lead) and after.startswith(tail):
            fitting.add(lost)
    return fitting.pop() if len(fitting) == 1 else None


def _realign(text: str, begin: int) -> tuple[str | None, int]:
    """The run of misread characters from `begin` read again, and where it ends; None where reading it
    again gives no better Chinese."""
    end = begin
    while end < len(text) and _in_run(text, end):
        end += 1
    run = text[begin:end].replace("?", "").replace("\ufffd", "")
    try:
        data = run.encode("gb18030")
    except UnicodeEncodeError:
        return None, end
    if len(data) != 2 * len(run):
        return None, end
    tail = ""
    following = text[end : end + 1]
    if "\x40" <= following <= "\x7e":
        data += following.encode()
        end += 1
    elif following in ("?", "\ufffd") and data[-1:] == b"\xa1":
        # the pair that was lost began with the second byte of a full stop (A1A3)
        data, tail = data[:-1], "。"
        if not _LOST_READING.match(text, end):
            end += 1
    else:
        data = data[:-1]
    realigned = (b"\xa1" + data).decode("gb18030", "replace")
    if realigned.startswith("\u3000）"):
        # （六） loses its numeral and its opening bracket's second half
        realigned = "（六）" + realigned[2:]
    elif realigned[1:2] in _LOSSY_STARTS:
        realigned = _LOSSY_STARTS[realigned[1]] + realigned[2:]
    pattern, words = _lossy()
    realigned = pattern.sub(lambda match: words[match.group()], realigned)
    if _commonness(realigned) <= _commonness(run):
        return None, end
    return realigned.lstrip("\u3000♂").replace("\ufffd", "?") + tail, end


_LOST_PAIRS = re.compile(r"[?\ufffd]{1,3}[^\x00-\x7f\ufffd\u3000]")


def _in_run(text: str, at: int) -> bool:
    """Whether a misread run goes on at `at`: it ends at ASCII, but a mark for a lost pair may stand in it."""
    if text[at] in "?\ufffd":
        return _LOST_PAIRS.match(text, at) is not None
    return text[at] > "\x7f" and text[at] != "\u3000"


def _commonness(text: str) -> float:
    """The share of characters in the first level of GB 2312 (the 3,755 most used) or its punctuation."""
    common = 0
    for character in text:
        data = character.encode("gb18030")
        common += len(data) == 2 and data[1] >= 0xA1 and (0xB0 <= data[0] <= 0xD7 or data[0] in (0xA1, 0xA3))
        # traditional forms sit in GBK's extension
        common += len(data) == 2 and data[1] < 0xA1 and character in _TRADITIONAL_COMMON
    return common / max(1, len(text))


_TRADITIONAL_COMMON = frozenset(
    "強輿論傳網統計開請務機關規設辦會發報進對門間題實時點級導責單據條書專項業與於為這個們來過還沒"
)


# --- markup as text -----------------------------------------------------------------------------

_TAG = re.compile(
    r"</?(?:p|br|span|div|td|tr|th|table|tbody|font|b|strong|em|i|u|a|o:p|st1:\w+|img|h[1-6]|ul|li|center|section|style)"
    r"(?:[ \t\n][^<>\x1d-\x1f]{0,300})?[ \t\n]*/?>",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[A-Za-z]{2,8}\d?);|&nbsp(?![a-z])")
_BREAKING = re.compile(r"</?(?:p|br|div|tr|h[1-6]|li|table)\b", re.I)


def _mend_markup(repaired: Repaired) -> None:
    """HTML tags and entities that were printed as text."""
    if "&" in repaired.text:
        repaired.substitute(
            "entity", _ENTITY, lambda match: html.unescape(match.group()).replace("\xa0", " ")
        )
    if "<" in repaired.text:
        repaired.substitute("tag", _TAG, lambda match: "\n" if _BREAKING.match(match.group()) else "")


# --- pinyin after characters --------------------------------------------------------------------

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹɡ"
_PLAIN = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹɡ", "aaaaeeeeiiiioooouuuuvvvvvennng")
_READINGS = [re.compile(rf"{bracket}[a-z{_TONED}]{{1,6}}[)）]") for bracket in (r"\(", "（")]
"""A pattern each, for patterns that begin with one character are found by it."""
_RESIDUE = re.compile(rf"(?<=[\u3400-\u9fff])(?:[(（]([a-z{_TONED}]{{1,6}})[)）])+")
_SYLLABLE = re.compile(
    "(?:[bpmf]?(?:a|o|ai|ei|ao|ou|an|en|ang|eng|i|ie|iao|iu|ian|in|ing|u)|"
    "[dtnl]?(?:a|e|ai|ei|ao|ou|an|en|ang|eng|ong|i|ia|ie|iao|iu|ian|in|iang|ing|u|uo|ui|uan|un|v|ve|ue)|"
    "[gkh](?:a|e|ai|ei|ao|ou|an|en|ang|eng|ong|u|ua|uo|uai|ui|uan|un|uang)|"
    "[jqx](?:i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ue|uan|un|v|ve)|"
    "(?:zh|ch|sh|r|z|c|s)(?:a|e|i|ai|ei|ao|ou|an|en|ang|eng|ong|u|ua|uo|uai|ui|uan|un|uang)|"
    "y(?:a|e|ao|ou|an|in|ang|ing|ong|i|u|ue|uan|un|o)|w(?:a|o|ai|ei|an|en|ang|eng|u)|er)"
)


def _mend_pinyin(repaired: Repaired) -> None:
    """The reading that mirrors leave in brackets after a character, with tone marks or without:
    `根據(jù)國家`. Without tone marks it is taken out only where a page has three or more."""
    if not any(reading.search(repaired.text) for reading in _READINGS):
        return
    found = list(_RESIDUE.finditer(repaired.text))
    readings = [match for match in found if _SYLLABLE.fullmatch(match.group(1).translate(_PLAIN))]
    toned = [match for match in readings if not match.group(1).isascii()]
    if toned or len(readings) >= 3:
        repaired.apply("pinyin_residue", [(match.start(), match.end(), "") for match in readings])


# --- radicals -----------------------------------------------------------------------------------

_RADICALS = range(0x2E80, 0x2FD6)


def _lookalikes() -> dict[int, str]:
    found = {
        code: unicodedata.normalize("NFKC", chr(code))
        for code in [*range(0x2F00, 0x2FD6), *range(0xF900, 0xFAD9)]
    }
    pairs = "⻁虎⻄西⻅见⻆角⻇角⻉贝⻋车⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻢马⻥鱼⻦鸟⻩黄⻬齐⻮齿⻰龙⻳龟⺠民⻝食⻣骨⻤鬼"
    found.update({ord(radical): drawn for radical, drawn in zip(pairs[::2], pairs[1::2], strict=True)})
    return found


LOOKALIKES = _lookalikes()
"""Characters that fonts name in place of the Chinese character that they draw: radicals and compatibility
forms."""
_LOOKALIKE = re.compile("[\u2e80-\u2fd5\uf900-\ufad8]")


def _mend_lookalikes(repaired: Repaired) -> None:
    """Radicals for the characters that look like them, as text copied out of a PDF has them; no offset moves."""
    count = len(_LOOKALIKE.findall(repaired.text))
    if count:
        repaired.text = repaired.text.translate(LOOKALIKES)
        repaired.counts["lookalike"] = count


# --- traditional script -------------------------------------------------------------------------


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


_RARE = re.compile("[\U00010000-\U0010ffff]")


def _mend_script(repaired: Repaired) -> None:
    """Traditional characters to simplified, by OpenCC. A character that simplified Chinese also uses
    (乾 in 乾县) is changed only in a page, or a line, that is traditional by its other characters."""
    text = repaired.text
    converted: str = _converter().convert(text)
    if converted == text:
        return
    if _RARE.search(converted) and len(converted) == len(text):
        # 礐 of a place's name is no traditional character to a reader: no font shows its simplified form
        converted = "".join(old if new > "\uffff" else new for old, new in zip(text, converted, strict=True))
    lines, converted_lines = text.split("\n"), converted.split("\n")
    if len(lines) != len(converted_lines):
        return
    marks = [_traditional_marks(line, new) for line, new in zip(lines, converted_lines, strict=True)]
    total = sum(marks)
    if total < 3 and total * 200 < len(text):
        return
    if (
        len(converted) == len(text)
        and len({pair for pair in zip(text, converted, strict=True) if _is_mark(*pair)}) < 2
    ):
        # one character again and again is a name's: 濛 in 濛江街道
        return
    whole = total * 100 >= len(text)
    edits: list[Edit] = []
    count = 0
    start = 0
    for line, new, marked in zip(lines, converted_lines, marks, strict=True):
        if line != new and (whole or marked):
            if len(line) == len(new):
                count += sum(map(str.__ne__, line, new))
                edits.append((start, start + len(line), new))
            else:
                for tag, a, b, c, d in SequenceMatcher(None, line, new, autojunk=False).get_opcodes():
                    if tag != "equal":
                        edits.append((start + a, start + b, new[c:d]))
                        count += 1
        start += len(line) + 1
    repaired.apply("script", edits)
    if count:
        repaired.counts["script"] = count
        repaired.substitute("vocabulary", _TAIWAN, lambda match: _TAIWAN_WORDS[match.group()])


# Words of Taiwan that stand in the forms' labels and the names of reports, as they read in simplified script
_TAIWAN_WORDS = {
    "规范性档案": "规范性文件",
    "资讯": "信息",
    "网路": "网络",
    "网际网路": "互联网",
    "释出": "发布",
    "线上访谈": "在线访谈",
    "专案数量": "项目数量",
    "设定政府信息公开查阅点": "设置政府信息公开查阅点",
    "设定政府资讯公开查阅点": "设置政府信息公开查阅点",
    "巨观": "宏观",
}
_TAIWAN = re.compile("|".join(sorted(_TAIWAN_WORDS, key=len, reverse=True)))


def _traditional_marks(line: str, converted: str) -> int:
    """How many characters of a line are traditional and nothing else: GB 2312, the set of simplified
    Chinese, does not have them."""
    if line == converted:
        return 0
    if len(line) != len(converted):
        return sum(character.encode("gb2312", "ignore") == b"" for character in line if character > "\u3400")
    return sum(map(_is_mark, line, converted))


def _is_mark(old: str, new: str) -> bool:
    return old != new and old.encode("gb2312", "ignore") == b""


# --- width, punctuation, dates ------------------------------------------------------------------

# Digits, letters and brackets; the comma, colon and stop of Chinese prose are its own and stay
_WIDE = re.compile("[\uff03-\uff06\uff0a\uff0b\uff0d-\uff19\uff1c-\uff1e\uff20-\uff3f\uff41-\uff5d]")


def _mend_width(repaired: Repaired) -> None:
    """Full-width digits, letters, brackets and signs to half width; no offset moves. Brackets are by far
    the most."""
    text = repaired.text
    count = text.count("（") + text.count("）")
    if count:
        text = text.replace("（", "(").replace("）", ")")
    rest = _WIDE.findall(text)
    for character in set(rest):
        text = text.replace(character, chr(ord(character) - 0xFEE0))
    if count or rest:
        repaired.text = text
        repaired.counts["full_width"] = count + len(rest)


# commas that no word follows, after a digit, or more than two of them stand between the cells of a row
_DOUBLED = re.compile(r"，[,，]+|,+，[,，]*|(?<=[^\d\n,]),,(?=[^\W\d])|、{2,}|。{2}(?!。)(?<!。。。)")
_DOUBLES = ("，，", "、、", "。。")
_DOUBLES_OF_ASCII = (",,", "，,", ",，")


def _mend_punctuation(repaired: Repaired) -> None:
    """Commas and stops printed twice."""
    text = repaired.text
    if any(double in text for double in _DOUBLES) or (
        "," in text and any(double in text for double in _DOUBLES_OF_ASCII)
    ):
        repaired.substitute("doubled_punctuation", _DOUBLED, _mend_doubled)


_FEWEST_CELLS = 4
_SHORT_CELL = 6
"""Characters of a cell without a count, on average; the clauses of a sentence are longer."""


def _mend_doubled(match: re.Match[str]) -> str | None:
    """The first of several; None between the cells of a row that commas part."""
    found = match.group()
    if found == ",,":
        text = match.string
        end = text.find("\n", match.end())
        line = text[text.rfind("\n", 0, match.start()) + 1 : len(text) if end < 0 else end]
        cells = [cell.strip() for cell in line.split(",")]
        printed = [cell for cell in cells if cell]
        is_short = sum(map(len, printed)) <= _SHORT_CELL * len(printed) or ",,," in line
        if len(cells) >= _FEWEST_CELLS and (is_short or any(map(str.isdigit, printed))) and "。" not in line:
            return None
    return found[0]


_LOST_YEAR_SIGN = re.compile(r"20[0-3]\d(?=(?:1[0-2]|0?[1-9])月\d{1,2}日)")


def _mend_dates(repaired: Repaired) -> None:
    """`20231月1日`: the sign of the year was lost."""
    text = repaired.text
    edits: list[Edit] = []
    for match in _LOST_YEAR_SIGN.finditer(text):
        if not (match.start() and text[match.start() - 1].isdigit()):
            edits.append((match.end(), match.end(), "年"))
    repaired.apply("date", edits)
