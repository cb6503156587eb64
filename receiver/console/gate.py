"""The gate before every page: who is there, whether they may, and whether they meant it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import abort, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from models.database import reading
from models.identity import utc_now
from models.users.accounts import some_user
from models.users.roles import Role
from models.users.signing_in import user_of
from models.users.tables import ConsoleUser
from receiver.console.blueprint import PUBLIC, blueprint, role_for

LONGEST_SESSION = timedelta(hours=12)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

NOBODY_YET = (
    "There is no user yet, and without one there is no console. Whoever runs Hookline makes one "
    "with `hookline user add NAME --role configure`, which prints the password."
)


@blueprint.before_request
def let_in() -> ResponseReturnValue | None:
    """Let in who is signed in and may; send others to the sign-in page, or say why not."""
    _refuse_unreadable()
    if request.endpoint in PUBLIC:
        _refuse_forged()
        return None
    g.user = _user_of_session()
    if g.user is None:
        return _to_sign_in()
    role = role_for(request.endpoint or "")
    if role is None or not Role(g.user.role).may(role):
        abort(403, f"This needs the role “{role or 'nobody'}”; yours is “{g.user.role}”.")
    _refuse_forged()
    return None


def begin_session(user: ConsoleUser) -> None:
    """Begin a session of a user who has just shown a password."""
    session.clear()
    session.permanent = True
    session["user"], session["since"] = str(user.id), utc_now().timestamp()


def refuse_without_users() -> None:
    """Say how a user is made, where there is none."""
    with reading() as database:
        if not some_user(database):
            abort(403, NOBODY_YET)


def may(role: str) -> bool:
    """Say whether the user of this request may do what a role is needed for."""
    user = g.get("user")
    return user is not None and Role(user.role).may(Role(role))


def sees_data() -> bool:
    """Say whether the user of this request sees bodies and people's data."""
    return may(Role.OPERATE)


def _refuse_unreadable() -> None:
    """Refuse what no link and no form of the console can have made."""
    try:
        values = (*request.values.values(), request.path)
    except UnicodeDecodeError:
        abort(400, "What follows the question mark in this address is no UTF-8.")
    if any("\x00" in value for value in values):
        abort(400, "There is a NUL in this, which no name, filter or value can have.")


def _user_of_session() -> ConsoleUser | None:
    if "user" not in session:
        return None
    since = datetime.fromtimestamp(session["since"], UTC)
    if utc_now() - since > LONGEST_SESSION:
        return None
    with reading() as database:
        return user_of(database, UUID(session["user"]), since)


def _to_sign_in() -> ResponseReturnValue:
    """Ask for the password, and come back afterwards; what was sent meanwhile is not done."""
    refuse_without_users()
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.method not in SAFE_METHODS:
        flash("You were signed out in the meantime. Nothing was changed: do it again.")
    return redirect(url_for("console.sign_in", next=wanted))


def _refuse_forged() -> None:
    """Refuse what another site's page may have sent in a user's name."""
    if request.method in SAFE_METHODS:
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        abort(
            400,
            "This form did not come from a page of yours, or its session has ended. Nothing was "
            "changed. Go back, load the page again, and send it once more.",
        )
