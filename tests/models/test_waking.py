"""Those who watch for webhooks are woken when some came, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest

from models.database import engine
from models.receiving.waking import Wait, wake_watchers, watching
from tests.webhooks import FORM, store

pytestmark = pytest.mark.usefixtures("database")


def seconds_of(wait: Wait, most: float) -> float:
    start = monotonic()
    wait(most)
    return monotonic() - start


def store_soon() -> None:
    sleep(0.3)
    store(FORM)
    wake_watchers(engine())


def test_webhooks_wake_who_waits_for_them() -> None:
    with ThreadPoolExecutor(1) as pool, watching() as wait:
        other = pool.submit(store_soon)
        assert seconds_of(wait, 20) < 10
        other.result()


def test_webhooks_that_came_before_it_waits_wake_it_at_once() -> None:
    with watching() as wait:
        store(FORM)
        wake_watchers(engine())
        assert seconds_of(wait, 20) < 10


def test_where_nothing_comes_it_waits_no_longer_than_it_is_told() -> None:
    with watching() as wait:
        assert 0.3 <= seconds_of(wait, 0.3) < 10
