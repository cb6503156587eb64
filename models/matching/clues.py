"""What of the search options is usable, in normal forms, and the keys it is found by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from models.matching.options import SearchOptions
from models.matching.profiles import MOST_REMEMBERED, Profile


class ClueKind(StrEnum):
    """What a key is made of."""

    EMAIL = "email"
    EMAIL_AND_PHONE = "email and phone"
    NAME_AND_PHONE = "full name and phone"


@dataclass
class Clues:
    """Normal forms of emails, phones and full names, in the order in which they were given."""

    emails: dict[str, str] = field(default_factory=dict)
    """By normal form, as it was written."""
    phones: dict[str, str] = field(default_factory=dict)
    """By normal form, as it was written."""
    names: list[str] = field(default_factory=list)
    """As stored, and as first, middle and last name put together."""
    unused: list[str] = field(default_factory=list)
    """The kinds of values that were given and cannot be used, never the values."""

    @property
    def used(self) -> list[str]:
        """Return the kinds of clues that there are."""
        kinds = {"full name": self.names, "email": self.emails, "phone": self.phones}
        return [kind for kind, values in kinds.items() if values]


def clues_in(options: SearchOptions, profile: Profile, region: str | None) -> Clues:
    """Take the usable clues from search options.

    Args:
        options: what was written.
        profile: how to compare it.
        region: where phone numbers without a country code are from, ISO 3166 of two letters.
    """
    clues = Clues()
    for email in options.emails:
        _add(clues.emails, clues.unused, profile.email(email), email, "email (is none)")
    for phone in options.phones:
        _add(clues.phones, clues.unused, profile.phone(phone, region), phone, "phone (is none)")
    for name in filter(None, (options.full_name, options.name_from_parts)):
        form = profile.full_name(name)
        if form is None:
            clues.unused.append("full name (unreadable characters)")
        elif form not in clues.names:
            clues.names.append(form)
    return clues


def _add(forms: dict[str, str], unused: list[str], form: str | None, value: str, no: str) -> None:
    if form is None:
        unused.append(no)
    else:
        forms.setdefault(form, value)


def keys_of(
    profile: Profile, emails: Iterable[str], phones: Iterable[str], names: Iterable[str]
) -> set[UUID]:
    """Return the keys of everything that these normal forms can be found by."""
    emails, phones, names = list(emails), list(phones), list(names)
    return {
        *email_keys(profile, emails),
        *email_and_phone_keys(profile, emails, phones),
        *name_and_phone_keys(profile, names, phones),
    }


def email_keys(profile: Profile, emails: Iterable[str]) -> Iterator[UUID]:
    """Yield the keys by which an email finds someone."""
    for email in emails:
        yield _key(profile.name, ClueKind.EMAIL, email)


def email_and_phone_keys(
    profile: Profile, emails: Iterable[str], phones: Iterable[str]
) -> Iterator[UUID]:
    """Yield the keys by which an email together with a phone finds someone."""
    phones = list(phones)
    for email in emails:
        for phone in phones:
            yield _key(profile.name, ClueKind.EMAIL_AND_PHONE, email, phone)


def name_and_phone_keys(
    profile: Profile, names: Iterable[str], phones: Iterable[str]
) -> Iterator[UUID]:
    """Yield the keys by which a full name together with a phone finds someone."""
    phones = list(phones)
    for name in names:
        for phone in phones:
            yield _key(profile.name, ClueKind.NAME_AND_PHONE, name, phone)


@lru_cache(MOST_REMEMBERED)
def _key(profile: str, kind: ClueKind, *forms: str) -> UUID:
    """Hash a clue to 16 bytes: keys of one small size make one small index serve every rule."""
    text = "\0".join((profile, kind, *forms))
    return UUID(bytes=blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())
