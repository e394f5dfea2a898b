"""Objections on the clock of each agreement, and what they do to the gate."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import builders
from tests.vendor import SIGNATURE, Vendor, new_client

pytestmark = pytest.mark.usefixtures("told_at_once")

OBJECTION = {"grounds": "location", "text": "Our data stays in the EEA."}


def object_to(vendor: Vendor, customer: dict[str, Any], change: dict[str, Any]) -> Any:
    path = f"/portal/v1/changes/{change['id']}/objections"
    return vendor.stack.ask(customer, "POST", path, OBJECTION)


def settle(vendor: Vendor, objection_id: str, step: str, body: Any = None) -> Any:
    return vendor.stack.ask(
        vendor.client, "POST", f"/registry/v1/objections/{objection_id}/{step}", body
    )


def test_it_works(baseline: Vendor) -> None:
    customer = baseline.customer("lillebror", notice_days=10, objection_days=5)
    change = baseline.announced()

    answer = object_to(baseline, customer, change)

    assert answer.status_code == 201
    assert answer.json["status"] == "received"
    listed = baseline.must("GET", f"/changes/{change['id']}/objections")["items"]
    assert [each["id"] for each in listed] == [answer.json["id"]]


@pytest.mark.parametrize(
    ("at", "status"), [("2026-12-07T22:59:59", 201), ("2026-12-07T23:00:00", 409)]
)
def test_the_window_ends_with_the_last_hour_of_its_last_day(
    baseline: Vendor, at: str, status: int
) -> None:
    customer = baseline.customer("nordbo", notice_days=30, objection_days=14)
    change = baseline.announced()
    baseline.stack.now = baseline.stack.now.fromisoformat(f"{at}+00:00")

    answer = object_to(baseline, customer, change)

    assert answer.status_code == status
    if status == 409:
        assert answer.json["code"] == "objection-window-closed"
        assert answer.json["context"]["objection_deadline"] == "2026-12-07"


def test_each_customer_objects_once_to_a_change(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    object_to(baseline, customer, change)

    again = object_to(baseline, customer, change)

    assert again.status_code == 409
    assert again.json["code"] == "objection-exists"


def test_a_stranger_cannot_object_and_learns_nothing(baseline: Vendor) -> None:
    stranger = new_client(baseline.stack, "stranger", ["controller"], ["portal:write"])
    change = baseline.announced()

    assert object_to(baseline, stranger, change).status_code == 404


def test_a_draft_cannot_be_objected_to(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.draft()

    assert object_to(baseline, customer, change).status_code == 404


def test_who_came_after_the_announcement_accepted_it_with_the_agreement(baseline: Vendor) -> None:
    change = baseline.announced()
    late = baseline.customer("latecomer")

    answer = object_to(baseline, late, change)

    assert answer.status_code == 409
    assert answer.json["code"] == "accepted-with-agreement"


def test_the_terms_that_count_are_those_of_the_announcement(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", objection_days=14)
    change = baseline.announced()
    shorten(baseline, customer, objection_days=1)
    baseline.stack.pass_time(days=10)

    assert object_to(baseline, customer, change).status_code == 201


def test_the_gate_follows_the_objection(baseline: Vendor) -> None:
    objector = baseline.customer("lillebror", notice_days=10, objection_days=5)
    other = baseline.customer("nordbo")
    change = baseline.announced()
    sub_id, day = change["sub_processor"]["id"], date.fromisoformat(change["effective_on"])

    assert baseline.gate(objector, sub_id)["answer"] == "blocked_until"
    objection = object_to(baseline, objector, change).json["id"]
    assert baseline.gate(objector, sub_id, day)["answer"] == "objected"
    settle(baseline, objection, "exclude")

    assert baseline.gate(objector, sub_id, day)["answer"] == "excluded"
    assert baseline.gate(other, sub_id) == {
        "answer": "blocked_until",
        "until": day.isoformat(),
        "reason": "Announced; it takes effect on that day.",
        "reason_code": "announced",
    }
    assert baseline.gate(other, sub_id, day - timedelta(1))["answer"] == "blocked_until"
    assert baseline.gate(other, sub_id, day)["answer"] == "allowed"


def test_a_draft_is_not_notified_and_an_unknown_entry_is_not_found(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.draft()

    assert baseline.gate(customer, change["sub_processor"]["id"])["answer"] == "not_notified"
    assert baseline.gate(customer, "sub_unknown")["code"] == "sub-processor-unknown"


def test_without_an_agreement_the_gate_stays_shut(baseline: Vendor) -> None:
    stranger = new_client(baseline.stack, "stranger", ["controller"], ["portal:read"])
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]

    assert baseline.gate(stranger, host)["answer"] == "not_notified"


def test_under_specific_authorisation_silence_is_no(baseline: Vendor) -> None:
    careful = baseline.customer(
        "careful", silence="refusal", agreement={"authorisation": "specific"}
    )
    change = baseline.announced()
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]

    silent = baseline.gate(careful, sub_id, day)
    baseline.stack.must(careful, "POST", f"/portal/v1/changes/{change['id']}/approval")

    assert silent["answer"] == "blocked_until"
    assert baseline.gate(careful, sub_id, day)["answer"] == "allowed"


def test_an_excluded_customer_no_longer_sees_the_entry(baseline: Vendor) -> None:
    customer = baseline.customer("lillebror")
    change = baseline.announced()
    objection = object_to(baseline, customer, change).json["id"]
    settle(baseline, objection, "exclude")

    query = f"processor={baseline.slug}&as_of={change['effective_on']}"
    items = baseline.stack.must(customer, "GET", f"/portal/v1/sub-processors?{query}")["items"]

    assert [item["legal_name"] for item in items] == ["Hosting Ltd"]


def test_a_mitigation_can_be_offered_and_accepted(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    objection = object_to(baseline, customer, change).json["id"]
    offer = {"text": "Keys stay in the EEA.", "respond_by": "2026-12-01"}

    assert settle(baseline, objection, "acknowledge").json["status"] == "acknowledged"
    assert settle(baseline, objection, "offer-mitigation", offer).json["mitigation"] == offer
    path = f"/portal/v1/objections/{objection}/accept-mitigation"
    accepted = baseline.stack.must(customer, "POST", path)

    assert accepted["status"] == "mitigation_accepted"
    assert settle(baseline, objection, "exclude").status_code == 409


def test_only_the_processor_settles_and_only_the_customer_withdraws(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    other = baseline.customer("other")
    change = baseline.announced()
    objection = object_to(baseline, customer, change).json["id"]
    path = f"/portal/v1/objections/{objection}"

    assert baseline.stack.ask(other, "GET", path).status_code == 404
    assert baseline.stack.ask(other, "POST", f"{path}/withdraw").status_code == 404
    assert settle(baseline, objection, "withdraw").status_code == 403
    assert baseline.stack.must(customer, "POST", f"{path}/withdraw")["status"] == "withdrawn"


def rejected(vendor: Vendor, customer: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    objection = object_to(vendor, customer, change).json["id"]
    told: dict[str, Any] = settle(vendor, objection, "reject", {"reason": "No other way"}).json
    return told


def end_agreement(vendor: Vendor, customer: dict[str, Any], objection_id: str, **body: Any) -> Any:
    path = f"/portal/v1/objections/{objection_id}/terminate"
    return vendor.stack.ask(customer, "POST", path, body)


def test_a_rejection_leaves_the_customer_its_days_again(baseline: Vendor) -> None:
    customer = baseline.customer("lillebror", notice_days=10, objection_days=5)
    change = baseline.announced(12)
    sub_id = change["sub_processor"]["id"]
    baseline.stack.pass_time(days=7)  # Monday 30 November, the last day to object.

    told = rejected(baseline, customer, change)

    # Five days from 30 November end on a Saturday, so on Monday 7 December.
    assert told["respond_by"] == "2026-12-07"
    shut = baseline.gate(customer, sub_id, "2026-12-07")
    assert (shut["answer"], shut["until"]) == ("objected", "2026-12-08")
    assert baseline.gate(customer, sub_id, "2026-12-08")["answer"] == "allowed"


def test_a_rejected_objection_taken_back_opens_the_gate(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    told = rejected(baseline, customer, change)
    baseline.stack.must(customer, "POST", f"/portal/v1/objections/{told['id']}/withdraw")

    day = change["effective_on"]
    assert baseline.gate(customer, change["sub_processor"]["id"], day)["answer"] == "allowed"


def test_the_customer_ends_its_agreement_over_a_rejected_objection(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", objection_days=14)
    change = baseline.announced(60)
    sub_id = change["sub_processor"]["id"]
    objection = rejected(baseline, customer, change)["id"]

    ended = end_agreement(baseline, customer, objection, effective_on="2027-03-01")

    assert ended.json["status"] == "terminated"
    path = f"/portal/v1/agreements/{customer['agreement_id']}"
    assert baseline.stack.must(customer, "GET", path)["ends_on"] == "2027-03-01"
    assert baseline.gate(customer, sub_id, "2027-02-28")["answer"] == "objected"
    assert baseline.gate(customer, sub_id, "2027-03-01")["answer"] == "not_notified"
    path = f"/portal/v1/objections/{objection}"
    proofs = baseline.stack.must(customer, "GET", path)["proofs"]
    assert [each["private"]["type"] for each in proofs][-1] == "objection.terminated"
    assert end_agreement(baseline, customer, objection).status_code == 409


def test_who_left_over_an_objection_and_signs_anew_takes_the_register_as_it_stands(
    baseline: Vendor,
) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced(31)
    end_agreement(baseline, customer, rejected(baseline, customer, change)["id"])
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]

    before = baseline.gate(customer, sub_id, day)["answer"]
    sign(baseline, customer)

    assert (before, baseline.gate(customer, sub_id, day)["answer"]) == ("not_notified", "allowed")


def sign(vendor: Vendor, customer: dict[str, Any]) -> None:
    """A second agreement, on the usual terms."""
    body = builders.agreement_body(customer["org_id"], products=[], effective_from="2026-01-01")
    made = vendor.stack.must(vendor.client, "POST", "/agreements/v1/agreements", body)
    path = f"/agreements/{made['id']}"
    vendor.stack.must(vendor.client, "POST", f"/agreements/v1{path}/offer", {})
    vendor.stack.must(vendor.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    vendor.stack.must(customer, "POST", f"/portal/v1{path}/accept", SIGNATURE)


def test_too_late_or_too_early_no_agreement_ends(baseline: Vendor) -> None:
    early, late = baseline.customer("early"), baseline.customer("late", objection_days=14)
    change = baseline.announced(60)
    open_one = object_to(baseline, early, change).json["id"]
    turned_down = rejected(baseline, late, change)["id"]

    too_early = end_agreement(baseline, early, open_one)
    baseline.stack.pass_time(days=15)
    too_late = end_agreement(baseline, late, turned_down)

    for answer in (too_early, too_late):
        assert (answer.status_code, answer.json["code"]) == (409, "termination-not-open")
    path = f"/portal/v1/agreements/{late['agreement_id']}"
    assert baseline.stack.must(late, "GET", path)["status"] == "active"


def test_an_objection_unsettled_on_the_day_keeps_the_gate_shut_and_lets_the_customer_go(
    baseline: Vendor,
) -> None:
    customer, other = baseline.customer("nordbo"), baseline.customer("other")
    change = baseline.announced(31)
    sub_id = change["sub_processor"]["id"]
    objection = object_to(baseline, customer, change).json["id"]
    baseline.stack.pass_time(days=31)
    baseline.stack.go_live()

    assert baseline.must("GET", f"/changes/{change['id']}")["status"] == "in_effect"
    assert baseline.gate(other, sub_id)["answer"] == "allowed"
    assert baseline.gate(customer, sub_id)["answer"] == "objected"
    assert end_agreement(baseline, customer, objection).status_code == 200


def test_an_offer_lapses_with_its_day(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    objection = object_to(baseline, customer, change).json["id"]
    offer = {"text": "Keys stay in the EEA.", "respond_by": "2026-11-30"}
    settle(baseline, objection, "offer-mitigation", offer)
    baseline.stack.pass_time(days=8)
    path = f"/portal/v1/objections/{objection}/accept-mitigation"

    lapsed = baseline.stack.ask(customer, "POST", path)
    past = settle(baseline, objection, "offer-mitigation", offer)
    settle(baseline, objection, "offer-mitigation", {**offer, "respond_by": "2026-12-05"})
    accepted = baseline.stack.ask(customer, "POST", path)

    assert lapsed.json is not None
    assert (lapsed.status_code, lapsed.json["code"]) == (409, "offer-lapsed")
    assert past.json["errors"][0]["pointer"] == "/respond_by"
    assert accepted.status_code == 200


def test_an_accepted_mitigation_opens_the_gate(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    objection = object_to(baseline, customer, change).json["id"]
    offer = {"text": "Keys stay in the EEA.", "respond_by": "2026-12-05"}
    settle(baseline, objection, "offer-mitigation", offer)
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]

    before = baseline.gate(customer, sub_id, day)["answer"]
    baseline.stack.must(customer, "POST", f"/portal/v1/objections/{objection}/accept-mitigation")

    assert (before, baseline.gate(customer, sub_id, day)["answer"]) == ("objected", "allowed")


def shorten(vendor: Vendor, customer: dict[str, Any], **terms: Any) -> None:
    """Amend the customer's notice terms; both sides accept."""
    path = f"/agreements/{customer['agreement_id']}"
    body = {"notice_terms": builders.notice_terms(**terms)}
    stack = vendor.stack
    stack.must(vendor.client, "POST", f"/agreements/v1{path}/amendments", body)
    stack.must(vendor.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    stack.must(customer, "POST", f"/portal/v1{path}/accept", SIGNATURE)
