"""What a document is: an annual report or not, whose, of which year and form, and what it counts.

Each decision comes with the words that decided it. Nothing is guessed: what the document does not say,
and its address does not prove, stays undecided.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from flows.report import words
from flows.report.extract import Extraction
from flows.report.place import Divisions
from flows.report.types import AgencyType, Document, EraName, Kind, Scope

_HEAD = 1500
"""Characters of a document in which its title and opening stand."""
_TITLE_LINE = 80
_SHORTEST = 120
"""Characters below which words of a report's sections are the entries of a menu."""
_LINE = re.compile(r"[^\n]+")
_CITED = re.compile(r"[〔\[(【]\s*20\d\d\s*[〕\])】]")


@dataclass(slots=True)
class Identification:
    """The decided properties of a document; None is undecided. `evidence` says why, by property."""

    kind: Kind = "other"
    reason: str | None = None
    title: str | None = None
    agency: str | None = None
    agency_type: AgencyType | None = None
    scope: Scope | None = None
    division: str | None = None
    province: str | None = None
    is_of_the_centre: bool = False
    """Whether it is an agency of no province."""
    year: int | None = None
    era: EraName | None = None
    published_on: date | None = None
    evidence: dict[str, str] = field(default_factory=dict)
    year_votes: dict[str, int] = field(default_factory=dict)
    """The year that each kind of evidence gives: period, title, body, publication, address."""


def identify(document: Document, extraction: Extraction, divisions: Divisions) -> Identification:
    """Decide what `document` is from its text, its tables and its address."""
    text = words.western_years(document.prose)
    found = Identification()
    lines = [line for raw in _LINE.findall(text, 0, 4 * _HEAD) if (line := raw.strip("|#* \u3000\t\xa0"))]
    found.title = _title(document, lines)
    _decide_kind(found, document, extraction, text, lines)
    _decide_publication(found, document, text)
    _decide_year(found, document, text)
    _decide_agency(found, document, text, lines, divisions)
    _decide_place(found, document, text, lines, divisions)
    if found.kind == "annual_report":
        _decide_scope(found, text, divisions)
        _decide_era(found, extraction)
    return found


# --- title and kind -----------------------------------------------------------------------------


def _title(document: Document, lines: list[str]) -> str | None:
    """The report's own title: of the page's title, its metadata and its first lines the first that names
    a report; else the page's title as it is."""
    bare: str | None = None
    for candidate in _title_candidates(document, lines):
        if words.REPORT_NAME.search(candidate):
            title = _joined_title(candidate, lines)
            if title != candidate or not _is_menu(candidate):
                return _FIELD_NAME.sub("", title).strip("《》| ")
            is_own = candidate in lines[:5] and ">" not in candidate and not _INDEX_LINE.search(candidate)
            bare = bare or (candidate if is_own else None)
    if bare is None and (match := _RUN_IN_TITLE.match(lines[0] if lines else "")):
        return match.group(1).strip("《》 ")
    if bare or document.title:
        return bare or document.title
    first = lines[0] if lines else ""
    is_heading = _HEADING_LINE.fullmatch(first) and not _NUMBERED.match(first) and not _ANY_DATE.match(first)
    return first if is_heading else None


def _title_candidates(document: Document, lines: list[str]) -> Iterator[str]:
    if document.title:
        yield from _title_parts(document.title)
    for line in lines[:60]:
        if len(line) <= _TITLE_LINE and line[-1] not in "。;；:：,，":
            yield line


# 标题: | 沂水县卫生局2009年…
_FIELD_NAME = re.compile(
    r"^(?:名\s*称|标\s*题|题\s*名|(?:信息|文件|公文|文章)(?:名称|标题)|文件下载|附件下载)\s*[:：|]*\s*(?=\S)"
)
# A title with which the text goes on in the same line
_RUN_IN_TITLE = re.compile(
    rf"((?:{words.YEAR}\s*年\s*度?)?[\u4e00-\u9fff()]{{3,30}}(?:{words.YEAR}\s*年\s*度?)?"
    r"(?:政府)?(?:信息|政务)公开(?:工作)?(?:情况)?(?:年度)?(?:工作)?(?:报告|年报))\s+(?=[^\s])"
)
_NUMBERED = re.compile("[一二三四五六七八九十]{1,2}、")
_HEADING_LINE = re.compile(r"[\u4e00-\u9fff\d()《》〔〕“”、·—\s]{5,50}")


