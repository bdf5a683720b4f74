"""Complaints about open government information, and the fees taken for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.report.narrative.sentence import (
    CASE_COUNT,
    END,
    NO,
    NOBODY,
    NOT,
    NOUGHT,
    QUANTITY,
    SUM,
    Sentence,
    Statement,
    count,
    is_own,
    is_part,
    last_clause,
)
from flows.report.number import in_unit, read_number
from flows.report.types import Number

MONEY = r"(?:(?:大约|约|近|超过|逾)\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s?[余多]?\s?[万亿]?[余多]?元"

_COMPLAINT = r"(?:举报投诉|投诉举报|举报、投诉|投诉、举报|投诉和举报|举报和投诉|举报|投诉)"
_COMPLAINT_TAIL = r"(?:的|案件|信件|件|事项|情况|现象|事件|问题)*"
_COMPLAINTS = re.compile(
    rf"信息公开(?:工作|方面|类|相关|有关|的|问题|事项)*{_COMPLAINT}(?:案件|信件|件|事项)?{QUANTITY}{SUM}(?P<n>{CASE_COUNT})"
    rf"|(?<![费环服])(?:举报投诉|投诉举报){QUANTITY}(?:共|为|:|\s)*(?P<nought>0\s?[件起次宗])"
    rf"|(?P<before>{CASE_COUNT})(?:有关|关于|涉及|针对|对|因)?(?:政府|政务)?信息公开(?:工作|方面|类|问题|引发|引起|的)*{_COMPLAINT}"
)
_NO_COMPLAINTS = re.compile(
    rf"零(?:举报、?)?投诉|零举报|{NO}(?:{NOBODY}|政府信息公开|政务信息公开|信息公开|政务公开|工作|方面|事项|问题|情况|引起|引发|因"
    rf"|被|申请|案件|行政复议|行政诉讼|复议|诉讼|申诉)*+{_COMPLAINT}{_COMPLAINT_TAIL}{END}"
)
_OTHER_COMPLAINTS = re.compile(r"窗口|审批|热线|办事|服务|消费|环境|环保|12345|教学|医疗|执法|信访|物业|工程")

_FEE_WORDS = r"(?:任何|相关|有关|一切|申请人|公民|的|检索|复制|复印|邮寄|邮递|、|等|成本|工本|信息|处理|政府|公开|依申请|提供|查询|和|及|或|各项|各类|方面)*"
_NO_FEES = re.compile(
    rf"{NOT}(?:向(?:申请人|[^,]{{2,16}}?)|对[^,]{{2,16}}?)?(?:收取|收缴|收|产生|发生|存在|出现|有|涉及)?(?:过)?{_FEE_WORDS}(?:费用|收费|费)"
    rf"(?:(?:及|和|与|、|或)(?:费用)?减免)?的?(?:情况|现象|行为|事项|情形)?{END}"
    rf"|零收费|(?:均|全部|一律)免收[^,]{{0,8}}费用?|(?:收费|处理费)的?(?:金额|总额|情况|数额)?(?:为|:)\s?(?:零|0|无)(?:万?元)?(?=[,、()\s]|$)"
)
_FEES = re.compile(
    rf"(?:收取|收缴)(?:了)?(?:(?!减免)[^,;。:\d()]){{0,30}}?(?:费用|费|成本)"
    rf"{QUANTITY}(?:总?金额|总额)?{SUM}(?:人民币)?(?P<n>{MONEY})"
    rf"|(?<!减免)(?<!免收)(?:收费|费用){QUANTITY}(?:总?金额|总额)?{SUM}(?:人民币)?(?P<m>{MONEY})"
    rf"|(?:收取|收费)[了的]?(?:总?金额|总额)?{SUM}(?P<k>{MONEY})"
)
_OTHER_FEES = re.compile(
    r"行政事业性|诉讼费|复议费|诉讼有关|会费|培训|违规|乱收|不合理|多收|超标|支出|经费|预算|决算|罚|奖|采购|三公|项目"
)
_FEES_OF_REQUESTS = re.compile(r"依申请|信息|申请人|检索|复制|邮寄")


def complaints(sentence: Sentence) -> Iterator[Statement]:
    """Complaints about open government information: their number, or that there was none."""
    text = sentence.text
    if _OTHER_COMPLAINTS.search(text):
        return
    for match in _COMPLAINTS.finditer(text):
        number = count(match["n"] or match["nought"] or match["before"])
        if number and is_own(sentence, match.start()) and not is_part(sentence, match.start()):
            yield sentence.says("complaints.total", number, match.start(), match.end())
    for match in _NO_COMPLAINTS.finditer(text):
        if is_own(sentence, match.start()):
            yield sentence.says("complaints.total", NOUGHT, match.start(), match.end())


def fees(sentence: Sentence) -> Iterator[Statement]:
    """What was taken for information given on application, in 万元."""
    text = sentence.text
    if _OTHER_FEES.search(text) or not (_FEES_OF_REQUESTS.search(text) or "收费" in sentence.heading):
        return
    for match in _FEES.finditer(text):
        number = in_unit(_money(match), "万元")
        clause = last_clause(text[: match.end()])
        if number.value is None or "减免" in clause or not is_own(sentence, match.start()):
            continue
        if not is_part(sentence, match.start()):
            yield sentence.says("fees.collected", number, match.start(), match.end())
    for match in _NO_FEES.finditer(text):
        if is_own(sentence, match.start()):
            yield sentence.says("fees.collected", NOUGHT, match.start(), match.end())


def _money(match: re.Match[str]) -> Number:
    return read_number(match["n"] or match["m"] or match["k"])
