"""The sentences around the tables, and the sentences that carry figures where there are none.

Sentences that carry a figure return it, so that the truth of a document is what was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.generate.article import Article, Block, Paragraph, Picture, TableBlock
from tests.generate.document import Figures, Key, Value
from tests.generate.grid import Grid
from tests.generate.places import Agency, Place

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks and of which year."""

    agency: Agency
    year: int
    rng: Random

    @property
    def we(self) -> str:
        return self.agency.self_name

    @property
    def place(self) -> Place:
        return self.agency.place

    def say(self, *choices: str) -> str:
        """One of the sentences, with its gaps filled."""
        return self.rng.choice(choices).format(
            agency=self.agency.name,
            we=self.we,
            year=self.year,
            next=self.year + 1,
            before=self.year - 1,
            place=self.place.name,
            province=self.place.province,
            full=self.place.full_name,
            city=self.place.prefecture or self.place.name,
            short=self.place.short,
            n=self.rng.randint(2, 60),
            m=self.rng.randint(2, 9),
            percent=self.rng.randint(3, 60),
            phone=f"0{self.rng.randint(310, 999)}-{self.rng.randint(2_000_000, 8_999_999)}",
            address=f"{self.rng.choice(ROADS)}{self.rng.randint(1, 299)}号",
            postcode=self.rng.randint(100_000, 859_999),
        )


ROADS = ("人民路", "建设大道", "解放东路", "迎宾路", "文化街", "滨河路", "青年路", "新华街")


def title(voice: Voice) -> str:
    name, year = voice.agency.name, voice.year
    forms = (
        f"{name}{year}年政府信息公开工作年度报告",
        f"{name}{year}年度政府信息公开工作年度报告",
        f"{year}年{name}政府信息公开工作年度报告",
        f"{year}年度{name}政府信息公开工作年度报告",
        f"{name}政府信息公开工作{year}年度报告",
        f"{name}{year}年政府信息公开年度报告",
        f"{name}{year}年度政府信息公开工作报告",
        f"{name}关于{year}年政府信息公开工作的年度报告",
    )
    return voice.rng.choices(forms, [10, 3, 4, 2, 1, 2, 1, 1])[0]


def title_2008(voice: Voice) -> str:
    name, year = voice.agency.name, voice.year
    return voice.rng.choice(
        [
            f"{name}{year}年政府信息公开工作年度报告",
            f"{name}{year}年度政府信息公开工作年度报告",
            f"{year}年{name}政府信息公开年度报告",
        ]
    )


def published_on(rng: Random, agency: Agency, year: int) -> date:
    """Agencies publish by 31 January, governments by 31 March."""
    last = 84 if agency.type == "government" else 29
    return date(year + 1, 1, 4) + timedelta(days=rng.randint(0, last - 4))


def preface(voice: Voice) -> list[str]:
    """What the report rests on, the period of its figures, whom it covers and where to ask."""
    rng = voice.rng
    law = voice.say(
        "本报告依照《中华人民共和国政府信息公开条例》（以下简称《条例》）的要求，由{agency}编制。",
        "按照《中华人民共和国政府信息公开条例》有关规定，现将{agency}{year}年度政府信息公开工作情况公布如下。",
        "为让公众了解{province}{place}有关政府信息公开的情况，{agency}依据《政府信息公开条例》编写了本报告。",
    )
    period = rng.choice(
        [
            f"本报告中所列数据的统计期限从{voice.year}年1月1日起，到{voice.year}年12月31日止。",
            f"数据统计期限为{voice.year}年1月1日至{voice.year}年12月31日。",
            f"所列数据的统计期限自{voice.year}年1月1日起至12月31日止。",
            f"统计时间为{voice.year}年1月1日—12月31日。",
            "",
        ]
    )
    where = "" if voice.place.name in voice.agency.name else voice.say("{agency}隶属{full}。")
    return [law + period + where + cover(voice), contact(voice)]


def cover(voice: Voice) -> str:
    """Whose figures the report holds."""
    if voice.agency.scope == "territory_total":
        lower = {1: "各市州和省直各部门", 2: "各县（市、区）和市直各部门", 3: "各乡镇（街道）和各部门"}
        below = lower[voice.place.level]
        return voice.say(
            f"本报告由{{short}}政府办公室汇总{below}的年度报告编制而成。",
            f"报告综合了{below}报送的数据，反映全{{short}}各级各部门的情况。",
            f"文中数据为全{{short}}汇总数，包括{below}。",
        )
    if voice.agency.scope == "own_level":
        return f"本报告统计范围为{voice.place.short}本级，不含下级政府及其部门。"
    return voice.say(
        "报告内容仅为{we}本机关的情况。", "", "报告所列均为{we}的工作情况。", "本报告反映{agency}自身的情况。"
    )


