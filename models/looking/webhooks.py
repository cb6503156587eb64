"""The list of webhooks, page by page: each page costs the same, wherever it lies."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.looking.choosing import WARNED, Filter, Layers, layers
from models.looking.cursor import Cursor
from models.looking.people import webhooks_of_person
from models.webhook import Status, Webhook, WebhookParseError, WebhookRecord

PAGE = 50
MOST_READ = 50_000
"""Among how many rows a page looks for what no index answers."""
MOST_SCATTERED = 10_000
"""Among how many, where they lie scattered over the table: each costs a page of the disk."""
MOST_SEARCHED = 10_000
"""In how many bodies a page looks for a text."""

COLUMNS = ("received_at", "id", "webhook_source", "status", "error_count", "entity")
TABLE = Webhook.__table__  # type: ignore[attr-defined]


@dataclass
class Row:
    """One webhook in the list, without its body."""

    received_at: datetime
    id: UUID
    source: str
    status: str
    error_count: int
    entity: str | None
    records: list[WebhookRecord] = field(default_factory=list)
    errors: list[WebhookParseError] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """Return the status, as people tell it apart."""
        return WARNED if self.status == Status.DONE and self.error_count else self.status


@dataclass(frozen=True)
class Page:
    """Some webhooks, newest first."""

    rows: Sequence[Row]
    next: Cursor | None = None
    """Behind what to go on, None where there are no more."""
    looked_at: int | None = None
    """Where the page ended for having looked at so many, rather than for being full."""

    @property
    def last(self) -> bool:
        """Say whether there are no more."""
        return self.next is None


def page(session: Session, chosen: Filter, behind: Cursor | None = None, size: int = PAGE) -> Page:
    """Read a page of the webhooks that a filter means, with their records and errors."""
    of_person = webhooks_of_person(session, chosen.person) if chosen.person else None
    postgresql = session.get_bind().dialect.name == "postgresql"
    return _read(session, layers(chosen, behind, of_person, postgresql), size)


def all_pages(
    opened: Callable[[], AbstractContextManager[Session]],
    chosen: Filter,
    seconds: float,
    size: int = 2000,
) -> Iterator[Page]:
    """Yield all that a filter means, in pages, for a bounded time.

    Each page has a session of its own: one that stood open for long would keep the database from
    tidying up.
    """
    end, behind = monotonic() + seconds, None
    while monotonic() < end:
        with opened() as session:
            found = page(session, chosen, behind, size)
        yield found
        if (behind := found.next) is None:
            return


def _read(session: Session, made: Layers, size: int) -> Page:
    wanted = _newest(TABLE.c, made.by_index, with_body=made.by_body is not None)
    cut: list[tuple[Any, int]] = []  # the layers that end at a bound, and at which
    if made.by_reading:
        most = MOST_SCATTERED if made.scattered else MOST_READ
        cut.append((wanted, most))
        rows = wanted.limit(most).subquery().c
        conditions = [condition(rows) for condition in made.by_reading]
        wanted = _newest(rows, conditions, with_body=made.by_body is not None)
    if made.by_body is not None:
        cut.append((wanted, MOST_SEARCHED))
        rows = wanted.limit(MOST_SEARCHED).subquery().c
        wanted = _newest(rows, [made.by_body(rows)])
    found = [Row(*row) for row in session.execute(wanted.limit(size + 1))]
    _add_results(session, found[:size])
    if len(found) > size:
        return Page(found[:size], Cursor(found[size - 1].received_at, found[size - 1].id))
    for statement, bound in reversed(cut):
        last = session.execute(statement.offset(bound - 1).limit(1)).first()
        if last is not None:
            return Page(found, Cursor(last[0], last[1]), bound)
    return Page(found)


def _newest(rows: Any, conditions: Sequence[Any], with_body: bool = False) -> Any:
    """Select rows, newest first; bodies only where the layer around it searches them."""
    columns = [rows[name] for name in COLUMNS]
    if with_body:
        columns.append(rows.request_body)
    return select(*columns).where(*conditions).order_by(rows.received_at.desc(), rows.id.desc())


def _add_results(session: Session, rows: Sequence[Row]) -> None:
    """Read records and errors of rows: two queries, however many."""
    by_id = {row.id: row for row in rows}
    for record in session.exec(
        select(WebhookRecord)
        .where(col(WebhookRecord.webhook_id).in_(by_id))
        .order_by(WebhookRecord.position)  # type: ignore[arg-type]
    ):
        by_id[record.webhook_id].records.append(record)
    troubled = [row.id for row in rows if row.error_count]
    if troubled:
        for error in session.exec(
            select(WebhookParseError)
            .where(col(WebhookParseError.webhook_id).in_(troubled))
            .order_by(col(WebhookParseError.id))
        ):
            by_id[error.webhook_id].errors.append(error)
