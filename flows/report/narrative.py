"""The main figures of a report that stand in its running text, not in a table.

A figure becomes a fact only where the sentence says what was counted, and that it is this report's year
and agency. What is left out on purpose: parts of a total, comparisons with other years, totals since
some start, figures of other agencies, plans, and letters, hotline calls, proposals or consultations.
A missed figure is better than a wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flows.report.number import in_unit, read_number
from flows.report.types import EraName, Fact, Number

_UNITS = {"fees.collected": "万元"}
_UNIT_OF_DISCLOSURE = "条"
_UNIT_OF_CASES = "件"

_NOUGHT = Number(0.0, "reported")


@dataclass(frozen=True, slots=True)
class _Statement:
    """A figure as a sentence states it; offsets are those of the text."""

    indicator: str
    number: Number
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence (up to 。 or ;) with what is needed to judge it: where it starts in the text, what
    stands before it in its line, the heading above it, and the year of the report."""

    text: str
    start: int
    before: str
    heading: str
    year: int | None
    newer_form: bool
    """True for the forms of 2019 and 2021, which count carried-over requests and two routes to court."""

    def says(self, indicator: str, number: Number, start: int, end: int) -> _Statement:
        return _Statement(indicator, number, self.start + start, self.start + end)


# --- words ------------------------------------------------------------------------------------------

_AMOUNT = (
    r"(?:(?:大约|约|将近|接近|近|超过|超|逾|多达)\s?)?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万廿]+)"
    r"\s?[余多]?\s?[万千百]?\s?[余多]?\s?"
)
_CASES = r"(?:件次|人次|件|起|宗|份|封|例|条|次|项|个(?!工作日|月|自然日|小时)|单|笔|桩)(?:以[上下内])?(?:左右)?"
_CASE_COUNT = rf"{_AMOUNT}{_CASES}"
_MONEY = r"(?:(?:大约|约|近|超过|逾)\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s?[余多]?\s?[万亿]?[余多]?元"

_SUM = r"(?:总共|共计|共有|共|合计|总计|累计|计|约为|为|是|达到|达|有|:|\s){0,4}"
_QUANTITY = r"(?:总件数|件数|总数|总量|数量|办件量|数|量)?"

# What an application is called
_REQUEST = (
    r"(?:(?:政府|政务)?信息(?:依申请)?公开(?:工作)?的?(?:书面|有效)?申请"
    r"|依申请(?:(?:政府|政务)?(?:信息)?公开|(?=件))"
    r"|申请(?:政府|政务)?信息公开"
    r"|(?:公开|获取)(?:政府|政务|相关|有关)?信息的?(?:书面)?申请"
    r"|申请公开的?(?:政府|政务|相关|有关)?信息)"
)
_REQUEST_TAIL = r"(?:的|政府|政务|信息|公开|书面|有效|申请|事项|案件|信件|表|书|函|业务|要求|办件|邮件|件(?=[共合总累计为\s\d]))*"
_RECEIVE = (
    r"(?:收到|接到|受理|接收|新收|接受|收悉|共收)"
    r"(?:了|并|和|及|、|依法|按时|按期|及时|办理|办结|答复|处理|受理|回复)*"
)
# Between the verb and its object: who asked and by what way, but nothing that narrows the count
_ANY_REQUEST = (
    r"(?:(?!涉及|关于|不予|延期|超期|逾期|其中|投诉|举报|咨询|复议|诉讼|许可|提案|建议|信访|信箱|热线|答复"
    r"|办结|未|无)[^,。;:()\d]){0,40}?"
)
_ONE_WAY = re.compile(r"网上|网络|在线|网站|当面|现场|信函|邮寄|传真|邮件|电话")
_SEVERAL = re.compile(r"[、和或及等]|各种|多种|各类")
_ONE_KIND = re.compile(r"自然人|公民|个人|法人|企业|科研|法律服务|社会组织|社会公益")
_OTHER_KIND = re.compile(r"法人|企业|组织|单位|自然人|公民|个人")

# Whoever did not ask, in the sentences that deny that anyone did
_NOBODY = (
    r"(?:任何|公民|个人|自然人|社会|公众|群众|人民|市民|村民|居民|百姓|企业|企事业|事业|单位|法人|组织|团体"
    r"|机构|各界|人士|人|申请人|其[他它](?=组织|单位|机构|人|个人|社会|企业|形式|方式)|以及|以|和|或者|或|及|、"
    r"|相关|有关|关于|针对|涉及(?=政府信息|信息公开)|就|对|向|我|本|市|县|区|镇|乡|街道|局|办公室|办|委|厅|院|队"
    r"|中心|机关|政府(?!信息)|部门|提出|提交|提起|递交|寄来|发来|来信|来函|来电|通过|采用|书面|各类|各种|多种"
    r"|等|形式|方式|途径|渠道|网络|网上|网站|邮件|信函|邮寄|当面|现场|传真|电话|要求|请求|主动|需要|需|的|一"
    r"|件|例|起|份|次|宗|新|有效|本年度|年度)"
)
_NOT = r"(?:未曾|从未|尚未|均未|暂未|未|没有|没|(?<!有)(?<!毫)无)"
_HAVE_NOT = r"(?:没有|(?<!有)(?<!毫)无)"
_HAPPENED = r"(?:收到|接到|受理|接受|接收|收悉|发生|出现|产生|存在|涉及|办理|遇到|引发|引起|有)(?:过|到|了)?"
_NO = rf"(?:{_NOT}{_HAPPENED}|{_HAVE_NOT})"
_END = r"(?=[,、()\s“”:]|$|和|及|以及|或|也|亦)"

