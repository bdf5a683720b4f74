"""Applications: how many were received, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.report.narrative.sentence import (
    CASE_COUNT,
    END,
    NO,
    NOBODY,
    NOT,
    NOUGHT,
    QUANTITY,
    SUM,
    Sentence,
    Statement,
    count,
    is_own,
    is_part,
    last_clause,
)

# What an application is called
REQUEST = (
    r"(?:(?:政府|政务)?信息(?:依申请)?公开(?:工作)?的?(?:书面|有效)?申请"
    r"|依申请(?:(?:政府|政务)?(?:信息)?公开|(?=件))"
    r"|申请(?:政府|政务)?信息公开"
    r"|(?:公开|获取)(?:政府|政务|相关|有关)?信息的?(?:书面)?申请"
    r"|申请公开的?(?:政府|政务|相关|有关)?信息"
    r"|(?:政府|政务)信息申请公开|(?<=的)公开申请"
    r"|(?:依申请公开|信息公开)的?请求)"
)
_REQUEST_TAIL = r"(?:的|政府|政务|信息|公开|书面|有效|申请|事项|案件|信件|表|书|函|业务|要求|办件|邮件|件(?=[共合总累计为\s\d]))*"
_RECEIVE = (
    r"(?<![未没不])(?<!没有)(?<!不予)(?:收到|接到|受理|接收|新收|接受|收悉|共收)"
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

_RECEIVED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_RECEIVE}(?P<who>{_ANY_REQUEST}){REQUEST}{_REQUEST_TAIL}{QUANTITY}{SUM}(?P<n>{CASE_COUNT})",
        (
            rf"{_RECEIVE}{SUM}(?P<n>{CASE_COUNT})的?(?P<who>{_ANY_REQUEST}){REQUEST}"
            r"(?!行政复议|复议|引发|收费|投诉)"
        ),
        rf"(?P<who>){REQUEST}{_REQUEST_TAIL}(?:共)?(?:收到|接到|受理|接收|新收){QUANTITY}{SUM}(?P<n>{CASE_COUNT})",
        rf"(?P<who>){REQUEST}(?:总量|总数|数量|总件数)(?:共|为|是|:){{1,2}}(?P<n>{CASE_COUNT})",
    )
)
_RECEIVED_BARE = re.compile(
    rf"{_RECEIVE}(?:有效|各类)?"
    rf"(?:申请(?:书|表|函)?{QUANTITY}{SUM}(?P<n>{CASE_COUNT})|{SUM}(?P<m>{CASE_COUNT})(?:有效)?申请(?![人公行]))"
)
_NONE_RECEIVED = re.compile(
    rf"{NO}(?P<who>{NOBODY}*+){REQUEST}"
    rf"(?:的|政府|政务|信息|公开|书面|申请|事项|案件|信件|事件|事宜|情况|情形|要求|表|书|函|业务|内容|件|量|现象|办件){{0,8}}{END}"
)
_RECEIVED_NOUGHT = re.compile(
    rf"{REQUEST}{_REQUEST_TAIL}(?:情况)?{QUANTITY}(?:(?:共计|共|均|都)?(?:为|是|:)\s?(?:零|0|无)|0)"
    r"(?:\s?[件条起宗份次])?(?=[,、()\s]|$)|信息公开零申请|零依申请"
)
_NARROWED = re.compile(r"不予|部分公开|结转|延期|超期|逾期|不服|因|涉及(?!政府信息|信息公开)")
_WITH_CARRIED = re.compile(r"[(,\s]*(?:其中|含|包括|包含)[^),]{0,8}(?:上年|上一年|去年|结转)")
_ABOUT_REQUESTS = re.compile(
    r"(?P<request>依申请|信息公开申请|公开申请|申请公开|收到申请|受理申请|新收申请)"
    r"|提案|建议|信件|热线|留言|信箱|信访|来信|工单|诉求|咨询|许可|复议|诉讼|投诉"
)


def _concern_requests(sentence: Sentence, at: int) -> bool:
    """Whether what is being counted at an offset are applications: the nearest such word before it."""
    named = [match["request"] for match in _ABOUT_REQUESTS.finditer(sentence.before + sentence.text[:at])]
    return bool(named[-1]) if named else "申请" in sentence.heading


def received(sentence: Sentence) -> Iterator[Statement]:
    """Applications received in the year: the total, or that there was none."""
    text = sentence.text
    found: list[tuple[Statement, bool]] = []
    bare = "申请" in text and _concern_requests(sentence, text.find("申请"))
    for pattern in (*_RECEIVED, *((_RECEIVED_BARE,) if bare else ())):
        for match in pattern.finditer(text):
            group = "m" if pattern is _RECEIVED_BARE and match["m"] else "n"
            number = count(match[group])
            at = match.start(group)
            if number is None or "以上" in match[group] or not is_own(sentence, at) or is_part(sentence, at):
                continue
            if _WITH_CARRIED.match(text, match.end()):
                continue
            who = match["who"] if pattern is not _RECEIVED_BARE else ""
            narrowed = _ONE_WAY.search(who) or (
                _ONE_KIND.search(who) and _OTHER_KIND.search(text, match.end())
            )
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
        if is_own(sentence, match.start()):
            yield sentence.says("requests.received", NOUGHT, match.start(), match.end())
            return
    for match in _RECEIVED_NOUGHT.finditer(text):
        clause = last_clause(text[: match.start()])
        if is_own(sentence, match.start()) and not _NARROWED.search(clause):
            yield sentence.says("requests.received", NOUGHT, match.start(), match.end())
            return


_DONE = r"(?:的|答复|申请|件|数量|数|政府信息公开|信息公开|依申请公开){0,4}"
_OUTCOME = re.compile(
    rf"(?:(?P<granted>(?:予以|同意)公开(?<!不.{{4}})(?<!部分.{{4}}))|(?P<partial>(?:予以|同意)?部分(?:予以|同意)?公开)"
    rf"|(?P<refused>不予公开|不同意公开))”?(?!(?:的)?[和及、或与](?:部分|不予|不同意)){_DONE}{SUM}(?P<n>{CASE_COUNT})"
)
_OUTCOME_AFTER = re.compile(
    rf"(?P<n>{CASE_COUNT})(?:申请)?[为是]?(?:(?P<granted>予以公开|同意公开)|(?P<partial>(?:予以|同意)?部分公开)"
    rf"|(?P<refused>不予公开|不同意公开))(?![^,]{{0,8}}\d)"
)
_HAS_OUTCOME = re.compile(r"[予以意分]公开")
_RESOLVED = re.compile(
    rf"(?P<verb>办结|答复)(?<![并和][办答][结复])(?<!(?:[按延超]|书|电|当|口|公)[时期面话头开][办答][结复])(?:了|完毕)?"
    rf"(?:{REQUEST})?{_REQUEST_TAIL}{QUANTITY}{SUM}(?P<n>{CASE_COUNT})"
)
_RESOLVED_AFTER = re.compile(
    rf"(?P<n>{CASE_COUNT})[均都]?(?:已|全部|按时|按期|依法){{1,3}}(?P<verb>办结|答复)(?=[,、()\s]|$)"
)
_ON_TIME = re.compile(r"延期|超期|逾期")
_LAST_YEAR = r"(?:上一年度|上一年|上年度|上年|去年|(?P<from>20\d{2})年度?)"
_NEXT_YEAR = r"(?:下一年度|下一年|下年度|下年|次年度?|明年|(?P<to>20\d{2})年度?)"
_CARRIED_TAIL = (
    r"(?:的|到|至|本年度?|今年|继续|办理|处理|答复|政府信息公开|信息公开|依申请公开|申请|件|数量)*"
)
_CARRIED_IN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LAST_YEAR}(?:结转|转结){_CARRIED_TAIL}{SUM}(?P<n>{CASE_COUNT})",
        rf"(?:结转|转结)自?(?P<from>)(?:上一年度|上一年|上年度|上年|去年){_CARRIED_TAIL}{SUM}(?P<n>{CASE_COUNT})",
        rf"(?P<n>{CASE_COUNT})(?:申请)?(?:为|是|系|属于?)(?P<from>)(?:上一年度|上一年|上年度|上年|去年)(?:结转|转结)",
    )
)
_CARRIED_OUT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:结转|转结|顺延)[至到为]?{_NEXT_YEAR}{_CARRIED_TAIL}{SUM}(?P<n>{CASE_COUNT})",
        (
            rf"(?P<n>{CASE_COUNT})(?:政府信息公开)?(?:申请)?(?:已|将|须|需|按照?《条例》(?:规定)?|依法|按规定)*"
            rf"(?:结转|转结|顺延)[至到为]?{_NEXT_YEAR}"
        ),
    )
)
_NONE_CARRIED = re.compile(
    rf"{NOT}(?:有|需|需要|须|发生|存在)?(?P<in>上一年度|上一年|上年度|上年|去年)?(?:结转|转结)(?:自|至|到)?(?P<out>下一年度|下一年|下年度|下年|次年|明年)?"
    rf"(?P<in_after>上一年度|上一年|上年度|上年|去年)?{_CARRIED_TAIL}(?:的|情况|事项|案件){{0,2}}{END}"
)


def outcomes(sentence: Sentence) -> Iterator[Statement]:
    """Applications closed, granted, partly granted and refused, and those carried over."""
    text = sentence.text
    if _HAS_OUTCOME.search(text):
        for match in (*_OUTCOME.finditer(text), *_OUTCOME_AFTER.finditer(text)):
            if match["granted"]:
                indicator = "requests.granted"
            elif match["partial"]:
                indicator = "requests.partial"
            elif sentence.newer_form:
                continue  # the newer forms have no row for all refusals together
            else:
                indicator = "requests.refused"
            joined = text[: match.start()].endswith(("公开和", "公开及", "公开、", "公开或", "公开与"))
            yield from _case(sentence, indicator, match, skip=joined)
    if "办结" in text or "答复" in text:
        indicator = "requests.resolved" if sentence.newer_form else "requests.closed"
        late = _ON_TIME.search(text) is not None
        for match in (*_RESOLVED.finditer(text), *_RESOLVED_AFTER.finditer(text)):
            # The form of 2014 counts answered and closed applications apart
            other = match["verb"] == "答复" and not sentence.newer_form
            yield from _case(
                sentence, indicator, match, skip=late or other or is_part(sentence, match.start())
            )
    if sentence.newer_form and ("转" in text or "顺延" in text):
        yield from _carried(sentence)


def _case(sentence: Sentence, indicator: str, match: re.Match[str], *, skip: bool) -> Iterator[Statement]:
    number = count(match["n"])
    at = match.start()
    if not skip and number is not None and is_own(sentence, at) and _concern_requests(sentence, at):
        yield sentence.says(indicator, number, at, match.end())


def _carried(sentence: Sentence) -> Iterator[Statement]:
    text, year = sentence.text, sentence.year
    for pattern in _CARRIED_IN:
        for match in pattern.finditer(text):
            wrong = bool(match["from"]) and year is not None and int(match["from"]) != year - 1
            yield from _case(sentence, "requests.carried_in", match, skip=wrong)
    for pattern in _CARRIED_OUT:
        for match in pattern.finditer(text):
            wrong = bool(match["to"]) and year is not None and int(match["to"]) != year + 1
            yield from _case(sentence, "requests.carried_out", match, skip=wrong)
    for match in _NONE_CARRIED.finditer(text):
        if not is_own(sentence, match.start()) or not _concern_requests(sentence, match.start()):
            continue
        if match["in"] or match["in_after"]:
            yield sentence.says("requests.carried_in", NOUGHT, match.start(), match.end())
        elif match["out"]:
            yield sentence.says("requests.carried_out", NOUGHT, match.start(), match.end())
