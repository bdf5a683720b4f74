"""The catalogue of sources: one YAML file a province or site family in `flows/sources/`, named by the file.

A file with a mistake raises SourceError with file, line, key and what is expected there; the others can
still be used. `_default.yaml` holds what addresses without an entry, and entries that leave a key out, take.
The keys are described in `KEYS` and `FAMILY_KEYS`, from which the table in `flows/sources/README.md` comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.edge.address import canonical_address
from flows.edge.divisions import read_rows
from flows.edge.pagination import Family, Jpage, JsonList, Numbered, TrsSearch, YearParameter
from flows.settings import REFERENCE, ROOT

FOLDER = ROOT / "flows" / "sources"


class SourceError(Exception):
    """A source file that cannot be used; the message names file, line, key and expectation."""


class UnknownSourceError(Exception):
    """A word that names no source."""


@dataclass(frozen=True, slots=True)
class LinkRule:
    """A link fits when its printed text or its address holds the pattern."""

    text: re.Pattern[str] | None = None
    address: re.Pattern[str] | None = None

    def fits(self, text: str, address: str) -> bool:
        return bool((self.text and self.text.search(text)) or (self.address and self.address.search(address)))


@dataclass(frozen=True, slots=True)
class Rate:
    """How hard a host may be asked."""

    requests_per_second: float = 1.0
    concurrency: int = 2
    """Requests under way at once."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where reports are listed, which links are followed, and how the sites are to be treated."""

    name: str
    entry: tuple[str, ...]
    publisher: str = ""
    division: str | None = None
    """GB/T 2260 code of the place that the source covers."""
    hosts: tuple[str, ...] = ()
    """Hosts whose links are followed, besides that of the page a link is on; `*.` stands for any below."""
    report: LinkRule = field(default_factory=LinkRule)
    """Links that can be reports."""
    follow: LinkRule = field(default_factory=LinkRule)
    """Links that can lead to a report or to a further listing page."""
    never: LinkRule = field(default_factory=LinkRule)
    """Links that are not followed whatever the other rules say."""
    next_page: LinkRule = field(default_factory=LinkRule)
    """Links that turn a listing page."""
    labels: tuple[tuple[str, str], ...] = ()
    """How the source's tables print labels of the forms: as printed there, as the form has it."""
    pagination: tuple[Family, ...] = ()
    """How pages are turned that no link turns."""
    max_depth: int = 3
    """Followed links between an entry address and a report, pages turned not counted."""
    max_pages: int = 200
    """Listing pages read at most."""
    rate: Rate = field(default_factory=Rate)
    sitemaps: bool = False
    """Whether the sitemaps that robots.txt of the entries' sites names are read."""
    verify_tls: bool = True
    expected_reports: int | None = None
    """Reports that the source brings in a year at least, as far as is known."""
    verified: bool = False
    """Whether someone has fetched it and found its reports."""
    served_from: Path | None = None
    """A folder of the project that a local web server shows under the entry's host during a run."""


def names(folder: Path = FOLDER) -> list[str]:
    """The names of all catalogue entries."""
    return sorted(path.stem for path in folder.glob("*.yaml") if not path.name.startswith("_"))


def standing_names(folder: Path = FOLDER, *, with_unverified: bool = False) -> list[str]:
    """The entries that a scheduled run is of where none are named: the sites that are verified, or all of them.
    While none is verified, the bundled sample. An entry with a mistake is among them, so that it is told."""
    real: list[str] = []
    served: list[str] = []
    for name in names(folder):
        try:
            source = load_source(name, folder)
        except SourceError:
            real.append(name)
            continue
        if source.served_from is not None:
            served.append(name)
        elif source.verified or with_unverified:
            real.append(name)
    return real or served


def load_source(name: str, folder: Path = FOLDER) -> Source:
    """One catalogue entry. Raises SourceError."""
    path = folder / f"{name}.yaml"
    values = {**load_defaults(folder), **_read(path)}
    if not values.get("entry"):
        raise SourceError(f"{shown(path)}:1: entry: expected at least one http(s) address, found none")
    return Source(name=name, **values)


def source_of_address(address: str, folder: Path = FOLDER) -> Source:
    """An address given by a user, as a source with the default rules."""
    # who gives an address means that page and what it lists
    return Source(name=address, entry=(address,), **{**load_defaults(folder), "sitemaps": False})


def load_defaults(folder: Path = FOLDER) -> dict[str, Any]:
    return _read(folder / "_default.yaml")


