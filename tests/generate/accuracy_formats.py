"""How right the reader is by format and era, on generated reports whose truth is known: above the floors
of `tests/accuracy_floors.toml`, or the run fails.

    python -m tests.generate.accuracy_formats [--count 60] [--seed 1] [--doc 3] [--scans 0]

`--doc` reports an era go through LibreOffice to old Word files and back, where it is installed; `--scans`
reports an era are read by OCR, where the extra is installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.generate.accuracy import Case, Score, grouped, in_batches, score
from tests.generate.compose import compose
from tests.generate.document import Document
from tests.generate.formats import MEDIA_TYPES, SHAPED, compose_format
from tests.generate.generate import specification

FLOORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent.parent / "accuracy_floors.toml").read_text(encoding="utf-8")
)
ERAS = ("2008", "2014", "2019", "2021")
PLAIN = ("flat_bars", "flat_bar_rows", "flat_tabs", "flat_newlines", "narrative")
"""The layouts that a plain text has."""
NAMES = (*MEDIA_TYPES, "txt", "md")


def format_document(name: str, era: str, number: int, seed: int) -> Document:
    """Document `number` of the seed in a format and an era."""
    layouts: Sequence[str] = {"txt": PLAIN, "md": ["markdown"]}.get(name, SHAPED)
    if era == "2008":
        layouts = ["narrative"]
    spec = specification(seed, number, [era], layouts, ["none"])
    if name in ("txt", "md"):
        spec.media_type = "text/plain"
        return compose(spec)
    return compose_format(spec, name)


def score_pairs(numbers: Sequence[int], names: Sequence[str], count: int, seed: int) -> list[Case]:
    """Score documents by their number, which runs through formats and eras."""
    cases = []
    for number in numbers:
        at, within = divmod(number, count)
        era, name = ERAS[at % len(ERAS)], names[at // len(ERAS)]
        one = format_document(name, era, within, seed)
        cases.append(Case(one.name, era, name, "none", score(one)))
    return cases


def measure_formats(
    count: int, seed: int, names: Sequence[str] = NAMES, workers: int = 1
) -> dict[tuple[str, ...], Score]:
    """The scores of `count` documents of each format and era, by (format, era)."""
    work = partial(score_pairs, names=names, count=count, seed=seed)
    cases = in_batches(work, count * len(ERAS) * len(names), workers)
    return grouped(cases, lambda case: (case.layout, case.era))


def old_word(one: Document) -> bytes:
    """A DOCX as the old Word file that LibreOffice makes of it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.docx").write_bytes(one.data)
        command = ["soffice", "--headless", f"-env:UserInstallation={Path(folder, 'user').as_uri()}"]
        command += ["--convert-to", "doc:MS Word 97", "--outdir", folder, str(Path(folder, "a.docx"))]
        subprocess.run(command, check=True, timeout=180, capture_output=True)
        return Path(folder, "a.doc").read_bytes()


def _doc_scores(count: int, seed: int) -> Iterator[tuple[str, Score]]:
    from flows.edge.office import doc_to_source_bytes

    for era in ERAS:
        found = Score()
        for number in range(count):
            one = format_document("docx", era, number, seed)
            # what the reader does with it first
            one.data, one.media_type = doc_to_source_bytes(old_word(one)), "application/msword"
            found.add(score(one))
        yield era, found


def _scan_scores(count: int, seed: int) -> Iterator[tuple[str, Score]]:
    from tests.generate.scans import ERAS as SCANNED
    from tests.generate.scans import scan

    by_era = {era: Score() for era in SCANNED}
    for number in range(count * len(SCANNED)):
        one, _ = scan(number, seed)
        by_era[one.truth.era or ""].add(score(one, by_ocr=True))
    yield from by_era.items()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=60, help="documents of each format and era")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--doc", type=int, default=3)
    parser.add_argument("--scans", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    scores = measure_formats(given.count, given.seed, workers=given.workers)
    if given.doc and shutil.which("soffice"):
        scores |= {("doc", era): found for era, found in _doc_scores(given.doc, given.seed)}
    if given.scans:
        scores |= {("scan", era): found for era, found in _scan_scores(given.scans, given.seed)}
    print(f"{'format':12} {'era':5} {'docs':>5} {'figures':>8} {'recall':>7} {'prec.':>7} {'kind':>6}")
    for (name, era), found in scores.items():
        print(
            f"{name:12} {era:5} {found.documents:5} {found.printed:8} {found.recall:7.4f} {found.precision:7.4f}"
            f" {found.kind_share:6.3f}"
        )
    for found in scores.values():
        for error in [error for error in found.errors if " figures, " in error][:3]:
            print(" ", error)
    low = [
        pair
        for pair, found in scores.items()
        if is_low(found, FLOORS["scan" if "scan" in pair else "format"])
    ]
    if low:
        sys.exit("below the floor: " + "; ".join(" ".join(pair) for pair in low))


def is_low(found: Score, floors: dict[str, float]) -> bool:
    return found.recall < floors["recall"] or found.precision < floors["precision"]


if __name__ == "__main__":
    main()
