"""What became of webhooks, in ids, kinds and counts: fit for logs, artifacts and run states."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from models.reading.parse_error import Kind
from models.webhook import Status

WORDS = ("done", "done with warnings", "failed")
"""The outcomes, as they are counted everywhere."""


@dataclass(frozen=True)
class Outcome:
    """What became of one webhook: ids, kinds and columns, and nothing that a person wrote."""

    webhook_id: UUID
    status: Status
    entity: str | None = None
    record_id: UUID | None = None
    errors: tuple[tuple[Kind, str | None], ...] = ()
    """The kind and column of each error."""

    @property
    def word(self) -> str:
        """Return one of `WORDS`."""
        if self.status is Status.FAILED:
            return "failed"
        return "done with warnings" if self.errors else "done"

    def as_row(self) -> dict[str, str]:
        """Return the outcome as a row of a table for people."""
        return {
            "outcome": self.word,
            "errors": ", ".join(kind if not at else f"{kind} ({at})" for kind, at in self.errors),
            "entity": self.entity or "",
            "webhook": str(self.webhook_id),
            "record": str(self.record_id or ""),
        }


def sentence(outcomes: Iterable[Outcome]) -> str:
    """Count outcomes in a sentence: `50 webhooks: 44 done, 3 done with warnings, 3 failed`."""
    counts = Counter(outcome.word for outcome in outcomes)
    if not counts:
        return "No webhook was New"
    total = counts.total()
    parts = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
    return f"{total} webhook{'s' if total != 1 else ''}: {parts}"


def worst_first(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Order outcomes so that a table that is cut off still shows what needs a look."""
    return sorted(outcomes, key=lambda outcome: -WORDS.index(outcome.word))


def records_by_entity(outcomes: Iterable[Outcome]) -> dict[str, list[UUID]]:
    """Gather the ids of the records that were made, by the code of their entity."""
    gathered: dict[str, list[UUID]] = {}
    for outcome in outcomes:
        if outcome.entity and outcome.record_id:
            gathered.setdefault(outcome.entity, []).append(outcome.record_id)
    return gathered
