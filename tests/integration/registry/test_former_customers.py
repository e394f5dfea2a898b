"""What ended with an agreement ends; what concerned its customer stays readable."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import builders
from tests.vendor import Vendor

P = "/portal/v1"
BOTH = ["agreements:read", "registry:read", "portal:read", "portal:write"]
OBJECTION = {"grounds": "other", "text": "No."}
AFTER = "After Inc."


def ended(vendor: Vendor, customer: dict[str, Any], day: date | None = None) -> None:
    body = {"effective_on": (day or vendor.today).isoformat(), "reason": "Over."}
    path = f"{P}/agreements/{customer['agreement_id']}/terminate"
    vendor.stack.must(customer, "POST", path, body)


def of_both_kinds(vendor: Vendor, customer: dict[str, Any]) -> dict[str, Any]:
    """A client of the customer that asks the registry itself, as a processor may."""
    stack = vendor.stack
    identity = stack.apps["identity"].extensions["art28.deps"]
    raw = identity.organisations._docs
    raw.update_one({"_id": customer["org_id"]}, {"$set": {"kind": ["processor", "controller"]}})
    body = {"org_id": customer["org_id"], "name": "both", "scopes": BOTH}
    client: dict[str, Any] = stack.must(stack.admin, "POST", "/identity/v1/clients", body)
    return client


@pytest.mark.parametrize(
    ("step", "body"), [("approval", None), ("objections", OBJECTION), ("acknowledgement", None)]
)
def test_a_former_customer_takes_no_step_on_a_change_it_was_told_of(
    baseline: Vendor, step: str, body: Any
) -> None:
    stack, customer = baseline.stack, baseline.customer("nordbo")
    change = baseline.announced()
    stack.settle()
    ended(baseline, customer)
    stack.settle()
    before = baseline.ledger()
    answer = stack.ask(customer, "POST", f"{P}/changes/{change['id']}/{step}", body)
    assert (answer.status_code, answer.json["code"]) == (409, "agreement-ended")
    assert baseline.ledger() == before
    assert stack.must(customer, "GET", f"{P}/changes/{change['id']}")["id"] == change["id"]


@pytest.mark.parametrize("step", ["approval", "objections", "acknowledgement"])
def test_a_later_change_does_not_exist_for_a_former_customer(baseline: Vendor, step: str) -> None:
    stack, customer = baseline.stack, baseline.customer("nordbo")
    ended(baseline, customer)
    change = baseline.announced()
    stack.settle()
    body = OBJECTION if step == "objections" else None
    answer = stack.ask(customer, "POST", f"{P}/changes/{change['id']}/{step}", body)
    assert answer.status_code == 404
    assert stack.ask(customer, "GET", f"{P}/changes/{change['id']}").status_code == 404


@pytest.mark.parametrize("step", ["withdraw", "accept-mitigation"])
def test_its_objection_stays_as_it_is_and_can_be_read(baseline: Vendor, step: str) -> None:
    stack, customer = baseline.stack, baseline.customer("nordbo")
    change = baseline.announced()
    stack.settle()
    path = f"{P}/changes/{change['id']}/objections"
    objection = stack.must(customer, "POST", path, OBJECTION)
    ended(baseline, customer)
    answer = stack.ask(customer, "POST", f"{P}/objections/{objection['id']}/{step}")
    assert (answer.status_code, answer.json["code"]) == (409, "agreement-ended")
    read = stack.must(customer, "GET", f"{P}/objections/{objection['id']}")
    assert read["status"] == "received"


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("acknowledge", None), ("exclude", None), ("reject", {"reason": "No."}),
        ("offer-mitigation", {"text": "Another region.", "respond_by": "2027-03-01"}),
    ],
)  # fmt: skip
def test_its_former_vendor_settles_its_objection_no_more(
    baseline: Vendor, step: str, body: Any
) -> None:
    stack, customer = baseline.stack, baseline.customer("nordbo")
    change = baseline.announced()
    stack.settle()
    path = f"{P}/changes/{change['id']}/objections"
    objection = stack.must(customer, "POST", path, OBJECTION)
    ended(baseline, customer)
    before = baseline.ledger()
    path = f"/registry/v1/objections/{objection['id']}"
    answer = stack.ask(baseline.client, "POST", f"{path}/{step}", body)
    assert (answer.status_code, answer.json["code"]) == (409, "agreement-ended")
    assert stack.must(baseline.client, "GET", path)["status"] == "received"
    assert baseline.ledger() == before


def test_what_becomes_of_a_change_is_told_to_customers_alone(baseline: Vendor) -> None:
    stack, left, stayed = baseline.stack, baseline.customer("left"), baseline.customer("stayed")
    change = baseline.announced()
    stack.settle()
    ended(baseline, left)
    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "No more."})
    stack.settle()
    stack.pass_time(minutes=1)
    told = {
        name: [each["type"] for each in stack.must(client, "GET", f"{P}/events")["items"]]
        for name, client in {"left": left, "stayed": stayed}.items()
    }
    assert "sub_processor.change.withdrawn" in told["stayed"]
    assert "sub_processor.change.withdrawn" not in told["left"]


def test_its_list_is_that_of_the_last_day_as_it_was_known_then(baseline: Vendor) -> None:
    stack, customer = baseline.stack, baseline.customer("nordbo")
    both = of_both_kinds(baseline, customer)
    ended(baseline, customer)
    last = baseline.today
    stack.pass_time(hours=1)
    baseline.announced(10, sub_processor=builders.sub_processor(legal_name=AFTER))
    stack.pass_time(days=11)
    stack.forget_tokens()
    stack.settle()
    assert AFTER in baseline.names()
    slug = baseline.slug
    own = stack.must(customer, "GET", f"{P}/sub-processors?processor={slug}")["items"]
    direct = stack.must(both, "GET", f"{baseline.path}/sub-processors")["items"]
    assert [each["legal_name"] for each in own] == [each["legal_name"] for each in direct] != []
    sub_id = direct[0]["id"]
    for path in ("/sub-processors", f"/sub-processors/{sub_id}", "/transfers",
                 f"/sub-processors/{sub_id}/versions",
                 f"/diff?from={last}&to={last}"):  # fmt: skip
        answer = stack.ask(both, "GET", baseline.path + path)
        assert answer.status_code == 200, (path, answer.text)
        assert AFTER not in answer.text
        assert "Jo Doe" not in answer.text
    later = last + timedelta(days=1)
    for path in (f"/sub-processors?as_of={later}", f"/sub-processors/{sub_id}?as_of={later}",
                 f"/transfers?as_of={later}", f"/diff?from={last}&to={later}"):  # fmt: skip
        assert stack.ask(both, "GET", baseline.path + path).status_code == 404, path


def test_a_customer_that_has_signed_anew_goes_on(baseline: Vendor) -> None:
    stack, customer = baseline.stack, baseline.customer("nordbo")
    ended(baseline, customer)
    body = builders.agreement_body(customer["org_id"], products=[], effective_from="2026-01-01")
    made = stack.must(baseline.client, "POST", "/agreements/v1/agreements", body)
    path = f"/agreements/v1/agreements/{made['id']}"
    person = {"name": "A", "title": "B", "email": "a@b.example"}
    stack.must(baseline.client, "POST", f"{path}/offer", {})
    stack.must(baseline.client, "POST", f"{path}/accept", person)
    stack.must(customer, "POST", f"{P}/agreements/{made['id']}/accept", person)
    change = baseline.announced()
    stack.settle()
    objected = stack.must(customer, "POST", f"{P}/changes/{change['id']}/objections", OBJECTION)
    assert objected["status"] == "received"


def test_the_gate_tells_a_customer_nothing_of_a_draft(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    draft = baseline.draft()
    sub_id = draft["sub_processor"]["id"]
    asked = f"{P}/gate?processor={baseline.slug}&sub_processor_id="
    answers = [baseline.stack.ask(customer, "GET", asked + each) for each in (sub_id, "sub_none")]
    assert [each.status_code for each in answers] == [404, 404]
    assert baseline.gate(customer, sub_id)["answer"] == "not_notified"
