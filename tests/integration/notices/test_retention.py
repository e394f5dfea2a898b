"""What is old goes in small batches; evidence stays as long as it may be needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notices import tasks
from services.notices.retention import Retention
from services.notices.use_cases import endpoints
from tests.integration.notices.world import World, make_world, settings


def upkeep(world: World) -> Retention:
    return tasks.make_retention(settings(), world.deps.stores, world.clock)


def finish(retention: Retention) -> None:
    for _ in range(50):
        if not retention.run_once():
            return
    raise AssertionError("the upkeep never came to rest")


def kinds(world: World) -> list[str]:
    return sorted(each["type"] for each in world.rows("messages"))


@pytest.fixture
def told(world: World) -> World:
    """A customer who was told of its agreement and of a change, both delivered."""
    world.customer("nordbo", 1)
    world.tell(world.ledger.change("chg_1", 1))
    world.settle()
    return world


def test_it_works(told: World) -> None:
    told.clock.ahead += timedelta(days=399)
    finish(upkeep(told))
    assert len(kinds(told)) == 2
    told.clock.ahead += timedelta(days=2)
    finish(upkeep(told))
    assert kinds(told) == ["sub_processor.change.announced"]
    assert told.delivery_of("nordbo")["state"] == "delivered"


def test_evidence_goes_when_its_agreement_has_been_over_for_long(told: World) -> None:
    told.clock.ahead += timedelta(days=4_000)
    finish(upkeep(told))
    assert kinds(told) == ["sub_processor.change.announced"]

    told.tell(told.ledger.agreement("nordbo", 2, "terminated"))
    told.settle()
    told.clock.ahead += timedelta(days=1_824)
    finish(upkeep(told))
    assert "sub_processor.change.announced" in kinds(told)
    told.clock.ahead += timedelta(days=2)
    finish(upkeep(told))
    assert kinds(told) == []
    assert told.rows("deliveries") == []


def test_what_was_not_delivered_is_evidence_too(world: World) -> None:
    world.customer("nordbo", 1)
    world.receiver.answers["/nordbo"] = lambda _: (410, {})
    (endpoint,) = world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
    endpoints.send_example(world.deps, "org_nordbo", endpoint.id, None)
    world.deliver()
    world.clock.ahead += timedelta(days=800)
    finish(upkeep(world))
    assert kinds(world) == ["webhook.test"]
    assert world.delivery_of("nordbo")["state"] == "held"


def test_it_goes_through_everything_in_small_batches(world: World) -> None:
    world.customer("nordbo", 1)
    (endpoint,) = world.deps.stores.endpoints.of_controllers(["org_nordbo"])["org_nordbo"]
    for _ in range(7):
        endpoints.send_example(world.deps, "org_nordbo", endpoint.id, None)
    world.deliver()
    world.clock.ahead += timedelta(days=500)
    retention = upkeep(world)
    retention.batch = 2
    rounds = sum(1 for _ in iter(retention.run_once, False))
    assert rounds >= 3
    assert kinds(world) == []


def test_what_was_left_held_for_an_open_endpoint_is_released(told: World) -> None:
    """As after a death between opening an endpoint and releasing what it held."""
    told.mongo.db["deliveries"].update_many({}, {"$set": {"state": "held"}})
    finish(upkeep(told))
    told.deliver()
    assert told.delivery_of("nordbo")["state"] == "delivered"
    assert len(told.receiver.got) == 2


def test_secrets_are_sealed_anew_when_the_key_has_changed(world: World) -> None:
    """Before, during and after: no message goes unsigned; then the old key is not needed."""
    world.customer("nordbo", 1)
    old, new = world.deps.settings.common, b"n" * 32

    def with_keys(first: bytes, *older: bytes) -> World:
        keys = {"secrets_key": first, "older_keys": older}
        return make_world(world.mongo, world.receiver, world.clock, **keys)

    during = with_keys(new, old.secrets_key)
    announce(during, "chg_1")
    finish(tasks.make_retention(during.deps.settings, world.deps.stores, world.clock))
    after = with_keys(new)
    announce(after, "chg_2")
    assert [each["state"] for each in world.rows("deliveries")] == ["delivered"] * 2
    assert [each["attempts"][0]["code"] for each in world.rows("deliveries")] == [None] * 2
    announce(with_keys(old.secrets_key), "chg_3")
    assert world.rows("deliveries")[-1]["attempts"][0]["code"] == "secret_unreadable"


def announce(world: World, change_id: str) -> None:
    number = world.mongo.db["events"].count_documents({"type": "sub_processor.change.announced"})
    world.ledger.heads["processor:org_vendor"] = number
    world.tell(world.ledger.change(change_id, 1))
    world.settle()