def _joined_title(candidate: str, lines: list[str]) -> str:
    """A title whose first half stands on the line above (agency, then 2020年…年度报告)."""
    if candidate in lines:
        at = lines.index(candidate)
        bare = _BESIDE_NAME.sub("", words.REPORT_NAME.sub("", candidate))
        above = lines[at - 1] if at else ""
        if not bare and 2 < len(above) <= 30 and _HEADING_ABOVE.fullmatch(above):
            return above + candidate
    return candidate


_BESIDE_NAME = re.compile(rf"{words.YEAR}|年度?|关于|的|\s")
_HEADING_ABOVE = re.compile(
    rf"(?=.*(?:局|厅|委|会|办|室|镇|乡|街道|府|处|队|院|中心|海关|[省市县区州盟旗])(?:{words.YEAR}|$))[\u4e00-\u9fff()]+(?:{words.YEAR}\s*年度?)?"
)


def _title_parts(title: str) -> list[str]:
    """A page title without the names of the site and the column, its likeliest part first."""
    parts = [part.strip() for part in _BETWEEN_PARTS.split(western(title)) if part.strip()]
    named = [part for part in parts if words.REPORT_NAME.search(part)]
    return sorted(named, key=len, reverse=True) if named else [western(title).strip()]


_BETWEEN_PARTS = re.compile(r"\s*[-_|—–>»]+\s*|\s{2,}")


def western(text: str) -> str:
    return words.western_years(text)


_INDEX_LINE = re.compile(r"索\s*引\s*号|(?:主题|信息|组配|体裁)分类|分\s*类\s*[|:：]|类\s*别\s*[|:：]")


def _is_menu(line: str) -> bool:
    """A breadcrumb or menu line, which names the column and not the report."""
    return (
        ">" in line
        or "首页" in line
        or _INDEX_LINE.search(line) is not None
        or bool(re.fullmatch(r"(?:法定主动公开内容|政府)?(?:信息|政务)公开(?:工作)?(?:年度报告|年报)", line))
    )


def _decide_kind(
    found: Identification, document: Document, extraction: Extraction, text: str, lines: list[str]
) -> None:
    title = found.title or ""
    named = words.REPORT_NAME.search(title)
    period = _period(text)
    printed = extraction.facts.state.count("reported")
    length = len(text) - text.count("\n") - text.count(" ")
    rest = title[named.end() :] if named else title

    def other(reason: str) -> None:
        found.kind, found.reason = "other", reason

    if (
        length < 400
        and not extraction.facts
        and words.NOT_FOUND.search(f"{document.title or ''} {text[:400]}")
    ):
        return other("a page that says that nothing was found")
    if not extraction.facts and length < 30 and not document.image_count:
        return other("the document holds no text")
    not_report = words.NOT_A_REPORT.search(rest if named else title)
    if (part := words.PART_OF_YEAR.search(title)) and not period:
        return other(f"titled 「{title}」: {part.group()}, figures of a part of the year only")
    if named and not printed and (about := words.ABOUT_A_REPORT.search(title)):
        return other(f"titled 「{title}」: {about.group()}, a document about a report and not one")
    if named and not_report and not (period and printed):
        return other(f"titled 「{title}」: {not_report.group()}, a document about reports and not one")
    if not named and words.PLAN.search(title) and not printed:
        return other(f"a work plan: titled 「{title}」")
    if printed and (printed >= 3 or extraction.sections):
        if not named and not period and not_report and len(extraction.facts) < 15:
            return other(f"titled 「{title}」: {not_report.group()}")
        is_alone = extraction.sections <= {"active"} and "政府信息公开" not in text
        if not named and not period and is_alone:
            return other(
                f"titled 「{title}」: counts of decisions and nothing of open government information"
            )
        found.evidence["kind"] = f"{printed} figures of the form's tables"
        found.kind = "annual_report"
        return None
    listed = [line for line in lines if len(line) < _TITLE_LINE and words.REPORT_NAME.search(line)]
    distinct = {re.sub(r"\W", "", line) for line in listed}
    prose = sum(len(line) for line in text.split("\n") if len(line) > 60)
    if len(distinct) >= 4 and prose < 400 and not extraction.facts and not period:
        return other(f"a listing page: it names {len(distinct)} reports and holds none")
    if extraction.facts and not printed and not period and not named:
        return other("an empty form: labels of the tables without a single figure")
    if (
        extraction.facts
        and not printed
        and re.search("格式|样式|模板|式样|范本|填报", f"{title}{text[:600]}")
        and not period
    ):
        return other("an empty form: labels of the tables without a single figure")
    opening = words.OPENING.search(text[:_HEAD])
    sections = sum(bool(section.search(text)) for section in words.SECTIONS)
    if named and (
        (sections >= 2 and length >= _SHORTEST)
        or period
        or extraction.facts
        or (length < 400 and document.image_count)
    ):
        found.evidence["kind"] = f"title 「{title}」"
        found.kind = "annual_report"
        return None
    if period and (opening or sections >= 3) and "公开" in text:
        found.evidence["kind"] = f"statistics period 「{period.group()}」"
        found.kind = "annual_report"
        return None
    if named and length >= 200 and opening:
        found.evidence["kind"] = f"title 「{title}」"
        found.kind = "annual_report"
        return None
    if not not_report and not words.PLAN.search(title):
        itself = words.ITSELF_A_REPORT.search(text[:_HEAD])
        headed = sum(bool(section.search(text)) for section in words.SECTION_HEADINGS)
        if itself and sections >= 4 and words.REPORT_NAME.search(text[:_HEAD]):
            found.evidence["kind"] = f"「{itself.group()}」"
            found.kind = "annual_report"
            return None
        if headed >= 4 and not named:
            found.evidence["kind"] = f"headings of {headed} sections of a report"
            found.kind = "annual_report"
            return None
    future = len(words.FUTURE.findall(text[: 2 * _HEAD]))
    if not period and future >= 1 and not named:
        return other(
            "a work plan: it speaks of what will be done, and has no report title and no statistics period"
        )
    if not_report:
        return other(f"titled 「{title}」: {not_report.group()}")
    if named:
        return other(f"titled 「{title}」 but without a section, a figure or a statistics period of a report")
    return other("no title, statistics period or table of an annual report")


