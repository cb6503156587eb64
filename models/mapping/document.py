"""What the expressions of a mapping see of a request: one document."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import parse_qsl

from models.admitting.coding import read_by_code
from models.admitting.request import BrokenDefinitionError
from models.mapping.errors import mapping_failed
from models.mapping.nesting import nested
from models.reading.parsing import MOST_PARTS, parse_document
from models.reading.texts import UnreadableError, gather, read_json
from models.webhook import Webhook

Document = dict[str, Any]
Leaf = tuple[str, Any, tuple[int, Any]]
"""A value: its path, the value, and where it stands, as `models.mapping.expressions` notes it."""

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def document_of(webhook: Webhook, reader: str | None = None) -> Document:
    """Read a request: `body`, `query`, `headers` in small letters, `source_url`, `received_at`.

    Args:
        webhook: the request.
        reader: the code that makes of it what expressions see, where its source has such.

    Raises:
        ParseError: the body cannot be read. One that is empty is none, as a GET request has it.
            Or the code could not read it.
    """
    body: Any = {}
    if webhook.request_body or webhook.content_type:
        body = parse_document(webhook.content_type, webhook.request_body)
    document = {
        "body": nested(body) if isinstance(body, dict) and _is_form(webhook) else body,
        "query": nested(query_of(webhook)),
        "headers": _headers_of(webhook),
        "source_url": webhook.source_url,
        "received_at": webhook.received_at.isoformat(),
    }
    return document | {"body": _read_by_code(reader, document)} if reader else document


def _read_by_code(reader: str, document: Document) -> Any:
    try:
        return read_by_code(reader, document)
    except BrokenDefinitionError as error:
        raise mapping_failed(None, str(error)) from None


def _is_form(webhook: Webhook) -> bool:
    return "form" in (webhook.content_type or "").partition(";")[0].lower()


def query_of(webhook: Webhook) -> dict[str, Any]:
    """Return the fields of the query string."""
    try:
        pairs = parse_qsl(
            webhook.query_parameters, keep_blank_values=True, max_num_fields=MOST_PARTS
        )
    except ValueError:  # more fields than any form has
        return {}
    return gather(pairs)


def _headers_of(webhook: Webhook) -> dict[str, Any]:
    try:
        pairs = read_json(webhook.headers)
        return gather((str(name).lower(), value) for name, value in pairs)
    except (UnreadableError, TypeError, ValueError):  # somebody wrote the row by hand
        return {}


def leaves(value: Any, path: str, taken: Collection[int] = ()) -> Iterator[Leaf]:
    """Yield each value below a path; a list of values is one. Leave out what was taken whole."""
    stack: list[Leaf] = [(path, value, (0, None))]
    while stack:
        at, each, key = stack.pop()
        if id(each) in taken and isinstance(each, (dict, list)):
            continue
        if isinstance(each, dict) and each:
            below = [(_dotted(at, name), held, (id(each), name)) for name, held in each.items()]
            stack += reversed(below)
        elif isinstance(each, list) and any(isinstance(held, (dict, list)) for held in each):
            stack += reversed(
                [(f"{at}[{place}]", held, (id(each), place)) for place, held in enumerate(each)]
            )
        else:
            yield at, each, key


def _dotted(path: str, name: str) -> str:
    return f"{path}.{quoted(name)}" if path else quoted(name)


def quoted(name: str) -> str:
    """Write a name as JMESPath has it, in quotes where it needs them."""
    return name if PLAIN.fullmatch(name) else json.dumps(name)