def load_all(folder: Path = FOLDER) -> tuple[list[Source], list[str]]:
    """Every entry that can be used, and the mistakes of those that cannot."""
    found: list[Source] = []
    mistakes: list[str] = []
    for name in names(folder):
        try:
            found.append(load_source(name, folder))
        except SourceError as mistake:
            mistakes.append(str(mistake))
    return found, mistakes


def shared_entries(sources: Sequence[Source]) -> list[str]:
    """Entry addresses that several sources begin at, which would be fetched for each of them."""
    users: dict[str, list[str]] = {}
    for source in sources:
        for entry in source.entry:
            users.setdefault(canonical_address(entry), []).append(source.name)
    return [
        f"{entry}: expected in one source, found in {', '.join(found)}"
        for entry, found in users.items()
        if len(found) > 1
    ]


# --- the form of a file --------------------------------------------------------------------------


class _UnexpectedError(Exception):
    """A value is not what is expected; the message is the expectation."""


Read = Callable[[Path, str, yaml.Node], Any]
"""File, name of the key and what stands there → the value. Raises SourceError or _UnexpectedError."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a source file: what is expected there and what it means."""

    read: Read
    form: str
    meaning: str
    example: str


def _text(_path: Path, _name: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag.endswith(":null") or not node.value.strip():
        raise _UnexpectedError("text")
    return str(node.value)


def _address(_path: Path, _name: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(
        r"https?://[^/\s{}]+(/\S*)?", node.value, re.I
    ):
        raise _UnexpectedError("an http(s) address")
    try:
        canonical_address(node.value)
    except ValueError:
        raise _UnexpectedError("an http(s) address") from None
    return str(node.value)


def _list_of(read: Read, form: str) -> Read:
    def read_list(path: Path, name: str, node: yaml.Node) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise _UnexpectedError(form)
        return tuple(_value(path, name, item, read) for item in node.value)

    return read_list


def _host(_path: Path, _name: str, node: yaml.Node) -> str:
    shape = r"(\*\.)?[\w-]+(\.[\w-]+)+(:\d{1,5})?"
    if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(shape, node.value):
        raise _UnexpectedError("a host such as www.example.gov.cn or *.example.gov.cn")
    return str(node.value).lower()


def _division(_path: Path, _name: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"[1-9]\d{5}", node.value):
        raise _UnexpectedError("six digits of GB/T 2260")
    if node.value not in _division_codes():
        raise _UnexpectedError("a code of warehouse/reference/division.csv")
    return str(node.value)


@cache
def _division_codes() -> frozenset[str]:
    return frozenset(row[0] for row in read_rows(REFERENCE / "division.csv"))


def _pattern(path: Path, name: str, node: yaml.Node) -> re.Pattern[str]:
    try:
        return re.compile(_text(path, name, node), re.I)
    except (re.error, OverflowError) as error:
        raise _UnexpectedError(f"a regular expression ({error})") from None
    except RecursionError:
        raise _UnexpectedError("a regular expression (nested too deeply)") from None


def _whole_number(least: int) -> Read:
    def read(_path: Path, _name: str, node: yaml.Node) -> int:
        expected = "a whole number" if least == 0 else f"a whole number, {least} or more"
        if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"\d{1,9}", node.value):
            raise _UnexpectedError(expected)
        if int(node.value) < least:
            raise _UnexpectedError(expected)
        return int(node.value)

    return read


def _rate_number(_path: Path, _name: str, node: yaml.Node) -> float:
    if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"\d{1,5}(\.\d{1,4})?", node.value):
        raise _UnexpectedError("a number above 0")
    if float(node.value) <= 0:
        raise _UnexpectedError("a number above 0")
    return float(node.value)


def _truth(_path: Path, _name: str, node: yaml.Node) -> bool:
    if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
        raise _UnexpectedError("true or false")
    return bool(node.value == "true")


def _project_folder(path: Path, name: str, node: yaml.Node) -> Path:
    try:
        folder = (ROOT / _text(path, name, node)).resolve()
    except ValueError:
        raise _UnexpectedError("a folder of the project") from None
    if not folder.is_relative_to(ROOT) or not folder.is_dir():
        raise _UnexpectedError("a folder of the project")
    return folder


def _page_pattern(path: Path, name: str, node: yaml.Node) -> str:
    text = _text(path, name, node)
    if text.count("{n}") != 1 or "/" in text:
        raise _UnexpectedError("a file name with {n}, such as index_{n}.html")
    return text


def _rule(path: Path, name: str, node: yaml.Node) -> LinkRule:
    return LinkRule(**dict(_pairs(path, node, name, RULE_KEYS)))