# --- which sentences are worth a look ---------------------------------------------------------------

_SENTENCE_END = re.compile(r"[。;!\n]")
_ANCHOR = re.compile(
    r"\d(?:\s?[万千百余多]){0,2}\s?(?:[件条起宗份封例次项个单笔桩篇则元]|人次|万元)"
    r"|[零〇一二两三四五六七八九十百千廿][余多]?[件条起宗份封例次项单笔桩篇则]"
    r"|未|没|无|零|为0|:0"
)
_HEADING = re.compile(
    r"[一二三四五六七八九十(](?:(?<=\()[一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{0,2}(?=、))、?\s?[^\s。;,:]{2,45}+(?=[\s。:]|$)"
)
_AHEAD = re.compile(r"问题|不足|改进|打算|下一步|今后|计划|思路|努力方向|工作安排")
_NOTHING = re.compile(r"[\s:。]*(?:无|没有|零|无此(?:类|项)?(?:情况|内容)?|未发生)[\s。]*")


# --- whose figure it is -----------------------------------------------------------------------------

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
    r"|规定|原则上|不超过|避免|防止|杜绝|如果|如未|若|凡|承诺|不得"
)
_OTHERS = re.compile(
    r"[市区县省州]直|(?<!级)各(?:有关|相关)?(?:部门|单位)|各(?:县|区|市|乡|镇|街道|股|所)|县[(、]?市?[、区)]|乡镇|下属|所属"
    r"|直属(?!机关)|基层|市级(?:部门|机关)|区级(?:部门|机关)|县级(?:部门|机关)|兄弟"
)
_COMPARED = re.compile(r"同比|比[上去]年|较[上去]年|相比|增加|减少|新增|增长|下降|多(?=受理|收到|公开)|每|平均|日均|月均|人均")
_CLAUSE_END = re.compile(r"[,:]")


def _last_clause(prefix: str) -> str:
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
        if (named or other) and (other == "同期" or prefix[max(0, match.start() - 1) : match.start()] in _VERSUS):
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
    return _ASIDE.sub("", prefix) if "》" in prefix or ")" in prefix or "〕" in prefix or "]" in prefix else prefix


def _is_own(sentence: _Sentence, at: int) -> bool:
    """Whether a figure at an offset of the sentence is the report's own: of its year, of its agency, and
    no plan, rule, comparison or running total."""
    prefix = _lead(sentence.text, at)
    if not _is_this_year(prefix, sentence.year) or _NOT_YET.search(prefix):
        return False
    if "累计" in prefix and (_SINCE_START.search(prefix) or not _THIS_YEAR.search(prefix)):
        return False
    clause = _last_clause(prefix)
    return not (_OTHERS.search(clause) or _COMPARED.search(clause))


def _is_part(sentence: _Sentence, at: int) -> bool:
    prefix = _lead(sentence.text, at)
    return "其中" in prefix or "包括" in prefix or "包含" in prefix


def _count(printed: str) -> Number | None:
    number = read_number(printed)
    if number.value is None or printed.endswith(("以下", "以内")):
        return None
    return number


# --- applications -----------------------------------------------------------------------------------

_RECEIVED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![未没不])(?<!没有)(?<!不予){_RECEIVE}(?P<who>{_ANY_REQUEST}){_REQUEST}{_REQUEST_TAIL}{_QUANTITY}{_SUM}(?P<n>{_CASE_COUNT})",
        rf"(?<![未没不])(?<!没有)(?<!不予){_RECEIVE}{_SUM}(?P<n>{_CASE_COUNT})的?(?P<who>{_ANY_REQUEST}){_REQUEST}(?!行政复议|复议|引发|收费|投诉)",
        rf"(?P<who>){_REQUEST}{_REQUEST_TAIL}(?:共)?(?:收到|接到|受理|接收|新收){_QUANTITY}{_SUM}(?P<n>{_CASE_COUNT})",
    )
)
_RECEIVED_BARE = re.compile(
    rf"(?<![未没不])(?<!没有)(?<!不予){_RECEIVE}(?:有效|各类)?(?:申请{_QUANTITY}{_SUM}(?P<n>{_CASE_COUNT})|{_SUM}(?P<m>{_CASE_COUNT})(?:有效)?申请(?![人公行]))"
)
_NONE_RECEIVED = re.compile(
    rf"{_NO}(?P<who>{_NOBODY}*+){_REQUEST}"
    rf"(?:的|政府|政务|信息|公开|书面|申请|事项|案件|信件|事件|事宜|情况|情形|要求|表|书|函|业务|内容|件|量|现象|办件){{0,8}}{_END}"
)
_RECEIVED_NOUGHT = re.compile(
    rf"{_REQUEST}{_REQUEST_TAIL}(?:情况)?{_QUANTITY}(?:(?:共计|共|均|都)?(?:为|是|:)\s?(?:零|0|无)|0)(?:\s?[件条起宗份次])?(?=[,、()\s]|$)|信息公开零申请|零依申请"
)
_NARROWED = re.compile(r"不予|部分公开|结转|延期|超期|逾期|不服|因|涉及(?!政府信息|信息公开)")
_WITH_CARRIED = re.compile(r"[(,\s]*(?:其中|含|包括|包含)[^),]{0,8}(?:上年|上一年|去年|结转)")
_ABOUT_REQUESTS = re.compile(
    r"(?P<request>依申请|信息公开申请|公开申请|申请公开|收到申请|受理申请|新收申请)"
    r"|提案|建议|信件|热线|留言|信箱|信访|来信|工单|诉求|咨询|许可|复议|诉讼|投诉"
)


