"""What became of webhooks, in ids, kinds and counts: fit for logs, artifacts and run states."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from models.reading.parse_error import Kind
from models.webhook import Status

WORDS = ("done", "done with warnings", "quarantined", "failed")
"""The outcomes, as they are counted everywhere."""

MOST_SHOWN = 5
"""Records of one webhook that a table names; the rest are counted."""


@dataclass(frozen=True)
class Outcome:
    """What became of one webhook: ids, kinds and columns, and nothing that a person wrote."""

    webhook_id: UUID
    status: Status
    entity: str | None = None
    """What it asked to create; of several, the first."""
    records: tuple[tuple[str, UUID], ...] = ()
    """The records that it has made, now or before: the code of the entity, and the id of each."""
    errors: tuple[tuple[Kind, str | None], ...] = ()
    """The kind and column of each error."""

    @property
    def word(self) -> str:
        """Return one of `WORDS`."""
        if self.status in (Status.FAILED, Status.QUARANTINED):
            return self.status.lower()
        return "done with warnings" if self.errors else "done"

    @property
    def record_id(self) -> UUID | None:
        """Return the id of its record; of several, the first."""
        return self.records[0][1] if self.records else None

    def as_row(self) -> dict[str, str]:
        """Return the outcome as a row of a table for people."""
        entities = dict.fromkeys([code for code, _ in self.records] or [self.entity or ""])
        return {
            "outcome": self.word,
            "errors": _shown([kind if not at else f"{kind} ({at})" for kind, at in self.errors]),
            "entity": ", ".join(entities),
            "webhook": str(self.webhook_id),
            "record": _shown([str(record_id) for _, record_id in self.records]),
        }


def _shown(items: list[str]) -> str:
    more = f" and {len(items) - MOST_SHOWN} more" if len(items) > MOST_SHOWN else ""
    return ", ".join(items[:MOST_SHOWN]) + more


def sentence(outcomes: Iterable[Outcome]) -> str:
    """Count outcomes in a sentence: `50 webhooks: 44 done, 3 done with warnings, 3 failed`."""
    return counted(Counter(outcome.word for outcome in outcomes))


def counted(counts: Counter[str]) -> str:
    """Write counts of outcomes, by their words, as a sentence."""
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
        for entity, record_id in outcome.records:
            gathered.setdefault(entity, []).append(record_id)
    return gathered
