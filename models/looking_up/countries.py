"""What countries are called, in ISO 3166 and every day, in English and other languages."""

import gettext
from collections.abc import Iterable, Iterator
from functools import cache
from unicodedata import combining, normalize

import pycountry

from models.matching.regions import EVERYDAY_NAMES

LANGUAGES = "da de es fi fr it nb nl pl pt pt_BR sv".split()
"""Languages in which forms offer countries; English comes first."""


def folded(name: str) -> str:
    """Fold what people write differently in a name: case, accents, apostrophes, spaces."""
    letters = "".join(each for each in normalize("NFKD", name) if not combining(each))
    return " ".join(letters.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())


def country_code(name: str) -> str | None:
    """Find the ISO 3166 code of two letters for a country's name or code, in any spelling."""
    key = folded(name)
    return _in_english().get(key) or _in_other_languages().get(key)


@cache
def _in_english() -> dict[str, str]:
    named = _unambiguous((name, code) for code, names in _names() for name in names)
    return named | {folded(name): code for name, code in EVERYDAY_NAMES.items()}


@cache
def _in_other_languages() -> dict[str, str]:
    """Read the translations that pycountry brings; a name that means two countries means none."""
    return _unambiguous(
        (translation.gettext(name), code)
        for translation in _translations()
        for code, names in _names()
        for name in names
    )


def _translations() -> Iterator[gettext.NullTranslations]:
    for language in LANGUAGES:
        yield gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True
        )


def _names() -> Iterator[tuple[str, list[str]]]:
    fields = ("alpha_2", "alpha_3", "name", "official_name", "common_name")
    for country in pycountry.countries:
        names = (getattr(country, field, None) for field in fields)
        yield country.alpha_2, [name for name in names if name]


def _unambiguous(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    codes: dict[str, set[str]] = {}
    for name, code in named:
        codes.setdefault(folded(name), set()).add(code)
    return {name: found.pop() for name, found in codes.items() if len(found) == 1}
