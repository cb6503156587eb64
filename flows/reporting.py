"""What a run says of itself: its name, its state's message, its table of outcomes."""

from collections.abc import Mapping, Sequence
from typing import cast
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

MOST_ROWS = 500
"""Rows of a table artifact. The rest is counted, and stands in the database."""


def run_name(flow_name: str) -> str:
    """Name a run by its flow and the minute it started in, UTC."""
    return f"{flow_name} {utc_now():%Y-%m-%d %H:%M}"


def leave_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Leave a table of what each webhook became, those that failed first."""
    rows = [outcome.as_row() for outcome in worst_first(outcomes)]
    leave_table("webhooks", sentence(outcomes), rows)


def leave_decisions(decisions: Sequence[tuple[str, Decision]]) -> None:
    """Leave a table of how each record came to its contact, with the code of its entity."""
    rows = [as_row(*each) for each in most_telling_first(decisions)]
    leave_table("contacts", sentence_of_decisions(each for _, each in decisions), rows)


def leave_table(key: str, sentence: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Leave a table artifact with a row for each thing that a run dealt with, and its sentence.

    The first rows are shown where there are too many: put those first that need a look.
    """
    if rows:
        cut = f" The table shows {MOST_ROWS} of them." if len(rows) > MOST_ROWS else ""
        create_table_artifact(
            key=key,
            table=[dict(row) for row in rows[:MOST_ROWS]],
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
