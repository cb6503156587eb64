"""Lists as CSV and JSON, streamed: a million rows take no more memory than a page."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from flask import Response, g
from sqlmodel import col, select

from models.database import transaction
from models.entity import Entity
from models.identity import utc_now
from models.looking import records
from models.looking.webhooks import Row, all_pages
from models.users import auditing
from models.users.roles import Role
from models.users.tables import ConsoleAudit
from receiver.console import filters
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking
from receiver.console.gate import sees_data
from receiver.console.records import asked_person, entity_of

LONGEST_SECONDS = 3600
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Line = Sequence[Any]

WEBHOOK = ("id", "received_at", "source", "status", "entity", "records", "kinds_of_error")
WEBHOOK_WITH_DATA = (*WEBHOOK, "errors")
AUDIT = ("done_at", "user", "action", "subject", "subject_id", "detail")


@blueprint.get("/webhooks.<any(csv, json):form>")
@needs(Role.LOOK)
def export_webhooks(form: str) -> Response:
    """Stream the webhooks that a filter means; texts of errors to those who may read them."""
    chosen, with_data = filters.chosen(), sees_data()

    def _lines() -> Iterator[Line]:
        for found in all_pages(looking, chosen, LONGEST_SECONDS):
            yield from (_webhook_line(row, with_data) for row in found.rows)

    _note("webhook", filters.in_words(filters.asked()))
    return _streamed("webhooks", form, WEBHOOK_WITH_DATA if with_data else WEBHOOK, _lines)


@blueprint.get("/records/<code>.<any(csv, json):form>")
@needs(Role.OPERATE)
def export_records(code: str, form: str) -> Response:
    """Stream all records of an entity, with all their columns."""
    entity, person = entity_of(code), asked_person()
    columns = list(entity.__table__.columns.keys())  # type: ignore[attr-defined]

    def _lines() -> Iterator[Line]:
        for found in records.all_pages(looking, entity, person):
            yield from ([getattr(row, name) for name in columns] for row in found.rows)

    _note(_table_of(entity), "a person" if person else "all records")
    return _streamed(code, form, columns, _lines)


@blueprint.get("/audit.<any(csv, json):form>")
@needs(Role.CONFIGURE)
def export_audit(form: str) -> Response:
    """Stream who did what."""
    wanted = select(ConsoleAudit).order_by(col(ConsoleAudit.id).desc())

    def _lines() -> Iterator[Line]:
        with looking() as session:
            for row in session.exec(wanted.execution_options(yield_per=1000)):
                named = (row.done_at, row.user_name, row.action, row.subject, row.subject_id)
                yield [*named, row.detail]

    return _streamed("audit", form, AUDIT, _lines)


def _webhook_line(row: Row, with_data: bool) -> Line:
    made = " ".join(f"{each.entity}/{each.record_id}" for each in row.records)
    kinds = " ".join(each.kind for each in row.errors)
    line = [row.id, row.received_at, row.source, row.outcome, row.entity, made, kinds]
    return [*line, " ".join(each.message for each in row.errors)] if with_data else line


def _table_of(entity: type[Entity]) -> str:
    return str(entity.__tablename__)


def _note(subject: str, detail: str) -> None:
    """Write down that data left the house."""
    with transaction() as session:
        auditing.note(session, g.user.name, "export", subject, utc_now(), detail=detail)


def _streamed(
    name: str, form: str, columns: Sequence[str], lines: Callable[[], Iterator[Line]]
) -> Response:
    parts = (_csv if form == "csv" else _json)(columns, lines())
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    disposition = f'attachment; filename="{name}.{form}"'
    first = next(parts)  # what goes wrong at the beginning is still answered by a page
    return Response(
        chain([first], parts),
        content_type=kind,
        headers={"Content-Disposition": disposition},
    )


def _csv(columns: Sequence[str], lines: Iterable[Line]) -> Iterator[str]:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_harmless(value) for value in line])
        if written.tell() > 65_536:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking what a sender wrote for a formula."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(BEGINS_A_FORMULA):
        return f"'{value}"
    return value


def _json(columns: Sequence[str], lines: Iterable[Line]) -> Iterator[str]:
    before = "[\n"
    for line in lines:
        yield before + json.dumps(dict(zip(columns, line, strict=True)), default=str)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
