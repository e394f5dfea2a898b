"""Terms as agreements really name them: from the agreement to preview, notice, gate and portal."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.registry.test_receipts import seen_by
from tests.receiver import Receiver
from tests.unit.agreements.nine_agreements import NINE, said
from tests.vendor import Vendor

# The short form, taken out of the way.
LONG: dict[str, Any] = {"notice_days": None, "objection_days": None}


def deadlines_of(inbox: Receiver, change: Any) -> list[str | None]:
    """The last days to object in the messages of this change; other tests share the inbox."""
    messages = [json.loads(request.body)["data"] for request in inbox.requests]
    notices = [data["notice"] for data in messages if data.get("change_id") == change["id"]]
    return [notice["objection_deadline"] for notice in notices]


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


def test_a_period_in_months_counts_from_agreement_to_gate(
    baseline: Vendor, inbox: Receiver
) -> None:
    """Given on Monday 2026-11-23: two months end on 2027-01-23; ten business days are 24 to 27 and
    30 November, 1 to 4 and 7 December."""
    baseline.receiver_url = inbox.url
    customer = baseline.customer(
        "nordbo", **LONG, notice={"length": {"value": 2, "unit": "months"}},
        objection={"length": {"value": 10, "unit": "business_days"}, "silence": "consent"},
    )  # fmt: skip
    too_early = baseline.draft(61)
    refused = baseline.ask("POST", f"/changes/{too_early['id']}/announce")
    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["context"]["earliest_effective_on"] == "2027-01-24"
    assert refused.json["context"]["blocking"][0]["notice"] == {"value": 2, "unit": "months"}

    change = baseline.announced(62)
    baseline.stack.settle()

    shown = seen_by(baseline, customer, change)
    assert shown["objection_deadline"] == "2026-12-07"
    assert deadlines_of(inbox, change) == ["2026-12-07"]
    sub_id = change["sub_processor"]["id"]
    assert baseline.gate(customer, sub_id, "2027-01-23")["answer"] == "blocked_until"
    assert baseline.gate(customer, sub_id, "2027-01-24")["answer"] == "allowed"


def test_a_receipt_that_is_deemed_ends_the_wait_for_an_acknowledgement(
    baseline: Vendor, inbox: Receiver
) -> None:
    """Sent on Monday 2026-11-23, deemed received on Thursday 26; 14 days end on 2026-12-10, thirty
    on 2026-12-26."""
    baseline.receiver_url = inbox.url
    counted = {"starts": "acknowledged", "deemed_after": {"value": 3, "unit": "business_days"}}
    customer = baseline.customer(
        "nordbo", **LONG, receipt_rule="acknowledged",
        notice={"length": {"value": 30, "unit": "days"}, **counted},
        objection={"length": {"value": 14, "unit": "days"}, **counted},
    )  # fmt: skip
    change = baseline.announced(62)
    baseline.stack.settle()

    shown = seen_by(baseline, customer, change)
    assert (shown["objection_deadline"], shown["provisional"]) == ("2026-12-10", False)
    gate = baseline.gate(customer, change["sub_processor"]["id"], "2026-12-27")
    assert gate["reason_code"] != "notice-not-acknowledged"


def test_a_late_acknowledgement_gives_no_later_day_in_evidence_than_in_the_portal(
    baseline: Vendor, inbox: Receiver
) -> None:
    """Deemed received on 2026-11-25: 14 days end on 2026-12-09, whatever comes on 2026-12-01."""
    baseline.receiver_url = inbox.url
    counted = {"starts": "acknowledged", "deemed_after": {"value": 2, "unit": "days"}}
    customer = baseline.customer(
        "nordbo", **LONG, receipt_rule="acknowledged",
        objection={"length": {"value": 14, "unit": "days"}, **counted},
    )  # fmt: skip
    stack, change = baseline.stack, baseline.announced(62)
    stack.settle()
    stack.pass_time(days=8)
    path = f"/portal/v1/changes/{change['id']}/acknowledgement"
    acknowledged = stack.must(customer, "POST", path)
    stack.settle()

    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-09"
    evidence = f"/notices/v1/changes/{change['id']}/evidence"
    [line] = stack.must(baseline.client, "GET", evidence)["items"]
    assert (line["acknowledged_at"] is not None, line["deadline"]) == (True, "2026-12-09")
    assert acknowledged is None or "2026-12-15" not in json.dumps(acknowledged)


def evidence_of(vendor: Vendor, change: Any) -> Any:
    path = f"/notices/v1/changes/{change['id']}/evidence"
    [line] = vendor.stack.must(vendor.client, "GET", path)["items"]
    return line


def test_a_deadline_is_known_while_only_the_notice_waits_for_its_receipt(
    baseline: Vendor, inbox: Receiver
) -> None:
    """Objections from the sending on 2026-11-23, until 2026-12-07; the notice from the
    acknowledgement, which does not come."""
    baseline.receiver_url = inbox.url
    customer = baseline.customer(
        "nordbo", **LONG,
        notice={"length": {"value": 30, "unit": "days"}, "starts": "acknowledged"},
        objection={"length": {"value": 14, "unit": "days"}, "starts": "sent"},
    )  # fmt: skip
    change = baseline.announced(62)
    baseline.stack.settle()

    shown = seen_by(baseline, customer, change)
    assert (shown["objection_deadline"], shown["provisional"]) == ("2026-12-07", True)
    assert evidence_of(baseline, change)["deadline"] == "2026-12-07"
    assert set(deadlines_of(inbox, change)) == {"2026-12-07"}
    gate = baseline.gate(customer, change["sub_processor"]["id"], "2028-01-03")
    assert gate["reason_code"] == "notice-not-acknowledged"
    baseline.stack.pass_time(days=15)
    objection = {"grounds": "location", "text": "Too late."}
    path = f"/portal/v1/changes/{change['id']}/objections"
    refused = baseline.stack.ask(customer, "POST", path, objection)
    assert refused.json is not None
    assert refused.json["code"] == "objection-window-closed"


def test_evidence_counts_by_the_rule_of_this_kind_of_change(
    baseline: Vendor, inbox: Receiver
) -> None:
    """A new sub-processor counts from the acknowledgement, all else from the sending."""
    baseline.receiver_url = inbox.url
    customer = baseline.customer(
        "nordbo", **LONG, notice={"length": {"value": 30, "unit": "days"}},
        objection={"length": {"value": 14, "unit": "days"}, "starts": "sent"},
        by_kind={"add": {"objection": {"starts": "acknowledged"}}},
    )  # fmt: skip
    change = baseline.announced(62)
    baseline.stack.settle()
    assert seen_by(baseline, customer, change)["objection_deadline"] is None
    assert evidence_of(baseline, change)["deadline"] is None

    baseline.stack.pass_time(days=2)
    path = f"/portal/v1/changes/{change['id']}/acknowledgement"
    baseline.stack.must(customer, "POST", path)
    # Acknowledged on Wednesday 2026-11-25.
    assert seen_by(baseline, customer, change)["objection_deadline"] == "2026-12-09"
    assert evidence_of(baseline, change)["deadline"] == "2026-12-09"


def test_an_agreement_is_ended_by_its_own_day(baseline: Vendor) -> None:
    """The change takes effect on 2026-12-09. That day begins in Auckland, which the agreement
    names, at 11:00 UTC of the 8th; where the processor sits it is still the 8th."""
    customer = baseline.customer(
        "south", notice_days=14, objection_days=14, time_zone="Pacific/Auckland"
    )
    change = baseline.announced(16)
    objection = {"grounds": "location", "text": "Our data stays here."}
    path = f"/portal/v1/changes/{change['id']}/objections"
    made = baseline.stack.must(customer, "POST", path, objection)
    end = f"/portal/v1/objections/{made['id']}/terminate"
    baseline.stack.now = baseline.stack.now.replace(month=12, day=8, hour=10, minute=59)
    assert baseline.stack.ask(customer, "POST", end, {}).status_code == 409
    baseline.stack.now = baseline.stack.now.replace(hour=11, minute=1)
    assert baseline.stack.ask(customer, "POST", end, {}).status_code == 200


def test_objections_until_the_change_and_periods_by_its_kind(baseline: Vendor) -> None:
    baseline.customer(
        "nordbo", **LONG, notice={"length": {"value": 30, "unit": "days"}},
        objection={"ends": "effective_day", "before_effect": {"value": 1, "unit": "weeks"}},
        by_kind={"add": {"notice": {"length": {"value": 6, "unit": "weeks"}}}},
    )  # fmt: skip
    # Announced on Monday 2026-11-23 for 2027-01-22; a week before that is 2027-01-15.
    group = previewed(baseline, 60)
    assert group["objection_deadline"] == "2027-01-15"
    # Six weeks end on Monday 2027-01-04; for another kind of change thirty days would do.
    assert group["earliest_effective_on"] == "2027-01-05"


def test_the_window_closes_with_the_later_midnight_and_the_gate_opens_after_it(
    baseline: Vendor, inbox: Receiver
) -> None:
    """The processor sits in Copenhagen, the customer in Los Angeles, nine hours behind. Given on
    2026-11-23, 14 days end on 2026-12-07, which is over in Los Angeles at 08:00 UTC of the 8th."""
    baseline.receiver_url = inbox.url
    customer = baseline.customer(
        "west", notice_days=14, objection_days=14,
        organisation={"time_zone": "America/Los_Angeles"},
    )  # fmt: skip
    change = baseline.announced(15)
    baseline.stack.settle()
    sub_id = change["sub_processor"]["id"]

    baseline.stack.now = baseline.stack.now.replace(month=12, day=8, hour=7, minute=59)
    assert baseline.gate(customer, sub_id)["answer"] == "blocked_until"
    objection = {"grounds": "location", "text": "Our data stays here."}
    path = f"/portal/v1/changes/{change['id']}/objections"
    assert baseline.stack.ask(customer, "POST", path, objection).status_code == 201


def test_after_the_later_midnight_the_window_is_closed(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer(
        "west", notice_days=14, objection_days=14, time_zone="America/Los_Angeles"
    )
    change = baseline.announced(15)
    baseline.stack.settle()
    baseline.stack.now = baseline.stack.now.replace(month=12, day=8, hour=8, minute=1)
    objection = {"grounds": "location", "text": "Too late."}
    path = f"/portal/v1/changes/{change['id']}/objections"
    refused = baseline.stack.ask(customer, "POST", path, objection)
    assert refused.status_code == 409
    assert baseline.gate(customer, change["sub_processor"]["id"])["answer"] == "allowed"


# Announced on Monday 2026-11-23. Last day to object, first day of the change.
DAYS_OF_THE_NINE = {
    "tailscale": ("2026-12-03", "2026-12-04"),  # 23 November + 10 days, a Thursday.
    "kemitchell": ("2026-12-07", "2026-12-08"),  # + 14 days, a Monday.
    "sambruk": ("2026-12-23", "2026-12-24"),  # + 30 days, the day before Christmas Eve.
}
# The short form of what the terms say themselves.
SILENT: dict[str, Any] = {"breach_notice_hours": None, "deletion_days": None,
                          "clauses": {"security": "Encryption."}}  # fmt: skip
WITHOUT_A_NUMBER = (None, "2026-11-24")


def test_nine_real_agreements_are_signed_and_counted(baseline: Vendor) -> None:
    shown: dict[str, Any] = {}
    for name, (authorisation, terms) in NINE.items():
        agreed = {"authorisation": authorisation, "notice_terms": terms, **SILENT}
        customer = baseline.customer(name, agreement=agreed)
        shown[name] = baseline.stack.must(
            customer, "GET", f"/portal/v1/agreements/{customer['agreement_id']}"
        )
    assert shown["sambruk"]["notice_terms"]["also"][0]["said_where"] == "model notice letter"
    assert shown["klerk"]["authorisation"] is None
    for name, (_, terms) in NINE.items():
        assert said(terms, shown[name]["notice_terms"]), name

    change = baseline.draft(60)
    groups = baseline.must("GET", f"/changes/{change['id']}/preview")["groups"]
    days = [(group["objection_deadline"], group["earliest_effective_on"]) for group in groups]
    expected = [DAYS_OF_THE_NINE.get(name, WITHOUT_A_NUMBER) for name in NINE]
    assert sorted(map(str, days)) == sorted(map(str, expected))
    asking = [group for group in groups if group["silence"] == "refusal"]
    assert len(asking) == 4


def test_an_agreement_without_a_number_has_that_of_the_register(
    baseline: Vendor, inbox: Receiver
) -> None:
    """Given on Monday 2026-11-23: a month ends on 2026-12-23, ten days on 2026-12-03."""
    baseline.receiver_url = inbox.url
    customer = baseline.customer(
        "nordbo", **LONG, notice={"length": None}, objection={"length": None, "silence": "consent"}
    )
    numbered = baseline.customer("havnen", notice_days=5, objection_days=5)
    month = {"length": {"value": 1, "unit": "months"}}
    ten_days = {"length": {"value": 10, "unit": "days"}}
    stated = {"default_terms": {"notice": month, "objection": ten_days}}
    assert baseline.states(stated).json["default_terms"] == stated["default_terms"]
    entry = baseline.ledger()[-1]
    assert entry["type"] == "register.default_terms_stated"
    assert entry["data"]["default_terms"] == stated["default_terms"]

    change = baseline.announced(31)
    baseline.stack.settle()
    baseline.states({"default_terms": None})
    assert baseline.ledger()[-1]["data"]["default_terms"] is None

    shown = seen_by(baseline, customer, change)
    assert shown["objection_deadline"] == "2026-12-03"
    assert seen_by(baseline, numbered, change)["objection_deadline"] == "2026-11-30"
    assert set(deadlines_of(inbox, change)) == {"2026-11-30", "2026-12-03"}
    sub_id = change["sub_processor"]["id"]
    assert baseline.gate(customer, sub_id, "2026-12-23")["answer"] == "blocked_until"
    assert baseline.gate(customer, sub_id, "2026-12-24")["answer"] == "allowed"


def test_an_import_without_a_day_waits_for_the_period_of_the_register(baseline: Vendor) -> None:
    """Dated Monday 2026-11-23: a month of notice ends on 2026-12-23."""
    baseline.customer(
        "nordbo", **LONG, notice={"length": None}, objection={"length": None, "silence": "consent"}
    )
    baseline.states({"default_terms": {"notice": {"length": {"value": 1, "unit": "months"}}}})
    answer = baseline.ask("POST", "/import", data=b"Name\nX\n", content_type="text/csv")
    assert answer.json is not None
    assert answer.json["effective_on"] == "2026-12-24"


def test_a_register_without_an_own_number_sets_no_day(baseline: Vendor) -> None:
    baseline.customer(
        "nordbo", **LONG, notice={"length": None}, objection={"length": None, "silence": "consent"}
    )
    baseline.states({"default_terms": {"notice": None, "objection": None}})
    assert baseline.ledger()[-1]["data"]["default_terms"] == {"notice": None, "objection": None}
    assert previewed(baseline)["objection_deadline"] is None


def test_periods_that_a_register_cannot_state_are_refused_by_name(baseline: Vendor) -> None:
    for length, pointer in (
        ({"value": 0, "unit": "days"}, "value"),
        ({"value": 13, "unit": "months"}, "value"),
        ({"value": 1, "unit": "moons"}, "unit"),
        ({"value": 1, "unit": "days", "starts": "sent"}, "starts"),
    ):
        answer = baseline.states({"default_terms": {"notice": {"length": length}}})
        assert answer.status_code == 422
        pointers = [each["pointer"] for each in answer.json["errors"]]
        assert pointers == [f"/default_terms/notice/length/{pointer}"]
    assert baseline.must("GET", "")["default_terms"] is None


def test_a_customer_is_shown_how_its_days_were_counted(baseline: Vendor, inbox: Receiver) -> None:
    """14 days from Monday 2026-11-23, received at the latest three business days later: until
    Thursday 2026-12-10, once it is acknowledged or deemed to be."""
    baseline.receiver_url = inbox.url
    period = {"starts": "acknowledged", "deemed_after": {"value": 3, "unit": "business_days"}}
    waits = baseline.customer(
        "nordbo", **LONG, receipt_rule="acknowledged",
        notice={"length": {"value": 30, "unit": "days"}, "starts": "sent"},
        objection={"length": {"value": 14, "unit": "days"}, "starts": "acknowledged"},
    )  # fmt: skip
    deemed = baseline.customer(
        "lille", **LONG, receipt_rule="acknowledged",
        notice={"length": {"value": 30, "unit": "days"}, **period},
        objection={"length": {"value": 14, "unit": "days"}, **period},
    )  # fmt: skip
    change = baseline.announced(62)
    baseline.stack.settle()

    assert seen_by(baseline, waits, change)["arithmetic"] == []
    shown = seen_by(baseline, deemed, change)
    steps = {step["name"]: step for step in shown["arithmetic"]}
    assert shown["objection_deadline"] == steps["objection_deadline"]["day"] == "2026-12-10"
    assert (
        "Thursday 26 November 2026 + 14 calendar days = Thursday 10 December 2026"
        in steps["objection_deadline"]["text"]
    )
    assert steps["earliest_effective_on"]["day"] == "2026-12-27"
