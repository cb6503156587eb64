"""Requests made to break the receiver: bounded time and memory, a clear answer, others served."""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic, sleep

import pytest

from models.settings import settings
from tests.conftest import MakeDatabase
from tests.receiver.conftest import SMALL_LIMIT, Serve, Served, count, key_in, within
from tests.receiver.raw import Raw, memory_of

SECONDS = 3
"""How long a sender may take, here."""
REQUESTS = 20
"""How many requests may be in hand, here: more than there are threads."""
BODIES = 5 * SMALL_LIMIT
BOUNDS = {
    "HOOKLINE_RECEIVE_TIMEOUT_SECONDS": str(SECONDS),
    "HOOKLINE_MAX_REQUESTS_IN_FLIGHT": str(REQUESTS),
    "HOOKLINE_MAX_BODIES_BYTES": str(BODIES),
}
CHUNKED = "Transfer-Encoding: chunked"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def bounded_receiver(sqlite_copy: MakeDatabase, serve: Serve) -> Iterator[tuple[Served, str]]:
    """Serve with narrow bounds."""
    url = sqlite_copy()
    with serve(url, key_in(url), **BOUNDS) as served:
        yield served, url


@pytest.fixture
def bounded(bounded_receiver: tuple[Served, str], monkeypatch: pytest.MonkeyPatch) -> Served:
    monkeypatch.setenv("HOOKLINE_DATABASE_URL", bounded_receiver[1])
    settings.cache_clear()
    return bounded_receiver[0]


def others_are_answered(served: Served) -> bool:
    """Say whether a webhook of another is stored, soon."""
    started = monotonic()
    return served.post().status_code == 200 and monotonic() - started < 2.5


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (["X-Long: " + "a" * 100_000], b"", 431),
        ([f"X-{n}: 1" for n in range(1000)], b"", 431),
        (["Content-Length: 2", "Content-Length: 3"], b"{}", 400),
        (["Content-Length: -1"], b"{}", 400),
        (["Content-Length: 1e3"], b"{}", 400),
        (["Content-Length: 99999999999999999999999"], b"{}", 400),
        (["Content-Length: 4000000000"], b"{}", 413),
        (["Transfer-Encoding: gzip"], b"{}", 400),
        (["Transfer-Encoding: xchunked"], b"2\r\n{}\r\n0\r\n\r\n", 400),
        ([CHUNKED], b"zz\r\n{}\r\n", 400),
        ([CHUNKED], b"fffffffffffffffff\r\n{}\r\n", 400),
        (["X-Folded: 1", " 2", "Content-Length: 0"], b"", 400),
        (["X Spaced : 1", "Content-Length: 0"], b"", 400),
        (["Content-Encoding: gzip", CHUNKED], b"2\r\n{}\r\n0\r\n\r\n", 415),
        (["Content-Encoding: identity", CHUNKED], b"2\r\n{}\r\n0\r\n\r\n", 200),
        ([CHUNKED], b"2;an=extension\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n", 200),
    ],
)  # fmt: skip
def test_an_odd_request_is_answered_at_once(
    bounded: Served, headers: list[str], body: bytes, status: int
) -> None:
    before = count()
    with Raw(bounded) as raw:
        assert raw.post(*headers, body=body).status() == status
    assert count() == before + (status == 200)
    assert others_are_answered(bounded)


@pytest.mark.parametrize(
    "query",
    ["?" + "&".join(f"parameter{n}={n}" for n in range(10_000)), "?" + "a" * MEGABYTE],
    ids=["10,000 parameters", "1 MB"],
)
def test_a_very_long_url_is_refused(bounded: Served, query: str) -> None:
    with Raw(bounded) as raw:
        assert raw.post("Connection: close", query=query).status() in (414, 431)
    assert others_are_answered(bounded)


def test_many_short_parameters_are_stored(bounded: Served) -> None:
    assert bounded.post(query="?" + "&".join(["a"] * 10_000)).status_code == 200


