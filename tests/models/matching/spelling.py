"""How people write emails, phones and names in forms, with the care they have."""

import unicodedata
from random import Random

import phonenumbers
from phonenumbers import PhoneNumberFormat as Format

STARTS = {
    "US": [f"+1{area}" for area in (202, 212, 303, 312, 404, 415, 512, 617, 713, 206)],
    "DE": ["+49151", "+49160", "+49171", "+49175"],
    "GB": ["+447400", "+447700", "+447911"],
    "FR": ["+336", "+337"],
}
DIGITS_LEFT = {"US": 7, "DE": 7, "GB": 6, "FR": 8}


def ascii_of(text: str) -> str:
    """Write a name as it stands in an address: lower case, no accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.lower().replace("'", "")


def new_phone(random: Random, country: str) -> str:
    """Make up a number of a country, E.164."""
    first = str(random.randint(2, 9))
    rest = "".join(random.choices("0123456789", k=DIGITS_LEFT[country] - 1))
    return random.choice(STARTS[country]) + first + rest


def mistyped(random: Random, text: str) -> str:
    """Make one typing error: a letter left out, doubled, or changed places with the next."""
    at = random.randrange(1, len(text) - 1)
    return random.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        )
    )


def varied_email(random: Random, email: str, shows: set[str]) -> str:
    """Write an email as one does in forms."""
    local, _, domain = email.partition("@")
    how = random.choices(
        ("as is", "email in capitals", "capital letters", "space around", "typing error"),
        weights=(72, 3, 13, 9, 3),
    )[0]
    shows.add(how)
    return {
        "as is": email,
        "email in capitals": email.upper(),
        "capital letters": f"{local.title()}@{random.choice((domain, domain.capitalize()))}",
        "space around": random.choice((f"{email} ", f" {email}")),
        "typing error": mistyped(random, local) + "@" + domain,
    }[how]


def varied_phone(random: Random, phone: str, shows: set[str]) -> str:
    """Write a number as one does in forms: with or without the country, and any signs between."""
    number = phonenumbers.parse(phone)
    national = phonenumbers.format_number(number, Format.NATIONAL)
    international = phonenumbers.format_number(number, Format.INTERNATIONAL)
    how = random.choices(
        ("E.164", "international", "00", "national", "digits", "no plus", "typing error"),
        weights=(15, 20, 5, 35, 17, 6, 2),
    )[0]
    shows.add(f"phone {how}")
    return {
        "E.164": phone,
        "international": random.choice((international, international.replace(" ", "-"))),
        "00": "00" + international.removeprefix("+"),
        "national": random.choice((national, national.replace(" ", "."))),
        "digits": "".join(filter(str.isdigit, national)),
        "no plus": phone.removeprefix("+"),
        "typing error": mistyped(random, phone),
    }[how]


def varied_name(random: Random, given: str, surname: str, shows: set[str]) -> dict[str, str]:
    """Write a name as one does in forms: in two fields or one."""
    given, surname = (_varied_word(random, each, shows) for each in (given, surname))
    how = random.choices(
        ("first and last", "full name", "Last, First", "swapped names", "spaces in name"),
        weights=(58, 28, 4, 4, 6),
    )[0]
    shows.add(how)
    if how == "first and last":
        return {"given_name": given, "surname": surname}
    if how == "swapped names":
        return {"given_name": surname, "surname": given}
    if how == "spaces in name":
        return {"given_name": f"{given} ", "surname": surname}
    return {"full_name": f"{given} {surname}" if how == "full name" else f"{surname}, {given}"}


def _varied_word(random: Random, word: str, shows: set[str]) -> str:
    how = random.choices(
        ("as is", "lower case", "upper case", "no accents", "typing error"),
        weights=(85, 7, 3, 3, 2),
    )[0]
    shows.add(f"name {how}")
    return {
        "as is": word,
        "lower case": word.lower(),
        "upper case": word.upper(),
        "no accents": ascii_of(word).capitalize(),
        "typing error": mistyped(random, word) if len(word) > 3 else word,
    }[how]
