"""What any channel says of a delivery: where it went, and how each attempt ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from services.notices.channels.chat import CHANNEL as CHAT
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.model.channels import Kit, Post, Tried, tries

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
ROW = {
    "to": {"email": "ida@a.example", "name": "Ida"},
    "attempts": [
        {"at": NOW, "code": "recipient_refused", "status": 550, "duration_ms": 12,
         "answer": "5.1.1 no user"},
        {"at": LATER, "code": None, "status": 250, "duration_ms": 9},
    ],
}  # fmt: skip
TO = "ida@a.example"


def test_an_attempt_is_told_with_where_it_went_how_it_ended_and_what_was_answered() -> None:
    assert tries(ROW, "email", TO) == [
        Tried(NOW, "email", TO, "recipient_refused", 550, 12, "5.1.1 no user"),
        Tried(LATER, "email", TO, "delivered", 250, 9, None),
    ]


def test_the_evidence_of_a_channel_has_its_name_and_its_address() -> None:
    assert EMAIL.evidence(ROW) == tries(ROW, "email", TO)


def test_what_is_shown_of_an_address_is_what_stands_first() -> None:
    row = {"to": {"shown": "hooks.example", "form": "slack"}, "attempts": []}
    assert CHAT.recipient(row) == "hooks.example"


def test_a_sender_that_is_told_no_more_knows_no_address_for_answers_and_no_earlier_notice() -> None:
    kit = Kit({}, cast("Post", None), lambda *_: "", 30)
    assert (kit.reply_to("org_p"), kit.reply_to(None)) == ("", "")
    assert kit.thread_of({"_id": "eml_1", "notice_id": "ntc_1"}) == (None, "")
