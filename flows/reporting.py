"""What a run says of itself: its name, its state's message, its table of outcomes."""

from collections.abc import Mapping, Sequence

from prefect.artifacts import create_table_artifact

from models.identity import utc_now
from models.outcome import Outcome, sentence, worst_first

MOST_ROWS = 500
"""Rows of a table artifact. The rest is counted, and stands in the database."""


def run_name(flow_name: str) -> str:
    """Name a run by its flow and the minute it started in, UTC."""
    return f"{flow_name} {utc_now():%Y-%m-%d %H:%M}"


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


def leave_rows(key: str, rows: Sequence[Mapping[str, object]], description: str) -> None:
    """Leave a table artifact with rows of ids, kinds and counts, those first that need a look."""
    if not rows:
        return
    cut = f" The table shows {MOST_ROWS} of them." if len(rows) > MOST_ROWS else ""
    create_table_artifact(
        table=[dict(row) for row in rows[:MOST_ROWS]],
        key=key,
        description=f"{description}.{cut}",
    )
