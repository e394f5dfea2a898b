"""Who removes a client ends its tokens, too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

READS = {
    "identity": "/identity/v1/organisations",
    "agreements": "/agreements/v1/agreements",
    "registry": "/registry/v1/instruments",
    "notices": "/notices/v1/reachability",
}


def look_at_once(stack: Stack) -> None:
    """Every service asks for removed clients at each request, instead of every five seconds."""
    for name in (*READS, "portal"):
        stack.apps[name].extensions["art28.verifier"]._removed._keep = -1


@pytest.mark.parametrize("service", READS)
def test_the_token_of_a_removed_client_opens_nothing(stack: Stack, service: str) -> None:
    look_at_once(stack)
    removed, other = (
        new_client(stack, name, ["processor"], PROCESSOR_SCOPES) for name in ("gone", "stays")
    )
    for client in (removed, other):
        assert stack.ask(client, "GET", READS[service]).status_code == 200
    remove(stack, removed)
    answer = stack.ask(removed, "GET", READS[service])
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "token-revoked")
    assert stack.ask(other, "GET", READS[service]).status_code == 200


def test_the_token_of_a_removed_customer_opens_nothing(stack: Stack) -> None:
    look_at_once(stack)
    customer = new_client(stack, "gone", ["controller"], ["portal:read"])
    assert stack.ask(customer, "GET", "/portal/v1/me").status_code == 200
    remove(stack, customer)
    assert stack.ask(customer, "GET", "/portal/v1/me").status_code == 401


def test_a_removed_client_is_remembered_until_its_last_token_has_ended(stack: Stack) -> None:
    client = new_client(stack, "gone", ["controller"], ["portal:read"])
    remove(stack, client)
    [row] = stack.database("identity").db["removed_clients"].find({"_id": client["id"]})
    assert (row["forget_at"] - row["removed_at"]).total_seconds() == 900


def remove(stack: Stack, client: dict[str, Any]) -> None:
    path = f"/identity/v1/clients/{client['id']}"
    seen = {"If-Match": stack.ask(stack.admin, "GET", path).headers["ETag"]}
    assert stack.ask(stack.admin, "DELETE", path, headers=seen).status_code == 204
