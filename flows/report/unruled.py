"""Tables without ruling lines → their cells, by the places of the words on the paper.

Counts that stand over one another are columns; what stands to their left are labels, and the words above
them are headings. A label may wrap into lines of which none is at the height of its count: the lines are
shared out among the counts so that every label is a whole one and stands about its count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flows.report.eras import active, tables
from flows.report.label import label_key
from flows.report.rows import (
    APPLICANT,
    FIELD,
    HEADING,
    OUTCOME,
    REQUEST,
    ROLES,
    ROUTE,
    STATISTIC,
    SUBJECT,
    UNIT_WORDS,
    is_label,
    is_value,
    role,
)
from flows.report.types import Span

_UNITS = UNIT_WORDS - {"单位", "统计数", "指标", "数量", "计量单位", "统计指标"}
_NUMBERED = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．](?!\d)|其中")
_NUMBERING = re.compile(r"[(（]?\d{1,2}[)）、.．]")
_NUMERALS = re.compile("[一二三四五六七八九十]+")
"""What is left of a label's number (三 / 、本年度办理结果)."""
_LONGEST_COUNT = 16
_LONGEST_LABEL = 8
"""Lines of a label."""
_FAR = 7.0
"""Heights of a letter between two lines of one table."""
_MAX_LINES = 400
"""Label lines of one table; the longest form has 90."""
_ROW_LABELS = frozenset([REQUEST, SUBJECT, STATISTIC, HEADING])
_COLUMN_LABELS = frozenset([APPLICANT, FIELD, OUTCOME])


@dataclass(slots=True)
class Piece:
    """Words without a wide gap between them: `height` is their middle, y upwards, `size` that of a letter."""

    text: str
    left: float
    right: float
    height: float
    size: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(slots=True)
class OpenTable:
    """A table and the lines that it takes up, from `first` up to `last`."""

    first: int
    last: int
    texts: list[str] = field(default_factory=list)
    shape: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class _Column:
    """A column of counts: where they and its heading stand."""

    left: float
    right: float
    counts: list[tuple[float, float]]
    label: str = ""

    def holds(self, piece: Piece) -> bool:
        return any(left <= piece.middle <= right for left, right in self.counts)


@dataclass(slots=True)
class _Group:
    """Lines of words that are one label, and the number of the row whose label they are."""

    text: str
    top: float
    bottom: float
    lines: tuple[int, int]
    row: int | None = None

    @property
    def named(self) -> bool:
        return is_label(self.text)


def open_tables(lines: Sequence[Sequence[Piece]]) -> list[OpenTable]:
    """The tables that stand in lines, which run from the top down over all pages, without rules."""
    lines = [_drawn_together(line) for line in lines]
    counts = _counts(lines)
    bands: list[list[int]] = []
    for index in counts:
        if bands and _goes_on(lines, counts, bands[-1][-1], index):
            bands[-1].append(index)
        else:
            bands.append([index])
    found: list[OpenTable] = []
    for number, band in enumerate(bands):
        bottom = bands[number + 1][0] if number + 1 < len(bands) else len(lines)
        rows = {index: counts[index] for index in band}
        table = _table(lines, rows, found[-1].last if found else 0, bottom)
        if table is not None:
            found.append(table)
    return sorted([*found, *_without_counts(lines, found)], key=lambda table: table.first)


def _without_counts(lines: Sequence[Sequence[Piece]], found: list[OpenTable]) -> list[OpenTable]:
    """The parts of table 1 whose counts are all blank: headings, and labels under them."""
    taken = {index for table in found for index in range(table.first, table.last)}
    blank: list[OpenTable] = []
    for index, line in enumerate(lines):
        if index in taken or len(line) < 2 or label_key(line[0].text) != active.CONTENT_HEADING:
            continue
        last = index + 1
        while (
            last < len(lines)
            and last not in taken
            and len(lines[last]) == 1
            and role(lines[last][0].text) == SUBJECT
        ):
            last += 1
        if last == index + 1 or not all(role(piece.text) == FIELD for piece in line):
            continue
        table = OpenTable(index, last, [piece.text for piece in line], [])
        table.shape = [(0, column, 1, 1) for column in range(len(line))]
        for row in range(1, last - index):
            table.texts += [lines[index + row][0].text, *[""] * (len(line) - 1)]
            table.shape += [(row, column, 1, 1) for column in range(len(line))]
        blank.append(table)
    return blank


