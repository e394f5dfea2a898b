"""Deliveries are retried, bounded, fenced; one endpoint's trouble is its own."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notices import tasks
from services.notices.channels.webhook import Outcome, Outgoing
from services.notices.channels.webhook.schedule import WAITS
from services.notices.dispatcher import Lease
from services.notices.use_cases import deliveries, endpoints
from shared.mongo import Mongo
from shared.settings import SettingsError
from tests.integration.notices.world import Receiver, World, make_world, settings


def announced(world: World, *names: str) -> dict[str, str]:
    secrets = {name: world.customer(name, number) for number, name in enumerate(names, 1)}
    world.tell(world.ledger.change("chg_1", len(names)))
    world.fan_out()
    return secrets


def through_the_schedule(world: World) -> None:
    """Each attempt in its time, and once more after the last."""
    for wait in (*WAITS, 1):
        world.clock.ahead += timedelta(seconds=1.25 * wait)
        world.deliver()


def test_it_works(world: World) -> None:
    (secret,) = announced(world, "nordbo").values()
    world.receiver.answers["/nordbo"] = lambda number: (500 if number == 1 else 200, {})
    world.deliver()
    assert world.delivery_of("nordbo")["state"] == "pending"
    world.clock.ahead += timedelta(seconds=7)
    world.deliver()

    row = world.delivery_of("nordbo")
    assert (row["state"], row["attempt"]) == ("delivered", 2)
    assert [(each["n"], each["status"], each["code"]) for each in row["attempts"]] == [
        (1, 500, "http_500"),
        (2, 200, None),
    ]
    first, second = world.receiver.got
    assert first.body == second.body
    assert first.message_id == second.message_id
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 5
    assert world.verified(secret, second)


def test_after_the_last_attempt_a_delivery_is_failed_and_stays_visible(world: World) -> None:
    announced(world, "nordbo")
    world.receiver.answers["/nordbo"] = lambda _: (500, {})
    through_the_schedule(world)
    row = world.delivery_of("nordbo")
    assert (row["state"], len(row["attempts"])) == ("failed", 10)
    assert "due_at" not in row


def test_410_disables_the_endpoint_and_what_follows_is_kept_for_it(world: World) -> None:
    announced(world, "nordbo")
    world.receiver.answers["/nordbo"] = lambda number: (410 if number == 1 else 204, {})
    world.deliver()
    (endpoint,) = world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
    assert endpoint.disabled_reason == "gone"
    world.tell(world.ledger.change("chg_2", 1))
    world.settle()
    assert [each["state"] for each in world.rows("deliveries")] == ["held", "held"]

    endpoints.enable(world.deps, "org_nordbo", endpoint.id, skip_backlog=False)
    world.deliver()
    assert [each["state"] for each in world.rows("deliveries")] == ["delivered", "delivered"]


def test_the_backlog_of_a_disabled_endpoint_can_be_skipped(world: World) -> None:
    announced(world, "nordbo")
    world.receiver.answers["/nordbo"] = lambda _: (410, {})
    world.deliver()
    (endpoint,) = world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
    endpoints.enable(world.deps, "org_nordbo", endpoint.id, skip_backlog=True)
    world.deliver()
    assert world.delivery_of("nordbo")["state"] == "skipped"
    assert len(world.receiver.got) == 1


def test_a_deleted_endpoint_ends_its_deliveries(world: World) -> None:
    announced(world, "nordbo")
    (endpoint,) = world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
    endpoints.remove(world.deps, "org_nordbo", endpoint.id, endpoint.revision)
    world.deliver()
    assert world.delivery_of("nordbo")["state"] == "abandoned"
    assert world.receiver.got == []


def test_a_message_that_is_no_more_ends_its_deliveries(world: World) -> None:
    announced(world, "nordbo", "fine")
    world.unpack()
    gone = world.delivery_of("nordbo")["message_id"]
    world.mongo.db["messages"].delete_one({"_id": gone})
    world.deliver()
    (orphan,) = world.rows("deliveries", message_id=gone)
    assert orphan["state"] == "abandoned"
    assert world.delivery_of("fine")["state"] == "delivered"


def test_a_broken_endpoint_costs_the_others_nothing(world: World) -> None:
    announced(world, "broken", "fine")
    sealed = {"$set": {"secrets.0.sealed": b"nonsense"}}
    world.mongo.db["endpoints"].update_one({"controller_id": "org_broken"}, sealed)
    world.deliver()
    assert world.delivery_of("fine")["state"] == "delivered"
    broken = world.delivery_of("broken")
    assert broken["state"] == "pending"
    assert broken["attempts"][0]["code"] == "secret_unreadable"


def test_every_live_secret_signs_during_a_rotation(world: World) -> None:
    (old,) = announced(world, "nordbo").values()
    (endpoint,) = world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
    _, fresh = endpoints.rotate(world.deps, "org_nordbo", endpoint.id, 24)
    world.deliver()
    (received,) = world.receiver.got
    assert world.verified(old, received) == world.verified(fresh, received)
    assert len(received.headers["webhook-signature"].split()) == 2


def test_a_dispatcher_that_comes_too_late_changes_nothing(world: World) -> None:
    announced(world, "nordbo")
    world.unpack()
    now = world.clock()
    (row,) = world.deps.stores.deliveries.claim("first", now, now + timedelta(seconds=60), 10)
    assert world.deps.stores.deliveries.claim("second", now, now + timedelta(seconds=60), 10) == []
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    late = world.dispatcher
    late.claims._prepare([row], late.claims._texts_for, late.claims._new_claim())
    late._depart()
    world.deliver()
    delivered = world.delivery_of("nordbo")
    assert (delivered["state"], len(delivered["attempts"])) == ("delivered", 1)
    assert late.lost_claims == 1
    assert len({each.message_id for each in world.receiver.got}) == 1


def test_two_dispatchers_at_once_never_send_the_same_delivery_twice(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = make_world(mongo, receiver)
    announced(world, *(f"c{number}" for number in range(120)))
    others = [tasks.make_dispatcher(settings(), world.deps.stores, world.clock) for _ in range(3)]

    def work(dispatcher: Any) -> None:
        while dispatcher.run_once():
            pass

    threads = [threading.Thread(target=work, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    world.deliver()
    counts = Counter(each.message_id for each in receiver.got)
    assert len(counts) == 120
    assert set(counts.values()) == {1}
    assert all(len(each["attempts"]) == 1 for each in world.rows("deliveries"))


def test_a_test_message_goes_to_that_endpoint_alone(world: World) -> None:
    world.customer("nordbo", 1)
    endpoint_id, secret = world.endpoint("nordbo", url=f"{world.receiver.url}/second")
    delivery_id = endpoints.send_example(world.deps, "org_nordbo", endpoint_id, None)
    world.deliver()
    (received,) = world.receiver.got
    assert received.path == "/second"
    assert world.verified(secret, received)["type"] == "webhook.test"
    assert deliveries.get(world.deps, "org_nordbo", delivery_id).row["state"] == "delivered"


def test_recovery_brings_what_failed_and_what_came_before_the_endpoint(world: World) -> None:
    announced(world, "nordbo")
    world.receiver.answers["/nordbo"] = lambda _: (500, {})
    through_the_schedule(world)
    world.receiver.answers.clear()
    endpoint_id, _ = world.endpoint("nordbo", url=f"{world.receiver.url}/second")
    (first,) = [
        each.id
        for each in world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
        if each.id != endpoint_id
    ]
    since = world.clock() - timedelta(days=60)
    for each in (first, endpoint_id):
        endpoints.recover(world.deps, "org_nordbo", each, since)
    world.settle()
    kinds = {(each.path, each.json["type"]) for each in world.receiver.got[10:]}
    assert kinds == {
        ("/nordbo", "agreement.activated"),
        ("/nordbo", "sub_processor.change.announced"),
        ("/second", "agreement.activated"),
        ("/second", "sub_processor.change.announced"),
    }
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}


class BrokenThenWhole:
    """A database that fails once in the middle of a round."""

    def __init__(self, real: Any, method: str) -> None:
        self._real, self._method, self.failed = real, method, False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if name != self._method or self.failed:
            return real

        def fail(*args: Any, **kwargs: Any) -> Any:
            self.failed = True
            raise ConnectionError("the database is away")

        return fail


@pytest.mark.parametrize("method", ["claim", "complete"])
def test_a_fault_of_the_database_loses_nothing(world: World, method: str) -> None:
    announced(world, "nordbo")
    broken = BrokenThenWhole(world.deps.stores.deliveries, method)
    object.__setattr__(world.dispatcher.stores, "deliveries", broken)
    with pytest.raises(ConnectionError):
        world.deliver()
    world.deliver()
    row = world.delivery_of("nordbo")
    assert (row["state"], len(row["attempts"])) == ("delivered", 1)
    assert len(world.receiver.got) == 1


def test_a_delivery_whose_lease_grows_short_is_left_for_the_next_claim(world: World) -> None:
    class Full:
        in_flight, free = 0, 1

        def crowded(self, url: str) -> bool:
            return False

        def cut_short(self, limit: int) -> None:
            pass

        def submit(self, outgoing: Outgoing) -> None:
            raise AssertionError("it must not be sent")

        def finished(self, wait: float = 0.0) -> list[Outcome]:
            return []

        def close(self) -> None:
            pass

    announced(world, "nordbo")
    world.unpack()
    world.dispatcher.sender = Full()
    now = world.clock()
    rows = world.deps.stores.deliveries.claim("mine", now, now + timedelta(seconds=60), 10)
    short = replace(
        world.dispatcher.claims._new_claim(), monotonic_end=world.dispatcher.monotonic() + 20
    )
    claims = world.dispatcher.claims
    claims._prepare(rows, claims._texts_for, short)
    world.dispatcher._depart()
    row = world.delivery_of("nordbo")
    assert row["state"] == "pending"
    assert "claim" not in row
    assert row["due_at"] <= world.clock()


def test_a_delivery_is_dated_by_the_end_of_its_answer(world: World) -> None:
    announced(world, "nordbo")
    held = threading.Event()

    def slowly(_: int) -> tuple[int, dict[str, str]]:
        held.wait(0.3)
        return 204, {}

    world.receiver.answers["/nordbo"] = slowly
    world.deliver()
    row = world.delivery_of("nordbo")
    (attempt,) = row["attempts"]
    took = timedelta(milliseconds=attempt["duration_ms"])
    assert took >= timedelta(seconds=0.3)
    assert row["delivered_at"] == attempt["at"] + took


def test_a_dispatcher_that_is_stopped_ends_what_is_in_the_air_and_gives_back_the_rest(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = make_world(mongo, receiver, in_flight=2)
    announced(world, "a", "b", "c", "d")
    answering = threading.Event()
    for name in "abcd":
        receiver.answers[f"/{name}"] = lambda _: (answering.wait(5), (204, {}))[1]
    world.dispatcher.run_once()
    threading.Timer(0.2, answering.set).start()
    world.dispatcher.drain()

    rows = world.rows("deliveries")
    assert sorted(each["state"] for each in rows) == ["delivered"] * 2 + ["pending"] * 2
    waiting = [each for each in rows if each["state"] == "pending"]
    assert all(each["due_at"] <= world.clock() for each in waiting)
    assert all("claim" not in each and each["attempts"] == [] for each in waiting)
    assert len(receiver.got) == 2


def test_a_lease_shorter_than_twice_the_limit_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="ART28_LEASE_SECONDS"):
        settings(lease_seconds=30, attempt_seconds=15)
    with pytest.raises(ValueError, match="lease"):
        Lease(30, 15)


def test_an_idle_poll_examines_no_key(world: World) -> None:
    later = world.clock() + timedelta(days=1)
    rows = [
        {"_id": f"dlv_{number}", "state": "pending", "lane": "first", "due_at": later}
        for number in range(5_000)
    ] + [{"_id": f"dlv_done{number}", "state": "delivered"} for number in range(5_000)]
    world.mongo.db["deliveries"].insert_many(rows)
    due = {"lane": "first", "due_at": {"$lte": world.clock()}}
    found = world.mongo.db["deliveries"].find(due, {"_id": 1}).sort("due_at", 1).limit(100)
    stats = found.explain()["executionStats"]
    assert stats["totalKeysExamined"] == 0
    assert stats["totalDocsExamined"] == 0
