"""One of many, on both databases, against the condition that everyone knows."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from models.database import reading
from models.identity import new_id
from models.lookups import Country
from models.setwise.among import among


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
