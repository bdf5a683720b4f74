"""How figures and labels are printed: digits, units, signs, amounts, marks for a blank."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tests.generate.document import Key, Value
from tests.generate.grid import Cell

FULL_WIDTH = str.maketrans("0123456789.,-+", "０１２３４５６７８９．，－＋")
FULL_BRACKETS = str.maketrans("（）：", "():")
AMOUNTS = {"active.procurement.amount": 1.0, "active.fees.amount": 1e4}
"""Amounts of money that a report may print in another unit, and the yuan in their codebook unit."""

HEADER_UNITS = {"active.procurement.amount": "万元", "active.fees.amount": "元"}
"""Their units where the column's label names another (`shapes.amounts_in_other_units`)."""


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one document. `grouping` and `sign` are what stands there; `amount_unit` is printed
    after an amount of money, which then is in that unit ("header": the column's label names the unit)."""

    full_width: bool = False
    grouping: str = ""
    unit: bool = False
    remark: bool = False
    sign: str = ""
    amount_unit: str = ""
    blank: str = ""
    not_applicable: str = "/"
    half_brackets: bool = False
    notes: bool = True


REMARKS = ("（含各科室）", "（以实际办理为准）", "（局长信箱和热线答复数）", "（包括下属单位）")
YUAN = {"元": 1.0, "万元": 1e4, "亿元": 1e8}


def number_text(value: float, grouping: str = "") -> str:
    """Digits without an exponent or needless zeros: 3, 17.27, 1,234."""
    sign = "-" if value < 0 else ""
    whole, _, decimals = f"{Decimal(str(abs(value))):f}".removesuffix(".0").partition(".")
    if grouping:
        parts: list[str] = []
        while whole:
            whole, last = whole[:-3], whole[-3:]
            parts.insert(0, last)
        whole = grouping.join(parts)
    return sign + whole + (f".{decimals}" if decimals else "")


def figure_text(key: Key, value: Value, unit: str, style: Style, rng: Random) -> str:
    """A figure as its cell prints it."""
    if value.state == "blank":
        return style.blank
    if value.state == "not_applicable":
        return style.not_applicable
    if value.value is None:
        raise ValueError(f"{key}: a figure in the state {value.state} has no value to print")
    amount, suffix = value.value, ""
    indicator = key[0]
    if style.amount_unit and indicator in AMOUNTS and amount:
        in_header = style.amount_unit == "header"
        printed_unit = HEADER_UNITS[indicator] if in_header else style.amount_unit
        amount = round(amount * AMOUNTS[indicator] / YUAN[printed_unit], 10)
        suffix = "" if in_header else printed_unit
    text = number_text(amount, style.grouping)
    if style.sign and indicator.endswith(".items_change") and amount:
        word = {"增": ("增", "减"), "增加": ("增加", "减少"), "+": ("+", "-"), "−": ("+", "−")}[style.sign]
        text = word[amount < 0] + number_text(abs(amount), style.grouping)
    if style.full_width:
        text = text.translate(FULL_WIDTH)
    if style.unit and not suffix:
        suffix = unit
    if style.remark and amount and rng.random() < 0.08:
        suffix += rng.choice(REMARKS)
    return text + suffix


def label_text(cell: Cell, style: Style) -> str:
    text = cell.text + (cell.note if style.notes else "")
    return text.translate(FULL_BRACKETS) if style.half_brackets else text
