"""First tries leave in parcels: claimed by one write, and lost by nobody's death."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notices import tasks
from services.notices.dispatcher import Dispatcher
from services.notices.dispatcher.claims import MIN_READY
from services.notices.model.deliveries import new_delivery
from services.notices.model.parcels import new_parcel, turn_of, unpacked
from services.notices.model.stored import StoredParcel
from tests.integration.notices.world import World, settings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CUSTOMERS = 12
NAMES = [f"c{number:02}" for number in range(1, CUSTOMERS + 1)]


def announced(world: World) -> None:
    for number, name in enumerate(NAMES, 1):
        world.customer(name, number)
    world.deliver()
    world.receiver.got.clear()
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    world.fan_out()


def another(world: World) -> Dispatcher:
    return tasks.make_dispatcher(settings(), world.deps.stores, world.clock)


def taken(world: World) -> StoredParcel:
    """The parcel, claimed by somebody who then does nothing for it."""
    now = world.clock()
    parcel = world.dispatcher.stores.parcels.take("dead", now, now + timedelta(seconds=60))
    assert parcel is not None
    return parcel


def posts(world: World) -> Counter[str]:
    return Counter(each.message_id for each in world.receiver.got)


def assert_told_once(world: World) -> None:
    assert len(posts(world)) == CUSTOMERS
    assert set(posts(world).values()) == {1}
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}
    assert world.rows("parcels") == []


def test_it_works(world: World) -> None:
    announced(world)
    assert len(world.rows("parcels")) == 1
    assert world.rows("deliveries") == []
    world.deliver()
    assert_told_once(world)
    for each in world.rows("deliveries"):
        assert not {"claim", "unstored", "due_at"} & set(each)


def test_nobody_else_sends_from_a_parcel_that_is_claimed(world: World) -> None:
    announced(world)
    taken(world)
    world.deliver()
    assert posts(world) == Counter()


def test_a_parcel_whose_dispatcher_died_is_sent_by_the_next_one(world: World) -> None:
    announced(world)
    taken(world)
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert_told_once(world)


def test_of_a_parcel_that_was_half_sent_only_the_rest_is_sent(world: World) -> None:
    announced(world)
    parcel = taken(world)
    done = [{**each, "state": "delivered"} for each in unpacked(parcel["items"])[:5]]
    world.mongo.db["deliveries"].insert_many(done)
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert len(posts(world)) == CUSTOMERS - 5
    assert world.rows("parcels") == []


def test_a_parcel_of_which_nothing_is_left_is_cleared_away(world: World) -> None:
    announced(world)
    parcel = taken(world)
    done = [{**each, "state": "delivered"} for each in unpacked(parcel["items"])]
    world.mongo.db["deliveries"].insert_many(done)
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert posts(world) == Counter()
    assert world.rows("parcels") == []


def test_a_dispatcher_whose_parcel_lapsed_changes_nothing_any_more(world: World) -> None:
    announced(world)
    slow = another(world)
    assert slow.claims.take(slow.sender) == CUSTOMERS
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert_told_once(world)
    while slow.run_once():
        pass
    assert slow.lost_claims == CUSTOMERS
    # One extra POST for the one lapse, with the same id and no second attempt on record.
    assert set(posts(world).values()) == {2}
    assert all(len(each["attempts"]) == 1 for each in world.rows("deliveries", state="delivered"))


def test_a_dispatcher_that_ends_gives_its_parcel_back(world: World) -> None:
    announced(world)
    ending = another(world)
    ending.claims.take(ending.sender)
    ending.drain()
    assert world.rows("parcels") == []
    world.deliver()
    assert_told_once(world)


def test_what_fails_leaves_the_parcel_and_is_tried_again_by_itself(world: World) -> None:
    announced(world)
    world.receiver.answers["/c03"] = lambda number: (500 if number == 1 else 204, {})
    world.deliver()
    assert world.rows("parcels") == []
    waiting = world.delivery_about("c03", "chg_1")
    assert (waiting["state"], waiting["lane"]) == ("pending", "second")
    world.clock.ahead += timedelta(seconds=10)
    world.deliver()
    assert world.delivery_about("c03", "chg_1")["state"] == "delivered"


def test_of_a_disabled_endpoint_it_is_held_and_not_sent(world: World) -> None:
    announced(world)
    off = {"$set": {"disabled_at": world.clock(), "disabled_reason": "failing"}}
    world.mongo.db["endpoints"].update_one({"controller_id": "org_c05"}, off)
    world.deliver()
    assert world.delivery_about("c05", "chg_1")["state"] == "held"
    assert world.rows("parcels") == []
    assert len(posts(world)) == CUSTOMERS - 1


def parcel(name: str, started: timedelta, told: int) -> StoredParcel:
    """The next one of a job that began so long after the others, and has told so many."""
    row = new_delivery(f"dlv_{name}", f"msg_{name}", f"whe_{name}", "org_1", NOON)
    message: Any = {"_id": f"msg_{name}", "event_id": f"evt_{name}", "extra": ""}
    return new_parcel(f"pcl_{name}", [message], [row], NOON, turn_of(NOON + started, told))


def test_what_goes_to_few_passes_what_is_left_of_what_goes_to_many_but_not_for_ever(
    world: World,
) -> None:
    parcels = world.dispatcher.stores.parcels
    for each in (
        parcel("many", timedelta(), 5_000),
        parcel("few", timedelta(seconds=3), 0),
        parcel("few_later", timedelta(seconds=6), 0),
    ):
        parcels.add(each)
    taken = [parcels.take("mine", NOON, NOON + timedelta(seconds=60)) for _ in range(4)]
    assert [each["_id"] if each else None for each in taken] == [
        "pcl_few", "pcl_many", "pcl_few_later", None,
    ]  # fmt: skip


def test_one_who_has_enough_to_send_leaves_parcels_to_others(world: World) -> None:
    announced(world)
    anything: Any = object()
    world.dispatcher.claims.waiting.extend([anything] * MIN_READY)
    assert world.dispatcher.claims.take(world.dispatcher.sender) == 0
    world.dispatcher.claims.waiting.clear()
    world.deliver()
    assert_told_once(world)
