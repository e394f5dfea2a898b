"""Emergencies: gate, evidence, portal, message and the door for objections say the same."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tests.integration.registry.test_announcing import second_client
from tests.integration.registry.test_objecting import object_to
from tests.integration.registry.test_sending import evidence_of, seen_by, shut
from tests.receiver import Receiver
from tests.vendor import Vendor

Json = dict[str, Any]
EVER = "2029-01-01"
TWO_DAYS = {"length": {"value": 2, "unit": "days"}}


def emergency(vendor: Vendor, days: int = 3) -> Json:
    """One that takes effect in some days, approved by two hands."""
    change: Json = vendor.draft(days)
    path = f"/changes/{change['id']}"
    vendor.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    vendor.must("POST", f"{path}/approve")
    vendor.stack.must(second_client(vendor), "POST", f"{vendor.path}{path}/approve")
    return change


def customer_of(vendor: Vendor, **terms: Any) -> Json:
    return vendor.customer("nordbo", notice_days=30, objection_days=14, contacts=[], **terms)


def told(inbox: Receiver) -> Json:
    """The notice of the message that came in last."""
    bodies = [json.loads(request.body)["data"] for request in inbox.requests]
    found: Json = [body["notice"] for body in bodies if body.get("notice")][-1]
    return found


def test_without_a_term_and_without_a_channel_it_never_opens(baseline: Vendor) -> None:
    customer = customer_of(baseline)
    change = emergency(baseline)
    baseline.stack.settle()
    baseline.stack.pass_time(days=200)

    for on in (change["effective_on"], str(baseline.today), EVER):
        assert shut(baseline, customer, change, on) == ("not_notified", None, "emergency-not-sent")
    line, seen = evidence_of(baseline, change), seen_by(baseline, customer, change)
    assert (line["sent_at"], line["deadline"], seen["objection_deadline"]) == (None, None, None)
    assert object_to(baseline, customer, change).status_code == 201


def test_without_a_term_the_usual_days_count(baseline: Vendor, inbox: Receiver) -> None:
    """Sent on Monday 2026-11-23, for 26 November: 14 days end on 7 December, 30 on the 23rd."""
    baseline.receiver_url = inbox.url
    customer = customer_of(baseline)
    change = emergency(baseline)
    baseline.stack.settle()

    assert shut(baseline, customer, change, "2026-12-23") == (
        "blocked_until", "2026-12-24", "days-not-over",
    )  # fmt: skip
    assert shut(baseline, customer, change, "2026-12-24")[2] == "told"
    line, seen, message = (
        evidence_of(baseline, change), seen_by(baseline, customer, change), told(inbox),
    )  # fmt: skip
    assert {line["deadline"], seen["objection_deadline"], message["objection_deadline"]} == {
        "2026-12-07"
    }
    assert {line["effective_on"], seen["effective_on"], message["effective_on"]} == {"2026-12-24"}
    assert message["emergency_agreed"] is seen["emergency_agreed"] is False


def test_a_term_of_two_days_opens_the_gate_on_the_day_after_them(
    baseline: Vendor, inbox: Receiver
) -> None:
    """Sent on Monday 2027-09-06: until Wednesday the 8th; it opens on the 9th."""
    baseline.stack.now = datetime.fromisoformat("2027-09-06T09:30:00+00:00")
    baseline.receiver_url = inbox.url
    customer = customer_of(baseline, emergency=TWO_DAYS)
    change = emergency(baseline, 0)
    baseline.stack.settle()

    assert shut(baseline, customer, change, "2027-09-08")[:2] == ("blocked_until", "2027-09-09")
    assert shut(baseline, customer, change, "2027-09-09")[2] == "told"
    line, seen, message = (
        evidence_of(baseline, change), seen_by(baseline, customer, change), told(inbox),
    )  # fmt: skip
    assert {line["deadline"], seen["objection_deadline"], message["objection_deadline"]} == {
        "2027-09-08"
    }
    assert {line["effective_on"], seen["effective_on"], message["effective_on"]} == {"2027-09-09"}
    assert message["emergency_agreed"] is True
    baseline.stack.now = datetime.fromisoformat("2027-09-08T22:01:00+00:00")
    assert object_to(baseline, customer, change).status_code == 409


def test_a_term_of_two_days_does_not_run_before_the_notice_is_sent(baseline: Vendor) -> None:
    customer = customer_of(baseline, emergency=TWO_DAYS)
    change = emergency(baseline)
    baseline.stack.settle()
    baseline.stack.pass_time(days=30)
    assert shut(baseline, customer, change, EVER)[2] == "emergency-not-sent"

    path = f"/portal/v1/changes/{change['id']}/acknowledgement"
    baseline.stack.must(customer, "POST", path)
    # Acknowledged on Wednesday 2026-12-23; two working days after it are Thursday and Monday 28.
    assert shut(baseline, customer, change, "2026-12-28")[:2] == ("blocked_until", "2026-12-29")
    assert shut(baseline, customer, change, "2026-12-29")[2] == "told"


def test_a_preview_of_an_emergency_shows_whose_days_it_shortens(baseline: Vendor) -> None:
    customer_of(baseline, emergency=TWO_DAYS)
    baseline.customer("other", notice_days=30, objection_days=14)
    change = baseline.draft(3)
    baseline.must("POST", f"/changes/{change['id']}/emergency", {"justification": "Insolvent."})

    groups = baseline.must("GET", f"/changes/{change['id']}/preview")["groups"]

    days = {group["earliest_effective_on"] for group in groups}
    assert days == {"2026-11-26", "2026-12-24"}
