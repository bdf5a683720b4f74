"""Bytes → report: the whole core in one call. No disk, no clock, no network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from flows.report.aliases import Aliases
from flows.report.errors import UnreadableError
from flows.report.extract import Extraction, extract
from flows.report.facts import Facts
from flows.report.formats import Convert, Original, Recognise, read_source, together
from flows.report.formats import pictures as pictures_of
from flows.report.identify import Identification, era_of_year, identify
from flows.report.identity import check_facts, compare_narrative
from flows.report.incomplete import incomplete_tables
from flows.report.narrative import read_narrative
from flows.report.place import Divisions
from flows.report.several import end_of_first
from flows.report.source import Source, normalise
from flows.report.types import Document, Fact, Finding, Report

_ROWS_LOST = frozenset(["flattened.blanks_lost", "table.columns_undecided"])
"""What the reading says of tables whose cells it could not place, which cover the rows that lack figures."""
_TABLES = {
    "active": "table 1 (主动公开)",
    "requests": "the applications table (依申请公开)",
    "disputes": "the disputes table (复议诉讼)",
}


def read_report(
    data: bytes,
    *,
    address: str | None = None,
    media_type: str | None = None,
    charset: str | None = None,
    divisions: Divisions,
    labels: Aliases | None = None,
    convert: Convert | None = None,
    recognise: Recognise | None = None,
    images: Images | None = None,
) -> Report:
    """Everything that one original says. `address` is where it came from (evidence for year and place),
    `media_type` and `charset` what the server declared; `labels` are the source's own wordings of the forms'
    labels; `convert` makes DOCX or text of an old Word file,
    `recognise` reads images, and `images` fetches those of a page, by the addresses that it gives them.
    Never raises on bad input: what cannot be read is `unreadable` with its reason."""
    try:
        original = read_source(data, media_type, charset, convert)
    except UnreadableError as error:
        return Report("unreadable", str(error))
    source = original.source
    evidence = original.evidence
    if source.image_count and not source.text.strip() and evidence["format"] != "HTML":
        try:
            if recognise is None:
                raise UnreadableError("its tables are images, to be read by OCR only (扫描件或图片)")
            source = recognise(original.pictures)
        except UnreadableError as error:
            what = f"{evidence.get('fonts') or evidence['format'] + ' without text'}: {error}"
            return Report("unreadable", what, image_count=source.image_count, evidence=evidence)
        return _read(source, original, address, divisions, labels, 0)
    report = _read(source, original, address, divisions, labels, None)
    if recognise is None or not _lacks_tables(report):
        return report
    pictures = original.pictures + pictures_of(images(source.images) if images else ())
    if not pictures:
        return report
    try:
        drawn = recognise(pictures)
    except UnreadableError as error:
        report.evidence["images"] = str(error)
        return report
    if evidence["format"] == "PDF":
        # its pages are read whole
        return _read(drawn, original, address, divisions, labels, 0)
    both = together(source, drawn)
    return _read(both, original, address, divisions, labels, len(source.text))


Images = Callable[[Sequence[str]], Sequence[bytes]]
"""The addresses of a page's images, in reading order → those images that are at hand."""


def _read(
    source: Source,
    original: Original,
    address: str | None,
    divisions: Divisions,
    labels: Aliases | None,
    drawn_from: int | None,
) -> Report:
    """The report of a source; what stands in it from `drawn_from` on was read by OCR."""
    document = normalise(source)
    document.address = address
    document.repairs.update(original.repairs)
    report = read_document(document, divisions, labels)
    report.evidence.update(original.evidence)
    if drawn_from is not None:
        read = Facts.of(report.facts)
        read.method = [
            "ocr" if drawn_from == 0 or (start is not None and start >= drawn_from) else method
            for method, start in zip(read.method, read.start, strict=True)
        ]
    return report


def _lacks_tables(report: Report) -> bool:
    return (
        report.kind == "annual_report"
        and report.image_count > 0
        and not any(fact.method in ("table", "flattened") for fact in report.facts)
    )


