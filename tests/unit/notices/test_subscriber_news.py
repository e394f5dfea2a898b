"""What a mail to a subscriber says: of public changes alone, and what the page says, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.notices import events
from services.notices.model.messages import Event
from services.notices.model.subscriber_news import is_for_subscribers, news_of

VENDOR = {"id": "org_v", "slug": "nordlys", "legal_name": "Nordlys ApS"}
PAGE = "https://art28.example/p/nordlys"
ENTRY = {"legal_name": "Mail Inc.", "country": "US", "ai_use": "none", "contact": "no@mail.test",
         "locations": [{"country": "US", "kind": "storage"}, {"organisation": "UN"}]}  # fmt: skip
SHOWN = {"legal_name": "Mail Inc.", "country": "US", "ai_use": "none",
         "locations": [{"country": "US"}, {"country": None}]}  # fmt: skip
CHANGE = {"change_id": "chg_1", "kind": "add", "materiality": ["new_entity"],
          "sub_processor": ENTRY, "previous": None, "secret": "not for anybody"}  # fmt: skip


def event(kind: str, data: dict[str, Any], page: str | None = PAGE) -> Event:
    told = json.dumps({**data, "links": {"page": page}})
    return Event("evt_1", kind, "2026-11-30T12:00:00.000Z", VENDOR, f'{{"data":{told[:-1]}', "}}",
                 effective_on="2027-01-15")  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "page", "expected"),
    [
        (events.CHANGE_ANNOUNCED, PAGE, True),
        (events.CHANGE_EMERGENCY, PAGE, True),
        (events.CHANGE_WITHDRAWN, PAGE, True),
        (events.CHANGE_IN_EFFECT, PAGE, True),
        (events.CHANGE_ANNOUNCED, None, False),
        (events.CHANGE_IN_EFFECT, None, False),
        (events.OBJECTION_RECEIVED, PAGE, False),
    ],
)
def test_subscribers_hear_of_changes_that_stand_on_a_public_page(
    kind: str, page: str | None, *, expected: bool
) -> None:
    assert is_for_subscribers(event(kind, CHANGE, page)) is expected


def test_one_change_leads_to_its_page_and_says_what_that_page_says() -> None:
    told = news_of(event(events.CHANGE_ANNOUNCED, {**CHANGE, "reason": "Cheaper."}))
    assert told == {
        "what": "announced",
        "vendor": VENDOR,
        "changes": [{"change_id": "chg_1", "kind": "add", "materiality": ["new_entity"],
                     "sub_processor": SHOWN, "previous": None}],
        "effective_on": "2027-01-15",
        "reason": "Cheaper.",
        "page": f"{PAGE}/changes/chg_1",
    }  # fmt: skip


def test_several_changes_lead_to_the_list() -> None:
    other = {"change_id": "chg_2", "kind": "remove", "sub_processor": None,
             "previous": {"legal_name": "Old Ltd"}}  # fmt: skip
    told = news_of(event(events.CHANGE_WITHDRAWN, {"changes": [CHANGE, other]}))
    assert (told["what"], told["page"], told["reason"]) == ("withdrawn", PAGE, "")
    assert [each["change_id"] for each in told["changes"]] == ["chg_1", "chg_2"]
    assert told["changes"][1] == {
        "change_id": "chg_2", "kind": "remove", "sub_processor": None,
        "previous": {"legal_name": "Old Ltd", "locations": []},
    }  # fmt: skip


def test_an_only_one_of_a_list_leads_to_its_page() -> None:
    told = news_of(event(events.CHANGE_IN_EFFECT, {"changes": [CHANGE]}))
    assert told["page"] == f"{PAGE}/changes/chg_1"
