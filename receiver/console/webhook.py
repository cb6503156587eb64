"""One webhook: its life, its body, its parameters; run again, corrected, deleted."""

from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from models.database import transaction
from models.identity import utc_now
from models.looking.fields import fields_of
from models.looking.life import SUBJECT, Life, life_of
from models.processing import correcting
from models.users import auditing
from models.users.roles import Role
from receiver.console.blueprint import blueprint, needs
from receiver.console.bodies import as_text, headers_shown, pretty, query_shown, written_back
from receiver.console.bounds import looking
from receiver.console.gate import sees_data

GONE = "There is no such webhook. It was deleted, or the address is wrong."


@blueprint.get("/webhooks/<uuid:webhook_id>")
@needs(Role.LOOK)
def webhook(webhook_id: UUID) -> str:
    """Show one webhook: where the links in notifications lead."""
    with looking() as session:
        life = life_of(session, webhook_id)
        if life is None:
            abort(404, GONE)
        if not sees_data():
            return render_template("webhook.html", life=life, webhook=life.webhook)
        return render_template(
            "webhook.html",
            life=life,
            webhook=life.webhook,
            fields=fields_of(session, life.webhook, life.errors),
            body=pretty(life.webhook),
            headers=headers_shown(life.webhook),
            query=query_shown(life.webhook),
        )


@blueprint.post("/webhooks/<uuid:webhook_id>/retry")
@needs(Role.OPERATE)
def retry(webhook_id: UUID) -> ResponseReturnValue:
    """Put a webhook back to New."""
    with transaction() as session:
        done = correcting.retry(session, [webhook_id], utc_now(), update="update" in request.form)
        if done.new:
            _note(session, "retry", webhook_id)
    words = {
        "It is New again; the next run takes it.": done.new,
        "It has made its record and is left alone. Tick the box to set the record anew.": done.kept,
        "A run has it in hand. Try again in a moment.": done.busy,
        GONE: done.missing,
    }
    flash(next(said for said, ids in words.items() if ids))
    return redirect(url_for("console.webhook", webhook_id=webhook_id))


@blueprint.post("/webhooks/<uuid:webhook_id>/release")
@needs(Role.OPERATE)
def release(webhook_id: UUID) -> ResponseReturnValue:
    """Say that a Quarantined webhook is no spam, and put it back to New."""
    with transaction() as session:
        done = correcting.release(session, [webhook_id], utc_now())
        if done.new:
            _note(session, "release", webhook_id)
    if done.missing:
        abort(404, GONE)
    flash(
        "It is no spam, and New again; the next run takes it."
        if done.new
        else "It is not Quarantined any more, and is left as it is."
    )
    return redirect(url_for("console.webhook", webhook_id=webhook_id))


@blueprint.get("/webhooks/<uuid:webhook_id>/edit")
@needs(Role.OPERATE)
def edit(webhook_id: UUID) -> str:
    """Show the body of a webhook to be corrected."""
    life = _life(webhook_id)
    return render_template("edit.html", webhook=life.webhook, text=as_text(life.webhook), life=life)


@blueprint.post("/webhooks/<uuid:webhook_id>/edit")
@needs(Role.OPERATE)
def correct(webhook_id: UUID) -> ResponseReturnValue:
    """Give a webhook another body and put it back to New; the original is kept."""
    life = _life(webhook_id)
    text, update = request.form.get("body", ""), "update" in request.form
    try:
        body = written_back(life.webhook, text)
        with transaction() as session:
            correcting.correct_body(session, webhook_id, body, utc_now(), update=update)
            _note(session, "edit and retry", webhook_id)
    except (correcting.WebhookError, UnicodeEncodeError) as error:
        flash(str(error))
        return render_template("edit.html", webhook=life.webhook, text=text, life=life), 409
    flash("The body is corrected, and the webhook is New again. What came first is kept.")
    return redirect(url_for("console.webhook", webhook_id=webhook_id))


@blueprint.get("/webhooks/<uuid:webhook_id>/delete")
@needs(Role.OPERATE)
def ask_before_delete(webhook_id: UUID) -> str:
    """Ask before a webhook is deleted."""
    return render_template("delete.html", life=_life(webhook_id))


@blueprint.post("/webhooks/<uuid:webhook_id>/delete")
@needs(Role.OPERATE)
def delete(webhook_id: UUID) -> ResponseReturnValue:
    """Delete a webhook with its errors; its record stays."""
    try:
        with transaction() as session:
            deleted = correcting.delete(session, webhook_id)
            _note(session, "delete", webhook_id, f"{deleted.status}, {deleted.webhook_source}")
    except correcting.WebhookError as error:
        abort(409, str(error))
    flash("The webhook is deleted. What it made stays.")
    return redirect(url_for("console.webhooks"))


def _life(webhook_id: UUID) -> Life:
    with looking() as session:
        life = life_of(session, webhook_id)
    if life is None:
        abort(404, GONE)
    return life


def _note(session: Session, action: str, webhook_id: UUID, detail: str = "") -> None:
    auditing.note(session, g.user.name, action, SUBJECT, utc_now(), webhook_id, detail)
