"""What was cast can be stored and is read back equal, on both databases."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.order import Order
from models.entity import Entity
from models.reading.casting import Notation, cast
from models.reading.parse_error import ParseError
from models.reading.types import EXPECTED
from tests.models.test_casting import JSON
from tests.models.webhooks import form, process, store

pytestmark = pytest.mark.usefixtures("database")


STORED_IN: dict[type, tuple[type[Entity], str]] = {
    str: (FormSubmit, "Notes"),
    int: (Contact, "Age"),
    bool: (Contact, "IsEmailConfirmed"),
    date: (FormSubmit, "BirthDate"),
    datetime: (Order, "Date"),
    Decimal: (Order, "Amount"),
}
"""A column of each type; lookups are tried by themselves, times and floats have no column yet."""

EDGES: dict[type, list[Any]] = {
    str: ["Zoë 🙂", " two\r\nlines ", "\ufffe\x01'\"%s:x", "x" * 100_000],
    int: ["2147483647", "-2147483648", "0"],
    bool: ["on", "off"],
    date: ["0001-01-01", "9999-12-31", "29.02.2028"],
    datetime: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-11-24T10:00:00+14:00"],
    Decimal: ["99999999999.9999", "-99999999999.9999", "0.0001", "-0", "12345678901.2345", "1e10"],
}


@pytest.mark.parametrize("python_type", STORED_IN)
def test_what_was_cast_is_read_back_equal(python_type: type) -> None:
    assert set(EXPECTED) - set(STORED_IN) == {time, float, UUID}
    entity, code = STORED_IN[python_type]
    column = entity.column_for(code)
    assert column
    for sent in EDGES[python_type]:
        store(form(entity.code(), **{code: sent}))
        (outcome,) = process()
        with reading() as session:
            kept = getattr(session.get_one(entity, outcome.record_id), column.name)
        assert kept == cast(sent, column, entity.code(), Notation())


@hypothesis_settings(max_examples=25)
@given(value=JSON)
def test_whatever_can_be_cast_to_text_is_read_back_equal(value: Any) -> None:
    column = FormSubmit.column_for("Notes")
    assert column
    try:
        made = cast(value, column, "FormSubmit", Notation())
    except ParseError:
        return
    with transaction() as session:
        record = FormSubmit(notes=made)
        session.add(record)
    with reading() as session:
        assert session.get_one(FormSubmit, record.id).notes == made