def _rate(path: Path, name: str, node: yaml.Node) -> Rate:
    return Rate(**dict(_pairs(path, node, name, RATE_KEYS)))


def _family(path: Path, name: str, node: yaml.Node) -> Family:
    """A mapping with `family` and the keys of that family; or the family's name alone."""
    if isinstance(node, yaml.ScalarNode):
        family_node: yaml.Node | None = node
        rest: list[tuple[yaml.Node, yaml.Node]] = []
    elif isinstance(node, yaml.MappingNode):
        family_node = next((value for key, value in node.value if key.value == "family"), None)
        rest = [(key, value) for key, value in node.value if key.value != "family"]
        if len(node.value) - len(rest) > 1:
            raise SourceError(f"{_place(path, node, name + '.family')}: expected once, found again")
    else:
        raise _UnexpectedError("the name of a family or a mapping with family")
    if family_node is None:
        expected = f"one of {', '.join(FAMILIES)}"
        raise SourceError(f"{_place(path, node, name + '.family')}: expected {expected}, found none")
    word = family_node.value if isinstance(family_node, yaml.ScalarNode) else ""
    if word not in FAMILIES:
        raise SourceError(
            f"{_place(path, family_node, name + '.family')}: expected one of {', '.join(FAMILIES)}, "
            f"found {_show(family_node)}{_suggestion(word, FAMILIES)}"
        )
    kind, keys, needed = FAMILIES[word]
    values = dict(_pairs_of(path, rest, name, keys))
    for key in needed:
        if key not in values:
            raise SourceError(f"{_place(path, node, f'{name}.{key}')}: expected {keys[key].form}, found none")
    return kind(**values)


def _labels(path: Path, name: str, node: yaml.Node) -> tuple[tuple[str, str], ...]:
    # the labels of all forms, which only files with this key need
    from flows.report.aliases import Aliases

    if not isinstance(node, yaml.MappingNode):
        raise _UnexpectedError(_LABELS_FORM)
    found: dict[str, str] = {}
    for key_node, value_node in node.value:
        printed = str(key_node.value)
        place = f"{name}.{printed}"
        label = _value(path, place, value_node, _text)
        if printed in found:
            raise SourceError(f"{_place(path, key_node, place)}: expected once, found again")
        try:
            Aliases({printed: label})
        except ValueError as mistake:
            raise SourceError(f"{_place(path, key_node, place)}: {mistake}") from None
        found[printed] = label
    return tuple(found.items())


def _list_address(path: Path, name: str, node: yaml.Node) -> str:
    text = _address(path, name, node)
    if text.count("{n}") + text.count("{start}") != 1:
        raise _UnexpectedError("an http(s) address with {n} or {start}")
    return text


def _year_address(path: Path, name: str, node: yaml.Node) -> str:
    text = _address(path, name, node)
    if text.count("{year}") != 1:
        raise _UnexpectedError("an http(s) address with {year}")
    return text


RULE_KEYS: dict[str, Key] = {
    "text": Key(
        _pattern, "a regular expression", "found in the link's printed text or title", "信息公开年报"
    ),
    "address": Key(_pattern, "a regular expression", "found in the link's address", "/zfxxgknb/"),
}

RATE_KEYS: dict[str, Key] = {
    "requests_per_second": Key(
        _rate_number, "a number above 0", "requests that begin in a second, each host", "0.5"
    ),
    "concurrency": Key(
        _whole_number(1), "a whole number, 1 or more", "requests under way at once, each host", "1"
    ),
}

