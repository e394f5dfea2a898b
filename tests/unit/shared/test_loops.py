"""Loops rest until something wakes them, and no longer than until something falls due."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.loops import Loop, run
from shared.wakes import Bell

LIMIT = 3.5  # Less than a calm rest, so that no test passes by the loop's own polling.


@dataclass
class Work:
    """Counts rounds, none of which has found anything."""

    rounds: int = 0
    came: threading.Condition = field(default_factory=threading.Condition)

    def run_once(self) -> bool:
        with self.came:
            self.rounds += 1
            self.came.notify_all()
        return False

    def reaches(self, rounds: int, within: float = LIMIT) -> bool:
        with self.came:
            return self.came.wait_for(lambda: self.rounds >= rounds, within)


@pytest.fixture
def start() -> Iterator[Callable[..., Work]]:
    stop, threads = threading.Event(), list[threading.Thread]()

    def start(bell: Bell, **more: Any) -> Work:
        work = Work()
        loop = Loop("test.loop", work.run_once, 0.001, bell=bell, **more)
        threads.append(threading.Thread(target=run, args=([loop], stop)))
        threads[-1].start()
        return work

    yield start
    stop.set()
    for thread in threads:
        thread.join(LIMIT)
        assert not thread.is_alive(), "a resting loop did not end at once"


def reliable(listen: Callable[[threading.Event], None] = lambda _: None) -> Bell:
    return Bell(lambda: True, listen)


def test_a_loop_with_a_reliable_bell_rests_until_it_rings(start: Callable[..., Work]) -> None:
    bell = reliable()
    work = start(bell)
    assert work.reaches(1)
    assert not work.reaches(2, within=0.2)
    bell.rung.set()
    assert work.reaches(2)


def test_a_loop_without_a_reliable_bell_polls(start: Callable[..., Work]) -> None:
    assert start(Bell()).reaches(5)


def test_a_loop_runs_again_when_something_falls_due(start: Callable[..., Work]) -> None:
    work = start(reliable(), idle_for=lambda: 0.01)
    assert work.reaches(3)


def test_a_ring_during_a_round_is_not_lost(start: Callable[..., Work]) -> None:
    bell, rings = reliable(), iter([True])

    def ring_once() -> float:
        if next(rings, False):
            bell.rung.set()
        return 60.0

    assert start(bell, idle_for=ring_once).reaches(2)


def test_the_bells_listener_runs_beside_the_loop(start: Callable[..., Work]) -> None:
    listening = threading.Event()
    start(reliable(lambda _: listening.set()))
    assert listening.wait(LIMIT)
