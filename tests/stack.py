"""All of Hookline for tests, as `make run` starts it: Prefect's server, a worker, the receiver."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest

from tests.processes import (
    Process,
    alive,
    clean_environment,
    descendants,
    end,
    free_port,
    running,
)

START_SECONDS = 240
RUN_SECONDS = 300
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Stack:
    """What `hookline run` started, and the doors to it."""

    process: Process
    log: Path
    home: Path
    environment: dict[str, str]
    api: httpx.Client

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.home}/hookline.db"

    def welcome(self) -> str:
        """Return what `hookline run` says once all is up."""
        end = monotonic() + START_SECONDS
        while "\ncurl" not in (text := self.log.read_text()):
            assert self.process.poll() is None and monotonic() < end, text
            sleep(0.2)
        return text[text.index("Hookline is up.") :]

    def curl(self) -> UUID:
        """Paste the welcome's curl into a shell, and return the webhook's id."""
        (line,) = [each for each in self.welcome().splitlines() if each.startswith("curl ")]
        answer = subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout
        return UUID(json.loads(answer)["id"])

    def ask_for(self, flow: str, database_url: str, parameters: dict[str, Any]) -> httpx.Response:
        """Ask for a run of a deployment as Prefect's UI does, and return the answer."""
        deployment = self.get(f"deployments/name/{flow}/{flow}")
        wanted = {
            "parameters": parameters,
            "job_variables": {"env": {"HOOKLINE_DATABASE_URL": database_url}},
            "enforce_parameter_schema": True,
        }
        return self.send("POST", f"deployments/{deployment['id']}/create_flow_run", wanted)

    def run(
        self, database_url: str, flow: str = "create-entities", **parameters: Any
    ) -> dict[str, Any]:
        """Run a deployment on a database, by hand as from Prefect's UI; wait for its end."""
        if flow == "create-entities":
            parameters = {"watch_seconds": 0, **parameters}
        answer = self.ask_for(flow, database_url, parameters)
        assert answer.is_success, answer.text
        return self.finished(answer.json()["id"])

    def artifacts(self, run: dict[str, Any]) -> dict[str, Any]:
        """Return what a run left, by key."""
        found = self.post("artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}})
        return {each["key"]: each for each in found}

    def finished(self, run_id: str) -> dict[str, Any]:
        """Wait for the end of a run."""
        end = monotonic() + RUN_SECONDS
        while True:
            run: dict[str, Any] = self.get(f"flow_runs/{run_id}")
            if run["state_type"] in FINAL:
                return run
            assert monotonic() < end, f"{run['state_name']} after {RUN_SECONDS} seconds"
            sleep(0.2)

    def calling(self, calls: str, database_url: str, log: Path) -> AbstractContextManager[Process]:
        """Run a Python of its own that calls `create_entities` as told."""
        code = f"from flows.create_entities import create_entities; {calls}"
        return self.python(code, database_url, log)

    def python(self, code: str, database_url: str, log: Path) -> AbstractContextManager[Process]:
        """Run a Python of its own against the server."""
        environment = {**self.environment, "HOOKLINE_DATABASE_URL": database_url}
        return running("python", "-c", code, env=environment, log=log)

    def get(self, path: str) -> Any:
        return self.send("GET", path).raise_for_status().json()

    def post(self, path: str, **content: Any) -> Any:
        return self.send("POST", path, content).raise_for_status().json()

    def send(self, method: str, path: str, content: Any = None) -> httpx.Response:
        return self.api.request(method, path, json=content)


def child_of(stack: Stack, word: str) -> psutil.Process:
    """Return the process that `hookline run` started with a word in its command."""
    children = psutil.Process(stack.process.pid).children()
    (found,) = [process for process in children if word in " ".join(process.cmdline()[1:])]
    return found


def started(folder: Path) -> Iterator[Stack]:
    """Start everything with its home in a folder, and end it as SIGTERM does."""
    prefect_port = free_port()
    api_url = f"http://127.0.0.1:{prefect_port}/api"
    environment = clean_environment(
        HOOKLINE_HOME=str(folder),
        HOOKLINE_PORT=str(free_port()),
        HOOKLINE_PREFECT_PORT=str(prefect_port),
        HOOKLINE_RECEIVER_WORKERS="1",
        PREFECT_HOME=str(folder / "prefect"),
        PREFECT_API_URL=api_url,
        PREFECT_WORKER_QUERY_SECONDS="1",
    )
    log = folder / "log"
    with (
        running("hookline", "run", env=environment, log=log) as process,
        httpx.Client(base_url=api_url, timeout=30) as api,
    ):
        yield Stack(process, log, folder, environment, api)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start everything once for all tests."""
    for stack in started(tmp_path_factory.mktemp("stack")):
        stack.welcome()
        yield stack
        all_of_it = descendants(stack.process.pid)
        end(stack.process)
        assert alive(all_of_it) == set(), "hookline run left processes behind"
