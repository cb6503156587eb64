"""Searching contacts takes the same time among a million as among ten thousand, on PostgreSQL."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from models.database import engine, reading, transaction
from models.entities.form_submit import FormSubmit
from models.identity import new_id, utc_now
from models.matching.clues import keys_of
from models.matching.indexing import clues_for, index_contacts, profiles_in_use
from models.matching.profiles import DEFAULT
from models.matching.search import search_and_create_contacts
from models.settings import settings
from tests.conftest import on_server
from tests.models.searching import statements

pytestmark = pytest.mark.prove

FEW, MANY, BATCH, ROUNDS = 10_000, 1_000_000, 500, 9
AT_ONCE = 50_000


@dataclass(frozen=True)
class Numbered:
    """The person of a number: every second of them has a phone."""

    number: int

    @property
    def columns(self) -> dict[str, str]:
        phone = f"+1617{self.number % 10_000_000:07d}"
        return {
            "full_name": f"Person {self.number}",
            "email": f"person{self.number}@example.com",
            **({"phone": phone} if self.number % 2 else {}),
        }


def add_contacts(count: int) -> None:
    """Add numbered people with their options and clues, by COPY."""
    with transaction() as session:
        built_for = clues_for(profiles_in_use(session))
        connection: Any = session.connection().connection.dbapi_connection
        now = utc_now()
        for first in range(0, count, AT_ONCE):
            people = [
                (new_id(), Numbered(number).columns)
                for number in range(first, min(count, first + AT_ONCE))
            ]
            _copy(
                connection,
                "contact (id, created_at, name, email, mobile_phone, clues_for)",
                (
                    (id_, now, of["full_name"], of["email"], of.get("phone"), built_for)
                    for id_, of in people
                ),
            )
            _copy(
                connection,
                "contact_communication (id, contact_id, kind, value, is_valid, created_at)",
                (
                    (new_id(), id_, kind, of[column], True, now)
                    for id_, of in people
                    for kind, column in (("Email", "email"), ("Phone", "phone"))
                    if column in of
                ),
            )
            _copy(connection, "contact_clue (key, contact_id)", _clues(people))


def _clues(people: list[tuple[UUID, dict[str, str]]]) -> Iterator[tuple[UUID, UUID]]:
    for id_, of in people:
        phones = [of["phone"]] if "phone" in of else []
        for key in keys_of(DEFAULT, [of["email"]], phones, [of["full_name"].lower()]):
            yield key, id_


def _copy(connection: Any, into: str, rows: Any) -> None:
    with connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def analyse() -> None:
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def submitted(contacts: int) -> list[UUID]:
    """Submit forms of people who are there; some write a new phone, some are new altogether."""
    records = []
    for at, number in enumerate(Random(contacts).sample(range(contacts), BATCH)):
        of = Numbered(number).columns
        if at % 3 == 0:
            of["mobile_phone"] = f"+1212{number:07d}"
        if at % 5 == 0:
            of = {"full_name": f"New {number}", "email": f"new{number}@example.org"}
        records.append(FormSubmit(**of))  # type: ignore[arg-type]
    with transaction() as session:
        session.add_all(records)
    return [record.id for record in records]


class _Undo(Exception):
    """Ends a search without a trace, so that each round finds the same."""


def seconds_of_search(ids: list[UUID]) -> float:
    with suppress(_Undo), transaction() as session:
        started = perf_counter()
        assert index_contacts(session, 1000, utc_now()) == 0
        assert len(search_and_create_contacts(session, FormSubmit, ids, utc_now())) == BATCH
        raise _Undo
    return perf_counter() - started


@pytest.fixture
def use(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make two databases, `few` and `many`, and have the settings name the one that is used."""
    names = {size: f"{size}_{new_id().hex}" for size in ("few", "many")}
    for name in names.values():
        on_server(postgres_url, f"CREATE DATABASE {name} TEMPLATE template_hookline")

    def use(size: str) -> None:
        url = make_url(postgres_url).set(database=names[size])
        monkeypatch.setenv("HOOKLINE_DATABASE_URL", url.render_as_string(False))
        settings.cache_clear()

    yield use
    for size, name in names.items():
        use(size)
        engine().dispose()
        on_server(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_batch_takes_as_long_among_a_million_contacts_as_among_ten_thousand(
    use: Callable[[str], None],
) -> None:
    batches = {}
    for size, contacts in (("few", FEW), ("many", MANY)):
        use(size)
        started = perf_counter()
        add_contacts(contacts)
        batches[size] = submitted(contacts)
        analyse()
        print(f"{contacts:,} contacts made in {perf_counter() - started:.0f} s")
    seconds: dict[str, list[float]] = {"few": [], "many": []}
    for _ in range(ROUNDS):
        for size, ids in batches.items():
            use(size)
            seconds[size].append(seconds_of_search(ids))
    ratio = median(seconds["many"]) / median(seconds["few"])
    for size, each in seconds.items():
        print(size, ", ".join(f"{one * 1e6 / BATCH:.0f}" for one in each), "µs a form")
    print(f"ratio of the medians {ratio:.2f}")
    use("many")
    assert_indexes_answer(batches["many"])
    assert ratio < 1.5


def assert_indexes_answer(ids: list[UUID]) -> None:
    with statements() as noted:
        seconds_of_search(ids)
    reads = [each for each in noted if "FROM contact" in each[0]]
    assert len(reads) == 4  # contacts without clues, keys, contacts found, their options
    with reading() as session:
        for statement, parameters in reads:
            explained = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
            plan = "\n".join(explained.scalars())
            print(re.sub(r"'[^']*'(::\w+)?(, ?)?|\$\d+(::\w+)?(, )?", "", plan))
            assert "Index" in plan
            assert "Seq Scan on contact" not in plan
