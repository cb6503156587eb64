"""The tables of subflows: how far each record has come, and which calls were made for it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.identity import new_id, utc_now


class SubflowStatus(StrEnum):
    """The stages of a record's subflow."""

    WAITING = "Waiting"
    RUNNING = "Running"
    DONE = "Done"
    FAILED = "Failed"


class SubflowState(SQLModel, table=True):
    """How far the subflow of one record has come."""

    __tablename__ = "subflow_state"
    __table_args__ = (
        Index(
            "ix_subflow_state_open",
            "entity",
            "since",
            postgresql_where=text("status <> 'Done'"),
            sqlite_where=text("status <> 'Done'"),
        ),
    )

    entity: str = Field(max_length=100, primary_key=True)
    record_id: UUID = Field(primary_key=True)
    status: str = Field(default=SubflowStatus.WAITING, max_length=50)
    since: datetime = Field(default_factory=utc_now)
    step: str | None = Field(default=None, max_length=100)
    """Where it stands, or where it stopped."""
    problem: str | None = Field(default=None, max_length=250)
    """The kind of error that it stopped for, with nothing of a person's."""
    attempts: int = 0
    """How often it was taken up."""
    flow_run_id: UUID | None = None
    """The Prefect run that took it up last."""


class SubflowCall(SQLModel, table=True):
    """One call that a step makes for a record, and whether it was made."""

    __tablename__ = "subflow_call"

    entity: str = Field(max_length=100, primary_key=True)
    record_id: UUID = Field(primary_key=True)
    step: str = Field(max_length=100, primary_key=True)
    idempotency_key: UUID = Field(default_factory=new_id)
    begun_at: datetime = Field(default_factory=utc_now)
    done_at: datetime | None = None
