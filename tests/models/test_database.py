"""Transactions on both databases, and which errors may pass."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from models.database import (
    DatabaseAwayError,
    DatabaseRefusedError,
    engine,
    reading,
    transaction,
)
from models.entities.contact import Contact
from models.entities.order import Order
from models.settings import settings

EMAIL = "grace@example.org"


def names() -> list[str | None]:
    with reading() as session:
        return list(session.exec(select(Contact.name)))


@pytest.mark.usefixtures("database")
class TestTransaction:
    def test_it_commits_at_its_end(self) -> None:
        with transaction() as session:
            session.add(Contact(name="Ada"))
        assert names() == ["Ada"]

    def test_it_leaves_nothing_behind_where_its_block_fails(self) -> None:
        with pytest.raises(RuntimeError), transaction() as session:
            session.add(Contact(name="Ada"))
            session.flush()
            raise RuntimeError
        assert names() == []

    def test_what_was_read_can_be_used_after_it(self) -> None:
        with transaction() as session:
            contact = Contact(name="Ada")
            session.add(contact)
        assert contact.name == "Ada"

    def test_a_broken_rule_is_refused_for_good_without_a_word_of_the_row(self) -> None:
        with transaction() as session:
            session.execute(text("CREATE UNIQUE INDEX uq_contact_email ON contact (email)"))
        with pytest.raises(DatabaseRefusedError) as caught, transaction() as session:
            session.add_all([Contact(email=EMAIL), Contact(email=EMAIL)])
        assert EMAIL not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__

    def test_a_table_that_is_not_there_is_refused_for_good(self) -> None:
        with pytest.raises(DatabaseRefusedError), transaction() as session:
            session.execute(text("SELECT 1 FROM nowhere"))

    def test_an_error_of_the_program_passes_as_it_is(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction():
            _ = 1 / 0


class TestSqlite:
    def test_it_is_safe_against_a_loss_of_power(self, sqlite_database: str) -> None:
        with reading() as session:
            assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert session.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
            assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1

    def test_reading_goes_on_while_another_writes(self, sqlite_database: str) -> None:
        with transaction() as session:
            session.add(Contact(name="Ada"))
            session.flush()
            assert names() == []

    def test_another_writer_who_takes_too_long_is_an_error_that_may_pass(
        self, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOOKLINE_DATABASE_TIMEOUT_SECONDS", "0.1")
        settings.cache_clear()
        other = sqlite3.connect(sqlite_database.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseAwayError, match="SQLITE_BUSY"), transaction() as session:
            session.execute(text("SELECT 1"))
        other.close()
        engine().dispose()

    def test_the_folder_of_a_new_database_is_made(self, tmp_path: Path) -> None:
        with transaction() as session:
            session.execute(text("SELECT 1"))
        assert (tmp_path / "home" / "hookline.db").exists()
        engine().dispose()


class TestPostgresql:
    def test_a_server_that_is_away_is_an_error_that_may_pass(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = "postgresql+psycopg://crm:secret@127.0.0.1:1/hookline"
        monkeypatch.setenv("HOOKLINE_DATABASE_URL", url)
        settings.cache_clear()
        with pytest.raises(DatabaseAwayError) as caught, transaction() as session:
            session.execute(text("SELECT 1"))
        assert "secret" not in str(caught.value)

    def test_a_connection_that_is_cut_is_an_error_that_may_pass(
        self, postgres_database: str
    ) -> None:
        with pytest.raises(DatabaseAwayError), transaction() as session:
            own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with transaction() as another:
                another.execute(text(f"SELECT pg_terminate_backend({own})"))
            session.add(Contact(name="Ada"))
        assert names() == []

    def test_a_lock_that_is_not_had_in_time_is_an_error_that_may_pass(
        self, postgres_database: str
    ) -> None:
        with pytest.raises(DatabaseAwayError), transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with transaction() as other:
                other.execute(text("LOCK TABLE contact"))
                session.execute(text("LOCK TABLE contact"))

    @pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
    def test_moments_are_utc_wherever_the_server_thinks_it_is(
        self, postgres_database: str, zone: str
    ) -> None:
        with transaction() as session:
            name = session.execute(text("SELECT current_database()")).scalar_one()
            session.execute(text(f"ALTER DATABASE {name} SET timezone = '{zone}'"))
        engine().dispose()
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        with transaction() as session:
            session.add_all([Order(date=first), Order(date=last)])
        with reading() as session:
            assert set(session.exec(select(Order.date))) == {first, last}
