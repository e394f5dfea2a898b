"""Which entries of the ledger customers are told of, whom, and with what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.notices import events
from services.notices.letters import letter_of
from services.notices.model.counting import Counting
from services.notices.model.entries import (
    LARGEST_HEAD,
    event_from,
    event_id,
    message_event,
    within_the_list,
    without_persons,
)
from services.notices.model.messages import Event, body_of

ORIGIN = "https://art28.example"
VENDOR = {"id": "org_p", "slug": "vendor", "legal_name": "Vendor"}
AT = "2026-11-22T13:00:00.000Z"
PERSON = {"name": "Ida Holm", "email": "ida@mail.example"}


def entry(kind: str, data: dict[str, Any], **private: Any) -> dict[str, Any]:
    return {
        "stream": "processor:org_p",
        "sequence": 42,
        "type": kind,
        "at": AT,
        "data": {"processor": VENDOR, **data},
        "private": private,
    }


def change(kind: str = events.CHANGE_ANNOUNCED, **private: Any) -> dict[str, Any]:
    sub_processor = {"id": "sub_1", "legal_name": "Mail Inc.", "country": "US"}
    data = {
        "change_id": "chg_1",
        "kind": "add",
        "sub_processor": sub_processor,
        "effective_on": "2026-12-24",
    }
    return entry(kind, data, **private)


def agreement(kind: str, **more: Any) -> dict[str, Any]:
    data = {"agreement_id": "agr_1", "controller": {"id": "org_c"}, "status": "active", **more}
    return entry(kind, {**data, "document_hash": "sha256:0"})


def objection(**private: Any) -> dict[str, Any]:
    data = {"objection_id": "obj_1", "change_id": "chg_1", "status": "open", "grounds": "Mine"}
    return entry("objection.raised", data, **private)


def event_of(it: dict[str, Any]) -> Event:
    event = event_from(it, ORIGIN)
    assert event is not None
    return event


def read(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(body_of(event, ""))["data"]
    return data


@pytest.mark.parametrize("kind", [*events.NOTICES, *events.FOLLOW_UPS])
def test_a_change_links_to_the_change_and_to_the_page_of_its_register(kind: str) -> None:
    event = event_of(change(kind))
    assert (event.type, event.at, event.change_id, event.effective_on) == (
        kind, AT, "chg_1", "2026-12-24",
    )  # fmt: skip
    assert event.processor == VENDOR
    assert read(event)["links"] == {
        "change": f"{ORIGIN}/portal/v1/changes/chg_1",
        "page": f"{ORIGIN}/p/vendor",
    }


@pytest.mark.parametrize("kind", [*events.NOTICES, *events.FOLLOW_UPS, *events.BASES])
@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_what_is_told_of_a_register_that_is_not_published_links_to_no_page(
    kind: str, language: str
) -> None:
    told = change(kind)
    told["data"] |= {
        "processor": {**VENDOR, "published": False},
        "instrument": {"id": "x", "name": "X"},
    }
    event = event_of(told)
    about = {
        "id": "ntc_1",
        "objection_deadline": "2026-12-07",
        "effective_on": "2026-12-24",
        "given_on": "2026-11-23",
    }
    letter = letter_of(kind, language, {"data": {"notice": about, **read(event)}})
    assert read(event)["links"]["page"] is None
    assert letter.actions == ()
    assert "/p/vendor" not in str(letter)


def test_a_notice_has_the_dates_of_each_set_of_terms() -> None:
    group = {
        "key": "t30",
        "given_on": "2026-11-23",
        "objection_deadline": "2026-12-07",
        "earliest_effective_on": "2026-12-24",
        "silence": "consent",
        "terms": {"notice_days": 30},
        "objection_spans": "14 14",
    }
    event = event_of(change(groups=[group], recipients_version=7, time_zone="Europe/Copenhagen"))
    untold = {"notice": None, "objection": None, "until_effect": False, "owes": "notice"}
    assert [vars(each) for each in event.groups] == [{**group, **untold}]
    assert (event.recipients_version, event.time_zone) == (7, "Europe/Copenhagen")


def test_a_notice_counts_each_period_as_its_terms_say_of_this_kind_of_change() -> None:
    counting = {
        "until_effect": True,
        "notice": {"starts": "sent", "deemed": "", "first_day": "31 31"},
        "objection": {"starts": "acknowledged", "deemed": "3 5", "first_day": "15 15"},
    }
    group = {"key": "t30", "given_on": "2026-11-23", "counting": counting}
    [told] = event_of(change(groups=[group], recipients_version=7)).groups
    assert (told.counting("objection").starts, told.counting("objection").deemed) == (
        "acknowledged", "3 5",
    )  # fmt: skip
    assert (told.counting("notice").first_day, told.until_effect) == ("31 31", True)
    assert told.objection_spans == ""


def test_a_period_that_nothing_more_is_told_of_counts_no_days_beyond_its_start() -> None:
    assert Counting.parse({"starts": "delivered"}) == Counting("delivered", "", "")


def test_a_notice_whose_entry_lost_its_private_part_keeps_what_is_public() -> None:
    event = event_of({**change(), "private": None})
    assert (event.recipients_version, event.groups, event.time_zone) == (0, (), "UTC")
    assert read(event)["sub_processor"]["legal_name"] == "Mail Inc."


def test_a_notice_names_the_contact_person_and_nothing_else_of_the_private_part() -> None:
    content = {"contact": {**PERSON, "mobile": "1"}, "note": "ours"}
    shown = read(event_of(change(content=content)))["sub_processor"]
    assert shown == {
        "id": "sub_1", "legal_name": "Mail Inc.", "country": "US", "contact": PERSON,
    }  # fmt: skip


@pytest.mark.parametrize("kind", events.FOLLOW_UPS)
def test_what_became_of_a_change_names_no_person(kind: str) -> None:
    assert (
        "contact" not in read(event_of(change(kind, content={"contact": PERSON})))["sub_processor"]
    )


def test_the_removal_of_an_entry_that_is_not_told_names_no_person() -> None:
    it = change(content={"contact": PERSON})
    it["data"]["sub_processor"] = None
    assert read(event_of(it))["sub_processor"] is None


def test_an_erased_person_leaves_the_message_and_nothing_else_does() -> None:
    told = event_of(change(content={"contact": PERSON}))
    assert without_persons(told) == event_of(change())


def test_a_message_that_names_no_entry_stays_as_it_is_when_persons_are_erased() -> None:
    told = event_of(objection(controller_id="org_c"))
    assert without_persons(told) == told


def test_what_the_list_does_not_have_for_customers_leaves_a_message() -> None:
    data = {"change_id": "chg_1", "sub_processor": {"id": "sub_1"}}
    more = {
        "change_id": "chg_1",
        "sub_processor": {"id": "sub_1", "margin": "secret"},
        "previous": {"id": "sub_0", "margin": "secret"},
    }
    left = within_the_list(message_event("evt_1", "t", AT, {**more, "changes": [more]}))
    clean = {**data, "previous": {"id": "sub_0"}}
    assert read(left) == {**clean, "changes": [clean]}
    assert left.type == "t"


@pytest.mark.parametrize("kind", events.BASES)
def test_all_customers_are_told_that_an_instrument_ends(kind: str) -> None:
    instrument = {"id": "ins_1", "name": "SCC", "last_day": "2026-12-31"}
    event = event_of(entry(kind, {"instrument": instrument, "cost": 1}, recipients_version=3))
    assert (event.type, event.is_for_all, event.recipients_version) == (kind, True, 3)
    shown = read(event)
    assert (shown["instrument"], shown["sequence"]) == (instrument, 42)
    assert shown["links"] == {"page": f"{ORIGIN}/p/vendor"}
    assert "cost" not in shown


def test_the_end_of_an_instrument_before_any_customer_was_known_is_for_none() -> None:
    event = event_of({**entry(events.BASES[0], {"instrument": {"id": "ins_1"}}), "private": None})
    assert event.recipients_version == 0


def test_an_objection_is_told_to_the_customer_who_raised_it_alone() -> None:
    event = event_of(objection(controller_id="org_c", agreement_id="agr_1"))
    assert (event.type, event.controller_id, event.agreement_id, event.change_id) == (
        "objection.updated", "org_c", "agr_1", "chg_1",
    )  # fmt: skip
    assert not event.is_for_all
    shown = read(event)
    assert "grounds" not in shown
    assert shown["status"] == "open"
    assert shown["links"] == {
        "objection": f"{ORIGIN}/portal/v1/objections/obj_1",
        "change": f"{ORIGIN}/portal/v1/changes/chg_1",
    }


def test_of_an_objection_whose_customer_was_erased_nobody_is_told() -> None:
    assert event_from(objection(), ORIGIN) is None
    assert event_from({**objection(), "private": None}, ORIGIN) is None


@pytest.mark.parametrize("kind", [*events.AGREEMENT_MESSAGES, *events.INVITATIONS])
def test_an_agreement_is_told_to_its_customer_alone(kind: str) -> None:
    event = event_of(agreement(kind))
    assert (event.type, event.controller_id, event.agreement_id) == (kind, "org_c", "agr_1")
    assert not event.is_for_all
    shown = read(event)
    assert shown.keys() == {"status", "processor", "controller", "links"}
    assert shown["links"] == {"agreement": f"{ORIGIN}/portal/v1/agreements/agr_1"}


@pytest.mark.parametrize("kind", [*events.AGREEMENT_MESSAGES, *events.INVITATIONS])
def test_a_customer_who_has_not_confirmed_the_agreement_owns_no_message(kind: str) -> None:
    assert event_of(agreement(kind, confirmed=False)).controller_id == "agr_1"


def test_entries_of_two_streams_or_two_places_make_two_events() -> None:
    ids = {event_id("a", 1), event_id("a", 2), event_id("b", 1)}
    assert len(ids) == 3
    assert all(each.startswith("evt_") for each in ids)
    assert event_of(change()).id == event_id("processor:org_p", 42)


def test_a_message_of_our_own_has_the_members_it_is_given() -> None:
    event = message_event("evt_1", "webhook.test", AT, {"a": 1}, controller_id="org_c")
    assert (event.id, event.type, event.at, event.controller_id) == (
        "evt_1", "webhook.test", AT, "org_c",
    )  # fmt: skip
    assert (event.processor, event.is_for_all, event.is_follow_up) == ({}, False, False)
    assert json.loads(body_of(event, "")) == {
        "type": "webhook.test", "timestamp": AT, "data": {"a": 1},
    }  # fmt: skip


def test_a_message_that_is_too_long_in_three_languages_keeps_everything_in_one() -> None:
    it = change()
    verdict = {"status": "valid", "reason": "x" * 50, "reason_by_language": {"da": "y" * 400}}
    places = [{"country": "US", "verdict": verdict}] * 45
    it["data"]["sub_processor"] |= {"locations": places}
    it["data"]["previous"] = {"id": "sub_1", "locations": []}
    shown = read(event_of(it))
    assert len(shown["sub_processor"]["locations"]) == 45
    assert shown["sub_processor"]["locations"][0]["verdict"]["reason"] == "x" * 50
    assert "yy" not in str(shown["sub_processor"]["locations"])
    assert (shown["previous"]["id"], "truncated" in shown) == ("sub_1", False)


@pytest.mark.parametrize(
    ("reason", "places", "left_out"),
    [
        ("Because", 0, set()),
        ("Because", 100, {"previous"}),
        ("Because", 200, {"previous", "locations"}),
        ("x" * 30_000, 200, {"previous", "locations", "reason"}),
    ],
)
def test_a_message_that_would_be_too_long_loses_first_what_matters_least(
    reason: str, places: int, left_out: set[str]
) -> None:
    it = change()
    locations = [{"country": "US", "region": "x" * 76}] * places
    it["data"]["sub_processor"] |= {"locations": locations}
    it["data"]["previous"] = {"id": "sub_1", "locations": locations}
    it["data"]["reason"] = reason
    shown = read(event_of(it))
    kept = {
        "previous": shown["previous"] is not None,
        "locations": "locations" in shown["sub_processor"],
        "reason": shown["reason"] == reason,
    }
    assert {name for name, is_kept in kept.items() if not is_kept} == left_out
    assert shown.get("truncated", False) is bool(left_out)
    assert shown["sub_processor"]["legal_name"] == "Mail Inc."
    assert reason.startswith(shown["reason"])


def test_of_an_entry_with_too_many_places_its_id_its_name_and_its_country_stay() -> None:
    it = change()
    it["data"]["sub_processor"] |= {"locations": [{"country": "US", "region": "x" * 76}] * 200}
    it["data"]["reason"] = "y" * 30_000
    shown = read(event_of(it))
    assert shown["sub_processor"] == {"id": "sub_1", "legal_name": "Mail Inc.", "country": "US"}
    assert shown["reason"] == "y" * 1000


def test_a_message_of_the_largest_size_keeps_all_it_has_and_one_byte_more_does_not_fit() -> None:
    def head(size: int) -> str:
        return message_event("evt_1", "t", AT, {"previous": "x" * size}).head

    room = LARGEST_HEAD - len(head(0).encode())
    assert len(head(room)) == LARGEST_HEAD
    assert "truncated" in json.loads(head(room + 1) + "}}")["data"]
