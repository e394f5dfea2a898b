"""One list says what may go out; what it does not name goes to nobody."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, get_args

import pytest

from services.notices import events as messages
from services.registry import events
from services.registry.model.objections import Status
from services.registry.schemas.entries import EntryShape
from shared import disclosure
from shared.disclosure import ledger_shape, open_part, shape, shown

TABLE = json.loads(files("shared").joinpath("disclosure.json").read_text("utf-8"))
PRIVATE = ["contact", "reference", "tia_reference", "tia_on", "tia_review_on", "email"]


def names(by: Any) -> set[str]:
    if isinstance(by, list):
        return names(by[0])
    if not isinstance(by, dict):
        return set()
    return set(by) | {each for inner in by.values() for each in names(inner)}


def entry(type_: str, data: Any) -> dict[str, Any]:
    return {"sequence": 1, "type": type_, "hash": "h", "previous_hash": "p", "data": data,
            "private": {"x": 1}}  # fmt: skip


def test_it_works() -> None:
    told = {"legal_name": "Post ApS", "contact": {"name": "Nina"}, "unheard_of": 1}

    assert shown(told, shape("entry", "public")) == {"legal_name": "Post ApS"}
    assert shown(told, shape("entry", "public", "notice")) == {
        "legal_name": "Post ApS", "contact": {"name": "Nina"}
    }  # fmt: skip


@pytest.mark.parametrize("section", ["processor", "entry", "change"])
def test_every_line_names_an_audience_or_a_section(section: str) -> None:
    assert set(TABLE[section].values()) <= {*disclosure.AUDIENCES, "as entry"}


@pytest.mark.parametrize("name", PRIVATE)
def test_what_is_between_the_parties_is_public_nowhere(name: str) -> None:
    open_to_all = [shape(each, "public") for each in ("processor", "entry", "change")]
    open_to_all += [ledger_shape(each) or {} for each in TABLE["ledger"]]

    assert all(name not in names(each) for each in open_to_all)


def test_every_member_of_an_entry_has_a_line() -> None:
    assert set(EntryShape().fields) == set(shape("entry", *disclosure.AUDIENCES))


def test_every_type_that_the_registry_tells_of_a_register_has_its_lines() -> None:
    types = {value for name, value in vars(events).items() if name.isupper()}
    # Reminders are the vendor's own: no line lets them out.
    told = types - {events.EVIDENCE_DUE, events.REMINDERS, events.OBJECTION, events.INSTRUMENTS,
                    events.INSTRUMENT_RECORDED, events.INSTRUMENT_AMENDED}  # fmt: skip

    assert all(ledger_shape(each) for each in told)
    assert all(ledger_shape(f"{events.OBJECTION}.{each}") for each in get_args(Status))
    assert all(ledger_shape(each) for each in (*messages.NOTICES, *messages.BASES))


@pytest.mark.parametrize("data", [
    {"sub_processor": {"contact": {"name": "Nina"}}},
    {"sub_processor": {"flow_down": {"reference": "contract 7"}}},
    {"sub_processor": {"locations": [{"mechanisms": [{"evidence": {"tia_text": "x"}}]}]}},
    {"sub_processor": {"locations": [{"mechanisms": [{"evidence": {"tia_on": "2026-01-01"}}]}]}},
    {"sub_processor": {"purpose": {"en": {"secret": "x"}}}},
    {"unheard_of": False},
    {"kind": {"a": "member where a text should be"}},
])  # fmt: skip
def test_a_ledger_entry_with_more_than_the_list_keeps_its_hash_and_loses_its_data(
    data: Any,
) -> None:
    assert open_part(entry(events.ANNOUNCED, data)) == {
        "sequence": 1, "type": events.ANNOUNCED, "hash": "h", "previous_hash": "p", "data": None,
        "withheld": True,
    }  # fmt: skip


def test_a_type_without_lines_is_withheld() -> None:
    assert open_part(entry("register.novelty", {}))["withheld"] is True


def test_a_ledger_entry_within_the_list_passes_unchanged() -> None:
    data = {"kind": "add", "sub_processor": {"legal_name": "A", "contact": None, "retention": ""}}
    told = open_part(entry(events.ANNOUNCED, data))

    assert told["data"] == data
    assert "withheld" not in told
    assert "private" not in told


def test_every_type_that_names_its_processor_says_whether_the_register_is_published() -> None:
    """A type without it would be withheld for registers that are not published."""
    named = {
        each: members for each, members in TABLE["ledger"].items() if "processor.id" in members
    }

    assert len(named) > 10
    assert [
        each for each, members in named.items()
        if members.get("processor.published") != members["processor.id"]
    ] == []  # fmt: skip


def test_what_was_withheld_before_stays_withheld() -> None:
    once = open_part(entry(events.ANNOUNCED, {"unheard_of": 1}))

    assert open_part(once) == once


@pytest.mark.parametrize(
    "type_", ["objection.received", "objection.novelty", events.APPROVED, events.EVIDENCE_GIVEN]
)
def test_what_is_between_a_vendor_and_a_customer_shows_its_hashes_only(type_: str) -> None:
    """Earlier versions chained these with open members; their hashes stay, so the chain holds."""
    told = open_part({**entry(type_, {"objection_id": "obj_1", "status": "x"}), "actor": "cli_1"})

    assert told == {
        "sequence": 1, "type": "confidential", "actor": "confidential", "hash": "h",
        "previous_hash": "p", "data": None, "withheld": True,
    }  # fmt: skip
    assert open_part(told) == told


def test_a_confidential_entry_has_nothing_to_withhold() -> None:
    assert open_part(entry("confidential", {}))["data"] == {}
    assert open_part(entry("confidential", {"change_id": "chg_1"}))["withheld"] is True
