"""The chain of sub-processors: known as a whole on every day, whatever is announced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import builders
from tests.vendor import Vendor


def below(parent_id: str | None, name: str = "Cable Ltd", **more: Any) -> dict[str, Any]:
    return builders.sub_processor(legal_name=name, parent_id=parent_id, **more)


def host_of(vendor: Vendor) -> dict[str, Any]:
    found: dict[str, Any] = vendor.must("GET", "/sub-processors")["items"][0]
    return found


def announce(vendor: Vendor, change: dict[str, Any]) -> TestResponse:
    return vendor.ask("POST", f"/changes/{change['id']}/announce")


def modify(vendor: Vendor, sub_id: str, entry: dict[str, Any], days: int = 60) -> dict[str, Any]:
    return vendor.draft(days, kind="modify", sub_processor_id=sub_id, sub_processor=entry)


def remove(vendor: Vendor, sub_id: str, days: int = 60) -> dict[str, Any]:
    return vendor.draft(days, kind="remove", sub_processor_id=sub_id, sub_processor=None)


def test_it_works(baseline: Vendor) -> None:
    parent = host_of(baseline)["id"]
    deepest = parent
    for number in range(12):
        entry = below(deepest, f"Level {number}")
        deepest = baseline.announced(sub_processor=entry)["sub_processor"]["id"]

    listed = baseline.ask("GET", "/sub-processors", query_string={"as_of": "2027-06-01"}).json
    assert listed is not None
    tiers = {item["legal_name"]: item["tier"] for item in listed["items"]}
    assert tiers["Hosting Ltd"] == 1
    assert [tiers[f"Level {number}"] for number in range(12)] == list(range(2, 14))
    one = baseline.ask("GET", f"/sub-processors/{deepest}", query_string={"as_of": "2027-06-01"})
    assert one.json is not None
    assert one.json["tier"] == 13


def test_an_unknown_parent_is_refused(baseline: Vendor) -> None:
    change = baseline.draft(sub_processor=below("sub_nowhere"))

    answer = announce(baseline, change)

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "notice-incomplete"
    assert [each["code"] for each in answer.json["errors"]] == ["parent-unknown"]
    assert len(baseline.ledger()) == 1


def test_another_processors_entry_is_no_parent(baseline: Vendor, stack: Any) -> None:
    from tests.vendor import PROCESSOR_SCOPES, new_client

    client = new_client(stack, "rival", ["processor"], PROCESSOR_SCOPES)
    rival = Vendor(stack, client, client["slug"])
    host = host_of(baseline)["id"]

    change = rival.draft(sub_processor=below(host))

    assert "parent-unknown" in {each["code"] for each in change["findings"]}
    assert announce(rival, change).status_code == 422


def test_a_parent_that_comes_later_is_no_parent_before(baseline: Vendor) -> None:
    parent = baseline.announced(60)["sub_processor"]["id"]

    early = baseline.draft(59, sub_processor=below(parent))
    same_day = baseline.draft(60, sub_processor=below(parent))

    assert announce(baseline, early).status_code == 422
    assert announce(baseline, same_day).status_code == 200


def test_a_parent_that_goes_before_its_child_comes_is_refused(baseline: Vendor) -> None:
    host = host_of(baseline)["id"]
    baseline.must("POST", f"/changes/{remove(baseline, host, 70)['id']}/announce")

    assert announce(baseline, baseline.draft(60, sub_processor=below(host))).status_code == 409


def test_nothing_can_be_below_itself_on_any_day(baseline: Vendor) -> None:
    host = host_of(baseline)
    child = baseline.announced(10, sub_processor=below(host["id"]))["sub_processor"]["id"]
    host_entry = below(child, "Hosting Ltd", country="IE")
    itself = modify(baseline, host["id"], below(host["id"], "Hosting Ltd"))
    round_about = modify(baseline, host["id"], host_entry)

    for change in (itself, round_about):
        answer = announce(baseline, change)
        assert answer.status_code == 422
        assert answer.json is not None
        assert "chain-cycle" in {each["code"] for each in answer.json["errors"]}


def test_two_changes_of_different_days_cannot_make_a_cycle_together(baseline: Vendor) -> None:
    host = host_of(baseline)["id"]
    child = baseline.announced(0)["sub_processor"]["id"]
    baseline.stack.go_live()
    later = modify(baseline, child, below(host, "Mailer Inc."), 60)
    sooner = modify(baseline, host, below(child, "Hosting Ltd"), 30)

    assert announce(baseline, later).status_code == 200
    refused = announce(baseline, sooner)
    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["code"] == "chain-cycle"


def test_a_parent_cannot_go_before_its_children_which_are_named(baseline: Vendor) -> None:
    host = host_of(baseline)["id"]
    child = baseline.announced(10, sub_processor=below(host))["sub_processor"]["id"]
    baseline.stack.pass_time(days=11)
    baseline.stack.go_live()
    change = remove(baseline, host)

    refused = announce(baseline, change)
    baseline.must("POST", f"/changes/{remove(baseline, child)['id']}/announce")
    then = announce(baseline, change)

    assert refused.status_code == 422
    assert refused.json is not None
    assert [each["code"] for each in refused.json["errors"]] == ["children-left"]
    assert "Cable Ltd" in refused.json["errors"][0]["detail"]
    assert then.status_code == 200
    assert baseline.names("2027-06-01") == []


def test_a_parent_is_replaced_by_adding_moving_and_removing_on_one_day(baseline: Vendor) -> None:
    host = host_of(baseline)["id"]
    child = baseline.announced(0, sub_processor=below(host))["sub_processor"]["id"]
    baseline.stack.go_live()

    refused = announce(baseline, baseline.draft(kind="replace", sub_processor_id=host))
    new = baseline.announced()["sub_processor"]["id"]
    moved = announce(baseline, modify(baseline, child, below(new)))
    gone = announce(baseline, remove(baseline, host))

    assert [refused.status_code, moved.status_code, gone.status_code] == [422, 200, 200]
    assert baseline.names("2027-06-01") == ["Cable Ltd", "Mailer Inc."]


def test_a_parent_to_come_cannot_be_withdrawn_under_its_child(baseline: Vendor) -> None:
    parent = baseline.announced()
    child = baseline.announced(sub_processor=below(parent["sub_processor"]["id"]))
    withdraw = {"reason": "No longer needed"}

    refused = baseline.ask("POST", f"/changes/{parent['id']}/withdraw", withdraw)
    baseline.must("POST", f"/changes/{child['id']}/withdraw", withdraw)
    then = baseline.ask("POST", f"/changes/{parent['id']}/withdraw", withdraw)

    assert [refused.status_code, then.status_code] == [409, 200]


def test_a_child_and_the_end_of_its_parent_announced_at_once_leave_no_orphan(
    baseline: Vendor,
) -> None:
    host = host_of(baseline)["id"]
    drafts = [baseline.draft(sub_processor=below(host)), remove(baseline, host)]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda change: announce(baseline, change).status_code, drafts))

    assert answers.count(200) == 1


def test_a_list_taken_over_names_parents_by_position(vendor: Vendor) -> None:
    entries = [below("#/sub_processors/1", "Child"), below(None, "Parent")]

    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": entries})

    items = {item["legal_name"]: item for item in vendor.must("GET", "/sub-processors")["items"]}
    assert items["Child"]["parent_id"] == items["Parent"]["id"]
    assert (items["Child"]["tier"], items["Parent"]["tier"]) == (2, 1)


@pytest.mark.parametrize("parent", ["sub_x", "#/sub_processors/2", "#/sub_processors/0", "#/x"])
def test_a_list_taken_over_with_a_broken_chain_is_refused(vendor: Vendor, parent: str) -> None:
    entries = [below(parent, "Child"), below("#/sub_processors/0", "Parent")]
    body = {"valid_from": (vendor.today - timedelta(30)).isoformat(), "sub_processors": entries}

    answer = vendor.ask("POST", "/baseline", body)

    assert answer.status_code == 409
    assert vendor.ask("GET", "/sub-processors").status_code == 404
