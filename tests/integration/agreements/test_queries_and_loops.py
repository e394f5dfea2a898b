"""The loops tell and end what they should, and read nothing when nothing is due."""

from __future__ import annotations

import threading
from typing import Any

from services.agreements.settings import Settings
from services.agreements.tasks import loops
from shared.failures import Failures
from shared.loops import run
from shared.mongo import Mongo
from shared.relay import Relay
from tests.builders import common_settings
from tests.integration.agreements.office import VENDOR, Office


def test_an_idle_round_of_the_clock_examines_nothing(office: Office) -> None:
    for _ in range(3):
        office.active(products=[str(_)])
    where = {"due_on": {"$gt": "", "$lte": "2026-11-22"}}
    assert office.deps.agreements.due(office.clock().date(), 10) == []
    told = office.deps.mongo.db["agreements"].find(where).sort("due_on", 1).explain()
    assert told["executionStats"]["totalKeysExamined"] == 0


def test_the_relay_brings_each_entry_once_and_in_order(office: Office) -> None:
    agreement_id = office.active()
    brought: list[dict[str, Any]] = []
    relay = Relay(
        office.deps.mongo,
        office.deps.ledger,
        "notices",
        brought.extend,
        Failures(office.deps.mongo, "a.relay", office.deps.now),
    )
    assert relay.run_once()
    assert not relay.run_once()
    assert [each["sequence"] for each in brought] == [1, 2, 3, 4, 5]
    last = brought[-1]
    assert (last["type"], last["data"]["recipients_version"]) == ("agreement.activated", 1)
    assert last["private"]["contacts"][0]["email"] == "ida@nordbo.test"
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    relay.run_once()
    assert brought[-1]["data"]["status"] == "terminated"


def test_the_loops_survive_that_nobody_listens(
    office: Office, mongo_url: str, database_name: str
) -> None:
    office.active()
    found = loops(Settings(common_settings(mongo_url, database_name)))
    names = ["agreements.relay", "agreements.clock", "agreements.imports",
             "agreements.rollouts"]  # fmt: skip
    assert [each.name for each in found] == names
    stop = threading.Event()
    worker = threading.Thread(target=run, args=(found, stop))
    worker.start()
    beats = Mongo(office.deps.mongo.client, f"{database_name}_agreements").db["loops"]
    waited = threading.Event()
    while beats.count_documents({}) < 2:
        waited.wait(0.02)
    stop.set()
    worker.join(timeout=10)
    assert not worker.is_alive()
