"""Sitemaps: the addresses in one, whether XML, an index of others, plain text or compressed."""

from __future__ import annotations

import html
import re
import zlib

MOST_ADDRESSES = 50_000
"""Of one sitemap: what the protocol (sitemaps.org) allows."""
MOST_BYTES = 50_000_000
"""Of one sitemap after decompression, also what the protocol allows; what comes after is not read."""

_ROOT = re.compile(rb"<(?:\w{1,20}:)?(urlset|sitemapindex)\b", re.I)
_LOCATION = re.compile(
    r"<(?:\w{1,20}:)?loc\b[^>]{0,100}>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,2000}?)\s*(?:\]\]>)?\s*</", re.I
)


def read_sitemap(data: bytes) -> list[str] | None:
    """The addresses that a sitemap or an index of sitemaps names, each once; None for what is neither."""
    if data[:2] == b"\x1f\x8b":
        data = _inflate(data)
    if not _ROOT.search(data[:5000]):
        return None
    text = data[:MOST_BYTES].decode("utf-8", "replace")
    found: dict[str, None] = {}
    for match in _LOCATION.finditer(text):
        found.setdefault(html.unescape(match[1]))
        if len(found) >= MOST_ADDRESSES:
            break
    return list(found)


def is_sitemap_address(address: str) -> bool:
    """Whether an address names a sitemap by its shape: what an index of sitemaps leads to."""
    return bool(re.search(r"sitemap[^/?#]{0,80}\.(xml|xml\.gz|gz)($|[?#])", address, re.I))


def _inflate(data: bytes) -> bytes:
    """A gzip file's content as far as it can be read, at most MOST_BYTES."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, MOST_BYTES)
    except zlib.error:
        return b""
