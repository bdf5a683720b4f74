"""What all commands have in common: what is missing, damaged or forbidden is told in a line, without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import COMMANDS, main
from flows.edge.outbox import Condition, Outbox
from flows.edge.warehouse import building
from flows.fetch import FetchSummary
from flows.parse import ParseSummary
from flows.settings import Home
from flows.summary import RunSummary
from tests.raw_layer import RawLayer, judged_build, report

READERS = [
    ("sql", "SELECT 1"),
    ("explain", "甲省", "2020", "granted"),
    ("export",),
    ("quarantine", "list"),
    ("quarantine", "show", "abcdef"),
]


def gongkai(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def told(result: Result, code: int = 1) -> str:
    """What a command said on standard error when it ended with that code, and not by a traceback."""
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stderr


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def publish(home: Home) -> None:
    with building(home) as build:
        build.connection.execute("CREATE TABLE t AS SELECT range AS x FROM range(500000)")
        build.publish()


def test_every_command_has_a_help() -> None:
    for name, what in COMMANDS.items():
        result = gongkai(name, "--help")
        assert result.exit_code == 0
        assert what.removesuffix(".").split()[0].lower() in gongkai("--help").output.lower()


def test_a_misspelt_command_gets_the_likely_one_named() -> None:
    assert "No such command 'rn'. Did you mean run?" in told(gongkai("rn"), 2)
    assert "No such command 'xyzzy'." in told(gongkai("xyzzy"), 2)


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_warehouse_that_is_not_there_or_damaged_is_told(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no warehouse yet. Make one: gongkai run" in told(gongkai(*words, "--home", home.path))
    publish(home)
    whole = home.warehouse.read_bytes()
    for damaged in (b"garbage", whole[: len(whole) // 2]):
        home.warehouse.write_bytes(damaged)
        message = told(gongkai(*words, "--home", home.path))
        assert f"{home.warehouse} cannot be opened: " in message
        assert "The next gongkai run builds it anew" in message
    home.warehouse.unlink()
    home.warehouse.mkdir()
    assert "Is a directory" in told(gongkai(*words, "--home", home.path))


def test_what_the_system_forbids_ends_any_command_with_a_line(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(self: Outbox, *, with_resolved: bool = False) -> None:
        raise PermissionError(13, "Permission denied", "/home/alerts.sqlite")

    monkeypatch.setattr(Outbox, "alerts", forbidden)
    assert told(gongkai("alerts", "--home", home.path)) == "Error: /home/alerts.sqlite: Permission denied\n"


def test_damaged_alerts_are_told(home: Home) -> None:
    home.path.mkdir()
    (home.path / "alerts.sqlite").write_text("garbage" * 100)
    for words in (("alerts",), ("gate",), ("alerts", "ack", "a.rule", "110000 2020", "--by", "me")):
        message = told(gongkai(*words, "--home", home.path))
        assert f"the alerts of {home.path} (alerts.sqlite): file is not a database" in message


def test_an_alert_that_is_taken_on_is_confirmed(home: Home) -> None:
    condition = Condition("a.rule", "110000 2020", "warning", "110000", 1, "broken", "不成立")
    Outbox(home).update([condition], run="run-1", is_complete=True)
    result = gongkai("alerts", "ack", "a.rule", "110000 2020", "--by", "me", "--home", home.path)
    assert result.output == "a.rule 110000 2020: acknowledged by me\n"
    message = told(gongkai("alerts", "ack", "b.rule", "110000 2020", "--by", "me", "--home", home.path))
    assert f"in {home.path} (see: gongkai alerts)" in message


def test_the_gate_of_a_home_without_a_run_is_no_open_gate(home: Home) -> None:
    assert gongkai("gate", "--home", home.path).output == f"{home.path}: no run has been judged here yet\n"
    Outbox(home).update([], run="run-1", is_complete=True)
    assert gongkai("gate", "--home", home.path).output == f"{home.path}: nothing is held back\n"


def test_a_document_is_not_found_by_less_than_six_digits(sample_home: Home) -> None:
    for given in ("", "a"):
        message = told(gongkai("quarantine", "show", given, "--home", sample_home.path))
        assert "at least six digits" in message


def test_a_home_that_cannot_be_written_to_is_told_before_anything_runs(home: Home, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("通知")
    home.path.write_text("a file")
    message = told(gongkai("run", tmp_path / "a.txt", "--home", home.path))
    assert message == f"Error: {home.path}: the home must be a folder, and this is a file\n"
    message = told(gongkai("run", tmp_path / "a.txt", "--home", home.path / "below"))
    assert "the home must be a folder" in message
    home.path.unlink()
    home.warehouse.mkdir(parents=True)
    message = told(gongkai("run", tmp_path / "a.txt", "--home", home.path))
    assert message == f"Error: {home.warehouse}: a folder stands where the warehouse's file goes\n"


@pytest.mark.parametrize("share", [0, 0.5, 0.97])
def test_a_damaged_warehouse_does_not_keep_the_next_from_being_built(home: Home, share: float) -> None:
    raw = RawLayer(home.raw)
    raw.add([report("a")])
    raw.attempt("https://www.example.gov.cn/a.html", "a")
    with building(home) as build:
        build.connection.execute("CREATE SCHEMA core")
        build.connection.execute(
            "CREATE TABLE core.report AS SELECT hash(range)::VARCHAR AS province_code FROM range(90000)"
        )
        build.publish()
    whole = home.warehouse.read_bytes()
    home.warehouse.write_bytes(whole[: int(len(whole) * share)] + b"\xff" * int(len(whole) * (1 - share)))
    with judged_build(home.raw, home) as (connection, failures):
        assert failures == []
        assert connection.execute("SELECT count(*) FROM raw.published").fetchall() == [(0,)]
        assert connection.execute("SELECT count(*) FROM core.report").fetchall() == [(1,)]


def test_what_cannot_be_served_is_told_before_a_server_is_asked_for(home: Home) -> None:
    assert "hunann: neither a file or folder" in told(gongkai("serve", "hunann", "--home", home.path), 2)
    assert "notaurl: an alert goes to" in told(gongkai("serve", "--alert", "notaurl"), 2)


def test_a_run_that_finds_nothing_says_so(home: Home) -> None:
    def summary(fetched: FetchSummary) -> RunSummary:
        return RunSummary(home, fetched, ParseSummary(), 0, 0, 0, 0, 0, {}, 0, [])

    assert summary(FetchSummary()).attention() == ["no document was found in the sources given"]
    assert summary(FetchSummary(document_count=1)).attention() == []
    many = FetchSummary(failures=[f"{number}: gone" for number in range(12)])
    assert summary(many).attention()[-2:] == ["not fetched: 9: gone", "and 2 more"]
