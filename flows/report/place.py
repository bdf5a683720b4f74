"""Which division a printed agency name belongs to, and why.

Evidence, strongest first: full names of divisions inside the agency's name (a chain of province, prefecture and
county); the site code in a page's footer and the credit codes of its owner; parents named in title, breadcrumb or
owner line; the host of a government site; the list of townships; a name that only one division bears. A name that
several places share is decided by such evidence or left undecided. A department has its government's code, a
township its county's, a development zone the code of the division that runs it.

The code returned is the one in force at the end of the report's year, where a government only changed name or code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from flows.report.division import COUNTY, PREFECTURE, PROVINCE, Named, plain_township
from flows.report.host import Clue, HostIndex, credit_codes, path_of
from flows.report.register import Mention, Register
from flows.report.types import Place

Rows = Iterable[Sequence[str]]
Hint = Literal["province", "region", "city", "district", "county", "township"]
"""The kind of division a name without a place still tells: 区统计局 is of some district."""

_BRACKETS = re.compile("[()（）\\[\\]【】〔〕{}「」《》<“”\"'·• \t\r\n\u3000\u00a0]+")
_LABEL = re.compile("^.*[:：|>](?=.)", re.DOTALL)
_INSTITUTION = re.compile(
    "(?:局|委|会|办|办公室|办公厅|厅|院|队|中心|海关|政府|公署|行署|署|所|站|处|分行|支行|监狱|学校|大学|学院|区|园|库|台|馆)$"
)
# What is named after a city and never after a district without its 区
_OF_A_CITY = re.compile(
    "(?:国家)?(?:高新|经济技术|综合保税|保税|出口加工|国际港务|国际陆港|空港|航空|航天)|[^局厅]{0,8}(?:大学|学院|海关)|海关"
    "|分行|中心支行|特派员办事处|监管局"
)
# 中国(福建)自由贸易试验区厦门片区管理委员会
_FREE_TRADE = re.compile("^中国(?=.{2,3}自由贸易试验区)(.+)")
_OWN_LEVEL = re.compile("(?<=..)本级(?:机关)?$")
# 深圳市公安局罗湖分局
_BRANCH = re.compile("(?:局|处|支队|大队)([\u4e00-\u9fff]{2,6}?)[区县市]?(?:分局|分中心)$")
# Zones of the centre's lists and customs houses bear a city's stem; no office of another place does
_ZONE_OF_A_CITY = re.compile(
    "(?:国家|国家级)?(?:高新技术产业(?:开发区|园区)|经济技术开发区|综合保税区|保税区|海关|高新区|经开区)"
)
_KEEPS_STEM = re.compile("[县旗]$")
_CENTRAL_PREFIX = re.compile(
    "^(?:(?:中国)?人民银行|(?:中国)?(?:证监会|证券监督管理委员会|银保监会|银监会|保监会|银行保险监督管理委员会)|"
    "财政部驻?|审计署驻?|(?:国家|中国)[^省市县区州盟旗]{2,14}?"
    "(?:总局|管理局|统计局|气象局|能源局|邮政局|监察局|地震局|委员会|监管局|局|署))"
)
_CENTRAL = re.compile(
    "^(?:国务院|中共中央|中央|最高人民|全国|国家(?!级)|中国(?!共产党)|海关总署$|审计署$|国防科工局|"
    "(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|国家安全|民政|司法|财政|人力资源和社会保障|自然资源|国土资源|"
    "生态环境|环境保护|住房和城乡建设|交通运输|铁道|水利|农业农村|农业|商务|文化和旅游|文化|卫生|退役军人事务|应急管理|"
    "监察|信息产业|人事|建设|交通)部(?:办公厅|办公室)?$)"
)
_TOWNSHIP = re.compile("^(.{1,14}?(?:街道|苏木|镇|乡|地区))(?!(?:村|镇|乡)?(?:振兴|建设|规划|企业|管理))")
_TOWNSHIP_ONLY = re.compile(
    "^.{1,12}(?:街道|苏木|镇|乡)(?:办事处|街道办|党政|便民|人民|政府|党委|综合|委员会|办公室|办)*$"
)
_NO_TOWNSHIP = ("城乡", "城镇", "乡镇", "村镇")
_HINTS: tuple[tuple[re.Pattern[str], Hint], ...] = (
    (re.compile("^本?自治区(?!直辖)"), "region"),
    (re.compile("^本?省"), "province"),
    (re.compile("^本?(?:市|州|盟|地区|行署|自治州)"), "city"),
    (re.compile("^本?区"), "district"),
    (re.compile("^本?(?:县|旗|自治县)"), "county"),
    (re.compile("^本?(?:镇|乡|街道)"), "township"),
)
_SITE_CODE = re.compile(r"标识码[^\d\n]{0,4}(\d{6})\d{4}(?!\d)")
_WORDS = frozenset(("合作", "和平", "新华", "解放", "友好", "互助", "东方", "南方"))
"""Stems that are common words of the names of offices: never read as the second stem of a chain."""
_DIVISIONS = 3200
"""About how many divisions there are: to judge whether a clue of a few letters fits one of several by chance."""

_BY_CHANCE = ("initials", "own", "short", "folder")
"""Clues of a few letters, which fit some division by chance: weighed by how many candidates there are."""
_WEAKER_THAN_TOWNSHIPS = ("initials", "own", "short", "shape")
_FIRM = ("site code", "credit code", "table", "sub", "spelt")
"""Clues that are believed more than the list of townships where they contradict it."""
_CHOOSING = {
    "site code": 0.97,
    "credit code": 0.96,
    "context": 0.92,
    "table": 0.93,
    "sub": 0.9,
    "spelt": 0.9,
    "prefixed": 0.88,
    "township": 0.85,
    "initials": 0.82,
    "path": 0.8,
    "own": 0.75,
    "short": 0.7,
    "folder": 0.65,
    "shape": 0.65,
}
"""Confidence when a clue of this kind chose among the places a name can mean."""
_ALONE = {
    "site code": 0.95,
    "credit code": 0.93,
    "context": 0.8,
    "table": 0.85,
    "sub": 0.75,
    "spelt": 0.75,
    "prefixed": 0.72,
    "initials": 0.6,
    "shape": 0.5,
}
"""Confidence when a clue of this kind stands alone, the name telling no place."""
_KINDS = {
    "zone": "a zone there, without a GB/T 2260 code of its own",
    "corps": "a unit of the Xinjiang corps",
    "vertical": "an office of the centre seated there",
}


@dataclass(slots=True)
class _Claim:
    """What an agency's name alone allows.

    `source`: "name" (full names), "township" (the list has it), "like" (the list has one of another kind, or with
    other words before it) or "stem". "like" and a county's "stem" prove nothing without other evidence.
    """

    found: list[Named]
    words: str
    source: Literal["name", "township", "like", "stem", "region"]
    confidence: float
    rest: str = ""
    is_tail: bool = False
    """Whether only the end of a township's printed name is one that the list has (柳塘桥镇: 塘桥镇)."""


