"""Charsets and repairs: what each pass mends, what it counts, and that clean text is left alone."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from flows.report.source import Source, normalise
from flows.report.text import decode, mend_double_encoding, repair

SENTENCE = "本年度共收到政府信息公开申请12件，均已按时办结。"
PAGE = f"<html><head>{{}}</head><body><p>{SENTENCE}</p></body></html>"


@pytest.mark.parametrize(
    ("data", "charset", "codec"),
    [
        (PAGE.encode(), None, "utf-8"),
        (PAGE.encode(), "gb2312", "utf-8"),
        (b"\xef\xbb\xbf" + PAGE.encode(), None, "utf-8-sig"),
        (PAGE.encode("utf-16"), None, "utf-16"),
        (PAGE.encode("gb18030"), None, "gb18030"),
        (PAGE.encode("gb18030"), "gb2312", "gb18030"),
        (PAGE.encode("gb18030"), "utf-8", "gb18030"),
        (PAGE.encode("gb18030"), "no-such-charset", "gb18030"),
        (PAGE.format('<meta charset="gb2312">').encode("gb18030"), None, "gb18030"),
    ],
)
def test_charset_is_found(data: bytes, charset: str | None, codec: str) -> None:
    text, found = decode(data, charset)
    assert found == codec
    assert SENTENCE in text


def test_big5_is_told_from_gb18030_without_a_declaration() -> None:
    page = OpenCC("s2tw").convert(PAGE * 3)
    text, codec = decode(page.encode("big5hkscs"), None)
    assert codec == "big5hkscs"
    assert "政府信息公開申請" in text


def test_one_bad_byte_loses_one_character() -> None:
    data = (SENTENCE * 20).encode("gb18030")
    text, _ = decode(data[:100] + b"\xff" + data[100:], "gbk")
    assert text.count(SENTENCE) >= 18


@pytest.mark.parametrize(
    ("damaged", "mended", "kind"),
    [
        (
            "根據(jù)國家、省、市的規定，數據如下，共開會",
            "根据国家、省、市的规定，数据如下，共开会",
            "pinyin_residue",
        ),
        ("根據(ju)國家的數(shu)據規(gui)定，共開會", "根据国家的数据规定，共开会", "pinyin_residue"),
        ("根據(jù)(jù)國家、省、市的規定，數據如下", "根据国家、省、市的规定，数据如下", "pinyin_residue"),
        ("收到申請１２件（網絡申請３件），與去年相同", "收到申请12件(网络申请3件)，与去年相同", "full_width"),
        ("公开信息，，共12条", "公开信息，共12条", "doubled_punctuation"),
        ("公开信息,,共12条、、无", "公开信息,共12条、无", "doubled_punctuation"),
        ("<p>公开信息</p><br/>12条", "\n公开信息\n\n12条", "tag"),
        ("公开&nbsp;信息&ldquo;12&rdquo;条", "公开 信息“12”条", "entity"),
        ("自20231月1日至2023年12月31日", "自2023年1月1日至2023年12月31日", "date"),
        ("按照規範性檔案管理的規定，各機關報送", "按照规范性文件管理的规定，各机关报送", "vocabulary"),
    ],
)
def test_damage_is_mended_and_counted(damaged: str, mended: str, kind: str) -> None:
    repaired = repair(damaged)
    assert repaired.text == mended
    assert repaired.counts[kind] >= 1


@pytest.mark.parametrize("lost", ["", "?", "\ufffd"])
@pytest.mark.parametrize(
    "line",
    [
        "（一）主动公开。",
        "（二）依申请公开。",
        "（三）政府信息管理。",
        "（六）监督保障。",
        "一、本年新收政府信息公开申请数量",
        "三、本年度办理结果",
        "七、依申请公开信息收取的费用",
    ],
)
def test_text_read_one_byte_off_is_read_again(line: str, lost: str) -> None:
    """One A1 of the indent is lost; pairs that GBK does not have are dropped or shown as `lost`."""
    data = f"　　{line}".encode("gbk")[1:]
    pairs = [data[at : at + 2].decode("gbk", "ignore") or lost for at in range(0, len(data) - 1, 2)]
    repaired = repair(f"上一段。?{''.join(pairs)}?\n12")
    wanted = line.translate({0xFF08: "(", 0xFF09: ")"})
    mended = repaired.text.split("。", 1)[1].strip("?\u3000\n12")
    assert repaired.counts["gbk_misalignment"] >= 1
    assert mended.startswith(wanted[:3])
    assert SequenceMatcher(None, wanted, mended).ratio() > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "乾县人民政府办公室2020年政府信息公开工作年度报告",  # 乾 is traditional elsewhere
        "著名的瞭望台，收到申请3件(其中网络申请2件)",
        "微信公众号(wx)和客户端(app)",
        "现行有效件数12,345件；收费1.5万元",
        "增长5%，a<b且b>c",
        "是否公开?。",
    ],
)
def test_clean_text_is_the_same_object(text: str) -> None:
    assert repair(text).text == text
    assert repair(text).counts == {}


CLEAN = st.text(
    alphabet="本年度收到政府信息公开申请件办结答复行政复议诉讼主动的和在乾著0123456789，。、；：“”%./ \nabcXYZ\x1d\x1f",
    max_size=300,
).filter(lambda text: all(double not in text for double in ("，，", "、、", "。。")))


@given(CLEAN)
def test_clean_text_is_left_alone(text: str) -> None:
    repaired = repair(text)
    assert repaired.text == text
    assert repaired.counts == {}
    assert not repaired.passes


NOISY = st.lists(
    st.sampled_from(
        [
            "據(jù)",
            "數(shù)",
            "公開",
            "，，",
            "12",
            "（一）",
            "&nbsp;",
            "<br>",
            "３",
            "。ㄒ唬┲鞫",
            "?",
            "政府信息",
            "\n",
            "\x1f",
            "\x1d",
            "20231月1日",
        ]
    ),
    max_size=60,
).map("".join)


@given(NOISY)
def test_every_character_leads_back_into_the_source(text: str) -> None:
    document = normalise(Source(text.replace("\x1d", "").replace("\x1f", "")))
    last = 0
    for offset in range(len(document.text)):
        place = document.locate(offset)
        assert 0 <= place <= len(document.source)
        last = max(last, place)
    digits = [offset for offset, character in enumerate(document.text) if character in "12"]
    for offset in digits:
        source = document.source[document.locate(offset)]
        assert source == document.text[offset] or source in "１２３三"


@given(NOISY)
def test_marks_between_cells_survive(text: str) -> None:
    repaired = repair(text).text
    assert repaired.count("\x1f") == text.count("\x1f")
    assert repaired.count("\x1d") == text.count("\x1d")


@given(st.text(max_size=200))
def test_repair_never_raises(text: str) -> None:
    repair(text)


def test_double_encoding_is_undone() -> None:
    whole = SENTENCE * 5
    twice = "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in whole.encode()
    )
    mended, count = mend_double_encoding(twice)
    assert mended == whole
    assert count > 0
    assert mend_double_encoding("café très élégant à Genève") == ("café très élégant à Genève", 0)


def test_rare_characters_of_names_stay() -> None:
    text = "礐石街道办事处2022年政府信息公开工作年度报告，礐石街道主动公开信息，礐石街道收到申请3件，礐石街道无复议"
    assert repair(text).text == text


def test_a_name_of_an_old_character_is_no_traditional_script() -> None:
    text = "濛江街道2017年政府信息公开工作年度报告\n" + "濛江街道公开政府信息12条。\n" * 5
    assert repair(text).text is text


def test_labels_in_the_words_of_taiwan() -> None:
    """As OpenCC turns them, which mirrors use."""
    labels = [
        "上一年项目数量",
        "采购项目数量",
        "参加或举办新闻发布会总次数",
        "政府网站在线访谈次数",
        "政策解读稿件发布数",
        "申请信息不存在数",
        "没有现成信息需要另行制作",
    ]
    page = "\n".join([*labels, SENTENCE])
    assert repair(OpenCC("s2twp").convert(page)).text == page


def test_radicals_are_the_characters_that_they_look_like() -> None:
    """Text copied out of a PDF has them; no offset moves."""
    repaired = repair("湖北省⼈⺠政府 ⾏政处罚 ⼀、总体情况")
    assert repaired.text == "湖北省人民政府 行政处罚 一、总体情况"
    assert repaired.counts == {"lookalike": 4}
    assert repaired.passes == []


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("行政诉讼,,结果维持,7", None),
        ("三、本年度办理结果,（一）予以公开,,1203,,2", None),
        (
            "为了做好公开工作,,我局认真贯彻落实条例,,加强组织领导",
            "为了做好公开工作,我局认真贯彻落实条例,加强组织领导",
        ),
    ],
)
def test_blank_cells_between_commas_are_no_doubled_commas(line: str, mended: str | None) -> None:
    expected = line if mended is None else mended
    assert repair(f"{SENTENCE}\n{line}\n").text.split("\n")[1] == expected.replace("（", "(").replace(
        "）", ")"
    )


def test_the_last_line_of_a_text_is_whole_without_a_line_break() -> None:
    line = "行政诉讼案件审理后结果维持原判,,其中被纠正的案件,其他结果的案件,7"
    assert repair(f"{SENTENCE}\n{line}").text.split("\n")[1] == line