def _period(text: str) -> re.Match[str] | None:
    """The sentence that says which days the figures cover; the one that speaks of data if there are many."""
    first = None
    for match in words.PERIOD.finditer(text):
        if first is None:
            first = match
        around = text[max(0, match.start() - 40) : match.end() + 10]
        if words.PERIOD_WORDS.search(around):
            return match
    return first


# --- dates --------------------------------------------------------------------------------------

_DATE = r"(20[0-3]\d)\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?"
_ANY_DATE = re.compile(_DATE)
_DATE_LABEL = re.compile(
    r"(?:发布|公开|生成|成文|发文|公布|印发|更新|上传)\s*(?:时间|日期)\s*[:：]?[\s|]*\Z|(?<!统计)(?:时间|日期)\s*[:：]\s*\Z"
)
_LONGEST_LABEL = 40
_LINE_BEFORE_DATE = re.compile(r"(?:\A|\n)[ (]*\Z")
_LINE_AFTER_DATE = re.compile(r"[ )]*(?:\n|\Z)")
_ADDRESS_DATE = re.compile(r"/t?(20[0-3]\d)[-_/]?(0[1-9]|1[0-2])[-_/]?([0-2]\d|3[01])(?=[_/\-.])")
_META_DATES = ("pubdate", "publishdate", "publish_date", "createdate", "firstpublishedtime", "date")


def _decide_publication(found: Identification, document: Document, text: str) -> None:
    for name in _META_DATES:
        match = _ANY_DATE.match(document.meta[name]) if name in document.meta else None
        if match and (day := _day(match.groups())):
            found.published_on, found.evidence["published_on"] = day, f"meta {name}"
            return
    dated = [(day, match) for match in _ANY_DATE.finditer(text) if (day := _day(match.groups()))]
    for day, match in dated:
        label = _DATE_LABEL.search(text[max(0, match.start() - _LONGEST_LABEL) : match.start()])
        if label:
            found.published_on = day
            found.evidence["published_on"] = f"labelled date 「{label.group().strip()}{match.group()}」"
            return
    for day, match in dated:
        before = text[max(0, match.start() - _LONGEST_LABEL) : match.start()]
        if _LINE_BEFORE_DATE.search(before) and _LINE_AFTER_DATE.match(text, match.end()):
            found.published_on, found.evidence["published_on"] = day, f"date line 「{match.group()}」"
            return
    match = _ADDRESS_DATE.search(document.address or "")
    if match and (day := _day(match.groups())):
        found.published_on, found.evidence["published_on"] = day, "the address"


def _day(parts: list[str] | tuple[str, ...]) -> date | None:
    try:
        return date(*(int(part) for part in parts[:3]))
    except (ValueError, TypeError):
        return None


_TITLE_YEAR = re.compile(rf"({words.YEAR})\s*年?")
_ADDRESS_YEAR = re.compile(r"(?:nbYear|fbtime|year|nd)=(20[0-3]\d)|/(20[0-3]\d)n(?:db)?/|(20[0-3]\d)年", re.I)


