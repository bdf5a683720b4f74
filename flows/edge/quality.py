"""Great Expectations: suites as YAML in its own vocabulary, judged on a frame by its pandas engine.

What it would let pass is caught here: it only logs a misspelt expectation type or severity and drops the
expectation; an expectation that crashes keeps its own severity; empty frames and columns without any
value pass every check of values; a check that may fail for a share of the rows names rows also when it
passes. It takes seconds to import and is imported only by `judge`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("critical", "warning", "info")

_SUITE_KEYS = {"name", "meta", "expectations"}
_SUITE_META_KEYS = {"table", "key", "rows_of"}
_KEYS = {"type", "kwargs", "severity", "description", "meta"}
_META_KEYS = {"rule", "description_zh"}
_OPTIONAL_META_KEYS = {"parser_rule"}
# kwargs that name columns of the frame
_COLUMN_KWARGS = ("column", "column_A", "column_B")
_COLUMN_LIST_KWARGS = ("column_list", "column_set")
# expectations that hold for a column without any value, or say what to make of it
_MEANT_FOR_NULLS = {"expect_column_values_to_be_null", "expect_column_to_exist"}


# the one in C where there is one: suites are long
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SuiteError(Exception):
    """A suite that is not as it must be; the message names file, place and what is expected."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation of a suite. `place` names it in error messages; `parser_rule` is a pattern of the
    parser's rules that say the same."""

    rule: str
    type: str
    kwargs: Mapping[str, Any]
    severity: str
    description: str
    description_zh: str
    place: str
    parser_rule: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        single = [self.kwargs[key] for key in _COLUMN_KWARGS if key in self.kwargs]
        listed = [name for key in _COLUMN_LIST_KWARGS for name in self.kwargs.get(key) or ()]
        return (*single, *listed)


@dataclass(frozen=True, slots=True)
class Suite:
    """The expectations on one table; `key` is the column that names a row of it. Where the table `rows_of` has
    rows this one must have some too."""

    name: str
    table: str
    key: str
    rules: tuple[Rule, ...]
    rows_of: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """An expectation that does not hold: for one row (`key`), or for the table as a whole (None).
    A critical one without a key stops publication."""

    key: str | None
    rule: str
    severity: str
    message: str
    message_zh: str
    parser_rule: str | None = None


def load_suite(path: Path) -> Suite:
    """Read a suite. Raises SuiteError for anything that is not as documented in the suites' heads."""
    text = path.read_text(encoding="utf-8")
    try:
        spec = yaml.load(text, Loader=_LOADER)
        lines = _lines_of_expectations(text)
    except yaml.YAMLError as error:
        raise SuiteError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(spec, dict):
        raise SuiteError(f"{path}: expected the keys {', '.join(sorted(_SUITE_KEYS))}")
    _check_keys(spec, _SUITE_KEYS, str(path))
    meta = spec.get("meta")
    if not isinstance(meta, dict) or not {"table", "key"} <= meta.keys():
        raise SuiteError(f"{path}: meta must name the table that is judged and the key of its rows")
    _check_keys(meta, _SUITE_META_KEYS, f"{path}: meta")
    expectations = spec.get("expectations")
    if not isinstance(expectations, list) or not expectations:
        raise SuiteError(f"{path}: expectations must be a list with at least one expectation")
    rules = tuple(
        _rule(f"{path}: line {line}: expectation {number}", item)
        for number, (line, item) in enumerate(zip(lines, expectations, strict=True), start=1)
    )
    seen: dict[str, Rule] = {}
    for rule in rules:
        if seen.setdefault(rule.rule, rule) is not rule:
            raise SuiteError(f"{rule.place}: the rule {rule.rule} stands at {seen[rule.rule].place} already")
    name, rows_of = str(spec.get("name") or path.stem), meta.get("rows_of")
    return Suite(name, str(meta["table"]), str(meta["key"]), rules, rows_of and str(rows_of))