def _drawn_together(line: Sequence[Piece]) -> list[Piece]:
    """The pieces of a line, those of a label that is drawn out (规 章) as one."""
    pieces = sorted(line, key=lambda piece: piece.left)
    at = 0
    while at < len(pieces):
        end = at + 1
        while end < len(pieces) and len(pieces[end].text) == len(pieces[at].text) == 1:
            end += 1
            text = "".join(piece.text for piece in pieces[at:end])
            if is_label(text):
                whole = pieces[at]
                pieces[at:end] = [Piece(text, whole.left, pieces[end - 1].right, whole.height, whole.size)]
                break
        at += 1
    return pieces


def _counts(lines: Sequence[Sequence[Piece]]) -> dict[int, list[Piece]]:
    """By line, the pieces that are counts, and the units that stand in a column of units."""
    counts: dict[int, list[Piece]] = {}
    for index, line in enumerate(lines):
        found = [piece for piece in line if _is_count(piece)]
        if found:
            counts[index] = found
    units = _clusters([piece for index in counts for piece in lines[index] if piece.text in _UNITS])
    for index, line in enumerate(lines):
        named = [
            piece
            for piece in line
            if piece.text in _UNITS
            and any(left < piece.right and piece.left < right for left, right in units)
        ]
        if named:
            counts[index] = sorted([*counts.get(index, ()), *named], key=lambda piece: piece.left)
    return dict(sorted(counts.items()))


def _is_count(piece: Piece) -> bool:
    text = piece.text
    if (
        len(text) > _LONGEST_COUNT
        or text in _UNITS
        or _NUMBERING.fullmatch(text)
        or _NUMERALS.fullmatch(text)
    ):
        return False
    return is_value(text)


def _goes_on(
    lines: Sequence[Sequence[Piece]], counts: dict[int, list[Piece]], above: int, below: int
) -> bool:
    """Whether two lines of counts are of one table: nothing between them heads columns, stands over the
    counts or crosses from the labels to the counts."""
    for one, other in pairwise(range(above, below + 1)):
        apart = lines[one][0].height - lines[other][0].height
        if apart > _FAR * max(lines[one][0].size, lines[other][0].size):
            return False
    edge = min(piece.left for index in (above, below) for piece in counts[index])
    if any(_crosses(piece, edge) for index in (above, below) for piece in lines[index]):
        return False
    return not any(
        piece.right > edge + 1 or role(piece.text) in (FIELD, APPLICANT)
        for line in lines[above + 1 : below]
        for piece in line
    )


# --- one table ----------------------------------------------------------------------------------


def _table(
    lines: Sequence[Sequence[Piece]], rows: dict[int, list[Piece]], top: int, bottom: int
) -> OpenTable | None:
    """The table of the counts that stand in lines, by line, with what belongs to it of the lines from
    `top` up to `bottom`; None where they are no form's."""
    band, counts = list(rows), list(rows.values())
    clusters = _clusters([piece for row in counts for piece in row])
    first = _reach_up(lines, band[0], top, clusters[0][0])
    columns = _columns(clusters, [piece for index in range(first, band[0]) for piece in lines[index]])
    edge = columns[0].left
    head = [(index, piece) for index in range(first, band[0]) for piece in lines[index] if piece.right > edge]
    last = _reach_down(lines, band[-1], bottom, edge)
    labels = [
        (index, piece)
        for index in range(first, last)
        for piece in lines[index]
        if piece.right <= edge and not any(piece is count for row in counts for count in row)
    ]
    if len(labels) > _MAX_LINES:
        return None
    split = _split([piece for _, piece in labels])
    heights = [row[0].height for row in counts]
    own = [pair for pair in labels if pair[1].right > split or role(pair[1].text) in _ROW_LABELS]
    outer = [pair for pair in labels if pair not in own]
    groups = _with_bare_rows(_shared_out(own, heights), heights, outer)
    named = [column for column in columns if column.label]
    if len(named) < 3 and not any(group.row is not None and group.named for group in groups):
        return None
    heading = max((piece.height for _, piece in head), default=None) if named else None
    groups, title = _inner(groups, heading)
    taken = [*band, *(index for index, _ in head if named)]
    taken += [number for group in groups for number in group.lines]
    table = OpenTable(min(taken), max(taken) + 1)
    spanning = _spanning([piece for _, piece in outer], groups)
    _write(table, columns, [piece for _, piece in head], title, groups, counts, spanning)
    return table