def _decide_year(found: Identification, document: Document, text: str) -> None:
    """Statistics period, else title, else body, else date of publication, else address."""
    votes = found.year_votes
    why: dict[str, str] = {}
    period = _period(text)
    if period:
        first, last = period.group(1), period.group(2)
        votes["period"] = int(last or first)
        why["period"] = f"statistics period 「{period.group()}」"
    if found.title and (match := _TITLE_YEAR.search(found.title)):
        votes["title"] = int(match.group(1))
        why["title"] = f"title 「{found.title}」"
    body = _body_years(text, found.published_on) if not votes else Counter[int]()
    if body:
        (year, weight), *_ = body.most_common(1)
        votes["body"] = year
        why["body"] = f"{year}年 is the year the text speaks of most (weight {weight})"
    if found.published_on:
        votes["publication"] = found.published_on.year - 1
        why["publication"] = f"published on {found.published_on}"
    if document.address and (match := _ADDRESS_YEAR.search(document.address)):
        votes["address"] = int(next(group for group in match.groups() if group))
        why["address"] = f"the address has {match.group()}"
    for source in ("period", "title", "body", "publication", "address"):
        if source in votes:
            if source == "body" and found.kind == "annual_report" and len(body) > 1:
                # a body whose two commonest years are as common decides nothing
                (_, most), (_, second), *_ = body.most_common(2)
                if most == second and ("publication" in votes or "address" in votes):
                    continue
            found.year, found.evidence["year"] = votes[source], why[source]
            return


# The year itself, unless another is only compared with it
_SPOKEN_YEAR = re.compile(r"([与比较同于]\s?)?(20[0-3]\d)\s*年(度)?")


def _body_years(text: str, published_on: date | None) -> Counter[int]:
    """The years a text speaks of; 2020年度 weighs three times as much as 2020年. A report speaks of the
    year before its publication, and of the year of publication only in its plans."""
    years: Counter[int] = Counter()
    for before, year, period in _SPOKEN_YEAR.findall(_CITED.sub("", text[: 4 * _HEAD])):
        if not before:
            years[int(year)] += 3 if period else 1
    if published_on and published_on.month <= 6:
        del years[published_on.year]
    return years


# --- agency -------------------------------------------------------------------------------------

_TITLE_TAIL = re.compile(rf"(?:{words.YEAR}\s*年?\s*(?:度|年度)?)|(?:年度)$|^\s*关于|[《》]|\s")
_COMPILED = re.compile(
    r"(?:^|[。,，;；:：\n\s])(?:本(?:年度)?报告由)?([\u4e00-\u9fff()]{2,30}?)(?:严格)?(?:按照|根据|依据|依照)"
    r"[^。\n]{0,120}(?:编写|编制|撰写|形成|公布)"
)
_ISSUER = re.compile(
    r"(?:发布机构|发布单位|信息来源|来\s*源|公开主体|主办单位|主办|编制单位|发布者|供稿单位)\s*[:：|]\s*([\u4e00-\u9fff()]{3,30})"
)
_BY = re.compile(r"由([\u4e00-\u9fff()]{3,40}?)(?:负责)?(?:编制|汇总|综合|编写|根据|按照|依据|汇编)")
_NAMED_FIRST = re.compile(
    rf"(?:现将|特将|现就|将|现公布|特公布|公布|发布|结合|特?编制(?:了|的)?)([\u4e00-\u9fff]{{2,30}}?){words.YEAR}年?度?(?:政府)?(?:信息|政务)公开"
)
_NAMES_ITSELF = re.compile(
    rf"(?:公布|发布|编制|现将|特将)(?:了)?{words.YEAR}年度?([\u4e00-\u9fff]{{3,30}}?)(?:政府)?(?:信息|政务)公开"
)
_MADE = re.compile(
    rf"[。,，\n\s]([\u4e00-\u9fff]{{3,30}}?)(?:特|现)?(?:编制|编写|撰写|制作)(?:了|并|本|《|\s)*(?:{words.YEAR}年?度?)?(?:政府)?(?:信息|政务)公开"
)
# 成立巍山镇政府信息公开领导小组; 2017年,峄山镇对照…; 请联系昌邑区文庙街道党政综合科
_TOWN_ITSELF = re.compile(
    rf"(?:成立了?|调整了?|{words.YEAR}年度?[,，])([\u4e00-\u9fff]{{2,8}}?(?:镇|乡|街道)(?:办事处|人民政府)?)(?:政府)?"
    r"(?:(?:政府|政务)信息公开|对照|认真|严格|积极|深入|坚持|高度|全面|始终|切实|紧紧|按照|贯彻|持续|在|"
    r"(?:共计?)?(?:主动公开|公开政府信息|未?(?:收到|受理|发生)|没有))"
)
_TOWN_ASKED = re.compile(
    r"(?:(?:请联系|请与|可与|联系)[:：]?([\u4e00-\u9fff]{2,16}?(?:镇|乡|街道)(?:办事处|人民政府)?)(?:政府)?"
    r"(?:党政|办公室|综合|政务|政府信息|信息公开|联系)"
    r"|地址[:：]([\u4e00-\u9fff]{2,16}?(?:镇|乡|街道)(?:办事处|人民政府)?)(?:政府)?(?:党政|综合办))"
)
_SUBJECT = re.compile(
    r"[。,，\n\s]([\u4e00-\u9fff]{2,24}?(?:局|厅|委员会|委|办公室|管委会|办事处|镇|乡|街道|政府))"
    r"(?:认真|严格|积极|深入|坚持|高度|全面|始终|切实|坚决|紧紧|按照|贯彻|持续)"
)


