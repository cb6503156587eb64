"""Records that the database refuses, on both databases, and what is told of them."""

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import col, delete

from models.database import DatabaseRefusedError, engine, transaction
from models.entities.lead import Lead
from models.lookups import Country
from models.reading.parse_error import Kind
from models.webhook import Status
from tests.models.webhooks import country, form, logged, process, records, store, stored

pytestmark = pytest.mark.usefixtures("database")

PERSON = {
    "Contact": "Grace Hopper",
    "Email": "grace@example.org",
    "MobilePhone": "+1 202 555 0143",
    "Notes": "Call me about the compiler",
}
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER no_leads BEFORE INSERT ON lead BEGIN SELECT RAISE(ABORT, 'no leads'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION no_leads() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no leads'; END $$",
        "CREATE TRIGGER no_leads BEFORE INSERT ON lead EXECUTE FUNCTION no_leads()",
    ],
}
EMAILS_ARE_UNIQUE = text("CREATE UNIQUE INDEX uq_lead_email ON lead (email)")


def test_a_record_that_the_database_refuses_fails_alone() -> None:
    with transaction() as session:
        session.execute(EMAILS_ARE_UNIQUE)
        session.add(Lead(email=PERSON["Email"]))
    ids = store(*[form("Lead", Email=f"{n}@example.com") for n in range(49)])
    (bad,) = store(form("Lead", **PERSON))
    outcomes = {each.webhook_id: each for each in process()}
    assert [outcomes[each].status for each in ids] == [Status.DONE] * 49
    assert len(records(Lead)) == 50
    assert stored(bad).status == Status.FAILED
    assert outcomes[bad].errors == ((Kind.RECORD_REFUSED, None),)


def test_of_two_that_break_a_rule_together_the_first_is_made() -> None:
    with transaction() as session:
        session.execute(EMAILS_ARE_UNIQUE)
    first, second = store(form("Lead", **PERSON), form("Lead", **PERSON))
    process()
    assert (stored(first).status, stored(second).status) == (Status.DONE, Status.FAILED)
    assert stored(second).unknown_parameters is None


def test_a_refusal_names_the_rule_and_not_the_values() -> None:
    with transaction() as session:
        session.execute(EMAILS_ARE_UNIQUE)
    _, bad = store(form("Lead", **PERSON), form("Lead", **PERSON))
    process()
    (error,) = logged(bad)
    assert "The database refused the record (" in error.message
    assert "lead" in error.message and "email" in error.message
    assert not any(value in error.message for value in PERSON.values())


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
def test_a_lookup_row_that_vanishes_after_the_look_fails_its_record_alone() -> None:
    france = country("France")
    bad, good = store(form("Lead", CountryId=str(france)), form("Lead", Contact="Ada"))
    gone: list[bool] = []

    def delete_once(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM country" in statement and not gone:
            gone.append(True)
            with transaction() as session:
                session.exec(delete(Country).where(col(Country.id) == france))

    event.listen(engine(), "after_cursor_execute", delete_once)
    process()
    event.remove(engine(), "after_cursor_execute", delete_once)
    assert (stored(bad).status, stored(good).status) == (Status.FAILED, Status.DONE)
    assert "fk_lead_country_id" in logged(bad)[0].message


def test_an_outcome_holds_nothing_that_a_person_wrote() -> None:
    with transaction() as session:
        session.execute(EMAILS_ARE_UNIQUE)
    store(
        form("Lead", **PERSON, CountryId=PERSON["Contact"], Zip=PERSON["Notes"] * 3),
        form("Lead", **PERSON),
        form(PERSON["Email"], **PERSON),
        b'{"EntityName": "Lead", "Email": "' + PERSON["Email"].encode(),
    )
    outcomes = process()
    assert [each.word for each in outcomes] == ["done with warnings", *["failed"] * 3]
    told = repr(outcomes) + repr([each.as_row() for each in outcomes])
    assert not any(value in told for value in PERSON.values())


def test_a_schema_that_is_not_ours_is_no_fault_of_the_webhook() -> None:
    (webhook_id,) = store(form("Lead", **PERSON))
    with transaction() as session:
        session.execute(text("ALTER TABLE lead RENAME COLUMN email TO mail"))
    with pytest.raises(DatabaseRefusedError):
        process()
    assert stored(webhook_id).status == Status.PROCESSING
    assert logged(webhook_id) == []


def test_a_trigger_may_refuse_a_record(database: str) -> None:
    with transaction() as session:
        for statement in TRIGGERS[database.partition(":")[0].partition("+")[0]]:
            session.execute(text(statement))
    (webhook_id,) = store(form("Lead", **PERSON))
    process()
    assert [each.kind for each in logged(webhook_id)] == [Kind.RECORD_REFUSED]
