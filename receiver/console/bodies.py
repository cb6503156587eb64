"""Bodies, headers and queries of webhooks as text that does no harm, and back again."""

import codecs
import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from models.admitting.secret import HIDDEN, sounds_secret
from models.webhook import Webhook

MOST_SHOWN = 200_000
"""Characters of a body on a page; the whole is in the export of one webhook."""
MOST_EDITED = 200_000


@dataclass(frozen=True)
class Body:
    """A body in the ways in which people read it."""

    raw: str
    pretty: str | None
    """Indented, where it is JSON; None where it is not, or is already so."""
    length: int
    cut: bool
    original: str | None
    """What came first, where it was corrected."""


def pretty(webhook: Webhook) -> Body:
    """Return a body as it came, and indented."""
    raw = _decoded(webhook.request_body, webhook.content_type)
    original = webhook.original_body
    return Body(
        raw[:MOST_SHOWN],
        _indented(raw) if len(raw) <= MOST_SHOWN else None,
        len(webhook.request_body),
        len(raw) > MOST_SHOWN,
        None if original is None else _decoded(original, webhook.content_type)[:MOST_SHOWN],
    )


def headers_shown(webhook: Webhook) -> list[tuple[str, str]]:
    """Return the headers, without the values that open doors."""
    return [(name, _unless_secret(name, value)) for name, value in json.loads(webhook.headers)]


def query_shown(webhook: Webhook) -> list[tuple[str, str]]:
    """Return the query's parameters, without the values that open doors."""
    pairs = parse_qsl(webhook.query_parameters, keep_blank_values=True)
    return [(name, _unless_secret(name, value)) for name, value in pairs]


def as_text(webhook: Webhook) -> str | None:
    """Return a body as text that can be edited; None where editing it here would spoil it."""
    body, charset = webhook.request_body, _charset(webhook.content_type)
    try:
        text = body.decode(charset)
    except (UnicodeError, ValueError):
        return None
    steering = any(not each.isprintable() and each not in "\t\r\n" for each in text)
    alone = "\r" in text.replace("\r\n", "")
    mixed = "\r\n" in text and "\n" in text.replace("\r\n", "")
    if len(text) > MOST_EDITED or steering or alone or mixed or text.encode(charset) != body:
        return None
    return text


def written_back(webhook: Webhook, text: str) -> bytes:
    """Return the body that a form brings back.

    A browser sends each line's end as two characters; they become one again where the body had one,
    as in JSON, and stay two where it had two, as in multipart.

    Raises:
        UnicodeEncodeError: a letter is none of the body's charset.
    """
    text = text.replace("\r\n", "\n")
    if b"\r\n" in webhook.request_body:
        text = text.replace("\n", "\r\n")
    return text.encode(_charset(webhook.content_type))


def _unless_secret(name: str, value: str) -> str:
    return HIDDEN if value and sounds_secret(name) else value


def _decoded(body: bytes, content_type: str | None) -> str:
    try:
        return body.decode(_charset(content_type), "backslashreplace")
    except (UnicodeError, ValueError):
        return body.decode("utf-8", "backslashreplace")


def _charset(content_type: str | None) -> str:
    named = parse_options_header(content_type or "")[1].get("charset", "utf-8")
    try:
        codec = codecs.lookup(named)
    except LookupError:
        return "utf-8"
    return codec.name if codec._is_text_encoding else "utf-8"


def _indented(raw: str) -> str | None:
    try:
        indented = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    return None if indented == raw else indented
