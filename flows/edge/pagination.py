"""How listings turn their pages: pure functions from a page to the addresses of further pages.

Each family is a frozen dataclass that holds its parameters and gives, for a page that was read, the next
addresses, in order and never more than `MOST_PAGES`. A family that does not recognise the page gives none.
Whether an address was known before is the caller's to judge.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

MOST_PAGES = 500
"""Pages of one listing; a site that declares more is asked for these."""
FIRST_YEAR = 2008
"""The Regulation on Open Government Information is in force since 1 May 2008."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read: the address it was served at and its text."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a listing that is data, not HTML."""

    address: str
    title: str
    date: str = ""


class Family(Protocol):
    """One way of turning pages."""

    is_of_page: ClassVar[bool]
    """Whether what the page itself says is read, so that a page that is turned is a listing."""

    def next_pages(self, page: Page, *, until: int) -> list[str]:
        """The addresses of further pages of the listing; `until` is the last year to ask for."""
        ...


# --- index_{n}.html and {n}.html -----------------------------------------------------------------

_CREATE_PAGE = re.compile(r"createPageHTML\s*\(([^()]{1,300})\)", re.I)
_TOTAL_PAGES = re.compile(r"(?:共|总)\s*(?:<[^<>]{0,80}>\s*)?(\d{1,4})\s*(?:</[a-z]{1,8}>\s*)?页")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Static pages with a number in their name: `index.html`, `index_1.html` … or `1.html`, `2.html` …

    How many there are is read from the page's own script `createPageHTML(count, current, "index", "html")`
    or its words 共 n 页; only with `pattern` and neither of these, the page after this one is tried.
    `second` is the number of the second page: without it 2 where the script counts the first page as 1, else
    1.
    """

    is_of_page: ClassVar[bool] = True
    pattern: str | None = None
    second: int | None = None

    def next_pages(self, page: Page, *, until: int) -> list[str]:
        del until
        script = _page_script(page.text)
        folder, _, file_name = urlsplit(page.address).path.rpartition("/")
        pattern = self.pattern or (f"{script.stem}_{{n}}.{script.suffix}" if script is not None else None)
        if pattern is None:
            return []
        current = _number_in(pattern, file_name)
        count = script.count if script is not None else _declared_count(page.text)
        second = self.second or (2 if script is not None and script.current == 1 else 1)
        numbers: Iterable[int]
        if count is None:
            if self.pattern is None:
                return []
            numbers = [second if current is None else current + 1]
        elif current is None:
            numbers = range(second, second + min(count, MOST_PAGES) - 1)
        else:
            # further pages do not say whether theirs is counted from 0; the first page has given all
            numbers = range(current + 1, min(count, MOST_PAGES))
        names = (pattern.replace("{n}", str(number)) for number in numbers)
        return [urljoin(page.address, f"{folder}/{name}") for name in names]


@dataclass(frozen=True, slots=True)
class _PageScript:
    count: int
    current: int
    stem: str
    suffix: str


def _page_script(text: str) -> _PageScript | None:
    """What `createPageHTML` is called with: [id of an element,] count, current, stem, suffix[, …]."""
    if "createpagehtml" not in text.lower():
        return None
    for call in _CREATE_PAGE.finditer(text):
        words = [word.strip() for word in call[1].split(",")]
        if words and words[0][:1] in "'\"":
            words = words[1:]
        values = [_script_value(text, word) for word in words[:4]]
        if len(values) < 4 or not (values[0].isdigit() and values[1].isdigit()):
            continue
        if not re.fullmatch(r"[\w.-]{1,100}", values[2]) or not re.fullmatch(r"\.?\w{2,6}", values[3]):
            continue
        return _PageScript(int(values[0]), int(values[1]), values[2], values[3].lstrip("."))
    return None


