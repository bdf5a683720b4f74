"""What a page leads to: which of its links are followed, which not, and why; and whether the page is more
than its links.

A link is followed only if a rule of the source says that it can be a report or lead to one. Every link of
the page is counted under the reason why it was followed or passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from flows.edge.address import absolute_address, canonical_address
from flows.edge.catalogue import LinkRule, Source
from flows.edge.links import canonical_of, images_of, is_attachment, links_of, moved_to
from flows.edge.pagination import (
    MOST_PAGES,
    Family,
    JsonList,
    Page,
    html_records,
    parts_of_article,
    search_records,
)
from flows.edge.sitemap import is_sitemap_address, read_sitemap
from flows.report.text import decode

LONGEST_RUN_OF_A_LISTING = 400
"""Characters between two links. Listing pages print dates, a path and an imprint there; a report prints
paragraphs and tables."""
MOST_ATTACHMENTS = 20
"""Of one page."""
MOST_FRAMES = 5
"""Of one page that has little text of its own."""
MOST_BYTES = 4_000_000
"""Of a page that are read for its links; lists of records and sitemaps may be longer."""
_MOST_BYTES_OF_RECORDS = 20_000_000
_MOST_DEPTH = 20_000
"""Of elements in each other: to parse a page takes time that grows with the square of it."""
_EXAMPLES = 3

# why links are followed
SITEMAP, REPORT, SECTION, TURN, PART, ATTACHMENT, FRAME, REFRESH, IMAGE = (
    "sitemap that robots.txt names",
    "fits report",
    "fits follow",
    "turns the page",
    "part of the article",
    "attachment",
    "frame of a page without text",
    "the page sends its readers there",
    "image of a report without tables",
)
# why they are not
NO_ADDRESS, OTHER_HOST, NEVER, NOT_A_DOCUMENT, OTHER_YEAR, NO_RULE, TOO_MANY_LINKS, TOO_DEEP_A_PAGE = (
    "no http(s) address",
    "other host",
    "fits never",
    "suffix is no document's",
    "other year",
    "no rule fits",
    "more links than are read of a page",
    "elements of the page are in each other too deep to be read",
)

# labels that every form has, and the cells that the smallest has
_FIGURES = re.compile("予以公开|同意公开|当面申请|行政复议")
_CELLS_OF_A_FORM = 40
_NO_TEXT = {"script", "style", "noscript", "template", "option"}
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
# what a link to a file is called whose address does not say that it is one
_ATTACHMENT_TEXT = re.compile(
    r"^\W*(附件|附表)|^\W*(点击|請點擊|请点击)?\s*(下载|下載|查看)\s*(附件|文件|全文|原文|pdf|word)?\W*$|"
    r"\.(pdf|docx?|wps|rtf|xlsx?|et|ofd|zip)\W*$",
    re.I,
)
_NO_DOCUMENT = re.compile(
    r"\.(jpe?g|png|gif|bmp|webp|svg|ico|css|js|mp[34]|avi|wmv|flv|swf|apk|exe|rar|7z|iso|ttf|woff2?)$", re.I
)
_HTML = ("text/html", "application/xhtml+xml")
# files that servers also call text/html
_FILES = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,20})", re.I)
# elements without an end, or whose end may be left out, or that end where another of their kind begins
_FLAT = frozenset(
    "a area b br dd dt em embed font hr i img input li link meta option p s strong td th tr u".split()  # noqa: SIM905
)
_NETLOC = re.compile(r"[a-z]+://([^/?#]*)", re.I)
_DATA = re.compile(r"/(xml|json|[\w.-]+\+xml|[\w.-]+\+json|javascript|x-javascript|plain|gzip|x-gzip)$")


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    text: str
    why: str = REPORT


@dataclass(slots=True)
class Tally:
    """How many links, and the first of them."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, address: str, count: int = 1) -> None:
        self.count += count
        if len(self.examples) < _EXAMPLES:
            self.examples.append(address[:300])


