"""One row that cannot be read, of whatever kind, is set aside and shown; the others go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.notices import tasks
from shared.failures import FailedJobs
from tests.integration.notices.post import PERSONS, MailWorld
from tests.integration.notices.test_poison import long_enough, set_aside
from tests.integration.notices.test_retention import finish
from tests.integration.notices.world import World, settings


def spoil(world: World, collection: str, name: str, **members: Any) -> None:
    docs = world.mongo.db[collection]
    assert docs.update_one({"_id": name}, {"$set": members}).modified_count == 1


@pytest.fixture
def mailed(by_mail: MailWorld) -> MailWorld:
    """Two customers who get a notice by mail; what they had before has been settled."""
    for number, name in enumerate(("lund", "nordbo"), 1):
        by_mail.agreement(name, number, "email", contacts=PERSONS[:1])
    by_mail.settle()
    by_mail.announce("chg_1", 2)
    by_mail.world.settle()
    return by_mail


def test_a_mail_whose_message_cannot_be_read_holds_up_no_other(mailed: MailWorld) -> None:
    mailed.watch()
    [bad] = mailed.mails(controller_id="org_lund", state="pending")
    spoil(mailed.world, "messages", bad["message_id"], extra=None, event_id={})

    long_enough(mailed.world, mailed.send)

    assert len(mailed.mails(controller_id="org_nordbo", state="delivered")) == 1
    assert len(mailed.mails(controller_id="org_lund", state="pending")) == 1
    assert set_aside(mailed.world.mongo) == [bad["_id"]]


def test_a_message_that_cannot_be_looked_at_holds_up_no_other(mailed: MailWorld) -> None:
    bad = mailed.notice("lund")
    spoil(mailed.world, "messages", bad["_id"], notice={"spoilt": True})

    long_enough(mailed.world, mailed.watch)

    assert [each["controller_id"] for each in mailed.mails(kind=bad["type"])] == ["org_nordbo"]
    assert set_aside(mailed.world.mongo) == [bad["_id"]]


@pytest.fixture
def packed(world: World) -> World:
    """Two changes of which a customer is told, each in a parcel of its own."""
    world.customer("nordbo", 1)
    world.deliver()
    world.tell(world.ledger.change("chg_bad", 1), world.ledger.change("chg_good", 1))
    world.fan_out()
    assert len(world.rows("parcels")) == 2
    # Leases lapse as that clock goes which the test moves.
    for each in (world.dispatcher, world.dispatcher.claims):
        each.monotonic = lambda: world.clock().timestamp()
    return world


def changes_told(world: World) -> list[Any]:
    return [
        each.json["data"]["change_id"]
        for each in world.receiver.got
        if "change_id" in each.json["data"]
    ]


def message_about(world: World, change_id: str) -> dict[str, Any]:
    [found] = world.rows("messages", change_id=change_id)
    return found


def test_a_parcel_that_cannot_be_opened_holds_up_no_other(packed: World) -> None:
    name = message_about(packed, "chg_bad")["parcel"]
    items = packed.mongo.db["parcels"].find_one({"_id": name})["items"]  # type: ignore[index]
    spoil(packed, "parcels", name, items=[["of another form"]])

    long_enough(packed, packed.deliver)

    assert changes_told(packed) == ["chg_good"]
    assert set_aside(packed.mongo) == [name]

    # Nothing of it is lost.
    spoil(packed, "parcels", name, items=items)
    FailedJobs(packed.mongo, packed.clock).revive("notices.dispatcher", name)
    packed.deliver()
    assert changes_told(packed) == ["chg_good", "chg_bad"]


@pytest.mark.parametrize("in_parcels", [True, False])
def test_a_delivery_whose_event_cannot_be_read_holds_up_no_other(
    packed: World, in_parcels: bool
) -> None:
    if not in_parcels:
        packed.unpack()
    bad = message_about(packed, "chg_bad")
    packed.mongo.db["events"].update_one({"_id": bad["event_id"]}, {"$unset": {"head": ""}})
    [delivery] = packed.deliveries(change_id="chg_bad")

    long_enough(packed, packed.deliver)

    assert changes_told(packed) == ["chg_good"]
    assert set_aside(packed.mongo) == [delivery["_id"]]


@pytest.fixture
def old(world: World) -> World:
    """Two customers whose agreements have been over for long, and what each was told."""
    for number, name in enumerate(("lund", "nordbo"), 1):
        world.customer(name, number)
    world.tell(world.ledger.change("chg_1", 2))
    world.settle()
    for number, name in enumerate(("lund", "nordbo"), 3):
        world.tell(world.ledger.agreement(name, number, "terminated"))
    world.settle()
    world.clock.ahead += timedelta(days=4_000)
    return world


def test_what_is_old_goes_though_one_agreement_cannot_be_read(old: World) -> None:
    spoil(old, "recipients", "agr_lund", ended_at="0 long ago")
    retention = tasks.make_retention(settings(), old.deps.stores, old.clock)

    finish(retention)

    left = {each["controller_id"] for each in old.rows("messages", notice={"$ne": None})}
    assert left == {"org_lund"}
    failed = {each.job for each in FailedJobs(old.mongo).all()}
    kept = {each["_id"] for each in old.rows("messages", controller_id="org_lund")}
    assert failed
    assert failed <= kept


def test_a_recipient_that_cannot_be_read_is_kept_alone(old: World) -> None:
    old.mongo.db["messages"].delete_many({})
    old.mongo.db["recipients"].update_one({"_id": "agr_lund"}, {"$unset": {"controller_id": ""}})

    finish(tasks.make_retention(settings(), old.deps.stores, old.clock))

    assert [each["_id"] for each in old.rows("recipients")] == ["agr_lund"]
    assert [each.job for each in FailedJobs(old.mongo).all()] == ["agr_lund"]


def test_an_endpoint_that_cannot_be_read_keeps_no_other_held(world: World) -> None:
    """Both were left held by a process that died half-way."""
    for number, name in enumerate(("lund", "nordbo"), 1):
        world.customer(name, number)
    world.tell(world.ledger.change("chg_1", 2))
    world.fan_out()
    world.unpack()
    world.mongo.db["deliveries"].update_many({}, {"$set": {"state": "held"}})
    [bad] = world.rows("endpoints", controller_id="org_lund")
    world.mongo.db["endpoints"].update_one({"_id": bad["_id"]}, {"$unset": {"url": ""}})
    retention = tasks.make_retention(settings(), world.deps.stores, world.clock)

    long_enough(world, lambda: finish(retention))

    states = {each["controller_id"]: each["state"] for each in world.rows("deliveries")}
    assert states == {"org_lund": "held", "org_nordbo": "pending"}
    assert set_aside(world.mongo) == [bad["_id"]]
