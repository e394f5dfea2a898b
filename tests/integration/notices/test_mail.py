"""A notice goes by e-mail where the agreement names it: same facts, real SMTP."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest

from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.clients import Party
from services.notices.sending.loop import SendingLoop
from services.notices.tasks import make_sending
from shared.safe_text import one_line
from tests.integration.notices.post import OK, PERSONS, MailWorld, always

NOBODY = Party((), None)


def test_it_works(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)

    by_mail.announce("chg_1", 1)
    by_mail.settle()

    got = by_mail.post.one()
    assert got.recipient == "ida@nordbo.example"
    assert got.sender == "notices@art28.example"
    [row] = by_mail.mails()
    assert (row["state"], row["why"]) == ("delivered", "channel")
    [attempt] = row["attempts"]
    assert (attempt["status"], attempt["answer"]) == (250, OK.removeprefix("250 "))
    assert "due_at" not in row
    by_mail.world.clock.ahead += timedelta(minutes=5)
    by_mail.watch()
    assert "look_at" not in by_mail.notice("nordbo")


def test_the_mail_says_what_the_webhook_says(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", "email")
    by_mail.world.endpoint("nordbo")

    by_mail.announce("chg_1", 1)
    by_mail.settle()

    [webhook] = by_mail.world.receiver.at("/nordbo")
    notice, got = webhook.json["data"]["notice"], by_mail.post.one()
    assert notice["objection_deadline"] == "2026-12-07"
    for text in (got.text, got.html):
        for fact in (
            "TempusServa ApS", "New sub-processor: Mail Inc.", "United States", "Newsletter",
            "23 November 2026", "7 December 2026", "24 December 2026", notice["id"],
            "http://127.0.0.1:8280/p/tempus-serva", "/respond/mai_",
            "Read and answer", "Sub-processor", "Mail Inc., United States",
        ):  # fmt: skip
            assert fact in " ".join(text.split()), fact


def test_its_headers_are_those_of_an_automatic_notice(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    mail, notice = by_mail.post.one().mail, by_mail.notice("nordbo")["notice"]["id"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "TempusServa ApS via Art28 <notices@art28.example>"
    assert mail["To"] == "Ida Holm <ida@nordbo.example>"
    assert mail["Subject"] == "Object by 7 Dec: New sub-processor: Mail Inc., United States"
    assert str(mail["Message-ID"]).startswith(f"<{notice}.mai_")
    assert mail["List-Unsubscribe"] is None
    assert mail.get_content_type() == "multipart/alternative"
    html = by_mail.post.one().html
    assert "<img" not in html
    assert "http-equiv" not in html
    assert "src=" not in html


@pytest.mark.parametrize(
    ("language", "subject", "word"),
    [
        ("da", "Ny underdatabehandler: Mail Inc.", "Indsigelse senest: 7. december 2026"),
        ("sv", "Nytt underbiträde: Mail Inc.", "Invändning senast: 7 december 2026"),
        ("nb-NO", "Ny underdatabehandler: Mail Inc.", "Indsigelse senest: 7. december 2026"),
        ("fi", "New sub-processor: Mail Inc.", "Object by: 7 December 2026"),
    ],
)
def test_it_is_written_in_the_language_of_the_agreement(
    by_mail: MailWorld, language: str, subject: str, word: str
) -> None:
    by_mail.agreement("nordbo", 1, "email", language=language)
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    got = by_mail.post.one()
    assert subject in got.mail["Subject"]
    assert word in " ".join(got.text.split())
    assert got.mail["Content-Language"] == language[:2].replace("nb", "da").replace("fi", "en")


def test_names_beyond_ascii_arrive_whole(by_mail: MailWorld) -> None:
    persons = [{"name": "Åse Ærø 漢", "position": None, "email": "åse@nordbø.example"}]
    by_mail.agreement("nordbo", 1, "email", contacts=persons, language="da")
    entry = {"legal_name": "Mäil & Søn <b>", "country": "US", "locations": []}
    by_mail.announce("chg_1", 1, sub_processor=entry, reason="Fordi «det» er nødvendigt 漢字")
    by_mail.settle()

    got = by_mail.post.one()
    assert got.recipient == "åse@xn--nordb-zua.example"
    assert "SMTPUTF8" in got.options
    assert "Mäil & Søn <b>" in got.mail["Subject"]
    assert "Fordi «det» er nødvendigt 漢字" in got.text
    assert "Mäil &amp; Søn &lt;b&gt;" in got.html
    assert "Åse Ærø 漢" in str(got.mail["To"])
    assert got.raw.isascii() or "SMTPUTF8" in got.options


def test_no_text_of_a_register_can_add_a_header(by_mail: MailWorld) -> None:
    evil = "Mail Inc.\r\nBcc: thief@evil.example\r\n\r\nHello\u2028\x00"
    persons = [{"name": 'Ida"\r\nBcc: a@evil.example', "email": "ida@nordbo.example"}]
    by_mail.agreement("nordbo", 1, "email", contacts=persons)
    entry = {"legal_name": evil, "country": "US", "locations": []}
    by_mail.announce("chg_1", 1, sub_processor=entry)
    by_mail.settle()

    got = by_mail.post.one()
    assert got.mail["Bcc"] is None
    assert by_mail.post.asked == ["ida@nordbo.example"]
    head = got.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert not [line for line in head if line.lower().startswith(b"bcc")]
    assert one_line(evil) == "Mail Inc. Bcc: thief@evil.example Hello"


@pytest.mark.parametrize("address", ["ida", "ida@b\r\nRCPT TO:<x@y.example>", "a b@nordbo.example"])
def test_what_is_no_address_is_never_handed_over(by_mail: MailWorld, address: str) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=[{"name": "Ida", "email": address}])
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    assert by_mail.post.asked == []
    [row] = by_mail.mails()
    assert (row["state"], row["attempts"][0]["code"]) == ("failed", "unwritable")
    assert by_mail.notice("nordbo")["unreached_reason"] == "contacts_exhausted"


def test_the_same_step_repeated_makes_no_second_mail(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    message = by_mail.notice("nordbo")["_id"]
    change = {"$set": {"look_at": by_mail.world.clock()}}
    by_mail.world.mongo.db["messages"].update_one({"_id": message}, change)
    by_mail.settle()

    assert len(by_mail.post.got) == 1


def test_what_becomes_of_the_change_goes_to_whom_it_was_mailed(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.agreement("other", 2, "webhook")
    by_mail.world.endpoint("other")
    by_mail.announce("chg_1", 2)
    by_mail.settle()
    by_mail.announce("chg_1", 2, kind="withdrawn")
    by_mail.settle()

    first, second = by_mail.post.got
    assert second.recipient == first.recipient == "ida@nordbo.example"
    assert "withdrawn" in second.mail["Subject"]
    assert "acknowledge" not in second.text


def test_the_channel_is_off_without_a_server(world_without_mail: MailWorld) -> None:
    it = world_without_mail
    it.agreement("nordbo", 1, "email", contacts=PERSONS)
    it.announce("chg_1", 1)
    it.settle()

    assert it.mails() == []
    assert it.notice("nordbo")["unreached_reason"] == "email_off"


def test_time_between_tries_grows(by_mail: MailWorld) -> None:
    by_mail.post.to_message = always("451 4.3.0 try later")
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    by_mail.announce("chg_1", 1)
    waits = []
    for _ in range(4):
        by_mail.settle()
        [row] = by_mail.mails()
        waits.append(round((row["due_at"] - by_mail.world.clock()).total_seconds() / 10) * 10)
        by_mail.world.clock.ahead += timedelta(seconds=waits[-1] + 10)

    assert waits == [60, 300, 900, 1800]


def test_two_loops_at_once_never_send_the_same_mail_twice(by_mail: MailWorld) -> None:
    many = 40
    for number in range(1, many + 1):
        by_mail.agreement(f"c{number}", number, "email")
    by_mail.announce("chg_1", many)
    by_mail.world.settle()
    by_mail.watch()
    deps = by_mail.world.deps
    other = make_sending(
        deps.settings, deps.stores, EMAIL, by_mail.world.clock, lambda: 0.0, lambda _: NOBODY
    )

    loops = [Thread(target=until_idle, args=(each,)) for each in (by_mail.mailing, other)]
    for each in loops:
        each.start()
    for each in loops:
        each.join(30)

    assert sorted(by_mail.post.asked) == sorted({row["address"] for row in by_mail.mails()})
    assert len(by_mail.post.got) == many
    assert by_mail.mailing.lost_claims + other.lost_claims == 0


def until_idle(mailing: SendingLoop) -> None:
    while mailing.run_once():
        pass
