"""Damaged documents are read or refused, never an exception (`python -m tests.fuzz` reads many more)."""

from __future__ import annotations

from flows.edge.divisions import load_divisions
from flows.report.read import read_report
from tests.fuzz import damaged


def test_damaged_documents_never_raise() -> None:
    for document, data in damaged(seed=7, count=400):
        report = read_report(
            data,
            address=document.address,
            media_type=document.media_type,
            charset=document.charset,
            divisions=load_divisions(),
        )
        assert report.kind == "annual_report" or report.reason
        assert report.facts == [] or report.kind == "annual_report"


def test_a_label_with_a_note_that_goes_on_is_no_label() -> None:
    text = "收到申请数(" + "各" * 70 + ")12件,其中网络申请数3件"
    read_report(text.encode(), divisions=load_divisions())
