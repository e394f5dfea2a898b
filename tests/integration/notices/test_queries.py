"""Every query of notices goes by an index, as the database itself tells."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.notices.asking import Door
from tests.integration.notices.world import World


def test_it_works(door: Door, open_world: World) -> None:
    database = open_world.mongo.db
    database.command("profile", 2)
    try:
        ask_for_everything(door, open_world)
    finally:
        database.command("profile", 0)
    seen = list(database["system.profile"].find({"ns": {"$regex": "^[^.]+[.](?!system)"}}))
    asked = {each["ns"].split(".", 1)[1] for each in seen}
    assert {"recipients", "endpoints", "events", "jobs", "messages", "deliveries"} <= asked
    scans = [
        (each["ns"], each.get("command"))
        for each in seen
        if "COLLSCAN" in each.get("planSummary", "")
    ]
    assert scans == []


def ask_for_everything(door: Door, world: World) -> None:
    world.customer("nordbo", 1)
    world.tell(world.ledger.change("chg_1", 1))
    world.tell(world.ledger.change("chg_1", 1, "withdrawn"))
    world.settle()
    ask, vendor = door.customer("nordbo"), door.vendor()
    (endpoint,) = ask("GET", "/webhook-endpoints").json["items"]
    path = f"/webhook-endpoints/{endpoint['id']}"
    since = {"since": (world.clock() - timedelta(days=1)).isoformat()}
    answers = [
        ask("GET", f"{path}/deliveries"),
        ask("GET", f"{path}/deliveries?status=failed"),
        ask("GET", f"{path}/deliveries?status=delivered"),
        ask("POST", f"{path}/test"),
        ask("POST", f"{path}/recover", since),
        ask("POST", f"{path}/enable", {}),
        ask("GET", "/events"),
        ask("GET", "/notices"),
        ask("GET", "/notices?change_id=chg_1"),
        ask("POST", "/notices/chg_1/acknowledgement"),
        ask("GET", "/notice-contacts"),
        vendor("GET", "/changes/chg_1/evidence"),
        vendor("GET", "/changes/chg_1/evidence", Accept="text/csv"),
        vendor("GET", "/reachability"),
    ]
    assert [each.status_code for each in answers if each.status_code >= 300] == []
    world.settle()
