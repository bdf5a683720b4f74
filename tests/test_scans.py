"""Scanned reports read by OCR; `make test` installs the extra for them, `make scans` reads many more."""

from __future__ import annotations

from flows.edge import ocr
from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from tests.generate.accuracy import score
from tests.generate.accuracy_formats import FLOORS, is_low
from tests.generate.formats import compose_format
from tests.generate.generate import specification
from tests.generate.scans import Scanner, scanned


def test_scanned_report() -> None:
    """Pages that lie askew, at 150 dots an inch."""
    one = compose_format(specification(20240131, 12, ["2021"], ["clean"], ["none"]), "pdf")
    one.data = scanned(one.data, Scanner(150, 1.3, 6.0, 80))
    found = score(one, by_ocr=True)
    assert not is_low(found, FLOORS["scan"]), found.errors
    report = read_report(one.data, divisions=load_divisions(), recognise=ocr.recognise)
    assert {fact.method for fact in report.facts} == {"ocr"}
