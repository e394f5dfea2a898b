"""The pipeline stands still: nobody's days begin before its notice has really left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from shared.errors import Unavailable
from tests.integration.registry.test_objecting import object_to
from tests.mongod import free_ports
from tests.receiver import Receiver, receiving
from tests.vendor import Vendor

Json = dict[str, Any]
EVER = "2028-01-01"


@pytest.fixture
def customers_own() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def customer_at(vendor: Vendor, url: str | None, rule: str = "sent", **terms: Any) -> Json:
    """On 30 days of notice and 14 to object. Announced 2026-11-23, that is 12-07 and 12-24."""
    customer = vendor.customer(
        "nordbo", receipt_rule=rule, notice_days=30, objection_days=14, contacts=[], **terms
    )
    if url:
        body = {"url": url}
        made = vendor.stack.must(customer, "POST", "/portal/v1/webhook-endpoints", body)
        customer["endpoint_id"] = made["id"]
    return customer


def stand_still(vendor: Vendor, where: str, **time: float) -> None:
    """Time passes while this part of the pipeline, and all behind it, does nothing."""
    if where != "relay":
        vendor.stack.relay()
    if where == "dispatcher":
        vendor.stack.fan_out()
    vendor.stack.pass_time(**time)


def shut(vendor: Vendor, customer: Json, change: Json, on: str = EVER) -> tuple[Any, ...]:
    found = vendor.gate(customer, change["sub_processor"]["id"], on)
    return found["answer"], found["until"], found["reason_code"]


def seen_by(vendor: Vendor, customer: Json, change: Json) -> Json:
    found: Json = vendor.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    return found


def acknowledge(vendor: Vendor, customer: Json, change: Json) -> None:
    path = f"/portal/v1/changes/{change['id']}/acknowledgement"
    vendor.stack.must(customer, "POST", path)


def evidence_of(vendor: Vendor, change: Json) -> Json:
    path = f"/notices/v1/changes/{change['id']}/evidence"
    [row] = vendor.stack.must(vendor.client, "GET", path)["items"]
    found: Json = row
    return found


@pytest.mark.parametrize("where", ["relay", "fanout", "dispatcher"])
@pytest.mark.parametrize("rule", ["sent", "delivered"])
def test_it_works(baseline: Vendor, customers_own: Receiver, rule: str, where: str) -> None:
    customer = customer_at(baseline, customers_own.url, rule)
    change = baseline.announced(31)
    assert change["effective_on"] == "2026-12-24"

    stand_still(baseline, where, days=7)
    before = shut(baseline, customer, change)
    baseline.stack.settle()

    assert before == ("not_notified", None, "notice-not-sent")
    # Sent and delivered on 2026-11-30: all days of the agreement lie after that.
    assert shut(baseline, customer, change, "2026-12-24") == (
        "blocked_until", "2026-12-31", "days-not-over",
    )  # fmt: skip
    assert shut(baseline, customer, change, "2026-12-30")[0] == "blocked_until"
    assert shut(baseline, customer, change, "2026-12-31")[0] == "allowed"
    seen = seen_by(baseline, customer, change)
    assert (seen["given_on"], seen["objection_deadline"], seen["effective_on"]) == (
        "2026-11-30", "2026-12-14", "2026-12-31",
    )  # fmt: skip
    assert seen["given_at"].startswith("2026-11-30T09:30:00")
    row = evidence_of(baseline, change)
    assert (row["given_on"], row["counts_from"], row["deadline"]) == (
        "2026-11-30", "2026-11-30", "2026-12-14",
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["sent", "delivered", "acknowledged"])
@pytest.mark.parametrize(("on", "status"), [("14T22:59", 201), ("14T23:00", 409)])
def test_an_objection_is_in_time_up_to_the_moved_deadline(
    baseline: Vendor, customers_own: Receiver, rule: str, on: str, status: int
) -> None:
    customer = customer_at(baseline, customers_own.url, rule)
    change = baseline.announced(31)
    stand_still(baseline, "dispatcher", days=7)
    baseline.stack.settle()
    acknowledge(baseline, customer, change)

    baseline.stack.now = datetime.fromisoformat(f"2026-12-{on}:00+00:00")
    answer = object_to(baseline, customer, change)

    assert answer.status_code == status
    if status == 409:
        assert answer.json["context"]["objection_deadline"] == "2026-12-14"


def test_as_long_as_nothing_is_sent_every_objection_is_in_time(baseline: Vendor) -> None:
    customer = customer_at(baseline, None)
    change = baseline.announced(31)
    baseline.stack.pass_time(days=200)

    assert object_to(baseline, customer, change).status_code == 201


def test_acknowledged_counts_from_the_act_however_late_the_notice_left(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customer = customer_at(baseline, customers_own.url, "acknowledged")
    change = baseline.announced(31)
    stand_still(baseline, "dispatcher", days=7)
    unsent = shut(baseline, customer, change)
    baseline.stack.settle()
    unread, row = shut(baseline, customer, change), evidence_of(baseline, change)
    baseline.stack.pass_time(days=2)
    acknowledge(baseline, customer, change)

    assert unsent == ("not_notified", None, "notice-not-sent")
    assert unread == ("blocked_until", None, "notice-not-acknowledged")
    assert (row["given_on"], row["counts_from"], row["deadline"]) == ("2026-11-30", None, None)
    # Acknowledged on 2026-12-02.
    assert shut(baseline, customer, change, "2027-01-01")[:2] == ("blocked_until", "2027-01-02")
    assert shut(baseline, customer, change, "2027-01-02")[0] == "allowed"
    assert evidence_of(baseline, change)["deadline"] == "2026-12-16"


def test_a_customer_no_channel_reaches_is_not_notified_until_it_acknowledges(
    baseline: Vendor,
) -> None:
    customer = customer_at(baseline, None)
    change = baseline.announced(31)
    baseline.stack.settle()
    baseline.stack.pass_time(days=100)
    found = baseline.gate(customer, change["sub_processor"]["id"])
    before, row = seen_by(baseline, customer, change), evidence_of(baseline, change)
    acknowledge(baseline, customer, change)

    assert (found["answer"], found["reason_code"]) == ("not_notified", "notice-not-sent")
    assert "acknowledge the notice in its portal" in found["reason"]
    assert (before["objection_deadline"], before["given_on"], before["provisional"]) == (
        None, None, True,
    )  # fmt: skip
    assert (row["given_on"], row["deadline"], row["outcome"]) == (None, None, "no_endpoint")
    # Acknowledged on 2027-03-03.
    assert shut(baseline, customer, change, "2027-04-02")[:2] == ("blocked_until", "2027-04-03")
    assert shut(baseline, customer, change, "2027-04-03")[0] == "allowed"


def test_an_attempt_that_nobody_answered_has_sent_nothing(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customer = customer_at(baseline, f"http://127.0.0.1:{free_ports(1)}")
    change = baseline.announced(31)
    baseline.stack.settle()
    refused, row = shut(baseline, customer, change), evidence_of(baseline, change)
    path = f"/portal/v1/webhook-endpoints/{customer['endpoint_id']}"
    etag = baseline.stack.ask(customer, "GET", path).headers["ETag"]
    body, headers = {"url": customers_own.url}, {"If-Match": etag}
    baseline.stack.ask(customer, "PATCH", path, body, headers=headers)
    baseline.stack.pass_time(days=3)
    baseline.stack.settle()

    assert refused == ("not_notified", None, "notice-not-sent")
    assert [each["outcome"] for each in row["attempts"]] == ["connect_failed"]
    # Sent on 2026-11-26.
    assert shut(baseline, customer, change, "2026-12-26")[:2] == ("blocked_until", "2026-12-27")
    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-10"


def test_an_answer_that_is_no_yes_is_sent_and_not_delivered(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customers_own.status = 503
    sent = customer_at(baseline, customers_own.url)
    delivered = customer_at(baseline, customers_own.url, "delivered")
    change = baseline.announced(31)
    baseline.stack.settle()

    assert shut(baseline, sent, change, "2026-12-24")[0] == "allowed"
    assert shut(baseline, delivered, change) == ("blocked_until", None, "notice-not-delivered")


def test_what_a_disabled_endpoint_holds_is_not_sent_until_it_is_enabled(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customer = customer_at(baseline, customers_own.url)
    customers_own.status = 410
    path = f"/portal/v1/webhook-endpoints/{customer['endpoint_id']}"
    baseline.stack.must(customer, "POST", f"{path}/test")
    baseline.stack.settle()
    change = baseline.announced(31)
    baseline.stack.settle()
    held, row = shut(baseline, customer, change), evidence_of(baseline, change)
    customers_own.status = 204
    baseline.stack.pass_time(days=2)
    baseline.stack.must(customer, "POST", f"{path}/enable", {})
    baseline.stack.settle()

    assert (held, row["outcome"]) == (("not_notified", None, "notice-not-sent"), "held")
    # Sent on 2026-11-25.
    assert shut(baseline, customer, change, "2026-12-25")[:2] == ("blocked_until", "2026-12-26")
    assert shut(baseline, customer, change, "2026-12-26")[0] == "allowed"


@pytest.mark.parametrize(
    ("sent_at", "deadline"), [("23T22:59:59", "2026-12-07"), ("23T23:00:00", "2026-12-08")]
)
def test_midnight_where_the_processor_sits_parts_the_days(
    baseline: Vendor, customers_own: Receiver, sent_at: str, deadline: str
) -> None:
    customer = customer_at(baseline, customers_own.url)
    change = baseline.announced(31)
    stand_still(baseline, "dispatcher")
    baseline.stack.now = datetime.fromisoformat(f"2026-11-{sent_at}+00:00")
    baseline.stack.dispatch()

    assert seen_by(baseline, customer, change)["objection_deadline"] == deadline
    assert evidence_of(baseline, change)["deadline"] == deadline


def test_what_leaves_before_midnight_and_was_dated_after_counts_from_its_date(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customer = customer_at(baseline, customers_own.url)
    baseline.stack.now = baseline.stack.now.replace(hour=22, minute=57)
    change = baseline.announced(60)
    baseline.stack.settle()

    seen = seen_by(baseline, customer, change)
    assert (seen["given_on"], seen["objection_deadline"]) == ("2026-11-24", "2026-12-08")


def test_a_second_channel_later_moves_nothing(baseline: Vendor, customers_own: Receiver) -> None:
    customer = customer_at(baseline, customers_own.url)
    change = baseline.announced(31)
    baseline.stack.settle()
    baseline.stack.pass_time(days=5)
    more = {"url": f"{customers_own.url}/second"}
    made = baseline.stack.must(customer, "POST", "/portal/v1/webhook-endpoints", more)
    since = {"since": "2026-11-01T00:00:00Z"}
    path = f"/portal/v1/webhook-endpoints/{made['id']}/recover"
    baseline.stack.must(customer, "POST", path, since)
    baseline.stack.settle()

    assert customers_own.at("/second")
    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-07"


def test_without_notices_the_gate_does_not_guess(
    baseline: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = customer_at(baseline, None)
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    change = baseline.announced(31)

    def away(*_: object) -> Any:
        raise Unavailable("notices is away")

    monkeypatch.setattr(type(baseline.stack.registry.notices), "receipts", away)

    sub_id = change["sub_processor"]["id"]
    query = {"processor": baseline.slug, "controller_id": customer["org_id"]}
    asked = {**query, "sub_processor_id": sub_id}
    answer = baseline.stack.ask(baseline.client, "GET", "/registry/v1/gate", query_string=asked)
    assert answer.status_code == 503
    assert baseline.gate(customer, host)["answer"] == "allowed"


def test_a_hundred_questions_ask_once_what_was_sent(
    baseline: Vendor, customers_own: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = customer_at(baseline, customers_own.url)
    changes = [baseline.announced(31) for _ in range(3)]
    baseline.stack.settle()
    client, asked = baseline.stack.registry.notices, []
    receipts = type(client).receipts

    def counting(self: Any, change_ids: Any, agreement_ids: Any) -> Any:
        asked.append(len(change_ids))
        return receipts(self, change_ids, agreement_ids)

    monkeypatch.setattr(type(client), "receipts", counting)
    one = {"processor": baseline.slug, "controller_id": customer["org_id"], "on": "2026-12-24"}
    questions = [
        {**one, "sub_processor_id": changes[n % 3]["sub_processor"]["id"]} for n in range(100)
    ]
    body = {"questions": questions}
    told = baseline.stack.must(baseline.client, "POST", "/registry/v1/gate", body)["answers"]

    assert {each["answer"] for each in told} == {"allowed"}
    assert asked == [3]


def test_who_pulls_its_messages_is_told_the_days_as_they_are_now(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customer = customer_at(baseline, customers_own.url)
    baseline.announced(31)
    stand_still(baseline, "dispatcher")

    def pulled() -> tuple[str, str]:
        items = baseline.stack.must(customer, "GET", "/portal/v1/events")["items"]
        [notice] = [each["data"]["notice"] for each in items if "notice" in each["data"]]
        return notice["given_on"], notice["objection_deadline"]

    baseline.stack.pass_time(hours=1)
    at_first = pulled()
    baseline.stack.pass_time(days=7)
    unsent = pulled()
    baseline.stack.settle()
    baseline.stack.pass_time(days=7)

    assert at_first == ("2026-11-23", "2026-12-07")
    assert unsent == ("2026-11-30", "2026-12-14")
    assert pulled() == ("2026-11-30", "2026-12-14")


def notices_at(receiver: Receiver) -> list[Json]:
    told = [json.loads(each.body)["data"] for each in receiver.requests]
    return [each["notice"] for each in told if "notice" in each]


@pytest.mark.parametrize("where", ["relay", "fanout", "dispatcher"])
def test_a_webhook_that_leaves_late_tells_the_days_that_follow(
    baseline: Vendor, customers_own: Receiver, where: str
) -> None:
    customer = customer_at(baseline, customers_own.url)
    change = baseline.announced(31)
    stand_still(baseline, where, days=7)
    baseline.stack.settle()

    [notice] = notices_at(customers_own)
    assert (notice["given_on"], notice["objection_deadline"]) == ("2026-11-30", "2026-12-14")
    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-14"


def test_a_retry_tells_the_days_that_the_first_answer_has_set(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customers_own.status = 503
    customer_at(baseline, customers_own.url)
    baseline.announced(31)
    baseline.stack.settle()
    customers_own.status = 204
    baseline.stack.pass_time(days=2)
    baseline.stack.settle()

    first, second = notices_at(customers_own)
    assert first == second
    assert second["objection_deadline"] == "2026-12-07"


def test_the_delivery_of_who_counts_from_it_tells_its_own_day(
    baseline: Vendor, customers_own: Receiver
) -> None:
    customers_own.status = 503
    customer_at(baseline, customers_own.url, "delivered")
    baseline.announced(31)
    baseline.stack.settle()
    customers_own.status = 204
    baseline.stack.pass_time(days=2)
    baseline.stack.settle()

    told = notices_at(customers_own)
    assert [each["given_on"] for each in told] == ["2026-11-23", "2026-11-23"]
    assert [each["objection_deadline"] for each in told] == ["2026-12-07", "2026-12-09"]
