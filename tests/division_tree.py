"""A made-up country for tests of the roll-ups: its divisions, and reports that are easy to add up by hand.

甲省 110000 ─ 子市 110100 ─ 子东区 110101
           │             └ 子西县 110102 (from 2016: 子西市 110181)
           ├ 丑市 110200 ─ 丑东区 110201
           │             └ 丑西县 110202
           └ 卯市 119001, a county without a prefecture
乙省 120000 ─ 寅市 120100
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flows.edge.reference import load_reference
from flows.edge.warehouse import JUDGEMENT, connect, create_judgement, load_raw
from flows.model import Model, build_model, models_without, plan_models
from flows.settings import REFERENCE
from tests.raw_layer import RawLayer

DIVISIONS = """\
code,name,level,parent_code,from_year,to_year
110000,甲省,1,,2008,
110100,子市,2,110000,2008,
110101,子东区,3,110100,2008,
110102,子西县,3,110100,2008,2015
110181,子西市,3,110100,2016,
110200,丑市,2,110000,2008,
110201,丑东区,3,110200,2008,
110202,丑西县,3,110200,2008,
119001,卯市,3,119000,2008,
120000,乙省,1,,2008,
120100,寅市,2,120000,2008,
"""
SUCCESSORS = """\
code,successor_code,year,relation,source
110102,110181,2016,same,made up
"""
ALIASES = """\
alias,code,kind,from_year,to_year,source
甲地,110000,short,,,made up
丁新区,110100,zone,,,made up
"""


def reference_folder(folder: Path, divisions: str = "", successors: str = "") -> Path:
    """The project's reference data over the made-up divisions, and over more rows of them."""
    shutil.copytree(REFERENCE, folder)
    files = {
        "division": DIVISIONS + divisions,
        "division_successor": SUCCESSORS + successors,
        "division_alias": ALIASES,
    }
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


class Country:
    """Reports of the made-up country, kept as a raw layer and built into a warehouse in memory."""

    def __init__(self, folder: Path, divisions: str = "", successors: str = "") -> None:
        self.folder = folder
        self.reference = reference_folder(folder / "reference", divisions, successors)
        self.raw = RawLayer(folder / "raw")
        self.judgements: list[dict[str, Any]] = []
        self._count = 0

    def report(
        self,
        agency: str,
        division: str,
        year: int,
        figures: Mapping[str, float | str | None],
        *,
        scope: str | None = None,
        agency_type: str | None = None,
        era: str | None = None,
        address: str | None = None,
        quarantine: str | None = None,
        **other: Any,
    ) -> str:
        """Write one report; its SHA-256. A figure is `indicator` or `indicator|applicant` with a number, or
        with the state that it has instead. A name that ends in 省 市 县 区 is a government's."""
        self._count += 1
        sha256 = hashlib.sha256(str(self._count).encode()).hexdigest()
        is_government = agency[-1] in "省市县区"
        document = {
            "sha256": sha256,
            "kind": "annual_report",
            "agency_name": agency,
            "agency_type": agency_type or ("government" if is_government else "department"),
            "scope": scope or ("territory_total" if is_government else "single_agency"),
            "division_code": division,
            "province_code": f"{division[:2]}0000",
            "report_year": year,
            "era": era or ("2014" if year < 2019 else "2019" if year < 2021 else "2021"),
            "text_fingerprint": sha256[:16],
            **other,
        }
        facts = []
        for key, value in figures.items():
            indicator, _, applicant = key.partition("|")
            is_number = isinstance(value, int | float)
            facts.append(
                {
                    "sha256": sha256,
                    "indicator": indicator,
                    "applicant": applicant or "total",
                    "value": value if is_number else None,
                    "state": "reported" if is_number else value,
                    "unit": "件",
                    "qualifier": "exact",
                    "method": "table",
                    "raw": str(value),
                    "location": "table 1 row 1 column 1",
                }
            )
        self.raw.add([document], facts)
        self.raw.attempt(address or f"https://www.example.gov.cn/{self._count}.html", sha256)
        if quarantine:
            self.judgements.append(
                {
                    "sha256": sha256,
                    "rule": quarantine,
                    "severity": "critical",
                    "message": quarantine,
                    "message_zh": quarantine,
                }
            )
        return sha256

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The whole warehouse, built in memory."""
        with connect() as connection:
            build_warehouse(connection, self)
            yield connection


def moving_country(folder: Path) -> Country:
    """The country with 辰县, which 丑市 handed over to 子市 in 2018."""
    return Country(
        folder,
        "110203,辰县,3,110200,2008,2017\n110103,辰县,3,110100,2018,\n",
        "110203,110103,2018,same,made up\n",
    )


@cache
def planned() -> list[Model]:
    return plan_models()


def build_warehouse(connection: duckdb.DuckDBPyConnection, country: Country) -> None:
    load_reference(connection, country.reference)
    load_raw(connection, country.folder / "raw")
    models = planned()
    unjudged = models_without(models, JUDGEMENT)
    for model in unjudged:
        build_model(connection, model)
    create_judgement(connection, pa.Table.from_pylist(country.judgements))
    for model in models:
        if model not in unjudged:
            build_model(connection, model)
