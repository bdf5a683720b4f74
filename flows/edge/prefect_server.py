"""Prefect's server for the time of one run, where the user has none.

Prefect starts such a server itself, but imports the whole of it into the run first, waits a minute for one
that has died, and leaves it behind when the run is killed. Here it starts beside the run's own imports,
ends with the process that started it however that ends, and says why when it cannot start.
"""

from __future__ import annotations

import atexit
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# What is wanted of Prefect where the user has not said otherwise
ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # a first start makes its database and can take half a minute
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
    # a third of the server's work for each task
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}
# the terminal is for the run's own progress and errors; Prefect's interface still has the log
QUIET = {"PREFECT_LOGGING_LEVEL": "WARNING", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
_POLL_SECONDS = 0.05
_STOP_SECONDS = 5.0


class PrefectServerError(Exception):
    """No Prefect server answers; the message says what to do."""


def prepare_environment(*, is_quiet: bool) -> None:
    """To be called before Prefect is imported. What the user has set stays."""
    is_quiet = is_quiet and "PREFECT_LOGGING_LEVEL" not in os.environ
    for name, value in {**ENVIRONMENT, **(QUIET if is_quiet else {})}.items():
        os.environ.setdefault(name, value)


@contextmanager
def serving(server: TemporaryServer | None) -> Iterator[None]:
    """Flows run in this block are known to the temporary server, or without one to the user's own.

    Raises PrefectServerError when the temporary server does not answer in time.
    """
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
        temporary_settings,
    )

    if server is None:
        yield
        return
    server.wait(PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value())
    # a heartbeat would hold each flow for a second at its end, and nobody listens to it
    with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def start_server() -> TemporaryServer | None:
    """Start a server, which then gets ready beside what this process does; None where the user has one."""
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    if settings.api.url:
        return None
    return TemporaryServer(settings.to_environment_variables(exclude_unset=True))


class TemporaryServer:
    """A Prefect server on a free loopback port: started at once, ready after `wait`."""

    def __init__(self, settings: dict[str, str]) -> None:
        """`settings`: Prefect's settings of this process as environment variables."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the server
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.edge.prefect_server", str(listener.fileno())],
                env={
                    **os.environ,
                    **settings,
                    "PREFECT_UI_ENABLED": "0",
                    "PREFECT__SERVER_EPHEMERAL": "1",
                    "PREFECT__SERVER_FINAL": "1",
                },
                pass_fds=[listener.fileno()],
                # when this process ends, so does what the server reads
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                # an interrupt at the terminal is for the run, which then stops the server
                start_new_session=True,
            )
        atexit.register(self.stop)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api"

    def wait(self, seconds: float) -> None:
        """Wait until the server answers. Raises PrefectServerError after that long, or when it has ended."""
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self._process.poll() is not None:
                raise PrefectServerError(
                    f"The Prefect server that a run starts for itself ended at its start (exit code "
                    f"{self._process.returncode}):\n{self._last_words()}"
                )
            if time.monotonic() >= deadline:
                raise PrefectServerError(
                    f"The Prefect server that a run starts for itself does not answer after {seconds:g} s. Give it "
                    "longer with PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS, or start one with "
                    f"`prefect server start` and set PREFECT_API_URL to it.\n{self._last_words()}"
                )
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._log.close()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=1.0)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _last_words(self) -> str:
        self._log.seek(0)
        return "\n".join(self._log.read().decode("utf-8", "replace").strip().splitlines()[-15:])


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _serve(descriptor: int) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn

    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level="error", lifespan="on"
    )
    with socket.socket(fileno=descriptor) as listener:
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
