"""When the database fails at any write, the same fan-out goes on as soon as it answers again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from services.notices.fan_out.loop import LEASE, FanOut
from services.notices.use_cases import endpoints
from tests.integration.notices.test_fanout_killed import (
    CUSTOMERS,
    Fuse,
    assert_sent_once,
    assert_told_once,
    wired,
    with_customers,
)
from tests.integration.notices.world import World


def failing(fanout: FanOut, at: int, *, after: bool) -> FanOut:
    """It finds the database gone at the n-th write, once."""
    return wired(fanout, Fuse(at, after=after, error=AutoReconnect))


def fails(fanout: FanOut) -> bool:
    try:
        while fanout.run_once():
            pass
    except AutoReconnect:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_it_works(world: World, after: bool) -> None:
    """Every write in turn, before or after it has taken effect; no clock is moved."""
    with_customers(world)
    number, failed = 0, True
    while failed:
        number += 1
        world.tell(world.ledger.change(f"chg_{number}", CUSTOMERS))
        fanout = failing(replace(world.fanout, batch=10), number, after=after)
        failed = fails(fanout)
        assert not (failed and fails(fanout))
        assert_told_once(world, f"chg_{number}")
    assert number > 8
    assert_sent_once(world, number * (CUSTOMERS - 1))


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_recovery_goes_on_too(world: World, after: bool) -> None:
    world.tell(world.ledger.agreement("nordbo", 1))
    for number in range(1, 8):
        world.tell(world.ledger.change(f"chg_{number}", 1))
    world.fan_out()
    missed = {each["_id"] for each in world.rows("messages")}
    small, since = replace(world.fanout, batch=3), world.clock() - timedelta(days=1)
    at, failed = 0, True
    while failed:
        at += 1
        endpoint_id, _ = world.endpoint("nordbo", url=f"{world.receiver.url}/{at}")
        endpoints.recover(world.deps, "org_nordbo", endpoint_id, since)
        fanout = failing(small, at, after=after)
        failed = fails(fanout)
        assert not (failed and fails(fanout))
        world.deliver(60)
        sent = Counter(each.message_id for each in world.receiver.at(f"/{at}"))
        assert sent == dict.fromkeys(missed, 1)
        world.mongo.db["endpoints"].delete_one({"_id": endpoint_id})
    assert at > 5


def test_while_the_database_is_away_nothing_is_forgotten(world: World) -> None:
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    fanout = failing(world.fanout, 3, after=False)
    assert fails(fanout)
    real, away = fanout.stores, failing(world.fanout, 1, after=False)
    fanout.stores = away.stores
    assert fails(fanout)
    fanout.stores = real
    assert not fails(fanout)
    assert_told_once(world, "chg_1")


def test_a_job_that_somebody_else_has_meanwhile_is_not_given_back(world: World) -> None:
    with_customers(world)
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    fanout = failing(world.fanout, 3, after=False)
    assert fails(fanout)
    world.clock.ahead += LEASE + timedelta(seconds=1)
    now = world.clock()
    theirs = world.deps.stores.jobs.claim("theirs", now, now + LEASE)
    assert theirs is not None
    assert not fanout.run_once()
    assert world.deps.stores.jobs.find(theirs.id) == theirs


def test_giving_back_goes_by_an_index(world: World) -> None:
    database = world.mongo.db
    world.tell(world.ledger.agreement("nordbo", 1))
    database.command("profile", 2)
    try:
        world.deps.stores.jobs.give_back("claim_1", world.clock())
    finally:
        database.command("profile", 0)
    (asked,) = database["system.profile"].find({"op": "update", "ns": {"$regex": "[.]jobs$"}})
    assert asked["planSummary"].startswith("IXSCAN { due_at")
