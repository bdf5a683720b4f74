"""The suites and what Great Expectations makes of them; the scorecard; what stops publication."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from flows.edge.quality import Judgement, Suite, SuiteError, judge, load_suite
from flows.settings import EXPECTATIONS, Home
from flows.validate import REPORT_SUITE, publication_failures, validate, validate_overall
from tests.raw_layer import RawLayer, figure, finding, judged_build, report, scorecard

RULE: dict[str, Any] = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "bad_count", "max_value": 0},
    "severity": "warning",
    "description": "Nothing may be bad",
    "meta": {"rule": "test.bad", "description_zh": "不得有误"},
}


def suite_of(folder: Path, *rules: dict[str, Any], **other: Any) -> Suite:
    path = folder / "test.yaml"
    spec = {"name": "test", "meta": {"table": "quality.test", "key": "sha256"}, "expectations": list(rules)}
    path.write_text(yaml.safe_dump(spec | other, allow_unicode=True), encoding="utf-8")
    return load_suite(path)


def frame_of(**columns: list[Any]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"sha256": [f"{number:04x}" for number in range(count)], **columns})


def whole_tables(judgements: list[Judgement]) -> list[tuple[str, str]]:
    return [(one.rule, one.severity) for one in judgements if one.key is None]


# --- the suite that ships -----------------------------------------------------------------------

REPORTS = load_suite(EXPECTATIONS / REPORT_SUITE)
GOOD_AND_BAD = {"value_set": (False, True), "max_value": (0, 1)}


def good_reports(count: int) -> pd.DataFrame:
    values = {
        rule.kwargs["column"]: [GOOD_AND_BAD[key][0] for key in GOOD_AND_BAD if key in rule.kwargs] * count
        for rule in REPORTS.rules
    }
    return frame_of(**values)


def test_good_reports_are_judged_good() -> None:
    assert judge(good_reports(3), REPORTS) == []


def test_each_rule_names_the_report_that_breaks_it() -> None:
    frame = good_reports(len(REPORTS.rules))
    for row, rule in enumerate(REPORTS.rules):
        (bad,) = (GOOD_AND_BAD[key][1] for key in GOOD_AND_BAD if key in rule.kwargs)
        frame.loc[row, rule.kwargs["column"]] = bad
    judgements = judge(frame, REPORTS)
    assert {(one.key, one.rule, one.severity) for one in judgements} == {
        (f"{row:04x}", rule.rule, rule.severity) for row, rule in enumerate(REPORTS.rules)
    }
    assert len(judgements) == len(REPORTS.rules)
    by_rule = {one.rule: one for one in judgements}
    assert all(by_rule[rule.rule].message.startswith(rule.description) for rule in REPORTS.rules)
    assert all(by_rule[rule.rule].message_zh.startswith(rule.description_zh) for rule in REPORTS.rules)


# --- what Great Expectations would let pass -----------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "expect_column_values_to_be_betwen"}, "did you mean expect_column_values_to_be_between"),
        ({"severity": "critcal"}, "severity is 'critcal', expected one of critical, warning, info"),
        ({"severity": None}, "severity is missing"),
        ({"kwargs": {"column": "bad_cuont", "max_value": 0}}, "no column bad_cuont; did you mean bad_count?"),
        ({"kwargs": {"column": "bad_count", "max_valeu": 0}}, "max_valeu"),
        ({"kwargs": ["bad_count"]}, "kwargs and meta must be mappings"),
        ({"description": ""}, "description is missing"),
        ({"sevirity": "warning"}, "unknown key sevirity; did you mean severity?"),
        ({"meta": {"rule": "test.bad"}}, "meta.description_zh is missing"),
        ({"meta": {"rule": "a", "description_zh": "b", "rul": "c"}}, "unknown key rul; did you mean rule?"),
    ],
)
def test_a_mistake_in_a_suite_is_an_error_that_names_its_place(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(SuiteError) as error:
        judge(
            frame_of(bad_count=[0]),
            suite_of(tmp_path, RULE | {"meta": {"rule": "x", "description_zh": "x"}}, RULE | change),
        )
    assert said in str(error.value)
    line = (tmp_path / "test.yaml").read_text(encoding="utf-8").splitlines()
    second = [number for number, text in enumerate(line, start=1) if text.startswith("- ")][1]
    assert f"test.yaml: line {second}: expectation 2" in str(error.value)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"expectations": []}, "at least one expectation"),
        ({"expectatoins": []}, "unknown key expectatoins"),
        ({"meta": {"table": "quality.test"}}, "key of its rows"),
        ({"meta": {"table": "a.b", "key": "c", "row_of": "d.e"}}, "unknown key row_of; did you mean rows_of"),
    ],
)
def test_a_suite_without_substance_is_an_error(tmp_path: Path, other: dict[str, Any], said: str) -> None:
    with pytest.raises(SuiteError, match=said):
        suite_of(tmp_path, RULE, **other)


def test_a_rule_stands_once_in_a_suite(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"the rule test\.bad stands at .*expectation 1 already"):
        suite_of(tmp_path, RULE, RULE)


def test_not_yaml(tmp_path: Path) -> None:
    (tmp_path / "test.yaml").write_text("expectations: [", encoding="utf-8")
    with pytest.raises(SuiteError, match=r"test\.yaml: not valid YAML"):
        load_suite(tmp_path / "test.yaml")


def test_an_empty_table_does_not_pass(tmp_path: Path) -> None:
    judgements = judge(frame_of(bad_count=[]), suite_of(tmp_path, RULE))
    assert whole_tables(judgements) == [("table.empty", "critical")]


def test_a_column_without_a_value_does_not_pass(tmp_path: Path) -> None:
    judgements = judge(frame_of(bad_count=[None, None]), suite_of(tmp_path, RULE))
    assert whole_tables(judgements) == [("test.bad", "critical")]
    assert "has no value in bad_count" in judgements[0].message


def test_a_check_that_crashes_is_critical_whatever_its_own_severity(tmp_path: Path) -> None:
    other = RULE | {
        "kwargs": {"column": "name", "max_value": 0},
        "meta": {"rule": "crash", "description_zh": "x"},
    }
    judgements = judge(frame_of(bad_count=[1, 0], name=["a", "b"]), suite_of(tmp_path, RULE, other))
    assert whole_tables(judgements) == [("crash", "critical")]
    assert "could not be judged" in judgements[0].message
    # the other check is judged all the same
    assert [(one.key, one.rule) for one in judgements if one.key] == [("0000", "test.bad")]


def test_every_failing_row_is_named(tmp_path: Path) -> None:
    frame = frame_of(bad_count=[number % 2 for number in range(1000)])
    judgements = judge(frame, suite_of(tmp_path, RULE))
    assert {one.key for one in judgements} == set(frame["sha256"][1::2])
    assert judgements[0].message == "Nothing may be bad: bad_count is 1"
    assert judgements[0].message_zh == "不得有误：bad_count = 1"


def test_a_check_with_a_tolerance_is_about_the_table(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, RULE | {"kwargs": RULE["kwargs"] | {"mostly": 0.9}})
    assert judge(frame_of(bad_count=[0] * 19 + [1]), suite) == []
    (judgement,) = judge(frame_of(bad_count=[0] * 8 + [1, 2]), suite)
    assert (judgement.key, judgement.severity) == (None, "warning")
    assert "2 of 10 rows do not" in judgement.message


def test_a_check_of_the_whole_table(tmp_path: Path) -> None:
    rule = RULE | {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 5}}
    (judgement,) = judge(frame_of(bad_count=[0, 0]), suite_of(tmp_path, rule))
    assert (judgement.key, judgement.message) == (None, "Nothing may be bad: found 2")


@pytest.mark.parametrize("keys", [["a", "a"], ["a", None]])
def test_the_key_must_name_one_row(tmp_path: Path, keys: list[str | None]) -> None:
    with pytest.raises(SuiteError, match=r"the key sha256 of quality\.test is empty or doubled"):
        judge(pd.DataFrame({"sha256": keys, "bad_count": [0, 0]}), suite_of(tmp_path, RULE))


# --- the stage ----------------------------------------------------------------------------------


def judged(connection: Any) -> set[tuple[str, str, str]]:
    return set(connection.execute("SELECT sha256, rule, severity FROM quality.judgement").fetchall())


def test_reports_are_judged_by_what_was_read_of_them(tmp_path: Path) -> None:
    raw = RawLayer(tmp_path)
    raw.add(
        [
            report("good"),
            report("no year", report_year=None),
            report("no place", province_code=None, division_code=None),
            report("no division", division_code=None),
            report("no agency", agency_name=None),
            report("no scope", scope="unknown"),
            report("no figures"),
            report("text only"),
            report("negative"),
            report("fraction"),
            report("change"),
            report("amount"),
            report("blank"),
            report("broken"),
            report("conflict"),
            report("misread"),
            report("other"),
            report("not assessable"),
            report("early"),
            report("no table"),
            report("odd"),
            report("undecided", report_year=None),
            {"sha256": "a plan", "kind": "other", "reason": "work plan"},
            {"sha256": "garbage", "kind": "unreadable", "reason": "empty"},
        ],
        [
            *(
                figure(sha256)
                for sha256 in (
                    "good",
                    "no year",
                    "no place",
                    "no division",
                    "no agency",
                    "no scope",
                    "broken",
                    "conflict",
                    "misread",
                    "other",
                    "not assessable",
                    "early",
                    "blank",
                )
            ),
            *(figure(sha256) for sha256 in ("no table", "odd", "undecided")),
            figure("text only", method="narrative"),
            figure("negative", value=-1.0),
            figure("fraction", value=1.5),
            figure("change", value=-1.0, indicator="active.licensing.items_change"),
            figure("amount", value=1.5, unit="万元"),
            figure("blank", value=None, state="blank", applicant="research"),
            figure("blank", value=None, state="blank", applicant="business"),
        ],
        [
            finding("broken", "requests.balance"),
            finding("broken", "review.total"),
            finding("broken", "disclosed.channel"),
            finding("conflict", "fact.conflict", "critical"),
            finding("misread", "table.misread", "critical"),
            finding("other", "page.of_two_agencies", "critical"),
            finding("not assessable", "requests.balance", "info", "not_assessable"),
            finding("early", "report.published_before_period_end"),
            finding("no table", "tables.disputes_absent"),
            finding("odd", "year.disagrees"),
            finding("odd", "table.unmapped"),
            finding("odd", "flattened.blanks_lost"),
            finding("odd", "narrative.disagrees"),
            finding("odd", "era.unusual", "info"),
            finding("odd", "a.new_rule"),
            finding("odd", "active.items", "info"),
            finding("undecided", "year.undecided", "critical"),
        ],
    )
    with scorecard(tmp_path) as connection:
        validation = validate(connection)
        assert judged(connection) == {
            ("no year", "report.year_undecided", "critical"),
            ("no place", "report.province_undecided", "critical"),
            ("no division", "report.division_undecided", "warning"),
            ("no agency", "report.agency_undecided", "critical"),
            ("no scope", "report.scope_undecided", "info"),
            ("no figures", "report.without_figures", "warning"),
            ("text only", "report.narrative_only", "info"),
            ("negative", "report.negative", "critical"),
            ("fraction", "report.fraction", "warning"),
            ("blank", "report.blank", "info"),
            ("broken", "report.requests_broken", "warning"),
            ("broken", "report.disputes_broken", "warning"),
            ("broken", "report.other_broken", "warning"),
            ("conflict", "report.conflict", "critical"),
            ("misread", "report.misread_table", "critical"),
            ("other", "report.other_critical", "critical"),
            ("early", "report.published_before_period_end", "warning"),
            ("no table", "report.table_absent", "warning"),
            ("odd", "report.year_disputed", "warning"),
            ("odd", "report.unmapped", "warning"),
            ("odd", "report.unaligned", "warning"),
            ("odd", "report.narrative_disagrees", "warning"),
            ("odd", "report.era_unusual", "info"),
            ("odd", "report.other_warning", "warning"),
            ("undecided", "report.year_undecided", "critical"),
        }
        assert validation.report_count == 22
        assert validation.counts == {"critical": 8, "warning": 13, "info": 4}
        # documents are kept out one by one; none of them holds back the rest
        assert validation.failures == []


def test_a_table_that_has_lost_its_rows_does_not_pass(tmp_path: Path) -> None:
    """All that is judged together: where there are reports each of these has rows."""
    raw = RawLayer(tmp_path / "raw")
    raw.add([report("a")], [figure("a")])
    raw.attempt("https://www.example.gov.cn/a.html", "a")
    home = Home(tmp_path / "home")
    with judged_build(raw.folder, home) as (connection, failures):
        assert failures == []
        for name in ("coverage_scorecard", "fetch_scorecard", "publication", "comparison_scorecard"):
            connection.execute(f"DELETE FROM quality.{name}")
        again = validate_overall(connection, home).failures
    assert sorted(failure.split()[1] for failure in again) == [
        "quality.comparison_scorecard",
        "quality.coverage_scorecard",
        "quality.fetch_scorecard",
        "quality.publication",
    ]
    assert all(
        "has no row: nothing was judged" in one or "has 0 rows for 1 annual reports" in one for one in again
    )


def test_no_report_at_all_is_nothing_to_judge(tmp_path: Path) -> None:
    raw = RawLayer(tmp_path)
    raw.add([{"sha256": "a plan", "kind": "other", "reason": "work plan"}])
    with scorecard(tmp_path) as connection:
        assert validate(connection).failures == []
        assert judged(connection) == set()


def test_a_scorecard_that_lost_reports_stops_publication(tmp_path: Path) -> None:
    raw = RawLayer(tmp_path)
    raw.add([report("a"), report("b")], [figure("a"), figure("b")])
    with scorecard(tmp_path) as connection:
        connection.execute("DELETE FROM quality.scorecard WHERE sha256 = 'b'")
        (failure,) = validate(connection).failures
        assert failure == "scorecard.incomplete: quality.scorecard has 1 rows for 2 annual reports"
        connection.execute("DELETE FROM quality.scorecard")
        assert [one.partition(":")[0] for one in validate(connection).failures] == [
            "scorecard.incomplete",
            "table.empty",
        ]


def test_a_check_that_proves_nothing_stops_publication(tmp_path: Path) -> None:
    raw = RawLayer(tmp_path)
    raw.add([report("a")], [figure("a")])
    with scorecard(tmp_path) as connection:
        connection.execute("UPDATE quality.scorecard SET conflict_count = NULL")
        (failure,) = validate(connection).failures
        assert failure.startswith("report.conflict: quality.scorecard has no value in conflict_count")
        connection.execute("ALTER TABLE quality.scorecard ALTER conflict_count TYPE VARCHAR")
        connection.execute("UPDATE quality.scorecard SET conflict_count = 'x'")
        validate(connection)
        (failure,) = publication_failures(connection)
        assert failure.startswith("report.conflict: quality.scorecard could not be judged")
