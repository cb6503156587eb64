"""Whatever stands in the address of a list, on either database: a page, never an error of ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.users.roles import Role
from receiver import create_app
from receiver.console.filters import NAMES
from tests.receiver.console.made import arrive, run
from tests.receiver.console.people import Person, make_users, signed_in

ODD = ("\x00", "%", "_", "\\\\", "'", "\ufffe", "0001-01-01T00:00-23:59", "9999-12-31T23:59+00:00")
values = st.sampled_from(ODD) | st.text(max_size=40)


@pytest.fixture
def anyone(database: str) -> Person:
    make_users()
    arrive(EntityName="FormSubmit", Email="ada@example.com")
    run()
    return signed_in(create_app(), Role.OPERATE)


@settings(max_examples=60)
@given(said=st.dictionaries(st.sampled_from((*NAMES, "before")), values, max_size=4))
def test_any_filter_is_answered_by_a_page(anyone: Person, said: dict[str, str]) -> None:
    asked = {name: value.encode("utf-8", "replace").decode() for name, value in said.items()}
    for path in ("/webhooks", "/records/FormSubmit", "/contacts"):
        answer = anyone.get(path, query_string=asked)
        assert answer.status_code in (200, 400), answer.text
