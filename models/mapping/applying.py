"""From a request to the parameters of records: a source's mappings, applied. Nothing is written."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from models.mapping.definition import Mapping, Value
from models.mapping.document import Document, leaves
from models.mapping.errors import mapping_failed, nothing_mapped
from models.mapping.expressions import ExpressionError, Look
from models.mapping.values import elements, is_empty, value_of
from models.reading.parse_error import ParseError
from models.reading.texts import UnreadableError, read_text

POSITIONS = 10_000
"""The positions of each mapping's records, so that a list may grow without moving what follows."""
MOST_UNMAPPED = 200
"""Values that went nowhere, kept with a webhook; the rest are in its body."""


@dataclass
class Mapped:
    """What one record is to be made of."""

    position: int
    entity: str | None = None
    """What is to be made, where the mapping says."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """What was found, by the columns' codes as the mapping has them."""
    sent_as: dict[str, str] = field(default_factory=dict)
    """Where each parameter was found, in words."""
    errors: list[ParseError] = field(default_factory=list)
    found_nothing: list[str] = field(default_factory=list)
    """Columns that the mapping names and nothing was found for."""


def apply(mappings: Sequence[Mapping], document: Document) -> tuple[list[Mapped], dict[str, Any]]:
    """Apply mappings to a request.

    Returns:
        What each record is to be made of, and the values of the request that nobody looked at, by
        their paths. What stands in the way of a mapping is the error of a record of its own.
    """
    look = Look()
    made: list[Mapped] = []
    names: dict[str, Any] = {}
    for number, mapping in enumerate(mappings):
        first = number * POSITIONS
        try:
            seen = {**document, **_named(mapping, document, look)}
            names |= seen
            made += [
                _mapped(mapping, each, first + index, look)
                for index, each in enumerate(_documents(mapping, seen, look))
            ]
        except ExpressionError as error:
            made.append(Mapped(first, errors=[mapping_failed(None, str(error))]))
    if not made:
        made.append(Mapped(0, errors=[nothing_mapped()]))
    return made, _unmapped(document, names, look)


def _named(mapping: Mapping, document: Document, look: Look) -> Document:
    """Return what a mapping gives names to; texts within the request are read."""
    names: Document = {}
    for name, expression in mapping.let.items():
        found = look.evaluate(expression, {**document, **names}, takes=False)
        names[name] = _read(name, found) if isinstance(found, str) else found
    return names


def named(mappings: Iterable[Mapping], document: Document) -> Document:
    """Return what mappings give names to in a request, as far as it can be read."""
    names: Document = {}
    for mapping in mappings:
        with suppress(ExpressionError):
            names |= _named(mapping, document, Look())
    return names


def _read(name: str, text: str) -> Any:
    if is_empty(text):
        return None
    try:
        return read_text(text)
    except UnreadableError as error:
        raise ExpressionError(
            f'The text that "{name}" is to name cannot be read. {error}'
        ) from None


def _documents(mapping: Mapping, document: Document, look: Look) -> Iterator[Document]:
    """Yield what the expressions of each record see."""
    if mapping.when is not None and not is_true(look.evaluate(mapping.when, document)):
        return
    if mapping.each is None:
        yield document
        return
    for index, element in enumerate(elements(mapping.each, document, look)):
        yield {**document, "item": element, "index": index}


def is_true(found: Any) -> bool:
    """Say whether a condition holds: it finds something that is not false."""
    return found is not False and not is_empty(found)


def _mapped(mapping: Mapping, document: Document, position: int, look: Look) -> Mapped:
    made = Mapped(position)
    if mapping.entity is not None:
        entity = value_of(mapping.entity, document, look)
        made.entity = None if is_empty(entity) else str(entity)
    for code, spec in mapping.columns.items():
        try:
            value = value_of(spec, document, look)
        except ExpressionError as error:
            made.errors.append(mapping_failed(code, str(error)))
            continue
        if is_empty(value) and not isinstance(value, list):
            made.found_nothing.append(code)
        else:
            made.parameters[code] = value
            made.sent_as[code] = in_words(spec)
    return made


def in_words(spec: Value) -> str:
    """Say where a column's value comes from."""
    if spec.value is not None:
        return "constant"
    return spec.each or ", ".join(spec.path)


def _unmapped(document: Document, names: Document, look: Look) -> dict[str, Any]:
    """Return the values that no expression looked at, by their paths; of the first mapping's."""
    parts = {name: names[name] for name in names if name not in document}
    parts |= {"body": document["body"], "query": document["query"]}
    left: dict[str, Any] = {}
    known = set(look.taken)
    for name, part in parts.items():
        for path, value, key in leaves(part, name, known):
            if key not in look.seen and not is_empty(value):
                left.setdefault(path, value)
        known |= _ids(part)
    if len(left) > MOST_UNMAPPED:
        more = len(left) - MOST_UNMAPPED
        left = dict(list(left.items())[:MOST_UNMAPPED]) | {"…": f"and {more} more"}
    return left


def _ids(part: Any) -> set[int]:
    """Return the identities of an object or list and all within, so that none is told twice."""
    found, stack = set(), [part]
    while stack:
        each = stack.pop()
        if isinstance(each, (dict, list)):
            found.add(id(each))
            stack += each.values() if isinstance(each, dict) else each
    return found
