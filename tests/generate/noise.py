"""What mirrors and old servers do to a text: script, pinyin, lost bytes, charsets.

A noise has two parts: `text` changes the written document, `encode` gives the bytes, the charset that
the page itself declares and the one that the server's header names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from opencc import OpenCC

PINYIN = {
    pair[0]: pair[1:]
    for pair in [
        "據jù",
        "關guān",
        "規guī",
        "應yīng",
        "務wù",
        "領lǐng",
        "導dǎo",
        "復fù",
        "創chuàng",
        "責zé",
        "構gòu",
        "設shè",
        "統tǒng",
        "發fā",
        "網wǎng",
        "經jīng",
        "數shù",
        "訓xùn",
        "預yù",
        "內nèi",
        "態tài",
        "結jié",
        "絡luò",
        "優yōu",
        "現xiàn",
        "執zhí",
        "業yè",
        "礎chǔ",
        "監jiān",
        "續xù",
        "質zhì",
        "風fēng",
        "調diào",
        "轉zhuǎn",
        "學xué",
        "農nóng",
        "穩wěn",
        "實shí",
        "獲huò",
        "確què",
        "認rèn",
        "證zhèng",
        "訴sù",
        "訟sòng",
        "請qǐng",
        "總zǒng",
        "維wéi",
    ]
}
"""Characters that such mirrors follow with their sound."""

TONELESS = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ", "aaaaeeeeiiiioooouuuuvvvv")
TAIWAN_WORDS = {
    "文件": "檔案",
    "群眾": "民眾",
    "優化": "最佳化",
    "網絡": "網路",
    "宏觀": "巨觀",
    "設置": "設定",
}


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def traditional(text: str) -> str:
    return str(_converter("s2t").convert(text))


def survives_scripts(text: str) -> bool:
    """Whether the text comes back from traditional script: 昭馀 does not, it comes back as 昭余."""
    back = _converter("t2s")
    return all(back.convert(_converter(name).convert(text)) == text for name in ("s2t", "s2tw"))


def to_traditional(text: str, rng: Random) -> str:
    return traditional(text)


def to_standard_traditional(text: str, rng: Random) -> str:
    """Traditional script in the forms that Big5 has."""
    return str(_converter("s2tw").convert(text))


def taiwan(text: str, rng: Random) -> str:
    """Traditional script with Taiwan's words: 規範性檔案."""
    text = traditional(text)
    for word, local in TAIWAN_WORDS.items():
        text = text.replace(word, local)
    return text


def mixed_script(text: str, rng: Random) -> str:
    """Traditional script in some lines only."""
    return "\n".join(traditional(line) if rng.random() < 0.5 else line for line in text.split("\n"))


def _with_pinyin(text: str, form: Callable[[str, str], str], share: float, rng: Random) -> str:
    chosen = {char for char in PINYIN if rng.random() < share}
    return re.sub(
        f"[{''.join(sorted(PINYIN))}]",
        lambda match: form(match[0], PINYIN[match[0]]) if match[0] in chosen else match[0],
        traditional(text),
    )


def pinyin(text: str, rng: Random) -> str:
    """Traditional script, some characters followed by their pinyin in brackets: 根據(jù)."""
    return _with_pinyin(text, lambda char, sound: f"{char}({sound})", 0.7, rng)


def pinyin_toneless(text: str, rng: Random) -> str:
    return _with_pinyin(text, lambda char, sound: f"{char}({sound.translate(TONELESS)})", 0.7, rng)


def pinyin_doubled(text: str, rng: Random) -> str:
    return _with_pinyin(text, lambda char, sound: f"{char}({sound})({sound})", 0.5, rng)


def commas_doubled(text: str, rng: Random) -> str:
    return re.sub("[，。、]", lambda match: match[0] * (2 if rng.random() < 0.4 else 1), text)


def tags_as_text(text: str, rng: Random) -> str:
    """Tags and entities that stand in the text where a sentence ends."""
    is_page = "</p>" in text or "<br>" in text

    def stray(match: re.Match[str]) -> str:
        tag = rng.choice(["</p>", "&nbsp;", "<br/>", "</span>"]) if rng.random() < 0.3 else ""
        if is_page:
            tag = tag.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return match[0] + tag

    return re.sub("。(?!」)", stray, text)


def misread_one_byte_off(text: str) -> str:
    """A run of two-byte characters that lost its first byte A1: read one byte off to its end.

    Pairs that are no character of GBK are gone; the single byte left at the end becomes a question mark.
    """
    data = text.encode("gb18030")
    if len(data) != 2 * len(text):
        raise ValueError(f"not only two-byte characters: {text[:20]!r}")
    data = data[1:]
    read = []
    for at in range(0, len(data) - 1, 2):
        try:
            char = data[at : at + 2].decode("gbk")
        except UnicodeDecodeError:
            continue
        read.append("" if "\ue000" <= char <= "\uf8ff" else char)
    return "".join(read) + "?"


