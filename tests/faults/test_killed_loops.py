"""`kill -9` between any two steps of a loop loses no notice and doubles no effect."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from tests.clock import now
from tests.faults.tally import Tally
from tests.faults.world import KILLED, World
from tests.receiver import Received

pytestmark = [pytest.mark.faults, pytest.mark.slow]

MOST_STEPS = 200
IN_EFFECT = "sub_processor.change.in_effect"


def points_of_death(stride: int) -> Iterator[int]:
    """One step after the other; whoever asks stops when nothing died at one."""
    yield from range(1, MOST_STEPS, stride)
    raise AssertionError(f"it still dies at step {MOST_STEPS}")


@pytest.mark.parametrize(("part", "fewest"), [("relay", 10), ("fanout", 10), ("dispatcher", 10)])
def test_killed_at_any_step_it_is_finished_by_the_next(
    world: World, part: str, fewest: int, stride: int, tally: Tally
) -> None:
    ends: dict[str, int] = {}
    tally(f"kill -9 of {part}, at every write", lambda: world.counts(ends))
    for step in points_of_death(stride):
        change_id = world.announced()
        for before in ("relay", "fanout")[: ["relay", "fanout", "dispatcher"].index(part)]:
            assert world.run(before, 0) == 0
        status = ends[change_id] = world.run(part, step)
        world.finish()
        world.assert_told(change_id, deaths=1 if status == KILLED else 0)
        if status != KILLED:
            break
    assert step > fewest


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_while_a_webhook_is_on_its_way_it_is_sent_again(
    world: World, nth: int, tally: Tally
) -> None:
    change_id = world.announced()
    tally("kill -9 while a webhook is on its way", lambda: world.counts({change_id: KILLED}))
    for part in ("relay", "fanout"):
        assert world.run(part, 0) == 0
    victim, known, left = [0], threading.Event(), [nth]

    def kill(_: Received) -> None:
        left[0] -= 1
        if left[0] == 0:
            assert known.wait(10)
            os.kill(victim[0], signal.SIGKILL)

    def remember(pid: int) -> None:
        victim[0] = pid
        known.set()

    world.receiver.before_answer = kill
    assert world.run("dispatcher", 0, meanwhile=remember) == KILLED
    world.receiver.before_answer = lambda _: None
    world.finish()

    world.assert_told(change_id)


def test_killed_again_and_again_it_is_finished_in_the_end(world: World, tally: Tally) -> None:
    change_id = world.announced()
    deaths = 0
    tally("kill -9 again and again", lambda: world.counts({change_id: KILLED}))
    for part in ("relay", "fanout", "dispatcher"):
        for step in (3, 5, 8):
            deaths += world.run(part, step) == KILLED
        world.finish() if part == "dispatcher" else None

    assert deaths >= 3
    world.assert_told(change_id, deaths=deaths)


def test_a_change_goes_live_once_however_often_the_clock_is_killed(
    world: World, stride: int, tally: Tally
) -> None:
    days, ends = 35, dict[str, int]()
    tally("kill -9 of the clock, at every write", lambda: world.counts(ends))
    for step in points_of_death(stride):
        change_id = world.announced(days)
        world.finish()
        status = ends[change_id] = world.run("clock", step, days=days)
        assert world.run("clock", 0, days=days) == 0
        world.finish()

        entries = world.stack.database("registry").db["ledger"]
        about = {"data.change_id": change_id, "type": IN_EFFECT}
        assert entries.count_documents(about) == 1
        messages = world.stack.database("notices").db["messages"]
        assert messages.count_documents({"change_id": change_id, "type": IN_EFFECT}) == 3
        world.assert_told(change_id, deaths=0)
        if status != KILLED:
            break
    assert step > 4
    assert world.stack.now <= now()
