"""What can be chosen in the form of the flow backfill, and what is refused in which words."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from models.entities import entities, entities_of_people

MOST_IDS = 10_000
"""Ids in one form: Prefect takes parameters of at most 512 KB."""

MOST_AT_ONCE = 100_000


class Stage(StrEnum):
    """Which part of the process runs again."""

    ALL = "all"
    CONTACT_SEARCH = "contact search"
    SITE_EVENTS = "site events"


class MadeBefore(StrEnum):
    """What becomes of a record that a webhook made before."""

    SKIP = "skip"
    UPDATE = "update"


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _known(code: str) -> str:
    if code not in entities():
        raise ValueError(
            f'There is no entity "{code}". There are: {", ".join(sorted(entities()))}.'
        )
    return code


def _of_people(code: str) -> str:
    if code not in entities_of_people():
        known = ", ".join(sorted(entities_of_people()))
        raise ValueError(f'"{code}" is no entity whose records are tied to people: {known}.')
    return code


def _named(name: str) -> str:
    if not (stripped := name.strip()):
        raise ValueError("A source needs a name. Remove the empty line.")
    return stripped


def refuse_backwards(word: str, start: datetime | None, end: datetime | None) -> None:
    """Raise ValueError where a period ends before it starts."""
    if start and end and start >= end:
        raise ValueError(
            f"“{word} until” must be later than “{word} from”: the two dates are the wrong way "
            "round, or the same."
        )


def _one_of(codes: Iterable[str]) -> Any:
    choices: list[Any] = sorted(codes)
    return Field(json_schema_extra={"enum": choices})


Moment = Annotated[datetime, AfterValidator(_in_utc)]
SourceName = Annotated[str, AfterValidator(_named), Field(max_length=100)]
EntityCode = Annotated[str, AfterValidator(_known), _one_of(entities())]
PersonEntityCode = Annotated[str, AfterValidator(_of_people), _one_of(entities_of_people())]
Ids = Annotated[list[UUID], Field(max_length=MOST_IDS)]
Statuses = Annotated[list[Literal["New", "Failed", "Done"]], Field(min_length=1)]
