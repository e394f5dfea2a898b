"""Each type of message has a full example, made by the builders of real ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notices import events
from services.notices.letters import letter_of
from services.notices.model.endpoints import Endpoint
from services.notices.model.examples import example_of
from services.notices.model.owners import vendor
from shared import disclosure

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
ORIGIN = "https://art28.example"
CUSTOMERS = Endpoint("whe_1", "org_1", "u", "u", "Ours", (), (), (), NOW, NOW)
VENDORS = Endpoint("whe_1", vendor("org_1"), "u", "u", "Ours", (), (), (), NOW, NOW)
CASES = [
    *((kind, CUSTOMERS) for kind in events.SUBSCRIBABLE),
    *((kind, VENDORS) for kind in events.FOR_VENDORS),
]
LARGEST_BODY = 20_000


def body(kind: str, endpoint: Endpoint) -> Any:
    made = example_of(kind, endpoint, ORIGIN, NOW)
    return json.loads(f"{made.head}{made.extra}{made.tail}")


@pytest.mark.parametrize(("kind", "endpoint"), CASES)
def test_it_is_a_message_of_its_type_and_says_that_it_is_an_example(
    kind: str, endpoint: Endpoint
) -> None:
    told = body(kind, endpoint)
    assert (told["type"], told["timestamp"]) == (kind, "2026-11-22T13:00:00.000Z")
    assert told["data"]["example"] is True
    made = example_of(kind, endpoint, ORIGIN, NOW)
    assert len(f"{made.head}{made.extra}{made.tail}".encode()) < LARGEST_BODY


@pytest.mark.parametrize("kind", events.NOTICES)
def test_the_example_of_a_notice_has_its_days_and_every_member_of_the_entry(kind: str) -> None:
    data = body(kind, CUSTOMERS)["data"]
    assert data["notice"]["objection_deadline"] == "2026-12-06"
    assert data["notice"]["given_on"] == "2026-11-22"
    shape = disclosure.shape("entry", "public", "notice")
    assert set(data["sub_processor"]) == set(shape)
    assert data["materiality"]
    assert data["links"]["change"].startswith(ORIGIN)


@pytest.mark.parametrize(
    ("kind", "endpoint"),
    [
        (kind, endpoint)
        for kind, endpoint in CASES
        if endpoint is CUSTOMERS and kind in (*events.NOTICES, *events.MAILED)
    ],
)
@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_what_is_written_to_people_can_be_written_of_it(
    kind: str, endpoint: Endpoint, language: str
) -> None:
    letter = letter_of(kind, language, body(kind, endpoint), "https://art28.example/a")
    assert letter.subject
    assert letter.language == language
