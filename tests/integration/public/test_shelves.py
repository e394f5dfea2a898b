"""What single visitors name never costs others their page: places, copies and limits apart."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from socket import socketpair
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage

from services.public.app import create_app
from shared import limits
from tests import seals
from tests.integration.public.conftest import NOW, settings
from tests.integration.public.fake_registry import FakeDocuments, FakeRegistry

PAGE = "/p/tempus-serva"
LIMIT = 10  # Seconds that nothing here takes.


class SlowRegistry(FakeRegistry):
    """Lists of named days come when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on, self.waiting = threading.Event(), threading.Semaphore(0)

    def sub_processors(self, slug: str, as_of: str | None) -> list[dict[str, Any]]:
        if as_of:
            self.waiting.release()
            assert self.go_on.wait(LIMIT)
        return super().sub_processors(slug, as_of)


@pytest.fixture
def registry() -> SlowRegistry:
    return SlowRegistry()


def app_of(registry: FakeRegistry, **more: Any) -> Flask:
    """The app at a standstill: nothing it keeps grows old, however slow the machine is."""
    counted = limits.Counters(MemoryStorage(), now=lambda: NOW)
    own = settings()
    own = dataclasses.replace(own, common=dataclasses.replace(own.common, **more), fresh_seconds=5)
    app = create_app(own, registry=registry, documents=FakeDocuments(), now=lambda: NOW,
                     seal=seals.seal, monotonic=lambda: 0.0)  # fmt: skip
    app.extensions[limits.EXTENSION].counters = counted
    return app


def getting(app: Flask, path: str) -> Callable[[], tuple[int, str | None]]:
    def get() -> tuple[int, str | None]:
        answer = app.test_client().get(path)
        return answer.status_code, answer.headers.get("Retry-After")

    return get


@pytest.mark.parametrize(("form", "places"), [("", 2), (".json", 2), (".pdf", 1)])
def test_beyond_the_places_the_answer_is_503_at_once_and_the_page_is_there(
    registry: SlowRegistry, form: str, places: int
) -> None:
    app = app_of(registry)
    assert getting(app, PAGE)() == (200, None)
    with ThreadPoolExecutor(places) as pool:
        first = [
            pool.submit(getting(app, f"{PAGE}{form}?as_of=2020-01-0{n + 1}")) for n in range(places)
        ]
        for _ in range(places):
            assert registry.waiting.acquire(timeout=LIMIT)

        busy = [getting(app, f"{PAGE}{form}?as_of=2021-01-0{n + 1}")() for n in range(9)]
        others = [getting(app, path)() for path in (PAGE, "/healthz", f"{PAGE}/changes.atom")]
        registry.go_on.set()

        assert busy == [(503, "2")] * 9
        assert others == [(200, None)] * 3
        assert [each.result(LIMIT) for each in first] == [(200, None)] * places


def test_one_answer_is_made_for_all_who_ask_meanwhile(registry: SlowRegistry) -> None:
    app = app_of(registry)
    path = f"{PAGE}?as_of=2020-01-01"
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(getting(app, path))]
        assert registry.waiting.acquire(timeout=LIMIT)
        asked += [pool.submit(getting(app, path)) for _ in range(3)]
        registry.go_on.set()
        assert {each.result(LIMIT) for each in asked} == {(200, None)}
    assert registry.asked["sub_processors"] == 1


def test_many_days_and_searches_push_no_page_out(registry: SlowRegistry) -> None:
    registry.go_on.set()
    app = app_of(registry)
    visitor: FlaskClient = app.test_client()
    visitor.get(PAGE)
    asked = registry.asked["processor"]
    for n in range(600):
        assert visitor.get(f"{PAGE}.csv?q=word{n}").status_code == 200
    before = registry.asked["processor"]
    assert before > asked
    visitor.get(PAGE)
    assert registry.asked["processor"] == before  # Still warm: nobody was asked.
    shelves = app.extensions["art28.deps"].shelves
    assert len(shelves.custom.cache._entries) <= 512


