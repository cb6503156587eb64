"""From a TOML file to sources: every fault is told, each with its line, or nothing is taken."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from models.admitting.secret import of_environment
from models.configuring.checking import Fault, faults_beyond
from models.configuring.entry import SECTIONS, Entry
from models.configuring.places import Path, lines_of
from models.configuring.presets import plain, preset_names, preset_sections, with_preset
from models.configuring.wording import in_words, path_of
from models.source import SourceError

MASK = "***"
"""How `show` writes a secret, and what `apply` takes for the one that is kept."""

UNCHANGED = "nothing was changed."
"""The first line of an error that tells of several faults."""

Secrets = Mapping[str, Sequence[str]]
"""The secrets that sources have, by their names."""


class SourceFileError(SourceError):
    """A file of sources cannot be taken; the text names each line, key and what to write."""


@dataclass(frozen=True)
class ReadSource:
    """A source as a file says it, checked."""

    entry: Entry
    definition: dict[str, Any]
    """As it is kept: the words of the file and of its preset."""

    @property
    def variables(self) -> list[str]:
        """The variables of the environment that its secrets stand in."""
        return of_environment(getattr(self.entry.signature, "secret", ()))


def read_sources(text: str, file: str, kept: Secrets) -> list[ReadSource]:
    """Read the sources of a file.

    Args:
        text: what it holds.
        file: its name, for errors.
        kept: the secrets that are stored, for those that the file masks.

    Raises:
        SourceFileError: something in it is wrong; all that is wrong is told.
    """
    try:
        data = plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SourceFileError(f"{file} is not valid TOML: {error}.") from None
    except RecursionError:
        raise SourceFileError(f"{file} is nested too deeply to be read.") from None
    faults: list[Fault] = [
        ((name,), f"{name} is not known. Write [[source]] before what is said of a source.")
        for name in data
        if name != "source"
    ]
    raw = data.get("source")
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        faults.append((("source",), "there is no source in it. Begin each with [[source]]."))
        raw = []
    read = [_read(("source", at), each, kept, faults) for at, each in enumerate(raw)]
    faults += _doubles(raw)
    if faults:
        raise SourceFileError(_told(text, file, raw, faults))
    return [each for each in read if each]


def _read(
    place: Path, own: dict[str, Any], kept: Secrets, faults: list[Fault]
) -> ReadSource | None:
    try:
        merged = _with_preset(own)
        _unmask(merged, kept)
    except _FaultError as error:
        faults.append(((*place, *error.path), str(error)))
        return None
    try:
        entry = Entry.model_validate(merged)
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            path = path_of(each, merged)
            faults.append(((*place, *_in_file(path, own)), in_words(each, path, merged)))
        return None
    faults += [((*place, *_in_file(path, own)), words) for path, words in faults_beyond(entry)]
    definition = {name: merged[name] for name in ("preset", *SECTIONS) if name in merged}
    return ReadSource(entry, definition)


def _in_file(path: Path, own: dict[str, Any]) -> Path:
    """Return where in the file something stands; what it has from its preset, by that."""
    return path if not path or path[0] in own or "preset" not in own else ("preset",)


class _FaultError(Exception):
    """Something is wrong at a path within a source."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(words)
        self.path = path


def _with_preset(own: dict[str, Any]) -> dict[str, Any]:
    name = own.get("preset")
    if not isinstance(name, str):
        return dict(own)
    try:
        preset = preset_sections(name)
    except ValueError as error:  # also of TOML that is none
        raise _FaultError(("preset",), f"preset: {error}") from None
    if preset is None:
        raise _FaultError(
            ("preset",),
            f'preset: there is none called "{name}". Write one of {", ".join(preset_names())}.',
        )
    return with_preset(preset, own)


def _unmask(merged: dict[str, Any], kept: Secrets) -> None:
    """Put the secrets that are kept where the file masks them, each in its place."""
    signature = merged.get("signature")
    if not isinstance(signature, dict) or "secret" not in signature:
        return
    said = signature["secret"]
    several = said if isinstance(said, list) else [said]
    stored = kept.get(str(merged.get("name")), ())
    if any(each == MASK and at >= len(stored) for at, each in enumerate(several)):
        raise _FaultError(
            ("signature", "secret"),
            f'signature.secret: "{MASK}" stands for one that is kept, and there is none. '
            'Write the secret, or "env:NAME".',
        )
    revealed = [stored[at] if each == MASK else each for at, each in enumerate(several)]
    merged["signature"] = signature | {
        "secret": revealed if isinstance(said, list) else revealed[0]
    }


def _doubles(raw: Sequence[dict[str, Any]]) -> list[Fault]:
    names = [each.get("name") for each in raw]
    return [
        (("source", at, "name"), f'name: "{name}" is there twice. Give each its own.')
        for at, name in enumerate(names)
        if name is not None and name in names[:at]
    ]


def _told(text: str, file: str, raw: Sequence[dict[str, Any]], faults: Sequence[Fault]) -> str:
    lines = lines_of(text, [path for path, _ in faults])
    told = sorted(
        (line, f"{file}, line {line}{_whose(path, raw)}: {words}")
        for line, (path, words) in zip(lines, faults, strict=True)
    )
    return "\n".join([UNCHANGED, *(words for _, words in told)])


def _whose(path: Path, raw: Sequence[dict[str, Any]]) -> str:
    if len(path) < 2 or not isinstance(path[1], int):
        return ""
    name = raw[path[1]].get("name")
    return f', source "{name}"' if isinstance(name, str) else ""
