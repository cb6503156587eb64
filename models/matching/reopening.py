"""Back to waiting: records whose contact is to be decided on again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import case, exists, null, update
from sqlmodel import Session, col

from models.entity import OfPerson
from models.matching.rules import Rule
from models.matching.tables import ContactDecision


def reopen(session: Session, entity: type[OfPerson], record_ids: Sequence[UUID]) -> None:
    """Let records wait for their contact again, in the caller's transaction.

    A contact that the search decided on is taken off; one that the sender gave, or someone set by
    hand, stays. The evidence of earlier decisions stays in any case. Where nothing follows, as
    after a crash, the next run of create-entities finds these records waiting.
    """
    decided = exists().where(
        col(ContactDecision.entity) == entity.code(),
        col(ContactDecision.record_id) == col(entity.id),
        col(ContactDecision.contact_id) == col(entity.contact_id),
        col(ContactDecision.rule) != Rule.GIVEN,
    )
    session.execute(
        update(entity)
        .where(col(entity.id).in_(record_ids), col(entity.contact_searched_at).is_not(None))
        .values(
            contact_searched_at=None,
            contact_id=case((decided, null()), else_=col(entity.contact_id)),
        ),
        execution_options={"synchronize_session": False},
    )
