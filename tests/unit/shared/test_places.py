"""Expensive answers have places: made once for all who ask meanwhile, refused beyond them."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from shared.places import Busy, Places

LIMIT = 10  # Seconds that nothing here takes.


class Slow:
    """Something that is made when the test says so."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.times = threading.Event(), threading.Event(), 0

    def __call__(self) -> str:
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(LIMIT)
        return "made"


def started(pool: ThreadPoolExecutor, places: Places, key: str, slow: Slow) -> Future[str]:
    future = pool.submit(places.shared, key, slow)
    assert slow.begun.wait(LIMIT)
    return future


def until_waiting(places: Places, number: int) -> None:
    end = threading.Event()
    for _ in range(1000):
        if places._waiters == number:
            return
        end.wait(0.01)
    raise AssertionError("nobody waits")


def test_it_works() -> None:
    places, slow = Places(working=1, waiting=2), Slow()
    with ThreadPoolExecutor(4) as pool:
        first = started(pool, places, "a", slow)
        others = [pool.submit(places.shared, "a", slow) for _ in range(2)]
        until_waiting(places, 2)

        with pytest.raises(Busy):
            places.shared("a", slow)  # Too many wait.
        with pytest.raises(Busy):
            places.shared("b", slow)  # No place for another.

        slow.go_on.set()
        assert {each.result(LIMIT) for each in (first, *others)} == {"made"}
    assert slow.times == 1
    assert places.shared("b", lambda: "next") == "next"


def test_what_fails_fails_for_all_who_wait_and_leaves_its_place() -> None:
    places, slow = Places(working=1, waiting=1), Slow()

    def failing() -> str:
        slow()
        raise LookupError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(places.shared, "a", failing)
        assert slow.begun.wait(LIMIT)
        second = pool.submit(places.shared, "a", failing)
        until_waiting(places, 1)
        slow.go_on.set()
        for each in (first, second):
            assert isinstance(each.exception(LIMIT), LookupError)
    assert places.shared("a", lambda: "again") == "again"


def test_one_owner_never_has_all_places() -> None:
    places = Places(working=2, each=1)
    with places.one("vendor"):
        with pytest.raises(Busy), places.one("vendor"):
            pass
        with places.one("other"), pytest.raises(Busy), places.one("third"):
            pass
    with places.one("vendor"):
        pass


def test_a_refusal_says_when_to_come_again() -> None:
    assert (Busy.status, Busy.retry_after) == (503, 2)
