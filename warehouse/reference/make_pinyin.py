"""Writes division_pinyin.csv: how the stems of division names are spelt in pinyin, without tones.

Run by hand with pypinyin 0.55 (MIT) in an environment of its own, after division.csv has changed:
`PYTHONPATH=. python warehouse/reference/make_pinyin.py`. The corrections below are readings that only place
names have; a stem with two spellings in use has both.
"""

from __future__ import annotations

import csv
from pathlib import Path

from pypinyin import lazy_pinyin

from flows.report.division import stem_of

HERE = Path(__file__).parent

# Characters whose usual reading in place names is not the one pypinyin takes by default.
CHARACTER = {
    "长": "chang",
    "都": "du",
    "什": "shi",
    "勒": "le",
    "石": "shi",
    "尾": "wei",
    "乐": "le",
    "圩": "xu",
    "朝": "chao",
    "扎": "zha",
    "峙": "shi",
    "卡": "ka",
    "六": "liu",
}
# Stems read otherwise; `|` parts spellings in use.
STEM = {
    "六安": "lu an",
    "六合": "lu he|liu he",
    "乐清": "yue qing",
    "乐亭": "lao ting|le ting",
    "乐陵": "lao ling|le ling",
    "民乐": "min le",
    "长子": "zhang zi",
    "单": "shan",
    "闵行": "min hang",
    "大城": "dai cheng|da cheng",
    "漯河": "luo he",
    "浚": "xun",
    "曾都": "zeng du",
    "泊头": "bo tou",
    "筠连": "jun lian",
    "珲春": "hun chun",
    "蚌山": "beng shan",
    "荥经": "ying jing",
    "覃塘": "qin tang",
    "申扎": "shen zha",
    "穆棱": "mu ling",
    "伽师": "jia shi",
    "茄子河": "qie zi he",
    "称多": "cheng duo|chen duo",
    "洪洞": "hong tong|hong dong",
    "百色": "bai se|bo se",
    "尉犁": "yu li",
    "吴堡": "wu bu|wu bao",
    "召陵": "zhao ling|shao ling",
    "宕昌": "tan chang|dang chang",
    "东阿": "dong e",
    "克什克腾": "ke shi ke teng",
    "呼和浩特": "hu he hao te|huh hot",
    "鄂尔多斯": "e er duo si|or dos",
    "乌鲁木齐": "wu lu mu qi|u rum qi",
    "哈尔滨": "ha er bin|har bin",
    "齐齐哈尔": "qi qi ha er",
    "陕西": "shaan xi|shan xi",
    "西藏": "xi zang",
    "拉萨": "la sa|lha sa",
    "吕梁": "lv liang|lyu liang",
}


def spell(stem: str) -> str:
    if stem in STEM:
        return STEM[stem]
    spelt = lazy_pinyin(stem)
    return " ".join(CHARACTER.get(char, sound) for char, sound in zip(stem, spelt, strict=True))


def main() -> None:
    with (HERE / "division.csv").open(encoding="utf-8", newline="") as file:
        stems = sorted({stem_of(row["name"]) for row in csv.DictReader(file)})
    with (HERE / "division_pinyin.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("stem", "pinyin"))
        writer.writerows((stem, spell(stem)) for stem in stems)


if __name__ == "__main__":
    main()