def _script_value(text: str, word: str) -> str:
    """A literal of a script, or the number that the variable of this name is set to."""
    if word[:1] in "'\"":
        return word.strip("'\"")
    if word.isdigit():
        return word
    if re.fullmatch(r"[A-Za-z_]\w{0,40}", word):
        setting = re.search(rf"\b{word}\s*=\s*['\"]?(\d{{1,6}})\b", text)
        return setting[1] if setting else ""
    return ""


def _declared_count(text: str) -> int | None:
    found = _TOTAL_PAGES.search(text)
    return int(found[1]) if found else None


def _number_in(pattern: str, file_name: str) -> int | None:
    shape = re.escape(pattern).replace(re.escape("{n}"), r"(\d{1,6})")
    found = re.fullmatch(shape, file_name)
    return int(found[1]) if found else None


# --- jpage: dataproxy.jsp ------------------------------------------------------------------------

DATAPROXY = "/module/web/jpage/dataproxy.jsp"
_RECORD_OPENS, _RECORD_ENDS = re.compile(r"<record>\s{0,200}<!\[CDATA\[", re.I), re.compile(r"\]\]>")
_TOTAL_RECORDS = re.compile(r"<totalrecord>\s*(\d{1,7})|\btotalRecord\s*[:=]\s*['\"]?(\d{1,7})", re.I)
_JPAGE_KEYS = (
    "col",
    "appid",
    "webid",
    "path",
    "columnid",
    "sourceContentType",
    "unitid",
    "webname",
    "permissiontype",
)


@dataclass(frozen=True, slots=True)
class Jpage:
    """Listings whose records come from `/module/web/jpage/dataproxy.jsp`, some pages of them a request.

    The parameters are read from the page's script; those given here count more, so that a listing can be
    asked for that prints none. The answer is XML whose `<record>` elements hold HTML.
    """

    is_of_page: ClassVar[bool] = True
    columnid: int | None = None
    unitid: int | None = None
    webid: int | None = None
    per_page: int | None = None

    def next_pages(self, page: Page, *, until: int) -> list[str]:
        del until
        if DATAPROXY in urlsplit(page.address).path:
            return self._windows(page.address, page, dict(parse_qsl(urlsplit(page.address).query)))
        found = {} if "jpage" not in page.text else {key: _jpage_value(page.text, key) for key in _JPAGE_KEYS}
        given = {"columnid": self.columnid, "unitid": self.unitid, "webid": self.webid}
        found |= {key: str(value) for key, value in given.items() if value is not None}
        if not (found.get("columnid") and found.get("unitid")):
            return []
        found = {"col": "1", "appid": "1", "path": "/", "permissiontype": "0"} | {
            key: value for key, value in found.items() if value
        }
        found["perpage"] = str(self.per_page or _jpage_value(page.text, "perpage") or 15)
        return self._windows(urljoin(page.address, DATAPROXY), page, found)

    def _windows(self, address: str, page: Page, values: dict[str, str]) -> list[str]:
        """Requests for the records, three pages of them each, up to the declared number of records."""
        per_page = _whole(values.get("perpage"), 15)
        width = 3 * per_page
        total = next((int(a or b) for a, b in _TOTAL_RECORDS.findall(page.text)), None)
        if total is None:
            # the answer to the first request says how many there are; without it, while records come
            if address == page.address and not html_records(page.text):
                return []
            done = _whole(values.get("endrecord"), 0) if address == page.address else 0
            starts: Iterable[int] = [done + 1]
        else:
            starts = range(1, min(total, MOST_PAGES * per_page) + 1, width)
        fixed = {key: value for key, value in values.items() if key in _JPAGE_KEYS}
        bare = address.partition("?")[0]
        asked = (
            {"startrecord": start, "endrecord": start + width - 1, "perpage": per_page, **fixed}
            for start in starts
        )
        return [address for query in asked if (address := f"{bare}?{urlencode(query)}") != page.address]


