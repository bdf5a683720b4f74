"""The form of 2021 (国办公开办函〔2021〕30号): reports for 2021 and since.

Its mark is table 1: 本年制发件数, 本年废止件数, 现行有效件数; and three rows under 其他处理.
"""

from flows.report.eras.form import Form
from flows.report.eras.tables import OTHER_2021, REQUESTS

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
        "本年制发件数": "issued",
        "制发件数": "issued",
        "本年制发数": "issued",
        "本年制发数量": "issued",
        "本年废止件数": "repealed",
        "废止件数": "repealed",
        "本年废止数": "repealed",
        "本年废止数量": "repealed",
        "现行有效件数": "in_force",
        "现行有效件": "in_force",
        "现行有效数": "in_force",
        "现行有效数量": "in_force",
        "本年收费金额": "amount",
        "收费金额": "amount",
        "本年处理决定数量": "decisions",
        "本年度处理决定数量": "decisions",
    },
    requests={**REQUESTS, **OTHER_2021, "其他处理/其他": "requests.other.misc"},
)
