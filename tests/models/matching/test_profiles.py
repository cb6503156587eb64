"""When two spellings are one email, phone or name, in both profiles."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from models.matching.profiles import CREATIO, DEFAULT, PROFILES, Profile, may_be_one_person

EMAILS = [
    # written                    default                       creatio: as written
    ("ada@example.com", "ada@example.com", "ada@example.com"),
    (" ada@example.com\n", "ada@example.com", " ada@example.com\n"),
    ("Ada@Example.COM", "ada@example.com", "Ada@Example.COM"),
    ("ada@BÜCHER.de", "ada@xn--bcher-kva.de", "ada@BÜCHER.de"),
    ("ada@xn--bcher-kva.de", "ada@xn--bcher-kva.de", "ada@xn--bcher-kva.de"),
    ("a.da+news@gmail.com", "a.da+news@gmail.com", "a.da+news@gmail.com"),
    ("ada", None, None),
    ("ada@", None, None),
    ("ada@localhost", None, None),
    ("Ada <ada@example.com>", None, None),
    ("ada@example.com, bob@example.com", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("written", "default", "creatio"), EMAILS)
def test_an_email_has_a_normal_form(written: str, default: str | None, creatio: str | None) -> None:
    assert (DEFAULT.email(written), CREATIO.email(written)) == (default, creatio)


PHONES = [
    # written                region  default          creatio: its digits
    ("+1 617 555 0100", None, "+16175550100", "16175550100"),
    ("+1 (617) 555-0100", "DE", "+16175550100", "16175550100"),
    ("001 617 555-0100", "DE", "+16175550100", "0016175550100"),
    ("0016175550100", None, "+16175550100", "0016175550100"),
    ("(617) 555-0100", "US", "+16175550100", "6175550100"),
    ("1 617 555 0100", "US", "+16175550100", "16175550100"),
    ("617.555.0100", None, "6175550100", "6175550100"),
    ("0151 2345678", "DE", "+491512345678", "01512345678"),
    ("+49 (0)151 2345678", "US", "+491512345678", "4901512345678"),
    ("020 7946 0958", "GB", "+442079460958", "02079460958"),
    ("+1 617 555 0100 ext. 12", None, "+16175550100", "16175550100"),
    ("+1 617 555 0100x12", None, "+16175550100", "16175550100"),
    ("٠١٥١ ٢٣٤٥٦٧٨", "DE", "+491512345678", "01512345678"),
    ("555 0100", "US", "5550100", "5550100"),  # no area code: only its digits are sure
    ("12345", "US", None, None),
    ("call me maybe", "US", None, None),
    ("1-800-FLOWERS", "US", None, None),
    ("ABCDEFGHIJ", "US", None, None),
    ("123456789012345678901", "US", None, None),
    ("", "US", None, None),
]


@pytest.mark.parametrize(("written", "region", "default", "creatio"), PHONES)
def test_a_phone_has_a_normal_form(
    written: str, region: str | None, default: str | None, creatio: str | None
) -> None:
    assert (DEFAULT.phone(written, region), CREATIO.phone(written, region)) == (default, creatio)


NAMES = [
    # written              default              creatio: as written
    ("Ada Lovelace", "ada lovelace", "Ada Lovelace"),
    ("  ADA   lovelace ", "ada lovelace", "  ADA   lovelace "),
    ("Lovelace, Ada", "ada lovelace", "Lovelace, Ada"),
    ("King, Martin Luther", "martin luther king", "King, Martin Luther"),
    ("Martin King, Jr.", "martin king, jr.", "Martin King, Jr."),
    ("Lovelace,", "lovelace", "Lovelace,"),
    ("Zoe\u0308 Müller", "zoë müller", "Zoe\u0308 Müller"),
    ("Ａｄａ", "ada", "Ａｄａ"),  # full-width letters
    ("Conor O’Brien", "conor o'brien", "Conor O’Brien"),
    ("STRASSE", "strasse", "STRASSE"),
    ("Ada\tLovelace", "ada lovelace", "Ada\tLovelace"),
    ("   ", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("written", "default", "creatio"), NAMES)
def test_a_name_has_a_normal_form(written: str, default: str | None, creatio: str | None) -> None:
    assert (DEFAULT.full_name(written), CREATIO.full_name(written)) == (default, creatio)


both_profiles = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)

LOOK_ALIKES = [
    ("ada@example.com", "ada@еxample.com"),  # a Cyrillic е
    ("ada@example.com", "аda@example.com"),  # a Cyrillic а
    ("sam@example.com", "\u017fam@example.com"),  # the long s
    ("fiona@example.com", "\ufb01ona@example.com"),  # fi as one letter
    ("strasse@example.com", "straße@example.com"),
    ("ada@strasse.de", "ada@straße.de"),
    ("ada@example.com", "a.da@example.com"),
    ("ada@example.com", "ada+1@example.com"),
    ("ada@example.com", "ada@example.com.evil.example"),
]


@both_profiles
@pytest.mark.parametrize(("email", "look_alike"), LOOK_ALIKES)
def test_an_address_that_looks_alike_is_another(
    profile: Profile, email: str, look_alike: str
) -> None:
    assert profile.email(look_alike) != profile.email(email)


HOSTILE = [
    "\x00",
    "\x07",
    "\x1b[31m",
    "\u200b",  # a space of no width
    "\u200f",  # right-to-left mark
    "\u202e",  # turns the text that follows round
    "\u2066",
    "\ufeff",
    "\ud800",  # half of a letter
    "\ue000",  # a letter of no one's
]


@both_profiles
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_what_no_one_types_makes_a_value_unusable(profile: Profile, hostile: str) -> None:
    assert profile.email(f"ada{hostile}@example.com") is None
    assert profile.email(f"ada@example.com{hostile}") is None
    assert profile.phone(f"+1 617 {hostile}555 0100", "US") is None
    assert profile.full_name(f"Ada{hostile} Lovelace") is None


def test_what_joins_letters_in_persian_and_hindi_is_typed() -> None:
    assert DEFAULT.full_name("علی\u200cرضا") == "علی\u200cرضا"


@both_profiles
def test_very_long_values_are_handled(profile: Profile) -> None:
    long = "a" * 1_000_000
    assert profile.email(f"{long}@example.com") is None
    assert profile.email(f"ada@{long}.com") is None
    assert profile.phone("1" * 1_000_000, "US") is None
    assert profile.full_name(long) == long


@both_profiles
@given(text=st.text(), region=st.sampled_from(["US", "DE", None]))
def test_any_text_at_all_has_a_form_or_none(
    profile: Profile, text: str, region: str | None
) -> None:
    for form in (profile.email(text), profile.phone(text, region), profile.full_name(text)):
        assert form is None or form.strip()


@given(st.emails(), st.text(" \t\n"))
def test_space_around_an_email_and_the_case_of_it_make_no_other(email: str, space: str) -> None:
    if email.isascii():
        assert DEFAULT.email(f"{space}{email.upper()}{space}") == DEFAULT.email(email.lower())


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    for form_of in (DEFAULT.email, DEFAULT.full_name):
        form = form_of(text)
        assert form is None or form_of(form) == form


ONE_PERSON = [
    # may these be one person's names?
    ("ada lovelace", "ada lovelace", True),
    ("ada lovelace", "ada king", True),  # who marries keeps a name
    ("ada lovelace", "lovelace ada", True),
    ("ada lovelace", "a. lovelace", True),
    ("josé garcía", "jose garcia", True),
    ("ada lovelace", "", True),  # no name says nothing
    ("robert smith", "bob", True),  # nor does one that is not complete
    ("ada lovelace", "ада лавлейс", True),  # nor does another script
    ("ada lovelace", "grace hopper", False),
    ("ada lovelace", "adam lovelacey", False),
    ("иван петров", "пётр иванов", False),
]


@pytest.mark.parametrize(("name", "other", "may_be_one"), ONE_PERSON)
def test_names_with_no_word_in_common_are_two_people(
    name: str, other: str, may_be_one: bool
) -> None:
    names, others = [name] if name else [], [other] if other else []
    assert may_be_one_person(names, others) is may_be_one
    assert may_be_one_person(others, names) is may_be_one
    assert CREATIO.names_agree(names, others)


def by_the_library_alone(text: str) -> str | None:
    try:
        valid = validate_email(
            text, check_deliverability=False, globally_deliverable=False, test_environment=True
        )
    except EmailNotValidError:
        return None
    return f"{valid.local_part.lower()}@{valid.ascii_domain}"


local_parts = st.text("abcXYZ019.+-_'!#", max_size=70)
domains = st.sampled_from(
    ["example.com", "BÜCHER.de", "localhost", "a.b", "test", "x" * 64 + ".de"]
)


@given(st.emails() | st.builds("{}@{}".format, local_parts, domains))
def test_an_email_whose_domain_was_seen_before_is_what_the_library_makes_of_it(text: str) -> None:
    assert DEFAULT.email(text) == by_the_library_alone(text)


@pytest.mark.parametrize("letters", [252, 253, 254, 255, 256])
def test_an_email_may_be_as_long_as_the_library_says(letters: int) -> None:
    domain = ".".join(["d" * 60] * 4)[: letters - 12] + ".com"
    text = f"{'a' * (letters - len(domain) - 1)}@{domain}"
    assert len(text) == letters
    assert DEFAULT.email(text) == by_the_library_alone(text)
