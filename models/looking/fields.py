"""What a webhook's parameters came to: each with its column, its value, and its errors.

It is drafted as the lookups stand now; what was logged when the webhook ran stands beside it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models.entity import normal_name
from models.processing.part import Part
from models.processing.recording import parts_of
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
    position: int = 0
    """Which of the webhook's records it is about."""


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
    parts = parts_of(session, [webhook])
    problem = None
    parameters: Parameters = {}
    try:
        parameters = parse(webhook.content_type, webhook.request_body)
    except ParseError as error:
        problem = error
    filled = [field for part in parts for field in _filled(part, parameters, len(parts) > 1)]
    unknown = {name: value for part in parts for name, value in part.draft.unknown.items()}
    went = {each.parameter for each in filled}
    rest = {name: value for name, value in (parameters | unknown).items() if name not in went}
    found = [*filled, *(_elsewhere(name, rest[name], name in unknown) for name in rest)]
    entities = list(dict.fromkeys(each.draft.entity.code() for each in parts if each.draft.entity))
    return Fields(
        ", ".join(entities) or None,
        found[:MOST_SHOWN],
        max(0, len(found) - MOST_SHOWN),
        problem,
        _put_beside(found, errors),
        [default for part in parts for default in _defaults(part.draft)],
    )


def _filled(part: Part, parameters: Parameters, one_of_several: bool) -> Iterator[Field]:
    """Tell which parameters, or which paths of a mapping, fill the columns of a record."""
    made = part.draft
    for column in made.entity.columns() if made.entity else ():
        if (parameter := made.sent_as.get(column.name)) is None:
            continue
        value = made.values.get(column.name)
        yield Field(
            parameter,
            _written(parameters.get(parameter, value)),
            column.code,
            None if value is None else str(value),
            note=f"record {part.position}" if one_of_several else "",
            position=part.position,
        )


def _elsewhere(parameter: str, sent: Any, is_unknown: bool) -> Field:
    """Tell of a parameter that fills no column."""
    if normal_name(parameter) == ENTITY_NAME:
        return Field(parameter, _written(sent), note="names the entity")
    note = "" if is_unknown else "read by a mapping, or a list: rows of their own"
    return Field(parameter, _written(sent), note=note)


def _written(sent: Any) -> str:
    return sent if isinstance(sent, str) else json.dumps(sent, default=str)


def _put_beside(
    found: Sequence[Field], errors: Sequence[WebhookParseError]
) -> list[WebhookParseError]:
    """Put what was logged beside the value that it is about, and return what is about none."""
    by_column: dict[tuple[int, str | None], Field] = {
        (each.position, each.column): each for each in found if each.column
    }
    others: list[WebhookParseError] = []
    for logged in errors:
        about = by_column.get((logged.position or 0, logged.column))
        (about.errors if about else others).append(logged)
    return others


def _defaults(made: Draft) -> list[tuple[str, str]]:
    if made.entity is None:
        return []
    return [
        (column.code, str(made.values[column.name]))
        for column in made.entity.columns()
        if column.name not in made.sent_as and made.values.get(column.name) is not None
    ]
