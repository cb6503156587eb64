"""What is known of services, for sources to begin with: `preset = "typeform"`.

A preset is what stands under `[[source]]` in a user's own file. A service for which data would turn
into a language is a module instead, here or under an entry point of the group `hookline.sources`:
it holds that TOML as `PRESET`, and the functions that the TOML names.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from models.admitting.coding import code_of, names_of_code
from models.admitting.request import BrokenDefinitionError

FOLDER = Path(__file__).parent


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names of all presets."""
    ours = [each.stem for each in FOLDER.iterdir() if each.suffix in (".toml", ".py")]
    return tuple(sorted({*ours, *names_of_code()} - {"__init__"}))


def preset_text(name: str) -> str | None:
    """Return the TOML of a preset, None where there is none of this name."""
    if name not in preset_names():
        return None
    file = FOLDER / f"{name}.toml"
    if file.exists():
        return file.read_text()
    try:
        return str(getattr(code_of(name), "PRESET", ""))
    except BrokenDefinitionError as error:
        raise ValueError(str(error)) from None


def preset_sections(name: str) -> dict[str, Any] | None:
    """Return what a preset says, None where there is none of this name.

    Raises:
        ValueError: it is one of a package's, and cannot be read.
    """
    text = preset_text(name)
    return None if text is None else plain(tomllib.loads(text))


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return what was read from TOML as JSON holds it: dates as text."""
    copied: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return copied


def with_preset(preset: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Put what a source says itself over what its preset says, key by key within a section.

    A signature of another scheme has nothing in common with the preset's.
    """
    merged = preset | own
    for name, section in own.items():
        if isinstance(section, dict) and isinstance(preset.get(name), dict):
            other = section.get("scheme", preset[name].get("scheme")) != preset[name].get("scheme")
            merged[name] = section if other else preset[name] | section
    return merged


def without_preset(preset: dict[str, Any], merged: dict[str, Any]) -> dict[str, Any]:
    """Return what a source says itself, so that `with_preset` gives the same again."""
    own = {name: section for name, section in merged.items() if preset.get(name) != section}
    for name, section in own.items():
        begun = preset.get(name)
        if isinstance(section, dict) and isinstance(begun, dict) and begun.keys() <= section.keys():
            short = {key: value for key, value in section.items() if begun.get(key) != value}
            own[name] = section if "scheme" in short else short
    return own
