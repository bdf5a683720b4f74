"""The words by which these documents name themselves: titles, agencies, periods, and what is no report."""

from __future__ import annotations

import re

YEAR = r"(?:20[0-3]\d)"
_CHINESE_YEAR = re.compile("二[〇○零0][〇○零一二三0][〇○零一二三四五六七八九]")
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def western_years(text: str) -> str:
    """二〇二〇年 as 2020年, of equal length."""
    if "二" not in text:
        return text
    return _CHINESE_YEAR.sub(lambda match: match.group().translate(_CHINESE_DIGITS), text)


# A report names itself: agency, year, 政府信息公开 (工作) 年度报告, in any order of the last parts
REPORT_NAME = re.compile(
    rf"(?:政府)?(?:信息|政务)\s*公开(?:工作)?\s*(?:情况)?(?:的)?\s*(?:{YEAR}\s*年?\s*[年度]{{0,2}})?\s*(?:工作)?(?:情况)?(?:的)?"
    r"(?:年\s*度?\s*(?:工作)?(?:情况)?(?:的)?报告|年\s*报|报告|工作总结|总结|情况汇报)"
)
# Documents about reports, or beside them, whose titles may hold the same words
NOT_A_REPORT = re.compile(
    "指南|目录|工作要点|要点任务|实施方案|工作方案|行动方案|工作计划|工作安排|实施意见|任务分解|分工|"
    "的?通知$|通知[)）]?$|通报|决算|预算|三公|办法|制度|规定|条例|流程|申请表|登记表|须知|意见征集|问卷|考核|培训|会议|"
    "解读|图解|一图|新闻|动态|综述|范文|模板|范本|样本|汇编|合集|\\d+篇"
)
PART_OF_YEAR = re.compile(r"[上下]半年|第?[一二三四1-4]季度|前[二三23]季度|(?<!\d)\d{1,2}月份")
# …and those whose titles begin with what they are
ABOUT_A_REPORT = re.compile(
    r"^\W*(?:(?:文字|图片|图文|视频|政策|专家|媒体)?解读|图解|一图(?:看懂|读懂|了解)?|动漫|H5)"
)
PLAN = re.compile("工作要点|实施方案|工作方案|工作计划|行动计划|工作安排|任务分解")
FUTURE = re.compile(r"将(?:全面|深入|进一步|继续|以|坚持|重点|严格|认真|着力|围绕|紧紧)")
NOT_FOUND = re.compile(
    r"404|页面不存在|无法找到|找不到(?:该|您|页面|文件)|Not Found|已(?:被)?删除|服务器错误|访问的页面", re.I
)

PERIOD = re.compile(
    rf"({YEAR})\s*年\s*(?:度)?\s*(?:0?1|元)\s*月\s*0?[1-5]\s*日\s*(?:起|开始)?\s*[,，]?\s*(?:至|到|[-—–~～―]+)\s*"
    rf"(?:(?:({YEAR})\s*年|同年|当年|本年|该年)\s*(?:度)?)?\s*12\s*月\s*(?:3[01]|2\d)\s*日"
)
PERIOD_WORDS = re.compile("统计|数据|期限|时限|时间|起止")

# Words that open a report that carries no title
OPENING = re.compile(
    "(?:编制|公布|发布|报告).{0,60}(?:年度报告|年报|工作报告|报告)|本(?:年度)?报告(?:由|中|根据|所列|的|分|包括|共|内容|全文)|"
    "本年报(?:由|中|根据|所列)"
)
ITSELF_A_REPORT = re.compile(
    "本(?:年度)?(?:报告|年报)(?:由|是|中|根据|所列|的|分|包括|共|内容|全文)|[现特]编制[^。\n]{0,40}年度报告"
)
SECTIONS = (
    re.compile("总体情况|概述|基本情况|概况"),
    re.compile("主动公开"),
    re.compile("依申请公开|收到和处理政府信息公开申请|申请办理"),
    re.compile("行政复议|行政诉讼"),
    re.compile("存在的?(?:主要)?问题|问题(?:及|和)改进|不足"),
    re.compile("其他需要报告|需要说明|附表|附件"),
)

