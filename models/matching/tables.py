"""The tables of contact search: communication options, clues, decisions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from models.identity import new_id, utc_now

EMAIL = "Email"
PHONE = "Phone"


class ContactCommunication(SQLModel, table=True):
    """A communication option: an email or phone of a contact, as it was written."""

    __tablename__ = "contact_communication"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    contact_id: UUID = Field(foreign_key="contact.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=50)
    """`Email` or `Phone`."""
    value: str = Field(max_length=250, index=True)
    region: str | None = Field(default=None, max_length=2)
    """Where a phone without a country code is from, ISO 3166."""
    is_valid: bool = True
    created_at: datetime = Field(default_factory=utc_now)


class ContactClue(SQLModel, table=True):
    """One key that a contact is found by, made of normal forms; see `models.matching.clues`."""

    __tablename__ = "contact_clue"
    __table_args__ = (Index("ix_contact_clue_contact_id", "contact_id"),)

    key: UUID = Field(primary_key=True)
    contact_id: UUID = Field(primary_key=True, foreign_key="contact.id", ondelete="CASCADE")


class ContactDecision(SQLModel, table=True):
    """The evidence of one search: which rule found whom, on which kinds of clues."""

    __tablename__ = "contact_decision"
    __table_args__ = (Index("ix_contact_decision_record_id", "record_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    entity: str = Field(max_length=100)
    record_id: UUID
    contact_id: UUID | None = None
    """Without a foreign key: evidence stays where a contact goes."""
    rule: str = Field(max_length=50)
    used: str = Field(default="", sa_type=Text)
    """The kinds of clues that the record gave, separated by commas."""
    unused: str = Field(default="", sa_type=Text)
    """The kinds of values that could not be used, and why."""
    candidates: int = 0
    """How many contacts the rule found; the earliest created was taken."""
    made: bool = False
    """Whether the contact was made rather than found."""
    profile: str = Field(max_length=50)
    decided_at: datetime = Field(default_factory=utc_now)
    flow_run_id: UUID | None = None
