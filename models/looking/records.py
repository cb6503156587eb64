"""Records of an entity, page by page, newest first; and one record with all that belongs to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from models.database import has_table
from models.entities import entities
from models.entities.contact import Contact
from models.entity import Column, Detail, Entity, OfPerson
from models.following.subflow import SubflowState
from models.looking.people import contacts_with
from models.matching.options import PersonColumns
from models.matching.tables import ContactDecision
from models.webhook import Webhook, WebhookRecord

PAGE = 50
COLUMNS_IN_LIST = 6


@dataclass(frozen=True)
class Records:
    """A page of records. Their ids are in the order of making, so that one of them is a place."""

    rows: Sequence[Entity]
    next: UUID | None


@dataclass(frozen=True)
class Record:
    """One record with all that belongs to it."""

    row: Entity
    values: Sequence[tuple[Column, str | None]]
    """Each column, with its value as people read it."""
    details: Sequence[tuple[type[Detail], Sequence[Detail]]]
    webhooks: Sequence[tuple[WebhookRecord, Webhook | None]]
    decisions: Sequence[ContactDecision]
    state: SubflowState | None


def page(
    session: Session,
    entity: type[Entity],
    behind: UUID | None = None,
    person: str = "",
    size: int = PAGE,
) -> Records:
    """Read a page of the records of an entity, those of an email or phone where one is given."""
    if not has_table(session, str(entity.__tablename__)):
        return Records([], None)
    wanted = select(entity).order_by(col(entity.id).desc()).limit(size + 1)
    if behind:
        wanted = wanted.where(col(entity.id) < behind)
    if person:
        of_person = entity.contact_id if issubclass(entity, OfPerson) else entity.id
        wanted = wanted.where(col(of_person).in_(contacts_with(session, person)))
    rows = session.exec(wanted).all()
    return Records(rows[:size], rows[size - 1].id if len(rows) > size else None)


def all_pages(
    opened: Callable[[], AbstractContextManager[Session]],
    entity: type[Entity],
    person: str,
    size: int = 2000,
) -> Iterator[Records]:
    """Yield all records of an entity, in pages, each read in a session of its own."""
    behind: UUID | None = None
    while True:
        with opened() as session:
            found = page(session, entity, behind, person, size)
        yield found
        if (behind := found.next) is None:
            return


def columns_in_list(entity: type[Entity]) -> list[Column]:
    """Return the columns that tell records apart in a list: the person's, then the first others."""
    person = getattr(entity, "person", None)
    names = _named(person) if isinstance(person, PersonColumns) else []
    of_person = [column for name in names for column in entity.columns() if column.name == name]
    others = [
        column
        for column in entity.columns()
        if column not in of_person and column.type is not UUID and column.name != "notes"
    ]
    return [*of_person, *others][:COLUMNS_IN_LIST]


def _named(person: PersonColumns) -> list[str]:
    names = (person.full_name, person.given_name, person.surname, *person.emails, *person.phones)
    return [name for name in names if name]


def record_of(session: Session, code: str, record_id: UUID) -> Record | None:
    """Read a record; None where there is no such entity or record."""
    entity = entities().get(code)
    if entity is None or not has_table(session, str(entity.__tablename__)):
        return None
    row = session.get(entity, record_id)
    if row is None:
        return None
    webhooks = session.exec(
        select(WebhookRecord, Webhook)
        .outerjoin(Webhook, col(Webhook.id) == col(WebhookRecord.webhook_id))
        .where(WebhookRecord.entity == code, WebhookRecord.record_id == record_id)
        .order_by(col(WebhookRecord.made_at))
    ).all()
    decisions = session.exec(
        select(ContactDecision)
        .where(ContactDecision.record_id == record_id)
        .order_by(col(ContactDecision.decided_at))
    ).all()
    return Record(
        row,
        _readable(session, row),
        [(each, _details(session, row, each)) for each in dict.fromkeys(entity.details.values())],
        webhooks,
        decisions,
        session.get(SubflowState, (code, record_id)),
    )


def _details(session: Session, row: Entity, detail: type[Detail]) -> Sequence[Detail]:
    name = detail.parent_column(str(row.__tablename__))
    if name is None:
        return []
    return session.exec(
        select(detail).where(getattr(detail, name) == row.id).order_by(col(detail.position))
    ).all()


def _readable(session: Session, row: Entity) -> list[tuple[Column, str | None]]:
    """Return the values of a record as text, of lookups the name: a query a lookup."""
    return [
        (column, readable(session, column, getattr(row, column.name))) for column in row.columns()
    ]


def readable(session: Session, column: Column, value: Any) -> str | None:
    """Return a value as people read it: of a lookup, the name of its row."""
    if value is None:
        return None
    table = SQLModel.metadata.tables.get(column.lookup or "")
    if table is None or "name" not in table.c or column.lookup == Contact.__tablename__:
        return str(value)
    name = session.execute(select(table.c.name).where(table.c.id == value)).scalar()
    return str(name or value)
