"""The mapping editor: what was written is tried and saved, or refused with its line."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.admitting.counting import add_refusals
from models.configuring.applying import apply_sources
from models.database import reading, transaction
from models.entities.form_submit import FormSubmit
from models.identity import utc_now
from models.source import WebhookSource, find_source
from tests.receiver.console.made import arrive, arrive_raw, audit, form_of, run
from tests.receiver.console.people import Person
from tests.webhooks import statuses

PAGE = "/sources/forms/mapping"
MAPPED = """
[[source]]
name = "forms"
entity = "FormSubmit"
[[source.map]]
[source.map.columns]
Email = "body.mail"
FullName = "body.who"
"""


@pytest.fixture(autouse=True)
def forms(configurer: Person) -> None:
    configurer.post("/sources", name="forms")


def stored(name: str = "forms") -> WebhookSource:
    with reading() as session:
        source = find_source(session, name)
    assert source
    return source


def version(person: Person) -> str:
    found = re.search(r'name="version" value="(\w+)"', person.get(PAGE).text)
    assert found
    return found[1]


def save(person: Person, text: str) -> Any:
    return person.post(PAGE, text=text, version=version(person))


def test_a_request_is_shown_with_the_path_of_each_value(operator: Person) -> None:
    arrive(who={"first name": "Ada"}, tags=["a"])
    page = operator.get(PAGE).text
    assert '<code class="path">body.who.&#34;first name&#34;</code>' in page
    assert "name = &#34;forms&#34;" in page
    assert "Save</button>" not in page


def test_a_try_shows_what_would_come_of_it_and_changes_nothing(operator: Person) -> None:
    arrive(mail="ada@example.com", who="Ada Lovelace", shoe=38)
    page = operator.post(f"{PAGE}/try", text=MAPPED).text
    assert "1 webhook: 1 record would be made. Nothing was changed." in page
    assert "made, of full name and email" in page
    assert "nowhere: kept with the webhook" in page
    assert statuses() == {"New": 1}
    assert stored().definition is None
    with reading() as session:
        assert session.exec(select(FormSubmit)).all() == []


def test_the_chosen_request_stays_chosen_and_what_was_typed_stays(operator: Person) -> None:
    older = arrive(mail="older@example.com")
    arrive(mail="newer@example.com")
    page = operator.post(f"{PAGE}/try", text="typed = so", webhook=older, do="show").text
    assert "older@example.com" in page
    assert "typed = so" in page
    assert "would be made" not in page


def test_an_older_request_than_those_to_choose_from_is_reached_from_its_page(
    operator: Person,
) -> None:
    older = arrive(mail="older@example.com")
    for number in range(21):
        arrive(number=number)
    assert "older@example.com" in operator.get(f"{PAGE}?webhook={older}").text
    assert f"{PAGE}?webhook={older}" in operator.get(f"/webhooks/{older}").text


def test_a_saved_mapping_reads_the_next_batch_and_is_audited(configurer: Person) -> None:
    assert save(configurer, MAPPED.replace("\n", "\r\n")).status_code == 302
    webhook_id = arrive(mail="ada@example.com", who="Ada Lovelace")
    run()
    assert form_of(webhook_id).email == "ada@example.com"
    assert [(each.action, each.detail) for each in audit()][1:] == [
        ("define", "forms: entity, map")
    ]


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("Email =", "Emial =", "line 7, source &#34;forms&#34;: map 1, columns.Emial: FormSubmit"),
        ("body.mail", "body.mail[", "line 7"),
        ('"body.who"', "body.who", "(at line 8, column 12)"),
        ('name = "forms"', 'name = "others"', "is to be about &#34;forms&#34; alone"),
        ("[[source]]", "[[source]]\nname = 'a'\n[[source]]", "alone"),
        ("[[source]]", "a = " + "[" * 9000, "nested too deeply"),
        ("[[source]]", "# long\n" * 1000, "longer than"),
        ('"FormSubmit"', '"Invoice"', "there is no such entity"),
    ],
)
@pytest.mark.parametrize("path", ["", "/try"])
def test_what_is_wrong_is_told_with_its_line_and_what_was_typed_is_kept(
    configurer: Person, wrong: str, right: str, words: str, path: str
) -> None:
    text = MAPPED.replace(wrong, right)
    answer = configurer.post(PAGE + path, text=text, version=version(configurer))
    assert answer.status_code == 409
    assert words in answer.text
    assert "body.who" in answer.text.partition("<textarea")[2]
    assert stored().definition is None


def test_masked_secrets_stay_and_none_is_shown(configurer: Person) -> None:
    signed = '[source.signature]\nscheme = "hmac"\nheader = "X-Sign"\nsecret = "sesame"\n'
    with transaction() as session:
        apply_sources(session, MAPPED + signed, "file")
    for path in (PAGE, "/sources/forms"):
        page = configurer.get(path).text
        assert "sesame" not in page
        assert "secret = &#34;***&#34;" in page
    save(configurer, MAPPED + signed.replace("sesame", "***").replace("X-Sign", "X-Signed"))
    assert (stored().definition or {})["signature"]["secret"] == "sesame"
    assert (stored().definition or {})["signature"]["header"] == "X-Signed"


def test_two_who_edit_at_once_do_not_undo_each_other_unseen(configurer: Person) -> None:
    seen = version(configurer)
    save(configurer, MAPPED)
    answer = configurer.post(PAGE, text=MAPPED.replace("body.mail", "body.email"), version=seen)
    assert answer.status_code == 409
    assert "Someone changed this source" in answer.text
    assert "body.mail" in str(stored().definition)


def test_a_preset_is_written_out_to_be_changed(configurer: Person) -> None:
    with transaction() as session:
        apply_sources(session, '[[source]]\nname = "forms"\npreset = "elementor"', "file")
    assert "[[source.map]]\n" not in configurer.get(PAGE).text.partition("</textarea>")[0]
    written_out = configurer.get(f"{PAGE}?written_out=1").text.partition("</textarea>")[0]
    assert "[source.map.columns]" in written_out
    assert "preset =" not in written_out


def test_a_text_is_checked_before_anything_has_come(operator: Person) -> None:
    assert "no request to try it on" in operator.post(f"{PAGE}/try", text=MAPPED).text


def test_a_body_that_cannot_be_read_is_told_beside_the_text(operator: Person) -> None:
    arrive_raw(b"[")
    assert "Could not parse the webhook body" in operator.get(PAGE).text
    assert "1 failed" in operator.post(f"{PAGE}/try", text=MAPPED).text


def test_a_source_is_switched_off_and_on(configurer: Person) -> None:
    configurer.post("/sources/forms/active", active="off")
    assert not stored().active
    assert "It is off" in configurer.get("/sources/forms").text
    configurer.post("/sources/forms/active", active="on")
    assert stored().active
    assert [each.action for each in audit()] == ["add", "switch off", "switch on"]


def test_what_was_refused_in_the_last_day_is_counted_by_reason(configurer: Person) -> None:
    with transaction() as session:
        now = utc_now()
        for ago in (timedelta(), timedelta(hours=3), timedelta(days=3)):
            add_refusals(session, {("forms", "signature"): 4, ("others", "rate"): 1}, now - ago)
    page = configurer.get("/sources/forms").text
    assert "<dt>8</dt><dd>with no good signature</dd>" in page
    assert "faster than it may send" not in page


def test_a_webhook_in_quarantine_is_found_and_released(
    configurer: Person, operator: Person
) -> None:
    save(configurer, MAPPED + '[source.spam]\nhoneypot = "body.trap"\n')
    webhook_id = arrive(mail="ada@example.com", who="Ada Lovelace", trap="x")
    run()
    assert "Quarantined as spam" in operator.get("/").text
    assert str(webhook_id) in operator.get("/webhooks?status=Quarantined").text
    page = operator.get(f"/webhooks/{webhook_id}").text
    assert "Release" in page
    assert "<b>Quarantined</b>" in page
    operator.post(f"/webhooks/{webhook_id}/release")
    run()
    assert statuses() == {"Done": 1}
    assert audit()[-1].action == "release"
    operator.post(f"/webhooks/{webhook_id}/release")
    assert "not Quarantined any more" in operator.get("/webhooks").text
