"""Lookups, changed by who may: a change takes effect with the next batch."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Boolean
from sqlmodel import Session, SQLModel

from models.database import transaction
from models.durations import DurationError, in_words
from models.editing.lookups import (
    EditError,
    choices,
    columns,
    counts,
    describe,
    lookups,
    named,
    remove,
    rows,
    save,
)
from models.identity import utc_now
from models.users import auditing
from models.users.roles import Role
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking

WHAT = {
    "webhook_status": "how long a webhook may stay in each status",
    "webhook_entity": "which entities webhooks may create",
    "landing_page": "pages that send forms, tracked or not",
    "channel": "by which way people come",
    "lead_source": "where exactly people came from",
    "country": "countries by name and code",
    "register_method": "how people came to be registered",
    "customer_need": "what people want",
    "action_type": "kinds of action on the site, made when first seen",
    "referrer_type": "kinds of referrer, made when first seen",
}
TAKEN_UP = "A change takes effect with the next batch."


@blueprint.get("/lookups")
@needs(Role.LOOK)
def lookup_list() -> str:
    """Show all lookups."""
    with looking() as session:
        return render_template("lookups.html", counts=counts(session), what=WHAT)


@blueprint.get("/lookups/<table>")
@needs(Role.LOOK)
def lookup(table: str) -> str:
    """Show the rows of a lookup."""
    return _page(table)


@blueprint.get("/lookups/<table>/<uuid:row_id>")
@needs(Role.CONFIGURE)
def lookup_row(table: str, row_id: UUID) -> str:
    """Show one row of a lookup, to be changed."""
    return _page(table, row_id)


@blueprint.post("/lookups/<table>", defaults={"row_id": None})
@blueprint.post("/lookups/<table>/<uuid:row_id>")
@needs(Role.CONFIGURE)
def lookup_save(table: str, row_id: UUID | None) -> ResponseReturnValue:
    """Change a row, or add one."""
    model = _model(table)
    values = {column.name: _sent(column) for column in columns(model)}
    try:
        with transaction() as session:
            row = save(session, model, row_id, values)
            _note(session, "change" if row_id else "add", table, row.id, describe(values))
    except (EditError, DurationError) as error:
        flash(str(error))
        return _page(table, row_id, values), 409
    flash(f"Saved. {TAKEN_UP}")
    return redirect(url_for("console.lookup", table=table))


@blueprint.post("/lookups/<table>/<uuid:row_id>/remove")
@needs(Role.CONFIGURE)
def lookup_remove(table: str, row_id: UUID) -> ResponseReturnValue:
    """Remove a row that nothing points to."""
    try:
        with transaction() as session:
            name = remove(session, _model(table), row_id)
            _note(session, "remove", table, row_id, name)
    except EditError as error:
        flash(str(error))
    else:
        flash(f"Removed. {TAKEN_UP}")
    return redirect(url_for("console.lookup", table=table))


def _page(table: str, row_id: UUID | None = None, sent: dict[str, Any] | None = None) -> str:
    model = _model(table)
    with looking() as session:
        row = named(session, model, row_id) if row_id else None
        if row_id and row is None:
            abort(404, "The row is gone: somebody removed it in the meantime.")
        return render_template(
            "lookup.html",
            table=table,
            rows=rows(session, model),
            columns=columns(model),
            row=row,
            sent=sent or {},
            choices={column.name: choices(session, column) for column in columns(model)},
            names=_names(session, model),
            in_words=lambda seconds: in_words(timedelta(seconds=seconds)),
            is_flag=lambda column: isinstance(column.type, Boolean),
        )


def _names(session: Session, model: type[SQLModel]) -> dict[str, str]:
    """Return the names of the rows that columns point to, by id."""
    return {id_: name for column in columns(model) for id_, name in choices(session, column) or ()}


def _sent(column: Any) -> Any:
    if isinstance(column.type, Boolean):
        return column.name in request.form
    return request.form.get(column.name, "")


def _model(table: str) -> type[SQLModel]:
    found = lookups().get(table)
    if found is None:
        abort(404, f"There is no lookup “{table}”.")
    return found


def _note(session: Session, action: str, table: str, row_id: UUID, detail: str) -> None:
    auditing.note(session, g.user.name, action, table, utc_now(), row_id, detail)
