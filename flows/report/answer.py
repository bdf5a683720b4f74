"""The JSON answer of a site's interface → the page in it: its longest text, under its title and date."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

_TITLE = re.compile(r"title|bt|biaoti|headline", re.I)
_DATE_NAME = re.compile(r"date|time|fbrq|fbsj|rq$", re.I)
_DATE = re.compile(r"20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}")
_SHORTEST = 200
"""Characters of the text that is taken for a page."""


def page_of(text: str) -> str | None:
    """The page that an answer holds, as HTML; None where the text is no JSON or holds no page."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    fields = list(_fields(answer, ""))
    body = max((value for _, value in fields), key=len, default="")
    if len(body) < _SHORTEST:
        return None
    title = next((value for name, value in fields if _TITLE.search(name) and 0 < len(value) < _SHORTEST), "")
    day = next(
        (
            match.group()
            for name, value in fields
            if _DATE_NAME.search(name) and (match := _DATE.match(value.strip()))
        ),
        "",
    )
    if "<" not in body:
        body = "<p>" + html.escape(body).replace("\n", "</p><p>") + "</p>"
    return (
        f"<html><head><title>{html.escape(title)}</title>"
        f'<meta name="pubdate" content="{html.escape(day)}"></head><body><h1>{html.escape(title)}</h1>{body}</body></html>'
    )


def _fields(value: object, name: str) -> Iterator[tuple[str, str]]:
    """The texts of an answer with the names they stand under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner, name)
