"""The catalogue: source files as they are shipped, and what is said of mistakes in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.edge.catalogue import (
    FAMILIES,
    FOLDER,
    KEYS,
    RATE_KEYS,
    RULE_KEYS,
    Key,
    Rate,
    SourceError,
    load_all,
    load_defaults,
    load_source,
    names,
    schema_table,
    shared_entries,
    standing_names,
)
from flows.edge.divisions import read_rows
from flows.edge.listing import read_listing
from flows.edge.pagination import Jpage, JsonList, Numbered, TrsSearch, YearParameter
from flows.settings import REFERENCE, ROOT


def one(folder: Path, text: str, default: str = "") -> Path:
    (folder / "_default.yaml").write_text(default, encoding="utf-8")
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    return folder


ENTRY = "entry: ['http://a.cn/']\n"


# --- what is shipped ---


def test_every_province_has_a_source() -> None:
    sources, mistakes = load_all()
    assert mistakes == []
    # Taiwan, Hong Kong and Macao do not report under the Regulation
    divisions = read_rows(REFERENCE / "division.csv")
    provinces = {row[0]: row[1] for row in divisions if row[0].endswith("0000") and row[0] < "700000"}
    governments = {source.division: source for source in sources if source.publisher.endswith("人民政府")}
    assert len(provinces) == 31
    for code, name in provinces.items():
        assert governments[code].publisher == f"{name}人民政府"
        assert governments[code].entry


def test_sources_lie_where_their_division_does() -> None:
    divisions = {row[0]: row[1] for row in read_rows(REFERENCE / "division.csv")}
    provinces = {source.name: source.division for source in load_all()[0] if "-" not in source.name}
    for source in load_all()[0]:
        if source.division is not None:
            province = provinces[source.name.partition("-")[0]]
            assert province is not None and source.division[:2] == province[:2], source.name
            assert source.publisher.startswith(divisions[source.division]), source.name


def test_nothing_is_called_verified_that_nobody_has_fetched() -> None:
    assert [source.name for source in load_all()[0] if source.verified] == ["sample"]


def test_no_entry_is_fetched_twice() -> None:
    assert shared_entries(load_all()[0]) == []


def test_entries_that_two_sources_share_are_named(tmp_path: Path) -> None:
    one(tmp_path, "entry: ['http://A.cn:80/x#top']\n")
    (tmp_path / "two.yaml").write_text("entry: ['http://a.cn/x']\n")
    sources, _ = load_all(tmp_path)
    assert shared_entries(sources) == ["http://a.cn/x: expected in one source, found in one, two"]


@pytest.mark.parametrize(
    ("text", "address", "followed"),
    [
        ("2020年政府信息公开工作年度报告", "http://h.cn/art/2021/1/2/art_1_2.html", True),
        ("辽宁省2019年度政府信息公开工作报告", "http://h.cn/a/index.shtml", True),
        ("甲局政府信息公开年报", "http://h.cn/a/b.html", True),
        ("政府信息公開工作年度報告", "http://h.cn/a/b.html", True),
        ("2021年", "http://h.cn/zwgk/zfxxgknb/2021n/", True),
        ("政务公开", "http://h.cn/zwgk/", False),
        ("2020年法治政府建设年度报告", "http://h.cn/a/b.html", False),
        ("2020年部门预算公开年度报告", "http://h.cn/a/b.html", False),
        ("政府信息公开指南", "http://h.cn/a/zfxxgkzn/", False),
        ("政府网站工作年度报表", "http://h.cn/a/b.html", False),
        ("全市召开政务公开工作会议", "http://h.cn/a/b.html", False),
        ("2020年政府信息公开年报", "http://h.cn/a/b.jpg", False),
    ],
)
def test_which_links_the_default_rules_follow(text: str, address: str, followed: bool) -> None:
    rules = load_defaults()
    found = read_listing(
        f'<a href="{address}">{text}</a>',
        "http://h.cn/",
        **{key: rules[key] for key in ("report", "follow", "never", "next_page")},
    )
    assert [link.address for link in found.follow] == ([address] if followed else [])


# --- reading ---


def test_all_that_a_source_can_say(tmp_path: Path) -> None:
    source = load_source(
        "one",
        one(
            tmp_path,
            """
