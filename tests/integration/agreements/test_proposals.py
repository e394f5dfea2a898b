"""A customer proposes other terms, or comments; its processor accepts, answers or declines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, SIGNATORY, VENDOR, Office

CUSTOMER = f"portal:{NORDBO}"
BODIES = {"accept": None, "answer": {"text": "x"}, "decline": {"reason": "x"}}
COMMENT = {"section": "7", "text": "Thirty days are too long."}


def propose(office: Office, agreement_id: str, who: str = CUSTOMER, **more: Any) -> Any:
    agreement = office.get(VENDOR, f"/agreements/{agreement_id}")
    read = (agreement["offer"] or agreement)["document_sha256"]
    body = {**SIGNATORY, "document_sha256": read, "changes": {"deletion_days": 7},
            "comments": [COMMENT], **more}  # fmt: skip
    return office.post(who, f"/agreements/{agreement_id}/proposals", body)


def proposed(office: Office, agreement_id: str, **more: Any) -> str:
    answer = propose(office, agreement_id, **more)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def decide(office: Office, agreement_id: str, proposal_id: str, step: str, body: Any = None) -> Any:
    path = f"/agreements/{agreement_id}/proposals/{proposal_id}/{step}"
    return office.post(VENDOR, path, body)


def test_what_is_accepted_is_offered_as_the_next_version_and_binds_nobody(office: Office) -> None:
    agreement_id = office.offered()
    proposal_id = proposed(office, agreement_id)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["offer"]["version"] == 1
    answer = decide(office, agreement_id, proposal_id, "accept")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told = answer.get_json()
    assert (told["state"], told["offered"]) == ("accepted", 2)
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert (now["status"], now["offer"]["version"], now["deletion_days"]) == ("offered", 2, 7)
    assert now["acceptances"] == []
    assert office.types(agreement_id)[-3:] == ["proposal_made", "proposal_answered", "offered"]


def test_what_binds_goes_on_binding_until_both_accept_what_was_proposed(office: Office) -> None:
    agreement_id = office.active()
    decide(office, agreement_id, proposed(office, agreement_id), "accept")
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert (now["version"], now["deletion_days"], now["offer"]["version"]) == (1, 30, 2)
    office.accept_by_both(agreement_id)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["deletion_days"] == 7


def test_the_proposer_reads_the_answer_and_the_reason(office: Office) -> None:
    agreement_id = office.offered()
    proposal_id = proposed(office, agreement_id)
    decide(office, agreement_id, proposal_id, "answer", {"text": "Would 14 do?"})
    [told] = office.get(CUSTOMER, f"/agreements/{agreement_id}/proposals")["items"]
    assert (told["state"], told["answers"][0]["text"]) == ("answered", "Would 14 do?")
    decide(office, agreement_id, proposal_id, "decline", {"reason": "Backups need 30."})
    [told] = office.get(CUSTOMER, f"/agreements/{agreement_id}/proposals")["items"]
    assert (told["state"], told["answers"][1]["text"]) == ("declined", "Backups need 30.")
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["offer"]["version"] == 1
    assert office.types(agreement_id)[-2:] == ["proposal_answered", "proposal_answered"]


@pytest.mark.parametrize("step", BODIES)
def test_what_is_decided_is_decided(office: Office, step: str) -> None:
    agreement_id = office.offered()
    proposal_id = proposed(office, agreement_id)
    decide(office, agreement_id, proposal_id, "decline", {"reason": "No."})
    answer = decide(office, agreement_id, proposal_id, step, BODIES[step])
    assert (answer.status_code, answer.get_json()["code"]) == (409, "proposal-decided")
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["latest_version"] == 1


def test_comments_alone_can_be_answered_but_not_offered(office: Office) -> None:
    agreement_id = office.offered()
    proposal_id = proposed(office, agreement_id, changes={})
    answer = decide(office, agreement_id, proposal_id, "accept")
    assert answer.get_json()["code"] == "nothing-to-offer"
    assert decide(office, agreement_id, proposal_id, "answer", {"text": "x"}).status_code == 200


def test_a_proposal_is_about_the_document_that_was_read(office: Office) -> None:
    agreement_id = office.offered()
    other = propose(office, agreement_id, document_sha256="0" * 64)
    assert other.get_json()["code"] == "document-outdated"
    nothing = propose(office, agreement_id, changes={}, comments=[])
    assert nothing.status_code == 422


def test_ten_that_wait_are_enough(office: Office) -> None:
    agreement_id = office.offered()
    for _ in range(10):
        proposed(office, agreement_id)
    assert propose(office, agreement_id).get_json()["code"] == "too-many-proposals"


def test_the_vendor_has_them_in_one_list(office: Office) -> None:
    first, second = office.offered(), office.offered(LILLEBROR)
    waits = proposed(office, first)
    done = proposed(office, second, who=f"portal:{LILLEBROR}")
    decide(office, second, done, "decline", {"reason": "No."})
    found = office.get(VENDOR, "/proposals?state=open")["items"]
    assert [each["id"] for each in found] == [waits]
    assert len(office.get(VENDOR, "/proposals")["items"]) == 2
    assert office.get(RIVAL, "/proposals")["items"] == []


@pytest.mark.parametrize("who", [RIVAL, f"portal:{LILLEBROR}"])
def test_strangers_who_know_the_ids_read_propose_and_decide_nothing(
    office: Office, who: str
) -> None:
    agreement_id = office.offered()
    proposal_id = proposed(office, agreement_id)
    path = f"/agreements/{agreement_id}/proposals"
    answers = [office.ask(who, "GET", path), propose(office, agreement_id, who=who)]
    answers += [office.post(who, f"{path}/{proposal_id}/{step}", BODIES[step]) for step in BODIES]
    refused = {answer.status_code for answer in answers}
    assert refused <= {403, 404}
    assert answers[0].status_code == 404
    [left] = office.get(VENDOR, "/proposals")["items"]
    assert (left["id"], left["state"], left["answers"]) == (proposal_id, "open", [])


@pytest.mark.parametrize("step", BODIES)
def test_the_customer_decides_nothing_and_no_proposal_is_decided_under_another_agreement(
    office: Office, step: str
) -> None:
    first, second = office.offered(), office.offered(LILLEBROR)
    proposal_id = proposed(office, first)
    path = f"/agreements/{first}/proposals/{proposal_id}/{step}"
    assert office.post(CUSTOMER, path, BODIES[step]).status_code == 403
    assert decide(office, second, proposal_id, step, BODIES[step]).status_code == 404
    assert office.get(VENDOR, f"/agreements/{second}")["latest_version"] == 1
    assert office.get(VENDOR, "/proposals?state=open")["items"][0]["id"] == proposal_id


def test_a_former_customer_proposes_nothing_and_what_it_proposed_is_offered_no_more(
    office: Office,
) -> None:
    agreement_id = office.active()
    proposal_id = proposed(office, agreement_id)
    today = office.clock().date().isoformat()
    assert office.terminate(VENDOR, agreement_id, today).status_code == 200
    late = decide(office, agreement_id, proposal_id, "accept")
    assert [propose(office, agreement_id).status_code, late.status_code] == [409, 409]
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["latest_version"] == 1


def test_the_processor_amends_and_does_not_propose(office: Office) -> None:
    agreement_id = office.offered()
    assert propose(office, agreement_id, who=VENDOR).status_code == 403
