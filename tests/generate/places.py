"""Real divisions with generic bureaus, offices and invented towns: who writes a generated report."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

REFERENCE = Path(__file__).resolve().parents[2] / "warehouse" / "reference"


@dataclass(frozen=True, slots=True)
class Place:
    """A division with the names of what it lies in. `level`: 1 province, 2 prefecture, 3 county."""

    code: str
    name: str
    level: int
    prefecture: str | None
    province: str

    @property
    def province_code(self) -> str:
        return self.code[:2] + "0000"

    @property
    def full_name(self) -> str:
        """The name from the province down, as in a page's footer."""
        parents = [self.province, self.prefecture, self.name]
        return "".join(dict.fromkeys(name for name in parents if name))

    @property
    def short(self) -> str:
        """What the division calls itself in a sentence: 省, 市, 县 …"""
        for ending in ("自治区", "自治州", "自治县", "自治旗", "特区", "林区"):
            if self.name.endswith(ending):
                return {"自治州": "州", "自治县": "县", "自治旗": "旗"}.get(ending, "区")
        return self.name[-1]


@cache
def divisions() -> tuple[dict[str, str], ...]:
    with (REFERENCE / "division.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def place(code: str, year: int) -> Place:
    """The division of that code as it was at the end of that year."""
    return _places(year)[code]


@cache
def _places(year: int) -> dict[str, Place]:
    valid = {
        row["code"]: row
        for row in divisions()
        if int(row["from_year"]) <= year <= int(row["to_year"] or 9999) and row["level"] in ("1", "2", "3")
    }
    found = {}
    for code, row in valid.items():
        province = valid.get(code[:2] + "0000")
        if province is None:
            continue
        parent = valid.get(row["parent_code"])
        prefecture = parent["name"] if parent and parent["level"] == "2" else None
        found[code] = Place(code, row["name"], int(row["level"]), prefecture, province["name"])
    return found


def pick_place(rng: Random, year: int, level: int | None = None) -> Place:
    """Any division of the year; counties most often, as among real reports."""
    level = level or rng.choices([1, 2, 3], [1, 3, 8])[0]
    return rng.choice([place for place in _sorted(year) if place.level == level])


@cache
def _sorted(year: int) -> tuple[Place, ...]:
    return tuple(place for _, place in sorted(_places(year).items()))


@dataclass(frozen=True, slots=True)
class Agency:
    """Who reports: the name as its title prints it, its type, the scope of its figures, the size of
    these, and what it calls itself (我局, 我市, 本机关)."""

    name: str
    type: str
    scope: str
    size: str
    self_name: str
    place: Place


BUREAUS = ["教育局", "民政局", "财政局", "统计局", "司法局", "审计局", "水利局", "交通运输局", "林业局"]
BUREAUS_TO_2018 = ["国土资源局", "农业局", "卫生和计划生育局", "安全生产监督管理局", "工商行政管理局"]
BUREAUS_FROM_2019 = [
    "自然资源局",
    "农业农村局",
    "卫生健康局",
    "应急管理局",
    "市场监督管理局",
    "生态环境局",
    "医疗保障局",
]
PROVINCE_BUREAUS = ["教育厅", "民政厅", "财政厅", "司法厅", "水利厅", "交通运输厅", "统计局", "审计厅"]
INVENTED_TOWNS = [
    "青禾坪镇",
    "柳塘桥镇",
    "云麓湾街道",
    "石梁渡乡",
    "桐花岭镇",
    "双槐岗街道",
    "松风岭乡",
    "榆荫里街道",
]
TOTAL_SIZES = {1: "province", 2: "prefecture", 3: "county"}


def government(
    place: Place, *, printed: str = "", scope: str = "territory_total", size: str | None = None
) -> Agency:
    """A government whose figures are its territory's total; `printed` is 人民政府 or nothing."""
    self_name = "我区" if place.short == "区" and place.level == 1 else f"我{place.short}"
    size = size or TOTAL_SIZES[place.level]
    return Agency(place.name + printed, "government", scope, size, self_name, place)


def department(place: Place, bureau: str, *, with_parent: bool = False) -> Agency:
    """A bureau, committee or office of a division's government, which counts itself."""
    parent = place.prefecture if with_parent and place.prefecture else ""
    last = "办" if bureau.endswith("办公室") else bureau[-1] if bureau[-1] in "局厅委会" else "委"
    self_name = "我委" if bureau.endswith("委员会") else f"我{last}"
    return Agency(f"{parent}{place.name}{bureau}", "department", "single_agency", "small", self_name, place)


def township(place: Place, town: str, ending: str = "", *, with_county: bool = True) -> Agency:
    """A town, township or subdistrict of a county-level division; `ending` is 人民政府 or 办事处."""
    name = f"{place.name if with_county else ''}{town}{ending}"
    short = "街道" if town.endswith("街道") else town[-1]
    return Agency(name, "township", "single_agency", "small", f"我{short}", place)


@cache
def towns() -> dict[str, list[str]]:
    """The real towns, townships and subdistricts by the code of their county."""
    found: dict[str, list[str]] = {}
    with (REFERENCE / "township.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["name"].endswith(("镇", "乡", "街道")):
                for code in row["divisions"].split():
                    found.setdefault(code, []).append(row["name"])
    return found


def pick_township(rng: Random, year: int) -> Agency:
    """A town of the county, mostly a real one."""
    place = pick_place(rng, year, 3)
    real = towns().get(place.code, [])
    town = rng.choice(real if real and rng.random() < 0.8 else INVENTED_TOWNS).removeprefix(place.name)
    ending = rng.choice(["", "办事处" if town.endswith("街道") else "人民政府"])
    return township(place, town, ending, with_county=rng.random() < 0.6)


def pick_agency(rng: Random, year: int) -> Agency:
    """An agency of any type; its name is unlike for unlike years, as ministries were renamed in 2018."""
    kind = rng.choices(["department", "township", "government"], [5, 3, 3])[0]
    if kind == "township":
        return pick_township(rng, year)
    place = pick_place(rng, year)
    if kind == "government":
        return government(place, printed=rng.choice(["", "", "人民政府"]))
    if rng.random() < 0.15:
        return department(place, "人民政府办公厅" if place.level == 1 else "人民政府办公室")
    if place.level == 1:
        bureau = rng.choice(PROVINCE_BUREAUS)
        bureau = bureau.replace("厅", "局") if place.name.endswith("市") else bureau
        return department(place, bureau)
    later = BUREAUS_FROM_2019 if year >= 2019 else BUREAUS_TO_2018
    return department(place, rng.choice(BUREAUS + later), with_parent=place.level == 3 and rng.random() < 0.3)
