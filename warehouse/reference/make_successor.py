"""Writes division_successor.csv: what became of the county and prefecture codes that ended after 2008.

Run by hand after division.csv has changed: `PYTHONPATH=. python warehouse/reference/make_successor.py`.

`same` rows are derived: a division of the same province, level and stem that begins when the other ends (a county
that became a district or a city, or moved to another prefecture), or its one-character name with one character
more (滦县 → 滦州市). What no rule can know, mergers and new names, is in the tables below.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from flows.report.division import stem_of

HERE = Path(__file__).parent

# The same government under another name and code.
RENAMED = {
    "130230": "130209",  # 唐海县 → 曹妃甸区
    "140227": "140215",  # 大同县 → 云州区
    "140421": "140404",  # 长治县 → 上党区
    "330621": "330603",  # 绍兴县 → 柯桥区
    "340221": "340210",  # 芜湖县 → 湾沚区
    "340721": "340706",  # 铜陵县 → 义安区
    "341402": "340181",  # 居巢区 → 巢湖市
    "360421": "360404",  # 九江县 → 柴桑区
    "360427": "360483",  # 星子县 → 庐山市
    "361121": "361104",  # 上饶县 → 广信区
    "371202": "370116",  # 莱城区 → 莱芜区
    "410224": "410212",  # 开封县 → 祥符区
    "411023": "411003",  # 许昌县 → 建安区
    "430221": "430212",  # 株洲县 → 渌口区
    "469003": "460400",  # 儋州市, now of prefecture level
    "511521": "511504",  # 宜宾县 → 叙州区
    "520321": "520304",  # 遵义县 → 播州区
    "522201": "520602",  # 铜仁市 → 碧江区
    "522401": "520502",  # 毕节市 → 七星关区
    "542121": "540302",  # 昌都县 → 卡若区
    "542301": "540202",  # 日喀则市 → 桑珠孜区
    "542421": "540602",  # 那曲县 → 色尼区
    "542621": "540402",  # 林芝县 → 巴宜区
    "610125": "610118",  # 户县 → 鄠邑区
    "652101": "650402",  # 吐鲁番市 → 高昌区
    "652201": "650502",  # 哈密市 → 伊州区
}
# Wholly part of another division since.
MERGED = {
    "110103": "110101",
    "110104": "110102",
    "120107": "120116",
    "120108": "120116",
    "120109": "120116",
    "130603": "130606",
    "130604": "130606",
    "140203": "140214",
    "140402": "140403",
    "140411": "140403",
    "230702": "230717",
    "230705": "230751",
    "230706": "230718",
    "230707": "230724",
    "230708": "230717",
    "230709": "230751",
    "230710": "230724",
    "230712": "230723",
    "230713": "230725",
    "230714": "230723",
    "230715": "230724",
    "230716": "230719",
    "310103": "310101",
    "310108": "310106",
    "310119": "310115",
    "320103": "320104",
    "320107": "320106",
    "320202": "320213",
    "320203": "320213",
    "320204": "320213",
    "320405": "320412",
    "320502": "320508",
    "320503": "320508",
    "320504": "320508",
    "320611": "320613",
    "320705": "320706",
    "320802": "320812",
    "320811": "320812",
    "321011": "321003",
    "330103": "330105",
    "330204": "330212",
    "340208": "340209",
    "340502": "340503",
    "340702": "340705",
    "340703": "340705",
    "350402": "350404",
    "360105": "360112",
    "370205": "370203",
    "370284": "370211",
    "370634": "370614",
    "370802": "370811",
    "371200": "370100",
    "410211": "410202",
    "410306": "410308",
    "440116": "440112",
    "440903": "440904",
    "450404": "450403",
    "500105": "500157",
    "520114": "520111",
}
# Parted among several.
SPLIT = {
    "130103": ("130102", "130104"),
    "130421": ("130402", "130403"),
    "130521": ("130502", "130503"),
    "130721": ("130702", "130703", "130705"),
    "140202": ("140213", "140214"),
    "140211": ("140212", "140213", "140214"),
    "230711": ("230717", "230718"),
    "320304": ("320302", "320311", "320312"),
    "330104": ("330102", "330114"),
    "341400": ("340100", "340200", "340500"),
    "500112": ("500157", "500109"),
}


class Interval(NamedTuple):
    name: str
    level: str
    first: int
    last: int


def main() -> None:
    divisions: dict[str, list[Interval]] = defaultdict(list)
    with (HERE / "division.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            last = int(row["to_year"] or 9999)
            divisions[row["code"]].append(Interval(row["name"], row["level"], int(row["from_year"]), last))
    rows: list[tuple[str, str, int, str, str]] = []
    for code, intervals in sorted(divisions.items()):
        last = max(interval.last for interval in intervals)
        if last == 9999:
            continue
        ended = next(interval for interval in intervals if interval.last == last)
        derived = [] if code in RENAMED | MERGED | SPLIT else successors(code, ended, divisions)
        year = last + 1
        if code in RENAMED:
            rows.append((code, RENAMED[code], year, "same", "renamed"))
        elif code in MERGED:
            rows.append((code, MERGED[code], year, "merged", "merged"))
        elif code in SPLIT:
            rows.extend((code, part, year, "split", "parted") for part in SPLIT[code])
        elif len(derived) == 1:
            rows.append((code, derived[0], year, "same", "derived from the stem"))
        else:
            raise SystemExit(
                f"{code} {ended.name} ended in {last}: successors {derived or 'unknown'}; add it by hand"
            )
    with (HERE / "division_successor.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "successor_code", "year", "relation", "source"))
        writer.writerows(rows)


def successors(code: str, ended: Interval, divisions: dict[str, list[Interval]]) -> list[str]:
    """Codes of the same province and level that begin in the year the other ends and bear its stem."""
    stem = stem_of(ended.name)
    found = []
    for other, intervals in divisions.items():
        if other == code or other[:2] != code[:2]:
            continue
        for interval in intervals:
            if interval.level != ended.level or not ended.last <= interval.first <= ended.last + 2:
                continue
            other_stem = stem_of(interval.name)
            grown = len(stem) == 1 and (
                other_stem == ended.name or (other_stem[:1] == stem and len(other_stem) == 2)
            )
            if other_stem == stem or grown:
                found.append((interval.first != ended.last + 1, other[:4] != code[:4], other))
    best = min(found, default=None)
    return [other for *order, other in found if best is not None and tuple(order) == best[:2]]


if __name__ == "__main__":
    main()
