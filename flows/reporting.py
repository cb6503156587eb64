"""What a run says of itself: its name, its state's message, its table of outcomes."""

from collections.abc import Mapping, Sequence

from prefect.artifacts import create_table_artifact

from models.identity import utc_now
from models.matching.evidence import as_row, most_telling_first
from models.matching.evidence import sentence as sentence_of_decisions
from models.matching.rules import Decision
from models.outcome import Outcome, sentence, worst_first

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
