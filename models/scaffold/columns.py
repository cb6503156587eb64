"""Columns as they are asked for: `event:text(100)!, fee:money, seats:integer=1`."""

import json
import keyword
import re
from dataclasses import dataclass

from models.entity import Entity, OfPerson, normal_name, pascal_case


class ScaffoldError(Exception):
    """What was asked for cannot be written; the text says why, for the person who asked."""


@dataclass(frozen=True)
class Kind:
    """A type that can be asked for: how it is annotated, declared, and sent."""

    annotation: str
    word: str
    """The word that declares it; with none it is declared by its annotation alone."""
    example: object
    needs: str = ""
    """The import that its annotation needs."""


KINDS = {
    "text": Kind("str", "text", "Some text"),
    "longtext": Kind("str", "text", "Some text of any length"),
    "integer": Kind("int", "", 2),
    "number": Kind("float", "", 1.5),
    "money": Kind("Decimal", "money", "120.50", "from decimal import Decimal"),
    "boolean": Kind("bool", "", True),
    "date": Kind("date", "", "2027-03-04", "from datetime import date"),
    "time": Kind("time", "", "09:30", "from datetime import time"),
    "datetime": Kind("datetime", "", "2027-03-04T09:30:00Z", "from datetime import datetime"),
    "guid": Kind("UUID", "", "01890a5d-ac96-774b-bcce-b302099a8057", "from uuid import UUID"),
    "lookup": Kind("UUID", "lookup", None, "from uuid import UUID"),
}

EXAMPLES = {
    "full_name": "Ada Lovelace",
    "name": "Ada Lovelace",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "phone": "+1 617 555 0100",
    "mobile_phone": "+1 617 555 0100",
}
"""What the example payload says in columns of these names."""


@dataclass(frozen=True)
class NewColumn:
    """A column that was asked for."""

    name: str
    kind: Kind
    argument: str = ""
    """The length of a text, or the table of a lookup, as it is written in the declaration."""
    required: bool = False
    is_key: bool = False
    default: str = ""
    """As it is written in the declaration."""

    @property
    def code(self) -> str:
        """Return its code in webhooks."""
        return pascal_case(self.name)

    @property
    def example(self) -> object:
        """Return what the example payload says for it, None where it is left out."""
        example = EXAMPLES.get(self.name, self.kind.example)
        return example[: int(self.argument)] if self.argument.isdigit() else example  # type: ignore[index]

    def line(self) -> str:
        """Write the line that declares it."""
        optional = not self.required and not self.default
        annotation = f"{self.kind.annotation} | None" if optional else self.kind.annotation
        if self.kind.word:
            words = [self.argument, "required=True" if self.required else ""]
            words.append(f"default={self.default}" if self.default else "")
            return f"{self.name}: {annotation} = {self.kind.word}({', '.join(filter(None, words))})"
        value = "None" if optional else self.default
        return f"{self.name}: {annotation}" + (f" = {value}" if value else "")


_COLUMN = re.compile(
    r"""\s*(?P<name>\w+(?:[ -]+\w+)*)\s*
    (?: : \s*(?P<kind>\w+) (?: \( (?P<argument>\w*) \) )? )?\s*
    (?P<mark>[!*]?)\s*
    (?: = \s*(?P<default>[^,]*?) )?\s*""",
    re.VERBOSE,
)


def parse_columns(text: str) -> list[NewColumn]:
    """Read columns as they are asked for: `name:type(argument)`, then `!`, `*` or `=default`.

    `!` is for required, `*` for part of the business key. Without a type it is text.

    Raises:
        ScaffoldError: one cannot be read, has no such type, or a name that is taken.
    """
    columns = [_column(each) for each in text.split(",") if each.strip()]
    seen: set[str] = set()
    for column in columns:
        if normal_name(column.code) in seen:
            raise ScaffoldError(f"The column {column.name} is asked for twice.")
        seen.add(normal_name(column.code))
    return columns


def _column(text: str) -> NewColumn:
    found = _COLUMN.fullmatch(text)
    if not found:
        raise ScaffoldError(
            f'The column "{text.strip()}" cannot be read. Write name:type, such as event:text(100)!'
        )
    kind = found["kind"] or "text"
    if kind not in KINDS:
        raise ScaffoldError(f"There is no type {kind}. The types are {', '.join(KINDS)}.")
    name = _name(found["name"], kind)
    return NewColumn(
        name,
        KINDS[kind],
        _argument(kind, name, found["argument"] or ""),
        required=bool(found["mark"]),
        is_key=found["mark"] == "*",
        default=_default(kind, found["default"] or ""),
    )


def _name(written: str, kind: str) -> str:
    name = "_".join(re.split(r"[ -]+", written)).lower()
    if kind == "lookup" and not name.endswith("_id"):
        name += "_id"
    taken = name in OfPerson.model_fields or hasattr(Entity, name) or name == "entity_name"
    if taken or keyword.iskeyword(name) or not name.isidentifier() or name.startswith("_"):
        raise ScaffoldError(f"A column cannot be called {name}. Give it another name.")
    return name


def _argument(kind: str, name: str, written: str) -> str:
    if kind == "lookup":
        return f'"{written or name.removesuffix("_id")}"'
    if kind == "longtext":
        return "None"
    if written and (kind != "text" or not written.isdigit() or int(written) < 1):
        raise ScaffoldError(f"{kind}({written}) is no type. Only a text has a length: text(100).")
    return written


def _default(kind: str, written: str) -> str:
    if not written:
        return ""
    try:
        match kind:
            case "text":
                return json.dumps(written)
            case "integer":
                return str(int(written))
            case "number":
                return str(float(written))
            case "boolean":
                return {"true": "True", "false": "False"}[written.lower()]
    except (ValueError, KeyError):
        raise ScaffoldError(f"{written} is no default for a column of type {kind}.") from None
    raise ScaffoldError(f"A column of type {kind} is given its default in the file.")
