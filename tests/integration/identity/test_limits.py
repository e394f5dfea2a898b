"""Who counts together: tokens apart from pages, and the clients of one organisation as one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pymongo import MongoClient
from werkzeug.test import Client

from services.identity.app import create_app
from services.identity.settings import Settings
from shared.limits import counters
from tests.builders import common_settings
from tests.fakes import StandingClock
from tests.integration.identity.test_clients import ask_token, client, organisation
from tests.stack import Stack

MOST, THERE = 4, {"REMOTE_ADDR": "203.0.113.1"}


@pytest.fixture
def limited(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Client]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    settings = Settings(replace(common_settings(mongo_url, prefix), limit_address=MOST))
    counters(mongo_url, f"{prefix}_limits").now = StandingClock()
    yield Client(create_app(settings, None, StandingClock()))
    for name in ("identity", "limits"):
        mongo_client.drop_database(f"{prefix}_{name}")


def statuses(visitor: Client, times: int) -> list[int]:
    return [
        visitor.get("/.well-known/jwks.json", environ_overrides=THERE).status_code
        for _ in range(times)
    ]


def tokens(visitor: Client, times: int) -> list[int]:
    form = {"grant_type": "client_credentials", "client_id": "cli_x", "client_secret": "x"}
    return [
        visitor.post("/v1/token", data=form, environ_overrides=THERE).status_code
        for _ in range(times)
    ]


def test_an_address_over_its_public_limit_still_gets_tokens(limited: Client) -> None:
    assert statuses(limited, MOST + 1) == [200] * MOST + [429]

    assert tokens(limited, 1) == [401]


def test_tokens_have_a_limit_of_their_own(limited: Client) -> None:
    assert tokens(limited, MOST + 1) == [401] * MOST + [429]

    assert statuses(limited, 1) == [200]


@pytest.fixture
def two_clients(stack: Stack) -> Iterator[list[dict[str, str]]]:
    """Headers of two clients of one organisation, which may ask ``MOST`` times together."""
    org = organisation(stack, f"org-{uuid.uuid4().hex[:8]}", "processor")["id"]
    made = [client(stack, org, "identity:read") for _ in range(2)]
    told = [
        ask_token(stack, client_id=one["client_id"], client_secret=one["client_secret"])
        for one in made
    ]
    extensions = stack.apps["identity"].extensions
    before = extensions["art28.limits"]
    extensions["art28.limits"] = replace(
        before, organisation=before.organisation._replace(most=MOST)
    )
    before.counters.now, clock = StandingClock(), before.counters.now
    yield [{"Authorization": f"Bearer {one.json['access_token']}"} for one in told]
    extensions["art28.limits"], before.counters.now = before, clock


def test_clients_of_one_organisation_count_together(
    stack: Stack, two_clients: list[dict[str, str]]
) -> None:
    asked = [
        Client(stack.wsgi).get("/identity/v1/clients", headers=two_clients[n % 2])
        for n in range(MOST + 2)
    ]

    assert [each.status_code for each in asked] == [200] * MOST + [429] * 2
    assert asked[0].headers["RateLimit"] == f'"organisation";r={MOST - 1};t=10'
    assert asked[-1].json is not None
    assert asked[-1].json["code"] == "rate-limited"