def form_of_window(address: str) -> tuple[str, dict[str, str]] | None:
    """How the script of a jpage listing asks for the records of an address: the address with the window alone, and
    the other parameters as a form to post; None for what is no such address."""
    parts = urlsplit(address)
    if DATAPROXY not in parts.path:
        return None
    values = dict(parse_qsl(parts.query))
    window = {key: values.pop(key) for key in ("startrecord", "endrecord", "perpage") if key in values}
    return urlunsplit(parts._replace(query=urlencode(window))), values


def answers_window(data: bytes | None) -> bool:
    """Whether an answer holds jpage records, or says how many there are."""
    return data is not None and bool(re.search(rb"<(totalrecord|record)>", data, re.I))


def _jpage_value(text: str, key: str) -> str:
    """The value of a key in the page's script (`key:'1'`, `key=1`), "" where it is not there."""
    found = re.search(rf"""(?<![\w]){key}["']?\s*[:=]\s*["']?([^"'&,;<>{{}}\s]{{1,80}})""", text, re.I)
    return html.unescape(found[1]) if found else ""


# --- TRS search: /was5/web/search ----------------------------------------------------------------

WAS_SEARCH = "/was5/web/search"
_REC_OPENS, _REC_ENDS = re.compile(r"<REC\b[^>]{0,200}>", re.I), re.compile(r"</REC>", re.I)
_REC_FIELD = re.compile(r"<(\w{1,40})\b[^>]{0,200}>")
_REC_TOTAL = re.compile(
    r"<(?:total|recordcount|reccount|recordnum|num)\b[^>]*>\s*(\d{1,7})\s*<|"
    r"\b(?:total|recordcount|reccount)\s*=\s*[\"'](\d{1,7})[\"']",
    re.I,
)


@dataclass(frozen=True, slots=True)
class TrsSearch:
    """Listings that TRS WAS answers at `/was5/web/search` as `<REC>` elements, by `page` and `perpage`.

    The next page is asked for while records come, or up to the declared number of them.
    """

    is_of_page: ClassVar[bool] = True

    def next_pages(self, page: Page, *, until: int) -> list[str]:
        del until
        parts = urlsplit(page.address)
        if WAS_SEARCH not in parts.path or not (records := _between(page.text, _REC_OPENS, _REC_ENDS)):
            return []
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        number = _whole(query.get("page"), 1)
        per_page = _whole(query.get("perpage") or query.get("prepage"), len(records))
        declared = next((int(a or b) for a, b in _REC_TOTAL.findall(page.text)), None)
        if number >= MOST_PAGES or (declared is not None and number * per_page >= declared):
            return []
        return [with_parameter(page.address, "page", str(number + 1))]


# --- JSON ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JsonList:
    """Listings that are JSON: `items` is the path to the list ("data.list"), the others are paths within
    an item. `address` holds {n} for the number of the page, or {start} for that of its first item.
    """

    is_of_page: ClassVar[bool] = False
    address: str
    items: str
    url: str = "url"
    title: str = "title"
    date: str = "date"
    total: str | None = None
    first: int = 1
    per_page: int = 20

    def next_pages(self, page: Page, *, until: int) -> list[str]:
        del until
        here = self._number(page.address)
        if here is None:
            # a page of the site that is no answer: the list begins here
            return [self._address(0)] if _site(page.address) == _site(self.address) else []
        content = read_json(page.text)
        items = at_path(content, self.items)
        declared = at_path(content, self.total) if self.total else None
        done = (here + 1) * self.per_page
        if not isinstance(items, list) or not items or here + 1 >= MOST_PAGES:
            return []
        if isinstance(declared, int | str) and str(declared).isdigit() and done >= int(declared):
            return []
        return [self._address(here + 1)]

    def records(self, page: Page) -> list[Record]:
        """The entries of an answer; none where the page is no answer of this list."""
        items = at_path(read_json(page.text), self.items)
        found = []
        for item in items if isinstance(items, list) else []:
            address, title = at_path(item, self.url), at_path(item, self.title)
            if isinstance(address, str) and address:
                day = at_path(item, self.date)
                found.append(Record(urljoin(page.address, address), str(title or ""), str(day or "")))
        return found

    def _address(self, number: int) -> str:
        return self.address.replace("{n}", str(self.first + number)).replace(
            "{start}", str(number * self.per_page)
        )

    def _number(self, address: str) -> int | None:
        """Which page of the list an address asks for, counted from 0."""
        shape = re.escape(self.address)
        for mark in ("{n}", "{start}"):
            shape = shape.replace(re.escape(mark), r"(\d{1,7})", 1)
        found = re.fullmatch(shape, address)
        if not found:
            return None
        if "{n}" in self.address:
            return int(found[1]) - self.first
        return int(found[1]) // self.per_page


