"""A mapping in a TOML file, read to be tried: what a source's file says about mapping."""

import tomllib
from typing import Any

from pydantic import ValidationError

from models.configuring.definition import Definition
from models.mapping.checking import in_words, problems

KEYS = ("map", "spam", "query_parameters")


class MappingError(Exception):
    """A mapping is wrong; the text says where and why, for the person who wrote it."""


def read_mapping(text: str, default_entity: str | None = None) -> tuple[Definition, str | None]:
    """Read a mapping from TOML and check it whole; what else stands there is not read.

    Args:
        text: the TOML.
        default_entity: that of the source, which the file may replace.

    Returns:
        The definition, and the default entity.

    Raises:
        MappingError: it is no TOML, or no mapping, or fills columns that there are not.
    """
    try:
        written: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MappingError(f"It is not valid TOML: {error}") from None
    default_entity = written.get("default_entity", default_entity)
    try:
        definition = Definition.model_validate(
            {key: written[key] for key in KEYS if key in written}
        )
    except ValidationError as error:
        raise MappingError("\n".join(in_words(error))) from None
    if wrong := problems(definition.map, default_entity):
        raise MappingError("\n".join(wrong))
    return definition, default_entity
