"""The register of divisions: their names, codes and parents by year, and their names in a text.

Names are year-end snapshots. A name counts for a year when it was borne at the end of that year, of the year before
or of the year after.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flows.report.division import BEGINNING, COUNTY, END, Named, short_of, stem_of

FIRST_SNAPSHOT = 2008

_NAME_END = re.compile("[省市县区州盟旗]")
_INNER_TOWNSHIP = re.compile("街道|[镇乡村](?![镇乡村级街])")
_OVERLAPPING = ("市中区", "市南区", "市北区")
_NO_STEM = ("71", "81", "82")
"""Taiwan, Hong Kong and Macao: their stems stand in the names of offices everywhere (台湾事务办公室)."""


@dataclass(slots=True)
class Mention:
    """A full name in a text, and the divisions that may be meant by it."""

    start: int
    end: int
    name: str
    found: list[Named]


class Register:
    """The divisions of 2008 and after by code, by name and by stem."""

    def __init__(
        self,
        divisions: Iterable[Sequence[str]],
        aliases: Iterable[Sequence[str]] = (),
        successors: Iterable[Sequence[str]] = (),
    ) -> None:
        """Rows in the column order of division.csv, division_alias.csv and division_successor.csv."""
        self._intervals: dict[str, list[Named]] = defaultdict(list)
        self._names: dict[str, list[Named]] = defaultdict(list)
        self._loose: list[str] = []
        """Aliases that do not end with the word for a level: looked for in agency names only."""
        self._tails: dict[str, list[str]] = defaultdict(list)
        """Names by their last two characters, longest first."""
        self._stems: dict[str, list[Named]] = defaultdict(list)
        self._meant: dict[tuple[str, int | None], list[Named]] = {}
        self._after: dict[str, str] = {}
        self._before: dict[str, str] = {}
        for code, name, level, parent, first, last, *_ in divisions:
            year = int(first)
            begins = BEGINNING if year <= FIRST_SNAPSHOT else year
            named = Named(code, name, int(level), parent, begins, int(last) if last else END)
            self._intervals[code].append(named)
            self._names[name].append(named)
            short = short_of(name)
            if short:
                self._names[short].append(named._replace(name=short, kind="short"))
            stem = stem_of(name)
            if len(stem) > 1 and code[:2] not in _NO_STEM:
                self._stems[stem].append(named)
        for alias, code, kind, first, last, *_ in aliases:
            base = self._intervals[code][-1]
            begins, ends = int(first) if first else BEGINNING, int(last) if last else END
            self._names[alias].append(Named(code, alias, base.level, base.parent, begins, ends, kind))
        for name in self._names:
            if _NAME_END.match(name[-1]):
                self._tails[name[-2:]].append(name)
            else:
                self._loose.append(name)
        for names in self._tails.values():
            names.sort(key=len, reverse=True)
        self._loose.sort(key=len, reverse=True)
        self._link(successors)

    def _link(self, successors: Iterable[Sequence[str]]) -> None:
        """Keep the links between codes of the same government, one to one."""
        same = [(old, new) for old, new, _, relation, *_ in successors if relation == "same"]
        olds = defaultdict(list)
        for old, new in same:
            olds[new].append(old)
        for new, before in olds.items():
            if len(before) == 1:
                self._after[before[0]] = new
                self._before[new] = before[0]

    def name(self, code: str, year: int | None = None) -> str | None:
        """The name a code bears at the end of `year` (the last one it bore without a year)."""
        named = self._named(code, year)
        return named.name if named else None

    def full_name(self, code: str, year: int | None = None) -> str:
        """Province, prefecture and county in one: 湖北省武汉市汉阳区; the code itself where it is unknown."""
        named = self._named(code, year)
        if named is None:
            return code
        above = self.full_name(named.parent, year) if named.parent else ""
        return above + named.name

    def _named(self, code: str, year: int | None) -> Named | None:
        intervals = self._intervals.get(code)
        if not intervals:
            return None
        if year is not None:
            for named in intervals:
                if named.first <= year <= named.last:
                    return named
        return intervals[-1]

    def level(self, code: str) -> int | None:
        """1 province, 2 prefecture, 3 county; None for an unknown code."""
        intervals = self._intervals.get(code)
        return intervals[-1].level if intervals else None

    def province_of(self, code: str) -> str | None:
        """The code of the province a code lies in, None for an unknown one."""
        province = code[:2] + "0000"
        return province if province in self._intervals else None

    def parent(self, code: str, year: int | None = None) -> str | None:
        """The code above; None for a province and for an unknown code."""
        named = self._named(code, year)
        return named.parent or None if named else None

    def children(self, code: str, year: int | None = None) -> list[str]:
        """Codes directly below at the end of `year` (today's without a year), in order."""
        at = END if year is None else year
        return sorted(
            named.code
            for intervals in self._intervals.values()
            for named in intervals
            if named.parent == code and named.first <= at <= named.last
        )

    def at_year(self, code: str, year: int | None) -> str:
        """The code the same government has at the end of `year`; the code itself where that is not one to one."""
        if year is None or self._in_force(code, year):
            return code
        for step in (self._after, self._before):
            other = code
            while other in step:
                other = step[other]
                if self._in_force(other, year):
                    return other
        return code

    def _in_force(self, code: str, year: int) -> bool:
        return any(named.first <= year <= named.last for named in self._intervals.get(code, ()))

    def _last_of(self, code: str) -> str:
        """The newest code of the same government."""
        while code in self._after:
            code = self._after[code]
        return code

    def mentions(self, text: str, year: int | None = None) -> list[tuple[int, int, str, tuple[str, ...]]]:
        """Full names of divisions in a text, left to right: start, end, name and the codes that may be meant.

        Longest names win. A name inside that of a township (新县镇) is not one, and the shortest names (和县,
        城区) count only after a parent or a break. Without a year the codes of all years are given.
        """
        return [
            (
                mention.start,
                mention.end,
                mention.name,
                tuple(dict.fromkeys(named.code for named in mention.found)),
            )
            for mention in self._scan(text, year)
        ]

    def _scan(self, text: str, year: int | None) -> list[Mention]:
        mentions: list[Mention] = []
        tails = self._tails
        for match in _NAME_END.finditer(text):
            end = match.end()
            for name in tails.get(text[end - 2 : end], ()):
                start = end - len(name)
                if start < 0 or not text.startswith(name, start):
                    continue
                if self._is_name(text, start, end, mentions):
                    self._push(mentions, Mention(start, end, name, self._bearers(name, year)))
                break
        return mentions

    def _is_name(self, text: str, start: int, end: int, mentions: list[Mention]) -> bool:
        """Whether the characters are a division's name here and not part of another word."""
        following = text[end : end + 1]
        if following:
            if following in "镇乡村街" and _INNER_TOWNSHIP.match(text, end):
                return False
            last = text[end - 1]
            if (last == "市" and following == "场") or (last == "区" and following in "域划"):
                return False
        if start == 0 or (mentions and mentions[-1].end == start):
            return True
        before = text[start - 1]
        if not "\u4e00" <= before <= "\u9fff":
            return True
        if end - start == 2:
            return any(self._is_parent_stem(text[start - size : start]) for size in (2, 3) if size <= start)
        # 云南山区 is not 南山区
        return not self._is_parent_stem(text[start - 1 : start + 1])

    def _is_parent_stem(self, word: str) -> bool:
        return any(named.level < COUNTY for named in self._stems.get(word, ()))

    def _push(self, mentions: list[Mention], new: Mention) -> None:
        while mentions and new.start <= mentions[-1].start:
            mentions.pop()
        if mentions and new.start < mentions[-1].end:
            above = mentions[-1]
            # 济南市中区 is 济南市 and 市中区
            if new.name not in _OVERLAPPING or not self._under(new.found, above.found):
                return
        mentions.append(new)

    def _bearers(self, name: str, year: int | None) -> list[Named]:
        meant = self._meant.get((name, year))
        if meant is None:
            meant = self._meant[name, year] = self._borne(self._names[name], year)
        return meant

    def _borne(self, found: Sequence[Named], year: int | None) -> list[Named]:
        """Those of the bearers of a name that may be meant in `year`."""
        if len(found) == 1:
            return list(found)
        if year is None:
            standing = {named.code[:2] for named in found if named.last == END}
            later = [named for named in found if named.last == END or named.code[:2] not in standing]
            return list({self._last_of(named.code): named for named in sorted(later, key=_last)}.values())
        exact = [named for named in found if named.first <= year <= named.last]
        near = [
            named
            for named in found
            if named.first - 1 <= year <= named.last + 1
            and not any(named.code[:2] == other.code[:2] for other in exact)
        ]
        return exact + near or list(found)

    def _under(self, lower: Iterable[Named], upper: Iterable[Named]) -> list[Named]:
        """Those of `lower` that lie in, or are, one of `upper`."""
        codes = {named.code for named in upper}
        return [named for named in lower if self._is_under(named.code, codes, named.parent)]

    def _is_under(self, code: str, uppers: set[str], parent: str = "") -> bool:
        if code in uppers or parent in uppers or code[:2] + "0000" in uppers:
            return True
        return any(named.parent in uppers for named in self._intervals.get(code, ()))

    def _stem_before(self, prefix: str, year: int | None) -> tuple[str, list[Named]]:
        """A parent's stem right before a full name: 西藏 in 西藏那曲市, 西安 in 西安长安区."""
        for size in (4, 3, 2):
            stem = prefix[-size:]
            if len(stem) == size and stem in self._stems:
                return stem, [named for named in self._borne(self._stems[stem], year) if named.level < COUNTY]
        return "", []

    def _stem_at(self, text: str, year: int | None) -> tuple[str, list[Named]] | None:
        for size in range(min(7, len(text)), 1, -1):
            if text[:size] in self._stems:
                found = self._stems[text[:size]]
                if year is not None:
                    found = [named for named in found if named.first - 1 <= year <= named.last + 1] or found
                return text[:size], list({named.code: named for named in found}.values())
        return None

    def _ancestors(self, code: str) -> Iterator[str]:
        parent = self.parent(code)
        while parent:
            yield parent
            parent = self.parent(parent)

    def _intervals_at(self, level: int) -> list[Named]:
        return [intervals[-1] for intervals in self._intervals.values() if intervals[-1].level == level]


def _last(named: Named) -> int:
    return named.last
