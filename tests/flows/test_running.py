"""How flows run within another, on a real Prefect server."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from prefect import flow, task
from prefect.context import FlowRunContext

from flows.running import forget_results
from models.identity import new_id
from tests.prefect_server import a_prefect_server

pytestmark = pytest.mark.prefect

MANY = 1000


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    with a_prefect_server():
        yield


@task
def many_ids() -> list[UUID]:
    return [new_id() for _ in range(MANY)]


@flow
def in_two_batches() -> list[int]:
    remembered = []
    for _ in range(2):
        many_ids()
        context = FlowRunContext.get()
        assert context
        remembered.append(len(context.run_results))
        forget_results()
        remembered.append(len(context.run_results))
    return remembered


def test_what_prefect_remembers_of_a_batch_is_forgotten_with_it() -> None:
    first, after, second, at_the_end = in_two_batches()
    assert first == second > MANY
    assert after == at_the_end == 0
