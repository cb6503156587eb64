"""A source as a file describes it: its plain columns beside its definition."""

from datetime import timedelta
from typing import Annotated, Any

import pycountry
from pydantic import AfterValidator, BeforeValidator, Field

from models.admitting.schemes import Text
from models.configuring.definition import Definition
from models.durations import LONGEST, parse_duration
from models.entities import entities, find_entity
from models.matching.profiles import PROFILES
from models.source import WebhookSource


def _name(name: str) -> str:
    if not (0 < len(name) <= 100 and name == name.strip() and name.isprintable()):
        raise ValueError("a name has 1 to 100 characters, and no spaces around them.")
    return name


def _entity(name: str) -> str:
    if found := find_entity(name):
        return found.code()
    raise ValueError(f"there is no such entity. Write one of {', '.join(sorted(entities()))}.")


def _profile(name: str) -> str:
    if name not in PROFILES:
        raise ValueError(f"there is no such profile. Write one of {', '.join(sorted(PROFILES))}.")
    return name


def _region(code: str) -> str:
    if not pycountry.countries.get(alpha_2=code.upper()):
        raise ValueError("it is no region. Write the two letters of ISO 3166, such as US or DE.")
    return code.upper()


def _period(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


class Entry(Definition):
    """All that a file may say of a source."""

    name: Annotated[str, AfterValidator(_name)]
    on: bool = True
    entity: Annotated[str, AfterValidator(_entity)] | None = None
    day_first: bool = False
    decimal_comma: bool = False
    contact_profile: Annotated[Text, AfterValidator(_profile)] | None = None
    region: Annotated[str, AfterValidator(_region)] | None = None
    contact_search: bool = True
    tell_when_silent: (
        Annotated[timedelta, BeforeValidator(_period), Field(ge=timedelta(seconds=1), le=LONGEST)]
        | None
    ) = None
    requests_per_second: Annotated[float, Field(gt=0, le=1_000_000)] | None = None

    def columns(self) -> dict[str, Any]:
        """Return what the columns of a source hold, by their names in a file."""
        silent = self.tell_when_silent
        return {
            "on": self.on,
            "entity": self.entity,
            "day_first": self.day_first,
            "decimal_comma": self.decimal_comma,
            "contact_profile": self.contact_profile,
            "region": self.region,
            "contact_search": self.contact_search,
            "tell_when_silent": int(silent.total_seconds()) if silent else None,
            "requests_per_second": self.requests_per_second,
        }


COLUMNS = {
    "on": "active",
    "entity": "default_entity",
    "contact_search": "searches_contacts",
    "tell_when_silent": "silent_after_seconds",
}
"""How a file names columns that have another name in the table."""

SECTIONS = tuple(name for name in Definition.model_fields if name != "preset")
"""What stands in the definition of a source, rather than in a column."""


def columns_of(source: WebhookSource) -> dict[str, Any]:
    """Return what the columns of a source hold, by their names in a file."""
    names = [name for name in Entry.model_fields if name not in (*SECTIONS, "preset", "name")]
    return {name: getattr(source, COLUMNS.get(name, name)) for name in names}
