"""The ready queries: each runs on the bundled sample and gives what it asks for; and the quick start, as it stands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.commands.sql import command
from flows.edge.queries import QUERIES, ready_queries
from flows.edge.warehouse import open_warehouse
from flows.model import plan_models
from flows.settings import ROOT, Home

NAMES = [query.name for query in ready_queries()]
EMPTY = {"quarantine"}
"""Queries about what the sample does not have."""


@pytest.mark.parametrize("query", ready_queries(), ids=NAMES)
def test_a_ready_query_runs_on_the_sample(sample_home: Home, query: object) -> None:
    with open_warehouse(sample_home) as connection:
        rows = connection.execute(query.sql).fetchall()  # type: ignore[attr-defined]
    assert bool(rows) is (query.name not in EMPTY)  # type: ignore[attr-defined]


def test_a_ready_query_is_called_by_its_name_and_they_are_listed(sample_home: Home) -> None:
    options = ["--home", str(sample_home.path), "--format", "csv"]
    by_name = CliRunner().invoke(command, ["@court_losses", *options]).output
    by_file = CliRunner().invoke(command, ["--file", str(QUERIES / "court_losses.sql"), *options]).output
    assert by_name == by_file
    assert by_name.startswith("province_name,report_year,suits_lost,suits_decided,loss_rate,")
    listed = CliRunner().invoke(command, ["--list"]).output
    assert re.findall(r"^@(\w+)", listed, re.MULTILINE) == NAMES
    assert "各省行政诉讼败诉（结果纠正）率是多少？" in listed


def test_ready_queries_are_no_models() -> None:
    assert not [model.name for model in plan_models() if model.name.startswith("query.")]


def test_the_grounds_of_refusal_add_up_to_the_refused(sample_home: Home) -> None:
    sql = (QUERIES / "refusal_reasons.sql").read_text(encoding="utf-8")
    with open_warehouse(sample_home) as connection:
        shares = connection.execute(
            f"SELECT sum(refused_share) FROM ({sql}) GROUP BY province_name, report_year"
        ).fetchall()
    assert shares and all(share == pytest.approx(1) for (share,) in shares)


def test_fees_of_two_kinds_are_never_added(sample_home: Home) -> None:
    sql = (QUERIES / "fees.sql").read_text(encoding="utf-8")
    with open_warehouse(sample_home) as connection:
        measures = connection.execute(f"SELECT DISTINCT measure FROM ({sql}) ORDER BY 1").fetchall()
    assert measures == [("fees_amount",), ("fees_collected",)]


QUICK_START = (ROOT / "warehouse" / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", QUICK_START, re.DOTALL)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_of_the_quick_start_runs(sample_home: Home, tmp_path: Path, number: int) -> None:
    language, text = SNIPPETS[number]
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "gongkai.duckdb").symlink_to(sample_home.warehouse)
    commands = {"python": [sys.executable, "-W", "error::SyntaxWarning", "-c"], "sh": ["bash", "-euc"]}
    for module in ("polars",):
        if f"import {module}" in text:
            pytest.importorskip(module)
    if "duckdb -" in text and not shutil.which("duckdb"):
        pytest.skip("the duckdb command line is not installed")
    environment = {
        **os.environ,
        "GONGKAI_HOME": str(sample_home.path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [*commands[language], text], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "a snippet shows something"
