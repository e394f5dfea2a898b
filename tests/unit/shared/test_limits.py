"""Limits per address and client: counted together, cheap, open when the database is away."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from limits.storage import MemoryStorage
from pymongo.errors import ServerSelectionTimeoutError

from shared.limits import Counters, Limit, Standing, caller_of, headers

LIMIT = Limit("address", 40)


class Storage(MemoryStorage):
    """Counts how often it is asked, and may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.away = 0, False

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        self.asked += 1
        if self.away:
            raise ServerSelectionTimeoutError("away")
        return super().incr(key, expiry, amount)


@pytest.fixture
def storage() -> Storage:
    return Storage()


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def counters(storage: Storage, at: float = 1000.0) -> Counters:
    return Counters(storage, now=lambda: instant(at), monotonic=lambda: at)


def test_it_works(storage: Storage) -> None:
    counted = counters(storage, 1003.2)
    standings = [counted.hit(LIMIT, "a") for _ in range(41)]
    assert standings[0] == Standing(LIMIT, 39, 7)
    assert [each.over for each in standings] == [False] * 40 + [True]
    assert not counted.hit(LIMIT, "b").over


def test_the_database_is_asked_for_a_twentieth_of_what_is_counted(storage: Storage) -> None:
    counted = counters(storage)
    for _ in range(40):
        counted.hit(LIMIT, "a")
    assert storage.asked == 20
    for n in range(1000):
        counted.hit(LIMIT, f"other {n}")
    assert storage.asked == 20


def test_processes_count_together_to_within_a_twentieth_each(storage: Storage) -> None:
    one, other = counters(storage), counters(storage)
    allowed = sum(not counted.hit(LIMIT, "a").over for _ in range(40) for counted in (one, other))
    assert LIMIT.most <= allowed <= LIMIT.most + 2 * 2


def test_the_next_window_begins_at_nothing(storage: Storage) -> None:
    at = [1000.0]
    counted = Counters(storage, now=lambda: instant(at[0]), monotonic=lambda: at[0])
    for _ in range(60):
        counted.hit(LIMIT, "a")
    at[0] += 10
    assert counted.hit(LIMIT, "a").left == 39


def test_whoever_is_refused_costs_the_database_nothing_more(storage: Storage) -> None:
    counted = counters(storage)
    for _ in range(45):
        counted.hit(LIMIT, "a")
    asked = storage.asked
    for _ in range(500):
        assert counted.hit(LIMIT, "a").over
    assert storage.asked <= asked + 1


def test_a_database_that_is_away_limits_by_what_this_process_saw(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    noted = SimpleNamespace(warning=lambda event, **_: warnings.append(event))
    monkeypatch.setattr("shared.limits.log", noted)
    storage.away = True
    counted = counters(storage)
    standings = [counted.hit(LIMIT, "a") for _ in range(41)]
    assert [each.over for each in standings] == [False] * 40 + [True]
    assert storage.asked == 1  # The next try is for later.
    assert warnings == ["limits.database_away"]


def test_memory_is_bounded(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.limits.MOST_CALLERS", 100)
    counted = counters(storage)
    for n in range(1000):
        counted.hit(LIMIT, str(n))
    assert len(counted._counts) <= 101


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("unknown:", "unknown:"),
        ("", ""),
        (None, None),
    ],
)
def test_a_household_is_one_caller(address: str | None, who: str | None) -> None:
    assert caller_of(address) == who


def test_headers_say_what_is_allowed_and_what_is_left() -> None:
    told: Any = headers([Standing(LIMIT, 3, 7), Standing(Limit("costly", 5), -1, 7)])
    assert told == {
        "RateLimit-Policy": '"address";q=40;w=10, "costly";q=5;w=10',
        "RateLimit": '"address";r=3;t=7, "costly";r=0;t=7',
    }
