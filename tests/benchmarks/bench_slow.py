"""One endpoint that takes 14.9 s per answer and has 100,000 messages waiting: who is delayed?

    python -m tests.benchmarks.bench_slow [--backlog 100000] [--changes 100]

Two products stand side by side; one has the slow endpoint and its backlog, put in as due first
tries, the worst that can come, a moment before the first change. Changes to 200 other customers are
announced to both in turns: the time from the announcement to each of their webhooks.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack

from services.notices.model.deliveries import new_delivery
from services.notices.model.endpoints import Endpoint, Secret
from services.notices.store.endpoints import members_of
from shared.webhook_signing import new_secret
from tests.benchmarks.bench_notices import warm_up
from tests.benchmarks.customers import add_customers, at
from tests.benchmarks.figures import Figure, percentile, say, show
from tests.benchmarks.processes import wait_until
from tests.benchmarks.product import LIVE, Office, Product, bed, office, product
from tests.benchmarks.tardy import Tardy, tardy
from tests.clock import now
from tests.integration.notices.world import VENDOR

MINUTES = 1.5
TINY = ("--backlog", "1000", "--changes", "2", "--customers", "20")
FULL = ("--changes", "500")
ANSWER_SECONDS = 14.9
GOAL_TIMES = 1.25
AT_ONCE = 10_000
SLOW_ENDPOINT, SLOW_OWNER = "whe_slow", "org_slow"

Latencies = list[list[float]]  # Of each change, in milliseconds, the first webhook first.


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--customers", type=int, default=200)
    wanted = parser.parse_args(words)
    with ExitStack() as stack:
        place, slow = stack.enter_context(bed()), stack.enter_context(tardy(ANSWER_SECONDS))
        houses = [office(place.url, name) for name in ("art28with", "art28without")]
        for house in houses:
            add_customers(house.deps, range(wanted.customers), at(place.receiver.url))
        running = [stack.enter_context(product(place, house)) for house in houses]
        for each in running:
            warm_up(each)
        # What is in the air must not hold up the end: two answers would take half a minute.
        stack.callback(os.kill, slow.pid, signal.SIGKILL)
        add_backlog(houses[0], slow, wanted.backlog)
        beside, alone = in_turn(running, wanted.changes, wanted.customers)
        left = waiting(houses[0])
    return _figures(beside, alone, wanted.backlog, left)


def add_backlog(house: Office, slow: Tardy, count: int) -> None:
    """A customer with an endpoint that answers late, and so many messages due for it."""
    db, at_once = house.deps.stores.mongo.db, now()
    sealed = Secret(house.deps.box.seal(new_secret(), SLOW_ENDPOINT), at_once)
    url = f"{slow.url}/"
    slow_one = Endpoint(
        SLOW_ENDPOINT, SLOW_OWNER, url, url, "", (), (), (sealed,), at_once, at_once
    )
    db["endpoints"].insert_one({**members_of(slow_one)})
    message = db["messages"].find_one({})
    assert message is not None
    begun = time.monotonic()
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        ids = [f"msg_{int(at_once.timestamp() * 1000):012x}{number:024x}" for number in numbers]
        db["messages"].insert_many(
            [{**message, "_id": each, "controller_id": SLOW_OWNER} for each in ids]
        )
        db["deliveries"].insert_many(
            [{**new_delivery(f"dlv_{m[4:]}", m, SLOW_ENDPOINT, SLOW_OWNER, at_once)} for m in ids]
        )
    say(f"  {count:,} messages wait for it, put in within {time.monotonic() - begun:.1f} s")


def in_turn(running: Sequence[Product], changes: int, customers: int) -> list[Latencies]:
    """Tell each product so many changes, by turns."""
    found: list[Latencies] = [[] for _ in running]
    for number in range(changes):
        for each, times in zip(running, found, strict=True):
            begun = now()
            change = each.announce(VENDOR)

            def all_told(each: Product = each, change: str = change) -> bool:
                return not each.deps.stores.mongo.db["jobs"].find_one(
                    {"due_at": {"$exists": True}}
                ) and (
                    len(each.latencies(change, begun)) >= customers  # noqa: B023  Asked at once.
                )

            wait_until(all_told, 120, "the others were not told within two minutes", 0.05)
            times.append(each.latencies(change, begun))
        if number % 25 == 24:
            say(f"    {number + 1} of {changes} changes")
    return found


def waiting(house: Office) -> int:
    """How many messages still wait for the slow endpoint."""
    return int(house.deps.stores.mongo.db["deliveries"].count_documents(LIVE))


def _figures(beside: Latencies, alone: Latencies, backlog: int, left: int) -> list[Figure]:
    with_it, without = ([ms for change in each for ms in change] for each in (beside, alone))
    say(f"  {left:,} of {backlog:,} still wait for the slow endpoint")
    first = max(beside[0])
    return [
        _beside("others beside the slow endpoint, p50", with_it, without, 0.5),
        _beside("others beside the slow endpoint, p99", with_it, without, 0.99),
        Figure("the last of the change told just after the backlog came", f"{first:.0f} ms",
               spread=f"median of all {statistics.median(map(max, alone)):.0f} ms without"),
    ]  # fmt: skip


def _beside(name: str, with_it: list[float], without: list[float], part: float) -> Figure:
    mine, other = percentile(with_it, part), percentile(without, part)
    told = f"{mine:.0f} ms; {other:.0f} ms without: {mine / other:.2f} times"
    return Figure(name, told, f"<= {GOAL_TIMES} times", f"of {len(without):,} each",
                  mine / other <= GOAL_TIMES)  # fmt: skip


if __name__ == "__main__":
    show(main)
