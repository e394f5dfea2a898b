"""When the instrument ends that carries transfers, every customer is told, once at each stage."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from services.registry import tasks
from shared.ledger import verify
from tests import builders
from tests.receiver import Receiver, receiving
from tests.stack import START, Stack, fresh_stack, until_rest
from tests.vendor import Vendor

PATH = "/registry/v1/instruments"


def new_instrument(stack: Stack, **more: Any) -> str:
    """An instrument of its own for one test, so that no other test's transfers rest on it."""
    body = {
        "id": f"scc-{uuid.uuid4().hex[:10]}", "kind": "scc", "regime": "EU", "name": "Clauses X",
        "article": "GDPR Art. 46(2)(c)", "destinations": "*", "valid_from": "2025-01-01",
        "requires": ["signed_on"], "sources": ["https://example.test"], "checked_on": "2026-11-20",
        **more,
    }  # fmt: skip
    made: str = stack.must(stack.admin, "POST", PATH, body)["id"]
    return made


def end(stack: Stack, instrument_id: str, days: int, revision: int = 1) -> None:
    """Record that the first day without effect is ``days`` from now."""
    ended_on = (stack.now + timedelta(days)).date().isoformat()
    answer = stack.ask(
        stack.admin, "PATCH", f"{PATH}/{instrument_id}",
        {"ended_on": ended_on, "ended_by": "C-9/26"}, headers={"If-Match": f'"r{revision}"'},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def provider(*instrument_ids: str, name: str = "Chennai Support", **more: Any) -> dict[str, Any]:
    mechanisms = [
        {"instrument_id": each, "role": "fallback" if number else "primary",
         "evidence": {**builders.evidence_of_scc(), "signed_on": "2026-11-10"}}
        for number, each in enumerate(instrument_ids)
    ]  # fmt: skip
    place = {"country": "IN", "kind": "storage", "mechanisms": mechanisms}
    return builders.sub_processor(legal_name=name, country="IN", locations=[place], **more)


def adopt(vendor: Vendor, *entries: dict[str, Any], since: str = "2026-11-15") -> None:
    vendor.must("POST", "/baseline", {"valid_from": since, "sub_processors": list(entries)})


def told(vendor: Vendor) -> list[tuple[str, int, int]]:
    return [
        (each["type"].removeprefix("transfer."), each["data"]["stage"], each["data"]["days_left"])
        for each in vendor.ledger()
        if each["type"].startswith("transfer.")
    ]


def days_pass(vendor: Vendor, days: int) -> None:
    vendor.stack.pass_time(days=days)
    vendor.stack.forget_tokens()
    vendor.stack.go_live()


@pytest.fixture(scope="module")
def own_stack(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Stack]:
    """A product of its own: these tests let months pass, which its loops remember."""
    with fresh_stack(mongo_url, mongo_client) as made:
        yield made


@pytest.fixture
def stack(own_stack: Stack) -> Stack:
    own_stack.now = START
    own_stack.forget_tokens()
    return own_stack


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def test_customers_are_told_90_30_and_7_days_before_and_on_the_day(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, 91)
    vendor.stack.go_live()
    assert told(vendor) == []

    for _ in range(92):
        days_pass(vendor, 1)

    assert told(vendor) == [
        ("basis_ending", 90, 90),
        ("basis_ending", 30, 30),
        ("basis_ending", 7, 7),
        ("basis_lost", 0, 0),
    ]
    assert verify(vendor.ledger()) is None


def test_what_is_told_names_the_instrument_and_what_remains(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument), provider(instrument, "scc-2021-914", name="Saved Ltd"))
    end(vendor.stack, instrument, 20)

    vendor.stack.go_live()

    data = vendor.ledger()[-1]["data"]
    last_day = (vendor.today + timedelta(19)).isoformat()
    assert data["instrument"] == {
        "id": instrument, "name": "Clauses X", "last_day": last_day, "ended_by": "C-9/26",
        "name_by_language": {"en": "Clauses X"},
    }  # fmt: skip
    assert (data["stage"], data["days_left"], data["without_basis"]) == (30, 20, 1)
    remaining = {each["sub_processor"]["legal_name"]: each["remaining"]
                 for each in data["transfers"]}  # fmt: skip
    assert remaining == {
        "Chennai Support": {"status": "invalid", "lawful": False, "instrument_id": instrument,
                            "regime": "EU", "by_regime": []},
        "Saved Ltd": {"status": "valid", "lawful": True, "instrument_id": "scc-2021-914",
                      "regime": "EU", "by_regime": []},
    }  # fmt: skip
    assert data["processor"]["slug"] == vendor.slug


def test_after_standstill_only_the_most_urgent_stage_is_told(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, 100)

    days_pass(vendor, 95)
    vendor.stack.go_live()
    days_pass(vendor, 30)

    assert told(vendor) == [("basis_ending", 7, 5), ("basis_lost", 0, 0)]


def test_an_end_recorded_late_is_told_as_lost_and_nothing_else(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, -3)

    vendor.stack.go_live()
    vendor.stack.go_live()

    assert told(vendor) == [("basis_lost", 0, 0)]


def test_an_instrument_that_expires_by_its_own_date_is_told_of_too(vendor: Vendor) -> None:
    expires_on = (vendor.today + timedelta(6)).isoformat()
    instrument = new_instrument(vendor.stack, expires_on=expires_on)
    adopt(vendor, provider(instrument))

    vendor.stack.go_live()
    days_pass(vendor, 7)

    assert told(vendor) == [("basis_ending", 7, 7), ("basis_lost", 0, 0)]


def test_an_end_that_is_moved_is_told_anew(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, 20)
    vendor.stack.go_live()

    end(vendor.stack, instrument, 25, revision=2)
    vendor.stack.go_live()

    assert told(vendor) == [("basis_ending", 30, 20), ("basis_ending", 30, 25)]