@dataclass(slots=True)
class Listing:
    """What a page offers: links to follow, links that turn the page, further pages of the page's own
    article and its attachments; those left out for their year; and the longest text between links."""

    follow: list[Link] = field(default_factory=list)
    next_page: list[Link] = field(default_factory=list)
    longest_run: int = 0
    left_out: list[str] = field(default_factory=list)
    parts: list[Link] = field(default_factory=list)
    attachments: list[Link] = field(default_factory=list)
    more_pages: list[Link] = field(default_factory=list)
    """Pages that no link turns."""
    is_data: bool = False
    """Whether it is records or a sitemap, with no text of its own."""
    is_sitemap: bool = False
    passed_over: dict[str, Tally] = field(default_factory=dict)
    """Why links are not followed."""
    canonical: str | None = None
    """Another spelling of the page's own address."""
    images: list[Link] = field(default_factory=list)
    """Of a page that can be a report and has no table of figures: its tables may be images."""

    @property
    def has_links(self) -> bool:
        return bool(self.follow or self.next_page or self.left_out or self.more_pages)

    @property
    def is_listing(self) -> bool:
        """Whether the page is there for its links: it has some, and no text of its own."""
        has_own = self.follow or self.next_page or self.left_out
        return self.is_data or (bool(has_own) and self.longest_run < LONGEST_RUN_OF_A_LISTING)

    @property
    def offered(self) -> list[str]:
        """The addresses of what the page lists, whether asked for or left out for its year."""
        return [*(link.address for link in self.follow), *self.left_out]

    def pass_over(self, reason: str, address: str) -> None:
        self.passed_over.setdefault(reason, Tally()).add(address)


def discover(
    data: bytes,
    base: str,
    source: Source,
    *,
    media_type: str | None,
    charset: str | None,
    years: Collection[int] = (),
    until: int,
) -> Listing | None:
    """What an original that was served at `base` leads to; None where its kind leads nowhere.

    `until` is the last year that pages with a year in their address are asked for.
    """
    if data.startswith(_FILES):
        return None
    is_html = media_type in _HTML or (media_type is None and b"<a " in data[:100_000].lower())
    is_data = media_type is None or bool(_DATA.search(media_type))
    if is_data and (locations := read_sitemap(data)) is not None:
        return _read_sitemap(locations, base, source, years)
    if not (is_html or is_data) or (not is_html and len(data) > _MOST_BYTES_OF_RECORDS):
        return None
    text, codec = decode(data[:MOST_BYTES] if is_html else data, charset)
    if is_html and _is_too_deep(text):
        listing = Listing()
        listing.pass_over(TOO_DEEP_A_PAGE, base)
        return listing
    page = Page(base, text)
    asked_years = range(min(years), max(years) + 2) if years else None
    records = [(one.title, one.address) for one in search_records(page)]
    for family in source.pagination:
        if isinstance(family, JsonList):
            records += [(one.title, one.address) for one in family.records(page)]
    fragments = html_records(text)
    listing = read_listing(
        "".join(fragments) if fragments and not is_html else text if is_html else "",
        base,
        report=source.report,
        follow=source.follow,
        never=source.never,
        next_page=source.next_page,
        hosts=source.hosts,
        years=years,
        charset=codec,
        records=[*records, *(_record_links(fragments) if is_html else ())],
    )
    _turn(listing, page, source.pagination, max(asked_years) if asked_years else until)
    if not is_html:
        if not (records or fragments):
            return None
        listing.is_data = True
    return listing


