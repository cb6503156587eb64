"""The list of webhooks, and running all of a filter again."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, select

from models.database import transaction
from models.entities import entities
from models.identity import utc_now
from models.looking.choosing import STATUSES
from models.looking.life import SUBJECT
from models.looking.webhooks import all_pages, page
from models.processing.correcting import retry_all
from models.reading.parse_error import Kind
from models.source import WebhookSource
from models.users import auditing
from models.users.roles import Role
from receiver.console import filters
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking

COUNT_SECONDS = 5
RETRY_SECONDS = 20


@blueprint.get("/webhooks")
@needs(Role.LOOK)
def webhooks() -> str:
    """Show the newest webhooks that meet a filter, a page at a time."""
    chosen = filters.chosen()
    with looking() as session:
        return render_template(
            "webhooks.html",
            page=page(session, chosen, filters.cursor()),
            said=filters.asked(),
            begun="before" in request.args,
            statuses=STATUSES,
            sources=_sources(session),
            entities=sorted(entities()),
            kinds=list(Kind),
        )


def _sources(session: Session) -> Sequence[str]:
    return session.exec(select(WebhookSource.name).order_by(WebhookSource.name)).all()


@blueprint.get("/webhooks/retry")
@needs(Role.OPERATE)
def count_for_retry() -> str:
    """Count what a filter means before it is run again."""
    chosen, count, with_record, complete = filters.chosen(), 0, 0, False
    for found in all_pages(looking, chosen, COUNT_SECONDS):
        count += len(found.rows)
        with_record += sum(bool(row.records) for row in found.rows)
        complete = found.last
    return render_template(
        "retry-all.html",
        said=filters.asked(),
        count=count,
        with_record=with_record,
        complete=complete,
    )


@blueprint.post("/webhooks/retry")
@needs(Role.OPERATE)
def retry_filter() -> ResponseReturnValue:
    """Put all that a filter means back to New, in transactions of some thousand."""
    chosen, update, done, complete = filters.chosen(), "update" in request.form, 0, False
    for found in all_pages(looking, chosen, RETRY_SECONDS):
        with transaction() as session:
            now, ids = utc_now(), [row.id for row in found.rows]
            count = retry_all(session, ids, now, update=update)
            if count:
                told = f"{count} webhooks: {filters.in_words(filters.asked())}"
                auditing.note(session, g.user.name, "retry all", SUBJECT, now, detail=told)
        done += count
        complete = found.last
    flash(f"{done} webhooks are New again; the next run takes them.")
    if not complete:
        flash("There are more than fit into one go: do it once more for the rest.")
    said: dict[str, Any] = dict(filters.asked())
    return redirect(url_for("console.webhooks", **said))
