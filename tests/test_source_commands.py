"""`hookline source apply`, `show`, `presets`, `key`, `on`, `off` and `list`: what they say."""

import re
from pathlib import Path

import pytest

from tests.test_command import Say, complaint, said, status_of_post

__all__ = ["complaint", "said"]  # fixtures, found here

pytestmark = pytest.mark.usefixtures("sqlite_database")

SHOP = """
[[source]]
name = "shop"
entity = "Order"
signature = { scheme = "bearer", secret = ["t0ken", "env:HOOKLINE_TEST_TOKEN"] }

[[source]]
name = "pages"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "sources.toml"
    file.write_text(SHOP)
    return file


def url_in(text: str) -> str:
    (url,) = re.findall(r"http://\S+", text)
    return str(url)


def test_a_file_is_applied_and_applied_again(said: Say, file: Path) -> None:
    shop, needs, pages = said("source", "apply", str(file)).splitlines()
    assert shop.startswith(
        "shop: made. Its webhook URL, this once: http://127.0.0.1:8080/webhooks/"
    )
    assert (
        needs.strip() == "The receiver needs the variable HOOKLINE_TEST_TOKEN; it is not set here."
    )
    assert status_of_post(url_in(shop)) == 503  # as long as it is not set
    assert status_of_post(url_in(pages)) == 200
    file.write_text(SHOP.replace('"pages"', '"pages"\nregion = "FR"'))
    again = said("source", "apply", str(file)).splitlines()
    assert (again[0], again[2]) == ("shop: unchanged.", "pages: changed region.")


def test_a_file_with_a_fault_changes_nothing(said: Say, complaint: Say, file: Path) -> None:
    file.write_text(SHOP + 'entty = "Lead"\n')
    told = complaint("source", "apply", str(file))
    assert f'{file}, line 9, source "pages": entty is not known. Did you mean entity?' in told
    assert said("source", "list") == ""
    file.write_bytes(b"\xff")
    assert "is not text in UTF-8" in complaint("source", "apply", str(file))


def test_what_is_shown_can_be_applied_and_shows_no_secret(said: Say, file: Path) -> None:
    said("source", "apply", str(file))
    shown = said("source", "show", "shop")
    assert "t0ken" not in shown
    file.write_text(shown)
    assert said("source", "apply", str(file)).startswith("shop: unchanged.")


def test_a_new_key_may_live_beside_the_old_one_for_a_while(said: Say) -> None:
    first = said("source", "add", "shop")
    second = said("source", "key", "shop", "--keep-old-for", "7d")
    assert "an earlier URL until " in said("source", "list")
    assert [status_of_post(url) for url in (first, second)] == [200, 200]
    third = said("source", "key", "shop", "--keep-old-for", "7d")
    assert [status_of_post(url) for url in (first, second, third)] == [401, 200, 200]
    fourth = said("source", "key", "shop")
    assert [status_of_post(url) for url in (second, third, fourth)] == [401, 401, 200]


def test_a_source_is_switched_off_and_on(said: Say) -> None:
    url = said("source", "add", "shop")
    said("source", "off", "shop")
    assert status_of_post(url) == 503
    assert said("source", "list") == "shop  (off, month first)"
    said("source", "on", "shop")
    assert status_of_post(url) == 200


def test_sources_are_listed_with_what_they_are_told(said: Say, file: Path) -> None:
    file.write_text(
        '[[source]]\nname = "forms"\npreset = "typeform"\nsignature.secret = "s"\n'
        "requests_per_second = 2.5\n"
    )
    said("source", "apply", str(file))
    assert said("source", "list") == (
        "forms  (makes FormSubmit, 2.5 a second, month first, preset typeform, signature hmac, "
        "event id, map)"
    )


def test_presets_are_listed_and_printed(said: Say, complaint: Say) -> None:
    listed = said("source", "presets")
    assert re.search(r"^typeform +Typeform: ", listed, re.MULTILINE)
    assert re.search(r"^twilio +Twilio: ", listed, re.MULTILINE)
    assert 'header = "Typeform-Signature"' in said("source", "presets", "typeform")
    assert 'There is no preset "x"' in complaint("source", "presets", "x")


@pytest.mark.parametrize("command", ["show", "on", "off", "key"])
def test_a_source_that_is_not_there_is_said(complaint: Say, command: str) -> None:
    assert 'There is no source "nobody".' in complaint("source", command, "nobody")
