"""The catalogue of sources: one YAML file a site family in `flows/sources/`, named by the file.

A file with a mistake raises SourceError with file, line, key and what is expected there; the others can
still be used. `_default.yaml` holds the link rules of addresses that have no entry, and of entries that
give none themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from flows.settings import ROOT

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
class Source:
    """Where reports are listed and which links of the listing pages are followed."""

    name: str
    entry: tuple[str, ...]
    publisher: str = ""
    follow: LinkRule = field(default_factory=LinkRule)
    """Links that can lead to a report or to a further listing page."""
    next_page: LinkRule = field(default_factory=LinkRule)
    """Links that turn a listing page."""
    max_depth: int = 3
    """Followed links between an entry address and a report, pages turned not counted."""
    max_pages: int = 200
    """Listing pages read at most."""
    verified: bool = False
    """Whether someone has fetched it and found its reports."""
    served_from: Path | None = None
    """A folder of the project that a local web server shows under the entry's host during a run."""


def names(folder: Path = FOLDER) -> list[str]:
    """The names of all catalogue entries."""
    return sorted(path.stem for path in folder.glob("*.yaml") if not path.name.startswith("_"))


def load_source(name: str, folder: Path = FOLDER) -> Source:
    """One catalogue entry. Raises SourceError."""
    path = folder / f"{name}.yaml"
    values = {**load_defaults(folder), **_read(path)}
    if not values.get("entry"):
        raise SourceError(f"{path}:1: entry: expected at least one http(s) address, found none")
    return Source(name=name, **values)


def source_of_address(address: str, folder: Path = FOLDER) -> Source:
    """An address given by a user, as a source with the default rules."""
    return Source(name=address, entry=(address,), **load_defaults(folder))


def load_defaults(folder: Path = FOLDER) -> dict[str, Any]:
    return _read(folder / "_default.yaml")


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: expected UTF-8: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SourceError(f"{path}:{line}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise SourceError(f"{path}: not YAML: {error}") from None
    if node is None:
        return {}
    return dict(_pairs(path, node, "", _FIELDS))


class _UnexpectedError(Exception):
    """A value is not what is expected; the message is the expectation."""


def _pairs(
    path: Path, node: yaml.Node, within: str, readers: dict[str, Callable[[Path, str, yaml.Node], Any]]
) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, yaml.MappingNode):
        expected = f"keys {', '.join(readers)}"
        raise SourceError(f"{_place(path, node, within)}: expected {expected}, found {_show(node)}")
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = str(key_node.value)
        name = f"{within}.{key}" if within else key
        if key not in readers:
            raise SourceError(
                f"{_place(path, key_node, name)}: unknown key, expected one of {', '.join(readers)}"
            )
        if key in seen:
            raise SourceError(f"{_place(path, key_node, name)}: expected once, found again")
        seen.add(key)
        try:
            yield key, readers[key](path, name, value_node)
        except _UnexpectedError as expectation:
            place = _place(path, value_node, name)
            raise SourceError(f"{place}: expected {expectation}, found {_show(value_node)}") from None


def _place(path: Path, node: yaml.Node, name: str) -> str:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{shown}:{node.start_mark.line + 1}" + (f": {name}" if name else "")


def _show(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"


def _text(_path: Path, _name: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        raise _UnexpectedError("text")
    return str(node.value)


def _addresses(path: Path, name: str, node: yaml.Node) -> tuple[str, ...]:
    if not isinstance(node, yaml.SequenceNode):
        raise _UnexpectedError("a list of http(s) addresses")
    for item in node.value:
        if not isinstance(item, yaml.ScalarNode) or not re.match(r"https?://[^/\s]+", item.value):
            place = _place(path, item, name)
            raise SourceError(f"{place}: expected an http(s) address, found {_show(item)}")
    return tuple(item.value for item in node.value)


def _pattern(_path: Path, _name: str, node: yaml.Node) -> re.Pattern[str]:
    try:
        return re.compile(_text(_path, _name, node), re.I)
    except re.error as error:
        raise _UnexpectedError(f"a regular expression ({error})") from None


def _rule(path: Path, name: str, node: yaml.Node) -> LinkRule:
    return LinkRule(**dict(_pairs(path, node, name, {"text": _pattern, "address": _pattern})))


def _count(_path: Path, _name: str, node: yaml.Node) -> int:
    if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"\d{1,6}", node.value):
        raise _UnexpectedError("a whole number")
    return int(node.value)


def _truth(_path: Path, _name: str, node: yaml.Node) -> bool:
    if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
        raise _UnexpectedError("true or false")
    return bool(node.value == "true")


def _project_folder(_path: Path, _name: str, node: yaml.Node) -> Path:
    folder = (ROOT / _text(_path, _name, node)).resolve()
    if not folder.is_relative_to(ROOT) or not folder.is_dir():
        raise _UnexpectedError("a folder of the project")
    return folder


_FIELDS: dict[str, Callable[[Path, str, yaml.Node], Any]] = {
    "publisher": _text,
    "entry": _addresses,
    "follow": _rule,
    "next_page": _rule,
    "max_depth": _count,
    "max_pages": _count,
    "verified": _truth,
    "served_from": _project_folder,
}


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
                f"sources {', '.join(names(folder))}"
            )
    return found, mistakes
