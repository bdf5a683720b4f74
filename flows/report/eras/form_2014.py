"""The form of 2014 (国办发〔2014〕32号): the nine-section table of reports for 2014 to 2018.

Label, unit, count; headings print —— for a count. 维持, 纠错 and 其他情形 stand under 行政复议 and again
under 行政诉讼: their section decides.
"""

from flows.report.eras.form import Form

_CHANNELS = {
    "政府公报公开政府信息数": "gazette",
    "政府网站公开政府信息数": "website",
    "政务微博公开政府信息数": "weibo",
    "政务微信公开政府信息数": "wechat",
    "其他方式公开政府信息数": "other",
}

STATISTICS: dict[str, tuple[str, str]] = {
    "主动公开政府信息数": ("disclosed.total", "条"),
    "主动公开规范性文件数": ("disclosed.normative_documents", "条"),
    "制发规范性文件总数": ("disclosed.normative_documents_issued", "件"),
    **{label: (f"disclosed.channel.{channel}", "条") for label, channel in _CHANNELS.items()},
    "回应公众关注热点或重大舆情数": ("response.topics", "次"),
    "参加或举办新闻发布会总次数": ("response.press_conferences", "次"),
    "主要负责同志参加新闻发布会次数": ("response.press_conferences_led", "次"),
    "政府网站在线访谈次数": ("response.interviews", "次"),
    "主要负责同志参加政府网站在线访谈次数": ("response.interviews_led", "次"),
    "政策解读稿件发布数": ("response.policy_interpretations", "篇"),
    "微博微信回应事件数": ("response.social_media", "次"),
    "其他方式回应事件数": ("response.other", "次"),
    "收到申请数": ("requests.received", "件"),
    "当面申请数": ("requests.received.in_person", "件"),
    "传真申请数": ("requests.received.fax", "件"),
    "网络申请数": ("requests.received.online", "件"),
    "信函申请数": ("requests.received.letter", "件"),
    "申请办结数": ("requests.closed", "件"),
    "按时办结数": ("requests.closed.on_time", "件"),
    "延期办结数": ("requests.closed.extended", "件"),
    "申请答复数": ("requests.replied", "件"),
    "属于已主动公开范围数": ("requests.already_public", "件"),
    "同意公开答复数": ("requests.granted", "件"),
    "同意部分公开答复数": ("requests.partial", "件"),
    "不同意公开答复数": ("requests.refused", "件"),
    "涉及国家秘密": ("requests.refused.state_secret", "件"),
    "涉及商业秘密": ("requests.refused.trade_secret", "件"),
    "涉及个人隐私": ("requests.refused.privacy", "件"),
    "危及国家安全、公共安全、经济安全和社会稳定": ("requests.refused.security_stability", "件"),
    "不是条例所指政府信息": ("requests.refused.not_government_information", "件"),
    "法律法规规定的其他情形": ("requests.refused.other_law", "件"),
    "不属于本行政机关公开数": ("requests.not_this_agency", "件"),
    "申请信息不存在数": ("requests.not_exist", "件"),
    "告知作出更改补充数": ("requests.asked_to_correct", "件"),
    "告知通过其他途径办理数": ("requests.other_channel", "件"),
    "行政复议数量": ("review.total", "件"),
    "行政诉讼数量": ("litigation.total", "件"),
    "维持具体行政行为数": ("{section}.upheld", "件"),
    "维持具体行政行为或者驳回原告诉讼请求数": ("litigation.upheld", "件"),
    "被依法纠错数": ("{section}.corrected", "件"),
    "其他情形数": ("{section}.other", "件"),
    "举报投诉数量": ("complaints.total", "件"),
    "依申请公开信息收取的费用": ("fees.collected", "万元"),
    "政府信息公开工作专门机构数": ("organisation.dedicated_bodies", "个"),
    "设置政府信息公开查阅点数": ("organisation.reading_points", "个"),
    "从事政府信息公开工作人员数": ("organisation.staff", "人"),
    "专职人员数": ("organisation.staff.full_time", "人"),
    "兼职人员数": ("organisation.staff.part_time", "人"),
    "政府信息公开专项经费": ("organisation.budget", "万元"),
    "召开政府信息公开工作会议或专题会议数": ("training.meetings", "次"),
    "举办各类培训班数": ("training.courses", "次"),
    "接受培训人员数": ("training.trainees", "人次"),
}

# Wordings of the same rows
STATISTICS |= {
    "政府网站公开信息数": STATISTICS["政府网站公开政府信息数"],
    "政务网站公开政府信息数": STATISTICS["政府网站公开政府信息数"],
    "举办新闻发布会总次数": STATISTICS["参加或举办新闻发布会总次数"],
    "政府网站在线访谈总次数": STATISTICS["政府网站在线访谈次数"],
    "微博、微信回应事件数": STATISTICS["微博微信回应事件数"],
    "告知做出更改补充数": STATISTICS["告知作出更改补充数"],
    "告知作出更改、补充数": STATISTICS["告知作出更改补充数"],
    "危及国家安全、公共安全、经济安全与社会稳定": STATISTICS["危及国家安全、公共安全、经济安全和社会稳定"],
    "危及国家安全、公共安全、经济安全及社会稳定": STATISTICS["危及国家安全、公共安全、经济安全和社会稳定"],
    "维持具体行政行为或驳回原告诉讼请求数": STATISTICS["维持具体行政行为或者驳回原告诉讼请求数"],
    "依申请公开政府信息收取的费用": STATISTICS["依申请公开信息收取的费用"],
    "按时办结总数": STATISTICS["按时办结数"],
    "政府信息公开工作专职人员数": STATISTICS["专职人员数"],
    "政府信息公开工作兼职人员数": STATISTICS["兼职人员数"],
    "举报投诉数": STATISTICS["举报投诉数量"],
    "依申请公开信息收取费用": STATISTICS["依申请公开信息收取的费用"],
    "政府信息公开查阅点数": STATISTICS["设置政府信息公开查阅点数"],
    "政府信息公开工作人员数": STATISTICS["从事政府信息公开工作人员数"],
}

UNITS = dict(STATISTICS.values())
"""The unit of each row that has an indicator of its own; the others are counts of 件."""

SECTIONS_OPENED = {"review.total": "review", "litigation.total": "litigation"}
SECTIONS = {"行政复议数量": "review", "行政诉讼数量": "litigation"}
"""The rows that open the sections whose rows share their labels."""

HEADINGS = frozenset(
    {
        "主动公开情况",
        "通过不同渠道和方式公开政府信息的情况",
        "回应解读情况",
        "通过不同渠道和方式回应解读的情况",
        "依申请公开情况",
        "机构建设和保障经费情况",
        "政府信息公开会议和培训情况",
    }
)

FORM = Form(era="2014", statistics=STATISTICS)
