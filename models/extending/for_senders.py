"""What senders are told of our entities, in the shape that builders of landing pages know.

The shape is that of the original's get_entities and get_entity_description. Only entities that
webhooks may create are told of.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from models.column import Column
from models.entities import find_entity
from models.entity import Entity
from models.reading.casting import can_cast_to
from models.webhook import WebhookEntity

NET_TYPES = {
    str: "String",
    int: "Int32",
    float: "Double",
    Decimal: "Decimal",
    bool: "Boolean",
    date: "DateTime",
    datetime: "DateTime",
    time: "DateTime",
    UUID: "Guid",
}
"""What .NET calls our types."""


def entities_for_senders(session: Session) -> dict[str, Any]:
    """List the entities that webhooks may create."""
    return {
        "entities": [
            {"name": entity.code(), "caption": _caption(entity.code()), "formId": str(row.id)}
            for row, entity in _allowed(session)
        ]
    }


def entity_for_senders(session: Session, name: str) -> dict[str, Any] | None:
    """Describe an entity and its columns, None where webhooks may not create it."""
    asked = find_entity(name)
    if not any(entity is asked for _, entity in _allowed(session)) or asked is None:
        return None
    fields = [_field(column) for column in asked.columns() if can_cast_to(column.type)]
    return {
        "value": {"entityModel": {"name": asked.code(), "fields": fields}},
        "isSuccess": True,
        "status": "OK",
        "code": None,
        "statusCode": 200,
    }


def _allowed(session: Session) -> Iterator[tuple[WebhookEntity, type[Entity]]]:
    for row in session.exec(select(WebhookEntity).order_by(WebhookEntity.name)):
        if entity := find_entity(row.name):
            yield row, entity


def _field(column: Column) -> dict[str, Any]:
    return {
        "required": column.required,
        "name": column.code,
        "net_type": NET_TYPES[column.type],
        "caption": _caption(column.code),
    }


def _caption(code: str) -> str:
    """Part a code into words: `MobilePhone` is `Mobile phone`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+", code)
    return " ".join(words[:1] + [word if word.isupper() else word.lower() for word in words[1:]])