publisher: 甲市人民政府
division: "110000"
entry: [http://a.cn/nb/, "https://a.cn:8443/sitemap.xml"]
hosts: ["*.a.cn", b.cn]
follow: {text: 年报, address: /nb/}
report: {text: 报告}
never: {text: 指南}
next_page: {text: 下一页}
pagination:
  - numbered
  - {family: numbered, pattern: "list_{n}.html", second: 2}
  - {family: jpage, columnid: 7, unitid: 9, webid: 1, per_page: 20}
  - trs_search
  - family: json_list
    address: http://a.cn/list?page={n}
    items: data.list
    url: link
    title: name
    date: day
    total: data.total
    first: 0
    per_page: 10
  - {family: year_parameter, address: "http://a.cn/nb?nbYear={year}&a={area}", areas: [x], first_year: 2015}
max_depth: 2
max_pages: 9
rate: {requests_per_second: 0.25, concurrency: 1}
labels: {收件总数: 收到申请数, "同意提供": 予以公开}
sitemaps: false
verify_tls: false
expected_reports: 60
verified: true
""",
        ),
    )
    assert source.pagination == (
        Numbered(),
        Numbered("list_{n}.html", 2),
        Jpage(7, 9, 1, 20),
        TrsSearch(),
        JsonList("http://a.cn/list?page={n}", "data.list", "link", "name", "day", "data.total", 0, 10),
        YearParameter("http://a.cn/nb?nbYear={year}&a={area}", ("x",), 2015),
    )
    assert (source.division, source.hosts, source.rate) == ("110000", ("*.a.cn", "b.cn"), Rate(0.25, 1))
    assert (source.max_depth, source.max_pages, source.expected_reports) == (2, 9, 60)
    assert (source.verify_tls, source.verified, source.sitemaps) == (False, True, False)
    assert source.labels == (("收件总数", "收到申请数"), ("同意提供", "予以公开"))
    assert source.never.fits("公开指南", "") and source.report.fits("年度报告", "")


def test_every_key_is_a_field_of_a_source_and_has_an_example_that_is_read(tmp_path: Path) -> None:
    for name, key in KEYS.items():
        text = f"{name}: {key.example}\n" + (ENTRY if name != "entry" else "")
        assert hasattr(load_source("one", one(tmp_path, text)), name)
    for outer, keys in (("follow", RULE_KEYS), ("rate", RATE_KEYS)):
        for name, key in keys.items():
            load_source("one", one(tmp_path, f"{ENTRY}{outer}: {{{name}: {key.example}}}\n"))
    for family, (_, keys, _) in FAMILIES.items():
        lines = "".join(f"    {name}: {key.example}\n" for name, key in keys.items())
        source = load_source("one", one(tmp_path, f"{ENTRY}pagination:\n  - family: {family}\n{lines}"))
        assert len(source.pagination) == 1


def test_an_entry_takes_whole_keys_from_the_defaults(tmp_path: Path) -> None:
    folder = one(tmp_path, ENTRY + "follow: {text: own}\n", "follow: {address: default}\nmax_depth: 7\n")
    source = load_source("one", folder)
    assert (source.follow.fits("own", ""), source.follow.fits("", "default")) == (True, False)
    assert source.max_depth == 7


def test_one_mistake_leaves_the_other_sources(tmp_path: Path) -> None:
    one(tmp_path, ENTRY)
    (tmp_path / "bad.yaml").write_text("entry: ['http://a.cn/']\nmax_pages: -1\n")
    sources, mistakes = load_all(tmp_path)
    assert [source.name for source in sources] == ["one"]
    assert mistakes == [f"{tmp_path}/bad.yaml:2: max_pages: expected a whole number, found '-1'"]


def test_what_a_scheduled_run_is_of(tmp_path: Path) -> None:
    one(tmp_path, ENTRY)
    served = "entry: ['http://sample.test/']\nserved_from: warehouse/sample/site\nverified: true\n"
    (tmp_path / "sample.yaml").write_text(served)
    assert standing_names(tmp_path) == ["sample"]
    assert standing_names(tmp_path, with_unverified=True) == ["one"]
    (tmp_path / "two.yaml").write_text("entry: ['http://b.cn/']\nverified: true\n")
    assert standing_names(tmp_path) == ["two"]
    # a mistake is told by whoever loads it
    (tmp_path / "bad.yaml").write_text("entry: ['http://a.cn/']\nmax_pages: -1\n")
    assert standing_names(tmp_path) == ["bad", "two"]


def test_the_catalogue_as_shipped_is_scheduled_as_its_sample() -> None:
    assert standing_names() == ["sample"]
    assert standing_names(with_unverified=True) == [name for name in names() if name != "sample"]


# --- mistakes ---


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "folow: {text: a}\n",
            ":2: folow: unknown key, expected one of publisher, .* (did you mean follow?)",
        ),
        ("xyz: 1\n", ":2: xyz: unknown key, expected one of .*, served_from"),
        ("division: 4300\n", ":2: division: expected six digits of GB/T 2260, found '4300'"),
        ('division: "999999"\n', ":2: division: expected a code of warehouse/reference/division.csv, found"),
        ("hosts: a.cn\n", ":2: hosts: expected a list of hosts, found 'a.cn'"),
        ("hosts: ['http://a.cn']\n", ":2: hosts: expected a host such as www.example.gov.cn or"),
        (
            "rate: {requests_per_second: 0}\n",
            ":2: rate.requests_per_second: expected a number above 0, found '0'",
        ),
        ("rate: {concurrency: 0}\n", ":2: rate.concurrency: expected a whole number, 1 or more, found '0'"),
        ("rate: fast\n", ":2: rate: expected keys requests_per_second, concurrency, found 'fast'"),
        ("rate: {requests: 1}\n", ":2: rate.requests: unknown key, .* (did you mean requests_per_second?)"),
        ("verify_tls: 'no'\n", ":2: verify_tls: expected true or false, found 'no'"),
        (
            "expected_reports: many\n",
            ":2: expected_reports: expected a whole number, 1 or more, found 'many'",
        ),
        ("publisher:\n", ":2: publisher: expected text, found ''"),
        ("publisher: {a: b}\n", ":2: publisher: expected text, found a mapping"),
        ("pagination: numbered\n", ":2: pagination: expected a list of families, found 'numbered'"),
        (
            "pagination:\n  - numberd\n",
            ":3: pagination.family: expected one of numbered, jpage, .*, found 'numberd' (did you mean numbered?)",
        ),
        (
            "pagination:\n  - {pattern: a}\n",
            ":3: pagination.family: expected one of numbered, .*, found none",
        ),
        (
            "pagination:\n  - family: json_list\n    items: a\n",
            ":3: pagination.address: expected an http(s) address with {n} or {start}, found none",
        ),
        (
            "pagination:\n  - family: json_list\n    items: a\n    address: http://a.cn/\n",
            ":5: pagination.address: expected an http(s) address with {n} or {start}, found 'http://a.cn/'",
        ),
        (
            "pagination:\n  - family: year_parameter\n    address: http://a.cn/\n",
            ":4: pagination.address: expected an http(s) address with {year}, found",
        ),
        (
            "pagination:\n  - family: numbered\n    pattern: list.html\n",
            ":4: pagination.pattern: expected a file name with {n}, such as index_{n}.html, found 'list.html'",
        ),
        (
            "pagination:\n  - family: trs_search\n    page: 1\n",
            ":4: pagination.page: unknown key, expected none here",
        ),
        (
            "pagination:\n  - {family: jpage, family: jpage}\n",
            ":3: pagination.family: expected once, found again",
        ),
        ("never: {text: '*'}\n", ":2: never.text: expected a regular expression (nothing to repeat"),
        (
            "never: {text: 'a{99999999999999999999}'}\n",
            ":2: never.text: expected a regular expression (the repetition number is too large)",
        ),
        (
            f"never: {{text: '{'(' * 3000}a{')' * 3000}'}}\n",
            ":2: never.text: expected a regular expression (nested too deeply), found",
        ),
        ('served_from: "a\\0b"\n', ":2: served_from: expected a folder of the project, found"),
        (
            f"hosts: {'[' * 5000}\n",
            ": expected the keys of a source, found lists or mappings nested too deeply",
        ),
        ("publisher: a\x07b\n", ":2: not YAML: unacceptable character #x0007"),
        ("labels: [a]\n", ":2: labels: expected a mapping of labels, found a list"),
        (
            "labels:\n  收件总数: 收到申请数\n  收件: 不存在的标签\n",
            ":4: labels.收件: label '收件' stands for '不存在的标签': expected a label that a form prints",
        ),
        (
            "labels:\n  规章: 行政许可\n",
            ":3: labels.规章: label '规章': expected a wording that no form prints",
        ),
        ("labels:\n  收件: [a]\n", ":3: labels.收件: expected text, found a list"),
        ("labels:\n  收件: 规章\n  收件: 规章\n", ":4: labels.收件: expected once, found again"),
        ("max_depth: [1]\n", ":2: max_depth: expected a whole number, found a list"),
    ],
)
def test_a_mistake_names_file_line_key_and_expectation(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        load_source("one", one(tmp_path, ENTRY + text))
    pattern = re.escape(message).replace(r"\.\*", ".*")
    assert re.match(rf"{re.escape(str(tmp_path))}/one\.yaml{pattern}", str(raised.value))


@pytest.mark.parametrize("entry", ["a.cn", "http://", "http://a cn/", "http://a.cn:port/", "http://{host}/"])
def test_an_entry_is_an_address(tmp_path: Path, entry: str) -> None:
    with pytest.raises(SourceError, match=r"one\.yaml:2: entry: expected an http\(s\) address, found"):
        load_source("one", one(tmp_path, f"entry:\n  - '{entry}'\n"))


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    one(tmp_path, ENTRY)
    (tmp_path / "one.yaml").write_bytes("verified: false\npublisher: 甲".encode("gb18030"))
    with pytest.raises(SourceError, match=r"one\.yaml:2: expected UTF-8, found the byte 0xbc"):
        load_source("one", tmp_path)


# --- the documents ---


def test_the_table_of_keys_is_that_of_the_code() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert schema_table() in text, "write what `gongkai sources --keys` prints into flows/sources/README.md"


def test_the_example_for_new_sources_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("## Add a source")[2].partition("\n## ")[0]
    example = re.search(r"```yaml\n(.*?)```", section, re.S)
    assert example is not None
    source = load_source("one", one(tmp_path, example[1]))
    assert source.publisher and source.division in {row[0] for row in read_rows(REFERENCE / "division.csv")}
    assert not source.verified
    given = set(re.findall(r"^(\w+):", example[1], re.M))
    assert given == set(KEYS) - {"served_from"}


def test_a_key_says_what_it_expects_and_means() -> None:
    every: list[Key] = [*KEYS.values(), *RULE_KEYS.values(), *RATE_KEYS.values()]
    every += [key for _, keys, _ in FAMILIES.values() for key in keys.values()]
    assert all(key.form and key.meaning and key.example for key in every)
