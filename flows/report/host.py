"""What an address says about a place: the host of a government site, and marks in its path.

Hosts are read only under gov.cn: copies on other hosts prove nothing. A host label is compared with the pinyin
of division names: spelt out (`qiaojia`, `jiaxian`, `ahshitai` = 安徽 + 石台), or by initials (`qzlc` = 泉州 + 鲤城,
`ayx` = 安阳县). Spelt out and unique it may decide by itself; initials only choose among candidates, or decide
when two parts (the parent's and its own) are unique in the country.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from flows.report.division import COUNTY, PROVINCE, Named, level_word, stem_of


class Clue(NamedTuple):
    """Divisions an address points at, by which mark, and how that is printed in the explanation."""

    kind: str
    """table, sub, spelt, prefixed, initials (of both parts), own (initials), short (initials without the level)"""
    codes: frozenset[str]
    words: str


_IGNORED_LABELS = frozenset(
    [
        "www",
        "m",
        "wap",
        "wap2",
        "h5",
        "old",
        "new",
        "xxgk",
        "gk",
        "zwgk",
        "zfxxgk",
        "zwxxgk",
        "zw",
        "xxgkw",
        "zfgk",
        "govinfo",
        "info",
        "mobile",
        "ww3",
        "www1",
        "www2",
    ]
)
_ZONE_LABELS = frozenset(("gxq", "jkq", "kfq", "jjq", "gxs"))
"""Labels of development zones, which look like the initials of a district."""
_CENTRAL_SITES = frozenset(("chinatax", "customs", "msa", "spb", "cma"))
_SITE_WORDS = ("rmzf", "zfxxgk", "xxgk", "zfw", "gov", "zf")
_LEVEL_SPELT = {
    "省": ("",),
    "市": ("", "shi"),
    "县": ("", "xian"),
    "区": ("", "qu"),
    "新区": ("", "xinqu", "xq"),
    "矿区": ("", "kuangqu"),
    "林区": ("", "linqu"),
    "特区": ("", "tequ"),
    "旗": ("", "qi"),
    "盟": ("", "meng"),
    "州": ("", "zhou"),
    "地区": ("", "diqu"),
}
_LEVEL_LETTER = {"县": "x", "区": "q", "市": "s", "旗": "q", "州": "z", "盟": "m", "新区": "xq", "地区": "dq"}
# Usual letters for provinces in host labels, beyond the initials of their pinyin.
_PROVINCE_LETTERS = {
    "130000": ("heb",),
    "150000": ("nm", "nmg"),
    "410000": ("hen",),
    "420000": ("hub",),
    "430000": ("hun",),
    "460000": ("hi", "han"),
    "610000": ("snx", "sn"),
}
_TWO_LETTERS = ("zh", "ch", "sh")
"""First sounds of which some hosts keep both letters: bjchy for 北京 朝阳."""
_NATIONAL_PREFIXES = ("china", "cn", "zg", "zgs")

_CREDIT_CODE = re.compile(r"1(?<![0-9A-Za-z]1)[1-9](\d{6})[0-9A-Za-z]{10}(?![0-9A-Za-z])")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_codes(text: str) -> list[tuple[str, str]]:
    """(division code, the number) of each unified social credit code of a government body in `text`.

    Eighteen characters: 1, the kind of body, six digits of division code, nine of organisation code and a
    check character (GB 32100-2015), which must be right.
    """
    found = []
    for match in _CREDIT_CODE.finditer(text):
        number = match[0].upper()
        if all(char in _CREDIT_ALPHABET for char in number) and _check_character(number[:17]) == number[17]:
            found.append((match[1], match[0]))
    return found


def _check_character(body: str) -> str:
    total = sum(_CREDIT_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def host_of(address: str | None) -> str:
    """The host of an address in small letters, "" where there is none."""
    if not address:
        return ""
    try:
        return (urlsplit(address if "//" in address else "//" + address).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def path_of(address: str | None) -> str:
    """Path and query of an address, percent-decoded where that gives UTF-8 text."""
    if not address:
        return ""
    try:
        parts = urlsplit(address if "//" in address else "//" + address)
    except ValueError:
        return ""
    return unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path, errors="replace")


class HostIndex:
    """Division names by the spellings that government hosts use."""

    def __init__(
        self,
        names: Iterable[Named],
        pinyin: Mapping[str, Sequence[str]],
        table: Mapping[str, str],
    ) -> None:
        """`pinyin`: stem → its spellings, syllables parted by blanks; `table`: host suffix → division."""
        self._table = dict(table)
        self._spelt: dict[str, set[str]] = defaultdict(set)
        self._own: dict[str, set[str]] = defaultdict(set)
        self._short: dict[str, set[str]] = defaultdict(set)
        self._wide: dict[str, set[str]] = defaultdict(set)
        self._prefixes: dict[str, set[str]] = defaultdict(set)
        self._level: dict[str, int] = {}
        self._parents: dict[str, set[str]] = defaultdict(set)
        self._own_spellings: dict[str, set[str]] = defaultdict(set)
        spelt_as = {stem: [spelling.split() for spelling in spellings] for stem, spellings in pinyin.items()}
        for named in names:
            if named.kind == "division":
                self._add(named, spelt_as.get(stem_of(named.name), []))
        self._clues: dict[str, tuple[Clue, ...]] = {}

    def _add(self, named: Named, spellings: list[list[str]]) -> None:
        code, level = named.code, level_word(named.name)
        self._level[code] = named.level
        if named.parent:
            self._parents[code].add(named.parent)
        letter = _LEVEL_LETTER.get(level, "")
        for syllables in spellings:
            whole = "".join(syllables)
            variants = (
                {whole, whole.replace("lv", "lu"), whole.replace("lv", "lyu")} if "lv" in whole else {whole}
            )
            for variant in variants:
                for ending in _LEVEL_SPELT.get(level, ("",)):
                    if len(variant + ending) > 2:
                        self._spelt[variant + ending].add(code)
                        self._own_spellings[code].add(variant + ending)
            short = "".join([syllable[0] for syllable in syllables])
            if len(short) > 1:
                self._short[short].add(code)
            self._own[short + letter].add(code)
            wide = "".join(
                [syllable[:2] if syllable[:2] in _TWO_LETTERS else syllable[0] for syllable in syllables]
            )
            if wide != short:
                self._wide[wide].add(code)
                self._wide[wide + letter].add(code)
            if named.level < COUNTY:
                self._prefixes[code].update((*variants, short, short + letter))
        if named.level == PROVINCE:
            self._prefixes[code].update(_PROVINCE_LETTERS.get(code, ()))

    def _ancestor_prefixes(self, code: str) -> set[str]:
        prefixes = set(self._prefixes.get(code[:2] + "0000", ()))
        for parent in self._parents[code]:
            prefixes |= self._prefixes.get(parent, set())
        return prefixes

    def _by_initials(self, label: str) -> set[str]:
        """Divisions whose parent's initials and own ones make up the label."""
        found = set()
        for cut in range(1, min(5, len(label) - 1)):
            prefix, rest = label[:cut], label[cut:]
            known = (index.get(rest, set()) for index in (self._short, self._own, self._wide))
            for code in set().union(*known):
                if self._level[code] != PROVINCE and prefix in self._ancestor_prefixes(code):
                    found.add(code)
        return found

    def clues(self, address: str | None) -> tuple[Clue, ...]:
        """What the host of an address says, strongest first; empty outside gov.cn."""
        host = host_of(address)
        if host != "gov.cn" and not host.endswith(".gov.cn"):
            return ()
        known = self._clues.get(host)
        if known is None:
            known = self._clues[host] = tuple(self._read(host))
        return known

    def _read(self, host: str) -> list[Clue]:
        labels = host.split(".")[:-2]
        labels = [label for label in labels if label not in _IGNORED_LABELS]
        if not labels:
            return []
        base, subs = labels[-1], labels[:-1]
        if base in _CENTRAL_SITES:
            return self._central(base, subs)
        clues: list[Clue] = []
        listed = next((self._table[key] for key in _suffixes(host) if key in self._table), None)
        if listed:
            clues.append(Clue("table", frozenset((listed,)), f"host {host}"))
        for kind, codes in self._label(base):
            clues.append(Clue(kind, frozenset(codes), f"host label {base!r}"))
        if subs and clues and len(clues[0].codes) == 1:
            below = self._below(next(iter(clues[0].codes)), subs)
            if below:
                clues.insert(0, Clue("sub", frozenset(below), f"host {host}"))
        return clues

    def _label(self, label: str) -> Iterable[tuple[str, set[str]]]:
        forms = [label.replace("-", "")]
        forms += [forms[0].removesuffix(word) for word in _SITE_WORDS if forms[0].endswith(word)]
        spelt: set[str] = set()
        prefixed: set[str] = set()
        for form in forms:
            spelt |= self._spelt.get(form, set())
            for cut in range(1, len(form) - 2):
                prefix, rest = form[:cut], form[cut:]
                for code in self._spelt.get(rest, ()):
                    if prefix in _NATIONAL_PREFIXES or prefix in self._ancestor_prefixes(code):
                        prefixed.add(code)
        yield from ((kind, codes) for kind, codes in (("spelt", spelt), ("prefixed", prefixed)) if codes)
        initials = {code for form in forms for code in self._by_initials(form)}
        own = {code for form in forms for code in self._own.get(form, ())}
        short = {code for form in forms for code in self._short.get(form, ())}
        named = (("initials", initials), ("own", own), ("short", short))
        yield from ((kind, codes) for kind, codes in named if codes)

    def _below(self, code: str, subs: list[str]) -> set[str]:
        """Children of a division that a further label of the host names: txq.siping → 铁西区."""
        children = [child for child, parents in self._parents.items() if code in parents]
        for sub in reversed(subs):
            found = {child for child in children if sub in self._own_spellings[child]}
            if not found and len(sub) > 2 and sub not in _ZONE_LABELS:
                found = {child for child in children if child in self._own.get(sub, ())}
            if found:
                return found
        return set()

    def _central(self, base: str, subs: list[str]) -> list[Clue]:
        """A place below the site of a central agency: hunan.chinatax.gov.cn."""
        for sub in reversed(subs):
            codes = {code for code in self._spelt.get(sub, ()) if self._level[code] < COUNTY}
            provinces = {code for code in codes if self._level[code] == PROVINCE}
            if codes:
                return [Clue("spelt", frozenset(provinces or codes), f"host {sub}.{base}.gov.cn")]
        return []

    def named_in_path(self, address: str | None, codes: Iterable[str]) -> tuple[set[str], str]:
        """Which of `codes` a folder of the path names, and the folder: `hzshtqzf` = 汉中市汉台区 + zf.

        Copies keep the paths of their originals, so this is read on any host, but only to choose.
        """
        wanted = set(codes)
        for label in re.findall(r"[a-z]{4,}", path_of(address).lower()):
            found = {code for code in wanted if label in self._own_spellings[code]}
            if not found:
                for word in _SITE_WORDS:
                    form = label.partition(word)[0]
                    if form != label and len(form) > 3:
                        found = wanted & self._by_initials(form)
                        break
            if found:
                return found, label
        return set(), ""

    def first_folder(self, address: str | None) -> Clue | None:
        """Divisions whose own initials are the first folder of the path: `hcxxxgk` = 会昌县 + xxgk."""
        match = re.match(r"/([a-z]{3,12})/", path_of(address).lower())
        if match is None:
            return None
        label = match[1]
        form = next((label.partition(word)[0] for word in _SITE_WORDS if word in label), label)
        codes = self._own.get(form, set()) if len(form) > 2 else set()
        return Clue("folder", frozenset(codes), f"folder {label!r} of the address") if codes else None


def _suffixes(host: str) -> Iterable[str]:
    """`a.b.gov.cn`, then `b.gov.cn`."""
    labels = host.split(".")
    for start in range(len(labels) - 2):
        yield ".".join(labels[start:])
