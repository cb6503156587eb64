"""Records submitted and their contacts searched for, in one line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import event
from sqlmodel import SQLModel, select

from models.database import engine, reading, transaction
from models.entities.form_submit import FormSubmit
from models.entity import OfPerson
from models.identity import new_id, utc_now
from models.matching.indexing import index_contacts
from models.matching.rules import Decision
from models.matching.search import search_and_create_contacts
from models.source import WebhookSource
from models.webhook import Webhook, WebhookRecord

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}
PHONE = "+1 617 555 0100"

Row = TypeVar("Row", bound=SQLModel)


def add(*rows: SQLModel) -> None:
    """Save rows."""
    with transaction() as session:
        session.add_all(rows)


def rows(model: type[Row]) -> list[Row]:
    """Read all rows of a table."""
    with reading() as session:
        return list(session.exec(select(model)))


def submit(
    *records: dict[str, Any], entity: type[OfPerson] = FormSubmit, source: str | None = None
) -> list[UUID]:
    """Make records, as the webhooks of a source would."""
    made = [entity(**record) for record in records]
    add(*made)
    ids = [record.id for record in made]
    if source:
        webhooks = [
            Webhook(request_body=b"", webhook_source=source, api_key=new_id()) for _ in made
        ]
        add(*webhooks)
        add(
            *(
                WebhookRecord(webhook_id=webhook.id, entity=entity.code(), record_id=record_id)
                for webhook, record_id in zip(webhooks, ids, strict=True)
            )
        )
    return ids


def add_source(name: str, **settings: Any) -> None:
    """Make a source whose webhooks are read in its own way."""
    add(WebhookSource(name=name, **settings))


def search(record_ids: list[UUID], entity: type[OfPerson] = FormSubmit) -> list[Decision]:
    """Search for the contacts of records, as a run does."""
    with transaction() as session:
        index_contacts(session, 1000, utc_now())
    with transaction() as session:
        return search_and_create_contacts(session, entity, record_ids, utc_now())


def search_for(*records: dict[str, Any], **how: Any) -> list[Decision]:
    """Submit records and search for their contacts."""
    return search(submit(*records, **how), how.get("entity", FormSubmit))


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Note the SQL statements, with their parameters, that are executed within the block."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        noted.append((statement, values))

    event.listen(engine(), "before_cursor_execute", note)
    yield noted
    event.remove(engine(), "before_cursor_execute", note)
