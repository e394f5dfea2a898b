"""Reading a register: any day, as known at any instant, and only by those it concerns."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from shared.ledger import verify
from tests import builders
from tests.vendor import Vendor, new_client


def test_it_works(baseline: Vendor) -> None:
    items = baseline.must("GET", "/sub-processors")["items"]

    assert [item["legal_name"] for item in items] == ["Hosting Ltd"]
    assert items[0]["locations"][0]["verdict"]["status"] == "no_transfer"
    assert items[0]["valid_from"] == "2026-01-01"
    assert items[0]["valid_to"] is None


def test_before_its_first_day_an_entry_is_not_there(baseline: Vendor) -> None:
    assert baseline.names("2025-12-31") == []
    assert baseline.names("2026-01-01") == ["Hosting Ltd"]


def test_what_was_known_before_a_change_was_recorded_can_be_read_back(baseline: Vendor) -> None:
    before = baseline.stack.now
    baseline.stack.pass_time(hours=1)
    change = baseline.announced()
    day = change["effective_on"]

    assert baseline.names(day, recorded_as_of=before.isoformat()) == ["Hosting Ltd"]
    assert baseline.names(day) == ["Hosting Ltd", "Mailer Inc."]


def test_a_modified_entry_keeps_its_older_version(baseline: Vendor) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]
    entry = builders.sub_processor(legal_name="Hosting Europe Ltd")
    change = baseline.announced(kind="modify", sub_processor=entry, sub_processor_id=host["id"])

    versions = baseline.must("GET", f"/sub-processors/{host['id']}/versions")["items"]

    assert [(each["version"], each["legal_name"]) for each in versions] == [
        (1, "Hosting Ltd"), (2, "Hosting Europe Ltd"),
    ]  # fmt: skip
    last_day = baseline.today + timedelta(59)
    assert versions[0]["valid_to"] == last_day.isoformat()
    assert versions[1]["valid_from"] == change["effective_on"]


def test_the_difference_of_two_days_is_told_field_by_field(baseline: Vendor) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]
    places = [{"country": "IE", "kind": "storage"}]
    same = builders.sub_processor(
        legal_name="Hosting Ltd", country="IE", retention="30 days", locations=places
    )
    change = baseline.announced(kind="modify", sub_processor=same, sub_processor_id=host["id"])

    query = {"from": baseline.today.isoformat(), "to": change["effective_on"]}
    answer = baseline.ask("GET", "/diff", query_string=query).json

    assert answer is not None
    assert answer["items"][0]["kind"] == "modified"
    assert answer["items"][0]["fields"] == [
        {"field": "retention", "before": None, "after": "30 days"}
    ]


def test_a_difference_inside_a_member_is_told_by_its_place(baseline: Vendor) -> None:
    entry = builders.sub_processor()
    first = baseline.announced(sub_processor=entry)
    baseline.stack.pass_time(days=60)
    baseline.stack.settle()
    later = copy.deepcopy(entry)
    later["purpose"]["da"] = "Udsender breve"
    later["locations"][0]["mechanisms"][0]["evidence"]["due_on"] = "2027-09-01"
    later["certifications"] = ["ISO/IEC 27001"]
    sub_id = first["sub_processor"]["id"]
    second = baseline.announced(kind="modify", sub_processor=later, sub_processor_id=sub_id)

    query = {"from": first["effective_on"], "to": second["effective_on"]}
    answer = baseline.ask("GET", "/diff", query_string=query).json

    assert answer is not None
    (item,) = answer["items"]
    told = {each["field"]: each.get("parts") for each in item["fields"]}
    assert told == {
        "certifications": None,
        "locations": [{"pointer": "/0/mechanisms/0/evidence/due_on",
                       "before": "2027-06-01", "after": "2027-09-01"}],
        "purpose": [{"pointer": "/da", "before": "Udsendelse af e-mail",
                     "after": "Udsender breve"}],
    }  # fmt: skip


def test_a_register_is_taken_over_once(baseline: Vendor) -> None:
    body = {"valid_from": "2026-01-01", "sub_processors": [builders.sub_processor()]}

    again = baseline.ask("POST", "/baseline", body)

    assert again.status_code == 409
    assert again.json is not None
    assert again.json["code"] == "register-exists"


def test_an_incomplete_list_is_taken_over_as_it_is(vendor: Vendor) -> None:
    unnamed = {"legal_name": "Portal e-mail provider"}
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [unnamed]})

    assert vendor.names() == ["Portal e-mail provider"]


def test_an_entry_that_is_taken_over_may_have_a_day_of_its_own(vendor: Vendor) -> None:
    old = {"legal_name": "Old ApS", "valid_from": "2019-05-01"}
    young = {"legal_name": "Young ApS", "parent_id": "#/sub_processors/0"}
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [old, young]})

    assert vendor.names("2019-04-30") == []
    assert vendor.names("2019-05-01") == ["Old ApS"]
    assert vendor.names("2026-01-01") == ["Old ApS", "Young ApS"]
    (adopted,) = vendor.must("GET", "/ledger")["items"]
    listed = adopted["data"]["sub_processors"]
    assert [entry["valid_from"] for entry in listed] == ["2019-05-01", "2026-01-01"]


def test_an_entry_is_not_taken_over_from_a_day_to_come(vendor: Vendor) -> None:
    tomorrow = (vendor.today + timedelta(days=1)).isoformat()
    later = {"legal_name": "Later ApS", "valid_from": tomorrow}
    body = {"valid_from": "2026-01-01", "sub_processors": [later]}

    refused = vendor.ask("POST", "/baseline", body)

    assert refused.status_code == 422
    assert refused.json is not None
    (error,) = refused.json["errors"]
    assert (error["pointer"], error["code"]) == ("/sub_processors/0/valid_from", "day-to-come")


def test_an_entry_is_not_taken_over_from_before_its_parent(vendor: Vendor) -> None:
    parent = {"legal_name": "Parent ApS", "valid_from": "2020-01-01"}
    child = {"legal_name": "Child ApS", "valid_from": "2019-01-01",
             "parent_id": "#/sub_processors/0"}  # fmt: skip
    body = {"valid_from": "2026-01-01", "sub_processors": [parent, child]}

    refused = vendor.ask("POST", "/baseline", body)

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["code"] == "parent-unknown"


def test_another_processor_and_a_strange_customer_find_no_register(
    baseline: Vendor, vendor: Vendor
) -> None:
    stack = baseline.stack
    rival = new_client(stack, "rival", ["processor"], ["registry:read", "registry:write"])
    stranger = new_client(stack, "stranger", ["controller"], ["portal:read"])

    assert stack.ask(rival, "GET", f"{baseline.path}/sub-processors").status_code == 404
    assert stack.ask(rival, "GET", f"{baseline.path}/changes").status_code == 404
    body = {"kind": "add", "sub_processor": builders.sub_processor(),
            "effective_on": "2027-01-01", "reason": "x"}  # fmt: skip
    assert stack.ask(rival, "POST", f"{baseline.path}/changes", body).status_code == 404
    answer = stack.ask(stranger, "GET", f"/portal/v1/sub-processors?processor={baseline.slug}")
    assert answer.status_code == 404


def test_a_customer_sees_only_what_concerns_its_products(baseline: Vendor) -> None:
    entry = builders.sub_processor(products=["payroll"])
    baseline.announced(0, sub_processor=entry)
    crm = baseline.customer("crm-user", agreement={"products": ["crm"]})
    payroll = baseline.customer("payroll-user", agreement={"products": ["payroll"]})

    assert customer_names(baseline, crm) == ["Hosting Ltd"]
    assert customer_names(baseline, payroll) == ["Hosting Ltd", "Mailer Inc."]


def test_the_public_ledger_holds_no_person_and_no_customer_and_verifies(
    baseline: Vendor,
) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    objection = {"grounds": "security", "text": "We saw a breach there."}
    path = f"/portal/v1/changes/{change['id']}/objections"
    baseline.stack.must(customer, "POST", path, objection)

    entries = baseline.ledger()

    assert verify(entries) is None
    for secret in ("Jo Doe", "jo@mailer.example", "SPA-7", "TIA-7", customer["org_id"],
                   customer["agreement_id"], "breach there", "notice_days"):  # fmt: skip
        assert secret not in str(entries)


def customer_names(vendor: Vendor, customer: dict[str, Any]) -> list[str]:
    path = f"/portal/v1/sub-processors?processor={vendor.slug}"
    items = vendor.stack.must(customer, "GET", path)["items"]
    return sorted(item["legal_name"] for item in items)
