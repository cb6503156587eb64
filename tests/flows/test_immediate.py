"""How Prefect's server on SQLite answers where many write to it at once, asked of a real one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from flows.immediate import database_url
from tests.prefect_process import PrefectServer, prefect_server

pytestmark = pytest.mark.prefect

AT_ONCE, EACH = 8, 25


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with prefect_server(tmp_path_factory.mktemp("immediate")) as started:
        yield started


def test_many_who_write_at_once_are_all_taken(server: PrefectServer) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [code for of_one in pool.map(start_runs, [server] * AT_ONCE) for code in of_one]
    assert answers == [httpx.codes.CREATED] * (AT_ONCE * EACH)


def start_runs(server: PrefectServer) -> list[int]:
    with httpx.Client(base_url=server.api_url, timeout=60) as client:
        flow = client.post("/flows/", json={"name": "busy"}).json()["id"]
        begun = {"flow_id": flow, "state": {"type": "PENDING"}}
        return [client.post("/flow_runs/", json=begun).status_code for _ in range(EACH)]


def test_the_server_writes_to_the_file_in_its_home(server: PrefectServer) -> None:
    assert server.database.exists()
    assert f"/{server.database}?" in server.environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"]


@pytest.mark.parametrize(
    "name", ["PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_HOST"]
)
def test_whoever_says_where_prefect_keeps_what_it_knows_is_left_alone(
    name: str, tmp_path: Path
) -> None:
    assert database_url({"PREFECT_HOME": str(tmp_path), name: "elsewhere"}) == {}


def test_whoever_says_for_how_long_prefect_waits_for_its_database_has_turns_all_the_same(
    tmp_path: Path,
) -> None:
    environment = {"PREFECT_HOME": str(tmp_path), "PREFECT_SERVER_DATABASE_TIMEOUT": "20"}
    assert "plugin=" in database_url(environment)["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
