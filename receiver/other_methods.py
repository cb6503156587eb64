"""A webhook URL asked by another method than POST: for senders whose source allows it, else 405."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from models.admitting.senders import Senders
from receiver import answering
from receiver.admitting import admission_of
from receiver.intake import door_of, take

FORM = "application/x-www-form-urlencoded"
OTHERS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]

blueprint = Blueprint("other_methods", __name__)
blueprint.after_request(answering.allow_origin)


@blueprint.route("/webhooks/<api_key>", methods=OTHERS, provide_automatic_options=False)
def receive_otherwise(api_key: str) -> ResponseReturnValue:
    """Store a GET, echo a challenge, answer a browser's preflight, or say what is allowed."""
    door = door_of(api_key)
    senders = admission_of(door).senders
    answering.remember(senders)
    if request.method == "OPTIONS" and senders.allows(request.origin):
        return answering.preflight()
    if request.method == "GET":
        query = answering.fields_of_query() if senders.challenge else {}
        if senders.challenge and senders.challenge in query:
            return Response(query[senders.challenge], mimetype="text/plain")
        if senders.get:
            # The query of a GET is what the body of a POST is: a form's fields, in the same form.
            return take(api_key, door, request.query_string, FORM)
    raise MethodNotAllowed(valid_methods=_allowed(senders))


def _allowed(senders: Senders) -> list[str]:
    get = ["GET"] if senders.get or senders.challenge else []
    return [*get, *(["OPTIONS"] if senders.origins else []), "POST"]
