"""Visitors of Matomo that a form named, and what became of each form's tracking.

All that a run needs to know stands here: what is due, since when nothing came, what went wrong.
"""

from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

import models.entities.contact
import models.entities.form_submit  # noqa: F401  these tables point to both
from models.identity import utc_now

NO_CONSENT_KIND = "no-consent"


class Tracking(StrEnum):
    """What became of a form's tracking. None of them is an error of the form."""

    TRACKED = "Tracked"
    NOT_TRACKED = "Not tracked"
    NO_VISITOR_ID = "No visitor id"
    VISITOR_ID_REFUSED = "Visitor id refused"
    NO_CONSENT = "No consent"
    ANOTHER_CAME_FIRST = "Another contact came first"


FOLLOWED = (Tracking.TRACKED, Tracking.ANOTHER_CAME_FIRST)
"""The forms whose visitor is fetched, be it for another contact."""


class WebVisitor(SQLModel, table=True):
    """A visitor id of a Matomo site that a form named. It never identifies a person.

    Its visits belong to the contact whose form named it first.
    """

    __tablename__ = "web_visitor"
    __table_args__ = (
        UniqueConstraint("matomo_site_id", "visitor_id"),
        # Only what waits is in it, so that a look costs the same whatever has piled up.
        Index(
            "ix_web_visitor_due_at",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_web_visitor_fetched_at", "fetched_at"),
    )

    id: UUID = Field(primary_key=True)
    matomo_site_id: int
    visitor_id: str = Field(max_length=16)
    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    claimed_at: datetime
    """When the form came that named it first."""
    due_at: datetime | None = None
    """When to fetch next; while a run fetches, when another may take it that was killed."""
    settles_at: datetime | None = None
    """When the visit in which the last form was sent will have ended: fetched once more then."""
    fetched_at: datetime | None = None
    seen_until: datetime | None = None
    """The last action known, by Matomo's clock: only what came since is asked for."""
    failures: int = 0
    """How often in a row it could not be fetched."""
    error_kind: str | None = Field(default=None, max_length=50)


class FormTracking(SQLModel, table=True):
    """What became of the tracking of one form."""

    __tablename__ = "form_tracking"

    form_submit_id: UUID = Field(primary_key=True, foreign_key="form_submit.id", ondelete="CASCADE")
    tracking: str = Field(max_length=50)
    web_visitor_id: UUID | None = Field(default=None, foreign_key="web_visitor.id", index=True)
    noted_at: datetime = Field(default_factory=utc_now, index=True)
    given_back_at: datetime | None = None
    """When Matomo was told of the lead; set before it is told, so that it is told once."""


def visitor_row_id(matomo_site_id: int, visitor_id: str) -> UUID:
    """Return the id of a visitor's row, which is the same whoever makes it."""
    return uuid5(NAMESPACE_URL, f"hookline:visitor/{matomo_site_id}/{visitor_id}")