def contact(voice: Voice) -> str:
    return voice.say(
        "本报告的电子版可在{place}人民政府门户网站查阅。如有疑问，请与{agency}联系（地址：{address}，"
        "邮编：{postcode}，电话：{phone}）。",
        "公众可登录{province}{place}政府网站下载本报告。联系电话：{phone}；地址：{place}{address}。",
        "对本报告有意见或建议，可来电{phone}，或来信寄至{city}{address}（邮编{postcode}）。",
    )


OVERVIEW = (
    "{year}年，{we}把政府信息公开作为转变作风的重要抓手，做到有人管、有人做、有人查。",
    "{we}围绕群众关心的就业、教育、医疗等事项，及时更新网站栏目，重要内容当天上网。",
    "一年来，{we}坚持先审后发，由专人负责登记、校对和发布，没有出现失泄密情况。",
    "{we}调整了政务公开工作小组，明确一名班子成员分管，办公室承办日常事务。",
    "按照{province}和{city}的部署，{we}修订了公开目录和公开指南，补齐了缺少的栏目。",
    "为方便群众办事，{we}在服务大厅设置了查阅区，配备电脑和打印设备。",
    "{we}邀请专业人员讲解《条例》的主要条款和答复文书的写法，解答了经办人员提出的{m}个疑问。",
    "与{before}年相比，网站访问量增长{percent}%，群众留言的办理时间缩短了{m}天。",
    "{we}结合主题活动走进社区，发放宣传材料，解答群众提出的{n}个问题。",
)
OVERVIEW_TOPICS = (
    ("主动公开", "{we}对照清单逐项梳理，凡是能公开的内容一律在规定时限内上网。"),
    ("依申请公开", "{we}完善了登记、办理、审核、答复各环节的流程，答复文书统一编号留存。"),
    ("政府信息管理", "{we}落实三审三校，对历年发布的内容开展清理，及时更正过时的信息。"),
    ("平台建设", "{we}优化了栏目设置，检索更加方便，手机端也能正常浏览。"),
    ("监督保障", "{we}把公开工作列入年度考核，每季度检查一次，发现问题限期整改。"),
)
PROBLEMS = (
    "一是公开内容与群众期待还有差距，解读材料形式比较单一；二是个别科室报送信息不够及时。",
    "部分工作人员对新要求掌握不够，公开的深度和广度仍需拓展。",
    "主要问题是栏目更新不均衡，专业术语较多，群众不容易看懂。",
    "工作中还存在队伍力量薄弱、人员变动频繁等不足。",
)
PLANS = (
    "{next}年，{we}将加强学习培训，充实工作力量，进一步提高公开质量。",
    "下一步，{we}将完善考核办法，定期通报各科室报送情况，把工作做实做细。",
    "今后，{we}将拓宽公开渠道，多用图表和短视频讲清政策，方便群众理解。",
    "{we}将针对上述问题逐项制定措施，明确责任人和完成时间。",
)
NOTHING_ELSE = (
    "无。",
    "本年度没有其他需要报告的事项。",
    "{year}年度，{we}未收取信息处理费。",
    "依据有关规定，{we}未向申请人收取信息处理费用。",
)

SECTIONS_2019 = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
NUMERALS = "一二三四五六七八九十"


def overview(voice: Voice) -> list[Block]:
    rng = voice.rng
    blocks: list[Block] = [Paragraph(voice.say(OVERVIEW[0], OVERVIEW[4]))]
    if rng.random() < 0.7:
        for number, (topic, sentence) in enumerate(OVERVIEW_TOPICS):
            more = voice.say(*OVERVIEW[1:]) if rng.random() < 0.5 else ""
            blocks.append(Paragraph(f"（{NUMERALS[number]}）{topic}。{voice.say(sentence)}{more}"))
    else:
        for sentence in rng.sample(OVERVIEW[1:], rng.randint(2, 4)):
            blocks.append(Paragraph(voice.say(sentence)))
    return blocks


def closing(voice: Voice) -> list[Block]:
    first = f"（一）存在问题。{voice.say(*PROBLEMS)}" if voice.rng.random() < 0.5 else voice.say(*PROBLEMS)
    return [Paragraph(first), Paragraph(voice.say(*PLANS))]


def report_with_tables(voice: Voice, era: str, forms: dict[str, Grid], pictures: bool = False) -> list[Block]:
    """The whole report of an era whose figures stand in its forms (or in pictures of them)."""
    blocks: list[Block] = [Paragraph(text) for text in preface(voice)]
    if era == "2014":
        return blocks + _report_2014(voice, forms, pictures)
    names = ("", "active", "requests", "disputes", "", "")
    for section, name in zip(SECTIONS_2019, names, strict=True):
        blocks.append(Paragraph(section, heading=True))
        if pictures and name:
            blocks.append(Picture(f"./W02{voice.year}0128{voice.rng.randint(1000, 9999)}.png"))
        elif name:
            blocks.append(TableBlock(name, forms[name]))
        elif section.startswith("一"):
            blocks += overview(voice)
        elif section.startswith("五"):
            blocks += closing(voice)
        else:
            blocks.append(Paragraph(voice.say(*NOTHING_ELSE)))
    return blocks


