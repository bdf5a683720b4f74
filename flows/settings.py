"""Where things are: the project's own folders and the home of a run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "warehouse" / "reference"
SAMPLE = ROOT / "warehouse" / "sample"
SQL = ROOT / "sql"
EXPECTATIONS = ROOT / "expectations"

PARSER_VERSION = 4
"""Raised when a change of the core changes what it reads: documents are then read again."""
SECONDS_PER_DOCUMENT = 300.0
"""Reading takes milliseconds; OCR of a scan takes 12 to 26 s, on a machine with other work 200 s."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds all that a run writes."""

    path: Path

    @classmethod
    def resolve(cls, given: str | Path | None = None) -> Home:
        """The folder given, else `GONGKAI_HOME`, else `warehouse/` of the project."""
        chosen = given or os.environ.get("GONGKAI_HOME") or ROOT / "warehouse"
        return cls(Path(chosen).expanduser().resolve())

    @property
    def warehouse(self) -> Path:
        return self.path / "gongkai.duckdb"

    @property
    def archive(self) -> Path:
        """Originals by SHA-256."""
        return self.path / "archive"

    @property
    def raw(self) -> Path:
        """Parquet of what was fetched and read: the truth from which the warehouse is rebuilt."""
        return self.path / "raw"

    @property
    def docs(self) -> Path:
        return self.path / "docs"