def _decide_agency(
    found: Identification, document: Document, text: str, lines: list[str], divisions: Divisions
) -> None:
    """The first name of an agency in the title, the opening, the metadata; else the one the text names
    most. 市统计局 is completed by a full name that ends with it."""
    unplaced: tuple[str, str] | None = None
    for raw, why in _candidates(found, document, text, divisions):
        name = _tidy_agency(raw)
        if not name or not _is_agency(name, found.year, divisions):
            continue
        if why.startswith("title") and not _is_division(name, found.year, divisions):
            name = _as_headed(name, lines)
        if _is_generic(name, found.year, divisions):
            fuller = _fuller(name, found, document, text, divisions)
            if fuller is None:
                unplaced = unplaced or (name, why)
                continue
            name, why = fuller, f"{why}, written out in the text"
        if unplaced and words.GOVERNMENT.search(name) and "政府" not in unplaced[0]:
            continue  # whose site it is
        _take_agency(found, name, why, divisions)
        return
    counted = _counted_agencies(text, found.year, divisions)
    if unplaced and counted and words.GOVERNMENT.search(counted[0][0]) and "政府" not in unplaced[0]:
        # the page names the government of its site; the report is an office's of that place
        _take_agency(found, *unplaced, divisions)
        return
    if counted:
        name, count = counted[0]
        if count >= 2 and (len(counted) == 1 or counted[1][1] < count):
            _take_agency(found, name, f"named {count} times in the text", divisions)
            return
    for match in _SUBJECT.finditer(text[: 2 * _HEAD]):
        name = _tidy_agency(match.group(1))
        if not _is_agency(name, found.year, divisions):
            continue
        if not _is_generic(name, found.year, divisions):
            _take_agency(found, name, f"「{match.group().strip()}」", divisions)
            return
        if name[0] in "省市县区州" and text.count(name) > 1:
            unplaced = unplaced or (name, f"「{match.group().strip()}」")
    if unplaced:
        _take_agency(found, *unplaced, divisions)
    elif counted and counted[0][0] in text[: 2 * _HEAD]:
        _take_agency(found, counted[0][0], "the first agency named in the opening", divisions)


def _line_below(title: str | None, text: str) -> str | None:
    """The name that stands alone on the line below a title that names none."""
    if not title:
        return None
    lines = [line.strip() for line in text[:_HEAD].split("\n") if line.strip()]
    if title not in lines[:-1]:
        return None
    below = lines[lines.index(title) + 1]
    return below if len(below) <= 30 and _NAME.fullmatch(below) else None


def _line_above(title: str | None, text: str) -> str | None:
    """The name that stands alone on the line above a heading that names none, where the page's title is
    another: 涟源市财政局, then 2022年政府信息公开工作年度报告."""
    lines = [line.strip() for line in text[:_HEAD].split("\n") if line.strip()]
    for above, line in itertools.pairwise(lines[:_HEAD_LINES]):
        if line != title and len(line) <= _TITLE_LINE and words.REPORT_NAME.search(line):
            joined = _joined_title(line, lines)
            return above if joined != line else None
    return None


def _as_headed(name: str, lines: list[str]) -> str:
    """The agency of a page's title as the heading over the text writes it out: 庄浪县阳川镇人民政府 of 阳川镇."""
    core = _PLAIN.sub("", name)
    for line in lines[:_HEAD_LINES]:
        if len(line) <= _TITLE_LINE and core in line and (match := words.REPORT_NAME.search(line)):
            headed = _tidy_agency(_FIELD_NAME.sub("", _agency_of_title(line, match)))
            is_fuller = len(headed) > len(name) and _PLAIN.sub("", headed).endswith(core)
            if is_fuller and _NAME.fullmatch(headed) and not _is_menu(line):
                return headed
    return name


