"""Bracketed names of form fields, nested: `fields[email][value]` is `fields.email.value`.

As PHP and Rails read them: `[]` makes a list, and so do numbers from 0 on.
"""

import re
from collections.abc import Mapping
from typing import Any

BRACKETED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\]){1,50})")


def nested(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Nest parameters by their names; a name that does not fit stays as it is."""
    made: dict[str, Any] = {}
    for name, value in parameters.items():
        bracketed = BRACKETED.fullmatch(name)
        if bracketed is None or not _put(made, _keys(*bracketed.groups()), value):
            made[name] = value
    return {name: _with_lists(value) for name, value in made.items()}


def _keys(first: str, brackets: str) -> list[str]:
    return [first, *brackets[1:-1].split("][")]


def _put(made: dict[str, Any], keys: list[str], value: Any) -> bool:
    """Put a value where its keys lead; say whether there was nothing else in the way."""
    *path, last = keys
    for key in path:
        inner = made.setdefault(key or str(len(made)), _Branch())
        if not isinstance(inner, _Branch):
            return False
        made = inner
    if last == "":
        for each in value if isinstance(value, list) else [value]:
            made[str(len(made))] = each
        return True
    if last in made:
        return False
    made[last] = value
    return True


class _Branch(dict[str, Any]):
    """What brackets made, and no sender's own object."""


def _with_lists(value: Any) -> Any:
    """Turn objects whose keys are 0, 1, 2 … to lists."""
    if not isinstance(value, _Branch):
        return value
    inner = {key: _with_lists(each) for key, each in value.items()}
    if inner.keys() == {str(place) for place in range(len(inner))}:
        return [inner[str(place)] for place in range(len(inner))]
    return inner
