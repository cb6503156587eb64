"""The tables of the console: its users, and what they did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from models.identity import new_id, utc_now
from models.users.roles import Role


class ConsoleUser(SQLModel, table=True):
    """Someone who may sign in to the console."""

    __tablename__ = "console_user"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    """In lower case, so that there are no two that differ by case."""
    password_hash: str = Field(max_length=255)
    role: str = Field(default=Role.LOOK, max_length=20)
    created_at: datetime = Field(default_factory=utc_now)
    last_sign_in_at: datetime | None = None
    sessions_since: datetime = Field(default_factory=utc_now)
    """Sessions that began earlier have ended: by signing out, or by a new password."""
    failures: int = 0
    """Wrong passwords since the last right one, or the last lock."""
    locked_until: datetime | None = None


class ConsoleAudit(SQLModel, table=True):
    """One thing that a user did; it outlives the user and what it was done to."""

    __tablename__ = "console_audit"
    __table_args__ = (Index("ix_console_audit_subject", "subject", "subject_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    done_at: datetime = Field(default_factory=utc_now)
    user_name: str = Field(max_length=100)
    action: str = Field(max_length=50)
    """In a word or two: `sign in`, `retry`, `edit and retry`, `delete`, `change`."""
    subject: str = Field(max_length=50)
    """What kind of thing it was done to, by its table's name."""
    subject_id: UUID | None = None
    detail: str = Field(default="", sa_type=Text)
    """Counts and names of what was changed; never a body, nor people's data."""
