"""The parse stage: every document of the manifest is read once, whatever it does to its reader."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.edge.archive import Archive
from flows.edge.catalogue import load_source, names
from flows.edge.manifest import Attempt, Manifest
from flows.edge.parquet import SCHEMAS, read_table, written_documents
from flows.edge.processes import Lost, Workers, WorkersError
from flows.parse import (
    BATCH_BYTES,
    BATCH_DOCUMENTS,
    Original,
    Parser,
    ParseSummary,
    batches,
    read_batch,
    unread_originals,
)
from flows.report.types import Finding, Report
from flows.settings import Home
from tests import readers
from tests.running import SOON


def archived(home: Home, texts: Sequence[str]) -> list[Original]:
    archive = Archive(home.archive)
    with Manifest(home.raw) as manifest:
        for text in texts:
            sha256 = archive.add(text.encode())
            manifest.record(Attempt(address=f"http://a/{text}", sha256=sha256, byte_count=len(text)))
    return unread_originals(home)


def documents(home: Home) -> dict[str, dict[str, Any]]:
    rows = read_table(home.raw, "document", 1).to_pylist()
    assert len(rows) == len({row["sha256"] for row in rows})
    return {row["address"].removeprefix("http://a/"): row for row in rows}


def test_documents_become_rows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    originals = archived(home, ["one", "three"])
    with Parser(home, worker_count=1, version=1, reader=readers.read) as parser:
        summary = parser.read(originals)
    assert summary == ParseSummary(document_count=2, report_count=2, fact_count=2)
    row = documents(home)["three"]
    assert (row["kind"], row["report_year"], row["parser_version"]) == ("annual_report", 2020, 1)
    assert row["evidence"] == [("address", "http://a/three")]
    assert row["repairs"] == [("x", 1)]
    facts = {fact["sha256"]: fact for fact in read_table(home.raw, "fact", 1).to_pylist()}
    assert facts[row["sha256"]]["value"] == 5.0
    assert read_table(home.raw, "finding", 1).schema == SCHEMAS["finding"]


def test_what_is_read_is_not_read_again_until_the_parser_changes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    originals = archived(home, ["one", "two"])
    with Parser(home, worker_count=1, version=1, reader=readers.read) as parser:
        parser.read(originals[:1])
    assert unread_originals(home, 1) == originals[1:]
    assert unread_originals(home, 2) == originals


def test_a_further_page_that_comes_late_has_the_report_read_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    archive = Archive(home.archive)

    def fetched(name: str, text: str, **other: Any) -> None:
        with Manifest(home.raw) as manifest:
            manifest.record(
                Attempt(f"http://a/{name}", sha256=archive.add(text.encode()), byte_count=len(text), **other)
            )

    def read() -> list[list[str]]:
        """What was read in this run: the texts of each document's pages."""
        originals = unread_originals(home, 1)
        with Parser(home, worker_count=1, version=1, reader=readers.read) as parser:
            parser.read(originals)
        return [[archive.read(page).decode() for page in (one.sha256, *one.parts)] for one in originals]

    later = {"role": "part", "found_on": "http://a/t.html"}
    fetched("t.html", "one")
    fetched("other.html", "other")
    assert read() == [["one"], ["other"]]
    assert read() == []
    fetched("t_1.html", "two", **later)
    # the documents that were read in one batch with it are read again too
    assert read() == [["one", "two"], ["other"]]
    assert documents(home)["t.html"]["evidence"]
    fetched("t_10.html", "four", **later)
    fetched("t_2.html", "three", **later)
    assert read() == [["one", "two", "three", "four"], ["other"]]
    fetched("t_2.html", "THREE", **later)
    assert read() == [["one", "two", "THREE", "four"], ["other"]]
    assert read() == []
    # a new version of the first page; the old one stays as it was read
    fetched("t.html", "ONE")
    assert read() == [["ONE", "two", "THREE", "four"]]
    fetched("t_1.html", "TWO", **later)
    assert ["ONE", "TWO", "THREE", "four"] in read()
    assert read() == []