def judge(frame: pd.DataFrame, suite: Suite, results: list[Any] | None = None) -> list[Judgement]:
    """What of the suite does not hold for the frame, the worst first. Great Expectations' own result is
    added to `results`.

    Raises SuiteError for a suite that does not fit Great Expectations or the frame. A check that crashes,
    an empty frame, and a column without any value are critical judgements on the table.
    """
    _check_columns(frame, suite)
    with _quiet():
        expectations = _expectations(suite)
        if frame.empty:
            return [_on_table(suite, "table.empty", "has no row: nothing was judged", "没有数据，未能检验")]
        judgements = []
        open_rules = []
        for rule in suite.rules:
            hollow = [name for name in rule.columns if frame[name].isna().all()]
            if hollow and rule.type not in _MEANT_FOR_NULLS:
                judgements.append(
                    _on_table(
                        suite,
                        rule.rule,
                        f"has no value in {', '.join(hollow)}: {rule.description} could not be judged",
                        f"{'、'.join(hollow)} 列全部为空，未能检验：{rule.description_zh}",
                    )
                )
            else:
                open_rules.append(rule)
        judgements += _judge(frame, suite, open_rules, expectations, results)
    return sorted(judgements, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.key or ""))


def _judge(
    frame: pd.DataFrame,
    suite: Suite,
    rules: Sequence[Rule],
    expectations: Mapping[str, Any],
    kept: list[Any] | None,
) -> list[Judgement]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    # its default writes a folder for its documentation and leaves it behind
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores)
    )
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas(suite.name).add_dataframe_asset(suite.name)
    batch = source.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})

    def validate(chosen: Sequence[Rule], result_format: dict[str, Any]) -> dict[str, Any]:
        if not chosen:
            return {}
        parts = [expectations[rule.rule] for rule in chosen]
        validated = batch.validate(
            gx.ExpectationSuite(suite.name, expectations=parts), result_format=result_format
        )
        if kept is not None and result_format["result_format"] == "SUMMARY":
            kept.append(validated)
        results = {result.expectation_config.meta["rule"]: result for result in validated.results}
        if set(results) != {rule.rule for rule in chosen}:
            lost = ", ".join(sorted({rule.rule for rule in chosen} - set(results)))
            raise SuiteError(f"{suite.name}: Great Expectations gave no result for {lost}")
        return results

    # the names of failing rows cost far more than the counts: asked for only where a check fails
    summary = validate(rules, {"result_format": "SUMMARY"})
    judgements = []
    failed = []
    for rule in rules:
        result = summary[rule.rule]
        crash = _crash(result)
        if crash is not None:
            judgements.append(
                _on_table(
                    suite,
                    rule.rule,
                    f"could not be judged, {rule.description}: {crash}",
                    f"检验出错：{rule.description_zh}（{crash}）",
                )
            )
        elif not result.success:
            if "unexpected_count" not in result.result or "mostly" in rule.kwargs:
                judgements.append(_of_table(rule, result.result))
            else:
                failed.append(rule)
    complete = validate(failed, {"result_format": "COMPLETE", "unexpected_index_column_names": [suite.key]})
    for rule in failed:
        result = complete[rule.rule]
        rows = result.result.get("unexpected_index_list")
        if rows is None or len(rows) != result.result["unexpected_count"]:
            raise SuiteError(f"{rule.place}: Great Expectations names not all of the rows that fail")
        judgements += [_of_row(rule, suite.key, row) for row in rows]
    return judgements


# --- the words of a judgement ---------------------------------------------------------------------


def _of_row(rule: Rule, key: str, row: Mapping[str, Any]) -> Judgement:
    # a flag that stands says no more than the description
    found = {
        name: f"{value:.4g}" if isinstance(value, float) else value
        for name, value in row.items()
        if name != key and str(value) not in ("True", "False")
    }
    english = ", ".join(f"{name} is {value}" for name, value in found.items())
    chinese = "，".join(f"{name} = {value}" for name, value in found.items())
    return Judgement(
        str(row[key]),
        rule.rule,
        rule.severity,
        rule.description + (f": {english}" if found else ""),
        rule.description_zh + (f"：{chinese}" if found else ""),
        rule.parser_rule,
    )


def _of_table(rule: Rule, result: Mapping[str, Any]) -> Judgement:
    if "observed_value" in result:
        found = f"found {result['observed_value']}"
    else:
        found = f"{result['unexpected_count']} of {result['element_count']} rows do not"
    return Judgement(
        None, rule.rule, rule.severity, f"{rule.description}: {found}", f"{rule.description_zh}：{found}"
    )


