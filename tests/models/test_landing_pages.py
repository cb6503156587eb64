"""Which landing page a form belongs to."""

from uuid import UUID, uuid4

import pytest

from models.lookups import LandingPage
from models.site_events.landing_pages import landing_page_of


def page(url: str | None) -> LandingPage:
    return LandingPage(name=str(url), url=url)


def found(page_url: str | None, *urls: str) -> str | None:
    belongs_to = landing_page_of(None, page_url, [page(url) for url in urls])
    return belongs_to.url if belongs_to else None


@pytest.mark.parametrize(
    ("page_url", "url"),
    [
        ("https://a.example/b", "https://a.example/b"),
        ("https://a.example/b/", "https://a.example/b"),
        ("https://a.example/b", "https://a.example/b/"),
        ("https://a.example/b/c", "https://a.example/b"),
        ("http://a.example/b", "https://a.example/b"),
        ("https://www.a.example/b", "https://a.example/b"),
        ("https://a.example/b", "https://www.a.example/b"),
        ("https://A.EXAMPLE/b", "https://a.example/b"),
        ("https://a.example./b", "https://a.example/b"),
        ("https://a.example:443/b", "https://a.example/b"),
        ("https://a.example/b?utm_source=x#form", "https://a.example/b"),
        ("https://a.example/b", "a.example/b"),
        ("https://a.example/b", "https://a.example"),
        ("https://a.example/?page_id=12&x=1", "https://a.example/?page_id=12"),
        ("https://a.example/%C3%BCber", "https://a.example/über"),
        ("https://a.example/b,https://a.example/b", "https://a.example/b"),
        ("https://a.example/b, https://a.example/b", "https://a.example/b"),
    ],
)
def test_a_form_belongs_to_the_page_that_its_url_begins_with(page_url: str, url: str) -> None:
    assert found(page_url, url) == url


@pytest.mark.parametrize(
    ("page_url", "url"),
    [
        ("https://a.example/bc", "https://a.example/b"),
        ("https://a.example/B", "https://a.example/b"),
        ("https://a.example", "https://a.example/b"),
        ("https://sub.a.example/b", "https://a.example/b"),
        ("https://a.example.evil.example/b", "https://a.example/b"),
        ("https://evil.example/?u=https://a.example/b", "https://a.example/b"),
        ("https://a.example:8443/b", "https://a.example/b"),
        ("https://a.example/?page_id=120", "https://a.example/?page_id=12"),
        ("javascript:alert(1)", "https://a.example/b"),
        ("http://[broken", "https://a.example/b"),
        ("https://a.example:port/b", "https://a.example/b"),
        ("", "https://a.example/b"),
        (None, "https://a.example/b"),
        ("https://a.example/b", ""),
        ("https://a.example/b", "http://[broken"),
    ],
)
def test_a_form_of_another_page_does_not(page_url: str | None, url: str) -> None:
    assert found(page_url, url) is None


def test_the_longest_url_wins() -> None:
    urls = ["https://a.example", "https://a.example/b/c", "https://a.example/b"]
    assert found("https://a.example/b/c/d", *urls) == "https://a.example/b/c"
    assert found("https://a.example/b/x", *urls) == "https://a.example/b"
    assert found("https://a.example/x", *urls) == "https://a.example"


def test_the_id_counts_more_than_the_url() -> None:
    by_url, by_id = page("https://a.example/b"), page("https://other.example")
    assert landing_page_of(by_id.id, "https://a.example/b", [by_url, by_id]) is by_id


def test_an_id_that_is_not_there_leaves_the_url_to_decide() -> None:
    by_url = page("https://a.example/b")
    assert landing_page_of(uuid4(), "https://a.example/b", [by_url]) is by_url


def test_of_two_pages_with_one_url_the_one_made_first_has_the_form() -> None:
    first, second = (
        LandingPage(id=UUID(int=number), name=str(number), url="https://a.example")
        for number in (1, 2)
    )
    assert landing_page_of(None, "https://a.example", [second, first]) is first
