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
    present = set(text)
    if not present.isdisjoint(_MISREAD):
        _mend_misalignment(repaired)
    _mend_markup(repaired)
    if not present.isdisjoint("(（"):
        _mend_pinyin(repaired)
    _mend_script(repaired)
    if repaired.counts or not present.isdisjoint(_WIDE):
        _mend_width(repaired)
    _mend_punctuation(repaired)
    _mend_dates(repaired)
    return repaired


# --- UTF-8 read as something else ---------------------------------------------------------------

# A lead byte and its continuation bytes, as Windows-1252 shows them
_TWICE = re.compile(r"(?:[\u00e2-\u00ef][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]{2}|[\u00c2-\u00c3][\u0080-\u00bf])+")
_LATIN_LEADS = frozenset(map(chr, range(0xE2, 0xF0))) - frozenset("èéêìíàò")
_FEWEST_TWICE = 10


def mend_double_encoding(text: str) -> tuple[str, int]:
    """A text whose UTF-8 bytes were read as Windows-1252 and encoded again (`æ”¿åºœ` is 政府), and how
    many runs were mended. It is done before markup is read: some of these bytes look like spaces."""
    if set(text[:4000]).isdisjoint(_LATIN_LEADS) and set(text).isdisjoint(_LATIN_LEADS):
        return text, 0
    if len(_TWICE.findall(text)) < _FEWEST_TWICE:
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
_MISREAD = frozenset("?\ufffdāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêɑńňɡ") | frozenset(map(chr, range(0x3105, 0x312A)))
_MISALIGNED = re.compile(
    rf"[?\ufffd]*。(?=[{_A8_ROW}])|[?\ufffd][a-z{_A8_ROW}]{{1,6}}\)(?=[^\x00-\x7f。、，]{{2}})"
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
        "十分",
        "三是",
        "二是",
        "六是",
    ],
)
# What a lost character before a reading in brackets can be, by what follows it
_LOST_READINGS = {
    "chuàng": "创新 创建 创造 创优 创业",
    "zhí": "执行 执法 职责 职能 职工 职务",
    "zhì": "质量 制定 制度 制作",
    "tǒng": "统计 统一 统筹",
    "jì": "计划 计算 纪律 继续 记录 际",
    "fā": "发布 发展 发挥 发放 发现",
    "guī": "规范 规定 规章 规划",
    "jiǎn": "简化 检查 减少",
    "jìn": "进行 进展 进度 进一",
    "kāi": "开展 开设 开通 开放",
    "bào": "报告 报送 报道",
    "wǎng": "网站 网络 网上 网址",
    "zǔ": "组织 组长 组成",
    "lǐng": "领导 领域",
    "jī": "机构 机关 机制 积极",
    "gòu": "构建",
    "jiàn": "健全 建立 监督 渐进",
    "wán": "完善 完成",
    "duì": "对于 对外 对照",
    "wèi": "为了 为民 为主",
    "zhǔn": "准确 准备",
    "shēn": "申请 深入 深化",
    "qiáng": "强化 强调",
    "xuān": "宣传",
    "dài": "带头 带动",
    "yè": "业务",
    "jiē": "阶段 接受 街道",
    "shè": "设置 设立 设施 社会",
    "rèn": "认真 任务",
    "zhěng": "整改 整理",
}


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
        start = match.start()
        reading = match.group().rstrip(")").lstrip("?\ufffd") if match.group().endswith(")") else None
        begin = match.end() if reading else match.end() - 1
        mended, end = _realign(text, begin)
        if mended is None:
            at = match.end()
            if reading and (whole := _read_lost(reading, text[match.end() : match.end() + 1])):
                edits.append((start, match.end(), whole))
            continue
        edits.append((start, end, mended))
        at = end
    repaired.apply("gbk_misalignment", edits)
    if _LOST_END.search(repaired.text):
        repaired.substitute(
            "gbk_misalignment", _LOST_END, lambda match: " " if match.group()[1] in "/n" else "。"
        )


def _read_lost(reading: str, following: str) -> str | None:
    words = [word for word in _LOST_READINGS.get(reading, "").split() if word[1:2] == following]
    return words[0][0] if len(words) == 1 else None


