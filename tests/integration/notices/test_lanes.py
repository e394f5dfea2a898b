"""An endpoint that is slow, failing, or has much waiting delays nobody else."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.notices import tasks
from services.notices.dispatcher import EndpointLimits
from services.notices.model.deliveries import new_delivery
from shared.mongo import Mongo
from tests.integration.notices.world import Receiver, World, make_world, settings

BACKLOG = 3_000
HEALTHY = 40


@pytest.fixture
def slow_world(mongo: Mongo, receiver: Receiver) -> Iterator[World]:
    """A customer whose endpoint answers nothing until the test ends, and whose backlog was there
    first; and customers in good order."""
    world = make_world(mongo, receiver, in_flight=32, endpoint_in_flight=4, attempt_seconds=3)
    ended = threading.Event()
    receiver.answers["/slow"] = lambda _: (ended.wait(10), (204, {}))[1]
    names = ["slow", *(f"c{number}" for number in range(HEALTHY))]
    for number, name in enumerate(names, 1):
        world.customer(name, number)
    backlog(world, "slow", BACKLOG)
    world.tell(world.ledger.change("chg_1", len(names)))
    world.fan_out()
    yield world
    ended.set()


def backlog(world: World, name: str, count: int, lane: str = "first") -> None:
    """Deliveries that have been due for an hour."""
    (endpoint,) = world.deps.stores.endpoints.of_controllers([f"org_{name}"])[f"org_{name}"]
    (message, *_) = world.rows("messages", controller_id=f"org_{name}")
    due = world.clock() - timedelta(hours=1)
    world.deps.stores.deliveries.add_many(
        [
            new_delivery(f"dlv_{name}{n:06}", message["_id"], endpoint.id, f"org_{name}", due, lane)
            for n in range(count)
        ]
    )


def healthy(world: World) -> int:
    where = {"state": "delivered", "controller_id": {"$ne": "org_slow"}}
    return world.mongo.db["deliveries"].count_documents(where)


def test_it_works(slow_world: World) -> None:
    world = slow_world
    began = time.monotonic()
    while healthy(world) < HEALTHY:
        world.dispatcher.run_once()
        assert time.monotonic() - began < 2.5, "the slow endpoint delays the others"
    # It has its part of the places and no more, and what was pushed back counts as no attempt.
    assert len(world.receiver.at("/slow")) <= 4
    assert world.mongo.db["deliveries"].count_documents({"attempts": {"$ne": []}}) == HEALTHY


def test_its_backlog_waits_in_a_lane_of_its_own(slow_world: World) -> None:
    world = slow_world
    for _ in range(4):
        world.dispatcher.run_once()
    lanes = Counter(each["lane"] == each["endpoint_id"] for each in world.rows("deliveries"))
    assert lanes[True] >= BACKLOG - 4


def test_a_long_backlog_of_a_quick_endpoint_is_sent_whole(mongo: Mongo, receiver: Receiver) -> None:
    world = make_world(mongo, receiver, endpoint_in_flight=4, endpoint_rate=10_000)
    world.customer("nordbo", 1)
    backlog(world, "nordbo", 100)
    world.deliver()
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}
    assert len(receiver.got) == 100


def test_no_endpoint_gets_more_attempts_a_second_than_its_rate(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = make_world(mongo, receiver, endpoint_rate=10)
    world.customer("nordbo", 1)
    backlog(world, "nordbo", 100)
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        world.dispatcher.run_once()
    assert 10 <= len(receiver.got) <= 30


def test_dispatchers_side_by_side_divide_what_an_endpoint_may_take(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = make_world(mongo, receiver, endpoint_in_flight=8)
    world.customer("nordbo", 1)
    pair = [
        tasks.make_dispatcher(
            settings(endpoint_in_flight=8), world.deps.stores, world.clock, lambda: 2
        )
        for _ in range(2)
    ]
    backlog(world, "nordbo", 100)
    for each in pair:
        each._measure()
        each.claims.take(each.sender)
    for each in pair:
        each.claims.take(each.sender)
        assert len(each.claims.waiting) == 4


def test_each_of_many_dispatchers_may_send_one_at_a_time() -> None:
    assert EndpointLimits(8, 100).among(3) == EndpointLimits(2, 33)
    assert EndpointLimits(8, 100).among(200) == EndpointLimits(1, 1)


def test_what_fails_in_a_lane_of_its_own_leaves_it(mongo: Mongo, receiver: Receiver) -> None:
    """A look at such lanes meets only what is due, whoever has retries to come."""
    world = make_world(mongo, receiver, endpoint_in_flight=2)
    world.customer("nordbo", 1)
    receiver.answers["/nordbo"] = lambda _: (500, {})
    backlog(world, "nordbo", 10)
    world.deliver()
    assert {(each["state"], each["lane"]) for each in world.rows("deliveries")} == {
        ("pending", "second")
    }


def test_first_tries_that_are_never_answered_hold_up_nobody(
    mongo: Mongo, receiver: Receiver
) -> None:
    """Nobody knows yet which endpoints are dead, and there are more of them than places."""
    world = make_world(mongo, receiver, in_flight=16, attempt_seconds=15)
    ended = threading.Event()
    names = [f"{kind}{number}" for kind in ("dead", "well") for number in range(HEALTHY)]
    for number, name in enumerate(names, 1):
        world.customer(name, number)
        if name.startswith("dead"):
            receiver.answers[f"/{name}"] = lambda _: (ended.wait(30), (204, {}))[1]
    world.tell(world.ledger.change("chg_1", len(names)))
    world.fan_out()
    well = {"state": "delivered", "controller_id": {"$regex": "^org_well"}}
    began = time.monotonic()
    while world.mongo.db["deliveries"].count_documents(well) < HEALTHY:
        world.dispatcher.run_once()
        assert time.monotonic() - began < 8, "dead endpoints delay the others"
    cut = world.rows("deliveries", **{"attempts.code": "cut_short"})
    assert cut
    assert {(each["state"], each["lane"]) for each in cut} == {("pending", "second")}
    # Not to have been waited for is no failure, but it goes to the second lane from now on.
    tardy = world.mongo.db["endpoints"].find_one({"_id": cut[0]["endpoint_id"]})
    assert tardy is not None
    assert tardy["health"].get("failures", 0) == 0
    assert tardy["health"]["slow_until"] > world.clock()
    ended.set()
    world.clock.ahead += timedelta(seconds=10)
    world.deliver(20)
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}


def test_many_lanes_take_turns(mongo: Mongo, receiver: Receiver) -> None:
    world = make_world(mongo, receiver, in_flight=16, endpoint_in_flight=2)
    names = [f"c{number}" for number in range(40)]
    for number, name in enumerate(names, 1):
        world.customer(name, number)
        (endpoint,) = world.deps.stores.endpoints.of_controllers([f"org_{name}"])[f"org_{name}"]
        backlog(world, name, 5, lane=endpoint.id)
    world.deliver()
    assert Counter(each.path for each in receiver.got) == {f"/{name}": 5 for name in names}


def test_what_failed_waits_in_the_second_lane(world: World) -> None:
    world.customer("nordbo", 1)
    world.tell(world.ledger.change("chg_1", 1))
    world.fan_out()
    world.receiver.answers["/nordbo"] = lambda _: (500, {})
    assert world.delivery_of("nordbo")["lane"] == "first"
    world.deliver()
    assert world.delivery_of("nordbo")["lane"] == "second"


def test_what_is_new_for_an_endpoint_in_trouble_goes_straight_to_the_second_lane(
    world: World,
) -> None:
    world.customer("nordbo", 1)
    slow = {"$set": {"health.slow_until": world.clock() + timedelta(minutes=5)}}
    world.mongo.db["endpoints"].update_one({"controller_id": "org_nordbo"}, slow)
    world.tell(world.ledger.change("chg_1", 1))
    world.fan_out()
    assert world.delivery_of("nordbo")["lane"] == "second"
    world.deliver()
    assert world.delivery_of("nordbo")["state"] == "delivered"
