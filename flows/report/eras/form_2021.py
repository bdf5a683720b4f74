"""The form of 2021 (国办公开办函〔2021〕30号): reports for 2021 and since.

Its mark is table 1: 本年制发件数, 本年废止件数, 现行有效件数; and three rows under 其他处理.
"""

from flows.report.eras.form import Form, wordings
from flows.report.eras.tables import OTHER_2021, REQUESTS

_YEAR = ("本年", "本年度", "当年", "")
_COUNT = ("件数", "数", "数量", "总数", "文件数", "文件件数")
_DOCUMENTS = ("issued", "repealed", "in_force")


def _documents(subject: str) -> dict[str, tuple[str, str]]:
    return {name: (f"active.{subject}.{name}", "件") for name in _DOCUMENTS}


FORM = Form(
    era="2021",
    active={
        "rules": _documents("rules"),
        "normative_documents": _documents("normative_documents"),
        "licensing": {"decisions": ("active.licensing.decisions", "件")},
        "penalties": {"decisions": ("active.penalties.decisions", "件")},
        "coercion": {"decisions": ("active.coercion.decisions", "件")},
        "fees": {"amount": ("active.fees.amount", "万元")},
    },
    fields={
        **dict.fromkeys(wordings(_YEAR, ("制发", "新制发", "制定", "新制定"), _COUNT), "issued"),
        **dict.fromkeys(wordings(_YEAR, ("废止",), _COUNT), "repealed"),
        **dict.fromkeys(wordings(("现行有效", "现行有效总"), ("件数", "数", "数量", "件")), "in_force"),
        **dict.fromkeys(wordings(_YEAR, ("收费金额", "收费总金额", "收费总额")), "amount"),
        **dict.fromkeys(wordings(("本年", "本年度"), ("处理决定", "行政处理决定"), _COUNT), "decisions"),
    },
    requests={**REQUESTS, **OTHER_2021, "其他处理/其他": "requests.other.misc"},
)
