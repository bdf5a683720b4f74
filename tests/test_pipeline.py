"""The whole job with a real Prefect server: run twice, held back, interrupted, on a schedule."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import randrange
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.settings import ROOT, Home
from tests.local_channels import Webhook
from tests.local_web import LocalWeb
from tests.running import GONGKAI, SOON, bound, environment, is_running, wait_for

RAW = ("attempt", "document", "fact", "finding")
PAGE = """<html><head><meta charset="utf-8"><title>{agency}{year}年政府信息公开工作年度报告</title></head><body>
<h1>{agency}{year}年政府信息公开工作年度报告</h1>
<p>本报告由{agency}编制，统计期限自{year}年1月1日起至{year}年12月31日止。</p>
<p>一、总体情况。{year}年，我局共收到政府信息公开申请{received}件，均已按期办结。本年度未发生行政复议和行政诉讼。</p>
<p>二、存在的主要问题及改进情况。公开内容有待丰富，下一步将继续加强。</p></body></html>"""


def report(agency: str = "吉林省桦甸市统计局", year: int = 2020, received: int = 3) -> str:
    return PAGE.format(agency=agency, year=year, received=received)


def tables(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of core and mart, in order."""
    with duckdb.connect(str(home / "gongkai.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_schema IN ('core', 'mart') ORDER BY 1"
        ).fetchall()
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in names
        }


