"""What a customer's engineer does with webhook endpoints, through the portal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from shared.times import format_instant
from tests.integration.notices.engineer import ENDPOINTS, Engineer, announce
from tests.integration.notices.world import Received
from tests.vendor import Vendor

NEVER = "whe_01jnever"


def signs(secret: str, received: Received, engineer: Engineer) -> bool:
    """Whether a receiver that knows this secret takes the message; its clock shows our time."""
    at, body = int(received.headers["webhook-timestamp"]), received.body.decode()
    assert abs(at - engineer.stack.now.timestamp()) < 2
    expected = Webhook(secret).sign(received.message_id, datetime.fromtimestamp(at, UTC), body)
    return expected in received.headers["webhook-signature"].split()


def test_it_works(baseline: Vendor, engineer: Engineer) -> None:
    endpoint = engineer.endpoint()
    (change,) = announce(baseline)
    (delivery,) = engineer.sent(endpoint)
    assert (delivery["status"], delivery["change_id"]) == ("delivered", change)
    (received,) = engineer.receiver.got
    assert received.json["data"]["change_id"] == change


def test_no_other_client_of_the_customer_is_given_a_secret_by_its_idempotency_key(
    engineer: Engineer,
) -> None:
    stack = engineer.stack
    body = {
        "org_id": engineer.client["org_id"],
        "name": "second",
        "scopes": ["portal:read", "portal:write"],
    }
    second = Engineer(
        stack, stack.must(stack.admin, "POST", "/identity/v1/clients", body), engineer.receiver
    )
    asked = {"url": f"{engineer.receiver.url}/hook"}
    made, again, other = (
        each("POST", ENDPOINTS, asked, Idempotency_Key="deploy-1").json
        for each in (engineer, engineer, second)
    )
    assert again == made
    assert other["id"] != made["id"]
    assert other["secret"] != made["secret"]


class TestStrangers:
    @pytest.mark.parametrize(
        ("method", "what", "body"),
        [
            ("GET", "", None),
            ("PATCH", "", {"description": "mine"}),
            ("DELETE", "", None),
            ("POST", "/test", None),
            ("POST", "/secret/rotate", {"overlap_hours": 0}),
            ("POST", "/enable", {"skip_backlog": True}),
            ("POST", "/recover", {"since": "2026-11-01T00:00:00Z"}),
            ("GET", "/deliveries", None),
        ],
    )
    def test_another_s_endpoint_answers_as_one_that_never_was(
        self, engineer: Engineer, stranger: Engineer, method: str, what: str, body: Any
    ) -> None:
        endpoint, etag = engineer.endpoint(), '"r1"'
        answers = [
            stranger(method, f"{ENDPOINTS}/{each}{what}", body, If_Match=etag)
            for each in (endpoint["id"], NEVER)
        ]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].json["detail"] == answers[1].json["detail"]
        assert engineer.read(endpoint)["description"] == ""

    def test_nor_is_a_delivery_shown_or_sent_again(
        self, engineer: Engineer, stranger: Engineer
    ) -> None:
        delivery = engineer.test(engineer.endpoint())
        engineer.stack.tell()
        for method, what in (("GET", ""), ("POST", "/retry")):
            answers = [
                stranger(method, f"/portal/v1/deliveries/{each}{what}")
                for each in (delivery, "dlv_never")
            ]
            assert [each.status_code for each in answers] == [404, 404]
            assert answers[0].json["detail"] == answers[1].json["detail"]
        assert len(engineer.receiver.got) == 1

    def test_who_may_only_read_changes_nothing(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        stack, reader = engineer.stack, dict(engineer.client)
        body = {"org_id": reader["org_id"], "name": "Reader", "scopes": ["portal:read"]}
        reading = stack.must(stack.admin, "POST", "/identity/v1/clients", body)
        looking = Engineer(stack, reading, engineer.receiver)
        assert looking.read(endpoint)["id"] == endpoint["id"]
        for what in ("test", "enable", "secret/rotate"):
            assert looking.do(endpoint, what, {} if what != "test" else None).status_code == 403


class TestVersions:
    def test_a_stale_or_missing_etag_changes_nothing(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        path = f"{ENDPOINTS}/{endpoint['id']}"
        first = engineer("PATCH", path, {"description": "1"}, If_Match=endpoint["etag"])
        assert first.status_code == 200
        for headers, status in (
            ({}, 428),
            ({"If_Match": endpoint["etag"]}, 412),
            ({"If_Match": '"other"'}, 412),
        ):
            for method, body in (("PATCH", {"description": "2"}), ("DELETE", None)):
                assert engineer(method, path, body, **headers).status_code == status, headers
        assert engineer.read(endpoint)["description"] == "1"

    def test_disabling_it_meanwhile_makes_the_etag_stale(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        engineer.disabled(endpoint)
        path = f"{ENDPOINTS}/{endpoint['id']}"
        changed = engineer("PATCH", path, {"description": "2"}, If_Match=endpoint["etag"])
        assert changed.status_code == 412


class TestSecrets:
    @pytest.mark.parametrize("hours", [-1, 169, 1.5, "24", None, True, [], 2**62])
    def test_an_overlap_is_0_to_168_whole_hours(self, engineer: Engineer, hours: object) -> None:
        answer = engineer.do(engineer.endpoint(), "secret/rotate", {"overlap_hours": hours})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/overlap_hours"

    def test_a_number_that_no_document_can_hold_is_refused_at_its_place(
        self, engineer: Engineer
    ) -> None:
        answer = engineer.do(engineer.endpoint(), "secret/rotate", {"overlap_hours": 10**30})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid-values")
        assert answer.json["errors"][0]["pointer"] == "/overlap_hours"

    def test_without_a_body_the_old_one_signs_for_a_day_more(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        rotated = engineer.do(endpoint, "secret/rotate", {}).json
        until = format_instant(engineer.stack.now + timedelta(hours=24))
        assert [each["until"] for each in rotated["secrets"]] == [None, until]

    @pytest.mark.parametrize("hours", [0, 1, 168])
    def test_the_old_one_signs_until_its_last_moment_and_no_longer(
        self, engineer: Engineer, hours: int
    ) -> None:
        endpoint = engineer.endpoint()
        fresh = engineer.do(endpoint, "secret/rotate", {"overlap_hours": hours}).json["secret"]
        just_before = timedelta(hours=hours) - timedelta(milliseconds=1)
        for passed, old_signs in ((just_before, hours > 0), (timedelta(milliseconds=1), False)):
            if passed > timedelta():
                engineer.stack.now += passed
            engineer.test(endpoint)
            engineer.stack.tell()
            received = engineer.receiver.got[-1]
            assert signs(fresh, received, engineer)
            assert signs(endpoint["secret"], received, engineer) is old_signs

    def test_three_rotations_in_a_row_leave_four_that_sign(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        fresh = [engineer.do(endpoint, "secret/rotate", {}).json["secret"] for _ in range(3)]
        engineer.test(endpoint)
        engineer.stack.tell()
        (received,) = engineer.receiver.got
        assert all(signs(each, received, engineer) for each in (endpoint["secret"], *fresh))
        assert len(received.headers["webhook-signature"].split()) == 4

    def test_one_that_leaked_is_ended_at_once_with_all_before_it(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        for _ in range(4):
            assert engineer.do(endpoint, "secret/rotate", {}).status_code == 200
        refused = engineer.do(endpoint, "secret/rotate", {})
        assert (refused.status_code, refused.json["code"]) == (409, "too-many-secrets")
        last = engineer.do(endpoint, "secret/rotate", {"overlap_hours": 0}).json
        assert len(last["secrets"]) == 1
        engineer.test(endpoint)
        engineer.stack.tell()
        assert len(engineer.receiver.got[-1].headers["webhook-signature"].split()) == 1
