"""The page of one webhook, where the links in notifications lead."""

import pytest
from flask.testing import FlaskClient

from models.database import transaction
from models.identity import new_id
from models.webhook import Webhook
from receiver import create_app

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture
def client() -> FlaskClient:
    return create_app().test_client()


def test_a_webhook_has_a_page_of_its_own(client: FlaskClient) -> None:
    with transaction() as session:
        webhooks = [
            Webhook(request_body=b"", webhook_source=name, api_key=new_id())
            for name in ("forms", "shop")
        ]
        session.add_all(webhooks)
    page = client.get(f"/console/webhooks/{webhooks[0].id}")
    assert page.status_code == 200
    assert "forms" in page.text and "shop" not in page.text


def test_a_webhook_that_is_gone_is_said_to_be(client: FlaskClient) -> None:
    page = client.get(f"/console/webhooks/{new_id()}")
    assert page.status_code == 404
    assert "There is no such webhook" in page.text
