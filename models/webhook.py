"""The webhook: one received request, raw, and what became of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from models.identity import new_id, utc_now


class Status(StrEnum):
    """The stages of a webhook's life."""

    NEW = "New"
    PROCESSING = "Processing"
    DONE = "Done"
    FAILED = "Failed"
    QUARANTINED = "Quarantined"
    """Caught as spam: nothing was made of it, and a person may release it."""


class WebhookStatus(SQLModel, table=True):
    """Lookup: a status, and the longest period that a webhook may stay in it.

    One column drives both recovery (Processing: back to New) and retention (the others: deleted).
    """

    __tablename__ = "webhook_status"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=50, unique=True)
    period_seconds: int
    """Longest stay in this status, in seconds."""


class WebhookEntity(SQLModel, table=True):
    """Lookup: the code of an entity that webhooks may create."""

    __tablename__ = "webhook_entity"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100, unique=True)


class Webhook(SQLModel, table=True):
    """One received request, exactly as it came, and its status."""

    __table_args__ = (
        # Only what waits is in these, so that claiming costs the same whatever has piled up.
        Index(
            "ix_webhook_new",
            "received_at",
            "id",
            postgresql_where=text("status = 'New'"),
            sqlite_where=text("status = 'New'"),
        ),
        Index("ix_webhook_status_since", "status", "status_since"),
        Index("ix_webhook_received_at", "received_at"),
        Index("ix_webhook_source_received_at", "webhook_source", "received_at"),
        # Those that people look for: failed, or done with warnings.
        Index(
            "ix_webhook_troubled",
            "received_at",
            "id",
            "status",
            postgresql_where=text("status = 'Failed' OR error_count > 0"),
            sqlite_where=text("status = 'Failed' OR error_count > 0"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    received_at: datetime = Field(default_factory=utc_now)
    request_body: bytes
    original_body: bytes | None = Field(default=None, sa_type=LargeBinary)
    """What came, where `request_body` was corrected since. A trigger keeps it, whoever corrects."""
    query_parameters: str = Field(default="", sa_type=Text)
    """The query string, as it came."""
    headers: str = Field(default="[]", sa_type=Text)
    """JSON: a list of pairs of name and value."""
    content_type: str | None = Field(default=None, sa_type=Text)
    webhook_source: str = Field(max_length=100)
    source_url: str | None = Field(default=None, sa_type=Text)
    api_key: UUID
    """The id of the key it came with, never the key."""
    status: str = Field(default=Status.NEW, max_length=50, foreign_key="webhook_status.name")
    status_since: datetime = Field(default_factory=utc_now)
    attempts: int = 0
    """How often it was claimed."""
    updates_record: bool = False
    """Whether the record that it made before is set anew when it runs again, rather than kept."""
    released: bool = False
    """Whether a person has said that it is no spam."""
    entity: str | None = Field(default=None, max_length=100)
    unknown_parameters: str | None = Field(default=None, sa_type=Text)
    """JSON: the parameters that are no column of the entity, with their values."""
    error_count: int = 0
    """How many errors are logged; a Done webhook with errors is done with warnings."""
    flow_run_id: UUID | None = None
    """The Prefect run that has claimed it, or that processed it last."""


class WebhookParseError(SQLModel, table=True):
    """The log of what went wrong with a webhook; deleted with it."""

    __tablename__ = "webhook_parse_error"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    webhook_id: UUID = Field(foreign_key="webhook.id", ondelete="CASCADE", index=True)
    position: int | None = None
    """Which of its records it is about; without one, the webhook as a whole."""
    kind: str = Field(max_length=50)
    column: str | None = Field(default=None, max_length=250)
    message: str = Field(sa_type=Text)
    advice: str = Field(sa_type=Text)
    logged_at: datetime = Field(default_factory=utc_now, index=True)


class WebhookRecord(SQLModel, table=True):
    """Which record a webhook made, and at which position; outlives the webhook."""

    __tablename__ = "webhook_record"
    __table_args__ = (Index("ix_webhook_record_entity_record_id", "entity", "record_id"),)

    webhook_id: UUID = Field(primary_key=True)
    position: int = Field(default=0, primary_key=True)
    entity: str = Field(max_length=100)
    record_id: UUID
    made_at: datetime = Field(default_factory=utc_now)
