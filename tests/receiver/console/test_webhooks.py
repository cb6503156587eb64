"""The pages of webhooks: what they show, and what people do with them."""

import csv
import io
import json
from uuid import UUID

import pytest

from models.database import reading, transaction
from models.identity import new_id, utc_now
from models.processing.claiming import claim
from models.webhook import Webhook
from tests.receiver.console.made import arrive, arrive_raw, audit, run
from tests.receiver.console.people import Person
from tests.webhooks import records, statuses

FORM = {"EntityName": "FormSubmit"}
HOSTILE = "<script>document.title='broken in'</script><img src=x onerror=alert(1)>\x1b[2J\u202e"


def stored(webhook_id: UUID) -> Webhook:
    with reading() as session:
        return session.get_one(Webhook, webhook_id)


def done() -> list[tuple[str, str, UUID | None]]:
    return [(each.user_name, each.action, each.subject_id) for each in audit()]


def test_it_says_how_to_begin_where_nothing_has_arrived(looker: Person) -> None:
    assert "None has arrived yet" in looker.get("/webhooks").text


def test_the_list_leads_from_page_to_page(looker: Person) -> None:
    ids = [arrive(**FORM) for _ in range(60)]
    first = looker.get("/webhooks")
    assert str(ids[-1]) in first.text and str(ids[0]) not in first.text
    older = first.text.split('rel="next" href="/console')[1].split('"')[0].replace("&amp;", "&")
    second = looker.get(older)
    assert str(ids[0]) in second.text and str(ids[-1]) not in second.text
    assert "Older" not in second.text


@pytest.mark.parametrize("query", ["status=Lost", "since=yesterday"])
def test_a_filter_that_is_none_is_said_so_in_words(looker: Person, query: str) -> None:
    answer = looker.get(f"/webhooks?{query}")
    assert answer.status_code == 400
    assert "There is no such status" in answer.text or "is no date" in answer.text


def test_a_failed_webhook_says_why_and_what_to_do(operator: Person) -> None:
    webhook_id = arrive(EntityName="Invoice")
    run()
    page = operator.get(f"/webhooks/{webhook_id}").text
    assert "Item with name &#34;Invoice&#34; not found." in page
    assert "Compare EntityName with the codes" in page
    assert "/runs/flow-run/" in page


def test_secrets_in_headers_and_query_are_hidden(operator: Person) -> None:
    secrets = {
        "Authorization": "Bearer s3cret",
        "Cookie": "id=s3cret",
        "X-Api-Key": "s3cret",
        "X-Hub-Signature-256": "sha256=s3cret",
        "Typeform-Signature": "s3cret",
        "X-Shopify-Hmac-Sha256": "s3cret",
    }
    headers = [("User-Agent", "Forms/1"), *secrets.items()]
    webhook_id = arrive_raw(b"{}", headers=headers, query_parameters="utm=spring&token=s3cret")
    page = operator.get(f"/webhooks/{webhook_id}").text
    assert "s3cret" not in page
    assert [shown for shown in ("Forms/1", "spring", "(hidden)") if shown not in page] == []


def test_nothing_that_a_sender_writes_is_taken_for_html(operator: Person) -> None:
    as_name = arrive_raw(json.dumps({HOSTILE: HOSTILE, "EntityName": HOSTILE}).encode())
    as_type = arrive_raw(HOSTILE.encode(), content_type=f"text/{HOSTILE}", source="<b>forms</b>")
    as_value = arrive(**FORM, FullName=HOSTILE, BirthDate=HOSTILE, headers=[(HOSTILE, HOSTILE)])
    run()
    paths = [
        f"/webhooks/{each}{more}" for each in (as_name, as_type, as_value) for more in ("", "/edit")
    ]
    for path in ("/", "/webhooks", "/records/FormSubmit", "/contacts", *paths):
        page = operator.get(path).text
        assert not [
            bad for bad in ("<script>d", "<img src=x", "\x1b", "\u202e", "<b>forms") if bad in page
        ]


def test_a_webhook_that_is_gone_is_said_to_be(operator: Person) -> None:
    answer = operator.get(f"/webhooks/{new_id()}")
    assert answer.status_code == 404
    assert "There is no such webhook" in answer.text


def test_retry_puts_a_webhook_back_and_says_who_did(operator: Person) -> None:
    webhook_id = arrive(EntityName="Invoice")
    run()
    operator.post(f"/webhooks/{webhook_id}/retry")
    assert stored(webhook_id).status == "New"
    assert done() == [("operate", "retry", webhook_id)]
    assert "by operate" in operator.get(f"/webhooks/{webhook_id}").text


def test_retry_leaves_a_record_alone_unless_told(operator: Person) -> None:
    webhook_id = arrive(**FORM, FirstName="Ada")
    run()
    operator.post(f"/webhooks/{webhook_id}/retry")
    assert "left alone" in operator.get(f"/webhooks/{webhook_id}").text
    assert done() == []
    operator.post(f"/webhooks/{webhook_id}/retry", update="on")
    run()
    assert records()[webhook_id] == 1


