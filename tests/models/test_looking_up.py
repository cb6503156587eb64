"""Rows of lookups by name, code or alias, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from models.database import reading, transaction
from models.entities.contact import Contact
from models.entities.form_submit import FormSubmit
from models.entities.lead import Lead
from models.looking_up.countries import country_code
from models.looking_up.naming import LookupNameError, add_alias, in_lines, remove_alias, set_making
from models.lookups import Channel, CustomerNeed
from models.reading.explaining import explain
from models.reading.parse_error import Kind
from tests.models.test_recording import counted_statements
from tests.models.webhooks import country, form, logged, process, records, store

ON_BOTH = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany", "DE"),
        ("  gERMANY ", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("Federal Republic of Germany", "DE"),
        ("Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire", "CI"),
        ("cote d'ivoire", "CI"),
        ("UK", "GB"),
        ("USA", "US"),
        ("Niger", "NE"),
        ("Nowhere", None),
        ("", None),
    ],
)
def test_countries_go_by_many_names(name: str, code: str | None) -> None:
    assert country_code(name) == code


@ON_BOTH
def test_a_lookup_takes_a_name_where_it_takes_an_id() -> None:
    names = ("France", "fr", "FRA", "Frankreich", "FRANCE")
    store(*[form("Lead", Contact="Ada", CountryId=name) for name in names])
    store(form("Lead", Contact="Ada", Country="France"))
    store(form("Lead", Contact="Ada", Country=str(country("France"))))
    process()
    assert {each.country_id for each in records(Lead)} == {country("France")}
    assert len(records(Lead)) == 7


@ON_BOTH
def test_a_channel_goes_by_its_codes_and_by_other_names() -> None:
    with transaction() as session:
        add_alias(session, "channel", "Search ads", "Bezahlte Suche")
        search_ads = session.exec(select(Channel).where(Channel.name == "Search ads")).one()
    names = ("search ADS", "cpc", "BEZAHLTE  suche")
    store(*[form("FormSubmit", Email="a@x.de", Channel=name) for name in names])
    process()
    assert [each.channel_id for each in records(FormSubmit)] == [search_ads.id] * 3


@ON_BOTH
def test_a_name_that_is_not_there_empties_its_column_and_is_logged() -> None:
    (webhook_id,) = store(form("Lead", Contact="Ada", Country="Nowhere\0"))
    (outcome,) = process()
    (lead,) = records(Lead)
    (error,) = logged(webhook_id)
    assert (outcome.word, lead.contact, lead.country_id) == ("done with warnings", "Ada", None)
    assert (error.kind, error.column) == (Kind.VALUE_NOT_CAST, "CountryId")
    (webhook_id,) = store(form("Lead", Contact="Ada", Country="Nowhere"))
    process()
    (error,) = logged(webhook_id)
    assert error.message.endswith('Exception:Item with name "Nowhere" not found in country.')
    assert "hookline lookup alias country" in error.advice


@ON_BOTH
def test_a_name_that_is_not_there_becomes_a_row_where_the_lookup_allows_it() -> None:
    with transaction() as session:
        set_making(session, "customer_need", True)
    bodies = [form("FormSubmit", Email="a@x.de", CustomerNeed=name) for name in ("Tea", "Tea")]
    first, *_ = store(*bodies)
    with reading() as session:
        assert "= a row Tea" in (explain(session, first) or "")
        assert not session.exec(select(CustomerNeed).where(CustomerNeed.name == "Tea")).all()
    process()
    with reading() as session:
        made = session.exec(select(CustomerNeed).where(CustomerNeed.name == "Tea")).one()
    assert {each.customer_need_id for each in records(FormSubmit)} == {made.id}
    store(form("FormSubmit", Email="a@x.de", CustomerNeed="tea"))
    process()
    assert {each.customer_need_id for each in records(FormSubmit)} == {made.id}


@pytest.mark.usefixtures("postgres_database")
def test_two_runs_that_make_the_same_row_make_it_once() -> None:
    with transaction() as session:
        set_making(session, "customer_need", True)
    store(*[form("FormSubmit", Email="a@x.de", CustomerNeed="Tea")] * 2000)
    with ThreadPoolExecutor(2) as pool:
        done = [each.result() for each in [pool.submit(process) for _ in range(2)]]
    assert sum(map(len, done)) == 2000
    assert len({each.customer_need_id for each in records(FormSubmit)}) == 1


@ON_BOTH
def test_names_cost_one_query_a_lookup() -> None:
    counts = []
    for times in (1, 40):
        names = ("France", "fr", "Nowhere")
        store(*[form("Lead", Contact="Ada", Country=name) for name in names * times])
        with counted_statements() as statements:
            process()
        counts.append(len(statements))
    assert counts[0] == counts[1]


@ON_BOTH
def test_a_record_has_no_name_that_a_lookup_would_know() -> None:
    (webhook_id,) = store(form("FormSubmit", Email="a@x.de", ContactId="Ada"))
    process()
    assert [each.kind for each in logged(webhook_id)] == [Kind.VALUE_NOT_CAST]
    assert records(Contact) == []


@pytest.mark.usefixtures("sqlite_database")
def test_what_cannot_be_said_of_a_lookup_is_refused_in_words() -> None:
    with transaction() as session:
        for table in ("country", "contact"):
            with pytest.raises(LookupNameError):
                set_making(session, table, True)
        for row, alias in (("Nowhere", "X"), ("Germany", " FRANCE"), ("Germany", " ")):
            with pytest.raises(LookupNameError):
                add_alias(session, "country", row, alias)
        with pytest.raises(LookupNameError):
            remove_alias(session, "country", "BRD")
        add_alias(session, "country", "Germany", "BRD")
        session.flush()
        assert "country  (249 rows, 1 other names)" in list(in_lines(session))
        remove_alias(session, "country", "BRD")
