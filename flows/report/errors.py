"""What the readers of the formats raise."""

from __future__ import annotations


class UnreadableError(Exception):
    """An original that cannot be read: encrypted, broken, of no known format, too large. The message is
    the reason, in words for the reader of the report."""


class HiddenTextError(UnreadableError):
    """A file of `page_count` pages that prints what it does not say: to be read as images."""

    def __init__(self, reason: str, page_count: int) -> None:
        super().__init__(reason)
        self.page_count = page_count