@dataclass(slots=True)
class _Evidence:
    agency: str
    year: int | None
    context: Sequence[str]
    address: str | None
    clues: list[Clue] = field(default_factory=list)


class Divisions(Register):
    """The divisions of 2008 and after, and the resolver of printed names."""

    def __init__(
        self,
        divisions: Rows,
        *,
        aliases: Rows = (),
        successors: Rows = (),
        hosts: Rows = (),
        pinyin: Rows = (),
        shapes: Rows = (),
        townships: Callable[[], Rows] | None = None,
    ) -> None:
        super().__init__(divisions, aliases, successors)
        self._host_rows = hosts
        self._pinyin_rows = pinyin
        self._host_index: HostIndex | None = None
        self._township_rows = townships
        self._townships: dict[str, str] | None = None
        self._shapes = [(re.compile(pattern), province) for pattern, province, *_ in shapes]

    @classmethod
    def from_rows(
        cls,
        divisions: Rows,
        *,
        aliases: Rows = (),
        successors: Rows = (),
        hosts: Rows = (),
        pinyin: Rows = (),
        shapes: Rows = (),
        townships: Callable[[], Rows] | None = None,
    ) -> Divisions:
        """Rows in the column order of the files in warehouse/reference, further columns ignored.

        `divisions`: code, name, level, parent, first year, last year ("" for none); `aliases`: alias, code, kind,
        first year, last year; `successors`: code, successor, year, relation; `hosts`: suffix, division; `pinyin`:
        stem, spellings; `shapes`: pattern, province; `townships` is called once, when a township must be looked
        up, and gives name, counties. Codes must be known; `flows.edge.divisions` checks the files.
        """
        return cls(
            divisions,
            aliases=aliases,
            successors=successors,
            hosts=hosts,
            pinyin=pinyin,
            shapes=shapes,
            townships=townships,
        )

    @property
    def hosts(self) -> HostIndex:
        """The hosts of government sites, built when first asked for."""
        if self._host_index is None:
            self._host_index = HostIndex(
                (named for intervals in self._intervals.values() for named in intervals),
                {stem: spellings.split("|") for stem, spellings, *_ in self._pinyin_rows},
                {suffix: code for suffix, code, *_ in self._host_rows},
            )
        return self._host_index

    def resolve(
        self, agency: str, *, year: int | None = None, context: Sequence[str] = (), address: str | None = None
    ) -> Place:
        """The division of an agency as printed, in simplified characters.

        `context`: title, breadcrumb, owner line, footer, index number of the page, none of its running text;
        `address`: where it was fetched. `why` says in plain English which words decided, or why none did.
        Never raises, whatever the text.
        """
        text = _LABEL.sub("", _BRACKETS.sub("", agency)).removeprefix("中华人民共和国")
        text = _OWN_LEVEL.sub("", _FREE_TRADE.sub(r"\1", text))
        evidence = _Evidence(text, year, context, address)
        claim = self._claim_of_names(text, year)
        if claim is None:
            if _CENTRAL.match(text) and not self._stem_at(_CENTRAL_PREFIX.sub("", text, count=1), year):
                return _nowhere(f"{agency!r} is an agency of the centre: it belongs to no province", 0.9)
            claim = self._claim_of_stem_or_township(text, year)
        evidence.clues = list(self._clues(evidence))
        if claim is None:
            return self._from_clues(evidence)
        if claim.source == "name" and claim.rest:
            claim = self._to_county(claim, evidence)
            self._add_township(claim, evidence)
        return self._decide(claim, evidence)

    # What the name says

    def _claim_of_names(self, text: str, year: int | None) -> _Claim | None:
        """The chain of full names in an agency's name."""
        mentions = self._scan(text, year)
        for alias in self._loose:
            start = text.find(alias)
            end = start + len(alias)
            if start < 0:
                continue
            found = self._bearers(alias, year)
            is_borne = year is None or any(named.first - 1 <= year <= named.last + 1 for named in found)
            inside = [mention for mention in mentions if mention.start < end and start < mention.end]
            if is_borne and all(start <= mention.start and mention.end <= end for mention in inside):
                mentions = [mention for mention in mentions if mention not in inside]
                mentions.append(Mention(start, end, alias, found))
        mentions = [mention for mention in mentions if not self._is_tail_of_zone(mention, text, year)]
        if not mentions:
            return None
        mentions.sort(key=lambda mention: mention.start)
        first = mentions[0]
        found, words, end, depth = first.found, first.name, first.end, 1
        stem, above = self._stem_before(text[: first.start], year)
        narrowed = self._under(found, above)
        if narrowed:
            found, words, depth = narrowed, stem + words, 2
        for mention in mentions[1:]:
            narrowed = self._under(mention.found, found)
            if narrowed:
                found, words, depth, end = narrowed, words + mention.name, depth + 1, mention.end
                continue
            parent_later = self._under(found, mention.found)
            if parent_later and mention.start > end:
                found, words, depth = parent_later, f"{words} and {mention.name}", depth + 1
        is_late = year is not None and not any(n.first - 1 <= year <= n.last + 1 for n in found)
        confidence = 0.7 if is_late else 0.98 if depth > 1 else 0.95
        return _Claim(found, words, "name", confidence, text[end:])

    def _is_tail_of_zone(self, mention: Mention, text: str, year: int | None) -> bool:
        """Whether a zone's name is only the end of another's, of a city that the name begins with:
        烟台黄渤海新区 is none of 沧州's 渤海新区."""
        if not mention.start or any(named.kind != "zone" for named in mention.found):
            return False
        city = self._stem_at(text[: mention.start], year)
        return city is not None and not self._under(mention.found, city[1])

    def _claim_of_stem_or_township(self, text: str, year: int | None) -> _Claim | None:
        """What a name without any full name of a division allows."""
        stripped = _CENTRAL_PREFIX.sub("", text, count=1)
        at_start = self._stem_at(stripped, year)
        printed = _TOWNSHIP.match(text)
        # 新乡统计局 is of 新乡市, not of a township 新乡
        ends_alike = at_start is not None and printed is not None and len(at_start[0]) >= len(printed[1])
        is_township = not ends_alike and _TOWNSHIP_ONLY.match(text) is not None
        township = None if ends_alike else self._claim_of_township(text, year)
        if at_start is None:
            return township
        stem, found = at_start
        rest = stripped[len(stem) :]
        if not is_township:
            lower = self._claim_of_second_stem(stem, rest, found, year)
            if lower is not None:
                return lower
        below = self._claim_of_township(rest, year, found)
        if below is not None:
            if township is not None and township.source == "township":
                # 上海庙镇 is a town of that name, or 庙镇 in 上海
                found = list({named.code: named for named in (*township.found, *below.found)}.values())
                return _Claim(found, f"{township.words}, or {stem} and {below.words},", "township", 0.72)
            return _Claim(below.found, f"{stem} and {below.words}", "name", 0.85)
        if township is not None or is_township:
            return township
        able = [named for named in found if _can_have(named, rest)]
        cities = [named for named in able if named.level == PREFECTURE]
        if len(cities) == 1 and _OF_A_CITY.match(rest) and not any(_KEEPS_STEM.search(n.name) for n in able):
            # 西安高新技术产业开发区 is of 西安市, not of a district 西安区
            able = cities
        return _Claim(able or found, f"the stem {stem!r}", "stem", 0.7, rest)

    def _claim_of_second_stem(
        self, stem: str, rest: str, above: Sequence[Named], year: int | None
    ) -> _Claim | None:
        """A stem right behind its parent's: 安徽舒城经济开发区."""
        lower = self._stem_at(rest, year)
        if lower is None or lower[0] in _WORDS:
            return None
        uppers = {named.code for named in above}
        found = self._under(lower[1], [named for named in above if named.level < COUNTY])
        found = [named for named in found if named.code not in uppers]
        if not found or not _INSTITUTION.search(rest):
            return None
        return _Claim(found, f"the stems {stem!r} and {lower[0]!r}", "name", 0.85, rest[len(lower[0]) :])

    def _claim_of_township(self, text: str, year: int | None, above: Sequence[Named] = ()) -> _Claim | None:
        """The counties that have a township of this name, within `above` where given."""
        match = _TOWNSHIP.match(text)
        if match is None or text.startswith(_NO_TOWNSHIP):
            return None
        name = plain_township(match[1])
        counties = self._counties_of(name)
        is_listed, is_tail = bool(counties), False
        if not counties:
            # The same place was a township, a town or a subdistrict in other years
            stem = name.removesuffix("街道") if name.endswith("街道") else name[:-1]
            kinds = ("镇", "乡", "街道") if len(stem) > 1 else ()
            counties = list(dict.fromkeys(code for kind in kinds for code in self._counties_of(stem + kind)))
        if not counties:
            # A copy's own name may stand where the county stood
            tails = (name[start:] for start in range(1, len(name) - 2))
            counties = next(filter(None, map(self._counties_of, tails)), [])
            is_tail = True
        codes = dict.fromkeys(self.at_year(code, year) for code in counties)
        found = [named for named in (self._named(code, year) for code in codes) if named is not None]
        if above:
            found = self._under(found, above)
        if not found:
            return None
        if is_listed:
            return _Claim(found, f"township {name!r}", "township", 0.72)
        return _Claim(found, f"a township like {name!r}", "like", 0.5, is_tail=is_tail)

    def _counties_of(self, township: str) -> list[str]:
        if self._townships is None:
            rows = self._township_rows() if self._township_rows else ()
            self._townships = {row[0]: row[1] for row in rows}
        return self._townships.get(township, "").split()

    def _add_township(self, claim: _Claim, evidence: _Evidence) -> None:
        """A township behind the name of several counties tells which of them is meant: 江北区慈城镇. It is
        believed less than a host that spells a place, and more than one of initials."""
        if len(claim.found) < 2:
            return
        below = self._claim_of_township(claim.rest, evidence.year, claim.found)
        if below is None or below.source != "township":
            return
        codes = frozenset(named.code for named in below.found)
        at = next(
            (n for n, clue in enumerate(evidence.clues) if clue.kind in _WEAKER_THAN_TOWNSHIPS),
            len(evidence.clues),
        )
        evidence.clues.insert(at, Clue("township", codes, below.words))

    def _to_county(self, claim: _Claim, evidence: _Evidence) -> _Claim:
        """A township printed with its province or prefecture only, or an office's branch: down to its
        county."""
        if all(named.level == COUNTY for named in claim.found):
            return claim
        branch = _BRANCH.search(claim.rest)
        if branch and (stem := self._stem_at(branch[1], evidence.year)) and stem[0] == branch[1]:
            counties = [named for named in self._under(stem[1], claim.found) if named.level == COUNTY]
            if counties:
                return _Claim(counties, f"{claim.words} and the stem {stem[0]!r}", "name", 0.9)
        below = self._claim_of_township(claim.rest, evidence.year, claim.found)
        if below is not None:
            return _Claim(below.found, f"{claim.words} and {below.words}", "name", 0.9)
        if not _TOWNSHIP_ONLY.match(claim.rest):
            return claim
        uppers = {named.code for named in claim.found}
        for clue in evidence.clues:
            if clue.kind in _ALONE and len(clue.codes) == 1:
                county = self._named(next(iter(clue.codes)), evidence.year)
                if county is not None and county.level == COUNTY and self._is_under(county.code, uppers):
                    return _Claim([county], f"{claim.words} and {clue.words}", "name", 0.8)
        return claim

    # What the page and the address say

    def _clues(self, evidence: _Evidence) -> Iterator[Clue]:
        codes: dict[str, str] = {}
        context = "\n".join(evidence.context)
        for match in _SITE_CODE.finditer(context):
            if match[1] in self._intervals:
                codes.setdefault(match[1], f"site code {match[0][-10:]}")
        if codes:
            yield Clue("site code", frozenset(codes), " and ".join(codes.values()))
        codes = {}
        path = path_of(evidence.address)
        for code, number in credit_codes(f"{context}\n{path}"):
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
                yield Clue("shape", frozenset((province,)), f"the shape {pattern.pattern} of the address")

    def _context_clues(self, context: Sequence[str], year: int | None, where: str) -> Iterator[Clue]:
        """Divisions each text names beyond doubt, alone or with the parent printed before them."""
        for text in context:
            said: dict[str, str] = {}
            above: list[Named] = []
            end = -1
            for mention in self._scan(_BRACKETS.sub("", text), year):
                found = mention.found
                if mention.start == end or len(found) > 1:
                    found = self._under(found, above) or (found if mention.start != end else [])
                if len(found) == 1:
                    said.setdefault(found[0].code, mention.name)
                    above, end = found, mention.end
            if said:
                yield Clue("context", frozenset(said), "、".join(said.values()) + f" in {where}")

    def _folder_clue(self, found: Sequence[Named], evidence: _Evidence) -> Iterator[Clue]:
        """What the folders of the address say, which is read only to choose among several places."""
        if len(found) < 2:
            return
        codes, label = self.hosts.named_in_path(evidence.address, [named.code for named in found])
        if codes:
            yield Clue("path", frozenset(codes), f"folder {label!r} of the address")
            return
        clue = self.hosts.first_folder(evidence.address)
        if clue is not None:
            yield clue

    # Deciding

    def _decide(self, claim: _Claim, evidence: _Evidence) -> Place:
        """Narrow the places a name can mean by the clues, or leave them undecided."""
        found = list({self._last_of(named.code): named for named in claim.found}.values())
        many = len(found)
        used: list[Clue] = []
        against: list[Clue] = []
        for clue in (*evidence.clues, *self._folder_clue(found, evidence)):
            if clue.kind in _BY_CHANCE and len(found) * len(clue.codes) > _DIVISIONS * 0.1:
                continue
            fitting = self._supported(found, clue)
            names_county = self._names_county(clue)
            if (
                claim.source == "like"
                and fitting
                and (claim.is_tail or (clue.kind == "context" and names_county))
            ):
                # a place of a like name must be in the county that the page names, or in its prefecture; what is
                # only the end of a name, in that county
                least = 4 if claim.is_tail and names_county else 3
                fitting = fitting if self._support(fitting[0], clue.codes) >= least else []
            if not fitting:
                if clue.kind not in (*_BY_CHANCE, "shape", "path"):
                    against.append(clue)
                continue
            if len(fitting) < len(found) or (len(found) == 1 and clue.kind not in ("own", "short", "folder")):
                used.append(clue)
            found = fitting
        if claim.is_tail and any(clue.kind in _FIRM for clue in against):
            return self._from_clues(evidence)
        if claim.source in ("township", "like") and not used:
            if any(clue.kind in _FIRM and len(clue.codes) == 1 for clue in against):
                return self._from_clues(evidence)
            # A township of no list: the page's own words go before a township of a like name elsewhere
            if claim.source == "like" and any(clue.kind == "context" for clue in against):
                return self._from_clues(evidence)
        if len(found) > 1:
            if claim.source in ("township", "like"):
                # The list knows some of the townships of a common name, the page its own county
                for clue in evidence.clues:
                    if clue.kind == "context" and len(self._fitting(clue, "township", evidence.year)) == 1:
                        return self._from_clues(evidence)
            return self._undecided(found, claim, used)
        named = found[0]
        code = self.at_year(named.code, evidence.year)
        full = self.full_name(code, evidence.year)
        if not used:
            of_a_city = named.name.endswith("市") and _ZONE_OF_A_CITY.match(claim.rest)
            if claim.source == "stem" and named.level == COUNTY and not of_a_city:
                return _nowhere(f"{claim.words} alone proves no county: no parent or host says {full} too")
            if claim.source == "stem" and not _INSTITUTION.search(claim.rest):
                return _nowhere(f"{claim.words} is not followed by the name of an institution")
            if claim.source == "like":
                return _nowhere(f"{claim.words} is in {full}, but nothing else says so")
        words = "; ".join(clue.words for clue in used)
        if many > 1:
            confidence = _CHOOSING[used[0].kind]
            why = f"{claim.words} may be {many} places; {words} says {full}"
        else:
            confidence = max(min(0.99, claim.confidence + 0.04), 0.85) if used else claim.confidence
            why = (
                f"{claim.words} is only in {full}"
                if claim.source == "township"
                else f"{claim.words} is {full}"
            )
            why += f", and so says {words}" if words else ""
        if named.kind in _KINDS:
            why += f" ({_KINDS[named.kind]})"
        if against:
            confidence = min(confidence, 0.75)
            why += f"; against it stands {against[0].words}"
        return Place(code, self.province_of(code), round(confidence, 2), why)

    def _names_county(self, clue: Clue) -> bool:
        return any(
            (named := self._named(code, None)) is not None and named.level == COUNTY for code in clue.codes
        )

    def _undecided(self, found: Sequence[Named], claim: _Claim, used: Sequence[Clue]) -> Place:
        provinces = {named.code[:2] for named in found}
        sample = "、".join(self.full_name(named.code) for named in found[:3]) + (
            "…" if len(found) > 3 else ""
        )
        words = "".join(f", {clue.words} notwithstanding" for clue in used[:1])
        why = f"{claim.words} may be {len(found)} places ({sample}) and nothing decides between them{words}"
        if len(provinces) > 1:
            return _nowhere(why)
        if claim.source in ("stem", "like") and not used:
            is_bare = all(named.level == COUNTY for named in found) or not _INSTITUTION.search(claim.rest)
            if claim.source == "like" or is_bare:
                return _nowhere(why)
        confidence = _CHOOSING[used[-1].kind] if used else claim.confidence
        return Place(
            None, provinces.pop() + "0000", min(confidence, 0.8), why + ", but all are in one province"
        )

    def _supported(self, found: Sequence[Named], clue: Clue) -> list[Named]:
        """The places a clue supports most closely; none where it supports none."""
        scores = [self._support(named, clue.codes) for named in found]
        best = max(scores, default=0)
        return [named for named, score in zip(found, scores, strict=True) if score == best] if best else []

    def _support(self, named: Named, codes: Iterable[str]) -> int:
        """How closely one of `codes` supports a place: 4 itself, 3 its prefecture, 2 its province, 1 below it."""
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

    def _from_clues(self, evidence: _Evidence) -> Place:
        """An agency whose name tells no place: 区统计局, or a township no list knows."""
        hint = _hint(evidence.agency)
        if hint == "region":
            regions = [named for named in self._intervals_at(PROVINCE) if named.name.endswith("自治区")]
            return self._decide(_Claim(regions, "'自治区'", "region", 0.5), evidence)
        only: Place | None = None
        """What the strongest clue says, where that is no more than the province."""
        for clue in evidence.clues:
            if clue.kind not in _ALONE or (clue.kind == "initials" and len(clue.words.split("'")[1]) < 4):
                continue
            if clue.kind == "shape" and hint != "province":
                codes = self._of_province(evidence, hint, clue)
            else:
                codes = self._fitting(clue, hint, evidence.year)
            if len(codes) == 1 and not (clue.kind == "initials" and len(clue.codes) > 1):
                code = self.at_year(codes[0], evidence.year)
                if only is not None and self.province_of(code) != only.province:
                    continue
                why = f"the name tells no place; {clue.words} says {self.full_name(code, evidence.year)}"
                return Place(code, self.province_of(code), _ALONE[clue.kind], why)
            provinces = {code[:2] + "0000" for code in clue.codes}
            if len(provinces) == 1 and only is None:
                why = f"the name tells no place; {clue.words} says only the province"
                only = Place(None, provinces.pop(), _ALONE[clue.kind], why)
        if only is not None:
            return only
        if not evidence.clues:
            return _nowhere("the name tells no place, and neither context nor address does")
        words = "; ".join(clue.words for clue in evidence.clues[:3])
        return _nowhere(f"the name tells no place, and {words} is not enough")

    def _of_province(self, evidence: _Evidence, hint: Hint | None, shape: Clue) -> list[str]:
        """What the letters of the host can mean in the province that the shape of the address tells."""
        codes = {
            self._last_of(code): code
            for clue in evidence.clues
            if clue.kind in ("spelt", "initials", "own", "short")
            for code in clue.codes
            if code[:2] + "0000" in shape.codes and self._fits(code, hint, evidence.year)
        }
        return list(codes.values())

    def _fitting(self, clue: Clue, hint: Hint | None, year: int | None) -> list[str]:
        """The codes of a clue that can be the place of an agency of this kind, one for each government."""
        codes = {self._last_of(code): code for code in sorted(clue.codes) if code in self._intervals}
        if clue.kind == "context" and len(codes) > 1:
            # Of a chain of parents and children only the lowest is the agency's own
            uppers = {self._last_of(upper) for code in codes.values() for upper in self._ancestors(code)}
            codes = {last: code for last, code in codes.items() if last not in uppers}
        return [code for code in codes.values() if self._fits(code, hint, year)]

    def _fits(self, code: str, hint: Hint | None, year: int | None) -> bool:
        named = self._named(code, year)
        if named is None or hint is None:
            return named is not None
        if hint in ("province", "region"):
            return named.level == PROVINCE
        if hint == "city":
            return named.level == PREFECTURE or named.name.endswith("市")
        if hint == "district":
            return named.level == COUNTY and named.name.endswith("区")
        if hint == "county":
            return named.level == COUNTY and not named.name.endswith(("区", "市"))
        return named.level == COUNTY or (named.level == PREFECTURE and not self.children(code, year))


