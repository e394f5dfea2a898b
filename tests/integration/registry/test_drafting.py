"""Drafts: every member can be edited, findings follow, and nobody is told."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import builders
from tests.integration.registry.test_announcing import second_client
from tests.vendor import Vendor

pytestmark = pytest.mark.usefixtures("told_at_once")

Json = dict[str, Any]


def host_of(vendor: Vendor) -> Json:
    found: Json = vendor.must("GET", "/sub-processors")["items"][0]
    return found


def edit(vendor: Vendor, change_id: str, revision: int, **members: Any) -> TestResponse:
    headers = {"If-Match": f'"r{revision}"'}
    return vendor.ask("PATCH", f"/changes/{change_id}", members, headers=headers)


def test_it_works(baseline: Vendor) -> None:
    host = host_of(baseline)
    change = baseline.draft()
    entry = builders.sub_processor(legal_name="Hosting Ltd", country="IE", retention="1 year")

    told = edit(
        baseline, change["id"], 1, kind="modify", sub_processor_id=host["id"],
        sub_processor=entry, effective_on="2027-03-01", reason="Longer retention",
    ).json  # fmt: skip

    assert told is not None
    assert (told["kind"], told["sub_processor_id"]) == ("modify", host["id"])
    assert told["sub_processor"]["id"] == host["id"]
    assert told["previous"]["legal_name"] == "Hosting Ltd"
    assert (told["effective_on"], told["reason"]) == ("2027-03-01", "Longer retention")
    assert "new_entity" not in told["materiality"]
    assert len(baseline.ledger()) == 1


def test_what_is_left_out_stays(baseline: Vendor) -> None:
    change = baseline.draft()

    told = edit(baseline, change["id"], 1, reason="Another").json

    assert told is not None
    kept = ("kind", "sub_processor", "effective_on", "previous")
    assert {name: told[name] for name in kept} == {name: change[name] for name in kept}


def test_an_add_made_a_replacement_keeps_the_id_of_what_it_makes(baseline: Vendor) -> None:
    change = baseline.draft()

    told = edit(
        baseline, change["id"], 1, kind="replace", sub_processor_id=host_of(baseline)["id"]
    ).json

    assert told is not None
    assert told["sub_processor"]["id"] == change["sub_processor"]["id"]
    assert told["previous"]["legal_name"] == "Hosting Ltd"


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"kind": "remove"}, "/sub_processor"),
        ({"kind": "modify"}, "/sub_processor_id"),
        ({"sub_processor": None}, "/sub_processor"),
        ({"sub_processor_id": "sub_1"}, "/sub_processor_id"),
    ],
)
def test_members_that_do_not_fit_together_are_refused(
    baseline: Vendor, members: Json, pointer: str
) -> None:
    change = baseline.draft()

    answer = edit(baseline, change["id"], 1, **members)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == pointer


def test_an_add_that_names_an_entry_is_refused(baseline: Vendor) -> None:
    body = {"kind": "add", "sub_processor": builders.sub_processor(), "reason": "x",
            "sub_processor_id": host_of(baseline)["id"], "effective_on": "2027-03-01"}  # fmt: skip

    assert baseline.ask("POST", "/changes", body).status_code == 422


def test_what_is_announced_is_not_edited_but_withdrawn_and_announced_anew(
    baseline: Vendor,
) -> None:
    customer = baseline.customer("nordbo", notice_days=30)
    change = baseline.announced(31)
    sub_id = change["sub_processor"]["id"]

    refused = edit(baseline, change["id"], 2, effective_on="2026-12-01")
    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Another day"})
    baseline.stack.pass_time(days=1)
    sooner = baseline.draft(30)
    again = baseline.announced(31)

    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (409, "change-status")
    assert "withdraw" in refused.json["detail"]
    # Another day is another notice, with its own full period.
    assert baseline.ask("POST", f"/changes/{sooner['id']}/announce").status_code == 409
    assert baseline.gate(customer, sub_id)["answer"] == "not_notified"
    new_id = again["sub_processor"]["id"]
    assert baseline.gate(customer, new_id)["until"] == again["effective_on"]


def test_drafts_are_listed_by_status_newest_first(baseline: Vendor) -> None:
    drafts = [baseline.draft()["id"] for _ in range(5)]
    announced = baseline.announced()["id"]

    first = baseline.must("GET", "/changes?status=draft&limit=3")
    rest = baseline.must("GET", f"/changes?status=draft&limit=3&cursor={first['next_cursor']}")

    listed = [each["id"] for each in (*first["items"], *rest["items"])]
    assert listed == drafts[::-1]
    assert rest["next_cursor"] is None
    found = baseline.must("GET", "/changes?status=announced")["items"]
    assert [each["id"] for each in found] == [announced]


def test_a_draft_is_announced_beside_the_entry_as_it_is_then(baseline: Vendor) -> None:
    host = host_of(baseline)["id"]
    entry = builders.sub_processor(legal_name="Hosting Ltd", country="IE", retention="1 year")
    old_draft = baseline.draft(40, kind="modify", sub_processor=entry, sub_processor_id=host)
    renamed = {**entry, "legal_name": "Hosting Europe Ltd", "retention": None}
    baseline.announced(0, kind="modify", sub_processor=renamed, sub_processor_id=host)
    baseline.stack.go_live()

    baseline.must("POST", f"/changes/{old_draft['id']}/announce")

    assert baseline.ledger()[-1]["data"]["previous"]["legal_name"] == "Hosting Europe Ltd"


def test_a_draft_whose_entry_is_gone_cannot_be_announced(baseline: Vendor) -> None:
    host = host_of(baseline)["id"]
    draft = baseline.draft(40, kind="modify", sub_processor_id=host)
    baseline.announced(0, kind="remove", sub_processor=None, sub_processor_id=host)
    baseline.stack.go_live()

    answer = baseline.ask("POST", f"/changes/{draft['id']}/announce")

    assert answer.json is not None
    assert answer.json["code"] == "sub-processor-not-in-register"


def test_data_the_register_does_not_know_makes_an_addition_material(baseline: Vendor) -> None:
    known = baseline.draft()
    health = baseline.draft(sub_processor=builders.sub_processor(data_categories=["health data"]))

    assert "new_data_category" not in known["materiality"]
    assert "new_data_category" in health["materiality"]


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ({"address": None}, "address-missing"),
        ({"contact": None}, "contact-missing"),
        ({"country": None}, "country-missing"),
        ({"flow_down": None}, "flow-down-missing"),
        ({"locations": []}, "locations-missing"),
        ({"locations": [{"country": "US", "kind": "storage"}]}, "transfer-tool-missing"),
        ({"parent_id": "sub_x"}, "parent-unknown"),
    ],
)
def test_nothing_goes_out_with_a_must_item_missing(
    baseline: Vendor, spoiled: Json, code: str
) -> None:
    change = baseline.draft(sub_processor=builders.sub_processor(**spoiled))
    path = f"/changes/{change['id']}"

    announced = baseline.ask("POST", f"{path}/announce")
    baseline.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    baseline.must("POST", f"{path}/approve")
    colleague = second_client(baseline)
    urgent = baseline.stack.ask(colleague, "POST", f"{baseline.path}{path}/approve")

    for answer in (announced, urgent):
        assert answer.status_code == 422
        assert answer.json is not None
        found = {each["code"]: each for each in answer.json["context"]["findings"]}
        assert found[code]["rule"]
    assert len(baseline.ledger()) == 1


def test_the_one_who_declares_an_emergency_may_be_one_of_its_two_approvers(
    baseline: Vendor,
) -> None:
    path = f"/changes/{baseline.draft(0)['id']}"
    declared = baseline.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    first = baseline.must("POST", f"{path}/approve")
    second = baseline.stack.must(second_client(baseline), "POST", f"{baseline.path}{path}/approve")

    me = baseline.client["client_id"]
    assert declared["emergency"]["declared_by"] == me
    assert first["emergency"]["approved_by"] == [me]
    assert len(set(second["emergency"]["approved_by"])) == 2
    assert second["status"] == "announced"


def test_an_emergency_that_nobody_approved_is_announced_like_any_change(baseline: Vendor) -> None:
    customer = baseline.customer("slow", receipt_rule="acknowledged")
    change = baseline.draft(31)
    path = f"/changes/{change['id']}"
    baseline.must("POST", f"{path}/emergency", {"justification": "Insolvent."})

    baseline.must("POST", f"{path}/announce")
    baseline.stack.tell()

    assert baseline.ledger()[-1]["type"] == "sub_processor.change.announced"
    assert baseline.must("GET", path)["emergency"] is None
    day = change["effective_on"]
    assert baseline.gate(customer, change["sub_processor"]["id"], day)["answer"] == "blocked_until"


def test_an_emergency_in_the_past_is_refused(baseline: Vendor) -> None:
    path = f"/changes/{baseline.draft(-1)['id']}"
    baseline.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    baseline.must("POST", f"{path}/approve")

    answer = baseline.stack.ask(second_client(baseline), "POST", f"{baseline.path}{path}/approve")

    assert answer.status_code == 422


def test_what_has_taken_effect_while_the_clock_stood_still_is_not_withdrawn(
    baseline: Vendor,
) -> None:
    change = baseline.announced(5)
    baseline.stack.pass_time(days=5)
    before = baseline.names(baseline.today)

    answer = baseline.ask("POST", f"/changes/{change['id']}/withdraw", {"reason": "Late"})

    assert answer.status_code == 409
    assert baseline.names(baseline.today) == before