def test_edit_and_retry_keeps_the_original_and_makes_the_record(operator: Person) -> None:
    webhook_id = arrive(EntityName="Invoice", Email="ada@example.com")
    run()
    form = operator.get(f"/webhooks/{webhook_id}/edit").text
    assert "Invoice&#34;, &#34;Email&#34;: &#34;ada@example.com" in form
    right = '{"EntityName": "FormSubmit",\r\n "Email": "ada@example.com"}'
    operator.post(f"/webhooks/{webhook_id}/edit", body=right)
    webhook = stored(webhook_id)
    assert webhook.request_body == b'{"EntityName": "FormSubmit",\n "Email": "ada@example.com"}'
    assert b"Invoice" in (webhook.original_body or b"")
    run()
    assert stored(webhook_id).status == "Done"
    assert "What came first" in operator.get(f"/webhooks/{webhook_id}").text


def test_the_lines_of_multipart_keep_their_ends(operator: Person) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="EntityName"\r\n\r\nInvoice\r\n--x--\r\n'
    webhook_id = arrive_raw(body, "multipart/form-data; boundary=x")
    right = body.decode().replace("Invoice", "Lead")
    operator.post(f"/webhooks/{webhook_id}/edit", body=right)
    assert stored(webhook_id).request_body == right.encode()


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a\x00b", b"a\rb", b"a\r\nb\n", b"x" * 300_000])
def test_a_body_that_a_form_would_spoil_is_not_edited_here(operator: Person, body: bytes) -> None:
    page = operator.get(f"/webhooks/{arrive_raw(body)}/edit").text
    assert "hookline webhook correct" in page
    assert "<textarea" not in page


def test_delete_asks_first_and_leaves_the_record(operator: Person) -> None:
    webhook_id = arrive(**FORM, FirstName="Ada")
    run()
    assert "The record that it made stays" in operator.get(f"/webhooks/{webhook_id}/delete").text
    assert stored(webhook_id)
    operator.post(f"/webhooks/{webhook_id}/delete")
    assert operator.get(f"/webhooks/{webhook_id}").status_code == 404
    assert records()[webhook_id] == 1
    assert done() == [("operate", "delete", webhook_id)]


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_what_a_run_has_in_hand_is_left_to_it(operator: Person, what: str) -> None:
    webhook_id = arrive(**FORM)
    with transaction() as session:
        claim(session, 1, utc_now())
    answer = operator.post(f"/webhooks/{webhook_id}/{what}", body="{}")
    assert answer.status_code == 409
    assert "Try again in a moment" in answer.text
    assert stored(webhook_id).status == "Processing"


def test_all_of_a_filter_is_counted_and_then_retried(operator: Person) -> None:
    for name in ("Invoice", "Receipt", "FormSubmit"):
        arrive(EntityName=name)
    run()
    assert "<b>2</b> webhooks" in operator.get("/webhooks/retry?status=Failed").text
    assert statuses() == {"Failed": 2, "Done": 1}
    operator.post("/webhooks/retry?status=Failed")
    assert statuses() == {"New": 2, "Done": 1}
    assert done() == [("operate", "retry all", None)]


def test_records_are_left_alone_when_all_are_retried_unless_told(operator: Person) -> None:
    arrive(**FORM)
    run()
    operator.post("/webhooks/retry?entity=FormSubmit")
    assert statuses() == {"Done": 1}
    operator.post("/webhooks/retry?entity=FormSubmit", update="on")
    assert statuses() == {"New": 1}


def test_what_was_searched_for_is_not_in_the_audit_log(operator: Person) -> None:
    arrive(**FORM, Email="ada@example.com")
    run()
    operator.post("/webhooks/retry?person=ada@example.com&text=ada", update="on")
    operator.get("/webhooks.csv?text=ada@example.com")
    assert [each.detail for each in audit()] == ["1 webhooks: a person, a text", "a text"]


def test_an_export_has_every_row_of_its_filter(operator: Person) -> None:
    for number in range(120):
        arrive(EntityName="Invoice" if number % 2 else "Lead")
    run()
    rows = list(csv.DictReader(io.StringIO(operator.get("/webhooks.csv?status=Failed").text)))
    assert len(rows) == 60
    assert {row["kinds_of_error"] for row in rows} == {"entity-not-found"}
    as_json = json.loads(operator.get("/webhooks.json").text)
    assert len(as_json) == 120
    assert json.loads(operator.get("/webhooks.json?status=New").text) == []


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_an_export_is_a_formula(operator: Person, value: str) -> None:
    arrive(EntityName="Lead", Commentary=value)
    run()
    answer = operator.get("/records/Lead.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Lead.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline=""))
    assert row["commentary"].startswith("'")
    assert json.loads(operator.get("/records/Lead.json").text)[0]["commentary"].strip() in value
