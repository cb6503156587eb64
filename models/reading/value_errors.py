"""What can be wrong with one value, in the description's words, with advice on what to do."""

from models.reading.parse_error import QUOTED_NAME_CHARACTERS, Kind, ParseError, printable


def value_not_cast(column: str, entity: str, actual: str, expected: str) -> ParseError:
    """A value is of another type than its column."""
    return ParseError(
        Kind.VALUE_NOT_CAST,
        _about_value(column, entity, f"Cannot cast {actual} to {expected}."),
        f"Have the service send {column} as {expected}, or send it to a text column.",
        column,
    )


def text_too_long(column: str, entity: str, actual: int, longest: int) -> ParseError:
    """A text is longer than its column."""
    return ParseError(
        Kind.TEXT_TOO_LONG,
        _about_value(
            column, entity, f"Text of {actual} characters is longer than the allowed {longest}."
        ),
        f"Limit the field in the service to {longest} characters, or send it to Notes, which has "
        "no limit.",
        column,
    )


def lookup_not_found(column: str, entity: str, table: str, value: str) -> ParseError:
    """A lookup has no row with the id that was sent."""
    return ParseError(
        Kind.LOOKUP_NOT_FOUND,
        _about_value(column, entity, f'Item with id "{value}" not found in {table}.'),
        f"Send {column} as the id of a row of {table}, or send text to a text column.",
        column,
    )


def lookup_name_not_found(column: str, entity: str, table: str, name: str) -> ParseError:
    """A lookup has no row with the name that was sent."""
    quoted = printable(name[:QUOTED_NAME_CHARACTERS])
    return ParseError(
        Kind.LOOKUP_NOT_FOUND,
        _about_value(column, entity, f'Item with name "{quoted}" not found in {table}.'),
        f"Send the name or id of a row of {table}. A row gets another name by "
        f"`hookline lookup alias {table}`; missing rows are made after `hookline lookup set`.",
        column,
    )


def value_required(column: str, entity: str) -> ParseError:
    """A column that may not be empty has no value."""
    return ParseError(
        Kind.VALUE_REQUIRED,
        _about_value(column, entity, "The column is required and has no value."),
        f"Have the service send {column}. No record of {entity} is made without it.",
        column,
    )


def _about_value(column: str, entity: str, exception: str) -> str:
    return (
        "An error occurred while setting the column value. "
        f"ColumnName:{column}. EntityName:{entity}. Exception:{exception}"
    )
