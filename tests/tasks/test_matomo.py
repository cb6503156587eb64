"""The client, against a Matomo over real HTTP: what it asks, and each way it can go wrong."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug import Response

from models.settings import Settings
from models.site_events.errors import MatomoAwayError, MatomoRefusedError
from models.site_events.retry_after import seconds_asked
from models.site_events.visits import Visit
from tasks import posting
from tasks.matomo import tell_of_lead, visits_of
from tasks.pace import Pace
from tests import matomo as fake
from tests.matomo import FakeMatomo, matomo
from tests.matomo_shapes import every_type, visit
from tests.site_events import ADA

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
AT = int(NOW.timestamp()) - 3600


@pytest.fixture
def server() -> Iterator[FakeMatomo]:
    with matomo() as made:
        yield made


def settings_for(server: FakeMatomo, **ours: Any) -> Settings:
    said: dict[str, Any] = {"matomo_url": server.url, "matomo_token": fake.TOKEN}
    return Settings(**(said | {"matomo_requests_per_second": 1000} | ours))


def fetch(server: FakeMatomo, since: datetime | None = None, **ours: Any) -> list[Visit]:
    pages = visits_of(settings_for(server, **ours), 1, ADA, since, NOW)
    return [each for page in pages for each in page.visits]


def test_a_visitor_is_asked_for_by_a_post_of_12_months(server: FakeMatomo) -> None:
    server.add(ADA, visit(1, ADA, AT, every_type(AT)))
    (made,) = fetch(server)
    assert len(made.actions) == 9
    (asked,) = server.asked
    assert asked["segment"] == f"visitorId=={ADA}"
    assert asked["date"] == "2025-11-23,2026-11-25"
    assert "minTimestamp" not in asked


def test_the_token_is_in_no_url_and_no_log(
    server: FakeMatomo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fetch(server)
    assert caplog.text
    assert fake.TOKEN not in caplog.text + repr(server.urls) + repr(settings_for(server))
    assert not any("?" in url for url in server.urls)


@pytest.mark.parametrize("many", [0, 1, 9, 10, 99, 100, 101, 250])
def test_pages_are_fetched_until_there_are_no_more(server: FakeMatomo, many: int) -> None:
    server.add(ADA, *(visit(n + 1, ADA, AT - n, []) for n in range(many)))
    assert len({made.visit_id for made in fetch(server)}) == many


def test_a_matomo_that_repeats_itself_is_not_asked_for_ever(server: FakeMatomo) -> None:
    server.add(ADA, *(visit(n + 1, ADA, AT - n, []) for n in range(15)))
    server.ignores_paging = True
    assert len(fetch(server)) == 10
    assert len(server.asked) == 2


def test_only_what_is_new_is_asked_for(server: FakeMatomo) -> None:
    server.add(ADA, visit(1, ADA, AT - 90_000, []), visit(2, ADA, AT, []))
    assert [made.visit_id for made in fetch(server, datetime.fromtimestamp(AT, UTC))] == [2]


def test_an_answer_that_is_too_large_is_asked_for_in_smaller_pages(
    server: FakeMatomo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_BYTES", 20_000)
    server.add(ADA, *(visit(n + 1, ADA, AT - n, every_type(AT)) for n in range(12)))
    assert len(fetch(server)) == 12
    assert {asked["filter_limit"] for asked in server.asked} == {"100", "10", "1"}


def test_one_visit_that_is_too_large_is_refused(
    server: FakeMatomo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_BYTES", 2_000)
    server.add(ADA, visit(1, ADA, AT, every_type(AT)))
    with pytest.raises(MatomoRefusedError, match="too-large"):
        fetch(server)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (fake.server_error, "server-error"),
        (fake.html, "not-json"),
        (fake.too_many, "too-many-requests"),
        (fake.broken_off, "unreachable"),
        (fake.slow_to_end, "timeout"),
        (lambda: Response("[" * 100_000), "not-json"),
        (lambda: Response(b"\xff\xfe["), "not-json"),
        (lambda: Response(""), "not-json"),
        (lambda: Response("[]", headers={"Content-Encoding": "gzip"}), "unreachable"),
        (lambda: fake.as_json("ok"), "not-visits"),
    ],
)
def test_a_matomo_that_is_not_well_is_away(
    server: FakeMatomo, fault: Callable[[], Response], kind: str
) -> None:
    server.always = fault
    with pytest.raises(MatomoAwayError, match=f"^{kind}$"):
        fetch(server, matomo_timeout_seconds=0.5)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (fake.error_object, "error-object"),
        (fake.elsewhere, "redirect"),
        (fake.not_allowed, "not-allowed"),
        (lambda: Response(status=404), "refused"),
    ],
)
def test_a_matomo_that_refuses_is_not_asked_again_at_once(
    server: FakeMatomo, fault: Callable[[], Response], kind: str
) -> None:
    server.always = fault
    with pytest.raises(MatomoRefusedError, match=f"^{kind}$"):
        fetch(server)
    assert len(server.asked) == 1


def test_a_matomo_that_is_not_there_is_away() -> None:
    with matomo() as gone:
        pass
    with pytest.raises(MatomoAwayError, match="unreachable"):
        fetch(gone)


def test_a_wrong_token_is_refused(server: FakeMatomo) -> None:
    with pytest.raises(MatomoRefusedError, match="error-object"):
        fetch(server, matomo_token="wrong")


def test_a_matomo_that_asked_for_rest_is_left_alone(server: FakeMatomo) -> None:
    server.faults = [fake.too_many]
    with pytest.raises(MatomoAwayError) as angry:
        fetch(server)
    assert angry.value.retry_after == 120
    with pytest.raises(MatomoAwayError, match="asked-to-wait"):
        fetch(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://matomo.example", "https-required"),
        ("http://127.0.0.1.example", "https-required"),
        ("http://localhost.example", "https-required"),
        ("ftp://matomo.example", "wrong-address"),
        ("matomo.example", "wrong-address"),
        ("https://", "wrong-address"),
    ],
)
def test_an_address_that_would_carry_the_token_in_the_open_is_refused(
    server: FakeMatomo, url: str, kind: str
) -> None:
    with pytest.raises(MatomoRefusedError, match=f"^{kind}$"):
        fetch(server, matomo_url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "http://localhost/m", "http://[::1]:8080"])
def test_this_machine_may_do_without_https(server: FakeMatomo, url: str) -> None:
    assert posting.root_of(settings_for(server, matomo_url=url)).scheme == "http"


def test_no_more_requests_begin_a_second_than_are_allowed(server: FakeMatomo) -> None:
    waits: list[float] = []
    pace = Pace(clock=lambda: 100.0, wait=waits.append)
    for _ in range(3):
        pace.take_turn(per_second=4)
    assert waits == [0.0, 0.25, 0.5]


def test_a_lead_is_told_as_an_event_or_as_a_goal_without_the_token(server: FakeMatomo) -> None:
    for setting in ("event", "goal:7"):
        tell_of_lead(settings_for(server, matomo_lead_created=setting), 1, ADA, "https://a/", NOW)
    event, goal = server.told
    assert (event["_id"], event["e_a"]) == (ADA, "lead created")
    assert (goal["idgoal"], goal["cdt"]) == ("7", str(int(NOW.timestamp())))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("Tue, 24 Nov 2026 10:00:30 GMT", 30),
        ("999999999999", 21600),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("Tue, 24 Nov 2026 09:00:00 GMT", None),
        ("Tue, 24 Nov 2026 10:00:30", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_asked(header, NOW) == seconds
