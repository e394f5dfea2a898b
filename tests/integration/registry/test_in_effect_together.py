"""Changes of one notice take effect together: one entry of the ledger, one message, one mail."""

from __future__ import annotations

from typing import Any

from tests.integration.registry.test_several_in_one_notice import (
    announce,
    drafts,
    of_product,
    told,
)
from tests.receiver import Receiver
from tests.vendor import Vendor

IN_EFFECT = "sub_processor.change.in_effect"
Json = dict[str, Any]


def on_their_day(vendor: Vendor) -> None:
    vendor.stack.pass_time(days=61)
    vendor.stack.forget_tokens()
    vendor.stack.settle()


def names(message: Json) -> list[str]:
    return [each["sub_processor"]["legal_name"] for each in message["changes"]]


def entries(vendor: Vendor) -> list[Json]:
    return [entry for entry in vendor.ledger() if entry["type"] == IN_EFFECT]


def test_all_of_a_notice_are_one_message(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.", "Logs Inc.")
    announce(baseline, changes)
    baseline.stack.settle()
    on_their_day(baseline)

    [message] = told(inbox, changes, IN_EFFECT)
    assert sorted(names(message)) == ["Chat Inc.", "Logs Inc.", "Mail Inc."]
    assert "change_id" not in message
    assert message["effective_on"] == str(baseline.today.replace(day=22, month=1))
    [entry] = entries(baseline)
    assert len(entry["data"]["changes"]) == 3
    for change in changes:
        assert baseline.must("GET", f"/changes/{change['id']}")["status"] == "in_effect"


def test_what_was_withdrawn_does_not_take_effect_with_the_others(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.")
    announce(baseline, changes)
    baseline.stack.settle()
    baseline.must("POST", f"/changes/{changes[0]['id']}/withdraw", {"reason": "Not needed."})
    on_their_day(baseline)

    [message] = told(inbox, changes, IN_EFFECT)
    assert names(message) == ["Chat Inc."]
    assert message["change_id"] == changes[1]["id"]
    assert baseline.must("GET", f"/changes/{changes[0]['id']}")["status"] == "withdrawn"


def test_each_customer_is_told_of_those_it_had_notice_of(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    for slug, product in (("nordbo", "crm"), ("sydbo", "erp"), ("vestbo", "hr")):
        baseline.customer(slug, agreement={"products": [product]})
    changes = [
        of_product(baseline, "Ledger Inc.", "erp"),
        of_product(baseline, "Lead Inc.", "crm"),
        of_product(baseline, "Mine Inc.", "crm"),
    ]
    announce(baseline, changes)
    baseline.stack.settle()
    on_their_day(baseline)

    messages = told(inbox, changes, IN_EFFECT)
    assert sorted(names(message) for message in messages) == [
        ["Lead Inc.", "Mine Inc."],
        ["Ledger Inc."],
    ]
    assert [sorted(message["change_ids"]) for message in messages if len(names(message)) == 2] == [
        sorted(change["id"] for change in changes[1:])
    ]


def test_one_alone_is_told_as_before(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = [*drafts(baseline, "Mail Inc."), *drafts(baseline, "Chat Inc.")]
    for change in changes:
        announce(baseline, [change])
    baseline.stack.settle()
    on_their_day(baseline)

    messages = told(inbox, changes, IN_EFFECT)
    assert sorted(message["sub_processor"]["legal_name"] for message in messages) == [
        "Chat Inc.",
        "Mail Inc.",
    ]
    assert all(names(message) for message in messages)
    assert len(entries(baseline)) == 2