def _clusters(counts: list[Piece]) -> list[tuple[float, float]]:
    """Where counts stand over one another: left and right ends."""
    clusters: list[tuple[float, float]] = []
    for piece in sorted(counts, key=lambda piece: piece.left):
        if clusters and piece.left < clusters[-1][1]:
            clusters[-1] = (clusters[-1][0], max(clusters[-1][1], piece.right))
        else:
            clusters.append((piece.left, piece.right))
    return clusters


def _reach_up(lines: Sequence[Sequence[Piece]], start: int, top: int, edge: float) -> int:
    """The first of the lines above the first counts that may be headings or the start of a label."""
    first = start
    headed = False
    while first > top:
        line, below = lines[first - 1], lines[first]
        if line[0].height - below[0].height > _FAR * line[0].size:
            break
        if any(_crosses(piece, edge) for piece in line):
            break
        if headed and not all(label_key(piece.text) in _HEADINGS for piece in line):
            # above the headings of table 1, and above labels whose counts are all blank
            if label_key(lines[first][0].text) == active.CONTENT_HEADING or role(line[0].text) == SUBJECT:
                break
        headed = headed or any(piece.right > edge for piece in line)
        first -= 1
    return first


def _reach_down(lines: Sequence[Sequence[Piece]], start: int, bottom: int, edge: float) -> int:
    """The line after the last one that may be a label."""
    last = start + 1
    while last < bottom:
        line, above = lines[last], lines[last - 1]
        if above[0].height - line[0].height > _FAR * line[0].size:
            break
        if any(piece.right > edge or role(piece.text) in (ROUTE, FIELD, APPLICANT) for piece in line):
            break
        last += 1
    return last


def _crosses(piece: Piece, edge: float) -> bool:
    """Whether a piece is no cell: it runs from the labels to the counts. Headings may, where counts stand
    at one side of their cells."""
    if piece.left >= edge - 1 or piece.right <= edge + 1:
        return False
    key = label_key(piece.text) if len(piece.text) < 40 else ""
    return not key or key not in _HEADINGS


_HEADINGS = "|".join(
    [
        *(label for label, kind in ROLES.items() if kind in _COLUMN_LABELS),
        *tables.TOTALS,
        *tables.OTHER,
        *tables.DISPUTE_ROUTES,
    ]
)


def _is_column_label(text: str) -> bool:
    key = label_key(text) if len(text) <= 40 else ""
    if key in tables.TOTALS or key in tables.OTHER:
        return True
    if key in tables.APPLICANT_HEADINGS or key == active.CONTENT_HEADING:
        return False
    return role(text) in _COLUMN_LABELS


