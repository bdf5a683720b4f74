"""A small test web, fetched over five runs of which two are killed; `python -m tests.web.full` is the whole."""

from __future__ import annotations

from pathlib import Path

from tests.web.acceptance import accept


def test_a_web_with_faults_is_fetched_whole_politely_and_once(tmp_path: Path) -> None:
    lines = accept(tmp_path, hosts=10, pages=14, rate=40.0)
    assert lines[-1].startswith("nothing forbidden")
