"""Each event reaches somebody, as ``deploy/guide/who-hears.md`` says: no row of it is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from services.notices import events
from services.notices.mail.warnings import KINDS
from services.notices.model.entries import event_from
from services.notices.model.examples import CUSTOMER, PROCESSOR, entry_of
from services.notices.model.subscriber_news import is_for_subscribers
from services.notices.model.vendor_events import Known, concerns_vendor, vendor_event
from services.registry.model.objections import Status
from shared import disclosure

ROOT = Path(__file__).parents[3]
TABLE = (ROOT / "deploy" / "guide" / "who-hears.md").read_text("utf-8")
NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
PERSONS = ("vendor", "customer", "public")
WAYS = {
    "vendor": {"webhook", "mail", "api"},
    "customer": {"webhook", "mail", "api"},
    "public": {"ledger", "page", "feed", "api", "mail"},
}
# What the code alone decides; the other ways are read at the thing itself.
PUSHED = {"webhook", "mail", "ledger"}
# Events that notices makes itself, of no entry of a ledger.
OWN = (
    events.CUSTOMER_UNREACHED,
    events.NOTICE_ADDRESS_BOUNCED,
    events.WEBHOOK_TEST,
    events.WEBHOOK_DISABLING_SOON,
    *KINDS,
)


def rows() -> dict[str, dict[str, set[str]]]:
    """By event: the ways in which each person hears of it."""
    found = re.findall(r"^\| `([\w.]+)` \| (.*?) \| (.*?) \| (.*?) \|$", TABLE, re.MULTILINE)
    return {
        event: {
            person: {way for way in cell.split(", ") if way != "–"}
            for person, cell in zip(PERSONS, cells, strict=True)
        }
        for event, *cells in found
    }


def entry_types() -> Iterator[str]:
    """Each type of entry that a service writes in its ledger."""
    for service in ("agreements", "registry"):
        constants = vars(import_module(f"services.{service}.events")).items()
        yield from (
            value
            for name, value in constants
            if name.isupper() and isinstance(value, str) and "." in value
        )
    yield from (f"objection.{status}" for status in get_args(Status))


def pushed(entry_type: str) -> dict[str, set[str]]:
    """What the code does of itself with an entry of this type."""
    entry = entry_of(entry_type, NOW)
    ways: dict[str, set[str]] = {person: set() for person in PERSONS}
    if concerns_vendor(entry):
        event = vendor_event(entry, "", Known(dict(PROCESSOR), dict(CUSTOMER)))
        ways["vendor"] = {"webhook", "mail"} if event.by_mail else {"webhook"}
    told = event_from(entry, "")
    if told is not None and told.type in events.SUBSCRIBABLE:
        ways["customer"].add("webhook")
    if told is not None and told.type in (*events.NOTICES, *events.MAILED):
        ways["customer"].add("mail")
    if told is not None and is_for_subscribers(told):
        ways["public"].add("mail")
    if _is_public(entry):
        ways["public"].add("ledger")
    return ways


def _is_public(entry: dict[str, Any]) -> bool:
    of_register = entry["stream"].startswith("processor:")
    return of_register and disclosure.ledger_shape(entry["type"]) is not None


@pytest.mark.parametrize("event", sorted({*entry_types(), *OWN}))
def test_each_event_reaches_somebody(event: str) -> None:
    assert event in rows(), f"{event} stands in no row of deploy/guide/who-hears.md"
    assert any(rows()[event].values()), f"nobody hears of {event}"


@pytest.mark.parametrize("event", sorted({*entry_types()}))
def test_the_table_says_what_the_code_does(event: str) -> None:
    told = {person: ways & PUSHED for person, ways in rows()[event].items()}
    assert told == pushed(event)


def test_the_table_has_no_row_of_an_event_that_is_none_and_no_word_of_its_own() -> None:
    assert rows().keys() <= {*entry_types(), *OWN, events.EVIDENCE_DUE}
    for ways in rows().values():
        assert all(ways[person] <= WAYS[person] for person in PERSONS)


def test_each_message_that_can_be_subscribed_to_is_made_of_some_event() -> None:
    made = set()
    for entry_type in (*entry_types(), events.EVIDENCE_DUE):
        entry = entry_of(entry_type, NOW)
        told = event_from(entry, "")
        made |= {told.type} if told is not None else set()
        if concerns_vendor(entry):
            made.add(vendor_event(entry, "", Known(dict(PROCESSOR), dict(CUSTOMER))).type)
    assert {*events.SUBSCRIBABLE, *events.FOR_VENDORS} <= {*made, *OWN}
