"""Bring sources to what a file says: all of them in one transaction, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from models.configuring.entry import COLUMNS, SECTIONS, columns_of
from models.configuring.reading import ReadSource, Secrets, read_sources
from models.source import WebhookSource, add_source, find_source


@dataclass(frozen=True)
class Applied:
    """What became of one source."""

    name: str
    api_key: str | None
    """The key of one that was made, which is kept nowhere else."""
    changed: Sequence[str]
    """The keys of the file whose value is another now."""
    variables: Sequence[str]
    """The variables of the receiver's environment that its secrets stand in."""


def apply_sources(session: Session, text: str, file: str) -> list[Applied]:
    """Make the sources of a file, or change them; those that it does not name stay.

    What a file no longer says of a source goes back to what it is without it.

    Raises:
        SourceFileError: something in the file is wrong; nothing was changed.
    """
    read = read_sources(text, file, _kept_secrets(session))
    return [apply_source(session, each) for each in read]


def _kept_secrets(session: Session) -> Secrets:
    return {
        source.name: secrets_of(source.definition or {})
        for source in session.exec(select(WebhookSource))
    }


def secrets_of(definition: dict[str, Any]) -> list[str]:
    """Return the secrets in a definition, in their order."""
    signature = definition.get("signature")
    secret = signature.get("secret", []) if isinstance(signature, dict) else []
    return [secret] if isinstance(secret, str) else list(secret)


def apply_source(session: Session, read: ReadSource) -> Applied:
    """Make a source that was read and checked, or bring the one of its name to it."""
    name = read.entry.name
    api_key = None if find_source(session, name) else add_source(session, name)
    source = find_source(session, name)
    assert source  # noqa: S101  it was made if it was not there
    before = columns_of(source) | (source.definition or {})
    after = read.entry.columns() | read.definition
    for key, value in read.entry.columns().items():
        setattr(source, COLUMNS.get(key, key), value)
    source.definition = read.definition or None
    changed = [
        key
        for key in ("preset", *read.entry.columns(), *SECTIONS)
        if before.get(key) != after.get(key)
    ]
    return Applied(name, api_key, changed, read.variables)
