"""The accounting identities (勾稽关系) of each era's form, as data; `flows.report.identity` checks them.

The notices print one identity only: below the applications table of 2019 and 2021, 第一项加第二项之和,
等于第三项加第四项之和. The rest follows from the form: a total stands beside its parts. What would only
be plausible (not implied by the form) has severity `info`.

A row's total over its applicant columns is no `Identity`: it holds for every row that an identity with
`by_applicant` names, and its rule is `ROW_TOTAL`.
"""

from __future__ import annotations

from flows.report.types import EraName, Identity

APPLICANTS = (
    "natural_person",
    "business",
    "research",
    "nonprofit",
    "legal_service",
    "other_organisation",
)
"""The columns of the applications table that its total column adds up."""

ROW_TOTAL = "requests.row_total"

SIGNED_SUFFIX = ".items_change"
"""Ending of the indicators that may be negative: 本年增/减."""

AMOUNT_UNITS = frozenset({"元", "万元"})
"""Units of the codebook whose values may have a fraction; all others are counts."""

_REFUSED = tuple(
    f"requests.refused.{reason}"
    for reason in (
        "state_secret",
        "other_law",
        "three_securities",
        "third_party",
        "internal_affairs",
        "process_information",
        "enforcement_file",
        "administrative_query",
    )
)
_UNAVAILABLE = tuple(f"requests.unavailable.{reason}" for reason in ("not_held", "needs_creation", "unclear"))
_NOT_PROCESSED = tuple(
    f"requests.not_processed.{reason}"
    for reason in ("petition", "repeated", "publication", "excessive", "confirmation")
)
_OUTCOMES = ("requests.granted", "requests.partial", *_REFUSED, *_UNAVAILABLE, *_NOT_PROCESSED)
_OTHER_2021 = tuple(f"requests.other.{reason}" for reason in ("no_correction", "no_payment", "misc"))


def _sum(total: str, *parts: str, rule: str | None = None, by_applicant: bool = False) -> Identity:
    return Identity(
        rule=rule or total,
        left=(total,),
        right=parts,
        by_applicant=by_applicant,
        source="implied by the form",
    )


def _at_most(rule: str, part: str, whole: str) -> Identity:
    return Identity(rule=rule, left=(part,), right=(whole,), relation="<=", source="implied by the form")


def _plausible(rule: str, left: tuple[str, ...], right: tuple[str, ...]) -> Identity:
    return Identity(rule=rule, left=left, right=right, relation="<=", severity="info", source="plausible")


def _tables_since_2019(outcomes: tuple[str, ...], notice: str) -> tuple[Identity, ...]:
    """The applications and disputes tables, alike in both eras but for the outcome rows."""
    return (
        Identity(
            rule="requests.balance",
            left=("requests.received", "requests.carried_in"),
            right=("requests.resolved", "requests.carried_out"),
            by_applicant=True,
            source=f"{notice}, printed in the form",
        ),
        _sum("requests.resolved", *outcomes, by_applicant=True),
        *(
            _sum(
                f"{route}.total", *(f"{route}.{part}" for part in ("upheld", "corrected", "other", "pending"))
            )
            for route in ("review", "litigation.direct", "litigation.after_review")
        ),
    )


_2014 = (
    _at_most(
        "disclosed.normative_documents",
        "disclosed.normative_documents",
        "disclosed.normative_documents_issued",
    ),
    *(
        _at_most("disclosed.channel", f"disclosed.channel.{channel}", "disclosed.total")
        for channel in ("gazette", "website", "weibo", "wechat", "other")
    ),
    _at_most("response.press_conferences", "response.press_conferences_led", "response.press_conferences"),
    _at_most("response.interviews", "response.interviews_led", "response.interviews"),
    _sum(
        "requests.received",
        *(f"requests.received.{channel}" for channel in ("in_person", "fax", "online", "letter")),
    ),
    _sum("requests.closed", "requests.closed.on_time", "requests.closed.extended"),
    _sum(
        "requests.replied",
        "requests.already_public",
        "requests.granted",
        "requests.partial",
        "requests.refused",
        "requests.not_this_agency",
        "requests.not_exist",
        "requests.asked_to_correct",
        "requests.other_channel",
    ),
    _sum(
        "requests.refused",
        *(
            f"requests.refused.{reason}"
            for reason in (
                "state_secret",
                "trade_secret",
                "privacy",
                "security_stability",
                "not_government_information",
                "other_law",
            )
        ),
    ),
    _sum("review.total", "review.upheld", "review.corrected", "review.other"),
    _sum("litigation.total", "litigation.upheld", "litigation.corrected", "litigation.other"),
    _sum("organisation.staff", "organisation.staff.full_time", "organisation.staff.part_time"),
)

