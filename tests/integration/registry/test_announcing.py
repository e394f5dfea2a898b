"""Announcing a change: when it may be, what it writes, and that it is all or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.ledger import verify
from tests import builders
from tests.vendor import Vendor


def test_it_works(baseline: Vendor) -> None:
    baseline.customer("nordbo", notice_days=30)
    change = baseline.draft(31)

    told = baseline.must("POST", f"/changes/{change['id']}/announce")

    assert told["status"] == "announced"
    assert told["sequence"] == 2
    assert baseline.names() == ["Hosting Ltd"]
    assert baseline.names(change["effective_on"]) == ["Hosting Ltd", "Mailer Inc."]


def test_a_day_too_early_for_one_agreement_is_refused_with_the_earliest_day(
    baseline: Vendor,
) -> None:
    baseline.customer("nordbo", notice_days=30)
    baseline.customer("lillebror", notice_days=10, objection_days=5)
    change = baseline.draft(30)

    answer = baseline.ask("POST", f"/changes/{change['id']}/announce")

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "notice-period-too-short"
    assert answer.json["context"]["earliest_effective_on"] == "2026-12-24"
    assert [
        (each["notice_days"], each["customers"]) for each in answer.json["context"]["blocking"]
    ] == [(30, 1)]
    assert len(baseline.ledger()) == 1


def test_the_earliest_day_itself_is_allowed_and_the_day_before_is_not(baseline: Vendor) -> None:
    baseline.customer("nordbo", notice_days=30)
    too_early, right = baseline.draft(30), baseline.draft(31)

    assert baseline.ask("POST", f"/changes/{too_early['id']}/announce").status_code == 409
    assert baseline.ask("POST", f"/changes/{right['id']}/announce").status_code == 200


def test_a_notice_announced_minutes_before_midnight_counts_from_the_next_day(
    baseline: Vendor,
) -> None:
    baseline.customer("nordbo", notice_days=30)
    change = baseline.draft(31)
    # 22:57 in UTC is 23:57 in Copenhagen; the messages leave after midnight.
    baseline.stack.now = baseline.stack.now.replace(hour=22, minute=57)

    preview = baseline.must("GET", f"/changes/{change['id']}/preview")

    assert preview["groups"][0]["given_on"] == "2026-11-24"
    assert not preview["possible"]


def test_a_day_in_the_past_is_refused(baseline: Vendor) -> None:
    change = baseline.draft(-1)

    answer = baseline.ask("POST", f"/changes/{change['id']}/announce")

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "effective-day-passed"


def test_without_customers_it_may_take_effect_today(baseline: Vendor) -> None:
    baseline.announced(0)

    assert baseline.names() == ["Hosting Ltd", "Mailer Inc."]


def test_an_incomplete_notice_is_refused_with_what_is_missing(baseline: Vendor) -> None:
    entry = builders.sub_processor(address=None, contact=None, locations=[])
    change = baseline.draft(sub_processor=entry)

    answer = baseline.ask("POST", f"/changes/{change['id']}/announce")

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "notice-incomplete"
    pointers = {error["pointer"] for error in answer.json["errors"]}
    assert {"/sub_processor/address", "/sub_processor/locations"} <= pointers
    assert all(finding["rule"] for finding in answer.json["context"]["findings"])


def test_a_change_is_announced_once(baseline: Vendor) -> None:
    change = baseline.announced()

    again = baseline.ask("POST", f"/changes/{change['id']}/announce")

    assert again.status_code == 409
    assert len(baseline.ledger()) == 2


def test_many_announcing_at_once_leave_one_entry(baseline: Vendor) -> None:
    change = baseline.draft()
    path = f"/changes/{change['id']}/announce"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: baseline.ask("POST", path).status_code, range(6)))

    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert len(baseline.ledger()) == 2


def test_two_changes_to_one_entry_at_once_leave_one_announced(baseline: Vendor) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    drafts = [
        baseline.draft(kind="remove", sub_processor=None, sub_processor_id=host) for _ in range(4)
    ]

    def announce(change: dict[str, str]) -> int:
        return baseline.ask("POST", f"/changes/{change['id']}/announce").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(announce, drafts))

    assert answers == [200, 409, 409, 409]


def test_another_pending_change_to_the_entry_is_named(baseline: Vendor) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    first = baseline.announced(kind="remove", sub_processor=None, sub_processor_id=host)
    entry = builders.sub_processor(legal_name="Hosting Europe Ltd")
    second = baseline.draft(kind="modify", sub_processor=entry, sub_processor_id=host, days=10)

    answer = baseline.ask("POST", f"/changes/{second['id']}/announce")

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "change-pending"
    assert answer.json["context"]["change_id"] == first["id"]


def test_a_draft_edited_in_between_is_refused_by_its_etag(baseline: Vendor) -> None:
    change = baseline.draft()
    path = f"/changes/{change['id']}"

    first = baseline.ask("PATCH", path, {"reason": "a"}, headers={"If-Match": '"r1"'})
    second = baseline.ask("PATCH", path, {"reason": "b"}, headers={"If-Match": '"r1"'})
    without = baseline.ask("PATCH", path, {"reason": "c"})

    assert [first.status_code, second.status_code, without.status_code] == [200, 412, 428]


@pytest.mark.parametrize("kind", ["add", "modify", "replace", "remove"])
def test_a_withdrawn_change_leaves_every_day_as_it_was(baseline: Vendor, kind: str) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    days = [baseline.today + timedelta(n) for n in (-400, -1, 0, 10, 60, 400)]
    before = [baseline.names(day) for day in days]
    change = baseline.announced(
        kind=kind,
        sub_processor=None if kind == "remove" else builders.sub_processor(),
        sub_processor_id=None if kind == "add" else host,
    )

    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed"})

    assert [baseline.names(day) for day in days] == before
    assert [entry["type"].rsplit(".", 1)[1] for entry in baseline.ledger()] == [
        "adopted", "announced", "withdrawn",
    ]  # fmt: skip


def test_replacing_is_one_act(baseline: Vendor) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    change = baseline.announced(kind="replace", sub_processor_id=host)
    day = change["effective_on"]

    assert baseline.names(baseline.today + timedelta(59)) == ["Hosting Ltd"]
    assert baseline.names(day) == ["Mailer Inc."]
    assert change["previous"]["legal_name"] == "Hosting Ltd"


def test_the_day_comes_once_and_in_order_even_after_a_week_of_standstill(
    baseline: Vendor,
) -> None:
    later = baseline.announced(9)
    sooner = baseline.announced(8, sub_processor=builders.sub_processor(legal_name="Earlier Inc."))
    baseline.stack.pass_time(days=16)

    baseline.stack.go_live()
    baseline.stack.go_live()

    told = [entry for entry in baseline.ledger() if entry["type"].endswith("in_effect")]
    assert [entry["data"]["change_id"] for entry in told] == [sooner["id"], later["id"]]
    assert verify(baseline.ledger()) is None


def test_the_day_begins_at_midnight_where_the_processor_sits(baseline: Vendor) -> None:
    change = baseline.announced(1)
    baseline.stack.now = baseline.stack.now.replace(hour=22, minute=59, second=59)
    baseline.stack.go_live()
    before = baseline.must("GET", f"/changes/{change['id']}")["status"]
    baseline.stack.pass_time(seconds=1)
    baseline.stack.go_live()

    assert before == "announced"
    assert baseline.must("GET", f"/changes/{change['id']}")["status"] == "in_effect"


def test_a_change_in_effect_cannot_be_withdrawn(baseline: Vendor) -> None:
    change = baseline.announced(0)
    baseline.stack.go_live()

    answer = baseline.ask("POST", f"/changes/{change['id']}/withdraw", {"reason": "late"})

    assert answer.status_code == 409


def test_an_emergency_needs_two_different_approvers_and_no_notice_period(
    baseline: Vendor,
) -> None:
    baseline.customer("nordbo", notice_days=30)
    change = baseline.draft(0)
    path = f"/changes/{change['id']}"
    colleague = second_client(baseline)
    baseline.must("POST", f"{path}/emergency", {"justification": "The provider is insolvent."})

    first = baseline.must("POST", f"{path}/approve")
    again = baseline.ask("POST", f"{path}/approve")
    second = baseline.stack.must(colleague, "POST", f"{baseline.path}{path}/approve")

    assert first["status"] == "draft"
    assert again.status_code == 409
    assert second["status"] == "announced"
    assert [entry["type"] for entry in baseline.ledger()][-1] == "sub_processor.change.emergency"


def test_an_edit_takes_the_approvals_of_an_emergency_back(baseline: Vendor) -> None:
    change = baseline.draft(0)
    path = f"/changes/{change['id']}"
    baseline.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    baseline.must("POST", f"{path}/approve")

    edited = baseline.ask("PATCH", path, {"reason": "Other"}, headers={"If-Match": '"r3"'}).json

    assert edited is not None
    assert edited["emergency"]["approved_by"] == []


def second_client(vendor: Vendor) -> dict[str, str]:
    """A client that the platform has given to somebody else at this vendor."""
    stack, body = vendor.stack, {
        "org_id": vendor.client["org_id"], "name": "colleague",
        "scopes": ["registry:read", "registry:write"],
    }  # fmt: skip
    client: dict[str, str] = stack.must(stack.admin, "POST", "/identity/v1/clients", body)
    return client