def test_the_labels_of_a_source_are_read_with_its_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "_default.yaml").write_text("")
    (folder / "jia.yaml").write_text("entry: ['http://a.cn/']\n")
    for function in (names, load_source):
        monkeypatch.setattr(function, "__defaults__", (folder,))
    table = (
        "<h1>甲市统计局2021年政府信息公开工作年度报告</h1><table>"
        "<tr><td>指标名称</td><td>单位</td><td>数量</td></tr><tr><td>二、回应解读情况</td><td>——</td><td></td></tr>"
        "<tr><td>四、依申请公开情况</td><td>——</td><td></td></tr>"
        "<tr><td>（一）收件总数</td><td>件</td><td>7</td></tr>"
        "<tr><td>1.当面申请数</td><td>件</td><td>3</td></tr></table>"
    )
    with Manifest(home.raw) as manifest:
        sha256 = Archive(home.archive).add(table.encode())
        manifest.record(
            Attempt("http://a.cn/1.html", source_name="jia", sha256=sha256, media_type="text/html")
        )

    def received() -> list[float]:
        originals = unread_originals(home, 1)
        with Parser(home, worker_count=1, version=1) as parser:
            parser.read(originals)
        facts = read_table(home.raw, "fact", 1).to_pylist()
        return [fact["value"] for fact in facts if fact["indicator"] == "requests.received"]

    assert received() == []
    (folder / "jia.yaml").write_text("entry: ['http://a.cn/']\nlabels: {收件总数: 收到申请数}\n")
    assert received() == [7.0]
    assert unread_originals(home, 1) == []
    # a mistake in the file has no labels, and reading goes on
    (folder / "jia.yaml").write_text("entry: ['http://a.cn/']\nlabels: {收件总数: 不存在}\n")
    assert received() == []


def test_the_first_address_of_a_document_names_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    sha256 = Archive(home.archive).add(b"text")
    with Manifest(home.raw) as manifest:
        manifest.record(Attempt(address="http://a/listing", role="listing", sha256=sha256))
        manifest.record(Attempt(address="http://b/", sha256=sha256, charset="gbk", media_type="text/html"))
        manifest.record(Attempt(address="http://a/", sha256=sha256))
        manifest.record(Attempt(address="http://c/", error="no connection"))
    (original,) = unread_originals(home)
    assert (original.address, original.charset, original.media_type) == ("http://b/", "gbk", "text/html")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("raise", "ValueError: cannot read 'raise'"),
        ("recurse", "RecursionError: maximum recursion depth exceeded"),
        ("surrogate", "what was read cannot be stored: "),
        ("kill", "reading it ends the process that reads it"),
        ("exit", "reading it ends the process that reads it"),
    ],
)
def test_a_bad_document_costs_only_itself(tmp_path: Path, bad: str, reason: str) -> None:
    home = Home(tmp_path)
    originals = archived(home, ["first", "second", bad, "last"])
    with Parser(home, worker_count=1, version=1, reader=readers.read) as parser:
        summary = parser.read(originals)
    found = documents(home)
    assert found.keys() == {"first", "second", bad, "last"}
    assert found[bad]["kind"] == "unreadable"
    assert found[bad]["reason"].startswith(reason)
    assert Counter(row["kind"] for row in found.values()) == {"annual_report": 3, "unreadable": 1}
    assert (summary.document_count, summary.report_count, summary.unreadable_count) == (4, 3, 1)
    assert unread_originals(home, 1) == []


def test_a_document_that_hangs_is_given_up(tmp_path: Path) -> None:
    home = Home(tmp_path)
    originals = archived(home, ["first", "hang", "last"])
    with Parser(home, worker_count=1, version=1, reader=readers.read, seconds_per_document=4.0) as parser:
        parser.read(originals)
    found = documents(home)
    assert found["hang"]["reason"] == "not read within 4 s"
    assert found["last"]["kind"] == "annual_report"


def test_batches_beside_a_killed_worker_are_read(tmp_path: Path) -> None:
    home = Home(tmp_path)
    texts = [f"{kind} {number}" for number in range(4) for kind in ("kill", *("fine",) * 9)]
    texts = [f"{text} {number}" for number, text in enumerate(texts)]
    originals = archived(home, texts)
    total: list[ParseSummary] = []
    with Parser(home, worker_count=2, version=1, reader=readers.read) as parser:
        threads = [
            threading.Thread(target=lambda part=part: total.append(parser.read(part)))
            for part in (originals[start : start + 10] for start in range(0, 40, 10))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=SOON)
    found = documents(home)
    assert {text for text, row in found.items() if row["kind"] == "unreadable"} == {
        text for text in texts if text.startswith("kill")
    }
    assert len(found) == 40
    assert sum(total, ParseSummary()).report_count == 36


