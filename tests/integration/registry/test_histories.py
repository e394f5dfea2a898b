"""Random histories through the real services: gate, evidence, portal and objections agree.

The rules are tried over many more histories in ``tests/unit/histories``; here it is shown that the
services ask them.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.integration.registry.test_announcing import second_client
from tests.integration.registry.test_objecting import object_to
from tests.receiver import Receiver
from tests.vendor import Vendor

Json = dict[str, Any]
FORTNIGHT = {"value": 14, "unit": "days"}
MONTH = {"value": 30, "unit": "days"}
TWO_DAYS = {"length": {"value": 2, "unit": "days"}}
# Each rule on its own, both apart, one by the kind of change, one deemed, and the term itself.
TERMS: list[Json] = [
    {},
    {"receipt_rule": "delivered"},
    {"receipt_rule": "acknowledged"},
    {"emergency": TWO_DAYS},
    {
        "notice": {"length": MONTH, "starts": "acknowledged"},
        "objection": {"length": FORTNIGHT, "starts": "sent"},
    },
    {
        "notice": {"length": MONTH, "starts": "sent"},
        "objection": {"length": FORTNIGHT, "starts": "acknowledged"},
    },
    {
        "objection": {
            "length": FORTNIGHT,
            "starts": "acknowledged",
            "deemed_after": {"value": 3, "unit": "business_days"},
        }
    },
    {"by_kind": {"add": {"objection": {"length": FORTNIGHT, "starts": "acknowledged"}}}},
    {"objection": {"ends": "effective_day"}, "emergency": TWO_DAYS},
]


def signed(vendor: Vendor, random: Random, name: str, url: str) -> Json:
    """A customer on some of the terms, whom a webhook reaches or not."""
    vendor.receiver_url = random.choice([url, None])
    terms = random.choice(TERMS)
    long = any(name in terms for name in ("notice", "objection"))
    days = (None, None) if long else (30, 14)
    starts = terms.get("objection", {}).get("starts", "sent")
    flat = {"notice_days": days[0], "objection_days": days[1], "contacts": [],
            "receipt_rule": starts}  # fmt: skip
    return vendor.customer(name, **{**flat, **terms})


def announced(vendor: Vendor, *, emergency: bool) -> Json:
    if not emergency:
        change: Json = vendor.announced(62)
        return change
    draft: Json = vendor.draft(3)
    path = f"/changes/{draft['id']}"
    vendor.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    vendor.must("POST", f"{path}/approve")
    vendor.stack.must(second_client(vendor), "POST", f"{vendor.path}{path}/approve")
    return draft


def evidence_by_agreement(vendor: Vendor, change: Json) -> dict[str, Json]:
    path = f"/notices/v1/changes/{change['id']}/evidence"
    lines = vendor.stack.must(vendor.client, "GET", path)["items"]
    return {line["agreement_id"]: line for line in lines}


def check_that_all_agree(vendor: Vendor, change: Json, customer: Json) -> None:
    line = evidence_by_agreement(vendor, change).get(customer["agreement_id"])
    portal = vendor.stack.ask(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert (portal.status_code == 200) == (line is not None)
    far = vendor.gate(customer, change["sub_processor"]["id"], "2031-01-01")
    if line is None:
        assert far["reason_code"] == "accepted-with-agreement"
        return
    shown = portal.json
    assert shown["objection_deadline"] == line["deadline"]
    assert shown["given_on"] == line["given_on"]
    if not shown["provisional"]:
        assert shown["effective_on"] == line["effective_on"]
        on = vendor.gate(customer, change["sub_processor"]["id"], shown["effective_on"])
        assert on["reason_code"] in ("told", "objection-open")
    if far["reason_code"] == "told":
        assert line["sent_at"]
    assert (line["sent_at"] is None) == (
        far["reason_code"] in ("notice-not-sent", "emergency-not-sent")
    )


def object_by(vendor: Vendor, change: Json, customer: Json) -> None:
    """The door opens as the portal says."""
    seen = vendor.stack.ask(customer, "GET", f"/portal/v1/changes/{change['id']}")
    answer = object_to(vendor, customer, change)
    if seen.status_code == 404:
        assert answer.json["code"] == "accepted-with-agreement"
        return
    deadline = seen.json["objection_deadline"]
    late = deadline is not None and str(vendor.today) > deadline
    assert answer.status_code == (409 if late else 201)


@pytest.mark.parametrize("seed", range(6))
def test_over_a_random_history_all_say_the_same(
    baseline: Vendor, inbox: Receiver, seed: int
) -> None:
    random, stack = Random(seed), baseline.stack
    customers = [signed(baseline, random, f"early-{n}", inbox.url) for n in range(3)]
    change = announced(baseline, emergency=random.random() < 0.5)
    customers.append(signed(baseline, random, "late", inbox.url))
    for _ in range(4):
        if random.random() < 0.7:
            stack.settle()
        stack.pass_time(days=random.choice([0, 1, 3, 13, 20]))
        stack.settle()
        someone = random.choice(customers)
        path = f"/portal/v1/changes/{change['id']}/acknowledgement"
        stack.ask(someone, "POST", path)
        for customer in customers:
            check_that_all_agree(baseline, change, customer)
    for customer in customers:
        object_by(baseline, change, customer)
