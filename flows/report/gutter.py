"""Running text that a page prints in two columns, put into the order in which it is read.

Between the columns a strip of the page stays white over many lines. It is taken for a gutter only where
what stands on both sides of it is prose that fills its column: a table has ragged labels and counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.report.pdf_page import Char
from flows.report.rows import is_label

_GAP = 0.9
"""Heights of a letter from which the white between two letters may be a gutter."""
_FEWEST = 6
"""Lines that have text on both sides."""
_PLAIN = 0.8
"""Share of these that have no other gap."""
_FULL = 0.4
"""Share of the lines of a column that reach its right edge."""
_FILLED = 0.55
"""Share of a column's area across that its lines take up."""
_WORDS = 0.75
"""Share of Chinese characters and punctuation in a column."""
_LABELS = 0.2
"""Share of its lines up to which labels of a form may stand among them."""
_MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters that are read before those of the next stretch: a column beside a gutter, with the
    column's edges, or what runs over the page's whole width."""

    chars: list[Char]
    top: float
    gutter: float | None = None
    edges: tuple[float, float] | None = None


@dataclass(slots=True)
class _Row:
    chars: list[Char]
    size: float
    gaps: list[tuple[float, float]]
    """The wide gaps between its letters: left, right."""

    def parted(self, place: float) -> tuple[list[Char], list[Char]]:
        return (
            [char for char in self.chars if char.middle < place],
            [char for char in self.chars if char.middle >= place],
        )


def stretches(chars: Sequence[Char], breaks: Sequence[float], known: Sequence[float] = ()) -> list[Stretch]:
    """The characters in reading order; `breaks` are the heights of what parts the page, its tables, and
    `known` the places of gutters on the document's other pages: there a line on both sides is enough."""
    rows = _rows(chars)
    place = _gutter(rows, known)
    if place is None:
        return [Stretch(list(chars), 0.0)]
    fewest = 1 if place in known else _FEWEST
    found: list[Stretch] = []
    run: list[_Row] = []
    for above, row in zip([None, *rows], [*rows, None], strict=True):
        is_parted = (
            above is not None
            and row is not None
            and any(row.chars[0].base < height < above.chars[0].base for height in breaks)
        )
        if run and (row is None or is_parted or not _leaves_white(row, place)):
            found += _columns(run, place, fewest)
            run = []
        if row is not None and _leaves_white(row, place):
            run.append(row)
        elif row is not None:
            found.append(Stretch(row.chars, row.chars[0].base))
    return found


def _rows(chars: Sequence[Char]) -> list[_Row]:
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: -char.base):
        if lines and lines[-1][0].base - char.base < 0.5 * (lines[-1][0].top - lines[-1][0].bottom):
            lines[-1].append(char)
        else:
            lines.append([char])
    rows: list[_Row] = []
    for line in lines:
        line.sort(key=lambda char: char.left)
        size = max(0.5, sorted(char.top - char.bottom for char in line)[len(line) // 2])
        gaps = [
            (one.right, other.left) for one, other in pairwise(line) if other.left - one.right > _GAP * size
        ]
        rows.append(_Row(line, size, gaps))
    return rows


def _gutter(rows: list[_Row], known: Sequence[float]) -> float | None:
    """The place that lies in the gaps of most rows, if it does in enough of them; one that is known before
    others."""
    if len(rows) > _MOST_ROWS:
        return None
    gaps = [gap for row in rows for gap in row.gaps]
    if not gaps or len(gaps) > _MOST_ROWS:
        return None

    def shared(place: float) -> int:
        return sum(any(left < place < right for left, right in row.gaps) for row in rows)

    if known and shared(best := max(known, key=shared)):
        return best
    best = max(((left + right) / 2 for left, right in gaps), key=shared)
    return best if shared(best) >= _FEWEST else None


def _leaves_white(row: _Row, place: float) -> bool:
    """Whether nothing of a row stands at the gutter."""
    before, behind = row.parted(place)
    if before and behind:
        return any(left < place < right for left, right in row.gaps)
    edge = before[-1].right if before else behind[0].left
    return abs(place - edge) > 0.4 * _GAP * row.size and (edge < place) == bool(before)


def _columns(run: list[_Row], place: float, fewest: int) -> list[Stretch]:
    """Rows beside the gutter as two columns, or as they are."""
    sides = [row.parted(place) for row in run]
    columns = [[part for side in sides if (part := side[number])] for number in range(2)]
    both = [row for row, (before, behind) in zip(run, sides, strict=True) if before and behind]
    # between the cells of a table there are more gaps than one
    plain = sum(len(row.gaps) == 1 for row in both)
    is_known = fewest == 1
    if (
        len(both) < fewest
        or plain < _PLAIN * len(both)
        or not all(_is_prose(column, is_known) for column in columns)
    ):
        return [Stretch(row.chars, row.chars[0].base) for row in run]
    return [
        Stretch(
            [char for part in column for char in part],
            run[0].chars[0].base,
            place,
            (min(part[0].left for part in column), max(part[-1].right for part in column)),
        )
        for column in columns
    ]


def _is_prose(column: list[list[Char]], is_known: bool) -> bool:
    """Whether lines fill their column with words, and are no labels of a form; at a gutter that `is_known`
    they may be few and short."""
    letters = [char.text for part in column for char in part]
    words = sum(text > "\u2e80" or text in "“”‘’—…·" for text in letters)
    labels = sum(is_label("".join(char.text for char in part)) for part in column)
    if words < _WORDS * len(letters) or labels > _LABELS * len(column):
        return False
    if is_known:
        return True
    size = sorted(part[0].top - part[0].bottom for part in column)[len(column) // 2]
    edge = max(part[-1].right for part in column)
    width = edge - min(part[0].left for part in column)
    filled = sum(part[-1].right - part[0].left for part in column)
    full = sum(part[-1].right > edge - 1.6 * size for part in column)
    return full >= _FULL * len(column) and filled >= _FILLED * width * len(column)
