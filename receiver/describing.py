"""POST /get_entities/<api_key> and /get_entity_description/<api_key>/<entity>, for builders."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from models.database import reading
from models.extending.for_senders import entities_for_senders, entity_for_senders
from receiver.admitting import admission_of, refuse_where_off
from receiver.intake import door_of

blueprint = Blueprint("describing", __name__)


@blueprint.post("/get_entities/<api_key>")
def get_entities(api_key: str) -> ResponseReturnValue:
    """List the entities that webhooks may create."""
    _refuse_where_not_asked_for(api_key)
    with reading() as session:
        return jsonify(entities_for_senders(session))


@blueprint.post("/get_entity_description/<api_key>/<entity>")
def get_entity_description(api_key: str, entity: str) -> ResponseReturnValue:
    """Describe an entity and its columns."""
    _refuse_where_not_asked_for(api_key)
    with reading() as session:
        described = entity_for_senders(session, entity)
    if described is None:
        raise NotFound("Webhooks may not create such an entity. /get_entities lists all.")
    return jsonify(described)


def _refuse_where_not_asked_for(api_key: str) -> None:
    door = door_of(api_key)
    refuse_where_off(door)
    if not admission_of(door).senders.describes_entities:
        raise Forbidden(
            "This source does not describe entities: say senders.describes_entities = true for it."
        )
