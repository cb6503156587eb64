"""The page docs/new-entity.md, executed word for word, outside the repository."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep, time_ns

import httpx
import pytest

from models.settings import ROOT
from tests.installed import Installation, build_next_wheel, build_wheel

PAGE = ROOT / "docs" / "new-entity.md"
START_SECONDS = 240
SUBFLOW_SECONDS = 240
STOP_SECONDS = 60


def steps() -> list[tuple[str, str]]:
    """Return the commands of the page, each with what the page says that it prints."""
    text = "\n".join(re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL))
    commands = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [
        (command, printed) for each in commands for command, _, printed in [each.partition("\n")]
    ]


def says(printed: str, expected: str) -> bool:
    """Say whether a command printed what the page says, where `…` stands for anything."""
    parts = [re.escape(part) for part in expected.strip().split("…")]
    return re.search(".*".join(parts), printed.strip(), re.DOTALL) is not None


def free_port() -> str:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return str(made.getsockname()[1])


class Running:
    """`hookline run`, as the page starts it, and its end."""

    def __init__(self, user: Installation, command: str, environment: dict[str, str]) -> None:
        self.prefect_url = environment["PREFECT_API_URL"]
        self.log = user.folder / f"run-{time_ns()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command.split(),
                cwd=user.place,
                env=user.environment(**environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_it_says(self, expected: str) -> None:
        end = monotonic() + START_SECONDS
        while not says(self.log.read_text(), expected):
            assert monotonic() < end and self.process.poll() is None, self.log.read_text()
            sleep(0.5)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
        self._wait_until_no_one_answers()

    def _wait_until_no_one_answers(self) -> None:
        end = monotonic() + STOP_SECONDS
        while monotonic() < end:
            try:
                httpx.get(f"{self.prefect_url}/health", timeout=2)
            except httpx.ConnectError:
                return
            except httpx.HTTPError:
                pass
            sleep(0.5)


@pytest.fixture
def user(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "user")
    made.install(build_wheel(tmp_path))
    return made


@pytest.fixture
def ports() -> dict[str, str]:
    prefect = free_port()
    return {
        "HOOKLINE_PORT": free_port(),
        "HOOKLINE_PREFECT_PORT": prefect,
        "PREFECT_API_URL": f"http://127.0.0.1:{prefect}/api",
    }


@pytest.fixture
def running() -> Iterator[list[Running]]:
    started: list[Running] = []
    yield started
    for each in started:
        each.stop()


def run_page(
    user: Installation, page: list[tuple[str, str]], ports: dict[str, str], running: list[Running]
) -> None:
    for command, expected in page:
        if command == "hookline run":
            running.append(Running(user, command, ports))
            running[-1].wait_until_it_says(expected)
        else:
            wait_for_output(user, command, expected, ports)


def wait_for_output(user: Installation, command: str, expected: str, ports: dict[str, str]) -> None:
    """Run a command; one that only looks is run again until it prints what the page says."""
    end = monotonic() + SUBFLOW_SECONDS
    printed = user.run(command, **ports)
    while not says(printed, expected) and "describe" in command and monotonic() < end:
        sleep(3)
        printed = user.run(command, **ports)
    assert says(printed, expected), f"$ {command}\n{printed}\n(the page says)\n{expected}"


def flow_runs(ports: dict[str, str], name: str) -> list[str]:
    found = httpx.post(
        f"{ports['PREFECT_API_URL']}/flow_runs/filter",
        json={"flows": {"name": {"any_": [name]}}},
    )
    return [str(each["state_name"]) for each in found.json()]


def deployments(ports: dict[str, str]) -> set[str]:
    found = httpx.post(f"{ports['PREFECT_API_URL']}/deployments/filter", json={})
    return {str(each["name"]) for each in found.json()}


@pytest.mark.prove
@pytest.mark.prefect
def test_the_page_works_and_goes_on_working_after_an_upgrade(
    user: Installation, ports: dict[str, str], running: list[Running], tmp_path: Path
) -> None:
    run_page(user, steps(), ports, running)
    assert "Completed" in flow_runs(ports, "event-registration")
    assert {"create-entities", "event-registration"} <= deployments(ports)
    running.pop().stop()

    user.install(build_next_wheel(tmp_path))
    wait_for_output(user, "hookline migrate", "The database is up to date.", ports)
    run_page(user, [("hookline run", "Hookline is up.")], ports, running)
    payload = user.place / "tests" / "payloads" / "event_registration.json"
    payload.write_text(payload.read_text().replace('"Some text"', '"Another text"'))
    post = next(command for command, _ in steps() if command.startswith("curl"))
    run_page(user, [(post, '{"id":"…"}')], ports, running)
    look = "hookline entity describe EventRegistration"
    wait_for_output(user, look, "Records      2\n  2 Done", ports)
    tables = user.run(
        "python -c 'import models.database as d, sqlalchemy as s; print(s.inspect("
        "d.engine()).get_table_names())'"
    )
    assert "of_a_later_version" in tables


@pytest.mark.database
@pytest.mark.xdist_group("page")  # long: it begins with the chains
def test_the_page_until_the_start_makes_an_entity_that_passes_the_suite(user: Installation) -> None:
    page = steps()
    until_start = page[: [command for command, _ in page].index("hookline run")]
    run_page(user, until_start, {}, [])
    assert (user.place / ".hookline" / "hookline.db").exists()