def files(folder: Path) -> list[tuple[str, int]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted((str(path.relative_to(folder)), path.stat().st_mtime_ns) for path in found)


# Prefect, with all that it starts, for as long as the process that started it lives
WITH_PARENT = """
import os, runpy, signal, threading
threading.Thread(target=lambda: (os.read(0, 1), os.killpg(0, signal.SIGKILL)), daemon=True).start()
runpy.run_module("prefect", run_name="__main__")
"""


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and the group."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port for a server that takes seconds to bind it: below those that systems give to whoever asks for any."""
    while True:
        port = randrange(15_000, 30_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Server:
    """A Prefect server of this test session; it ends with the session, even when that is killed."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.api_url = f"http://127.0.0.1:{port}/api"
        self.environment = environment(
            PREFECT_HOME=str(folder),
            PREFECT_API_URL=self.api_url,
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            DO_NOT_TRACK="1",
        )
        command = [sys.executable, "-c", WITH_PARENT, "server", "start", "--host", "127.0.0.1", "--no-ui"]
        self.log = (folder / "server.log").open("wb")
        self.process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api_url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def is_up(self) -> bool:
        assert self.process.poll() is None, "the Prefect server ended at its start"
        try:
            return bool(self.ask("/health"))
        except OSError:
            return False

    def stop(self) -> None:
        end_group(self.process)
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("prefect"))
    try:
        wait_for(started.is_up)
        yield started
    finally:
        started.stop()


def gongkai(server: Server, *words: object) -> Result:
    """Call the command in this process, with the server of the session."""
    from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_LEVEL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_LOGGING_LEVEL: "CRITICAL"}):
        return CliRunner().invoke(main, list(map(str, words)))


def artifact(server: Server, key: str) -> str:
    """The newest artifact of a key, as Prefect's own interface shows it."""
    wanted = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
    (newest,) = server.ask("/artifacts/filter", wanted)
    return str(newest["data"])


# --- the whole job ---


def test_the_bundled_sample_without_a_server_and_again_with_one(tmp_path: Path, server: Server) -> None:
    home = tmp_path / "home"
    first = subprocess.run(
        [GONGKAI, "run", "--home", home],
        env=environment(PREFECT_HOME=str(tmp_path / "prefect")),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    assert first.returncode == 0, first.stderr
    # a stage that takes long says more than once how far it is
    stages = list(dict.fromkeys(line.partition(":")[0] for line in first.stderr.splitlines()))
    assert stages == ["starting ...", "fetch", "parse", "model"]
    assert str(home / "gongkai.duckdb") in first.stdout
    rows = tables(home)
    assert len(rows["core.report"]) >= 35
    assert len(rows["core.fact"]) > 1000
    # further attempts that found nothing new are on record, and no more
    kept = [files(home / "archive"), *(files(home / "raw" / name) for name in RAW)]

    query = first.stdout.strip().splitlines()[-1].strip()
    tried = subprocess.run(query, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=SOON)
    assert tried.returncode == 0, tried.stderr
    assert "湖南省" in tried.stdout

    second = gongkai(server, "run", "sample", "--home", home)
    assert second.exit_code == 0, second.output
    assert " 0 new and read" in second.stdout
    assert tables(home) == rows
    assert [files(home / "archive"), *(files(home / "raw" / name) for name in RAW)] == kept


def test_the_seed_documents_twice(tmp_path: Path, server: Server, shared: Path) -> None:
    first = gongkai(server, "run", shared / "seeds", "--home", tmp_path)
    assert first.exit_code == 0, first.output
    rows = tables(tmp_path)
    assert len(rows["core.document"]) == 5
    assert len(rows["core.report"]) == 4
    assert "documents    5 (1 not annual reports)" in first.stdout
    second = gongkai(server, "run", shared / "seeds", "--home", tmp_path)
    assert second.exit_code == 0, second.output
    assert tables(tmp_path) == rows


def test_bad_documents_leave_the_others(tmp_path: Path, server: Server) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.html").write_text(report())
    (folder / "empty.html").write_bytes(b"")
    (folder / "noise.html").write_bytes(bytes(range(256)) * 40)
    (folder / "image.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "logo.png").write_bytes(b"x")
    result = gongkai(server, "run", folder, "--home", tmp_path / "home")
    assert result.exit_code == 0, result.output
    assert "4 fetched, 4 new and read, 1 skipped" in result.stdout
    rows = tables(tmp_path / "home")
    assert len(rows["core.document"]) == 4
    assert len(rows["core.report"]) == 1
    assert f"| warehouse | {tmp_path}/home/gongkai.duckdb |" in artifact(server, "gongkai-run")
    assert "findings | example |" in artifact(server, "gongkai-findings")
    # every model is a task of its own, and one table has the rows and seconds of all
    built = {row["model"]: row for row in json.loads(artifact(server, "gongkai-models"))}
    assert built["core.report"]["rows"] == 1 and built["core.report"]["seconds"] > 0
    assert built["mart.contribution"]["rows"] is None  # a view
    named = {"task_runs": {"name": {"any_": ["mart.province_year"]}}, "limit": 1}
    assert [run["name"] for run in server.ask("/task_runs/filter", named)] == ["mart.province_year"]


def test_web_addresses_and_what_they_lack(tmp_path: Path, server: Server) -> None:
    with LocalWeb() as web:
        links = "".join(
            f'<a href="/{year}.html">桦甸市统计局{year}年政府信息公开工作年度报告</a>'
            for year in (2019, 2020)
        )
        web.serve("/", f"<html><body>{links}</body></html>")
        web.serve("/2020.html", report(year=2020))
        refused = gongkai(server, "run", web.address(), "--home", tmp_path / "refused")
        assert refused.exit_code == 0, refused.output
        assert "not fetched" in refused.stdout and "not on the public internet" in refused.stdout
        assert not web.asked
        fetched = gongkai(server, "run", web.address(), "--home", tmp_path / "home", "--allow-private")
    assert fetched.exit_code == 0, fetched.output
    assert "1 fetched, 1 new and read, 1 failed" in fetched.stdout
    assert f"! not fetched: {web.address('/2019.html')}: the server answered 404 Not Found" in fetched.stdout
    assert len(tables(tmp_path / "home")["core.report"]) == 1


def test_years_narrow_what_is_followed(tmp_path: Path, server: Server) -> None:
    result = gongkai(server, "run", "sample", "--home", tmp_path, "--year", "2022", "--year", "2023")
    assert result.exit_code == 0, result.output
    with duckdb.connect(str(tmp_path / "gongkai.duckdb"), read_only=True) as connection:
        years = connection.execute("SELECT DISTINCT report_year FROM core.report").fetchall()
    assert {year for (year,) in years} <= {2022, 2023}
    assert years


# --- what ends a run ---


def test_what_may_not_be_published_leaves_the_last_warehouse(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows.pipeline
    from flows.model import Model, ModelError
    from flows.validate import Validation

    home = tmp_path / "home"
    (tmp_path / "a.html").write_text(report(received=3))
    assert gongkai(server, "run", tmp_path / "a.html", "--home", home).exit_code == 0
    before = (home / "gongkai.duckdb").read_bytes()
    (tmp_path / "a.html").write_text(report(received=4))
    real = flows.pipeline.validate

    def crash(connection: duckdb.DuckDBPyConnection) -> Validation:
        judged = real(connection)
        return Validation(judged.report_count, judged.counts, ["suite.crash: a check crashed"])

    def fail(*_: object) -> None:
        raise ModelError("sql/core/fact.sql: nothing fits")

    with monkeypatch.context() as patch:
        patch.setattr(flows.pipeline, "validate", crash)
        held = gongkai(server, "run", tmp_path / "a.html", "--home", home)
    assert held.exit_code == 3
    assert "nothing published" in held.stderr and "a check crashed" in held.stderr
    assert "publication.held" in gongkai(server, "alerts", "--home", home).stdout
    assert "- suite.crash: a check crashed" in artifact(server, "gongkai-held")

    plan = flows.pipeline.plan_models

    def doubled() -> list[Model]:
        """Every row of one mart twice."""
        return [
            replace(model, query=f"{model.query} CROSS JOIN (SELECT unnest([1, 2]) AS copy_number) AS twice")
            if model.name == "mart.national_measure"
            else model
            for model in plan()
        ]

    with monkeypatch.context() as patch:
        patch.setattr(flows.pipeline, "plan_models", doubled)
        held = gongkai(server, "run", tmp_path / "a.html", "--home", home)
    assert held.exit_code == 3
    assert "publication.key_doubled: sql/mart/national_measure.sql" in held.stderr
    assert "sql/mart/national_measure.sql" in gongkai(server, "alerts", "--home", home).stdout
    assert (home / "gongkai.duckdb").read_bytes() == before

    with monkeypatch.context() as patch:
        patch.setattr(flows.pipeline, "build_model", fail)
        failed = gongkai(server, "run", tmp_path / "a.html", "--home", home)
    assert failed.exit_code == 1
    assert "Error: sql/core/fact.sql: nothing fits" in failed.stderr
    assert "Traceback" not in failed.stderr

    def burst(*_: object) -> None:
        raise RuntimeError("a pipe burst")

    with monkeypatch.context() as patch:
        patch.setattr(flows.pipeline, "build_model", burst)
        failed = gongkai(server, "run", tmp_path / "a.html", "--home", home)
    assert failed.exit_code == 1
    assert "Error: the run failed at flows/pipeline.py:" in failed.stderr
    assert "RuntimeError: a pipe burst" in failed.stderr
    assert "Run the same command again" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "a pipe burst" in (home / "error.log").read_text()

    assert (home / "gongkai.duckdb").read_bytes() == before
    assert not (home / "gongkai.duckdb.new").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no-such-source"], "neither a file or folder that is there"),
        (["--year", "twenty"], "'twenty' is not a valid integer"),
        (["--year", "1990"], "1990 is not in the range"),
        (["--alert", "nowhere"], "nowhere"),
        (["--unknown"], "No such option"),
    ],
)
def test_wrong_usage(words: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["run", *words])
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_killed_run_is_completed_by_the_next(tmp_path: Path, server: Server) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(150):
        (folder / f"{number:03}.html").write_text(report(agency=f"吉林省桦甸市第{number}中学"))
    home = Home(tmp_path / "home")
    run = subprocess.Popen(
        bound(GONGKAI, "run", folder, "--home", home.path),
        env=server.environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: run.poll() is not None or list(home.raw.rglob("v*/*.parquet")))
    finally:
        run.kill()
        run.wait()
    assert not home.warehouse.exists()
    result = gongkai(server, "run", folder, "--home", home.path)
    assert result.exit_code == 0, result.output
    assert len(tables(home.path)["core.document"]) == 150


# --- Prefect ---


def test_the_example_automation_posts_a_critical_alert(tmp_path: Path, server: Server) -> None:
    """As docs/automations.yaml says it is set up, on a server of Prefect's own; warnings are not posted."""

    def prefect(*words: object) -> str:
        command = [sys.executable, "-m", "prefect", *map(str, words)]
        done = subprocess.run(
            command, env=server.environment, cwd=tmp_path, capture_output=True, text=True, timeout=SOON
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    with Webhook() as webhook:
        prefect("block", "register", "-m", "prefect.blocks.webhook")
        (kind,) = server.ask("/block_types/filter", {"block_types": {"slug": {"any_": ["webhook"]}}})
        filters = {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}}
        (schema, *_) = server.ask("/block_schemas/filter", filters)
        block = {
            "name": "gongkai-alerts",
            "data": {"method": "POST", "url": webhook.address, "allow_private_urls": True},
            "block_schema_id": schema["id"],
            "block_type_id": kind["id"],
        }
        made = server.ask("/block_documents/", block)
        example = (ROOT / "docs" / "automations.yaml").read_text(encoding="utf-8")
        nobody = "00000000-0000-0000-0000-000000000000"
        assert nobody in example
        (tmp_path / "automations.yaml").write_text(example.replace(nobody, made["id"]), encoding="utf-8")
        prefect("automation", "create", "--from-file", "automations.yaml")
        (tmp_path / "bad.html").write_text(report().replace("2020", ""), encoding="utf-8")
        (tmp_path / "garbage.html").write_bytes(b"")
        run = gongkai(
            server, "run", tmp_path / "bad.html", tmp_path / "garbage.html", "--home", tmp_path / "home"
        )
        assert run.exit_code == 0, run.output
        alerts = [
            json.loads(line)
            for line in gongkai(server, "alerts", "--json", "--home", tmp_path / "home").stdout.splitlines()
        ]
        assert {alert["severity"] for alert in alerts} == {"critical", "warning"}
        wait_for(lambda: len(webhook.received) >= sum(one["severity"] == "critical" for one in alerts))
    said = ("rule", "severity", "subject", "message", "message_zh")
    critical = [{name: alert[name] for name in said} for alert in alerts if alert["severity"] == "critical"]
    assert sorted(webhook.received, key=str) == sorted(critical, key=str)


def test_a_schedule_makes_runs(tmp_path: Path, server: Server) -> None:
    (tmp_path / "a.html").write_text(report())
    command = [GONGKAI, "serve", str(tmp_path / "a.html"), "--home", str(tmp_path / "home")]
    with (tmp_path / "serve.log").open("wb") as log:
        serve = subprocess.Popen(
            # every five seconds
            bound(*command, "--cron", "* * * * * */5"),
            env={**server.environment, "PREFECT_RUNNER_POLL_FREQUENCY": "2"},
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    scheduled = {
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
        "deployments": {"name": {"any_": ["gongkai"]}},
    }

    def completed() -> Any:
        assert serve.poll() is None, (tmp_path / "serve.log").read_text()
        runs = server.ask("/flow_runs/filter", scheduled)
        return [run for run in runs if run["auto_scheduled"]]

    try:
        assert wait_for(completed)
    finally:
        end_group(serve)
    assert len(tables(tmp_path / "home")["core.report"]) == 1


def test_serving_needs_a_server(tmp_path: Path) -> None:
    done = subprocess.run(
        [GONGKAI, "serve"],
        env=environment(PREFECT_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    assert done.returncode == 1
    assert "prefect server start" in done.stderr


def test_the_deployment_of_prefect_yaml_fits_the_flow() -> None:
    import yaml
    from prefect.schedules import Cron

    from flows.pipeline import run_pipeline

    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    path, _, name = deployment["entrypoint"].partition(":")
    assert (ROOT / path).is_file()
    assert name == run_pipeline.fn.__name__
    assert deployment["parameters"].keys() <= run_pipeline.parameters.properties.keys()
    for schedule in deployment["schedules"]:
        Cron(schedule["cron"], timezone=schedule["timezone"])


def test_a_server_that_cannot_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [GONGKAI, "run", "sample", "--home", tmp_path / "home"],
        env=environment(
            PREFECT_HOME=str(tmp_path),
            PREFECT_API_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{tmp_path}/file/prefect.db",
        ),
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    assert done.returncode == 1
    assert "The Prefect server that a run starts for itself ended at its start" in done.stderr
    assert "Traceback" not in done.stderr.partition("\n")[0]


def test_a_server_of_the_user_that_is_down_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [GONGKAI, "run", "sample", "--home", tmp_path / "home"],
        env=environment(PREFECT_HOME=str(tmp_path), PREFECT_API_URL="http://127.0.0.1:1/api"),
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    assert done.returncode == 1
    assert "Failed to reach API at http://127.0.0.1:1/api" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_temporary_server_ends_with_its_run(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from flows.edge.prefect_server import TemporaryServer\n"
        "server = TemporaryServer({})\n"
        "server.wait(100)\n"
        "print(server._process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(PREFECT_HOME=str(tmp_path)),
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        assert is_running(pid)
        run.kill()
        wait_for(lambda: not is_running(pid))


def test_the_query_to_try_can_be_pasted(tmp_path: Path) -> None:
    from flows.fetch import FetchSummary
    from flows.parse import ParseSummary
    from flows.summary import QUERY, RunSummary

    home = Home(tmp_path / "a folder; with $signs 'and' quotes")
    summary = RunSummary(home, FetchSummary(), ParseSummary(), 0, 0, 0, 0, 0, {}, 0, [])
    program, *words = shlex.split(summary.command())
    assert program
    assert words == ["sql", "--home", str(home.path), QUERY]


def test_a_server_is_only_started_where_there_is_none() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.edge.prefect_server import start_server

    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}):
        assert start_server() is None
