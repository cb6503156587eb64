"""When two spellings are the same email, phone or name: one profile a way to see it.

A profile turns each value into its normal form, or into None where the value is unusable. Two
values are the same where their normal forms are equal.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

MOST_REMEMBERED = 10_000
"""Normal forms that a process keeps: a batch asks for each several times, and they are costly."""

LEAST_PHONE_DIGITS = 6
MOST_PHONE_DIGITS = 20


@dataclass(frozen=True)
class Profile:
    """A named way to compare what identifies people."""

    name: str
    email: Callable[[str], str | None]
    phone: Callable[[str, str | None], str | None]
    """Takes the number and the region, ISO 3166 of two letters, that it is from."""
    full_name: Callable[[str], str | None]
    names_agree: Callable[[Iterable[str], Iterable[str]], bool]
    """Whether an email alone may find someone: the names of the form, and those of the contact."""


@lru_cache(MOST_REMEMBERED)
def folded_email(text: str) -> str | None:
    """Trim, fold case, and write the domain as IDNA; no dots or tags are taken out.

    Case is folded one letter to one: the full folding would make the address of
    strasse@… of straße@….
    """
    local_part, _, domain = text.strip().rpartition("@")
    if _PLAIN_LOCAL_PART.fullmatch(local_part):
        known = _domain_of(domain)
        if known and len(local_part) + 1 + len(known) <= MOST_EMAIL_LETTERS:
            return f"{local_part.lower()}@{known}"
    return _validated(text)


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_LOCAL_PART = re.compile(rf"(?=.{{1,64}}$){_ATOM}(?:\.{_ATOM})*")
"""RFC 5321's dot-string in ASCII, about which there is no question."""

MOST_EMAIL_LETTERS = 254


@lru_cache(MOST_REMEMBERED)
def _domain_of(text: str) -> str | None:
    """Return a domain as IDNA: most addresses of a batch share a few, and each is costly."""
    folded = _validated(f"x@{text}")
    return folded.removeprefix("x@") if folded else None


def _validated(text: str) -> str | None:
    if _is_hostile(text):
        return None
    try:
        valid = validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError:
        return None
    return f"{valid.local_part.lower()}@{valid.ascii_domain or valid.domain}"


def verbatim_email(text: str) -> str | None:
    """Take an email as it is written, where it is one."""
    return text if folded_email(text) else None


@lru_cache(MOST_REMEMBERED)
def e164_phone(text: str, region: str | None) -> str | None:
    """Write a number as E.164 for its region; its digits where that cannot be told."""
    digits = digits_of_phone(text, region)
    if digits is None:
        return None
    number = _parsed(text, region)
    if number is None and digits.startswith("00"):  # how most of the world dials abroad
        number = _parsed("+" + digits.removeprefix("00"), None)
    if number is None:
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    whole = phonenumbers.ValidationResult.IS_POSSIBLE  # not one that lacks its area code
    return number if phonenumbers.is_possible_number_with_reason(number) == whole else None


_MARK = re.compile("[\u0300-\u036f]")
_LETTER = re.compile(r"[^\W\d_]")
_NO_DIGIT = re.compile(r"\D")
_EXTENSION = re.compile(r"(?:ext\.?|extension|x|#)\s*\d{1,7}$", re.IGNORECASE)


def digits_of_phone(text: str, _region: str | None) -> str | None:
    """Keep the digits of a phone number alone, where it is one; an extension is left out."""
    number = _EXTENSION.sub("", text.strip())
    if _LETTER.search(number) or _is_hostile(number):
        return None
    digits = _NO_DIGIT.sub("", number)
    if not digits.isascii():
        digits = "".join(str(int(each)) for each in digits)
    return digits if LEAST_PHONE_DIGITS <= len(digits) <= MOST_PHONE_DIGITS else None


_TYPOGRAPHIC = str.maketrans("‘’ʼ‐‑–", "'''---")  # noqa: RUF001  these are what it is about
_AFTER_COMMA = {"jr", "sr", "ii", "iii", "iv", "md", "phd", "dds", "esq", "mba", "cpa"}


@lru_cache(MOST_REMEMBERED)
def folded_name(text: str) -> str | None:
    """Normalise Unicode, fold case and spaces, and put "Last, First" right."""
    if _is_hostile(text):
        return None
    name = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHIC).casefold()
    last, comma, first = name.partition(",")
    if comma and "," not in first and first.strip().replace(".", "") not in _AFTER_COMMA:
        name = f"{first} {last}"
    return " ".join(name.split()) or None


def verbatim_name(text: str) -> str | None:
    """Take a full name as it is written."""
    return text if text.strip() and not _is_hostile(text) else None


def _is_hostile(text: str) -> bool:
    """Say whether a text holds what no one types: control characters, marks that turn text round.

    What joins letters within a word (ZWJ, ZWNJ) is typed, in Persian and Hindi among others.
    """
    return not text.isprintable() and any(
        unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co") and each not in "\t\n\r\u200c\u200d"
        for each in text
    )


def may_be_one_person(names: Iterable[str], others: Iterable[str]) -> bool:
    """Say whether two people's full names, in normal form, may be one person's.

    They may where they have a word in common, accents aside: people marry, abbreviate, mistype. Two
    complete names with nothing in common are two people who share a mailbox. A name that is
    missing, of a single word, or in another script says nothing.
    """
    words, other_words = _words(names), _words(others)
    if min(len(words), len(other_words)) < 2 or _is_latin(words) != _is_latin(other_words):
        return True
    return not words.isdisjoint(other_words)


def _words(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in _words_of(name)}


@lru_cache(MOST_REMEMBERED)
def _words_of(name: str) -> list[str]:
    return re.findall(r"\w+", _MARK.sub("", unicodedata.normalize("NFKD", name)))


def _is_latin(words: set[str]) -> bool:
    return all(word.isascii() for word in words)


CREATIO = Profile(
    "creatio", verbatim_email, digits_of_phone, verbatim_name, names_agree=lambda _, __: True
)
"""Phones compare as digits, names and emails as written: the description's behaviour."""

DEFAULT = Profile("default", folded_email, e164_phone, folded_name, names_agree=may_be_one_person)
"""Spellings of the same value are one; who writes from a mailbox of many is told by the name."""

PROFILES = {profile.name: profile for profile in (DEFAULT, CREATIO)}
