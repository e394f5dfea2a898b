"""Loops: functions that can be run once, run again and again by a worker that survives errors."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import uuid4

import structlog
from prometheus_client import Counter, Gauge
from pymongo import WriteConcern

from shared.mongo import Mongo
from shared.wakes import Bell

log = structlog.get_logger()

LONGEST_BACKOFF_SECONDS = 10.0
BEAT_EVERY_SECONDS = 2.0
# The longest rest of a loop that a bell wakes: if a wake is missed, work begins this late. It is
# well below ``STILL_AFTER_SECONDS``, for a loop beats once in each round.
CALM_SECONDS = 20.0
# The shortest rest of such a loop, as a part of ``every``.
LEAST_REST = 0.1
STILL_AFTER_SECONDS = 60.0
# Some beats may be late under load before a process counts as gone.
ALIVE_SECONDS = 30.0
FORGOTTEN_AFTER = timedelta(days=1)

LAST_ROUND = Gauge(
    "art28_loop_last_round_timestamp_seconds", "When a loop last ended a round.", ["loop"]
)
FAILURES = Counter("art28_loop_failures", "Rounds of a loop that ended in an error.", ["loop"])


@dataclass(frozen=True)
class Loop:
    """One loop. ``run_once`` does a bounded piece of work and is True when there may be more.

    ``every``: seconds of rest after a round without work. ``beat`` records that the loop lives,
    with the error of the last round or an empty text. ``close`` is called once, after the last
    round. While ``bell`` is reliable, the loop rests until it rings, but at most ``idle_for``: the
    seconds until something falls due by itself.
    """

    name: str
    run_once: Callable[[], bool]
    every: float
    beat: Callable[[str, str], None] = lambda _name, _error: None
    close: Callable[[], None] = lambda: None
    bell: Bell = field(default_factory=Bell)
    idle_for: Callable[[], float] = lambda: math.inf


class StoredBeat(TypedDict):
    """``loops``: the latest heartbeat of one loop in one process."""

    _id: str  # loop@process
    loop: str
    at: datetime
    error: str


class Heartbeats:
    """The heartbeats of one service's loops, kept per process; ``/readyz`` reads them.

    ``process`` is the name of this process; by default each gets a new one.
    """

    def __init__(
        self, mongo: Mongo, now: Callable[[], datetime], process: str | None = None
    ) -> None:
        # A heartbeat that is lost with the primary is followed by the next one.
        beats = mongo.collection("loops", StoredBeat)
        self._beats = beats.with_options(write_concern=WriteConcern(w=1))
        self._now = now
        self._process = process or uuid4().hex[:12]
        self._begun: set[str] = set()

    def beat(self, name: str, error: str) -> None:
        now = self._now()
        if name not in self._begun:
            self._begun.add(name)
            self._beats.delete_many({"loop": name, "at": {"$lt": now - FORGOTTEN_AFTER}})
        self._beats.update_one(
            {"_id": f"{name}@{self._process}"},
            {"$set": {"loop": name, "at": now, "error": error}},
            upsert=True,
        )

    def ages(self) -> dict[str, float]:
        """Return the seconds since the latest heartbeat of each loop, in any process."""
        now, latest = self._now(), dict[str, datetime]()
        for beat in self._beats.find({"loop": {"$exists": True}}):
            latest[beat["loop"]] = max(beat["at"], latest.get(beat["loop"], beat["at"]))
        return {name: (now - at).total_seconds() for name, at in latest.items()}

    def alive(self, name: str) -> int:
        """Return in how many processes a loop lives, to divide what they share.

        A process that ends counts for ``ALIVE_SECONDS`` more, a new one from its first beat on.
        """
        since = self._now() - timedelta(seconds=ALIVE_SECONDS)
        return self._beats.count_documents({"loop": name, "at": {"$gt": since}})


class LoopStandsStill(Exception):
    """A loop that ran before has had no heartbeat for a while."""


def standing_still(
    beats: Heartbeats,
    names: Collection[str],
    limit: float = STILL_AFTER_SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[], None]:
    """Return a check for ``/readyz`` that raises ``LoopStandsStill``.

    It does so if one of these loops has beaten before, but not for ``limit`` seconds. Loops that
    start together with this process get as long to begin.
    """
    began = monotonic()

    def check() -> None:
        still = [n for n, age in beats.ages().items() if n in names and age > limit]
        if still and monotonic() - began > limit:
            raise LoopStandsStill(", ".join(still))

    return check


def run(loops: Sequence[Loop], stop: threading.Event) -> None:
    """Run each loop in a thread of its own until ``stop`` is set; each ends its round first."""
    threads = [
        threading.Thread(target=run_one, args=(loop, stop), name=loop.name) for loop in loops
    ]
    for work in _companions(loops):
        # They end with the process: a question to MongoDB may be open for seconds.
        threading.Thread(target=work, args=(stop,), daemon=True).start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _companions(loops: Sequence[Loop]) -> set[Callable[[threading.Event], None]]:
    """Return the work beside the loops: listeners for bells, and the ring that ends all rests."""

    def ring_at_end(stop: threading.Event) -> None:
        stop.wait()
        for loop in loops:
            loop.bell.rung.set()

    listeners = {loop.bell.listen for loop in loops if loop.bell.listen}
    return {*listeners, ring_at_end} if listeners else set()


def run_one(loop: Loop, stop: threading.Event) -> None:
    failures, beaten_at = 0, float("-inf")
    last_round, failed = LAST_ROUND.labels(loop.name), FAILURES.labels(loop.name)
    while not stop.is_set():
        error, calm = "", 0.0
        # What is written from here on rings again.
        loop.bell.rung.clear()
        try:
            more = loop.run_once()
            calm = 0.0 if more else _calm(loop)
            failures = 0
        # A loop must outlive any fault of the database or the network, known or not.
        except Exception as fault:  # noqa: BLE001  See above.
            more, failures = False, failures + 1
            error = f"{type(fault).__name__}: {fault}"[:500]
            failed.inc()
            log.warning("loop.failed", loop=loop.name, failures=failures, error=error)
        last_round.set_to_current_time()
        if error or time.monotonic() - beaten_at >= BEAT_EVERY_SECONDS:
            beaten_at = _beat(loop, error, beaten_at)
        if calm:
            _rest_calmly(loop, stop, calm)
        elif not more:
            stop.wait(_rest(loop.every, failures))
    _close(loop)


def _close(loop: Loop) -> None:
    try:
        loop.close()
    except Exception as fault:  # noqa: BLE001  The others are to be closed all the same.
        log.warning("loop.close_failed", loop=loop.name, error=type(fault).__name__)


def _calm(loop: Loop) -> float:
    """Return how long a loop may rest until its bell rings; 0 if it has to poll."""
    if not loop.bell.is_reliable():
        return 0.0
    return max(loop.every, min(CALM_SECONDS, loop.idle_for()))


def _rest_calmly(loop: Loop, stop: threading.Event, seconds: float) -> None:
    """Rest until the bell rings; a bell that rings all the time must not keep a core busy."""
    # At the end it may have rung before the round cleared it.
    if not stop.wait(loop.every * LEAST_REST):
        loop.bell.rung.wait(seconds)


def _rest(every: float, failures: int) -> float:
    if not failures:
        return every
    return float(min(LONGEST_BACKOFF_SECONDS, max(every, 0.1) * 2 ** min(failures, 10)))


def _beat(loop: Loop, error: str, beaten_at: float) -> float:
    try:
        loop.beat(loop.name, error)
    except Exception as fault:  # noqa: BLE001  The database may be away; silence tells it.
        log.warning("loop.beat_failed", loop=loop.name, error=type(fault).__name__)
        return beaten_at
    return time.monotonic()