_HEAD_LINES = 20
_NAME = re.compile("[\u4e00-\u9fff()]+")
_PLAIN = re.compile("(?:人民政府|政府|办事处)$")


def _candidates(
    found: Identification, document: Document, text: str, divisions: Divisions
) -> Iterator[tuple[str, str]]:
    """Names that may be the agency's, likeliest first, each with the words that give it."""
    if found.title and (match := words.REPORT_NAME.search(found.title)):
        yield _agency_of_title(found.title, match), f"title 「{found.title}」"
    if below := _line_below(found.title, text):
        yield below, "the line below the title"
    if above := _line_above(found.title, text):
        yield above, "the line above the heading"
    head = text[: 2 * _HEAD]
    for pattern in (_NAMED_FIRST, _NAMES_ITSELF, _COMPILED):
        match = pattern.search(head)
        if match and _is_division(match.group(1), found.year, divisions):
            # a place's report, whoever adds it up
            yield match.group(1), f"「{match.group()}」"
    if match := _TOTAL_OF.search(head):
        yield f"{match.group(1)}人民政府", f"「{match.group()}」"
    if match := _TOTAL_BY.search(head):
        # an office that adds up everybody's reports writes in its government's name
        yield f"{_government_of(match.group(1))}人民政府", f"「{match.group()}」"
    for pattern in (_NAMES_ITSELF, _NAMED_FIRST, _BY, _COMPILED, _MADE):
        for match in pattern.finditer(head):
            yield match.group(1), f"「{match.group()}」"
    for pattern in (_TOWN_ASKED, _TOWN_ITSELF):
        if match := pattern.search(text[: 4 * _HEAD]):
            yield match.group(match.lastindex or 1), f"「{match.group()}」"
    if "contentsource" in document.meta:
        yield document.meta["contentsource"], "meta ContentSource"
    if match := _ISSUER.search(text):
        yield match.group(1), f"「{match.group()}」"


_TOTAL_BY = re.compile(
    r"由([\u4e00-\u9fff()]{3,40}?)(?:根据[^。]{0,260}?)?(?:汇总|综合)[^。]{0,80}?(?:各|部门|所属)[^。]{0,80}?(?:编制|而成|汇编)"
)
_TOTAL_OF = re.compile(
    rf"(?:综合|汇总)(?:了|{words.YEAR}年度?|全市|全县)*([\u4e00-\u9fff]{{2,8}}?[省市县区州盟旗])(?:所辖|下辖)?各(?:县|区|市|乡|镇|部门|级)"
)
_GOVERNMENT_PART = re.compile(
    r"^([\u4e00-\u9fff]{0,20}?[省市县区州盟旗])(?:人民)?(?:政府|电子政务|政务|信息|办公)"
)


def _government_of(office: str) -> str:
    """The place in the name of a government's office: 南平市 of 南平市人民政府办公室, 市 of 市政府办公厅."""
    match = _GOVERNMENT_PART.match(office)
    return match.group(1) if match else office


def _fuller(
    name: str, found: Identification, document: Document, text: str, divisions: Divisions
) -> str | None:
    """The full name of an agency that names itself without its place."""
    stem = name.lstrip("省市县区州本我")
    if len(stem) < 3:
        return None
    others = [full for full, _ in _counted_agencies(text, found.year, divisions)]
    others += [_tidy_agency(raw) for raw, _ in _candidates(found, document, text, divisions)]
    return next((full for full in others if full.endswith(stem) and len(full) > len(name)), None)


def _take_agency(found: Identification, name: str, why: str, divisions: Divisions) -> None:
    found.agency, found.evidence["agency"] = name, why
    found.agency_type = _agency_type(name, found.year, divisions)


def _agency_of_title(title: str, match: re.Match[str]) -> str:
    head = title[: match.start()]
    if head.rstrip().endswith("人民") and match.group().startswith("政府"):
        head = head.rstrip() + "政府"
    name = _TITLE_TAIL.sub("", head)
    if not name:
        # 2020年度政府信息公开工作年度报告(市统计局)
        tail = re.match(r"[\s(（\-—]*([\u4e00-\u9fff]{3,30})[)）]?", title[match.end() :])
        name = tail.group(1) if tail else ""
    return name.strip("-—_:： ,，、")


def _tidy_agency(name: str) -> str:
    """Without doubled place names (桦甸市桦甸市统计局), lead words and outer brackets."""
    name = "".join(name.split()).strip('《》【】-—_:：,，.。、"“”')
    name = _BEFORE_AGENCY.sub("", name)
    name = _OPENNESS_OFFICE.sub("", _YEAR_IN_NAME.sub("", name))
    name = _TWICE_PLACE.sub(r"\1", name)
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    return _AFTER_AGENCY.sub("", name)


