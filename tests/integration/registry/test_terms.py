"""Terms as agreements really name them: from the agreement to preview, notice, gate and portal."""

from __future__ import annotations

from typing import Any

from tests.integration.registry.test_receipts import seen_by
from tests.receiver import Receiver
from tests.vendor import Vendor


def previewed(vendor: Vendor, days: int = 60) -> Any:
    """The days that a change announced today would have, of the only customer."""
    change = vendor.draft(days)
    return vendor.must("GET", f"/changes/{change['id']}/preview")["groups"][0]


def test_a_customer_without_days_to_object_has_no_last_day(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo", notice_days=30, objection_days=None)
    group = previewed(baseline)
    assert group["objection_deadline"] is None
    assert group["earliest_effective_on"] == "2026-12-24"
    assert group["arithmetic"][1]["day"] is None

    change = baseline.announced(31)
    baseline.stack.settle()

    shown = seen_by(baseline, customer, change)
    assert (shown["objection_deadline"], shown["provisional"]) == (None, False)
    assert baseline.gate(customer, change["sub_processor"]["id"], "2026-12-24")["answer"] == (
        "allowed"
    )


def test_a_country_alone_counts_the_holidays_of_all_its_regions(baseline: Vendor) -> None:
    # From Monday 2026-11-23, 44 days end on Epiphany, Wednesday 2027-01-06: kept in Bavaria.
    for slug, place in (("berlin", "DE-BE"), ("munich", "DE-BY"), ("anywhere", "DE")):
        baseline.customer(slug, notice_days=30, objection_days=44, holidays=place)
    change = baseline.draft(60)
    groups = baseline.must("GET", f"/changes/{change['id']}/preview")["groups"]
    assert {group["terms"]["holidays"]: group["objection_deadline"] for group in groups} == {
        "DE-BE": "2027-01-06", "DE-BY": "2027-01-07", "DE": "2027-01-07",
    }  # fmt: skip
