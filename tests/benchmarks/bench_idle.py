"""What a poll costs that finds nothing due, with a million deliveries due later.

    python -m tests.benchmarks.bench_idle [--rows 1000000]

Whole rounds of the dispatcher as the product runs it, all its polls together; the rows wait in the
common lanes, as first tries and retries do. Each poll is timed by the driver, and what mongod
examined is read from its profiler, whatever the queries look like. Then the same with a thousand
endpoints that have lanes of their own, all with something due later.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pymongo import monitoring

from services.notices.dispatcher import Dispatcher
from services.notices.model.deliveries import FIRST, SECOND, new_delivery
from services.notices.store import INDEXES, Stores
from services.notices.tasks import make_dispatcher
from shared.mongo import connect
from tests.benchmarks.figures import Figure, percentile, say, show
from tests.benchmarks.product import Office, database, office
from tests.clock import now

MINUTES = 1.0
TINY = ("--rows", "2000", "--rounds", "20", "--lanes", "10")
FULL = ("--rounds", "5000")
GOAL_MS = 2.0
AT_ONCE = 20_000
TELL_EVERY = 250_000
WARM_UP = 50


class Polls(monitoring.CommandListener):
    """The milliseconds of every query for deliveries."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None: ...

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        reply = event.reply.get("cursor", {})
        if event.command_name == "find" and reply.get("ns", "").endswith(".deliveries"):
            self.times.append(event.duration_micros / 1000)

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


@dataclass
class Idle:
    """``rounds`` and ``polls``: milliseconds of each; what one round examined."""

    polls: list[float]
    rounds: list[float] = field(default_factory=list)
    keys: int = 0
    documents: int = 0


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--lanes", type=int, default=1_000)
    wanted = parser.parse_args(words)
    polls = Polls()
    # Before the first client: the driver tells a client's listeners that were there when it began.
    monitoring.register(polls)
    with database() as (_, mongod):
        house = office(mongod.url)
        fill(house, wanted.rows)
        mongo = connect(mongod.url, f"{house.name}_notices")
        dispatcher = make_dispatcher(house.deps.settings, Stores.of(mongo))
        common = idle(house, dispatcher, polls, wanted.rounds)
        lanes = [_row(n, f"whe_{n:06}") for n in range(wanted.lanes)]
        house.deps.stores.mongo.db["deliveries"].insert_many(lanes)
        own = idle(house, dispatcher, polls, wanted.rounds // 5)
        dispatcher.drain()
    later = f"{wanted.rows:,} rows due later"
    return [
        *_figures(f"idle poll, {later}", common),
        *_figures(f"the same, {wanted.lanes:,} lanes of single endpoints", own),
    ]


def fill(house: Office, count: int) -> None:
    """Deliveries that are due tomorrow, the later ones later, in both common lanes."""
    deliveries = house.deps.stores.mongo.db["deliveries"]
    house.deps.stores.mongo.ensure_indexes(INDEXES)
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        deliveries.insert_many([_row(n, (FIRST, SECOND)[n % 2]) for n in numbers], ordered=False)
        if (start + AT_ONCE) % TELL_EVERY == 0:
            say(f"  {start + AT_ONCE:,} rows put in")


def _row(number: int, lane: str) -> Any:
    at = now() + timedelta(days=1, milliseconds=number)
    name, message = f"dlv_{lane}_{number:09}", f"msg_{number:09}"
    return new_delivery(name, message, f"whe_{number % 50_000:06}", "org_1", at, lane)


def idle(house: Office, dispatcher: Dispatcher, polls: Polls, rounds: int) -> Idle:
    """So many rounds, after some to warm up."""
    found = Idle(polls=[])
    for number in range(WARM_UP + rounds):
        if number == WARM_UP:
            polls.times.clear()
            found.rounds.clear()
        begun = time.perf_counter()
        assert not dispatcher.run_once(), "something was due"
        found.rounds.append((time.perf_counter() - begun) * 1000)
    found.polls = list(polls.times)
    for each in _profiled(house, dispatcher):
        found.keys += each.get("keysExamined", 0)
        found.documents += each.get("docsExamined", 0)
    return found


def _profiled(house: Office, dispatcher: Dispatcher) -> Iterator[dict[str, Any]]:
    """What mongod did with deliveries in one round, query by query."""
    db = house.deps.stores.mongo.db
    db.drop_collection("system.profile")
    db.command("profile", 2)
    dispatcher.run_once()
    db.command("profile", 0)
    yield from db["system.profile"].find({"ns": f"{db.name}.deliveries"})


def _figures(name: str, found: Idle) -> list[Figure]:
    middle, late = percentile(found.polls, 0.5), percentile(found.polls, 0.99)
    each, rounds = percentile(found.rounds, 0.5), f"of {len(found.rounds)} rounds"
    told = f"p50 {middle:.2f}, p99 {late:.2f} ms; round {each:.2f} ms"
    examined = f"{found.keys} and {found.documents}"
    return [
        Figure(name, told, f"p99 < {GOAL_MS:g} ms", rounds, late < GOAL_MS),
        Figure("  keys and documents it examined", examined, "0 and 0", "",
               not found.keys and not found.documents),
    ]  # fmt: skip


if __name__ == "__main__":
    show(main)
