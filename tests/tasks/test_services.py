"""What services really send, signed by a few lines of our own, and the record and contact of it."""

import base64
import hmac
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from models.configuring.applying import apply_sources
from models.configuring.presets import preset_names
from models.database import reading, transaction
from models.entities import find_entity
from models.entities.contact import Contact
from models.entity import Entity
from models.webhook import Status
from receiver import create_app
from tasks.contacts import search_and_create
from tasks.webhooks import claim_webhooks, create_entity
from tests.payloads import Payload, of_service

pytestmark = pytest.mark.usefixtures("sqlite_database")
SECRET = "what-only-the-two-of-us-know"
Sign = Callable[[bytes], dict[str, str]]


def digest(message: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(SECRET.encode(), message, algorithm).digest()


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def sign_webflow(body: bytes) -> dict[str, str]:
    now = str(int(time.time() * 1000))
    signature = digest(f"{now}:".encode() + body).hex()
    return {"x-webflow-timestamp": now, "x-webflow-signature": signature}


def sign_standard(body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    signature = b64(digest(f"msg_1.{now}.".encode() + body))
    return {"webhook-id": "msg_1", "webhook-timestamp": now, "webhook-signature": f"v1,{signature}"}


def sign_invented(body: bytes) -> dict[str, str]:
    now = int(time.time())
    signature = base64.urlsafe_b64encode(digest(f"POST|{now}|".encode() + body, "sha512")).decode()
    return {"X-Proof": f"when:={now}; how:=x; proof={signature}".replace(":=", "=")}


SIGN: dict[str, Sign] = {
    "typeform": lambda body: {"Typeform-Signature": f"sha256={b64(digest(body))}"},
    "shopify": lambda body: {"X-Shopify-Hmac-Sha256": b64(digest(body))},
    "google-forms": lambda body: {"X-Signature": b64(digest(body))},
    "webflow": sign_webflow,
    "standard-webhooks": sign_standard,
    "invented": sign_invented,
}
INVENTED = f"""
[[source]]
name = "invented"
entity = "Lead"

[source.signature]
scheme = "hmac"
secret = "{SECRET}"
algorithm = "sha512"
header = "X-Proof"
separator = ";"
field = "proof"
encoding = "base64url"
signed = "{{method}}|{{timestamp}}|{{body}}"
timestamp_field = "when"

[source.event_id]
same_body_within = "10m"

[[source.map]]
let.person = "body.signup.person"
[source.map.columns]
Email = "person.mail"
MobilePhone = "body.signup.tel"
Contact = "join(' ', [person.called])"
"""
NAMES = {"first_name": "Ada", "last_name": "Lovelace"}
WHOLE = {"full_name": "Ada Lovelace"}
BECOMES: dict[str, dict[str, Any]] = {
    "typeform": NAMES | {"utm_source": "newsletter", "form_id": "lT4Z3j"},
    "webflow": NAMES | {"form_id": "Contact Us", "notes": "Please call."},
    "shopify": {"name": "Ada Lovelace", "number": "#9999", "amount": 398, "currency": "EUR"},
    "unbounce": NAMES | {"page_url": "http://www.example.com/summer/"},
    "jotform": NAMES | {"form_id": "243214567890"},
    "elementor": WHOLE | {"form_id": "Contact", "page_url": "https://www.example.com/contact"},
    "elementor-simple": WHOLE | {"page_url": "https://www.example.com/contact"},
    "contact-form-7": WHOLE | {"notes": "Please call."},
    "landingi": NAMES,
    "instapage": WHOLE | {"page_url": "https://www.example.com/summer"},
    "leadpages": NAMES,
    "google-forms": WHOLE,
    "standard-webhooks": NAMES,
    "invented": {"contact": "Lovelace, Ada"},
}


def source_of(service: str) -> str:
    """Make the source of a service as a user would, and return its key."""
    preset = service.removesuffix("-simple")
    text = f'[[source]]\nname = "{service}"\npreset = "{preset}"\n'
    if service == "standard-webhooks":
        text += f'signature.secret = "whsec_{b64(SECRET.encode())}"\n'
    elif service in SIGN:
        text += f'signature.secret = "{SECRET}"\n'
    with transaction() as session:
        (made,) = apply_sources(session, INVENTED if service == "invented" else text, "a.toml")
    return made.api_key or ""


def post(client: FlaskClient, api_key: str, payload: Payload, sign: Sign) -> Any:
    headers = payload.headers | sign(payload.body)
    return client.post(payload.path_for(api_key), headers=headers, data=payload.body)


def unsigned(body: bytes) -> dict[str, str]:
    return {}


def made_by(api_key: str) -> tuple[Entity, Contact]:
    """Have the one webhook become its record, and the record find its contact."""
    (outcome,) = create_entity.fn(claim_webhooks.fn(9))
    assert (outcome.status, outcome.as_row()["errors"]) == (Status.DONE, "")
    entity = find_entity(outcome.as_row()["entity"])
    assert entity and outcome.record_id
    search_and_create.fn(entity.code(), [outcome.record_id])
    with reading() as session:
        record = session.get_one(entity, outcome.record_id)
        (contact,) = session.exec(select(Contact)).all()
    return record, contact


@pytest.mark.parametrize("service", BECOMES)
def test_what_a_service_sends_becomes_its_record_and_its_contact(service: str) -> None:
    api_key, payload, client = source_of(service), of_service(service), create_app().test_client()
    sign = SIGN.get(service, unsigned)
    if sign is not unsigned:
        forged = post(client, api_key, payload, unsigned)
        assert (forged.status_code, "missing" in forged.json["message"]) == (401, True)
    assert post(client, api_key, payload, sign).status_code == 200
    record, contact = made_by(api_key)
    assert payload.becomes == ("Done", record.code())
    assert {name: vars(record)[name] for name in BECOMES[service]} == BECOMES[service]
    assert (contact.email, contact.surname) == ("ada@example.com", "Lovelace")
    assert "442071838750" in (contact.mobile_phone or contact.phone or "")


@pytest.mark.parametrize("service", ["typeform", "webflow", "shopify", "jotform", "google-forms",
                                     "standard-webhooks", "invented"])  # fmt: skip
def test_what_a_service_repeats_is_one_webhook(service: str) -> None:
    api_key, payload, client = source_of(service), of_service(service), create_app().test_client()
    answers = [post(client, api_key, payload, SIGN.get(service, unsigned)) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert UUID(answers[0].json["id"]) == UUID(answers[1].json["id"])


def test_every_preset_of_a_service_is_tried() -> None:
    coded = {"twilio"}  # tried by what it publishes, in tests/models/admitting/test_coding.py
    assert set(preset_names()) <= BECOMES.keys() | coded
