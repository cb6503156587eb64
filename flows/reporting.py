"""What a run says of itself: its name, its state's message, its table of outcomes."""

from collections.abc import Sequence
from uuid import UUID

from prefect.artifacts import create_table_artifact

from models.identity import utc_now
from models.outcome import Outcome, sentence, worst_first

MOST_ROWS = 500
"""Rows of a table artifact. The rest is counted, and stands in the database."""


def run_name(flow_name: str) -> str:
    """Name a run by its flow and the minute it started in, UTC."""
    return f"{flow_name} {utc_now():%Y-%m-%d %H:%M}"


def count_of(record_ids: Sequence[UUID], word: str) -> str:
    """Say how many records there are: `1 order`, `2 orders`."""
    return f"{len(record_ids)} {word}{'s' if len(record_ids) != 1 else ''}"


def leave_table(outcomes: Sequence[Outcome]) -> None:
    """Leave a table artifact with what each webhook became, the worst first."""
    if not outcomes:
        return
    cut = f" The table shows {MOST_ROWS} of them." if len(outcomes) > MOST_ROWS else ""
    create_table_artifact(
        table=[outcome.as_row() for outcome in worst_first(outcomes)[:MOST_ROWS]],
        key="create-entities",
        description=f"{sentence(outcomes)}.{cut}",
    )
