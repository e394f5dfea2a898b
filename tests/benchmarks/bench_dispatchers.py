"""Two dispatchers beside one, in turns, and what limits them.

    python -m tests.benchmarks.bench_dispatchers [--endpoints 10000] [--late 5000] [--runs 5]

First at a receiver that answers at once, where processors are the limit: what one dispatcher leaves
of them is all the machine has room for. Then at one that answers after half a second, as many do in
life, where the places of a dispatcher are the limit and the machine allows more. All dispatchers
run all the time; those whose turn it is not are stopped (SIGSTOP). Every run asserts that no
delivery was claimed twice: requests at the receiver and stored attempts are as many as deliveries.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from tests.benchmarks.bench_notices import Run, measure, warm_up
from tests.benchmarks.customers import add_customers, at
from tests.benchmarks.figures import Figure, say, show, spread_of
from tests.benchmarks.processes import resting
from tests.benchmarks.product import Bed, Product, bed, office, product
from tests.benchmarks.tardy import tardy

MINUTES = 1.5
TINY = ("--endpoints", "100", "--late", "50", "--runs", "1")
FULL = ("--endpoints", "30000", "--late", "20000", "--runs", "9")
GOAL = 1.5
LATE_SECONDS = 0.5

Pair = tuple[Run, Run]


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=10_000)
    parser.add_argument("--late", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dispatchers", type=int, default=2)
    wanted = parser.parse_args(words)
    with bed() as place:
        at_once = compared(place, "art28", wanted.endpoints, wanted)
        late = compared(place, "art28late", wanted.late, wanted, LATE_SECONDS)
    return [
        *_figures("receiver answers at once", at_once),
        *_figures(f"receiver answers after {LATE_SECONDS * 1000:.0f} ms", late),
    ]


def compared(
    place: Bed, name: str, count: int, wanted: argparse.Namespace, late: float = 0.0
) -> list[Pair]:
    """One dispatcher and many in turns; pairs of runs."""
    with ExitStack() as stack:
        house, target = office(place.url, name), place.receiver
        running_at = stack.enter_context(tardy(late)) if late else target
        add_customers(house.deps, range(count), at(running_at.url))
        running = stack.enter_context(product(place, house, wanted.dispatchers))
        if late:
            processes = {**running.processes, "receiver": [running_at.pid]}
            running = replace(running, receiver=running_at, processes=processes)
        warm_up(running)
        return [(_alone(running, count), _together(running, count)) for _ in range(wanted.runs)]


def _alone(running: Product, count: int) -> Run:
    # Nothing is due when they are stopped, so they hold nothing.
    with resting(running.dispatchers[1:]):
        return measure(running, count)


def _together(running: Product, count: int) -> Run:
    return measure(running, count)


def _figures(name: str, pairs: Sequence[Pair]) -> list[Figure]:
    ratios = [two.rate / one.rate for one, two in pairs]
    middle, room = statistics.median(ratios), statistics.median(_room(one) for one, _ in pairs)
    say(f"  {name}: with one, the machine has room for {room:.1f} times its rate")
    allowed = room >= GOAL
    told = f"{middle:.2f} times one; room for {room:.1f} times"
    goal = f">= {GOAL} times" if allowed else f"(>= {GOAL} times: no room)"
    reached = middle >= GOAL if allowed else None
    runs = f"of {2 * len(pairs)} runs"
    return [
        Figure(f"two dispatchers, {name}", told, goal, spread_of(ratios), reached),
        Figure(f"deliveries claimed twice, {name}", "0", "0", runs, reached=True),
    ]


def _room(run: Run) -> float:
    """How often the processors that this run used would go into those it could have used."""
    own = sum(run.used.of.values())
    return (own + run.used.idle) / own


if __name__ == "__main__":
    show(main)