def read_json(text: str) -> Any:
    """JSON, also as `callback(…)`; None for what is none."""
    text = text.strip().lstrip("\ufeff")
    wrapped = re.match(r"[\w$.]{1,80}\s*\(", text)
    if wrapped and text.rstrip("; \n").endswith(")"):
        text = text[wrapped.end() : text.rstrip("; \n").rindex(")")]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def at_path(content: Any, path: str) -> Any:
    """What lies at "a.b.0.c" in JSON; None where there is nothing. An empty path is the content itself."""
    for step in path.split(".") if path else []:
        if isinstance(content, dict):
            content = content.get(step)
        elif isinstance(content, list) and step.isdigit() and int(step) < len(content):
            content = content[int(step)]
        else:
            return None
    return content


# --- years: nbYear=, fbtime= ---------------------------------------------------------------------

YEAR_PARAMETERS = ("nbYear", "fbtime")
_YEAR_LINK = re.compile(
    r"""["']([^"'<>\s]{0,300}?[?&](?:amp;)?(?:nbYear|fbtime)=20\d\d[^"'<>\s]{0,200})["']""", re.I
)


@dataclass(frozen=True, slots=True)
class YearParameter:
    """Listings and reports that are asked for by a year: `zfxxgknb.html?nbYear=2023`,
    `xxgkAnnualReport.jsp?area=…&fbtime=2017`.

    Without `address`, addresses of the page itself and of its links that have such a parameter are asked
    for with every year. With `address`, {year} in it runs over the years and {area} over `areas`.
    """

    is_of_page: ClassVar[bool] = False
    address: str | None = None
    areas: tuple[str, ...] = ()
    first_year: int = FIRST_YEAR

    def next_pages(self, page: Page, *, until: int) -> list[str]:
        years = [str(year) for year in range(until, self.first_year - 1, -1)]
        if self.address is not None:
            if _site(page.address) != _site(self.address):
                return []
            return [
                self.address.replace("{area}", quote(area)).replace("{year}", year)
                for area in self.areas or ("",)
                for year in years
            ]
        linked = [urljoin(page.address, html.unescape(found)) for found in _YEAR_LINK.findall(page.text)]
        shapes = dict.fromkeys(
            shape for address in [page.address, *linked] if (shape := _year_shape(address))
        )
        addresses = (shape.replace("{year}", year) for shape in shapes for year in years)
        return [address for address in addresses if address != page.address][:MOST_PAGES]


def _year_shape(address: str) -> str | None:
    """The address with {year} for the year that a parameter of it names; None where none does."""
    names = "|".join(YEAR_PARAMETERS)
    shape, count = re.subn(rf"([?&](?:{names})=)20\d\d(?!\d)", r"\g<1>{year}", address, count=1, flags=re.I)
    return shape if count else None


# --- records of any family -----------------------------------------------------------------------


def html_records(text: str) -> list[str]:
    """The HTML of a jpage listing's records: of an answer, or of what the page itself brings in a script."""
    return [
        html.unescape(record) if "&lt;" in record else record
        for record in _between(text, _RECORD_OPENS, _RECORD_ENDS)
    ]


