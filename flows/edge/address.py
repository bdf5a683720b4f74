"""Addresses: the one spelling of an address under which it is known, so that nothing is asked for twice."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# what sites add for a visit or against caches: it names no page
_VISIT_PATH = re.compile(r";jsessionid=[^/?#]*", re.I)
_VISIT_PARAMETERS = {"jsessionid", "phpsessid", "sessionid", "sid", "_", "_t", "timestamp", "rnd", "random"}
LONGEST_ADDRESS = 2000
"""Characters. Longer ones come from links that grow with every page."""


@lru_cache(maxsize=4096)
def canonical_address(address: str) -> str:
    """The spelling under which an address is known: scheme and host in lower case, no default port, no
    fragment, no session, dot segments resolved, escapes in one form.

    Raises ValueError for what is no http(s) address.
    """
    parts = urlsplit(address.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _PORTS or not host:
        raise ValueError(f"expected an http(s) address, found {address!r}")
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _PORTS[scheme]:
        host = f"{host}:{parts.port}"
    path = _VISIT_PATH.sub("", _escapes(parts.path)) or "/"
    path = urlsplit(urljoin("http://h/", path)).path if "/." in path else path
    query = "&".join(
        part
        for part in _escapes(parts.query).split("&")
        if part and part.partition("=")[0].lower() not in _VISIT_PARAMETERS
    )
    return urlunsplit((scheme, host, path, query, ""))


def absolute_address(base: str, href: str, charset: str | None = None) -> str | None:
    """Where a link of the page at `base` leads, without fragment; None for what is no http(s) address. What is
    not ASCII in a query is escaped in the page's `charset`, as browsers do; elsewhere it is UTF-8."""
    try:
        address = urljoin(base, href.strip()).partition("#")[0]
        if charset is not None and not address.isascii():
            address = _escaped_query(address, charset)
        parts = urlsplit(address)
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or len(address) > LONGEST_ADDRESS:
        return None
    return address


def _escaped_query(address: str, charset: str) -> str:
    path, mark, query = address.partition("?")
    with suppress(LookupError, UnicodeError):
        # what the charset lacks is written as browsers write it, &#nnnnn;
        query = quote(query.encode(charset, "xmlcharrefreplace"), safe="".join(map(chr, range(33, 127))))
    return path + mark + query


def _escapes(text: str) -> str:
    """Percent escapes in upper case, and none for a character that needs none."""

    def escape(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(escape, text)
