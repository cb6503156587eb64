"""The last requests of a source as a mapping sees them: each value with the path that finds it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.admitting.secret import HIDDEN, sounds_secret
from models.mapping.applying import named
from models.mapping.definition import Mapping
from models.mapping.document import Document, document_of, quoted
from models.reading.parse_error import ParseError
from models.reading.texts import UnreadableError, read_text
from models.webhook import Webhook

WIDTH = 60
"""Where the paths begin, unless a line is longer."""
MOST_SHOWN = 80
"""Characters of a value; the rest stands in the body."""


def newest(session: Session, source: str, limit: int) -> Sequence[Webhook]:
    """Return the newest webhooks of a source, the newest first."""
    return session.exec(
        select(Webhook)
        .where(Webhook.webhook_source == source)
        .order_by(col(Webhook.received_at).desc(), col(Webhook.id).desc())
        .limit(limit)
    ).all()


def sample(
    webhook: Webhook, mappings: Sequence[Mapping] = (), reader: str | None = None
) -> Iterator[str]:
    """Write a request as indented JSON, with the JMESPath of each value beside it.

    What the source's mappings give names to comes first, by these names.
    """
    yield f"Webhook {webhook.id}, received {webhook.received_at:%Y-%m-%d %H:%M:%S} UTC"
    try:
        for text, path in lines(sampled(webhook, mappings, reader)):
            yield f"{text:{WIDTH}}  {path}" if path else text
    except ParseError as error:
        yield error.message
        yield error.advice


def sampled(
    webhook: Webhook, mappings: Sequence[Mapping] = (), reader: str | None = None
) -> dict[str, Any]:
    """Return a request as the expressions of mappings see it, without what opens doors.

    Raises:
        ParseError: its body cannot be read, or what is named in it cannot be found.
    """
    document = without_secrets(document_of(webhook, reader))
    return {**named(mappings, document), **document}


def without_secrets(document: Document) -> Document:
    """Hide the values of headers and of the query that open doors."""
    return {**document, **{part: _hidden(document[part]) for part in ("headers", "query")}}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if held and sounds_secret(name) else _hidden(held)
            for name, held in value.items()
        }
    return [_hidden(each) for each in value] if isinstance(value, list) else value


def lines(
    value: Any, path: str = "", before: str = "", after: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the lines of a value as JSON, each with the path of the value that stands in it."""
    indent = " " * (len(before) - len(before.lstrip()))
    if isinstance(value, dict) and value:
        yield f"{before}{{", ""
        for place, (name, held) in enumerate(value.items(), 1):
            below = f"{path}.{quoted(name)}" if path else quoted(name)
            comma = "," if place < len(value) else ""
            yield from lines(held, below, f"{indent}  {json.dumps(name)}: ", comma)
        yield f"{indent}}}{after}", ""
    elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        yield f"{before}[", ""
        for place, held in enumerate(value):
            comma = "," if place < len(value) - 1 else ""
            yield from lines(held, f"{path}[{place}]", f"{indent}  ", comma)
        yield f"{indent}]{after}", ""
    else:
        yield f"{before}{_shown(value)}{after}", path + _hint(value, path)


def _shown(value: Any) -> str:
    text = json.dumps(value, default=float, ensure_ascii=False)
    printable = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
    return printable if len(printable) <= MOST_SHOWN else printable[: MOST_SHOWN - 1] + "…"


def _hint(value: Any, path: str) -> str:
    """Say how to look into a text that holds more than text."""
    if not isinstance(value, str) or not isinstance(_read(value), (dict, list)):
        return ""
    return f"   (to look inside: let = {{ form = {_toml(path)} }})"


def _read(text: str) -> Any:
    try:
        return read_text(text)
    except UnreadableError:
        return None


def _toml(path: str) -> str:
    """Write a path as a TOML string: literal where it can be."""
    return f"'{path}'" if "'" not in path else json.dumps(path)
