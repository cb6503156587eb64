"""The evidence of decisions, in words, kinds and counts: fit for logs, artifacts and run states."""

from collections import Counter
from collections.abc import Iterable

from models.matching.rules import Decision, Rule

OUTCOMES = ("found", "made", "without a clue")
"""What decisions come to, as they are counted."""


def in_words(decision: Decision) -> str:
    """Say how a record came to its contact: `found by email and phone, earliest of 2`."""
    if decision.contact_id is None:
        return Rule.NO_CLUE
    if decision.made:
        return f"made, of {' and '.join(decision.used) or 'no usable clue'}"
    if decision.rule is Rule.GIVEN:
        return Rule.GIVEN
    among = f", earliest of {decision.candidates}" if decision.candidates > 1 else ""
    return f"found by {decision.rule}{among}"


def as_row(entity: str, decision: Decision) -> dict[str, str]:
    """Return a decision as a row of a table for people."""
    return {
        "entity": entity,
        "record": str(decision.record_id),
        "contact": str(decision.contact_id or ""),
        "decision": in_words(decision),
        "not used": ", ".join(decision.unused),
    }


def sentence(decisions: Iterable[Decision]) -> str:
    """Count decisions in a sentence: `Contacts of 50 records: 40 found, 10 made`."""
    counts = Counter(_outcome(decision) for decision in decisions)
    if not counts:
        return "No record waited for its contact"
    total = counts.total()
    parts = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    return f"Contacts of {total} record{'s' if total != 1 else ''}: {parts}"


def _outcome(decision: Decision) -> str:
    if decision.contact_id is None:
        return "without a clue"
    return "made" if decision.made else "found"


def most_telling_first(
    decisions: Iterable[tuple[str, Decision]],
) -> list[tuple[str, Decision]]:
    """Order decisions so that a table that is cut off shows what may need a look."""
    return sorted(decisions, key=lambda each: (-len(each[1].unused), -each[1].candidates))
