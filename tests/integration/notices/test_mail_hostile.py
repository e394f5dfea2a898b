"""At every step of SMTP a server may hang, hang up, or say no: each ends in a recorded state."""

from __future__ import annotations

import time
from datetime import timedelta
from email.headerregistry import Address
from typing import Any

import pytest

from services.notices.channels.email import Mail, Transport
from shared.mongo import Mongo
from tests.hostile.mail import CLOSE, HANG, STEPS, Hostile, hostile_mail
from tests.integration.notices.post import PERSONS, MailWorld, Post, mail_settings, make_mail_world
from tests.integration.notices.world import Receiver

IDA = "ida@nordbo.example"
MAIL = Mail("mai_1", "notices@art28.example", IDA, b"Subject: x\r\n\r\nHello\r\n")
CONNECTING = ("greeting", "ehlo")
# What a refusal at each step is called, and whether one of 5xx is for good.
REFUSALS = {
    "greeting": ("connect_failed", False),
    "ehlo": ("connect_failed", False),
    "mail": ("sender", False),
    "rcpt": ("recipient", True),
    "data": ("message", True),
    "message": ("message", True),
}


def sent(hostile: Hostile, mail: Mail = MAIL, **more: Any) -> Any:
    transport = Transport(mail_settings(hostile.port, **{"seconds": 1, **more}))
    try:
        return transport.send(mail)
    finally:
        transport.close()


def test_it_works() -> None:
    with hostile_mail() as hostile:
        told = sent(hostile)
    assert (told.verdict, told.status, hostile.taken) == ("accepted", 250, 1)


@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_for_now_is_tried_again(step: str) -> None:
    with hostile_mail(**{step: "451 4.3.0 not now"}) as hostile:
        told = sent(hostile)
    name, _ = REFUSALS[step]
    code = name if step in CONNECTING else f"{name}_deferred"
    assert (told.verdict, told.code, told.status) == ("temporary", code, 451)
    assert told.server_is_away == (step in CONNECTING)
    assert told.recipient == (step == "rcpt")


@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_for_good_ends_it_where_it_is_about_the_mail(step: str) -> None:
    with hostile_mail(**{step: "554 5.7.1 no"}) as hostile:
        told = sent(hostile)
    name, lasting = REFUSALS[step]
    code = name if step in CONNECTING else f"{name}_refused"
    assert (told.verdict, told.code) == ("permanent" if lasting else "temporary", code)
    assert told.status == 554


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_is_closing_lets_the_rest_of_the_batch_wait(step: str) -> None:
    """421 may come at any step (RFC 5321, 3.8), and the next mail would fare the same."""
    with hostile_mail(**{step: "421 4.3.2 shutting down"}) as hostile:
        told = sent(hostile)
    assert (told.verdict, told.status) == ("temporary", 421)
    assert told.server_is_away


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_hangs_is_cut_off_at_the_limit(step: str) -> None:
    with hostile_mail(**{step: HANG}) as hostile:
        began = time.monotonic()
        told = sent(hostile)
        took = time.monotonic() - began
    assert (told.verdict, told.code) == ("temporary", "timeout")
    assert took < 5


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_hangs_up_is_tried_again(step: str) -> None:
    with hostile_mail(**{step: CLOSE}) as hostile:
        told = sent(hostile)
    assert (told.verdict, told.code) == ("temporary", "connection_lost")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("answer", ["hello", "2xx what", "\xff\xfe\x00", "250" + "x" * 100_000])
def test_an_answer_that_is_none_is_no_success(step: str, answer: str) -> None:
    with hostile_mail(**{step: answer}) as hostile:
        told = sent(hostile)
    assert told.verdict != "accepted"
    assert len(told.answer) <= 1_000
    assert told.code


def test_starttls_offered_and_then_refused_sends_nothing_in_the_clear() -> None:
    says = {"ehlo": "250-mx.test\r\n250 STARTTLS", "starttls": "454 4.7.0 not now"}
    with hostile_mail(**says) as hostile:
        told = sent(hostile, security="smtp+starttls")
    assert told.verdict == "temporary"
    assert told.server_is_away
    assert "mail" not in hostile.asked


def test_what_a_server_injects_before_tls_is_not_taken_for_its_answer() -> None:
    """RFC 3207, 4.2: what came in the clear is discarded; here the handshake fails on it."""
    says = {"ehlo": "250-mx.test\r\n250 STARTTLS", "starttls": "220 go\r\n250 injected"}
    with hostile_mail(**says) as hostile:
        told = sent(hostile, security="smtp+starttls")
    assert (told.verdict, told.code) == ("temporary", "tls_failed")
    assert "mail" not in hostile.asked


