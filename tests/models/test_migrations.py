"""The schema's way up: what the models say, once, whoever starts first."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel, select

from models import migrations
from models.database import engine, reading, transaction
from models.entities import entities
from models.lookups import Country
from models.settings import ROOT
from models.webhook import Status, WebhookEntity, WebhookStatus

DAY = 24 * 60 * 60


@pytest.mark.usefixtures("database")
def test_the_migrated_schema_is_the_one_that_the_models_say() -> None:
    entities()
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.usefixtures("database")
def test_an_upgrade_of_what_is_up_to_date_changes_nothing() -> None:
    with transaction() as session:
        session.delete(session.exec(select(Country).where(Country.alpha_2 == "FR")).one())
    migrations.upgrade()
    with reading() as session:
        assert session.exec(select(Country).where(Country.alpha_2 == "FR")).first() is None
        assert len(session.exec(select(WebhookStatus)).all()) == 5


@pytest.mark.usefixtures("database")
def test_the_periods_are_the_descriptions() -> None:
    with reading() as session:
        periods = {each.name: each.period_seconds for each in session.exec(select(WebhookStatus))}
    assert periods == {
        Status.NEW: 90 * DAY,
        Status.PROCESSING: 60 * 60,
        Status.DONE: 30 * DAY,
        Status.FAILED: 90 * DAY,
        Status.QUARANTINED: 90 * DAY,
    }


@pytest.mark.usefixtures("database")
def test_every_entity_may_be_created_at_first() -> None:
    with reading() as session:
        assert set(session.exec(select(WebhookEntity.name))) == set(entities())


def _start_upgrade(url: str, home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "from models.migrations import upgrade; upgrade()"],
        cwd=ROOT,
        env={"HOOKLINE_DATABASE_URL": url, "HOOKLINE_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def _upgraded_by_two_at_once(url: str, home: Path) -> None:
    both = [_start_upgrade(url, home), _start_upgrade(url, home)]
    said = [process.communicate(timeout=180)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    made = create_engine(url)
    with made.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM webhook_status")).scalar_one() == 5
        assert inspect(connection).has_table("form_submit")
    made.dispose()


@pytest.mark.database
def test_two_processes_bring_an_empty_sqlite_up_at_once(tmp_path: Path) -> None:
    _upgraded_by_two_at_once(f"sqlite:///{tmp_path / 'new' / 'hookline.db'}", tmp_path)


def test_two_processes_bring_an_empty_postgresql_up_at_once(
    postgres_url: str, tmp_path: Path
) -> None:
    name = f"test_{uuid4().hex}"
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(postgres_url).set(database=name).render_as_string(False)
        _upgraded_by_two_at_once(url, tmp_path)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
