"""Hand-written reports of the sample that have no tables, with the figures that they give."""

from __future__ import annotations

from dataclasses import dataclass

from tests.generate.article import Block, Paragraph, Picture
from tests.generate.document import Figures, Value


@dataclass(slots=True)
class Text:
    blocks: list[Block]
    told: Figures
    beside: Figures
    """Figures that are told too, but that a reader of main figures may leave out."""


def _text(source: str, beside: dict[str, float] | None = None, **told: float | tuple[float, str]) -> Text:
    """Paragraphs from lines; a line with # is a heading, one with ! a picture. In the names of what is
    told, two underscores stand for a dot."""
    blocks: list[Block] = []
    for line in source.strip().split("\n"):
        if line.startswith("!"):
            blocks.append(Picture(line[1:]))
        else:
            blocks.append(Paragraph(line.lstrip("#"), heading=line.startswith("#")))
    figures: Figures = {}
    for name, value in told.items():
        key = (name.replace("__", "."), "total")
        if isinstance(value, tuple):
            figures[key] = Value(float(value[0]), "reported", value[1])
        else:
            figures[key] = Value(float(value))
    others = {(name, "total"): Value(value) for name, value in (beside or {}).items()}
    return Text(blocks, figures, others)


def changsha_2011() -> Text:
    return _text(
        """
依照《中华人民共和国政府信息公开条例》，长沙市人民政府办公厅汇总各区县（市）人民政府和市直各部门的材料，编制本年度报告。所列数据的统计期限自2011年1月1日起至2011年12月31日止。
#一、概述
2011年，我市各级各部门继续清理可以公开的文件，充实网站栏目，在图书馆和档案馆设立了查阅场所，群众查询更加方便。
#二、主动公开政府信息情况
全市全年主动公开政府信息45210条，比上年增长12%。其中，通过政府网站公开政府信息38664条，通过政府公报公开政府信息1260条。
公开的内容以规划计划、财政资金、社会保障、城乡建设为主。
#三、依申请公开政府信息情况
全市共收到政府信息公开申请386件，其中当面申请97件，网络申请203件，信函申请86件。在已经答复的申请中，同意公开251件，同意部分公开19件。
#四、政府信息公开的收费及减免情况
我市各级行政机关向公众提供政府信息未收取任何费用。
#五、因政府信息公开申请行政复议、提起行政诉讼的情况
2011年，全市因政府信息公开被申请行政复议6件，被提起行政诉讼3件。
#六、存在的主要问题及改进措施
个别部门公开不够及时，目录分类不够清楚。2012年将统一目录格式，加强日常检查。
""",
        beside={
            "requests.received.in_person": 97.0,
            "requests.received.online": 203.0,
            "requests.received.letter": 86.0,
        },
        disclosed__total=45210,
        disclosed__channel__website=38664,
        disclosed__channel__gazette=1260,
        requests__received=386,
        requests__granted=251,
        requests__partial=19,
        fees__collected=0,
        review__total=6,
        litigation__total=3,
    )


def xiangtan_2012() -> Text:
    return _text(
        """
湘潭市人民政府根据《中华人民共和国政府信息公开条例》编制本报告，数据由市政府办公室综合各县市区和市直部门报送的情况得出，统计期限为2012年1月1日至12月31日。
#一、概述
一年来，我市把公开工作同效能建设结合起来，建立了信息员队伍，各单位都有专人负责。
#二、主动公开政府信息情况
2012年，全市主动公开政府信息两万余条，网站访问量超过百万人次。
#三、依申请公开政府信息情况
全年受理政府信息公开申请58件，同意公开41件。
#四、收费及减免情况
2012年未收取政府信息公开费用。
#五、行政复议和行政诉讼情况
2012年未发生因政府信息公开引起的行政复议、行政诉讼。
#六、存在的问题及改进措施
乡镇一级的公开还比较薄弱，下一年将加强指导。
""",
        disclosed__total=(20000, "at_least"),
        requests__received=58,
        requests__granted=41,
        fees__collected=0,
        review__total=0,
        litigation__total=0,
    )


def hengyang_statistics_2017() -> Text:
    return _text(
        """
编制说明：本报告由衡阳市统计局根据《中华人民共和国政府信息公开条例》编制，所列数据的统计期限自2017年1月1日起至2017年12月31日止。
#一、概述
（一）健全工作制度。我局明确一名副局长分管，办公室统一办理，做到每条信息有人审、有人发。
（二）加强队伍建设。各科室确定一名信息员，按月报送内容，由办公室汇总登记。
#二、主动公开政府信息情况
（一）公开的主要内容。
2017年，我局通过统计信息网、公告栏和微博等渠道主动公开各类政府信息640余条，内容有机构职能、统计公报、数据解读等。
（二）公开的形式。
除网站外，我局还通过新闻发布会和宣传册公布主要数据。
#三、依申请公开情况
2017年，我局收到政府信息公开申请3件，均为当面提出，已全部按期答复。
#四、复议、诉讼情况
2017年，我局未发生因政府信息公开引起的行政复议和行政诉讼。
#五、收费情况
我局对提供的政府信息没有收取任何费用。
#六、主要问题及改进措施
数据解读还不够通俗。2018年，我局将多用图表说明数据，及时回答公众的疑问。
""",
        disclosed__total=(640, "at_least"),
        requests__received=3,
        review__total=0,
        litigation__total=0,
        fees__collected=0,
    )


def yanbian_2013() -> Text:
    return _text(
        """
根据《中华人民共和国政府信息公开条例》的规定，延边朝鲜族自治州人民政府编制了2013年度政府信息公开工作年度报告。报告汇总了各县（市）人民政府和州直各部门的情况，统计期限自2013年1月1日起，至2013年12月31日止。
#一、概述
2013年，我州用朝鲜文和汉文两种文字更新网站，在边境乡镇增设了查阅点。
#二、主动公开政府信息情况
2013年，全州主动公开政府信息18305条，比2012年增加1204条。
#三、依申请公开政府信息情况
全州共收到政府信息公开申请74件，较2012年减少9件。
#四、收费及减免情况
本年度未收取检索、复制、邮寄等费用。
#五、复议、诉讼情况
全年因政府信息公开被申请行政复议2件，未发生行政诉讼案件。
#六、存在的主要问题及改进措施
个别县市更新不够及时，下一年将建立通报制度。
""",
        disclosed__total=18305,
        requests__received=74,
        fees__collected=0,
        review__total=2,
        litigation__total=0,
    )


def jurong_statistics_2020() -> Text:
    return _text(
        """
#一、总体情况
根据《中华人民共和国政府信息公开条例》，句容市统计局公布2020年度政府信息公开工作情况，统计期限自2020年1月1日起至2020年12月31日止。
2020年，我局结合普查工作更新栏目，全年通过政府网站公开政府信息96条，通过微信公众号公开政府信息45条。
本年度未收到政府信息公开申请，没有发生因政府信息公开引起的行政复议、行政诉讼。
#二、主动公开政府信息情况
!./W020210118001.png
#三、收到和处理政府信息公开申请情况
!./W020210118002.png
#四、政府信息公开行政复议、行政诉讼情况
!./W020210118003.png
#五、存在的主要问题及改进情况
公开的形式比较单一，2021年我局将增加图解和短视频。
#六、其他需要报告的事项
无。
""",
        disclosed__channel__website=96,
        disclosed__channel__wechat=45,
        requests__received=0,
        review__total=0,
        litigation__direct__total=0,
        litigation__after_review__total=0,
    )
