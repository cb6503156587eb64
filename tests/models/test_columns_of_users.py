"""Required columns, defaults, business keys and details, on both databases."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel, col, select

from models.database import engine, reading, transaction
from models.entities import entities
from models.identity import new_id, utc_now
from models.matching.search import waiting_records
from models.processing.claiming import claim
from models.processing.outcome import Outcome
from models.processing.recording import create_records
from models.reading.parse_error import Kind
from models.webhook import Status, Webhook, WebhookEntity, WebhookParseError, WebhookRecord
from tests.users_package import users_package

pytestmark = pytest.mark.usefixtures("database", "purchases")

PURCHASE = '''\
class PurchaseLine(Detail, table=True):
    """A line of a purchase."""

    __tablename__ = "purchase_line"

    purchase_id: UUID = parent("purchase")
    sku: str = text(20, required=True)
    price: Decimal | None = money()
    channel_id: UUID | None = lookup("channel")


class Purchase(OfPerson, table=True):
    """Something bought."""

    person: ClassVar = PersonColumns(emails=("email",))
    business_key: ClassVar = BusinessKey.that_updates("number")
    details: ClassVar = {"Lines": PurchaseLine}

    number: str = text(20, required=True)
    email: str | None = text()
    seats: int = 1
    channel_id: UUID | None = lookup("channel")
    currency: str = text(3, default="EUR")


class Voucher(Entity, table=True):
    """A voucher that is issued once."""

    business_key: ClassVar = BusinessKey.that_refuses("number")

    number: str = text(20, required=True)
    channel_id: UUID = lookup("channel", required=True)
'''

LINES = [{"Sku": "A", "Price": "1.50"}, {"Sku": "B", "Price": 2}]


@pytest.fixture
def purchases(database: str, tmp_path: Path) -> Iterator[None]:
    with users_package(tmp_path, "acme_purchases", purchase=PURCHASE):
        made = [table("Purchase"), table("Voucher"), SQLModel.metadata.tables["purchase_line"]]
        SQLModel.metadata.create_all(engine(), tables=made)
        with transaction() as session:
            session.add_all([WebhookEntity(name=name) for name in ("Purchase", "Voucher")])
        yield


def table(code: str) -> Table:
    found: Table = entities()[code].__table__  # type: ignore[attr-defined]
    return found


def send(*payloads: dict[str, Any]) -> list[Outcome]:
    with transaction() as session:
        for payload in payloads:
            body = json.dumps({"EntityName": "Purchase", **payload}).encode()
            session.add(
                Webhook(
                    request_body=body,
                    content_type="application/json",
                    webhook_source="test",
                    api_key=new_id(),
                )
            )
    return process()


def process() -> list[Outcome]:
    with transaction() as session:
        return create_records(session, claim(session, 1000, utc_now()), utc_now())


def rows(code: str) -> list[Any]:
    with reading() as session:
        return list(session.execute(table(code).select()))


def lines() -> list[Any]:
    found = SQLModel.metadata.tables["purchase_line"]
    with reading() as session:
        return list(session.execute(found.select().order_by(found.c.position)))


def test_a_record_without_a_required_column_is_not_made_and_the_error_says_which() -> None:
    (outcome,) = send({"Email": "ada@example.com"})
    assert (outcome.status, outcome.errors) == (
        Status.FAILED,
        ((Kind.VALUE_REQUIRED, "Number"),),
    )
    assert rows("Purchase") == []
    with reading() as session:
        assert session.exec(select(WebhookParseError.message)).one() == (
            "An error occurred while setting the column value. ColumnName:Number. "
            "EntityName:Purchase. Exception:The column is required and has no value."
        )


def test_an_empty_required_column_is_as_one_that_is_missing() -> None:
    (outcome,) = send({"Number": "  "})
    assert outcome.status is Status.FAILED


def test_a_required_lookup_whose_row_is_not_there_fails_the_webhook() -> None:
    (outcome,) = send({"EntityName": "Voucher", "Number": "1", "ChannelId": str(new_id())})
    kinds = [kind for kind, _ in outcome.errors]
    assert (outcome.status, kinds) == (
        Status.FAILED,
        [Kind.LOOKUP_NOT_FOUND, Kind.VALUE_REQUIRED],
    )


def test_what_the_webhook_does_not_bring_gets_its_default() -> None:
    send({"Number": "1"}, {"Number": "2", "Seats": 3, "Currency": "USD"})
    assert sorted((row.number, row.seats, row.currency) for row in rows("Purchase")) == [
        ("1", 1, "EUR"),
        ("2", 3, "USD"),
    ]


def test_a_second_webhook_with_the_same_key_updates_what_it_brings() -> None:
    (first,) = send({"Number": "1", "Email": "ada@example.com", "Seats": 2})
    (second,) = send({"Number": "1", "Currency": "USD"})
    (row,) = rows("Purchase")
    assert (row.email, row.seats, row.currency) == ("ada@example.com", 2, "USD")
    assert first.record_id == second.record_id == row.id


def test_webhooks_with_the_same_key_in_one_batch_make_one_record() -> None:
    outcomes = send({"Number": "1", "Seats": 2}, {"Number": "1", "Seats": 5}, {"Number": "2"})
    assert len({outcome.record_id for outcome in outcomes}) == 2
    assert sorted((row.number, row.seats) for row in rows("Purchase")) == [("1", 5), ("2", 1)]
    with reading() as session:
        assert len(session.exec(select(WebhookRecord)).all()) == 3


def test_a_second_webhook_is_refused_where_the_key_says_so() -> None:
    with reading() as session:
        channel = session.execute(SQLModel.metadata.tables["channel"].select()).first()
    assert channel is not None
    voucher = {"EntityName": "Voucher", "Number": "1", "ChannelId": str(channel.id)}
    outcomes = send(voucher, voucher)
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.FAILED]
    assert send(voucher)[0].errors == ((Kind.KEY_TAKEN, None),)
    assert len(rows("Voucher")) == 1


def test_runs_that_save_the_same_key_at_once_make_one_record() -> None:
    with transaction() as session:
        for seats in range(8):
            body = json.dumps({"EntityName": "Purchase", "Number": "1", "Seats": seats})
            session.add(
                Webhook(
                    request_body=body.encode(),
                    content_type="application/json",
                    webhook_source="test",
                    api_key=new_id(),
                )
            )

    def one(_: int) -> list[Outcome]:
        with transaction() as session:
            return create_records(session, claim(session, 1, utc_now()), utc_now())

    with ThreadPoolExecutor(4) as pool:
        outcomes = [each for some in pool.map(one, range(8)) for each in some]
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    assert len(rows("Purchase")) == 1


def test_a_list_becomes_rows_of_the_detail_in_its_order() -> None:
    (outcome,) = send({"Number": "1", "Lines": LINES})
    assert [(line.position, line.sku, line.price) for line in lines()] == [
        (0, "A", pytest.approx(1.5)),
        (1, "B", pytest.approx(2)),
    ]
    assert {line.purchase_id for line in lines()} == {outcome.record_id}


def test_an_update_replaces_the_rows_only_where_it_brings_a_list() -> None:
    send({"Number": "1", "Lines": LINES})
    send({"Number": "1", "Seats": 2})
    assert len(lines()) == 2
    send({"Number": "1", "Lines": [{"Sku": "C"}]})
    assert [line.sku for line in lines()] == ["C"]


def test_what_is_wrong_with_a_row_is_said_with_its_place() -> None:
    (outcome,) = send({"Number": "1", "Lines": [{"Sku": "A", "Price": "cheap"}, "B"]})
    assert outcome.errors == (
        (Kind.VALUE_NOT_CAST, "Lines[0].Price"),
        (Kind.VALUE_NOT_CAST, "Lines[1]"),
    )
    assert [line.sku for line in lines()] == ["A"]


def test_a_row_whose_lookup_is_not_there_has_that_column_empty() -> None:
    lines_sent = [{"Sku": "A", "ChannelId": str(new_id())}, {"Sku": "B", "Channel": "Nowhere"}]
    (outcome,) = send({"Number": "1", "Lines": [*lines_sent, {"Sku": "C", "Channel": "email"}]})
    assert outcome.errors == (
        (Kind.LOOKUP_NOT_FOUND, "Lines[0].ChannelId"),
        (Kind.LOOKUP_NOT_FOUND, "Lines[1].ChannelId"),
    )
    assert [bool(line.channel_id) for line in lines()] == [False, False, True]


def test_a_row_without_a_required_column_fails_the_webhook() -> None:
    (outcome,) = send({"Number": "1", "Lines": [{"Price": 1}]})
    assert (outcome.status, outcome.errors) == (
        Status.FAILED,
        ((Kind.VALUE_REQUIRED, "Lines[0].Sku"),),
    )
    assert (rows("Purchase"), lines()) == ([], [])


def test_an_update_has_a_record_without_contact_wait_for_one_again() -> None:
    send({"Number": "1"})
    purchase: Any = entities()["Purchase"]
    with transaction() as session:
        session.execute(table("Purchase").update().values(contact_searched_at=utc_now()))
        assert waiting_records(session, purchase, 10, utc_now()) == []
    send({"Number": "1", "Email": "ada@example.com"})
    with reading() as session:
        assert len(waiting_records(session, purchase, 10, utc_now())) == 1
        assert session.exec(select(col(purchase.email))).one() == "ada@example.com"
