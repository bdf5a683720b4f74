"""The reference data: CSV files under `warehouse/reference`, checked, and loaded into DuckDB as `ref.*`.

Every table says here what it is, what one row of it is and what its columns mean; a row that breaks this
is an error that names the file and the line. `ref.measure_term` and `ref.era_cell` have no file: they hold
the formulas of `measure.csv` taken apart, and the figures of `measure_indicator.csv` numbered.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.edge.macros import create_agency_pattern, create_measure_macros
from flows.edge.warehouse import Description, at_once, describe
from flows.settings import REFERENCE

if TYPE_CHECKING:
    import duckdb

Value = str | int | bool | None
Row = dict[str, Value]
Type = Literal["text", "integer", "boolean"]

SQL_TYPES = {"text": "VARCHAR", "integer": "INTEGER", "boolean": "BOOLEAN"}


class ReferenceDataError(Exception):
    """A reference file does not hold what it must; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a reference table. `header` is its name in the file where that differs."""

    name: str
    english: str
    chinese: str
    type: Type = "text"
    is_required: bool = True
    choices: tuple[str, ...] = ()
    header: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """A reference table: `ref.<name>` from `<name>.csv`. `grain` names the columns that make a row one of
    its kind. An optional table is empty while it has no file; `file` names one that is called otherwise."""

    name: str
    english: str
    chinese: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    is_optional: bool = False
    file: str | None = None


ERAS = ("2008", "2014", "2019", "2021")
QUALITIES = ("same", "close", "break")

_ERA = Column("era", "Template era: the form the report follows", "报告模板版本", choices=ERAS)
_MEASURE = Column("measure", "Measure: a figure comparable across template eras", "跨模板可比指标")
_INDICATOR = Column("indicator", "Indicator of the codebook: one row of a form", "编码表指标（表格中的一行）")

TABLES: tuple[ReferenceTable, ...] = (
    ReferenceTable(
        "correction",
        "Figures that are known to be printed or read wrongly, with the right ones",
        "已知印错或误读的数据项及其正确值",
        ("sha256", "cell"),
        (
            Column("sha256", "SHA-256 of the original", "原件SHA-256", header="document"),
            Column("cell", "The figure: indicator|applicant", "数据项：指标|申请人类别"),
            Column(
                "printed",
                "The cell's text as printed, for which alone the correction holds; empty for a blank cell",
                "单元格原文，仅对该原文有效；空白单元格为空",
                is_required=False,
            ),
            Column("corrected", "The right number, in the unit of the indicator", "正确数值（按指标单位）"),
            Column("reason", "Why the printed one is wrong", "更正理由"),
            Column("source", "Where the right one is from", "依据"),
        ),
        is_optional=True,
        file="corrections.csv",
    ),
    ReferenceTable(
        "division",
        "Provinces, prefectures and counties with the years of their names and codes, year-end state, from 2008",
        "省、地、县三级行政区划及其名称代码的起止年份（年末状态，自2008年）",
        ("division_code", "from_year"),
        (
            Column("division_code", "Code by GB/T 2260", "行政区划代码（GB/T 2260）", header="code"),
            Column("division_name", "Name in these years", "该期间的名称", header="name"),
            Column("level", "1 province, 2 prefecture, 3 county", "层级：1省级 2地级 3县级", "integer"),
            Column(
                "parent_code",
                "Code of the division it belongs to; empty for a province. Some have no row of their own "
                "(110100, 429000): such a county belongs to the province",
                "上级区划代码；省级为空。部分代码（如110100、429000）无对应区划，归省级直管",
                is_required=False,
            ),
            Column(
                "from_year",
                "First year; 2008 stands for 2008 or before",
                "起始年份（2008表示2008年或更早）",
                "integer",
            ),
            Column("to_year", "Last year; empty while it lasts", "终止年份；空表示仍有效", "integer", False),
        ),
    ),
    ReferenceTable(
        "division_alias",
        "Other names under which divisions are known: former, short and administrative-zone names",
        "行政区划的其他名称：旧称、简称、功能区名称",
        ("alias", "division_code", "from_year"),
        (
            Column("alias", "The other name", "别名"),
            Column("division_code", "Division it stands for", "所指区划代码", header="code"),
            Column("kind", "What kind of name it is", "别名类型"),
            Column(
                "from_year", "First year; empty where not limited", "起始年份；空表示不限", "integer", False
            ),
            Column("to_year", "Last year; empty where not limited", "终止年份；空表示不限", "integer", False),
            Column("source", "Where it is from", "来源"),
        ),
        is_optional=True,
    ),
    ReferenceTable(
        "division_successor",
        "Which division took the place of which, wholly or in part",
        "行政区划的承继关系（全部或部分）",
        ("division_code", "successor_code"),
        (
            Column("division_code", "Division that ended", "原区划代码", header="code"),
            Column("successor_code", "Division that took its place", "承继区划代码"),
            Column("from_year", "First year of the successor", "承继起始年份", "integer", header="year"),
            Column(
                "relation",
                "same (the same territory), merged (a part of the successor) or split (the successor took a part)",
                "关系：same同一地域、merged并入、split部分划入",
                choices=("same", "merged", "split"),
            ),
            Column("source", "Where it is from", "来源"),
        ),
        is_optional=True,
    ),
    ReferenceTable(
        "era",
        "Template eras: the forms of the report and the years they were meant for",
        "报告模板版本及其适用年份",
        ("era",),
        (
            _ERA,
            Column("from_year", "First report year it was meant for", "适用的首个报告年度", "integer"),
            Column(
                "to_year",
                "Last report year it was meant for; empty while it lasts",
                "适用的最后报告年度；空表示仍适用",
                "integer",
                False,
            ),
            Column("source", "The document that introduced it", "依据文件"),
        ),
    ),
    ReferenceTable(
        "indicator",
        "Indicators of the codebook: the rows of each era's form as printed",
        "编码表：各版本模板的指标及其印刷标签",
        ("indicator", "era"),
        (
            _INDICATOR,
            _ERA,
            Column("table_name", "Part of the form it stands in", "所在表", header="table"),
            Column("label_zh", "Label as printed in the form", "模板上的印刷标签"),
            Column("unit", "Unit its values are kept in", "数值单位"),
            Column(
                "is_by_applicant",
                "The form asks for it by kind of applicant",
                "是否按申请人类别填报",
                "boolean",
                header="by_applicant",
            ),
            Column(
                "parent",
                "Indicator it is a part of in the form's own sum",
                "表内求和的上级指标",
                is_required=False,
            ),
            Column(
                "measure", "Measure it feeds, alone or with others", "所归入的可比指标", is_required=False
            ),
            Column("note", "How it may be written", "填写说明", is_required=False),
        ),
    ),
    ReferenceTable(
        "applicant",
        "Kinds of applicant: the columns of the applications table",
        "申请人类别（申请情况表的列）",
        ("applicant",),
        (
            Column("applicant", "Kind of applicant; total is the row's total", "申请人类别；total为总计"),
            Column("label_zh", "Label as printed in the form", "模板上的印刷标签"),
            Column("group_zh", "Heading above the label", "上级表头", is_required=False, header="group"),
        ),
    ),
    ReferenceTable(
        "measure",
        "Measures: what is compared across agencies, years and template eras",
        "可比指标：跨机关、年度和模板版本比较的对象",
        ("measure",),
        (
            _MEASURE,
            Column("name_zh", "Name in Chinese", "中文名称"),
            Column("name_en", "Name in English", "英文名称"),
            Column(
                "unit",
                "Unit of its values; a rate is a plain ratio, 0.25 for 25 %",
                "数值单位；比率以小数表示",
            ),
            Column(
                "kind",
                "count (of the year), stock (at a moment), amount (of money) or rate (a quotient)",
                "类型：count年度计数、stock时点存量、amount金额、rate比率",
                choices=("count", "stock", "amount", "rate", "text"),
            ),
            Column(
                "is_additive",
                "Values of different agencies of one year may be added",
                "同一年度不同机关的数值可否相加",
                "boolean",
            ),
            Column(
                "formula",
                "How it follows from other measures; empty where indicators feed it",
                "由其他指标计算的公式；空表示直接取自报告",
                is_required=False,
            ),
        ),
    ),
    ReferenceTable(
        "measure_indicator",
        "Which indicators feed a measure in each template era (all of them, added), and how well eras compare",
        "各模板版本中归入可比指标的编码指标（需全部相加）及可比程度",
        ("era", "indicator", "applicant", "measure"),
        (
            _ERA,
            _INDICATOR,
            Column("applicant", "Kind of applicant whose column feeds it", "取自哪一类申请人的列"),
            _MEASURE,
            Column(
                "quality",
                "Against the latest form: same, close (compare with care) or break (do not chain)",
                "与最新模板相比：same相同、close相近、break不可衔接",
                choices=QUALITIES,
            ),
            Column("note", "What differs", "差异说明", is_required=False),
        ),
    ),
    ReferenceTable(
        "series_break",
        "Years from which a measure counts something else for reasons outside the forms",
        "因表外原因导致指标口径变化的年份",
        ("measure", "from_year"),
        (
            _MEASURE,
            Column("from_year", "First report year of the new state", "变化后的首个报告年度", "integer"),
            Column("note_en", "What changed, in English", "变化说明（英文）"),
            Column("note_zh", "What changed, in Chinese", "变化说明（中文）"),
        ),
    ),
    ReferenceTable(
        "agency_pattern",
        "Patterns of agency names that decide how a report counts in a roll-up",
        "决定报告在汇总中如何计入的机关名称模式",
        ("role", "pattern"),
        (
            Column(
                "role",
                "vertical (under central command), government, government_office, or suffix (dropped from names)",
                "vertical中央垂直管理、government政府、government_office政府办公室、suffix比较名称时去除的后缀",
                choices=("vertical", "government", "government_office", "suffix"),
            ),
            Column("pattern", "Regular expression", "正则表达式"),
            Column("note", "What it stands for", "说明"),
        ),
    ),
    ReferenceTable(
        "reason",
        "Reasons why a report is used in a roll-up, or left out of it",
        "报告被采用或未被采用的原因",
        ("reason",),
        (
            Column("reason", "Code of the reason", "原因代码"),
            Column("is_used", "The report is used", "是否采用", "boolean"),
            Column("text_en", "The reason in English", "英文说明"),
            Column("text_zh", "The reason in Chinese", "中文说明"),
        ),
    ),
    ReferenceTable(
        "rule",
        "Rules that no expectation suite states: those of the reading of a document and those of a run. The suites' "
        "own are in quality.rule",
        "期望套件以外的规则：文件读取规则与运行规则（套件规则见quality.rule）",
        ("rule",),
        (
            Column("rule", "Code of the rule", "规则代码"),
            Column(
                "origin",
                "reading (of a document) or run",
                "来源：reading文件读取、run运行",
                choices=("reading", "run"),
            ),
            Column(
                "severity",
                "What breaking it means, as a rule",
                "一般严重程度",
                choices=("critical", "warning", "info"),
            ),
            Column("text_en", "What must hold, in English", "要求（英文）"),
            Column("text_zh", "What must hold, in Chinese", "要求（中文）"),
        ),
    ),
)

MEASURE_TERM = ReferenceTable(
    "measure_term",
    "The formulas of derived measures taken apart: each is the sum of its terms, or one sum by another",
    "派生指标公式的拆解：各项之和，或两个和之比",
    ("measure", "side", "operand"),
    (
        Column("measure", "Derived measure", "派生指标"),
        Column("side", "numerator or denominator", "分子或分母", choices=("numerator", "denominator")),
        Column("operand", "Measure that is added or subtracted", "参与加减的指标"),
        Column("sign", "1 added, -1 subtracted", "1相加，-1相减", "integer"),
    ),
)

ERA_CELL = ReferenceTable(
    "era_cell",
    "The figures of each era's form that feed measures, numbered: core.figure_list keeps them in this order",
    "各版本模板中归入可比指标的数据项及其序号（core.figure_list按此排列）",
    ("era", "cell_place"),
    (
        _ERA,
        Column("cell_place", "Its number, from 1", "序号，自1起", "integer"),
        _INDICATOR,
        Column("applicant", "Kind of applicant; total where there is none", "申请人类别；无分类时为total"),
    ),
)

ALL_TABLES = (*TABLES, MEASURE_TERM, ERA_CELL)
"""Every table of the schema `ref`, those without a file too."""

_BY_NAME = {table.name: table for table in TABLES}


def read_reference(name: str, folder: Path = REFERENCE) -> tuple[Row, ...]:
    """The rows of a reference table, checked and typed; an empty cell is None. Cached.

    Raises ReferenceDataError.
    """
    if name == MEASURE_TERM.name:
        return tuple(_terms(folder))
    if name == ERA_CELL.name:
        return tuple(_era_cells(folder))
    path = folder / (_BY_NAME[name].file or f"{name}.csv")
    if not path.exists():
        if _BY_NAME[name].is_optional:
            return ()
        raise ReferenceDataError(f"{path}: the file is missing")
    return _read(_BY_NAME[name], path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(table: ReferenceTable, path: Path, _modified: int) -> tuple[Row, ...]:
    rows: list[Row] = []
    seen: dict[tuple[Value, ...], int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            wanted = [column.header or column.name for column in table.columns]
            if header != wanted:
                raise ReferenceDataError(
                    f"{path}:1: the columns are {','.join(header)}; they must be {','.join(wanted)}"
                )
            for cells in reader:
                place = f"{path}:{reader.line_num}"
                if len(cells) != len(wanted):
                    raise ReferenceDataError(f"{place}: {len(cells)} cells; the header has {len(wanted)}")
                row = {
                    column.name: _value(cell, column, place)
                    for column, cell in zip(table.columns, cells, strict=True)
                }
                key = tuple(row[name] for name in table.grain)
                if key in seen:
                    raise ReferenceDataError(
                        f"{place}: {' '.join(table.grain)} {key} stands in line {seen[key]} already"
                    )
                seen[key] = reader.line_num
                rows.append(row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ReferenceDataError(f"{path}:{reader.line_num + 1}: {error}") from error
    if table.name in _CHECKS:
        _CHECKS[table.name](path, rows)
    return tuple(rows)


def _value(cell: str, column: Column, place: str) -> Value:
    name = column.header or column.name
    if cell != cell.strip():
        raise ReferenceDataError(f"{place}: {name} has white space around it: {cell!r}")
    if not cell:
        if column.is_required:
            raise ReferenceDataError(f"{place}: {name} is empty")
        return None
    if column.choices and cell not in column.choices:
        raise ReferenceDataError(
            f"{place}: {name} is {cell!r}; it must be one of {', '.join(column.choices)}"
        )
    if column.type == "integer":
        if not re.fullmatch(r"-?\d+", cell):
            raise ReferenceDataError(f"{place}: {name} is {cell!r}; it must be a whole number")
        return int(cell)
    if column.type == "boolean":
        if cell not in ("0", "1"):
            raise ReferenceDataError(f"{place}: {name} is {cell!r}; it must be 0 or 1")
        return cell == "1"
    return cell


def _check_division(path: Path, rows: list[Row]) -> None:
    for line, row in enumerate(rows, 2):
        if not re.fullmatch(r"\d{6}", str(row["division_code"])):
            raise ReferenceDataError(
                f"{path}:{line}: code is {row['division_code']!r}; it must have six digits"
            )
        if row["level"] not in (1, 2, 3):
            raise ReferenceDataError(f"{path}:{line}: level is {row['level']}; it must be 1, 2 or 3")
        if (row["level"] == 1) != (row["parent_code"] is None):
            raise ReferenceDataError(f"{path}:{line}: a province has no parent_code, everything else has one")
        if (
            isinstance(row["to_year"], int)
            and isinstance(row["from_year"], int)
            and row["to_year"] < row["from_year"]
        ):
            raise ReferenceDataError(f"{path}:{line}: to_year is before from_year")


def _check_correction(path: Path, rows: list[Row]) -> None:
    for line, row in enumerate(rows, 2):
        if not re.fullmatch(r"[0-9a-f]{64}", str(row["sha256"])):
            raise ReferenceDataError(f"{path}:{line}: document is {row['sha256']!r}; it must be a SHA-256")
        if not re.fullmatch(r"[a-z_.]+\|[a-z_]+", str(row["cell"])):
            raise ReferenceDataError(
                f"{path}:{line}: cell is {row['cell']!r}; it must be indicator|applicant, as requests.received|total"
            )
        if not re.fullmatch(r"-?\d+(\.\d+)?", str(row["corrected"])):
            raise ReferenceDataError(f"{path}:{line}: corrected is {row['corrected']!r}; it must be a number")


def _check_pattern(path: Path, rows: list[Row]) -> None:
    for line, row in enumerate(rows, 2):
        try:
            re.compile(str(row["pattern"]))
        except re.error as error:
            raise ReferenceDataError(f"{path}:{line}: pattern is no regular expression: {error}") from error


_CHECKS: dict[str, Callable[[Path, list[Row]], None]] = {
    "division": _check_division,
    "correction": _check_correction,
    "agency_pattern": _check_pattern,
}

_SIGNED = re.compile(r"\s*([+-]?)\s*([a-z_]+)\s*")


def parse_formula(formula: str) -> list[tuple[str, str, int]]:
    """A formula as terms (side, operand, sign): `a + b - c`, or one such sum by another: `(a + b) / c`.

    Raises ValueError.
    """
    sides = formula.split("/")
    if len(sides) > 2:
        raise ValueError(f"{formula!r} divides more than once")
    terms = []
    for side, text in zip(("numerator", "denominator"), sides, strict=False):
        text = text.strip()
        if len(sides) == 2 and text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
        position = 0
        while position < len(text):
            match = _SIGNED.match(text, position)
            if match is None or (position > 0 and not match[1]):
                raise ValueError(f"{formula!r}: {text[position:]!r} is not understood")
            terms.append((side, match[2], -1 if match[1] == "-" else 1))
            position = match.end()
    if {side for side, _, _ in terms} != {"numerator", "denominator"}.intersection(
        ("numerator", "denominator")[: len(sides)]
    ):
        raise ValueError(f"{formula!r} lacks an operand")
    return terms


def _terms(folder: Path) -> Iterator[Row]:
    """The rows of `ref.measure_term`, and the checks that need more than one file."""
    path = folder / "measure.csv"
    measures = {str(row["measure"]): row for row in read_reference("measure", folder)}
    for line, (name, row) in enumerate(measures.items(), 2):
        if row["kind"] == "rate" and (row["formula"] is None or "/" not in str(row["formula"])):
            raise ReferenceDataError(f"{path}:{line}: {name} is a rate and needs a formula with one division")
        if row["formula"] is None:
            continue
        try:
            terms = parse_formula(str(row["formula"]))
        except ValueError as error:
            raise ReferenceDataError(f"{path}:{line}: {error}") from error
        if row["kind"] != "rate" and any(side == "denominator" for side, _, _ in terms):
            raise ReferenceDataError(f"{path}:{line}: {name} divides but is not a rate")
        for side, operand, sign in terms:
            if operand not in measures:
                raise ReferenceDataError(f"{path}:{line}: there is no measure {operand!r}")
            if measures[operand]["formula"] is not None:
                raise ReferenceDataError(
                    f"{path}:{line}: {operand} has a formula itself; operands must come from reports"
                )
            yield {"measure": name, "side": side, "operand": operand, "sign": sign}


def _era_cells(folder: Path) -> Iterator[Row]:
    """The rows of `ref.era_cell`."""
    rows = read_reference("measure_indicator", folder)
    for era in ERAS:
        cells = sorted({(str(row["indicator"]), str(row["applicant"])) for row in rows if row["era"] == era})
        for place, (indicator, applicant) in enumerate(cells, 1):
            yield {"era": era, "cell_place": place, "indicator": indicator, "applicant": applicant}


def _check_bridge(folder: Path) -> None:
    """`measure_indicator.csv` agrees with the codebook and the measures."""
    path = folder / "measure_indicator.csv"
    measures = {str(row["measure"]): row for row in read_reference("measure", folder)}
    units = {str(row["indicator"]): row["unit"] for row in read_reference("indicator", folder)}
    applicants = {row["applicant"] for row in read_reference("applicant", folder)}
    bridged = set()
    qualities: dict[tuple[Value, Value], tuple[Value, int]] = {}
    for line, row in enumerate(read_reference("measure_indicator", folder), 2):
        measure, indicator = str(row["measure"]), str(row["indicator"])
        if measure not in measures:
            raise ReferenceDataError(f"{path}:{line}: there is no measure {measure!r}")
        if measures[measure]["formula"] is not None:
            raise ReferenceDataError(f"{path}:{line}: {measure} has a formula; no indicator may feed it")
        if indicator not in units:
            raise ReferenceDataError(f"{path}:{line}: there is no indicator {indicator!r}")
        if units[indicator] != measures[measure]["unit"]:
            raise ReferenceDataError(
                f"{path}:{line}: {indicator} is in {units[indicator]}, {measure} in {measures[measure]['unit']}"
            )
        if row["applicant"] not in applicants:
            raise ReferenceDataError(f"{path}:{line}: there is no applicant {row['applicant']!r}")
        known = qualities.setdefault((row["era"], measure), (row["quality"], line))
        if known[0] != row["quality"]:
            raise ReferenceDataError(
                f"{path}:{line}: {measure} of {row['era']} is {row['quality']} here and {known[0]} in line {known[1]}"
            )
        bridged.add((row["era"], indicator, measure))
    for line, row in enumerate(read_reference("indicator", folder), 2):
        if row["measure"] and (row["era"], row["indicator"], row["measure"]) not in bridged:
            raise ReferenceDataError(
                f"{folder / 'indicator.csv'}:{line}: {row['indicator']} of {row['era']} feeds {row['measure']}, "
                f"but {path.name} has no row for it"
            )


def load_reference(connection: duckdb.DuckDBPyConnection, folder: Path = REFERENCE) -> dict[str, int]:
    """Create and fill `ref.*`; the number of rows by table. Raises ReferenceDataError before it changes anything.

    Measures become an ENUM, for the roll-ups group many millions of rows by them; so does `quality`, whose
    values have an order: the greatest is the worst.
    """
    rows = {table.name: read_reference(table.name, folder) for table in ALL_TABLES}
    _check_bridge(folder)
    measure_type = _enum(str(row["measure"]) for row in rows["measure"])
    types = {"measure": measure_type, "operand": measure_type, "quality": _enum(iter(QUALITIES))}
    create_agency_pattern(connection, rows["agency_pattern"])
    with at_once(connection):
        connection.execute("CREATE SCHEMA IF NOT EXISTS ref")
        for table in ALL_TABLES:
            columns = ", ".join(
                f"{column.name} {types.get(column.name, SQL_TYPES[column.type])}" for column in table.columns
            )
            connection.execute(f"CREATE OR REPLACE TABLE ref.{table.name} ({columns})")
            _insert(connection, table, rows[table.name])
        create_measure_macros(connection, rows)
        describe(connection, reference_descriptions())
    return {f"ref.{table.name}": len(rows[table.name]) for table in ALL_TABLES}


def reference_descriptions() -> list[Description]:
    """What COMMENT ON says of `ref.*`."""
    return [
        Description(
            f"ref.{table.name}",
            f"{table.english} | {table.chinese}",
            {column.name: f"{column.english} | {column.chinese}" for column in table.columns},
        )
        for table in ALL_TABLES
    ]


def _enum(names: Iterator[str]) -> str:
    return f"ENUM ({', '.join(repr(name) for name in names)})"


def _insert(connection: duckdb.DuckDBPyConnection, table: ReferenceTable, rows: tuple[Row, ...]) -> None:
    """Insert a whole table as lists of column values: far faster than row by row, and without pandas."""
    if not rows:
        return
    values = [[row[column.name] for row in rows] for column in table.columns]
    places = ", ".join(f"unnest(${place})" for place in range(1, len(values) + 1))
    connection.execute(f"INSERT INTO ref.{table.name} SELECT {places}", values)
