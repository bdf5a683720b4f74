"""Writes the bundled sample (`warehouse/sample/site`) and its goldens (`tests/documents`).

    python -m tests.generate.make_sample

The sample is a small family of government sites: a portal, a listing of each province in pages, and the
reports and other pages that these link. Places are real; agencies are generic or invented; all figures
are. A golden holds what a document says, from the truth that it was written with.

Three provinces, each with a reason: 湖南 has a total of the province beside its parts, 吉林 has none and
must be added up from below, 江苏 has mirrors and traditional script.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from random import Random

from tests.generate import sample_texts, truth
from tests.generate.compose import Specification, compose
from tests.generate.document import Document, Expected, Figures, Value
from tests.generate.layouts import LAYOUTS
from tests.generate.others import compose_other
from tests.generate.places import Agency, department, government, place, township

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "warehouse" / "sample" / "site"
GOLDENS = ROOT / "tests" / "documents"
PROVINCES = {"hn": "湖南省", "jl": "吉林省", "js": "江苏省"}
REPORTS_A_PAGE = 9


@dataclass(slots=True)
class Sample:
    """A document of the sample: its name, its place on the site, how the server declares it."""

    name: str
    province: str
    document: Document
    title: str
    published_on: date
    path: str
    content_type: str | None


class Samples:
    """The documents of the sample, in the order in which they were added."""

    def __init__(self) -> None:
        self.all: list[Sample] = []

    def report(
        self,
        name: str,
        agency: Agency,
        year: int,
        era: str,
        layout: str = "clean",
        noise: str = "none",
        *,
        figures: Figures | None = None,
        title: str | None = None,
        day: tuple[int, int] | None = None,
        text: sample_texts.Text | None = None,
        plain: bool = False,
        content_type: str | None = "",
        path: str | None = None,
        seed: str | None = None,
        findings: tuple[Expected, ...] = (),
    ) -> Figures:
        """Add a report and give its figures. `content_type` is what the server says ("": as the noise
        has it, None: nothing); `seed` is another's name to get the same sentences as that."""
        month, number = day or ((3, 12) if agency.type == "government" else (1, 20))
        published_on = date(year + 1, month, number)
        if figures is None and era != "2008" and text is None and LAYOUTS[layout].figures_in == "tables":
            figures = truth.figures(Random(f"sample {seed or name}"), era, agency.size)
            layout_of = LAYOUTS[layout]
            if layout_of.blanks:
                figures = truth.blanked(Random(name), figures, layout_of.state)
        printed_title = title or f"{agency.name}{year}年政府信息公开工作年度报告"
        document = compose(
            Specification(
                seed=seed or name,
                agency=agency,
                year=year,
                era=era,
                layout=layout,
                noise=noise,
                figures=figures,
                title=printed_title,
                published_on=published_on,
                media_type="text/plain" if plain else "text/html",
                blocks=text.blocks if text else None,
                told=text.told if text else None,
                beside=text.beside if text else None,
                findings=findings,
            )
        )
        self._add(name, document, printed_title, published_on, year, content_type, path)
        return figures or {}

    def other(self, name: str, kind: str, agency: Agency, year: int, noise: str = "none") -> None:
        document = compose_other(kind, name, agency, year, noise)
        self._add(name, document, document.truth.title or kind, date(year, 3, 30), year, "", None)

    def _add(
        self,
        name: str,
        document: Document,
        title: str,
        day: date,
        year: int,
        content_type: str | None,
        path: str | None,
    ) -> None:
        number = 1000 + 7 * len(self.all)
        ending = "txt" if document.media_type == "text/plain" else "html"
        usual = f"/{name[:2]}/zfxxgknb/{year}n/{day:%Y%m}/t{day:%Y%m%d}_{number}.{ending}"
        served = document.content_type if content_type == "" else content_type
        document.address = f"http://sample.gongkai.test{path or usual}"
        self.all.append(Sample(name, name[:2], document, title, day, path or usual, served))


def samples() -> list[Sample]:
    """All documents of the sample."""
    found = Samples()
    _hunan(found)
    _jilin(found)
    _jiangsu(found)
    return found.all


def _own(seed: str, era: str, size: str) -> Figures:
    """Figures of those parts of a territory that the sample does not have."""
    return truth.figures(Random(f"sample rest {seed}"), era, size)


