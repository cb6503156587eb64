"""`hookline user …`: who may sign in to the console, and what they may there."""

import click
from sqlmodel import Session

from models.database import reading, transaction
from models.identity import utc_now
from models.users import accounts, auditing
from models.users.passwords import new_password
from models.users.roles import IN_WORDS, Role
from models.users.tables import ConsoleUser

THE_COMMAND = "(command line)"
"""Who it was, in the audit log."""

role_option = click.Choice([role.value for role in Role])
ask_option = click.option(
    "--ask", is_flag=True, help="Type the password, rather than have one made and printed once."
)


@click.group()
def user() -> None:
    """Users of the console: who may sign in, and what they may there."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=role_option, default=Role.LOOK.value, show_default=True)
@ask_option
def user_add(name: str, role: str, ask: bool) -> None:
    """Add a user, and print the password, this once.

    The roles: look sees counts, statuses and ids; operate sees bodies and people, too, and runs
    webhooks again; configure changes lookups, sources and users, too.
    """
    password = _password(ask)
    with transaction() as session:
        added = accounts.add_user(session, name, Role(role), password)
        _note(session, "add user", added, role)
    _tell(added.name, password, ask)


@user.command("password")
@click.argument("name")
@ask_option
def user_password(name: str, ask: bool) -> None:
    """Give a user a new password; it ends their sessions, and a lock."""
    password = _password(ask)
    with transaction() as session:
        changed = accounts.set_password(session, name, password, utc_now())
        _note(session, "new password", changed)
    _tell(changed.name, password, ask)


@user.command("role")
@click.argument("name")
@click.argument("role", type=role_option)
def user_role(name: str, role: str) -> None:
    """Give a user another role, from their next click on."""
    with transaction() as session:
        changed = accounts.set_role(session, name, Role(role))
        _note(session, "change role", changed, role)
    click.echo(f"{changed.name} {IN_WORDS[Role(role)]}.")


@user.command("remove")
@click.argument("name")
def user_remove(name: str) -> None:
    """Remove a user; what they did stays in the audit log."""
    with transaction() as session:
        removed = accounts.remove_user(session, name)
        _note(session, "remove user", removed)
    click.echo(f"{removed.name} is removed.")


@user.command("list")
def user_list() -> None:
    """List the users, their roles, and when they signed in last."""
    with reading() as session:
        for each in accounts.users(session):
            seen = each.last_sign_in_at
            last = f"{seen:%Y-%m-%d %H:%M} UTC" if seen else "never"
            click.echo(f"{each.name:30}  {each.role:9}  last sign-in {last}")


def add_first_user() -> tuple[str, str] | None:
    """Add a first user who may everything, where there is none; return name and password."""
    with transaction() as session:
        if accounts.some_user(session):
            return None
        password = new_password()
        added = accounts.add_user(session, "admin", Role.CONFIGURE, password)
        _note(session, "add user", added, Role.CONFIGURE)
    return added.name, password


def _password(ask: bool) -> str:
    if not ask:
        return new_password()
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _note(session: Session, action: str, whom: ConsoleUser, role: str = "") -> None:
    detail = f"{whom.name}, {role}" if role else whom.name
    auditing.note(session, THE_COMMAND, action, "console_user", utc_now(), whom.id, detail)


def _tell(name: str, password: str, asked: bool) -> None:
    click.echo(f"{name} can sign in now." if asked else f"{name}: {password}")
