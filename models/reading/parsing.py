"""From bytes to parameters: one parser a content type.

A parameter is a name with a value: text from forms; text, number, true, false, null, list or
object from JSON. A name that comes several times keeps all its values, as a list. What is wrong
with the bytes is raised as a `ParseError`, and nothing else is ever raised.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from models.reading.parse_error import (
    body_unreadable,
    content_type_missing,
    content_type_unsupported,
)
from models.reading.texts import UnreadableError, gather, read_json, read_jwt, read_text, read_xml

Parameters = dict[str, Any]
Parser = Callable[[bytes, dict[str, str]], Any]

MOST_PARTS = 10_000
"""More fields than this in one body are refused: no form has them, an attack does."""

CHARSET_FIELD = "_charset_"
"""The field in which a form names its charset (HTML's name, also in RFC 7578, 4.6)."""

NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
"""Codecs of Python's own that are no charset; some take minutes for a megabyte."""


def parse(content_type: str | None, body: bytes) -> Parameters:
    """Read the parameters of a webhook's body with the parser for its content type.

    Raises:
        ParseError: the content type is missing or unsupported, or the body is not of it.
    """
    parsed = _parse(content_type, body, _PARSERS)
    if not isinstance(parsed, dict):
        reason = "Its JSON is not an object with the parameters as its keys."
        raise body_unreadable(body, reason)
    return parsed


def parse_document(content_type: str | None, body: bytes) -> Any:
    """Read a body as a mapping sees it: JSON of any kind, XML, a JWT and plain text, too.

    Raises:
        ParseError: the content type is missing or unsupported, or the body is not of it.
    """
    return _parse(content_type, body, _PARSERS | _PARSERS_FOR_MAPPINGS)


def _parse(content_type: str | None, body: bytes, parsers: Mapping[str, Parser]) -> Any:
    if not content_type or not content_type.strip():
        raise content_type_missing()
    named, options = parse_options_header(content_type)
    media_type = named.strip().lower()
    _, plus, suffix = media_type.rpartition("+")  # `application/problem+json` is JSON
    parser = parsers.get(media_type) or parsers.get(plus + suffix if plus else "")
    if parser is None:
        raise content_type_unsupported(named or content_type)
    try:
        return parser(body, options)
    except UnreadableError as error:
        raise body_unreadable(body, str(error)) from None


def _parse_json(body: bytes, options: dict[str, str]) -> Any:
    return read_json(_decode(body, options.get("charset", "utf-8")))


def _parse_xml(body: bytes, options: dict[str, str]) -> Any:
    charset = options.get("charset")  # without one, XML says itself what it is in
    return read_xml(_decode(body, charset) if charset else body)


def _parse_text(body: bytes, options: dict[str, str]) -> Any:
    """Read what calls itself a text: many a service sends its JSON so."""
    text = _decode(body, options.get("charset", "utf-8"))
    try:
        return read_text(text)
    except UnreadableError:
        return text


def _parse_jwt(body: bytes, _options: dict[str, str]) -> Any:
    return read_jwt(_decode(body, "utf-8"))


def _parse_urlencoded(body: bytes, options: dict[str, str]) -> Parameters:
    try:
        # Octets beyond ASCII are not allowed unescaped, yet are sent; latin-1 keeps each as it is.
        escaped = parse_qsl(
            body.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MOST_PARTS,
        )
    except ValueError:
        raise UnreadableError(f"It holds more than {MOST_PARTS} fields.") from None
    charset = dict(escaped).get(CHARSET_FIELD) or options.get("charset", "utf-8")
    return gather(
        (_decode(name.encode("latin-1"), charset), _decode(value.encode("latin-1"), charset))
        for name, value in escaped
        if name != CHARSET_FIELD
    )


def _parse_multipart(body: bytes, options: dict[str, str]) -> Parameters:
    boundary = options.get("boundary", "")
    if not boundary:
        raise UnreadableError("Its content type names no boundary between the parts.")
    try:
        parts = list(_parts(body, boundary.encode("latin-1", "replace")))
    except RequestEntityTooLarge:
        raise UnreadableError(f"It holds more than {MOST_PARTS} fields.") from None
    except Exception:  # the decoder declares none of what it raises
        raise UnreadableError(
            "It is not multipart/form-data with the boundary that its content type names."
        ) from None
    if any(part.name is None for part, _ in parts):
        raise UnreadableError("One of its parts has no name.")
    named = [content.decode("latin-1") for part, content in parts if part.name == CHARSET_FIELD]
    charset = next(filter(None, named), options.get("charset", "utf-8"))
    return gather(
        (part.name, _content(part, content, charset))
        for part, content in parts
        if part.name != CHARSET_FIELD
    )


def _parts(body: bytes, boundary: bytes) -> Iterable[tuple[Field | File, bytes]]:
    """Yield each part with what it holds."""
    decoder = MultipartDecoder(boundary, max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    part: Field | File | None = None
    content = bytearray()
    while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
        if isinstance(event, (Field, File)):
            part = event
            content.clear()
        elif isinstance(event, Data) and part is not None:
            content += event.data
            if not event.more_data:
                yield part, bytes(content)


def _content(part: Field | File, content: bytes, charset: str) -> str:
    """Return the text of a field; of a file, its name."""
    if isinstance(part, File):
        return part.filename or ""
    _, options = parse_options_header(part.headers.get("content-type", ""))
    return _decode(content, options.get("charset") or charset)


def _decode(octets: bytes, charset: str) -> str:
    try:
        codec = codecs.lookup(charset.strip("\"' ")).name
        if codec in NO_CHARSETS:
            raise LookupError
        return octets.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"Octet {error.start} of a text is not valid in the charset {charset}."
        ) from None
    except (LookupError, ValueError):
        raise UnreadableError("Its charset is one that Hookline does not know.") from None


_PARSERS: dict[str, Parser] = {
    "application/json": _parse_json,
    "+json": _parse_json,
    "multipart/form-data": _parse_multipart,
    "application/x-www-form-urlencoded": _parse_urlencoded,
}
_PARSERS_FOR_MAPPINGS: dict[str, Parser] = {
    "application/xml": _parse_xml,
    "text/xml": _parse_xml,
    "+xml": _parse_xml,
    "application/jwt": _parse_jwt,
    "text/plain": _parse_text,
}
