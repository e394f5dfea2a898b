"""An emergency needs two hands: clients that made or renewed one another count as one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.registry.test_announcing import second_client
from tests.vendor import Vendor

Json = dict[str, Any]
CLIENTS = "/identity/v1/clients"
ALL = ["identity:read", "identity:write", "registry:read", "registry:write"]


def given_by_the_platform(vendor: Vendor, name: str = "somebody else") -> Json:
    body = {"org_id": vendor.client["org_id"], "name": name, "scopes": ALL}
    made: Json = vendor.stack.must(vendor.stack.admin, "POST", CLIENTS, body)
    return made


def made_by(vendor: Vendor, maker: Json, scopes: list[str] = ALL) -> Json:
    body = {"name": "made", "scopes": scopes}
    made: Json = vendor.stack.must(maker, "POST", CLIENTS, body)
    return made


def renewed_by(vendor: Vendor, who: Json, whose: Json) -> Json:
    fresh: Json = vendor.stack.must(who, "POST", f"{CLIENTS}/{whose['id']}/rotate")
    return fresh


def remove(vendor: Vendor, client: Json) -> None:
    path = f"{CLIENTS}/{client['id']}"
    seen = vendor.stack.ask(vendor.stack.admin, "GET", path).headers["ETag"]
    gone = vendor.stack.ask(vendor.stack.admin, "DELETE", path, headers={"If-Match": seen})
    assert gone.status_code == 204


class Emergency:
    """A change whose emergency is declared, to be approved."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.path = f"{vendor.path}/changes/{vendor.draft(0)['id']}"
        body = {"justification": "Insolvent."}
        vendor.stack.must(vendor.client, "POST", f"{self.path}/emergency", body)

    def approve(self, client: Json, seen: str = "") -> TestResponse:
        headers = {"If-Match": seen} if seen else {}
        return self.vendor.stack.ask(client, "POST", f"{self.path}/approve", headers=headers)

    def check_is_refused(self, *clients: Json) -> None:
        """All but the first are refused, and the change stays a draft."""
        first, *others = [self.approve(each) for each in clients]
        assert first.status_code == 200, first.text
        for answer in others:
            assert answer.status_code == 409
            assert answer.json is not None
            assert answer.json["code"] == "approved-by-the-same-hand"
            assert "the platform" in answer.json["title"] + answer.json["detail"]
        change = self.vendor.stack.must(self.vendor.client, "GET", self.path)
        assert change["status"] == "draft"
        assert len(change["emergency"]["approved_by"]) == 1


@pytest.fixture
def emergency(baseline: Vendor) -> Emergency:
    return Emergency(baseline)


def test_it_works(emergency: Emergency) -> None:
    emergency.approve(emergency.vendor.client)

    told = emergency.approve(second_client(emergency.vendor)).json

    assert told is not None
    assert told["status"] == "announced"


@pytest.mark.parametrize("maker_first", [True, False])
def test_a_client_cannot_approve_with_one_that_it_made(
    emergency: Emergency, maker_first: bool
) -> None:
    me = emergency.vendor.client
    mine = made_by(emergency.vendor, me)

    emergency.check_is_refused(*([me, mine] if maker_first else [mine, me]))


def test_who_was_made_by_who_was_made_counts_too(emergency: Emergency) -> None:
    child = made_by(emergency.vendor, emergency.vendor.client)
    grandchild, sibling = (made_by(emergency.vendor, child) for _ in range(2))

    emergency.check_is_refused(grandchild, emergency.vendor.client, sibling, child)


def test_it_counts_although_the_one_between_them_is_removed(emergency: Emergency) -> None:
    child = made_by(emergency.vendor, emergency.vendor.client)
    grandchild = made_by(emergency.vendor, child)
    remove(emergency.vendor, child)

    emergency.check_is_refused(emergency.vendor.client, grandchild)


@pytest.mark.parametrize("mine_first", [True, False])
def test_a_client_cannot_approve_with_one_whose_secret_it_renewed(
    emergency: Emergency, mine_first: bool
) -> None:
    me, other = emergency.vendor.client, given_by_the_platform(emergency.vendor)
    taken = renewed_by(emergency.vendor, me, other)

    emergency.check_is_refused(*([me, taken] if mine_first else [taken, me]))


@pytest.mark.parametrize("mine_first", [True, False])
def test_it_counts_although_renewed_after_the_first_approval(
    emergency: Emergency, mine_first: bool
) -> None:
    vendor = emergency.vendor
    me, other = vendor.client, given_by_the_platform(vendor)
    vendor.stack.token(me)
    assert emergency.approve(me if mine_first else other).status_code == 200
    taken = renewed_by(vendor, me, other)

    answer = emergency.approve(taken if mine_first else me)

    assert answer.status_code == 409


