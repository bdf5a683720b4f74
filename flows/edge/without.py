"""Imports that a process does without, because they take longer than its work."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder


class _Without(MetaPathFinder):
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, name: str, *_: object) -> None:
        if name in self._names:
            raise ImportError(f"this process does without {name}")


def do_without(*names: str) -> None:
    """From now on these packages are as if they were not installed, for whoever can do without them."""
    sys.meta_path.insert(0, _Without(frozenset(names)))
