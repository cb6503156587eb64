"""What users did: who, when, what, on which id. Never a body, nor people's data."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from models.users.tables import ConsoleAudit


def note(
    session: Session,
    user_name: str,
    action: str,
    subject: str,
    now: datetime,
    subject_id: UUID | None = None,
    detail: str = "",
) -> None:
    """Write down what a user did, in the transaction that does it."""
    session.add(
        ConsoleAudit(
            user_name=user_name,
            action=action,
            subject=subject,
            subject_id=subject_id,
            detail=detail,
            done_at=now,
        )
    )


def done_to(session: Session, subject: str, subject_id: UUID) -> Sequence[ConsoleAudit]:
    """Return what was done to one thing, the oldest first."""
    return session.exec(
        select(ConsoleAudit)
        .where(ConsoleAudit.subject == subject, ConsoleAudit.subject_id == subject_id)
        .order_by(col(ConsoleAudit.id))
    ).all()