def _concern_requests(sentence: _Sentence, at: int) -> bool:
    """Whether what is being counted at an offset are applications: the nearest such word before it."""
    last = None
    for last in _ABOUT_REQUESTS.finditer(sentence.before + sentence.text[:at]):
        pass
    return bool(last["request"]) if last else "申请" in sentence.heading


def _received(sentence: _Sentence) -> Iterator[_Statement]:
    text = sentence.text
    found: list[tuple[_Statement, bool]] = []
    bare = "申请" in text and _concern_requests(sentence, text.find("申请"))
    for pattern in (*_RECEIVED, *((_RECEIVED_BARE,) if bare else ())):
        for match in pattern.finditer(text):
            group = "m" if pattern is _RECEIVED_BARE and match["m"] else "n"
            number = _count(match[group])
            at = match.start(group)
            if number is None or "以上" in match[group] or not _is_own(sentence, at) or _is_part(sentence, at):
                continue
            if _WITH_CARRIED.match(text, match.end()):
                continue
            who = match["who"] if pattern is not _RECEIVED_BARE else ""
            narrowed = _ONE_WAY.search(who) or (_ONE_KIND.search(who) and _OTHER_KIND.search(text, match.end()))
            if narrowed and not _SEVERAL.search(who):
                continue
            whole = bool(re.search(r"[共总合]", text[max(0, match.start() - 3) : at]))
            found.append((sentence.says("requests.received", number, match.start(), match.end()), whole))
    if found:
        found.sort(key=lambda item: item[0].start)
        values = {statement.number.value for statement, _ in found}
        # Two counts side by side are parts by channel or kind, unless the first is called the sum
        if len(values) == 1 or found[0][1]:
            yield found[0][0]
        return
    for match in _NONE_RECEIVED.finditer(text):
        who = match["who"]
        if _ONE_WAY.search(who) and not _SEVERAL.search(who):
            continue
        if _is_own(sentence, match.start()):
            yield sentence.says("requests.received", _NOUGHT, match.start(), match.end())
            return
    for match in _RECEIVED_NOUGHT.finditer(text):
        clause = _last_clause(text[: match.start()])
        if _is_own(sentence, match.start()) and not _NARROWED.search(clause):
            yield sentence.says("requests.received", _NOUGHT, match.start(), match.end())
            return


# --- what became of the applications ----------------------------------------------------------------

_DONE = r"(?:的|答复|申请|件|数量|数|政府信息公开|信息公开|依申请公开){0,4}"
_OUTCOME = re.compile(
    rf"(?P<joint>公开(?:的)?(?:和|及|、|或|与))?"
    rf"(?:(?<!不)(?<!部分)(?:(?P<granted>(?:予以|同意)公开)|(?P<partial>(?:予以|同意)?部分(?:予以|同意)?公开)|(?P<refused>不予公开|不同意公开))”?"
    rf"(?!(?:的)?(?:和|及|、|或|与)(?:部分|不予|不同意)))"
    rf"{_DONE}{_SUM}(?P<n>{_CASE_COUNT})"
    rf"|(?P<before>{_CASE_COUNT})(?:申请)?(?:为|是|属于)?(?:(?P<granted_after>予以公开|同意公开)|(?P<partial_after>(?:予以|同意)?部分公开)|(?P<refused_after>不予公开|不同意公开))(?![^,]{{0,8}}\d)"
)
_RESOLVED = re.compile(
    rf"(?<!并)(?<!和)(?<!按时)(?<!按期)(?<!延期)(?<!超期)(?<!书面)(?<!电话)(?<!当面)(?<!口头)(?<!公开)(?P<verb>办结|答复)(?:了|完毕)?"
    rf"(?:{_REQUEST})?{_REQUEST_TAIL}{_QUANTITY}{_SUM}(?P<n>{_CASE_COUNT})"
    rf"|(?P<before>{_CASE_COUNT})(?:均|都)?(?:已|全部|按时|按期|依法){{1,3}}(?P<after>办结|答复)(?=[,、()\s]|$)"
)
_ON_TIME = re.compile(r"延期|超期|逾期")
_LAST_YEAR = r"(?:上一年度|上一年|上年度|上年|去年|(?P<from>20\d{2})年度?)"
_NEXT_YEAR = r"(?:下一年度|下一年|下年度|下年|次年度?|明年|(?P<to>20\d{2})年度?)"
_CARRIED_TAIL = r"(?:的|到|至|本年度?|今年|继续|办理|处理|答复|政府信息公开|信息公开|依申请公开|申请|件|数量)*"
_CARRIED_IN = re.compile(
    rf"(?:{_LAST_YEAR}(?:结转|转结)|(?:结转|转结)(?:自)?(?:上一年度|上一年|上年度|上年|去年)){_CARRIED_TAIL}{_SUM}(?P<n>{_CASE_COUNT})"
    rf"|(?P<before>{_CASE_COUNT})(?:申请)?(?:为|是|系|属于?)(?:上一年度|上一年|上年度|上年|去年)(?:结转|转结)"
)
_CARRIED_OUT = re.compile(
    rf"(?:结转|转结|顺延)(?:至|到|为)?{_NEXT_YEAR}{_CARRIED_TAIL}{_SUM}(?P<n>{_CASE_COUNT})"
    rf"|(?P<before>{_CASE_COUNT})(?:政府信息公开)?(?:申请)?(?:已|将|须|需|按照?《条例》(?:规定)?|依法|按规定)*(?:结转|转结|顺延)(?:至|到|为)?(?:下一年度|下一年|下年度|下年|次年|明年|(?P<to_after>20\d{{2}})年)"
)
_NONE_CARRIED = re.compile(
    rf"{_NOT}(?:有|需|需要|须|发生|存在)?(?P<in>上一年度|上一年|上年度|上年|去年)?(?:结转|转结)(?:自|至|到)?(?P<out>下一年度|下一年|下年度|下年|次年|明年)?"
    rf"(?P<in_after>上一年度|上一年|上年度|上年|去年)?{_CARRIED_TAIL}(?:的|情况|事项|案件){{0,2}}{_END}"
)


