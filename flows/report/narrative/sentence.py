"""A sentence of a report, and whose its figures are: of which year and of which agency."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.report.number import read_number
from flows.report.types import Number

NOUGHT = Number(0.0, "reported")


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure as a sentence states it; offsets are those of the text."""

    indicator: str
    number: Number
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (up to 。 or ;) with what is needed to judge it: where it starts in the text, what
    stands before it in its line, the heading above it, and the year of the report."""

    text: str
    start: int
    before: str
    heading: str
    year: int | None
    newer_form: bool
    """True for the forms of 2019 and 2021, which count carried-over requests and two routes to court."""
    territory: bool | None = None
    """Whether the report counts a whole territory; False for one agency's own, None where that is open."""

    def says(self, indicator: str, number: Number, start: int, end: int) -> Statement:
        return Statement(indicator, number, self.start + start, self.start + end)


# Parts of patterns

AMOUNT = (
    r"(?:(?:大约|约|将近|接近|近|超过|超|逾|多达)\s?)?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万廿]+)"
    r"\s?[余多]?\s?[万千百]?\s?[余多]?\s?"
)
_CASES = r"(?:件次|人次|件|起|宗|份|封|例|条|次|项|单|笔|桩)(?:以[上下内])?(?:左右)?"
CASE_COUNT = rf"{AMOUNT}{_CASES}"
SUM = r"(?:总共|共计|共有|共|合计|总计|累计|计|约为|为|是|达到|达|有|:|\s){0,4}"
QUANTITY = r"(?:总件数|件数|总数|总量|数量|办件量|数|量)?"


# Absence: a denial, whoever is named in it, and where it ends
NOT = r"(?:未曾|从未|尚未|均未|暂未|未|没有|没|(?<!有)(?<!毫)无)"
HAVE_NOT = r"(?:没有|(?<!有)(?<!毫)无)"
HAPPENED = r"(?:收到|接到|受理|接受|接收|收悉|发生|出现|产生|存在|涉及|办理|遇到|引发|引起|有)(?:过|到|了)?"
NO = rf"(?:{NOT}{HAPPENED}|{HAVE_NOT})"
NOBODY = (
    r"(?:任何|公民|个人|自然人|社会|公众|群众|人民|市民|村民|居民|百姓|企业|企事业|事业|单位|法人|组织|团体"
    r"|机构|各界|人士|人|申请人|其[他它](?=组织|单位|机构|人|个人|社会|企业|形式|方式)|以及|以|和|或者|或|及|、"
    r"|相关|有关|关于|针对|涉及(?=政府信息|信息公开)|就|对|向|我|本|市|县|区|镇|乡|街道|局|办公室|办|委|厅|院|队"
    r"|中心|机关|政府(?!信息)|部门|提出|提交|提起|递交|寄来|发来|来信|来函|来电|通过|采用|书面|各类|各种|多种"
    r"|等|形式|方式|途径|渠道|网络|网上|网站|邮件|信函|邮寄|当面|现场|传真|电话|要求|请求|主动|需要|需|的|一"
    r"|件|例|起|份|次|宗|新|有效|本年度|年度)"
)
END = r"(?=[,、()\s“”:]|$|和|及|以及|或|也|亦)"

# Whose a figure is

