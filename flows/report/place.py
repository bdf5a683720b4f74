"""Which division a printed agency name belongs to, and why.

Evidence, strongest first: full names of divisions inside the agency's name (a chain of province, prefecture and
county); the site code in a page's footer and credit codes of its owner; parents named in title, breadcrumb or
owner line; the host of a government site; lists of townships; a name that only one division bears. A name several
places share is decided by such evidence or left undecided. A department has its government's code, a township its
county's, a development zone the code of the division that runs it.

Years: names are year-end snapshots. A name counts for a report's year when it was borne at the end of that year,
of the year before or of the year after. The code returned is the one in force at the end of the year, where the
same government only changed name or code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from flows.report.division import (
    BEGINNING,
    COUNTY,
    END,
    PREFECTURE,
    PROVINCE,
    Named,
    plain_township,
    short_of,
    stem_of,
)
from flows.report.host import Clue, HostIndex, credit_codes, path_of
from flows.report.types import Place

Hint = Literal["province", "region", "city", "district", "county", "township"]

FIRST_SNAPSHOT = 2008

_NAME_END = re.compile("[省市县区州盟旗]")
_BRACKETS = str.maketrans("", "", "()（）[]【】〔〕{}「」《》<>“”\"'·• \t\r\n\u3000\u00a0")
_INNER_TOWNSHIP = re.compile("街道|[镇乡村](?![镇乡村级街])")
_OVERLAPPING = ("市中区", "市南区", "市北区")
_INSTITUTION = re.compile(
    "(?:局|委|会|办|办公室|办公厅|厅|院|队|中心|海关|政府|公署|行署|署|所|站|处|监狱|学校|大学|学院|区|园|库|台|馆)$"
)
_CENTRAL_PREFIX = re.compile(
    "^(?:国家|中国)[^省市县区州盟旗]{2,14}?(?:总局|管理局|统计局|气象局|能源局|邮政局|监察局|地震局|委员会|银行|监管局|局|署)"
)
_CENTRAL = re.compile(
    "^(?:国务院|中共中央|中央|最高人民|全国|国家(?!级)|中国(?!共产党)|中华人民|海关总署$|审计署$|国防科工局|"
    "(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|国家安全|民政|司法|财政|人力资源和社会保障|自然资源|国土资源|"
    "生态环境|环境保护|住房和城乡建设|交通运输|铁道|水利|农业农村|农业|商务|文化和旅游|文化|卫生|退役军人事务|应急管理|"
    "监察|信息产业|人事|建设|交通)部(?:办公厅|办公室)?$)"
)
_TOWNSHIP = re.compile("^(.{1,14}?(?:街道|苏木|镇|乡|地区))(?!(?:村|镇|乡)?(?:振兴|建设|规划|企业|管理))")
_TOWNSHIP_ONLY = re.compile(
    "^.{1,12}(?:街道|苏木|镇|乡)(?:办事处|街道办|党政|便民|人民|政府|党委|综合|委员会|办公室|办)*$"
)
_HINTS: tuple[tuple[re.Pattern[str], Hint], ...] = (
    (re.compile("^本?自治区(?!直辖)"), "region"),
    (re.compile("^本?省"), "province"),
    (re.compile("^本?(?:市|州|盟|地区|行署|自治州)"), "city"),
    (re.compile("^本?区"), "district"),
    (re.compile("^本?(?:县|旗|自治县)"), "county"),
    (re.compile("^本?(?:镇|乡|街道)"), "township"),
)
_SITE_CODE = re.compile(r"标识码\D{0,4}(\d{6})\d{4}(?!\d)")
_NO_STEM = ("71", "81", "82")
"""Taiwan, Hong Kong and Macao: their stems stand in the names of offices everywhere (台湾事务办公室)."""
_DIVISIONS = 3200
"""About how many divisions there are: to judge whether a mark fits one of several by chance."""

_CONFIDENCE = {
    "site code": 0.97,
    "credit code": 0.96,
    "context": 0.92,
    "table": 0.93,
    "sub": 0.9,
    "spelt": 0.9,
    "prefixed": 0.88,
    "initials": 0.82,
    "own": 0.75,
    "short": 0.7,
    "path": 0.8,
    "shape": 0.65,
}
_ALONE = {
    "site code": 0.95,
    "credit code": 0.93,
    "context": 0.8,
    "table": 0.85,
    "sub": 0.75,
    "spelt": 0.75,
    "prefixed": 0.72,
    "initials": 0.55,
}


@dataclass(slots=True)
class _Mention:
    start: int
    end: int
    name: str
    found: list[Named]


@dataclass(slots=True)
class _Claim:
    """What the agency's name alone allows: candidates, and the words that say so."""

    found: list[Named]
    words: str
    rest: str = ""
    depth: int = 1
    """How many names of the chain agree: 2 where a parent is printed too."""
    proven: bool = True
    """False where only a stem or a list of townships speaks, which needs other evidence."""
    confidence: float = 0.95


