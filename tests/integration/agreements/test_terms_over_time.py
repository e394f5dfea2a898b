"""Notice terms are those of the moment a change is announced; an amendment is for later ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import builders
from tests.vendor import SIGNATURE, Vendor

# Days count from the sending, so there has to be somebody who takes what is sent.
pytestmark = pytest.mark.usefixtures("told_at_once")


def amend_terms(vendor: Vendor, customer: dict[str, Any], **terms: Any) -> None:
    """Both parties accept other notice terms."""
    path = f"/agreements/{customer['agreement_id']}"
    body = {"notice_terms": builders.notice_terms(**terms)}
    vendor.stack.must(vendor.client, "POST", f"/agreements/v1{path}/amendments", body)
    vendor.stack.must(vendor.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    vendor.stack.must(customer, "POST", f"/portal/v1{path}/accept", SIGNATURE)


def notice(vendor: Vendor, customer: dict[str, Any], change_id: str) -> Any:
    vendor.stack.settle()
    return vendor.stack.must(customer, "GET", f"/portal/v1/changes/{change_id}")


def days(told: dict[str, Any]) -> int:
    """From the day of notice to the last day to object."""
    ends, given = date.fromisoformat(told["objection_deadline"][:10]), told["given_at"][:10]
    return (ends - date.fromisoformat(given)).days


def test_an_amendment_of_terms_is_for_changes_announced_after_it(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", notice_days=30, objection_days=14)
    before = baseline.announced(60)
    amend_terms(baseline, customer, notice_days=50, objection_days=35)
    after = baseline.announced(90, sub_processor=builders.sub_processor(legal_name="Other Inc."))
    assert days(notice(baseline, customer, before["id"])) == 14
    assert days(notice(baseline, customer, after["id"])) == 35


def test_the_longer_notice_holds_from_the_amendment_on(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", notice_days=30)
    amend_terms(baseline, customer, notice_days=50)
    change = baseline.draft(40)
    answer = baseline.ask("POST", f"/changes/{change['id']}/announce")
    assert (answer.status_code, answer.json["code"]) == (409, "notice-period-too-short")
    (blocking,) = answer.json["context"]["blocking"]
    assert (blocking["notice_days"], blocking["customers"]) == (50, 1)


def test_a_signed_agreement_that_has_not_begun_is_promised_its_notice(baseline: Vendor) -> None:
    later = {"effective_from": str(baseline.today + timedelta(days=25))}
    customer = baseline.customer("nordbo", notice_days=30, objection_days=14, agreement=later)
    answer = baseline.ask("POST", f"/changes/{baseline.draft(20)['id']}/announce")
    assert (answer.status_code, answer.json["code"]) == (409, "notice-period-too-short")
    assert days(notice(baseline, customer, baseline.announced(40)["id"])) == 14


@pytest.mark.usefixtures("told_at_once")
def test_an_agreement_that_begins_when_its_period_is_over_is_told_and_not_waited_for(
    baseline: Vendor,
) -> None:
    later = {"effective_from": str(baseline.today + timedelta(days=50))}
    customer = baseline.customer("nordbo", notice_days=30, objection_days=14, agreement=later)
    change = baseline.announced(20)
    baseline.stack.settle()
    told = baseline.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert told["id"] == change["id"]


def test_business_days_are_those_of_the_country_that_the_agreement_names(baseline: Vendor) -> None:
    baseline.stack.pass_time(days=28)
    baseline.stack.forget_tokens()
    baseline.customer("nordbo", notice_days=5, objection_days=2, day_kind="business",
                      holidays="DK")  # fmt: skip
    change = baseline.draft(60)
    preview = baseline.must("GET", f"/changes/{change['id']}/preview")
    (group,) = preview["groups"]
    # Monday 21 December 2026: the 24th to the 26th are holidays or a Saturday, so five business
    # days more end in the next week, not on Saturday the 26th.
    plain = baseline.today + timedelta(days=6)
    assert date.fromisoformat(group["earliest_effective_on"]) > plain
