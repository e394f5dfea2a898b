"""A delivery whose parcel is gone is found by the upkeep and sent all the same, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.notices import tasks
from services.notices.model.jobs import CHECKED_AFTER
from services.notices.retention.orphans import ORPHANED, OrphanSweep
from services.notices.store.orphans import Look, Orphans, Packer
from services.notices.use_cases import endpoints
from shared.mongo import Mongo
from tests.integration.notices.world import World, ago, settings

NAMES = [f"c{number:02}" for number in range(1, 7)]


class Watched(Orphans):
    """It remembers how many rows each look was at."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo)
        self.looks: list[int] = []

    def look(self, job: Packer, after: str, limit: int) -> Look:
        found = super().look(job, after, limit)
        self.looks.append(found.rows)
        return found


def sweeping(world: World, rows: int = 5_000) -> tuple[OrphanSweep, Watched]:
    orphans = Watched(world.mongo)
    return OrphanSweep(orphans, world.deps.deliveries, world.clock, rows), orphans


@pytest.fixture
def told(world: World) -> World:
    """Six customers of whom each has a first try in a parcel; its job is checked by and by."""
    for number, name in enumerate(NAMES, 1):
        world.customer(name, number)
    world.deliver()
    world.receiver.got.clear()
    world.mongo.db["jobs"].update_many({}, {"$unset": {"check_at": ""}})
    world.tell(world.ledger.change("chg_1", len(NAMES)))
    world.fan_out()
    return world


def lose(world: World) -> None:
    assert world.mongo.db["parcels"].delete_many({}).deleted_count == 1


def posts(world: World) -> Counter[str]:
    return Counter(each.message_id for each in world.receiver.got)


def waits_alone(world: World) -> int:
    return len(world.rows("deliveries", due_at={"$exists": True}))


def test_it_works(told: World) -> None:
    lose(told)
    upkeep, before = tasks.make_retention(settings(), told.mongo, told.clock), count()
    upkeep.run_once()
    told.deliver()
    assert posts(told) == Counter()
    told.clock.ahead += CHECKED_AFTER
    with capture_logs() as logs:
        upkeep.run_once()
    (line,) = [each for each in logs if each["event"] == "delivery.orphaned"]
    assert (line["log_level"], line["count"], line["parcels"]) == ("error", len(NAMES), 1)
    assert count() - before == len(NAMES)
    told.deliver()
    assert len(posts(told)) == len(NAMES)
    assert set(posts(told).values()) == {1}
    assert {each["state"] for each in told.rows("deliveries")} == {"delivered"}


def count() -> float:
    (metric,) = ORPHANED.collect()
    return next(each.value for each in metric.samples if each.name.endswith("_total"))


def test_of_a_parcel_that_is_gone_only_what_is_open_is_sent(told: World) -> None:
    first, *others = told.rows("deliveries", state="pending")
    done = {"$set": {"state": "delivered"}, "$unset": {"claim": "", "seat": ""}}
    told.mongo.db["deliveries"].update_one({"_id": first["_id"]}, done)
    lose(told)
    told.clock.ahead += CHECKED_AFTER
    sweeping(told)[0].step()
    assert waits_alone(told) == len(others)


def test_what_is_in_a_live_parcel_is_left_alone_and_looked_at_later(told: World) -> None:
    sweep, orphans = sweeping(told)
    told.clock.ahead += CHECKED_AFTER
    assert not sweep.step()
    assert not sweep.step()
    assert (orphans.looks, waits_alone(told)) == ([len(NAMES)], 0)
    lose(told)
    told.clock.ahead += CHECKED_AFTER
    sweep.step()
    assert (orphans.looks, waits_alone(told)) == ([len(NAMES)] * 2, len(NAMES))


def test_a_parcel_that_was_claimed_twice_is_known_by_what_it_carries(told: World) -> None:
    now = told.clock()
    for token in ("dead", "claim_2"):
        parcel = told.dispatcher.stores.parcels.take(token, now, now)
    assert parcel is not None
    told.deps.deliveries.stamp([each[0] for each in parcel["items"]], "claim_2")
    told.clock.ahead += CHECKED_AFTER
    sweeping(told)[0].step()
    assert waits_alone(told) == 0
    lose(told)
    told.clock.ahead += CHECKED_AFTER
    sweeping(told)[0].step()
    assert waits_alone(told) == len(NAMES)


