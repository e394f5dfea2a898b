"""The second hand: emergencies, and every announcement of an organisation that asks for it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.registry.test_announcing import second_client
from tests.integration.registry.test_four_eyes import made_by
from tests.integration.registry.test_several_in_one_notice import announce, drafts, evidence, told
from tests.receiver import Receiver
from tests.vendor import Vendor

Json = dict[str, Any]


def approve(vendor: Vendor, client: Json, changes: list[Json]) -> Any:
    body = {"change_ids": [change["id"] for change in changes]}
    return vendor.stack.ask(client, "POST", f"{vendor.path}/changes/approve", body)


def set_four_eyes(vendor: Vendor, client: Json, value: str) -> Any:
    path = f"/identity/v1/organisations/{vendor.client['org_id']}"
    seen = vendor.stack.ask(client, "GET", path).headers["ETag"]
    return vendor.stack.ask(client, "PATCH", path, {"four_eyes": value}, headers={"If-Match": seen})


@pytest.fixture
def careful(baseline: Vendor) -> Vendor:
    """A vendor that asks for a second hand for every announcement."""
    assert set_four_eyes(baseline, baseline.client, "always").status_code == 200
    return baseline


def test_nobody_announces_alone_where_a_second_hand_is_asked_for(careful: Vendor) -> None:
    changes = drafts(careful, "Mail Inc.", "Chat Inc.")

    for answer in (
        announce(careful, changes),
        careful.ask("POST", f"/changes/{changes[0]['id']}/announce"),
    ):
        assert answer.status_code == 409
        assert answer.json is not None
        assert answer.json["code"] == "approval-needed"
    assert len(careful.ledger()) == 1


def test_a_second_hand_announces_what_another_has_prepared(
    careful: Vendor, inbox: Receiver
) -> None:
    careful.receiver_url = inbox.url
    careful.customer("nordbo")
    changes = drafts(careful, "Mail Inc.", "Chat Inc.")

    answer = approve(careful, second_client(careful), changes)
    careful.stack.settle()

    assert answer.status_code == 200, answer.json
    assert {each["status"] for each in answer.json["items"]} == {"announced"}
    [message] = told(inbox, changes)
    assert len(message["changes"]) == 2
    [name] = [each["name"] for each in answer.json["items"][0]["approved_by"]]
    assert message["approved_by"] == [{"name": name}]
    assert evidence(careful, changes[1])[0]["approved_by"] == [{"name": name}]


def test_nobody_approves_what_they_prepared(careful: Vendor) -> None:
    other = second_client(careful)
    changes = drafts(careful, "Mail Inc.", "Chat Inc.")
    mine = made_by(careful, careful.client)
    for client in (careful.client, mine):
        refused = approve(careful, client, changes)
        assert (refused.status_code, refused.json["code"]) == (409, "prepared-by-the-same-hand")

    edited = f"{careful.path}/changes/{changes[1]['id']}"
    seen = {"If-Match": '"r1"'}
    careful.stack.ask(other, "PATCH", edited, {"reason": "Better"}, headers=seen)

    refused = approve(careful, other, changes)
    assert (refused.status_code, refused.json["code"]) == (409, "prepared-by-the-same-hand")
    assert approve(careful, other, changes[:1]).status_code == 200


def test_an_approval_keeps_the_promised_days(careful: Vendor) -> None:
    careful.customer("nordbo", notice_days=30)

    refused = approve(careful, second_client(careful), drafts(careful, "Mail Inc.", days=5))

    assert refused.json["code"] == "notice-period-too-short"


def test_several_emergencies_are_approved_as_one_notice(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.", days=2)
    for change in changes:
        baseline.must("POST", f"/changes/{change['id']}/emergency", {"justification": "Insolvent."})

    first = approve(baseline, baseline.client, changes)
    assert {each["status"] for each in first.json["items"]} == {"draft"}
    second = approve(baseline, second_client(baseline), changes)
    baseline.stack.settle()

    assert {each["status"] for each in second.json["items"]} == {"announced"}
    [message] = told(inbox, changes, "sub_processor.change.emergency")
    assert [each["justification"] for each in message["changes"]] == ["Insolvent."] * 2
    assert len(message["approved_by"]) == 2


def test_an_emergency_needs_a_hand_that_prepared_nothing(baseline: Vendor) -> None:
    other, third = second_client(baseline), second_client(baseline)
    [change] = drafts(baseline, "Mail Inc.", days=2)
    path = f"{baseline.path}/changes/{change['id']}"
    seen = {"If-Match": '"r1"'}
    baseline.stack.ask(other, "PATCH", path, {"reason": "Better"}, headers=seen)
    baseline.must("POST", f"/changes/{change['id']}/emergency", {"justification": "Insolvent."})
    assert approve(baseline, baseline.client, [change]).status_code == 200

    refused = approve(baseline, other, [change])

    assert (refused.status_code, refused.json["code"]) == (409, "prepared-by-the-same-hand")
    assert approve(baseline, third, [change]).json["items"][0]["status"] == "announced"


def test_an_emergency_and_another_change_are_no_one_notice(baseline: Vendor) -> None:
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.")
    path = f"/changes/{changes[0]['id']}/emergency"
    baseline.must("POST", path, {"justification": "Insolvent."})

    refused = approve(baseline, second_client(baseline), changes)

    assert (refused.status_code, refused.json["code"]) == (409, "changes-mixed")


def test_two_approvals_at_once_make_one_notice(careful: Vendor) -> None:
    changes = drafts(careful, "Mail Inc.", "Chat Inc.")
    clients = [second_client(careful) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda client: approve(careful, client, changes), clients))

    assert sorted(each.status_code for each in answers) == [200, 409]
    assert len(careful.ledger()) == 2


def test_who_announces_alone_is_named_as_approver(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.")
    announce(baseline, changes)
    baseline.stack.settle()

    [message] = told(inbox, changes)
    assert message["approved_by"] == [{"name": "vendor"}]
    assert "approved_by" not in json.dumps(baseline.ledger())


def test_a_second_hand_can_be_asked_for_but_not_done_away_with(careful: Vendor) -> None:
    refused = set_four_eyes(careful, careful.client, "emergency")

    assert (refused.status_code, refused.json["code"]) == (403, "four-eyes-kept")
    assert set_four_eyes(careful, careful.stack.admin, "emergency").status_code == 200
    assert announce(careful, drafts(careful, "Mail Inc.")).status_code == 200


def test_a_vendor_asks_for_no_second_hand_of_its_customers(baseline: Vendor) -> None:
    body = {"slug": f"entered-by-{baseline.slug}", "kind": ["controller"], "legal_name": "C",
            "country": "DK"}  # fmt: skip
    made = baseline.stack.must(baseline.client, "POST", "/identity/v1/organisations", body)
    path = f"/identity/v1/organisations/{made['id']}"

    refused = baseline.stack.ask(
        baseline.client, "PATCH", path, {"four_eyes": "always"}, headers={"If-Match": '"r1"'}
    )

    assert refused.status_code == 403
