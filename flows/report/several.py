"""Pages that carry several reports: where the first of them ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.report import words
from flows.report.types import Document, Fact

_TITLE = re.compile(r"^[^\n。;；]{0,60}公开[^\n。;；]{0,30}$", re.M)
_FEWEST_REPEATED = 8
"""Cells printed twice from which a page is taken to print its form twice."""


def end_of_first(document: Document, facts: Sequence[Fact]) -> int | None:
    """The offset in the text at which another report's title stands, if the page has two: a line that
    names a report other than the first, with figures before it that are printed again behind it."""
    if len(facts) - len({(fact.indicator, fact.applicant) for fact in facts}) < _FEWEST_REPEATED:
        return None
    titles = [
        (match.start(), re.sub(r"\W", "", match.group()))
        for match in _TITLE.finditer(document.text)
        if words.REPORT_NAME.search(match.group())
        and re.search(r"20[0-3]\d|局|委|镇|乡|街道|府|办", match.group())
    ]
    if not titles:
        return None
    first = titles[0][1]
    for offset, title in titles[1:]:
        if title == first:
            continue
        place = document.locate(offset)
        before = {fact.key for fact in facts if fact.start is not None and fact.start < place}
        behind = {fact.key for fact in facts if fact.start is not None and fact.start >= place}
        if len(before & behind) >= _FEWEST_REPEATED:
            return offset
    return None