def read_document(document: Document, divisions: Divisions, labels: Aliases | None = None) -> Report:
    """The report that a normalised document holds."""
    extraction = extract(document, labels)
    found = identify(document, extraction, divisions)
    report = Report(
        kind=found.kind,
        reason=found.reason,
        title=found.title,
        agency=found.agency,
        agency_type=found.agency_type,
        division=found.division,
        province=found.province,
        published_on=found.published_on,
        repairs=document.repairs,
        evidence=found.evidence,
        table_count=len(document.grids),
        image_count=document.image_count,
        text_length=len(document.text),
        text_fingerprint=_fingerprint(document),
    )
    if found.kind != "annual_report":
        return report
    report.year, report.era, report.scope = found.year, found.era, found.scope
    extraction.choose_column(found.scope, found.year)
    facts, conflicting, end = extraction.facts, list[Fact](), None
    if not facts.cells.are_distinct:
        end = end_of_first(document, facts)
        place = None if end is None else document.locate(end)
        first, conflicting = _first_of_each(
            fact for fact in facts if place is None or fact.start is None or fact.start < place
        )
        facts = Facts.of(first)
    narrative = _narrative(document, extraction, found, end)
    told = [
        fact
        for fact in narrative
        if _is_wanted(fact, extraction) and (fact.indicator, fact.applicant) not in facts.cells.index
    ]
    report.facts = Facts.of([*facts, *told]) if told else facts
    report.findings = [
        *_undecided(found),
        *_disagreeing_years(found),
        *_missing_tables(document, extraction, found),
        *_unread(extraction),
        *_incomplete(facts, extraction),
        *_several(end),
        *check_facts(
            [*report.facts, *conflicting] if conflicting else report.facts,
            era=found.era,
            year=found.year,
            published_on=found.published_on,
        ),
        *compare_narrative(facts, narrative),
    ]
    return report


def _narrative(
    document: Document, extraction: Extraction, found: Identification, end: int | None
) -> list[Fact]:
    text, locate = document.prose, document.locate_in_prose
    if end is not None or "flattened" in extraction.facts.method:
        text, locate = document.text[:end], document.locate
    if "flattened" in extraction.facts.method:
        # counts that lost their table are no sentences
        start, end = min(extraction.lines), max(extraction.lines)
        text = text[:start] + "\n" * (end - start) + text[end:]
    territory = None if found.scope in (None, "unknown") else found.scope == "territory_total"
    facts = read_narrative(text, era=found.era or "2014", year=found.year, territory=territory, locate=locate)
    if document.repairs:
        for fact in facts:
            fact.raw = document.source[fact.start : fact.end] or fact.raw
    return facts


def _is_wanted(fact: Fact, extraction: Extraction) -> bool:
    """Where there are tables, running text only stands in for those that are missing."""
    if not extraction.sections:
        return True
    if "statistics" in extraction.sections:
        return False
    if fact.indicator.startswith("requests."):
        return "requests" not in extraction.sections
    return fact.indicator.startswith(("review.", "litigation.")) and "disputes" not in extraction.sections


def _first_of_each(facts: Iterable[Fact]) -> tuple[list[Fact], list[Fact]]:
    """One fact a cell of the form, by indicator and applicant, and those printed again with another value."""
    kept: dict[tuple[str, str], Fact] = {}
    conflicting: list[Fact] = []
    for fact in facts:
        key = (fact.indicator, fact.applicant)
        first = kept.setdefault(key, fact)
        if first is not fact:
            if first.state != "reported" and fact.state == "reported":
                kept[key] = fact
            elif fact.state == "reported" and fact.value != first.value:
                conflicting.append(fact)
    return list(kept.values()), conflicting


_ASCII = bytes(range(128))
_WITH_ASCII_TWIN = "，；：！？“”"


def _fingerprint(document: Document) -> str:
    """Of the words only: mirrors differ in markup, script and the width of marks, and not in their words."""
    text = document.prose
    for mark in _WITH_ASCII_TWIN:
        text = text.replace(mark, "")
    return hashlib.sha256(text.encode("utf-8", "replace").translate(None, _ASCII)).hexdigest()[:32]