_NUMBER = _whole_number(0)
FAMILIES: dict[str, tuple[Callable[..., Family], dict[str, Key], tuple[str, ...]]] = {
    "numbered": (
        Numbered,
        {
            "pattern": Key(
                _page_pattern,
                "a file name with {n}",
                "name of further pages; only for pages that do not say it in a script",
                "index_{n}.html",
            ),
            "second": Key(_NUMBER, "a whole number", "number of the second page", "1"),
        },
        (),
    ),
    "jpage": (
        Jpage,
        {
            "columnid": Key(
                _NUMBER, "a whole number", "column, where the page's script does not say it", "7810"
            ),
            "unitid": Key(_NUMBER, "a whole number", "unit, likewise", "14022"),
            "webid": Key(_NUMBER, "a whole number", "site, likewise", "1"),
            "per_page": Key(
                _whole_number(1), "a whole number, 1 or more", "records of a page, likewise", "15"
            ),
        },
        (),
    ),
    "trs_search": (TrsSearch, {}, ()),
    "json_list": (
        JsonList,
        {
            "address": Key(
                _list_address,
                "an http(s) address with {n} or {start}",
                "where the list is; {n} is the page, {start} its first item counted from 0",
                "https://www.example.gov.cn/list?page={n}",
            ),
            "items": Key(_text, "text", "path to the list of items", "data.list"),
            "url": Key(_text, "text", "path to an item's address", "url"),
            "title": Key(_text, "text", "path to its title", "title"),
            "date": Key(_text, "text", "path to its date", "publishedTime"),
            "total": Key(_text, "text", "path to the number of items", "data.total"),
            "first": Key(_NUMBER, "a whole number", "number of the first page", "1"),
            "per_page": Key(_whole_number(1), "a whole number, 1 or more", "items of a page", "20"),
        },
        ("address", "items"),
    ),
    "year_parameter": (
        YearParameter,
        {
            "address": Key(
                _year_address,
                "an http(s) address with {year}",
                "asked for with every year; also {area}, which runs over the areas",
                "https://www.example.gov.cn/nb.html?nbYear={year}",
            ),
            "areas": Key(
                _list_of(_text, "a list of texts"),
                "a list of texts",
                "codes of agencies for {area}",
                '["113300"]',
            ),
            "first_year": Key(
                _whole_number(2000), "a whole number, 2000 or more", "first year asked for", "2008"
            ),
        },
        (),
    ),
}
"""The pagination families: what is made of the keys, the keys, and which of them must be there."""

_LABELS_FORM = "a mapping of labels"
_RULE_FORM = "a mapping with text, address or both"
_HOSTS_FORM = "a list of hosts"
_FAMILIES_FORM = "a list of families"
_ADDRESSES_FORM = "a list of http(s) addresses"

KEYS: dict[str, Key] = {
    "publisher": Key(_text, "text", "who publishes the reports", "示例省人民政府"),
    "entry": Key(
        _list_of(_address, _ADDRESSES_FORM),
        _ADDRESSES_FORM,
        "where fetching begins: listings, pages of the site, sitemaps",
        "[https://www.example.gov.cn/zfxxgknb/]",
    ),
    "follow": Key(_rule, _RULE_FORM, "links that can lead to reports", "{text: 信息公开年报}"),
    "report": Key(_rule, _RULE_FORM, "links that can be reports", "{text: 工作年度报告}"),
    "never": Key(_rule, _RULE_FORM, "links that are not followed whatever fits", "{text: 指南}"),
    "next_page": Key(_rule, _RULE_FORM, "links that turn a listing's page", "{text: ^下一页$}"),
    "pagination": Key(
        _list_of(_family, _FAMILIES_FORM),
        _FAMILIES_FORM,
        "how pages are turned that no link turns",
        "[numbered, jpage]",
    ),
    "labels": Key(
        _labels,
        _LABELS_FORM,
        "labels that its tables print otherwise than the forms: as printed, as a form has it",
        "{收件总数: 收到申请数}",
    ),
    "division": Key(_division, "six digits of GB/T 2260", "the place that the source covers", '"430000"'),
    "hosts": Key(
        _list_of(_host, _HOSTS_FORM),
        _HOSTS_FORM,
        "hosts whose links are followed besides that of the page",
        '["*.example.gov.cn"]',
    ),
    "max_depth": Key(_NUMBER, "a whole number", "followed links between an entry and a report at most", "3"),
    "max_pages": Key(_NUMBER, "a whole number", "listing pages read at most", "200"),
    "rate": Key(
        _rate,
        "a mapping with requests_per_second, concurrency or both",
        "how hard a host is asked",
        "{concurrency: 1}",
    ),
    "sitemaps": Key(
        _truth,
        "true or false",
        "whether the sitemaps that robots.txt names are read too",
        "true",
    ),
    "verify_tls": Key(
        _truth,
        "true or false",
        "false takes certificates that cannot be verified; each attempt says so",
        "true",
    ),
    "expected_reports": Key(
        _whole_number(1), "a whole number, 1 or more", "reports that it brings in a year at least", "60"
    ),
    "verified": Key(_truth, "true or false", "whether someone has fetched it and found its reports", "false"),
    "served_from": Key(
        _project_folder,
        "a folder of the project",
        "a folder that a local web server shows under the entry's host during a run",
        "warehouse/sample/site",
    ),
}


def described(family: Family) -> str:
    """A pagination family as a source file says it."""
    (name,) = (name for name, (kind, _, _) in FAMILIES.items() if kind is type(family))
    given = [
        f"{one.name} {value}"
        for one in fields(family)  # type: ignore[arg-type]
        if (value := getattr(family, one.name)) not in (None, ()) and value != one.default
    ]
    return f"{name}: {', '.join(given)}" if given else name


