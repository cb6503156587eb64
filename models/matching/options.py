"""Search options: which columns of an entity say who the person is, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class PersonColumns:
    """Which columns of an entity name its person: the one line that an entity says about it."""

    full_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    surname: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    country: str | None = None
    """Where phone numbers without a country code are from: a name, a code, or a country's id."""
    fills: Mapping[str, str] = field(default_factory=dict)
    """Further columns of the contact that may be filled where empty, and from which column."""


@dataclass(frozen=True)
class SearchOptions:
    """What was written about a person, as it was written."""

    full_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    surname: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    country: str | UUID | None = None
    fills: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name_from_parts(self) -> str:
        """Put first, middle and last name together, as the description does."""
        parts = (self.given_name, self.middle_name, self.surname)
        return " ".join(part for part in parts if part)


def options_from(columns: PersonColumns, values: Mapping[str, Any]) -> SearchOptions:
    """Read the search options of a record off the columns that its entity names."""

    def value(column: str | None) -> Any:
        return values.get(column) if column else None

    return SearchOptions(
        full_name=value(columns.full_name),
        given_name=value(columns.given_name),
        middle_name=value(columns.middle_name),
        surname=value(columns.surname),
        emails=tuple(filter(None, map(value, columns.emails))),
        phones=tuple(filter(None, map(value, columns.phones))),
        country=value(columns.country),
        fills={
            contact_column: value(column)
            for contact_column, column in columns.fills.items()
            if value(column) is not None
        },
    )