@dataclass(slots=True)
class _Evidence:
    agency: str
    year: int | None
    context: Sequence[str]
    address: str | None
    clues: list[Clue] = field(default_factory=list)
    hint: Hint | None = None


class Divisions:
    """The divisions of 2008 and after, and the resolver of printed names."""

    def __init__(self) -> None:
        self._intervals: dict[str, list[Named]] = defaultdict(list)
        self._names: dict[str, list[Named]] = defaultdict(list)
        self._loose: list[str] = []
        self._tails: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, list[Named]] = defaultdict(list)
        self._after: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._host_rows: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] = ((), ())
        self._host_index: HostIndex | None = None
        self._township_rows: Callable[[], Iterable[Sequence[str]]] | None = None
        self._townships: dict[str, list[str]] | None = None
        self._shapes: list[tuple[re.Pattern[str], str]] = []

    @classmethod
    def from_rows(
        cls,
        divisions: Iterable[Sequence[str]],
        *,
        aliases: Iterable[Sequence[str]] = (),
        successors: Iterable[Sequence[str]] = (),
        hosts: Sequence[Sequence[str]] = (),
        pinyin: Sequence[Sequence[str]] = (),
        shapes: Iterable[Sequence[str]] = (),
        townships: Callable[[], Iterable[Sequence[str]]] | None = None,
    ) -> Divisions:
        """Rows in the column order of the files in warehouse/reference.

        `divisions`: code, name, level, parent, first year, last year ("" for none); `aliases`: alias, code, kind,
        first year, last year; `successors`: code, successor, year, relation; `hosts`: suffix, division; `pinyin`:
        stem, spellings; `shapes`: pattern, province; `townships` is called once, when a township must be looked up,
        and gives name, county. Further columns are ignored.
        """
        self = cls()
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
        self._host_rows = (hosts, pinyin)
        self._township_rows = townships
        self._shapes = [(re.compile(pattern), province) for pattern, province, *_ in shapes]
        return self

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

    # What is known of a code

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

    # Names in a text

    def mentions(self, text: str, year: int | None = None) -> list[tuple[int, int, str, tuple[str, ...]]]:
        """Full names of divisions in a text, left to right: start, end, name and the codes that may be meant.

        Longest names win. A name inside that of a township (新县镇) is not one, and the shortest names (和县,
        城区) count only after a parent or a break. Without a year the codes of all years are given.
        """
        return [
            (mention.start, mention.end, mention.name, tuple(dict.fromkeys(named.code for named in mention.found)))
            for mention in self._scan(text, year)
        ]

    def _scan(self, text: str, year: int | None) -> list[_Mention]:
        mentions: list[_Mention] = []
        tails, names = self._tails, self._names
        for match in _NAME_END.finditer(text):
            end = match.end()
            for name in tails.get(text[end - 2 : end], ()):
                start = end - len(name)
                if start < 0 or not text.startswith(name, start):
                    continue
                if self._is_name(text, start, end, mentions):
                    self._push(mentions, _Mention(start, end, name, self._borne(names[name], year)))
                break
        return mentions

    def _is_name(self, text: str, start: int, end: int, mentions: list[_Mention]) -> bool:
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

    def _push(self, mentions: list[_Mention], new: _Mention) -> None:
        while mentions and new.start <= mentions[-1].start:
            mentions.pop()
        if mentions and new.start < mentions[-1].end:
            above = mentions[-1]
            # 济南市中区 is 济南市 and 市中区
            if new.name not in _OVERLAPPING or not self._under(new.found, above.found):
                return
        mentions.append(new)

    def _borne(self, found: Sequence[Named], year: int | None) -> list[Named]:
        """Those of the bearers of a name that may be meant in `year`."""
        if len(found) == 1:
            return list(found)
        if year is None:
            newest: dict[str, Named] = {}
            for named in found:
                newest[self._last_of(named.code)] = named
            return list(newest.values())
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

    # The resolver

    def resolve(
        self, agency: str, *, year: int | None = None, context: Sequence[str] = (), address: str | None = None
    ) -> Place:
        """The division of an agency as printed (simplified characters).

        `context`: title, breadcrumb, owner line, footer, index number of the page; `address`: where it was
        fetched. `why` says in plain English which words decided. Never raises on any text.
        """
        text = agency.translate(_BRACKETS).removeprefix("中华人民共和国")
        evidence = _Evidence(text, year, context, address)
        claim = self._named_claim(text, year)
        if claim is None:
            if _CENTRAL.match(text) and not self._stem_at(_CENTRAL_PREFIX.sub("", text, count=1), year):
                return Place(None, None, 0.9, f"{agency!r} is an agency of the centre: it belongs to no province")
            claim = self._weak_claim(text, year)
        evidence.clues = list(self._clues(evidence))
        if claim is not None and claim.depth and claim.rest:
            claim = self._to_county(claim, evidence)
        if claim is None:
            return self._from_evidence(evidence)
        return self._decide(claim, evidence)

    def _named_claim(self, text: str, year: int | None) -> _Claim | None:
        """The chain of full names in an agency's name."""
        mentions = self._scan(text, year)
        for alias in self._loose:
            start = text.find(alias)
            if start >= 0:
                mentions = [m for m in mentions if m.end <= start or m.start >= start + len(alias)]
                found = self._borne(self._names[alias], year)
                mentions.append(_Mention(start, start + len(alias), alias, found))
                mentions.sort(key=lambda mention: mention.start)
                break
        if not mentions:
            return None
        first = mentions[0]
        found, words, depth = first.found, first.name, 1
        stem, above = self._stem_before(text[: first.start], year)
        narrowed = self._under(found, above)
        if narrowed:
            found, words, depth = narrowed, stem + words, 2
        end = first.end
        for mention in mentions[1:]:
            narrowed = self._under(mention.found, found)
            if narrowed:
                found, words, depth, end = narrowed, words + mention.name, depth + 1, mention.end
                continue
            outer = self._under(found, mention.found)
            if outer and mention.start > end:
                found, depth = outer, depth + 1
        late = year is not None and not any(n.first - 1 <= year <= n.last + 1 for n in found)
        confidence = 0.98 if depth > 1 else 0.95
        return _Claim(found, words, text[end:], depth, True, 0.7 if late else confidence)

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

    def _weak_claim(self, text: str, year: int | None) -> _Claim | None:
        """What a name without any full name of a division allows: a township's counties, or a stem."""
        stripped = _CENTRAL_PREFIX.sub("", text, count=1)
        township = self._township_claim(text, year)
        stem = self._stem_at(stripped, year)
        if stem is not None:
            below = self._township_claim(stripped[len(stem[0]) :], year, stem[1])
            if below is not None and below.found:
                return _Claim(below.found, f"{stem[0]} and {below.words}", "", 2, True, 0.85)
        if township is not None:
            return township
        if stem is None or _TOWNSHIP_ONLY.match(text):
            return None
        return _Claim(stem[1], f"the stem {stem[0]!r}", stripped[len(stem[0]) :], 0, False, 0.7)

    def _township_claim(
        self, text: str, year: int | None, above: Sequence[Named] = ()
    ) -> _Claim | None:
        """The counties that have a township of this name, within `above` where given."""
        match = _TOWNSHIP.match(text)
        if match is None:
            return None
        name = plain_township(match[1])
        counties = self._counties_of(name)
        certain = bool(counties)
        if not counties and not text.startswith(("城乡", "城镇")):
            # The same place was a township, a town or a subdistrict in other years
            stem = name.removesuffix("街道") if name.endswith("街道") else name[:-1]
            kinds = ("镇", "乡", "街道") if len(stem) > 1 else ()
            counties = list(dict.fromkeys(code for kind in kinds for code in self._counties_of(stem + kind)))
        codes = dict.fromkeys(self.at_year(code, year) for code in counties)
        found = [named for named in (self._named(code, year) for code in codes) if named is not None]
        if above:
            found = self._under(found, above)
        if not found:
            return None
        words = f"township {name!r}" if certain else f"township {name!r} under another kind"
        return _Claim(found, words, "", 0, certain, 0.72 if certain else 0.5)

    def _counties_of(self, name: str) -> list[str]:
        if self._townships is None:
            self._townships = defaultdict(list)
            for township, county, *_ in self._township_rows() if self._township_rows else ():
                self._townships[township].append(county)
        return self._townships.get(name, [])

    def _to_county(self, claim: _Claim, evidence: _Evidence) -> _Claim:
        """A township printed with its province or prefecture only: down to its county."""
        if all(named.level == COUNTY for named in claim.found):
            return claim
        below = self._township_claim(claim.rest, evidence.year, claim.found)
        if below is not None:
            return _Claim(below.found, f"{claim.words} and {below.words}", "", 2, True, 0.9)
        if not _TOWNSHIP_ONLY.match(claim.rest):
            return claim
        counties = [
            code
            for clue in evidence.clues
            if clue.kind in _ALONE and len(clue.codes) == 1
            for code in clue.codes
            if self.level(code) == COUNTY and self._is_under(code, {named.code for named in claim.found})
        ]
        found = [named for named in (self._named(code, evidence.year) for code in counties[:1]) if named]
        return _Claim(found, claim.words, "", 2, True, 0.8) if found else claim

    # Evidence

    def _clues(self, evidence: _Evidence) -> Iterator[Clue]:
        codes: dict[str, str] = {}
        for text in evidence.context:
            for match in _SITE_CODE.finditer(text):
                if match[1] in self._intervals:
                    codes.setdefault(match[1], f"site code {match[0][-10:]}")
        if codes:
            yield Clue("site code", frozenset(codes), " and ".join(codes.values()))
        codes = {}
        path = path_of(evidence.address)
        for text in (*evidence.context, path):
            for code, number in credit_codes(text):
                if code in self._intervals:
                    codes.setdefault(code, f"credit code {number}")
        if codes:
            yield Clue("credit code", frozenset(codes), " and ".join(codes.values()))
        yield from self._context_clues(evidence.context, evidence.year, "the context")
        yield from self.hosts.clues(evidence.address)
        if not path.isascii():
            yield from self._context_clues([path], evidence.year, "the address")
        for pattern, province in self._shapes:
            if evidence.address and pattern.search(evidence.address):
                yield Clue("shape", frozenset((province,)), f"address of the shape {pattern.pattern}")

    @property
    def hosts(self) -> HostIndex:
        """The hosts of government sites, built when first asked for."""
        if self._host_index is None:
            table, pinyin = self._host_rows
            self._host_index = HostIndex(
                (named for intervals in self._intervals.values() for named in intervals),
                {stem: spellings.split("|") for stem, spellings, *_ in pinyin},
                {suffix: code for suffix, code, *_ in table},
            )
        return self._host_index

    def _context_clues(self, context: Sequence[str], year: int | None, where: str) -> Iterator[Clue]:
        """Divisions each text names beyond doubt, alone or with the parent printed before them."""
        for text in context:
            said: dict[str, str] = {}
            above: list[Named] = []
            end = -1
            for mention in self._scan(text.translate(_BRACKETS), year):
                found = mention.found
                if mention.start == end or len(found) > 1:
                    found = self._under(found, above) or (found if mention.start != end else [])
                if len(found) == 1:
                    said.setdefault(found[0].code, mention.name)
                    above, end = found, mention.end
            if said:
                yield Clue("context", frozenset(said), "、".join(said.values()) + f" in {where}")

    def _support(self, named: Named, codes: Iterable[str]) -> int:
        """How closely one of `codes` supports a candidate: 4 itself, 3 its prefecture, 2 its province, 1 below."""
        best = 0
        own = self._last_of(named.code)
        parents = {named.parent, *(other.parent for other in self._intervals.get(named.code, ()))}
        for code in codes:
            if self._last_of(code) == own:
                return 4
            if code in parents and not code.endswith("0000"):
                best = max(best, 3)
            elif code == named.code[:2] + "0000":
                best = max(best, 2)
            elif self._is_under(code, {named.code}):
                best = max(best, 1)
        return best

    def _supported(self, found: Sequence[Named], clue: Clue) -> list[Named]:
        scores = [self._support(named, clue.codes) for named in found]
        best = max(scores, default=0)
        return [named for named, score in zip(found, scores, strict=True) if score == best] if best else []

    # Deciding

    def _decide(self, claim: _Claim, evidence: _Evidence) -> Place:
        """Narrow the candidates of a name by the clues, or leave them undecided."""
        found = list({self._last_of(named.code): named for named in claim.found}.values())
        many = len(found)
        used: list[Clue] = []
        against: list[Clue] = []
        for clue in [*evidence.clues, *self._path_clues(found, evidence)]:
            if clue.kind in ("initials", "own", "short") and len(found) * len(clue.codes) > _DIVISIONS * 0.1:
                continue
            fitting = self._supported(found, clue)
            if not fitting:
                if clue.kind not in ("initials", "own", "short", "shape", "path"):
                    against.append(clue)
                continue
            if len(fitting) < len(found) or (len(found) == 1 and clue.kind not in ("own", "short")):
                used.append(clue)
            found = fitting
        if not used and against and not claim.proven and claim.depth == 0 and claim.words.startswith("township"):
            place = self._from_evidence(evidence)
            if place.code:
                return place
        if len(found) > 1:
            return self._undecided(found, claim, used)
        return self._one(found[0], claim, many, used, against, evidence)

    def _one(
        self,
        named: Named,
        claim: _Claim,
        many: int,
        used: list[Clue],
        against: list[Clue],
        evidence: _Evidence,
    ) -> Place:
        code = self.at_year(named.code, evidence.year)
        full = self.full_name(code, evidence.year)
        province = self.province_of(code)
        words = "; ".join(clue.words for clue in used)
        if claim.words.startswith("the stem") and not used:
            if named.level == COUNTY:
                return Place(
                    None, None, 0.0, f"{claim.words} alone proves no county: no parent or host says {full} too"
                )
            if not _INSTITUTION.search(claim.rest):
                return Place(None, None, 0.0, f"{claim.words} is not followed by the name of an institution")
        if not claim.proven and not used and claim.words.endswith("under another kind"):
            return Place(None, None, 0.0, f"{claim.words} may be {full}, but nothing else says so")
        if many == 1:
            confidence = claim.confidence
            if used:
                confidence = max(min(0.99, confidence + 0.04), 0.85)
            why = f"{claim.words} names only {full}" if claim.proven else f"{claim.words} is known only in {full}"
            why += f"; so says {words}" if words else ""
        else:
            confidence = min(_CONFIDENCE[clue.kind] for clue in used[:1])
            why = f"{claim.words} is shared by {many}; {words} says {full}"
        if named.kind not in ("division", "short", "former"):
            why += f" (a {named.kind} there, without a GB/T 2260 code of its own)"
        if against:
            confidence = min(confidence, 0.75)
            why += f"; against it: {against[0].words}"
        return Place(code, province, round(confidence, 2), why)

    def _undecided(self, found: Sequence[Named], claim: _Claim, used: Sequence[Clue]) -> Place:
        provinces = {named.code[:2] for named in found}
        sample = "、".join(self.full_name(named.code) for named in found[:3]) + ("…" if len(found) > 3 else "")
        why = f"{claim.words} may be {len(found)} places ({sample}) and nothing decides between them"
        words = "; ".join(clue.words for clue in used)
        why += f" beyond {words}" if words else ""
        bare = claim.words.startswith("the stem")
        if len(provinces) > 1 or (bare and not used and all(named.level == COUNTY for named in found)):
            return Place(None, None, 0.0, why)
        if bare and not used and not _INSTITUTION.search(claim.rest):
            return Place(None, None, 0.0, why)
        confidence = 0.7 if bare or not claim.proven else 0.8
        if used and used[-1].kind == "shape":
            confidence = _CONFIDENCE["shape"]
        return Place(None, provinces.pop() + "0000", confidence, why + ", but all are in one province")

    def _path_clues(self, found: Sequence[Named], evidence: _Evidence) -> Iterator[Clue]:
        if len(found) < 2:
            return
        codes, label = self.hosts.named_in_path(evidence.address, [named.code for named in found])
        if codes:
            yield Clue("path", frozenset(codes), f"folder {label!r} of the address")

    def _from_evidence(self, evidence: _Evidence) -> Place:
        """An agency whose name tells no place: 区统计局, or a township no list knows."""
        hint = self._hint(evidence.agency)
        if hint == "region":
            regions = [named for named in self._intervals_at(PROVINCE) if named.name.endswith("自治区")]
            return self._decide(_Claim(regions, "'自治区'", "", 0, False), evidence)
        for clue in evidence.clues:
            if clue.kind not in _ALONE:
                continue
            codes = self._fitting(clue, hint, evidence.year)
            if clue.kind == "initials" and (len(clue.codes) > 1 or len(clue.words.split("'")[1]) < 4):
                continue
            if len(codes) == 1:
                code = self.at_year(codes[0], evidence.year)
                why = f"the name tells no place; {clue.words} says {self.full_name(code, evidence.year)}"
                return Place(code, self.province_of(code), _ALONE[clue.kind], why)
            provinces = {code[:2] + "0000" for code in clue.codes}
            if len(provinces) == 1 and clue.kind != "initials":
                why = f"the name tells no place; {clue.words} says only the province"
                return Place(None, provinces.pop(), _ALONE[clue.kind], why)
        if not evidence.clues:
            return Place(None, None, 0.0, "the name tells no place, and neither context nor address does")
        words = "; ".join(clue.words for clue in evidence.clues[:3])
        return Place(None, None, 0.0, f"the name tells no place, and {words} is not enough")

    def _intervals_at(self, level: int) -> list[Named]:
        return [intervals[-1] for intervals in self._intervals.values() if intervals[-1].level == level]

    def _hint(self, text: str) -> Hint | None:
        for pattern, hint in _HINTS:
            if pattern.match(text):
                return hint
        return "township" if _TOWNSHIP_ONLY.match(text) else None

    def _fitting(self, clue: Clue, hint: Hint | None, year: int | None) -> list[str]:
        """The codes of a clue that can be the place of an agency of this kind, one for each government."""
        codes = {self._last_of(code): code for code in sorted(clue.codes) if code in self._intervals}
        if clue.kind == "context" and len(codes) > 1:
            # Of a chain of parents and children only the lowest is the agency's own
            uppers = {self._last_of(up) for code in codes.values() for up in self._ancestors(code)}
            codes = {last: code for last, code in codes.items() if last not in uppers}
        return [code for code in codes.values() if self._fits(code, hint, year)]

    def _ancestors(self, code: str) -> Iterator[str]:
        parent = self.parent(code)
        while parent:
            yield parent
            parent = self.parent(parent)

    def _fits(self, code: str, hint: Hint | None, year: int | None) -> bool:
        named = self._named(code, year)
        if named is None or hint is None:
            return named is not None
        if hint == "province":
            return named.level == PROVINCE
        if hint == "city":
            return named.level == PREFECTURE or named.name.endswith("市")
        if hint == "district":
            return named.level == COUNTY and named.name.endswith("区")
        if hint == "county":
            return named.level == COUNTY and not named.name.endswith(("区", "市"))
        return named.level == COUNTY or (named.level == PREFECTURE and not self.children(code, year))


def follow_copies(
    rows: Sequence[tuple[str, str, str]], places: Sequence[Place]
) -> list[Place]:
    """Undecided rows take the place of a decided row that is the same page on another site.

    Rows are (agency, year, address). Copies keep the path of their original, so the same agency, year and path
    (with at least six digits in it) on two hosts is one page.
    """
    known: dict[tuple[str, str, str], list[Place]] = defaultdict(list)
    for key, place in zip(map(_page_key, rows), places, strict=True):
        if key and place.province:
            known[key].append(place)
    result = []
    for row, place in zip(rows, places, strict=True):
        key = _page_key(row)
        originals = known.get(key, []) if key and not place.province else []
        if originals and len({original.code for original in originals}) == 1:
            first = originals[0]
            why = f"the same page stands at another address of the list: {first.why}"
            place = Place(first.code, first.province, round(first.confidence * 0.9, 2), why)
        result.append(place)
    return result


def _page_key(row: tuple[str, str, str]) -> tuple[str, str, str] | None:
    agency, year, address = row
    path = path_of(address)
    if sum(char.isdigit() for char in path) < 6:
        return None
    return agency.translate(_BRACKETS), year, path.removesuffix(".html").removesuffix(".shtml").removesuffix(".htm")

