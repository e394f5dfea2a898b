"""Notices under load while something goes wrong: loops in threads, and what holds at the end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.loops import Loop, run_one
from shared.mongo import Mongo, connect
from tests.clock import now
from tests.faults.tally import Counts, counted
from tests.integration.notices.world import Clock, Receiver, World, make_world

ANNOUNCED = "sub_processor.change.announced"
CUSTOMERS = 40
# How many notices may wait while announcements go on.
BACKLOG = 400
SETTINGS = {"attempt_seconds": 1, "lease_seconds": 3, "in_flight": 16}
# Where something may wait, in the order in which it moves on: else what moves meanwhile would be
# overlooked.
QUEUES = ("jobs", "parcels", "deliveries")


@dataclass
class Load:
    """A world whose loops run.

    ``tell`` brings an entry to notices, ``changes`` is how many have been announced so far, and
    ``version`` how many agreements must be known to tell of the next one.
    """

    world: World
    tell: Callable[[Mapping[str, Any]], object]
    changes: int = 0
    version: int = CUSTOMERS

    def announce(self, count: int = 5) -> None:
        """Tell of changes as a relay does: again, until they are taken."""
        for _ in range(count):
            self.changes += 1
            insistently(self.tell, self.world.ledger.change(f"chg_{self.changes}", self.version))

    @contextmanager
    def announcing(self) -> Iterator[None]:
        """Announce one change after the other as long as the block lasts, about as fast as they
        are delivered."""

        def step(stop: threading.Event) -> None:
            self.announce(1)
            until(lambda: stop.is_set() or self.expected() - self.received() < BACKLOG, 120)

        with going_on(step):
            yield

    def wait_for_more(self, count: int = 20) -> None:
        """Wait until so many more notices have arrived: now some are on their way."""
        enough = self.received() + count
        until(lambda: self.received() > enough)

    def lapse(self) -> None:
        """Let the leases of jobs lapse now: that of a fan-out that died lasts for half a minute."""
        claimed, now = {"claim": {"$exists": True}}, self.world.clock()
        jobs = self.world.mongo.db["jobs"]
        until(lambda: jobs.update_many(claimed, {"$set": {"due_at": now}}).acknowledged)

    def expected(self) -> int:
        return self.changes * CUSTOMERS

    def received(self) -> int:
        return len(self.posts())

    def counts(self, runs: int) -> Counts:
        """A row of the table of faults."""
        return counted(runs, self.expected(), self.posts())

    def assert_told(self, lapses: int, limit: float = 90.0) -> None:
        """Every notice arrived under one id, each at most once more per lapse, and no row is
        stuck. Whoever has not answered in time is tried again after a minute at the soonest."""
        until(lambda: self.received() >= self.expected() and not self.live(), limit)
        got = list(self.world.receiver.got)
        ids = {(each.path, each.json["data"]["change_id"]): each.message_id for each in got}
        assert len(ids) == self.received() == self.expected()
        assert max(self.posts().values()) <= 1 + lapses
        states = self.world.mongo.db["deliveries"].distinct("state")
        assert states == ["delivered"]

    def posts(self) -> Counter[str]:
        """How often each message came."""
        return Counter(each.message_id for each in list(self.world.receiver.got))

    def live(self) -> int:
        waiting: dict[str, Any] = {"due_at": {"$exists": True}}
        database = self.world.mongo.db
        return sum(database[name].count_documents(waiting) for name in QUEUES)


def customers(mongo: Mongo, receiver: Receiver, **more: Any) -> Load:
    """Customers with an endpoint each, that wants notices; nobody tells them anything yet."""
    world = make_world(mongo, receiver, Clock(now()), **{**SETTINGS, **more})
    for number in range(1, CUSTOMERS + 1):
        world.tell(world.ledger.agreement(f"c{number}", number))
    world.fan_out()
    for number in range(1, CUSTOMERS + 1):
        world.endpoint(f"c{number}", event_types=[ANNOUNCED])
        receiver.answers[f"/c{number}"] = slowly
    return Load(world, world.tell)


@contextmanager
def under_load(url: str, receiver: Receiver, name: str, **more: Any) -> Iterator[Load]:
    """Customers, and the loops at work; all loops live at the end."""
    mongo = connect(url, name, timeout_ms=2_000)
    load, stop = customers(mongo, receiver, **more), threading.Event()
    sending = load.world.dispatcher
    loops = [
        Loop("fanout", load.world.fanout.run_once, 0.05),
        Loop("dispatcher", sending.run_once, 0.05, close=sending.drain),
    ]
    threads = [threading.Thread(target=run_one, args=(loop, stop)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield load
        assert all(thread.is_alive() for thread in threads)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


@contextmanager
def going_on(step: Callable[[threading.Event], None]) -> Iterator[None]:
    """Take the step again and again, as long as the block lasts. Raises what it raised."""
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            step(stop)

    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(go_on)
        try:
            yield
        finally:
            stop.set()
        going.result()


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


def insistently(tell: Callable[[Mapping[str, Any]], object], entry: Mapping[str, Any]) -> None:
    """Tell again and again until it is taken."""

    def told() -> bool:
        tell(entry)
        return True

    until(told, 120)


def slowly(_: int) -> tuple[int, dict[str, str]]:
    """An answer that takes a moment, so that there is always something in the air."""
    threading.Event().wait(0.02)
    return 204, {}


HOUR = timedelta(hours=1)
