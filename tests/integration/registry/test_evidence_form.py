"""The form of evidence over HTTP: its language, its fields, and what the doors refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.integration.registry.importing import DAY
from tests.stack import Stack
from tests.vendor import Vendor

PATH = "/registry/v1/instruments"


def form(vendor: Vendor, instrument_id: str = "eu-us-dpf", **more: Any) -> Any:
    return vendor.stack.ask(vendor.client, "GET", f"{PATH}/{instrument_id}/evidence", **more)


@pytest.mark.parametrize(
    ("query", "accepted", "language", "label"),
    [
        ({"language": "da"}, "sv", "da", "Selskabet på listen"),
        ({}, "sv-SE, en;q=0.5", "sv", "Bolaget på listan"),
        ({}, "fr", "en", "Company on the list"),
        ({}, "", "en", "Company on the list"),
    ],
)
def test_it_is_in_the_language_asked_for(
    vendor: Vendor, query: dict[str, str], accepted: str, language: str, label: str
) -> None:
    answer = form(vendor, query_string=query, headers={"Accept-Language": accepted})

    assert answer.status_code == 200
    assert answer.json["items"][0]["label"] == label
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_an_unknown_instrument_or_language_is_refused(vendor: Vendor) -> None:
    assert form(vendor, "no-such").status_code == 404
    refused = form(vendor, query_string={"language": "fr"})
    assert refused.status_code in (400, 422)
    assert refused.json["errors"][0]["pointer"] == "/language"


def test_each_field_says_what_the_contract_promises(vendor: Vendor) -> None:
    items = form(vendor, "scc-2021-914").json["items"]

    assert {frozenset(each) for each in items} == {
        frozenset({"name", "type", "label", "help", "choices", "required", "when"})
    }
    module = next(each for each in items if each["name"] == "module")
    assert [choice["value"] for choice in module["choices"]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("checked_on", "2026-02-30"),
        ("checked_on", "soon"),
        ("covered_data", ["all"]),
        ("participant", ""),
        ("evidence_url", "javascript:alert(1)"),
        ("covered_entities", "A Inc."),
        ("seen_on", True),
        ("status", None),
    ],
)
def test_a_value_of_another_type_is_refused_by_pointer(
    baseline: Vendor, name: str, value: Any
) -> None:
    entry = builders.sub_processor()
    entry["locations"][0]["mechanisms"][0]["evidence"][name] = value
    body = {"kind": "add", "effective_on": DAY, "reason": "x", "sub_processor": entry}

    answer = baseline.ask("POST", "/changes", body)

    assert answer.status_code == 422
    where = f"/sub_processor/locations/0/mechanisms/0/evidence/{name}"
    assert [each["pointer"].removesuffix("/value") for each in answer.json["errors"]] == [where]


def test_where_it_can_be_read_is_public(vendor: Vendor) -> None:
    entry = builders.sub_processor()
    seen = {"evidence_url": "https://list.example/seen", "seen_on": "2026-11-02"}
    entry["locations"][0]["mechanisms"][0]["evidence"] |= seen
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})

    vendor.publish()

    [listed] = vendor.must("GET", "/sub-processors")["items"]
    data = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}.json").text
    page = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}/sub-processors/{listed['id']}").text

    assert seen["evidence_url"] in data
    assert "Evidence: https://list.example/seen" in page
    assert "Seen there on: 2 November 2026" in page


def test_an_instrument_the_platform_records_has_its_form(stack: Stack, vendor: Vendor) -> None:
    body = {
        "id": "form-2027", "kind": "adequacy", "regime": "EU", "name": "Form 2027",
        "article": "GDPR Art. 45", "destinations": ["IN"], "valid_from": "2026-11-01",
        "requires": ["register_number"], "sources": ["https://example.test"],
        "checked_on": "2026-11-20",
    }  # fmt: skip
    stack.must(stack.admin, "POST", PATH, body)

    items = form(vendor, "form-2027").json["items"]

    assert [each["name"] for each in items] == ["register_number", "evidence_url", "seen_on"]
