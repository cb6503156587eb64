"""GET /healthz: whether a webhook that came now would be taken.

That is what a load balancer needs to know: a receiver whose database is away takes webhooks into
its spool, and is to be left in use.
"""

import shutil
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlmodel import select

from models.database import DatabaseAwayError, DatabaseRefusedError, bounded_engine, reading
from models.receiving.spool import segments, size_of
from models.settings import settings
from models.webhook import WebhookStatus

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer 200 where webhooks are taken, into the database or the spool, and 503 where not."""
    spool = _spool()
    try:
        with reading(bounded_engine(settings().store_timeout_seconds)) as session:
            session.exec(select(WebhookStatus.name).limit(1)).first()
    except DatabaseAwayError as error:
        return _without_database(str(error), spool)
    except DatabaseRefusedError as error:  # its tables are not there yet, or no longer
        return jsonify(status="database not ready", error=str(error), spool=spool), 503
    return jsonify(status="ok", spool=spool)


def _without_database(error: str, spool: dict[str, Any]) -> ResponseReturnValue:
    if not current_app.extensions["keys"].knows_any():
        return jsonify(status="database away", error=error, spool=spool), 503
    if spool["free_bytes"] < settings().max_body_bytes:
        return jsonify(status="spool full", error=error, spool=spool), 503
    return jsonify(status="spooling", error=error, spool=spool)


def _spool() -> dict[str, Any]:
    """Return how full the spool is, and how much it still takes."""
    folder = settings().resolved_spool_path()
    held, there = size_of(folder), folder
    while not there.exists():
        there = there.parent
    free = min(settings().spool_max_bytes - held, shutil.disk_usage(there).free)
    return {"segments": len(segments(folder)), "bytes": held, "free_bytes": max(0, free)}
