"""Requests a second, by source."""

import pytest

from receiver.rates import Rates, too_many


def granted(rates: Rates, source: str, a_second: float, moments: list[float]) -> int:
    return sum(rates.wait(source, a_second, now) == 0 for now in moments)


@pytest.mark.parametrize(
    ("a_second", "processes", "seconds", "at_most"),
    [(10, 1, 10, 110), (10, 2, 10, 55), (1, 1, 10, 11), (0.5, 1, 20, 11), (0.5, 2, 20, 6)],
)
def test_a_source_gets_what_it_may_send_and_no_more(
    a_second: float, processes: int, seconds: int, at_most: int
) -> None:
    moments = [n / 100 for n in range(100 * seconds)]
    assert at_most - 1 <= granted(Rates(processes), "shop", a_second, moments) <= at_most


def test_who_waits_as_long_as_told_is_let_in() -> None:
    rates = Rates(1)
    assert rates.wait("shop", 0.25, now=0) == 0
    assert rates.wait("shop", 0.25, now=1) == 3
    assert rates.wait("shop", 0.25, now=4) == 0


def test_sources_do_not_take_from_each_other() -> None:
    rates = Rates(1)
    assert [rates.wait(source, 1, now=0) for source in ("shop", "forms")] == [0, 0]


@pytest.mark.parametrize(("wait", "told"), [(0.01, "1"), (1, "1"), (1.2, "2"), (3600, "3600")])
def test_who_is_too_fast_is_told_when_to_come_back(wait: float, told: str) -> None:
    refusal = too_many(0.2, wait)
    assert dict(refusal.get_headers())["Retry-After"] == told
    assert "may send 0.2 requests a second" in str(refusal)