def _outcomes(sentence: _Sentence) -> Iterator[_Statement]:
    text = sentence.text
    if "公开" in text:
        for match in _OUTCOME.finditer(text):
            if match["granted"] or match["granted_after"]:
                indicator = "requests.granted"
            elif match["partial"] or match["partial_after"]:
                indicator = "requests.partial"
            elif sentence.newer_form:
                continue  # the newer forms have no row for all refusals together
            else:
                indicator = "requests.refused"
            yield from _case(sentence, indicator, match, skip=bool(match["joint"]))
    if "办结" in text or "答复" in text:
        for match in _RESOLVED.finditer(text):
            verb = match["verb"] or match["after"]
            if not sentence.newer_form and verb == "答复":
                continue  # the form of 2014 counts answered and closed applications apart
            indicator = "requests.resolved" if sentence.newer_form else "requests.closed"
            late = _ON_TIME.search(text) is not None
            yield from _case(sentence, indicator, match, skip=late or _is_part(sentence, match.start()))
    if sentence.newer_form and ("转" in text or "顺延" in text):
        yield from _carried(sentence)


def _case(sentence: _Sentence, indicator: str, match: re.Match[str], *, skip: bool) -> Iterator[_Statement]:
    group = "n" if match["n"] else "before"
    number = _count(match[group])
    at = match.start()
    if skip or number is None or not _is_own(sentence, at) or not _concern_requests(sentence, at):
        return
    yield sentence.says(indicator, number, at, match.end())


def _carried(sentence: _Sentence) -> Iterator[_Statement]:
    text, year = sentence.text, sentence.year
    for match in _CARRIED_IN.finditer(text):
        named = match["from"]
        wrong = bool(named) and year is not None and int(named) != year - 1
        yield from _case(sentence, "requests.carried_in", match, skip=wrong)
    for match in _CARRIED_OUT.finditer(text):
        named = match["to"] or match["to_after"]
        wrong = bool(named) and year is not None and int(named) != year + 1
        yield from _case(sentence, "requests.carried_out", match, skip=wrong)
    for match in _NONE_CARRIED.finditer(text):
        if not _is_own(sentence, match.start()) or not _concern_requests(sentence, match.start()):
            continue
        if match["in"] or match["in_after"]:
            yield sentence.says("requests.carried_in", _NOUGHT, match.start(), match.end())
        elif match["out"]:
            yield sentence.says("requests.carried_out", _NOUGHT, match.start(), match.end())


# --- reviews and litigation -------------------------------------------------------------------------

_REVIEW, _SUIT = "复议", "诉讼"
_DISPUTE_TAIL = (
    r"(?:的|申请|案件|案|事项|情况|案件数|数量|总数|数|件数)*"
    r"(?:总共|共计|共有|共|合计|总计|各|均|都|发生|为|是|有|达|:|\s){0,4}"
)
_DISPUTE_COUNT = re.compile(
    rf"(?P<kind>复议|诉讼)(?P<tail>{_DISPUTE_TAIL})(?P<n>{_CASE_COUNT})"
    rf"|(?P<before>{_CASE_COUNT})(?:的)?(?P<of>(?:(?!其中|维持|纠|撤|审结|驳回|答复|办结)[^,。;:\d、]){{0,24}}?)(?P<kind_after>复议|诉讼)(?![^,]{{0,6}}(?:维持|纠|撤销|驳回|审结))"
)
_JOINED_BEFORE = re.compile(r"(?:复议|诉讼)(?:申请|案件|案|事项)?(?:、|和|及|与|或|以及|或者)(?:被)?(?:提起|申请|引发)?(?:的)?(?:行政)?$")
_JOINED_AFTER = re.compile(r"(?:申请|案件|案)?(?:、|和|及|与|或|以及|或者)(?:被)?(?:提起|申请)?(?:行政)?(?:复议|诉讼)")
_RESPECTIVELY = re.compile(
    rf"(?P<first>复议|诉讼)(?:申请|案件|案)?(?:、|和|及|与|以及)(?:被)?(?:提起|申请)?(?:行政)?(?P<second>复议|诉讼)(?:的|申请|案件|案|事项|数量|数)*"
    rf"分别(?:为|是|有|发生|共)?(?P<n>{_CASE_COUNT}|\d+)(?:、|,|和|及)(?P<m>{_CASE_COUNT})"
)
_ROUTE = re.compile(
    r"(?P<direct>未经复议直接(?:起诉|提起(?:行政)?诉讼))|(?P<after_review>复议后(?:再|又)?(?:起诉|提起(?:行政)?诉讼))"
)
_ROUTE_TAIL = re.compile(rf"{_DISPUTE_TAIL}(?P<n>{_CASE_COUNT})")
_ANOTHER_ROLE = re.compile(r"受理|审理|审结|办理|办结|代理|应诉|出庭|作出|[一二]审")
_AMONG_THEM = re.compile(r"[^;。]{0,20}(?:其中|涉及)[^;。]{0,14}信息公开")
_NO_DISPUTE = re.compile(
    r"(?:未曾|从未|尚未|均未|未|没有|没|(?<!有)(?<!毫)无)"
    r"(?=收到|接到|受理|接受|发生|出现|产生|存在|涉及|涉|引发|引起|被|因|有|提起|提出|申请|行政|针对|对|关于|政府|信息|一[件起例次宗]"
    r"|公民|复议|诉讼|人|任何|过|就|由|向|依申请|群众|法人|当事人|相关|与)|零(?=行政复议|复议|行政诉讼|诉讼)"
)
_DISPUTE_SPOILT = re.compile(
    r"败诉|撤销|纠[正错]|违法|确认|变更|维持|超期|逾期|未经|审结|正当|理由|处理|结案|收取|费用|不(?!服)|\d|终结|办理完"
)
_CONTINUED = re.compile(r",(?:也|亦)?(?:或|和|及|以及|或者)?(?:被)?(?:提起|申请)?(?:被)?(?:提起)?(?:行政)?诉讼")
_NO_DISPUTE_AFTER = re.compile(
    r"(?P<kinds>(?:(?:被)?(?:申请|提起)?(?:行政)?(?:复议|诉讼|申诉)(?:申请|案件|案|事项)*(?:、|和|及|与|或|以及|或者)?)+)"
    r"(?:的|案件|情况|事项|申请|数量|数|发生)*"
    r"(?:(?:均|都|也|亦|共|各)?(?:为|是|:)\s?(?:零|0(?!\.)|无)(?:\s?[件起宗例次])?|(?:均|都|也|亦|皆)?(?:未|没有|无)(?:发生|出现|产生|涉及|收到|受理)?|(?:均|都|皆)无)"
    r"(?=[,、()\s]|$)"
)


