"""What was published on the agency's own motion: in all, and by channel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.report.narrative.sentence import (
    QUANTITY,
    SUM,
    Sentence,
    Statement,
    count,
    is_own,
    is_part,
)

_ITEMS = r"(?:条次|条|件|篇|份|项|则)(?:以上|左右)?"
_ITEM_COUNT = re.compile(
    rf"(?<![\d.,第\-—~～至])(?P<n>(?:(?:大约|约|将近|接近|近|超过|超|逾|多达)\s?)?(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?"
    rf"|[一二两三四五六七八九十]{{1,3}}[百千万][零〇一二三四五六七八九十百千]*)"
    rf"\s?[余多]?\s?万?\s?[余多]?\s?{_ITEMS})"
)
_INFORMATION = (
    r"(?:全[省市县区州镇乡]|本级|本机关|本局|我[局市县区镇乡委办])?的?(?:各类|各种|各项|有效|相关|有关)?"
    r"(?:政府|政务公开|政务|公开)?(?:各类|各种)?(?:公开)?信息"
)
_PIECES = (
    r"(?:推文|图文消息|图文信息|图文|消息|文章|原创文章|微信信息|微博信息|微信|微博|博文|稿件|内容|作品)"
)
_DISCLOSED = re.compile(
    rf"(?P<verb>主动公开|对外公开|公开|公布|发布|推送|更新|刊登|刊发|刊载|上传|编发)"
    rf"(?<!(?:申请|不予|部分|予以|同意|信息)(?:公开|发布|更新))(?<![不应未拟](?:公开|公布|发布))"
    rf"(?P<done>了|的)?(?P<object>{_INFORMATION}|{_PIECES}"
    rf"|[^,。\d]{{2,60}}等(?:各类|各种|各方面|方面|相关)?的?(?:政府|政务|公开)?信息)?"
    rf"的?{QUANTITY}{SUM}$"
)
_OBJECT_AFTER = re.compile(rf"(?:的)?(?:{_INFORMATION}|{_PIECES})(?=[,、()\s]|$)")

_CHANNELS = (
    ("disclosed.channel.website", r"网站|门户网站?|信息网站?|政府网站?|官网|政务网站?"),
    ("disclosed.channel.wechat", r"微信|公众号|订阅号"),
    ("disclosed.channel.weibo", r"微博"),
    ("disclosed.channel.gazette", r"政府公报|人民政府公报|政报"),
    ("disclosed.channel.other", r"其[他它](?:方式|渠道|途径|形式)"),
    (
        None,
        r"平台|专栏|栏目|板块|目录|系统|客户端|APP|app|公示栏|公告栏|公开栏|宣传栏|屏|报纸|报刊|电视|电台|广播|查阅|头条|抖音|手机|新闻发布会|媒体|公告|公报|短信",
    ),
)
_CHANNEL = re.compile("|".join(f"(?P<c{i}>{words})" for i, (_, words) in enumerate(_CHANNELS)))
_AND_OTHERS = re.compile(
    r"等(?:$|[^,]{0,2}(?:阵地|平台|渠道|载体|方式|形式|途径|媒体|媒介|多))|各类(?:平台|渠道|载体)|多种(?:方式|渠道|形式)"
)
_NO_CHANNEL = f"c{len(_CHANNELS) - 1}"
_NEW_MEDIA = re.compile(r"等[^,]{0,2}新媒体")
_CLOSE = re.compile(
    r"(?:“[^”]{1,20}”|公众号|平台|账号|官方|公众|号|订阅号|服务号|网站|网|首页|”|》|\"|\([^()]*\)"
    r"|上|中|共计|累计|共|全年|本年度|年度|今年|主动|对外|及时|依法|总计|合计|已|依托|,|、|\s)*$"
)
# 累计公开5928条,其中,本年度新增主动公开2110条
_OF_THE_YEAR = re.compile(
    rf"累计[^。]{{0,80}}?,(?:其中[,:]?)?(?:本年度?|当年|今年|(?P<year>20\d\d)年度?)共?(?:新增|主动公开|公开)"
    rf"(?:主动|公开|政府|政务|信息|的|共|为){{0,6}}{_ITEM_COUNT.pattern}(?=[,、()\s]|$)"
)
_SUBJECT = re.compile(r"(?:领域|方面|工作中|过程中|事项|类别|专栏)$")


def disclosed(sentence: Sentence) -> Iterator[Statement]:
    """What was published: the total, and the channels of the form of 2014, which reports of every year
    name. Counts of one kind of information (统计分析76条) are neither."""
    text = sentence.text
    found: list[Statement] = []
    previous = 0
    for match in _ITEM_COUNT.finditer(text):
        start, previous = previous, match.end()
        lead = text[max(start, match.start() - 160) : match.start()]
        stated = _DISCLOSED.search(lead)
        if stated is None:
            continue
        generic = stated["object"] is not None or _OBJECT_AFTER.match(text, match.end()) is not None
        # 公众号发布 85 条 names no object; then nothing else may follow that does
        if not generic and (
            stated["done"] == "的" or text[match.end() : match.end() + 1] not in ("", *",、(")
        ):
            continue
        channel = _channel(lead[: stated.start()], stated["verb"], generic)
        if channel is None:
            continue
        indicator, named_at = channel
        number = count(match["n"])
        at = match.start()
        if number is None or not is_own(sentence, at):
            continue
        if indicator == "disclosed.total" and (
            is_part(sentence, at) or (not generic and stated["verb"] != "主动公开")
        ):
            continue
        begin = match.start() - len(lead) + (stated.start() if named_at is None else named_at)
        found.append(sentence.says(indicator, number, begin, match.end()))
    for indicator in dict.fromkeys(statement.indicator for statement in found):
        mine = [s for s in found if s.indicator == indicator]
        whole = [s for s in mine if not is_part(sentence, s.end - sentence.start)] or mine
        # Several sites or accounts side by side: none of them is the channel's figure
        if indicator == "disclosed.total" or len({s.number.value for s in whole}) == 1:
            yield whole[0]
    if not any(statement.indicator == "disclosed.total" for statement in found):
        yield from _of_the_year(sentence)


def _of_the_year(sentence: Sentence) -> Iterator[Statement]:
    """What of a running total was published in the report's year."""
    match = _OF_THE_YEAR.search(sentence.text)
    number = count(match["n"]) if match else None
    if match and number and (match["year"] is None or int(match["year"]) == sentence.year):
        yield sentence.says("disclosed.total", number, match.start("n"), match.end("n"))


