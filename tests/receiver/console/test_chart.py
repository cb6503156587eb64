"""The chart of the overview: what is drawn for which counts."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from models.looking.counts import Period, Received
from receiver.console.chart import HEIGHT, TOP, WIDTH, chart

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)


def counted(**last: int) -> Received:
    """Say how many each source sent in the last hour."""
    by_source = {name: [0] * 23 + [count] for name, count in last.items()}
    return Received(Period.DAY.starts(NOW), by_source, Counter(Done=sum(last.values())))


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (3, 3), (7, 8), (20, 20), (21, 25), (208, 250), (1001, 1500)]
)
def test_the_scale_is_round_and_leaves_little_room(most: int, top: int) -> None:
    assert chart(counted(shop=most), Period.DAY).lines[-1][1] == top


def test_sources_stand_on_each_other_and_within_the_picture() -> None:
    lower, upper = chart(counted(forms=3, shop=2), Period.DAY).blocks
    assert lower.y == round(upper.y + upper.height, 1)
    assert upper.y >= TOP and lower.y + lower.height <= HEIGHT
    assert lower.x + lower.width <= WIDTH
    assert lower.title == "12:00: 3 from forms"


def test_beyond_five_sources_the_smallest_are_one() -> None:
    drawn = chart(counted(a=9, b=8, c=7, d=6, e=5, f=2, g=1), Period.DAY)
    assert drawn.sources[-1] == ("all others", 3)
    assert drawn.rows[0] == (datetime(2026, 6, 1, 12, tzinfo=UTC), (9, 8, 7, 6, 5, 3))


def test_nothing_is_drawn_of_nothing() -> None:
    drawn = chart(counted(), Period.DAY)
    assert (drawn.blocks, drawn.sources) == ([], [])
    assert len(drawn.rows) == 24
