"""Every rule that anything can raise is described in both languages, and docs/rules.md says so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from flows import rules
from flows.edge.quality import load_suite
from flows.edge.reference import read_reference
from flows.report.eras.identities import IDENTITIES, LABELS
from flows.settings import EXPECTATIONS, ROOT, SQL
from flows.validate import OVERALL_SUITES, REPORT_SUITE

DESCRIBED = {str(row["rule"]): row for row in read_reference("rule")}
SUITES = {
    rule.rule: rule
    for name in (REPORT_SUITE, *OVERALL_SUITES)
    for rule in load_suite(EXPECTATIONS / name).rules
}
CHINESE = re.compile("[\u4e00-\u9fff]")


def raised_by_the_reader() -> set[str]:
    """The codes in the calls that make findings and in the notes that become some."""
    found = {identity.rule for identities in IDENTITIES.values() for identity in identities} | set(LABELS)
    for path in (ROOT / "flows" / "report").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if (
                name == "append"
                and isinstance(first, ast.Tuple)
                and ast.unparse(node.func).endswith("notes.append")
            ):
                first = first.elts[0]
            elif name not in ("Finding", "_finding"):
                continue
            if isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


def test_every_rule_of_the_reader_is_described() -> None:
    raised = raised_by_the_reader()
    assert {"requests.balance", "table.unmapped", "flattened.glued", "fact.negative"} <= raised
    assert raised - set(DESCRIBED) == set()


def test_every_rule_of_a_run_is_described() -> None:
    raised = set(re.findall(r"'([a-z]+\.[a-z_]+)' as rule", (SQL / "quality" / "condition.sql").read_text()))
    raised |= set(
        re.findall(r"sha256, '(document\.[a-z_]+)'", (SQL / "quality" / "quarantine_cause.sql").read_text())
    )
    assert len(raised) >= 5
    assert raised - set(DESCRIBED) == set()


def test_both_languages() -> None:
    for rule, row in DESCRIBED.items():
        assert CHINESE.search(str(row["text_zh"])), rule
        assert not CHINESE.search(str(row["text_en"])), rule
    for rule, one in SUITES.items():
        assert CHINESE.search(one.description_zh), rule
        assert not CHINESE.search(one.description), rule


def test_the_page_of_rules_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rules.main(["--check"]) == 0
    page = rules.RULES.read_text(encoding="utf-8")
    assert all(f"| `{rule}` |" in page for rule in {*SUITES, *DESCRIBED})
    monkeypatch.setattr(rules, "RULES", tmp_path / "rules.md")
    assert rules.main(["--check"]) == 1
    assert "make docs" in capsys.readouterr().err
    assert rules.main([]) == 0
    assert (tmp_path / "rules.md").read_text(encoding="utf-8") == page
    assert rules.main(["--wrong"]) == 2