def _nowhere(why: str, confidence: float = 0.0) -> Place:
    return Place(None, None, confidence, why)


def _hint(text: str) -> Hint | None:
    for pattern, hint in _HINTS:
        if pattern.match(text):
            return hint
    return "township" if _TOWNSHIP_ONLY.match(text) else None


def _can_have(named: Named, office: str) -> bool:
    """Whether a division of this level can have such an office: a 厅 is a province's, a 行署 a prefecture's."""
    if office.endswith("厅") and not office.endswith("办公厅"):
        return named.level == PROVINCE
    return named.level == PREFECTURE if "行署" in office else True


def follow_copies(rows: Sequence[tuple[str, str, str]], places: Sequence[Place]) -> list[Place]:
    """Undecided rows take the place of a decided row that is the same page on another site.

    Rows are (agency, year, address). Copies keep the path of their original, so the same agency, year and path
    (with at least six digits in it) on two hosts is one page.
    """
    keys = [_page_key(row) for row in rows]
    known: dict[tuple[str, str, str], dict[str | None, Place]] = defaultdict(dict)
    for key, place in zip(keys, places, strict=True):
        if key and place.province:
            known[key].setdefault(place.code, place)
    result = []
    for key, place in zip(keys, places, strict=True):
        originals = list(known.get(key, {}).values()) if key and not place.province else []
        if len(originals) == 1:
            original = originals[0]
            why = f"the same page stands at another address of the list, where {original.why}"
            place = Place(original.code, original.province, round(original.confidence * 0.9, 2), why)
        result.append(place)
    return result


def _page_key(row: tuple[str, str, str]) -> tuple[str, str, str] | None:
    agency, year, address = row
    path = path_of(address)
    if sum(char.isdigit() for char in path) < 6:
        return None
    return _BRACKETS.sub("", agency), year, re.sub(r"\.s?html?$", "", path)