def _columns(clusters: list[tuple[float, float]], head: list[Piece]) -> list[_Column]:
    """The columns of the counts and of the headings above them. A column whose counts are all blank has
    only a heading."""
    stacks = _stacks(head)
    labels = [_label_of(stack) for stack in stacks]
    begin = next((number for number, label in enumerate(labels) if label), len(stacks))
    stacks, labels = stacks[begin:], labels[begin:]
    for by_counts in _stacks_over(clusters, head):
        over = [_label_of(stack) for stack in by_counts]
        if sum(map(bool, over)) > sum(map(bool, labels)):
            stacks, labels = by_counts, over
    if not any(labels):
        return [_Column(left, right, [(left, right)]) for left, right in clusters]
    if len(stacks) == len(clusters):
        cells = [[cluster] for cluster in clusters]
    else:
        middles = [(min(p.left for p in stack) + max(p.right for p in stack)) / 2 for stack in stacks]
        bounds = [(one + other) / 2 for one, other in pairwise(middles)]
        cells = [[] for _ in stacks]
        for left, right in clusters:
            cells[bisect_right(bounds, (left + right) / 2)].append((left, right))
    return [
        _Column(
            min([piece.left for piece in stack] + [left for left, _ in cell]),
            max([piece.right for piece in stack] + [right for _, right in cell]),
            cell,
            label,
        )
        for stack, cell, label in zip(stacks, cells, labels, strict=True)
    ]


def _stacks(head: list[Piece]) -> list[list[Piece]]:
    """The words of the headings by column, from the lowest line up: words over several columns are left
    out."""
    stacks: list[list[Piece]] = []
    for piece in sorted(head, key=lambda piece: piece.height):
        over = [
            stack
            for stack in stacks
            if any(piece.left < other.right and other.left < piece.right for other in stack)
        ]
        if _is_over_several(piece):
            continue
        if not over:
            stacks.append([piece])
        elif len(over) == 1:
            over[0].append(piece)
    return sorted(stacks, key=lambda stack: min(piece.left for piece in stack))


def _stacks_over(clusters: list[tuple[float, float]], head: list[Piece]) -> list[list[list[Piece]]]:
    """The words of the headings by the column of counts that they stand over, where each column has some:
    for counts at the middle, the right and the left of their cells."""
    ways: list[list[list[Piece]]] = []
    if len(clusters) < 2:
        return ways
    middles = [(left + right) / 2 for left, right in clusters]
    rights = [right + 3 for _, right in clusters]
    lefts = [left - 3 for left, _ in clusters]
    for bounds, begin in (
        ([(one + other) / 2 for one, other in pairwise(middles)], (3 * middles[0] - middles[1]) / 2),
        (rights[:-1], 2 * rights[0] - rights[1]),
        (lefts[1:], lefts[0]),
    ):
        stacks: list[list[Piece]] = [[] for _ in clusters]
        for piece in head:
            first, last = bisect_right(bounds, piece.left + 1), bisect_right(bounds, piece.right - 1)
            if first == last and piece.left > begin - 1 and not _is_over_several(piece):
                stacks[first].append(piece)
        if all(stacks):
            ways.append(stacks)
    return ways


def _is_over_several(piece: Piece) -> bool:
    key = label_key(piece.text) if len(piece.text) <= 40 else ""
    return key in tables.APPLICANT_HEADINGS or key in tables.DISPUTE_ROUTES


def _label_of(stack: list[Piece]) -> str:
    """The heading of one column, of the words above it: as many of the lowest lines as are one label."""
    lines = [piece.text for piece in sorted(stack, key=lambda piece: (-piece.height, piece.left))]
    for start in range(max(0, len(lines) - _LONGEST_LABEL), len(lines)):
        text = "".join(lines[start:])
        if _is_column_label(text):
            return text
    return ""


# --- labels -------------------------------------------------------------------------------------


def _split(pieces: list[Piece]) -> float:
    """Where the labels of rows begin, right of those that span rows ((三)不予公开); minus infinity where
    there are none."""
    found, most = float("-inf"), 0
    for place in sorted({piece.left - 0.5 for piece in pieces}):
        before = [piece for piece in pieces if piece.right <= place]
        after = [piece for piece in pieces if piece.left >= place]
        crossing = len(pieces) - len(before) - len(after)
        numbered = any(_NUMBERING.match(piece.text) for piece in after)
        if crossing * (2 if numbered else 3) > len(pieces):
            continue
        beside = sum(
            any(abs(piece.height - other.height) < 0.9 * piece.size for other in before) for piece in after
        )
        if beside > max(most, 0 if numbered else 1):
            found, most = place, beside
    return found


