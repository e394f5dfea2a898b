"""The legal part of a message, and the piece of the body that one customer alone gets: whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from services.notices import events
from services.notices.model.counting import Counting
from services.notices.model.entries import message_event
from services.notices.model.messages import INFORMATION, Event, Group, notice_id
from services.notices.model.notice_members import notice_members, own_part
from services.notices.model.stored import NoticeMembers

AT = "2026-11-22T13:00:00.000Z"
GROUP = Group(
    key="t14",
    given_on="2026-11-23",
    objection_deadline="2026-12-07",
    earliest_effective_on="2026-12-24",
    silence="consent",
    terms={"holidays": "DK", "customer_time_zone": "Europe/Stockholm"},
)
LATER = replace(GROUP, key="t30", objection_deadline="2026-12-23")
NOTICE: NoticeMembers = {
    "id": notice_id("chg_1", "agr_1"),
    "change_ids": ["chg_1", "chg_2"],
    "given_on": "2026-11-23",
    "objection_deadline": "2026-12-07",
    "effective_on": "2026-12-31",
    "silence": "consent",
    "holidays": "DK",
    "time_zones": ["Europe/Copenhagen", "Europe/Stockholm"],
    "terms_key": "t14",
    "owes": "notice",
}


def event(*groups: Group, kind: str = events.CHANGE_ANNOUNCED, **more: Any) -> Event:
    members = {"change_id": "chg_1", "effective_on": "2026-12-31", **more}
    return message_event(
        "evt_1", kind, AT, {}, groups=groups, time_zone="Europe/Copenhagen", **members
    )


def notice(of: Event, key: str | None = "t14") -> NoticeMembers:
    return notice_members(of, "agr_1", key, ("chg_1", "chg_2"))


def test_a_notice_has_the_days_of_its_terms_and_nothing_beside() -> None:
    assert notice(event(LATER, GROUP)) == NOTICE


def test_a_notice_by_unknown_terms_has_the_latest_days_and_keeps_what_it_was_asked_for() -> None:
    members = notice(event(GROUP, LATER), "never heard of")
    assert members == {
        **NOTICE,
        "objection_deadline": "2026-12-23",
        "terms_key": "never heard of",
    }


def test_information_of_a_change_says_that_it_is_no_notice() -> None:
    group = replace(GROUP, objection_deadline=None, silence=None, terms={}, owes=INFORMATION)
    assert notice(event(group)) == {
        **NOTICE,
        "objection_deadline": None,
        "silence": None,
        "holidays": None,
        "time_zones": ["Europe/Copenhagen"],
        "owes": "information",
    }


def test_an_end_that_a_receipt_may_move_is_said_to_be_provisional() -> None:
    group = replace(GROUP, objection=Counting("delivered"))
    assert notice(event(group)) == {**NOTICE, "provisional": True}


@pytest.mark.parametrize(
    ("emergency", "agreed"), [({"length": "P3D"}, True), ({"length": None}, False), (None, False)]
)
def test_a_notice_of_an_emergency_says_whether_it_was_agreed(
    emergency: dict[str, Any] | None, agreed: bool
) -> None:
    group = replace(GROUP, terms={**GROUP.terms, "emergency": emergency})
    members = notice(event(group, kind=events.CHANGE_EMERGENCY))
    assert members == {**NOTICE, "emergency_agreed": agreed}


@pytest.mark.parametrize(
    ("announced", "earliest", "day"),
    [
        ("2026-12-31", "2026-12-24", "2026-12-31"),
        ("2026-12-31", "2027-02-01", "2027-02-01"),
        ("2026-12-31", None, "2026-12-31"),
        (None, "2027-02-01", None),
    ],
)
def test_a_change_takes_effect_on_the_later_of_its_day_and_the_day_the_terms_allow(
    announced: str | None, earliest: str | None, day: str | None
) -> None:
    group = replace(GROUP, earliest_effective_on=earliest)
    members = notice(event(group, effective_on=announced))
    assert members == {**NOTICE, "effective_on": day}


def test_a_notice_without_a_change_has_an_id_of_its_agreement() -> None:
    members = notice(event(GROUP, change_id=None))
    assert members == {**NOTICE, "id": notice_id("", "agr_1")}


def read(text: str) -> Any:
    assert text[0] == ","
    return json.loads(f"{{{text[1:]}}}")


def test_a_customer_reads_its_notice_without_the_key_of_its_terms() -> None:
    shown = {name: value for name, value in NOTICE.items() if name != "terms_key"}
    assert read(own_part("agr_1", NOTICE)) == {"agreement_id": "agr_1", "notice": shown}


def test_what_follows_on_several_changes_names_those_that_concern_the_customer() -> None:
    told = {"agreement_id": "agr_1", "change_ids": ["chg_1", "chg_3"]}
    assert read(own_part("agr_1", None, ("chg_1", "chg_3"))) == told


def test_a_message_about_no_agreement_has_no_part_of_its_own() -> None:
    assert own_part(None, None) == ""
