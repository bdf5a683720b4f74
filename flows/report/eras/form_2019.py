"""The form of 2019 (国办公开办函〔2019〕60号, a trial): reports for 2019 and 2020.

Its mark is table 1: 本年新制作数量, 对外公开总数量, 上一年项目数量, 政府集中采购; and one row 其他处理.
"""

from flows.report.eras.form import Form
from flows.report.eras.tables import REQUESTS

_DOCUMENTS = ("issued", "disclosed", "disclosed_total")
_ITEMS = ("items_last_year", "items_change", "decisions")


def _documents(subject: str) -> dict[str, tuple[str, str]]:
    return {name: (f"active.{subject}.{name}", "件") for name in _DOCUMENTS}


def _items(subject: str, names: tuple[str, ...] = _ITEMS) -> dict[str, tuple[str, str]]:
    return {name: (f"active.{subject}.{name}", "件" if name == "decisions" else "项") for name in names}


FORM = Form(
    era="2019",
    active={
        "rules": _documents("rules"),
        "normative_documents": _documents("normative_documents"),
        "licensing": _items("licensing"),
        "other_services": _items("other_services"),
        "penalties": _items("penalties"),
        "coercion": _items("coercion"),
        "fees": _items("fees", _ITEMS[:2]),
        "procurement": {
            "projects": ("active.procurement.projects", "项"),
            "amount": ("active.procurement.amount", "元"),
        },
    },
    fields={
        "本年新制作数量": "issued",
        "新制作数量": "issued",
        "本年制作数量": "issued",
        "本年新公开数量": "disclosed",
        "新公开数量": "disclosed",
        "本年公开数量": "disclosed",
        "对外公开总数量": "disclosed_total",
        "公开总数量": "disclosed_total",
        "上一年项目数量": "items_last_year",
        "上年项目数量": "items_last_year",
        "上一年度项目数量": "items_last_year",
        "本年增/减": "items_change",
        "本年增减": "items_change",
        "本年度增/减": "items_change",
        "采购项目数量": "projects",
        "采购总金额": "amount",
    },
    requests={**REQUESTS, "其他处理": "requests.other"},
)
