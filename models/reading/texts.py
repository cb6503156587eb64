"""Structured texts, wherever one stands: JSON, XML, and the claims of a JWT.

What is wrong with a text is raised as an `UnreadableError`, and nothing else is ever raised.
"""

import base64
import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_LEVELS = 100
"""What is nested deeper than this is refused: what reads it later would run out of stack."""


class UnreadableError(Exception):
    """The text is not of its type; the error's text is a sentence that says where."""


def read_json(text: str) -> Any:
    """Read JSON; numbers with a point are exact, and a key that comes twice keeps both values."""
    try:
        parsed = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=_decimal,
            parse_constant=_refuse,
            object_pairs_hook=gather,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"It is not valid JSON at {place}: {error.msg}.") from None
    except RecursionError:
        raise UnreadableError("Its JSON is nested too deeply.") from None
    except ValueError:  # a whole number of thousands of digits
        raise UnreadableError("Its JSON holds a number with too many digits.") from None
    if _levels(parsed) > MOST_LEVELS:
        raise UnreadableError("Its JSON is nested too deeply.")
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
        raise UnreadableError("Its JSON holds a number that is too large or too small.")
    return number


def _refuse(constant: str) -> None:
    raise UnreadableError(f"Its JSON holds {constant}, which JSON does not know.")


def gather(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Gather pairs to an object; a name that comes several times keeps all its values."""
    gathered: dict[str, list[Any]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}


def read_xml(text: str | bytes) -> dict[str, Any]:
    """Read XML as objects: children by their names, attributes as `@name`, text beside as `#text`.

    Namespaces are left out, and elements of one name are a list.
    """
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableError("Its XML declares a document type, which is not read.") from None
    except ParseError as error:
        line, column = error.position
        raise UnreadableError(f"It is not valid XML at line {line}, column {column + 1}.") from None
    except (LookupError, ValueError):  # an encoding that there is not, or half a character
        raise UnreadableError("It is not XML in the encoding that it names.") from None
    return {_local(root.tag): _content(root, 1)}


def _content(element: Element, level: int) -> Any:
    if level > MOST_LEVELS:
        raise UnreadableError("Its XML is nested too deeply.")
    children = [(_local(child.tag), _content(child, level + 1)) for child in element]
    attributes = [(f"@{_local(name)}", value) for name, value in element.items()]
    text = (element.text or "").strip()
    if not children and not attributes:
        return text
    return gather([*attributes, *children, *([("#text", text)] if text else [])])


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def read_jwt(text: str) -> dict[str, Any]:
    """Read the claims of a JSON Web Token (RFC 7519), whoever signed it.

    Whether its signature is right was for the receiver to see.
    """
    parts = text.strip().split(".")
    try:
        header, claims = (
            read_json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode())
            for part in parts[:2]
        )
    except ValueError:  # not base64url, not UTF-8, or not two parts
        raise UnreadableError("It is no JSON Web Token.") from None
    if len(parts) != 3 or not isinstance(header, dict) or not isinstance(claims, dict):
        raise UnreadableError("It is no JSON Web Token.")
    return claims


def read_text(text: str) -> Any:
    """Read a text that says by its first characters what it is: JSON, XML or a JWT.

    Raises:
        UnreadableError: it is none of them.
    """
    start = text.lstrip("\ufeff \t\r\n")[:3]
    if start.startswith(("{", "[", '"')):
        return read_json(text)
    if start.startswith("<"):
        return read_xml(text.lstrip("\ufeff \t\r\n"))
    if start == "eyJ":  # `{"` in base64, with which every header begins
        return read_jwt(text)
    raise UnreadableError("It is neither JSON nor XML nor a JSON Web Token.")
