"""GET /healthz: whether a webhook that came now would be stored in the database."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlmodel import select

from models.database import DatabaseAwayError, DatabaseRefusedError, reading
from models.webhook import WebhookStatus

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer 200 where the database answers with our tables, and 503 where it does not."""
    try:
        with reading() as session:
            session.exec(select(WebhookStatus.name).limit(1)).first()
    except DatabaseAwayError as error:
        return jsonify(status="database away", error=str(error)), 503
    except DatabaseRefusedError as error:  # its tables are not there yet, or no longer
        return jsonify(status="database not ready", error=str(error)), 503
    return jsonify(status="ok")
