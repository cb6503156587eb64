"""Order: something bought, by a person who may not be the one who pays."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from models.entity import Entity, lookup, money, text


class Order(Entity, table=True):
    """An order, the buyer, and the person it is billed to where that is another."""

    contact_id: UUID | None = lookup("contact", index=True)
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
