"""However a batch is cut, real SQLite comes to the same contacts: tried with made-up batches."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from models.database import transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from tests.models.searching import rows, search, submit

forms = st.fixed_dictionaries(
    {
        "full_name": st.sampled_from([None, "Ada Lovelace", "LOVELACE, ada", "Grace Hopper"]),
        "email": st.sampled_from([None, "ada@example.com", "ADA@example.com", "grace@example.com"]),
        "phone": st.sampled_from([None, "+1 617 555 0100", "001 617 555 0100", "no phone"]),
    }
)


def contacts_of(batches: list[list[dict[str, Any]]]) -> tuple[list[int | None], list[Any]]:
    """Search batch by batch, and return each form's contact by its number, and all contacts."""
    with transaction() as session:
        session.execute(delete(FormSubmit))
        session.execute(delete(Contact))
    ids = [submit(*batch) for batch in batches]
    decisions = [each for some in ids for each in search(some)]
    contacts = sorted(rows(Contact), key=lambda contact: (contact.created_at, contact.id))
    number: dict[UUID | None, int] = {each.id: at for at, each in enumerate(contacts)}
    columns = [(each.name, each.email, each.mobile_phone) for each in contacts]
    return [number.get(each.contact_id) for each in decisions], columns


@pytest.mark.usefixtures("sqlite_database")
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(forms, min_size=2, max_size=8), st.integers(1, 7))
def test_the_contacts_do_not_depend_on_how_the_batch_is_cut(
    batch: list[dict[str, Any]], cut: int
) -> None:
    assert contacts_of([batch]) == contacts_of([batch[:cut], batch[cut:]])
