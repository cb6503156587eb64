"""Order: something bought, by a person who may not be the one who pays."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from models.entity import OfPerson, money, text
from models.matching.options import PersonColumns, SearchOptions, options_from


class Order(OfPerson, table=True):
    """An order, the buyer, and the person it is billed to where that is another."""

    person: ClassVar = PersonColumns(full_name="name", emails=("email",), phones=("phone",))
    billing: ClassVar = PersonColumns(
        full_name="billing_name", emails=("billing_email",), phones=("billing_phone",)
    )

    number: str | None = text(100)
    date: datetime | None = None
    amount: Decimal | None = money()
    currency: str | None = text(3)
    name: str | None = text()
    """The buyer's full name."""
    email: str | None = text()
    phone: str | None = text(50)
    billing_name: str | None = text()
    billing_email: str | None = text()
    billing_phone: str | None = text(50)
    notes: str | None = text(None)

    def define_search_options(self) -> SearchOptions:
        """Search for the person that the order is billed to, before the one who placed it.

        A billing name alone finds no one, and may be a company's: it needs an email or a phone.
        """
        billed = options_from(self.billing, vars(self))
        if billed.emails or billed.phones:
            return billed
        return super().define_search_options()
