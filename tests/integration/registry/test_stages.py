"""The stage of an entry from its plan to its use: list, gate, notices, page, files, annex."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from tests import builders
from tests.integration.registry.importing import taken
from tests.pdf import text_of
from tests.vendor import Vendor

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("told_at_once")
NAMES: dict[str, Json] = {
    "Plain Ltd": {},
    "Sister ApS": {"affiliate": True},
    "Option Ltd": {"stage": "only_if_enabled"},
    "Plan Ltd": {"stage": "planned"},
    "Choice Ltd": {"stage": "chosen_by_customer"},
}
HEADINGS = {
    "Plain Ltd": "Sub-processors",
    "Sister ApS": "Companies of the same group as",
    "Option Ltd": "Only if you enable what they are for",
    "Plan Ltd": "Planned",
    "Choice Ltd": "Chosen by the customer",
}


def entry(name: str = "Mailer Inc.", **members: Any) -> Json:
    return builders.sub_processor(legal_name=name, registration_number="12-34", **members)


@pytest.fixture
def listed(vendor: Vendor) -> Vendor:
    """A public register with an entry of each group."""
    entries = [entry(name, **members) for name, members in NAMES.items()]
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": entries})
    vendor.publish()
    return vendor


def public(vendor: Vendor, path: str) -> Any:
    return vendor.stack.ask(None, "GET", f"/p/{vendor.slug}{path}")


def planned(vendor: Vendor) -> Json:
    """A plan that is on the list since today."""
    plan = vendor.announced(0, sub_processor=entry(stage="planned"))
    vendor.stack.settle()
    return plan


def use(vendor: Vendor, plan: Json, days: int) -> Json:
    sub_id = plan["sub_processor"]["id"]
    return vendor.draft(days, kind="modify", sub_processor_id=sub_id, sub_processor=entry())


def test_a_plan_informs_today_and_lets_no_data_flow(vendor: Vendor) -> None:
    customer = vendor.customer("nordbo", notice_days=30)
    plan = planned(vendor)
    sub_id = plan["sub_processor"]["id"]
    told = vendor.stack.must(customer, "GET", f"/portal/v1/changes/{plan['id']}")
    assert (told["owes"], told["objection_deadline"]) == ("information", None)
    assert "planned" in vendor.must("GET", f"/changes/{plan['id']}")["materiality"]
    gate = vendor.gate(customer, sub_id)
    assert (gate["answer"], gate["reason_code"]) == ("blocked_until", "planned")
    assert gate["until"] is None
    assert vendor.must("GET", "/transfers")["items"] == []


def test_its_use_owes_the_days_of_an_addition_and_opens_the_gate_only_after_them(
    vendor: Vendor,
) -> None:
    customer = vendor.customer("nordbo", notice_days=30)
    plan = planned(vendor)
    sub_id = plan["sub_processor"]["id"]
    soon = use(vendor, plan, 1)
    refused = vendor.ask("POST", f"/changes/{soon['id']}/announce")
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (409, "notice-period-too-short")

    change = use(vendor, plan, 60)
    assert {"begins_use", "new_entity"} <= set(change["materiality"])
    vendor.must("POST", f"/changes/{change['id']}/announce")
    vendor.stack.tell()

    day = change["effective_on"]
    assert vendor.gate(customer, sub_id)["answer"] == "blocked_until"
    assert vendor.gate(customer, sub_id, day)["answer"] == "allowed"
    # On the list as a recipient since its use, not since its plan.
    [now] = vendor.ask("GET", "/sub-processors", query_string={"as_of": day}).json["items"]
    assert (now["stage"], now["listed_since"]) == ("active", day)


def test_no_record_carries_out_a_plan(vendor: Vendor) -> None:
    vendor.customer("nordbo", notice_days=30)
    sub_id = planned(vendor)["sub_processor"]["id"]
    for stage in ("active", "only_if_enabled", "chosen_by_customer"):
        body = {"set": {"stage": stage}}
        refused = vendor.ask("POST", f"/sub-processors/{sub_id}/records", body)
        assert refused.json is not None
        assert (refused.status_code, refused.json["code"]) == (409, "notice-owed")
    body = {"set": {"website": "https://mailer.example"}}
    assert vendor.ask("POST", f"/sub-processors/{sub_id}/records", body).status_code in (200, 201)


def test_what_the_customer_chooses_is_its_own(vendor: Vendor) -> None:
    customer = vendor.customer("nordbo", notice_days=30)
    change = vendor.announced(0, sub_processor=entry(stage="chosen_by_customer"))
    assert vendor.must("GET", f"/changes/{change['id']}")["owes"] == "information"
    gate = vendor.gate(customer, change["sub_processor"]["id"])
    assert (gate["answer"], gate["reason_code"]) == ("allowed", "chosen-by-customer")


def test_each_group_stands_apart_on_the_page_and_in_the_pdf(listed: Vendor) -> None:
    html = public(listed, "?lang=en").text
    section = html.partition('<section aria-labelledby="list">')[2].partition("</section>")[0]
    parts = re.split(r"<h3[^>]*>", section)[1:]
    shown = {name: part for name in NAMES for part in parts if f">{name}<" in part}
    assert {name: shown[name].partition("</h3>")[0][: len(HEADINGS[name])] for name in NAMES} == (
        HEADINGS
    )
    assert len(parts) == len(NAMES)
    assert "3 companies help" in re.sub(r"[\u2066-\u2069]", "", html)
    pdf = " ".join(text_of(public(listed, ".pdf?lang=en").data).split())
    assert pdf.index("Planned") < pdf.index("Plan Ltd")
    details = pdf.partition("All details")[2]
    assert details.index("No data flows to them yet") < details.index("Plan Ltd")


def test_the_machine_forms_name_the_stage_of_every_entry(listed: Vendor) -> None:
    stages = {name: members.get("stage", "active") for name, members in NAMES.items()}
    items = public(listed, ".json").json["items"]
    assert {item["legal_name"]: item["stage"] for item in items} == stages
    rows = csv.DictReader(io.StringIO(public(listed, ".csv").text))
    assert {row["legal_name"]: row["stage"] for row in rows} == stages
    graph = json.loads(public(listed, ".jsonld").text)

    def named(group: str) -> set[str]:
        return {each["schema:legalName"] for each in graph[group]}

    assert named("art28:planned") == {"Plan Ltd"}
    assert named("art28:chosenByCustomer") == {"Choice Ltd"}
    assert named("dpv:hasDataProcessor").isdisjoint({"Plan Ltd", "Choice Ltd"})


def test_what_is_exported_comes_back_with_its_stage(listed: Vendor) -> None:
    for text in (listed.ask("GET", "/export.csv").text, listed.ask("GET", "/export.json").json):
        told = taken(listed, text)
        assert (told["unchanged"], told["drafted"], told["refused"]) == (len(NAMES), 0, [])


def test_the_annex_names_whom_the_vendor_engages(listed: Vendor) -> None:
    customer = listed.customer("nordbo")
    path = f"/agreements/v1/agreements/{customer['agreement_id']}/document"
    document = listed.stack.must(listed.client, "GET", path)
    names = {row["legal_name"] for row in document["sub_processors"]["items"]}
    assert names == {"Plain Ltd", "Sister ApS", "Option Ltd"}
