"""A source as the TOML that makes it, its secrets masked."""

from datetime import timedelta
from typing import Any

import tomlkit

from models.admitting.secret import IN_ENVIRONMENT
from models.configuring.entry import Entry, columns_of
from models.configuring.presets import preset_sections, with_preset, without_preset
from models.configuring.reading import MASK
from models.durations import SECONDS
from models.source import WebhookSource


def shown(source: WebhookSource, *, written_out: bool = False) -> str:
    """Write a source as `hookline source apply` takes it back.

    What its preset says is left out, unless the preset says something else by now.

    Args:
        source: a stored one.
        written_out: whether what its preset says is written out instead, to be changed.
    """
    columns = {
        name: _period(value) if name == "tell_when_silent" else value
        for name, value in columns_of(source).items()
        if value != Entry.model_fields[name].default
    }
    said = columns | (source.definition or {})
    own = _without_name_of_preset(said) if written_out else _own(said)
    return tomlkit.dumps({"source": [{"name": source.name} | _masked(own)]})


def _own(said: dict[str, Any]) -> dict[str, Any]:
    preset = said.get("preset")
    try:
        sections = preset_sections(preset) if preset else None
    except ValueError:  # of a package's preset that cannot be read any more
        sections = None
    if sections is None:
        return _without_name_of_preset(said)
    own = without_preset(sections, said)
    return own if with_preset(sections, own) == said else _without_name_of_preset(said)


def _without_name_of_preset(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "preset"}


def _masked(own: dict[str, Any]) -> dict[str, Any]:
    signature = own.get("signature")
    if not isinstance(signature, dict) or "secret" not in signature:
        return own
    secret = signature["secret"]
    masked = [_mask(each) for each in secret] if isinstance(secret, list) else _mask(secret)
    return own | {"signature": signature | {"secret": masked}}


def _mask(secret: Any) -> Any:
    return secret if str(secret).startswith(IN_ENVIRONMENT) else MASK


def _period(seconds: int) -> str:
    """Write a period in its largest whole unit: `24h` is `1d`."""
    for unit, size in sorted(SECONDS.items(), key=lambda pair: -pair[1]):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return str(timedelta(seconds=seconds))
