"""What is caught as spam: seen, never made into a record, and released by a person."""

import pytest

from models.database import transaction
from models.entities.lead import Lead
from models.identity import new_id, utc_now
from models.processing.correcting import release
from models.processing.outcome import sentence
from models.reading.parse_error import Kind
from models.webhook import Status
from tests.models.webhooks import define, form, logged, process, records, store, stored

pytestmark = pytest.mark.usefixtures("database")


def test_what_went_into_a_trap_is_kept_and_becomes_a_record_when_it_is_released() -> None:
    define('[spam]\nhoneypot = "body.url"')
    caught, passed = store(
        form("Lead", Contact="Ada", url="https://example.com"), form("Lead", Contact="Grace")
    )
    outcomes = process()
    assert sentence(outcomes) == "2 webhooks: 1 done, 1 quarantined"
    assert stored(caught).status == Status.QUARANTINED
    assert [(each.kind, each.position) for each in logged(caught)] == [(Kind.SPAM_HONEYPOT, None)]
    assert [each.contact for each in records(Lead)] == ["Grace"]
    with transaction() as session:
        result = release(session, [caught, passed, new_id()], utc_now())
    assert (result.new, result.not_caught, len(result.missing)) == ([caught], [passed], 1)
    process()
    assert stored(caught).status == Status.DONE
    assert logged(caught) == []
    assert sorted(each.contact for each in records(Lead)) == ["Ada", "Grace"]