def _hunan(found: Samples) -> None:
    """A county over six years, its departments beside it, and totals at every level above."""
    leiyang = {year: place("430481", year) for year in range(2011, 2024)}
    hengyang, hunan = place("430400", 2022), place("430000", 2022)

    text = sample_texts.changsha_2011()
    found.report(
        "hn-changsha-2011", government(place("430100", 2011)), 2011, "2008", "narrative", "gb2312", text=text
    )
    text = sample_texts.xiangtan_2012()
    agency = government(place("430300", 2012), printed="人民政府")
    found.report("hn-xiangtan-2012", agency, 2012, "2008", "narrative", "gbk_undeclared", text=text)

    # The two sets that the notice of 2014 asked provinces for.
    hunan_2015 = place("430000", 2015)
    own_level = government(hunan_2015, printed="人民政府", scope="own_level", size="prefecture")
    own = found.report(
        "hn-hunan-own-2015",
        own_level,
        2015,
        "2014",
        title="湖南省人民政府2015年政府信息公开工作年度报告（省本级）",
    )
    whole = truth.added(own, _own("hunan 2015", "2014", "province"))
    found.report("hn-hunan-2015", government(hunan_2015), 2015, "2014", "wps", figures=whole)

    found.report("hn-leiyang-2016", government(leiyang[2016]), 2016, "2014", "flat_newlines", plain=True)
    broken = truth.figures(Random("sample leiyang 2017"), "2014", "county")
    replied = broken["requests.replied", "total"].value or 0
    broken = truth.broken(broken, ("requests.replied", "total"), replied + 7)
    found.report(
        "hn-leiyang-2017",
        government(leiyang[2017]),
        2017,
        "2014",
        "digits_remarks",
        figures=broken,
        findings=(
            Expected(
                "the replies are seven more than their parts",
                ("requests.replied|total",),
                "requests.replied",
                "warning",
            ),
        ),
    )
    statistics = department(place("430400", 2017), "统计局")
    text = sample_texts.hengyang_statistics_2017()
    found.report(
        "hn-hengyang-statistics-2017",
        statistics,
        2017,
        "2014",
        "narrative",
        "pinyin_and_misaligned",
        text=text,
    )

    before = found.report("hn-leiyang-2019", government(leiyang[2019]), 2019, "2019", "clean", "gb2312")
    for year, era, layout in ((2020, "2019", "header_split"), (2021, "2021", "columns_moved")):
        figures = truth.figures(Random(f"sample leiyang {year}"), era, "county")
        before = truth.following(figures, before, era)
        found.report(f"hn-leiyang-{year}", government(leiyang[year]), year, era, layout, figures=before)

    # 2022: two departments and a town, the county with them, the prefecture with it, the province.
    county_2022 = leiyang[2022]
    parts = [
        found.report("hn-leiyang-education-2022", department(county_2022, "教育局"), 2022, "2021"),
        found.report(
            "hn-leiyang-resources-2022",
            department(county_2022, "自然资源局"),
            2022,
            "2021",
            "flat_bars",
            plain=True,
        ),
        found.report("hn-leiyang-town-2022", township(county_2022, "青禾坪镇"), 2022, "2021", "blanks"),
    ]
    county = truth.following(truth.added(*parts, _own("leiyang 2022", "2021", "county")), before, "2021")
    found.report("hn-leiyang-2022", government(county_2022), 2022, "2021", "labels_noted", figures=county)
    prefecture = truth.added(county, _own("hengyang 2022", "2021", "prefecture"))
    found.report("hn-hengyang-2022", government(hengyang), 2022, "2021", "word", figures=prefecture)
    education = found.report("hn-hunan-education-2022", department(hunan, "教育厅"), 2022, "2021", "wps")
    province = truth.added(prefecture, education, _own("hunan 2022", "2021", "province"))
    found.report("hn-hunan-2022", government(hunan), 2022, "2021", "digits_grouped", figures=province)
    figures = truth.figures(Random("sample leiyang 2023"), "2021", "county")
    figures = truth.following(figures, county, "2021")
    found.report(
        "hn-leiyang-2023", government(leiyang[2023]), 2023, "2021", "divs", "commas_doubled", figures=figures
    )


