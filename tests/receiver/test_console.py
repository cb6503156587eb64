"""GET /console/webhooks: what it shows, and whom it refuses."""

import httpx
import pytest
from flask.testing import FlaskClient

from models.database import transaction
from models.identity import utc_now
from models.processing.claiming import claim
from models.processing.recording import create_records
from tests.receiver.conftest import Served

HOSTILE = "<script>alert('x')</script>"


def make_records() -> None:
    with transaction() as session:
        create_records(session, claim(session, 1000, utc_now()), utc_now())


def test_it_says_how_to_begin_where_nothing_has_arrived(client: FlaskClient) -> None:
    assert "None has arrived yet" in client.get("/console/webhooks").text


def test_it_shows_a_webhook_with_its_status_entity_and_record(
    client: FlaskClient, api_key: str
) -> None:
    answer = client.post(f"/webhooks/{api_key}", json={"EntityName": "Lead", "LeadName": "Ten"})
    assert ">New<" in client.get("/console/webhooks").text
    make_records()
    page = client.get("/console/webhooks").text
    assert [part for part in (answer.json["id"], ">Done<", ">Lead<") if part not in page] == []  # type: ignore[index]


def test_it_shows_a_failed_webhook_with_its_error_and_advice(
    client: FlaskClient, api_key: str
) -> None:
    client.post(f"/webhooks/{api_key}", json={"EntityName": "Invoice"})
    make_records()
    page = client.get("/console/webhooks").text
    assert ">Failed<" in page
    assert "Item with name &#34;Invoice&#34; not found." in page
    assert "Compare EntityName with the codes" in page


def test_it_escapes_what_senders_wrote(client: FlaskClient, api_key: str) -> None:
    client.post(f"/webhooks/{api_key}", json={"EntityName": HOSTILE})
    client.post(f"/webhooks/{api_key}", data=HOSTILE, content_type="application/json")
    client.post(f"/webhooks/{api_key}", data=HOSTILE, content_type=f"text/{HOSTILE}")
    make_records()
    page = client.get("/console/webhooks").text
    assert page.count("&lt;script&gt;") >= 3
    assert "<script>" not in page


def test_it_shows_the_newest_first_and_no_more_than_it_says(
    client: FlaskClient, api_key: str
) -> None:
    ids = [client.post(f"/webhooks/{api_key}").json["id"] for _ in range(102)]  # type: ignore[index]
    page = client.get("/console/webhooks").text
    assert [page.find(each) for each in ids[:2]] == [-1, -1]
    assert 0 < page.find(ids[101]) < page.find(ids[2])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.0.0.1:8080", "[::1]:8080", "[::1]"]
)
def test_it_answers_to_this_machines_own_names(client: FlaskClient, host: str) -> None:
    assert client.get("/console/webhooks", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example.com"},
        {"Host": "127.0.0.1.example.com"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-Host": "hookline.example.com"},
        {"Forwarded": "for=203.0.113.9"},
        {"X-Real-Ip": "203.0.113.9"},
        {"Via": "1.1 proxy"},
    ],
)
def test_it_refuses_what_was_forwarded_or_names_another_host(
    served: Served, headers: dict[str, str]
) -> None:
    for page in ("webhooks", "static/console.css"):
        assert httpx.get(f"{served.url}/console/{page}", headers=headers).status_code == 403


@pytest.mark.parametrize("address", ["203.0.113.9", "192.168.0.4", "2001:db8::1", ""])
def test_it_refuses_other_machines(client: FlaskClient, address: str) -> None:
    answer = client.get("/console/webhooks", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 403
