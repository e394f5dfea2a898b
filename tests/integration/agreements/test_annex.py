"""The annex of sub-processors: the register of the day of acceptance, frozen into the version."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests import builders
from tests.integration.agreements.shop import Shop, open_shop
from tests.vendor import SIGNATURE, Vendor, new_client

AGREEMENTS = "/agreements/v1/agreements"


def offered(vendor: Vendor, **more: Any) -> tuple[dict[str, Any], str]:
    """A customer, and the id of the agreement on offer to it."""
    customer = new_client(vendor.stack, "nordbo", ["controller"], ["portal:read", "portal:write"])
    body = builders.agreement_body(customer["org_id"], **more)
    made = vendor.stack.must(vendor.client, "POST", AGREEMENTS, body)
    vendor.stack.must(vendor.client, "POST", f"{AGREEMENTS}/{made['id']}/offer", {})
    return customer, made["id"]


def listed(vendor: Vendor, agreement_id: str, version: int = 1) -> list[str]:
    path = f"{AGREEMENTS}/{agreement_id}/document?version={version}"
    told = vendor.stack.must(vendor.client, "GET", path)["sub_processors"]
    return [each["legal_name"] for each in told["items"]]


def accept(vendor: Vendor, who: dict[str, Any], agreement_id: str, **more: Any) -> Any:
    door = AGREEMENTS if who is vendor.client else "/portal/v1/agreements"
    return vendor.stack.ask(who, "POST", f"{door}/{agreement_id}/accept", SIGNATURE | more)


@pytest.fixture
def shop(baseline: Vendor) -> Shop:
    return open_shop(baseline)


def test_it_works(baseline: Vendor) -> None:
    customer, agreement_id = offered(baseline)
    assert accept(baseline, customer, agreement_id).status_code == 200
    assert accept(baseline, baseline.client, agreement_id).json["status"] == "active"
    assert listed(baseline, agreement_id) == ["Hosting Ltd"]


def test_a_processor_without_a_register_lists_nobody_and_says_so(vendor: Vendor) -> None:
    customer, agreement_id = offered(vendor)
    assert accept(vendor, customer, agreement_id).status_code == 200
    path = f"{AGREEMENTS}/{agreement_id}/document"
    told = vendor.stack.must(vendor.client, "GET", path)["sub_processors"]
    assert told == {"as_of": "2026-11-23", "register": False, "items": [], "coming": []}
    page = vendor.stack.ask(customer, "GET", f"/portal/v1/agreements/{agreement_id}/document",
                            headers={"Accept": "text/html"})  # fmt: skip
    assert "ingen underdatabehandler er anført her" in page.text


def test_a_list_that_is_no_longer_the_register_is_offered_anew(baseline: Vendor) -> None:
    customer, agreement_id = offered(baseline)
    assert accept(baseline, baseline.client, agreement_id).status_code == 200
    baseline.announced(10)
    baseline.stack.pass_time(days=11)
    baseline.stack.forget_tokens()
    baseline.stack.go_live()
    refused = accept(baseline, customer, agreement_id)
    assert (refused.status_code, refused.json["code"]) == (409, "document-outdated")
    assert refused.json["context"]["version"] == 2
    assert listed(baseline, agreement_id, 2) == ["Hosting Ltd", "Mailer Inc."]
    named = {"document_sha256": refused.json["context"]["document_sha256"]}
    assert accept(baseline, customer, agreement_id, **named).json["status"] == "offered"
    assert accept(baseline, baseline.client, agreement_id).json["status"] == "active"


def test_the_refusal_leaves_the_idempotency_key_free_to_accept(baseline: Vendor) -> None:
    customer, agreement_id = offered(baseline)
    baseline.announced(10)
    baseline.stack.pass_time(days=11)
    baseline.stack.forget_tokens()
    path, key = f"/portal/v1/agreements/{agreement_id}/accept", {"Idempotency-Key": "mine"}
    first = baseline.stack.ask(customer, "POST", path, SIGNATURE, headers=key)
    second = baseline.stack.ask(customer, "POST", path, SIGNATURE, headers=key)
    assert (first.status_code, second.status_code) == (409, 200)


def test_what_changes_after_acceptance_changes_no_document(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.taken(customer)
    path = f"/portal/v1/agreements/{made['id']}/document"
    kinds = ("application/json", "text/html", "application/pdf")
    before = [shop.stack.ask(customer, "GET", path, headers={"Accept": kind}) for kind in kinds]
    change = shop.vendor.announced(60)
    shop.stack.pass_time(days=61)
    shop.stack.forget_tokens()
    shop.stack.go_live()
    after = [shop.stack.ask(customer, "GET", path, headers={"Accept": kind}) for kind in kinds]
    assert len(shop.vendor.names()) == 2, change
    assert [each.data for each in after] == [each.data for each in before]
    assert [each.headers["ETag"].strip('"') for each in after] == [
        hashlib.sha256(each.data).hexdigest() for each in after
    ]


def test_only_the_sub_processors_of_its_products_are_listed(baseline: Vendor) -> None:
    mailer = builders.sub_processor(products=["newsletter"])
    baseline.announced(10, sub_processor=mailer)
    baseline.stack.pass_time(days=11)
    baseline.stack.forget_tokens()
    baseline.stack.go_live()
    for products, names in (
        (["newsletter"], ["Hosting Ltd", "Mailer Inc."]),
        (["case-system"], ["Hosting Ltd"]),
        ([], ["Hosting Ltd", "Mailer Inc."]),
    ):
        _, agreement_id = offered(baseline, products=products)
        assert listed(baseline, agreement_id) == names


def test_the_annex_holds_what_annex_iv_and_the_opinion_ask_for(baseline: Vendor) -> None:
    _, agreement_id = offered(baseline, language="da")
    path = f"{AGREEMENTS}/{agreement_id}/document"
    (row,) = baseline.stack.must(baseline.client, "GET", path)["sub_processors"]["items"]
    assert row["address"] == "1 Main Street, 94105 San Francisco, US"
    assert row["contact"] == "Jo Doe, Privacy counsel, jo@mailer.example"
    assert row["purpose"] == "Udsendelse af e-mail"
    [place] = row["places"]
    verdict = place.pop("verdict")
    assert place == {"country": "IE", "region": None, "kind": "storage", "bases": []}
    assert (verdict["status"], verdict["language"]) == ("no_transfer", "da")
    assert (row["registration_number"], row["since"]) == ("DE 5512345", "2026-01-01")
