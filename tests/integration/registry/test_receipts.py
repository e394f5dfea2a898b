"""Agreements that count from the receipt: nothing begins for a customer before its real days."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.registry.test_objecting import object_to
from tests.receiver import Receiver, receiving
from tests.vendor import Vendor

Json = dict[str, Any]


def counting(vendor: Vendor, rule: str, **more: Any) -> Json:
    return vendor.customer("slow", receipt_rule=rule, notice_days=30, objection_days=14, **more)


def acknowledge(vendor: Vendor, customer: Json, change: Json) -> None:
    path = f"/portal/v1/changes/{change['id']}/acknowledgement"
    vendor.stack.must(customer, "POST", path)


def seen_by(vendor: Vendor, customer: Json, change: Json) -> Json:
    found: Json = vendor.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    return found


def test_it_works(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = counting(baseline, "acknowledged")
    prompt = baseline.customer("prompt", notice_days=30)
    change = baseline.announced(31)
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]
    baseline.stack.settle()

    silent = baseline.gate(customer, sub_id, day)
    baseline.stack.pass_time(days=10)
    acknowledge(baseline, customer, change)

    assert baseline.gate(prompt, sub_id, day)["answer"] == "allowed"
    assert (silent["answer"], silent["until"]) == ("blocked_until", None)
    assert silent["reason_code"] == "notice-not-acknowledged"
    # Acknowledged on 2026-12-03: thirty days lie between that and 2027-01-03.
    shut = baseline.gate(customer, sub_id, day)
    assert (shut["answer"], shut["until"]) == ("blocked_until", "2027-01-03")
    assert baseline.gate(customer, sub_id, "2027-01-02")["answer"] == "blocked_until"
    assert baseline.gate(customer, sub_id, "2027-01-03")["answer"] == "allowed"


def test_before_the_day_the_gate_says_the_later_of_both(baseline: Vendor) -> None:
    customer = counting(baseline, "acknowledged")
    change = baseline.announced(31)
    baseline.stack.settle()
    baseline.stack.pass_time(days=10)
    acknowledge(baseline, customer, change)

    assert baseline.gate(customer, change["sub_processor"]["id"])["until"] == "2027-01-03"


def test_a_delivery_counts_from_the_day_it_is_taken(baseline: Vendor) -> None:
    customer = counting(baseline, "delivered")
    with receiving() as receiver:
        receiver.status = 503
        body = {"url": f"{receiver.url}/slow"}
        baseline.stack.must(customer, "POST", "/portal/v1/webhook-endpoints", body)
        change = baseline.announced(31)
        baseline.stack.settle()
        unreached = baseline.gate(customer, change["sub_processor"]["id"], "2027-06-01")
        receiver.status = 204
        baseline.stack.pass_time(days=2)
        baseline.stack.settle()

    assert (unreached["answer"], unreached["until"]) == ("blocked_until", None)
    # Delivered on 2026-11-25.
    sub_id = change["sub_processor"]["id"]
    assert baseline.gate(customer, sub_id, "2026-12-25")["until"] == "2026-12-26"
    assert baseline.gate(customer, sub_id, "2026-12-26")["answer"] == "allowed"
    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-09"


def test_an_acknowledgement_proves_delivery(baseline: Vendor) -> None:
    customer = counting(baseline, "delivered")
    change = baseline.announced(31)
    baseline.stack.settle()
    acknowledge(baseline, customer, change)

    day = change["effective_on"]
    assert baseline.gate(customer, change["sub_processor"]["id"], day)["answer"] == "allowed"


def test_the_objection_window_runs_from_the_receipt(baseline: Vendor) -> None:
    customer = counting(baseline, "acknowledged")
    change = baseline.announced(31)
    baseline.stack.settle()
    open_still = seen_by(baseline, customer, change)
    baseline.stack.pass_time(days=40)
    baseline.stack.settle()
    acknowledge(baseline, customer, change)
    # Acknowledged on 2027-01-02, when the change has had effect for others since December.
    baseline.stack.pass_time(days=16)

    late_but_in_time = object_to(baseline, customer, change)

    assert (open_still["objection_deadline"], open_still["provisional"]) == (None, True)
    assert seen_by(baseline, customer, change)["objection_deadline"] == "2027-01-18"
    assert seen_by(baseline, customer, change)["effective_on"] == "2027-02-02"
    assert late_but_in_time.status_code == 201


def test_the_window_that_runs_from_the_receipt_ends(baseline: Vendor) -> None:
    customer = counting(baseline, "acknowledged")
    change = baseline.announced(60)
    baseline.stack.settle()
    acknowledge(baseline, customer, change)
    baseline.stack.pass_time(days=15)

    refused = object_to(baseline, customer, change)

    assert refused.status_code == 409
    assert refused.json["context"]["objection_deadline"] == "2026-12-07"


def test_before_the_receipt_an_objection_is_always_in_time(baseline: Vendor) -> None:
    customer = counting(baseline, "acknowledged")
    change = baseline.announced(31)
    baseline.stack.settle()
    baseline.stack.pass_time(days=200)

    assert object_to(baseline, customer, change).status_code == 201
    sub_id = change["sub_processor"]["id"]
    assert baseline.gate(customer, sub_id)["answer"] == "objected"


def test_the_day_of_a_receipt_is_that_of_the_processor(baseline: Vendor) -> None:
    customer = counting(baseline, "acknowledged")
    change = baseline.announced(31)
    baseline.stack.settle()
    # 23:30 in UTC is half past midnight of 2026-11-25 in Copenhagen.
    baseline.stack.now = baseline.stack.now.fromisoformat("2026-11-24T23:30:00+00:00")
    acknowledge(baseline, customer, change)

    sub_id = change["sub_processor"]["id"]
    assert baseline.gate(customer, sub_id, "2026-12-25")["until"] == "2026-12-26"


def test_a_receipt_minutes_before_midnight_is_no_day_before_its_notice(baseline: Vendor) -> None:
    customer = counting(baseline, "acknowledged")
    baseline.stack.now = baseline.stack.now.replace(hour=22, minute=57)
    change = baseline.announced(60)
    baseline.stack.settle()
    acknowledge(baseline, customer, change)

    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-08"


def test_preview_and_announcement_call_such_days_provisional(baseline: Vendor) -> None:
    counting(baseline, "delivered")
    change = baseline.draft()

    (group,) = baseline.must("GET", f"/changes/{change['id']}/preview")["groups"]

    assert group["provisional"]
    assert "not known yet" in group["arithmetic"][0]["text"]


@pytest.mark.parametrize("scope", ["portal:read", "notices:read"])
def test_receipts_are_told_to_services_only(baseline: Vendor, scope: str) -> None:
    customer = counting(baseline, "delivered")
    client = customer if scope.startswith("portal") else baseline.client
    query = {"change_ids": "chg_x", "agreement_ids": customer["agreement_id"]}

    answer = baseline.stack.ask(client, "GET", "/notices/v1/receipts", query_string=query)

    assert answer.status_code == 403