def schema_table() -> str:
    """The keys of a source file as a Markdown table."""
    rows: list[tuple[str, Key, str]] = []
    for name, key in KEYS.items():
        rows.append((name, key, "needed" if name == "entry" else ""))
        for inner, inner_key in (RATE_KEYS if name == "rate" else {}).items():
            rows.append((f"rate.{inner}", inner_key, ""))
        if name == "follow":
            rows += [(f"follow.{inner}", inner_key, "") for inner, inner_key in RULE_KEYS.items()]
        if name == "pagination":
            for family, (_, keys, needed) in FAMILIES.items():
                rows += [
                    (f"pagination: {family}.{inner}", inner_key, "needed" if inner in needed else "")
                    for inner, inner_key in keys.items()
                ]
    lines = ["| key | expected | meaning | |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {key.form} | {key.meaning} | {note} |" for name, key, note in rows]
    return "\n".join(lines) + "\n"


# --- reading a file ------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise SourceError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"the byte {error.object[error.start]:#04x}"
        raise SourceError(f"{shown(path)}:{line}: expected UTF-8, found {found}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SourceError(f"{shown(path)}:{line}: not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SourceError(
            f"{shown(path)}:{line}: not YAML: unacceptable character #x{error.character:04x}"
        ) from None
    except RecursionError:
        expected = "expected the keys of a source, found lists or mappings nested too deeply"
        raise SourceError(f"{shown(path)}: {expected}") from None
    if node is None:
        return {}
    return dict(_pairs(path, node, "", KEYS))


def _pairs(path: Path, node: yaml.Node, within: str, keys: Mapping[str, Key]) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, yaml.MappingNode):
        raise SourceError(
            f"{_place(path, node, within)}: expected keys {', '.join(keys)}, found {_show(node)}"
        )
    yield from _pairs_of(path, node.value, within, keys)


def _pairs_of(
    path: Path, pairs: Sequence[tuple[yaml.Node, yaml.Node]], within: str, keys: Mapping[str, Key]
) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value_node in pairs:
        key = str(key_node.value)
        name = f"{within}.{key}" if within else key
        if key not in keys:
            expected = f"expected one of {', '.join(keys)}" if keys else "expected none here"
            raise SourceError(
                f"{_place(path, key_node, name)}: unknown key, {expected}{_suggestion(key, keys)}"
            )
        if key in seen:
            raise SourceError(f"{_place(path, key_node, name)}: expected once, found again")
        seen.add(key)
        yield key, _value(path, name, value_node, keys[key].read)


def _value(path: Path, name: str, node: yaml.Node, read: Read) -> Any:
    try:
        return read(path, name, node)
    except _UnexpectedError as expectation:
        raise SourceError(
            f"{_place(path, node, name)}: expected {expectation}, found {_show(node)}"
        ) from None


def _suggestion(word: str, known: Mapping[str, object]) -> str:
    longer = [name for name in known if len(word) > 2 and name.startswith(word)]
    close = get_close_matches(word, known, n=1) or longer
    return f" (did you mean {close[0]}?)" if close else ""


def _place(path: Path, node: yaml.Node, name: str) -> str:
    return f"{shown(path)}:{node.start_mark.line + 1}" + (f": {name}" if name else "")


def shown(path: Path) -> Path:
    """A path as messages name it: within the project, from its folder."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _show(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A file or folder given by a user."""

    path: str

    @property
    def name(self) -> str:
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def resolve(given: Sequence[str], folder: Path = FOLDER) -> tuple[list[Source | LocalSource], list[str]]:
    """What the words of a command line mean: an http(s) address, else the name of a catalogue entry, else a
    file or folder (`./sample` is one whatever the catalogue holds); and the mistakes of entries that cannot
    be used.

    Raises UnknownSourceError for the first word that is none of them.
    """
    found: list[Source | LocalSource] = []
    mistakes: list[str] = []
    for word in given:
        if re.match(r"https?://", word, re.I):
            found.append(source_of_address(word, folder))
        elif word in names(folder):
            try:
                found.append(load_source(word, folder))
            except SourceError as mistake:
                mistakes.append(str(mistake))
        elif Path(word).exists():
            found.append(LocalSource(word))
        else:
            raise UnknownSourceError(
                f"{word}: neither a file or folder that is there, nor an http(s) address, nor one of the "
                f"{len(names(folder))} sources that `gongkai sources` lists"
                + _suggestion(word, dict.fromkeys(names(folder)))
            )
    return found, mistakes
