"""Lookups, sources and users, changed in the console; the overview; errors as pages."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlmodel import select

from models.database import reading
from models.lookups import LandingPage, RegisterMethod
from models.processing.periods import periods
from models.source import find_source
from models.webhook import WebhookEntity, WebhookStatus
from tests.receiver.console.made import arrive, audit, run
from tests.receiver.console.people import PASSWORD, Person
from tests.webhooks import statuses


def row_id(table: Any, name: str) -> UUID:
    with reading() as session:
        found: UUID = session.exec(select(table.id).where(table.name == name)).one()
        return found


def test_a_period_is_changed_as_people_write_it(configurer: Person) -> None:
    path = f"/lookups/webhook_status/{row_id(WebhookStatus, 'Done')}"
    assert 'value="30d"' in configurer.get(path).text
    assert configurer.post(path, period_seconds="45d").status_code == 302
    with reading() as session:
        assert periods(session)["Done"].days == 45
    assert [each.detail for each in audit()] == ["period_seconds=45d"]


@pytest.mark.parametrize("wrong", ["", "soon", "0d", "-1"])
def test_a_period_that_is_none_is_refused_in_words(configurer: Person, wrong: str) -> None:
    path = f"/lookups/webhook_status/{row_id(WebhookStatus, 'Done')}"
    answer = configurer.post(path, period_seconds=wrong)
    assert answer.status_code == 409
    assert "is no duration" in answer.text


def test_an_entity_taken_off_the_list_is_refused_from_the_next_batch_on(
    configurer: Person,
) -> None:
    configurer.post(f"/lookups/webhook_entity/{row_id(WebhookEntity, 'Lead')}/remove")
    arrive(EntityName="Lead")
    run()
    assert statuses() == {"Failed": 1}
    configurer.post("/lookups/webhook_entity", name="Lead")
    arrive(EntityName="Lead")
    run()
    assert statuses() == {"Failed": 1, "Done": 1}


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("webhook_entity", {"name": "Invoice"}, "There is no entity"),
        ("webhook_entity", {"name": "Lead"}, "has that name or code already"),
        ("landing_page", {"name": ""}, "needs a name"),
        ("landing_page", {"name": "Home", "matomo_site_id": "one"}, "is no matomo_site_id"),
        ("landing_page", {"name": "Home", "matomo_site_id": "9999999999"}, "is at most"),
        ("lead_source", {"name": "Fair", "channel_id": "elsewhere"}, "is no channel_id"),
        ("landing_page", {"name": "x" * 251}, "at most 250 characters"),
        ("webhook_status", {"name": "Lost", "period_seconds": "1d"}, "none can be added"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_words(
    configurer: Person, table: str, row: dict[str, str], words: str
) -> None:
    answer = configurer.post(f"/lookups/{table}", **row)
    assert answer.status_code == 409
    assert words in answer.text


def test_a_landing_page_is_added_changed_and_removed(configurer: Person) -> None:
    configurer.post("/lookups/landing_page", name="Home", url="https://a.example", tracking="on")
    home = row_id(LandingPage, "Home")
    configurer.post(f"/lookups/landing_page/{home}", name="Home", url="https://b.example")
    with reading() as session:
        page = session.get_one(LandingPage, home)
    assert (page.url, page.tracking, page.matomo_site_id) == ("https://b.example", False, None)
    assert configurer.post(f"/lookups/landing_page/{home}/remove").status_code == 302
    assert "Home" not in configurer.get("/lookups/landing_page").text.split("Removed")[1]


def test_a_row_that_records_point_to_is_not_removed(configurer: Person) -> None:
    configurer.post("/lookups/register_method", name="By letter")
    method = row_id(RegisterMethod, "By letter")
    arrive(EntityName="Lead", RegisterMethodId=str(method))
    run()
    configurer.post(f"/lookups/register_method/{method}/remove")
    assert "records point to it" in configurer.get("/lookups/register_method").text


def test_a_new_sources_url_is_shown_once_and_takes_webhooks(app: Flask, configurer: Person) -> None:
    page = configurer.post("/sources", name="Typeform & co").text
    key = _key_on(page)
    assert app.test_client().post(f"/webhooks/{key}", json={}).status_code == 200
    assert key not in configurer.get("/sources").text
    new = _key_on(configurer.post("/sources/Typeform & co/key").text)
    assert new != key
    assert app.test_client().post(f"/webhooks/{new}", json={}).status_code == 200


def _key_on(page: str) -> str:
    found = re.search(r"/webhooks/([\w-]{43})", page)
    assert found
    return found[1]


def test_how_a_source_is_read_is_changed(configurer: Person) -> None:
    configurer.post("/sources", name="shop")
    form = {"day_first": "on", "region": "de", "contact_profile": "creatio", "silent_after": "2d"}
    configurer.post("/sources/shop", **form)
    with reading() as session:
        source = find_source(session, "shop")
    assert source and (source.day_first, source.region) == (True, "DE")
    assert (source.contact_profile, source.searches_contacts) == ("creatio", False)
    assert source.silent_after_seconds == 2 * 86400
    configurer.post("/sources/shop", region="XX")
    assert "is no region" in configurer.get("/sources/shop").text


def test_a_user_is_added_with_a_password_that_works(app: Flask, configurer: Person) -> None:
    page = configurer.post("/users", name="Grace", role="operate").text
    password = re.search(r'aria-label="Password">([^<]+)<', page)
    assert password
    assert Person(app).sign_in("grace", password[1]).status_code == 302
    assert password[1] not in configurer.get("/users").text
    assert configurer.post("/users/grace/role", role="look").status_code == 302
    assert configurer.post("/users/grace/remove").status_code == 302
    assert Person(app).sign_in("grace", password[1]).status_code == 401


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("/users", {"name": "Look", "role": "look"}, "There is a user"),
        ("/users", {"name": "a/b", "role": "look"}, "A name is"),
        ("/users", {"name": "grace", "role": "rule"}, "Choose a role"),
        ("/users/configure/remove", {}, "the only user who may configure"),
        ("/users/configure/role", {"role": "look"}, "the only user who may configure"),
        ("/users/nobody/password", {}, "There is no user"),
    ],
)
def test_a_user_that_cannot_be_changed_so_is_told_in_words(
    configurer: Person, path: str, form: dict[str, str], words: str
) -> None:
    answer = configurer.post(path, **form)
    assert answer.status_code == 409
    assert words in answer.text


def test_the_audit_log_tells_who_did_what(configurer: Person) -> None:
    configurer.post("/lookups/channel", name="Carrier pigeon")
    page = configurer.get("/audit").text
    assert [told for told in ("configure", "channel", "Carrier pigeon") if told not in page] == []
    assert "Carrier pigeon" in configurer.get("/audit.csv").text
    assert PASSWORD not in page


def test_the_overview_counts_and_links(operator: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(EntityName="FormSubmit", Email="ada@example.com")
    arrive(EntityName="Invoice")
    run()
    arrive(EntityName="Lead")
    page = operator.get("/").text
    tiles = re.findall(r"<dt>([^<]+)</dt><dd>(?:<a[^>]+>)?([^<\s]+)", page)
    assert dict(tiles[:5]) == {
        "Received": "3",
        "Done": "1",
        "Done with warnings": "0",
        "Failed": "1",
        "Waiting now": "1",
    }
    assert "Item with name &#34;Invoice&#34; not found" in page
    assert "<rect" in page and "3 from forms" in page


def test_a_prefect_that_does_not_answer_fails_no_page(looker: Person) -> None:
    assert "Prefect does not answer" in looker.get("/").text


@pytest.mark.parametrize(
    "path", ["/no-such-page", "/records/Unicorn", "/lookups/contact", "/webhooks/1"]
)
def test_an_address_that_is_none_is_answered_by_a_page(looker: Person, path: str) -> None:
    answer = looker.get(path)
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert "To the overview" in answer.text


def test_pages_name_no_other_host_and_have_no_script_of_their_own(operator: Person) -> None:
    arrive(EntityName="FormSubmit")
    run()
    answer = operator.get("/webhooks")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    templates = Path(__file__).parents[3] / "receiver/console/templates"
    text = "".join(file.read_text() for file in templates.glob("*.html"))
    assert not re.search(r"https?://|\son\w+=|\sstyle=|<style|javascript:|\|\s*safe", text)
