"""The form of 2014 (国办发〔2014〕32号): the nine-section table of reports for 2014 to 2018.

Label, unit, count; headings print —— for a count. 维持, 纠错 and 其他情形 stand under 行政复议 and again
under 行政诉讼: their section decides.
"""

import re
from functools import lru_cache

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

_COUNT = "(?:总?件?次?数量?)?"
_WORDINGS = {
    "主动公开规范性文件数": "主动公开的?规范性文件",
    "制发规范性文件总数": "制发的?规范性文件",
    "政府公报公开政府信息数": "(?:政府)?公报公开(?:政府)?信息",
    "政府网站公开政府信息数": "(?:政府|政务)?(?:门户)?网站公开(?:政府)?信息",
    "政务微博公开政府信息数": "(?:政务)?微博公开(?:政府)?信息",
    "政务微信公开政府信息数": "(?:政务)?微信(?:公众号)?公开(?:政府)?信息",
    "其他方式公开政府信息数": "其他方式公开(?:政府)?信息",
    "回应公众关注热点或重大舆情数": "回应公众关注(?:的)?热点[或和、及]重大舆情",
    "参加或举办新闻发布会总次数": "(?:参加|举办)(?:[或和、](?:举办|参加))?新闻发布会",
    "主要负责同志参加新闻发布会次数": "主要负责(?:同志|人)参加新闻发布会",
    "政府网站在线访谈次数": "(?:政府)?网站在线访谈",
    "主要负责同志参加政府网站在线访谈次数": "主要负责(?:同志|人)参加(?:政府)?(?:网站)?在线访谈",
    "政策解读稿件发布数": "(?:发布)?政策解读稿件(?:发布)?",
    "微博微信回应事件数": "微博[、和]?微信回应事件",
    "其他方式回应事件数": "其他方式回应事件",
    "收到申请数": "收到(?:依申请公开|政府信息公开)?申请",
    "当面申请数": "当面申请",
    "传真申请数": "传真申请",
    "网络申请数": "网[络上]申请",
    "信函申请数": "信函申请",
    "申请办结数": "申请办结|办结申请",
    "按时办结数": "按[时期]办结",
    "延期办结数": "延期办结",
    "申请答复数": "申请答复|答复申请",
    "属于已主动公开范围数": "(?:属于)?已?主动公开范围",
    "同意公开答复数": "同意公开(?:答复(?=总?数)|(?=总?数))",
    "同意部分公开答复数": "(?:同意)?部分公开答复(?=总?数)|同意部分公开(?=总?数)",
    "不同意公开答复数": "不(?:同意|予)公开答复(?=总?数)|不同意公开(?=总?数)",
    "涉及国家秘密": "涉及国家秘密(?:的)?",
    "涉及商业秘密": "涉及商业秘密(?:的)?",
    "涉及个人隐私": "涉及个人隐私(?:的)?",
    "危及国家安全、公共安全、经济安全和社会稳定": "危及国家安全[、,]公共安全[、,]经济安全(?:[、,和与及]|以及)社会稳定(?:的)?",
    "不是条例所指政府信息": "(?:不是|不属于)(?:政府信息公开)?条例所指的?政府信息(?:的)?",
    "法律法规规定的其他情形": "法律[、和]?法规规定的?其他情形",
    "不属于本行政机关公开数": "不属于本(?:行政)?机关公开(?:范围)?",
    "申请信息不存在数": "(?:申请)?信息不存在",
    "告知作出更改补充数": "告知[作做]出?更改[、和]?补充",
    "告知通过其他途径办理数": "告知通过其他途径办理",
    "行政复议数量": "行政复议(?:情况)?",
    "行政诉讼数量": "行政诉讼(?:情况)?",
    "维持具体行政行为数": "维持(?:具体)?行政行为",
    "维持具体行政行为或者驳回原告诉讼请求数": "维持(?:具体)?行政行为或者?驳回原告诉讼请求",
    "被依法纠错数": "被?依法纠错",
    "举报投诉数量": "举报投诉|投诉举报",
    "依申请公开信息收取的费用": "依申请公开(?:政府)?信息收取费用|依申请公开政府信息收取的费用|依申请公开收取的?费用"
    "|依申请公开(?:政府)?信息收费",
    "政府信息公开工作专门机构数": "政府信息公开(?:工作)?(?:专门)?机构",
    "设置政府信息公开查阅点数": "(?:设置)?政府信息公开查阅(?:点|场所)",
    "从事政府信息公开工作人员数": "(?:从事)?政府信息公开工作(?:人员|人(?=数))",
    "专职人员数": "(?:政府信息公开工作)?专职(?:工作)?人员",
    "兼职人员数": "(?:政府信息公开工作)?兼职(?:工作)?人员",
    "政府信息公开专项经费": "政府信息公开(?:专项|工作)?经费",
    "召开政府信息公开工作会议或专题会议数": "召开政府信息公开工作会议[或和、及]专题会议",
    "举办各类培训班数": "举办(?:各类)?培训班",
    "接受培训人员数": "接受培训人(?:员|次)?|培训人员(?=数)",
}
"""Row of the form → how else it is printed, before a word for its count."""
_REWORDED = re.compile(
    "|".join(f"(?P<row{number}>(?:{words}){_COUNT})" for number, words in enumerate(_WORDINGS.values()))
)
_ROWS = [*_WORDINGS]


@lru_cache(maxsize=65536)
def row_of(key: str) -> str | None:
    """The row that a label's key names, in the form's own words or in others; None where it names none."""
    if key in STATISTICS:
        return key
    match = _REWORDED.fullmatch(key) if len(key) <= _LONGEST_ROW else None
    return _ROWS[int(match.lastgroup[3:])] if match and match.lastgroup else None


_LONGEST_ROW = 40

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
