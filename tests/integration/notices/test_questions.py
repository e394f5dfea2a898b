"""What a visitor of a public page asks reaches the vendor, with a copy; nothing else is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bson import encode

from services.notices import tasks
from services.notices.use_cases import questions
from services.notices.use_cases.questions import NobodyReads
from services.notices.use_cases.visits import AskedTooOften
from tests.integration.notices.post import VENDOR_MAIL, MailWorld, always
from tests.integration.notices.test_retention import finish
from tests.integration.notices.world import VENDOR, settings

ADA = "ada@example.com"


def ask(it: MailWorld, address: str | None = VENDOR_MAIL, **more: Any) -> None:
    body = {"processor": VENDOR, "about": "documents", "name": "Ada", "email": ADA,
            "text": "May we have\nyour audit report?", "language": "en", "network": "192.0.2.1",
            **more}  # fmt: skip
    questions.ask(replace(it.world.deps, proved_address=lambda _: address), body)


def test_the_vendor_answers_the_visitor_who_has_a_copy(by_mail: MailWorld) -> None:
    ask(by_mail)
    by_mail.send()
    [asked], [copy] = by_mail.post.to(VENDOR_MAIL), by_mail.post.to(ADA)
    assert asked.mail["Reply-To"] == f"Ada <{ADA}>"
    assert asked.mail["From"] == "Ada via Art28 <notices@art28.example>"
    assert copy.mail["Reply-To"] == f"TempusServa ApS <{VENDOR_MAIL}>"
    assert all("your audit report?" in each.text for each in (asked, copy))


def test_an_objection_says_to_both_that_it_is_none_yet(by_mail: MailWorld) -> None:
    ask(by_mail, about="objection")
    by_mail.send()
    [asked], [copy] = by_mail.post.to(VENDOR_MAIL), by_mail.post.to(ADA)
    assert "no objection under an agreement yet" in " ".join(asked.text.split())
    assert "record it as a letter" in " ".join(asked.text.split())
    assert "no objection under your agreement" in " ".join(copy.text.split())
    assert by_mail.world.rows("messages") == by_mail.world.rows("events") == []


@pytest.mark.parametrize("refused", [False, True])
def test_what_was_asked_is_gone_when_the_mails_have_left(by_mail: MailWorld, refused: bool) -> None:
    if refused:
        by_mail.post.to_recipient = always("550 5.1.1 no such user")
    ask(by_mail)
    assert all(b"audit" not in encode(row) for row in by_mail.mails())
    by_mail.send()
    assert all(b"audit" not in encode(row) and "sealed" not in row for row in by_mail.mails())
    assert by_mail.world.rows("bounced_addresses") == []
    by_mail.world.clock.ahead += timedelta(days=11)
    finish(tasks.make_retention(settings(), by_mail.world.deps.stores, by_mail.world.clock))
    assert by_mail.mails() == []


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Ada\u2028Bcc: x@example.org", "Ada"),
        ('Ada" <x@example.org>, "B', "Ada"),
        ("<x@example.org>", "x@example.org"),
    ],
)
def test_a_name_adds_nobody_and_no_header(by_mail: MailWorld, name: str, header: str) -> None:
    ask(by_mail, name=name)
    by_mail.send()
    [asked] = by_mail.post.to(VENDOR_MAIL)
    assert [each.addr_spec for each in asked.mail["Reply-To"].addresses] == [ADA]
    assert asked.mail["Bcc"] is None
    assert header in str(asked.mail["Reply-To"])


def test_without_a_proved_address_nothing_is_taken(by_mail: MailWorld) -> None:
    with pytest.raises(NobodyReads):
        ask(by_mail, None)
    assert by_mail.mails() == []
    deps = by_mail.world.deps
    assert not questions.is_open(deps, VENDOR["id"])
    assert questions.is_open(replace(deps, proved_address=lambda _: VENDOR_MAIL), VENDOR["id"])


def test_three_an_hour_are_sent_in_the_name_of_one_address(by_mail: MailWorld) -> None:
    for number in range(3):
        ask(by_mail, network=f"192.0.2.{number}")
    with pytest.raises(AskedTooOften):
        ask(by_mail, network="192.0.2.9")
    ask(by_mail, email="bo@example.com", network="192.0.2.9")
