"""Killed before or after any of its writes, fan-out tells everyone exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from services.notices.fan_out.loop import FanOut
from services.notices.model.parcels import unpacked
from services.notices.model.stored import StoredMessage
from services.notices.store import Stores
from services.notices.use_cases import endpoints
from tests.integration.notices.world import START, World

CUSTOMERS = 25
WRITES = frozenset(
    {
        "claim",
        "start",
        "advance",
        "postpone",
        "give_back",
        "finish",
        "add_many",
        "add",
        "release",
        "revive",
    }
)


# Which write puts the parcel of the first step there: claim, start, messages, others, parcel.
SENT_OFF = 5


class Killed(BaseException):
    """What no code catches, as a process that is no more catches nothing."""


class Fuse:
    """Burns through once, at the n-th write, before or after it has taken effect."""

    def __init__(
        self, at: int, *, after: bool, error: Callable[[], BaseException] = Killed
    ) -> None:
        self.left, self.after, self.error = at, after, error

    def around(self, write: Any) -> Any:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                raise self.error()
            result = write(*args, **kwargs)
            if self.left == 0:
                raise self.error()
            return result

        return guarded


class Wired:
    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._fuse.around(found) if name in WRITES else found


def wired(fanout: FanOut, fuse: Fuse) -> FanOut:
    parts: dict[str, Any] = {
        each.name: Wired(getattr(fanout.stores, each.name), fuse) for each in fields(Stores)
    }
    return replace(fanout, stores=Stores(**parts))


def with_customers(world: World) -> None:
    for number in range(1, CUSTOMERS + 1):
        name = f"c{number:02}"
        world.tell(world.ledger.agreement(name, number))
    world.fan_out()
    for number in range(1, CUSTOMERS + 1):
        world.endpoint(f"c{number:02}")
    # One customer with two agreements, one without any endpoint.
    world.mongo.db["endpoints"].delete_many({"controller_id": "org_c07"})


@pytest.mark.slow
def test_it_works(world: World) -> None:
    """Every point of death in turn, before and after the write, over one database."""
    with_customers(world)
    small = replace(world.fanout, batch=10)
    number = 0
    for after in (False, True):
        at, killed = 0, True
        while killed:
            at, number = at + 1, number + 1
            change_id = f"chg_{number}"
            world.tell(world.ledger.change(change_id, CUSTOMERS))
            killed = dies(wired(small, Fuse(at, after=after)))
            world.clock.ahead += timedelta(seconds=31)  # The dead one's lease lapses.
            world.fanout = small
            world.fan_out()
            assert_told_once(world, change_id)
        assert at > 8
    assert_sent_once(world, number * (CUSTOMERS - 1))


@pytest.mark.slow
def test_killed_at_any_write_a_recovery_is_finished_by_the_next_and_sends_nothing_twice(
    world: World,
) -> None:
    world.tell(world.ledger.agreement("nordbo", 1))
    for number in range(1, 8):
        world.tell(world.ledger.change(f"chg_{number}", 1))
    world.fan_out()
    missed = {each["_id"] for each in world.rows("messages")}
    small, since = replace(world.fanout, batch=3), world.clock() - timedelta(days=1)
    for after in (False, True):
        at, killed = 0, True
        while killed:
            at += 1
            path = f"/{at}-{after}"
            endpoint_id, _ = world.endpoint("nordbo", url=world.receiver.url + path)
            recovery = endpoints.recover(world.deps, "org_nordbo", endpoint_id, since)
            killed = dies(wired(small, Fuse(at, after=after)))
            world.clock.ahead += timedelta(seconds=31)  # The dead one's lease lapses.
            world.fanout = small
            world.fan_out()
            job = world.deps.stores.jobs.find(recovery.id)
            assert job is not None
            assert job.done_at is not None
            world.deliver(60)
            sent = Counter(each.message_id for each in world.receiver.at(path))
            assert sent == dict.fromkeys(missed, 1)
            world.mongo.db["endpoints"].delete_one({"_id": endpoint_id})
        assert at > 5


def dies(fanout: FanOut) -> bool:
    try:
        while fanout.run_once():
            pass
    except Killed:
        return True
    return False


def assert_told_once(world: World, change_id: str) -> None:
    messages = world.rows("messages", change_id=change_id)
    told = Counter(each["agreement_id"] for each in messages)
    assert len(told) == CUSTOMERS
    assert set(told.values()) == {1}
    # Each is due by itself, or waits in one parcel.
    rows = [each for each in world.rows("deliveries") if "due_at" in each]
    packed = [each for parcel in world.rows("parcels") for each in unpacked(parcel["items"])]
    ours = {each["_id"] for each in messages}
    sent = Counter(each["controller_id"] for each in rows + packed if each["message_id"] in ours)
    assert len(sent) == CUSTOMERS - 1
    assert set(sent.values()) == {1}


def assert_sent_once(world: World, count: int) -> None:
    world.deliver(60)
    # What found its address busy has been put off for a second.
    world.clock.ahead += timedelta(seconds=1)
    world.deliver(60)
    sent = Counter(each.message_id for each in world.receiver.got)
    assert set(sent.values()) == {1}
    assert len(sent) == count


def test_a_fanout_whose_lease_lapsed_gives_way_to_its_successor(world: World) -> None:
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    now = world.clock()
    first = world.deps.stores.jobs.claim("first", now, now + timedelta(seconds=1))
    assert first is not None
    world.clock.ahead += timedelta(seconds=2)
    world.fan_out()
    replace(world.fanout, batch=10)._work_on(first)
    assert_told_once(world, "chg_1")


@pytest.mark.parametrize(
    "trouble",
    [
        {"health": {"failures": 1}},
        {"disabled_at": START - timedelta(hours=1), "disabled_reason": "failing"},
        {"event_types": ["agreement.ended"]},
    ],
)
@pytest.mark.parametrize("sent", [False, True])
def test_what_a_dead_one_packed_is_sent_once_when_its_endpoint_has_changed_since(
    world: World, trouble: dict[str, Any], sent: bool
) -> None:
    """The step is repeated with other eyes: in trouble, disabled, or no longer interested; what
    was packed has left by then, or has not."""
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    assert dies(wired(world.fanout, Fuse(SENT_OFF, after=True)))
    assert world.rows("parcels")
    if sent:
        world.deliver()
        assert world.rows("parcels") == []
    world.mongo.db["endpoints"].update_one({"controller_id": "org_c03"}, {"$set": trouble})
    world.clock.ahead += timedelta(seconds=31)
    world.fan_out()
    world.deliver()
    states = {each["controller_id"]: each["state"] for each in world.rows("deliveries")}
    assert set(states.values()) <= {"delivered", "held"}
    assert len(states) == CUSTOMERS - 1
    assert set(Counter(each.message_id for each in world.receiver.got).values()) == {1}


def test_an_endpoint_in_trouble_when_somebody_died_is_told_once_when_it_is_well_again(
    world: World,
) -> None:
    with_customers(world)
    ill = {"controller_id": "org_c03"}
    world.mongo.db["endpoints"].update_one(ill, {"$set": {"health": {"failures": 1}}})
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    assert dies(wired(world.fanout, Fuse(SENT_OFF, after=False)))
    assert len(world.rows("deliveries")) == 1
    world.mongo.db["endpoints"].update_one(ill, {"$unset": {"health": ""}})
    world.clock.ahead += timedelta(seconds=31)
    world.fan_out()
    assert_told_once(world, "chg_1")
    assert_sent_once(world, CUSTOMERS - 1)


def test_who_comes_back_after_the_lease_sends_nothing_off(world: World) -> None:
    """It slept between its messages and their parcel; its successor has told everybody since."""
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    sleepy: Any = Sleepy(world)
    slow = replace(world.fanout, stores=replace(world.fanout.stores, messages=sleepy))
    slow.run_once()
    assert_sent_once(world, CUSTOMERS - 1)
    assert world.rows("parcels") == []


class Sleepy:
    """The messages, in the hands of one who falls asleep when they are written."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_many(self, rows: list[StoredMessage]) -> list[str]:
        found = self.world.deps.stores.messages.add_many(rows)
        self.world.clock.ahead += timedelta(seconds=31)
        self.world.settle()
        return found
