"""Ways in which a form's table is changed before it is written: columns moved, rows missing, headers
split, labels cut or annotated. Each takes the form's name and grid and gives one or more grids."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random

from tests.generate.grid import Cell, Grid, cells, transposed, with_columns

Shape = Callable[[str, Grid, Random], list[Grid]]


def as_printed(name: str, grid: Grid, rng: Random) -> list[Grid]:
    return [grid]


def columns_moved(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """The value columns in another order; the labels stay in front."""
    if name == "requests":
        inner = rng.sample(range(4, 9), 5)
        groups = rng.choice([[[9], [3], inner], [[9], inner, [3]], [[3], [9], inner], [inner, [3], [9]]])
        return [with_columns(grid, [0, 1, 2, *(x for group in groups for x in group)])]
    if name == "disputes":
        blocks = [range(5), range(5, 10), range(10, 15)]
        routes = rng.choice([[1, 2, 0], [0, 2, 1]])
        inner = rng.choice([[4, 0, 1, 2, 3], [0, 1, 2, 3, 4]])
        return [with_columns(grid, [blocks[route][x] for route in routes for x in inner])]
    if name == "statistics":
        return [with_columns(grid, [0, 2, 1])]
    return [with_columns(grid, [0, 2, 1, 3])] if _is_square(grid) else [grid]


def _is_square(grid: Grid) -> bool:
    """Whether the value columns of table 1 can change places without tearing a spanning cell."""
    return all(line[1] is not line[2] or line[2] is line[3] for line in grid) and all(
        line[2] is not line[3] or line[1] is line[2] for line in grid
    )


def disputes_transposed(name: str, grid: Grid, rng: Random) -> list[Grid]:
    return [transposed(grid)] if name == "disputes" else [grid]


def header_split(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """The last header row printed as two: 商业 above 企业."""
    if name == "requests":
        upper, lower = list(grid[2]), list(grid[2])
        for x in range(4, 9):
            text = grid[2][x].text
            middle = (len(text) + 1) // 2 if text != "其他" else 2
            upper[x] = Cell(text[:middle], head=True)
            lower[x] = Cell(text[middle:], head=True)
        return [[*grid[:2], upper, lower, *grid[3:]]]
    if name == "active":
        out: Grid = []
        for line in grid:
            if line[0].text != "信息内容" or line[1] is line[2]:
                out.append(line)
                continue
            split: dict[int, tuple[Cell, Cell]] = {}
            for cell in line[1:]:
                middle = 3 if cell.text.startswith(("本年新", "本年增")) else 2
                split[id(cell)] = (Cell(cell.text[:middle], head=True), Cell(cell.text[middle:], head=True))
            out.append([line[0], *(split[id(cell)][0] for cell in line[1:])])
            out.append([line[0], *(split[id(cell)][1] for cell in line[1:])])
        return [out]
    return [grid]


def labels_cut(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Column labels cut short where a cell was narrow: 本年新 twice; 现行有效件."""
    short = {"本年新制作数量": "本年新", "本年新公开数量": "本年新", "现行有效件数": "现行有效件"}
    for cell in cells(grid):
        cell.text = short.get(cell.text, cell.text)
    return [grid]


NOTES = {
    "规章": "（县级无此项）",
    "现行有效件数": "（历史累计）",
    "处理决定数量": "（件）",
    "本年处理决定数量": "（含简易程序）",
    "（六）其他处理": "（不属于上述情形的）",
    "1.本机关不掌握相关政府信息": "（含不属于本机关职责的）",
    "一、本年新收政府信息公开申请数量": "（件）",
    "2.重复申请": "（同一申请人）",
    "总计": "（件）",
    "（二）申请办结数": "（含上年结转）",
    "六、举报投诉数量": "（涉及政府信息公开的）",
    "1.政府公报公开政府信息数": "（含电子版）",
    "2.传真申请数": "（含电子邮件）",
}