SECTIONS_2014 = (
    ("一、概述", OVERVIEW[:4]),
    ("二、主动公开政府信息情况", OVERVIEW[1:5]),
    ("三、回应解读情况", ("对社会关注的事项，{we}通过访谈、图解等形式及时作了说明。",)),
    ("四、依申请公开政府信息情况", ("{we}按照程序受理和答复公众提出的申请，具体数据见附表。",)),
    ("五、行政复议、行政诉讼情况", ("有关数据见附表。", "本年度复议和诉讼情况详见统计表。")),
    ("六、机构建设和保障经费情况", ("{we}明确了专门人员负责此项工作，所需经费列入部门预算。",)),
    ("七、会议和培训情况", ("{we}将公开工作纳入年度培训计划，提高了经办人员的业务水平。",)),
    ("八、存在的问题和改进措施", (*PROBLEMS, *PLANS)),
)


def _report_2014(voice: Voice, forms: dict[str, Grid], pictures: bool) -> list[Block]:
    blocks: list[Block] = []
    for section, sentences in SECTIONS_2014:
        blocks.append(Paragraph(section, heading=True))
        blocks += [Paragraph(voice.say(s)) for s in voice.rng.sample(sentences, min(2, len(sentences)))]
    caption = f"政府信息公开情况统计表（{voice.year}年度）"
    blocks.append(Paragraph(voice.rng.choice(["九、附表", "附表", "九、附件"]), heading=True))
    if pictures:
        return [*blocks, Picture("./tjb.jpg", caption)]
    return [*blocks, TableBlock("statistics", forms["statistics"], caption)]


# Reports that give their figures in sentences only.


def narrative_report(voice: Voice, era: str) -> tuple[list[Block], Figures]:
    """A report without tables, and the figures that its sentences give."""
    told = Told({})
    blocks: list[Block] = [Paragraph(text) for text in preface(voice)]
    sections = {"2008": NARRATIVE_2008, "2014": NARRATIVE_2014}.get(era, NARRATIVE_2019)
    for section, parts in sections:
        blocks.append(Paragraph(section, heading=True))
        for part in parts:
            blocks += [Paragraph(text) for text in TELLERS[part](voice, told, era)]
    return blocks, told.facts


@dataclass(slots=True)
class Told:
    """The figures told so far."""

    facts: Figures

    def tell(self, indicator: str, value: float, qualifier: str = "exact") -> None:
        key: Key = (indicator, TOTAL)
        if key in self.facts:
            raise ValueError(f"{indicator} is told twice")
        self.facts[key] = Value(float(value), "reported", qualifier)


def tell_nothing(voice: Voice, told: Told, era: str) -> list[str]:
    return [voice.say(*OVERVIEW), voice.say(*OVERVIEW[5:])]