_BEFORE_AGENCY = re.compile(
    r"^(?:中共)?(?:本(?:年度)?报告由|由)?(?:(?:特|现)?(?:向社会)?(?:公布|发布|编制)|关于|附件\d*[:：]?|附[:：]|图解|解读)*"
)
_YEAR_IN_NAME = re.compile(rf"{words.YEAR}年度?")
_TWICE_PLACE = re.compile(r"^([\u4e00-\u9fff]{2,8}?[省市县区州盟旗])\1")
_AFTER_AGENCY = re.compile(r"(?:的|年度|关于|本级|\(本级(?:机关)?\))$")
# 城北街道信息公开工作办公室 writes the report of 城北街道
_OPENNESS_OFFICE = re.compile("(?<=..)(?:(?<!人民)政府|政务)?信息公开(?:工作)?(?:领导小组)?(?:办公室|办)$")


def _is_agency(name: str, year: int | None, divisions: Divisions) -> bool:
    return 2 <= len(name) <= 40 and (
        bool(
            words.TOWNSHIP.search(name)
            or words.GOVERNMENT.search(name)
            or words.DEPARTMENT.search(name)
            or words.ZONE.search(name)
            or words.INSTITUTION.search(name)
        )
        or _is_division(name, year, divisions)
    )


def _is_division(name: str, year: int | None, divisions: Divisions) -> bool:
    """Whether a name is that of a place and nothing more (耒阳市, 湖南省衡阳市)."""
    at = 0
    for start, end, _, _ in divisions.mentions(name, year):
        if start != at:
            return False
        at = end
    return at == len(name) and at > 0


# A department's name without its place: 市统计局, 我局
_GENERIC = re.compile(
    r"[省市县区州本我][\u4e00-\u9fff]{0,16}(?:局|厅|委|委员会|办|办公室|中心|院)$|^[省市县区州]?(?:人民)?政府$"
)


def _is_generic(name: str, year: int | None, divisions: Divisions) -> bool:
    return bool(_GENERIC.match(name)) and not any(start == 0 for start, *_ in divisions.mentions(name, year))


_AGENCY_AFTER = re.compile(rf"[\u4e00-\u9fff]{{0,14}}?(?:{words.AGENCY_END})")
_STOP = re.compile("[的了和与及、在对将为各我本年]|根据|按照")


def _counted_agencies(text: str, year: int | None, divisions: Divisions) -> list[tuple[str, int]]:
    """Full names of agencies (a division and what follows it) in the text, the commonest first."""
    counts: Counter[str] = Counter()
    for start, end, _, _ in divisions.mentions(text[: 8 * _HEAD], year):
        match = _AGENCY_AFTER.match(text, end)
        if (
            match
            and not _STOP.search(match.group())
            and not match.group().endswith(("网站", "门户网"))
            and text[match.end() : match.end() + 2] not in ("关于", "印发", "转发")
        ):
            counts[_tidy_agency(text[start : match.end()])] += 1
    return counts.most_common()


def _agency_type(name: str, year: int | None, divisions: Divisions) -> AgencyType:
    if words.TOWNSHIP.search(name) and not name.endswith(("街", "管委会")):
        return "township"
    if words.GOVERNMENT.search(name) or _is_division(name, year, divisions):
        return "government"
    if words.ZONE.search(name) or words.INSTITUTION.search(name):
        return "other"
    if words.GOVERNMENT_OFFICE.search(name) or words.DEPARTMENT.search(name):
        return "department"
    return "other"


# --- place, scope, era --------------------------------------------------------------------------

_SITE_CODE = re.compile(r"(?:网站标识码|标识码)\s*[:：]?\s*([a-z]{0,2}\d{10})")
_ISSUED_AT = re.compile(r"(?:当前页面|当前位置|您(?:现在)?(?:的|所在)位置|您当前)[^\n]{0,120}")


