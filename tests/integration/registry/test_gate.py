"""The gate: open only when everything that could keep it shut is settled, and seen at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.integration.registry.test_announcing import second_client
from tests.integration.registry.test_objecting import object_to, settle, shorten
from tests.vendor import SIGNATURE, Vendor, new_client

pytestmark = pytest.mark.usefixtures("told_at_once")

Json = dict[str, Any]


def host_of(vendor: Vendor) -> str:
    return str(vendor.must("GET", "/sub-processors")["items"][0]["id"])


def modified(vendor: Vendor, sub_id: str, **more: Any) -> Json:
    entry = builders.sub_processor(legal_name="Hosting Ltd", country="IE", **more)
    return vendor.announced(kind="modify", sub_processor=entry, sub_processor_id=sub_id)


def customer_list(vendor: Vendor, customer: Json, day: str) -> list[str]:
    path = f"/portal/v1/sub-processors?processor={vendor.slug}&as_of={day}"
    return [item["id"] for item in vendor.stack.must(customer, "GET", path)["items"]]


def test_it_works(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")

    told = baseline.gate(customer, host_of(baseline))

    assert told == {
        "answer": "allowed", "until": None,
        "reason": "In the register on that day, and accepted with the customer's agreement.",
        "reason_code": "accepted-with-agreement",
    }  # fmt: skip


def test_a_change_to_come_leaves_what_is_at_work_alone(baseline: Vendor) -> None:
    careful = baseline.customer(
        "careful", silence="refusal", agreement={"authorisation": "specific"}
    )
    objector = baseline.customer("objector")
    host = host_of(baseline)
    change = modified(baseline, host)
    object_to(baseline, objector, change)
    day = change["effective_on"]

    assert baseline.gate(careful, host)["answer"] == "allowed"
    assert baseline.gate(objector, host)["answer"] == "allowed"
    assert baseline.gate(careful, host, day)["answer"] == "blocked_until"
    assert baseline.gate(objector, host, day)["answer"] == "objected"


def test_a_removal_asks_for_nobodys_approval(baseline: Vendor) -> None:
    careful = baseline.customer(
        "careful", silence="refusal", agreement={"authorisation": "specific"}
    )
    host = host_of(baseline)
    change = baseline.announced(kind="remove", sub_processor=None, sub_processor_id=host)

    assert baseline.gate(careful, host)["answer"] == "allowed"
    assert baseline.gate(careful, host, change["effective_on"])["answer"] == "not_notified"


def test_an_exclusion_holds_from_the_effective_day_in_gate_and_list(baseline: Vendor) -> None:
    customer = baseline.customer("lillebror")
    host = host_of(baseline)
    change = modified(baseline, host)
    settle(baseline, object_to(baseline, customer, change).json["id"], "exclude")
    today, day = str(baseline.today), change["effective_on"]

    assert baseline.gate(customer, host, today)["answer"] == "allowed"
    assert customer_list(baseline, customer, today) == [host]
    assert baseline.gate(customer, host, day)["answer"] == "excluded"
    assert customer_list(baseline, customer, day) == []


def test_a_withdrawn_change_takes_its_objections_with_it(baseline: Vendor) -> None:
    excluded, waiting = baseline.customer("excluded"), baseline.customer("waiting")
    host = host_of(baseline)
    change = modified(baseline, host)
    settle(baseline, object_to(baseline, excluded, change).json["id"], "exclude")
    open_one = object_to(baseline, waiting, change).json["id"]
    day = change["effective_on"]

    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed"})

    for customer in (excluded, waiting):
        assert baseline.gate(customer, host, day)["answer"] == "allowed"
        assert customer_list(baseline, customer, day) == [host]
    assert settle(baseline, open_one, "exclude").json["code"] == "change-status"


def test_what_serves_other_products_is_shut_as_it_is_not_on_the_list(baseline: Vendor) -> None:
    crm = baseline.customer("crm-user", agreement={"products": ["crm"]})
    payroll = baseline.customer("payroll-user", agreement={"products": ["payroll"]})
    change = baseline.announced(sub_processor=builders.sub_processor(products=["payroll"]))
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]

    assert baseline.gate(crm, sub_id, day)["answer"] == "not_notified"
    assert sub_id not in customer_list(baseline, crm, day)
    assert baseline.gate(payroll, sub_id, day)["answer"] == "allowed"
    assert sub_id in customer_list(baseline, payroll, day)


def test_before_the_agreement_and_after_its_end_the_gate_is_shut(baseline: Vendor) -> None:
    customer = baseline.customer("later", agreement={"effective_from": "2026-12-01"})
    host = host_of(baseline)

    early = baseline.gate(customer, host, "2026-11-30")
    body = {"effective_on": "2027-02-01", "reason": "Moved away"}
    path = f"/agreements/v1/agreements/{customer['agreement_id']}/terminate"
    baseline.stack.must(baseline.client, "POST", path, body)

    assert (early["answer"], early["until"]) == ("blocked_until", "2026-12-01")
    assert baseline.gate(customer, host, "2026-12-01")["answer"] == "allowed"
    assert baseline.gate(customer, host, "2027-01-31")["answer"] == "allowed"
    assert baseline.gate(customer, host, "2027-02-01")["answer"] == "not_notified"


def test_an_end_of_the_agreement_is_seen_at_once(baseline: Vendor) -> None:
    customer = baseline.customer("gone")
    host = host_of(baseline)
    before = baseline.gate(customer, host)["answer"]
    path = f"/agreements/v1/agreements/{customer['agreement_id']}/terminate"
    body = {"effective_on": str(baseline.today), "reason": "Over"}
    baseline.stack.must(baseline.client, "POST", path, body)

    assert (before, baseline.gate(customer, host)["answer"]) == ("allowed", "not_notified")


def test_an_emergency_can_be_objected_to_afterwards(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", objection_days=14)
    change = baseline.draft(0)
    path = f"/changes/{change['id']}"
    baseline.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    baseline.must("POST", f"{path}/approve")
    baseline.stack.must(second_client(baseline), "POST", f"{baseline.path}{path}/approve")
    baseline.stack.go_live()
    sub_id = change["sub_processor"]["id"]

    before = baseline.gate(customer, sub_id)["answer"]
    baseline.stack.pass_time(days=14)
    objection = object_to(baseline, customer, change)

    assert before == "not_notified"
    assert objection.status_code == 201
    assert baseline.gate(customer, sub_id)["answer"] == "objected"


def test_an_amendment_changes_nothing_for_what_was_announced_before(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    shorten(baseline, customer, notice_days=90, receipt_rule="acknowledged")

    day = change["effective_on"]
    assert baseline.gate(customer, change["sub_processor"]["id"], day)["answer"] == "allowed"


def test_two_agreements_are_both_heard(baseline: Vendor) -> None:
    """Two agreements for two products: the stricter one decides for what serves both."""
    customer = baseline.customer("both", agreement={"products": ["crm"]})
    body = builders.agreement_body(
        customer["org_id"], products=["payroll"], authorisation="specific",
        notice_terms=builders.notice_terms(silence="refusal"), effective_from="2026-01-01",
    )  # fmt: skip
    stack = baseline.stack
    made = stack.must(baseline.client, "POST", "/agreements/v1/agreements", body)
    path = f"/agreements/{made['id']}"
    stack.must(baseline.client, "POST", f"/agreements/v1{path}/offer", {})
    stack.must(baseline.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    stack.must(customer, "POST", f"/portal/v1{path}/accept", SIGNATURE)
    shared = baseline.announced()
    crm_only = baseline.announced(sub_processor=builders.sub_processor(products=["crm"]))
    day = shared["effective_on"]

    assert baseline.gate(customer, shared["sub_processor"]["id"], day)["answer"] == "blocked_until"
    assert baseline.gate(customer, crm_only["sub_processor"]["id"], day)["answer"] == "allowed"


def ask(vendor: Vendor, customer: Json, sub_id: str, **headers: str) -> Any:
    query = {"processor": vendor.slug, "sub_processor_id": sub_id,
             "controller_id": customer["org_id"]}  # fmt: skip
    return vendor.stack.ask(
        vendor.client, "GET", "/registry/v1/gate", query_string=query, headers=headers
    )


def test_an_answer_that_was_seen_is_not_repeated(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    sub_id = change["sub_processor"]["id"]

    first = ask(baseline, customer, sub_id)
    again = ask(baseline, customer, sub_id, **{"If-None-Match": first.headers["ETag"]})
    object_to(baseline, customer, change)
    other = ask(baseline, customer, sub_id, **{"If-None-Match": first.headers["ETag"]})

    assert [first.status_code, again.status_code, other.status_code] == [200, 304, 200]
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.json["answer"] == "objected"


def test_the_customer_asks_with_an_etag_too(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    path = f"/portal/v1/gate?sub_processor_id={host_of(baseline)}"

    first = baseline.stack.ask(customer, "GET", path)
    seen = {"If-None-Match": first.headers["ETag"]}

    assert first.json is not None
    assert first.json["answer"] == "allowed"
    assert baseline.stack.ask(customer, "GET", path, headers=seen).status_code == 304


def test_many_questions_are_answered_in_their_order(baseline: Vendor) -> None:
    customers = [baseline.customer(f"customer-{n}") for n in range(3)]
    host, change = host_of(baseline), baseline.announced()
    coming = change["sub_processor"]["id"]
    questions = [
        {"processor": baseline.slug, "sub_processor_id": sub_id, "controller_id": each["org_id"]}
        for each in customers
        for sub_id in (host, coming, "sub_nowhere")
    ]
    questions.append({**questions[1], "on": change["effective_on"]})
    questions.append({**questions[0], "processor": "nobody"})

    told = baseline.stack.must(
        baseline.client, "POST", "/registry/v1/gate", {"questions": questions}
    )["answers"]

    assert [each["answer"] for each in told] == [
        *["allowed", "blocked_until", None] * 3, "allowed", None,
    ]  # fmt: skip
    assert told[2]["code"] == "sub-processor-unknown"
    assert told[-1]["code"] == "not-found"
    single = baseline.gate(customers[0], coming)
    assert {name: told[1][name] for name in single} == single


@pytest.mark.parametrize("count", [0, 101])
def test_a_hundred_questions_at_most(baseline: Vendor, count: int) -> None:
    one = {"processor": baseline.slug, "sub_processor_id": "sub_1", "controller_id": "org_1"}

    answer = baseline.stack.ask(
        baseline.client, "POST", "/registry/v1/gate", {"questions": [one] * count}
    )

    assert answer.status_code == 422


def test_among_many_questions_those_of_others_are_refused(baseline: Vendor) -> None:
    rival = new_client(baseline.stack, "rival", ["processor"], ["registry:read"])
    customer = baseline.customer("nordbo")
    one = {"processor": baseline.slug, "sub_processor_id": host_of(baseline),
           "controller_id": customer["org_id"]}  # fmt: skip

    told = baseline.stack.must(rival, "POST", "/registry/v1/gate", {"questions": [one]})

    assert told["answers"][0]["answer"] is None
    assert told["answers"][0]["code"] == "not-found"
