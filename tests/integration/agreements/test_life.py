"""The life of an agreement over HTTP, from draft to end, and what the ledger tells of it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from services.agreements.app import create_app
from services.agreements.use_cases.due import run_due
from shared.in_process import WSGITransport
from tests.builders import agreement_body, notice_terms
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, SIGNATORY, VENDOR, Office
from tests.pdf import text_of

PORTAL = f"portal:{NORDBO}"


def test_it_works(office: Office) -> None:
    agreement_id = office.drafted()
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "draft"
    assert (
        office.post(VENDOR, f"/agreements/{agreement_id}/offer").get_json()["status"] == "offered"
    )
    assert office.accept(PORTAL, agreement_id).get_json()["status"] == "offered"
    told = office.accept(VENDOR, agreement_id).get_json()
    assert told["status"] == "active"
    assert told["findings"] == []
    assert [each["party"] for each in told["acceptances"]] == ["controller", "processor"]
    assert {each["document_sha256"] for each in told["acceptances"]} == {told["document_sha256"]}
    assert office.types(agreement_id) == ["drafted", "offered", "accepted", "accepted", "activated"]


def test_a_draft_shows_every_member_that_was_sent(office: Office) -> None:
    body = agreement_body(NORDBO)
    answer = office.post(VENDOR, "/agreements", body)
    told = answer.get_json()
    # Notice terms come back with the members of the long form besides, and processing with what
    # was not stated.
    told["notice_terms"] = {name: told["notice_terms"][name] for name in body["notice_terms"]}
    told["processing"] = {name: told["processing"][name] for name in body["processing"]}
    assert {name: told[name] for name in body} == body
    assert (told["version"], told["processor_id"]) == (1, VENDOR)
    assert answer.headers["ETag"] == '"r1"'
    assert told["controller"]["legal_name"] == "Nordbo"


def test_the_parties_accept_in_any_order(office: Office) -> None:
    agreement_id = office.offered()
    office.accept(VENDOR, agreement_id)
    assert office.accept(PORTAL, agreement_id).get_json()["status"] == "active"


def test_accepting_twice_has_no_second_effect(office: Office) -> None:
    agreement_id = office.offered()
    office.accept(PORTAL, agreement_id)
    again = office.accept(PORTAL, agreement_id)
    assert (again.status_code, again.get_json()["code"]) == (409, "already-accepted")
    office.accept(VENDOR, agreement_id)
    late = office.accept(PORTAL, agreement_id)
    assert (late.status_code, late.get_json()["code"]) == (409, "already-accepted")
    assert office.types(agreement_id).count("accepted") == 2


def test_an_outdated_document_is_not_accepted(office: Office) -> None:
    agreement_id = office.offered()
    seen = office.get(PORTAL, f"/agreements/{agreement_id}")["document_sha256"]
    assert office.accept(PORTAL, agreement_id, document_sha256=seen).status_code == 200
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"deletion_days": 60})
    outdated = office.accept(PORTAL, agreement_id, document_sha256=seen)
    assert (outdated.status_code, outdated.get_json()["code"]) == (409, "document-outdated")
    now = outdated.get_json()["context"]["document_sha256"]
    assert office.accept(PORTAL, agreement_id, document_sha256=now).status_code == 200


def test_nobody_signs_before_every_point_of_an_annex_is_answered(office: Office) -> None:
    agreement_id = office.offered(template_id="tpl_dk_sa_v1")
    refused = office.accept(PORTAL, agreement_id)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "document-incomplete")
    assert refused.get_json()["context"]["open"] == [
        "Bilag C: C.5. Lokalitet for behandling", "Bilag C: C.8. Revision af underdatabehandlere",
    ]  # fmt: skip
    clauses = {**agreement_body(NORDBO)["clauses"], "sub_processor_audit": "Ingen."}
    answers = {"clauses": clauses, "region": "Danmark"}
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", answers)
    assert office.accept(PORTAL, agreement_id).status_code == 200


@pytest.mark.parametrize("who", [PORTAL, VENDOR])
def test_neither_party_signs_own_terms_that_leave_open_what_article_28_asks_for(
    office: Office, who: str
) -> None:
    processing = {**agreement_body(NORDBO)["processing"], "purpose": "n/a"}
    agreement_id = office.offered(processing=processing)
    refused = office.accept(who, agreement_id)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "document-incomplete")
    assert refused.get_json()["context"]["open"] == ["Bilag 2: 2.4. Formål"]


def test_both_sign_the_official_file_and_whoever_may_read_the_agreement_gets_it(
    office: Office, tmp_path: Path
) -> None:
    body = b"%PDF-1.7 as published"
    (tmp_path / "dk-sa.da.pdf").write_bytes(body)
    sha256 = hashlib.sha256(body).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{sha256}  dk-sa.da.pdf")
    without = office.offered(template_id="tpl_dk_sa_v1")
    settings = replace(office.deps.settings, official_texts=tmp_path)
    transport = WSGITransport()
    transport.mount(office.identity)
    app = create_app(settings, transport, office.clock)
    with_file = Office(app, office.identity, office.clock)
    clauses = {**agreement_body(NORDBO)["clauses"], "sub_processor_audit": "Ingen."}
    signed = with_file.active(template_id="tpl_dk_sa_v1", clauses=clauses, region="Danmark")

    (tmp_path / "dk-sa.da.pdf").unlink()
    for reader in (VENDOR, PORTAL):
        answer = office.ask(reader, "GET", f"/agreements/{signed}/official-text")
        assert (answer.status_code, answer.data) == (200, body)
        assert "dk-sa.da.pdf" in answer.headers["Content-Disposition"]
    paper = office.ask(VENDOR, "GET", f"/agreements/{signed}/document",
                       headers={"Accept": "application/pdf"})  # fmt: skip
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        assert pdf.attachments["dk-sa.da.pdf"].get_file().read_bytes() == body
    for reader, asked in ((VENDOR, without), (RIVAL, signed)):
        assert office.ask(reader, "GET", f"/agreements/{asked}/official-text").status_code == 404


def test_versions_are_compared_as_one_marked_text_too(office: Office) -> None:
    agreement_id = office.active()
    path = f"/agreements/{agreement_id}"
    office.post(VENDOR, f"{path}/amendments", {"deletion_days": 5})
    office.post(PORTAL, f"{path}/reject", {"reason": "No."})
    office.post(VENDOR, f"{path}/amendments", {"deletion_days": 60})
    told = office.get(PORTAL, f"{path}/changes")
    assert (told["since"], told["version"]) == (1, 3)
    page = office.ask(PORTAL, "GET", f"{path}/changes", headers={"Accept": "text/html"})
    assert "<del>[– 30 –]</del><ins>[+ 60 +]</ins>" in page.text
    paper = office.ask(PORTAL, "GET", f"{path}/changes", headers={"Accept": "application/pdf"})
    assert "[– 30 –][+ 60 +]" in text_of(paper.data)
    assert office.ask(RIVAL, "GET", f"{path}/changes").status_code == 404


def test_a_draft_is_not_yet_to_be_accepted(office: Office) -> None:
    answer = office.accept(VENDOR, office.drafted())
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not-offered")


def test_an_amendment_leaves_the_old_version_in_force_until_both_accept(office: Office) -> None:
    agreement_id = office.active()
    terms = notice_terms(notice_days=60)
    answer = office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"notice_terms": terms})
    told = answer.get_json()
    assert (answer.status_code, told["version"], told["offer"]["version"]) == (201, 1, 2)
    assert told["notice_terms"]["notice_days"] == 30
    office.accept(PORTAL, agreement_id)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["notice_terms"]["notice_days"] == 30
    told = office.accept(VENDOR, agreement_id).get_json()
    assert (told["version"], told["offer"], told["notice_terms"]["notice_days"]) == (2, None, 60)
    assert office.types(agreement_id)[-1] == "amended"
    versions = office.get(VENDOR, f"/agreements/{agreement_id}/versions")["items"]
    assert [each["notice_terms"]["notice_days"] for each in versions] == [30, 60]


def test_a_rejected_amendment_leaves_the_agreement_in_force(office: Office) -> None:
    agreement_id = office.active()
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"products": ["other"]})
    told = office.post(PORTAL, f"/agreements/{agreement_id}/reject", {"reason": "No."}).get_json()
    assert (told["status"], told["version"], told["offer"]) == ("active", 1, None)


def test_a_rejected_offer_is_over(office: Office) -> None:
    agreement_id = office.offered()
    office.post(PORTAL, f"/agreements/{agreement_id}/reject", {"reason": "No."})
    told = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert told["status"] == "rejected"
    refusal = {name: told["refusal"][name] for name in ("party", "version", "reason")}
    assert refusal == {"party": "controller", "version": 1, "reason": "No."}
    assert office.accept(PORTAL, agreement_id).get_json()["code"] == "not-offered"


def test_an_amendment_that_changes_nothing_is_refused(office: Office) -> None:
    path = f"/agreements/{office.active()}/amendments"
    answer = office.post(VENDOR, path, {"deletion_days": 30})
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (422, "nothing-changed")


def test_a_termination_today_ends_it_at_once(office: Office) -> None:
    agreement_id = office.active()
    told = office.terminate(PORTAL, agreement_id, "2026-11-22").get_json()
    assert (told["status"], told["ends_on"]) == ("terminated", "2026-11-22")
    assert office.types(agreement_id)[-1] == "terminated"


def test_a_termination_to_come_ends_it_on_its_day_and_not_before(office: Office) -> None:
    agreement_id = office.active()
    told = office.terminate(VENDOR, agreement_id, "2026-12-31").get_json()
    assert (told["status"], told["ends_on"]) == ("active", "2026-12-31")
    office.clock.forward(days=38)
    run_due(office.deps)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "active"
    office.clock.forward(days=1)
    run_due(office.deps)
    run_due(office.deps)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "terminated"
    assert office.types(agreement_id)[-2:] == ["termination_scheduled", "terminated"]


def test_no_day_that_is_past_ends_an_agreement(office: Office) -> None:
    answer = office.terminate(VENDOR, office.active(), "2026-11-21")
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/effective_on")


def test_an_offer_lapses_after_its_last_day(office: Office) -> None:
    agreement_id = office.offered()
    office.clock.forward(days=60)
    run_due(office.deps)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "offered"
    office.clock.forward(days=1)
    run_due(office.deps)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "expired"
    assert office.types(agreement_id)[-1] == "expired"


def test_an_amendment_that_lapses_leaves_the_agreement_in_force(office: Office) -> None:
    agreement_id = office.active()
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"deletion_days": 5})
    office.clock.forward(days=61)
    run_due(office.deps)
    told = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert (told["status"], told["offer"]) == ("active", None)
    assert office.types(agreement_id)[-1] == "amendment_lapsed"


def test_a_second_agreement_for_the_same_product_is_refused_and_the_first_named(
    office: Office,
) -> None:
    first, second = office.active(), office.offered()
    answer = office.accept(PORTAL, second).get_json()
    assert (answer["status"], answer["code"]) == (409, "agreement-in-force")
    assert answer["context"] == {"agreement_id": first}
    other = office.offered(products=["archive"])
    office.accept_by_both(other)
    office.terminate(VENDOR, first, "2026-11-22")
    office.accept_by_both(second)


def test_an_amendment_cannot_take_over_the_product_of_another_agreement(office: Office) -> None:
    first = office.active()
    second = office.active(products=["archive"])
    office.post(VENDOR, f"/agreements/{second}/amendments", {"products": []})
    answer = office.accept(PORTAL, second).get_json()
    assert (answer["code"], answer["context"]["agreement_id"]) == ("agreement-in-force", first)


@pytest.mark.parametrize("step", ["", "/versions", "/document"])
def test_a_stranger_reads_nothing(office: Office, step: str) -> None:
    agreement_id = office.active()
    for who in (RIVAL, f"portal:{LILLEBROR}", f"portal:{VENDOR}"):
        assert office.ask(who, "GET", f"/agreements/{agreement_id}{step}").status_code == 404


def test_a_stranger_changes_nothing(office: Office) -> None:
    agreement_id = office.offered()
    for who in (RIVAL, f"portal:{LILLEBROR}", f"portal:{VENDOR}"):
        assert office.accept(who, agreement_id).status_code == 404
        assert office.terminate(who, agreement_id, "2026-12-01").status_code == 404
        path = f"/agreements/{agreement_id}/reject"
        assert office.post(who, path, {"reason": "x"}).status_code == 404
    assert office.post(RIVAL, f"/agreements/{agreement_id}/offer").status_code == 404


def test_a_controller_sees_no_draft(office: Office) -> None:
    agreement_id = office.drafted()
    assert office.ask(PORTAL, "GET", f"/agreements/{agreement_id}").status_code == 404
    assert office.get(PORTAL, "/agreements")["items"] == []


def test_each_party_accepts_only_with_the_scope_of_its_door(office: Office) -> None:
    agreement_id = office.offered()
    token = office.identity.token("cli_n", NORDBO, ["controller"], "agreements:write")
    answer = office.ask(
        VENDOR, "POST", f"/agreements/{agreement_id}/accept", json=SIGNATORY,
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert (answer.status_code, answer.get_json()["code"]) == (403, "scope-missing")


def test_persons_and_reasons_stay_out_of_the_public_part_of_the_ledger(office: Office) -> None:
    agreement_id = office.active()
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    entries = office.deps.ledger.entries(f"agreement:{agreement_id}")
    for secret in ("Ida Holm", "bo@example.test", "no longer used"):
        assert secret not in str([each.data for each in entries])
    private = office.deps.ledger.private_part(entries[-1])
    assert private is not None
    assert private["contacts"][0]["name"] == "Ida Holm"
    assert [each["name"] for each in private["acceptances"]] == ["Bo Lund", "Bo Lund"]
