"""A notice of several changes: what its message says, and when nobody needs to get it any more."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from services.notices import events
from services.notices.escalation.facts import Facts
from services.notices.letters import letter_of
from services.notices.model.entries import (
    LARGEST_HEAD,
    event_from,
    within_the_list,
    without_persons,
)
from services.notices.model.messages import Event, body_of, extra_text
from services.notices.model.stored import StoredNotice, changes_of

ORIGIN = "https://art28.example"
PERSON = {"name": "Ida Holm", "email": "ida@mail.example"}


def change(number: int, **more: Any) -> dict[str, Any]:
    entry = {"id": f"sub_{number}", "legal_name": f"Mail {number} Ltd", "country": "IE"}
    return {"change_id": f"chg_{number}", "kind": "add", "materiality": ["new_entity"],
            "sub_processor": entry, "previous": None, "reason": "Needed", **more}  # fmt: skip


def event_of(*changes: dict[str, Any], **private: Any) -> Event:
    vendor = {"id": "org_p", "slug": "vendor", "legal_name": "Vendor"}
    data = {"processor": vendor, "effective_on": "2026-12-24", "changes": list(changes)}
    entry = {"stream": "processor:org_p", "sequence": 42, "type": events.CHANGE_ANNOUNCED,
             "at": "2026-11-22T13:00:00.000Z", "data": data, "private": private}  # fmt: skip
    event = event_from(entry, ORIGIN)
    assert event is not None
    return event


def data_of(event: Event, *ids: str) -> dict[str, Any]:
    """The data of the message to a customer whose notice is of these changes."""
    days = {"given_on": "2026-11-23", "objection_deadline": "2026-12-07", "silence": "consent",
            "effective_on": "2026-12-24"}  # fmt: skip
    own = {"agreement_id": "agr_1", "notice": {"id": "ntc_1", "change_ids": list(ids), **days}}
    data: dict[str, Any] = json.loads(body_of(event, extra_text(own)))["data"]
    return data


def named(data: dict[str, Any]) -> list[str]:
    return [each["change_id"] for each in data["changes"]]


def test_each_customer_reads_of_the_changes_that_its_notice_names_alone() -> None:
    event = event_of(change(1), change(2), change(3))

    assert named(data_of(event, "chg_1", "chg_2", "chg_3")) == ["chg_1", "chg_2", "chg_3"]
    some = data_of(event, "chg_3")
    assert named(some) == ["chg_3"]
    assert "chg_1" not in json.dumps(some)
    assert some["links"]["changes"] == f"{ORIGIN}/portal/v1/changes"


def test_without_a_notice_of_its_own_a_body_has_all_of_them() -> None:
    event = event_of(change(1), change(2))
    assert named(json.loads(body_of(event, ""))["data"]) == ["chg_1", "chg_2"]


def test_an_only_change_stands_in_the_list_and_beside_it() -> None:
    data = data_of(event_of(change(1)), "chg_1")

    assert data["changes"] == [change(1)]
    assert change(1).items() <= data.items()


def test_an_only_change_is_short_in_the_list_before_it_loses_anything() -> None:
    places = [{"country": "US", "region": "x" * 70}] * 100
    entry = {"id": "sub_1", "legal_name": "Mail Inc.", "country": "US", "locations": places}
    data = data_of(event_of(change(1, sub_processor=entry)), "chg_1")

    assert data["sub_processor"]["locations"] == places
    [listed] = data["changes"]
    assert (listed["truncated"], listed["sub_processor"]["legal_name"]) == (True, "Mail Inc.")
    assert "truncated" not in data


@pytest.mark.parametrize(
    ("reason", "places", "gone"),
    [
        ("Needed", 2, set()),
        ("Needed", 8, {"previous"}),
        ("Needed", 200, {"previous", "places"}),
        ("\U0001f600" * 2_000, 0, {"previous", "places", "reason"}),
    ],
)
def test_several_that_are_too_long_lose_first_what_matters_least(
    reason: str, places: int, gone: set[str]
) -> None:
    entry = {"id": "sub_1", "legal_name": "Mail Inc.", "country": "US",
             "locations": [{"country": "US", "region": "x" * 70}] * places}  # fmt: skip
    changes = [
        change(number, reason=reason, sub_processor=entry, previous=entry) for number in range(12)
    ]
    data = data_of(event_of(*changes), *(each["change_id"] for each in changes))

    for told in data["changes"]:
        assert told["sub_processor"]["legal_name"] == "Mail Inc."
        assert {
            "previous": told["previous"] != entry,
            "places": told["sub_processor"].get("locations") != entry["locations"],
            "reason": told["reason"] != reason,
        } == {name: name in gone for name in ("previous", "places", "reason")}


def test_the_largest_notice_fits() -> None:
    names = "\U0001f600" * 200
    entry = {"id": "sub_" + "x" * 32, "legal_name": names, "country": "US"}
    changes = [
        change(
            0, change_id=f"chg_{number:032}", kind="replace", sub_processor=entry, previous=entry
        )
        for number in range(50)
    ]
    event = event_of(*changes)
    assert len(body_of(event, "")) <= LARGEST_HEAD + 200
    assert named(json.loads(body_of(event, ""))["data"]) == [it["change_id"] for it in changes]


def test_an_erased_person_leaves_every_change_of_the_notice() -> None:
    event = event_of(change(1), change(2), contents=[{"contact": PERSON}, {"contact": PERSON}])
    assert body_of(event, "").count(b"Ida Holm") == 2

    assert without_persons(event) == event_of(change(1), change(2))
    alone = event_of(change(1), contents=[{"contact": PERSON}])
    assert without_persons(alone) == event_of(change(1))


def test_what_the_list_does_not_name_leaves_every_change() -> None:
    event = event_of(change(1), change(2))
    stained = event.changes[1].text.replace('"country"', '"margin":"secret","country"')
    [first, second] = event.changes
    tainted = Event(**{**vars(event), "changes": (first, type(second)(second.id, stained))})

    assert within_the_list(tainted) == event


@pytest.mark.parametrize(("language", "heading"), [
    ("en", "2 changes to sub-processors"), ("da", "2 ændringer af underdatabehandlere"),
    ("sv", "2 ändringar av underbiträden"),
])  # fmt: skip
def test_a_letter_has_one_set_of_days_and_a_section_for_each_change(
    language: str, heading: str
) -> None:
    event = event_of(change(1), change(2), change(3))
    body = {"data": data_of(event, "chg_1", "chg_3")}

    letter = letter_of(events.CHANGE_ANNOUNCED, language, body, "https://art28.example/a")
    in_a_room = letter_of(events.CHANGE_ANNOUNCED, language, body)

    assert letter.heading == heading
    assert [section.heading.count("Mail 1 Ltd") for section in letter.sections] == [1, 0]
    assert sum(fact.strong for fact in letter.facts) == 2
    assert not any(fact.strong for section in letter.sections for fact in section.facts)
    assert letter.footer[-1].count("chg_") == 2
    assert any("chg_1/objections" in text for text in in_a_room.paragraphs)


@pytest.mark.parametrize(
    ("withdrawn", "is_over"), [(set(), False), ({"chg_2"}, False), ({"chg_1", "chg_2"}, True)]
)
def test_a_notice_is_owed_until_all_its_changes_are_withdrawn(
    withdrawn: set[str], is_over: bool
) -> None:
    facts = Facts(channels=[], endpoints={}, customers={}, withdrawn=frozenset(withdrawn),
                  noticed={}, offered=frozenset())  # fmt: skip
    row = {"_id": "msg_1", "change_id": "chg_1", "other_change_ids": ["chg_2"],
           "agreement_id": "agr_1", "watched_since": None, "acknowledged_at": None,
           "notice": {"effective_on": "2026-12-24"}}  # fmt: skip

    assert facts.case(cast("StoredNotice", row)).withdrawn is is_over


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Nothing."), ("da", "Intet."), ("sv", "Inget.")]
)
def test_a_letter_says_what_a_change_means_in_the_language_of_the_reader(
    language: str, text: str
) -> None:
    meaning = {"en": "Nothing.", "da": "Intet.", "sv": "Inget."}
    event = event_of(change(1, what_it_means=meaning))

    letter = letter_of(events.CHANGE_ANNOUNCED, language, {"data": data_of(event, "chg_1")})

    assert text in {fact.value for fact in letter.facts}


@pytest.mark.parametrize(
    ("members", "ids"),
    [
        ({"change_id": None}, []),
        ({"change_id": "chg_1"}, ["chg_1"]),
        ({"change_id": "chg_1", "other_change_ids": []}, ["chg_1"]),
        ({"change_id": "chg_1", "other_change_ids": ["chg_2", "chg_3"]},
         ["chg_1", "chg_2", "chg_3"]),
    ],
)  # fmt: skip
def test_a_message_is_about_the_change_it_names_first_and_all_others(
    members: dict[str, Any], ids: list[str]
) -> None:
    assert changes_of(cast("StoredNotice", members)) == ids
