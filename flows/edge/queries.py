"""The ready queries, `sql/query/<name>.sql`: each begins with `-- question: English | Chinese`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from flows.settings import SQL

QUERIES = SQL / "query"

_QUESTION = re.compile(r"-- question: (.+?) \| (.+)")


class UnknownQueryError(Exception):
    """There is no ready query of that name; the message says which there are."""


@dataclass(frozen=True, slots=True)
class ReadyQuery:
    """A query with the question that it answers, in English and Chinese."""

    name: str
    question: str
    question_zh: str
    sql: str


def ready_queries(folder: Path = QUERIES) -> list[ReadyQuery]:
    """Every ready query, by name. Raises ValueError for a file that does not begin with its question."""
    return [_read(path) for path in sorted(folder.glob("*.sql"))]


def ready_query(name: str, folder: Path = QUERIES) -> ReadyQuery:
    """The ready query of that name. Raises UnknownQueryError."""
    found = {query.name: query for query in ready_queries(folder)}
    if name not in found:
        close = get_close_matches(name, found, n=3, cutoff=0.5)
        raise UnknownQueryError(
            f"there is no ready query {name!r}. "
            + (f"Did you mean {', '.join(close)}? All of them: " if close else "There are ")
            + ", ".join(found)
        )
    return found[name]


def _read(path: Path) -> ReadyQuery:
    text = path.read_text(encoding="utf-8")
    match = _QUESTION.match(text)
    if not match:
        raise ValueError(f"{path}:1: a ready query begins with `-- question: English | Chinese`")
    return ReadyQuery(path.stem, match[1], match[2], text)
