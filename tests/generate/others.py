"""Pages of the same sites that are no annual report: nothing may be loaded from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape
from random import Random

from tests.generate.article import Article, Block, Paragraph, TableBlock
from tests.generate.document import Document, Truth, Value
from tests.generate.labels import FORMS
from tests.generate.layout_html import Page, page, shell
from tests.generate.noise import NOISES
from tests.generate.places import Agency
from tests.generate.printing import Style, figure_text, label_text
from tests.generate.prose import Voice

Writer = Callable[[Voice, date], tuple[str, list[Block]]]
"""Gives the title and the blocks of a page."""


def _paragraphs(voice: Voice, *texts: str) -> list[Block]:
    return [Paragraph(voice.say(text)) for text in texts]


def work_plan(voice: Voice, day: date) -> tuple[str, list[Block]]:
    return voice.say("{agency}{year}年政务公开工作要点", "{year}年{agency}政府信息公开工作计划"), _paragraphs(
        voice,
        "{year}年，{agency}将按照{province}和{city}的部署，继续做好政府信息公开工作，制定本计划。",
        "一、扩大主动公开范围",
        "（一）完善公开目录。各科室要在3月底前梳理应当公开的事项，做到应公开尽公开，计划全年发布信息不少于{n}条。",
        "（二）加强政策解读。重要文件要同步起草解读材料，多用图表说明。",
        "二、规范依申请公开",
        "严格按照《条例》规定的期限答复申请人，答复前要送法律顾问审核。",
        "三、加强组织保障",
        "要明确分管领导和经办人员，下半年组织开展培训{m}期，年底进行考核。",
    )


def guide(voice: Voice, day: date) -> tuple[str, list[Block]]:
    return f"{voice.agency.name}政府信息公开指南", _paragraphs(
        voice,
        "为了方便公众获取{agency}的政府信息，根据《中华人民共和国政府信息公开条例》，编制本指南。",
        "一、公开内容：机构职能、政策文件、工作动态、财政预决算、政府信息公开年度报告等。",
        "二、公开形式：{province}{place}政府网站、公告栏、查阅点。",
        "三、公开时限：自信息形成或者变更之日起20个工作日内公开。",
        "四、依申请公开：申请人可以当面、通过信函或网络提出申请，填写《政府信息公开申请表》。",
        "受理机构：{agency}办公室；地址：{address}；邮编：{postcode}；电话：{phone}。办公时间：周一至周五9:00—17:00。",
        "五、监督方式：认为未依法履行公开义务的，可以向上级机关举报，也可以申请行政复议或者提起行政诉讼。",
    )


def news(voice: Voice, day: date) -> tuple[str, list[Block]]:
    title = voice.say("{agency}召开政府信息公开工作推进会", "{agency}部署年度报告编制工作")
    return title, _paragraphs(
        voice,
        f"{day.month}月{day.day}日，{{agency}}召开会议，安排下一阶段政府信息公开工作，有关负责人和{{n}}名联络员参加。",
        "会议通报了前三季度的检查情况，要求各单位对照问题逐条整改，按时报送年度报告的数据。",
        "会议强调，要提高认识，压实责任，确保各项任务落到实处。",
    )


def empty_form_notice(voice: Voice, day: date) -> tuple[str, list[Block]]:
    """A notice that asks for reports, with the form to fill in."""
    blocks = _paragraphs(
        voice,
        "各有关单位：",
        "根据《条例》规定，请各单位认真编制{year}年政府信息公开工作年度报告，于{next}年1月20日前报送{agency}，"
        "并在{province}{place}政府网站发布。",
        "请统一使用所附格式，数据须经主要负责人审核。联系电话：{phone}。",
        "附件：政府信息公开工作年度报告格式",
    )
    era = "2014" if voice.year < 2019 else "2019" if voice.year < 2021 else "2021"
    blocks += [TableBlock(name, form()) for name, form in FORMS[era].items()]
    return voice.say("{agency}关于做好{year}年政府信息公开工作年度报告编制和发布工作的通知"), blocks


def final_accounts(voice: Voice, day: date) -> tuple[str, list[Block]]:
    return voice.say("{agency}{year}年度部门决算公开"), _paragraphs(
        voice,
        "第一部分 {agency}概况",
        "一、主要职能：贯彻执行有关法律法规，承担{place}有关管理工作。二、机构设置：内设科室{m}个。",
        "第二部分 {year}年度部门决算表（见附件）",
        "第三部分 决算情况说明：{year}年度收入{n}{m}.{m}万元，比{before}年增加{n}万元，增长{percent}%。",
        "“三公”经费支出{m}.{n}万元，其中公务接待{n}批次。",
    )


def rules(voice: Voice, day: date) -> tuple[str, list[Block]]:
    return voice.say("{agency}政府信息公开保密审查制度", "{agency}依申请公开办理规程"), _paragraphs(
        voice,
        "第一条 为规范{agency}政府信息公开工作，制定本制度。",
        "第二条 拟公开的信息由起草科室提出意见，经分管负责人审核后发布。",
        "第三条 政府信息公开工作年度报告应当在每年1月31日前公布。",
        "第四条 本制度自{year}年{m}月1日起施行。",
    )


WRITERS: dict[str, Writer] = {
    writer.__name__: writer for writer in (work_plan, guide, news, empty_form_notice, final_accounts, rules)
}
KINDS = (*WRITERS, "listing", "missing_page", "empty_page")
PLAIN = Style()


def compose_other(
    kind: str, seed: str, agency: Agency, year: int, noise: str = "none", title: str | None = None
) -> Document:
    """A page that is not a report. `listing` links reports, `missing_page` is what a 404 shows."""
    rng = Random(seed)
    day = date(year, rng.randint(1, 12), rng.randint(1, 28))
    name = ""
    if kind == "listing":
        text = _listing(agency, year, rng)
    elif kind == "missing_page":
        text = MISSING
    elif kind == "empty_page":
        name = f"{agency.name}{year}年政府信息公开工作年度报告"
        text = shell(Article(name, agency, year, day), "<p></p>", rng)
    else:
        name, blocks = WRITERS[kind](Voice(agency, year, rng), day)
        name = title or name
        article = Article(name, agency, year, day, blocks, source_name=agency.name)
        text = page(
            article,
            Page(),
            lambda cell: (
                figure_text(cell.key, Value(None, "blank"), "", PLAIN, rng)
                if cell.key
                else label_text(cell, PLAIN)
            ),
            rng,
        )
    encoded = NOISES[noise].encode(NOISES[noise].text(text, rng), True)
    number = rng.randrange(10_000, 9_999_999)
    return Document(
        name=seed,
        data=encoded.data,
        media_type="text/html",
        charset=encoded.header_charset,
        address=f"http://www.gk{number % 997}.example/zwgk/{day:%Y%m}/t{day:%Y%m%d}_{number}.html",
        truth=Truth(kind="other", title=name or None),
        layout=kind,
        noise=noise,
    )


MISSING = """<!DOCTYPE html>
<html><head><meta charset="{charset}">
<title>404 页面不存在</title></head>
<body><h1>404</h1><p>抱歉，您访问的页面不存在或已被删除。</p><p><a href="/">返回首页</a></p></body></html>
"""


def _listing(agency: Agency, year: int, rng: Random) -> str:
    rows = []
    for number in range(12):
        name = f"{agency.name}{year - number}年政府信息公开工作年度报告"
        path = f"./{year - number + 1}01/t{year - number + 1}0120_{rng.randint(1000, 9999)}.html"
        rows.append(
            f'<li><a href="{path}" title="{escape(name)}">{escape(name)}</a>'
            f"<span>{year - number + 1}-01-20</span></li>"
        )
    article = Article("政府信息公开年报", agency, year, None, title_printed=True)
    body = "<ul>\n" + "\n".join(rows) + '\n</ul><div class="page"><a href="index_1.html">下一页</a></div>'
    return shell(article, body, rng)
