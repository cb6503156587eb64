"""Webhooks to measure with: forms of made-up people with first and last name, email and phone."""

import json
from random import Random
from typing import Any

from models.database import transaction
from models.identity import new_id, utc_now
from models.receiving.storing import insert_webhooks
from tests.benchmarks.databases import SOURCE, Database

FIRST = [a + b for a in "An Be Ca Do El Fi Ga Hu Il Jo".split() for b in "na rta lin ris".split()]
LAST = [a + b for a in "Sm Br Gr Kl Mu No Pe Ri St Wa".split() for b in "ith own een ller".split()]
STORED_AT_ONCE = 2000


def form(random: Random, people: int) -> dict[str, str]:
    """Make the form of one of so many people, so that some come again."""
    number = random.randrange(people)
    of_person = Random(number)
    first, last = of_person.choice(FIRST), of_person.choice(LAST)
    return {
        "EntityName": "FormSubmit",
        "FirstName": first,
        "LastName": last,
        "Email": f"{first}.{last}.{number}@example.com".lower(),
        "MobilePhone": f"+1202{2_000_000 + number % 8_000_000:07d}",
        "Notes": "I would like to know more",
        "PageUrl": "https://example.com/spring?utm_source=google",
        "UtmMediumStr": "cpc",
    }


def store_forms(of: Database, count: int, seed: int = 7) -> None:
    """Store forms as New webhooks, as the receiver does; half as many people send them."""
    random = Random(seed)
    for start in range(0, count, STORED_AT_ONCE):
        webhooks = [
            _webhook(of, form(random, max(1, count // 2)))
            for _ in range(min(STORED_AT_ONCE, count - start))
        ]
        with transaction() as session:
            insert_webhooks(session, webhooks)


def _webhook(of: Database, sent: dict[str, str]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "received_at": utc_now(),
        "request_body": json.dumps(sent).encode(),
        "query_parameters": "",
        "headers": "[]",
        "content_type": "application/json",
        "webhook_source": SOURCE,
        "source_url": None,
        "api_key": of.key_id,
    }
