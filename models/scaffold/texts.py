"""The words that the templates of a new entity are filled with."""

import json
from collections.abc import Iterable, Sequence

from sqlmodel import SQLModel

from models.entity import pascal_case
from models.scaffold.columns import NewColumn

NAMES = {
    "full_name": ("full_name", "name", "contact"),
    "given_name": ("first_name", "given_name"),
    "middle_name": ("middle_name",),
    "surname": ("last_name", "surname"),
    "country": ("country_id", "country"),
}
"""Which columns are taken for which part of a person, the first that is there."""


def words_for(
    name: str,
    code: str,
    table: str,
    package: str | None,
    columns: Sequence[NewColumn],
    *,
    steps: bool,
) -> dict[str, str]:
    """Return the words of an entity's templates."""
    person = _person(columns)
    return {
        "name": name,
        "plural": f"{name.lower()}s",
        "code": code,
        "table": table,
        "flow": table.replace("_", "-"),
        "variable": f"{table.upper()}_URL",
        "package": package or "",
        "distribution": (package or "").replace("_", "-"),
        "entity_module": f"{package}.entities.{table}" if package else f"models.entities.{table}",
        "flow_module": f"{package}.flows.{table}" if package else f"flows.entities.{table}",
        "payload_path": f"payloads/{table}.json" if package else f"../../payloads/{table}.json",
        "payload": _payload(code, columns),
        "imports": _imports(columns, bool(person), table),
        "lookups": "".join(map(_lookup, _new_lookups(columns))),
        "base": "OfPerson" if person else "Entity",
        "marks": _marks(person, columns, steps),
        "columns": "\n".join(f"    {column.line()}" for column in columns),
    }


def _payload(code: str, columns: Sequence[NewColumn]) -> str:
    sent = {column.code: column.example for column in columns if column.example is not None}
    return json.dumps({"EntityName": code, **sent}, indent=2, ensure_ascii=False)


def _person(columns: Sequence[NewColumn]) -> str:
    """Write the one line that says which columns name the person, none where none does."""
    names = [column.name for column in columns]
    parts = [
        f'{part}="{found}"'
        for part, candidates in NAMES.items()
        if (found := next((each for each in candidates if each in names), None))
    ]
    emails = [each for each in names if each.endswith("email")]
    phones = [each for each in names if each.endswith("phone")]
    parts += [f"emails={_tuple(emails)}"] if emails else []
    parts += [f"phones={_tuple(phones)}"] if phones else []
    if not emails and not phones:
        return ""
    return (
        "    person: ClassVar = PersonColumns(\n"
        + "".join(f"        {part},\n" for part in parts)
        + "    )"
    )


def _tuple(names: Iterable[str]) -> str:
    return "(" + ", ".join(f'"{name}"' for name in names) + ",)"


def _marks(person: str, columns: Sequence[NewColumn], steps: bool) -> str:
    key = ", ".join(f'"{column.name}"' for column in columns if column.is_key)
    lines = [
        person,
        f"    business_key: ClassVar = BusinessKey.that_updates({key})" if key else "",
        "    has_steps: ClassVar = True" if steps else "",
    ]
    return "".join(f"{line}\n" for line in lines if line)


def _new_lookups(columns: Sequence[NewColumn]) -> list[str]:
    tables = [each.argument.strip('"') for each in columns if each.kind.word == "lookup"]
    return [each for each in dict.fromkeys(tables) if each not in SQLModel.metadata.tables]


def _lookup(table: str) -> str:
    return (
        f"class {pascal_case(table)}(Lookup, table=True):\n"
        f'    """A list to choose from; its rows are yours to add."""\n\n'
        f'    __tablename__ = "{table}"\n\n\n'
    )


def _imports(columns: Sequence[NewColumn], has_person: bool, table: str) -> str:
    needs = {column.kind.needs for column in columns} - {""}
    dates = sorted(each.split()[-1] for each in needs if each.startswith("from datetime"))
    lines = [f"from datetime import {', '.join(dates)}"] if dates else []
    lines += sorted(each for each in needs if not each.startswith("from datetime"))
    lines.append("from typing import ClassVar")
    words = {column.kind.word for column in columns} - {""}
    names = ["OfPerson" if has_person else "Entity"]
    names += ["BusinessKey"] if any(column.is_key for column in columns) else []
    names += ["Lookup"] if _new_lookups(columns) else []
    # Names in the order that isort gives them: classes before functions.
    ours = [f"from models.entity import {', '.join([*sorted(names), *sorted(words)])}"]
    ours += ["from models.matching.options import PersonColumns"] if has_person else []
    return "\n".join([*sorted(lines), "", *ours])
