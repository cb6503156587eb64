"""The tables of telling people: notifications, and alarms."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.identity import new_id, utc_now


class Topic(StrEnum):
    """What a notification may tell of."""

    NEW_WEBHOOKS = "new-webhooks"
    PROCESSING_ERRORS = "processing-errors"
    STUCK_QUEUE = "stuck-queue"
    SILENT_SOURCE = "silent-source"


class Notification(SQLModel, table=True):
    """An address that a user wants told, of which topics, and how far it has been told."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    address: str = Field(sa_type=Text)
    """An apprise URL. It is a secret: it may hold a password or a token."""
    new_webhooks: bool = False
    processing_errors: bool = False
    stuck_queue: bool = False
    silent_source: bool = False
    webhook_source: str | None = Field(default=None, max_length=100)
    """The name of the one source that it tells of; without one, of all."""
    with_data: bool = False
    """Whether the webhooks' own data is in the message."""
    told_until: datetime = Field(default_factory=utc_now)
    """Webhooks and errors up to this moment have been told."""
    alarms_told_until: datetime = Field(default_factory=utc_now)
    """Alarms raised or cleared up to this moment have been told."""
    sending_until: datetime | None = None
    """Until when another run has it in hand; a run that was killed does not hold it longer."""
    last_sent_at: datetime | None = None
    failing_since: datetime | None = None
    """Since when its address does not take messages."""
    created_at: datetime = Field(default_factory=utc_now)

    def topics(self) -> list[Topic]:
        """Return what it tells of."""
        return [topic for topic in Topic if getattr(self, topic.replace("-", "_"))]

    def tells(self, topic: Topic) -> bool:
        """Say whether it tells of a topic."""
        return topic in self.topics()


class Alarm(SQLModel, table=True):
    """A state of things that someone should know of, from when it was noticed to its end."""

    __table_args__ = (
        Index(  # one at a time of each, whatever runs at once
            "ix_alarm_standing",
            "topic",
            "webhook_source",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
            sqlite_where=text("cleared_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    topic: str = Field(max_length=50)
    """The stuck queue, or a silent source."""
    webhook_source: str = Field(default="", max_length=100)
    """The name of the source that is silent."""
    since: datetime
    """Since when the queue waits, or when the source was last heard."""
    raised_at: datetime
    cleared_at: datetime | None = None
