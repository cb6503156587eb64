"""The way in and the way out."""

from urllib.parse import urlsplit

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from models.database import transaction
from models.identity import utc_now
from models.settings import settings
from models.users import auditing, signing_in
from models.users.passwords import PasswordError
from models.users.roles import Role
from receiver.console.blueprint import blueprint, needs
from receiver.console.gate import begin_session, refuse_without_users

HERE = {"127.0.0.1", "localhost", "::1"}


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, and begin a session."""
    refuse_without_users()
    if request.method == "GET":
        return _page()
    try:
        with transaction() as database:
            user = signing_in.sign_in(
                database, request.form.get("name", ""), request.form.get("password", ""), utc_now()
            )
            if user:
                auditing.note(database, user.name, "sign in", "console_user", utc_now(), user.id)
    except PasswordError as error:
        return _page(str(error)), 503
    if user is None:
        return _page(signing_in.REFUSAL), 401
    begin_session(user)
    return redirect(_ours(request.args.get("next")))


@blueprint.post("/sign-out")
@needs(Role.LOOK)
def sign_out() -> ResponseReturnValue:
    """End this user's sessions, here and elsewhere."""
    with transaction() as database:
        signing_in.sign_out(database, g.user.id, utc_now())
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("console.sign_in"))


def _page(refusal: str = "") -> str:
    https = request.is_secure or settings().public_url.startswith("https://")
    at_risk = not https and (urlsplit(request.host_url).hostname or "") not in HERE
    return render_template("sign-in.html", refusal=refusal, at_risk=at_risk)


def _ours(wanted: str | None) -> str:
    """Return where to go: only to a page of the console, never to another site."""
    parts = urlsplit(wanted or "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/console/"):
        return url_for("console.overview")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
