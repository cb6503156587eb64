"""What is kept of requests that are not stored: the events that came already, and counts."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class WebhookEvent(SQLModel, table=True):
    """An event that a source has sent, by its own id for it, and the webhook that it became.

    It outlives the webhook, so that an event which is sent again for days makes no second one.
    """

    __tablename__ = "webhook_event"

    webhook_source: str = Field(max_length=100, primary_key=True)
    event_sha256: str = Field(max_length=64, primary_key=True)
    """The SHA-256 of the event's id, which may be of any length, in hexadecimal digits."""
    webhook_id: UUID
    received_at: datetime
    ends_at: datetime = Field(index=True)
    """From when on the same is an event of its own, and this row is in no one's way."""


class WebhookRefusal(SQLModel, table=True):
    """How many requests of a source were answered without being stored, by hour and reason."""

    __tablename__ = "webhook_refusal"

    webhook_source: str = Field(max_length=100, primary_key=True)
    reason: str = Field(max_length=50, primary_key=True)
    """`signature`, `repeat`, `rate`, …: a word of ours, never of the sender's."""
    hour: datetime = Field(primary_key=True)
    """The hour that it happened in, by its beginning."""
    requests: int = 0
