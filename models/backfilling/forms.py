"""Which submitted forms a backfill means: those whose visitors are fetched from Matomo again."""

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from models.backfilling.form import RecordSelection
from models.backfilling.records import narrowed
from models.backfilling.webhooks import Found
from models.entities.form_submit import FormSubmit
from models.site_events.tracking import FormTracking

NEVER = "Never looked at"


def count_forms(session: Session, chosen: RecordSelection) -> Found:
    """Count the forms that are meant, by what became of their tracking so far."""
    tracking = func.coalesce(FormTracking.tracking, NEVER)
    rows = session.execute(
        select(tracking, func.count())
        .select_from(FormSubmit)
        .outerjoin(FormTracking, col(FormTracking.form_submit_id) == col(FormSubmit.id))
        .where(*_conditions(chosen))
        .group_by(tracking)
    )
    groups = sorted((name, count) for name, count in rows)
    return Found(
        count=sum(count for _, count in groups),
        groups=tuple(
            {"entity": FormSubmit.code(), "tracking": name, "records": str(count)}
            for name, count in groups
        ),
    )


def find_forms(session: Session, chosen: RecordSelection, limit: int) -> list[UUID]:
    """Return the ids of up to `limit` forms that are meant, the oldest first."""
    return list(
        session.exec(
            select(FormSubmit.id)
            .where(*_conditions(chosen))
            .order_by(col(FormSubmit.created_at), col(FormSubmit.id))
            .limit(limit)
        )
    )


def _conditions(chosen: RecordSelection) -> list[ColumnElement[bool]]:
    """Take forms of a contact alone: without one, there is nobody to give visits to."""
    return [col(FormSubmit.contact_id).is_not(None), *narrowed(FormSubmit, chosen)]