def _jilin(found: Samples) -> None:
    """No total of the province: prefectures where they reported one, counties where they did not."""
    jilin = place("220000", 2020)
    agency = government(place("222400", 2013), printed="人民政府")
    text = sample_texts.yanbian_2013()
    found.report("jl-yanbian-2013", agency, 2013, "2008", "narrative", text=text)
    # 公主岭 belonged to 四平 under another code until 2020
    found.report("jl-gongzhuling-2016", government(place("220381", 2016)), 2016, "2014", "sloppy", "gb2312")

    found.report("jl-jilin-statistics-2020", department(jilin, "统计局"), 2020, "2019", "nested")
    found.report("jl-jilin-civil-2020", department(jilin, "民政厅"), 2020, "2019", noise="utf8_undeclared")
    found.report("jl-changchun-2020", government(place("220100", 2020)), 2020, "2019", "clean", "gb2312")
    huadian = found.report("jl-huadian-2020", government(place("220282", 2020)), 2020, "2019", "labels_cut")
    statistics = department(place("220282", 2020), "统计局")
    found.report(
        "jl-huadian-statistics-2020", statistics, 2020, "2019", "flat_bars", noise="gbk_header_wrong"
    )
    city = truth.added(huadian, _own("jilin city 2020", "2019", "prefecture"))
    found.report(
        "jl-jilin-city-2020", government(place("220200", 2020)), 2020, "2019", "cut_in_pieces", figures=city
    )
    found.report("jl-tonghua-county-2020", government(place("220521", 2020)), 2020, "2019", "page_columns")
    found.report("jl-meihekou-2020", government(place("220581", 2020)), 2020, "2019", "signs")

    figures = truth.figures(Random("sample huadian 2021"), "2021", "county")
    key = ("requests.carried_out", "natural_person")
    broken = truth.broken(figures, key, (figures[key].value or 0) + 3)
    found.report(
        "jl-huadian-2021",
        government(place("220282", 2021)),
        2021,
        "2021",
        figures=broken,
        findings=(
            Expected(
                "natural persons: received and carried in is three less than resolved and carried out",
                ("requests.carried_out|natural_person",),
                "requests.balance",
                "warning",
            ),
            Expected(
                "carried out: the columns add up to three more than the total",
                ("requests.carried_out|natural_person",),
                "requests.row_total",
                "warning",
            ),
        ),
    )
    # The same report, published again with other figures.
    jiaohe = government(place("220281", 2021))
    figures = truth.figures(Random("sample jiaohe"), "2021", "county")
    figures["active.licensing.decisions", "total"] = Value(6120.0)
    found.report("jl-jiaohe-2021", jiaohe, 2021, "2021", figures=figures)
    revised = {**figures, ("active.licensing.decisions", "total"): Value(6210.0)}
    found.report(
        "jl-jiaohe-2021-revised",
        jiaohe,
        2021,
        "2021",
        figures=revised,
        day=(5, 18),
        seed="jl-jiaohe-2021",
        title="蛟河市2021年政府信息公开工作年度报告（更正）",
    )
    # The form of 2019 in a later year.
    found.report("jl-panshi-2022", government(place("220284", 2022)), 2022, "2019", "other_year")
    found.report(
        "jl-shulan-education-2023",
        department(place("220283", 2023), "教育局"),
        2023,
        "2021",
        "markdown",
        "dates_damaged",
        plain=True,
    )
    found.other("jl-jilin-statistics-plan-2021", "work_plan", department(jilin, "统计局"), 2021)


def _jiangsu(found: Samples) -> None:
    """Traditional script, mirrors, names that several places have."""
    found.report(
        "js-jiangsu-finance-2018",
        department(place("320000", 2018), "财政厅"),
        2018,
        "2014",
        "header_repeated",
    )
    found.report("js-suzhou-2018", government(place("320500", 2018)), 2018, "2014", "page_one_table")
    found.report("js-kunshan-2018", government(place("320583", 2018)), 2018, "2014", "dashes")
    found.report(
        "js-jiangning-2019",
        government(place("320115", 2019), printed="人民政府"),
        2019,
        "2019",
        "amounts",
        "gbk_misaligned",
        content_type=None,
    )

    danyang = found.report("js-danyang-2020", government(place("321181", 2020)), 2020, "2019", "rows_added")
    yangzhong = found.report(
        "js-yangzhong-2020", government(place("321182", 2020)), 2020, "2019", "flat_tabs"
    )
    zhenjiang = government(place("321100", 2020))
    figures = truth.added(danyang, yangzhong, _own("zhenjiang 2020", "2019", "prefecture"))
    found.report("js-zhenjiang-2020", zhenjiang, 2020, "2019", "clean", figures=figures)
    found.report(
        "js-zhenjiang-2020-mirror",
        zhenjiang,
        2020,
        "2019",
        "clean",
        "pinyin",
        figures=figures,
        seed="js-zhenjiang-2020",
        path="/js/mirror/zfxxgknb/320.html",
        content_type=None,
    )
    text = sample_texts.jurong_statistics_2020()
    found.report(
        "js-jurong-statistics-2020",
        department(place("321183", 2020), "统计局"),
        2020,
        "2019",
        "narrative",
        "traditional",
        text=text,
    )
    jiangsu = place("320000", 2021)
    figures = truth.added(
        _own("jiangsu 2021 a", "2021", "province"), _own("jiangsu 2021 b", "2021", "prefecture")
    )
    found.report("js-jiangsu-2021", government(jiangsu), 2021, "2021", "wps", figures=figures)
    gulou = department(place("320106", 2021), "教育局")
    found.report("js-gulou-education-2021", gulou, 2021, "2021", "header_repeated_inside", "tags_as_text")
    jurong = government(place("321183", 2023), printed="人民政府")
    found.report("js-jurong-2023", jurong, 2023, "2021", "disputes_transposed", "taiwan")
    found.other("js-zhenjiang-guide-2020", "guide", government(place("321100", 2020)), 2020)
    found.other("js-zhenjiang-notice-2020", "empty_form_notice", government(place("321100", 2020)), 2020)


