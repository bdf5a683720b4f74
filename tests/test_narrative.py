"""Figures in running text: what becomes a fact, and above all what must not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report.narrative import read_narrative
from flows.report.source import Source, normalise
from flows.report.types import EraName

YEAR: dict[EraName, int] = {"2008": 2010, "2014": 2016, "2019": 2019, "2021": 2023}

RECEIVED, IN, OUT = "requests.received", "requests.carried_in", "requests.carried_out"
GRANTED, PARTIAL, REFUSED = "requests.granted", "requests.partial", "requests.refused"
CLOSED, RESOLVED = "requests.closed", "requests.resolved"
REVIEW, SUITS = "review.total", "litigation.total"
DIRECT, AFTER = "litigation.direct.total", "litigation.after_review.total"
COMPLAINTS, FEES = "complaints.total", "fees.collected"
TOTAL, SITE, WECHAT, WEIBO, GAZETTE, OTHER = (
    "disclosed.total",
    "disclosed.channel.website",
    "disclosed.channel.wechat",
    "disclosed.channel.weibo",
    "disclosed.channel.gazette",
    "disclosed.channel.other",
)


def figures(text: str, era: EraName, year: int | None = None) -> dict[str, Any]:
    """Indicator → value, or (value, qualifier) where the figure is not exact."""
    facts = read_narrative(text, era=era, year=year or YEAR[era])
    assert len({fact.indicator for fact in facts}) == len(facts)
    return {
        fact.indicator: fact.value if fact.qualifier == "exact" else (fact.value, fact.qualifier)
        for fact in facts
    }


STATED: list[tuple[EraName, str, dict[str, Any]]] = [
    # Applications received
    ("2008", "2010年,我局共收到政府信息公开申请12件。", {RECEIVED: 12}),
    ("2008", "全年共受理依申请公开事项3件,均在规定时限内办理。", {RECEIVED: 3}),
    ("2008", "本机关2010年度受理公民、法人或者其他组织提出的政府信息公开申请共计二十一件。", {RECEIVED: 21}),
    ("2008", "2010年,接到要求公开政府信息的申请5份,申请内容主要涉及土地征收。", {RECEIVED: 5}),
    ("2014", "本年度收到依申请公开两起,都已按要求回复。", {RECEIVED: 2}),
    ("2014", "2016年收到4件政府信息公开申请,已全部答复申请人。", {RECEIVED: 4}),
    ("2014", "2016年全市共受理依申请公开政府信息1,286件。", {RECEIVED: 1286}),
    ("2014", "我委受理依申请公开申请十五件,其中网络申请11件,信函申请4件。", {RECEIVED: 15}),
    ("2014", "共收到通过网络、信函、当面等方式提出的政府信息公开申请17件。", {RECEIVED: 17}),
    ("2014", "一年里在网上收到3封依申请公开信件,回复率为百分之百。", {RECEIVED: 3}),
    ("2014", "依申请公开政府信息受理量为9件。", {RECEIVED: 9}),
    ("2019", "2019年,我区新收政府信息公开申请68件,较上年增加12件。", {RECEIVED: 68}),
    ("2019", "一年来,共收到公民申请公开政府信息1件,已按期答复。", {RECEIVED: 1}),
    ("2019", "2019年收到和办理政府信息公开申请3件,全部按时办理。", {RECEIVED: 3}),
    ("2021", "2023年,我局收到政府信息公开申请约30件。", {RECEIVED: (30, "about")}),
    ("2021", "市政府办公室共收到政府信息公开申请100余件。", {RECEIVED: (100, "at_least")}),
    ("2021", "(二)依申请公开。2023年收到申请6件,均已办结。", {RECEIVED: 6}),
    ("2021", "2023年受理并答复政府信息公开申请11件。", {RECEIVED: 11}),
    ("2021", "本单位受理政府信息公开申请0件。", {RECEIVED: 0}),
    # No application at all
    ("2008", "2010年度未收到政府信息公开申请。", {RECEIVED: 0}),
    ("2008", "截至2010年12月31日,没有公民、法人或其他组织向我局提出政府信息公开申请。", {RECEIVED: 0}),
    ("2014", "本年度无依申请公开案件。", {RECEIVED: 0}),
    ("2014", "全年没有收到任何单位和个人要求公开政府信息的申请。", {RECEIVED: 0}),
    ("2014", "我镇2016年尚未收到群众依申请公开政府信息的要求。", {RECEIVED: 0}),
    ("2019", "2019年,我局未收到公民、法人和其他组织依申请公开政府信息的申请。", {RECEIVED: 0}),
    ("2019", "2019年依申请公开0件。", {RECEIVED: 0}),
    ("2019", "本年度政府信息公开申请为零。", {RECEIVED: 0}),
    ("2021", "一年中未接到信息公开申请,网站栏目更新正常。", {RECEIVED: 0}),
    ("2021", "公开工作按部就班,未收到依申请公开信息。", {RECEIVED: 0}),
    ("2021", "我办未收到群众提出的依申请公开申请,没有不予公开的情形。", {RECEIVED: 0}),
    ("2021", "(二)依申请公开情况\n无。\n(三)政府信息管理情况", {RECEIVED: 0}),
    # What became of them
    (
        "2008",
        "全年受理政府信息公开申请20件,其中同意公开15件,部分公开2件,不予公开3件。",
        {RECEIVED: 20, GRANTED: 15, PARTIAL: 2, REFUSED: 3},
    ),
    ("2014", "受理政府信息公开申请8件,办结8件。", {RECEIVED: 8, CLOSED: 8}),
    (
        "2014",
        "收到依申请公开申请9件。已答复的申请中,予以公开7件,不予公开2件。",
        {RECEIVED: 9, GRANTED: 7, REFUSED: 2},
    ),
    (
        "2019",
        "2019年新收政府信息公开申请40件,上年结转3件,办结41件,结转下年度继续办理2件。",
        {RECEIVED: 40, IN: 3, RESOLVED: 41, OUT: 2},
    ),
    (
        "2019",
        "收到政府信息公开申请5件,均予答复,其中予以公开3件,部分公开2件。",
        {RECEIVED: 5, GRANTED: 3, PARTIAL: 2},
    ),
    (
        "2021",
        "全年受理政府信息公开申请240件,答复政府信息公开申请231件(含上年度结转申请6件,另有15件申请顺延到下年度答复)。",
        {RECEIVED: 240, RESOLVED: 231, IN: 6, OUT: 15},
    ),
    ("2021", "收到政府信息公开申请7件,12件为上年结转。", {RECEIVED: 7, IN: 12}),
    (
        "2021",
        "2023年收到政府信息公开申请6件,4件予以公开,2件部分公开,无结转下年度办理的申请。",
        {RECEIVED: 6, GRANTED: 4, PARTIAL: 2, OUT: 0},
    ),
    ("2021", "2023年收到政府信息公开申请6件,无上年结转申请。", {RECEIVED: 6, IN: 0}),
    ("2021", "新收政府信息公开申请10件,2022年结转1件,结转2024年办理3件。", {RECEIVED: 10, IN: 1, OUT: 3}),
    # Reviews and litigation
    (
        "2008",
        "2010年没有发生针对我委信息公开事务的行政复议案、行政诉讼案和申诉案。",
        {REVIEW: 0, SUITS: 0},
    ),
    ("2008", "因政府信息公开被申请行政复议2件,提起行政诉讼1件。", {REVIEW: 2, SUITS: 1}),
    ("2014", "全局未发生因政府信息公开申请行政复议或者提起行政诉讼的情况。", {REVIEW: 0, SUITS: 0}),
    ("2014", "全年无行政复议、行政诉讼。", {REVIEW: 0, SUITS: 0}),
    ("2014", "2016年,因政府信息公开引发的行政复议3起、行政诉讼两起。", {REVIEW: 3, SUITS: 2}),
    ("2014", "未因政府信息公开工作被申请行政复议,被提起行政诉讼。", {REVIEW: 0, SUITS: 0}),
    ("2014", "有关政府信息公开的行政复议和行政诉讼分别为2件和1件。", {REVIEW: 2, SUITS: 1}),
    ("2014", "全年发生1起因政府信息公开引发的行政复议案件。", {REVIEW: 1}),
    (
        "2014",
        "四、因政府信息公开申请行政复议、提起行政诉讼情况\n2016年共发生行政复议案件4件,行政诉讼案件1件。",
        {REVIEW: 4, SUITS: 1},
    ),
    ("2014", "四、行政复议和行政诉讼情况\n无\n五、其他情况", {REVIEW: 0, SUITS: 0}),
    ("2014", "行政复议0件,行政诉讼0件。", {REVIEW: 0, SUITS: 0}),
    ("2019", "本年度我局政府信息公开行政复议、行政诉讼均为0件。", {REVIEW: 0, DIRECT: 0, AFTER: 0}),
    ("2019", "政府信息公开类行政复议4件,都获维持。", {REVIEW: 4}),
    ("2019", "未发生政府信息公开相关的行政复议和行政诉讼案件。", {REVIEW: 0, DIRECT: 0, AFTER: 0}),
    ("2019", "行政复议、行政诉讼情况:无。", {REVIEW: 0, DIRECT: 0, AFTER: 0}),
    ("2021", "2023年,区水务局没有发生行政复议、行政诉讼事项。", {REVIEW: 0, DIRECT: 0, AFTER: 0}),
    (
        "2021",
        "因政府信息公开被提起行政诉讼3件,其中未经复议直接起诉2件,复议后起诉1件。",
        {DIRECT: 2, AFTER: 1},
    ),
    ("2021", "因政府信息公开行政复议、行政诉讼各1件。", {REVIEW: 1}),
    ("2021", "行政复议、行政诉讼均未发生。", {REVIEW: 0, DIRECT: 0, AFTER: 0}),
    ("2021", "全年实现零复议、零诉讼。", {REVIEW: 0, DIRECT: 0, AFTER: 0}),
    # Complaints and fees
    ("2008", "全年未收到有关政府信息公开的投诉和举报。", {COMPLAINTS: 0}),
    ("2014", "公开工作连续多年零投诉。", {COMPLAINTS: 0}),
    ("2014", "收到政府信息公开举报投诉2件,均已处理。", {COMPLAINTS: 2}),
    ("2014", "2016年,没有发生因政府信息公开引起的投诉举报。", {COMPLAINTS: 0}),
    ("2019", "举报投诉0件。", {COMPLAINTS: 0}),
    ("2008", "2010年,本机关未收取政府信息公开有关费用。", {FEES: 0}),
    ("2008", "依申请公开信息收取检索、复制、邮寄费用共计3000元。", {FEES: 0.3}),
    ("2014", "本局对依申请提供的政府信息未收取任何费用。", {FEES: 0}),
    ("2014", "四、政府信息公开的收费及减免情况\n本年度没有发生收费及减免情况。", {FEES: 0}),
    ("2014", "依申请公开政府信息收费金额为1.5万元。", {FEES: 1.5}),
    ("2021", "2023年,本机关依申请提供政府信息未收取信息处理费。", {FEES: 0}),
    ("2021", "全年收取政府信息公开信息处理费260元。", {FEES: 0.026}),
    # What was disclosed
    ("2008", "我站2010年共主动公开政府信息263条,均可在网上查到。", {TOTAL: 263}),
    ("2008", "2010年,主动公开的政府信息共计1.2万条。", {TOTAL: 12000}),
    ("2014", "2016年主动公开政府信息总数为3,420条。", {TOTAL: 3420}),
    (
        "2014",
        "我乡对外公开各类政府信息720条,其中通过“某县政府门户网站”发布信息45条、“某乡之声公众号”发布信息112条、通过村务栏等途径发布信息563条。",
        {TOTAL: 720, SITE: 45, WECHAT: 112},
    ),
    (
        "2014",
        "借助局门户网(www.example.gov.cn)、官方微博等渠道主动公开各类信息650余条。",
        {TOTAL: (650, "at_least")},
    ),
    (
        "2014",
        "通过政府公报公开政府信息24条,政府网站公开政府信息560条,政务微博公开政府信息33条,政务微信公开政府信息71条,其他方式公开政府信息12条。",
        {GAZETTE: 24, SITE: 560, WEIBO: 33, WECHAT: 71, OTHER: 12},
    ),
    ("2014", "主动公开机构职能、政策法规、统计数据等各类信息85条。", {TOTAL: 85}),
    ("2019", "2019年,通过区政府门户网站主动公开政务信息94条,其中:工作简报60条,通知公告34条。", {SITE: 94}),
    ("2019", "全年“某某水务”微信公众号发布信息52篇,阅读量稳步上升。", {WECHAT: 52}),
    ("2019", "我县政务门户网发布信息9045条。", {SITE: 9045}),
    (
        "2019",
        "“某某发布”微信公众号发布信息410条,“某某发布”微博账号发布信息97条。",
        {WECHAT: 410, WEIBO: 97},
    ),
    ("2021", "2023年,我局在门户网站公开政府信息66条。", {SITE: 66}),
    ("2021", "一年来公开337条信息。", {TOTAL: 337}),
    ("2021", "截至2023年12月31日,通过网站主动公开政府信息共74条。", {SITE: 74}),
    ("2021", "区政府网站共发布各类信息近6000条。", {SITE: (6000, "about")}),
    ("2021", "2023年主动公开信息超过500条。", {TOTAL: (500, "at_least")}),
    ("2021", "2023年累计主动公开政府信息231条。", {TOTAL: 231}),
    ("2021", "政务微信公众号推送图文消息300余条。", {WECHAT: (300, "at_least")}),
    ("2014", "本街道受理政府信息公开申请0条,历年累计6条。", {RECEIVED: 0}),
    ("2014", "本镇共主动公开政府信息31条,历年累计402条。", {TOTAL: 31}),
    ("2014", "办公室共发布各类主动公开信息83件。", {TOTAL: 83}),
    ("2014", "2016年主动公开政府信息226条。\n重点领域公开政府信息数共24条。", {TOTAL: 226}),
    ("2019", "2019年没有发生依申请信息公开事件,故无收费及减免情况。", {RECEIVED: 0, FEES: 0}),
    (
        "2019",
        "2019年共收到信息公开申请56件,比2018年的42件增长三成,加上上年结转的4件,办结57件,结转下年度继续办理3件。",
        {RECEIVED: 56, RESOLVED: 57, OUT: 3},
    ),
    ("2019", "全年受理依申请公开42件(其中上年结转2件),办结40件。", {IN: 2, RESOLVED: 40}),
    (
        "2021",
        "共收到依申请公开件1件,无转结下年度继续办理件,涉及复议0件,诉讼0件。",
        {RECEIVED: 1, OUT: 0, REVIEW: 0, DIRECT: 0, AFTER: 0},
    ),
    ("2021", "政府信息公开行政复议1件(申请人自行撤回)、行政诉讼0件。", {REVIEW: 1, DIRECT: 0, AFTER: 0}),
    (
        "2014",
        "因政府信息公开引起的行政复议共3件,其中维持2件,驳回1件;行政诉讼1件,判决驳回。",
        {REVIEW: 3, SUITS: 1},
    ),
    (
        "2021",
        "全年通过政府网站、政务新媒体等多种渠道累计公开信息共44条。\n通过门户网站公开34条,其中机构信息11条。",
        {TOTAL: 44, SITE: 34},
    ),
    ("2021", "与去年相比,收到政府信息公开申请9件。", {RECEIVED: 9}),
    ("2021", "未收到要求获取政府信息的申请。", {RECEIVED: 0}),
    ("2021", "实际收取信息处理费总金额0元。", {FEES: 0}),
    # Several matters, one paragraph
    (
        "2014",
        "2016年,我局主动公开政府信息210条,收到依申请公开政府信息1件,无行政复议和行政诉讼,未收取任何费用。",
        {TOTAL: 210, RECEIVED: 1, REVIEW: 0, SUITS: 0, FEES: 0},
    ),
]

NOT_STATED: list[tuple[EraName, str, dict[str, Any]]] = [
    # Other years, parts of the year, totals since a start
    ("2008", "2009年我局共收到政府信息公开申请12件。", {}),
    ("2008", "自2008年5月1日《条例》施行以来,累计受理政府信息公开申请96件。", {}),
    ("2008", "截至2010年底,我局累计主动公开政府信息512条。", {}),
    ("2014", "2015年收到依申请公开申请9件,2016年收到依申请公开申请4件。", {RECEIVED: 4}),
    ("2014", "2016年收到依申请公开申请4件,而2015年收到依申请公开申请9件。", {RECEIVED: 4}),
    ("2014", "去年收到政府信息公开申请9件。", {}),
    ("2014", "2016年上半年,收到政府信息公开申请3件。", {}),
    ("2014", "2016年3月,收到政府信息公开申请2件。", {}),
    ("2014", "网站开通以来,主动公开政府信息累计1.3万条。", {}),
    ("2014", "历年累计主动公开政府信息5600条。", {}),
    ("2019", "2019年第三季度收到政府信息公开申请2件。", {}),
    ("2019", "新《条例》施行后,收到政府信息公开申请8件。", {}),
    ("2021", "2022年,我局未收到政府信息公开申请。", {}),
    ("2021", "截至目前,门户网站累计发布信息8900条。", {}),
    ("2021", "上年度未发生行政复议、行政诉讼。", {}),
    ("2014", "本局到2016年底累计主动公开政府信息401条。", {}),
    ("2021", "办理因2022年度政府信息公开申请引发的行政复议1件、行政诉讼2件。", {}),
    ("2021", "自2016年网站上线以来,共收到政府信息公开申请46件。", {}),
    # Comparisons
    ("2014", "收到政府信息公开申请比上年增加5件。", {}),
    ("2014", "同比增加主动公开政府信息120条。", {}),
    ("2019", "较上年多收到政府信息公开申请7件。", {}),
    ("2019", "2019年收到政府信息公开申请20件,同比减少4件,下降16.7%。", {RECEIVED: 20}),
    ("2021", "平均每月公开政府信息40条。", {}),
    ("2021", "每个工作日至少公开信息2条。", {}),
    # Parts must not become the total
    ("2014", "受理信访事项120件,其中政府信息公开申请3件。", {}),
    ("2014", "其中主动公开政府信息45条。", {}),
    ("2014", "收到网上政府信息公开申请3件,信函政府信息公开申请2件。", {}),
    ("2014", "收到自然人提出的政府信息公开申请3件,法人提出的2件。", {}),
    ("2014", "收到涉及征地拆迁的政府信息公开申请5件。", {}),
    ("2019", "共收到政府信息公开申请22件(含上年结转2件)。", {IN: 2}),
    ("2019", "收到政府信息公开申请9件,予以公开及部分公开7件。", {RECEIVED: 9}),
    ("2019", "门户网站部门动态发布信息38条,通知公告栏目发布信息19条。", {}),
    ("2019", "市政府网站发布信息120条,局网站发布信息340条。", {}),
    ("2019", "主动公开统计分析信息58条,统计公报信息9条。", {}),
    ("2019", "发布工作动态信息140条,重要通知公告16条。", {}),
    ("2021", "微信公众号“某某发布”发布信息50条,微信公众号“某某文旅”发布信息70条。", {}),
    ("2021", "行政复议、行政诉讼共3件。", {}),
    ("2021", "因政府信息公开发生行政复议、行政诉讼案件共3件。", {}),
    ("2014", "重点领域公开政府信息数共24条。", {}),
    ("2014", "公开了90条项目审批信息。", {}),
    ("2014", "重点公开的信息中,财政类信息35条,其他信息20条。", {}),
    ("2019", "主动公开规章13件,行政规范性文件60件,人事任免文件141件。", {}),
    ("2021", "因政府信息公开被提起行政诉讼3件。", {}),
    # Other matters
    ("2014", "局长信箱收到群众来信58封,12345热线转办1420件。", {}),
    ("2014", "收到书记、县长信件320封,办结301封,其余正在办理。", {}),
    ("2014", "办理人大代表建议、政协提案45件,予以公开45件。", {}),
    ("2014", "收到行政许可申请320件,全部办结。", {}),
    ("2014", "全年接受政府信息公开咨询840人次。", {}),
    ("2014", "收到人大代表建议12件,依申请公开3件。", {}),
    ("2014", "受理群众依申请公开信息咨询12件。", {}),
    ("2019", "收到消费者投诉1200件,均已办结。", {}),
    ("2019", "全年未收到环境污染投诉。", {}),
    ("2019", "政务服务窗口零投诉。", {}),
    ("2021", "市司法局受理行政复议申请156件,其中140件已经审结。", {}),
    ("2021", "全年办理以市政府为被告的行政诉讼18件,其中涉及政府信息公开1件。", {}),
    (
        "2021",
        "法院受理以我县政府为被告的行政诉讼共25宗,其中涉及政府信息公开的2宗。",
        {},
    ),
    ("2021", "行政事业性收费12万元,行政处罚35件。", {}),
    ("2021", "全年减免依申请公开信息费用300元。", {}),
    ("2021", "召开新闻发布会6次,发布政策解读稿件23篇。", {}),
    ("2021", "公开政府信息目录12条。", {}),
    # Other agencies
    ("2014", "市直部门受理政府信息公开申请230件,各县区受理政府信息公开申请410件。", {}),
    ("2014", "各乡镇和县直机关通过报送系统公开信息5310条。", {}),
    ("2014", "各有关部门主动公开政府信息3200条。", {}),
    ("2021", "县级部门未收到政府信息公开申请。", {}),
    # Denials that deny something else
    ("2014", "没有出现不予公开的政府信息公开申请。", {}),
    ("2014", "没有超期未办的政府信息公开申请。", {}),
    ("2014", "未发生因政府信息公开申请行政复议的情况。", {REVIEW: 0}),
    ("2014", "未因依申请公开引发投诉。", {}),
    ("2019", "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请。", {}),
    ("2019", "没有现成信息需要另行制作,补正后申请内容仍不明确。", {}),
    ("2019", "未经复议直接起诉,复议后起诉。", {}),
    ("2019", "未及时答复引发行政复议,应引以为戒。", {}),
    ("2019", "行政诉讼无败诉案件。", {}),
    ("2019", "未发生行政复议被撤销的案件。", {}),
    ("2019", "除土地信息外,未收到其他政府信息公开申请。", {}),
    ("2019", "未收到网上提交的政府信息公开申请。", {}),
    ("2021", "没有乱收费、违规收费现象。", {}),
    ("2021", "行政机关依申请提供政府信息,不收取费用。", {}),
    ("2021", "进一步完善政府信息公开申请办理制度,做到无一遗漏。", {}),
    ("2021", "未开展依申请公开工作培训。", {}),
    ("2021", "做到有无政府信息公开申请都有登记。", {}),
    # Rules, dates, ranges, places in a list
    ("2014", "应当自收到政府信息公开申请之日起15个工作日内予以答复。", {}),
    ("2014", "收到政府信息公开申请3-5件的单位应设专人。", {}),
    ("2014", "第3件政府信息公开申请由办公室承办。", {}),
    ("2021", "同一申请人当月提出政府信息公开申请10件以下的,不收费。", {}),
    ("2021", "收到政府信息公开申请后20个工作日内答复。", {}),
    ("2021", "《2022年收到政府信息公开申请9件情况说明》已公开。", {}),
    # Plans
    ("2014", "2017年,力争主动公开政府信息500条。", {}),
    ("2014", "明年计划公开信息300条,确保零投诉。", {}),
    ("2019", "五、存在的主要问题及改进情况\n公开政府信息20条以上,未收到投诉。", {}),
    ("2021", "下一步将努力实现零复议、零诉讼。", {}),
    # Tables that were flattened into lines
    ("2014", "(一)收到申请数 件 7", {}),
    ("2019", "一、本年新收政府信息公开申请数量 5 2 0 0 0 0 7", {}),
    ("2021", "四、结转下年度继续办理 0 0 0 0 0 0 0", {}),
    # Channels that leave the total open
    ("2014", "充分利用政府网站,主动公开信息500条。", {}),
    ("2014", "微博、微信共发布信息300条。", {}),
    ("2014", "《统计公报》发布信息13条。", {}),
    ("2021", "在信息公开平台公开信息80条。", {}),
    ("2021", "向市政府网站上报信息102条。", {}),
    ("2021", "市政府网站采用我局信息50多篇。", {}),
    ("2021", "全年发布信息130余篇。", {}),
]


def _name(case: tuple[EraName, str, dict[str, Any]]) -> str:
    return f"{case[0]}-{case[1][:24]}"


@pytest.mark.parametrize(("era", "text", "expected"), STATED, ids=map(_name, STATED))
def test_stated(era: EraName, text: str, expected: dict[str, Any]) -> None:
    assert figures(text, era) == expected


@pytest.mark.parametrize(("era", "text", "expected"), NOT_STATED, ids=map(_name, NOT_STATED))
def test_not_stated(era: EraName, text: str, expected: dict[str, Any]) -> None:
    assert figures(text, era) == expected


def test_as_many_traps_as_statements() -> None:
    assert len(STATED) >= 80
    assert len(NOT_STATED) >= 80


@pytest.mark.parametrize(("era", "text", "expected"), STATED, ids=map(_name, STATED))
def test_full_width_marks_read_alike(era: EraName, text: str, expected: dict[str, Any]) -> None:
    """Commas, colons and brackets of the full width, except the comma inside a number."""
    wide = re.sub(r"(?<!\d),|,(?!\d{3})", "，", text).translate(str.maketrans(":;()", "：；（）"))
    assert figures(wide, era) == expected


def test_a_fact_says_where_it_stands() -> None:
    text = "一、概述\n2019年,我局共收到政府信息公开申请12件,均已答复。"
    (fact,) = read_narrative(text, era="2019", year=2019)
    assert fact.start is not None and fact.end is not None
    assert text[fact.start : fact.end] == fact.raw == "共收到政府信息公开申请12件"
    assert fact.location == f"characters {fact.start}-{fact.end}"
    assert (fact.unit, fact.method, fact.state, fact.applicant) == ("件", "narrative", "reported", "total")


def test_offsets_are_those_of_the_source() -> None:
    text = "无依申请公开案件。"
    (fact,) = read_narrative(text, era="2019", year=2019, locate=lambda offset: 100 + 2 * offset)
    assert (fact.start, fact.end, fact.location) == (100, 115, "characters 100-115")


def test_facts_stand_in_reading_order() -> None:
    text = "未收取任何费用,依申请公开信息0件。\n主动公开政府信息12条。\n无行政复议。"
    assert [fact.indicator for fact in read_narrative(text, era="2014", year=2016)] == [
        FEES,
        RECEIVED,
        TOTAL,
        REVIEW,
    ]


def test_first_exact_figure_counts() -> None:
    text = "全年主动公开政府信息600余条。\n2016年共主动公开政府信息612条。\n主动公开政府信息615条。"
    assert figures(text, "2014") == {TOTAL: 612}


def test_units_are_those_of_the_codebook() -> None:
    text = "主动公开政府信息9篇。依申请提供信息收取费用3,000元。行政复议0起。"
    units = {fact.indicator: (fact.value, fact.unit) for fact in read_narrative(text, era="2014", year=2016)}
    assert units == {TOTAL: (9, "条"), FEES: (0.3, "万元"), REVIEW: (0, "件")}


def test_without_a_year_only_words_of_time_can_exclude() -> None:
    text = "2015年收到政府信息公开申请4件。"
    assert [fact.value for fact in read_narrative(text, era="2014", year=None)] == [4]
    assert read_narrative("去年收到政府信息公开申请4件。", era="2014", year=None) == []


def test_chapters_on_problems_and_plans_are_left_out() -> None:
    plan = "(一)加强公开。主动公开政府信息300条,零投诉。"
    assert figures(f"五、存在的主要问题及改进情况\n{plan}", "2021") == {}
    assert figures(f"一、总体情况\n{plan}", "2021") == {TOTAL: 300, COMPLAINTS: 0}


def test_long_text_without_full_stops() -> None:
    cells = " ".join(["行政许可 12 件"] * 2000)
    assert figures(f"{cells} {cells}", "2021") == {}


WORDS = [
    "政府信息公开申请",
    "依申请公开",
    "收到",
    "受理",
    "未",
    "没有",
    "无",
    "行政复议",
    "行政诉讼",
    "、",
    ",",
    "。",
    ";",
    "和",
    "的",
    "3件",
    "12条",
    "公开",
    "主动公开",
    "信息",
    "发布",
    "网站",
    "微信公众号",
    "其中",
    "收取",
    "费用",
    "300元",
    "投诉",
    "举报",
    "结转",
    "上年",
    "下年度",
    "予以公开",
    "2019年",
    "2018年",
    "全年",
    "共",
    "等",
    "(",
    ")",
    ":",
    "累计",
    "分别为",
    "《",
    "》",
    "零",
    "\n",
    "一、",
    "(二)",
    "问题",
]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=60), st.sampled_from(list(YEAR)))
def test_any_text_gives_sound_facts(words: list[str], era: EraName) -> None:
    text = "".join(words)
    for fact in read_narrative(text, era=era, year=2019):
        assert fact.value is not None and fact.value >= 0
        assert fact.start is not None and fact.end is not None
        assert text[fact.start : fact.end] == fact.raw != ""
        assert fact.indicator.count(".") in (1, 2)


# Sentences that open with the year and name no other: told of another year they say nothing
OF_ANOTHER_YEAR = [
    (era, f"2001{text[4:]}")
    for era, text, _ in STATED
    if re.match(rf"{YEAR[era]}年", text) and len(re.findall(r"\d{4}年|去年|上年", text)) == 1
    if text.count("。") == 1
]


@pytest.mark.parametrize(("era", "text"), OF_ANOTHER_YEAR, ids=[text[:24] for _, text in OF_ANOTHER_YEAR])
def test_another_year(era: EraName, text: str) -> None:
    assert figures(text, era) == {}


@pytest.mark.parametrize(
    ("seed", "era", "expected"),
    [
        ("000", "2014", {TOTAL: (800, "at_least"), RECEIVED: 4, REVIEW: 0, SUITS: 0, FEES: 0}),
        ("001", "2014", {RECEIVED: 7, SITE: 18126}),
        ("003", "2019", {}),
        ("004", "2019", {RECEIVED: 0, REVIEW: 0, DIRECT: 0, AFTER: 0, SITE: 108, WECHAT: 61, COMPLAINTS: 0}),
    ],
)
def test_seeds(shared: Path, seed: str, era: EraName, expected: dict[str, Any]) -> None:
    """Real documents: all that their prose states, and nothing else. What gold calls complete beside
    the prose stands in tables."""
    (path,) = (shared / "seeds").glob(f"{seed}_*.txt")
    gold = json.loads((shared / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))
    document = normalise(Source(path.read_text(encoding="utf-8")))
    told = figures(document.text, era, gold["year"])
    assert told == expected
    for indicator, value in told.items():
        given = gold["facts"][f"{indicator}|total"]
        assert (given["value"] if isinstance(given, dict) else given) == (
            value[0] if isinstance(value, tuple) else value
        )


OF_ONE_AGENCY: list[tuple[str, dict[str, float]]] = [
    ("2022年，全市共收到政府信息公开申请1200件。", {}),
    ("2022年全县各级行政机关共受理政府信息公开申请860件，同比增长12%。", {}),
    ("2022年度，全省主动公开政府信息12000条，其中我局公开85条。", {}),
    ("我县教育系统主动公开政府信息3400条。", {}),
    ("围绕全市中心工作，我局主动公开政府信息318条。", {"disclosed.total": 318}),
    ("面向全县主动公开政府信息318条。", {"disclosed.total": 318}),
    (
        "全镇主动公开政府信息114条，其中通过政府网站公开信息72条。",
        {"disclosed.total": 114, "disclosed.channel.website": 72},
    ),
    ("全局共收到政府信息公开申请4件。", {"requests.received": 4}),
    ("2021年收到申请20件，2022年收到政府信息公开申请25件，增长25%。", {"requests.received": 25}),
    ("自2008年以来，我局累计受理政府信息公开申请86件。", {}),
    ("截至2022年10月底收到政府信息公开申请9件，预计全年收到政府信息公开申请12件。", {}),
    ("全年未收到不予公开申请，未发生超期答复政府信息公开申请情况。", {}),
    ("办理人大建议12件、政协提案20件，受理行政许可申请230件，接受信息公开咨询50人次。", {}),
    (
        "我镇未收到依申请公开请求；未对公众依申请公开政府信息收取任何费用。",
        {"requests.received": 0, "fees.collected": 0},
    ),
    (
        "通过网站主动公开信息92条；通过微博等新媒体主动公开信息623条。",
        {"disclosed.channel.website": 92},
    ),
    (
        "我镇严格按照《指南》规定的程序开展工作，本年度未发生依申请公开政府信息的情况。",
        {"requests.received": 0},
    ),
    ("通过微信公众号“桥头之声”发布信息88条。", {"disclosed.channel.wechat": 88}),
    (
        "本地到年底累计主动公开政府信息5928条，其中本年度新增主动公开政府信息2110条。",
        {"disclosed.total": 2110},
    ),
    ("截至2022年底，我镇累计公开信息640条，其中2022年度公开政府信息75条。", {"disclosed.total": 75}),
    ("截至2022年底，我镇累计公开信息640条，其中2021年度公开政府信息75条。", {}),
    ("我镇没有收到公民、法人和其他组织的公开申请。", {"requests.received": 0}),
    ("全年收到政府信息申请公开件31件。", {"requests.received": 31}),
    ("三、依申请公开情况\n本年度科室接收到申请书14份，均已答复。", {"requests.received": 14}),
    ("截至2022年12月31日，我镇全年累计主动公开政府信息318条。", {"disclosed.total": 318}),
    ("2022年新增主动公开政府信息905条。", {"disclosed.total": 905}),
    ("市政府及其部门主动公开政府信息5310条，各县区公开9812条。", {}),
    ("均在规定时间内答复，未出现被行政诉讼、行政复议情况。", {"review.total": 0, "litigation.total": 0}),
    ("没有出现因答复不当引起的行政复议、行政诉讼。", {"review.total": 0, "litigation.total": 0}),
    ("政府信息公开申请总量为412件，其中网上申请400件。", {"requests.received": 412}),
    ("因此未产生依申请信息检索、复印、邮递等成本费用。", {"fees.collected": 0}),
    ("我局未向申请公开政府信息的公民收取任何费用。", {"fees.collected": 0}),
    ("2010年度主动公开政府信息54条，全文电子化达100%。", {}),
    ("没有发生因不服信息公开申请答复而引发的行政诉讼。", {"litigation.total": 0}),
    ("四、行政复议、诉讼情况\n行政复议案件2件，其中涉及信息公开1件。", {}),
    ("共收到政府信息公开申请36件（含上年结转4件），其中网络申请30件、信函申请6件。", {}),
]


@pytest.mark.parametrize(("text", "expected"), OF_ONE_AGENCY)
def test_in_the_report_of_one_agency(text: str, expected: dict[str, float]) -> None:
    """Phrases of real reports, in other words and figures."""
    facts = read_narrative(text, era="2014", year=2022, territory=False)
    assert {fact.indicator: fact.value for fact in facts} == expected


def test_in_the_report_of_a_territory() -> None:
    text = "2016年，全市共收到政府信息公开申请150件。其中市本级收到政府信息公开申请30件。"
    (fact,) = read_narrative(text, era="2014", year=2016, territory=True)
    assert (fact.indicator, fact.value) == ("requests.received", 150)
    assert read_narrative("市本级收到政府信息公开申请30件。", era="2014", year=2016, territory=True) == []
    assert (
        len(read_narrative("市本级收到政府信息公开申请30件。", era="2014", year=2016, territory=False)) == 1
    )


@pytest.mark.parametrize(("second", "value"), [("512条", 512), ("120条", 500), ("480余条", 500)])
def test_an_exact_figure_replaces_a_rounded_one_only_where_both_agree(second: str, value: float) -> None:
    text = f"我局门户网站公开信息500余条。门户网站公开信息{second}。"
    (fact,) = read_narrative(text, era="2014", year=2016)
    assert (fact.indicator, fact.value) == ("disclosed.channel.website", value)