def test_nothing_is_made_for_a_visitor_who_has_hung_up(registry: SlowRegistry) -> None:
    registry.go_on.set()
    visitor, asked = app_of(registry).test_client(), dict(registry.asked)
    server, client = socketpair()
    with server:
        there = {"gunicorn.socket": server}
        client.close()

        gone = visitor.get(f"{PAGE}.csv?q=a", environ_overrides=there)

    assert (gone.status_code, dict(registry.asked)) == (503, asked)


def test_a_visitor_who_waits_is_answered(registry: SlowRegistry) -> None:
    registry.go_on.set()
    server, client = socketpair()
    with server, client:
        there = {"gunicorn.socket": server}

        waiting = app_of(registry).test_client().get(f"{PAGE}.csv?q=a", environ_overrides=there)

    assert waiting.status_code == 200


def test_an_address_that_asks_too_much_is_told_so(registry: SlowRegistry) -> None:
    visitor = app_of(registry, limit_address=5).test_client()
    answers = [visitor.get(PAGE) for _ in range(7)]
    assert [each.status_code for each in answers] == [200] * 5 + [429] * 2
    assert answers[0].headers["RateLimit-Policy"] == '"address";q=5;w=10'
    assert answers[1].headers["RateLimit"] == '"address";r=3;t=10'
    assert answers[6].content_type == "application/problem+json"
    assert answers[6].headers["Retry-After"] == "10"
    assert answers[6].get_json()["code"] == "rate-limited"
    assert (
        answers[6].get_json()["detail"]
        == "5 requests are answered in 10 seconds; the next ones in 10."
    )
    assert visitor.get("/healthz").status_code == 200
    assert "RateLimit" not in visitor.get("/healthz").headers
    other = {"REMOTE_ADDR": "192.0.2.9"}
    assert visitor.get(PAGE, environ_base=other).status_code == 200


def test_expensive_answers_have_a_limit_of_their_own(registry: SlowRegistry) -> None:
    registry.go_on.set()
    visitor = app_of(registry, limit_address=50, limit_costly=2).test_client()
    answers = [visitor.get(f"{PAGE}.json?q=a{n}") for n in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].get_json()["code"] == "rate-limited"
    assert answers[0].headers["RateLimit"] == '"address";r=49;t=10, "costly";r=1;t=10'
    assert visitor.get(PAGE).status_code == 200
    # What was made already costs nothing more.
    assert visitor.get(f"{PAGE}.json?q=a0").status_code == 200


def test_the_client_behind_a_proxy_is_the_one_that_counts(registry: SlowRegistry) -> None:
    visitor = app_of(registry, limit_address=1, trusted_proxies=1).test_client()

    def asked(address: str) -> int:
        return visitor.get(PAGE, headers={"X-Forwarded-For": address}).status_code

    assert [asked("192.0.2.1"), asked("192.0.2.1"), asked("192.0.2.2")] == [200, 429, 200]
    assert [asked("2001:db8::1"), asked("2001:db8::2")] == [200, 429]


def test_a_ledger_is_read_as_it_is_sent(
    registry: SlowRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be too large for memory. What cannot be read is told before the first line."""
    registry.go_on.set()
    read = []

    def entries(_slug: str, _after: int) -> Iterator[dict[str, Any]]:
        for number in range(registry.sequence):
            read.append(number)
            yield {"sequence": number + 1}

    registry.sequence = 1_000
    monkeypatch.setattr(registry, "ledger", entries)
    visitor, other = app_of(registry).test_client(), {"If-None-Match": '"another"'}
    answer = visitor.get("/p/tempus-serva/ledger.jsonl", headers=other)
    assert "Content-Length" not in answer.headers
    assert "Content-Length" not in visitor.head("/p/tempus-serva/ledger.jsonl").headers
    assert (answer.status_code, len(read)) == (200, 1)
    assert len(answer.text.splitlines()) == len(read) == registry.sequence
