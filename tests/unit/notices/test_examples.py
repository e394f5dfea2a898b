"""Each type of message has a full example, made by the builders of real ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.notices import events
from services.notices.letters import letter_of
from services.notices.model.endpoints import Endpoint
from services.notices.model.examples import entry_of, example_of
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
LINES = Path(__file__).with_name("golden_examples.txt").read_text("utf-8").splitlines()
# By reader and type; the last cell is JSON, and has bars of its own in no place.
TOLD = {
    (reader, kind): json.loads(text)
    for reader, kind, text in (line.split(" | ") for line in LINES if line[:1] != "#")
}
ENTRY = TOLD.pop(("customer", "entry"))


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


@pytest.mark.parametrize(("kind", "endpoint"), CASES)
def test_it_says_what_its_line_of_the_table_says(kind: str, endpoint: Endpoint) -> None:
    reader = "customer" if endpoint is CUSTOMERS else "vendor"
    assert with_entry_apart(body(kind, endpoint)) == TOLD[reader, kind]


def test_no_line_of_the_table_is_about_nothing() -> None:
    assert len(TOLD) == len(CASES)


@pytest.mark.parametrize("kind", events.NOTICES)
def test_the_entry_in_the_example_of_a_notice_is_the_one_of_the_table(kind: str) -> None:
    data = body(kind, CUSTOMERS)["data"]
    assert data["sub_processor"] == ENTRY
    assert data["changes"][0]["sub_processor"] == ENTRY


def with_entry_apart(told: Any) -> Any:
    """A body with a name in place of an entry, as the table has it on a line of its own."""
    if isinstance(told, list):
        return [with_entry_apart(each) for each in told]
    if not isinstance(told, dict):
        return told
    return (
        "the entry"
        if "locations" in told
        else {name: with_entry_apart(value) for name, value in told.items()}
    )


@pytest.mark.parametrize(
    ("kind", "stream"),
    [
        ("agreement.offered", "agreement:agr_example"),
        ("agreement.deletion_overdue", "agreement:agr_example"),
        (events.CHANGE_ANNOUNCED, "processor:org_example_vendor"),
        (events.EVIDENCE_DUE, "processor:org_example_vendor"),
    ],
)
def test_an_example_of_an_entry_stands_in_the_ledger_that_such_entries_are_written_in(
    kind: str, stream: str
) -> None:
    entry = entry_of(kind, NOW)
    assert (entry["stream"], entry["sequence"], entry["actor"]) == (stream, 1, "org_example")
    assert entry["data"]["processor"]["id"] == "org_example_vendor"


def test_the_days_of_an_example_are_counted_from_the_day_it_is_asked_for() -> None:
    [group] = entry_of(events.CHANGE_ANNOUNCED, NOW)["private"]["groups"]
    terms = {"notice_days": 30, "objection_days": 14, "day_kind": "calendar"}
    assert group == {
        "key": "example",
        "given_on": "2026-11-22",
        "objection_deadline": "2026-12-06",
        "earliest_effective_on": "2026-12-23",
        "silence": "consent",
        "terms": {**terms, "receipt_rule": "sent"},
    }


def test_an_example_of_a_letter_was_received_when_it_is_asked_for() -> None:
    received = entry_of(events.LETTER_RECORDED, NOW)["private"]["received_at"]
    assert received == "2026-11-22T13:00:00.000Z"


def test_a_member_that_has_no_example_yet_says_that_it_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shape = {"processor": {"id": True}, "tides": True}
    monkeypatch.setattr(disclosure, "ledger_shape", lambda _: shape)
    assert entry_of("sub_processor.change.scheduled", NOW)["data"]["tides"] == "example"


def test_a_type_that_a_customer_never_gets_has_no_example() -> None:
    with pytest.raises(ValueError, match=r"no example of register\.adopted"):
        example_of("register.adopted", CUSTOMERS, ORIGIN, NOW)


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
