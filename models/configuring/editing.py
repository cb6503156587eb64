"""A source edited as text: read and checked, tried as it would be, and saved over what it was."""

from hashlib import sha256

from sqlmodel import Session

from models.configuring.applying import Applied, apply_source, secrets_of
from models.configuring.manner import Manner
from models.configuring.reading import ReadSource, SourceFileError, read_sources
from models.configuring.showing import shown
from models.reading.casting import Notation
from models.source import WebhookSource, get_source

TEXT = "The text"
"""What errors call that which was written."""
MOST_CHARACTERS = 20_000
MOST_LINES = 500
"""To find the line of a fault, the text is read again and again: a longer one takes too long."""


def version_of(source: WebhookSource) -> str:
    """Return what tells whether a source was changed since someone began to edit it."""
    return sha256(shown(source).encode()).hexdigest()


def read_edited(source: WebhookSource, text: str) -> ReadSource:
    """Read what was written about a source, its masked secrets put back.

    Raises:
        SourceFileError: it is too long, something in it is wrong, or it is about another source.
    """
    if len(text) > MOST_CHARACTERS or text.count("\n") >= MOST_LINES:
        raise SourceFileError(
            f"{TEXT} is longer than {MOST_CHARACTERS} characters or {MOST_LINES} lines. Write it "
            "into a file, and use `hookline source try` and `hookline source apply`."
        )
    read = read_sources(text, TEXT, {source.name: secrets_of(source.definition or {})})
    if [each.entry.name for each in read] != [source.name]:
        raise SourceFileError(
            f'{TEXT} is to be about "{source.name}" alone: one [[source]], with this name. A '
            "source cannot be renamed, and others have pages of their own."
        )
    return read[0]


def manner_read(read: ReadSource) -> Manner:
    """Return how requests would be read if what was written were saved."""
    entry = read.entry
    return Manner(Notation(entry.day_first, entry.decimal_comma), entry.entity, entry)


def save_edited(session: Session, name: str, text: str, version: str) -> Applied:
    """Bring a source to what was written about it.

    Args:
        session: the transaction that it happens in.
        name: that of the source.
        text: the TOML, in which what is masked stays as it is.
        version: that of the source when its editing began.

    Raises:
        SourceError: there is no such source, or it was changed in the meantime.
        SourceFileError: something in the text is wrong.
    """
    source = get_source(session, name)
    read = read_edited(source, text)
    if version_of(source) != version:
        raise SourceFileError(
            "Someone changed this source while you were writing. What you wrote is still here; "
            "what is said of it now stands on its page. Save once more to put yours in its place."
        )
    return apply_source(session, read)
