"""Users of the console for tests, and clients that are signed in as them."""

import re
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.database import reading, transaction
from models.identity import utc_now
from models.users.accounts import find_user
from models.users.passwords import hash_of
from models.users.roles import Role
from models.users.tables import ConsoleUser

PASSWORD = "a long enough one"


class Person:
    """Someone at a browser without JavaScript, who sends a page's token along with its forms."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/console{path}", **more)

    def post(self, path: str, token: str | None = None, **form: Any) -> TestResponse:
        data = {"csrf_token": self.token() if token is None else token, **form}
        return self.client.post(f"/console{path}", data=data)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/password").text)
        found = found or re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in").text)
        assert found, "no page has a token"
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", name=name, password=password)


@cache
def _hash() -> str:
    return hash_of(PASSWORD)


def make_users() -> None:
    """Make a user of each role, called like the role."""
    with transaction() as session:
        session.add_all(ConsoleUser(name=role, role=role, password_hash=_hash()) for role in Role)


def signed_in(app: Flask, role: Role) -> Person:
    """Return someone who has signed in with a role, without the time that a password takes."""
    person = Person(app)
    with reading() as database:
        user = find_user(database, role)
    assert user
    with person.client.session_transaction("/console/") as session:
        session.permanent = True
        session["user"], session["since"] = str(user.id), utc_now().timestamp()
    return person
