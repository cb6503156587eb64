"""A new entity, written out: what is written works at once, and nothing that is there changes."""

import json
from pathlib import Path

import pytest
from sqlmodel import select

import models.scaffold
from flows.conformance import suite
from models import migrations
from models.database import reading
from models.extending.scratch import migrated_file
from models.migrations import histories
from models.migrations.writing import VERSIONS, differences, write_revision
from models.scaffold import ScaffoldError, new_entity
from models.scaffold.columns import parse_columns
from models.webhook import WebhookEntity
from tests.users_package import installed

COLUMNS = (
    "registration_number:text(40)*, event:text(100)!, full_name, email!, phone, seats:integer=1, "
    "fee:money, starts_at:datetime, vip:boolean=false, language:text(2)=en, ticket_type:lookup, "
    "country:lookup(country), remarks:longtext"
)
SUITE = [name for name in dir(suite("Any", Path())) if name.startswith("test_")]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("full_name", "full_name: str | None = text()"),
        ("Event name:text(100)!", "event_name: str = text(100, required=True)"),
        ("number:text(40)*", "number: str = text(40, required=True)"),
        ("seats:integer=1", "seats: int = 1"),
        ("seats:integer!", "seats: int"),
        ("fee:money", "fee: Decimal | None = money()"),
        ("starts_at:datetime", "starts_at: datetime | None = None"),
        ("vip:boolean=true", "vip: bool = True"),
        ("language:text(2)=en", 'language: str = text(2, default="en")'),
        ("ticket:lookup", 'ticket_id: UUID | None = lookup("ticket")'),
        ("home:lookup(country)!", 'home_id: UUID = lookup("country", required=True)'),
        ("remarks:longtext", "remarks: str | None = text(None)"),
    ],
)
def test_a_column_is_written_as_it_was_asked_for(asked: str, written: str) -> None:
    (column,) = parse_columns(asked)
    assert column.line() == written


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("seats:many", "There is no type many. The types are text, longtext, integer"),
        ("seats:integer(3)", "integer(3) is no type. Only a text has a length: text(100)."),
        ("seats:integer=few", "few is no default for a column of type integer."),
        ("at:datetime=now", "A column of type datetime is given its default in the file."),
        ("id", "A column cannot be called id. Give it another name."),
        ("class", "A column cannot be called class. Give it another name."),
        ("contact_id", "A column cannot be called contact_id."),
        ("entity_name", "A column cannot be called entity_name."),
        ("a, A", "The column a is asked for twice."),
        ("seats?", 'The column "seats?" cannot be read.'),
    ],
)
def test_a_column_that_cannot_be_written_is_refused(asked: str, said: str) -> None:
    with pytest.raises(ScaffoldError) as refused:
        parse_columns(asked)
    assert said in str(refused.value)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    new_entity("Event registration", COLUMNS, tmp_path)
    return tmp_path


@pytest.mark.parametrize("check", SUITE)
@pytest.mark.usefixtures("sqlite_database")
def test_what_is_written_passes_the_suite_that_every_entity_passes(
    check: str, written: Path
) -> None:
    with installed(written, "hookline_event_registration"):
        write_revision("Event registrations")
        forget_the_histories()
        payload = written / "tests" / "payloads" / "event_registration.json"
        getattr(suite("EventRegistration", payload)(), check)()


def forget_the_histories() -> None:
    """Have the migrations be looked for again, as the next process would."""
    histories._histories.cache_clear()
    migrated_file.cache_clear()


@pytest.mark.usefixtures("database")
def test_the_migration_lies_with_the_user_beside_ours(written: Path) -> None:
    ours = sorted(VERSIONS.glob("*.py"))
    with installed(written, "hookline_event_registration"):
        file = write_revision("Event registrations")
        assert file is not None
        assert file.parent == written / "hookline_event_registration" / "migrations"
        assert sorted(VERSIONS.glob("*.py")) == ours
        forget_the_histories()
        migrations.upgrade()
        assert differences("hookline_event_registration") == []
        with reading() as session:
            assert "EventRegistration" in session.exec(select(WebhookEntity.name)).all()
        assert write_revision("Nothing new") is None