def _on_table(suite: Suite, rule: str, text: str, text_zh: str) -> Judgement:
    """A check that says nothing, which is critical whatever it would have said."""
    return Judgement(None, rule, "critical", f"{suite.table} {text}", f"{suite.table}：{text_zh}")


def _crash(result: Any) -> str | None:
    """What an expectation died of; its details stand under the metric that raised, or at the top."""
    information = result.exception_info or {}
    parts = [information] if "raised_exception" in information else list(information.values())
    for part in parts:
        if isinstance(part, Mapping) and part.get("raised_exception"):
            return str(part.get("exception_message") or "no message").strip().splitlines()[0]
    return None


# --- what Great Expectations would let pass -------------------------------------------------------


def _expectations(suite: Suite) -> dict[str, Any]:
    """The expectations as objects of Great Expectations by rule; it is strict with objects and lenient
    with configurations, which it drops when they do not fit."""
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )

    expectations = {}
    for rule in suite.rules:
        try:
            implementation = get_expectation_impl(rule.type)
        except ExpectationNotFoundError:
            known = list_registered_expectation_implementations()
            raise SuiteError(
                f"{rule.place}: {rule.type} is no expectation of Great Expectations"
                f"{_did_you_mean(rule.type, known)}"
            ) from None
        try:
            expectations[rule.rule] = implementation(
                **rule.kwargs,
                severity=rule.severity,
                description=rule.description,
                meta={"rule": rule.rule, "description_zh": rule.description_zh},
            )
        except (TypeError, ValueError) as error:  # pydantic's errors are ValueErrors
            raise SuiteError(f"{rule.place}: {rule.type}: {' '.join(str(error).split())}") from error
    return expectations


def _check_columns(frame: pd.DataFrame, suite: Suite) -> None:
    for name, place in [
        (suite.key, suite.name),
        *((name, r.place) for r in suite.rules for name in r.columns),
    ]:
        if name not in frame.columns:
            raise SuiteError(
                f"{place}: {suite.table} has no column {name}{_did_you_mean(name, list(frame.columns))}"
            )
    if frame[suite.key].isna().any() or frame[suite.key].duplicated().any():
        raise SuiteError(f"{suite.name}: the key {suite.key} of {suite.table} is empty or doubled")


def _rule(place: str, item: Any) -> Rule:
    if not isinstance(item, dict):
        raise SuiteError(f"{place}: expected the keys {', '.join(sorted(_KEYS))}")
    _check_keys(item, _KEYS, place)
    for key in sorted(_KEYS):
        if not item.get(key):
            raise SuiteError(f"{place}: {key} is missing")
    if not isinstance(item["kwargs"], dict) or not isinstance(item["meta"], dict):
        raise SuiteError(f"{place}: kwargs and meta must be mappings")
    _check_keys(item["meta"], _META_KEYS | _OPTIONAL_META_KEYS, f"{place}: meta")
    for key in sorted(_META_KEYS):
        if not item["meta"].get(key):
            raise SuiteError(f"{place}: meta.{key} is missing")
    if item["severity"] not in SEVERITIES:
        raise SuiteError(
            f"{place}: severity is {item['severity']!r}, expected one of {', '.join(SEVERITIES)}"
        )
    pattern = item["meta"].get("parser_rule")
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as error:
        raise SuiteError(f"{place}: meta.parser_rule is no regular expression: {error}") from error
    return Rule(
        rule=str(item["meta"]["rule"]),
        type=str(item["type"]),
        kwargs=item["kwargs"],
        severity=item["severity"],
        description=str(item["description"]),
        description_zh=str(item["meta"]["description_zh"]),
        place=place,
        parser_rule=pattern,
    )


def _check_keys(given: Mapping[str, Any], known: set[str], place: str) -> None:
    for key in given:
        if key not in known:
            raise SuiteError(f"{place}: unknown key {key}{_did_you_mean(key, sorted(known))}")


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; expected one of {', '.join(sorted(known)[:60])}"


def _lines_of_expectations(text: str) -> list[int]:
    """The line that each expectation starts on."""
    root = yaml.compose(text, Loader=_LOADER)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "expectations" and isinstance(value, yaml.SequenceNode):
            return [item.start_mark.line + 1 for item in value.value]
    return []


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences Great Expectations' logger: what it has to say is raised here or is a judgement."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
