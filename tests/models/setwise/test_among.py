"""One of many, on both databases, against the condition that everyone knows."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, not_, or_, select

from models.database import reading
from models.identity import new_id
from models.lookups import Country
from models.setwise.among import among
from models.webhook import WebhookRecord


@pytest.mark.usefixtures("database")
def test_the_rows_are_those_that_a_list_of_parameters_finds() -> None:
    with reading() as session:
        ids: list[UUID] = sorted(session.exec(select(Country.id)))[:20]
        wanted = [*ids, new_id()]
        found = session.exec(select(Country.id).where(among(Country.id, wanted))).all()
        assert sorted(found) == ids
        codes = session.exec(select(Country.name).where(among(Country.alpha_2, ["FR", "O'"]))).all()
        assert codes == list(session.exec(select(Country.name).where(col(Country.alpha_2) == "FR")))


@pytest.mark.usefixtures("database")
def test_among_none_is_no_row() -> None:
    with reading() as session:
        assert session.exec(select(Country.id).where(among(Country.id, []))).all() == []


@pytest.mark.usefixtures("database")
def test_the_statement_is_the_same_for_one_value_and_for_many() -> None:
    with reading() as session:
        dialect = session.get_bind().dialect
        one, many = (
            str(
                select(Country.id).where(among(Country.id, [new_id()] * n)).compile(dialect=dialect)
            )
            for n in (1, 500)
        )
        assert one == many


@pytest.mark.usefixtures("database")
def test_it_goes_with_and_or_and_not() -> None:
    with reading() as session:
        every = set(session.exec(select(Country.id)))
        first, *_, last = sorted(every)
        others = session.exec(select(Country.id).where(not_(among(Country.id, [first, last]))))
        assert set(others) == every - {first, last}
        either = or_(among(Country.id, [first]), among(Country.id, [last]))
        both = (among(Country.id, [first]), among(Country.id, [last]))
        assert set(session.exec(select(Country.id).where(either))) == {first, last}
        assert session.exec(select(Country.id).where(*both)).all() == []


@pytest.mark.usefixtures("sqlite_database")
def test_sqlite_looks_at_an_index_and_not_at_each_row() -> None:
    wanted = select(WebhookRecord).where(among(WebhookRecord.webhook_id, [new_id()]))
    with reading() as session:
        compiled = wanted.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all()
    (on_table,) = (step.detail for step in plan if "webhook_record" in step.detail)
    assert on_table.startswith("SEARCH webhook_record USING INDEX")
    assert on_table.endswith("(webhook_id=?)")
