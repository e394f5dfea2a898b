"""One announced change to many endpoints, from its intake to the last stored attempt.

    python -m tests.benchmarks.bench_notices [--sizes 10000x5,100000x1] [--announcements 100]
    python -m tests.benchmarks.bench_notices --endpoints 20000 --runs 3 --dispatchers 2

``--sizes``: how many endpoints, and how many changes are announced to all of them; each size has
fan-out and dispatchers of its own, so that their memory can be compared. Every run asserts that
deliveries, stored attempts and requests at the receiver are as many as endpoints: none twice. Then
so many changes are announced to 20 customers each, at odd moments: the time of the first webhook;
and one more while a change to all is on its way.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tests.benchmarks.customers import SMALL, add_customers, at
from tests.benchmarks.figures import Figure, percentile, say, show, spread_of
from tests.benchmarks.machine import Cpu, cpu, peak_mib
from tests.benchmarks.processes import resting, wait_until
from tests.benchmarks.product import Bed, Office, Product, bed, office, product
from tests.clock import now
from tests.integration.notices.world import VENDOR

TINY = ("--sizes", "100x1,200x1", "--announcements", "2")
FULL = ("--sizes", "10000x5,100000x5,1000000x1")
MINUTES = 2.5
GOAL_SIZE, GOAL_SECONDS, GOAL_FIRST_MS, GOAL_MIB = 100_000, 20, 1_000, 200
FLAT = 1.3


@dataclass(frozen=True)
class Run:
    """One change told to ``count`` endpoints."""

    count: int
    seconds: float
    first_ms: float
    used: Cpu

    @property
    def rate(self) -> float:
        return self.count / self.seconds


@dataclass(frozen=True)
class Size:
    """All runs of one size; memory in MiB, at most."""

    runs: list[Run]
    dispatcher_mib: float
    fanout_mib: float

    @property
    def count(self) -> int:
        return self.runs[0].count


def main(words: Sequence[str] | None = None) -> list[Figure]:
    wanted = _parser().parse_args(words)
    alone = f"{wanted.endpoints}x{wanted.runs}" if wanted.endpoints else wanted.sizes
    sizes = [(int(e), int(r)) for e, _, r in (each.partition("x") for each in alone.split(","))]
    with bed() as place:
        house = office(place.url)
        done = measured_sizes(place, house, sizes, wanted.dispatchers)
        firsts = first_webhooks(place, house, wanted.announcements)
    return [*_of_sizes(done), *firsts]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000x5,100000x1")
    parser.add_argument("--endpoints", type=int)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--announcements", type=int, default=100)
    parser.add_argument("--dispatchers", type=int, default=1)
    return parser


def measured_sizes(
    place: Bed, house: Office, sizes: Sequence[tuple[int, int]], dispatchers: int
) -> list[Size]:
    """From the least size up: each adds customers to those of the one before."""
    there, done = 0, []
    for count, runs in sorted(sizes):
        more = range(there, count)
        begun = time.monotonic()
        add_customers(house.deps, more, at(place.receiver.url))
        took = time.monotonic() - begun
        there = count
        say(f"  {count:,} endpoints prepared in {took:.0f} s; {dispatchers} dispatcher(s)")
        with product(place, house, dispatchers=dispatchers) as running:
            warm_up(running)
            measured = [measure(running, count) for _ in range(runs)]
            memory = max(map(peak_mib, running.dispatchers))
            done.append(Size(measured, memory, peak_mib(running.processes["fan-out"][0])))
    return done


def warm_up(running: Product) -> None:
    """Connections, plans and caches, as in a product that has run for a while."""
    for _ in range(3):
        running.announce(SMALL)
        running.wait_until_told()


def measure(running: Product, count: int) -> Run:
    """Announce one change to all and wait for the last stored attempt."""
    announced_at, requests = now(), running.receiver.requests()
    with _measured(running, count, announced_at, requests) as runs:
        running.announce(VENDOR)
        running.wait_until_told(count)
    return runs[0]


def measure_stored(running: Product, count: int) -> Run:
    """The same from when fan-out has stored all there is to send, as if it had been there."""
    announced_at, requests = now(), running.receiver.requests()
    with resting(running.dispatchers):
        running.announce(VENDOR)
        running.wait_until_stored()
    with _measured(running, count, announced_at, requests) as runs:
        running.wait_until_told(count)
    return runs[0]


@contextmanager
def _measured(
    running: Product, count: int, announced_at: datetime, requests: int
) -> Iterator[list[Run]]:
    """What is done in the block ends what was announced then; its figures are there afterwards."""
    runs: list[Run] = []
    begun_at, begun, used = now(), time.monotonic(), cpu(running.processes)
    yield runs
    seconds, spent = time.monotonic() - begun, cpu(running.processes).since(used)
    told = running.deliveries_since(announced_at)
    received = running.receiver.requests() - requests
    if not told.deliveries == told.attempts == received == count:
        raise AssertionError(f"{count} to tell, {received} requests came, stored were {told}")
    run = Run(count, seconds, (told.first - begun_at).total_seconds() * 1000, spent)
    say(f"  {count:,}: {run.rate:,.0f}/s, {seconds:.2f} s, first webhook {run.first_ms:.0f} ms")
    say(f"    {spent.table(count)}")
    runs.append(run)


def first_webhooks(place: Bed, house: Office, announcements: int) -> list[Figure]:
    """The time from intake to the first webhook, of each change."""
    if not announcements:
        return []
    say(f"  {announcements} changes, to 20 customers each")
    dice, firsts = random.Random(28), []
    with product(place, house) as running:
        warm_up(running)
        for _ in range(announcements):
            # At any moment of the loops' rest, and not at the moment they have just woken.
            time.sleep(dice.uniform(0, 0.15))
            begun = now()
            change = running.announce(SMALL)
            running.wait_until_told()
            firsts.append(running.latencies(change, begun)[0])
        behind = beside_a_large_one(running)
    return [*_of_firsts(firsts), behind]


def beside_a_large_one(running: Product) -> Figure:
    """A change to 20 customers, announced while one to all is on its way."""
    told_to_all = {"change_id": running.announce(VENDOR)}
    messages = running.deps.stores.mongo.db["messages"]
    wait_until(lambda: messages.find_one(told_to_all), 60, "nothing was told", 0.005)
    begun = now()
    change = running.announce(SMALL)
    running.wait_until_told()
    told = running.latencies(change, begun)
    count = running.deps.stores.recipients.watermark(VENDOR["id"]).up_to
    name = f"first webhook of a small change during one to {count:,}"
    return Figure(name, f"{told[0]:.0f} ms, last {told[-1]:.0f} ms", spread="of 1")


def _of_sizes(sizes: Sequence[Size]) -> list[Figure]:
    figures = []
    for size in sizes:
        seconds, rates = [r.seconds for r in size.runs], [r.rate for r in size.runs]
        middle, worst = statistics.median(seconds), max(r.first_ms for r in size.runs)
        goal = size.count == GOAL_SIZE
        name = f"{size.count:,} endpoints"
        figures += [
            Figure(f"{name}: notices a second", f"{statistics.median(rates):,.0f}", "",
                   spread_of(rates)),
            Figure(f"{name}: to the last stored attempt", f"{middle:.1f} s",
                   f"< {GOAL_SECONDS} s" if goal else "", spread_of(seconds),
                   middle < GOAL_SECONDS if goal else None),
            Figure(f"{name}: first webhook, worst", f"{worst:.0f} ms", f"< {GOAL_FIRST_MS} ms",
                   f"of {len(size.runs)}", worst < GOAL_FIRST_MS),
            Figure(f"{name}: memory of a dispatcher", f"{size.dispatcher_mib:.0f} MiB",
                   f"< {GOAL_MIB} MiB", "most", size.dispatcher_mib < GOAL_MIB),
            Figure(f"{name}: memory of fan-out", f"{size.fanout_mib:.0f} MiB", "", "most"),
        ]  # fmt: skip
    if len(sizes) > 1:
        figures.append(_flatness(sizes[0], sizes[-1]))
    return figures


def _flatness(least: Size, most: Size) -> Figure:
    times = most.dispatcher_mib / least.dispatcher_mib
    name = f"memory of a dispatcher, {most.count:,} beside {least.count:,}"
    return Figure(name, f"{times:.2f} times", f"< {FLAT} times", "", times < FLAT)


def _of_firsts(firsts: Sequence[float]) -> list[Figure]:
    middle, late = statistics.median(firsts), percentile(firsts, 0.99)
    told = f"p50 {middle:.0f}, p99 {late:.0f}, worst {max(firsts):.0f} ms"
    return [
        Figure("first webhook after a change to 20", told, f"p99 < {GOAL_FIRST_MS} ms",
               f"of {len(firsts)}", late < GOAL_FIRST_MS)
    ]  # fmt: skip


if __name__ == "__main__":
    show(main)