def _shared_out(labels: list[tuple[int, Piece]], heights: list[float]) -> list[_Group]:
    """The lines of labels as labels, each with its row where it has one. Counts stand at the middle of
    their labels, or at their first or last line: as it is for most of the table."""
    lines = _label_lines(labels)
    ways = [_best_way(lines, heights, anchor) for anchor in (0.5, 0.0, 1.0)]
    return min(ways, key=lambda way: way[0])[1]


@dataclass(slots=True)
class _LabelLine:
    number: int
    text: str
    height: float
    size: float


def _label_lines(labels: list[tuple[int, Piece]]) -> list[_LabelLine]:
    lines: list[_LabelLine] = []
    for number, piece in sorted(labels, key=lambda pair: (-pair[1].height, pair[1].left)):
        if lines and lines[-1].height - piece.height < 0.4 * piece.size:
            both = lines[-1].text + piece.text
            # a label that spans rows stands before the first of them
            lines[-1].text = piece.text if is_label(piece.text) and not is_label(both) else both
        else:
            lines.append(_LabelLine(number, piece.text, piece.height, piece.size))
    return lines


_NO_LABEL = 3.5
_NO_ROW = 1.5
_NO_LABEL_NO_ROW = 2.5
_BARE_ROW = 2.0
_TWO_LABELS = 3.0
_AWAY = 5.0
"""What each height of a letter costs that a count stands away from its label."""


def _best_way(lines: list[_LabelLine], heights: list[float], anchor: float) -> tuple[float, list[_Group]]:
    """The cheapest way to share out the lines among the rows; `anchor` is where in a label its count
    stands, 0 at its first line, 1 at its last."""
    line_count, row_count = len(lines), len(heights)
    costs = _group_costs(lines)
    # by rows done: the cost of the best way, and for each lines done the step that led there
    best = [[float("inf")] * (row_count + 1) for _ in range(line_count + 1)]
    step: list[list[tuple[int, bool]]] = [[(0, False)] * (row_count + 1) for _ in range(line_count + 1)]
    best[0][0] = 0.0
    for done in range(line_count + 1):
        for row in range(row_count + 1):
            cost = best[done][row]
            if cost == float("inf"):
                continue
            if row < row_count and cost + _BARE_ROW < best[done][row + 1]:
                best[done][row + 1], step[done][row + 1] = cost + _BARE_ROW, (0, True)
            for size, (own, named) in enumerate(costs[done] if done < line_count else (), 1):
                end = done + size
                alone = cost + own + (_NO_ROW if named else _NO_LABEL_NO_ROW)
                if alone < best[end][row]:
                    best[end][row], step[end][row] = alone, (size, False)
                if row < row_count:
                    first, final = lines[done], lines[end - 1]
                    at = first.height + anchor * (final.height - first.height)
                    away = abs(at - heights[row]) / first.size
                    away += _AWAY * max(0.0, away - 0.6)
                    if final.height - 0.2 * first.size < heights[row] < first.height + 0.2 * first.size:
                        away = min(away, 1.0)
                    with_row = cost + own + away
                    with_row += 0 if named else _NO_LABEL
                    if with_row < best[end][row + 1]:
                        best[end][row + 1], step[end][row + 1] = with_row, (size, True)
    groups: list[_Group] = []
    done, row = line_count, row_count
    while done or row:
        size, with_row_ = step[done][row]
        if with_row_:
            row -= 1
        if size:
            part = lines[done - size : done]
            groups.append(
                _Group(
                    "".join(line.text for line in part),
                    part[0].height,
                    part[-1].height,
                    (min(line.number for line in part), max(line.number for line in part)),
                    row if with_row_ else None,
                )
            )
        done -= size
    return best[line_count][row_count], groups[::-1]


