"""Traps for machines that fill in forms."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.reading.parse_error import Kind
from models.webhook import Status
from tests.models.mapping.mapped import one, request

SHOWN = "2026-01-02T03:04:05"
EPOCH = 1767323045
RECEIVED = {seconds: datetime(2026, 1, 2, 3, 4, 5 + seconds, tzinfo=UTC) for seconds in (2, 9)}
HASTE = '[spam]\nshown_at = "body.shown"\nleast_seconds = 4'
POT = '[spam]\nhoneypot = ["body.url", "body.fax"]'


@pytest.mark.parametrize("shown", [EPOCH, EPOCH * 1000, str(EPOCH), f"{EPOCH}.5", SHOWN + "Z"])
def test_a_form_that_comes_too_soon_is_quarantined(shown: Any) -> None:
    body = {"Email": "a@example.com", "shown": shown}
    draft = one(HASTE, request(body, at=RECEIVED[2]))
    assert (draft.status, draft.makes_record) == (Status.QUARANTINED, False)
    assert [error.kind for error in draft.errors] == [Kind.SPAM_TOO_FAST]
    assert one(HASTE, request(body, at=RECEIVED[9])).makes_record


@pytest.mark.parametrize("shown", [None, "", "soon", [], {}, True, EPOCH + 60, 10**400, "1e999"])
def test_a_moment_that_cannot_be_read_catches_no_one(shown: Any) -> None:
    body = {"Email": "a@example.com", "shown": shown}
    assert one(HASTE, request(body, at=RECEIVED[2])).makes_record


@pytest.mark.parametrize(
    ("fields", "caught"),
    [({}, False), ({"url": ""}, False), ({"url": "x"}, True), ({"fax": ["1"]}, True)],
)
def test_a_field_that_people_do_not_see_catches_machines(
    fields: dict[str, Any], caught: bool
) -> None:
    draft = one(POT, request({"Email": "a@example.com", **fields}))
    assert (draft.status is Status.QUARANTINED) == caught


def test_what_a_person_has_released_is_not_caught_again() -> None:
    webhook = request({"Email": "a@example.com", "url": "x"})
    webhook.released = True
    assert one(POT, webhook).makes_record
