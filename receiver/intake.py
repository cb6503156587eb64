"""POST /webhooks/<api_key>: store the request as it came, commit, answer 200."""

import json
import logging
from typing import Any, NoReturn
from uuid import UUID

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, ServiceUnavailable, Unauthorized

from models.database import DatabaseAwayError, DatabaseRefusedError
from models.identity import new_id, utc_now
from models.receiving.spool import SpoolFullError
from models.settings import settings
from receiver import metrics, refusals

RETRY_AFTER_SECONDS = 30
READ_BYTES = 64 * 1024

blueprint = Blueprint("intake", __name__)
log = logging.getLogger(__name__)


@blueprint.post("/webhooks/<api_key>", provide_automatic_options=False)
def receive(api_key: str) -> ResponseReturnValue:
    """Store one webhook and answer with its id, once it is on disk."""
    body = _read_body()
    try:
        door = current_app.extensions["keys"].door(api_key)
        if door is None:
            refusals.count("", "key")
            raise Unauthorized(
                "This webhook URL is not known. Ask for a new one: it is made with "
                "`hookline source add NAME`."
            )
        webhook = _webhook(api_key, body, *door)
        current_app.extensions["writer"].store(webhook)
    except (DatabaseAwayError, DatabaseRefusedError, SpoolFullError) as error:
        _ask_to_come_back(error)
    metrics.received.labels(webhook["webhook_source"]).inc()
    log.info("stored webhook %s of source %s", webhook["id"], webhook["webhook_source"])
    return jsonify(id=str(webhook["id"]))


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


def _webhook(api_key: str, body: bytes, key_id: UUID, source: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "received_at": utc_now(),
        "request_body": body,
        "query_parameters": _without(api_key, request.query_string.decode("latin-1")),
        "headers": _without(api_key, json.dumps(list(request.headers.items()))),
        "content_type": request.headers.get("Content-Type"),
        "webhook_source": source,
        "source_url": _without(api_key, request.headers.get("Origin") or request.referrer or "")
        or None,
        "api_key": key_id,
    }


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