def test_a_job_that_began_in_the_same_millisecond_may_be_packing_yet(told: World) -> None:
    lose(told)
    told.clock.ahead += CHECKED_AFTER
    (job,) = told.rows("jobs", check_at={"$exists": True})
    twin = {"_id": "job_twin", "kind": "tell", "due_at": told.clock(), "claim": "other"}
    told.mongo.db["jobs"].insert_one({**twin, "started_at": job["started_at"]})
    sweep, _ = sweeping(told)
    sweep.step()
    assert waits_alone(told) == 0
    told.mongo.db["jobs"].delete_one({"_id": "job_twin"})
    told.clock.ahead += CHECKED_AFTER
    sweep.step()
    assert waits_alone(told) == len(NAMES)


def test_nothing_is_looked_at_twice(told: World) -> None:
    told.deliver()
    told.clock.ahead += CHECKED_AFTER
    (one, ones), (other, others) = sweeping(told), sweeping(told)
    one.step()
    other.step()
    told.clock.ahead += timedelta(days=1)
    one.step()
    other.step()
    assert (ones.looks, others.looks) == ([len(NAMES)], [])
    assert told.rows("jobs", check_at={"$exists": True}) == []


def test_whoever_dies_in_the_middle_leaves_the_rest_to_the_next_one(told: World) -> None:
    lose(told)
    told.clock.ahead += CHECKED_AFTER
    assert sweeping(told, rows=2)[0].step()
    assert waits_alone(told) == 2
    sweep, orphans = sweeping(told)
    assert not sweep.step()
    assert orphans.looks == []
    told.clock.ahead += CHECKED_AFTER
    sweep.step()
    assert waits_alone(told) == len(NAMES)


def test_many_rows_are_looked_through_in_steps(told: World) -> None:
    model = told.delivery_about("c01", "chg_1")
    start = model["_id"][:16]
    rows = [{**model, "_id": f"{start}{n:024x}", "message_id": f"msg_{n}"} for n in range(2_000)]
    told.mongo.db["deliveries"].insert_many(rows)
    lose(told)
    told.clock.ahead += CHECKED_AFTER
    sweep, orphans = sweeping(told, rows=500)
    assert [sweep.step() for _ in range(5)] == [True, True, True, True, False]
    assert orphans.looks == [500, 500, 500, 500, len(NAMES)]
    assert waits_alone(told) == 2_000 + len(NAMES)


def test_a_job_that_retention_has_removed_is_no_trouble(told: World) -> None:
    told.clock.ahead += CHECKED_AFTER
    sweep, _ = sweeping(told, rows=2)
    sweep.step()
    for name in ("jobs", "messages", "deliveries"):
        told.mongo.db[name].delete_many({})
    assert not sweep.step()
    assert not sweep.step()


def test_what_a_recovery_gives_again_is_not_packed_and_not_looked_at(told: World) -> None:
    endpoint = told.deps.endpoints.of_controllers(["org_c01"])["org_c01"][0]
    endpoints.recover(told.deps, "org_c01", endpoint.id, ago(days=1))
    told.fan_out()
    (job,) = told.rows("jobs", kind="recover")
    assert "done_at" in job
    assert "check_at" not in job


def test_every_question_goes_by_an_index(told: World) -> None:
    database = told.mongo.db
    told.clock.ahead += CHECKED_AFTER
    taken = told.dispatcher.stores.parcels.take("dead", told.clock(), told.clock())
    assert taken is not None
    told.deps.deliveries.stamp([each[0] for each in taken["items"][:3]], "dead")
    database["deliveries"].update_one({"state": "pending"}, {"$set": {"claim": "nobody"}})
    database.command("profile", 2)
    try:
        sweeping(told, rows=4)[0].step()
    finally:
        database.command("profile", 0)
    seen = list(database["system.profile"].find({"ns": {"$regex": "^[^.]+[.](?!system)"}}))
    assert {"jobs", "parcels", "deliveries"} <= {each["ns"].split(".", 1)[1] for each in seen}
    plans: list[Mapping[str, Any]] = [each for each in seen if "planSummary" in each]
    assert [each for each in plans if "COLLSCAN" in each["planSummary"]] == []
    assert max(each.get("docsExamined", 0) for each in plans) <= len(NAMES)