def labels_noted(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Labels with notes in brackets that the form does not have."""
    for cell in cells(grid):
        if cell.head and not cell.note and cell.text in NOTES:
            cell.note = NOTES[cell.text]
    return [grid]


def labels_spaced(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Short labels drawn out with spaces: 规 章, 总　　计."""
    space = rng.choice([" ", "　", "　　", "&nbsp;"]).replace("&nbsp;", "\u00a0")
    for cell in cells(grid):
        if cell.head and cell.text in ("规章", "总计", "其他", "自然人", "单位"):
            cell.text = space.join(cell.text)
    return [grid]


def rows_missing(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Rows that do not concern a small agency left out: rules, coercion, a few outcomes."""
    gone = {"规章", "行政强制", "政府集中采购", "8.属于行政查询事项", "3.要求提供公开出版物"}
    gone |= {"4.无正当理由大量反复申请", "2.传真申请数", "5.其他方式回应事件数", "六、举报投诉数量"}
    gone = set(rng.sample(sorted(gone), 5))
    return [[line for line in grid if not any(cell.text in gone for cell in line)]]


def rows_added(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """A row that the form does not have, with a number of its own."""
    width = len(grid[0])
    if name == "active":
        label = Cell("其他主动公开文件", head=True)
        numbers = [Cell(str(rng.randint(0, 90))) for _ in range(width - 1)]
        return [[*grid[:4], [label, *numbers], *grid[4:]]]
    if name == "statistics":
        at = next(y for y, line in enumerate(grid) if line[0].text.startswith("（二）通过不同渠道"))
        extra = [Cell("其中：主动公开建议提案办理结果数", head=True), Cell("件", head=True)]
        return [[*grid[:at], [*extra, Cell(str(rng.randint(0, 40)))], *grid[at:]]]
    return [grid]


def cut_in_pieces(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """A table that goes on in another one after a page break; a label cell may end at the break."""
    if name == "disputes" or len(grid) < 12:
        return [grid]
    at = sorted(rng.sample(range(7, len(grid) - 3), rng.choice([1, 1, 2])))
    pieces = [grid[a:b] for a, b in zip([0, *at], [*at, len(grid)], strict=True)]
    if name == "active":  # each block of table 1 keeps its own header
        starts = [y for y, line in enumerate(grid) if line[0] is line[-1]]
        pieces = [grid[a:b] for a, b in zip(starts, [*starts[1:], len(grid)], strict=True)]
    for upper, lower in pairwise(pieces):
        for x in (0, 1):
            if lower[0][x] is upper[-1][x] and lower[0][x] is not lower[0][-1] and rng.random() < 0.5:
                old, empty = lower[0][x], Cell("", head=True)
                for line in lower:
                    line[:] = [empty if cell is old else cell for cell in line]
    return pieces


def header_repeated(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Cut at page breaks with the header rows printed again on each page."""
    depth = {"requests": 3, "statistics": 1}.get(name)
    if depth is None:
        return [grid]
    at = rng.randrange(depth + 6, len(grid) - 4)
    return [grid[:at], [*grid[:depth], *grid[at:]]]


def header_repeated_inside(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """As above, but in one table."""
    pieces = header_repeated(name, grid, rng)
    return [[line for piece in pieces for line in piece]]


AMOUNT_UNITS = {"采购总金额": "（万元）", "本年收费金额": "（单位：元）"}


def amounts_in_other_units(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Amounts of money in another unit than the form's, named in the column's label."""
    for cell in cells(grid):
        cell.note = AMOUNT_UNITS.get(cell.text, cell.note)
    return [grid]


def turned(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """The form's rows as columns, some with their own columns moved first."""
    pieces = columns_moved(name, grid, rng) if name != "statistics" and rng.random() < 0.5 else [grid]
    return [transposed(piece) for piece in pieces]


def columns_added(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Columns that the form does not have: remarks behind it, and beside the counts of 2014 running totals,
    last year's counts with the change, or codes."""
    out = [list(line) for line in grid]
    if name == "statistics":
        way = rng.choice(["totals", "totals before", "last year", "codes", "remarks"])
        for y, line in enumerate(out):
            count = line[2]
            empty = count.key is None
            lower, higher = str(rng.randint(0, 90)), str(rng.randint(100, 9000))
            if way == "codes":
                line.insert(2, _head("代码", y == 0, f"{y:02d}"))
            elif way == "remarks":
                line.append(_head("备注", y == 0, rng.choice(["", "", "含网上", "3", "同上年"])))
            elif way == "last year":
                line.insert(2, _head("上年", y == 0, "" if empty else lower))
                line.append(_head("增减（%）", y == 0, "" if empty else f"{rng.randint(-90, 90)}%"))
            else:
                line.insert(
                    2 if way == "totals before" else 3, _head("历年累计", y == 0, "" if empty else higher)
                )
            if y == 0:
                out[0] = [Cell("本年度" if cell is count else cell.text, head=True) for cell in line]
    elif rng.random() < 0.5:
        for y, line in enumerate(out):
            line.append(_head("备注", y == 0, ""))
    return [out]


def rows_numbered(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """A column of serial numbers before the form's, with other columns that it does not have."""
    return [
        [[_head("序号", y == 0, str(y)), *line] for y, line in enumerate(piece)]
        for piece in columns_added(name, grid, rng)
    ]


OWN_LEVEL_HEADS = ("本级", "局本级", "市本级", "县本级", "省本级", "本机关")
TERRITORY_HEADS = ("汇总", "合计", "全市汇总", "全县汇总", "本行政区域汇总", "本地区")


def columns_own_level(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Two sets of counts, the office's own and the territory's; the truth is the office's own."""
    return [_two_sets(grid, rng, is_own=True)] if name == "statistics" else [grid]


def columns_territory_total(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """The same two sets; the truth is the territory's."""
    return [_two_sets(grid, rng, is_own=False)] if name == "statistics" else [grid]


def _two_sets(grid: Grid, rng: Random, *, is_own: bool) -> Grid:
    """The counts of the form and others beside them, under one heading each, or under two rows of them."""
    heads = [Cell(rng.choice(heads), head=True) for heads in (OWN_LEVEL_HEADS, TERRITORY_HEADS)]
    if rng.random() < 0.3:
        heads.reverse()
        is_own = not is_own
    out: Grid = []
    for label, unit, count in grid[1:]:
        other = Cell("" if count.key is None else str(rng.randint(0, 9000)))
        out.append([label, unit, count, other] if is_own else [label, unit, other, count])
    label, unit, count = grid[0]
    if rng.random() < 0.5:
        return [[label, unit, count, count], [label, unit, *heads], *out]
    return [[label, unit, *heads], *out]


def _head(title: str, first: bool, text: str) -> Cell:
    return Cell(title if first else text, head=first)


def rows_apart(name: str, grid: Grid, rng: Random) -> list[Grid]:
    """Each row of counts a table of its own, below the one with the headings."""
    if name == "disputes":
        return [grid]
    depth = {"requests": 3, "statistics": 1, "active": 2}[name]
    return [grid[:depth], *([line] for line in grid[depth:])]


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        as_printed,
        columns_moved,
        disputes_transposed,
        header_split,
        labels_cut,
        labels_noted,
        labels_spaced,
        rows_missing,
        rows_added,
        cut_in_pieces,
        header_repeated,
        header_repeated_inside,
        amounts_in_other_units,
        turned,
        columns_added,
        columns_own_level,
        columns_territory_total,
        rows_numbered,
        rows_apart,
    )
}
SHAPES["columns_single_agency"] = columns_own_level
