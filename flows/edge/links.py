"""What a page leads to, by whatever means it does: links, frames, embedded files, viewers of files, scripts that
open a page, and refreshes. Pure: a parsed page in, addresses out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.edge.address import absolute_address

Kind = Literal["link", "frame", "embedded", "refresh"]
"""A link is followed by a reader; frames and embedded files are shown with the page; a refresh replaces it."""

MOST_LINKS = 10_000
"""Of one page."""

MOST_IMAGES = 10
"""Of one page: a report has three tables, and long ones are cut into pieces."""

_SMALLEST_IMAGE = 150
"""Pixels a side of an image that may hold a table, as far as the page says its size."""
# what sites put around their pages
_FURNITURE = re.compile(
    r"logo|icon|banner|qrcode|erweima|weixin|wechat|beian|gongan|jiucuo|btn|button|arrow|share|wza|"
    r"\.(svg|ico|swf)$|/(skin|skins|style|styles|css|theme|themes|template|templates|layout)/",
    re.I,
)

ATTACHMENT = re.compile(r"\.(pdf|docx?|wps|rtf|xlsx?|et|ofd|zip)$", re.I)
"""The end of the name of a file of a kind that reports are attached as."""

_NODES = "a[href], area[href], iframe[src], frame[src], embed[src], object[data], [onclick]:not([href]), meta[http-equiv][content]"
# the address that a script of an attribute opens: window.open('…'), location.href='…', show('…')
_SCRIPT_ADDRESS = re.compile(
    r"""(?:\(|=|,)\s*(["'])((?:https?://|/|\.{1,2}/)[^"'<>\s\\]{1,500}|"""
    r"""[\w./%-]{1,200}\.(?:s?html?|jhtml|jspx?|aspx?|php|pdf|docx?|wps|rtf|xlsx?|et|ofd|zip)(?:\?[^"'<>\s\\]{0,300})?)\1""",
    re.I,
)
_REFRESH = re.compile(r"^\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"'>]{1,1000})", re.I)
_LONGEST_REFRESH = 30
"""Seconds after which a page that refreshes itself is meant to be read first."""
# <script>location.href = "…"</script> on a page that has nothing else
_SCRIPT_MOVE = re.compile(
    r"""\blocation(?:\.href)?\s*=\s*(["'])([^"'<>\s]{1,500})\1|\blocation\.replace\(\s*(["'])([^"'<>\s]{1,500})\3""",
    re.I,
)
_LONGEST_MOVED = 5_000
"""Characters of a page that only moves its reader on."""
_LONGEST_LABEL = 200
"""Characters of an element that is clicked on and is no link."""
_VIEWED = ("file", "url", "src", "pdf", "fileurl", "filepath", "path")
"""Parameters of viewers that name what they show."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a page leads to. `href` is as written; `address` None where that is no http(s) address;
    `shown` is the printed text, `text` with the title before it."""

    kind: Kind
    href: str
    address: str | None
    shown: str
    text: str


def links_of(tree: LexborHTMLParser, base: str, charset: str | None = None) -> tuple[Iterator[Found], int]:
    """What the page at `base` leads to, in page order, and how many elements that may lead somewhere were left
    out, as a page had too many."""
    nodes = tree.css(_NODES)
    found = (one for node in nodes[:MOST_LINKS] for one in _links_of_node(node, base, charset))
    return found, max(0, len(nodes) - MOST_LINKS)


def canonical_of(tree: LexborHTMLParser, base: str) -> str | None:
    """The address under which the page wants to be known, if that can only be another spelling of its own: many
    sites name their home page on every page."""
    node = tree.css_first("link[rel=canonical][href]")
    address = absolute_address(base, node.attributes.get("href") or "") if node is not None else None
    if address is None or address == base:
        return None
    here, there = urlsplit(base), urlsplit(address)
    name = here.path.rpartition("/")[2]
    is_same = name and name == there.path.rpartition("/")[2] and here.query == there.query
    return address if is_same and not name.startswith("index.") else None


def images_of(tree: LexborHTMLParser, base: str) -> list[str]:
    """The images of the page that may hold what should be in its text: not those of its frame, nor links, nor
    small ones. In reading order, each once."""
    found: dict[str, None] = {}
    for node in tree.css("img[src]"):
        attributes = node.attributes
        address = absolute_address(base, attributes.get("src") or "")
        if address is None or _FURNITURE.search(urlsplit(address).path):
            continue
        sizes = [_pixels(attributes.get(side)) for side in ("width", "height")]
        if any(size is not None and size < _SMALLEST_IMAGE for size in sizes) or _is_of_frame(node):
            continue
        found.setdefault(address)
        if len(found) == MOST_IMAGES:
            break
    return list(found)


def _pixels(text: str | None) -> int | None:
    number = re.match(r"\s*(\d{1,5})\s*(?:px)?\s*$", text or "")
    return int(number[1]) if number else None


def _is_of_frame(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in ("a", "header", "footer", "nav", "button", "form"):
            return True
        parent = parent.parent
    return False


def moved_to(html: str, base: str, charset: str | None = None) -> str | None:
    """Where a short page's script sends its reader at once; None where it does not."""
    if len(html) > _LONGEST_MOVED or "location" not in html:
        return None
    found = _SCRIPT_MOVE.search(html)
    return absolute_address(base, found[2] or found[4], charset) if found else None


def _links_of_node(node: LexborNode, base: str, charset: str | None) -> Iterator[Found]:
    attributes = node.attributes
    if node.tag == "meta":
        if (attributes.get("http-equiv") or "").strip().lower() == "refresh":
            refresh = _REFRESH.match(attributes.get("content") or "")
            if refresh and int(refresh[1]) <= _LONGEST_REFRESH:
                yield Found("refresh", refresh[2], absolute_address(base, refresh[2], charset), "", "")
        return
    if node.tag in ("iframe", "frame", "embed", "object"):
        href = attributes.get("src") or attributes.get("data") or ""
        address = absolute_address(base, href, charset)
        kind: Kind = "frame" if node.tag in ("iframe", "frame") else "embedded"
        text = attributes.get("title") or ""
        yield Found(kind, href, viewed(address) or address, text, text)
        return
    href = attributes.get("href") or ""
    script = attributes.get("onclick") or ""
    if href.lstrip()[:11].lower() == "javascript:":
        script = f"{href};{script}"
    opened = _SCRIPT_ADDRESS.search(script) if script else None
    is_nowhere = not href or href.startswith("#") or href.lstrip()[:11].lower() == "javascript:"
    if not (href or opened):
        return
    shown = " ".join(node.text().split())
    if node.tag not in ("a", "area") and len(shown) > _LONGEST_LABEL:
        # a part of the page that can be clicked on, whatever stands in it
        shown = ""
    text = " ".join(f"{attributes.get('title') or ''} {shown}".split())
    if opened and is_nowhere:
        href = opened[2]
    address = absolute_address(base, href, charset)
    yield Found("link", href, viewed(address) or address, shown, text)


def viewed(address: str | None) -> str | None:
    """The file that a viewer at this address shows (`/pdfjs/web/viewer.html?file=/a.pdf`); None for no viewer."""
    if address is None or "?" not in address or "=" not in address:
        return None
    parts = urlsplit(address)
    if "view" not in parts.path.lower() and "pdfjs" not in parts.path.lower():
        return None
    for name, value in parse_qsl(parts.query):
        if name.lower() in _VIEWED and ATTACHMENT.search(urlsplit(value).path):
            return absolute_address(address, urljoin(address, value))
    return None


def is_attachment(address: str) -> bool:
    """Whether an address names a file of a kind that reports are attached as, in its path or a parameter."""
    parts = urlsplit(address)
    return bool(ATTACHMENT.search(parts.path)) or any(
        ATTACHMENT.search(value) for _, value in parse_qsl(parts.query)
    )
