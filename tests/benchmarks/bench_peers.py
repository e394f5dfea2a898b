"""Notices a second beside `wrk`, and beside Celery with Redis and `requests`, at one receiver.

    python -m tests.benchmarks.bench_peers [--endpoints 40000] [--runs 5]

All take turns in one run, and those whose turn it is not are stopped; who comes from a rest gets
something small to do first. The product has two dispatchers, for there are two cores (Celery has
four workers), with 128 attempts at once each, as `wrk` has connections. It is measured twice: from
the announcement, with all that fan-out makes, and from when that is stored, which is what sending
costs. `wrk` posts the same body and headers as fast as it can, but signs and stores nothing. Celery
signs each message, posts it and forgets it; its start is not counted, and writing its queue is, as
fan-out is. Then the same over TLS without any reuse: each request has a connection and a whole
handshake of its own on both sides (no session ids, no tickets). The product verifies the
certificate, which `wrk` does not. Only the ratios mean anything.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from services.notices.model.messages import body_of
from tests.benchmarks.bench_notices import measure, measure_stored, warm_up
from tests.benchmarks.customers import add_customers, at
from tests.benchmarks.figures import Figure, say, show, spread_of
from tests.benchmarks.peers import WARM_UP_TASKS, Peer, pipeline, wrk
from tests.benchmarks.processes import resting
from tests.benchmarks.product import Bed, Office, Product, bed, office, product
from tests.mongod import free_port

MINUTES = 3.0
TINY = ("--endpoints", "100", "--tls-endpoints", "50", "--tasks", "20", "--runs", "1",
        "--seconds", "1")  # fmt: skip
FULL = ("--endpoints", "100000", "--tls-endpoints", "10000", "--tasks", "5000", "--runs", "9")


# All customers of a benchmark are at one host, where more connections than `wrk` has only cost.
AS_MANY_AS_WRK = {"ART28_IN_FLIGHT": "128"}


@dataclass(frozen=True)
class Turn:
    """Messages a second of each in one turn; None: not installed."""

    ours: float
    stored: float
    wrk: float | None
    celery: float | None
    ours_tls: float
    wrk_tls: float | None


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=40_000)
    parser.add_argument("--tls-endpoints", type=int, default=4_000)
    parser.add_argument("--tasks", type=int, default=3_000)
    parser.add_argument("--dispatchers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    wanted = parser.parse_args(words)
    with ExitStack() as stack:
        place = stack.enter_context(bed())
        many, few, receiver = wanted.endpoints, wanted.tls_endpoints, place.receiver
        plain = _started(stack, place, "art28", receiver.url, many, wanted.dispatchers)
        tls = _started(stack, place, "art28tls", receiver.tls_url, few, wanted.dispatchers)
        body = _body(plain.office)
        say(f"  the body has {len(body):,} bytes")
        peer = pipeline(place.folder, free_port(), place.receiver, body)
        celery = stack.enter_context(peer)
        turns = [_turn(place, plain, tls, celery, body, wanted) for _ in range(wanted.runs)]
    return _figures(turns)


def _started(
    stack: ExitStack, place: Bed, name: str, url: str, count: int, dispatchers: int
) -> Product:
    house = office(place.url, name)
    add_customers(house.deps, range(count), at(url))
    running = stack.enter_context(product(place, house, dispatchers, **AS_MANY_AS_WRK))
    warm_up(running)
    return running


def _body(house: Office) -> bytes:
    """What one customer was sent."""
    message = house.deps.stores.mongo.db["messages"].find_one({})
    assert message is not None
    event = house.deps.stores.events.get(message["event_id"])
    return body_of(event, message["extra"])


def _turn(
    place: Bed,
    plain: Product,
    tls: Product,
    celery: Peer | None,
    body: bytes,
    wanted: argparse.Namespace,
) -> Turn:
    receiver, worker = place.receiver, [celery.pid] if celery else []
    with resting([*tls.loops, *worker]):
        warm_up(plain)
        ours = measure(plain, wanted.endpoints).rate
        stored = measure_stored(plain, wanted.endpoints).rate
    with resting([*plain.loops, *worker]):
        warm_up(tls)
        ours_tls = measure(tls, wanted.tls_endpoints).rate
    with resting([*plain.loops, *tls.loops]):
        theirs = _delivered(celery, wanted.tasks) if celery else None
    with resting([*plain.loops, *tls.loops, *worker]):
        plainly = wrk(place.folder, receiver.url, body, wanted.seconds)
        safely = wrk(place.folder, receiver.tls_url, body, wanted.seconds, reuse=False)
    turn = Turn(ours, stored, plainly, theirs, ours_tls, safely)
    rates = ", ".join(f"{name} {rate or 0:,.0f}/s" for name, rate in vars(turn).items())
    say(f"  turn: {rates}")
    return turn


def _delivered(celery: Peer, tasks: int) -> float:
    celery.deliver(WARM_UP_TASKS)
    return celery.deliver(tasks)


def _figures(turns: Sequence[Turn]) -> list[Figure]:
    pairs = (
        ("durable deliveries against Celery + Redis + requests", "ours", "celery", 10.0),
        ("durable deliveries of what is stored against wrk, same body", "stored", "wrk", 0.10),
        ("the same from the announcement, with fan-out", "ours", "wrk", 0.10),
        (
            "from the announcement, TLS and no reuse, wrk with Connection: close",
            "ours_tls",
            "wrk_tls",
            0.10,
        ),
    )
    return [_ratio(turns, *pair) for pair in pairs]


def _ratio(turns: Sequence[Turn], name: str, ours: str, theirs: str, goal: float) -> Figure:
    both = [(getattr(turn, ours), getattr(turn, theirs)) for turn in turns]
    ratios = [mine / other for mine, other in both if other]
    if not ratios:
        return Figure(name, "the peer is not installed", f">= {goal:g}")
    middle, rates = (
        statistics.median(ratios),
        [statistics.median(c) for c in zip(*both, strict=True)],
    )
    told = f"{middle:.2f} ({rates[0]:,.0f}/s to {rates[1]:,.0f}/s)"
    return Figure(name, told, f">= {goal:g}", spread_of(ratios), middle >= goal)


if __name__ == "__main__":
    show(main)
