"""What Prefect's own server keeps and for how long, asked of a real one."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from uuid import uuid4

import pytest

from tests.prefect_process import PrefectServer, prefect_server

pytestmark = pytest.mark.prefect

DAY = timedelta(days=1)
HEARTBEAT = "prefect.flow-run.heartbeat"
TABLES_OF_A_RUN = ("task_run", "log", "artifact")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    home = tmp_path_factory.mktemp("keeps")
    with prefect_server(home, PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS="1") as started:
        yield started


def test_the_settings_are_in_force(server: PrefectServer) -> None:
    in_force = server.ask("GET", "/admin/settings")["server"]
    vacuum = in_force["services"]["db_vacuum"]
    assert set(vacuum["enabled"]) == {"flow_runs", "events", "orphans"}
    assert vacuum["retention_period"] == "P14D"
    assert in_force["events"]["retention_period"] == "P2D"
    assert vacuum["event_retention_overrides"] == {HEARTBEAT: "PT1H"}


def test_an_old_run_goes_with_its_tasks_logs_and_subflow_and_a_younger_one_stays(
    server: PrefectServer,
) -> None:
    old, old_subflow = run_with_subflow(server)
    young, young_subflow = run_with_subflow(server)
    ages = {old: 15 * DAY, old_subflow: 15 * DAY, young: 13 * DAY, young_subflow: 13 * DAY}
    for table in TABLES_OF_A_RUN:
        wait_until(lambda table=table: rows(server, table, "flow_run_id") >= {old, young})  # type: ignore[misc]
    aged(server, "flow_run", "end_time", ages)
    wait_until(lambda: rows(server, "flow_run", "id") == {young, young_subflow})
    for table in TABLES_OF_A_RUN:
        wait_until(lambda table=table: rows(server, table, "flow_run_id") == {young})  # type: ignore[misc]


def test_old_events_go_and_heartbeats_sooner(server: PrefectServer) -> None:
    old, young = event(server, "other"), event(server, "other")
    old_beat, young_beat = event(server, HEARTBEAT), event(server, HEARTBEAT)
    wait_until(lambda: rows(server, "events", "id") >= {old, young, old_beat, young_beat})
    aged(server, "events", "occurred", {old: 3 * DAY, young: DAY, old_beat: DAY / 12})
    wait_until(lambda: not rows(server, "events", "id") & {old, old_beat})
    assert rows(server, "events", "id") >= {young, young_beat}


def run_with_subflow(server: PrefectServer) -> tuple[str, str]:
    """Make a run with a task, a log, an artifact and a subflow, and return both runs' ids."""
    flow_id = server.ask("POST", "/flows/", {"name": "kept"})["id"]
    completed = {"flow_id": flow_id, "state": {"type": "COMPLETED"}}
    run_id = server.ask("POST", "/flow_runs/", completed)["id"]
    task = {"flow_run_id": run_id, "task_key": "t", "dynamic_key": "0"}
    task_id = server.ask("POST", "/task_runs/", task)["id"]
    subflow = server.ask("POST", "/flow_runs/", {**completed, "parent_task_run_id": task_id})
    said = {"name": "n", "level": 20, "message": "m", "timestamp": datetime.now(UTC).isoformat()}
    server.ask("POST", "/logs/", [{**said, "flow_run_id": run_id}])
    server.ask("POST", "/artifacts/", {"key": "kept", "data": "d", "flow_run_id": run_id})
    return run_id, subflow["id"]


def event(server: PrefectServer, name: str) -> str:
    event_id, now = str(uuid4()), datetime.now(UTC).isoformat()
    resource = {"prefect.resource.id": f"test.{event_id}"}
    one = {"id": event_id, "event": name, "occurred": now, "resource": resource}
    server.ask("POST", "/events", [one])
    return event_id


def aged(server: PrefectServer, table: str, column: str, ages: dict[str, timedelta]) -> None:
    """Have rows happened so long ago."""
    with closing(sqlite3.connect(server.database, timeout=30)) as database, database:
        for row_id, age in ages.items():
            moment = (datetime.now(UTC) - age).strftime("%Y-%m-%d %H:%M:%S.%f")
            database.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (moment, row_id))


def rows(server: PrefectServer, table: str, column: str) -> set[str]:
    with closing(sqlite3.connect(server.database, timeout=30)) as database:
        return {row[0] for row in database.execute(f"SELECT {column} FROM {table}")}


def wait_until(condition: Callable[[], bool]) -> None:
    end = monotonic() + 180
    while not condition():
        assert monotonic() < end
        sleep(0.2)