@pytest.mark.usefixtures("database")
def test_a_column_that_is_added_is_a_second_revision(written: Path) -> None:
    with installed(written, "hookline_event_registration"):
        write_revision("Event registrations")
        forget_the_histories()
        migrations.upgrade()
    file = written / "hookline_event_registration" / "entities" / "event_registration.py"
    file.write_text(f"{file.read_text()}    hotel: str | None = text(100)\n")
    with installed(written, "hookline_event_registration"):
        second = write_revision("The hotel")
        assert second is not None
        forget_the_histories()
        migrations.upgrade()
        assert differences("hookline_event_registration") == []
    assert 'sa.Column("hotel"' in second.read_text() or "sa.Column('hotel'" in second.read_text()
    assert "create_table" not in second.read_text()


@pytest.mark.usefixtures("database")
def test_without_the_package_the_database_is_not_touched_and_the_error_says_why(
    written: Path,
) -> None:
    with installed(written, "hookline_event_registration"):
        write_revision("Event registrations")
        forget_the_histories()
        migrations.upgrade()
    with pytest.raises(migrations.MigrationError, match="by a package that is not installed here"):
        migrations.upgrade()


@pytest.mark.usefixtures("database")
def test_an_entity_without_its_table_is_said_and_stops_no_other(written: Path) -> None:
    with installed(written, "hookline_event_registration"):
        (waits,) = migrations.entities_without_table()
    assert "EventRegistration has no table yet." in str(waits)
    assert "hookline migrate --new" in str(waits)


@pytest.mark.usefixtures("sqlite_database")
def test_a_migration_that_is_broken_is_left_out_with_its_line(written: Path) -> None:
    folder = written / "hookline_event_registration" / "migrations"
    (folder / "0001_broken.py").write_text("revision = '1'\ndef upgrade() -> None\n")
    with installed(written, "hookline_event_registration"):
        (refusal,) = histories.refusals()
        migrations.upgrade()
    assert (refusal.file, refusal.line) == (str(folder / "0001_broken.py"), 2)


def test_the_example_payload_brings_what_the_columns_take(written: Path) -> None:
    payload = json.loads((written / "tests/payloads/event_registration.json").read_text())
    assert payload["EntityName"] == "EventRegistration"
    assert payload["Email"] == "ada@example.com"
    assert payload["Language"] == "So"
    assert "TicketTypeId" not in payload


def test_nothing_that_is_there_is_ever_changed(written: Path) -> None:
    file = written / "hookline_event_registration" / "entities" / "event_registration.py"
    file.write_text("# mine\n")
    with pytest.raises(ScaffoldError, match="Nothing was written"):
        new_entity("Event registration", COLUMNS, written)
    assert file.read_text() == "# mine\n"


def test_a_second_entity_goes_into_the_same_package(written: Path) -> None:
    files = new_entity("Speaker", "full_name, email", written, steps=False)
    assert [str(file.relative_to(written)) for file in files] == [
        "hookline_event_registration/entities/speaker.py",
        "tests/payloads/speaker.json",
        "tests/test_speaker.py",
    ]


@pytest.mark.parametrize("package", ["models", "flows", "prefect", "json", "Acme Events"])
def test_a_package_gets_no_name_that_would_be_in_the_way(package: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError):
        new_entity("Event registration", COLUMNS, tmp_path, package)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Order", "form submit", "1", "", "É"])
def test_an_entity_gets_no_name_that_is_taken_or_none(name: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError):
        new_entity(name, COLUMNS, tmp_path)


def test_in_the_checkout_it_goes_into_the_rooms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.scaffold, "ROOT", tmp_path)
    files = new_entity("Event registration", COLUMNS, tmp_path / "flows")
    assert sorted(str(file.relative_to(tmp_path)) for file in files) == [
        "flows/entities/event_registration.py",
        "models/entities/event_registration.py",
        "tests/models/entities/test_event_registration.py",
        "tests/payloads/event_registration.json",
    ]