_WHEN = re.compile(
    r"(?<!结转)(?<![转延]至)(?<![转延]到)(?P<year>(?:19|20)\d{2})\s?年(?:度|底|末)?+(?:以来)?+(?![结转])"
    r"|(?P<this>今年以来|今年|本年|当年|年内)|(?P<whole>全年)"
    r"|(?P<other>(?:去年|上一年|上年)(?!度?(?:结转|转结))|往年|历年|以往|以前年度|前年|同期)"
    r"|以来|上半年|下半年|[一二三四前首1-4]个?季度|施行后|实施后|(?P<month>\d{1,2})月(?P<first>1日|(?=[-—–~至到]))?"
)
_SINCE_START = re.compile(r"截至|截止|以来|历年|历史|至今|目前为止|年底|年末")
_THIS_YEAR = re.compile(r"全年|本年|今年|年内|当年|一年来|20\d{2}年")
_VERSUS = frozenset("比较与同")
_ASIDE = re.compile(r"《[^》]*》|〔[^〕]*〕|\[\d{4}\]|\([^()]*\)")
"""Titles and closed brackets: what they name does not govern what follows them."""
_NOT_YET = re.compile(
    r"力争|争取|计划|预计|拟[于将]|目标|确保|努力|将(?:继续|进一步|不断|于|会|按)|明年|下一步|今后|要求(?=各|所|全|做到)|应当|必须|须"
    r"|原则上|不超过|避免|防止|杜绝|如果|如未|若|凡|承诺|不得"
)
_OTHERS = re.compile(
    r"[市区县省州]直|政府及其(?:所属|工作|组成)?各?部门|(?<!级)各(?:有关|相关)?(?:部门|单位)|各(?:县|区|市|乡|镇|街道|股|所)|县[(、]?市?[、区)]|乡镇|下属|所属"
    r"|直属(?!机关)|基层|市级(?:部门|机关)|区级(?:部门|机关)|县级(?:部门|机关)|兄弟"
)
_COMPARED = re.compile(
    r"同比|比[上去]年|较[上去]年|相比|增加|减少|新增(?!主动公开|公开)|增长|下降|多(?=受理|收到|公开)|每|平均|日均|月均|人均"
)
_RULE = re.compile("规定(?!的|时间|时限|期限)")
# What a clause counts: a territory (全市共收到, not 面向全市公开), or one agency of it
_OF_TERRITORY = re.compile(r"(?:^|(?<=[年度月日来间份\s,:;(]))全[省市县区州盟旗](?!面)")
_OF_ONE_AGENCY = re.compile(r"[省市县区州盟旗]本级|本级政府|政府办公[室厅]")
_CLAUSE_END = re.compile(r"[,:]")


def last_clause(prefix: str) -> str:
    """The clause that leads up to the end of `prefix`, with the one before it where it is very short."""
    cuts = [m.end() for m in _CLAUSE_END.finditer(prefix)]
    while cuts and len(prefix) - cuts[-1] < 4:
        cuts.pop()
    return prefix[cuts[-1] :] if cuts else prefix


def _is_this_year(prefix: str, year: int | None) -> bool:
    """Whether the last words of time before a figure name the report's own, whole year. A year that is
    only compared with (比2016年, 与去年相比) says nothing of the clauses after it."""
    of_year = whole = True
    for match in _WHEN.finditer(prefix):
        named, other = match["year"], match["other"]
        if (named or other) and (
            other == "同期" or prefix[max(0, match.start() - 1) : match.start()] in _VERSUS
        ):
            if prefix.find(",", match.end()) < 0:
                of_year = of_year and bool(named) and year is not None and int(named) == year
        elif named:
            of_year, whole = year is None or int(named) == year, True
        elif other:
            of_year = False
        elif match["this"]:
            of_year = whole = True
        elif match["whole"]:
            whole = True
        elif match["month"]:
            # The first and the last day of a year, and its months "1-12月", bound the whole of it
            month = int(match["month"])
            whole = whole and (month == 12 or (month == 1 and match["first"] is not None))
        elif match[0] != "以来" or not prefix[: match.start()].endswith("一年"):
            whole = False
    return of_year and whole


def _lead(text: str, at: int) -> str:
    """What a sentence says before an offset, asides left out."""
    prefix = text[:at]
    return (
        _ASIDE.sub("", prefix)
        if "》" in prefix or ")" in prefix or "〕" in prefix or "]" in prefix
        else prefix
    )


def is_own(sentence: Sentence, at: int) -> bool:
    """Whether a figure at an offset of the sentence is the report's own: of its year, of its agency, and
    no plan, rule, comparison or running total."""
    prefix = _lead(sentence.text, at)
    if not _is_this_year(prefix, sentence.year) or _NOT_YET.search(prefix):
        return False
    if (
        "累计" in prefix
        and "全年累计" not in prefix
        and (_SINCE_START.search(prefix) or not _THIS_YEAR.search(prefix))
    ):
        return False
    clause = last_clause(prefix)
    if _RULE.search(clause):
        return False
    if sentence.territory is not None:
        elsewhere = _OF_ONE_AGENCY if sentence.territory else _OF_TERRITORY
        if elsewhere.search(clause):
            return False
    return not (_OTHERS.search(clause) or _COMPARED.search(clause))


def is_part(sentence: Sentence, at: int) -> bool:
    prefix = _lead(sentence.text, at)
    return "其中" in prefix or "包括" in prefix or "包含" in prefix


def count(printed: str) -> Number | None:
    number = read_number(printed)
    if number.value is None or printed.endswith(("以下", "以内")):
        return None
    return number


def just_before(sentence: Sentence) -> str:
    """The part of the same sentence before a semicolon."""
    before = sentence.before
    return before[:-1].rpartition("。")[2] if before.endswith(";") else ""
