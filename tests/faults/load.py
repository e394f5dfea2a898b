"""Notices under load while something goes wrong: loops in threads, and what holds at the end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.loops import Loop, run_one
from shared.mongo import connect
from tests.integration.notices.world import Receiver, World, make_world

CUSTOMERS = 40
SETTINGS = {"attempt_seconds": 1, "lease_seconds": 3, "in_flight": 16}


@dataclass
class Load:
    """A world whose loops run; ``changes`` is how many have been announced so far."""

    world: World
    changes: int = 0

    def announce(self, count: int = 5) -> None:
        for _ in range(count):
            self.changes += 1
            self.world.tell(self.world.ledger.change(f"chg_{self.changes}", CUSTOMERS))

    def received(self) -> int:
        return len({each.message_id for each in self.world.receiver.got})

    def assert_told(self, lapses: int, limit: float = 60.0) -> None:
        """Every notice arrived under one id, each at most once more per lapse, and no row is
        stuck; prints a line of the table of faults."""
        expected = self.changes * CUSTOMERS
        until(lambda: self.received() >= expected and not self.live(), limit)
        got = self.world.receiver.got
        ids = {(each.path, each.json["data"]["change_id"]): each.message_id for each in got}
        times = Counter(each.message_id for each in got)
        doubled = sum(count - 1 for count in times.values())
        print(f"notices {expected}, lost {expected - len(ids)}, doubled {doubled}")
        assert len(ids) == len(times) == expected
        assert max(times.values()) <= 1 + lapses
        states = self.world.mongo.db["deliveries"].distinct("state")
        assert states == ["delivered"]

    def live(self) -> int:
        waiting: dict[str, Any] = {"due_at": {"$exists": True}}
        database = self.world.mongo.db
        return sum(database[name].count_documents(waiting) for name in ("deliveries", "jobs"))


@contextmanager
def under_load(url: str, receiver: Receiver, name: str, **more: Any) -> Iterator[Load]:
    """Customers with an endpoint each, and the loops at work; all loops live at the end."""
    mongo = connect(url, name, timeout_ms=2_000)
    world = make_world(mongo, receiver, **{**SETTINGS, **more})
    for number in range(1, CUSTOMERS + 1):
        world.tell(world.ledger.agreement(f"c{number}", number))
    world.fan_out()
    for number in range(1, CUSTOMERS + 1):
        world.endpoint(f"c{number}")
    stop = threading.Event()
    loops = [
        Loop("fanout", world.fanout.run_once, 0.05),
        Loop("dispatcher", world.dispatcher.run_once, 0.05, close=world.dispatcher.drain),
    ]
    threads = [threading.Thread(target=run_one, args=(loop, stop)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield Load(world)
        assert all(thread.is_alive() for thread in threads)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
        mongo.client.close()


def until(true: Callable[[], bool], limit: float = 60.0) -> None:
    """Wait for it; the database may be away meanwhile."""
    end = time.monotonic() + limit
    while True:
        try:
            if true():
                return
        except Exception:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def slowly(_: int) -> tuple[int, dict[str, str]]:
    """An answer that takes a moment, so that there is always something in the air."""
    threading.Event().wait(0.02)
    return 204, {}


HOUR = timedelta(hours=1)
