"""Who signs while a change is under way: gate, evidence, portal and objections agree."""

from __future__ import annotations

from typing import Any

import pytest

from services.agreements.clients import Registry
from tests import builders
from tests.integration.registry.test_objecting import object_to
from tests.receiver import Receiver
from tests.vendor import SIGNATURE, Vendor, new_client

Json = dict[str, Any]


def code_on(vendor: Vendor, customer: Json, sub_id: str, on: str) -> tuple[str, str]:
    found = vendor.gate(customer, sub_id, on)
    return found["answer"], found["reason_code"]


def annex_of(vendor: Vendor, customer: Json) -> Json:
    path = f"/agreements/v1/agreements/{customer['agreement_id']}/document"
    document = vendor.stack.must(vendor.client, "GET", path)
    found: Json = document["sub_processors"]
    return found


@pytest.mark.parametrize(
    "more", [{}, {"silence": "refusal", "agreement": {"authorisation": "specific"}}]
)
def test_the_list_that_is_signed_names_the_coming_change(
    baseline: Vendor, inbox: Receiver, more: Json
) -> None:
    baseline.receiver_url = inbox.url
    change = baseline.announced(31)
    late = baseline.customer("latecomer", notice_days=30, objection_days=14, **more)
    baseline.stack.settle()
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]

    [coming] = annex_of(baseline, late)["coming"]
    assert (coming["change_id"], coming["kind"], coming["effective_on"]) == (
        change["id"], "add", day,
    )  # fmt: skip
    assert code_on(baseline, late, sub_id, "2026-12-23") == ("blocked_until", "announced")
    assert code_on(baseline, late, sub_id, day) == ("allowed", "accepted-with-agreement")
    refused = object_to(baseline, late, change)
    assert refused.status_code == 409
    assert refused.json["code"] == "accepted-with-agreement"
    evidence = f"/notices/v1/changes/{change['id']}/evidence"
    assert baseline.stack.must(baseline.client, "GET", evidence)["items"] == []
    portal = f"/portal/v1/changes/{change['id']}"
    assert baseline.stack.ask(late, "GET", portal).status_code == 404
    assert not [each for each in inbox.requests if change["id"].encode() in each.body]


def test_who_signed_before_is_told_and_who_signs_later_has_accepted(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    early = baseline.customer("early", notice_days=30, objection_days=14)
    change = baseline.announced(31)
    baseline.stack.settle()
    baseline.stack.pass_time(days=40)
    baseline.stack.go_live()
    late = baseline.customer("late", notice_days=30, objection_days=14)
    sub_id, day = change["sub_processor"]["id"], str(baseline.today)
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]

    assert code_on(baseline, early, sub_id, day) == ("allowed", "told")
    assert code_on(baseline, late, sub_id, day) == ("allowed", "accepted-with-agreement")
    assert {code_on(baseline, each, host, day)[1] for each in (early, late)} == {
        "accepted-with-agreement"
    }


def test_an_offer_that_names_no_change_of_since_is_outdated(baseline: Vendor) -> None:
    """Offered before the announcement, accepted after it."""
    client = new_client(baseline.stack, "slow", ["controller"], ["portal:read", "portal:write"])
    body = builders.agreement_body(
        client["org_id"], party={"legal_name": "Slow"}, effective_from="2026-01-01", products=[],
        notice_terms=builders.notice_terms(notice_days=30, objection_days=14),
    )  # fmt: skip
    made = baseline.stack.must(baseline.client, "POST", "/agreements/v1/agreements", body)
    path = f"/agreements/{made['id']}"
    baseline.stack.must(baseline.client, "POST", f"/agreements/v1{path}/offer", {})
    baseline.stack.must(baseline.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    change = baseline.announced(60)

    refused = baseline.stack.ask(client, "POST", f"/portal/v1{path}/accept", SIGNATURE)

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["code"] == "document-outdated"
    baseline.stack.must(client, "POST", f"/portal/v1{path}/accept", SIGNATURE)
    baseline.stack.must(baseline.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    sub_id = change["sub_processor"]["id"]
    assert code_on(baseline, client, sub_id, change["effective_on"]) == (
        "allowed", "accepted-with-agreement",
    )  # fmt: skip


def unlisted(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> tuple[Json, Json]:
    """A change announced in the moment of the signature, so that the signed list lacks it."""
    change = vendor.announced(31)
    with monkeypatch.context() as patched:
        patched.setattr(Registry, "announced", lambda *_: ())
        late = vendor.customer("latecomer", notice_days=30, objection_days=14)
    return change, late


def test_what_no_list_names_and_no_notice_told_keeps_the_gate_shut(
    baseline: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, late = unlisted(baseline, monkeypatch)
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]
    baseline.stack.settle()

    assert code_on(baseline, late, sub_id, day) == ("not_notified", "not-in-accepted-list")
    refused = object_to(baseline, late, change)
    assert refused.json["code"] == "not-notified"

    path = f"/agreements/{late['agreement_id']}"
    baseline.stack.must(baseline.client, "POST", f"/agreements/v1{path}/amendments", {})
    baseline.stack.must(baseline.client, "POST", f"/agreements/v1{path}/accept", SIGNATURE)
    baseline.stack.must(late, "POST", f"/portal/v1{path}/accept", SIGNATURE)
    assert code_on(baseline, late, sub_id, day) == ("allowed", "accepted-with-agreement")
    again = baseline.stack.ask(baseline.client, "POST", f"/agreements/v1{path}/amendments", {})
    assert again.status_code == 422


def test_an_approval_makes_up_for_a_list_that_does_not_name_it(
    baseline: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, late = unlisted(baseline, monkeypatch)
    baseline.stack.must(late, "POST", f"/portal/v1/changes/{change['id']}/approval")
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]
    assert code_on(baseline, late, sub_id, day) == ("allowed", "approved")
