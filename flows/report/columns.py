"""What a column of counts beside the labels of a table holds, from the words at its head.

A table of labels, units and counts may print more than the year's count: running totals, last year's
figures, changes, shares, codes, remarks, or two sets of figures (本级 and 汇总, which 国办发〔2014〕32号
asks of provinces). Only a column whose head says so, or the only one, is the year's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from flows.report.label import label_key

LABEL, UNIT, COUNT, REMARK, OTHER = "label", "unit", "count", "remark", "other"
TO_DATE = "to_date"
"""The year up to its end, beside a column of the last period: 本期实际, 本年累计."""
OWN_LEVEL, TERRITORY = "own_level", "territory_total"
"""As the scopes that they count."""

_KINDS = {
    **dict.fromkeys(
        [
            "统计指标",
            "指标",
            "指标名称",
            "统计指标名称",
            "统计项目",
            "项目",
            "项目名称",
            "指标项目",
            "统计内容",
            "内容",
            "名称",
            "类别",
            "事项",
            "甲",
        ],
        LABEL,
    ),
    **dict.fromkeys(["单位", "计量单位", "乙"], UNIT),
    **dict.fromkeys(
        [
            "统计数",
            "统计数据",
            "统计数量",
            "统计数值",
            "统计结果",
            "数量",
            "数值",
            "数据",
            "数目",
            "数",
            "本年",
            "本年度",
            "当年",
            "今年",
            "全年",
            "本期",
            "本年数",
            "本年实际",
            "本年度数",
            "本年度数据",
            "本年度统计数",
            "本年数量",
            "当年数",
            "当年数量",
            "本期数",
            "本期实际",
            "本期实际数",
            "填报数",
            "填报数据",
            "实际数",
            "报告期",
            "报告年度",
            "年度数据",
            "件数",
        ],
        COUNT,
    ),
    **dict.fromkeys(
        [
            "本年累计",
            "本年累计数",
            "全年累计",
            "全年累计数",
            "当年累计",
            "今年累计",
            "年度累计",
            "本年度累计",
            "年累计",
        ],
        TO_DATE,
    ),
    **dict.fromkeys(
        [
            "本级",
            "局本级",
            "市本级",
            "县本级",
            "区本级",
            "省本级",
            "厅本级",
            "委本级",
            "本机关",
            "本单位",
            "机关本级",
        ],
        OWN_LEVEL,
    ),
    **dict.fromkeys(
        [
            "汇总",
            "汇总数",
            "合计",
            "总计",
            "总数",
            "全市",
            "全县",
            "全区",
            "全省",
            "全州",
            "全市汇总",
            "全县汇总",
            "全区汇总",
            "全省汇总",
            "本行政区域",
            "本行政区域汇总",
            "本地区",
            "本地区汇总",
            "区域汇总",
        ],
        TERRITORY,
    ),
    **dict.fromkeys(
        [
            "代码",
            "编码",
            "序号",
            "行次",
            "编号",
            "指标代码",
            "行号",
            "丙",
        ],
        OTHER,
    ),
    **dict.fromkeys(["备注", "说明", "备注说明", "指标解释", "填报说明"], REMARK),
}
_OTHER = re.compile(
    "累计|历年|历史|截至|截止|以来|上年|上一年|去年|前年|往年|上期|同期|同比|环比|增减|增长|增幅|增加|减少|比上|较上|变化|变动|[%％]|占比|比例|比重"
    "|代码|序号|备注|说明|月|季度|上半年|下半年"
)
_LONGEST = 16
"""Of a heading over counts."""
_WHOLE_YEAR = re.compile(r"1月?[-—–~至到]+12月份?")
_YEAR = re.compile(r"(20[0-3]\d)年?度?(?:统计)?(?:数据?|数量|数值|情况|本年)?")


@lru_cache(maxsize=4096)
def column_kind(text: str) -> str | None:
    """What a heading says of its column: one of the kinds, a year of four digits, or None for other words."""
    if len(text) > _LONGEST:
        return None
    key = label_key(text)
    kind = _KINDS.get(key)
    if kind is not None:
        return kind
    if _WHOLE_YEAR.fullmatch(key):
        return COUNT
    if _OTHER.search(key):
        return OTHER
    if (year := _YEAR.fullmatch(key)) is not None:
        return year[1]
    return None


def is_heading(texts: Iterable[str]) -> bool:
    """Whether the texts of a row are headings over labels, units and counts."""
    kinds = [column_kind(text) for text in texts if text]
    return len(kinds) > 1 and kinds.count(None) * 2 < len(kinds) and any(kinds[1:])


def counting(kinds: Iterable[str | None]) -> set[str]:
    """Of the kinds of a table's columns those that hold the year's counts: one, or several of which the
    report's scope or year chooses (`own_level` and `territory_total`; years of four digits)."""
    found = {
        kind for kind in kinds if kind and (kind.isdigit() or kind in (COUNT, TO_DATE, OWN_LEVEL, TERRITORY))
    }
    if TO_DATE in found:
        found.discard(COUNT)
    if COUNT in found and len(found) > 1:
        # 统计数 beside 本级 or 2016年 says nothing more than they do
        return {COUNT}
    return found


def joined(above: str | None, below: str | None) -> str | None:
    """The kind of a column with a heading over another."""
    kinds = [kind for kind in (above, below) if kind is not None]
    for strong in (OTHER, REMARK, OWN_LEVEL, TERRITORY, TO_DATE):
        if strong in kinds:
            return strong
    return next((kind for kind in reversed(kinds) if kind != COUNT), kinds[-1] if kinds else None)