def _channel(lead: str, verb: str, generic: bool) -> tuple[str, int | None] | None:
    """The indicator a disclosure counts towards, and where its channel is named: the one channel named
    right before the verb, the total where none or several with 等 are named, None where that is open."""
    begin = lead.rfind(",") + 1
    clause = lead[begin:]
    named = list(_CHANNEL.finditer(clause))
    disclosing = verb in ("主动公开", "对外公开", "公开")
    if not named:
        # A channel in an earlier clause may or may not be meant
        if _CHANNEL.search(lead) and not _AND_OTHERS.search(lead):
            return None
        return ("disclosed.total", None) if disclosing and not _SUBJECT.search(clause) else None
    of_form = {match.lastgroup for match in named if match.lastgroup != _NO_CHANNEL}
    if len(of_form) == 1 and _NEW_MEDIA.search(clause):
        # 微博等新媒体 are some of the channels
        return None
    if _AND_OTHERS.search(clause):
        return ("disclosed.total", None) if disclosing and generic else None
    # 微信公众号平台: the platform is no channel of its own beside the one that has it
    kinds = {match.lastgroup for match in named if match[0] != "平台"} or {named[-1].lastgroup}
    if len(kinds) > 1 or not _CLOSE.match(clause, named[-1].end()):
        return None
    indicator = _CHANNELS[int(str(kinds.pop())[1:])][0]
    return None if indicator is None else (indicator, begin + named[0].start())
