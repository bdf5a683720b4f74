"""Listing pages: which links of an HTML page are followed, and whether the page is more than its links."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from flows.edge.catalogue import LinkRule

LONGEST_RUN_OF_A_LISTING = 400
"""Characters between two links. Listing pages print dates, a path and an imprint there; a report prints
paragraphs and tables."""

_NO_TEXT = {"script", "style", "noscript", "template", "option"}
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    text: str


@dataclass(slots=True)
class Listing:
    """What a page offers: links to follow, links that turn the page, how many more were left out for their
    year, and the longest text between links."""

    follow: list[Link]
    next_page: list[Link]
    longest_run: int
    left_out: int = 0

    @property
    def has_links(self) -> bool:
        return bool(self.follow or self.next_page or self.left_out)

    @property
    def is_listing(self) -> bool:
        """Whether the page is there for its links: it has some, and no text of its own."""
        return self.has_links and self.longest_run < LONGEST_RUN_OF_A_LISTING


def read_listing(
    html: str, base: str, *, follow: LinkRule, next_page: LinkRule, years: Collection[int] = ()
) -> Listing:
    """Read the links of a page that lie on its own host, in page order, each once.

    With `years`, a link whose text names years and none of these is left out; one that names no year stays.
    """
    tree = LexborHTMLParser(html)
    base_node = tree.css_first("base[href]")
    if base_node is not None:
        base = urljoin(base, (base_node.attributes.get("href") or "").strip())
    host = urlsplit(base).netloc.lower()
    here = base.partition("#")[0]
    listing = Listing([], [], _longest_run(tree))
    seen = {here}
    for node in tree.css("a[href]"):
        text = " ".join(f"{node.attributes.get('title') or ''} {node.text()}".split())
        address = _absolute(base, node.attributes.get("href") or "")
        if address is None or address in seen or urlsplit(address).netloc.lower() != host:
            continue
        if next_page.fits(" ".join(node.text().split()), address):
            listing.next_page.append(Link(address, text))
        elif follow.fits(text, address):
            named = {int(year) for year in _YEAR.findall(text)}
            if years and named and not named & set(years):
                listing.left_out += 1
            else:
                listing.follow.append(Link(address, text))
        else:
            continue
        seen.add(address)
    return listing


def _absolute(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href.strip()).partition("#")[0]
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return address


def _longest_run(tree: LexborHTMLParser) -> int:
    """The most characters, white space not counted, between the start of one link and that of the next."""
    longest = run = 0
    if tree.body is None:
        return 0
    for node in tree.body.traverse(include_text=True):
        if node.tag == "a":
            run = 0
        elif node.tag == "-text" and (node.parent is None or node.parent.tag not in _NO_TEXT):
            run += len("".join((node.text_content or "").split()))
            longest = max(longest, run)
    return longest
