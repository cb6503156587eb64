"""How the requests of a source are read: its notation, what they make, its mapping, its traps."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from models.configuring.definition import Definition
from models.mapping.applying import Mapped, apply
from models.mapping.checking import in_words
from models.mapping.document import document_of, query_of
from models.mapping.errors import column_unknown, mapping_invalid
from models.mapping.spam import caught
from models.reading.casting import Notation
from models.reading.drafting import Draft, draft, draft_of_parameters, entity_named
from models.reading.parse_error import ParseError
from models.source import WebhookSource
from models.webhook import Webhook

Drafts = list[tuple[int, Draft]]
"""What a webhook comes to, by positions."""


@dataclass(frozen=True)
class Manner:
    """How the requests of a source are read."""

    notation: Notation = field(default_factory=Notation)
    default_entity: str | None = None
    definition: Definition = field(default_factory=Definition)
    problem: ParseError | None = None
    """Why its definition cannot be read, as long as it cannot."""


def manner_of(source: WebhookSource) -> Manner:
    """Return how the requests of a source are read."""
    definition, problem = _definition(json.dumps(source.definition or {}, sort_keys=True))
    notation = Notation(source.day_first, source.decimal_comma)
    return Manner(notation, source.default_entity, definition, problem)


@lru_cache(maxsize=1000)
def _definition(stored: str) -> tuple[Definition, ParseError | None]:
    """Read a definition once: its expressions are parsed with it."""
    try:
        return Definition.model_validate(json.loads(stored)), None
    except ValidationError as error:
        return Definition(), mapping_invalid(in_words(error)[0])


def drafts_of(webhook: Webhook, manner: Manner, allowed: Collection[str]) -> Drafts:
    """Draft what a webhook comes to, with nothing written; whatever is wrong stands in the drafts.

    Args:
        webhook: a stored request.
        manner: how its source's requests are read.
        allowed: the codes in the lookup of entities that webhooks may create.
    """
    try:
        return _drafts(webhook, manner, allowed)
    except ParseError as error:
        return [(0, Draft(errors=(error,)))]


def _drafts(webhook: Webhook, manner: Manner, allowed: Collection[str]) -> Drafts:
    definition = manner.definition
    if manner.problem:
        raise manner.problem
    if definition.spam and not webhook.released:
        trap = caught(definition.spam, document_of(webhook, definition.reader), webhook.received_at)
        if trap:
            raise trap
    if definition.map:
        return _mapped_drafts(webhook, manner, allowed)
    query = query_of(webhook) if definition.query_parameters else {}
    made = draft(
        webhook.content_type,
        webhook.request_body,
        manner.notation,
        allowed,
        manner.default_entity,
        query,
    )
    return [(0, made)]


def _mapped_drafts(webhook: Webhook, manner: Manner, allowed: Collection[str]) -> Drafts:
    document = document_of(webhook, manner.definition.reader)
    mapped, unmapped = apply(manner.definition.map, document)
    fallbacks = (_named_in(document["body"]), manner.default_entity)
    drafts = [(each.position, _draft(each, fallbacks, manner.notation, allowed)) for each in mapped]
    position, first = drafts[0]
    return [(position, replace(first, unknown=unmapped)), *drafts[1:]]


def _named_in(body: Any) -> Any:
    return body.get("EntityName") if isinstance(body, dict) else None


def _draft(
    mapped: Mapped, fallbacks: Iterable[Any], notation: Notation, allowed: Collection[str]
) -> Draft:
    """Draft one record of what a mapping found; a column that there is not is an error of its."""
    if any(error.column is None for error in mapped.errors):
        return Draft(errors=tuple(mapped.errors))
    try:
        entity = entity_named([mapped.entity, *fallbacks], allowed)
    except ParseError as error:
        return Draft(errors=(error, *mapped.errors))
    made = draft_of_parameters(entity, mapped.parameters, notation)
    unknown = [column_unknown(column, entity.code()) for column in made.unknown]
    sent_as = {name: mapped.sent_as[code] for name, code in made.sent_as.items()}
    errors = (*mapped.errors, *unknown, *made.errors)
    nothing = tuple(mapped.found_nothing)
    return replace(made, sent_as=sent_as, errors=errors, unknown={}, found_nothing=nothing)