def wait_or_end(items: Sequence[str], begin: Callable[[int], None]) -> int:
    """End the process, or wait until another has ended as often as the item says."""
    for index, item in enumerate(items):
        begin(index)
        if item == "end":
            os._exit(1)
        deadline = time.monotonic() + SOON
        while not Path(item).exists() and time.monotonic() < deadline:
            time.sleep(0.02)
    return len(items)


def test_a_process_that_ends_takes_no_other_with_it(tmp_path: Path) -> None:
    marker = tmp_path / "ended"
    results: list[tuple[list[int], list[Lost[str]]]] = []
    with Workers(wait_or_end, count=2, seconds_per_item=2 * SOON) as workers:
        thread = threading.Thread(target=lambda: results.append(workers.run([str(marker)] * 2)))
        thread.start()
        ended = [workers.run(["end"]) for _ in range(4)]
        marker.touch()
        thread.join(timeout=SOON)
    assert [len(lost) for _, lost in ended] == [1] * 4
    assert results == [([2], [])]  # in one part, by one process


def test_a_document_read_at_the_second_try_is_not_given_up(tmp_path: Path) -> None:
    home = Home(tmp_path)
    originals = archived(home, [str(tmp_path / "marker")])
    with Parser(home, worker_count=1, version=1, reader=readers.kill_once) as parser:
        assert parser.read(originals) == ParseSummary(document_count=1, report_count=1)


def end_at_once(_items: Sequence[int], _begin: object) -> None:
    os._exit(1)


def test_workers_that_never_begin_are_an_error() -> None:
    workers = Workers(end_at_once, count=1, seconds_per_item=10)  # type: ignore[arg-type]
    with workers, pytest.raises(WorkersError, match="ended before they began"):
        workers.run([1, 2])


def test_originals_that_the_archive_lost_are_told_and_stay_unread(tmp_path: Path) -> None:
    home = Home(tmp_path)
    originals = archived(home, ["kept", "lost"])
    lost = Archive(home.archive).path(originals[1].sha256)
    lost.unlink()
    with Parser(home, worker_count=1, version=1, reader=readers.read) as parser:
        summary = parser.read(originals)
    assert summary.document_count == 1
    assert len(summary.missing) == 1 and lost.name in summary.missing[0]
    assert written_documents(home.raw, 1) == {originals[0].sha256}


def test_in_this_process_too(tmp_path: Path) -> None:
    home = Home(tmp_path)
    begun: list[int] = []
    assert read_batch(home, 1, readers.read, archived(home, ["a", "raise"]), begun.append) == ParseSummary(
        document_count=2, report_count=1, unreadable_count=1, fact_count=1
    )
    assert begun == [0, 1]


def test_findings_become_rows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    finding = Finding("requests.balance", "warning", "N + P ≠ T + C", ("requests.received|total",), 7.0, 14.0)

    def reader(*_: object) -> Report:
        return Report("annual_report", findings=[finding])

    read_batch(home, 1, reader, archived(home, ["a"]), lambda _index: None)
    (row,) = read_table(home.raw, "finding", 1).to_pylist()
    assert (row["rule"], row["outcome"], row["observed"], row["expected"]) == (
        "requests.balance",
        "broken",
        7.0,
        14.0,
    )
    assert row["facts"] == ["requests.received|total"]


def originals_of(*sizes: int) -> list[Original]:
    return [Original(f"{index:064x}", "", None, None, size) for index, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "workers", "lengths"),
    [
        ([], 2, []),
        ([1], 2, [1]),
        ([1] * 63, 8, [63]),
        ([1] * 128, 2, [32] * 4),
        ([1] * 200, 2, [50] * 4),
        ([1] * 10 * BATCH_DOCUMENTS, 2, [BATCH_DOCUMENTS] * 10),
        ([BATCH_BYTES, 1, 1], 2, [1, 2]),
        ([BATCH_BYTES + 1] * 3, 2, [1, 1, 1]),
    ],
)
def test_batches_are_bounded(sizes: list[int], workers: int, lengths: list[int]) -> None:
    originals = originals_of(*sizes)
    parts = list(batches(originals, workers))
    assert [len(part) for part in parts] == lengths
    assert [one for part in parts for one in part] == originals
