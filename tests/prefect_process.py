"""A real Prefect server, set up as `hookline run` does it, for tests."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows import serving
from models.settings import settings

START_SECONDS = 240
END_SECONDS = 60


@dataclass(frozen=True)
class PrefectServer:
    """A server that is up, and the environment of those who use it."""

    environment: dict[str, str]
    pid: int

    @property
    def api_url(self) -> str:
        """Return where its API is."""
        return self.environment["PREFECT_API_URL"]

    @property
    def database(self) -> Path:
        """Return the file of its SQLite database."""
        return Path(self.environment["PREFECT_HOME"]) / "prefect.db"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Call its API as the UI does, and return the answer."""
        answer = httpx.request(method, f"{self.api_url}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def prefect_server(home: Path, **environment: str) -> Iterator[PrefectServer]:
    """Start Prefect's server for a home folder, as the Procfile does, and stop it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKLINE_HOME", str(home))
        patch.setenv("HOOKLINE_PREFECT_PORT", str(free_port()))
        settings.cache_clear()
        environment = serving.prefect_environment() | environment
    settings.cache_clear()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(serving.BIN / "prefect"), "server", "start"],
            env=environment,
            stdout=log,
            stderr=log,
        )
    server = PrefectServer(environment, process.pid)
    try:
        alive = lambda: process.poll() is None  # noqa: E731
        assert serving.wait_for(f"{server.api_url}/health", START_SECONDS, while_=alive)
        yield server
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
