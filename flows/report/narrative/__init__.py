"""The main figures of a report that stand in its running text, not in a table.

A figure becomes a fact only where the sentence says what was counted, and that it is this report's year
and agency. What is left out on purpose: parts of a total, comparisons with other years, totals since
some start, figures of other agencies, plans, and letters, hotline calls, proposals or consultations.
A missed figure is better than a wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from flows.report.narrative.disclosure import disclosed
from flows.report.narrative.disputes import REVIEW, SUIT, disputes, indicators_of
from flows.report.narrative.grievances import complaints, fees
from flows.report.narrative.requests import outcomes, received
from flows.report.narrative.sentence import NOUGHT, Sentence, Statement
from flows.report.types import EraName, Fact, Number

_UNITS = {"fees.collected": "万元"}
_UNIT_OF_DISCLOSURE = "条"
_UNIT_OF_CASES = "件"

# A unit with a number before it, or a word of absence
_ANCHOR = re.compile(
    r"[件条起宗份封例次项单笔桩篇则元未没无零0]"
    r"(?:(?<=[未没无零])|(?<=[\d零〇一二两三四五六七八九十百千万廿余多\s][^未没无零0])|(?<=[为:]0))"
)
_HEADING = re.compile(
    r"[一二三四五六七八九十(](?:(?<=\()[一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{0,2}(?=、))、?\s?[^\s。;,:]{2,45}+(?=[\s。:]|$)"
)
_AHEAD = re.compile(r"问题|不足|改进|打算|下一步|今后|计划|思路|努力方向|工作安排")
_NOTHING = re.compile(r"[\s:。]*(?:无|没有|零|无此(?:类|项)?(?:情况|内容)?|未发生)[\s。]*")

_ROUNDED = 0.1
"""How far a figure stated as "about" may be from the exact one, as a share of it."""
_LONGEST = 1000
"""How much of a text without a full stop is read around a figure, in characters."""


def read_narrative(
    text: str,
    *,
    era: EraName,
    year: int | None,
    territory: bool | None = None,
    locate: Callable[[int], int] | None = None,
) -> list[Fact]:
    """The figures stated in running text, one fact an indicator, in the order they stand in it.

    `text` is repaired and simplified, one block a line. `year` is the report's year; figures of another
    year are left out, and so are those of the territory in a report of one agency (`territory` False) and
    the reverse. `locate` maps an offset of the text to the source. Where a total is stated more
    than once the first exact one counts.
    """
    chosen: dict[str, Statement] = {}
    for statement in _statements(text, era, year, territory):
        known = chosen.get(statement.indicator)
        if known is None or _is_exacter(statement.number, known.number):
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


def _is_exacter(number: Number, known: Number) -> bool:
    """Whether a figure is the exact one of a rounded one stated before: 512 of 余500, and not 120."""
    if number.qualifier != "exact" or known.qualifier == "exact":
        return False
    value, stated = number.value or 0.0, known.value or 0.0
    if known.qualifier == "at_least":
        return value >= stated
    return abs(value - stated) <= _ROUNDED * stated


def _unit(indicator: str) -> str:
    if indicator.startswith("disclosed."):
        return _UNIT_OF_DISCLOSURE
    return _UNITS.get(indicator, _UNIT_OF_CASES)


def _statements(text: str, era: EraName, year: int | None, territory: bool | None) -> Iterator[Statement]:
    """All figures of the text, sentence by sentence, whole totals and repetitions alike."""
    newer_form = era in ("2019", "2021")
    # One character for one, so that offsets stay
    folded = (
        text.replace("，", ",")
        .replace("；", ";")
        .replace("：", ":")
        .replace("（", "(")
        .replace("）", ")")
        .replace("！", "。")
    )
    stops = folded.replace(";", "。").replace("\n", "。")
    headings = [
        m for m in _HEADING.finditer(folded) if m.start() == 0 or folded[m.start() - 1] in "\n。; 　\t"
    ]
    starts = [m.start() for m in headings]
    for index, heading in enumerate(headings):
        yield from _nothing_under(
            folded, heading, starts[index + 1] if index + 1 < len(starts) else None, newer_form
        )
    done = 0
    for anchor in _ANCHOR.finditer(folded):
        if anchor.start() < done:
            continue
        start = stops.rfind("。", 0, anchor.start()) + 1
        done = stops.find("。", anchor.end())
        done = len(folded) if done < 0 else done
        if done - start > _LONGEST:
            # No running text: a page without a full stop, or a table in one line
            start = max(start, anchor.start() - _LONGEST // 2)
            done = min(done, anchor.start() + _LONGEST // 2)
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
        sentence = Sentence(
            words, start, folded[max(line, start - 200) : start], heading_text, year, newer_form, territory
        )
        yield from _read(sentence)


def _read(sentence: Sentence) -> Iterator[Statement]:
    words = sentence.text
    if "申请" in words:
        yield from received(sentence)
    if "公开" in words or "办结" in words or "答复" in words or "转" in words:
        yield from outcomes(sentence)
    if "复议" in words or "诉" in words:
        yield from disputes(sentence)
    if "投诉" in words or "举报" in words:
        yield from complaints(sentence)
    if "费" in words:
        yield from fees(sentence)
    if "公开" in words or "发布" in words or "信息" in words or "微" in words:
        yield from disclosed(sentence)


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


def _nothing_under(
    text: str, heading: re.Match[str], stop: int | None, newer_form: bool
) -> Iterator[Statement]:
    """A heading whose whole content is 无."""
    nothing = _NOTHING.match(text, heading.end())
    if nothing is None or nothing.end() < (len(text) if stop is None else stop):
        return
    title, start, end = heading[0], heading.start(), nothing.end()
    for kind in (REVIEW, SUIT):
        if kind in title:
            for indicator in indicators_of(kind, newer_form, nought=True):
                yield Statement(indicator, NOUGHT, start, end)
    if "依申请公开" in title and REVIEW not in title and "费" not in title:
        yield Statement("requests.received", NOUGHT, start, end)
