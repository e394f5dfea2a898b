"""Parcels where lapses, crashes and owners meet: nothing is lost, and nothing sent too often."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.notices import tasks
from services.notices.dispatcher import Dispatcher
from services.notices.model.parcels import unpacked
from services.notices.model.stored import StoredDelivery, StoredParcel
from services.notices.store.delivery_pages import Wanted
from services.notices.use_cases import deliveries, endpoints, evidence
from shared.pagination import PageRequest
from tests.integration.notices.test_fanout_killed import (
    CUSTOMERS,
    SENT_OFF,
    Fuse,
    dies,
    wired,
    with_customers,
)
from tests.integration.notices.world import World, settings


def announced(world: World, count: int = 2) -> list[StoredDelivery]:
    for number in range(1, count + 1):
        world.customer(f"c{number:02}", number)
    world.deliver()
    world.receiver.got.clear()
    world.tell(world.ledger.change("chg_1", count))
    world.fan_out()
    (parcel,) = world.rows("parcels")
    return unpacked(parcel["items"])


def posts(world: World) -> Counter[str]:
    return Counter(each.message_id for each in world.receiver.got)


def taken_by_one_who_is_slow(world: World) -> None:
    now = world.clock()
    assert world.dispatcher.stores.parcels.take("slow", now, now + timedelta(seconds=60))


def test_what_is_delivered_is_not_shown_as_pending_while_its_parcel_is_open(world: World) -> None:
    """One other delivery of its parcel waits for a slow receiver, or for a lease to lapse."""
    first, _ = announced(world)
    taken_by_one_who_is_slow(world)
    world.mongo.db["deliveries"].insert_one({**first, "state": "delivered"})
    owner, endpoint_id = first["controller_id"], first["endpoint_id"]
    pending = Wanted("pending")
    page = deliveries.page(world.deps, owner, endpoint_id, pending, PageRequest(10, None))
    assert page.items == []


def test_a_recovery_revives_what_was_skipped_though_its_parcel_is_still_open(
    world: World,
) -> None:
    first, _ = announced(world)
    taken_by_one_who_is_slow(world)
    world.mongo.db["deliveries"].insert_one({**first, "state": "skipped"})
    since = world.clock() - timedelta(hours=1)
    endpoints.recover(world.deps, first["controller_id"], first["endpoint_id"], since)
    world.clock.ahead += timedelta(seconds=1)
    world.settle()
    world.clock.ahead += timedelta(seconds=61)
    world.settle()
    (row,) = world.rows("deliveries", _id=first["_id"])
    assert row["state"] == "delivered"


class SlowToPack:
    """Parcels, in the hands of one whose insert takes effect only when the lease is over: the
    primary hung, and the driver repeated the write on the next one."""

    def __init__(self, world: World) -> None:
        self.world, self.real = world, world.fanout.stores.parcels

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def add(self, parcel: StoredParcel) -> None:
        self.world.clock.ahead += timedelta(seconds=31)
        self.world.settle()
        self.real.add(parcel)


def test_a_parcel_that_comes_late_is_not_sent_once_more(world: World) -> None:
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    parcels: Any = SlowToPack(world)
    slow = replace(world.fanout, stores=replace(world.fanout.stores, parcels=parcels))
    slow.run_once()
    world.deliver()
    assert set(posts(world).values()) == {1}


class FailsOnce:
    def __init__(self, real: Any, name: str) -> None:
        self._real, self._name = real, name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name != self._name:
            return found
        self._name = ""

        def fail(*_: Any, **__: Any) -> None:
            raise AutoReconnect

        return fail


def test_a_parcel_that_could_not_be_opened_is_not_remembered_for_ever(world: World) -> None:
    announced(world)
    events: Any = FailsOnce(world.dispatcher.stores.events, "many")
    world.dispatcher.claims.stores = replace(world.dispatcher.stores, events=events)
    with pytest.raises(AutoReconnect):
        world.dispatcher.run_once()
    world.clock.ahead += timedelta(seconds=61)
    real = world.dispatcher.monotonic
    world.dispatcher.monotonic = world.dispatcher.claims.monotonic = lambda: real() + 61
    world.deliver()
    assert set(posts(world).values()) == {1}
    assert world.rows("parcels") == []
    assert world.dispatcher.claims.opened.held_at(float("-inf")) == []


def tried(dispatcher: Dispatcher) -> None:
    """What is due is taken and sent; what came of it is not stored yet."""
    dispatcher.claims.take(dispatcher.sender)
    dispatcher._depart()
    while dispatcher._flying:
        for outcome in dispatcher.sender.finished(0.05):
            dispatcher._arrive(outcome)


def test_of_two_outcomes_the_delivery_stays_on_record_and_not_the_failure(world: World) -> None:
    """One whose lease lapsed was told "no", the next one "yes", and the first one stores first."""
    announced(world, 1)
    world.receiver.answers["/c01"] = lambda number: (500 if number == 1 else 204, {})
    slow = tasks.make_dispatcher(settings(), world.deps.stores, world.clock)
    tried(slow)
    world.clock.ahead += timedelta(seconds=61)
    tried(world.dispatcher)
    slow._store()
    world.dispatcher._store()
    world.clock.ahead += timedelta(minutes=5)
    world.deliver()
    assert posts(world).total() == 2


def test_one_that_slept_over_its_lease_with_all_still_to_send_sends_it_once(world: World) -> None:
    """Nothing of the parcel has been sent: it waits in memory while the process is stopped."""
    announced(world)
    sleeper = world.dispatcher
    assert sleeper.claims.take(sleeper.sender) == 2
    real = sleeper.monotonic
    sleeper.monotonic = sleeper.claims.monotonic = lambda: real() + 61
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert set(posts(world).values()) == {1}
    assert sleeper.lost_claims == 0


def test_an_owner_who_changes_something_meanwhile_is_told_of_a_closed_address(
    world: World,
) -> None:
    world.customer("nordbo", 1)
    moved = {"$set": {"url": "https://10.0.0.1/hook"}}
    world.mongo.db["endpoints"].update_one({"controller_id": "org_nordbo"}, moved)
    (found,) = world.rows("endpoints")
    endpoints.send_example(world.deps, "org_nordbo", found["_id"], None)
    world.dispatcher.claims.take(world.dispatcher.sender)
    told = {"description": "ours"}
    endpoints.change(world.deps, "org_nordbo", found["_id"], found["revision"], told)
    world.deliver()
    world.clock.ahead += timedelta(minutes=10)
    world.deliver()
    assert world.rows("endpoints")[0]["health"]["failures"] == 2
    assert world.rows("events", type="webhook.disabling_soon")


def test_customers_with_very_many_endpoints_are_told(world: World) -> None:
    """The setting allows 10,000 endpoints for each customer."""
    world.customer("big", 1)
    (recipient,), (endpoint,) = world.rows("recipients"), world.rows("endpoints")
    many = [{**recipient, "_id": f"agr_{n:036}"} for n in range(100)]
    world.mongo.db["recipients"].insert_many(many)
    theirs = [{**endpoint, "_id": f"whe_{n:036}"} for n in range(450)]
    world.mongo.db["endpoints"].insert_many(theirs)
    world.tell(world.ledger.change("chg_1", 1))
    world.fan_out()
    assert world.rows("parcels")


def an_endpoint_between_two_tries(world: World) -> str:
    """A step of a fan-out dies, c07 gets its first endpoint, and the step is repeated."""
    with_customers(world)  # c07 has no endpoint.
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    assert dies(wired(world.fanout, Fuse(3, after=True)))  # Its messages are there, no more.
    endpoint_id, _ = world.endpoint("c07")
    world.clock.ahead += timedelta(seconds=31)
    world.fan_out()
    return endpoint_id


def test_who_gets_an_endpoint_between_two_tries_of_a_step_is_seen_in_its_parcel(
    world: World,
) -> None:
    an_endpoint_between_two_tries(world)
    event = world.deps.stores.events.notice_of("chg_1")
    assert event is not None
    page = evidence.page(world.deps, event, PageRequest(100, None))
    told = {each.agreement_id: each.outcome for each in page.items}
    assert told["agr_c07"] == "pending"


def test_who_gets_an_endpoint_between_two_tries_of_a_step_may_ask_for_all_and_gets_it_once(
    world: World,
) -> None:
    endpoint_id = an_endpoint_between_two_tries(world)
    since = world.clock() - timedelta(days=1)
    endpoints.recover(world.deps, "org_c07", endpoint_id, since)
    world.clock.ahead += timedelta(seconds=1)
    world.fan_out()
    world.deliver()
    got = Counter(each.message_id for each in world.receiver.at("/c07"))
    assert set(got.values()) == {1}


@pytest.mark.parametrize(("before", "after"), [(10, 20), (20, 10)])
def test_a_step_is_repeated_by_a_release_that_takes_longer_or_shorter_ones(
    world: World, before: int, after: int
) -> None:
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    assert dies(wired(replace(world.fanout, batch=before), Fuse(SENT_OFF, after=True)))
    world.clock.ahead += timedelta(seconds=31)
    world.fanout = replace(world.fanout, batch=after)
    world.settle()
    assert len(posts(world)) == CUSTOMERS - 1
    assert set(posts(world).values()) == {1}


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_has_nobody_told_twice(world: World, hours: int) -> None:
    """All of a parcel is in the air when the clock jumps."""
    announced(world)
    world.dispatcher.claims.take(world.dispatcher.sender)
    world.dispatcher._depart()
    world.clock.ahead += timedelta(hours=hours)
    world.deliver()
    world.clock.ahead -= timedelta(hours=hours)
    world.deliver()
    assert set(posts(world).values()) == {1}
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}
    assert world.rows("parcels") == []
