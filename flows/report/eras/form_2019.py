"""The form of 2019 (国办公开办函〔2019〕60号, a trial): reports for 2019 and 2020.

Its mark is table 1: 本年新制作数量, 对外公开总数量, 上一年项目数量, 政府集中采购; and one row 其他处理.
"""

from flows.report.eras.form import Form, wordings
from flows.report.eras.tables import REQUESTS

_YEAR = ("本年", "本年度", "当年", "")
_COUNT = ("数量", "数", "件数", "总数")
_CHANGE = ("增/减", "增减", "增、减", "增-减", "增或减", "增加/减少", "增加减少", "增加、减少", "增加或减少")
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
        **dict.fromkeys(
            [*wordings(_YEAR, ("新制作",), _COUNT), *wordings(_YEAR[:-1], ("制作",), _COUNT)], "issued"
        ),
        **dict.fromkeys(
            [*wordings(_YEAR, ("新公开",), _COUNT), *wordings(_YEAR[:-1], ("公开",), _COUNT)], "disclosed"
        ),
        **dict.fromkeys(
            [
                *wordings(("对外公开", "公开"), ("总数量", "总数", "总件数", "总量")),
                "对外公开数量",
                "对外公开数",
            ],
            "disclosed_total",
        ),
        **dict.fromkeys(
            wordings(("上一年", "上年", "上一年度", "上年度"), ("项目",), ("数量", "数", "总数")),
            "items_last_year",
        ),
        # of 本年增(减) the key has no bracket
        **dict.fromkeys(
            ["本年增", *wordings(("本年", "本年度"), _CHANGE, ("", "数量", "数", "情况", "项目数量"))],
            "items_change",
        ),
        **dict.fromkeys(wordings(("采购项目",), ("数量", "数", "总数", "个数")), "projects"),
        **dict.fromkeys(["采购总金额", "采购金额", "采购总额"], "amount"),
    },
    requests={**REQUESTS, "其他处理": "requests.other"},
)
