"""The whole test web: 50 hosts of 40 pages. `python -m tests.web.full`"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.web.acceptance import accept

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(*accept(Path(folder), hosts=50, pages=40, rate=20.0), sep="\n")
