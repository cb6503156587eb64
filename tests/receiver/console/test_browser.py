"""The console in a real browser: what people want to know within a minute, and the looks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from models.configuring.applying import apply_sources
from models.database import engine, transaction
from models.identity import new_id, utc_now
from models.settings import settings
from tests.conftest import MakeDatabase
from tests.receiver.conftest import Serve
from tests.receiver.console.browser import axe_script, chromium
from tests.receiver.console.made import arrive, arrive_raw, form_of, run, visited
from tests.receiver.console.people import PASSWORD, make_users

PHONE = {"width": 390, "height": 844}
HOSTILE = (
    "<script>document.title='broken in';fetch('http://evil.example')</script>"
    "<img src='http://evil.example/x.png' onerror=\"document.title='broken in'\">\x00\x1b[2J\u202e"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def console(sqlite_copy: MakeDatabase, serve: Serve) -> Iterator[tuple[str, str]]:
    """Serve a database with users; return the console's address, and the database's."""
    url = sqlite_copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKLINE_DATABASE_URL", url)
        settings.cache_clear()
        make_users()
        engine().dispose()
    settings.cache_clear()
    with serve(url) as served:
        yield f"{served.url}/console", url


@pytest.fixture(autouse=True)
def same_database(console: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", console[1])
    settings.cache_clear()


def opened(browser: Browser, console: str, role: str = "operate", **how: Any) -> Page:
    """Open the console in a new window and sign in."""
    context: BrowserContext = browser.new_context(base_url=f"{console}/", **how)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("sign-in")
    page.get_by_label("Name").fill(role)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(
    request: pytest.FixtureRequest, browser: Browser, console: tuple[str, str]
) -> Iterator[Page]:
    """Open the console with JavaScript, and without."""
    page = opened(browser, console[0], java_script_enabled=request.param)
    yield page
    page.context.close()


def submitted(email: str, **more: str) -> UUID:
    webhook_id = arrive(EntityName="FormSubmit", FullName="Ada Lovelace", Email=email, **more)
    run()
    return webhook_id


def test_did_the_form_from_this_morning_arrive_and_what_became_of_it(page: Page) -> None:
    email = f"{new_id()}@example.com"
    submitted(email, FavouriteColour="green")
    page.get_by_role("link", name="Webhooks", exact=True).click()
    this_morning = (utc_now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    page.get_by_label("Received from").fill(this_morning)
    page.get_by_label("Email or phone").fill(email.upper())
    page.get_by_role("button", name="Show").click()
    page.locator("a.row").first.click()
    life = page.locator(".timeline").first
    expect(life).to_contain_text("Received")
    expect(life).to_contain_text("made, of full name and email")
    expect(page.get_by_role("row", name="FavouriteColour")).to_contain_text("nowhere")


def test_why_did_it_fail_and_put_it_right_and_run_it_again(page: Page) -> None:
    webhook_id = arrive(EntityName="FromSubmit", Email="wrong@example.com")
    run()
    page.goto(f"webhooks/{webhook_id}")
    expect(page.locator(".card.bad")).to_contain_text('Item with name "FromSubmit" not found')
    page.get_by_role("link", name="Edit and retry").click()
    body = page.get_by_label("Body")
    body.fill(body.input_value().replace("FromSubmit", "FormSubmit"))
    page.get_by_role("button", name="Save and retry").click()
    expect(page.get_by_role("status")).to_contain_text("New again")
    run()
    page.goto(f"webhooks/{webhook_id}")
    expect(page.locator("h1")).to_contain_text("Done")


def test_who_is_the_person_and_what_did_they_do_on_our_site(page: Page) -> None:
    email = f"{new_id()}@example.com"
    webhook_id = submitted(email)
    visited(webhook_id)
    page.goto(f"webhooks/{webhook_id}")
    page.locator(".timeline a", has_text="made, of").click()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page.locator("main")).to_contain_text(email)
    expect(page.locator(".visit")).to_contain_text("Our prices")


def test_all_that_failed_for_one_reason_run_again(page: Page) -> None:
    source = f"shop {new_id()}"
    for _ in range(3):
        arrive(EntityName="Invoice", source=source)
    run()
    page.goto(f"webhooks?status=Failed&source={source}")
    page.get_by_role("link", name="Retry all of this filter").click()
    expect(page.locator("main")).to_contain_text("3 webhooks")
    page.get_by_role("button", name="Retry them").click()
    expect(page.get_by_role("status")).to_contain_text("3 webhooks are New again")
    run()


def test_what_a_service_sends_is_mapped_tried_and_saved_and_the_next_becomes_a_record(
    browser: Browser, console: tuple[str, str]
) -> None:
    page, source = opened(browser, console[0], "configure"), f"shop {new_id()}"
    page.goto("sources")
    page.get_by_label("Name").fill(source)
    page.get_by_role("button", name="Add").click()
    address = page.locator("main").inner_text()
    key = address.partition("/webhooks/")[2].split()[0]
    receiver = console[0].removesuffix("/console")
    httpx.post(f"{receiver}/webhooks/{key}", json={"who": {"mail": "first@example.com"}})
    page.goto(f"sources/{source}/mapping")
    path = page.locator(".sample p", has_text="first@example.com").locator(".path").inner_text()
    text = page.get_by_label("In TOML")
    text.fill(
        f'{text.input_value()}[[source.map]]\nentity = "FormSubmit"\ncolumns.Email = "{path}"'
    )
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#given")).to_contain_text("1 record would be made")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved: map")
    sent = httpx.post(f"{receiver}/webhooks/{key}", json={"who": {"mail": "next@example.com"}})
    run()
    assert form_of(UUID(sent.json()["id"])).email == "next@example.com"
    page.context.close()


def test_nothing_that_a_sender_writes_runs_or_leads_elsewhere(
    browser: Browser, console: tuple[str, str]
) -> None:
    as_name = arrive(EntityName=HOSTILE, **{HOSTILE: HOSTILE})
    as_text = arrive_raw(HOSTILE.encode(), content_type="text/html", headers=[(HOSTILE, HOSTILE)])
    as_value = arrive(EntityName="FormSubmit", FullName=HOSTILE, Email="x@example.com")
    run()
    with transaction() as session:
        apply_sources(session, '[[source]]\nname = "forms"', "file")
    page = opened(browser, console[0])
    asked, said = set[str](), list[str]()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text))
    paths = [f"webhooks/{each}" for each in (as_name, as_text, as_value)]
    paths += [f"{path}/edit" for path in paths]
    paths += [f"sources/forms/mapping?webhook={each}" for each in (as_name, as_text, as_value)]
    for path in ("", "webhooks", "contacts?person=x@example.com", *paths, *links(as_value)):
        page.goto(path)
        assert "broken in" not in page.title()
        assert page.locator("main script, main img, main iframe").count() == 0
    assert asked == {console[0].split("/")[2]}
    assert said == []
    page.context.close()


def test_lists_are_gone_through_by_keyboard(browser: Browser, console: tuple[str, str]) -> None:
    webhook_id = submitted("keys@example.com")
    page = opened(browser, console[0])
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the page")
    page.goto("webhooks?person=keys@example.com")
    page.keyboard.press("/")
    expect(page.get_by_label("Status")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/webhooks/{webhook_id}")
    page.context.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_script(tmp_path_factory.mktemp("axe"))


def links(webhook_id: UUID) -> list[str]:
    """Return the addresses of the form that a webhook made, and of its person."""
    form = form_of(webhook_id)
    return [f"records/FormSubmit/{form.id}", f"contacts/{form.contact_id}"]


def all_pages() -> list[str]:
    """Return an address of every kind of page, with something on it."""
    webhook_id = submitted("pages@example.com", BirthDate="soon")
    visited(webhook_id)
    with transaction() as session:
        apply_sources(session, '[[source]]\nname = "forms"\npreset = "elementor"', "file")
    paths = "?period=month webhooks webhooks/retry?status=Failed records/FormSubmit contacts"
    more = "sources lookups lookups/landing_page lookups/webhook_status users audit password"
    more += " sources/forms sources/forms/mapping"
    return [
        "",
        *paths.split(),
        *more.split(),
        *(f"webhooks/{webhook_id}{what}" for what in ("", "/edit", "/delete")),
        *links(webhook_id),
        "no-such-page",
    ]


LOOKED_AT: dict[str, Any] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""Only colours are others in the dark."""


@pytest.mark.parametrize("scheme", LOOKED_AT)
def test_axe_finds_nothing_serious_and_a_phone_scrolls_one_way(
    browser: Browser, console: tuple[str, str], axe: str, scheme: Any
) -> None:
    page = opened(browser, console[0], "configure", color_scheme=scheme)
    wide = page.viewport_size
    findings: list[tuple[str, str, str]] = []
    for path in all_pages():
        page.goto(path)
        page.evaluate(axe)
        found = page.evaluate("async (how) => (await axe.run(how)).violations", LOOKED_AT[scheme])
        findings += [
            (path, each["id"], each["nodes"][0]["html"][:120])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            findings.append((path, "wider than a phone", ""))
        page.set_viewport_size(wide)  # type: ignore[arg-type]
    assert findings == []
    page.context.close()
