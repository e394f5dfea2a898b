"""A customer takes a published template and holds an executed agreement, with nobody in between."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import builders
from tests.integration.agreements.shop import ACCEPTANCE, PARTY, Shop, open_shop, template_body
from tests.vendor import SIGNATURE, Vendor

AGREEMENTS = "/agreements/v1/agreements"


@pytest.fixture
def shop(baseline: Vendor) -> Shop:
    return open_shop(baseline)


def test_it_works(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.taken(customer)
    assert (made["status"], made["version"], made["offer"]) == ("active", 1, None)
    assert {each["party"] for each in made["acceptances"]} == {"controller", "processor"}
    pdf = shop.stack.ask(customer, "GET", f"/portal/v1/agreements/{made['id']}/document",
                         headers={"Accept": "application/pdf"})  # fmt: skip
    assert pdf.data.startswith(b"%PDF-")
    assert made["controller"]["data_protection_officer"]["email"] == "dpo@nordbo.example"


def test_the_processor_finds_it_in_force_and_its_customer_is_told_of_changes(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.taken(customer)
    path = f"/agreements/v1/agreements/{made['id']}"
    assert shop.stack.must(shop.vendor.client, "GET", path)["status"] == "active"
    shop.stack.settle()
    change = shop.vendor.announced()
    shop.stack.settle()
    told = shop.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert told["effective_on"] == change["effective_on"]


@pytest.mark.parametrize(
    ("country", "law", "language", "region"),
    [("DK", "DK", "da", "EU"), ("SE", "SE", "sv", "EU"), ("CH", "DK", "en", "Switzerland")],
)
def test_law_language_and_region_follow_from_the_country(
    shop: Shop, country: str, law: str, language: str, region: str
) -> None:
    made = shop.taken(shop.customer(), party={**PARTY, "country": country})
    told = [made[name] for name in ("governing_law", "language", "region")]
    assert told == [law, language, region]


def test_another_of_the_published_terms_is_taken_at_once(shop: Shop) -> None:
    made = shop.taken(shop.customer(), notice_terms=shop.terms(notice_days=45))
    assert (made["status"], made["notice_terms"]["notice_days"]) == ("active", 45)
    assert made["notice_terms"]["contacts"][0]["name"] == "Ida Holm"


def test_other_terms_are_a_proposal_that_the_processor_must_accept(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.taken(customer, notice_terms=shop.terms(notice_days=90))
    assert (made["status"], [each["party"] for each in made["acceptances"]]) == (
        "offered", ["controller"],
    )  # fmt: skip
    path = f"{AGREEMENTS}/{made['id']}/accept"
    assert shop.stack.must(shop.vendor.client, "POST", path, SIGNATURE)["status"] == "active"


def test_a_second_one_for_the_same_products_is_refused_and_the_first_named(shop: Shop) -> None:
    customer = shop.customer()
    first = shop.taken(customer)
    answer = shop.take(customer)
    assert (answer.status_code, answer.json["code"]) == (409, "agreement-in-force")
    assert answer.json["context"] == {"agreement_id": first["id"]}


def test_of_many_taken_at_once_one_is_in_force(shop: Shop) -> None:
    customer = shop.customer()
    shop.stack.token(customer)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: shop.take(customer), range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    active = shop.stack.must(customer, "GET", "/portal/v1/agreements?status=active")["items"]
    assert len(active) == 1


def test_the_evidence_names_person_client_address_and_hash(shop: Shop) -> None:
    customer = shop.customer()
    answer = shop.stack.ask(customer, "POST", "/portal/v1/agreements", shop.body(),
                            environ_overrides={"REMOTE_ADDR": "203.0.113.9"})  # fmt: skip
    signed = {each["party"]: each for each in answer.json["acceptances"]}
    mine, theirs = signed["controller"], signed["processor"]
    assert (mine["client_id"], mine["address"]) == (customer["client_id"], "203.0.113.9")
    assert mine["standing_since"] is None
    assert (theirs["name"], theirs["client_id"]) == ("Ada Lund", shop.vendor.client["client_id"])
    assert theirs["standing_since"] is not None
    document = shop.stack.ask(customer, "GET",
                              f"/portal/v1/agreements/{answer.json['id']}/document")  # fmt: skip
    hashes = {each["document_sha256"] for each in signed.values()}
    assert hashes == {hashlib.sha256(document.data).hexdigest()}


def test_what_the_customer_leaves_out_comes_from_its_organisation(shop: Shop) -> None:
    made = shop.taken(shop.customer("havnens"), party={})
    assert made["controller"]["legal_name"] == "Havnens"
    assert made["governing_law"] == "DK"


def test_a_customer_sees_which_templates_it_can_take(shop: Shop) -> None:
    customer = shop.customer()
    path = f"/portal/v1/templates?processor={shop.vendor.slug}"
    (one,) = shop.stack.must(customer, "GET", path)["items"]
    assert (one["id"], one["published"]["governing_law"]["default"]) == (shop.template_id, "DK")
    assert shop.stack.must(customer, "GET", f"/portal/v1/templates/{one['id']}")["version"] == 1


def test_a_standing_acceptance_can_be_taken_back(shop: Shop) -> None:
    customer = shop.customer()
    path = f"/agreements/v1/templates/{shop.template_id}/standing-acceptance/withdraw"
    assert shop.stack.ask(shop.vendor.client, "POST", path).status_code == 204
    assert shop.take(customer).json["code"] == "template-not-published"
    assert (
        shop.stack.must(customer, "GET", f"/portal/v1/templates?processor={shop.vendor.slug}")[
            "items"
        ]
        == []
    )


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"processor": "nobody-of-that-name"}, "/processor"),
        ({"products": ["archive"]}, "/products"),
        ({"party": {**PARTY, "country": "UK"}}, "/party/country"),
        ({"party": {"colour": "red"}}, "/party/colour"),
        ({"surprise": 1}, "/surprise"),
        ({"acceptance": {**ACCEPTANCE, "email": "no address"}}, "/acceptance/email"),
        ({"notice_terms": {"notice_days": 1}}, "/notice_terms/day_kind"),
    ],
)
def test_a_wrong_member_is_named(shop: Shop, more: dict[str, Any], pointer: str) -> None:
    answer = shop.take(shop.customer(), **more)
    assert answer.status_code == 422, answer.text
    assert pointer in [each["pointer"] for each in answer.json["errors"]]


def test_a_template_of_somebody_else_or_without_terms_cannot_be_taken(shop: Shop) -> None:
    customer = shop.customer()
    for template_id in ("tpl_art28_v1", "tpl_unknown"):
        answer = shop.take(customer, template_id=template_id)
        assert (answer.status_code, answer.json["code"]) == (409, "template-not-published")
    bare = {**template_body(), "published": None}
    path = "/agreements/v1/templates"
    made = shop.stack.must(shop.vendor.client, "POST", path, bare)
    answer = shop.stack.ask(
        shop.vendor.client, "POST", f"{path}/{made['id']}/standing-acceptance", SIGNATURE
    )
    assert (answer.status_code, answer.json["code"]) == (409, "template-without-terms")


def test_a_new_version_leaves_the_old_one_as_it_is(shop: Shop) -> None:
    path, client = "/agreements/v1/templates", shop.vendor.client
    before = shop.stack.must(client, "GET", f"{path}/{shop.template_id}")
    body = {**template_body(deletion_days=10), "replaces": shop.template_id}
    made = shop.stack.must(client, "POST", path, body)
    assert (made["version"], made["replaces"]) == (2, shop.template_id)
    assert shop.stack.must(client, "GET", f"{path}/{shop.template_id}") == before
    assert shop.stack.ask(client, "POST", path, body).status_code == 409


def test_terms_that_cannot_hold_together_are_not_published(shop: Shop) -> None:
    answer = shop.stack.ask(shop.vendor.client, "POST", "/agreements/v1/templates",
                            template_body(authorisation="specific"))  # fmt: skip
    assert answer.json["errors"][0]["pointer"] == "/notice_terms/silence"


def test_the_same_request_sent_twice_makes_one_agreement(shop: Shop) -> None:
    customer = shop.customer()
    answers = [
        shop.stack.ask(customer, "POST", "/portal/v1/agreements", shop.body(),
                       headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]  # fmt: skip
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].data == answers[1].data


def test_a_template_taken_while_an_offer_is_accepted_leaves_one_in_force(shop: Shop) -> None:
    customer = shop.customer()
    vendor, stack = shop.vendor, shop.stack
    body = builders.agreement_body(customer["org_id"])
    made = stack.must(vendor.client, "POST", AGREEMENTS, body)["id"]
    stack.must(vendor.client, "POST", f"{AGREEMENTS}/{made}/offer", {})
    stack.must(vendor.client, "POST", f"{AGREEMENTS}/{made}/accept", SIGNATURE)
    path = f"/portal/v1/agreements/{made}/accept"
    with ThreadPoolExecutor(2) as pool:
        taken = pool.submit(shop.take, customer)
        accepted = pool.submit(stack.ask, customer, "POST", path, ACCEPTANCE)
        answers = [taken.result(), accepted.result()]
    assert sorted(each.status_code < 300 for each in answers) == [False, True]
    assert {each.json.get("code") for each in answers} == {None, "agreement-in-force"}


def test_an_acceptance_of_a_hash_nobody_could_have_seen_is_refused(shop: Shop) -> None:
    answer = shop.take(shop.customer(), acceptance={**ACCEPTANCE, "document_sha256": "0" * 64})
    assert answer.status_code == 422


def preview(
    shop: Shop, customer: dict[str, Any], kind: str = "application/json", **more: Any
) -> Any:
    return shop.stack.ask(customer, "POST", "/portal/v1/agreements/preview", shop.body(**more),
                          headers={"Accept": kind})  # fmt: skip


def as_read(document: Any) -> dict[str, str]:
    sha256 = hashlib.sha256(document.data).hexdigest()
    return {"document_sha256": sha256, "made_at": document.json["made_at"]}


def test_nobody_takes_terms_that_leave_open_what_article_28_asks_for(shop: Shop) -> None:
    bare = {**builders.agreement_content()["processing"], "duration": None}
    texts = {language: {"processing": bare, "clauses": builders.agreement_content()["clauses"]}
             for language in ("da", "sv")}  # fmt: skip
    open_terms = open_shop(shop.vendor, processing=bare, texts=texts)
    answer = open_terms.take(open_terms.customer())
    assert (answer.status_code, answer.json["code"]) == (409, "document-incomplete")
    assert answer.json["context"]["open"] == ["Bilag 2: 2.2. Varighed og opbevaring"]


def test_the_document_that_was_read_is_the_one_that_binds(shop: Shop) -> None:
    customer = shop.customer()
    read = preview(shop, customer)
    assert read.headers["ETag"] == f'"{as_read(read)["document_sha256"]}"'
    assert shop.stack.must(customer, "GET", "/portal/v1/agreements")["items"] == []
    shop.stack.pass_time(seconds=600)
    made = shop.taken(customer, as_read=as_read(read))
    path = f"/portal/v1/agreements/{made['id']}/document"
    assert shop.stack.ask(customer, "GET", path).data == read.data
    assert made["status"] == "active"


def test_a_preview_is_a_page_and_a_pdf_too_and_is_called_by_its_parties(shop: Shop) -> None:
    customer = shop.customer()
    page = preview(shop, customer, "text/html")
    assert "1. Vilkår" in page.get_data(as_text=True)
    pdf = preview(shop, customer, "application/pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert "Databehandleraftale-mellem-Nordbo" in pdf.headers["Content-Disposition"]


def test_what_would_be_another_document_by_now_is_refused(shop: Shop) -> None:
    customer = shop.customer()
    read = as_read(preview(shop, customer))
    other = shop.take(customer, as_read=read, effective_from="2027-01-01")
    assert (other.status_code, other.json["code"]) == (409, "document-outdated")
    shop.stack.pass_time(seconds=86_401)
    late = shop.take(customer, as_read=read)
    assert (late.status_code, late.json["code"]) == (409, "document-outdated")
    assert shop.stack.must(customer, "GET", "/portal/v1/agreements")["items"] == []


def test_a_document_that_was_read_is_taken_once(shop: Shop) -> None:
    customer = shop.customer()
    read = as_read(preview(shop, customer))
    shop.taken(customer, as_read=read)
    again = shop.take(customer, as_read=read)
    assert (again.status_code, again.json["code"]) == (409, "already-exists")


def test_a_language_that_the_contents_lack_is_named_and_never_mixed_in(shop: Shop) -> None:
    body = template_body(texts={})
    made = shop.stack.must(shop.vendor.client, "POST", "/agreements/v1/templates", body)
    assert made["missing_languages"] == ["da", "sv"]
    path = f"/agreements/v1/templates/{made['id']}/standing-acceptance"
    shop.stack.must(shop.vendor.client, "POST", path, SIGNATURE)
    customer = shop.customer()
    taken = shop.taken(customer, template_id=made["id"])
    assert taken["language"] == "en"
    wish = shop.take(customer, template_id=made["id"], language="sv")
    assert (wish.status_code, wish.json["errors"][0]["code"]) == (422, "language-missing")
