"""What a sender hears once its webhook is on disk: 200 and its id, or what its source asks for."""

from urllib.parse import parse_qsl
from uuid import UUID

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from models.admitting.senders import Senders
from models.reading.parse_error import ParseError
from models.reading.parsing import MOST_PARTS, parse

PREFLIGHT_SECONDS = 3600
"""How long a browser may remember that a page may post."""


def answer(
    senders: Senders, stored_as: UUID, body: bytes, content_type: str | None
) -> ResponseReturnValue:
    """Answer with the id of the webhook, or send a form's visitor on."""
    if senders.redirect_hosts and request.accept_mimetypes.best != "application/json":
        values = _values(body, content_type) if senders.redirect_field else {}
        if target := senders.redirect(values):
            return redirect(target, 303)
    # As jsonify would, without asking what it may have to write.
    return Response(f'{{"id":"{stored_as}"}}\n', mimetype="application/json")


def remember(senders: Senders) -> None:
    """Remember, for whatever is answered, which pages may read it."""
    g.senders = senders


def allow_origin(response: Response) -> Response:
    """Let a page of an origin that the source names read the answer."""
    senders: Senders | None = g.get("senders")
    if senders and senders.origins:
        response.vary.add("Origin")
        if senders.allows(request.origin):
            response.access_control_allow_origin = request.origin
    return response


def preflight() -> Response:
    """Answer a browser that asks, before it posts, whether a page may."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.access_control_allow_headers = request.access_control_request_headers
    response.access_control_max_age = PREFLIGHT_SECONDS
    return response


def fields_of_query() -> dict[str, str]:
    """Return the fields of the query, of those of one name the last.

    Flask's own way to them fails where the query holds octets that are no UTF-8.
    """
    try:
        text = request.query_string.decode("latin-1")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARTS))
    except ValueError:  # more of them than any sender has
        return {}


def _values(body: bytes, content_type: str | None) -> dict[str, object]:
    """Return the fields of a form, those of the body before those of the query."""
    query: dict[str, object] = dict(fields_of_query())
    try:
        return query | parse(content_type, body)
    except ParseError:
        return query
