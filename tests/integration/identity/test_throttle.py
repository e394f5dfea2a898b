"""Who sends wrong secrets again and again is told to wait; who has the right one never waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pymongo import MongoClient
from werkzeug.test import Client, TestResponse

from services.identity.app import create_app
from services.identity.settings import Settings
from services.identity.throttle import FOR_AN_ADDRESS, WINDOW_SECONDS, Throttle
from shared.settings import SettingsError
from tests.builders import common_settings
from tests.fakes import StandingClock
from tests.integration.identity.test_clients import client, organisation
from tests.stack import Stack

MOST, WRONG = 3, "wrong"


class Doors:
    """Two processes of identity beside each other on one database."""

    def __init__(self, settings: Settings, clock: StandingClock) -> None:
        self.clock = clock
        self.apps = [create_app(settings, None, clock) for _ in range(2)]

    def ask(
        self, client_id: str, secret: str = WRONG, address: str = "203.0.113.1", process: int = 0
    ) -> TestResponse:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        environ = {"REMOTE_ADDR": address}
        return Client(self.apps[process]).post("/v1/token", data=form, environ_overrides=environ)

    def codes(self, times: int, client_id: str = "cli_x", **more: Any) -> list[int]:
        return [self.ask(client_id, **more).status_code for _ in range(times)]


@pytest.fixture
def settings(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Settings]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield Settings(common_settings(mongo_url, prefix), failed_tokens=MOST)
    mongo_client.drop_database(f"{prefix}_identity")


@pytest.fixture
def doors(settings: Settings) -> Doors:
    return Doors(settings, StandingClock())


def test_it_works(doors: Doors) -> None:
    assert doors.codes(MOST + 2) == [401] * MOST + [429] * 2
    answer = doors.ask("cli_x")
    assert answer.headers["Retry-After"] == str(WINDOW_SECONDS)
    assert answer.content_type == "application/json"
    assert answer.json is not None
    assert answer.json["code"] == "too-many-attempts"


def test_after_the_minute_it_is_asked_anew(doors: Doors) -> None:
    doors.codes(MOST + 1)
    doors.clock.forward(seconds=WINDOW_SECONDS)
    assert doors.codes(MOST + 1) == [401] * MOST + [429]


def test_what_one_process_has_counted_the_other_knows(doors: Doors) -> None:
    assert doors.codes(MOST, process=0) == [401] * MOST
    assert doors.codes(1, process=1) == [429]


def test_another_client_and_another_address_are_others(doors: Doors) -> None:
    doors.codes(MOST + 1)
    assert doors.codes(1, "cli_y") == [401]
    assert doors.codes(1, address="203.0.113.2") == [401]


def test_one_address_that_tries_many_clients_is_stopped_too(doors: Doors) -> None:
    most = MOST * FOR_AN_ADDRESS
    codes = [doors.ask(f"cli_{number}").status_code for number in range(most + 2)]
    assert codes == [401] * most + [429] * 2
    assert doors.codes(1, address="203.0.113.2") == [401]


def test_who_is_over_costs_no_further_write(
    doors: Doors, settings: Settings, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    doors.codes(MOST + 1)
    kept = mongo_client[settings.common.database("identity")]["failed_attempts"]
    before = list(kept.find())
    doors.codes(5)
    assert list(kept.find()) == before
    assert [each["count"] for each in before] == [MOST + 1] * 2


def test_a_right_secret_is_taken_whatever_others_try(stack: Stack) -> None:
    made = client(stack, organisation(stack, "gus", "processor")["id"], "registry:read")
    form = {"grant_type": "client_credentials", "client_id": made["client_id"]}

    def ask(secret: str) -> int:
        body = {**form, "client_secret": secret}
        there = {"REMOTE_ADDR": "203.0.113.9"}
        post = Client(stack.wsgi).post("/identity/v1/token", data=body, environ_overrides=there)
        return post.status_code

    assert [ask(WRONG) for _ in range(31)][-1] == 429
    assert ask(made["client_secret"]) == 200
    assert ask(WRONG) == 429


def test_none_is_counted_where_any_number_is_allowed(settings: Settings) -> None:
    doors = Doors(replace(settings, failed_tokens=0), StandingClock())
    assert doors.codes(MOST * 2) == [401] * MOST * 2


def test_a_count_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ART28_FAILED_TOKENS", "-1")
    with pytest.raises(SettingsError, match="ART28_FAILED_TOKENS"):
        Settings.from_env()


def test_counts_are_forgotten_by_the_database_itself() -> None:
    (index,) = Throttle.INDEXES["failed_attempts"]
    assert index.document["expireAfterSeconds"] == 0
