"""Whatever state an endpoint is in, its owner reads it, and no secret is lost over it (F1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.stack import START, Stack
from tests.vendor import new_client

ENDPOINTS = "/portal/v1/webhook-endpoints"
CODES = ("http_500", "timeout", "redirect", "tls_expired", "connection_refused", "dns", "blocked")
LATER = START + timedelta(days=1)
FAILING = {"failures": 3, "first_failure_at": START, "last_failure_at": START, "warned": 1}
STATES: dict[str, dict[str, Any]] = {
    "healthy": {},
    "failing": {"health": {**FAILING, "last_error": "status"}},
    "failing for long": {"health": {**FAILING, "failures": 900, "warned": 3}},
    "slow": {"health": {"slow_until": LATER}},
    "blocked": {"health": {**FAILING, "blocked_at": START, "last_error": "blocked"}},
    "healed": {"health": {"warned_at": START}},
    "gone": {"disabled_at": START, "disabled_reason": "gone"},
    "given up": {"disabled_at": START, "disabled_reason": "failing", "health": FAILING},
    "probing": {"probing": True, "health": {**FAILING, "last_error": None}},
    **{f"failed by {code}": {"health": {**FAILING, "last_error": code}} for code in CODES},
}


@pytest.fixture
def customer(stack: Stack) -> dict[str, Any]:
    return new_client(stack, "nordbo", ["controller"], ["portal:read", "portal:write"])


@pytest.mark.parametrize("state", STATES)
def test_it_is_read_changed_and_rotated_in_every_state(
    stack: Stack, customer: dict[str, Any], state: str
) -> None:
    made = stack.must(customer, "POST", ENDPOINTS, {"url": "http://127.0.0.1:9/hook"})
    path, stored = f"{ENDPOINTS}/{made['id']}", stack.database("notices").db["endpoints"]
    stored.update_one({"_id": made["id"]}, {"$set": STATES[state]} if STATES[state] else
                      {"$unset": {"health": ""}})  # fmt: skip
    tag = {"If-Match": stack.ask(customer, "GET", path).headers["ETag"]}

    changed = stack.ask(customer, "PATCH", path, {"description": "Ours"}, headers=tag)
    rotated = stack.must(customer, "POST", f"{path}/secret/rotate", {"overlap_hours": 0})
    read = stack.must(customer, "GET", path)

    assert changed.status_code == 200
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]
    assert {name: rotated[name] for name in read} == read
    assert stack.must(customer, "GET", ENDPOINTS)["items"] == [read]
    assert stack.must(customer, "POST", f"{path}/enable", {})["status"] == "enabled"
