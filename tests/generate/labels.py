"""The official forms of each era, as printed: groups, rows and columns with the cells they span.

2014: 国办发〔2014〕32号. 2019: 国办公开办函〔2019〕60号. 2021: 国办公开办函〔2021〕30号.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache

from tests.generate.grid import Cell, Grid, grid_of
from tests.generate.places import REFERENCE

APPLICANTS = (
    "natural_person",
    "business",
    "research",
    "nonprofit",
    "legal_service",
    "other_organisation",
    "total",
)

Row = list[tuple[Cell, int, int]]


@cache
def units(era: str) -> dict[str, str]:
    """The codebook's unit of every indicator of an era."""
    with (REFERENCE / "indicator.csv").open(encoding="utf-8", newline="") as lines:
        return {row["indicator"]: row["unit"] for row in csv.DictReader(lines) if row["era"] == era}


def _head(text: str, rowspan: int = 1, colspan: int = 1, note: str = "") -> tuple[Cell, int, int]:
    return Cell(text, head=True, note=note), rowspan, colspan


def _value(indicator: str, applicant: str = "total", colspan: int = 1) -> tuple[Cell, int, int]:
    return Cell(key=(indicator, applicant)), 1, colspan


def _rows_by_applicant(lead: list[tuple[Cell, int, int]], indicator: str) -> Row:
    return [*lead, *(_value(indicator, applicant) for applicant in APPLICANTS)]


