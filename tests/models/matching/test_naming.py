"""The parts of a name, where a form asks for the whole, and the whole of its parts."""

import pytest

from models.matching.naming import LONGEST_NAME, LONGEST_PART, name_fields
from models.matching.options import SearchOptions

NAMES = [
    # written                                 full name, first, middle, last name of the contact
    (("Ada Lovelace", None, None, None), ("Ada Lovelace", "Ada", None, "Lovelace")),
    (("Lovelace, Ada", None, None, None), ("Lovelace, Ada", "Ada", None, "Lovelace")),
    (("Ada King Lovelace", None, None, None), ("Ada King Lovelace", "Ada", "King", "Lovelace")),
    (("Ludwig van Beethoven", None, None, None), (..., "Ludwig", None, "van Beethoven")),
    (("Juan de la Vega", None, None, None), (..., "Juan", None, "de la Vega")),
    (("Dr. Martin King Jr.", None, None, None), (..., "Martin", None, "King Jr.")),
    (("Plato", None, None, None), ("Plato", "Plato", None, None)),
    ((None, "Ada", None, "Lovelace"), ("Ada Lovelace", "Ada", None, "Lovelace")),
    ((None, "Ada", "King", "Lovelace"), ("Ada King Lovelace", "Ada", "King", "Lovelace")),
    ((None, None, None, "Lovelace"), ("Lovelace", None, None, "Lovelace")),
    (("Ada Byron", "Ada", None, "Lovelace"), ("Ada Byron", "Ada", None, "Lovelace")),
    ((None, None, None, None), (None, None, None, None)),
]


@pytest.mark.parametrize(("written", "expected"), NAMES)
def test_a_contact_is_named(written: tuple[str | None, ...], expected: tuple[object, ...]) -> None:
    full_name, given, middle, surname = written
    fields = name_fields(SearchOptions(full_name, given, middle, surname))
    if expected[0] is ...:  # the full name stays as it was written
        expected = (full_name, *expected[1:])
    assert tuple(fields.values()) == expected


def test_a_name_too_long_for_its_column_is_cut() -> None:
    fields = name_fields(SearchOptions(given_name="a" * 300, surname="b" * 300))
    assert len(fields["name"] or "") == LONGEST_NAME
    assert len(fields["surname"] or "") == LONGEST_PART
