"""What the readers of the formats raise."""

from __future__ import annotations


class UnreadableError(Exception):
    """An original that cannot be read: encrypted, broken, of no known format, too large. The message is
    the reason, in words for the reader of the report."""
