"""What 5 % timeouts, 5 % resets and 5 % 500s cost the endpoints in good order.

    python -m tests.benchmarks.bench_mix [--endpoints 8000] [--runs 9] [--one-host]

A connection takes one request, as where every endpoint is at a host of its own. With ``--one-host``
all are at one, where a good answer leaves a connection to be used again and a bad one costs a new
one. Who is silent costs nothing but what waiting for it costs: nobody reads what it is sent.

Three products stand side by side and take turns, each told one change at a time: one whose
endpoints are all in good order; one of which 15 % are not; and one that has only the good ones of
the other. The rate is that of the same good endpoints each time, up to the last of them. A product
learns who is bad, so the mix is measured twice: when nobody knows yet (what was learnt is removed
first), and when it has been told one change before. After each measure the silent connections are
broken and what is left for the bad ones is removed, so that no retry runs into the next one. The
time limit of an attempt is that of the product, 15 s.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from services.notices.model.messages import least_id
from tests.benchmarks.customers import Place, add_customers
from tests.benchmarks.figures import Figure, bounds_of, say, show
from tests.benchmarks.processes import wait_until
from tests.benchmarks.product import LIVE, Product, bed, office, product
from tests.benchmarks.silent import Silent, silent_host
from tests.clock import now
from tests.integration.notices.world import VENDOR

MINUTES = 3.0
TINY = ("--endpoints", "100", "--runs", "1")
FULL = ("--endpoints", "20000", "--runs", "15")
GOAL = 0.10
# Of every 20 endpoints three are bad; their ids come after those of all good ones.
KINDS = 20
FIRST_BAD = "whe_9"
LIMIT_SECONDS = 300

# Of an endpoint with this number.
Host = Callable[[int], str]


@dataclass
class Subject:
    """One product, of how many good endpoints; ``rates``: what it reached each time."""

    running: Product
    good: int
    rates: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=8_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--one-host", action="store_true")
    wanted = parser.parse_args(words)
    with ExitStack() as stack:
        place, silent = stack.enter_context(bed()), stack.enter_context(silent_host())
        size = wanted.endpoints // KINDS * KINDS
        receiver = place.receiver
        url = (lambda _: receiver.url) if wanted.one_host else receiver.single_url

        def subject(name: str, count: int, where: Place) -> Subject:
            house = office(place.url, name)
            add_customers(house.deps, range(count), where)
            return Subject(stack.enter_context(product(place, house)), size * 17 // 20)

        healthy = subject("art28good", size, among(url, silent, bad=False))
        mixed = subject("art28mix", size, among(url, silent, bad=True))
        fewer = subject("art28few", size * 17 // 20, only_good(url))
        for turn in range(-1, wanted.runs):
            take_turns(turn, healthy, mixed, fewer, silent)
    return figures(healthy, mixed, fewer)


def among(url: Host, silent: Silent, *, bad: bool) -> Place:
    """All endpoints; those that may be bad have the last ids, and are spread over all customers."""

    def place_of(number: int) -> tuple[str, str]:
        kind, host = number % KINDS, url(number)
        kinds = {1: f"{silent.url}/", 2: f"{host}/resets", 3: f"{host}/fails"} if bad else {}
        target = kinds.get(kind, f"{host}/hooks/{number}")
        return (f"{FIRST_BAD}{number:07}" if kind in (1, 2, 3) else f"whe_{number:08}"), target

    return place_of


def only_good(url: Host) -> Place:
    return lambda number: (f"whe_{number:08}", f"{url(number)}/hooks/{number}")


def take_turns(turn: int, healthy: Subject, mixed: Subject, fewer: Subject, silent: Silent) -> None:
    """Every measure once, every second time the other way round; turn -1 warms up."""
    both = [lambda: forget(mixed), lambda: told(mixed, mixed.rates, silent),
            lambda: told(mixed, mixed.known, silent)]  # fmt: skip
    steps: list[Callable[[], None]] = [
        lambda: told(healthy, healthy.rates, silent),
        lambda: told(fewer, fewer.rates, silent),
    ]
    for step in [*both, *reversed(steps)] if turn % 2 else [*steps, *both]:
        step()
    if turn < 0:
        for rates in (healthy.rates, fewer.rates, mixed.rates, mixed.known):
            rates.clear()
        return
    every = {"all good": healthy.rates, "bad ones left out": fewer.rates,
             "unknown": mixed.rates, "known": mixed.known}  # fmt: skip
    speeds = ", ".join(f"{name} {rates[-1]:,.0f}/s" for name, rates in every.items())
    say(f"  turn {turn + 1}: {speeds}")


def told(subject: Subject, rates: list[float], silent: Silent) -> None:
    """Announce one change; the rate up to the last good one. Then let everything come to rest."""
    deliveries = subject.running.deps.stores.mongo.db["deliveries"]
    of_good = {"endpoint_id": {"$lt": FIRST_BAD}}
    begun = now()
    subject.running.announce(VENDOR)

    def good_are_told() -> bool:
        return bool(deliveries.count_documents(made | of_good) == subject.good)

    made = {"_id": {"$gte": least_id("dlv", begun)}, "delivered_at": {"$exists": True}}
    wait_until(good_are_told, LIMIT_SECONDS, "those in good order were not told in time", 0.1)
    sums = {"_id": None, "count": {"$sum": 1}, "last": {"$max": "$delivered_at"}}
    (done,) = deliveries.aggregate([{"$match": made | of_good}, {"$group": sums}])
    assert done["count"] == subject.good, done
    rates.append(subject.good / (done["last"] - begun).total_seconds())
    rest(subject, silent)


def rest(subject: Subject, silent: Silent) -> None:
    """Break what hangs and remove what is not under way, until nothing is left."""
    silent.release()
    deliveries, parcels = (
        subject.running.deps.stores.mongo.db[n] for n in ("deliveries", "parcels")
    )

    def nothing_left() -> bool:
        deliveries.delete_many({**LIVE, "claim": {"$exists": False}})
        return parcels.find_one() is None and deliveries.find_one(LIVE) is None

    wait_until(nothing_left, 60, "the product did not come to rest", 0.1)
    silent.hold()
    time.sleep(0.3)  # What was learnt of endpoints is written a moment later.


def forget(subject: Subject) -> None:
    """Nobody knows who is bad."""
    subject.running.deps.stores.mongo.db["endpoints"].update_many({}, {"$unset": {"health": ""}})


def figures(healthy: Subject, mixed: Subject, fewer: Subject) -> list[Figure]:
    """Costs of each turn; a turn's rates stand beside each other, so that noise hits all."""

    def cost(name: str, rates: Sequence[float], beside: Sequence[float]) -> Figure:
        costs = [100 * (1 - mine / other) for mine, other in zip(rates, beside, strict=True)]
        middle = statistics.median(costs)
        goal, spread = f"<= {GOAL:.0%}", bounds_of(costs, " %")
        return Figure(name, f"{middle:.1f} %", goal, spread, middle <= 100 * GOAL)

    known, unknown, good = mixed.known, mixed.rates, healthy.rates
    return [
        cost("15 % bad, known: cost beside as many, all good", known, good),
        cost("15 % bad, known: cost beside the good ones alone", known, fewer.rates),
        cost("15 % bad, nobody knows: cost beside all good", unknown, good),
    ]


if __name__ == "__main__":
    show(main)
