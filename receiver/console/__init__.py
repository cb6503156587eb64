"""Pages for people, under /console. Until there is sign-in, for this machine alone."""

import ipaddress
import re
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from sqlmodel import Session, col, select

from models.database import reading
from models.webhook import Webhook, WebhookParseError, WebhookRecord

NEWEST = 100
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
FORWARDING_HEADERS = ("forwarded", "x-forwarded-", "x-real-ip", "via")
"""What their names begin with."""

Row = tuple[Webhook, list[WebhookRecord], list[WebhookParseError]]

blueprint = Blueprint(
    "console",
    __name__,
    url_prefix="/console",
    template_folder="templates",
    static_folder="static",
)


@blueprint.before_request
def refuse_others() -> None:
    """Refuse whoever does not sit at this machine.

    A proxy on this machine forwards others' requests, and a page in this machine's browser can
    name any host that resolves to it: both are told by their headers.
    """
    here = ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104
    named_here = re.sub(r":\d+$", "", request.host) in LOOPBACK_NAMES
    forwarded = any(name.lower().startswith(FORWARDING_HEADERS) for name, _ in request.headers)
    if not here or not named_here or forwarded:
        abort(403, "The console answers on this machine alone: open it at http://127.0.0.1.")


@blueprint.get("/webhooks")
def webhooks() -> str:
    """Show the newest webhooks, with what became of each."""
    with reading() as session:
        return render_template("webhooks.html", rows=_newest(session), newest=NEWEST)


@blueprint.get("/webhooks/<uuid:webhook_id>")
def webhook(webhook_id: UUID) -> str:
    """Show one webhook: where the links in notifications lead."""
    with reading() as session:
        found = session.get(Webhook, webhook_id)
        if found is None:
            abort(404, "There is no such webhook. It was deleted, or the address is wrong.")
        rows = _with_what_became_of_them(session, [found])
        return render_template("webhooks.html", rows=rows, newest=1)


def _newest(session: Session) -> list[Row]:
    return _with_what_became_of_them(
        session,
        session.exec(
            select(Webhook)
            .order_by(col(Webhook.received_at).desc(), col(Webhook.id).desc())
            .limit(NEWEST)
        ).all(),
    )


def _with_what_became_of_them(session: Session, webhooks: Sequence[Webhook]) -> list[Row]:
    """Read records and errors of webhooks: two queries, however many."""
    ids = [webhook.id for webhook in webhooks]
    records: dict[object, list[WebhookRecord]] = {}
    for record in session.exec(
        select(WebhookRecord)
        .where(col(WebhookRecord.webhook_id).in_(ids))
        .order_by(col(WebhookRecord.position))
    ):
        records.setdefault(record.webhook_id, []).append(record)
    errors: dict[object, list[WebhookParseError]] = {}
    for error in session.exec(
        select(WebhookParseError).where(col(WebhookParseError.webhook_id).in_(ids))
    ):
        errors.setdefault(error.webhook_id, []).append(error)
    return [(each, records.get(each.id, []), errors.get(each.id, [])) for each in webhooks]