RUN = re.compile("　　([（一二三四五六七八九十][^\x00-\x7f]{4,})")


def gbk_misaligned(text: str, rng: Random) -> str:
    """Lines that begin with two ideographic spaces lose a byte: ?。ㄒ唬┲鲃. The first space becomes a
    question mark; the run is misread up to the next ASCII character."""

    def misread(match: re.Match[str]) -> str:
        # A1 A1 [A1] A1 + text: the first pair is still a space, the rest is read one byte off
        try:
            return "?" + misread_one_byte_off("　" + match[1])
        except (UnicodeEncodeError, ValueError):
            return match[0]

    return RUN.sub(misread, text)


def pinyin_and_misaligned(text: str, rng: Random) -> str:
    return gbk_misaligned(pinyin(text, rng), rng)


def dates_damaged(text: str, rng: Random) -> str:
    """Dates that lost a character: 20231月1日 for 2023年1月1日."""
    pattern = r"(20\d\d)年(\d{1,2}月\d{1,2}日)"
    return re.sub(pattern, lambda m: m[1] + m[2] if rng.random() < 0.7 else m[0], text)


def unchanged(text: str, rng: Random) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    header_charset: str | None


Encode = Callable[[str, bool], Encoded]
"""From the text and whether it is a page; the page's own declaration stands in it as `{charset}`."""


def _encode(text: str, codec: str, declared: str | None, header: str | None) -> Encoded:
    if declared is None:
        text = re.sub('<meta [^>]*{charset}[^>]*">\n', "", text)
    else:
        text = text.replace("{charset}", declared)
    # a server writes what its charset lacks as a character reference
    return Encoded(text.encode(codec, "xmlcharrefreplace"), header)


def utf8(text: str, is_page: bool) -> Encoded:
    return _encode(text, "utf-8", "utf-8", "utf-8")


def utf8_bom(text: str, is_page: bool) -> Encoded:
    return _encode(text, "utf-8-sig", "utf-8", None)


def utf8_undeclared(text: str, is_page: bool) -> Encoded:
    return _encode(text, "utf-8", None, None)


def gb2312(text: str, is_page: bool) -> Encoded:
    """gb18030 bytes, declared gb2312 in the page (in the header for plain text)."""
    return _encode(text, "gb18030", "gb2312", None if is_page else "gb2312")


def gbk_undeclared(text: str, is_page: bool) -> Encoded:
    return _encode(text, "gb18030", None, None)


def gbk_header_wrong(text: str, is_page: bool) -> Encoded:
    """gb18030 bytes, declared so in the page, with a server that says ISO-8859-1 or UTF-8 for all."""
    return _encode(text, "gb18030", "gbk", "ISO-8859-1" if len(text) % 2 else "utf-8")


def big5(text: str, is_page: bool) -> Encoded:
    return _encode(text, "big5", "big5", "big5")


def double_encoded(text: str, is_page: bool) -> Encoded:
    """UTF-8 bytes taken for Latin-1 and encoded again."""
    return _encode(text.encode("utf-8").decode("latin-1"), "utf-8", "utf-8", "utf-8")


@dataclass(frozen=True, slots=True)
class Noise:
    text: Callable[[str, Random], str] = unchanged
    encode: Encode = utf8


NOISES: dict[str, Noise] = {
    "none": Noise(),
    "gb2312": Noise(encode=gb2312),
    "gbk_undeclared": Noise(encode=gbk_undeclared),
    "gbk_header_wrong": Noise(encode=gbk_header_wrong),
    "utf8_undeclared": Noise(encode=utf8_undeclared),
    "utf8_bom": Noise(encode=utf8_bom),
    "big5": Noise(to_standard_traditional, big5),
    "traditional": Noise(to_traditional),
    "taiwan": Noise(taiwan),
    "mixed_script": Noise(mixed_script),
    "pinyin": Noise(pinyin),
    "pinyin_toneless": Noise(pinyin_toneless),
    "pinyin_doubled": Noise(pinyin_doubled),
    "gbk_misaligned": Noise(gbk_misaligned),
    "pinyin_and_misaligned": Noise(pinyin_and_misaligned),
    "commas_doubled": Noise(commas_doubled),
    "tags_as_text": Noise(tags_as_text),
    "dates_damaged": Noise(dates_damaged),
    "double_encoded": Noise(encode=double_encoded),
}