def _group_costs(lines: list[_LabelLine]) -> list[list[tuple[float, bool]]]:
    """By first line and count of lines: what it costs that they are one label, and whether they are a
    label of a form."""
    costs: list[list[tuple[float, bool]]] = []
    for start, first in enumerate(lines):
        own: list[tuple[float, bool]] = []
        cost = 0.0
        text = ""
        whole = False
        """Whether one of the lines is a label by itself."""
        for line, before in zip(lines[start : start + _LONGEST_LABEL], [None, *lines[start:]], strict=False):
            if before is not None:
                cost += 2 * max(0.0, (before.height - line.height) / first.size - 1.9)
                if _NUMBERED.match(line.text):
                    cost += 2 * _TWO_LABELS
                elif label_key(text) in ROLES and label_key(line.text) in ROLES:
                    cost += _TWO_LABELS
            text += line.text
            whole = whole or label_key(line.text) in ROLES
            named = is_label(text)
            own.append((cost + _TWO_LABELS * (whole and not named), named))
        costs.append(own)
    return costs


def _with_bare_rows(
    groups: list[_Group], heights: list[float], outer: list[tuple[int, Piece]]
) -> list[_Group]:
    """The groups, with labels that begin where those that span rows do ((七)总计) given to their rows;
    they are taken out of `outer`."""
    taken = {group.row for group in groups}
    found = list(groups)
    for row, height in enumerate(heights):
        if row in taken:
            continue
        for pair in outer:
            index, piece = pair
            if (
                abs(piece.height - height) < 0.4 * piece.size
                and is_label(piece.text)
                and not (label_key(piece.text) == tables.OTHER_OUTCOME and _has_other_rows(groups))
            ):
                found.append(_Group(piece.text, piece.height, piece.height, (index, index), row))
                outer.remove(pair)
                break
    return sorted(found, key=lambda group: (-group.top, group.row is None))


def _has_other_rows(groups: list[_Group]) -> bool:
    """Whether the table is of the form in which (六)其他处理 has rows of its own."""
    return any((tables.request_row(group.text) or "").startswith("requests.other.") for group in groups)


def _inner(groups: list[_Group], heading: float | None) -> tuple[list[_Group], str]:
    """The labels without the words before and after the table, and what heads the labels: the words
    beside the headings of the columns, which begin at the height `heading`."""
    rows = [number for number, group in enumerate(groups) if group.row is not None]
    if not rows:
        return [], ""
    first, last = rows[0], rows[-1] + 1
    while first and (
        role(groups[first - 1].text) in _ROW_LABELS
        if heading is None
        else groups[first - 1].top <= heading + 8
    ):
        first -= 1
    title: list[str] = []
    while heading is not None and first < rows[0] and role(groups[first].text) not in _ROW_LABELS:
        title.append(groups[first].text)
        first += 1
    while last < len(groups) and role(groups[last].text) in _ROW_LABELS:
        last += 1
    return groups[first:last], "".join(title)


def _spanning(outer: list[Piece], groups: list[_Group]) -> list[tuple[str, int, int]]:
    """The labels that span rows: text, first and last of the groups beside it. One stands at the middle of
    what it spans."""
    blocks: list[list[Piece]] = []
    for piece in sorted(outer, key=lambda piece: -piece.height):
        near = next(
            (
                block
                for block in reversed(blocks)
                if block[-1].height - piece.height < 1.9 * piece.size
                and block[-1].left < piece.right
                and piece.left < block[-1].right
            ),
            None,
        )
        if near is None:
            blocks.append([piece])
        else:
            near.append(piece)
    spanning: list[tuple[str, int, int]] = []
    for block in blocks:
        text = "".join(piece.text for piece in block)
        key = label_key(text)
        if key not in tables.DISPUTE_ROUTES and key != tables.OTHER_OUTCOME:
            continue
        middle = (block[0].height + block[-1].height) / 2
        at = min(
            range(len(groups)),
            key=lambda number: abs((groups[number].top + groups[number].bottom) / 2 - middle),
            default=None,
        )
        if at is None:
            continue
        reach = 0
        while _is_one_block(groups, at - reach - 1, at + reach + 1):
            reach += 1
        spanning.append((text, at - reach, at + reach))
    return spanning


