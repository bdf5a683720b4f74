"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the project (seed documents, what must come out of them)."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "seeds").is_dir():
        pytest.skip(
            f"needs the reference material at {folder} (seeds/, gold/): it is not part of the project"
        )
    return folder
