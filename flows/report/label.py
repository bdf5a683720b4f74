"""A printed label → its key: what is left when numbering, notes, spaces and punctuation are gone."""

from __future__ import annotations

import re
from functools import lru_cache

_SPACE = re.compile(r"[\s\u3000\u200b\ufeff]+")
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”‘’\"'「」『』《》*#"),
        "（": "(",
        "）": ")",
        "．": ".",
        "：": ":",
        "，": ",",
        "／": "/",
    }
)
_NUMBER = re.compile(
    r"(?:\([一二三四五六七八九十〇\d]{1,3}\)|[一二三四五六七八九十]{1,3}[、,.]|\d{1,2}[、.)](?!\d)|[①-⑳⑴-⒇㈠-㈩]|[-—·•]+(?=\D))"
)
_PART = re.compile(r"^(?:其中|其他?包括)[:,]?")
_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_OPEN_NOTE = re.compile(r"(?<=.)\([^()]*$|^[^()]*\)(?=.)")
_ENDS = ":,。;；、.…"


_LONG = 60


def _without_note(key: str) -> str:
    """A long label without the one note that ends it: notes may be longer than any label."""
    begin = key.find("(")
    if not 0 < begin < 40 or key[-1] != ")":
        return key
    depth = 0
    for at in range(begin, len(key)):
        depth += (key[at] == "(") - (key[at] == ")")
        if depth == 0:
            return key[:begin] if at == len(key) - 1 else key
    return key


@lru_cache(maxsize=65536)
def label_key(text: str) -> str:
    """The key of a label. 「(二)部分公开(区分处理的,只计这一情形,不计其他情形)」 gives 部分公开; a text
    that is only a note in brackets keeps its content."""
    key = _SPACE.sub("", text).translate(_QUOTES)
    if "它" in key:
        key = key.replace("其它", "其他")
    if len(key) > _LONG:
        key = _without_note(key)
    before = None
    while before != key:
        before = key
        key = _NUMBER.sub("", key, count=1) if _NUMBER.match(key) else key
        key = _PART.sub("", key)
    bare = _NOTE.sub("", key)
    bare = _OPEN_NOTE.sub("", bare)
    if not bare:
        bare = key.strip("()[]【】")
    return bare.strip(_ENDS)