def _dispute_indicators(kind: str, newer_form: bool, *, nought: bool) -> tuple[str, ...]:
    if kind == _REVIEW:
        return ("review.total",)
    if not newer_form:
        return ("litigation.total",)
    # The newer forms count suits by route; only their absence says something of both routes
    return ("litigation.direct.total", "litigation.after_review.total") if nought else ()


def _disputes(sentence: _Sentence) -> Iterator[_Statement]:
    yield from _no_disputes(sentence)
    yield from _routes(sentence)
    text = sentence.text
    for match in _RESPECTIVELY.finditer(text):
        for kind, printed in ((match["first"], match["n"]), (match["second"], match["m"])):
            number = _count(printed)
            if number and _is_own_dispute(sentence, match.start(), match.end(), number):
                for indicator in _dispute_indicators(kind, sentence.newer_form, nought=number.value == 0):
                    yield sentence.says(indicator, number, match.start(), match.end())
    for match in _DISPUTE_COUNT.finditer(text):
        printed = match["n"] or match["before"]
        number = _count(printed)
        if number is None or not _is_own_dispute(sentence, match.start(), match.end(), number):
            continue
        kind = match["kind"] or match["kind_after"]
        kinds: tuple[str, ...] = (kind,)
        if match["kind"]:
            joined = _JOINED_BEFORE.search(text[: match.start()])
        else:
            joined = _JOINED_AFTER.match(text, match.end())
        if joined:
            if number.value != 0 and "各" not in (match["tail"] or ""):
                continue  # one number for both together
            kinds = (_REVIEW, _SUIT)
        start = joined.start() if joined and match["kind"] else match.start()
        for each in kinds:
            for indicator in _dispute_indicators(each, sentence.newer_form, nought=number.value == 0):
                yield sentence.says(indicator, number, start, match.end())


def _is_own_dispute(sentence: _Sentence, start: int, end: int, number: Number) -> bool:
    """Whether a count of reviews or suits is of those about open government information, against this
    agency. No review at all means none about that either."""
    text = sentence.text
    if not _is_own(sentence, start) or _is_part(sentence, start) or "复议后" in text or "未经复议" in text:
        return False
    if number.value == 0:
        return True
    if _AMONG_THEM.match(text, end) or _ANOTHER_ROLE.search(_last_clause(text[:end])):
        return False
    return "信息公开" in text[:end] or "信息公开" in sentence.heading or "信息公开" in _just_before(sentence)


def _just_before(sentence: _Sentence) -> str:
    """The part of the same sentence before a semicolon."""
    before = sentence.before
    return before[:-1].rpartition("。")[2] if before.endswith(";") else ""


def _routes(sentence: _Sentence) -> Iterator[_Statement]:
    if not sentence.newer_form:
        return
    for route in _ROUTE.finditer(sentence.text):
        counted = _ROUTE_TAIL.match(sentence.text, route.end())
        number = _count(counted["n"]) if counted else None
        if counted and number and _is_own(sentence, route.start()):
            indicator = "litigation.direct.total" if route["direct"] else "litigation.after_review.total"
            yield sentence.says(indicator, number, route.start(), counted.end())


def _no_disputes(sentence: _Sentence) -> Iterator[_Statement]:
    text = sentence.text
    for match in _NO_DISPUTE.finditer(text):
        stop = text.find(",", match.end())
        stop = len(text) if stop < 0 else stop
        if stop < len(text) and (more := _CONTINUED.match(text, stop)):
            stop = more.end()
        denied = text[match.end() : stop]
        last = max(denied.rfind(_REVIEW), denied.rfind(_SUIT))
        if last < 0 or last > 60 or _DISPUTE_SPOILT.search(denied) or not _is_own(sentence, match.start()):
            continue
        for kind in (_REVIEW, _SUIT):
            if kind in denied:
                for indicator in _dispute_indicators(kind, sentence.newer_form, nought=True):
                    yield sentence.says(indicator, _NOUGHT, match.start(), match.end() + last + 2)
    for match in _NO_DISPUTE_AFTER.finditer(text):
        if not _is_own(sentence, match.start()):
            continue
        for kind in (_REVIEW, _SUIT):
            if kind in match["kinds"]:
                for indicator in _dispute_indicators(kind, sentence.newer_form, nought=True):
                    yield sentence.says(indicator, _NOUGHT, match.start(), match.end())