@pytest.mark.parametrize(
    "start", [b"\x16\x03\x01\x02\x00\x01\x00", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
def test_another_protocol_is_not_answered_with_200(bounded: Served, start: bytes) -> None:
    with Raw(bounded) as raw:
        assert raw.send(body=start + b"\r\n\r\n").status() in (0, 400)


def test_a_zip_bomb_is_refused_in_words_and_not_unpacked(bounded: Served) -> None:
    packer, before = zlib.compressobj(9, wbits=31), memory_of(bounded)
    bomb = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(150)) + packer.flush()
    answer = bounded.post(bomb, {"Content-Encoding": "gzip", "Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert "compressed" in answer.json()["message"]
    assert memory_of(bounded) - before < 10 * MEGABYTE


def test_what_follows_a_request_of_two_lengths_is_not_taken_for_another(bounded: Served) -> None:
    before = count()
    hidden = f"POST /webhooks/{bounded.api_key} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with Raw(bounded) as raw:
        raw.post(CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n" + hidden.encode())
        assert raw.rest().count("HTTP/1.1") == 1
    assert count() == before + 1


def test_requests_that_follow_each_other_at_once_are_each_answered(bounded: Served) -> None:
    before = count()
    with Raw(bounded) as raw:
        for connection in ("keep-alive", "keep-alive", "close"):
            raw.post("Content-Length: 2", f"Connection: {connection}", body=b"{}")
        assert raw.rest().count("HTTP/1.1 200") == 3
    assert count() == before + 3


def test_a_body_without_end_is_refused_at_the_limit(bounded: Served) -> None:
    before, sent = memory_of(bounded), 0
    with Raw(bounded) as raw:
        raw.post(CHUNKED)
        try:
            while sent < 100 * MEGABYTE:
                raw.send("10000", "x" * 0x10000)
                sent += 0x10000
        except ConnectionError:
            pass
    assert sent < 20 * MEGABYTE, "the receiver went on reading"
    assert memory_of(bounded) - before < 10 * MEGABYTE
    assert others_are_answered(bounded)


def test_who_sends_headers_slowly_is_cut_off_and_others_are_answered(bounded: Served) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(Raw(bounded)) for _ in range(30)]
        started = monotonic()
        for letter in "POST":
            for raw in slow:
                raw.send(body=letter.encode())
            assert others_are_answered(bounded)
        assert {raw.status() for raw in slow} == {0}
        assert monotonic() - started < 2 * SECONDS + 4


def test_who_sends_bodies_slowly_is_told_so_and_others_are_answered(bounded: Served) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(Raw(bounded)) for _ in range(REQUESTS - 2)]
        for raw in slow:
            raw.post("Content-Length: 100", "Connection: close", body=b"{")
        started = monotonic()
        while monotonic() - started < SECONDS / 2:
            for raw in slow:
                raw.send(body=b" ")
            assert others_are_answered(bounded)
            sleep(0.2)
        answers = [raw.rest() for raw in slow]
    assert all(answer.startswith("HTTP/1.1 408") for answer in answers), answers
    assert "came too slowly" in answers[0]
    assert monotonic() - started < SECONDS + 4


def test_where_all_room_is_taken_who_is_slow_makes_room(bounded: Served) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(Raw(bounded)) for _ in range(REQUESTS)]
        for raw in slow:
            raw.post("Content-Length: 100", body=b"{")
        assert within(1, lambda: bounded.post().status_code == 503)
        answer = bounded.post()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "requests in hand" in answer.json()["message"]
        assert answer.elapsed.total_seconds() < 1
        sleep(1)
        assert others_are_answered(bounded)
        assert 503 in {raw.status() for raw in slow}


def test_bodies_that_wait_take_no_more_memory_than_is_allowed(bounded: Served) -> None:
    before = memory_of(bounded)
    with ExitStack() as stack:
        waiting = [stack.enter_context(Raw(bounded)) for _ in range(REQUESTS - 1)]
        for raw in waiting:
            raw.post(f"Content-Length: {SMALL_LIMIT}", body=b"x" * (SMALL_LIMIT - 1))
        statuses = [raw.status() for raw in waiting]
    assert set(statuses) == {408, 503}
    assert statuses.count(408) <= BODIES // (SMALL_LIMIT - 1)
    assert memory_of(bounded) - before < 10 * MEGABYTE
    assert others_are_answered(bounded)


def test_who_leaves_before_the_answer_takes_no_room_from_others(bounded: Served) -> None:
    before = count()
    for _ in range(2 * REQUESTS):
        with Raw(bounded) as raw:
            raw.post("Content-Length: 2", body=b"{}")
        with Raw(bounded) as raw:
            raw.post("Content-Length: 2", body=b"{")
    assert within(5, lambda: all(bounded.post().status_code == 200 for _ in range(REQUESTS)))
    assert before + REQUESTS <= count() <= before + 4 * REQUESTS


def test_a_connection_on_which_nothing_comes_is_closed(bounded: Served) -> None:
    with Raw(bounded) as silent, Raw(bounded) as idle:
        idle.post("Content-Length: 2", body=b"{}")
        assert silent.rest() == ""
        assert idle.status() == 200