# The same words in numbered headings, which a report has whose title was lost
SECTION_HEADINGS = tuple(
    re.compile(rf"^[ \u3000]*[一二三四五六七八九十]{{1,2}}、[^\n。,，]{{0,20}}(?:{words})", re.M)
    for words in (
        "概述|总体情况|基本情况",
        "主动公开",
        "依申请公开|申请公开",
        "复议|诉讼",
        "收费|收支",
        "问题|不足",
    )
)

# How the name of an agency ends
AGENCY_END = (
    r"(?:人民)?政府(?:地方志|外事|法制|国有资产|发展研究|研究|参事|侨务|机关事务|金融|口岸|扶贫|政务服务|信访|应急|督查|驻)"
    r"[\u4e00-\u9fff]{0,8}?(?:办公室|委员会|中心|室|局|办)|"
    r"人民政府办公[厅室]|政府办公[厅室]|人民政府|人民代表大会常务委员会|街道办事处|地区行政公署|行政公署|街道办|"
    r"管理委员会|监督管理委员会|管委会|委员会办公室|委员会|办公[厅室]|管理处|"
    r"人民法院|人民检察院|调查总?队|支队|总队|大队|中心|管理站|"
    r"公司|学校|大学|学院|医院|[\u4e00-\u9fff]{1,14}?(?:局|厅|委|办|院|馆|署|社|所|站|库)"
)
TOWNSHIP = re.compile(r"(?:镇|乡|街道|苏木|街)(?:人民政府|政府|办事处|办|党工委)?$")
GOVERNMENT = re.compile(r"(?:省|市|县|区|州|盟|旗|自治区|特区|林区)(?:人民)?政府$|行政公署$|地区行署$")
GOVERNMENT_OFFICE = re.compile(r"(?:人民政府|政府)(?:办公[厅室]|办)$")
DEPARTMENT = re.compile(
    r"(?:局|厅|委|委员会|办|办公室|办公厅|院|署|社|馆|中心|队|处|站|会|部|科|所|库|园|海关|总站|办事处|法院|检察院)(?:\([^()]*\))?$"
)

# A development zone, with or without its committee: neither government nor department
ZONE = re.compile(
    "(?:开发区|工业区|园区|产业园|新区|示范区|实验区|试验区|度假区|旅游区|风景名胜区|风景区|景区|保税区|保税港区|港区|合作区|管理区|"
    "集聚区|高新区|经开区|片区|生态城|新城)(?:\\([^()]*\\))?(?:管委会|管理委员会|党工委管委会|管理局)?$"
)

INSTITUTION = re.compile("(?:学校|中学|小学|幼儿园|大学|学院|医院|卫生院|集团|公司)$")
"""Bodies that serve the public and are no agency."""

# Each alternative begins with a character of its own, so that a search skips the rest of a text
_SUMMED = "[^。\n]{0,40}(?:汇总|编制而成|综合而成)"
_REPORTS = "[^。;\n]{0,30}年度报告[^。\n]{0,12}(?:编制|汇编)"
_AND_BELOW = "部门[和及、]各?[县区乡镇][^。\n]{0,40}(?:汇总|综合|编制)"
TERRITORY = re.compile(
    f"全(?:[省市县区州盟旗]区?各级|[省市县区]{_REPORTS})|我[省市县区州盟旗]区?各级|本[省市县区州盟旗]区?各级|"
    f"本行政区域|综合[各全本]|汇总|各(?:级各部门|{_REPORTS}|{_AND_BELOW})|"
    f"乡镇{_SUMMED}|街道{_SUMMED}|县(?:区|市区|\\(市、?区\\)){_SUMMED}|市县{_SUMMED}|"
    f"市(?:政府)?各?{_AND_BELOW}|政府各?{_AND_BELOW}|{_AND_BELOW}"
)
OWN_LEVEL = re.compile(
    "本级(?:政府|(?<=[省市县区]本级)(?:年度报告|行政机关))|仅(?:包括|含|统计).{0,10}本级|"
    "不(?:含|包括).{0,12}(?:县|区|乡镇|部门)"
)
OFFICE_ITSELF = re.compile("我办|本办|本机关|我厅|我室")
ITSELF = re.compile("[我本](?:局|委|厅|办|镇|乡|街道|院|中心|署|队|站|会|处|馆|校|社|机关|单位|部门)")
