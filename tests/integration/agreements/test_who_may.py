"""Who may take which step: the other party is refused, and nothing happens."""

from __future__ import annotations

from typing import Any

import pytest

from services.agreements.use_cases.permissions import SCOPE_OF_PARTY
from tests.integration.agreements.office import NORDBO, SIGNATORY, VENDOR, Office

PORTAL = f"portal:{NORDBO}"
PROOF = {**SIGNATORY, "done_on": "2026-11-22", "statement": "Erased."}


def as_controller_with(office: Office, scope: str) -> dict[str, str]:
    """A token of the controller itself that holds even the scope of the other party."""
    token = office.identity.token("cli_n", NORDBO, ["controller"], "agreements:read", scope)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("state", "step", "body"),
    [
        ("offered", "offer", {}),
        ("active", "amendments", {"deletion_days": 5}),
        ("active", "deletion-proof", PROOF),
    ],
)
def test_what_only_the_processor_may_do_is_refused_to_the_controller(
    office: Office, state: str, step: str, body: dict[str, Any]
) -> None:
    agreement_id = getattr(office, state)()
    before = office.types(agreement_id)
    answer = office.ask(
        VENDOR, "POST", f"/agreements/{agreement_id}/{step}", json=body or None,
        headers=as_controller_with(office, SCOPE_OF_PARTY["processor"]),
    )  # fmt: skip
    assert answer.status_code == 403, answer.get_data(as_text=True)
    assert office.types(agreement_id) == before


def test_a_customer_drafts_nothing_and_publishes_nothing(office: Office) -> None:
    headers = as_controller_with(office, SCOPE_OF_PARTY["processor"])
    template = {"name": "Mine", "sections": [{"number": "1", "heading": {"en": "A"},
                                              "text": {"en": "B"}}]}  # fmt: skip
    answer = office.ask(VENDOR, "POST", "/templates", json=template, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not-a-processor")


def test_a_processor_takes_no_template(office: Office) -> None:
    token = office.identity.token("cli_v", VENDOR, ["processor"], SCOPE_OF_PARTY["controller"])
    body = {"processor": VENDOR, "template_id": "tpl_x", "party": {}, "acceptance": SIGNATORY}
    answer = office.ask(VENDOR, "POST", "/self-serve", json=body,
                        headers={"Authorization": f"Bearer {token}"})  # fmt: skip
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not-a-controller")


@pytest.mark.parametrize("who", [VENDOR, PORTAL])
def test_each_party_may_accept_reject_and_terminate(office: Office, who: str) -> None:
    rejected = office.offered()
    path = f"/agreements/{rejected}/reject"
    assert office.post(who, path, {"reason": "No."}).get_json()["status"] == "rejected"
    ended = office.active()
    assert office.terminate(who, ended, "2026-11-22").get_json()["status"] == "terminated"


def test_only_another_service_can_tell_whose_client_and_address_it_was(office: Office) -> None:
    told = {"Art28-Client": "cli_forged", "Art28-Client-Address": "198.51.100.1"}
    agreement_id = office.offered()
    path = f"/agreements/{agreement_id}/accept"
    mine = office.ask(VENDOR, "POST", path, json=SIGNATORY, headers=told)
    (signed,) = mine.get_json()["acceptances"]
    assert (signed["client_id"], signed["address"]) == (f"cli_{VENDOR}", "127.0.0.1")
    theirs = office.ask(PORTAL, "POST", path, json=SIGNATORY, headers=told)
    assert theirs.get_json()["acceptances"][1]["address"] == "198.51.100.1"
