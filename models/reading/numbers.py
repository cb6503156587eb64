"""Numbers, as people and programs write them."""

import re
from decimal import Decimal, InvalidOperation

# Bounds on the digits, since a number of a million of them takes half a minute to read.
_GROUPED = {False: r"\d{1,3}(?:[, ]\d{3}){1,12}", True: r"\d{1,3}(?:[. ]\d{3}){1,12}"}
_NUMBER = {
    comma: re.compile(rf"[+-]?(?:{_GROUPED[comma]}|\d{{1,40}})?(?:{mark}(\d{{1,40}})?)?", re.ASCII)
    for comma, mark in ((False, r"\."), (True, ","))
}
_EXPONENT = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,2}", re.ASCII)


def read_number(text: str, decimal_comma: bool) -> Decimal:
    """Read a number: 1234.5, 1,234.50, 1 234.50, 1.2345e3.

    Args:
        text: what was written.
        decimal_comma: whether 1.234,50 is written for 1234.5.

    Raises:
        ValueError: the text is no number.
    """
    text = text.strip().replace("\u00a0", " ").replace("\u202f", " ")
    if not _EXPONENT.fullmatch(text):
        if not _NUMBER[decimal_comma].fullmatch(text):
            raise ValueError("no number")
        text = text.replace(" ", "").replace("." if decimal_comma else ",", "").replace(",", ".")
    try:
        return Decimal(text)
    except InvalidOperation:  # a sign or a mark alone
        raise ValueError("no number") from None