def _is_one_block(groups: list[_Group], first: int, last: int) -> bool:
    """Whether the labels from one to another can stand under one: none is printed twice, or numbered anew."""
    if first < 0 or last >= len(groups):
        return False
    keys = [label_key(group.text) for group in groups[first : last + 1]]
    if len(set(keys)) < len(keys):
        return False
    return not any(group.text[:1] in "(（一二三四五六七" for group in groups[first : last + 1])


# --- the cells ----------------------------------------------------------------------------------


def _write(
    table: OpenTable,
    columns: list[_Column],
    head: list[Piece],
    title: str,
    groups: list[_Group],
    counts: list[list[Piece]],
    spanning: list[tuple[str, int, int]],
) -> None:
    """Fill in the cells: labels that span rows, labels, counts."""
    wide = 1 if spanning else 0
    row = 0

    def cell(text: str, column: int, rowspan: int = 1, colspan: int = 1) -> None:
        table.texts.append(text)
        table.shape.append((row, column, rowspan, colspan))

    if any(column.label for column in columns):
        routes = _routes(columns, head)
        for text, first, last in routes:
            cell(text, wide + 1 + first, 1, last - first + 1)
        row += bool(routes)
        if title:
            cell(title, wide)
        for number, column in enumerate(columns):
            if column.label:
                cell(column.label, wide + 1 + number)
        row += 1
    by_row = {group.row: group for group in groups if group.row is not None}
    ordered: list[tuple[_Group | None, int | None]] = []
    next_row = 0
    for own in groups:
        if own.row is not None:
            ordered += [(None, bare) for bare in range(next_row, own.row)]
            next_row = own.row + 1
        ordered.append((own, own.row))
    ordered += [(None, bare) for bare in range(next_row, len(counts)) if bare not in by_row]
    numbers = {id(group): number for number, group in enumerate(groups)}
    for group, count_row in ordered:
        if group is not None:
            for text, first, last in spanning:
                if numbers[id(group)] == first:
                    cell(text, 0, min(last - first + 1, len(ordered) - (row - 1)))
            cell(group.text, wide)
        line = counts[count_row] if count_row is not None else []
        if group is not None and not line and label_key(group.text) == tables.OTHER_OUTCOME:
            if _has_other_rows(groups):
                row += 1
                continue
        for number, column in enumerate(columns):
            printed = [piece.text for piece in line if column.holds(piece)]
            cell(" ".join(printed), wide + 1 + number)
        row += 1


def _routes(columns: list[_Column], head: list[Piece]) -> list[tuple[str, int, int]]:
    """The routes over columns of outcomes: text, first and last column. A route's outcomes all differ, and
    its words stand over the middle of them."""
    outcomes = [tables.DISPUTE_OUTCOMES.get(label_key(column.label)) for column in columns]
    if sum(outcome is not None for outcome in outcomes) < 3 or "upheld" not in outcomes:
        return []
    runs: list[list[int]] = [[]]
    for number, outcome in enumerate(outcomes):
        if outcome is not None and outcome in [outcomes[other] for other in runs[-1]]:
            runs.append([])
        runs[-1].append(number)
    words = [
        piece
        for piece in head
        if role(piece.text) == ROUTE and tables.DISPUTE_ROUTES[label_key(piece.text)] != "litigation"
    ]
    words.sort(key=lambda piece: piece.left)
    routes: list[tuple[str, int, int]] = []
    for number, run in enumerate(runs):
        if len(words) == len(runs):
            routes.append((words[number].text, run[0], run[-1]))
        elif words:
            middle = (columns[run[0]].left + columns[run[-1]].right) / 2
            nearest = min(words, key=lambda piece: abs(piece.middle - middle))
            routes.append((nearest.text, run[0], run[-1]))
    return routes