# --- complaints and fees ----------------------------------------------------------------------------

_COMPLAINT = r"(?:举报投诉|投诉举报|举报、投诉|投诉、举报|投诉和举报|举报和投诉|举报|投诉)"
_COMPLAINT_TAIL = r"(?:的|案件|信件|件|事项|情况|现象|事件|问题)*"
_COMPLAINTS = re.compile(
    rf"信息公开(?:工作|方面|类|相关|有关|的|问题|事项)*{_COMPLAINT}(?:案件|信件|件|事项)?{_QUANTITY}{_SUM}(?P<n>{_CASE_COUNT})"
    rf"|(?<![费环服])(?:举报投诉|投诉举报){_QUANTITY}(?:共|为|:|\s)*(?P<nought>0\s?[件起次宗])"
    rf"|(?P<before>{_CASE_COUNT})(?:有关|关于|涉及|针对|对|因)?(?:政府|政务)?信息公开(?:工作|方面|类|问题|引发|引起|的)*{_COMPLAINT}"
)
_NO_COMPLAINTS = re.compile(
    rf"零(?:举报、?)?投诉|零举报|{_NO}(?:{_NOBODY}|政府信息公开|政务信息公开|信息公开|政务公开|工作|方面|事项|问题|情况|引起|引发|因"
    rf"|被|申请|案件|行政复议|行政诉讼|复议|诉讼|申诉)*+{_COMPLAINT}{_COMPLAINT_TAIL}{_END}"
)
_OTHER_COMPLAINTS = re.compile(r"窗口|审批|热线|办事|服务|消费|环境|环保|12345|教学|医疗|执法|信访|物业|工程")

_FEE_WORDS = (
    r"(?:任何|相关|有关|一切|申请人|公民|的|检索|复制|复印|邮寄|、|等|成本|工本|信息|处理|政府|公开|依申请|提供|查询|和|及|或|各项|各类|方面)*"
)
_NO_FEES = re.compile(
    rf"{_NOT}(?:向(?:申请人|[^,]{{2,8}}))?(?:收取|收缴|收|产生|发生|存在|出现|有|涉及)?(?:过)?{_FEE_WORDS}(?:费用|收费|费)"
    rf"(?:(?:及|和|与|、|或)(?:费用)?减免)?的?(?:情况|现象|行为|事项|情形)?{_END}"
    rf"|零收费|(?:均|全部|一律)免收[^,]{{0,8}}费用?|收费(?:金额|总额|情况|数额)?(?:为|:)\s?(?:零|0|无)(?:万?元)?(?=[,、()\s]|$)"
)
_FEES = re.compile(
    rf"(?:收取|收缴)(?:了)?(?:(?!减免)[^,;。:\d()]){{0,30}}?(?:费用|费|成本){_QUANTITY}(?:总额|金额)?{_SUM}(?:人民币)?(?P<n>{_MONEY})"
    rf"|(?<!减免)(?<!免收)(?:收费|费用){_QUANTITY}(?:总额|金额)?{_SUM}(?:人民币)?(?P<m>{_MONEY})"
    rf"|(?:收取|收费)(?:了)?{_SUM}(?P<k>{_MONEY})"
)
_OTHER_FEES = re.compile(
    r"行政事业性|诉讼费|复议费|诉讼有关|会费|培训|违规|乱收|不合理|多收|超标|支出|经费|预算|决算|罚|奖|采购|三公|项目"
)
_FEES_OF_REQUESTS = re.compile(r"依申请|信息|申请人|检索|复制|邮寄")


def _complaints(sentence: _Sentence) -> Iterator[_Statement]:
    text = sentence.text
    if _OTHER_COMPLAINTS.search(text):
        return
    for match in _COMPLAINTS.finditer(text):
        number = _count(match["n"] or match["nought"] or match["before"])
        if number and _is_own(sentence, match.start()) and not _is_part(sentence, match.start()):
            yield sentence.says("complaints.total", number, match.start(), match.end())
    for match in _NO_COMPLAINTS.finditer(text):
        if _is_own(sentence, match.start()):
            yield sentence.says("complaints.total", _NOUGHT, match.start(), match.end())


def _fees(sentence: _Sentence) -> Iterator[_Statement]:
    text = sentence.text
    if _OTHER_FEES.search(text) or not (_FEES_OF_REQUESTS.search(text) or "收费" in sentence.heading):
        return
    for match in _FEES.finditer(text):
        number = in_unit(_money(match), "万元")
        clause = _last_clause(text[: match.end()])
        if number.value is None or "减免" in clause or not _is_own(sentence, match.start()):
            continue
        if not _is_part(sentence, match.start()):
            yield sentence.says("fees.collected", number, match.start(), match.end())
    for match in _NO_FEES.finditer(text):
        if _is_own(sentence, match.start()):
            yield sentence.says("fees.collected", _NOUGHT, match.start(), match.end())


def _money(match: re.Match[str]) -> Number:
    return read_number(match["n"] or match["m"] or match["k"])


# --- what was disclosed -----------------------------------------------------------------------------

