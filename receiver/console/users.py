"""The users of the console, the audit log, and one's own password."""

from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session, col, select

from models.database import transaction
from models.identity import utc_now
from models.looking.cursor import Cursor
from models.users import accounts, auditing
from models.users.passwords import PasswordError, is_right, new_password
from models.users.roles import IN_WORDS, Role
from models.users.tables import ConsoleAudit, ConsoleUser
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking
from receiver.console.gate import begin_session

PAGE = 100
SUBJECT = "console_user"


@blueprint.get("/users")
@needs(Role.CONFIGURE)
def users() -> str:
    """Show all users, and the form for one more."""
    return _users()


@blueprint.post("/users")
@needs(Role.CONFIGURE)
def user_add() -> ResponseReturnValue:
    """Add a user, and show the password, this once."""
    name, password = request.form.get("name", ""), new_password()

    def _add(session: Session) -> tuple[ConsoleUser, str]:
        added = accounts.add_user(session, name, _role(), password)
        return added, added.role

    return _change("add user", _add, password)


@blueprint.post("/users/<name>/role")
@needs(Role.CONFIGURE)
def user_role(name: str) -> ResponseReturnValue:
    """Give a user another role."""

    def _set(session: Session) -> tuple[ConsoleUser, str]:
        changed = accounts.set_role(session, name, _role())
        return changed, changed.role

    return _change("change role", _set)


@blueprint.post("/users/<name>/password")
@needs(Role.CONFIGURE)
def user_password(name: str) -> ResponseReturnValue:
    """Give a user a new password, and show it, this once."""
    password = new_password()
    return _change(
        "new password",
        lambda session: (accounts.set_password(session, name, password, utc_now()), ""),
        password,
    )


@blueprint.post("/users/<name>/remove")
@needs(Role.CONFIGURE)
def user_remove(name: str) -> ResponseReturnValue:
    """Remove a user."""
    return _change("remove user", lambda session: (accounts.remove_user(session, name), ""))


@blueprint.route("/password", methods=["GET", "POST"])
@needs(Role.LOOK)
def password() -> ResponseReturnValue:
    """Change one's own password."""
    if request.method == "GET":
        return render_template("password.html")
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        if not is_right(old, g.user.password_hash):
            raise PasswordError("The present password is not right. Nothing was changed.")
        if new != request.form.get("again"):
            raise PasswordError("The new password was not the same twice. Nothing was changed.")
        with transaction() as session:
            changed = accounts.set_password(session, g.user.name, new, utc_now())
            _note(session, "new password", changed, "")
    except PasswordError as error:
        flash(str(error))
        return render_template("password.html"), 409
    begin_session(changed)
    flash("Your password is changed. Your other sessions have ended.")
    return redirect(url_for("console.overview"))


@blueprint.get("/audit")
@needs(Role.CONFIGURE)
def audit() -> str:
    """Show who did what, newest first."""
    behind = Cursor.read(request.args.get("before"))
    wanted = select(ConsoleAudit).order_by(col(ConsoleAudit.id).desc()).limit(PAGE + 1)
    if behind:
        wanted = wanted.where(col(ConsoleAudit.id) < behind.id)
    with looking() as session:
        rows = session.exec(wanted).all()
    more = Cursor(rows[PAGE - 1].done_at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    return render_template("audit.html", rows=rows[:PAGE], next=more)


def _change(
    action: str, change: Callable[[Session], tuple[ConsoleUser, str]], password: str = ""
) -> ResponseReturnValue:
    """Change a user and note it; a new password is shown on the page that answers."""
    try:
        with transaction() as session:
            user, role = change(session)
            _note(session, action, user, role)
    except (accounts.UserError, PasswordError) as error:
        flash(str(error))
        return _users(), 409
    if password:
        return _users(user.name, password)
    flash(f"Done: {action}, {user.name}.")
    return redirect(url_for("console.users"))


def _users(name: str = "", password: str = "") -> str:
    with looking() as session:
        found = accounts.users(session)
    return render_template(
        "users.html", users=found, roles=IN_WORDS, new_name=name, new_password=password
    )


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise accounts.UserError("Choose a role.") from None


def _note(session: Session, action: str, user: ConsoleUser, role: str) -> None:
    detail = f"{user.name}, {role}" if role else user.name
    auditing.note(session, g.user.name, action, SUBJECT, utc_now(), user.id, detail)
