"""How right the reader is, measured on generated reports whose truth is known.

    python -m tests.generate.accuracy --count 5000 --seed 1 [--era 2019] [--layout word] [--noise pinyin]

Recall: of the figures printed, the share read with the right value and state; where the print itself does
not tell in which cell a figure stands (`tests.generate.determined`), it is not among them, and `of all` is
the recall with it. Precision: of all figures read, the share that are right. Silent errors: one digit of one cell of a sound report is changed, in a
cell that a sum of its form covers; the share of such reports in which no finding names the cell.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from random import Random
from typing import Any, TypeVar

from tests.generate import truth
from tests.generate.compose import compose
from tests.generate.document import Document, Figures, Value
from tests.generate.generate import document, specification
from tests.generate.layouts import COMPLETE, LAYOUTS

METADATA = ("agency", "agency_type", "scope", "division", "province", "year", "era", "published_on")
NOTICED = ("warning", "critical")
BATCH = 50


@dataclass(slots=True)
class Score:
    """What was read right of one or more documents."""

    documents: int = 0
    printed: int = 0
    """Figures that the documents hold."""
    printed_right: int = 0
    """Of these, read with the right value and state."""
    undetermined: int = 0
    """Further figures that the documents hold, whose place in their table the print does not tell."""
    undetermined_right: int = 0
    read: int = 0
    """Figures that the reader gave."""
    read_right: int = 0
    kind: int = 0
    """Documents whose kind is right."""
    reports: int = 0
    metadata: Counter[str] = field(default_factory=Counter)
    """By field: reports in which it is right. A publication date that is not given counts as right."""
    errors: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.documents += other.documents
        self.printed += other.printed
        self.printed_right += other.printed_right
        self.undetermined += other.undetermined
        self.undetermined_right += other.undetermined_right
        self.read += other.read
        self.read_right += other.read_right
        self.kind += other.kind
        self.reports += other.reports
        self.metadata += other.metadata
        self.errors += other.errors

    @property
    def recall(self) -> float:
        return _share(self.printed_right, self.printed)

    @property
    def recall_of_all(self) -> float:
        """With the figures whose place the print does not tell."""
        right = self.printed_right + self.undetermined_right
        return _share(right, self.printed + self.undetermined)

    @property
    def precision(self) -> float:
        return _share(self.read_right, self.read)

    @property
    def kind_share(self) -> float:
        return _share(self.kind, self.documents)

    def metadata_share(self, name: str) -> float:
        return _share(self.metadata[name], self.reports)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """One scored document."""

    name: str
    era: str
    layout: str
    noise: str
    score: Score


def read(one: Document, by_ocr: bool = False) -> Any:
    """The document as the software reads it; images by OCR only where that is asked for."""
    from flows.edge.ocr import recognise
    from flows.report.read import read_report

    return read_report(
        one.data,
        address=one.address,
        media_type=one.media_type,
        charset=one.charset,
        divisions=_divisions(),
        recognise=recognise if by_ocr else None,
    )


@cache
def _divisions() -> Any:
    from flows.edge.divisions import load_divisions

    return load_divisions()


def score(one: Document, by_ocr: bool = False) -> Score:
    """Compare what is read of a document with its truth."""
    known = one.truth
    found = Score(
        documents=1,
        printed=len(known.facts),
        undetermined=len(known.undetermined),
        reports=int(known.kind == "annual_report"),
    )
    try:
        report = read(one, by_ocr)
    except Exception as error:  # a crash is a document not read: it is counted and shown
        found.errors.append(f"{one.name} {one.layout} {one.noise}: crash {type(error).__name__}: {error}")
        return found
    found.kind = int(report.kind == known.kind)
    if not found.kind:
        found.errors.append(
            f"{one.name} {one.layout} {one.noise}: kind {report.kind} ({report.reason}), is {known.kind}"
        )
    if known.kind == "annual_report":
        for name in METADATA:
            given, right = getattr(report, name), getattr(known, name)
            if given == right or (name == "published_on" and given is None):
                found.metadata[name] += 1
            else:
                found.errors.append(
                    f"{one.name} {one.layout} {one.noise}: {name} {given}, is {right} ({known.title})"
                )
    _score_facts(one, report.facts, found)
    return found


def _score_facts(one: Document, facts: Iterable[Any], found: Score) -> None:
    known: Figures = one.truth.facts
    given_besides = one.truth.allowed | one.truth.undetermined
    read_by_key: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for fact in facts:
        read_by_key[fact.indicator, fact.applicant].append(fact)
    wrong: list[str] = []
    for key, given in read_by_key.items():
        value = known.get(key) or given_besides.get(key)
        for fact in given:
            right = value is not None and _same(fact, value)
            found.read += 1
            found.read_right += int(right)
            if not right:
                wrong.append(
                    f"{'|'.join(key)} read {fact.value} {fact.state} from {fact.raw!r} at {fact.location}, "
                    f"is {value.value if value else 'not printed'} {value.state if value else ''}"
                )
    for key, value in known.items():
        right = any(_same(fact, value) for fact in read_by_key.get(key, ()))
        found.printed_right += int(right)
        if key not in read_by_key:
            wrong.append(f"{'|'.join(key)} not read, is {value.value} {value.state}")
    for key, value in one.truth.undetermined.items():
        found.undetermined_right += any(_same(fact, value) for fact in read_by_key.get(key, ()))
    if wrong:
        found.errors.append(
            f"{one.name} {one.truth.era} {one.layout} {one.noise}: {len(wrong)} figures, first: {wrong[0]}"
        )


def _same(fact: Any, value: Value) -> bool:
    if fact.state != value.state or fact.qualifier != value.qualifier:
        return False
    if value.value is None or fact.value is None:
        return fact.value is value.value
    return math.isclose(fact.value, value.value, rel_tol=1e-9, abs_tol=1e-9)


def score_numbers(
    numbers: Sequence[int],
    seed: int,
    eras: Sequence[str] = (),
    layouts: Sequence[str] = (),
    noises: Sequence[str] = (),
) -> list[Case]:
    """Score these documents of the seed."""
    cases = []
    for number in numbers:
        one = document(seed, number, eras, layouts, noises)
        cases.append(Case(one.name, one.truth.era or "other", one.layout, one.noise, score(one)))
    return cases


@dataclass(frozen=True, slots=True)
class Corruption:
    """A sound report with one digit changed: which cell, and whether a finding names it."""

    name: str
    era: str
    layout: str
    cell: str
    noticed: bool


def corrupt_numbers(
    numbers: Sequence[int], seed: int, eras: Sequence[str] = (), layouts: Sequence[str] = ()
) -> list[Corruption]:
    """Change a digit in each of these reports of the seed, and see whether anything notices."""
    usable = [name for name in layouts or COMPLETE if name in COMPLETE]
    with_forms = [era for era in eras or ("2014", "2019", "2021") if era != "2008"]
    results = []
    for number in numbers:
        spec = specification(seed, number, with_forms, usable, ["none"])
        rng = Random(f"{seed}/{number}/digit")
        sound = truth.figures(rng, spec.era, spec.agency.size)
        spec.figures, key = truth.with_one_digit_changed(rng, sound, spec.era)
        name = "|".join(key)
        findings = read(compose(spec)).findings
        noticed = any(
            name in finding.facts and (finding.severity in NOTICED or finding.rule == "fact.suspect")
            for finding in findings
        )
        results.append(Corruption(spec.seed, spec.era, spec.layout, name, noticed))
    return results


T = TypeVar("T")


def in_batches(work: Callable[[Sequence[int]], list[T]], count: int, workers: int) -> list[T]:
    """Do the work on the numbers below `count`, in batches over so many processes."""
    batches = [range(at, min(at + BATCH, count)) for at in range(0, count, BATCH)]
    if workers == 1:
        return [result for batch in batches for result in work(batch)]
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return [result for results in pool.map(work, batches) for result in results]


def measure(
    count: int,
    seed: int,
    *,
    eras: Sequence[str] = (),
    layouts: Sequence[str] = (),
    noises: Sequence[str] = (),
    workers: int = 1,
) -> list[Case]:
    """Score the first `count` documents of the seed."""
    work = partial(score_numbers, seed=seed, eras=eras, layouts=layouts, noises=noises)
    return in_batches(work, count, workers)


def corrupt(
    count: int, seed: int, *, eras: Sequence[str] = (), layouts: Sequence[str] = (), workers: int = 1
) -> list[Corruption]:
    """Change one digit in each of `count` sound reports of the seed."""
    work = partial(corrupt_numbers, seed=seed, eras=eras, layouts=layouts)
    return in_batches(work, count, workers)


def grouped(cases: Iterable[Case], key: Callable[[Case], tuple[str, ...]]) -> dict[tuple[str, ...], Score]:
    found: dict[tuple[str, ...], Score] = defaultdict(Score)
    for case in cases:
        found[key(case)].add(case.score)
    return dict(sorted(found.items()))


def _print_scores(title: str, scores: dict[tuple[str, ...], Score]) -> None:
    fields = ("agency", "agency_type", "scope", "division", "year", "era", "published_on")
    print(f"\n{title:38} {'docs':>6} {'recall':>7} {'of all':>7} {'prec.':>7} {'kind':>6}", end="")
    print("".join(f" {name[:9]:>9}" for name in fields))
    for name, one in scores.items():
        label = " ".join(name)
        print(f"{label:38} {one.documents:6} {one.recall:7.4f} {one.recall_of_all:7.4f}", end="")
        print(
            f" {one.precision:7.4f} {one.kind_share:6.3f}"
            + "".join(f" {one.metadata_share(f):9.3f}" for f in fields)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="accuracy of the reader on generated reports")
    parser.add_argument("--count", type=int, default=2000, help="documents (default 2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--era", action="append", default=[], help="only this era (may be repeated)")
    parser.add_argument("--layout", action="append", default=[], choices=sorted(LAYOUTS))
    parser.add_argument("--noise", action="append", default=[])
    parser.add_argument("--corrupt", type=int, default=None, help="reports to spoil (default a fifth)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cross", action="store_true", help="also print era × layout × noise")
    parser.add_argument("--show", type=int, default=20, help="errors to print")
    given = parser.parse_args()

    cases = measure(
        given.count,
        given.seed,
        eras=given.era,
        layouts=given.layout,
        noises=given.noise,
        workers=given.workers,
    )
    _print_scores("era, layout", grouped(cases, lambda case: (case.era, case.layout)))
    _print_scores("noise", grouped(cases, lambda case: (case.noise,)))
    if given.cross:
        _print_scores("all", grouped(cases, lambda case: (case.era, case.layout, case.noise)))
    whole = grouped(cases, lambda case: ("all",))
    _print_scores("", whole)
    for error in whole["all",].errors[: given.show]:
        print(" ", error)

    spoilt_count = given.count // 5 if given.corrupt is None else given.corrupt
    if spoilt_count and any(layout in COMPLETE for layout in given.layout or COMPLETE):
        spoilt = corrupt(
            spoilt_count, given.seed, eras=given.era, layouts=given.layout, workers=given.workers
        )
        silent = [one for one in spoilt if not one.noticed]
        print(
            f"\none digit changed: {len(spoilt)} reports, silent {len(silent)} ({len(silent) / len(spoilt):.4f})"
        )
        for one in silent[: given.show]:
            print(f"  {one.name} {one.era} {one.layout}: {one.cell}")


if __name__ == "__main__":
    main()
