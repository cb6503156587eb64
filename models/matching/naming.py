"""The parts of a person's name, where a form asks for the whole, and the whole of its parts."""

from nameparser import HumanName

from models.matching.options import SearchOptions

LONGEST_PART = 100
LONGEST_NAME = 250


def name_fields(options: SearchOptions) -> dict[str, str | None]:
    """Return the name columns of a contact: as given, and the missing ones of the others."""
    given, middle, surname = options.given_name, options.middle_name, options.surname
    if options.full_name and not (given or surname):
        given, middle, surname = parts_of(options.full_name)
    return {
        "name": (options.full_name or options.name_from_parts)[:LONGEST_NAME] or None,
        "given_name": _part(given),
        "middle_name": _part(middle),
        "surname": _part(surname),
    }


def parts_of(full_name: str) -> tuple[str, str, str]:
    """Split a full name into first, middle and last name, as well as a name can be split."""
    name = HumanName(full_name)
    return name.first, name.middle, " ".join(filter(None, (name.last, name.suffix)))


def _part(part: str | None) -> str | None:
    return part[:LONGEST_PART] if part else None
