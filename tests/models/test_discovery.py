"""Files that bring entities: found through entry points, or refused and in no one's way."""

from pathlib import Path

import pytest

from models.entities import entities, find_entity, refusals
from models.entities.contact import Contact
from models.settings import ROOT
from tests.users_package import BADGE, IMPORTS, installed, users_package

FIRST = IMPORTS.count("\n") + 1
"""The line that a test's own text begins at."""

BROKEN = {
    "a line that is no Python": (
        "class Ticket(Entity, table=True)\n    number: str = text()\n",
        0,
        "expected ':'. Correct the line.",
    ),
    "a package that is not installed": (
        "import no_such_package\n",
        0,
        "No module named 'no_such_package'. Install what it needs",
    ),
    "a name that is not defined": (
        "class Ticket(Entity, table=True):\n    number: strr = text()\n",
        1,
        "NameError: name 'strr' is not defined. Correct the line.",
    ),
    "no entity at all": ("ANSWER = 42\n", -FIRST + 1, "It defines no entity. Define one:"),
    "a class that is no table": (
        "class Ticket(OfPerson):\n    number: str | None = text()\n",
        0,
        "Ticket is no table. Write class Ticket(OfPerson, table=True).",
    ),
    "a code that is taken": (
        'class Order(Entity, table=True):\n    __tablename__ = "my_order"\n    n: int\n',
        0,
        "The name Order is taken by models.entities.order.Order. Give the class another name",
    ),
    "an alias that is taken": (
        'class Ticket(Entity, table=True):\n    n: int\n    aliases: ClassVar = ("Submission",)\n',
        2,
        "The name Submission is taken by models.entities.form_submit.FormSubmit.",
    ),
    "a table that is taken": (
        'class Ticket(Entity, table=True):\n    __tablename__ = "order"\n    n: int\n',
        0,
        "The table is taken by another file: give this one another __tablename__.",
    ),
    "no line about the person": (
        "class Ticket(OfPerson, table=True):\n    email: str | None = text()\n",
        0,
        "It does not say who the person is. Add person: ClassVar = PersonColumns(",
    ),
    "a person's column that is not there": (
        "class Ticket(OfPerson, table=True):\n    mail: str | None = text()\n"
        '    person: ClassVar = PersonColumns(emails=("email",))\n',
        2,
        "It names email, which is no column. Correct the name.",
    ),
    "a lookup that leads nowhere": (
        'class Ticket(Entity, table=True):\n    n: int\n    kind_id: UUID = lookup("kind")\n',
        2,
        "It points to the table kind, which is not there. Define a lookup, class Kind(Lookup",
    ),
    "a type that no column has": (
        "class Ticket(Entity, table=True):\n    seats: list[int]\n",
        0,
        "Use a type that a column can have: text(), int, Decimal",
    ),
    "two columns with one code": (
        "class Ticket(Entity, table=True):\n    n: int\n    m: int = 1\n    N_: int = 1\n",
        3,
        "Its code N is that of the column n. Give the column another name",
    ),
    "a key that is no column": (
        "class Ticket(Entity, table=True):\n    n: int | None = None\n"
        '    business_key: ClassVar = BusinessKey.that_updates("n")\n',
        1,
        "A column of the business key may not be empty. Make it required",
    ),
    "a program that ends": ("raise SystemExit(3)\n", 0, "SystemExit: 3. Correct the line."),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_with_its_line_and_stops_no_other(
    kind: str, tmp_path: Path
) -> None:
    text, line, said = BROKEN[kind]
    name = f"acme_{list(BROKEN).index(kind)}"
    with users_package(tmp_path, name, badge=BADGE, ticket=text) as package:
        assert {"Badge", "Contact", "Order", "FormSubmit", "Lead"} == set(entities())
        (refusal,) = refusals()
        assert refusal.file == str(package / "entities" / "ticket.py")
        assert refusal.line == FIRST + line
        assert said in str(refusal)


def test_an_entity_of_a_package_is_found_by_its_code(tmp_path: Path) -> None:
    with users_package(tmp_path, "acme_found", badge=BADGE):
        badge = find_entity("badge")
    assert badge is not None
    assert badge.__module__ == "acme_found.entities.badge"
    assert find_entity("badge") is None


def test_a_file_that_points_to_one_that_is_left_out_is_left_out_too(tmp_path: Path) -> None:
    holder = 'class Holder(Entity, table=True):\n    badge_id: UUID | None = lookup("badge")\n'
    broken = BADGE + "\n\nraise ValueError\n"
    with users_package(tmp_path, "acme_two", badge=broken, holder=holder):
        assert [Path(each.file).name for each in refusals()] == ["badge.py", "holder.py"]
        assert entities()["Contact"] is Contact


def test_a_relationship_that_leads_nowhere_breaks_no_query(tmp_path: Path) -> None:
    text = (
        "from sqlmodel import Relationship\n\n"
        'class Ticket(Entity, table=True):\n    n: int\n    gone: "Nobody" = Relationship()\n'
    )
    with users_package(tmp_path, "acme_related", badge=BADGE, ticket=text):
        assert "Correct the relationship" in str(refusals()[0])
        assert Contact(name="Ada").name == "Ada"
        assert entities()["Badge"]().code() == "Badge"


def test_a_package_that_cannot_be_imported_is_refused_at_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "acme_whole" / "entities"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder.parent / "__init__.py").write_text("ANSWER = 42\nraise ValueError\n")
    with installed(tmp_path, "acme_whole"):
        (refusal,) = refusals()
        assert (refusal.file, refusal.line) == (str(folder.parent / "__init__.py"), 2)
        assert "Contact" in entities()


def test_the_details_that_the_page_shows_are_taken(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "new-entity.md").read_text()
    (shown,) = [each for each in page.split("```python\n") if each.startswith("class OrderLine")]
    with users_package(tmp_path, "acme_page", my_order=shown.partition("```")[0]):
        assert refusals() == ()
        assert [each.code() for each in entities()["MyOrder"].details.values()] == ["OrderLine"]


def test_a_detail_that_points_nowhere_is_refused_with_its_entity(tmp_path: Path) -> None:
    text = (
        "class Line(Detail, table=True):\n"
        '    ticket_id: UUID = parent("ticket")\n    kind_id: UUID = lookup("kind")\n\n\n'
        'class Ticket(Entity, table=True):\n    n: int\n    details: ClassVar = {"Lines": Line}\n'
    )
    with users_package(tmp_path, "acme_detail", ticket=text):
        assert "Line.kind_id: It points to the table kind" in str(refusals()[0])