# --- findings about the reading -----------------------------------------------------------------


def _undecided(found: Identification) -> list[Finding]:
    findings: list[Finding] = []
    if found.year is None:
        findings.append(
            Finding("year.undecided", "critical", "no year of the figures could be decided (年份未定)")
        )
    if found.agency is None:
        findings.append(
            Finding("agency.undecided", "critical", "no reporting agency could be decided (机关未定)")
        )
    if found.province is None and not found.is_of_the_centre:
        findings.append(
            Finding(
                "place.undecided",
                "critical",
                f"no province could be decided (地区未定): {found.evidence.get('place', '')}",
            )
        )
    elif found.province and found.division is None:
        findings.append(
            Finding(
                "division.undecided",
                "warning",
                f"only the province could be decided: {found.evidence.get('place', '')}",
            )
        )
    return findings


def _disagreeing_years(found: Identification) -> list[Finding]:
    votes = found.year_votes
    if "period" in votes and "title" in votes and votes["period"] != votes["title"]:
        return [
            Finding(
                "year.disagrees",
                "warning",
                f"the statistics period is of {votes['period']}, the title of {votes['title']} (年份不一致)",
                observed=float(votes["title"]),
                expected=float(votes["period"]),
            )
        ]
    return []


def _missing_tables(document: Document, extraction: Extraction, found: Identification) -> list[Finding]:
    findings: list[Finding] = []
    if found.era in ("2019", "2021"):
        missing = [name for name in _TABLES if name not in extraction.sections]
        images = f"; the page has {document.image_count} images" if document.image_count else ""
        if len(missing) == 3:
            findings.append(
                Finding(
                    "tables.absent",
                    "warning",
                    "the three statistics tables are absent (left out, or published as images): "
                    f"the figures come from the narrative only{images} (缺少三张统计表)",
                )
            )
        else:
            findings += [
                Finding(f"tables.{name}_absent", "warning", f"{_TABLES[name]} is absent{images}")
                for name in missing
            ]
    elif found.era == "2014" and not extraction.sections:
        findings.append(
            Finding(
                "tables.absent",
                "info",
                "the statistics table is absent: the figures come from the narrative only (缺少统计表)",
            )
        )
    if extraction.era and found.year and extraction.era != era_of_year(found.year):
        findings.append(
            Finding(
                "era.unusual",
                "info",
                f"the form of {extraction.era} in a report for {found.year} (套用其他年份表样)",
            )
        )
    return findings


def _incomplete(facts: Facts, extraction: Extraction) -> list[Finding]:
    if any(rule in _ROWS_LOST for rule, _ in extraction.notes):
        return []
    return incomplete_tables(facts, extraction.sections, extraction.era)


def _several(end: int | None) -> list[Finding]:
    if end is None:
        return []
    return [
        Finding(
            "document.several_reports",
            "warning",
            "the page prints several reports; the figures are the first one's, the others were not read (同页多份报告)",
        )
    ]


def _unread(extraction: Extraction) -> list[Finding]:
    findings: list[Finding] = []
    if extraction.unmapped:
        shown = "; ".join(f"{label}: {raw} ({place})" for label, raw, place in extraction.unmapped[:5])
        more = f" and {len(extraction.unmapped) - 5} more" if len(extraction.unmapped) > 5 else ""
        findings.append(
            Finding(
                "table.unmapped",
                "warning",
                f"{len(extraction.unmapped)} printed figures stand under labels of no form: {shown}{more}",
            )
        )
    by_rule: dict[str, list[str]] = {}
    for rule, message in extraction.notes:
        by_rule.setdefault(rule, []).append(message)
    for rule, messages in by_rule.items():
        lost = rule in ("flattened.blanks_lost", "table.columns_undecided", "table.row_twice")
        more = f" (and {len(messages) - 3} more)" if len(messages) > 3 else ""
        findings.append(Finding(rule, "warning" if lost else "info", "; ".join(messages[:3]) + more))
    return findings