def search_records(page: Page) -> list[Record]:
    """The entries of a TRS search's answer."""
    found = []
    for record in _between(page.text, _REC_OPENS, _REC_ENDS):
        values = {
            name.upper(): html.unescape(re.sub(r"^\s*<!\[CDATA\[|\]\]>\s*$", "", value)).strip()
            for name, value in _fields(record)
        }
        address = next((values[key] for key in ("DOCPUBURL", "URL", "LINK", "DOCURL") if values.get(key)), "")
        title = next((values[key] for key in ("DOCTITLE", "TITLE") if values.get(key)), "")
        day = next((values[key] for key in ("DOCRELTIME", "PUBDATE", "DATE") if values.get(key)), "")
        if address:
            found.append(Record(urljoin(page.address, address), re.sub(r"<[^>]{1,80}>", "", title), day))
    return found


# --- one article over several pages --------------------------------------------------------------


_FOLLOWING = re.compile(r"([_-])(\d{1,2})\.(?:s?html?|jhtml)(?:[?#]|$)", re.I)


def parts_of_article(page: Page, linked: Sequence[str]) -> list[str]:
    """The further pages of an article whose first page this is: `t2021_1.html` after `t2021.html`.

    They are among `linked`, the addresses that the page links to, or counted by its `createPageHTML`.
    A page that itself has such a number, and a folder's index, has none.
    """
    parts = urlsplit(page.address)
    folder, _, file_name = parts.path.rpartition("/")
    shape = re.fullmatch(r"(?P<stem>.+)\.(?P<suffix>s?html?|jhtml)", file_name, re.I)
    if shape is None or shape["stem"].lower() in ("index", "default", "list"):
        return []
    names = {}
    script = _page_script(page.text)
    if script is not None and script.stem == shape["stem"]:
        first = 1 if script.current == 0 else 2
        names = {
            n: f"{script.stem}_{n}.{script.suffix}" for n in range(first, first + min(script.count, 50) - 1)
        }
    stem = shape["stem"].lower()
    for address in linked:
        # nearly all links fail here, which is cheap
        if (following := _FOLLOWING.search(address)) is None or stem not in address.lower():
            continue
        other = urlsplit(address)
        name = other.path.rpartition("/")
        is_beside = (other.netloc, name[0]) == (parts.netloc, folder)
        if is_beside and name[2].lower() == f"{stem}{following[1]}{following[2]}.{shape['suffix'].lower()}":
            if int(following[2]) <= 50:
                names.setdefault(int(following[2]), name[2])
    return [urlunsplit((parts.scheme, parts.netloc, f"{folder}/{names[n]}", "", "")) for n in sorted(names)]


# --- small things --------------------------------------------------------------------------------


def with_parameter(address: str, name: str, value: str) -> str:
    """The address with a query parameter set, the others as they are and where they are."""
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if any(key == name for key, _ in pairs):
        pairs = [(key, value if key == name else old) for key, old in pairs]
    else:
        pairs.append((name, value))
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def _between(text: str, opens: re.Pattern[str], ends: re.Pattern[str]) -> list[str]:
    """What lies between the marks, in one pass: a page may open a million and end none."""
    found: list[str] = []
    at = 0
    while (opening := opens.search(text, at)) and (ending := ends.search(text, opening.end())):
        found.append(text[opening.end() : ending.start()])
        at = ending.end()
    return found


def _fields(record: str) -> list[tuple[str, str]]:
    """The elements of a record by name, outermost ones only."""
    found: list[tuple[str, str]] = []
    at = 0
    while len(found) < 100 and (opening := _REC_FIELD.search(record, at)):
        end = record.find(f"</{opening[1]}>", opening.end())
        at = opening.end() if end < 0 else end
        if end >= 0:
            found.append((opening[1], record[opening.end() : end]))
    return found


def _site(address: str) -> str:
    return urlsplit(address).netloc.lower()


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and 0 < int(text) < 10_000_000 else default
