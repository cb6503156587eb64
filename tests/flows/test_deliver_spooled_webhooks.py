"""deliver-spooled-webhooks, alone and at the head of create-entities, on a real Prefect server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from flows.create_entities import create_entities
from flows.deliver_spooled_webhooks import deliver_spooled_webhooks
from models.identity import first_id_of, utc_now
from models.receiving.spool import Spool, segments
from models.settings import settings
from models.webhook import Status
from tests.models.test_spool import webhook
from tests.prefect_server import a_prefect_server
from tests.webhooks import FORM, records, statuses

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("sqlite_database")]

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    """Start a Prefect server for this module."""
    with a_prefect_server():
        yield


@pytest.fixture
def spooled() -> UUID:
    """Leave a webhook in the spool, as a receiver that is gone."""
    spool = Spool(settings().resolved_spool_path(), 10**9)
    spool.append([kept := webhook(FORM, received_at=utc_now() - timedelta(hours=1))])
    spool.close_segment()
    return UUID(str(kept["id"]))


def test_what_is_in_the_spool_becomes_new_webhooks(spooled: UUID) -> None:
    state = deliver_spooled_webhooks(return_state=True)
    assert (state.is_completed(), state.message) == (True, "1 webhook delivered")
    assert statuses() == {Status.NEW: 1}
    assert segments(settings().resolved_spool_path()) == []


def test_create_entities_delivers_the_spool_and_makes_its_records(spooled: UUID) -> None:
    assert create_entities(return_state=True).is_completed()
    assert statuses() == {Status.DONE: 1}
    assert records() == {spooled: 1}


def test_what_could_not_be_delivered_for_three_days_fails_the_run_and_stays() -> None:
    spool = Spool(settings().resolved_spool_path(), 10**9)
    spool.append([webhook(FORM)])  # its segment is in the hand of a receiver
    (segment,) = segments(spool.folder)
    segment.rename(spool.folder / f"{first_id_of(LONG_AGO)}.segment")
    state = create_entities(return_state=True)
    assert state.is_failed()
    assert "deliver-spooled-webhooks" in str(state.message)
    assert len(segments(spool.folder)) == 1
    spool.close_segment()
    assert deliver_spooled_webhooks(return_state=True).is_completed()