_DOCUMENTS = ("active.rules", "active.normative_documents")
_MATTERS = ("active.licensing", "active.other_services", "active.penalties", "active.coercion")

_2019 = (
    *_tables_since_2019((*_OUTCOMES, "requests.other"), "国办公开办函〔2019〕60号"),
    *(
        _plausible("active.disclosed", (f"{kind}.disclosed",), (f"{kind}.disclosed_total",))
        for kind in _DOCUMENTS
    ),
    # The number of items on a list cannot fall below nought.
    *(
        _plausible("active.items", (), (f"{matter}.items_last_year", f"{matter}.items_change"))
        for matter in (*_MATTERS, "active.fees")
    ),
)

_2021 = (
    *_tables_since_2019((*_OUTCOMES, *_OTHER_2021), "国办公开办函〔2021〕30号"),
    # in force = in force the year before + issued − repealed, and what was in force before is not negative
    *(
        _plausible("active.in_force", (f"{kind}.issued",), (f"{kind}.in_force", f"{kind}.repealed"))
        for kind in _DOCUMENTS
    ),
)

_2008 = (
    _sum("requests.replied", "requests.granted", "requests.partial", "requests.refused"),
    *(
        _at_most("requests.received", f"requests.received.{channel}", "requests.received")
        for channel in ("in_person", "fax", "letter")
    ),
)
"""Of the local tables of 2008 to 2013."""

IDENTITIES: dict[EraName, tuple[Identity, ...]] = {"2008": _2008, "2014": _2014, "2019": _2019, "2021": _2021}

STOCK_AND_DECISIONS: dict[EraName, tuple[tuple[str, str, str], ...]] = {
    "2019": tuple(
        (f"{matter}.items_last_year", f"{matter}.items_change", f"{matter}.decisions") for matter in _MATTERS
    )
}
"""Rows whose decisions column some agencies fill with the stock, last year's items plus the change."""

LABELS: dict[str, str] = {
    "active.decisions": "处理决定数量",
    "active.disclosed": "本年新公开数量",
    "active.in_force": "现行有效件数",
    "active.items": "项目数量",
    "disclosed.channel": "各渠道公开信息数",
    "disclosed.normative_documents": "主动公开规范性文件数",
    "fact.conflict": "同一单元格数值不一",
    "fact.negative": "负数",
    "fact.not_integer": "非整数",
    "fact.suspect": "疑似错误的单元格",
    "litigation.after_review.total": "复议后起诉总计",
    "litigation.direct.total": "未经复议直接起诉总计",
    "litigation.total": "行政诉讼数量",
    "narrative.disagrees": "正文与表格不一致",
    "organisation.staff": "政府信息公开工作人员数",
    "report.published_before_period_end": "发布日期早于统计期末",
    "report.published_late": "发布日期过晚",
    "requests.balance": "新收+结转=办理结果+结转下年度",
    "requests.closed": "申请办结数",
    "requests.received": "收到申请数",
    "requests.refused": "不同意公开答复数",
    "requests.replied": "申请答复数",
    "requests.resolved": "办理结果总计",
    "requests.row_total": "各申请人合计",
    "response.interviews": "在线访谈次数",
    "response.press_conferences": "新闻发布会次数",
    "review.total": "行政复议数量",
    "table.misread": "表格疑似误读",
}
"""What a rule is about, in the form's own words, for messages."""


def table_of(rule: str, era: EraName) -> str:
    """The table of the form whose figures a rule of `IDENTITIES` checks, as the codebook names it."""
    if era == "2014":
        return "statistics"
    family = rule.partition(".")[0]
    return "disputes" if family in ("review", "litigation") else family
