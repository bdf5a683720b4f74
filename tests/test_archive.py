"""Originals and raw tables on disk: whole or not there, found again, and never written twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.edge.archive import Archive, MissingOriginalError, sha256_of
from flows.edge.manifest import Attempt, Manifest
from flows.edge.parquet import (
    SCHEMAS,
    batch_name,
    read_attempts,
    read_table,
    table_of,
    write_batch,
    written_documents,
)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_unchanged_from_the_path_of_their_hash(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    data = bytes(range(256)) * 3
    sha256 = archive.add(data)
    assert sha256 == sha256_of(data)
    assert (tmp_path / sha256[:2] / sha256[2:4] / sha256).read_bytes() == data
    assert archive.read(sha256) == data
    assert sha256 in archive


def test_adding_again_writes_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.add(b"once")
    before = archive.path(sha256).stat()
    assert archive.add(b"once") == sha256
    after = archive.path(sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files(tmp_path) == [archive.path(sha256)]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.edge.archive.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        Archive(tmp_path).add(b"data")
    assert files(tmp_path) == []


def test_a_short_file_under_the_name_is_written_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = archive.path(sha256_of(b"the whole"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the")
    archive.add(b"the whole")
    assert path.read_bytes() == b"the whole"


def test_a_damaged_original_is_set_aside_and_can_be_added_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.add(b"good bytes")
    archive.path(sha256).write_bytes(b"evil bytes")
    with pytest.raises(MissingOriginalError, match=r"damaged, its bytes have the SHA-256"):
        archive.read(sha256)
    assert sha256 not in archive
    archive.add(b"good bytes")
    assert archive.read(sha256) == b"good bytes"


def test_an_original_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingOriginalError, match="not in the archive"):
        Archive(tmp_path).read("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_become_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Archive(tmp_path).path(name)


def batch_of(*sha256s: str) -> dict[str, object]:
    return {
        "document": table_of("document", [{"sha256": s, "kind": "annual_report"} for s in sha256s]),
        "fact": table_of(
            "fact", [{"sha256": s, "indicator": "requests.received", "value": 3.0} for s in sha256s]
        ),
        "finding": table_of("finding", []),
    }


def test_a_batch_is_named_by_its_documents_in_any_order(tmp_path: Path) -> None:
    first = write_batch(tmp_path, 1, batch_of("b", "a"))  # type: ignore[arg-type]
    assert first == batch_name(["a", "b"])
    assert write_batch(tmp_path, 1, batch_of("a", "b")) == first  # type: ignore[arg-type]
    assert written_documents(tmp_path, 1) == {"a", "b"}
    assert read_table(tmp_path, "fact", 1).num_rows == 2
    assert {path.parent.parent.name for path in files(tmp_path)} == {
        "document",
        "fact",
        "figure_list",
        "finding",
    }
    assert len(files(tmp_path)) == 4


def test_versions_are_apart(tmp_path: Path) -> None:
    write_batch(tmp_path, 1, batch_of("a"))  # type: ignore[arg-type]
    assert written_documents(tmp_path, 2) == set()
    assert read_table(tmp_path, "document", 2).schema == SCHEMAS["document"]


@pytest.mark.parametrize("stopped_after", [0, 1, 2])
def test_a_batch_without_its_document_file_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_after: int
) -> None:
    import flows.edge.parquet as parquet

    written: list[Path] = []
    real = parquet._write

    def stop(path: Path, table: object) -> None:
        if len(written) == stopped_after:
            raise KeyboardInterrupt
        written.append(path)
        real(path, table)  # type: ignore[arg-type]

    monkeypatch.setattr(parquet, "_write", stop)
    with pytest.raises(KeyboardInterrupt):
        write_batch(tmp_path, 1, batch_of("a"))  # type: ignore[arg-type]
    assert written_documents(tmp_path, 1) == set()
    assert read_table(tmp_path, "fact", 1).num_rows == 0


def test_the_manifest_records_what_is_new(tmp_path: Path) -> None:
    def run(*attempts: Attempt) -> list[bool]:
        with Manifest(tmp_path) as manifest:
            return [manifest.record(replace(attempt, requested_at=datetime.now(UTC))) for attempt in attempts]

    def outcomes() -> list[tuple[str, str | None, str | None]]:
        return [(row["address"], row["sha256"], row["error"]) for row in read_attempts(tmp_path)]

    good = Attempt(address="http://a/", status_code=200, sha256="1" * 64)
    down = Attempt(address="http://a/", error="no connection")
    assert run(good, Attempt(address="http://b/", status_code=404, error="not there")) == [True, True]
    before = files(tmp_path / "attempt")
    assert run(good, Attempt(address="http://b/", status_code=404, error="not there")) == [False, False]
    assert files(tmp_path / "attempt") == before
    assert [row["address"] for row in read_attempts(tmp_path, table="unchanged")] == [
        "http://a/",
        "http://b/",
    ]
    assert run(down) == [True]
    assert run(good) == [True]
    assert run(good) == [False]
    assert outcomes() == [
        ("http://a/", "1" * 64, None),
        ("http://b/", None, "not there"),
        ("http://a/", None, "no connection"),
        ("http://a/", "1" * 64, None),
    ]


def test_the_manifest_is_written_in_pieces_as_it_grows(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path, piece=2)
    for number in range(5):
        manifest.record(Attempt(address=f"http://a/{number}"))
    assert [row["address"] for row in read_attempts(tmp_path)] == [f"http://a/{n}" for n in range(4)]
    manifest.flush()
    assert [row["address"] for row in read_attempts(tmp_path)] == [f"http://a/{n}" for n in range(5)]
