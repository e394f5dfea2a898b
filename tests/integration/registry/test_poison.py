"""What the registry's clock cannot do for one vendor is set aside; the others have their days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from services.registry.tasks import run_clock
from shared.failures import FailedJobs
from tests.integration.registry.test_bases import adopt, end, new_instrument, provider, told
from tests.stack import START, Stack, fresh_stack, until_rest
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

# As many changes as one round of the clock takes.
A_ROUND = 100


@pytest.fixture
def stack(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Stack]:
    """A product of its own for each test: what is spoilt here would be met by every other."""
    with fresh_stack(mongo_url, mongo_client) as made:
        assert made.now == START
        yield made


def vendors(stack: Stack, count: int = 2) -> list[Vendor]:
    """In the order in which sweeps come to them."""
    clients = [
        new_client(stack, f"vendor{number}", ["processor"], PROCESSOR_SCOPES)
        for number in range(count)
    ]
    clients.sort(key=lambda each: str(each["org_id"]))
    return [Vendor(stack, each, each["slug"]) for each in clients]


def spoil(stack: Stack, collection: str, name: str, member: str) -> None:
    """Take away a member without which it cannot be read."""
    docs = stack.database("registry").db[collection]
    assert docs.update_one({"_id": name}, {"$unset": {member: ""}}).modified_count == 1


def long_enough(stack: Stack) -> None:
    """Until whatever fails each time has been set aside."""
    for _ in range(14):
        until_rest(lambda: run_clock(stack.registry))
        stack.now += timedelta(minutes=6)
    stack.forget_tokens()


def set_aside(stack: Stack) -> list[str]:
    failed = FailedJobs(stack.database("registry")).all()
    return [each.job for each in failed if each.is_set_aside]


def status_of(vendor: Vendor, change: dict[str, Any]) -> Any:
    changes = vendor.stack.database("registry").db["changes"]
    found = changes.find_one({"_id": change["id"]})
    assert found is not None
    return found["status"]


def test_a_change_that_cannot_be_read_lets_the_next_have_its_effect(stack: Stack) -> None:
    [vendor] = vendors(stack, 1)
    bad, good = vendor.announced(40), vendor.announced(41)
    spoil(stack, "changes", bad["id"], "kind")
    stack.now += timedelta(days=42)

    long_enough(stack)

    assert status_of(vendor, good) == "in_effect"
    assert set_aside(stack) == [bad["id"]]
    changes = stack.database("registry").db["changes"]
    changes.update_one({"_id": bad["id"]}, {"$set": {"kind": "add"}})
    read = vendor.must("GET", f"/changes/{bad['id']}")["set_aside"]
    assert read["reason"].startswith("It failed 12 times in a row")
    listed = vendor.must("GET", "/changes")["items"]
    assert {each["id"]: each["set_aside"] for each in listed} == {bad["id"]: read, good["id"]: None}


def test_changes_of_a_register_that_cannot_be_read_let_those_of_others_have_their_effect(
    stack: Stack,
) -> None:
    first, second = vendors(stack)
    bad, good = first.announced(40), second.announced(41)
    spoil(stack, "registers", str(first.client["org_id"]), "time_zone")
    stack.now += timedelta(days=42)

    long_enough(stack)

    assert status_of(second, good) == "in_effect"
    assert bad["id"] in set_aside(stack)


def test_a_register_that_cannot_be_read_lets_the_customers_of_others_know_of_a_basis_that_ends(
    stack: Stack,
) -> None:
    first, second = vendors(stack)
    instrument = new_instrument(stack)
    for each in (first, second):
        adopt(each, provider(instrument))
    end(stack, instrument, 20)
    first_id = str(first.client["org_id"])
    spoil(stack, "registers", first_id, "time_zone")

    long_enough(stack)

    assert [stage for _, stage, _ in told(second)] == [30]
    assert set_aside(stack) == [f"basis:{instrument}:{first_id}"]


def test_a_stream_that_cannot_be_signed_lets_the_next_be(stack: Stack) -> None:
    first, second = vendors(stack)
    for each in (first, second):
        each.announced()
    streams = [f"processor:{each.client['org_id']}" for each in (first, second)]
    spoil(stack, "ledger_heads", streams[0], "hash")

    long_enough(stack)

    items = second.must("GET", "/checkpoints")["items"]
    assert len(items) == 1
    assert set_aside(stack) == [f"checkpoint:{streams[0]}"]


def test_changes_of_zones_where_the_day_has_not_come_hide_none_where_it_has(stack: Stack) -> None:
    """At noon UTC the day has come in Auckland, and in Los Angeles it has not."""
    first, second = vendors(stack)
    registers = stack.database("registry").db["registers"]
    for vendor, zone in ((first, "America/Los_Angeles"), (second, "Pacific/Auckland")):
        vendor.announced(41)
        where = {"_id": vendor.client["org_id"]}
        assert registers.update_one(where, {"$set": {"time_zone": zone}}).modified_count == 1
    changes = stack.database("registry").db["changes"]
    mine = changes.find_one({"processor_id": first.client["org_id"]})
    theirs = changes.find_one({"processor_id": second.client["org_id"]})
    assert mine is not None
    assert theirs is not None
    # Announced earlier, and so before the other in the order of what is due.
    earlier = {**mine, "announced_at": mine["announced_at"] - timedelta(hours=1)}
    changes.insert_many([{**earlier, "_id": f"chg_{n:03}"} for n in range(A_ROUND + 1)])
    stack.now = (START + timedelta(days=40)).replace(hour=12)

    until_rest(lambda: run_clock(stack.registry))

    found = {each["_id"]: each["status"] for each in changes.find()}
    assert found.pop(theirs["_id"]) == "in_effect"
    assert set(found.values()) == {"announced"}
