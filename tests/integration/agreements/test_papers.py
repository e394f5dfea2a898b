"""A version that was signed on paper: one side uploads it, and the other has to confirm it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, SIGNATORY, VENDOR, Office
from tests.integration.agreements.test_import import PDF

CUSTOMER = f"portal:{NORDBO}"
SHA256 = hashlib.sha256(PDF).hexdigest()
SIGNED = [{"party": "processor", "name": "Bo Lund", "title": "Director"},
          {"party": "controller", "name": "Ida Holm", "title": "Chair"}]  # fmt: skip


def sent(office: Office, who: str, agreement_id: str, pdf: bytes = PDF) -> Any:
    path = f"/agreements/{agreement_id}/paper/file"
    return office.ask(who, "POST", path, data=pdf, content_type="application/pdf")


def upload(office: Office, who: str, agreement_id: str, **more: Any) -> Any:
    sent(office, who, agreement_id)
    offer = office.get(who, f"/agreements/{agreement_id}")["offer"]
    body = {**body_of(office, offer), **more}
    return office.post(who, f"/agreements/{agreement_id}/paper", body)


def body_of(office: Office, offer: Any) -> dict[str, Any]:
    return {"document_sha256": offer["document_sha256"], "pdf_sha256": SHA256,
            "signed_on": office.clock().date().isoformat(), "signatories": SIGNED,
            **SIGNATORY}  # fmt: skip


def confirm(office: Office, who: str, agreement_id: str, sha256: str = SHA256) -> Any:
    body = {**SIGNATORY, "pdf_sha256": sha256}
    return office.post(who, f"/agreements/{agreement_id}/paper/confirm", body)


def refuse(office: Office, who: str, agreement_id: str) -> Any:
    return office.post(who, f"/agreements/{agreement_id}/paper/refuse", {"reason": "Page 3."})


@pytest.mark.parametrize(("uploads", "confirms"), [(VENDOR, CUSTOMER), (CUSTOMER, VENDOR)])
def test_it_binds_when_the_other_side_has_confirmed_and_not_before(
    office: Office, uploads: str, confirms: str
) -> None:
    agreement_id = office.offered()
    assert upload(office, uploads, agreement_id).status_code == 201
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "offered"
    read = office.ask(confirms, "GET", f"/agreements/{agreement_id}/paper/file")
    assert read.data == PDF
    answer = confirm(office, confirms, agreement_id)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert (now["status"], now["offer"]) == ("active", None)
    signed = {each["party"]: each for each in now["acceptances"]}
    assert {party: it["name"] for party, it in signed.items()} == {
        "processor": "Bo Lund", "controller": "Ida Holm",
    }  # fmt: skip
    for each in signed.values():
        assert (each["method"], each["evidence_sha256"]) == ("paper", SHA256)
        assert each["document_sha256"] == now["document_sha256"]
    assert office.types(agreement_id)[-4:] == [
        "paper_uploaded", "accepted", "accepted", "activated",
    ]  # fmt: skip
    assert now["paper"]["confirmation"]["name"] == "Bo Lund"


@pytest.mark.parametrize("who", [VENDOR, CUSTOMER])
def test_nobody_confirms_or_refuses_what_it_has_uploaded_itself(office: Office, who: str) -> None:
    agreement_id = office.offered()
    upload(office, who, agreement_id)
    for answer in (confirm(office, who, agreement_id), refuse(office, who, agreement_id)):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "own-paper")
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["status"] == "offered"


def test_what_the_other_side_refuses_binds_nobody_and_the_offer_stays(office: Office) -> None:
    agreement_id = office.offered()
    upload(office, VENDOR, agreement_id)
    assert refuse(office, CUSTOMER, agreement_id).status_code == 200
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert (now["status"], now["paper"]["refusal"]["reason"]) == ("offered", "Page 3.")
    assert now["offer"] is not None
    late = confirm(office, CUSTOMER, agreement_id)
    assert late.get_json()["code"] == "no-paper-waits"
    assert upload(office, VENDOR, agreement_id).status_code == 201


def test_only_the_file_that_was_read_is_confirmed(office: Office) -> None:
    agreement_id = office.offered()
    upload(office, VENDOR, agreement_id)
    answer = confirm(office, CUSTOMER, agreement_id, "0" * 64)
    assert answer.get_json()["code"] == "paper-outdated"


def test_a_paper_of_another_document_than_the_one_on_offer_is_refused(office: Office) -> None:
    agreement_id = office.offered()
    answer = upload(office, VENDOR, agreement_id, document_sha256="0" * 64)
    assert answer.get_json()["code"] == "document-outdated"


def test_a_paper_of_a_version_that_was_replaced_waits_no_more(office: Office) -> None:
    agreement_id = office.offered()
    upload(office, VENDOR, agreement_id)
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"deletion_days": 3})
    assert confirm(office, CUSTOMER, agreement_id).get_json()["code"] == "no-paper-waits"


def test_while_one_side_waits_the_other_uploads_nothing_of_its_own(office: Office) -> None:
    agreement_id = office.offered()
    upload(office, VENDOR, agreement_id)
    assert upload(office, CUSTOMER, agreement_id).get_json()["code"] == "paper-waits"
    assert upload(office, VENDOR, agreement_id).status_code == 201


def test_a_party_that_has_accepted_already_has_done_so(office: Office) -> None:
    agreement_id = office.offered()
    office.accept(VENDOR, agreement_id)
    upload(office, VENDOR, agreement_id)
    confirm(office, CUSTOMER, agreement_id)
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert [(each["party"], each["method"]) for each in now["acceptances"]] == [
        ("processor", "accepted"), ("controller", "paper"),
    ]  # fmt: skip
    assert now["status"] == "active"


def test_an_amendment_signed_on_paper_takes_the_place_of_what_binds(office: Office) -> None:
    agreement_id = office.active()
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"deletion_days": 3})
    upload(office, CUSTOMER, agreement_id)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["version"] == 1
    confirm(office, VENDOR, agreement_id)
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert (now["version"], now["deletion_days"]) == (2, 3)


def test_days_to_come_missing_parties_and_files_that_are_no_pdf_are_refused(
    office: Office,
) -> None:
    agreement_id = office.offered()
    tomorrow = (office.clock().date() + timedelta(days=1)).isoformat()
    for more in ({"signed_on": tomorrow}, {"signatories": [SIGNED[0], SIGNED[0]]},
                 {"pdf_sha256": "0" * 64}):  # fmt: skip
        assert upload(office, VENDOR, agreement_id, **more).status_code == 422
    assert sent(office, VENDOR, agreement_id, b"no pdf").get_json()["code"] == "not-a-pdf"


@pytest.mark.parametrize("who", [RIVAL, f"portal:{LILLEBROR}"])
def test_nobody_else_uploads_reads_or_answers(office: Office, who: str) -> None:
    agreement_id = office.offered()
    upload(office, VENDOR, agreement_id)
    before = office.get(VENDOR, f"/agreements/{agreement_id}")
    for answer in (
        sent(office, who, agreement_id), confirm(office, who, agreement_id),
        refuse(office, who, agreement_id),
        office.post(who, f"/agreements/{agreement_id}/paper", body_of(office, before["offer"])),
        office.ask(who, "GET", f"/agreements/{agreement_id}/paper/file"),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert office.get(VENDOR, f"/agreements/{agreement_id}") == before


def test_the_file_of_one_agreement_is_unknown_to_another(office: Office) -> None:
    first, second = office.offered(), office.offered(LILLEBROR)
    sent(office, VENDOR, first)
    offer = office.get(VENDOR, f"/agreements/{second}")["offer"]
    answer = office.post(VENDOR, f"/agreements/{second}/paper", body_of(office, offer))
    assert answer.get_json()["errors"][0]["code"] == "unknown-file"
