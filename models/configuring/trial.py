"""A mapping in a TOML file, read to be tried: what a source's file says about mapping."""

import tomllib
from typing import Any

from pydantic import ValidationError

from models.configuring.definition import Definition
from models.configuring.presets import plain, preset_sections, with_preset
from models.mapping.checking import in_words, problems

KEYS = ("map", "spam", "query_parameters", "reader")


class MappingError(Exception):
    """A mapping is wrong; the text says where and why, for the person who wrote it."""


def read_mapping(
    text: str, default_entity: str | None = None, name: str | None = None
) -> tuple[Definition, str | None]:
    """Read a mapping from TOML and check it whole; what else stands there is not read.

    Args:
        text: the TOML: a mapping alone, or a file of sources, as it is applied.
        default_entity: that of the source, which the file may replace.
        name: that of the source, by which it is found in a file of sources.

    Returns:
        The definition, and the default entity.

    Raises:
        MappingError: it is no TOML, or no mapping, or fills columns that there are not.
    """
    try:
        written: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MappingError(f"It is not valid TOML: {error}") from None
    written = _of_source(written, name)
    default_entity = written.get("entity", default_entity)
    try:
        definition = Definition.model_validate(
            {key: written[key] for key in KEYS if key in written}
        )
    except ValidationError as error:
        raise MappingError("\n".join(in_words(error))) from None
    if wrong := problems(definition.map, default_entity):
        raise MappingError("\n".join(wrong))
    return definition, default_entity


def _of_source(written: dict[str, Any], name: str | None) -> dict[str, Any]:
    """Return what a file says of a source, with what its preset says; a mapping alone as it is."""
    sources = written.get("source")
    if not isinstance(sources, list):
        return written
    found = [each for each in sources if isinstance(each, dict) and each.get("name") == name]
    if not found:
        raise MappingError(f'The file says nothing of the source "{name}".')
    own = plain(found[0])
    try:
        preset = preset_sections(str(own.get("preset", "")))
    except ValueError as error:
        raise MappingError(str(error)) from None
    return with_preset(preset, own) if preset else own
