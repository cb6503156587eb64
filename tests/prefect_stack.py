"""Prefect's server and a worker with our deployments, real, for tests of what is run by hand."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from flows.serving import BIN, wait_for
from models.settings import ROOT

Process = subprocess.Popen[bytes]

START_SECONDS = 150
RUN_SECONDS = 150
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Stack:
    """A server and its worker, and the door to them."""

    home: Path
    environment: dict[str, str]
    api: httpx.Client

    def create_run(self, database_url: str, what: dict[str, Any]) -> httpx.Response:
        """Ask for a run of backfill as Prefect's UI does, and return the answer."""
        deployment = self.get("deployments/name/backfill/backfill")
        return self.api.post(
            f"deployments/{deployment['id']}/create_flow_run",
            json={
                "parameters": {"what": what},
                "job_variables": {"env": {"HOOKLINE_DATABASE_URL": database_url}},
                "enforce_parameter_schema": True,
            },
        )

    def run(self, database_url: str, **what: Any) -> dict[str, Any]:
        """Run backfill on a database and wait for its end."""
        answer = self.create_run(database_url, what)
        assert answer.is_success, answer.text
        return self.finished(answer.json()["id"])

    def finished(self, run_id: str) -> dict[str, Any]:
        """Wait for the end of a run."""
        end = monotonic() + RUN_SECONDS
        while True:
            run: dict[str, Any] = self.get(f"flow_runs/{run_id}")
            if run["state_type"] in FINAL:
                return run
            assert monotonic() < end, f"{run['state_name']} after {RUN_SECONDS} seconds"
            sleep(0.2)

    def artifacts(self, run: dict[str, Any]) -> dict[str, Any]:
        """Return what a run left, by key."""
        found = self.post("artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}})
        return {each["key"]: each for each in found}

    @contextmanager
    def python(self, code: str, database_url: str, log: Path) -> Iterator[Process]:
        """Run a Python of its own against the server."""
        environment = {**self.environment, "HOOKLINE_DATABASE_URL": database_url}
        with _running("python", "-c", code, env=environment, log=log) as process:
            yield process

    def get(self, path: str) -> Any:
        return self.api.get(path).raise_for_status().json()

    def post(self, path: str, **content: Any) -> Any:
        return self.api.post(path, json=content).raise_for_status().json()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a server and a worker once for all tests."""
    home = tmp_path_factory.mktemp("stack")
    environment = _environment(home)
    api_url = environment["PREFECT_API_URL"]
    with (
        _running("prefect", "server", "start", env=environment, log=home / "server.log"),
        httpx.Client(base_url=api_url, timeout=30) as api,
    ):
        assert wait_for(f"{api_url}/health", START_SECONDS), (home / "server.log").read_text()
        with _running("hookline", "work", env=environment, log=home / "worker.log"):
            deployed = f"{api_url}/deployments/name/backfill/backfill"
            assert wait_for(deployed, START_SECONDS), (home / "worker.log").read_text()
            yield Stack(home, environment, api)


def _environment(home: Path) -> dict[str, str]:
    (home / "prefect").mkdir()
    port = _free_port()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOOKLINE_", "PREFECT_"))
    }
    return kept | {
        "HOOKLINE_HOME": str(home),
        "HOOKLINE_PREFECT_PORT": str(port),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _running(command: str, *arguments: str, env: Mapping[str, str], log: Path) -> Iterator[Process]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(BIN / command), *arguments],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
