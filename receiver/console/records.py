"""Records by entity, and one record; contacts, and one contact."""

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.entities import entities
from models.entities.contact import Contact
from models.entity import Entity
from models.looking.contacts import contact_page
from models.looking.life import evidence
from models.looking.records import columns_in_list, page, record_of
from models.users.roles import Role
from receiver.console.blueprint import blueprint, needs
from receiver.console.bounds import looking
from receiver.console.gate import sees_data

GONE = "There is no such record. It was deleted, or the address is wrong."


@blueprint.get("/records")
@needs(Role.LOOK)
def records() -> ResponseReturnValue:
    """Go to the entity that most look for."""
    code = "FormSubmit" if "FormSubmit" in entities() else min(entities())
    return redirect(url_for("console.records_of", code=code))


@blueprint.get("/contacts")
@needs(Role.LOOK)
def contacts() -> str:
    """Show the newest contacts, or those of an email or phone."""
    return _list(Contact)


@blueprint.get("/records/<code>")
@needs(Role.LOOK)
def records_of(code: str) -> ResponseReturnValue:
    """Show the newest records of an entity, or those of an email or phone."""
    if code == Contact.code():
        return redirect(url_for("console.contacts"))
    return _list(entity_of(code))


def _list(entity: type[Entity]) -> str:
    person = asked_person()
    with looking() as session:
        return render_template(
            "records.html",
            entity=entity,
            entities=sorted(set(entities()) - {Contact.code()}),
            columns=columns_in_list(entity) if sees_data() else [],
            page=page(session, entity, _behind(), person),
            person=person,
        )


@blueprint.get("/records/<code>/<uuid:record_id>")
@needs(Role.LOOK)
def record(code: str, record_id: UUID) -> ResponseReturnValue:
    """Show a record; a contact has a page of its own."""
    if code == Contact.code():
        return redirect(url_for("console.contact", contact_id=record_id))
    with looking() as session:
        found = record_of(session, code, record_id)
    if found is None:
        abort(404, GONE)
    return render_template("record.html", code=code, record=found, evidence=evidence)


@blueprint.get("/contacts/<uuid:contact_id>")
@needs(Role.LOOK)
def contact(contact_id: UUID) -> str:
    """Show a contact with its options, records, evidence and visits."""
    with looking() as session:
        found = contact_page(session, contact_id)
    if found is None:
        abort(404, GONE)
    return render_template("contact.html", found=found, evidence=evidence)


def entity_of(code: str) -> type[Entity]:
    """Return an entity by its code, or say that there is none."""
    found = entities().get(code)
    if found is None:
        abort(404, f"There is no entity “{code}”. There are: {', '.join(sorted(entities()))}.")
    return found


def asked_person() -> str:
    """Return the email or phone that the address asks for; refuse who may not see any."""
    person = request.args.get("person", "").strip()
    if person and not sees_data():
        abort(403, "Searching emails and phones needs the role “operate”.")
    return person


def _behind() -> Any:
    try:
        return UUID(request.args["before"])
    except (KeyError, ValueError):
        return None