def test_where_another_basis_carries_the_transfer_nothing_is_told(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    unproven = provider(instrument, name="Unproven Ltd")
    unproven["locations"][0]["mechanisms"][0]["evidence"] = {}
    adopt(vendor, provider("scc-2021-914", instrument), unproven)
    end(vendor.stack, instrument, 5)

    vendor.stack.go_live()

    assert told(vendor) == []


def test_a_change_that_sees_to_it_in_time_ends_the_telling(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, 80)
    vendor.stack.go_live()
    entry = vendor.must("GET", "/sub-processors")["items"][0]

    vendor.announced(40, kind="modify", sub_processor_id=entry["id"],
                     sub_processor=provider("scc-2021-914"))  # fmt: skip
    for _ in range(9):
        days_pass(vendor, 10)

    assert told(vendor) == [("basis_ending", 90, 80)]


def test_a_register_adopted_after_the_loss_is_no_news(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack, ended_on="2026-06-01")
    adopt(vendor, provider(instrument), since="2025-06-01")

    vendor.stack.go_live()

    assert told(vendor) == []


def test_an_entry_added_after_a_stage_is_told_for_itself(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, 60)
    vendor.stack.go_live()
    days_pass(vendor, 0)

    vendor.announced(5, sub_processor=provider(instrument, name="Later Ltd"))
    days_pass(vendor, 6)

    assert told(vendor) == [("basis_ending", 90, 60), ("basis_ending", 90, 54)]
    names = [each["sub_processor"]["legal_name"]
             for each in vendor.ledger()[-1]["data"]["transfers"]]  # fmt: skip
    assert names == ["Later Ltd"]


def test_the_day_is_that_of_the_processor(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider(instrument))
    end(vendor.stack, instrument, 1)
    vendor.stack.now = vendor.stack.now.replace(hour=22, minute=59)
    vendor.stack.go_live()
    assert told(vendor) == [("basis_ending", 7, 1)]

    vendor.stack.pass_time(minutes=1)
    vendor.stack.go_live()

    assert told(vendor)[-1] == ("basis_lost", 0, 0)


def test_several_clocks_at_once_tell_once(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, *(provider(instrument, name=f"Provider {n}") for n in range(5)))
    vendor.customer("nordbo")
    end(vendor.stack, instrument, 5)

    def run(_: int) -> None:
        until_rest(lambda: tasks.run_clock(vendor.stack.registry))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))

    assert told(vendor) == [("basis_ending", 7, 5)]
    assert len(vendor.ledger()[-1]["data"]["transfers"]) == 5
    assert verify(vendor.ledger()) is None


def test_a_long_list_is_told_in_parts_that_a_message_can_hold(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, *(provider(instrument, name=f"{'Å' * 290} {n}") for n in range(40)))
    end(vendor.stack, instrument, 5)

    vendor.stack.go_live()

    parts = [each["data"] for each in vendor.ledger() if each["type"].startswith("transfer.")]
    assert len(parts) > 1
    assert sum(len(each["transfers"]) for each in parts) == 40
    assert all(len(json.dumps(each, ensure_ascii=False).encode()) < 18_000 for each in parts)


def test_every_query_goes_by_an_index(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, *(provider(instrument, name=f"Provider {n}") for n in range(5)))
    rows = vendor.stack.registry.mongo.db["rows"]
    names = {"content.locations.mechanisms.instrument_id": instrument, "voided_at": None}
    asked: list[tuple[dict[str, Any], str]] = [
        ({**names, "processor_id": {"$gt": ""}}, "processor_id"),
        ({"sub_processor_id": "sub_1"}, "recorded_at"),
    ]
    for where, order in asked:
        plan = rows.find(where).sort(order, 1).limit(1).explain()["queryPlanner"]["winningPlan"]
        assert "IXSCAN" in str(plan)
        assert "'SORT'" not in str(plan)


def test_each_customer_gets_one_message_a_stage(vendor: Vendor, receiver: Receiver) -> None:
    stack = vendor.stack
    instrument = new_instrument(stack)
    adopt(vendor, provider(instrument))
    vendor.publish()
    for name in ("nordbo", "lillebror"):
        customer = vendor.customer(name)
        body = {"url": f"{receiver.url}/{vendor.slug}/{name}", "processors": [],
                "event_types": ["transfer.basis_ending", "transfer.basis_lost"]}  # fmt: skip
        stack.must(customer, "POST", "/portal/v1/webhook-endpoints", body)
    end(stack, instrument, 5)

    stack.settle()
    stack.settle()
    days_pass(vendor, 5)
    stack.settle()

    for name, customer in vendor.customers.items():
        got = [json.loads(each.body) for each in receiver.at(f"/{vendor.slug}/{name}")]
        assert [each["type"] for each in got] == ["transfer.basis_ending", "transfer.basis_lost"]
        assert got[0]["data"]["agreement_id"] == customer["agreement_id"]
        assert got[0]["data"]["instrument"]["id"] == instrument
        assert got[0]["data"]["links"]["page"].endswith(f"/p/{vendor.slug}")
        assert "notice" not in got[0]["data"]


def test_a_customer_without_an_endpoint_can_pull_what_was_told(vendor: Vendor) -> None:
    stack = vendor.stack
    instrument = new_instrument(stack)
    adopt(vendor, provider(instrument))
    customer = vendor.customer("nordbo")
    end(stack, instrument, 5)

    stack.settle()
    stack.pass_time(seconds=1)
    items = stack.must(customer, "GET", "/portal/v1/events")["items"]

    told = [each for each in items if each["type"] == "transfer.basis_ending"]
    assert [each["data"]["instrument"]["id"] for each in told] == [instrument]
