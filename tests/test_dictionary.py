"""DICTIONARY.md: every table and column, and the check that it is not stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import dictionary
from flows.edge.reference import reference_descriptions
from flows.model import plan_models


def test_it_has_every_table_and_column_and_tells_when_it_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "DICTIONARY.md"
    monkeypatch.setattr(dictionary, "DICTIONARY", path)
    assert dictionary.main([]) == 0
    text = path.read_text(encoding="utf-8")
    for table in (*(model.description for model in plan_models()), *reference_descriptions()):
        section = text.partition(f"### `{table.name}`\n")[2].partition("\n### ")[0]
        for column in table.columns:
            assert f"\n| `{column}` | " in section, f"{table.name}.{column}"
    # where a figure comes from, one step back, and its type
    assert "| `raw` | VARCHAR | Text as printed | 原文 | `raw.fact.raw` |" in text
    assert "| `value` | DOUBLE |" in text

    monkeypatch.setattr(dictionary, "dictionary", lambda: text)
    assert dictionary.main(["--check"]) == 0
    path.write_text(text + "\n", encoding="utf-8")
    assert dictionary.main(["--check"]) == 1
    assert "make docs" in capsys.readouterr().err
    path.unlink()
    assert dictionary.main(["--check"]) == 1
    assert dictionary.main(["--wrong"]) == 2
