"""An agreement signed elsewhere binds its customer once the customer has said so itself."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from services.agreements.clients import Identity
from services.agreements.schemas.agreements import NewConfirmation
from services.agreements.store.agreements import Agreements
from tests.integration.agreements.shop import ACCEPTANCE, PARTY, Shop, open_shop
from tests.integration.agreements.test_import import PDF, READ, bring, row, upload
from tests.receiver import Receiver
from tests.vendor import Vendor

A = "/agreements/v1/agreements"
P = "/portal/v1"


@pytest.fixture
def shop(baseline: Vendor) -> Shop:
    return open_shop(baseline)


def imported(shop: Shop, customer: dict[str, Any], **more: Any) -> str:
    upload(shop)
    told = bring(shop, row(customer, day_kind="calendar", **more))
    assert told["imported"] == 1, told
    return str(told["rows"][0]["agreement_id"])


def answer(shop: Shop, customer: dict[str, Any], agreement_id: str, step: str, **body: Any) -> Any:
    return shop.stack.ask(customer, "POST", f"{P}/agreements/{agreement_id}/{step}", body)


def of_vendor(shop: Shop, agreement_id: str) -> Any:
    return shop.stack.must(shop.vendor.client, "GET", f"{A}/{agreement_id}")


def test_until_the_customer_confirms_nothing_comes_to_it_but_what_it_has_to_answer(
    shop: Shop, inbox: Receiver
) -> None:
    customer = shop.customer()
    shop.stack.must(customer, "POST", f"{P}/webhook-endpoints", {"url": f"{inbox.url}/confirming"})
    agreement_id = imported(shop, customer)
    shop.vendor.announced()
    shop.stack.settle()
    shop.stack.pass_time(minutes=1)
    assert inbox.at("/confirming") == []
    assert shop.stack.must(customer, "GET", f"{P}/events")["items"] == []
    assert shop.stack.must(customer, "GET", f"{P}/changes")["items"] == []
    assert shop.stack.must(customer, "GET", f"{P}/me")["processors"] == []
    [waiting] = shop.stack.must(customer, "GET", f"{P}/agreements")["items"]
    assert (waiting["id"], waiting["status"]) == (agreement_id, "to_be_confirmed")
    assert waiting["signed_file"]["sha256"] == hashlib.sha256(PDF).hexdigest()


def test_its_days_count_for_its_processor_all_the_same(shop: Shop) -> None:
    imported(shop, shop.customer(), notice_days="45")
    change = shop.vendor.draft(days=40)
    told = shop.vendor.ask("POST", f"/changes/{change['id']}/announce")
    assert (told.status_code, told.json["code"]) == (409, "notice-period-too-short")


def test_once_confirmed_it_binds_and_what_was_told_before_can_be_read(
    shop: Shop, inbox: Receiver
) -> None:
    customer = shop.customer()
    shop.stack.must(customer, "POST", f"{P}/webhook-endpoints", {"url": f"{inbox.url}/confirming"})
    agreement_id = imported(shop, customer)
    before = shop.vendor.announced()
    shop.stack.settle()
    made = answer(shop, customer, agreement_id, "confirm", **READ).json
    assert (made["status"], made["confirmation"]["name"]) == ("active", ACCEPTANCE["name"])
    after = shop.vendor.announced(90)
    shop.stack.settle()
    shop.stack.pass_time(minutes=1)
    told = {each["id"] for each in shop.stack.must(customer, "GET", f"{P}/changes")["items"]}
    assert told == {before["id"], after["id"]}
    types = [each["type"] for each in shop.stack.must(customer, "GET", f"{P}/events")["items"]]
    assert "agreement.activated" in types
    assert inbox.at("/confirming") != []
    assert of_vendor(shop, agreement_id)["controller"]["legal_name"] == PARTY["legal_name"]
    assert of_vendor(shop, agreement_id)["controller_id"] == customer["org_id"]


def test_another_pdf_is_not_confirmed(shop: Shop) -> None:
    customer = shop.customer()
    agreement_id = imported(shop, customer)
    told = answer(shop, customer, agreement_id, "confirm", **ACCEPTANCE, pdf_sha256="0" * 64)
    assert (told.status_code, told.json["code"]) == (409, "document-outdated")
    assert (
        told.json["title"] == "The document is another than the one you named; read it again first."
    )
    assert of_vendor(shop, agreement_id)["status"] == "to_be_confirmed"


def test_without_the_hash_of_the_pdf_nothing_is_confirmed(shop: Shop) -> None:
    customer = shop.customer()
    agreement_id = imported(shop, customer)
    told = answer(shop, customer, agreement_id, "confirm", **ACCEPTANCE)
    assert told.status_code == 422
    [error] = told.json["errors"]
    assert error["pointer"] == "/pdf_sha256"
    assert error["detail"] == "Read the signed PDF, and send its SHA-256."
    assert of_vendor(shop, agreement_id)["status"] == "to_be_confirmed"


def test_agreements_asks_for_the_hash_itself_whoever_forwards_to_it() -> None:
    assert list(NewConfirmation().validate(ACCEPTANCE)) == ["pdf_sha256"]
    assert NewConfirmation().validate(READ) == {}


@pytest.mark.parametrize(("step", "body"), [("accept", ACCEPTANCE), ("reject", {"reason": "No."})])
def test_a_customer_that_answers_as_to_an_offer_is_shown_the_right_door(
    shop: Shop, step: str, body: dict[str, str]
) -> None:
    customer = shop.customer()
    told = answer(shop, customer, imported(shop, customer), step, **body)
    assert (told.status_code, told.json["code"]) == (409, "not-offered")
    assert told.json["detail"].endswith("confirm or decline it instead.")


def test_a_customer_that_did_not_sign_is_let_go(shop: Shop) -> None:
    customer = shop.customer()
    agreement_id = imported(shop, customer, notice_days="45")
    assert answer(shop, customer, agreement_id, "decline", reason="Not ours.").status_code == 200
    declined = of_vendor(shop, agreement_id)
    assert declined["status"] == "rejected"
    assert declined["refusal"]["party"] == "controller"
    assert declined["refusal"]["reason"] == "Not ours."
    shop.stack.settle()
    change = shop.vendor.announced(20)
    shop.stack.settle()
    evidence = f"/notices/v1/changes/{change['id']}/evidence"
    assert shop.stack.must(shop.vendor.client, "GET", evidence)["items"] == []
    again = answer(shop, customer, agreement_id, "confirm", **READ)
    assert (again.status_code, again.json["code"]) == (409, "not-to-be-confirmed")


def test_its_processor_takes_it_back_and_cannot_confirm_it(shop: Shop) -> None:
    agreement_id = imported(shop, shop.customer())
    vendor = shop.vendor.client
    told = shop.stack.ask(vendor, "POST", f"{A}/{agreement_id}/confirm", READ)
    assert told.status_code == 403
    shop.stack.must(vendor, "POST", f"{A}/{agreement_id}/decline", {"reason": "A mistake."})
    assert of_vendor(shop, agreement_id)["status"] == "rejected"


def test_only_the_customer_that_was_named_can_read_and_answer_it(shop: Shop) -> None:
    agreement_id = imported(shop, shop.customer())
    other = shop.customer("other")
    assert answer(shop, other, agreement_id, "confirm", **READ).status_code == 404
    assert shop.stack.must(other, "GET", f"{P}/agreements")["items"] == []


def test_where_an_agreement_binds_the_two_already_an_import_binds_at_once(shop: Shop) -> None:
    customer = shop.customer()
    shop.taken(customer)
    agreement_id = imported(shop, customer, products="archive")
    made = of_vendor(shop, agreement_id)
    assert (made["status"], made["controller_id"]) == ("active", customer["org_id"])


@pytest.mark.parametrize("by", ["slug", "org_id"])
def test_an_import_tells_nothing_of_the_organisation_it_names(shop: Shop, by: str) -> None:
    customer = shop.customer()
    there = imported(shop, customer, controller=customer[by], reference="there")
    name = customer[by][:-3] + "zzz"
    absent = imported(shop, customer, controller=name, reference="absent")
    told = [of_vendor(shop, each) for each in (there, absent)]
    assert [each["status"] for each in told] == ["to_be_confirmed"] * 2
    for each in told:
        assert PARTY["legal_name"] not in str(each)
    assert told[0]["controller"]["legal_name"] == customer[by]
    if by == "slug":
        assert customer["org_id"] not in str(told)


def test_the_notice_terms_are_counted_once_however_it_was_named(shop: Shop) -> None:
    customer = shop.customer()
    agreement_id = imported(shop, customer)
    answer(shop, customer, agreement_id, "confirm", **READ)
    terms = shop.stack.registry.agreements.notice_terms(shop.vendor.client["org_id"])
    assert [(each["agreements"], each["customers"]) for each in terms.groups] == [(1, 1)]
    shop.stack.must(customer, "POST", f"{P}/agreements/{agreement_id}/terminate",
                    {"effective_on": shop.vendor.today.isoformat(), "reason": "Over."})  # fmt: skip
    terms = shop.stack.registry.agreements.notice_terms(shop.vendor.client["org_id"])
    assert terms.groups == ()


@pytest.mark.parametrize(("where", "method"), [(Identity, "organisation"), (Agreements, "related")])
def test_an_agreement_that_ends_while_another_is_imported_leaves_that_to_be_confirmed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, where: type, method: str
) -> None:
    """Before the transaction has begun, and within it, before it writes."""
    customer = shop.vendor.customer("leaving", agreement={"products": ["archive"]})
    ending, original = [customer["agreement_id"]], getattr(where, method)

    def ends_then(self: Any, *args: Any, **more: Any) -> Any:
        answered = original(self, *args, **more)
        about_customer = where is not Identity or args == (customer["org_id"],)
        if ending and about_customer:
            end_agreement(shop, customer, ending.pop())
        return answered

    upload(shop)
    monkeypatch.setattr(where, method, ends_then)
    told = bring(shop, row(customer, products="case-system"))
    assert not ending
    [line] = told["rows"]
    assert (line["status"], line["agreement_status"]) == ("imported", "to_be_confirmed"), told
    assert of_vendor(shop, line["agreement_id"])["status"] == "to_be_confirmed"


def end_agreement(shop: Shop, customer: dict[str, Any], agreement_id: str) -> None:
    body = {"effective_on": shop.vendor.today.isoformat(), "reason": "Over."}
    shop.stack.must(customer, "POST", f"{P}/agreements/{agreement_id}/terminate", body)
