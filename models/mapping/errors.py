"""What can be wrong with a mapping when it meets a request, and how spam is caught; with advice."""

from models.reading.parse_error import Kind, ParseError

QUOTED = 250


def mapping_invalid(reason: str) -> ParseError:
    """The source's definition, as it is stored, is none."""
    return ParseError(
        Kind.MAPPING_INVALID,
        "An error occurred while processing the webhook. "
        f"Exception: The definition of its source cannot be read: {reason}",
        "Correct the source's definition and apply it again, then run the webhook again.",
    )


def mapping_failed(column: str | None, reason: str) -> ParseError:
    """An expression of the mapping cannot be evaluated for this request."""
    at = f"ColumnName:{column}. " if column else ""
    return ParseError(
        Kind.MAPPING_FAILED,
        f"An error occurred while mapping the webhook. {at}Exception:{reason}",
        "Look at what came with `hookline source sample`, and try a corrected mapping with "
        "`hookline source try`.",
        column,
    )


def column_unknown(column: str, entity: str) -> ParseError:
    """The mapping fills a column that the entity has not."""
    return ParseError(
        Kind.MAPPING_FAILED,
        "An error occurred while mapping the webhook. "
        f"ColumnName:{column[:QUOTED]}. EntityName:{entity}. "
        f"Exception:{entity} has no column {column[:QUOTED]}.",
        f"Correct the name in the mapping: the columns of {entity} stand in its file and in the "
        "console.",
        column[:QUOTED],
    )


def nothing_mapped() -> ParseError:
    """No mapping of the source made a record of this request; the webhook is Done all the same."""
    return ParseError(
        Kind.NOTHING_MAPPED,
        "No record was made: the conditions of the source's mappings do not hold for this "
        "request, or their lists are empty.",
        "Nothing needs to be done where that is meant. Otherwise look at `when` and `each`.",
    )


def spam_in_honeypot(field: str) -> ParseError:
    """A field that people do not see was filled in."""
    return ParseError(
        Kind.SPAM_HONEYPOT,
        f'Quarantined as spam: the field "{field}", which people do not see, was filled in.',
        "Nothing was made of it. If a person wrote it, run `hookline webhook release` with its id.",
    )


def spam_too_fast(field: str, took: float, least: float) -> ParseError:
    """The form came back sooner than a person can fill it in."""
    return ParseError(
        Kind.SPAM_TOO_FAST,
        f"Quarantined as spam: the form came {took:.1f} seconds after it was shown, as "
        f'"{field}" says, and a person needs {least:g}.',
        "Nothing was made of it. If a person wrote it, run `hookline webhook release` with its id.",
    )