def test_families_that_one_renewal_joins_are_one(emergency: Emergency) -> None:
    vendor = emergency.vendor
    other = given_by_the_platform(vendor)
    mine, theirs = made_by(vendor, vendor.client), made_by(vendor, other)
    renewed_by(vendor, mine, theirs)

    emergency.check_is_refused(vendor.client, other)


def test_to_renew_ones_own_secret_joins_and_parts_nobody(emergency: Emergency) -> None:
    vendor = emergency.vendor
    mine = made_by(vendor, vendor.client)
    mine = renewed_by(vendor, mine, mine)
    other = given_by_the_platform(vendor)
    other = renewed_by(vendor, other, other)

    emergency.check_is_refused(vendor.client, mine)
    assert emergency.approve(other).status_code == 200


def test_an_approval_stays_when_its_client_is_removed(emergency: Emergency) -> None:
    other = given_by_the_platform(emergency.vendor)
    mine = made_by(emergency.vendor, other)
    assert emergency.approve(other).status_code == 200
    remove(emergency.vendor, other)

    assert emergency.approve(mine).status_code == 409
    told = emergency.approve(emergency.vendor.client).json
    assert told is not None
    assert told["status"] == "announced"


def test_clients_from_before_hands_were_kept_count_as_one(emergency: Emergency) -> None:
    """Nobody knows who made them; whoever made one of them may have made the other."""
    vendor = emergency.vendor
    old = given_by_the_platform(vendor)
    vendor.stack.database("identity").db["hands"].delete_many({"org_id": vendor.client["org_id"]})
    child = made_by(vendor, old)

    emergency.check_is_refused(vendor.client, old, child)
    assert emergency.approve(given_by_the_platform(vendor)).status_code == 200


def test_a_new_client_that_an_old_one_renewed_counts_as_old(emergency: Emergency) -> None:
    vendor = emergency.vendor
    old, other_old = given_by_the_platform(vendor), given_by_the_platform(vendor)
    vendor.stack.database("identity").db["hands"].delete_many({"org_id": vendor.client["org_id"]})
    taken = renewed_by(vendor, old, given_by_the_platform(vendor))

    emergency.check_is_refused(taken, other_old)


def test_clients_that_join_at_the_same_moment_end_as_one(baseline: Vendor) -> None:
    stack, me = baseline.stack, baseline.client
    others = [given_by_the_platform(baseline) for _ in range(4)]
    for each in (me, *others):
        stack.token(each)

    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(made_by, baseline, each) for each in others]
        renewed = [pool.submit(renewed_by, baseline, me, each) for each in others]
        ids = [each.result()["id"] for each in (*made, *renewed)]

    hands = stack.registry.identity.hands(me["org_id"], [me["client_id"], *ids])["of"]
    assert len(set(hands.values())) == 1


def test_both_approving_at_the_same_moment_is_no_way_round(baseline: Vendor) -> None:
    emergency, me = Emergency(baseline), baseline.client
    mine = made_by(baseline, me)
    for each in (me, mine):
        baseline.stack.token(each)

    with ThreadPoolExecutor(2) as pool:
        answers = [each.status_code for each in pool.map(emergency.approve, [me, mine])]

    assert min(answers) == 200
    assert max(answers) in (409, 412)
    assert baseline.stack.must(me, "GET", emergency.path)["status"] == "draft"


@pytest.mark.parametrize("step", ["approve", "announce"])
def test_what_was_edited_since_it_was_read_goes_out_to_nobody(
    emergency: Emergency, step: str
) -> None:
    ask, mine = emergency.vendor.stack.ask, emergency.vendor.client
    read = ask(mine, "GET", emergency.path).headers["ETag"]
    edited = ask(mine, "PATCH", emergency.path, {"reason": "Another."}, headers={"If-Match": read})
    assert edited.status_code == 200
    for seen in (read, '"r999"', '"x"'):
        told = ask(mine, "POST", f"{emergency.path}/{step}", headers={"If-Match": seen})
        assert told.json is not None
        assert (told.status_code, told.json["code"]) == (412, "precondition-failed")
    change = ask(mine, "GET", emergency.path).json
    assert change is not None
    assert (change["status"], change["emergency"]["approved_by"]) == ("draft", [])


def test_each_approval_answers_the_tag_that_the_next_one_may_name(emergency: Emergency) -> None:
    mine, other = emergency.vendor.client, second_client(emergency.vendor)
    first = emergency.approve(mine)
    assert emergency.approve(other, first.headers["ETag"]).status_code == 200
    change = emergency.vendor.stack.must(mine, "GET", emergency.path)
    assert change["status"] == "announced"
