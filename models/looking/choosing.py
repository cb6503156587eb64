"""Which webhooks a filter means, in layers, so that no filter reads the whole table.

The first layer is answered by an index. What no index answers is looked for among a bounded number
of its newest rows; the text of bodies, which costs most, among fewer. Whoever wants more looks
further back from there.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, text
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import LargeBinary, Text
from sqlmodel import col, select

from models.looking.cursor import Cursor
from models.webhook import Status, Webhook, WebhookParseError

WARNED = "Done with warnings"
STATUSES = (*Status, WARNED)
SEARCHED_BYTES = 65_536
"""How much of a body is searched for a text."""

TROUBLED: Any = text("(webhook.status = 'Failed' OR webhook.error_count > 0)")
NEW: Any = text("webhook.status = 'New'")
"""Written out, since a partial index does not see into parameters."""


@dataclass(frozen=True)
class Filter:
    """What people choose above the list of webhooks. All conditions must hold."""

    status: str = ""
    source: str = ""
    entity: str = ""
    kind: str = ""
    """A kind of error."""
    since: datetime | None = None
    until: datetime | None = None
    person: str = ""
    """An email or a phone."""
    text: str = ""
    """Stands in the body."""


Condition = Callable[[Any], ColumnElement[bool]]
"""A condition on the columns of whatever rows are looked at."""


@dataclass
class Layers:
    """The conditions of a filter, by what they cost."""

    by_index: list[ColumnElement[bool]] = field(default_factory=list)
    by_reading: list[Condition] = field(default_factory=list)
    by_body: Condition | None = None
    scattered: bool = False
    """Whether what the index finds lies here and there among all the others."""


def layers(
    chosen: Filter, behind: Cursor | None, of_person: Sequence[UUID] | None, postgresql: bool
) -> Layers:
    """Sort the conditions of a filter into layers.

    Args:
        chosen: the filter.
        behind: where the page before ended.
        of_person: the ids of the webhooks of the person that the filter names, if it names one.
        postgresql: whether the database is one, rather than SQLite.
    """
    made = Layers(_in_time(chosen, behind))
    of_time = len(made.by_index)
    if of_person is not None:
        made.by_index.append(col(Webhook.id).in_(of_person) if of_person else false())
    _sort_status(chosen, made)
    _sort_source(chosen, made, alone=len(made.by_index) == of_time)
    if chosen.entity:
        made.by_reading.append(lambda rows: rows.entity == chosen.entity)
    if chosen.kind:
        made.by_reading.append(lambda rows: _has_error(rows, chosen.kind))
    if chosen.text:
        made.by_body = lambda rows: _in_body(rows, chosen.text, postgresql)
    made.scattered = len(made.by_index) > of_time
    return made


def _in_time(chosen: Filter, behind: Cursor | None) -> list[ColumnElement[bool]]:
    received_at = col(Webhook.received_at)
    conditions: list[ColumnElement[bool]] = []
    if behind:
        conditions.append(behind.behind(received_at, col(Webhook.id)))
    if chosen.since:
        conditions.append(received_at >= chosen.since)
    if chosen.until:
        conditions.append(received_at < chosen.until)
    return conditions


def _sort_source(chosen: Filter, made: Layers, alone: bool) -> None:
    """Have the index answer for a source, unless it answers for something else already.

    With two conditions in the first layer, a database might read long for rows that meet both.
    """
    if chosen.source and alone:
        made.by_index.append(col(Webhook.webhook_source) == chosen.source)
    elif chosen.source:
        made.by_reading.append(lambda rows: rows.webhook_source == chosen.source)


def _sort_status(chosen: Filter, made: Layers) -> None:
    status = chosen.status
    if chosen.kind or status in (Status.FAILED, Status.QUARANTINED, WARNED):
        made.by_index.append(TROUBLED)
    if status == Status.NEW:
        made.by_index.append(NEW)
    elif status == Status.PROCESSING:
        made.by_index.append(col(Webhook.id).in_(in_hand()))
    elif status in (Status.DONE, WARNED):
        made.by_reading.append(lambda rows: _done(rows, status == WARNED))
    elif status:
        made.by_reading.append(lambda rows: rows.status == status)


def _done(rows: Any, warned: bool) -> ColumnElement[bool]:
    errors = rows.error_count
    return and_(rows.status == Status.DONE, errors > 0 if warned else errors == 0)


def in_hand() -> Any:
    """Select the few that runs have in hand: an order and a limit have the index answer."""
    return (
        select(Webhook.id)
        .where(Webhook.status == Status.PROCESSING)
        .order_by(col(Webhook.status_since).desc())
        .limit(100_000)
        .scalar_subquery()
    )


def _has_error(rows: Any, kind: str) -> ColumnElement[bool]:
    return exists().where(
        col(WebhookParseError.webhook_id) == rows.id, col(WebhookParseError.kind) == kind
    )


def _in_body(rows: Any, wanted: str, postgresql: bool) -> ColumnElement[bool]:
    """Look for a text as JSON, forms and plain text write it; ASCII letters in either case."""
    in_json = json.dumps(wanted)[1:-1]
    spellings = {wanted, in_json, quote_plus(wanted)}
    body: Any = func.substr(rows.request_body, 1, SEARCHED_BYTES)
    if postgresql:
        # What is no ASCII becomes octal digits in both, so that bytes of no charset do no harm.
        body = func.encode(body, "escape")
        needles = [func.encode(literal(each.encode(), LargeBinary), "escape") for each in spellings]
        return or_(*(func.strpos(func.lower(body), func.lower(each)) > 0 for each in needles))
    body = sql_cast(body, Text)
    return or_(*(func.instr(func.lower(body), func.lower(each)) > 0 for each in spellings))
