"""What became of webhooks, counted and put in order for people."""

import pytest

from models.identity import new_id
from models.processing.outcome import Outcome, records_by_entity, sentence, worst_first
from models.reading.parse_error import Kind
from models.webhook import Status


def done(entity: str = "Lead") -> Outcome:
    return Outcome(new_id(), Status.DONE, entity, ((entity, new_id()),))


def warned() -> Outcome:
    errors = ((Kind.VALUE_NOT_CAST, "Age"), (Kind.TEXT_TOO_LONG, "Zip"))
    return Outcome(new_id(), Status.DONE, "Contact", (("Contact", new_id()),), errors)


def failed() -> Outcome:
    return Outcome(new_id(), Status.FAILED, errors=((Kind.ENTITY_MISSING, None),))


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ([], "No webhook was New"),
        ([done()], "1 webhook: 1 done"),
        ([done(), done()], "2 webhooks: 2 done"),
        ([failed()], "1 webhook: 1 failed"),
        ([failed(), warned(), done()], "3 webhooks: 1 done, 1 done with warnings, 1 failed"),
    ],
)
def test_outcomes_are_counted_in_a_sentence(outcomes: list[Outcome], words: str) -> None:
    assert sentence(outcomes) == words


def test_the_worst_come_first_in_the_order_they_had() -> None:
    outcomes = [done(), failed(), warned(), failed(), done()]
    first, second, third, fourth, fifth = outcomes
    assert worst_first(outcomes) == [second, fourth, third, first, fifth]


def test_an_outcome_is_a_row_of_ids_kinds_and_columns() -> None:
    outcome = warned()
    assert outcome.as_row() == {
        "webhook": str(outcome.webhook_id),
        "entity": "Contact",
        "record": str(outcome.record_id),
        "outcome": "done with warnings",
        "errors": "value-not-cast (Age), text-too-long (Zip)",
    }


def test_an_outcome_without_record_leaves_its_fields_empty() -> None:
    row = failed().as_row()
    assert (row["entity"], row["record"], row["errors"]) == ("", "", "entity-missing")


def test_records_are_gathered_by_entity() -> None:
    first, second, third = done("Lead"), done("Order"), done("Lead")
    assert records_by_entity([first, failed(), second, third]) == {
        "Lead": [first.record_id, third.record_id],
        "Order": [second.record_id],
    }
