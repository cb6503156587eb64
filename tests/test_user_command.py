"""`hookline user …`: who may sign in."""

import pytest
from click.testing import CliRunner, Result

from flows.commands.user import add_first_user, user
from models.database import transaction
from models.identity import utc_now
from models.users.accounts import UserError, find_user
from models.users.passwords import PasswordError
from models.users.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("sqlite_database")


def say(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(user, arguments, input=typed)


def opens(name: str, password: str) -> bool:
    with transaction() as session:
        return sign_in(session, name, password, utc_now()) is not None


def test_a_user_is_added_and_the_printed_password_opens() -> None:
    name, _, password = say("add", "Ada", "--role", "operate").output.strip().partition(": ")
    assert opens(name, password)
    assert "operate    last sign-in 20" in say("list").output


def test_a_password_can_be_typed_and_is_not_printed() -> None:
    answer = say("add", "ada", "--ask", typed="a long enough one\na long enough one\n")
    assert "a long enough one" not in answer.output
    assert opens("ada", "a long enough one")


def test_a_new_password_ends_the_old_one() -> None:
    old = say("add", "ada").output.strip().partition(": ")[2]
    new = say("password", "ada").output.strip().partition(": ")[2]
    assert (opens("ada", old), opens("ada", new)) == (False, True)


def test_a_role_is_changed_and_a_user_removed() -> None:
    say("add", "ada", "--role", "configure")
    say("add", "lee")
    assert "sees bodies and people" in say("role", "lee", "operate").output
    assert "lee is removed" in say("remove", "lee").output
    with transaction() as session:
        assert find_user(session, "lee") is None


@pytest.mark.parametrize(
    ("arguments", "typed", "error"),
    [
        (("add", "Ada"), "", UserError),
        (("add", "a b"), "", UserError),
        (("add", "lee", "--ask"), "short\nshort\n", PasswordError),
        (("remove", "ada"), "", UserError),
        (("role", "ada", "look"), "", UserError),
        (("password", "nobody"), "", UserError),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: tuple[str, ...], typed: str, error: type[Exception]
) -> None:
    say("add", "ada", "--role", "configure")
    assert isinstance(say(*arguments, typed=typed).exception, error)


def test_the_first_user_is_made_once_and_may_everything() -> None:
    made = add_first_user()
    assert made and opens(*made)
    assert add_first_user() is None
    assert "configure" in say("list").output
