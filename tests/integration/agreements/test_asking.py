"""What is refused at the door, lists, templates, documents, and what services ask."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from services.agreements.contract.wording import built_in_templates
from shared.auth import DOOR
from tests.builders import agreement_body, notice_terms
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, VENDOR, Office

PORTAL = f"portal:{NORDBO}"
BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("/controller_id", {"controller_id": VENDOR}),
    ("/controller_id", {"controller_id": "../organisations"}),
    ("/template_id", {"template_id": "tpl_unknown"}),
    ("/surprise", {"surprise": 1}),
    ("/governing_law", {"governing_law": "EL"}),
    ("/language", {"language": "danish!"}),
    ("/language", {"language": "fr"}),
    ("/language", {"language": "de-AT"}),
    ("/language", {"language": "ko"}),
    ("/language", {"language": "nb"}),
    ("/authorisation", {"authorisation": "none"}),
    ("/breach_notice_hours", {"breach_notice_hours": 1.5}),
    ("/effective_from", {"effective_from": "2026-W01-1"}),
    ("/processing/special_categories", {"processing": {"special_categories": "no"}}),
    ("/clauses/end_of_processing", {"clauses": {"end_of_processing": "keep"}}),
    ("/clauses/more", {"clauses": {"more": "x"}}),
    ("/notice_terms/notice_days", {"notice_terms": notice_terms(notice_days=366)}),
    ("/notice_terms/objection_days", {"notice_terms": notice_terms(objection_days=-1)}),
    ("/notice_terms/day_kind", {"notice_terms": notice_terms(day_kind="lunar")}),
    ("/notice_terms/holidays", {"notice_terms": notice_terms(holidays="UK")}),
    ("/notice_terms/holidays", {"notice_terms": notice_terms(holidays="DE-XX")}),
    ("/notice_terms/holidays", {"notice_terms": notice_terms(holidays="GB-LND")}),
    ("/governing_law", {"governing_law": "GB-XYZ"}),
    ("/notice_terms/holidays", {"notice_terms": notice_terms(day_kind="business", holidays=None)}),
    ("/notice_terms/receipt_rule", {"notice_terms": notice_terms(receipt_rule="read")}),
    ("/notice_terms/silence", {"notice_terms": notice_terms(silence="golden")}),
    ("/notice_terms/silence", {"authorisation": "specific"}),
    ("/notice_terms/channels/0", {"notice_terms": notice_terms(channels=["fax"])}),
    ("/notice_terms/channels", {"notice_terms": notice_terms(channels=[])}),
    ("/notice_terms/contacts/0/email",
     {"notice_terms": notice_terms(contacts=[{"name": "A", "position": "B", "email": "C"}])}),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "more"), BROKEN)
def test_a_wrong_member_is_named_and_nothing_is_drafted(
    office: Office, pointer: str, more: dict[str, Any]
) -> None:
    answer = office.post(VENDOR, "/agreements", {**agreement_body(NORDBO), **more})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert pointer in [each["pointer"] for each in answer.get_json()["errors"]]
    assert office.get(VENDOR, "/agreements")["items"] == []


def test_a_part_of_a_country_may_have_its_own_holidays_and_law(office: Office) -> None:
    terms = notice_terms(holidays="GB-SCT", objection_days=None)
    body = agreement_body(NORDBO, governing_law="GB-SCT", notice_terms=terms)
    drafted = office.post(VENDOR, "/agreements", body).get_json()
    assert drafted["governing_law"] == "GB-SCT"
    assert drafted["notice_terms"]["holidays"] == "GB-SCT"
    assert drafted["notice_terms"]["objection_days"] is None
    assert [each["code"] for each in drafted["findings"]] == ["objection-days-missing"]


def test_a_customer_that_is_not_there_is_drafted_with_the_name_that_was_written(
    office: Office,
) -> None:
    told = office.post(VENDOR, "/agreements", agreement_body("org_nobody")).get_json()
    assert told["controller"]["legal_name"] == "org_nobody"
    assert "customer-unnamed" in [each["code"] for each in told["findings"]]
    party = {"legal_name": "Nobody A/S", "country": "DK"}
    told = office.post(VENDOR, "/agreements", agreement_body("org_nobody", party=party)).get_json()
    assert told["controller"]["legal_name"] == "Nobody A/S"
    assert told["findings"] == []


def test_a_specific_authorisation_takes_silence_as_refusal(office: Office) -> None:
    told = notice_terms(silence="refusal")
    office.active(authorisation="specific", notice_terms=told)
    assert office.notice_terms()["groups"][0]["authorisation"] == "specific"


def test_a_draft_that_misses_much_is_drafted_with_findings(office: Office) -> None:
    bare: dict[str, Any] = {
        "processing": {}, "clauses": {}, "breach_notice_hours": None, "transfer_instructions": None,
    }  # fmt: skip
    told = office.post(VENDOR, "/agreements", agreement_body(NORDBO, **bare)).get_json()
    found = {each["code"]: each["clause"] for each in told["findings"]}
    assert found["end-of-processing-missing"] == "Art. 28(3)(g)"
    assert found["subject-matter-missing"] == "Art. 28(3)"
    assert found["transfer-instructions-missing"] == "Art. 28(3)(a)"
    assert len(found) == 6 + 8 + 2
    weights = {each["code"]: each["weight"] for each in told["findings"]}
    assert weights["breach-notice-missing"] == "good_practice"
    assert weights["end-of-processing-missing"] == "law"


def test_what_findings_are_worth_is_said_beside_them_in_three_languages(office: Office) -> None:
    told = office.post(VENDOR, "/agreements", agreement_body(NORDBO)).get_json()
    assert set(told["findings_note"]) == {"en", "da", "sv"}
    assert "fields" in told["findings_note"]["en"]


def test_a_template_names_only_sections_that_it_has(office: Office) -> None:
    section = {"number": "1", "heading": {"en": "Duties"}, "text": {"en": "We bind them alike."}}
    body = {"name": "Ours", "sections": [section], "covers": {"flow_down": "2"}}
    refused = office.post(VENDOR, "/templates", body)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/covers/flow_down"
    made = office.post(VENDOR, "/templates", {**body, "covers": {"flow_down": "1"}}).get_json()
    assert made["covers"] == {"flow_down": "1"}
    draft = agreement_body(NORDBO, template_id=made["id"], language="en")
    told = office.post(VENDOR, "/agreements", draft).get_json()
    assert [each["code"] for each in told["findings"]] == [
        "controller-rights-missing", "unlawful-instructions-missing", "liability-missing",
    ]  # fmt: skip


def test_without_a_token_or_its_scope_nothing_is_told(office: Office) -> None:
    client = office.app.test_client()
    assert client.get("/v1/agreements").status_code == 401
    assert client.get("/v1/agreements", headers=office.headers("service:")).status_code == 403
    assert office.ask(VENDOR, "GET", "/relation?processor_id=o&controller_id=p").status_code == 403
    assert office.post(VENDOR, "/notice-terms", {"processor_id": "org_vendor"}).status_code == 403


def test_every_route_names_its_door(office: Office) -> None:
    views = office.app.view_functions.items()
    open_doors = {name for name, view in views if getattr(view, DOOR, None) in (None, "public")}
    # A report of a vendor's provider is signed with the provider's secret.
    reports = {"outside_signatures.report"}
    assert open_doors == {"healthz", "readyz", "metrics", "openapi"} | reports


def test_the_openapi_document_names_every_route(office: Office) -> None:
    told = office.app.test_client().get("/openapi.json").get_json()
    assert told["openapi"] == "3.1.0"
    assert {"/v1/agreements/{agreement_id}/accept", "/v1/templates", "/v1/relation"} <= set(
        told["paths"]
    )


def test_lists_page_to_the_end_and_filter(office: Office) -> None:
    made = [office.drafted() for _ in range(5)] + [office.offered(LILLEBROR)]
    page = office.get(VENDOR, "/agreements?limit=2")
    seen = [each["id"] for each in page["items"]]
    while cursor := page["next_cursor"]:
        page = office.get(VENDOR, f"/agreements?limit=2&cursor={cursor}")
        seen += [each["id"] for each in page["items"]]
    assert seen == made
    offered = office.get(VENDOR, "/agreements?status=offered")["items"]
    assert [each["id"] for each in offered] == made[5:]
    for query in (f"controller_id={LILLEBROR}", f"processor_id={VENDOR}&status=offered"):
        assert [e["id"] for e in office.get(VENDOR, f"/agreements?{query}")["items"]] == made[5:]
    assert office.get(VENDOR, f"/agreements?processor_id={RIVAL}")["items"] == []
    assert office.get(RIVAL, f"/agreements?processor_id={VENDOR}")["items"] == []
    assert len(office.get(f"portal:{LILLEBROR}", "/agreements")["items"]) == 1
    assert office.ask(VENDOR, "GET", "/agreements?colour=red").status_code == 422


def test_the_built_in_templates_are_there_and_complete(office: Office) -> None:
    told = office.get(VENDOR, "/templates")["items"]
    assert {each["kind"] for each in told} == {"eu-2021-915", "dk-sa", "own"}
    assert all(each["languages"] == ["da", "en", "sv"] and each["built_in"] for each in told)
    assert len(told) == len(built_in_templates())


def test_a_vendors_own_template_is_its_own(office: Office) -> None:
    section = {"number": "1", "heading": {"en": "Only"}, "text": {"en": "Our words."}}
    body = {"name": "Ours", "sections": [section]}
    made = office.post(VENDOR, "/templates", body).get_json()
    told = office.get(VENDOR, f"/templates/{made['id']}")["sections"]
    assert told == [{**section, "says": None}]
    assert office.ask(RIVAL, "GET", f"/templates/{made['id']}").status_code == 404
    answer = office.post(RIVAL, "/agreements", agreement_body(NORDBO, template_id=made["id"]))
    assert answer.get_json()["errors"][0]["code"] == "unknown-template"
    drafted = office.drafted(template_id=made["id"], language="en")
    document = office.get(VENDOR, f"/agreements/{drafted}/document")
    assert document["template"]["sections"][0]["text"] == "Our words."


def test_the_json_document_is_the_one_whose_hash_was_accepted(office: Office) -> None:
    agreement_id = office.active()
    answer = office.ask(PORTAL, "GET", f"/agreements/{agreement_id}/document")
    told = office.get(PORTAL, f"/agreements/{agreement_id}")
    assert answer.mimetype == "application/json"
    assert hashlib.sha256(answer.get_data()).hexdigest() == told["document_sha256"]
    document = json.loads(answer.get_data())
    assert document["controller"]["legal_name"] == "Nordbo"
    assert document["template"]["sections"][0]["heading"] == "Parter og formål"


def test_an_older_version_can_still_be_read(office: Office) -> None:
    agreement_id = office.active()
    path = f"/agreements/{agreement_id}"
    first = office.ask(PORTAL, "GET", f"{path}/document").get_data()
    office.post(VENDOR, f"{path}/amendments", {"deletion_days": 60})
    office.accept_by_both(agreement_id)
    assert office.ask(PORTAL, "GET", f"{path}/document?version=1").get_data() == first
    assert office.get(PORTAL, f"{path}/document")["deletion_days"] == 60
    assert office.ask(PORTAL, "GET", f"{path}/document?version=3").status_code == 404


def test_html_shows_what_was_agreed_and_runs_nothing(office: Office) -> None:
    told = {"instructions": "<script>alert(1)</script>"}
    path = f"/agreements/{office.drafted(clauses=told)}/document"
    answer = office.ask(VENDOR, "GET", path, headers={"Accept": "text/html"})
    page = answer.get_data(as_text=True)
    assert answer.content_type == "text/html; charset=utf-8"
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert '<html lang="da">' in page
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_pdf_is_tagged_and_always_the_same(office: Office) -> None:
    path = f"/agreements/{office.drafted()}/document"
    answers = [
        office.ask(VENDOR, "GET", path, headers={"Accept": "application/pdf"}) for _ in range(2)
    ]
    assert answers[0].mimetype == "application/pdf"
    assert answers[0].get_data().startswith(b"%PDF-1.7")
    assert b"pdfuaid" in answers[0].get_data()
    assert answers[0].get_data() == answers[1].get_data()


def test_another_kind_of_document_is_refused(office: Office) -> None:
    path = f"/agreements/{office.drafted()}/document"
    answer = office.ask(VENDOR, "GET", path, headers={"Accept": "image/png"})
    assert (answer.status_code, answer.get_json()["code"]) == (406, "not-acceptable")


def test_a_processor_without_customers_has_no_notice_terms(office: Office) -> None:
    none = {"version": 0, "customers": 0, "groups": [], "profiles": []}
    assert office.notice_terms() == none


def test_identity_being_away_is_told_as_try_again(office: Office) -> None:
    office.identity.gone = True
    answer = office.post(VENDOR, "/agreements", agreement_body(NORDBO))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_the_headers_name_the_language_of_the_text(office: Office) -> None:
    path = f"/agreements/{office.drafted(language='da-DK')}/document"
    for kind in ("application/json", "text/html", "application/pdf"):
        answer = office.ask(VENDOR, "GET", path, headers={"Accept": kind})
        assert answer.headers["Content-Language"] == "da"
        if kind == "text/html":
            assert '<html lang="da">' in answer.get_data(as_text=True)


def test_no_agreement_is_in_a_language_that_its_template_lacks(office: Office) -> None:
    section = {"number": "1", "heading": {"da": "A"}, "text": {"da": "B"}}
    made = office.post(VENDOR, "/templates", {"name": "Dansk", "sections": [section]})
    template_id = made.get_json()["id"]
    for language, status in (("en", 422), ("da", 201)):
        body = agreement_body(NORDBO, template_id=template_id, language=language)
        assert office.post(VENDOR, "/agreements", body).status_code == status


def test_a_template_has_one_annex_for_each_subject(office: Office) -> None:
    said = {"heading": {"en": "A"}, "text": {"en": "B"}}
    body = {"name": "Own", "sections": [{"number": "1", **said}]}
    annex = {"subject": "measures", **said}
    made = office.post(VENDOR, "/templates", {**body, "annexes": [annex]})
    assert made.get_json()["annexes"] == [annex]
    twice = office.post(VENDOR, "/templates", {**body, "annexes": [annex, annex]})
    assert (twice.status_code, twice.get_json()["errors"][0]["pointer"]) == (422, "/annexes")
    unknown = office.post(VENDOR, "/templates", {**body, "annexes": [{**annex, "subject": "fees"}]})
    assert unknown.status_code == 422
