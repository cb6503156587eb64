"""Who gets in, who is locked out, and when a session ends."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from models.database import reading, transaction
from models.identity import utc_now
from models.settings import settings
from models.users.accounts import find_user, set_password, set_role
from models.users.roles import Role
from models.users.signing_in import MOST_FAILURES
from receiver import create_app
from receiver.console import gate
from tests.receiver.console.made import audit
from tests.receiver.console.people import PASSWORD, Person, signed_in

WRONG = "The name or the password is wrong."


@pytest.mark.usefixtures("sqlite_database")
@pytest.mark.parametrize("path", ["/", "/sign-in", "/webhooks"])
def test_without_a_user_there_is_no_console_and_it_says_how_to_make_one(path: str) -> None:
    answer = Person(create_app()).get(path)
    assert answer.status_code == 403
    assert "hookline user add NAME --role configure" in answer.text


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(app: Flask) -> None:
    person = Person(app)
    asked = person.get("/webhooks?status=Failed")
    assert asked.status_code == 302
    page = person.client.get(asked.location)
    assert "Password" in page.text
    answer = person.client.post(
        asked.location, data={"csrf_token": person.token(), "name": "Look ", "password": PASSWORD}
    )
    assert answer.location == "/console/webhooks?status=Failed"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/console/", "/webhooks/", "javascript:alert(1)"],
)
def test_signing_in_leads_to_no_other_site(app: Flask, wanted: str) -> None:
    person = Person(app)
    form = {"csrf_token": person.token(), "name": "look", "password": PASSWORD}
    answer = person.client.post("/console/sign-in", query_string={"next": wanted}, data=form)
    assert answer.location == "/console/"


@pytest.mark.parametrize(("name", "password"), [("look", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_told_the_same(
    app: Flask, name: str, password: str
) -> None:
    answer = Person(app).sign_in(name, password)
    assert answer.status_code == 401
    assert WRONG in answer.text


def test_a_name_is_locked_after_failures_and_open_again_in_time(app: Flask) -> None:
    person = Person(app)
    for _ in range(MOST_FAILURES):
        person.sign_in("look", "wrong")
    assert person.sign_in("look").status_code == 401
    assert [each.action for each in audit()] == ["locked"]
    with transaction() as session:
        user = find_user(session, "look")
        assert user and user.locked_until and user.locked_until > utc_now()
        user.locked_until = utc_now()
    assert person.sign_in("look").status_code == 302


def test_the_password_is_kept_as_a_hash_and_the_secret_for_its_owner(looker: Person) -> None:
    with reading() as session:
        user = find_user(session, "look")
    assert user and user.password_hash.startswith("scrypt:") and PASSWORD not in user.password_hash
    file: Path = settings().home / "console.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_receivers_share_their_sessions(looker: Person) -> None:
    cookie = looker.client.get_cookie("hookline_console", path="/console")
    other = Person(create_app())
    assert cookie
    other.client.set_cookie("hookline_console", cookie.value, path="/console")
    assert other.get("/webhooks").status_code == 200


def test_the_cookie_is_the_consoles_alone(app: Flask) -> None:
    told = Person(app).get("/sign-in").headers["Set-Cookie"]
    assert [
        part for part in ("HttpOnly", "Path=/console", "SameSite=Lax") if part not in told
    ] == []
    assert "Set-Cookie" not in app.test_client().post("/webhooks/no-key").headers


def test_the_cookie_is_secure_where_people_come_by_https(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOKLINE_PUBLIC_URL", "https://hooks.example.com")
    settings.cache_clear()
    assert "Secure" in Person(create_app()).get("/sign-in").headers["Set-Cookie"]


def test_signing_out_ends_a_session_whose_cookie_was_copied(app: Flask, looker: Person) -> None:
    cookie = looker.client.get_cookie("hookline_console", path="/console")
    assert cookie and looker.post("/sign-out").status_code == 302
    looker.client.set_cookie("hookline_console", cookie.value, path="/console")
    assert looker.get("/webhooks").status_code == 302


def test_a_new_password_and_a_removed_user_end_sessions(app: Flask, looker: Person) -> None:
    with transaction() as session:
        set_password(session, "look", "another long one", utc_now())
    assert looker.get("/webhooks").status_code == 302


def test_a_role_counts_from_the_next_click(operator: Person) -> None:
    assert operator.get("/webhooks/retry").status_code == 200
    with transaction() as session:
        set_role(session, "operate", Role.LOOK)
    assert operator.get("/webhooks/retry").status_code == 403


def test_an_idle_session_ends(app: Flask) -> None:
    person = signed_in(app, Role.LOOK)
    assert person.get("/webhooks").status_code == 200
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    assert person.get("/webhooks").status_code == 302


def test_no_session_is_longer_than_a_working_day(
    looker: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LONGEST_SESSION", timedelta(0))
    assert looker.get("/webhooks").status_code == 302


def test_people_change_their_own_password(app: Flask, looker: Person) -> None:
    wrong = looker.post("/password", old="wrong", new="another long one", again="another long one")
    assert wrong.status_code == 409
    twice = looker.post("/password", old=PASSWORD, new="another long one", again="another")
    assert twice.status_code == 409
    short = looker.post("/password", old=PASSWORD, new="short", again="short")
    assert "12 to 200 characters" in short.text
    right = looker.post("/password", old=PASSWORD, new="another long one", again="another long one")
    assert right.status_code == 302
    assert looker.get("/webhooks").status_code == 200
    assert Person(app).sign_in("look", "another long one").status_code == 302


def test_who_types_a_password_in_the_clear_is_warned(app: Flask) -> None:
    assert "not encrypted" in Person(app).get("/sign-in", base_url="http://hooks.example.com").text
    assert "not encrypted" not in Person(app).get("/sign-in").text