def test_a_password_is_not_sent_to_a_server_that_offers_no_login() -> None:
    with hostile_mail() as hostile:
        told = sent(hostile, user="art28", password="s3cret")
    assert (told.verdict, told.code) == ("temporary", "login_failed")
    assert "auth" not in hostile.asked


@pytest.fixture
def told_world(mongo: Mongo, receiver: Receiver) -> Any:
    def make(port: int) -> MailWorld:
        it = make_mail_world(mongo, receiver, Post(), mail_settings(port, seconds=1))
        it.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
        it.announce("chg_1", 1)
        return it

    return make


@pytest.mark.parametrize(
    ("step", "answer", "state", "code"),
    [
        ("greeting", "554 no", "pending", "connect_failed"),
        ("ehlo", CLOSE, "pending", "connection_lost"),
        ("mail", "550 who are you", "pending", "sender_refused"),
        ("rcpt", "550 5.1.1 unknown", "failed", "recipient_refused"),
        ("rcpt", "552 5.2.2 full", "pending", "recipient_refused"),
        ("data", "554 no valid recipients", "failed", "message_refused"),
        ("data", "451 later", "pending", "message_deferred"),
        ("message", "554 spam", "failed", "message_refused"),
        ("message", CLOSE, "pending", "connection_lost"),
    ],
)
def test_each_end_is_a_recorded_attempt(
    told_world: Any, step: str, answer: str, state: str, code: str
) -> None:
    with hostile_mail(**{step: answer}) as hostile:
        it = told_world(hostile.port)
        it.settle()
        [row] = it.mails()
    assert (row["state"], [each["code"] for each in row["attempts"]]) == (state, [code])
    assert ("due_at" in row) == (state == "pending")
    assert "claim" not in row


def test_a_message_taken_without_an_answer_is_sent_once_more_with_its_id(told_world: Any) -> None:
    """The one doubt SMTP leaves: it was taken, but nobody said so (RFC 1047)."""
    with hostile_mail(message=CLOSE) as hostile:
        it = told_world(hostile.port)
        it.settle()
        assert hostile.taken == 1
        hostile.says = {}
        it.world.clock.ahead += timedelta(minutes=2)
        it.settle()
        assert hostile.taken == 2
        it.world.clock.ahead += timedelta(days=1)
        it.settle()
        assert hostile.taken == 2
    [row] = it.mails()
    assert row["state"] == "delivered"


EVIL = "Mail\r\nBcc: thief@evil.example\r\n\r\n.\r\nMAIL FROM:<a@b.example>\r\n"


def test_what_is_in_names_and_texts_can_end_neither_header_nor_message(by_mail: MailWorld) -> None:
    person = {"name": EVIL, "email": IDA, "position": None}
    by_mail.agreement("nordbo", 1, "email", contacts=[person])
    entry = {"legal_name": EVIL, "country": "US", "locations": []}
    by_mail.announce("chg_1", 1, sub_processor=entry, reason=f"a\r\n.\r\nb{EVIL}")
    by_mail.settle()

    got = by_mail.post.one()
    assert by_mail.post.asked == [IDA]
    assert set(got.mail.keys()) == {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "References",
        "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
    }  # fmt: skip
    assert "thief@evil.example" in got.text


@pytest.mark.parametrize("text", ["ø" * 5_000, "x" * 5_000, "\x00\x01\x1b[31m", "漢" * 3_000])
def test_lines_stay_short_and_bytes_plain_whatever_a_text_holds(
    by_mail: MailWorld, text: str
) -> None:
    """RFC 5321, 4.5.3.1.6: 998 characters; and no 8-bit for a server that has not offered it."""
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    entry = {"legal_name": text, "country": "US", "locations": []}
    by_mail.announce("chg_1", 1, sub_processor=entry, reason=text)
    by_mail.settle()

    got = by_mail.post.one()
    assert got.raw.isascii()
    assert max(len(line) for line in got.raw.split(b"\r\n")) <= 998
    assert b"\x00" not in got.raw


def test_a_sender_with_letters_beyond_ascii_is_written_as_an_encoded_word(
    by_mail: MailWorld,
) -> None:
    sender = Address("Underretning Ærø", addr_spec="notices@art28.example")
    postman: Any = by_mail.mailing.sender
    postman.settings = mail_settings(postman.settings.port, sender=sender)
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    assert by_mail.post.one().raw.isascii()
    assert "Underretning Ærø" in str(by_mail.post.one().mail["From"])
