"""Preview and refusal count agreements and customers, and leave out who has gone by that day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.vendor import SIGNATURE, Vendor


def second_agreement(vendor: Vendor, customer: dict[str, Any], **more: Any) -> str:
    """One more between the same two, for a product of its own."""
    body = builders.agreement_body(customer["org_id"], products=["archive"], **more)
    made = vendor.stack.must(vendor.client, "POST", "/agreements/v1/agreements", body)
    path = f"/agreements/{made['id']}"
    vendor.stack.must(vendor.client, "POST", f"/agreements/v1{path}/offer", {})
    vendor.stack.must(vendor.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    vendor.stack.must(customer, "POST", f"/portal/v1{path}/accept", SIGNATURE)
    return str(made["id"])


def ends(vendor: Vendor, agreement_id: str, days: int) -> None:
    day = str(vendor.today + timedelta(days))
    vendor.stack.must(
        vendor.client, "POST", f"/agreements/v1/agreements/{agreement_id}/terminate",
        {"effective_on": day, "reason": "Moved away"},
    )  # fmt: skip


def preview(vendor: Vendor, days: int) -> Any:
    return vendor.must("GET", f"/changes/{vendor.draft(days)['id']}/preview")


def counts(previewed: Any) -> list[tuple[int, int, int]]:
    return sorted(
        (each["terms"]["notice_days"], each["agreements"], each["customers"])
        for each in previewed["groups"]
    )


def test_a_customer_with_two_agreements_is_one_customer(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", agreement={"products": ["case-system"]})
    baseline.customer("lillebror")
    second_agreement(baseline, customer)
    assert counts(preview(baseline, 60)) == [(30, 3, 2)]
    refusal = baseline.ask("POST", f"/changes/{baseline.draft(20)['id']}/announce").json
    (blocking,) = refusal["context"]["blocking"]
    assert (blocking["agreements"], blocking["customers"]) == (3, 2)


@pytest.mark.usefixtures("told_at_once")
def test_who_has_left_by_the_effective_day_is_neither_told_nor_counted(baseline: Vendor) -> None:
    gone = baseline.customer("nordbo", notice_days=60)
    baseline.customer("lillebror", notice_days=10)
    before = preview(baseline, 20)
    ends(baseline, gone["agreement_id"], 15)
    after = preview(baseline, 20)
    assert (before["possible"], counts(before)) == (False, [(10, 1, 1), (60, 1, 1)])
    assert (after["possible"], counts(after)) == (True, [(10, 1, 1)])
    assert after["earliest_effective_on"] == str(baseline.today + timedelta(15))
    change = baseline.announced(20)
    baseline.stack.settle()
    assert baseline.stack.must(gone, "GET", "/portal/v1/changes")["items"] == []
    evidence = f"/notices/v1/changes/{change['id']}/evidence"
    told = baseline.stack.must(baseline.client, "GET", evidence)["items"]
    assert len(told) == 1


def test_up_to_its_last_day_an_agreement_keeps_what_it_promised(baseline: Vendor) -> None:
    gone = baseline.customer("nordbo", notice_days=60)
    ends(baseline, gone["agreement_id"], 15)
    answer = baseline.ask("POST", f"/changes/{baseline.draft(14)['id']}/announce")
    assert answer.json["context"]["earliest_effective_on"] == str(baseline.today + timedelta(15))
    assert [each["customers"] for each in answer.json["context"]["blocking"]] == [1]


def test_a_customer_that_ends_one_of_two_agreements_is_still_counted(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", agreement={"products": ["case-system"]})
    ends(baseline, second_agreement(baseline, customer), 15)
    assert counts(preview(baseline, 60)) == [(30, 1, 1)]
    ends(baseline, customer["agreement_id"], 25)
    assert counts(preview(baseline, 20)) == [(30, 1, 1)]
    assert counts(preview(baseline, 25)) == []


def test_a_term_that_may_be_renewed_is_promised_its_notice(baseline: Vendor) -> None:
    last = str(baseline.today + timedelta(15))
    baseline.customer("nordbo", agreement={"expires_on": last})
    assert counts(preview(baseline, 20)) == [(30, 1, 1)]
    assert not preview(baseline, 20)["possible"]
