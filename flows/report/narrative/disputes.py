"""Administrative reviews and suits over open government information."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.report.narrative.sentence import (
    CASE_COUNT,
    NOUGHT,
    Sentence,
    Statement,
    count,
    is_own,
    is_part,
    just_before,
    last_clause,
)
from flows.report.types import Number

REVIEW, SUIT = "复议", "诉讼"
_DISPUTE_TAIL = (
    r"(?:的|申请|案件|案|事项|情况|案件数|数量|总数|数|件数)*"
    r"(?:总共|共计|共有|共|合计|总计|各|均|都|发生|为|是|有|达|:|\s){0,4}"
)
_DISPUTE_COUNT = re.compile(rf"(?:行政)?(?P<kind>复议|诉讼)(?P<tail>{_DISPUTE_TAIL})(?P<n>{CASE_COUNT})")
_COUNTED_DISPUTE = re.compile(
    rf"(?P<n>{CASE_COUNT})(?P<tail>)的?(?:(?!其中|维持|纠|撤|审结|驳回|答复|办结)[^,。;:\d、]){{0,24}}?(?P<kind>复议|诉讼)"
    rf"(?![^,]{{0,6}}(?:维持|纠|撤销|驳回|审结))"
)
_JOINED_BEFORE = re.compile(
    r"(?:复议|诉讼)(?:申请|案件|案|事项)?(?:、|和|及|与|或|以及|或者)(?:被)?(?:提起|申请|引发)?的?$"
)
_JOINED_AFTER = re.compile(
    r"(?:申请|案件|案)?(?:、|和|及|与|或|以及|或者)(?:被)?(?:提起|申请)?(?:行政)?(?:复议|诉讼)"
)
_RESPECTIVELY = re.compile(
    rf"(?P<first>复议|诉讼)(?:申请|案件|案)?(?:、|和|及|与|以及)(?:被)?(?:提起|申请)?(?:行政)?(?P<second>复议|诉讼)"
    rf"(?:的|申请|案件|案|事项|数量|数)*"
    rf"分别(?:为|是|有|发生|共)?(?P<n>{CASE_COUNT}|\d+)(?:、|,|和|及)(?P<m>{CASE_COUNT})"
)
_ROUTE = re.compile(
    r"(?P<direct>未经复议直接(?:起诉|提起(?:行政)?诉讼))|(?P<after_review>复议后(?:再|又)?(?:起诉|提起(?:行政)?诉讼))"
)
_ROUTE_TAIL = re.compile(rf"{_DISPUTE_TAIL}(?P<n>{CASE_COUNT})")
_ANOTHER_ROLE = re.compile(r"受理|审理|审结|办理|办结|代理|应诉|出庭|作出|[一二]审")
_AMONG_THEM = re.compile(r"[^;。]{0,20}(?:其中|涉及)[^;。]{0,14}信息公开")
_NO_DISPUTE = re.compile(
    r"(?:未曾|从未|尚未|均未|未|没有|没|(?<!有)(?<!毫)无)"
    r"(?=收到|接到|受理|接受|发生|出现|产生|存在|涉及|涉|引发|引起|被|因|有|提起|提出|申请|行政|针对|对|关于|政府|信息|一[件起例次宗]"
    r"|公民|复议|诉讼|人|任何|过|就|由|向|依申请|群众|法人|当事人|相关|与)|零(?=行政复议|复议|行政诉讼|诉讼)"
)
_DISPUTE_SPOILT = re.compile(
    r"败诉|撤销|纠[正错]|违法|确认|变更|维持|超期|逾期|未经|审结|正当|理由|处理|结案|收取|费用|不(?!服|当)|\d|终结|办理完"
)
_CONTINUED = re.compile(
    r",(?:也|亦)?(?:或|和|及|以及|或者)?(?:被)?(?:提起|申请)?(?:被)?(?:提起)?(?:行政)?诉讼"
)
_NO_DISPUTE_AFTER = re.compile(
    r"(?P<kinds>(?:(?:被)?(?:申请|提起)?(?:行政)?(?:复议|诉讼|申诉)(?:申请|案件|案|事项)*(?:、|和|及|与|或|以及|或者)?)+)"
    r"(?:的|案件|情况|事项|申请|数量|数|发生)*"
    r"(?:(?:均|都|也|亦|共|各)?(?:为|是|:)\s?(?:零|0(?!\.)|无)(?:\s?[件起宗例次])?"
    r"|(?:均|都|也|亦|皆)?(?:未|没有|无)(?:发生|出现|产生|涉及|收到|受理)?|(?:均|都|皆)无)"
    r"(?=[,、()\s]|$)"
)


def indicators_of(kind: str, newer_form: bool, *, nought: bool) -> tuple[str, ...]:
    if kind == REVIEW:
        return ("review.total",)
    if not newer_form:
        return ("litigation.total",)
    # The newer forms count suits by route; only their absence says something of both routes
    return ("litigation.direct.total", "litigation.after_review.total") if nought else ()


def disputes(sentence: Sentence) -> Iterator[Statement]:
    """Reviews and suits over open government information, by route to court in the newer forms."""
    yield from _no_disputes(sentence)
    yield from _routes(sentence)
    text = sentence.text
    for match in _RESPECTIVELY.finditer(text):
        for kind, printed in ((match["first"], match["n"]), (match["second"], match["m"])):
            number = count(printed)
            if number and _is_own_dispute(sentence, match.start(), match.end(), number):
                for indicator in indicators_of(kind, sentence.newer_form, nought=number.value == 0):
                    yield sentence.says(indicator, number, match.start(), match.end())
    for match in (*_DISPUTE_COUNT.finditer(text), *_COUNTED_DISPUTE.finditer(text)):
        number = count(match["n"])
        if number is None or not _is_own_dispute(sentence, match.start(), match.end(), number):
            continue
        after = match.re is _COUNTED_DISPUTE
        joined = (
            _JOINED_AFTER.match(text, match.end()) if after else _JOINED_BEFORE.search(text[: match.start()])
        )
        kinds: tuple[str, ...] = (match["kind"],)
        if joined:
            if number.value != 0 and "各" not in match["tail"]:
                continue  # one number for both together
            kinds = (REVIEW, SUIT)
        start = joined.start() if joined and not after else match.start()
        for kind in kinds:
            for indicator in indicators_of(kind, sentence.newer_form, nought=number.value == 0):
                yield sentence.says(indicator, number, start, match.end())


def _is_own_dispute(sentence: Sentence, start: int, end: int, number: Number) -> bool:
    """Whether a count of reviews or suits is of those about open government information, against this
    agency. No review at all means none about that either."""
    text = sentence.text
    if not is_own(sentence, start) or is_part(sentence, start) or "复议后" in text or "未经复议" in text:
        return False
    if number.value == 0:
        return True
    if _AMONG_THEM.match(text, end) or _ANOTHER_ROLE.search(last_clause(text[:end])):
        return False
    return "信息公开" in text[:end] or "信息公开" in sentence.heading or "信息公开" in just_before(sentence)


def _routes(sentence: Sentence) -> Iterator[Statement]:
    if not sentence.newer_form:
        return
    for route in _ROUTE.finditer(sentence.text):
        counted = _ROUTE_TAIL.match(sentence.text, route.end())
        number = count(counted["n"]) if counted else None
        if counted and number and is_own(sentence, route.start()):
            indicator = "litigation.direct.total" if route["direct"] else "litigation.after_review.total"
            yield sentence.says(indicator, number, route.start(), counted.end())


def _no_disputes(sentence: Sentence) -> Iterator[Statement]:
    text = sentence.text
    for match in _NO_DISPUTE.finditer(text):
        stop = text.find(",", match.end())
        stop = len(text) if stop < 0 else stop
        if stop < len(text) and (more := _CONTINUED.match(text, stop)):
            stop = more.end()
        denied = text[match.end() : stop]
        last = max(denied.rfind(REVIEW), denied.rfind(SUIT))
        if last < 0 or last > 60 or _DISPUTE_SPOILT.search(denied) or not is_own(sentence, match.start()):
            continue
        for kind in (REVIEW, SUIT):
            if kind in denied:
                for indicator in indicators_of(kind, sentence.newer_form, nought=True):
                    yield sentence.says(indicator, NOUGHT, match.start(), match.end() + last + 2)
    for match in _NO_DISPUTE_AFTER.finditer(text):
        if not is_own(sentence, match.start()):
            continue
        for kind in (REVIEW, SUIT):
            if kind in match["kinds"]:
                for indicator in indicators_of(kind, sentence.newer_form, nought=True):
                    yield sentence.says(indicator, NOUGHT, match.start(), match.end())
