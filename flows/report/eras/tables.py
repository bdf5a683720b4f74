"""Labels that the forms of 2019 and 2021 share: applicants, outcomes of requests, disputes.

Keys are those of `flows.report.label.label_key`. Where a label is known to be printed in other words,
each of its wordings is a row here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flows.report.label import label_key

APPLICANTS = {
    "自然人": "natural_person",
    "个人": "natural_person",
    "公民": "natural_person",
    "商业企业": "business",
    "企业": "business",
    "科研机构": "research",
    "科研单位": "research",
    "社会公益组织": "nonprofit",
    "公益组织": "nonprofit",
    "社会组织": "nonprofit",
    "社会公益机构": "nonprofit",
    "法律服务机构": "legal_service",
    "法律服务组织": "legal_service",
    "法律机构": "legal_service",
    "其他": "other_organisation",
    "总计": "total",
    "合计": "total",
}
APPLICANT_ORDER = (
    "natural_person",
    "business",
    "research",
    "nonprofit",
    "legal_service",
    "other_organisation",
    "total",
)
APPLICANT_HEADINGS = ("申请人情况", "法人或其他组织", "法人及其他组织", "法人和其他组织", "法人或者其他组织")

REQUESTS = {
    "本年新收政府信息公开申请数量": "requests.received",
    "上年结转政府信息公开申请数量": "requests.carried_in",
    "予以公开": "requests.granted",
    "部分公开": "requests.partial",
    "属于国家秘密": "requests.refused.state_secret",
    "其他法律行政法规禁止公开": "requests.refused.other_law",
    "危及三安全一稳定": "requests.refused.three_securities",
    "保护第三方合法权益": "requests.refused.third_party",
    "属于三类内部事务信息": "requests.refused.internal_affairs",
    "属于四类过程性信息": "requests.refused.process_information",
    "属于行政执法案卷": "requests.refused.enforcement_file",
    "属于行政查询事项": "requests.refused.administrative_query",
    "本机关不掌握相关政府信息": "requests.unavailable.not_held",
    "没有现成信息需要另行制作": "requests.unavailable.needs_creation",
    "补正后申请内容仍不明确": "requests.unavailable.unclear",
    "信访举报投诉类申请": "requests.not_processed.petition",
    "重复申请": "requests.not_processed.repeated",
    "要求提供公开出版物": "requests.not_processed.publication",
    "无正当理由大量反复申请": "requests.not_processed.excessive",
    "要求行政机关确认或重新出具已获取信息": "requests.not_processed.confirmation",
    "结转下年度继续办理": "requests.carried_out",
}
OTHER_OUTCOME = "其他处理"
OTHER_OUTCOMES = frozenset([OTHER_OUTCOME, "其他处理情形", "其他处理情况"])
TOTALS = frozenset({"总计", "合计", "小计", "总数"})
OTHER = frozenset({"其他", "其他情形"})

# Words that only one row's label has, for labels that are cut, mistyped or reworded
_REQUEST_WORDS = (
    (re.compile("本年新收|新收政府信息|新收到.*申请数"), "requests.received"),
    (re.compile("上年结转|上年度结转|上一年结转|^上年结"), "requests.carried_in"),
    (re.compile("结转下年|结转到下年|结转至下年|下年度继续办理"), "requests.carried_out"),
    (re.compile("^予以公开"), "requests.granted"),
    (re.compile("^部分公开"), "requests.partial"),
    (re.compile("属于国家秘密"), "requests.refused.state_secret"),
    (re.compile("法律.{0,3}法规禁止|行政法规禁止"), "requests.refused.other_law"),
    (re.compile("三安全一稳定|三安全.稳定"), "requests.refused.three_securities"),
    (re.compile("第三方合法权"), "requests.refused.third_party"),
    (re.compile("内部事务信息|三类内部"), "requests.refused.internal_affairs"),
    (re.compile("过程性信息|四类过程"), "requests.refused.process_information"),
    (re.compile("执法案卷"), "requests.refused.enforcement_file"),
    (re.compile("行政查询"), "requests.refused.administrative_query"),
    (re.compile("不掌握相关|机关不掌握"), "requests.unavailable.not_held"),
    (re.compile("没有现成|另行制作"), "requests.unavailable.needs_creation"),
    (re.compile("补正后.*不明确|内容仍不明确"), "requests.unavailable.unclear"),
    (re.compile("^信访.{0,2}举报"), "requests.not_processed.petition"),
    (re.compile("^重复申请"), "requests.not_processed.repeated"),
    (re.compile("公开的?出版物"), "requests.not_processed.publication"),
    (re.compile("大量反复申请|大量.复申请"), "requests.not_processed.excessive"),
    (re.compile("确认或重新出具|重新出具已"), "requests.not_processed.confirmation"),
    (re.compile("逾期不补正"), "requests.other.no_correction"),
    (re.compile("缴纳费用|收费通知"), "requests.other.no_payment"),
)
OTHER_2021 = {
    "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请": "requests.other.no_correction",
    "申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请": "requests.other.no_payment",
}


_GROUPED = re.compile(
    r"^(?P<all>(?:本年度)?办理结果[-—/、:.]*)?(?:(?:不予公开|无法提供|不予处理|(?P<other>其他处理))[-—/、:.]*"
    r"(?:\(?\d{1,2}[.、)]|[①-⑧])?(?=\D))?"
)
"""The group of outcomes that is printed in one cell with the label under it."""


@lru_cache(maxsize=65536)
def request_row(text: str) -> str | None:
    """The indicator of a row label of the applications table; None for any other text. The rows whose
    label is only 其他, 其他处理 or 总计 are decided by where they stand, not here."""
    if len(text) > 300:
        return None
    key = label_key(text)
    if not key:
        return None
    exact = REQUESTS.get(key) or OTHER_2021.get(key)
    if exact or len(key) < 4:
        return exact
    match = _GROUPED.match(key)
    if match and match.end():
        key = key[match.end() :]
        if key in REQUESTS:
            return REQUESTS[key]
        if key in OTHER:
            return "requests.other.misc" if match["other"] else None
        if match["all"] and key in TOTALS:
            return "requests.resolved"
        if match["all"] and key in OTHER_OUTCOMES:
            return "requests.other"
    if len(key) > 60:
        return None
    for words, indicator in _REQUEST_WORDS:
        if words.search(key):
            return indicator
    return None


DISPUTE_ROUTES = {
    "行政复议": "review",
    "行政复议情况": "review",
    "行政复议案件": "review",
    "未经复议直接起诉": "litigation.direct",
    "未经复议直接提起诉讼": "litigation.direct",
    "未经行政复议直接起诉": "litigation.direct",
    "直接起诉": "litigation.direct",
    "复议后起诉": "litigation.after_review",
    "经复议后起诉": "litigation.after_review",
    "复议后提起诉讼": "litigation.after_review",
    "行政复议后起诉": "litigation.after_review",
    "行政诉讼": "litigation",
    "行政诉讼情况": "litigation",
    "行政诉讼案件": "litigation",
}
DISPUTE_OUTCOMES = {
    "结果维持": "upheld",
    "维持": "upheld",
    "结果纠正": "corrected",
    "纠正": "corrected",
    "其他结果": "other",
    "其它结果": "other",
    "尚未审结": "pending",
    "未审结": "pending",
    "总计": "total",
    "合计": "total",
}
DISPUTE_ORDER = tuple(
    f"{route}.{outcome}"
    for route in ("review", "litigation.direct", "litigation.after_review")
    for outcome in ("upheld", "corrected", "other", "pending", "total")
)
