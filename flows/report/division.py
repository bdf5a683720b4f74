"""Names of divisions: a named interval of a code, the stem of a name and its short form.

A *stem* is a name without the word for its level (`桦甸` of 桦甸市, `前郭尔罗斯` of 前郭尔罗斯蒙古族自治县).
A stem proves nothing by itself: 73 stems of counties are shared, and many are words of other names.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BEGINNING = 0
"""First year of a name that the oldest snapshot (2008) already has: it may be any year before."""
END = 9999
"""Last year of a name in force."""

PROVINCE, PREFECTURE, COUNTY = 1, 2, 3


class Named(NamedTuple):
    """A name that a division bears from `first` to `last`, both year-end snapshots."""

    code: str
    name: str
    level: int
    parent: str
    first: int
    last: int
    kind: str = "division"
    """division, or what `division_alias.csv` says: short, former, zone, corps, vertical."""


_PEOPLES = (
    "各族|蒙古族|蒙古|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|"
    "傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|"
    "毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|独龙族|"
    "鄂伦春族|赫哲族|门巴族|珞巴族|基诺族"
)
_AUTONOMOUS = re.compile(rf"^(.+?)(?:{_PEOPLES})*(自治区|自治州|自治县|自治旗|区|乡)$")
_HAS_PEOPLE = re.compile(rf"(?:{_PEOPLES})(?:自治|区$|乡$)")
_ENDINGS = ("特别行政区", "地区", "林区", "特区", "矿区", "新区", "省", "市", "县", "区", "旗", "盟")
_SHORT_ENDING = {"自治州": "州", "自治县": "县", "自治旗": "旗", "区": "区"}


def stem_of(name: str) -> str:
    """The name without its level, and without the peoples an autonomous division is named after."""
    if "自治" in name or name.endswith("族区"):
        match = _AUTONOMOUS.match(name)
        if match:
            stem = match[1].removesuffix("族") if len(match[1]) > 2 else match[1]
            return stem if len(stem) > 1 else name[:3]
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) and (len(ending) == 1 or len(name) > 3):
            return name[: -len(ending)]
    return name


def level_word(name: str) -> str:
    """The word for its level that a name ends with, as `stem_of` cuts it."""
    if "自治" in name:
        return name[-1]
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) and (len(ending) == 1 or len(name) > 3):
            return ending
    return ""


def short_of(name: str) -> str | None:
    """The usual short form of an autonomous division: 大理州, 恭城县, 管城区; None for other names and
    for autonomous regions."""
    if "自治" not in name and not name.endswith("族区"):
        return None
    match = _AUTONOMOUS.match(name)
    if match is None or match[2] not in _SHORT_ENDING:
        return None
    short = stem_of(name) + _SHORT_ENDING[match[2]]
    return short if short != name else None


def plain_township(name: str) -> str:
    """A township's name as printed in short: without 办事处, and without the peoples of an ethnic one."""
    name = name.removesuffix("人民政府").removesuffix("办事处")
    if name.endswith("族乡") and _HAS_PEOPLE.search(name):
        match = _AUTONOMOUS.match(name)
        if match and len(match[1]) > 1:
            return match[1] + "乡"
    return name
