"""From bytes to parameters: one parser a content type.

A parameter is a name with a value: text from forms; text, number, true, false, null, list or
object from JSON. A name that comes several times keeps all its values, as a list. What is wrong
with the bytes is raised as a `ParseError`, and nothing else is ever raised.
"""

import codecs
import json
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
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

Parameters = dict[str, Any]

MOST_PARTS = 10_000
"""More fields than this in one body are refused: no form has them, an attack does."""

MOST_LEVELS = 100
"""JSON nested deeper than this is refused: what reads it later would run out of stack."""

CHARSET_FIELD = "_charset_"
"""The field in which a form names its charset (HTML's name, also in RFC 7578, 4.6)."""

NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
"""Codecs of Python's own that are no charset; some take minutes for a megabyte."""


class _UnreadableError(Exception):
    """The body is not of its type; the text is a sentence that says where."""


def parse(content_type: str | None, body: bytes) -> Parameters:
    """Read the parameters of a webhook's body with the parser for its content type.

    Raises:
        ParseError: the content type is missing or unsupported, or the body is not of it.
    """
    if not content_type or not content_type.strip():
        raise content_type_missing()
    media_type, options = parse_options_header(content_type)
    parser = _parser_for(media_type.strip().lower())
    if parser is None:
        raise content_type_unsupported(media_type or content_type)
    try:
        return parser(body, options)
    except _UnreadableError as error:
        raise body_unreadable(body, str(error)) from None


def _parser_for(media_type: str) -> Callable[[bytes, dict[str, str]], Parameters] | None:
    if media_type.endswith("+json"):
        return _parse_json
    return {
        "application/json": _parse_json,
        "multipart/form-data": _parse_multipart,
        "application/x-www-form-urlencoded": _parse_urlencoded,
    }.get(media_type)


def _parse_json(body: bytes, options: dict[str, str]) -> Parameters:
    text = _decode(body, options.get("charset", "utf-8")).removeprefix("\ufeff")
    try:
        parsed = json.loads(
            text, parse_float=_decimal, parse_constant=_refuse, object_pairs_hook=_gather
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _UnreadableError(f"It is not valid JSON at {place}: {error.msg}.") from None
    except RecursionError:
        raise _UnreadableError("Its JSON is nested too deeply.") from None
    except ValueError:  # a whole number of thousands of digits
        raise _UnreadableError("Its JSON holds a number with too many digits.") from None
    if not isinstance(parsed, dict):
        raise _UnreadableError("Its JSON is not an object with the parameters as its keys.")
    if _levels(parsed) > MOST_LEVELS:
        raise _UnreadableError("Its JSON is nested too deeply.")
    return parsed


def _levels(parsed: Any) -> int:
    """Count how deep lists and objects are nested, level by level, with no stack to run out of."""
    levels, level = 0, [parsed]
    while level := [each for each in level if isinstance(each, (list, dict))]:
        levels += 1
        level = [
            inner for each in level for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return levels


def _decimal(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except InvalidOperation:  # the exponent alone is out of all bounds
        number = Decimal("1e999")
    if abs(number.adjusted()) > 400:  # 1e999999999 would fill the memory when written out
        raise _UnreadableError("Its JSON holds a number that is too large or too small.")
    return number


def _refuse(constant: str) -> None:
    raise _UnreadableError(f"Its JSON holds {constant}, which JSON does not know.")


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
        raise _UnreadableError(f"It holds more than {MOST_PARTS} fields.") from None
    charset = dict(escaped).get(CHARSET_FIELD) or options.get("charset", "utf-8")
    return _gather(
        (_decode(name.encode("latin-1"), charset), _decode(value.encode("latin-1"), charset))
        for name, value in escaped
        if name != CHARSET_FIELD
    )


def _parse_multipart(body: bytes, options: dict[str, str]) -> Parameters:
    boundary = options.get("boundary", "")
    if not boundary:
        raise _UnreadableError("Its content type names no boundary between the parts.")
    try:
        parts = list(_parts(body, boundary.encode("latin-1", "replace")))
    except RequestEntityTooLarge:
        raise _UnreadableError(f"It holds more than {MOST_PARTS} fields.") from None
    except Exception:  # the decoder declares none of what it raises
        raise _UnreadableError(
            "It is not multipart/form-data with the boundary that its content type names."
        ) from None
    if any(part.name is None for part, _ in parts):
        raise _UnreadableError("One of its parts has no name.")
    named = [content.decode("latin-1") for part, content in parts if part.name == CHARSET_FIELD]
    charset = next(filter(None, named), options.get("charset", "utf-8"))
    return _gather(
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
        raise _UnreadableError(
            f"Octet {error.start} of a text is not valid in the charset {charset}."
        ) from None
    except (LookupError, ValueError):
        raise _UnreadableError("Its charset is one that Hookline does not know.") from None


def _gather(pairs: Iterable[tuple[str, Any]]) -> Parameters:
    """Gather pairs to parameters; a name that comes several times keeps all its values."""
    gathered: dict[str, list[Any]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}
