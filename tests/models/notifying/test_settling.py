"""What is committed late, as several writers of PostgreSQL do, is not passed over."""

import pytest
from sqlmodel import Session

from models.database import engine
from models.identity import new_id
from models.notifying.tables import Topic
from models.webhook import Webhook
from tests.models.notifying.test_delivery import MINUTE, NOW, SETTLE, set_up, tell


@pytest.mark.usefixtures("postgres_database")
def test_what_is_committed_late_is_told_by_the_next_run() -> None:
    ops = set_up(Topic.NEW_WEBHOOKS)
    at = NOW + 5 * MINUTE - SETTLE
    with Session(engine()) as late:
        late.add(
            Webhook(request_body=b"", webhook_source="forms", api_key=new_id(), received_at=at)
        )
        late.flush()
        assert tell(ops, NOW + 5 * MINUTE) is None
        late.commit()
    assert tell(ops, NOW + 10 * MINUTE)