_ITEMS = r"(?:条次|条|件|篇|份|项|则|个(?!栏|专|方面|大类|类))(?:以上|左右)?"
_ITEM_COUNT = re.compile(
    rf"(?<![\d.,第\-—~～至])(?P<n>(?:(?:大约|约|将近|接近|近|超过|超|逾|多达)\s?)?(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)"
    rf"\s?[余多]?\s?万?\s?[余多]?\s?{_ITEMS})"
)
_INFORMATION = (
    r"(?:全[省市县区州镇乡]|本级|本机关|本局|我[局市县区镇乡委办])?(?:的)?(?:各类|各种|各项|有效|相关|有关)?(?:政府|政务公开|政务|公开)?(?:各类|各种)?(?:公开)?信息"
)
_PIECES = r"(?:推文|图文消息|图文信息|图文|消息|文章|原创文章|微信信息|微博信息|微信|微博|博文|稿件|内容|作品)"
_DISCLOSED = re.compile(
    rf"(?P<verb>(?<!申请)(?<!不)(?<!不予)(?<!部分)(?<!予以)(?<!同意)(?<!应)(?<!未)(?<!拟)(?<!信息)"
    rf"(?:主动公开|对外公开|公开|公布|发布|推送|更新|刊登|刊发|刊载|上传|编发))"
    rf"(?P<done>了|的)?(?P<object>{_INFORMATION}|{_PIECES}|(?P<list>[^,。\d]{{2,60}}等)(?:各类|各种|各方面|方面|相关)?(?:的)?(?:政府|政务|公开)?信息)?"
    rf"(?:的)?(?:总数|总量|数量|数|量)?{_SUM}$"
)
_INFORMATION_FIRST = re.compile(rf"{_INFORMATION}(?P<verb>发布|公开|更新)(?:总数|总量|数量|数|量)?{_SUM}$")
_OBJECT_AFTER = re.compile(rf"(?:的)?(?:{_INFORMATION}|{_PIECES})(?=[,、()\s]|$)")

_CHANNELS = (
    ("disclosed.channel.website", r"网站|门户网站?|信息网站?|政府网站?|官网|政务网站?"),
    ("disclosed.channel.wechat", r"微信|公众号|订阅号"),
    ("disclosed.channel.weibo", r"微博"),
    ("disclosed.channel.gazette", r"政府公报|人民政府公报|政报"),
    ("disclosed.channel.other", r"其[他它](?:方式|渠道|途径|形式)"),
    (None, r"平台|专栏|栏目|板块|目录|系统|客户端|APP|app|公示栏|公告栏|公开栏|宣传栏|屏|报纸|报刊|电视|电台|广播|查阅|头条|抖音|手机|新闻发布会|媒体|公告|公报|短信"),
)
_CHANNEL = re.compile("|".join(f"(?P<c{i}>{words})" for i, (_, words) in enumerate(_CHANNELS)))
_AND_OTHERS = re.compile(r"等(?:$|[^,]{0,2}(?:阵地|平台|渠道|载体|方式|形式|途径|媒体|媒介|多))|各类(?:平台|渠道|载体)|多种(?:方式|渠道|形式)")
_CLOSE = re.compile(
    r"(?:公众号|平台|账号|官方|公众|号|订阅号|服务号|网站|网|首页|”|》|\"|\([^()]*\)|上|中|共计|累计|共|全年|本年度|年度|今年|主动|对外|及时|依法|累计|总计|合计|已|依托|,|、|\s)*$"
)
_SUBJECT = re.compile(r"(?:领域|方面|工作中|过程中|事项|类别|专栏)$")
_MEANS = re.compile(r"通过|利用|依托|借助|运用|以|在|于|用")


def _disclosed(sentence: _Sentence) -> Iterator[_Statement]:
    text = sentence.text
    found: list[_Statement] = []
    previous = 0
    for match in _ITEM_COUNT.finditer(text):
        start, previous = previous, match.end()
        lead = text[max(start, match.start() - 160) : match.start()]
        stated = _DISCLOSED.search(lead) or _INFORMATION_FIRST.search(lead)
        if stated is None:
            continue
        groups = stated.groupdict()
        generic = bool(groups.get("object")) or stated.re is _INFORMATION_FIRST
        generic = generic or _OBJECT_AFTER.match(text, match.end()) is not None
        if not generic:
            # 公众号发布 85 条 names no object; only the channel can say what was counted
            if groups.get("done") == "的" or text[match.end() : match.end() + 1] not in ("", ",", "、", "("):
                continue
        number = _count(match["n"])
        at = match.start()
        if number is None or not _is_own(sentence, at):
            continue
        channel = _channel(lead[: stated.start()], stated["verb"], generic)
        if channel is None:
            continue
        indicator, named_at = channel
        if indicator == "disclosed.total" and (_is_part(sentence, at) or (not generic and stated["verb"] != "主动公开")):
            continue
        begin = match.start() - len(lead) + (stated.start() if named_at is None else named_at)
        found.append(sentence.says(indicator, replace(number, unit=_UNIT_OF_DISCLOSURE), begin, match.end()))
    for indicator in dict.fromkeys(statement.indicator for statement in found):
        mine = [s for s in found if s.indicator == indicator]
        whole = [s for s in mine if not _is_part(sentence, s.end - sentence.start)] or mine
        # Several sites or accounts side by side: none of them is the channel's figure
        if indicator == "disclosed.total" or len({s.number.value for s in whole}) == 1:
            yield whole[0]


