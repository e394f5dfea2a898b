"""The same POST sent twice has one effect and gets one answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, request

from shared.sealing import Seal
from tests import builders
from tests.stack import Stack
from tests.vendor import Vendor

MAKE_RESPONSE = Flask.make_response


def announce(vendor: Vendor, change: dict[str, Any], key: str) -> Any:
    path = f"/changes/{change['id']}/announce"
    return vendor.ask("POST", path, headers={"Idempotency-Key": key})


def drafted(vendor: Vendor, key: str, **more: Any) -> Any:
    body = {"kind": "add", "sub_processor": builders.sub_processor(), "reason": "Needed",
            "effective_on": "2027-03-01", **more}  # fmt: skip
    return vendor.ask("POST", "/changes", body, headers={"Idempotency-Key": key})


def test_it_works(baseline: Vendor) -> None:
    first, second = (drafted(baseline, "k-1") for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert first.headers["ETag"] == second.headers["ETag"]
    assert len(baseline.must("GET", "/changes")["items"]) == 1


def test_a_key_in_quotes_is_the_same_key(baseline: Vendor) -> None:
    first, second = drafted(baseline, "k-1"), drafted(baseline, '"k-1"')

    assert first.json == second.json
    assert len(baseline.must("GET", "/changes")["items"]) == 1


def test_another_body_under_the_same_key_is_refused(baseline: Vendor) -> None:
    drafted(baseline, "k-1")

    other = drafted(baseline, "k-1", reason="Something else")

    assert other.status_code == 409
    assert other.json["code"] == "idempotency-key-reused"


def test_another_key_is_another_request(baseline: Vendor) -> None:
    assert drafted(baseline, "k-1").json["id"] != drafted(baseline, "k-2").json["id"]


def test_a_refused_request_may_be_repeated_under_its_key(baseline: Vendor) -> None:
    baseline.customer("nordbo", notice_days=30)
    change = baseline.draft(10)
    refused = announce(baseline, change, "k-1")
    baseline.ask("PATCH", f"/changes/{change['id']}", {"effective_on": "2027-03-01"},
                 headers={"If-Match": '"r1"'})  # fmt: skip

    assert refused.status_code == 409
    assert announce(baseline, change, "k-1").status_code == 200


def test_many_at_once_have_one_effect_and_in_the_end_one_answer(baseline: Vendor) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: drafted_at_last(baseline, "k-1"), range(6)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert len(baseline.must("GET", "/changes")["items"]) == 1


def drafted_at_last(vendor: Vendor, key: str) -> Any:
    """The answer once the first request with this key has ended."""
    for _ in range(500):
        answer = drafted(vendor, key)
        if answer.status_code != 409:
            return answer
        assert answer.json["code"] == "idempotency-in-progress"
        assert int(answer.headers["Retry-After"]) > 0
    raise AssertionError("it is under way for ever")


@dataclass
class Held:
    """Holds the answer of the first write back until it is let go."""

    reached: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def make_response(self, app: Flask, answer: Any) -> Any:
        first = not self.reached.is_set()
        if first and app.name == "registry" and request.method == "POST":
            self.reached.set()
            assert self.let_go.wait(30)
        return MAKE_RESPONSE(app, answer)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()

    def make_response(app: Flask, answer: Any) -> Any:
        return made.make_response(app, answer)

    monkeypatch.setattr(Flask, "make_response", make_response)
    return made


def test_an_answer_that_is_on_its_way_is_never_said_to_be_lost(
    baseline: Vendor, held: Held
) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(drafted, baseline, "k-1")
        assert held.reached.wait(30)
        meanwhile = drafted(baseline, "k-1")
        seen = baseline.must("GET", "/changes")["items"]
        held.let_go.set()

    assert (meanwhile.status_code, meanwhile.json["code"]) == (409, "idempotency-in-progress")
    assert int(meanwhile.headers["Retry-After"]) > 0
    assert seen == []
    assert first.result().status_code == 201
    assert drafted(baseline, "k-1").json == first.result().json


def test_who_takes_over_a_minute_later_is_the_only_one_with_an_effect(
    baseline: Vendor, held: Held
) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(drafted, baseline, "k-1")
        assert held.reached.wait(30)
        baseline.stack.pass_time(seconds=61)
        second = drafted(baseline, "k-1")
        held.let_go.set()

    assert second.status_code == 201
    assert (slow.result().status_code, slow.result().json["code"]) == (
        409,
        "idempotency-taken-over",
    )
    assert len(baseline.must("GET", "/changes")["items"]) == 1
    assert drafted(baseline, "k-1").json == second.json


def test_a_request_that_died_before_its_commit_may_be_repeated(baseline: Vendor) -> None:
    change = baseline.draft(60)
    announce(baseline, change, "k-1")
    kept = baseline.stack.database("registry").db["idempotency"]
    kept.update_many({}, {"$unset": {"response": ""}, "$set": {"committed": False}})
    early = announce(baseline, change, "k-1")
    baseline.stack.pass_time(minutes=5)
    late = announce(baseline, change, "k-1")

    assert early.json["code"] == "idempotency-in-progress"
    assert late.json["code"] == "change-status"


def test_keys_of_different_clients_do_not_meet(baseline: Vendor) -> None:
    customer, other = baseline.customer("nordbo"), baseline.customer("lillebror")
    change = baseline.announced()
    path = f"/portal/v1/changes/{change['id']}/objections"
    body = {"grounds": "other", "text": "No."}
    key = {"Idempotency-Key": "same"}

    first = baseline.stack.ask(customer, "POST", path, body, headers=key)
    second = baseline.stack.ask(other, "POST", path, body, headers=key)
    again = baseline.stack.ask(customer, "POST", path, body, headers=key)

    assert first.json is not None
    assert second.json is not None
    assert first.json["id"] != second.json["id"]
    assert first.json == again.json


def test_a_secret_that_is_shown_once_does_not_lie_beside_its_hash(stack: Stack) -> None:
    organisation = {"slug": "sealed", "kind": ["processor"], "legal_name": "S", "country": "DK"}
    owner = stack.must(stack.admin, "POST", "/identity/v1/organisations", organisation)["id"]
    body = {"org_id": owner, "name": "Reporting", "scopes": ["registry:read"]}
    headers = {"Idempotency-Key": "k-sealed"}

    first, second = (
        stack.ask(stack.admin, "POST", "/identity/v1/clients", body, headers=headers)
        for _ in range(2)
    )

    assert first.status_code == 201
    assert first.json == second.json
    for kept in stack.database("identity").db["idempotency"].find():
        assert first.json["client_secret"].encode() not in str(kept).encode()


def test_an_answer_whose_key_is_gone_is_lost_and_not_made_again(baseline: Vendor) -> None:
    drafted(baseline, "k-1")
    idempotency = baseline.stack.apps["registry"].extensions["art28.idempotency"]
    before, idempotency._seal = idempotency._seal, Seal(b"x" * 32)
    try:
        again = drafted(baseline, "k-1")
    finally:
        idempotency._seal = before

    assert (again.status_code, again.json["code"]) == (409, "idempotency-answer-lost")
    assert len(baseline.must("GET", "/changes")["items"]) == 1
