"""Two processes that claim from one table at once, on both databases."""

from collections.abc import Sequence
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Barrier
from uuid import UUID

import pytest

from models.webhook import Status
from tests.webhooks import FORM, records, statuses, store

PROCESSES = 2
WEBHOOKS = 600
AT_A_TIME = 7


def take_all(barrier: Barrier, taken: "Queue[list[UUID]]") -> None:
    """Claim until none is New, and make the records; what was claimed goes to the queue."""
    from tasks.webhooks import claim_webhooks, create_entity

    mine: list[UUID] = []
    barrier.wait(180)
    while claimed := claim_webhooks.fn(AT_A_TIME):
        create_entity.fn(claimed)
        mine += claimed
    taken.put(mine)


@pytest.mark.usefixtures("database")
def test_every_webhook_is_taken_exactly_once() -> None:
    ids = store(*[FORM] * WEBHOOKS)
    shares = _take_in_processes()
    assert sorted(each for share in shares for each in share) == sorted(ids)
    assert all(shares), "one process took all, so that nothing was tested"
    assert statuses() == {Status.DONE: WEBHOOKS}
    assert records() == dict.fromkeys(ids, 1)


def _take_in_processes() -> Sequence[list[UUID]]:
    spawn = get_context("spawn")  # a Python of its own, with nothing shared
    barrier, taken = spawn.Barrier(PROCESSES), spawn.Queue()
    processes = [spawn.Process(target=take_all, args=(barrier, taken)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    shares = [taken.get(timeout=300) for _ in processes]
    for process in processes:
        process.join(10)
    return shares
