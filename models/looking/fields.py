"""What a webhook's parameters came to: each with its column, its value, and its errors.

It is drafted as the lookups stand now; what was logged when the webhook ran stands beside it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models.entity import normal_name
from models.processing.recording import drafts_of
from models.reading.drafting import ENTITY_NAME, Draft
from models.reading.parse_error import ParseError
from models.reading.parsing import Parameters, parse
from models.webhook import Webhook, WebhookParseError

MOST_SHOWN = 500


@dataclass
class Field:
    """One parameter, and what it came to."""

    parameter: str
    sent: str
    column: str | None = None
    """The code of the column that it fills; None where it went nowhere."""
    value: str | None = None
    errors: list[WebhookParseError] = field(default_factory=list)
    """What was logged about its column."""
    note: str = ""


@dataclass(frozen=True)
class Fields:
    """All parameters of a webhook."""

    entity: str | None
    fields: Sequence[Field]
    left_out: int
    """How many more there are than are shown."""
    problem: ParseError | None
    """Why there are none, where the body cannot be read."""
    other_errors: Sequence[WebhookParseError]
    """What was logged, and is about no parameter."""
    defaults: Sequence[tuple[str, str]]
    """Columns that were filled without a parameter."""


def fields_of(session: Session, webhook: Webhook, errors: Sequence[WebhookParseError]) -> Fields:
    """Read a webhook's parameters as a run would now, with nothing written."""
    ((_, made),) = drafts_of(session, [webhook])
    problem = None
    parameters: Parameters = {}
    try:
        parameters = parse(webhook.content_type, webhook.request_body)
    except ParseError as error:
        problem = error
    found = [_field(name, value, made) for name, value in parameters.items()]
    by_column: dict[str | None, Field] = {each.column: each for each in found if each.column}
    others: list[WebhookParseError] = []
    for logged in errors:
        about = by_column.get(logged.column)
        (about.errors if about else others).append(logged)
    return Fields(
        made.entity.code() if made.entity else None,
        found[:MOST_SHOWN],
        max(0, len(found) - MOST_SHOWN),
        problem,
        others,
        _defaults(made),
    )


def _field(parameter: str, sent: Any, made: Draft) -> Field:
    written = Field(parameter, sent if isinstance(sent, str) else json.dumps(sent, default=str))
    if normal_name(parameter) == ENTITY_NAME:
        written.note = "names the entity"
        return written
    if made.entity is None:
        return written
    columns = {name: column for column in made.entity.columns() for name in [column.name]}
    filled = {sent_as: name for name, sent_as in made.sent_as.items()}
    if name := filled.get(parameter):
        value = made.values.get(name)
        written.column = columns[name].code
        written.value = None if value is None else str(value)
    elif parameter not in made.unknown:
        written.note = "a list: rows of their own"
    return written


def _defaults(made: Draft) -> list[tuple[str, str]]:
    if made.entity is None:
        return []
    return [
        (column.code, str(made.values[column.name]))
        for column in made.entity.columns()
        if column.name not in made.sent_as and made.values.get(column.name) is not None
    ]
