"""Renewing a secret with overlap: how long the old one works, and what it is not good for."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import Client

from shared.times import parse_instant
from tests.integration.identity.test_clients import CLIENTS
from tests.stack import Stack
from tests.vendor import new_client

Json = dict[str, Any]


@pytest.fixture
def made(stack: Stack) -> Json:
    scopes = ["identity:read", "identity:write", "registry:read"]
    return new_client(stack, "rotating", ["processor"], scopes)


def works(stack: Stack, made: Json, secret: str) -> bool:
    form = {"grant_type": "client_credentials", "client_id": made["id"], "client_secret": secret}
    return Client(stack.wsgi).post("/identity/v1/token", data=form).status_code == 200


def rotate(stack: Stack, made: Json, body: Any = None) -> Any:
    return stack.ask(stack.admin, "POST", f"{CLIENTS}/{made['id']}/rotate", body)


def rotated(stack: Stack, made: Json, hours: int) -> Json:
    answer = rotate(stack, made, {"overlap_hours": hours})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def test_both_secrets_work_until_the_answer_says(stack: Stack, made: Json) -> None:
    fresh = rotated(stack, made, 24)

    ends = parse_instant(fresh["old_secret_until"])
    assert (ends - stack.now).total_seconds() == 24 * 3600
    assert works(stack, made, made["client_secret"])
    assert works(stack, made, fresh["client_secret"])
    stack.now = ends
    assert not works(stack, made, made["client_secret"])
    assert works(stack, made, fresh["client_secret"])


def test_tokens_of_the_old_secret_end_when_the_answer_says(stack: Stack, made: Json) -> None:
    fresh = rotated(stack, made, 1)

    until, tokens = (
        parse_instant(fresh[each]) for each in ("old_secret_until", "old_tokens_until")
    )
    assert (tokens - until).total_seconds() == 900


@pytest.mark.parametrize("body", [None, {}, {"overlap_hours": 0}])
def test_without_overlap_the_old_one_ends_at_once(stack: Stack, made: Json, body: Any) -> None:
    fresh = rotate(stack, made, body).json

    assert fresh["old_secret_until"] is None
    assert not works(stack, made, made["client_secret"])


@pytest.mark.parametrize(
    "hours", [-1, 169, 1e9, 10**30, True, False, "1", 1.5, None, [], {}, float("1e400")]
)
def test_another_overlap_is_refused_and_nothing_changes(
    stack: Stack, made: Json, hours: Any
) -> None:
    answer = rotate(stack, made, {"overlap_hours": hours})

    assert answer.status_code in (400, 422), answer.text
    assert works(stack, made, made["client_secret"])
    assert stack.must(stack.admin, "GET", f"{CLIENTS}/{made['id']}")["old_secret_until"] is None


def test_renewed_twice_the_first_lives_no_longer_than_was_said(stack: Stack, made: Json) -> None:
    second = rotated(stack, made, 1)
    third = rotated(stack, made, 168)

    assert works(stack, made, made["client_secret"])
    stack.pass_time(hours=1)
    assert not works(stack, made, made["client_secret"])
    assert works(stack, made, second["client_secret"])
    assert works(stack, made, third["client_secret"])


def test_renewed_again_without_overlap_all_older_ones_end(stack: Stack, made: Json) -> None:
    second = rotated(stack, made, 168)
    third = rotated(stack, made, 0)

    older = (made["client_secret"], second["client_secret"])
    assert not any(works(stack, made, each) for each in older)
    assert works(stack, made, third["client_secret"])


def test_no_more_than_five_secrets_work_at_once(stack: Stack, made: Json) -> None:
    secrets = [made["client_secret"]]
    secrets += [rotated(stack, made, 168)["client_secret"] for _ in range(4)]

    refused = rotate(stack, made, {"overlap_hours": 168})

    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (409, "too-many-secrets")
    assert all(works(stack, made, each) for each in secrets)
    assert rotate(stack, made, {"overlap_hours": 0}).status_code == 200
    assert not any(works(stack, made, each) for each in secrets)


def test_a_removed_client_has_no_old_secret_either(stack: Stack, made: Json) -> None:
    rotated(stack, made, 168)
    path = f"{CLIENTS}/{made['id']}"

    gone = stack.ask(stack.admin, "DELETE", path, headers={"If-Match": "*"})

    assert gone.status_code == 204
    assert not works(stack, made, made["client_secret"])


def test_of_each_secret_only_a_digest_is_kept_and_none_is_listed(stack: Stack, made: Json) -> None:
    fresh = rotated(stack, made, 24)

    listed = stack.ask(stack.admin, "GET", f"{CLIENTS}?org_id={made['org_id']}").text
    kept = json.dumps(list(stack.database("identity").db["clients"].find()), default=str)
    for secret in (made["client_secret"], fresh["client_secret"]):
        assert secret not in listed
        assert secret not in kept
    assert "sha256" not in listed
    assert "sha256" not in json.dumps(fresh)


def test_renewed_twice_at_the_same_moment_each_answer_is_true(stack: Stack, made: Json) -> None:
    stack.token(stack.admin)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: rotate(stack, made, {"overlap_hours": 24}), range(2)))

    given = [each.json["client_secret"] for each in answers if each.status_code == 200]
    assert {each.status_code for each in answers} <= {200, 412}
    assert all(works(stack, made, each) for each in (made["client_secret"], *given))
