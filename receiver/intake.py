"""POST /webhooks/<api_key>: store the request as it came, commit, answer 200."""

import json
import logging
from collections.abc import Collection
from typing import Any, NoReturn

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, ServiceUnavailable, Unauthorized

from models.admitting.repeats import with_event
from models.database import DatabaseAwayError, DatabaseRefusedError
from models.identity import new_id, utc_now
from models.receiving.spool import SpoolFullError
from models.settings import settings
from receiver import answering, metrics, rates, refusals
from receiver.admitting import admission_of, admitted
from receiver.keys import Door

RETRY_AFTER_SECONDS = 30
READ_BYTES = 64 * 1024

blueprint = Blueprint("intake", __name__)
blueprint.after_request(answering.allow_origin)
log = logging.getLogger(__name__)


@blueprint.post("/webhooks/<api_key>", provide_automatic_options=False)
def receive(api_key: str) -> ResponseReturnValue:
    """Store one webhook and answer with its id, once it is on disk."""
    body = _read_body()
    return take(api_key, door_of(api_key), body, request.headers.get("Content-Type"))


def door_of(api_key: str) -> Door:
    """Return what a key opens.

    Raises:
        Unauthorized: nothing.
        ServiceUnavailable: it is not known here, and the database cannot be asked.
    """
    try:
        door: Door | None = current_app.extensions["keys"].door(api_key)
    except (DatabaseAwayError, DatabaseRefusedError) as error:
        _ask_to_come_back(error)
    if door is None:
        refusals.count("", "key")
        raise Unauthorized(
            "This webhook URL is not known. Ask for a new one: it is made with "
            "`hookline source add NAME`."
        )
    return door


def take(api_key: str, door: Door, body: bytes, content_type: str | None) -> ResponseReturnValue:
    """Store what was sent to a source, unless it is refused or was sent before, and answer."""
    rates.refuse_too_many(door.source, door.requests_per_second)
    senders = admission_of(door).senders
    answering.remember(senders)
    event = admitted(door, body, content_type)
    webhook = _webhook(api_key, door, body, content_type)
    try:
        stored_as = current_app.extensions["writer"].store(with_event(webhook, event))
    except (DatabaseAwayError, DatabaseRefusedError, SpoolFullError) as error:
        _ask_to_come_back(error)
    if stored_as == webhook["id"]:
        metrics.count_received(door.source)
    else:
        refusals.count(door.source, "repeat")
    return answering.answer(senders, stored_as, body, content_type)


def _read_body() -> bytes:
    """Read the body to its end, whether its length was announced or not.

    The server ends the input where the body ends, and also where the connection broke off: only
    an announced length tells the two apart.

    Raises:
        RequestEntityTooLarge: more octets were announced, or came, than the limit allows.
        BadRequest: fewer came than were announced.
    """
    limit, announced = settings().max_body_bytes, request.content_length
    body = bytearray()
    if announced is None or announced <= limit:
        while len(body) <= limit and (some := request.environ["wsgi.input"].read(READ_BYTES)):
            body += some
    if len(body) > limit or (announced is not None and announced > limit):
        raise RequestEntityTooLarge(f"The body is larger than the {limit} bytes that are allowed.")
    if announced is not None and len(body) < announced:
        raise BadRequest(f"The body broke off after {len(body)} of {announced} bytes.")
    return bytes(body)


def _webhook(api_key: str, door: Door, body: bytes, content_type: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "received_at": utc_now(),
        "request_body": body,
        "query_parameters": _without(api_key, request.query_string.decode("latin-1")),
        "headers": _without(api_key, json.dumps(_headers(admission_of(door).secret_headers))),
        "content_type": content_type,
        "webhook_source": door.source,
        "source_url": _without(api_key, request.headers.get("Origin") or request.referrer or "")
        or None,
        "api_key": door.key_id,
    }


def _headers(secret: Collection[str]) -> list[tuple[str, str]]:
    """Return the headers, with a secret that a source sends as it is blotted out."""
    return [(name, "***" if name.lower() in secret else value) for name, value in request.headers]


def _without(api_key: str, text: str) -> str:
    """Blot out the key, which a Referer or a proxy's own header may repeat."""
    return text.replace(api_key, "***")


def _ask_to_come_back(error: Exception) -> NoReturn:
    """Have the sender keep the webhook, where neither the database nor the spool takes it."""
    log.error("could not store a webhook: %s: %s", type(error).__name__, error)
    raise ServiceUnavailable(
        "The webhook was not stored. Send it again.",
        retry_after=RETRY_AFTER_SECONDS,
    ) from None