def _channel(lead: str, verb: str, generic: bool) -> tuple[str, int | None] | None:
    """The indicator a disclosure counts towards, and where its channel is named: the one channel named
    right before the verb, the total where none or several with 等 are named, None where that is open."""
    begin = lead.rfind(",") + 1
    clause = lead[begin:]
    named = list(_CHANNEL.finditer(clause))
    disclosing = verb in ("主动公开", "对外公开", "公开")
    if not named:
        # A channel in an earlier clause may or may not be meant
        if _CHANNEL.search(lead) and _MEANS.search(lead) and not _AND_OTHERS.search(lead):
            return None
        return ("disclosed.total", None) if disclosing and not _SUBJECT.search(clause) else None
    if _AND_OTHERS.search(clause):
        return ("disclosed.total", None) if disclosing and generic else None
    # 微信公众号平台: the platform is no channel of its own beside the one that has it
    kinds = {match.lastgroup for match in named if match[0] != "平台"} or {named[-1].lastgroup}
    if len(kinds) > 1 or not _CLOSE.match(clause, named[-1].end()):
        return None
    indicator = _CHANNELS[int(str(kinds.pop())[1:])][0]
    return None if indicator is None else (indicator, begin + named[0].start())


# --- the whole text ---------------------------------------------------------------------------------


def read_narrative(
    text: str, *, era: EraName, year: int | None, locate: Callable[[int], int] | None = None
) -> list[Fact]:
    """The figures stated in running text, one fact an indicator, in the order they stand in it.

    `text` is repaired and simplified, one block a line. `year` is the report's year; figures of another
    year are left out. `locate` maps an offset of the text to the source. Where a total is stated more
    than once the first exact one counts.
    """
    chosen: dict[str, _Statement] = {}
    for statement in _statements(text, era, year):
        known = chosen.get(statement.indicator)
        if known is None or (known.number.qualifier != "exact" and statement.number.qualifier == "exact"):
            chosen[statement.indicator] = statement
    place = locate or (lambda offset: offset)
    facts = []
    for statement in sorted(chosen.values(), key=lambda s: (s.start, s.end)):
        start, end = place(statement.start), place(statement.end - 1) + 1
        number = statement.number
        facts.append(
            Fact(
                indicator=statement.indicator,
                value=number.value,
                state="reported",
                unit=_unit(statement.indicator),
                raw=text[statement.start : statement.end],
                location=f"characters {start}-{end}",
                method="narrative",
                qualifier=number.qualifier,
                start=start,
                end=end,
            )
        )
    return facts


def _unit(indicator: str) -> str:
    if indicator.startswith("disclosed."):
        return _UNIT_OF_DISCLOSURE
    return _UNITS.get(indicator, _UNIT_OF_CASES)


def _statements(text: str, era: EraName, year: int | None) -> Iterator[_Statement]:
    newer_form = era in ("2019", "2021")
    folded = text.replace("，", ",").replace("；", ";").replace("：", ":").replace("（", "(").replace("）", ")").replace("！", "!")
    headings = [m for m in _HEADING.finditer(folded) if m.start() == 0 or folded[m.start() - 1] in "\n。; 　\t"]
    starts = [m.start() for m in headings]
    ends = [m.start() for m in _SENTENCE_END.finditer(folded)]
    for index, heading in enumerate(headings):
        yield from _nothing_under(folded, heading, starts[index + 1] if index + 1 < len(starts) else None, newer_form)
    done = 0
    for anchor in _ANCHOR.finditer(folded):
        if anchor.start() < done:
            continue
        index = bisect_left(ends, anchor.start())
        start = ends[index - 1] + 1 if index else 0
        done = ends[index] if index < len(ends) else len(folded)
        under = bisect_right(starts, anchor.start()) - 1
        if _looks_ahead(headings, under):
            continue
        heading_text = ""
        if under >= 0:
            heading_text = headings[under][0]
            if start < headings[under].end() <= anchor.start():
                start = headings[under].end()
        words = folded[start:done]
        line = folded.rfind("\n", 0, start) + 1
        sentence = _Sentence(words, start, folded[max(line, start - 200) : start], heading_text, year, newer_form)
        yield from _read(sentence)


def _read(sentence: _Sentence) -> Iterator[_Statement]:
    words = sentence.text
    if "申请" in words:
        yield from _received(sentence)
    if "公开" in words or "办结" in words or "答复" in words or "转" in words:
        yield from _outcomes(sentence)
    if "复议" in words or "诉" in words:
        yield from _disputes(sentence)
        if "投诉" in words or "举报" in words:
            yield from _complaints(sentence)
    if "费" in words:
        yield from _fees(sentence)
    if "公开" in words or "发布" in words or "信息" in words or "微" in words:
        yield from _disclosed(sentence)


def _looks_ahead(headings: list[re.Match[str]], index: int) -> bool:
    """Whether a place under a heading belongs to a section on problems and plans: its own heading says
    so, or the chapter's."""
    while index >= 0:
        if _AHEAD.search(headings[index][0]):
            return True
        if not headings[index][0].startswith("("):
            return False
        index -= 1
    return False


def _nothing_under(text: str, heading: re.Match[str], stop: int | None, newer_form: bool) -> Iterator[_Statement]:
    """A heading whose whole content is 无."""
    nothing = _NOTHING.match(text, heading.end())
    if nothing is None or nothing.end() < (len(text) if stop is None else stop):
        return
    title, start, end = heading[0], heading.start(), nothing.end()
    for kind in (_REVIEW, _SUIT):
        if kind in title:
            for indicator in _dispute_indicators(kind, newer_form, nought=True):
                yield _Statement(indicator, _NOUGHT, start, end)
    if "依申请公开" in title and _REVIEW not in title and "费" not in title:
        yield _Statement("requests.received", _NOUGHT, start, end)
