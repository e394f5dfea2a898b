"""What a customer reads of a change: the change itself, its own days, at any size."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.vendor import Vendor

Json = dict[str, Any]


def read(vendor: Vendor, customer: Json, change: Json) -> Json:
    shown: Json = vendor.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    return shown


def told(vendor: Vendor, **more: Any) -> Json:
    change = vendor.announced(**more)
    vendor.stack.tell()
    return change


def test_a_customer_reads_who_is_added_and_on_what_basis(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = told(
        baseline,
        reason="Mail in bulk",
        sub_processor=builders.sub_processor(
            legal_name="Mail Inc.", locations=[{"country": "DE", "kind": "storage"}]
        ),
    )

    seen = read(baseline, customer, change)

    assert seen["processor"]["slug"] == baseline.slug
    assert (seen["kind"], seen["reason"]) == ("add", "Mail in bulk")
    assert seen["previous"] is None
    assert seen["sub_processor"]["legal_name"] == "Mail Inc."
    [place] = seen["sub_processor"]["locations"]
    assert place["verdict"]["status"] == "no_transfer"
    assert seen["materiality"] == baseline.must("GET", f"/changes/{change['id']}")["materiality"]


def test_a_customer_reads_what_was_there_before(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    host = baseline.must("GET", "/sub-processors")["items"][0]
    change = told(
        baseline,
        kind="modify",
        sub_processor_id=host["id"],
        sub_processor=builders.sub_processor(
            legal_name="Hosting Ltd", country="IE", locations=[{"country": "SE", "kind": "storage"}]
        ),
    )

    seen = read(baseline, customer, change)

    assert [place["country"] for place in seen["previous"]["locations"]] == ["IE"]
    assert [place["country"] for place in seen["sub_processor"]["locations"]] == ["SE"]


@pytest.mark.usefixtures("told_at_once")
def test_its_own_days_come_with_their_sum(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo", notice_days=30, objection_days=14)

    seen = read(baseline, customer, told(baseline))

    assert seen["objection_deadline"] == "2026-12-07"
    assert seen["arithmetic"] != []
    assert seen["announced_at"] is not None


def test_the_list_says_the_same_as_the_change(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = told(baseline)

    [listed] = baseline.stack.must(customer, "GET", "/portal/v1/changes")["items"]

    alone = read(baseline, customer, change)
    assert {name: alone[name] for name in listed} == listed


def test_a_customer_reads_the_contact_of_a_sub_processor(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    contact = {"name": "Jo Berg", "position": "DPO", "email": "jo@mail.example"}
    change = told(baseline, sub_processor=builders.sub_processor(contact=contact))

    assert read(baseline, customer, change)["sub_processor"]["contact"] == contact


def test_a_page_of_two_hundred_notices_is_one_answer(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = told(baseline)
    messages = baseline.stack.database("notices").db["messages"]
    [message] = messages.find({"change_id": change["id"], "notice": {"$ne": None}})
    more = [{**message, "_id": f"{message['_id']}{n:04}"} for n in range(250)]
    messages.insert_many(more)

    page = baseline.stack.must(customer, "GET", "/portal/v1/changes?limit=200")

    assert len(page["items"]) == 200
    assert page["next_cursor"] is not None