def active_2019() -> Grid:
    rows: list[Row] = [[_head("第二十条第（一）项", 1, 4)]]
    rows.append([_head(t) for t in ("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量")])
    for label, name in (("规章", "rules"), ("规范性文件", "normative_documents")):
        fields = ("issued", "disclosed", "disclosed_total")
        rows.append([_head(label), *(_value(f"active.{name}.{field}") for field in fields)])
    for article, items in (
        ("第二十条第（五）项", (("行政许可", "licensing"), ("其他对外管理服务事项", "other_services"))),
        ("第二十条第（六）项", (("行政处罚", "penalties"), ("行政强制", "coercion"))),
    ):
        rows.append([_head(article, 1, 4)])
        rows.append([_head(t) for t in ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量")])
        for label, name in items:
            fields = ("items_last_year", "items_change", "decisions")
            rows.append([_head(label), *(_value(f"active.{name}.{field}") for field in fields)])
    rows.append([_head("第二十条第（八）项", 1, 4)])
    rows.append([_head("信息内容"), _head("上一年项目数量"), _head("本年增/减", 1, 2)])
    rows.append(
        [
            _head("行政事业性收费"),
            _value("active.fees.items_last_year"),
            _value("active.fees.items_change", colspan=2),
        ]
    )
    rows.append([_head("第二十条第（九）项", 1, 4)])
    rows.append([_head("信息内容"), _head("采购项目数量"), _head("采购总金额", 1, 2)])
    rows.append(
        [
            _head("政府集中采购"),
            _value("active.procurement.projects"),
            _value("active.procurement.amount", colspan=2),
        ]
    )
    return grid_of(rows)


def active_2021() -> Grid:
    rows: list[Row] = [[_head("第二十条第（一）项", 1, 4)]]
    rows.append([_head(t) for t in ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")])
    for label, name in (("规章", "rules"), ("行政规范性文件", "normative_documents")):
        fields = ("issued", "repealed", "in_force")
        rows.append([_head(label), *(_value(f"active.{name}.{field}") for field in fields)])
    for article, items in (
        ("第二十条第（五）项", (("行政许可", "licensing"),)),
        ("第二十条第（六）项", (("行政处罚", "penalties"), ("行政强制", "coercion"))),
    ):
        rows.append([_head(article, 1, 4)])
        rows.append([_head("信息内容"), _head("本年处理决定数量", 1, 3)])
        for label, name in items:
            rows.append([_head(label), _value(f"active.{name}.decisions", colspan=3)])
    rows.append([_head("第二十条第（八）项", 1, 4)])
    rows.append([_head("信息内容"), _head("本年收费金额", 1, 3, note="（单位：万元）")])
    rows.append([_head("行政事业性收费"), _value("active.fees.amount", colspan=3)])
    return grid_of(rows)


REFUSED = (
    ("1.属于国家秘密", "state_secret"),
    ("2.其他法律行政法规禁止公开", "other_law"),
    ("3.危及“三安全一稳定”", "three_securities"),
    ("4.保护第三方合法权益", "third_party"),
    ("5.属于三类内部事务信息", "internal_affairs"),
    ("6.属于四类过程性信息", "process_information"),
    ("7.属于行政执法案卷", "enforcement_file"),
    ("8.属于行政查询事项", "administrative_query"),
)
UNAVAILABLE = (
    ("1.本机关不掌握相关政府信息", "not_held"),
    ("2.没有现成信息需要另行制作", "needs_creation"),
    ("3.补正后申请内容仍不明确", "unclear"),
)
NOT_PROCESSED = (
    ("1.信访举报投诉类申请", "petition"),
    ("2.重复申请", "repeated"),
    ("3.要求提供公开出版物", "publication"),
    ("4.无正当理由大量反复申请", "excessive"),
    ("5.要求行政机关确认或重新出具已获取信息", "confirmation"),
)
OTHER_2021 = (
    ("1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "no_correction"),
    ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "no_payment"),
    ("3.其他", "misc"),
)


def _requests(era: str) -> Grid:
    organisations = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
    corner = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    rows: list[Row] = [
        [_head(corner, 3, 3), _head("申请人情况", 1, 7)],
        [_head("自然人", 2), _head("法人或其他组织", 1, 5), _head("总计", 2)],
        [_head(name) for name in organisations],
        _rows_by_applicant([_head("一、本年新收政府信息公开申请数量", 1, 3)], "requests.received"),
        _rows_by_applicant([_head("二、上年结转政府信息公开申请数量", 1, 3)], "requests.carried_in"),
    ]
    partial = _head("（二）部分公开", 1, 2, note="（区分处理的，只计这一情形，不计其他情形）")
    outcomes: list[Row] = [
        _rows_by_applicant([_head("（一）予以公开", 1, 2)], "requests.granted"),
        _rows_by_applicant([partial], "requests.partial"),
    ]
    groups = [
        ("（三）不予公开", "refused", REFUSED),
        ("（四）无法提供", "unavailable", UNAVAILABLE),
        ("（五）不予处理", "not_processed", NOT_PROCESSED),
    ]
    if era == "2021":
        groups.append(("（六）其他处理", "other", OTHER_2021))
    for label, group, leaves in groups:
        for number, (leaf, name) in enumerate(leaves):
            lead = [_head(leaf)] if number else [_head(label, len(leaves)), _head(leaf)]
            outcomes.append(_rows_by_applicant(lead, f"requests.{group}.{name}"))
    if era == "2019":
        outcomes.append(_rows_by_applicant([_head("（六）其他处理", 1, 2)], "requests.other"))
    outcomes.append(_rows_by_applicant([_head("（七）总计", 1, 2)], "requests.resolved"))
    outcomes[0].insert(0, _head("三、本年度办理结果", len(outcomes)))
    rows += outcomes
    rows.append(_rows_by_applicant([_head("四、结转下年度继续办理", 1, 3)], "requests.carried_out"))
    return grid_of(rows)


def requests_2019() -> Grid:
    return _requests("2019")


def requests_2021() -> Grid:
    return _requests("2021")


RESULTS = (
    ("结果维持", "upheld"),
    ("结果纠正", "corrected"),
    ("其他结果", "other"),
    ("尚未审结", "pending"),
    ("总计", "total"),
)
ROUTES = (
    ("行政复议", "review"),
    ("未经复议直接起诉", "litigation.direct"),
    ("复议后起诉", "litigation.after_review"),
)


def disputes() -> Grid:
    return grid_of(
        [
            [_head("行政复议", 1, 5), _head("行政诉讼", 1, 10)],
            [
                *(_head(label, 2) for label, _ in RESULTS),
                _head("未经复议直接起诉", 1, 5),
                _head("复议后起诉", 1, 5),
            ],
            [_head(label) for _ in ROUTES[1:] for label, _ in RESULTS],
            [_value(f"{route}.{result}") for _, route in ROUTES for _, result in RESULTS],
        ]
    )


STATISTICS_2014: tuple[tuple[str, str, str | None], ...] = (
    # label, the form's note, indicator (None: a group row)
    ("一、主动公开情况", "", None),
    ("（一）主动公开政府信息数", "（不同渠道和方式公开相同信息计1条）", "disclosed.total"),
    ("其中：主动公开规范性文件数", "", "disclosed.normative_documents"),
    ("制发规范性文件总数", "", "disclosed.normative_documents_issued"),
    ("（二）通过不同渠道和方式公开政府信息的情况", "", None),
    ("1.政府公报公开政府信息数", "", "disclosed.channel.gazette"),
    ("2.政府网站公开政府信息数", "", "disclosed.channel.website"),
    ("3.政务微博公开政府信息数", "", "disclosed.channel.weibo"),
    ("4.政务微信公开政府信息数", "", "disclosed.channel.wechat"),
    ("5.其他方式公开政府信息数", "", "disclosed.channel.other"),
    ("二、回应解读情况", "", None),
    ("（一）回应公众关注热点或重大舆情数", "（不同方式回应同一热点或舆情计1次）", "response.topics"),
    ("（二）通过不同渠道和方式回应解读的情况", "", None),
    ("1.参加或举办新闻发布会总次数", "", "response.press_conferences"),
    ("其中：主要负责同志参加新闻发布会次数", "", "response.press_conferences_led"),
    ("2.政府网站在线访谈次数", "", "response.interviews"),
    ("其中：主要负责同志参加政府网站在线访谈次数", "", "response.interviews_led"),
    ("3.政策解读稿件发布数", "", "response.policy_interpretations"),
    ("4.微博微信回应事件数", "", "response.social_media"),
    ("5.其他方式回应事件数", "", "response.other"),
    ("三、依申请公开情况", "", None),
    ("（一）收到申请数", "", "requests.received"),
    ("1.当面申请数", "", "requests.received.in_person"),
    ("2.传真申请数", "", "requests.received.fax"),
    ("3.网络申请数", "", "requests.received.online"),
    ("4.信函申请数", "", "requests.received.letter"),
    ("（二）申请办结数", "", "requests.closed"),
    ("1.按时办结数", "", "requests.closed.on_time"),
    ("2.延期办结数", "", "requests.closed.extended"),
    ("（三）申请答复数", "", "requests.replied"),
    ("1.属于已主动公开范围数", "", "requests.already_public"),
    ("2.同意公开答复数", "", "requests.granted"),
    ("3.同意部分公开答复数", "", "requests.partial"),
    ("4.不同意公开答复数", "", "requests.refused"),
    ("其中：涉及国家秘密", "", "requests.refused.state_secret"),
    ("涉及商业秘密", "", "requests.refused.trade_secret"),
    ("涉及个人隐私", "", "requests.refused.privacy"),
    ("危及国家安全、公共安全、经济安全和社会稳定", "", "requests.refused.security_stability"),
    ("不是《条例》所指政府信息", "", "requests.refused.not_government_information"),
    ("法律法规规定的其他情形", "", "requests.refused.other_law"),
    ("5.不属于本行政机关公开数", "", "requests.not_this_agency"),
    ("6.申请信息不存在数", "", "requests.not_exist"),
    ("7.告知作出更改补充数", "", "requests.asked_to_correct"),
    ("8.告知通过其他途径办理数", "", "requests.other_channel"),
    ("四、行政复议数量", "", "review.total"),
    ("（一）维持具体行政行为数", "", "review.upheld"),
    ("（二）被依法纠错数", "", "review.corrected"),
    ("（三）其他情形数", "", "review.other"),
    ("五、行政诉讼数量", "", "litigation.total"),
    ("（一）维持具体行政行为或者驳回原告诉讼请求数", "", "litigation.upheld"),
    ("（二）被依法纠错数", "", "litigation.corrected"),
    ("（三）其他情形数", "", "litigation.other"),
    ("六、举报投诉数量", "", "complaints.total"),
    ("七、依申请公开信息收取的费用", "", "fees.collected"),
    ("八、机构建设和保障经费情况", "", None),
    ("（一）政府信息公开工作专门机构数", "", "organisation.dedicated_bodies"),
    ("（二）设置政府信息公开查阅点数", "", "organisation.reading_points"),
    ("（三）从事政府信息公开工作人员数", "", "organisation.staff"),
    ("1.专职人员数", "（不包括政府公报及政府网站工作人员数）", "organisation.staff.full_time"),
    ("2.兼职人员数", "", "organisation.staff.part_time"),
    (
        "（四）政府信息公开专项经费",
        "（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）",
        "organisation.budget",
    ),
    ("九、政府信息公开会议和培训情况", "", None),
    ("（一）召开政府信息公开工作会议或专题会议数", "", "training.meetings"),
    ("（二）举办各类培训班数", "", "training.courses"),
    ("（三）接受培训人员数", "", "training.trainees"),
)


def statistics_2014() -> Grid:
    rows: list[Row] = [[_head("统计指标"), _head("单位"), _head("统计数")]]
    for label, note, indicator in STATISTICS_2014:
        if indicator is None:
            rows.append([_head(label), _head("——"), _head("")])
        else:
            rows.append([_head(label, note=note), _head(units("2014")[indicator]), _value(indicator)])
    return grid_of(rows)


FORMS: dict[str, dict[str, Callable[[], Grid]]] = {
    "2008": {},
    "2014": {"statistics": statistics_2014},
    "2019": {"active": active_2019, "requests": requests_2019, "disputes": disputes},
    "2021": {"active": active_2021, "requests": requests_2021, "disputes": disputes},
}
"""The forms of an era by name, in printed order. 2008 has none: its reports are free text."""
