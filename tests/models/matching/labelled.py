"""Forms of people we know, with the variations that real forms show: a set made from a fixed seed.

The shares below were set down before either profile was measured, and are not tuned to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from models.matching.options import SearchOptions
from tests.models.matching import spelling

SEED = 2371
PEOPLE = 1500
SITE_REGION = "US"
"""Where phone numbers are from where the form names no country."""

GIVEN = (
    "Ada Alan Amélie Andreas Anna Antoine Ben Björn Carla Charlotte Chloé Clara Daniel David Elena "
    "Emily Emma Eric Fatima Felix François Georg Grace Hannah Hassan Helen Henry Inés Isabel Jack "
    "James Jean Joanna Johan John José Julia Karl Kate Laura Lea Léo Linda Lucas Lucía Maria Mark "
    "Mary Max Mia Michael Mohamed Nina Noah Oliver Olivia Paul Peter Priya Robert Rosa Samuel Sara "
    "Sofia Stefan Susan Thomas Tim Victoria Wei William Yuki Zoë"
).split()
SURNAMES = (
    "Adams Allen Bach Baker Bauer Becker Bell Bernard Bianchi Brown Campbell Carter Clark Cohen "
    "Collins Cooper Curie Davies Davis Diaz Dubois Durand Edwards Evans Fischer Flores Fournier "
    "García Girard Gómez Graham Gray Green Günther Hall Harris Hill Hoffmann Hughes Jackson Jones "
    "Kaufmann Keller Kelly Khan King Klein Koch Krüger Lambert Lang Laurent Lee Lefèvre Lehmann "
    "Lewis López Lovelace Martin Martínez Meyer Miller Mitchell Moore Morgan Morris Müller Murphy "
    "Nguyen Novak O'Brien O'Connor Parker Patel Perez Petit Phillips Richter Roberts Robin Rossi "
    "Roux Russo Schäfer Schmidt Schneider Schulz Scott Silva Simon Singh Smith Stewart Taylor "
    "Thompson Turner Vogel Wagner Walker Ward Watson Weber White Wilson Wolf Wood Wright Young"
).split()
MAILS = ("gmail.com", "outlook.com", "web.de", "orange.fr", "btinternet.com", "icloud.com")
COUNTRIES = {"US": "United States", "DE": "Germany", "GB": "United Kingdom", "FR": "France"}
LISTED_DESKS = ("info", "office", "sales", "contact", "hello")
UNLISTED_DESKS = (
    "praxis",
    "studio",
    "frontoffice",
    "{firm}",
    "the{firm}s",
    "mail.{firm}",
    "empfang",
)


@dataclass
class KnownPerson:
    """A person, and all that they may write in a form."""

    number: int
    given: str
    surname: str
    country: str
    emails: list[str]
    mobile: str | None
    family_phone: str | None = None
    office_email: str | None = None
    office_phone: str | None = None


@dataclass(frozen=True)
class LabelledForm:
    """What was sent, and who it was."""

    person: int
    options: SearchOptions
    region: str
    shows: frozenset[str] = field(default_factory=frozenset)
    """The variations in it, by name."""


def labelled_forms(seed: int = SEED) -> list[LabelledForm]:
    """Make all forms of all people, in the order received."""
    random = Random(seed)
    forms = [form for person in _people(random) for form in _forms_of(random, person)]
    random.shuffle(forms)
    return forms


def _people(random: Random) -> list[KnownPerson]:
    people = [_person(random, number) for number in range(PEOPLE)]
    for family in _groups(random, people, share=0.24, most=4):
        _make_family(random, family)
    for number, colleagues in enumerate(_groups(random, people, share=0.16, most=6)):
        _make_office(random, colleagues, listed=number % 2 == 0)
    return people


def _person(random: Random, number: int) -> KnownPerson:
    given, surname = random.choice(GIVEN), random.choice(SURNAMES)
    country = random.choices(list(COUNTRIES), weights=(70, 12, 10, 8))[0]
    local = random.choice(("{0}.{1}", "{0}{1}", "{0}_{1}", "{2}{1}")).format(
        *(spelling.ascii_of(each) for each in (given, surname, given[0]))
    )
    emails = [f"{local}{number}@{random.choice(MAILS)}"]
    if random.random() < 0.25:
        emails.append(f"{local}@{spelling.ascii_of(surname)}{number}.example.com")
    mobile = spelling.new_phone(random, country) if random.random() < 0.9 else None
    return KnownPerson(number, given, surname, country, emails, mobile)


def _groups(
    random: Random, people: list[KnownPerson], share: float, most: int
) -> Iterator[list[KnownPerson]]:
    """Yield groups of two to `most` people, until they hold that share of all."""
    chosen = random.sample(people, int(len(people) * share))
    while len(chosen) >= 2:
        size = random.randint(2, most)
        yield chosen[:size]
        chosen = chosen[size:]


def _make_family(random: Random, family: list[KnownPerson]) -> None:
    """Give a family one phone at home; one in four has one mailbox for all beside it."""
    first = family[0]
    home, mailbox = spelling.new_phone(random, first.country), None
    if random.random() < 0.25:
        mailbox = f"familie.{spelling.ascii_of(first.surname)}{first.number}@gmail.com"
    for person in family:
        person.country, person.family_phone = first.country, home
        person.mobile = spelling.new_phone(random, first.country) if person.mobile else None
        person.surname = first.surname
        if mailbox:
            person.emails.append(mailbox)


def _make_office(random: Random, colleagues: list[KnownPerson], *, listed: bool) -> None:
    """Give colleagues one office email, of a kind that lists know or of another, and one phone."""
    firm = f"{spelling.ascii_of(colleagues[0].surname)}{colleagues[0].number}"
    desk = random.choice(LISTED_DESKS if listed else UNLISTED_DESKS).format(firm=firm)
    phone = spelling.new_phone(random, colleagues[0].country)
    for person in colleagues:
        person.office_email = f"{desk}@{firm}.example.com"
        person.office_phone = phone if person.country == colleagues[0].country else None


def _forms_of(random: Random, person: KnownPerson) -> Iterator[LabelledForm]:
    for _ in range(random.choices(range(1, 9), weights=(14, 20, 20, 16, 12, 8, 6, 4))[0]):
        yield _form(random, person)


def _form(random: Random, person: KnownPerson) -> LabelledForm:
    asks = random.choices(
        ("all", "no phone", "no email", "name only", "no name"), weights=(52, 26, 13, 3, 6)
    )[0]
    shows = {asks}
    email = phone = None
    names: dict[str, Any] = {}
    if asks not in ("no email", "name only"):
        email = spelling.varied_email(random, _one_email(random, person, shows), shows)
    if asks not in ("no phone", "name only") and (number := _one_phone(random, person, shows)):
        phone = spelling.varied_phone(random, number, shows)
    if asks != "no name":
        names = spelling.varied_name(random, person.given, person.surname, shows)
    names_country = random.random() < 0.5
    options = SearchOptions(
        **names, emails=(email,) if email else (), phones=(phone,) if phone else ()
    )
    region = person.country if names_country else SITE_REGION
    return LabelledForm(person.number, options, region, frozenset(shows))


def _one_email(random: Random, person: KnownPerson, shows: set[str]) -> str:
    if person.office_email and random.random() < 0.4:
        shows.add("shared office email")
        return person.office_email
    if len(person.emails) > 1 and random.random() < 0.35:
        shows.add("second email")
        return random.choice(person.emails[1:])
    return person.emails[0]


def _one_phone(random: Random, person: KnownPerson, shows: set[str]) -> str | None:
    if person.office_phone and random.random() < 0.3:
        shows.add("shared office phone")
        return person.office_phone
    if person.family_phone and random.random() < 0.4:
        shows.add("shared family phone")
        return person.family_phone
    return person.mobile
