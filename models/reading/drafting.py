"""What would be made of a webhook: the rules of *Create entity*, with nothing written.

A draft is a pure function of the webhook, its source's notation and the entities that are allowed.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from models.entities import find_entity
from models.entity import Column, Detail, Entity, normal_name
from models.reading.casting import Notation, can_cast_to, cast
from models.reading.completing import completed, detail_for, rows_of
from models.reading.parse_error import SPAM, ParseError, entity_missing, entity_not_found
from models.reading.parsing import Parameters, parse
from models.webhook import Status

ENTITY_NAME = normal_name("EntityName")


@dataclass(frozen=True)
class Draft:
    """What a webhook comes to: a record's values, or the error that stands in the way."""

    entity: type[Entity] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    """What each column gets, by the column's name."""
    sent_as: dict[str, str] = field(default_factory=dict)
    """Which parameter each column was sent as, by the column's name."""
    unknown: Parameters = field(default_factory=dict)
    """The parameters that are no column."""
    errors: tuple[ParseError, ...] = ()
    details: dict[type[Detail], list[dict[str, Any]]] = field(default_factory=dict)
    """What the columns of each row get, by its table, where the webhook brings a list for it."""
    found_nothing: tuple[str, ...] = ()
    """The columns that a mapping fills and found nothing for, by their codes."""

    @property
    def failed(self) -> bool:
        """Say whether something stands in the way of its record."""
        return any(error.fails for error in self.errors)

    @property
    def makes_record(self) -> bool:
        """Say whether a record is made."""
        return self.entity is not None and not self.failed

    @property
    def status(self) -> Status:
        """Return the status that the webhook comes to."""
        if any(error.kind in SPAM for error in self.errors):
            return Status.QUARANTINED
        return Status.FAILED if self.failed else Status.DONE

    @property
    def sent_values(self) -> dict[str, Any]:
        """Return the values that the webhook brought, without the defaults."""
        return {
            name: value
            for name, value in self.values.items()
            if name in self.sent_as and value is not None
        }

    def without(self, column: Column, error: ParseError) -> "Draft":
        """Leave one column empty for the error that is its reason."""
        values = {name: value for name, value in self.values.items() if name != column.name}
        left = replace(self, values=values, errors=(*self.errors, error))
        return left.completed([column])

    def completed(self, columns: Iterable[Column]) -> "Draft":
        """Give columns that are empty their default, and fail where one of them is required."""
        assert self.entity is not None  # noqa: S101  a draft without one has no columns
        values, errors = completed(self.values, columns, self.entity.code())
        return replace(self, values=values, errors=(*self.errors, *errors))

    def refused(self, error: ParseError) -> "Draft":
        """Fail the whole draft for an error that is its reason."""
        return replace(self, values={}, errors=(*self.errors, error))


def draft(
    content_type: str | None,
    body: bytes,
    notation: Notation,
    allowed: Collection[str],
    default_entity: str | None = None,
    query: Mapping[str, Any] = MappingProxyType({}),
) -> Draft:
    """Draft the record of a webhook, in the description's order: parser, entity, columns.

    A value that cannot be cast leaves its column empty and the record is made all the same.

    Args:
        content_type: the request's, None where it named none.
        body: the request's, as it came.
        notation: how its source writes dates and numbers.
        allowed: the codes in the lookup of entities that webhooks may create.
        default_entity: what is made where the webhook names no entity.
        query: parameters from the query string; those of the body go before them.
    """
    try:
        sent = {} if query and not body and not content_type else parse(content_type, body)
        names, parameters = _apart({**query, **sent})
        entity = entity_named([*names, default_entity], allowed)
    except ParseError as error:
        return Draft(errors=(error,))
    return draft_of_parameters(entity, parameters, notation)


def _apart(parameters: Parameters) -> tuple[list[Any], Parameters]:
    """Part what was sent as EntityName, whatever its case, from the parameters for columns."""
    names: list[Any] = []
    others: Parameters = {}
    for parameter, value in parameters.items():
        if normal_name(parameter) != ENTITY_NAME:
            others[parameter] = value
        elif isinstance(value, list):
            names.extend(value)
        else:
            names.append(value)
    return names, others


def entity_named(names: Iterable[Any], allowed: Collection[str]) -> type[Entity]:
    """Find the entity by the first name that is not empty.

    Raises:
        ParseError: none is named, or there is no such entity, or webhooks may not create it.
    """
    name = next((each.strip() for each in names if isinstance(each, str) and each.strip()), None)
    if name is None:
        raise entity_missing()
    entity = find_entity(name)
    if entity is None or entity.code() not in allowed:
        raise entity_not_found(name)
    return entity


def draft_of_parameters(entity: type[Entity], parameters: Parameters, notation: Notation) -> Draft:
    """Draft the record of an entity from parameters by the codes of its columns."""
    made = Draft(entity=entity)
    errors: list[ParseError] = []
    for parameter, value in _exact_codes_first(entity, parameters):
        if detail := detail_for(entity, parameter):
            made.details[detail], wrong = rows_of(detail, parameter, value, notation)
            errors += wrong
            continue
        column = entity.column_for(parameter)
        if column is None or column.name in made.sent_as or not can_cast_to(column.type):
            made.unknown[parameter] = value
            continue
        made.sent_as[column.name] = parameter
        try:
            made.values[column.name] = cast(value, column, entity.code(), notation)
        except ParseError as error:
            errors.append(error)
    return replace(made, errors=tuple(errors)).completed(entity.columns())


def _exact_codes_first(entity: type[Entity], parameters: Parameters) -> list[tuple[str, Any]]:
    """Order parameters so that `Email` fills the column before an `email` beside it."""
    codes = _codes(entity)
    return sorted(parameters.items(), key=lambda item: item[0] not in codes)


@cache
def _codes(entity: type[Entity]) -> frozenset[str]:
    return frozenset(column.code for column in entity.columns())


def as_json(parameters: Parameters) -> str:
    """Write parameters as JSON, in ASCII, which every database keeps as text."""
    return json.dumps(parameters, default=str)
