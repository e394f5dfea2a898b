"""Before evidence, a review or a certificate falls due, its vendor is reminded, once a stage."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry import tasks
from services.registry.use_cases.reminders import remind
from tests import builders
from tests.receiver import Receiver
from tests.stack import Stack, until_rest
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _new_round(stack: Stack) -> None:
    """Tests share an hour, and its round over all registers is done once."""
    stack.database("registry").db["reminder_rounds"].delete_many({})


def entry(due_on: date, **more: Any) -> Json:
    made = builders.sub_processor(**more)
    made["locations"][0]["mechanisms"][0]["evidence"]["due_on"] = str(due_on)
    del made["locations"][0]["mechanisms"][1]["evidence"]["tia_review_on"]
    return made


def adopt(vendor: Vendor, *entries: Json) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": list(entries)})


def told(vendor: Vendor) -> list[Json]:
    """What the vendor was told, in order, as notices gets it."""
    ledger = vendor.stack.registry.ledger
    stream = f"reminders:{vendor.client['org_id']}"
    entries = ledger.entries(stream)
    return [
        {"type": each.type, **each.data, **(ledger.private_part(each) or {})} for each in entries
    ]


def days_told(vendor: Vendor) -> list[int]:
    return [each["days_left"] for each in told(vendor)]


def day_by_day(vendor: Vendor, days: int) -> None:
    for _ in range(days):
        vendor.stack.go_live()
        vendor.stack.pass_time(days=1)


def test_it_comes_sixty_thirty_and_seven_days_before(vendor: Vendor) -> None:
    adopt(vendor, entry(vendor.today + timedelta(62)))

    day_by_day(vendor, 66)

    assert days_told(vendor) == [60, 30, 7]


def test_it_says_what_falls_due_where_and_when(vendor: Vendor) -> None:
    due_on = vendor.today + timedelta(30)
    adopt(vendor, entry(due_on))

    vendor.stack.go_live()

    [reminder] = told(vendor)
    [listed] = vendor.must("GET", "/sub-processors")["items"]
    assert reminder["type"] == "evidence.due"
    assert reminder["sub_processor"] == {"id": listed["id"], "legal_name": "Mailer Inc."}
    assert reminder["location"] == {
        "country": "US", "region": None, "organisation": None, "kind": "storage",
    }  # fmt: skip
    assert (reminder["instrument_id"], reminder["evidence"]) == ("eu-us-dpf", "due_on")
    assert (reminder["due_on"], reminder["days_left"]) == (str(due_on), 30)
    assert set(reminder["instrument_name_by_language"]) >= {"en"}
    assert reminder["processor"]["slug"] == vendor.slug


def test_a_review_is_reminded_of_like_evidence(vendor: Vendor) -> None:
    made = entry(vendor.today + timedelta(300))
    review = str(vendor.today + timedelta(7))
    made["locations"][0]["mechanisms"][1]["evidence"]["tia_review_on"] = review
    adopt(vendor, made)

    vendor.stack.go_live()

    assert [(each["evidence"], each["due_on"]) for each in told(vendor)] == [
        ("tia_review_on", review)
    ]


def test_after_a_time_without_a_clock_only_the_nearest_stage_is_told(vendor: Vendor) -> None:
    adopt(vendor, entry(vendor.today + timedelta(100)))
    vendor.stack.go_live()
    vendor.stack.pass_time(days=95)

    day_by_day(vendor, 3)

    assert days_told(vendor) == [5]


def test_nothing_is_told_once_the_day_has_passed(vendor: Vendor) -> None:
    adopt(vendor, entry(vendor.today - timedelta(1)), entry(vendor.today, legal_name="Last Inc."))

    day_by_day(vendor, 3)

    assert days_told(vendor) == [0]


def test_new_evidence_begins_anew(vendor: Vendor) -> None:
    adopt(vendor, entry(vendor.today + timedelta(60)))
    vendor.stack.go_live()
    [listed] = vendor.must("GET", "/sub-processors")["items"]
    renewed = entry(vendor.today + timedelta(90))
    vendor.announced(40, kind="modify", sub_processor_id=listed["id"], sub_processor=renewed)

    day_by_day(vendor, 95)

    # The old day is 60 and 30 days away before the change takes effect; then the new one counts.
    assert days_told(vendor) == [60, 30, 50, 30, 7]


def test_the_day_is_that_of_the_vendor(stack: Stack) -> None:
    """At 11:30 in London it is the next day in Auckland already."""
    stack.now = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    days = {}
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        client = new_client(stack, "far", ["processor"], PROCESSOR_SCOPES, time_zone=zone)
        far = Vendor(stack, client, client["slug"])
        adopt(far, entry(date(2027, 1, 23)))
        stack.go_live()
        days[zone] = days_told(far)
    assert days == {"Pacific/Auckland": [60], "America/Los_Angeles": []}


def test_two_clocks_at_once_tell_it_once(vendor: Vendor) -> None:
    adopt(vendor, *(entry(vendor.today + timedelta(30), legal_name=f"N{n} Inc.") for n in range(5)))
    deps = vendor.stack.registry

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: until_rest(lambda: remind(deps)), range(2)))

    assert len(told(vendor)) == 5


def test_a_register_that_fails_keeps_no_other_from_being_told(
    stack: Stack, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt(vendor, entry(vendor.today + timedelta(30)))
    client = new_client(stack, "broken", ["processor"], PROCESSOR_SCOPES)
    broken = Vendor(stack, client, client["slug"])
    adopt(broken, entry(vendor.today + timedelta(30)))
    get = stack.registry.stores.registers.get

    def fails(processor_id: str, *more: Any) -> Any:
        if processor_id == client["org_id"]:
            raise RuntimeError("This register cannot be read.")
        return get(processor_id, *more)

    monkeypatch.setattr(stack.registry.stores.registers, "get", fails)
    stack.go_live()
    assert (days_told(vendor), days_told(broken)) == ([30], [])

    monkeypatch.undo()
    stack.pass_time(hours=2)
    stack.go_live()
    assert days_told(broken) == [30]


def test_a_transaction_that_fails_leaves_nothing_and_is_done_again(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt(vendor, entry(vendor.today + timedelta(30)))
    deps = vendor.stack.registry

    def fails(*_: Any, **__: Any) -> Any:
        raise RuntimeError("The ledger cannot be written.")

    with monkeypatch.context() as broken:
        broken.setattr(type(deps.ledger), "append", fails)
        until_rest(lambda: remind(deps))
    assert told(vendor) == []

    vendor.stack.pass_time(hours=2)
    vendor.stack.go_live()
    assert days_told(vendor) == [30]


def test_nothing_of_it_is_public(vendor: Vendor, stack: Stack) -> None:
    adopt(vendor, entry(vendor.today + timedelta(30)))
    before = vendor.ask("GET", "").json
    stack.go_live()

    assert len(told(vendor)) == 1
    assert "evidence.due" not in [each["type"] for each in vendor.ledger()]
    assert vendor.ask("GET", "").json["updated_at"] == before["updated_at"]
    assert "evidence.due" not in stack.ask(None, "GET", f"/p/{vendor.slug}/ledger.jsonl").text


def test_notices_takes_the_entry_in(vendor: Vendor, stack: Stack) -> None:
    adopt(vendor, entry(vendor.today + timedelta(30)))
    stack.go_live()
    stack.relay()

    heads = stack.database("registry").db["ledger_heads"]
    head = heads.find_one({"_id": f"reminders:{vendor.client['org_id']}"})
    assert head is not None
    assert head["pending"] == []


def test_the_vendor_hears_of_it_by_its_own_webhook(
    vendor: Vendor, stack: Stack, inbox: Receiver
) -> None:
    adopt(vendor, entry(vendor.today + timedelta(30)))
    path = f"/reminded-{vendor.slug}"
    stack.must(vendor.client, "POST", "/notices/v1/webhook-endpoints", {"url": inbox.url + path})

    stack.settle()
    stack.settle()

    [message] = [json.loads(each.body) for each in inbox.at(path)]
    assert message["type"] == "evidence.due"
    assert message["data"]["sub_processor"]["legal_name"] == "Mailer Inc."
    assert (message["data"]["evidence"], message["data"]["days_left"]) == ("due_on", 30)


def ended(vendor: Vendor, months: int) -> str:
    """An entry whose last day was yesterday, and whose data may be kept for so long."""
    length = {"value": months, "unit": "months"}
    periods = [{"what": {"en": "Logs"}, "length": length}]
    made = builders.sub_processor(retention_periods=periods, locations=[])
    adopt(vendor, made)
    [listed] = vendor.must("GET", "/sub-processors")["items"]
    vendor.announced(1, kind="remove", sub_processor_id=listed["id"], sub_processor=None)
    vendor.stack.pass_time(days=1)
    vendor.stack.settle()
    return str(listed["id"])


@pytest.mark.usefixtures("told_at_once")
def test_a_confirmation_of_deletion_is_reminded_of_until_it_is_overdue(vendor: Vendor) -> None:
    sub_id = ended(vendor, 3)

    day_by_day(vendor, 100)

    assert [each["evidence"] for each in told(vendor)] == ["deletion_confirmation"] * 4
    assert days_told(vendor) == [60, 30, 7, -1]
    assert {each["sub_processor"]["id"] for each in told(vendor)} == {sub_id}


@pytest.mark.usefixtures("told_at_once")
def test_what_is_confirmed_is_not_reminded_of(vendor: Vendor) -> None:
    sub_id = ended(vendor, 1)
    body = {"kind": "deleted", "confirmed_on": str(vendor.today), "confirmed_by": "Kim Roe"}
    before = days_told(vendor)
    vendor.must("POST", f"/sub-processors/{sub_id}/deletion", body)

    day_by_day(vendor, 40)

    assert days_told(vendor) == before


def test_the_clock_of_the_registry_reminds(vendor: Vendor) -> None:
    adopt(vendor, entry(vendor.today + timedelta(7)))
    until_rest(lambda: tasks.run_clock(vendor.stack.registry))
    assert days_told(vendor) == [7]