def golden(sample: Sample) -> dict[str, object]:
    """What the sample's document says, as the golden of its name holds it. A fact is its value, or an
    object where it is not an exact figure."""
    known = sample.document.truth

    def fact(value: Value) -> object:
        if value.state != "reported":
            return {"state": value.state}
        number = int(value.value) if value.value is not None and value.value % 1 == 0 else value.value
        return number if value.qualifier == "exact" else {"value": number, "qualifier": value.qualifier}

    def facts(figures: Figures) -> dict[str, object]:
        return {f"{indicator}|{applicant}": fact(value) for (indicator, applicant), value in figures.items()}

    found: dict[str, object] = {
        "document": sample.path,
        "content_type": sample.content_type,
        "kind": known.kind,
    }
    if known.kind == "annual_report":
        found |= {
            "title": known.title,
            "agency": known.agency,
            "agency_type": known.agency_type,
            "scope": known.scope,
            "division": known.division,
            "province": known.province,
            "year": known.year,
            "era": known.era,
            "published_on": known.published_on.isoformat() if known.published_on else None,
            "findings": [
                {
                    "about": finding.about,
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "facts": list(finding.facts),
                }
                for finding in known.findings
            ],
        }
    return {**found, "facts": facts(known.facts), "allowed": facts(known.allowed)}


def listings(found: list[Sample]) -> Iterator[tuple[str, str]]:
    """The portal and the listing pages: path and text."""
    rows = [
        f'<li><a href="/{key}/zfxxgknb/index.html">{name}政府信息公开年报</a></li>'
        for key, name in PROVINCES.items()
    ]
    yield "/index.html", _listing_page("政府信息公开年报样例", rows, "")
    for key, name in PROVINCES.items():
        linked = [sample for sample in found if sample.province == key]
        pages = [linked[at : at + REPORTS_A_PAGE] for at in range(0, len(linked), REPORTS_A_PAGE)]
        for number, samples_of_page in enumerate(pages):
            rows = [
                f'<li><a href="{sample.path}" title="{escape(sample.title)}">{escape(sample.title)}</a>'
                f"<span>{sample.published_on:%Y-%m-%d}</span></li>"
                for sample in samples_of_page
            ]
            after = f'<a href="index_{number + 1}.html">下一页</a>' if number + 1 < len(pages) else ""
            path = f"/{key}/zfxxgknb/index{f'_{number}' if number else ''}.html"
            yield path, _listing_page(f"{name}政府信息公开年报", rows, after)


def _listing_page(title: str, rows: list[str], after: str) -> str:
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>' + title + "</title></head>\n<body>\n"
        f"<h1>{title}</h1>\n<ul>\n" + "\n".join(rows) + f'\n</ul>\n<div class="page">{after}</div>\n'
        "</body></html>\n"
    )


def files() -> dict[str, bytes]:
    """Every file that this script writes, by its path from the root of the project."""
    found = samples()
    site = SITE.relative_to(ROOT)
    written: dict[str, bytes] = {}
    served: dict[str, dict[str, str | None]] = {
        "/": {"content_type": "text/html; charset=utf-8", "file": "index.html"}
    }
    for path, text in listings(found):
        written[f"{site}{path}"] = text.encode()
        served[path] = {"content_type": "text/html; charset=utf-8"}
    for sample in found:
        if f"{site}{sample.path}" in written:
            raise ValueError(f"two documents are to be served as {sample.path}")
        written[f"{site}{sample.path}"] = sample.document.data
        served[sample.path] = {"content_type": sample.content_type}
        text = json.dumps(golden(sample), ensure_ascii=False, indent=1)
        written[f"{GOLDENS.relative_to(ROOT)}/{sample.name}.json"] = (text + "\n").encode()
    text = json.dumps(served, ensure_ascii=False, indent=1)
    written[f"{site}/site.json"] = (text + "\n").encode()
    return written


def main() -> None:
    shutil.rmtree(SITE, ignore_errors=True)
    for old in GOLDENS.glob("*.json"):
        old.unlink()
    written = files()
    for path, data in written.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    size = sum(len(data) for path, data in written.items() if path.startswith("warehouse"))
    largest = max(len(data) for data in written.values())
    print(f"{len(written)} files, sample {size / 1e6:.2f} MB, largest file {largest / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
