"""For senders that ask for more than 200: off until a source says so."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import delete, select
from werkzeug.test import TestResponse

from models.database import reading, transaction
from models.webhook import Webhook, WebhookEntity
from tests.receiver.conftest import count
from tests.sources import source_with

PAGE = "https://www.example.com"
REDIRECT = {"redirect_hosts": ["www.example.com"], "redirect_to": f"{PAGE}/thanks"}


def asking(**senders: Any) -> str:
    """Make a source whose senders may ask, and return its webhook path."""
    return f"/webhooks/{source_with({'senders': senders})}"


def newest() -> Webhook:
    with reading() as session:
        return session.exec(select(Webhook)).one()


def test_a_get_is_stored_as_the_form_that_it_is(client: FlaskClient) -> None:
    path = asking(get=True)
    answer = client.get(f"{path}?Email=ada%40example.com&Name=Ada+L")
    assert (answer.status_code, list(answer.get_json())) == (200, ["id"])
    webhook = newest()
    assert webhook.request_body == b"Email=ada%40example.com&Name=Ada+L"
    assert webhook.content_type == "application/x-www-form-urlencoded"
    assert client.head(path).status_code == 405
    assert client.put(path).headers["Allow"] == "GET, POST"


def test_a_get_is_checked_like_a_post(client: FlaskClient) -> None:
    definition = {
        "senders": {"get": True},
        "signature": {"scheme": "header", "header": "X-Secret", "secret": "s"},
        "event_id": {"path": "body.nr"},
    }
    path = f"/webhooks/{source_with(definition)}?nr=7"
    assert client.get(path).status_code == 401
    answers = [client.get(path, headers={"X-Secret": "s"}) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert count() == 1


def test_a_challenge_is_echoed_as_text_and_nothing_stored(client: FlaskClient) -> None:
    path = asking(challenge="hub.challenge")
    answer = client.get(f"{path}?hub.mode=subscribe&hub.challenge=%3Cb%3E1158")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<b>1158", "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(path).status_code == 405
    assert count() == 0


def test_a_form_sends_its_visitor_on(client: FlaskClient) -> None:
    answer = client.post(asking(**REDIRECT), data={"Email": "ada@example.com"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}/thanks")
    assert count() == 1


@pytest.mark.parametrize(
    ("named", "target"),
    [
        (f"{PAGE}/other?a=b#c", f"{PAGE}/other?a=b#c"),
        ("http://www.example.com", "http://www.example.com"),
        ("https://WWW.example.com/", "https://www.example.com/"),
        ("https://evil.example.org/", None),
        ("https://www.example.com.evil.example.org/", None),
        ("https://www.example.com@evil.example.org/", None),
        ("https://evil.example.org\\@www.example.com/", None),
        ("https://www.example.com:8443/", None),
        ("//evil.example.org/", None),
        ("/thanks", None),
        ("javascript:alert(1)", None),
        ("https://www.example.com/\r\nSet-Cookie: a=b", None),
        ("https://[www.example.com/", None),
        ("", None),
    ],
)
def test_a_form_may_name_an_address_on_the_sources_own_hosts_alone(
    client: FlaskClient, named: str, target: str | None
) -> None:
    path = asking(**REDIRECT, redirect_field="_next")
    for answer in (
        client.post(path, data={"_next": named}),
        client.post(path, json={"_next": named}),
        client.post(path, query_string={"_next": named}),
    ):
        assert answer.status_code == 303
        assert answer.headers["Location"] == (target or f"{PAGE}/thanks")
        assert "Set-Cookie" not in answer.headers


def test_a_form_that_names_no_good_address_hears_200(client: FlaskClient) -> None:
    path = asking(redirect_hosts=["www.example.com"], redirect_field="_next")
    answer = client.post(path, data={"_next": "https://evil.example.org/"})
    assert (answer.status_code, list(answer.get_json())) == (200, ["id"])


def test_a_script_that_wants_json_is_not_sent_on(client: FlaskClient) -> None:
    answer = client.post(asking(**REDIRECT), data={}, headers={"Accept": "application/json"})
    assert answer.status_code == 200


def preflight(client: FlaskClient, path: str, origin: str) -> TestResponse:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-form",
    }
    return client.options(path, headers=headers)


def test_a_static_page_may_post_and_read_the_answer(client: FlaskClient) -> None:
    path = asking(origins=[PAGE])
    asked = preflight(client, path, PAGE)
    assert (asked.status_code, asked.data) == (204, b"")
    assert asked.headers["Access-Control-Allow-Origin"] == PAGE
    assert asked.headers["Access-Control-Allow-Methods"] == "POST"
    assert asked.headers["Access-Control-Allow-Headers"] == "content-type, x-form"
    answer = client.post(path, data={}, headers={"Origin": PAGE})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert answer.headers["Vary"] == "Origin"


def test_another_page_may_post_and_reads_nothing(client: FlaskClient) -> None:
    """As any form may; a browser keeps the answer from the page."""
    path, other = asking(origins=[PAGE]), "https://evil.example.org"
    assert preflight(client, path, other).status_code == 405
    answer = client.post(path, data={}, headers={"Origin": other})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_reads_also_why_it_was_refused(client: FlaskClient) -> None:
    signature = {"scheme": "header", "header": "X-Secret", "secret": "s"}
    path = f"/webhooks/{source_with({'senders': {'origins': [PAGE]}, 'signature': signature})}"
    answer = client.post(path, data={}, headers={"Origin": PAGE})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE


def test_entities_are_described_in_the_shape_that_builders_know(client: FlaskClient) -> None:
    api_key = source_with({"senders": {"describes_entities": True}})
    with transaction() as session:
        session.exec(delete(WebhookEntity).where(WebhookEntity.name == "Lead"))  # type: ignore[arg-type]
    listed = client.post(f"/get_entities/{api_key}").get_json()
    assert [each["name"] for each in listed["entities"]] == ["Contact", "FormSubmit", "Order"]
    assert listed["entities"][1].keys() == {"name", "caption", "formId"}
    assert listed["entities"][1]["caption"] == "Form submit"
    answer = client.post(f"/get_entity_description/{api_key}/FormSubmit").get_json()
    assert (answer["isSuccess"], answer["statusCode"]) == (True, 200)
    model = answer["value"]["entityModel"]
    assert model["name"] == "FormSubmit"
    fields = {each["name"]: each for each in model["fields"]}
    assert fields["MobilePhone"] == {
        "required": False,
        "name": "MobilePhone",
        "net_type": "String",
        "caption": "Mobile phone",
    }
    assert fields["SubmittedAt"]["net_type"] == "DateTime"
    for unknown in ("Lead", "Nothing", "webhook"):
        assert client.post(f"/get_entity_description/{api_key}/{unknown}").status_code == 404


@pytest.mark.parametrize("path", ["get_entities/{}", "get_entity_description/{}/Contact"])
def test_entities_are_described_to_no_one_else(client: FlaskClient, path: str) -> None:
    assert client.post("/" + path.format(source_with({}))).status_code == 403
    assert client.post("/" + path.format("unknown")).status_code == 401