def _realign(text: str, begin: int) -> tuple[str | None, int]:
    """The run of misread characters from `begin` read again, and where it ends; None where reading it
    again gives no better Chinese."""
    end = begin
    while end < len(text) and text[end] > "\x7f" and text[end] not in "\ufffd":
        end += 1
    run = text[begin:end]
    try:
        data = run.encode("gbk")
    except UnicodeEncodeError:
        return None, end
    tail = ""
    following = text[end : end + 1]
    if "\x40" <= following <= "\x7e":
        data += following.encode()
        end += 1
    elif following in ("?", "\ufffd") and data[-1:] == b"\xa1":
        # the pair that was lost began with the second byte of a full stop (A1A3)
        data, tail = data[:-1], "。"
        end += 1
        if reading := re.compile(rf"([a-z{_A8_ROW}]{{1,6}})\)").match(text, end):
            if whole := _read_lost(reading.group(1), text[reading.end() : reading.end() + 1]):
                tail += whole
                end = reading.end()
    else:
        data = data[:-1]
    realigned = (b"\xa1" + data).decode("gb18030", "replace")
    pattern, words = _lossy()
    if realigned.startswith("\u3000）"):
        # （六） loses its numeral and its opening bracket's second half
        realigned = "（六）" + realigned[2:]
    realigned = pattern.sub(lambda match: words[match.group()], realigned)
    if _commonness(realigned) <= _commonness(run):
        return None, end
    return realigned.lstrip("\u3000♂").replace("\ufffd", "?") + tail, end


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
    r"(?:\s[^<>\n]{0,300})?\s*/?>",
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
_READING = re.compile(rf"[(（][a-z{_TONED}]{{1,6}}[)）]")
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
    if not _READING.search(repaired.text):
        return
    found = list(_RESIDUE.finditer(repaired.text))
    readings = [match for match in found if _SYLLABLE.fullmatch(match.group(1).translate(_PLAIN))]
    toned = [match for match in readings if not match.group(1).isascii()]
    if toned or len(readings) >= 3:
        repaired.apply("pinyin_residue", [(match.start(), match.end(), "") for match in readings])


# --- traditional script -------------------------------------------------------------------------


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _mend_script(repaired: Repaired) -> None:
    """Traditional characters to simplified, by OpenCC. A character that simplified Chinese also uses
    (乾 in 乾县) is changed only in a page, or a line, that is traditional by its other characters."""
    text = repaired.text
    converted: str = _converter().convert(text)
    if converted == text:
        return
    lines, converted_lines = text.split("\n"), converted.split("\n")
    if len(lines) != len(converted_lines):
        return
    marks = [_traditional_marks(line, new) for line, new in zip(lines, converted_lines, strict=True)]
    total = sum(marks)
    if total < 3 and total * 200 < len(text):
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
    "政府资讯": "政府信息",
    "资讯公开": "信息公开",
    "网路": "网络",
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
    return sum(
        old != new and old.encode("gb2312", "ignore") == b"" for old, new in zip(line, converted, strict=True)
    )


# --- width, punctuation, dates ------------------------------------------------------------------

# Digits, letters and brackets; the comma, colon and stop of Chinese prose are its own and stay
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "！，：；？～＇＂｀"}
_WIDE = frozenset(map(chr, _NARROW))
_WIDE_RUN = re.compile(f"[{''.join(map(re.escape, sorted(_WIDE)))}]+")


def _mend_width(repaired: Repaired) -> None:
    """Full-width digits, letters, brackets and signs to half width."""
    repaired.substitute("full_width", _WIDE_RUN, lambda match: match.group().translate(_NARROW))


_DOUBLED = re.compile(r"[,，]{2,}|、{2,}|。{2}(?!。)(?<!。。。)")
_DOUBLES = (",,", "，，", "，,", ",，", "、、", "。。")


def _mend_punctuation(repaired: Repaired) -> None:
    """Commas and stops printed twice."""
    text = repaired.text
    if any(double in text for double in _DOUBLES):
        repaired.substitute("doubled_punctuation", _DOUBLED, lambda match: match.group()[0])


_LOST_YEAR_SIGN = re.compile(r"20[0-3]\d(?:1[0-2]|0?[1-9])月(?=\d{1,2}日)")


def _mend_dates(repaired: Repaired) -> None:
    """`20231月1日`: the sign of the year was lost."""

    def mend(match: re.Match[str]) -> str | None:
        if match.start() and match.string[match.start() - 1].isdigit():
            return None
        return f"{match.group()[:4]}年{match.group()[4:]}"

    repaired.substitute("date", _LOST_YEAR_SIGN, mend)
