"""The images of a saved page: browsers put them into a folder beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

_MOST = 20
_MAX_BYTES = 20 * 2**20


def pictures_beside(address: str | None, images: Sequence[str]) -> list[bytes]:
    """The images, by their addresses in a page, that lie in the page's folder or below it. None for pages
    that are no local files."""
    if not address:
        return []
    parts = urlsplit(address)
    if parts.scheme not in ("", "file"):
        return []
    page = Path(unquote(parts.path) if parts.scheme else address)
    if not page.is_file():
        return []
    folder = page.parent.resolve()
    found: list[bytes] = []
    for image in images:
        place = urlsplit(image)
        if place.scheme or place.netloc or not place.path:
            continue
        path = (folder / unquote(place.path).lstrip("/")).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _MAX_BYTES:
            found.append(path.read_bytes())
            if len(found) == _MOST:
                break
    return found
