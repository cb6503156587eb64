"""Every address and method of the console, tried with every role; and forged forms."""

import re
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from models.identity import new_id
from models.users.roles import Role
from receiver.console.blueprint import PUBLIC, role_for
from tests.receiver.console.made import arrive, run
from tests.receiver.console.people import Person, signed_in
from tests.webhooks import statuses

VALUES = {"webhook_id", "record_id", "contact_id", "row_id"}
WORDS = {"table": "channel", "code": "FormSubmit", "name": "nobody", "form": "csv", "filename": "x"}


ENDS_SESSIONS = {"console.sign_out"}


def doors(app: Flask) -> list[tuple[str, str, Role | None, str]]:
    """Return every address and method under /console, with the role that it is for."""
    with app.test_request_context():
        return [
            (rule.endpoint, method, role_for(rule.endpoint), path_of(rule))
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/console")
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        ]


def path_of(rule: Rule) -> str:
    values = {name: new_id() if name in VALUES else WORDS[name] for name in rule.arguments}
    built = rule.build({**(rule.defaults or {}), **values})
    assert built
    return built[1].removeprefix("/console")


def test_every_page_says_whom_it_is_for(app: Flask) -> None:
    unsaid = {endpoint for endpoint, _, role, _ in doors(app) if role is None}
    assert unsaid == PUBLIC


@pytest.mark.parametrize("role", Role)
def test_every_page_answers_to_its_roles_alone(app: Flask, role: Role) -> None:
    wrong = []
    person = signed_in(app, role)
    for endpoint, method, needed, path in doors(app):
        if needed is None or endpoint in ENDS_SESSIONS:
            continue
        answer = person.get(path) if method == "GET" else person.post(path)
        refused = answer.status_code == 403
        if refused == role.may(needed):
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    person, wrong = Person(app), []
    token = person.token()
    for endpoint, method, needed, path in doors(app):
        if needed is None:
            continue
        answer = person.get(path) if method == "GET" else person.post(path, token)
        if not (answer.status_code == 302 and "/sign-in" in answer.location):
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("token", ["", "forged"])
def test_no_form_without_its_token_does_anything(app: Flask, token: str) -> None:
    person, wrong = signed_in(app, Role.CONFIGURE), []
    for endpoint, method, _, path in doors(app):
        if method == "POST" and person.post(path, token).status_code != 400:
            wrong.append(endpoint)
    assert wrong == []


def test_a_token_of_another_session_is_none(app: Flask, operator: Person) -> None:
    webhook_id = arrive(EntityName="Invoice")
    run()
    token = signed_in(app, Role.CONFIGURE).token()
    assert operator.post(f"/webhooks/{webhook_id}/retry", token).status_code == 400
    assert statuses() == {"Failed": 1}


def test_who_may_only_look_sees_nothing_that_a_person_wrote(app: Flask, looker: Person) -> None:
    said = {"FirstName": "Zebedee", "LastName": "Quux", "Email": "zebedee@example.com"}
    webhook_id = arrive(
        EntityName="FormSubmit", **said, BirthDate="Zebedee's day", headers=[("X-From", "Zebedee")]
    )
    arrive(EntityName="Zebedee")
    run()
    operator = signed_in(app, Role.OPERATE)
    pages = [*_pages(webhook_id, operator), "/", "/webhooks", "/contacts", "/records/FormSubmit"]
    shown = [page for page in (*pages, "/webhooks.csv") if "ebedee" in looker.get(page).text]
    assert shown == []
    seen = [page for page in pages if "ebedee" in operator.get(page).text]
    assert seen == pages


def _pages(webhook_id: UUID, operator: Person) -> list[str]:
    """Return the pages of a webhook, its record and its contact."""
    page = operator.get(f"/webhooks/{webhook_id}").text
    links = re.findall(r'href="/console(/records/[A-Za-z]+/[0-9a-f-]{36})"', page)
    told = [link.replace("/records/Contact", "/contacts") for link in links]
    return [f"/webhooks/{webhook_id}", *told]


@pytest.mark.parametrize("query", ["person=ada@example.com", "text=Ada"])
def test_who_may_only_look_cannot_find_out_by_searching(looker: Person, query: str) -> None:
    for page in ("/webhooks", "/webhooks.csv"):
        assert looker.get(f"{page}?{query}").status_code == 403


def test_a_page_that_forgot_its_role_is_for_nobody(app: Flask, configurer: Person) -> None:
    app.view_functions["console.audit"] = lambda: "open"
    answer = configurer.get("/audit")
    assert answer.status_code == 403
    assert "nobody" in answer.text
