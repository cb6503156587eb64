"""What is wrong with a source's TOML, in words that say what to write instead."""

import typing
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from models.admitting.schemes import Signature
from models.configuring.entry import Entry
from models.configuring.places import Path, has

SCHEMES = {
    typing.get_args(scheme.model_fields["scheme"].annotation)[0]: scheme
    for scheme in typing.get_args(typing.get_args(Signature)[0])
}
"""The classes of signatures, by the word that a definition names them with."""


def path_of(error: ErrorDetails, data: Any) -> Path:
    """Return the path of an error in the data, without the names of branches that pydantic adds."""
    path: list[str | int] = []
    for position, key in enumerate(error["loc"]):
        is_last = position == len(error["loc"]) - 1
        is_there = has(data, key)
        if is_there:
            data = data[key]
        if is_there or (is_last and error["type"] == "missing"):
            path.append(key)
    return tuple(path)


def in_words(error: ErrorDetails, path: Path, data: dict[str, Any]) -> str:
    """Say what is wrong: the key first, then the fault, then what to write."""
    key = in_key(path)
    match error["type"]:
        case "missing":
            return f"{key} is missing. {_how_to_write(path)}"
        case "extra_forbidden":
            return f"{key} is not known. {_known_instead(path, data)}"
        case "union_tag_not_found":
            return f"{key}.scheme is missing. Write one of {', '.join(SCHEMES)}."
        case "union_tag_invalid":
            return f"{key}.scheme is none that is known. Write one of {', '.join(SCHEMES)}."
        case "value_error":
            return f"{key}: {error['msg'].removeprefix('Value error, ')}"
        case "literal_error":
            return f"{key} is none that is known. Write {error['ctx']['expected']}."
        case _:
            return f"{key}: it {error['msg'].removeprefix('Input ')}."


def in_key(path: Path) -> str:
    """Write a path as people do: `map 1, columns.Email`."""
    words = ""
    for each in path:
        if isinstance(each, int):
            words += f" {each + 1}, "
        else:
            words += each if not words or words.endswith(", ") else f".{each}"
    return words.removesuffix(", ") or "source"


def _how_to_write(path: Path) -> str:
    if path[-1] == "secret":
        return (
            'Write signature.secret = "env:NAME", where NAME is a variable of the receiver\'s '
            'environment, or signature.scheme = "none" to let in whoever has the URL.'
        )
    return f"Write {path[-1]} = …"


def _known_instead(path: Path, data: dict[str, Any]) -> str:
    known = _known(path, data)
    near = get_close_matches(str(path[-1]), known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def _known(path: Path, data: dict[str, Any]) -> list[str]:
    model: type[BaseModel] = Entry
    if len(path) > 1 and path[0] == "signature":
        model = SCHEMES.get(data["signature"].get("scheme"), Entry)
    elif len(path) > 1:
        model = _model_in(Entry.model_fields[str(path[0])].annotation) or Entry
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in an annotation such as `tuple[Mapping, ...]` or `Spam | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(each) for each in typing.get_args(annotation))
    return next((each for each in found if each), None)