def tell_disclosed(voice: Voice, told: Told, era: str) -> list[str]:
    """What was published: a total (exact, at least or about), then the channels."""
    rng = voice.rng
    total = rng.randint(3, 160) * 10 + rng.choice([0, rng.randint(1, 9)])
    if total % 10 == 0 and rng.random() < 0.5:
        text = rng.choice([f"全年主动公开政府信息{total}余条", f"{voice.we}主动公开政府信息{total}多条"])
        told.tell("disclosed.total", total, "at_least")
    else:
        text = rng.choice([f"全年主动公开政府信息{total}条", f"{voice.year}年共主动公开政府信息{total}条"])
        told.tell("disclosed.total", total)
    if rng.random() < 0.4:
        text += f"，比上年增长{rng.randint(2, 40)}%"
    website = rng.randint(total // 3, total)
    told.tell("disclosed.channel.website", website)
    text += f"。其中，通过政府网站公开政府信息{website}条"
    if rng.random() < 0.6:
        wechat = rng.randint(1, max(1, total // 3))
        told.tell("disclosed.channel.wechat", wechat)
        text += f"，通过微信公众号公开政府信息{wechat}条"
    return [text + "。"]


def tell_requests(voice: Voice, told: Told, era: str) -> list[str]:
    rng = voice.rng
    if rng.random() < 0.4:
        told.tell("requests.received", 0)
        return [
            voice.say(
                "{year}年，{we}未收到政府信息公开申请。",
                "本年度未收到要求公开政府信息的申请。",
                "{year}年{we}没有收到政府信息公开申请。",
            )
        ]
    received = rng.randint(2, 60)
    told.tell("requests.received", received)
    printed = str(received)
    if received < 11 and rng.random() < 0.3:
        printed = NUMERALS[received - 1] if received != 2 else "两"
    text = voice.say(
        f"{{year}}年，{{we}}共收到政府信息公开申请{printed}件",
        f"全年共受理政府信息公开申请{printed}件",
        f"{{we}}全年收到政府信息公开申请共{printed}件",
    )
    if rng.random() < 0.4:
        text += f"，同比增加{rng.randint(1, 9)}件"
    open_word = "予以公开" if era in ("2019", "2021") else "同意公开"
    partly_word = "部分公开" if era in ("2019", "2021") else "同意部分公开"
    granted = rng.randint(0, received)
    partial = rng.randint(0, received - granted)
    told.tell("requests.granted", granted)
    told.tell("requests.partial", partial)
    return [f"{text}。其中，{open_word}{granted}件，{partly_word}{partial}件，均按期答复申请人。"]


def tell_fees(voice: Voice, told: Told, era: str) -> list[str]:
    told.tell("fees.collected", 0)
    return [
        voice.say(
            "{year}年，{we}对依申请提供的政府信息未收取任何费用。",
            "{year}年未收取政府信息公开费用。",
            "{we}提供政府信息没有收取任何费用。",
        )
    ]


def tell_disputes(voice: Voice, told: Told, era: str) -> list[str]:
    rng = voice.rng
    suits = ["litigation.total"]
    if era in ("2019", "2021"):
        suits = ["litigation.direct.total", "litigation.after_review.total"]
    if rng.random() < 0.6:
        for name in ("review.total", *suits):
            told.tell(name, 0)
        return [
            voice.say(
                "{year}年，{we}未发生因政府信息公开引起的行政复议、行政诉讼案件。",
                "本年度无因政府信息公开被申请行政复议、提起行政诉讼的情况。",
                "{year}年没有发生涉及政府信息公开的行政复议和行政诉讼。",
            )
        ]
    reviews = rng.randint(1, 9)
    told.tell("review.total", reviews)
    text = voice.say(f"{{year}}年，因政府信息公开被申请行政复议{reviews}件")
    if len(suits) == 1:
        count = rng.randint(0, 6)
        told.tell(suits[0], count)
        return [f"{text}，被提起行政诉讼{count}件。"]
    direct, after = rng.randint(0, 6), rng.randint(0, 3)
    told.tell(suits[0], direct)
    told.tell(suits[1], after)
    return [f"{text}；行政诉讼方面，未经复议直接起诉{direct}件，复议后起诉{after}件。"]


def tell_problems(voice: Voice, told: Told, era: str) -> list[str]:
    return [voice.say(*PROBLEMS), voice.say(*PLANS)]


def tell_nothing_else(voice: Voice, told: Told, era: str) -> list[str]:
    return [voice.say(*NOTHING_ELSE[:2])]


TELLERS = {
    "nothing else": tell_nothing_else,
    "nothing": tell_nothing,
    "disclosed": tell_disclosed,
    "requests": tell_requests,
    "fees": tell_fees,
    "disputes": tell_disputes,
    "problems": tell_problems,
}
NARRATIVE_2008 = (
    ("一、概述", ("nothing",)),
    ("二、主动公开政府信息情况", ("disclosed",)),
    ("三、依申请公开政府信息情况", ("requests",)),
    ("四、政府信息公开的收费及减免情况", ("fees",)),
    ("五、因政府信息公开申请行政复议、提起行政诉讼的情况", ("disputes",)),
    ("六、存在的主要问题及改进措施", ("problems",)),
)
NARRATIVE_2014 = (
    ("一、概述", ("nothing",)),
    ("二、主动公开政府信息情况", ("disclosed",)),
    ("三、政策解读和回应关切情况", ("nothing",)),
    ("四、依申请公开情况", ("requests",)),
    ("五、复议、诉讼和申诉情况", ("disputes",)),
    ("六、政府支出、收费和资金信息公开情况", ("fees",)),
    ("七、主要问题及改进措施", ("problems",)),
)
NARRATIVE_2019 = (
    (SECTIONS_2019[0], ("nothing",)),
    (SECTIONS_2019[1], ("disclosed",)),
    (SECTIONS_2019[2], ("requests",)),
    (SECTIONS_2019[3], ("disputes",)),
    (SECTIONS_2019[4], ("problems",)),
    (SECTIONS_2019[5], ("nothing else",)),
)


def signature(article: Article) -> list[str]:
    """The name and date at the foot of a report."""
    if article.agency is None or article.published_on is None:
        return []
    day = article.published_on
    return [article.agency.name, f"{day.year}年{day.month}月{day.day}日"]
