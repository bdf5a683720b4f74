"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from flows.edge import ocr
from flows.settings import Home

# one answer for one state of the code, on a busy machine too; `make fuzz` is the search for new cases
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

# left out, not skipped: named on the command line, as `make test` does, it runs, and fails without the extra
collect_ignore = [] if ocr.is_available() else ["test_scans.py"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the project (seed documents, what must come out of them)."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "seeds").is_dir():
        pytest.skip(
            f"needs the reference material at {folder} (seeds/, gold/): it is not part of the project"
        )
    return folder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The warehouse of the bundled sample; for reading only."""
    from tests.sample_warehouse import build_sample

    home = Home(tmp_path_factory.mktemp("sample"))
    build_sample(home)
    return home