def read_listing(
    html: str,
    base: str,
    *,
    follow: LinkRule,
    next_page: LinkRule,
    report: LinkRule | None = None,
    never: LinkRule | None = None,
    hosts: Sequence[str] = (),
    years: Collection[int] = (),
    charset: str | None = None,
    records: Iterable[tuple[str, str]] = (),
) -> Listing:
    """Read the links of a page, in page order, each once; then those of `records` (title, address).

    Only links to the page's own host and to `hosts` are followed. With `years`, a link whose text names
    years and none of these is left out; one that names no year stays.
    """
    tree = LexborHTMLParser(html)
    base_node = tree.css_first("base[href]")
    page_address = base
    if base_node is not None:
        base = absolute_address(base, base_node.attributes.get("href") or "") or base
    listing = Listing(longest_run=_longest_run(tree))
    judge = _Judge(listing, page_address, report or LinkRule(), follow, never or LinkRule(), hosts, years)
    linked: list[str] = []
    frames: list[Link] = []
    seen = {_known(page_address), _known(base)}
    found, left_out = links_of(tree, base, charset)
    moved = moved_to(html, base, charset)
    if moved is not None and judge.is_here(moved) and _known(moved) not in seen:
        seen.add(_known(moved))
        listing.follow.append(Link(moved, "", REFRESH))
    for one in found:
        if (address := one.address) is None:
            listing.pass_over(NO_ADDRESS, one.href[:300])
            continue
        linked.append(address)
        known = _known(address)
        if known in seen:
            continue
        if one.kind == "refresh" and judge.is_here(address):
            listing.follow.append(Link(address, "", REFRESH))
        elif judge.is_here(address) and next_page.fits(one.shown, address):
            listing.next_page.append(Link(address, one.text, TURN))
        elif not judge.decide(one.text, address):
            if one.kind == "frame" and not is_attachment(address) and judge.may_be_shown(address):
                frames.append(Link(address, one.text, FRAME))
            continue
        seen.add(known)
    if left_out:
        listing.passed_over[TOO_MANY_LINKS] = Tally(left_out)
    if listing.longest_run < LONGEST_RUN_OF_A_LISTING:
        listing.follow += frames[:MOST_FRAMES]
    listing.canonical = canonical_of(tree, page_address)
    if "<img" in html and (html.count("<td") < _CELLS_OF_A_FORM or not _FIGURES.search(html)):
        title = tree.css_first("title")
        if judge.report.fits(title.text() if title is not None else "", page_address):
            images = (address for address in images_of(tree, base) if judge.is_here(address))
            listing.images = [Link(address, f"image {n}", IMAGE) for n, address in enumerate(images, 1)]
    for text, href in records:
        address = absolute_address(base, href, charset)
        if address is not None and _known(address) not in seen and judge.decide(text, address):
            seen.add(_known(address))
    _find_parts(listing, Page(page_address, html), linked)
    return listing


@dataclass(slots=True)
class _Judge:
    """Decides on one link of a page at a time."""

    listing: Listing
    base: str
    report: LinkRule
    follow: LinkRule
    never: LinkRule
    hosts: Sequence[str]
    years: Collection[int]

    def is_here(self, address: str) -> bool:
        """Whether the address is on the page's own host or on one of the source's."""
        host = _host(address)
        if _bare(host) == _bare(_host(self.base)):
            return True
        return any(
            host == known or (known.startswith("*.") and (f".{host}").endswith(known[1:]))
            for known in self.hosts
        )

    def decide(self, text: str, address: str) -> bool:
        """Put the link where it belongs; True if it is one to ask for."""
        listing = self.listing
        why = self._why(text, address)
        if why not in (REPORT, SECTION):
            listing.pass_over(why, address)
            if why == OTHER_YEAR:
                listing.left_out.append(address)
            elif why == NO_RULE:
                self._attach(text, address)
            return False
        listing.follow.append(Link(address, text, why))
        if is_attachment(address):
            self._attach(text, address)
        return True

    def may_be_shown(self, address: str) -> bool:
        """Whether a page may show this one in a frame, as far as the rules go."""
        return self.is_here(address) and not self.never.fits("", address)

    def _attach(self, text: str, address: str) -> None:
        attachments = self.listing.attachments
        if not (is_attachment(address) or _ATTACHMENT_TEXT.search(text)):
            return
        if len(attachments) < MOST_ATTACHMENTS and address not in {link.address for link in attachments}:
            attachments.append(Link(address, text, ATTACHMENT))

    def _why(self, text: str, address: str) -> str:
        if not self.is_here(address):
            return OTHER_HOST
        if self.never.fits(text, address):
            return NEVER
        if _NO_DOCUMENT.search(urlsplit(address).path):
            return NOT_A_DOCUMENT
        is_report = self.report.fits(text, address)
        if not is_report and not self.follow.fits(text, address):
            return NO_RULE
        named = {int(year) for year in _YEAR.findall(text)}
        if self.years and named and not named & set(self.years):
            return OTHER_YEAR
        return REPORT if is_report else SECTION


