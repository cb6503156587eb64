"""What a run says of itself: its name, its state's message, its table of outcomes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast
from uuid import UUID

from prefect.artifacts import (
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from models.identity import utc_now
from models.matching.evidence import as_row, most_telling_first
from models.matching.evidence import sentence as sentence_of_decisions
from models.matching.rules import Decision
from models.processing.outcome import Outcome, sentence, worst_first

T = TypeVar("T")

MOST_ROWS = 100
"""Rows of a table artifact. The rest is counted, and stands in the database.

Prefect keeps a table twice, once more as an event: with five times as many, that was two fifths of
what its database grew by at ten webhooks a second.
"""


def run_name(flow_name: str) -> str:
    """Name a run by its flow and the minute it started in, UTC."""
    return f"{flow_name} {utc_now():%Y-%m-%d %H:%M}"


def leave_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Leave a table of what each webhook became, those that failed first."""
    leave_table("webhooks", sentence(outcomes), worst_first(outcomes), Outcome.as_row)


def leave_decisions(decisions: Sequence[tuple[str, Decision]]) -> None:
    """Leave a table of how each record came to its contact, with the code of its entity."""
    said = sentence_of_decisions(each for _, each in decisions)
    leave_table("contacts", said, most_telling_first(decisions), lambda each: as_row(*each))


def leave_table(
    key: str,
    sentence: str,
    things: Sequence[T],
    as_row: Callable[[T], Mapping[str, object]],
    of: int = 0,
) -> None:
    """Leave a table artifact with a row for each thing that a run dealt with, and its sentence.

    Args:
        key: the artifact's.
        sentence: what stands above the rows.
        things: the first are shown where there are too many: put those first that need a look.
        as_row: makes the row of one.
        of: how many there were, where only the first were kept.
    """
    if things:
        many = max(of, len(things)) > MOST_ROWS
        cut = f" The table shows {MOST_ROWS} of them." if many else ""
        create_table_artifact(
            key=key,
            table=[dict(as_row(each)) for each in things[:MOST_ROWS]],
            description=f"{sentence}.{cut}",
        )


class Progress:
    """A progress artifact: how many of a known number of things a run is through.

    One that broke off goes on showing how far it came.
    """

    def __init__(self, key: str, total: int) -> None:
        self.total, self.done = total, 0
        made = create_progress_artifact(0.0, key=f"{key}-progress", description=self._said())
        self.artifact_id = cast(UUID, made)

    def add(self, count: int) -> None:
        """Be through with some more."""
        self.done += count
        update_progress_artifact(
            self.artifact_id, progress=100 * self.done / self.total, description=self._said()
        )

    def _said(self) -> str:
        return f"{self.done} of {self.total}"
