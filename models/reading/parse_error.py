"""What can be wrong with a webhook, in the description's words, with advice on what to do.

The six texts that the description lists stand here letter for letter: people search for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

QUOTED_BODY_CHARACTERS = 500
QUOTED_NAME_CHARACTERS = 250


class Kind(StrEnum):
    """The kinds of error. A kind says nothing of the webhook's content, so it may be logged."""

    CONTENT_TYPE_MISSING = "content-type-missing"
    CONTENT_TYPE_UNSUPPORTED = "content-type-unsupported"
    BODY_UNREADABLE = "body-unreadable"
    ENTITY_MISSING = "entity-missing"
    ENTITY_NOT_FOUND = "entity-not-found"
    VALUE_NOT_CAST = "value-not-cast"
    TEXT_TOO_LONG = "text-too-long"
    LOOKUP_NOT_FOUND = "lookup-not-found"
    RECORD_REFUSED = "record-refused"
    ATTEMPTS_EXHAUSTED = "attempts-exhausted"
    VALUE_REQUIRED = "value-required"
    KEY_TAKEN = "key-taken"
    MAPPING_INVALID = "mapping-invalid"
    MAPPING_FAILED = "mapping-failed"
    NOTHING_MAPPED = "nothing-mapped"
    SPAM_HONEYPOT = "spam-honeypot"
    SPAM_TOO_FAST = "spam-too-fast"


SPAM = {Kind.SPAM_HONEYPOT, Kind.SPAM_TOO_FAST}
"""For these a webhook is not Failed but Quarantined."""


@dataclass(frozen=True)
class ParseError(Exception):
    """One thing that is wrong with a webhook; without a column, it mostly fails the whole."""

    kind: Kind
    message: str
    advice: str
    column: str | None = None

    @property
    def fails(self) -> bool:
        """Say whether no record can be made."""
        if self.column is None:
            return self.kind is not Kind.NOTHING_MAPPED
        return self.kind is Kind.VALUE_REQUIRED


def content_type_missing() -> ParseError:
    """The request named no content type."""
    return ParseError(
        Kind.CONTENT_TYPE_MISSING,
        "An error occurred while processing the webhook. Exception: "
        'The parameter "ContentType" should be existing and not empty.',
        "Have the service send a Content-Type header: application/json, multipart/form-data or "
        "application/x-www-form-urlencoded.",
    )


def content_type_unsupported(received: str) -> ParseError:
    """The request named a content type that no parser reads."""
    return ParseError(
        Kind.CONTENT_TYPE_UNSUPPORTED,
        "An error occurred while processing the webhook. Exception: "
        f"{printable(received[:QUOTED_NAME_CHARACTERS])} type of webhook is unsupported.",
        "Switch the service to application/json, multipart/form-data or "
        "application/x-www-form-urlencoded.",
    )


def body_unreadable(body: bytes, reason: str) -> ParseError:
    """The body is not what its content type says."""
    quoted = body[: 4 * QUOTED_BODY_CHARACTERS].decode("utf-8", "replace")
    if len(quoted) > QUOTED_BODY_CHARACTERS or len(body) > 4 * QUOTED_BODY_CHARACTERS:
        quoted = quoted[:QUOTED_BODY_CHARACTERS] + "…"
    return ParseError(
        Kind.BODY_UNREADABLE,
        "An error occurred while processing the webhook. Exception: "
        f"Could not parse the webhook body: {printable(quoted)}.",
        f"{reason} Correct what the service sends, or the content type that it names.",
    )


def entity_missing() -> ParseError:
    """The body does not say which entity to create."""
    return ParseError(
        Kind.ENTITY_MISSING,
        "An error occurred while processing the webhook. "
        'The parameter "EntityName" should be existing and not empty.',
        "Add a field named EntityName to what the service sends, with the code of the entity to "
        "create, for example FormSubmit. A hidden field of the form will do.",
    )


def entity_not_found(name: str) -> ParseError:
    """The body asks for an entity that there is not, or that webhooks may not create."""
    quoted = printable(name[:QUOTED_NAME_CHARACTERS])
    return ParseError(
        Kind.ENTITY_NOT_FOUND,
        f'An error occurred while processing the webhook. Entity name: "{quoted}" '
        f'Exception: Item with name "{quoted}" not found.',
        "Compare EntityName with the codes in the lookup webhook_entity: it must be one of them. "
        "To allow another entity, add its code there.",
    )


def record_refused(entity: str, reason: str) -> ParseError:
    """The database refused the record; `reason` names the rule that it breaks, not the values."""
    return ParseError(
        Kind.RECORD_REFUSED,
        f'An error occurred while processing the webhook. Entity name: "{entity}" '
        f"Exception: The database refused the record ({reason}).",
        "Look at the constraint that is named, and at the webhook's values for its columns.",
    )


def made_another_before(entity: str, before: str) -> ParseError:
    """The webhook made a record of another entity before, which it would have to become."""
    return ParseError(
        Kind.RECORD_REFUSED,
        f'An error occurred while processing the webhook. Entity name: "{entity}" '
        f"Exception: The webhook made a record of {before} before, which cannot become another.",
        f"Name {before} as EntityName. To have a record of {entity} made instead, delete the first "
        "one, and its row in webhook_record.",
    )


def attempts_exhausted(attempts: int) -> ParseError:
    """The webhook was claimed again and again, and no run came to an end with it."""
    return ParseError(
        Kind.ATTEMPTS_EXHAUSTED,
        "An error occurred while processing the webhook. "
        f"Exception: Processing did not end in {attempts} attempts.",
        "Each run that had it was killed or crashed: look for those runs in Prefect, and at the "
        "size and form of the webhook's body. Once the cause is gone, put it back to New.",
    )


def key_taken(entity: str, columns: Sequence[str]) -> ParseError:
    """A record with the same business key is there, and is not to be changed by webhooks."""
    named = ", ".join(columns)
    return ParseError(
        Kind.KEY_TAKEN,
        f'An error occurred while processing the webhook. Entity name: "{entity}" '
        f"Exception: A record with the same {named} exists already.",
        f"The service has sent it before, or {named} is not unique there. To have a second webhook "
        "update the record, write BusinessKey.that_updates in the entity's file.",
    )


def printable(quoted: str) -> str:
    """Replace what no database keeps as text: NUL and lone surrogates."""
    return quoted.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
