"""What one attempt to fetch may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may cost. Sizes in bytes, of the body before and after decompression."""

    body_bytes: int = 50_000_000
    redirects: int = 10
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    """The longest silence while a body arrives."""
    total_seconds: float = 120.0
    connections: int = 32
