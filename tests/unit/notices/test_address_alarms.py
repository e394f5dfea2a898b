"""When the mailbox where a vendor reads answers sends mails back: who is told what, how often."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices import events
from services.notices.model.address_alarms import (
    AT_MOST_EVERY,
    Back,
    bounced_event,
    is_news,
    vendor_of,
)
from services.notices.model.messages import body_of

VENDOR = {"id": "org_v", "slug": "vendor", "legal_name": "Vendor A/S"}
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
BACK: Back = {"email": "privacy@vendor.example", "status": "5.1.1", "at": AT}
A_MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize("kind", [events.ADDRESS_PROBE, events.VENDOR_NEWS, events.UNREACHED])
def test_a_mail_to_a_vendor_says_whose_mailbox_sent_it_back(kind: str) -> None:
    mail: Any = {"kind": kind, "data": {"vendor": VENDOR, "customer": "Customer AB"}}
    assert vendor_of(mail) == VENDOR


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (events.CHANGE_ANNOUNCED, {"vendor": VENDOR}),
        (events.VENDOR_NEWS, {}),
        (events.VENDOR_NEWS, {"vendor": None}),
        (events.VENDOR_NEWS, None),
    ],
)
def test_a_mail_to_anybody_else_says_nothing_of_a_vendor(kind: str, data: Any) -> None:
    mail: Any = {"kind": kind, "data": data}
    assert vendor_of(mail) is None


@pytest.mark.parametrize(
    ("email", "since", "expected"),
    [
        (None, timedelta(0), True),
        ("privacy@vendor.example", AT_MOST_EVERY - A_MOMENT, False),
        ("privacy@vendor.example", AT_MOST_EVERY, True),
        ("dpo@vendor.example", A_MOMENT, True),
    ],
)
def test_a_vendor_is_told_once_a_day_of_one_address(
    email: str | None, since: timedelta, *, expected: bool
) -> None:
    before: Back | None = {"email": email, "status": None, "at": AT - since} if email else None
    assert is_news(before, BACK) is expected


def test_a_vendor_is_told_which_address_sent_back_and_why() -> None:
    event = bounced_event(VENDOR, BACK, "https://art28.example")
    body = json.loads(body_of(event, ""))
    assert body["type"] == events.NOTICE_ADDRESS_BOUNCED
    assert body["timestamp"] == "2026-11-22T13:00:00.000Z"
    assert body["data"] == {
        "email": "privacy@vendor.example",
        "status": "5.1.1",
        "processor": VENDOR,
        "links": {"organisation": "https://art28.example/identity/v1/organisations/org_v"},
    }


def test_one_bounce_is_one_event_however_often_it_is_told() -> None:
    # If an update changed it, a vendor would be told twice.
    assert bounced_event(VENDOR, BACK, "").id == "evt_t77ddrrrqurflwy66nxwjlpchfkkfnfq"


@pytest.mark.parametrize(
    ("vendor", "back"),
    [
        ({**VENDOR, "id": "org_w"}, BACK),
        (VENDOR, {**BACK, "email": "dpo@vendor.example"}),
        (VENDOR, {**BACK, "at": AT + A_MOMENT}),
    ],
)
def test_another_vendor_address_or_moment_is_another_event(vendor: Any, back: Back) -> None:
    assert bounced_event(vendor, back, "").id != bounced_event(VENDOR, BACK, "").id