def _find_parts(listing: Listing, page: Page, linked: Sequence[str]) -> None:
    """Move the further pages of the page's own article out of the links that turn it or are followed."""
    parts = parts_of_article(page, linked)
    if not parts:
        return
    known = {_known(address) for address in parts}
    listing.parts = [Link(address, "", PART) for address in parts]
    listing.next_page = [link for link in listing.next_page if _known(link.address) not in known]
    listing.follow = [link for link in listing.follow if _known(link.address) not in known]


def _turn(listing: Listing, page: Page, families: Sequence[Family], until: int) -> None:
    """Add the pages that no link turns."""
    known = {_known(link.address) for link in (*listing.next_page, *listing.parts)} | {_known(page.address)}
    for family in families:
        # pages that the page itself speaks of make it a listing; those of other years do not
        pages = listing.next_page if family.is_of_page else listing.more_pages
        for address in family.next_pages(page, until=until)[:MOST_PAGES]:
            if _known(address) not in known:
                known.add(_known(address))
                pages.append(Link(address, "", TURN))


def _read_sitemap(locations: Sequence[str], base: str, source: Source, years: Collection[int]) -> Listing:
    """Of a sitemap only addresses are known: those that a rule knows by its address, and further sitemaps."""
    listing = Listing(is_data=True, is_sitemap=True)
    judge = _Judge(listing, base, source.report, source.follow, source.never, source.hosts, years)
    for location in locations:
        address = absolute_address(base, location)
        if address is None:
            listing.pass_over(NO_ADDRESS, location)
        elif is_sitemap_address(address) and judge.is_here(address):
            listing.next_page.append(Link(address, "", TURN))
        else:
            judge.decide("", address)
    return listing


def sitemaps_of(locations: Sequence[str], base: str, source: Source) -> Listing:
    """What the robots.txt at `base` names as sitemaps: those on hosts of the source are to be read."""
    listing = Listing(is_data=True, is_sitemap=True)
    judge = _Judge(listing, base, source.report, source.follow, source.never, source.hosts, ())
    for location in locations:
        address = absolute_address(base, location)
        if address is None:
            listing.pass_over(NO_ADDRESS, location)
        elif not judge.is_here(address):
            listing.pass_over(OTHER_HOST, address)
        else:
            listing.next_page.append(Link(address, "", SITEMAP))
    return listing


def _is_too_deep(html: str) -> bool:
    """Whether elements of a page are in each other as in no page that people made."""
    if html.count("<") <= _MOST_DEPTH:
        return False
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > _MOST_DEPTH:
                return True
    return False


def _record_links(fragments: Iterable[str]) -> list[tuple[str, str]]:
    """Text and address of the links in records that a page brings in a script."""
    found = []
    for fragment in fragments:
        for node in LexborHTMLParser(fragment).css("a[href]"):
            text = " ".join(f"{node.attributes.get('title') or ''} {node.text()}".split())
            found.append((text, node.attributes.get("href") or ""))
    return found


def _known(address: str) -> str:
    try:
        return canonical_address(address)
    except ValueError:
        return address


def _host(address: str) -> str:
    """Host and port of an address that is absolute; no port where it is the one that a scheme has anyway."""
    found = _NETLOC.match(address)
    host = found[1].rpartition("@")[2].lower() if found else ""
    return host.rpartition(":")[0] if host.endswith((":80", ":443")) else host


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _longest_run(tree: LexborHTMLParser) -> int:
    """The most characters, white space not counted, between the start of one link and that of the next; of more
    than a listing has, no more are counted."""
    longest = run = 0
    if tree.body is None:
        return 0
    for node in tree.body.traverse(include_text=True):
        if node.tag == "a":
            run = 0
        elif node.tag == "-text" and (node.parent is None or node.parent.tag not in _NO_TEXT):
            run += len("".join((node.text_content or "").split()))
            longest = max(longest, run)
            if longest >= LONGEST_RUN_OF_A_LISTING:
                break
    return longest
