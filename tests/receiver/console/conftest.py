"""Someone of each role, and webhooks as the process has left them."""

import pytest
from flask import Flask

from models.users.roles import Role
from receiver import create_app
from tests.receiver.console.people import Person, make_users, signed_in


@pytest.fixture
def app(sqlite_database: str) -> Flask:
    make_users()
    return create_app()


@pytest.fixture
def looker(app: Flask) -> Person:
    return signed_in(app, Role.LOOK)


@pytest.fixture
def operator(app: Flask) -> Person:
    return signed_in(app, Role.OPERATE)


@pytest.fixture
def configurer(app: Flask) -> Person:
    return signed_in(app, Role.CONFIGURE)
