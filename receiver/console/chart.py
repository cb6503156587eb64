"""Stacked bars, laid out here and drawn by the template as SVG: no script, no foreign host."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, log10

from models.looking.counts import Period, Received

WIDTH, HEIGHT = 960, 200
LEFT, BOTTOM, TOP = 44, 22, 8
GAP = 0.22
MOST_SOURCES = 5
OTHERS = "all others"


@dataclass(frozen=True)
class Block:
    """One source's part of one bar."""

    x: float
    y: float
    width: float
    height: float
    number: int
    """Which source it is, for its colour."""
    title: str


@dataclass(frozen=True)
class Chart:
    """What the template draws."""

    blocks: Sequence[Block]
    lines: Sequence[tuple[float, int]]
    """Where a line of the grid lies, and for how many it stands."""
    labels: Sequence[tuple[float, str]]
    sources: Sequence[tuple[str, int]]
    """The legend: each source, and how many it sent in all."""
    rows: Sequence[tuple[datetime, Sequence[int]]]
    """The same as a table, newest first, for who cannot see bars."""


def chart(received: Received, period: Period) -> Chart:
    """Lay out what was received: the sources with most by name, the others together."""
    named = list(received.by_source.items())
    series = named[:MOST_SOURCES]
    if rest := named[MOST_SOURCES:]:
        series.append((OTHERS, [sum(at) for at in zip(*(bars for _, bars in rest), strict=True)]))
    columns = list(zip(*(bars for _, bars in series), strict=True)) or [()] * period.bars
    most = max((sum(column) for column in columns), default=0)
    step = _step(most)
    steps = max(1, ceil(most / step))
    top = step * steps
    slot = (WIDTH - LEFT) / period.bars
    return Chart(
        list(_blocks(received, period, series, top, slot)),
        [(_y(step * number, top), step * number) for number in range(steps + 1)],
        list(_labels(received.starts, period, slot)),
        [(name, sum(bars)) for name, bars in series],
        list(reversed(list(zip(received.starts, columns, strict=True)))),
    )


def _blocks(
    received: Received,
    period: Period,
    series: Sequence[tuple[str, Sequence[int]]],
    top: int,
    slot: float,
) -> Iterator[Block]:
    for place, start in enumerate(received.starts):
        below = 0
        for number, (name, bars) in enumerate(series):
            if not (count := bars[place]):
                continue
            y = _y(below + count, top)
            yield Block(
                round(LEFT + slot * (place + GAP / 2), 1),
                y,
                round(slot * (1 - GAP), 1),
                round(_y(below, top) - y, 1),
                number,
                f"{_label(start, period)}: {count} from {name}",
            )
            below += count


def _labels(starts: Sequence[datetime], period: Period, slot: float) -> Iterator[tuple[float, str]]:
    every = 3 if period is Period.DAY else 5
    for place, start in enumerate(starts):
        if (len(starts) - 1 - place) % every == 0:
            yield round(LEFT + slot * (place + 0.5), 1), _label(start, period)


def _label(start: datetime, period: Period) -> str:
    return f"{start:%H:00}" if period is Period.DAY else f"{start:%d %b}".lstrip("0")


def _y(count: int, top: int) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top), 1)


def _step(most: int) -> int:
    """Return a round number, at most five of which are as high as the highest bar."""
    least = max(1, ceil(most / 5))
    size = int(10 ** int(log10(least)))
    return next(size * each for each in (1, 2, 5, 10) if size * each >= least)
