"""What was acknowledged is there once, with one result, its record and its person once."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.settings import ROOT
from tests.faults import suite
from tests.faults.faults import (
    BOTH,
    FAULTS,
    Fault,
    connections_cut,
    postgres_crashed,
    receiver_killed,
    worker_killed,
)
from tests.faults.suite import Row, befall
from tests.faults.system import SHORT, WHOLE, System, a_system, using
from tests.webhooks import set_stuck_limit

TABLE = ROOT / "docs" / "faults.md"
WEBHOOKS = int(os.environ.get("FAULT_WEBHOOKS", "10000"))
"""In each row; fewer while a fault is being written."""
WEBHOOKS_IN_SHORT = 1_000

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Start a receiver and a worker without Prefect, on PostgreSQL."""
    with a_system(SHORT, "postgresql", tmp_path_factory.mktemp("short")) as system:
        with using(system.database_url):
            set_stuck_limit(timedelta(seconds=3))  # of a worker that was killed
        yield system


@pytest.mark.parametrize(
    "fault",
    [receiver_killed, worker_killed, postgres_crashed, connections_cut],
    ids=lambda fault: fault.name,
)
def test_nothing_is_lost_and_nothing_is_there_twice_in_short(short: System, fault: Fault) -> None:
    row = befall(short, fault.shortened(), WEBHOOKS_IN_SHORT)
    assert (row.counted.lost, row.counted.double) == ([], [])


@pytest.fixture(scope="module", params=BOTH)
def whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """Start everything as `hookline run` does, once for all faults."""
    with a_system(WHOLE, request.param, tmp_path_factory.mktemp(request.param)) as system:
        yield system


@pytest.fixture(scope="module")
def rows() -> dict[str, Row | None]:
    """Collect the rows, by fault and database; None for what this machine cannot do."""
    return {}


@pytest.mark.prove
@pytest.mark.prefect
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_and_nothing_is_there_twice(
    whole: System,
    fault: Fault,
    rows: dict[str, Row | None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    if whole.kind not in fault.on:
        pytest.skip(f"not a fault of {whole.kind}")
    able = fault.needs(whole)
    row = rows[f"{fault.words} ({whole.kind})"] = befall(whole, fault, WEBHOOKS) if able else None
    suite.write(rows, TABLE)  # each time: a suite that is stopped leaves what it has
    if row is None:
        pytest.skip("this machine cannot do it")
    with capsys.disabled():
        print("\n" + " | ".join(row.cells()))
    assert (row.counted.lost, row.counted.double) == ([], [])
