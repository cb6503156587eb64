"""Webhook sources: on or off, how what they send is read, what they are refused for, their keys."""

from datetime import timedelta
from typing import Any, cast

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import select

from models.admitting.counting import refusals_of
from models.configuring.showing import shown
from models.database import transaction
from models.durations import DurationError, in_words, parse_duration
from models.identity import utc_now
from models.matching.profiles import PROFILES
from models.settings import settings
from models.source import (
    SourceError,
    Ways,
    WebhookSource,
    add_source,
    find_source,
    replace_keys,
    set_active,
    set_silent_after,
    set_ways,
)
from models.users import auditing
from models.users.roles import Role
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking

FLAGS = ("day_first", "decimal_comma", "searches_contacts")
SUBJECT = "webhook_source"
A_DAY = timedelta(days=1)
REASONS = {
    "address": "from an address that is not on its list",
    "configuration": "since its definition is wrong, or a secret is missing",
    "off": "while it was off",
    "rate": "faster than it may send",
    "repeat": "sent again: answered as before, and stored once",
    "signature": "with no good signature",
}
"""For what requests are answered without being stored."""


@blueprint.get("/sources")
@needs(Role.LOOK)
def sources() -> str:
    """Show all sources."""
    with looking() as session:
        found = session.exec(select(WebhookSource).order_by(WebhookSource.name)).all()
    return render_template("sources.html", sources=found, in_words=in_words, timedelta=timedelta)


@blueprint.get("/sources/<path:name>")
@needs(Role.CONFIGURE)
def source(name: str) -> str:
    """Show one source, to be changed."""
    with looking() as session:
        found = find_source(session, name)
        refused = refusals_of(session, name, utc_now() - A_DAY)
    if found is None:
        abort(404, f"There is no source “{name}”.")
    silent = found.silent_after_seconds
    return render_template(
        "source.html",
        source=found,
        profiles=sorted(PROFILES),
        silent_after=f"{silent}s" if silent else "",
        definition=shown(found),
        refused=[(REASONS.get(reason, reason), count) for reason, count in refused.items()],
    )


@blueprint.post("/sources")
@needs(Role.CONFIGURE)
def source_add() -> ResponseReturnValue:
    """Make a source, and show its webhook URL, this once."""
    name = request.form.get("name", "").strip()
    try:
        with transaction() as session:
            api_key = add_source(session, name)
            auditing.note(session, g.user.name, "add", SUBJECT, utc_now(), detail=name)
    except SourceError as error:
        flash(str(error))
        return redirect(url_for("console.sources"))
    return _key_page(name, api_key)


@blueprint.post("/sources/<path:name>/key")
@needs(Role.CONFIGURE)
def source_key(name: str) -> ResponseReturnValue:
    """Give a source a new key, end its earlier ones, and show the new URL, this once."""
    try:
        with transaction() as session:
            api_key = replace_keys(session, name)
            auditing.note(session, g.user.name, "new key", SUBJECT, utc_now(), detail=name)
    except SourceError as error:
        abort(404, str(error))
    return _key_page(name, api_key)


@blueprint.post("/sources/<path:name>/active")
@needs(Role.CONFIGURE)
def source_active(name: str) -> ResponseReturnValue:
    """Switch a source on or off."""
    active = request.form.get("active") == "on"
    try:
        with transaction() as session:
            set_active(session, name, active)
            action = "switch on" if active else "switch off"
            auditing.note(session, g.user.name, action, SUBJECT, utc_now(), detail=name)
    except SourceError as error:
        abort(404, str(error))
    flash(
        "It is on: its webhooks are taken." if active else "It is off: senders are asked to wait."
    )
    return redirect(url_for("console.source", name=name))


@blueprint.post("/sources/<path:name>")
@needs(Role.CONFIGURE)
def source_save(name: str) -> ResponseReturnValue:
    """Change how what a source sends is read."""
    ways: dict[str, Any] = {flag: flag in request.form for flag in FLAGS}
    ways["region"] = request.form.get("region", "").strip().upper() or None
    ways["contact_profile"] = request.form.get("contact_profile") or None
    silent = request.form.get("silent_after", "").strip()
    try:
        if ways["contact_profile"] not in (None, *PROFILES):
            raise SourceError("There is no such contact profile.")
        with transaction() as session:
            set_ways(session, name, **cast(Ways, ways))
            set_silent_after(session, name, parse_duration(silent) if silent else None)
            told = ", ".join(f"{way} {value}" for way, value in ways.items())
            auditing.note(
                session, g.user.name, "change", SUBJECT, utc_now(), detail=f"{name}: {told}"
            )
    except (SourceError, DurationError) as error:
        flash(str(error))
    else:
        flash("Saved. A change takes effect with the next batch.")
    return redirect(url_for("console.source", name=name))


def _key_page(name: str, api_key: str) -> str:
    url = f"{settings().resolved_public_url()}/webhooks/{api_key}"
    return render_template("key.html", name=name, url=url)