def _decide_place(
    found: Identification, document: Document, text: str, lines: list[str], divisions: Divisions
) -> None:
    context = [part for part in (document.title, found.title) if part]
    context += [
        document.meta[name] for name in ("sitename", "contentsource", "keywords") if name in document.meta
    ]
    if "siteidcode" in document.meta:
        context.append(f"网站标识码:{document.meta['siteidcode']}")
    if "标识码" in text and (match := _SITE_CODE.search(text)):
        context.append(match.group())
    if match := _ISSUED_AT.search(text):
        context.append(match.group())
    context += [line[:300] for line in lines[:12]]
    if match := _OWNER.search(text, max(0, len(text) - _HEAD)):
        context.append(match.group())
    place = divisions.resolve(
        found.agency or "",
        year=found.year,
        context=list(dict.fromkeys(context)),
        address=document.address,
    )
    if place.code is None and found.agency and (chain := _named_chain(text, found.year, divisions)):
        told = divisions.resolve(
            found.agency, year=found.year, context=[*context, chain], address=document.address
        )
        if told.code is not None and place.province in (None, told.province):
            place = replace(told, why=f"{told.why} (in the running text)")
    found.division, found.province = place.code, place.province
    found.is_of_the_centre = place.province is None and place.confidence > 0
    found.evidence["place"] = place.why
    name = divisions.name(place.code, found.year) if place.code else None
    if found.agency and name and (match := _AUTONOMOUS.match(found.agency)) and name.endswith(match.group()):
        # 自治区人民政府办公厅 of a resolved region
        found.agency = name + found.agency[match.end() :]
    elif found.agency and place.code and _is_generic(found.agency, found.year, divisions):
        # 市统计局 of a resolved city
        if name and name[-1] == found.agency[0]:
            found.agency = name + found.agency[1:]
            found.agency_type = _agency_type(found.agency, found.year, divisions)


_OWNER = re.compile(r"主办(?:单位)?\s*[:：]?\s*[^\n]{2,40}")
_AUTONOMOUS = re.compile("自治[区州县旗]")


def _named_chain(text: str, year: int | None, divisions: Divisions) -> str | None:
    """The county that a text names, with its prefecture and province as far as it names them: the only one
    whose parent it names too, or the one it names most by far."""
    times: Counter[str] = Counter()
    names: dict[str, str] = {}
    mentions = divisions.mentions(text[: 6 * _HEAD], year)
    for _, _, name, codes in mentions:
        if len(codes) == 1:
            times[codes[0]] += 1
            names[codes[0]] = name
    for _, _, name, codes in mentions:
        # a name that several places bear, of which the text names one's parent
        under = [code for code in codes if code[:2] + "0000" in names or code[:4] + "00" in names]
        if len(codes) > 1 and len(under) == 1:
            times[under[0]] += 1
            names[under[0]] = name
    parents = {
        code: [upper for upper in (code[:2] + "0000", code[:4] + "00") if upper in times] for code in times
    }
    counties = [code for code in times if not code.endswith("00") and parents[code]]
    counties.sort(key=lambda code: -times[code])
    if not counties or (len(counties) > 1 and times[counties[0]] < 3 * times[counties[1]]):
        return None
    return "".join(names[code] for code in [*parents[counties[0]], counties[0]])


def _decide_scope(found: Identification, text: str, divisions: Divisions) -> None:
    """Whose requests the figures count (国办发〔2014〕32号 asks provinces for 本级 and 汇总 apart)."""
    kind, title = found.agency_type, found.title or ""
    head = text[: 3 * _HEAD]
    if "本级" in title:
        found.scope, found.evidence["scope"] = "own_level", f"title 「{title}」"
    elif kind == "government":
        territory, own = words.TERRITORY.search(head), words.OWN_LEVEL.search(head)
        if own and not territory:
            found.scope, found.evidence["scope"] = "own_level", f"「{own.group()}」"
        else:
            found.scope = "territory_total"
            found.evidence["scope"] = (
                f"「{territory.group()}」" if territory else "the title names a place or its government"
            )
    elif kind == "department" and found.agency and words.GOVERNMENT_OFFICE.search(found.agency):
        itself = words.OFFICE_ITSELF.search(head)
        if itself is None and (territory := words.TERRITORY.search(head)):
            found.scope, found.evidence["scope"] = "territory_total", f"「{territory.group()}」"
        else:
            found.scope = "single_agency"
            found.evidence["scope"] = f"「{itself.group()}」" if itself else "an office's own report"
    elif kind:
        itself = words.ITSELF.search(head, 0, _HEAD)
        found.scope = "single_agency"
        found.evidence["scope"] = f"「{itself.group()}」" if itself else f"a {kind}'s report counts itself"
    else:
        found.scope, found.evidence["scope"] = "unknown", "no agency was decided"


def era_of_year(year: int) -> EraName:
    """The form that was meant for a year."""
    return "2008" if year <= 2013 else "2014" if year <= 2018 else "2019" if year <= 2020 else "2021"


def _decide_era(found: Identification, extraction: Extraction) -> None:
    """The tables' own labels; where there are none the year of the figures."""
    if extraction.era:
        found.era, found.evidence["era"] = extraction.era, extraction.era_evidence
    elif found.year:
        found.era = era_of_year(found.year)
        found.evidence["era"] = f"no table's labels tell; reports for {found.year} follow this form"
