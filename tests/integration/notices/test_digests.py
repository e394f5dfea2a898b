"""The vendor learns by mail whom nobody could reach: one mail a change, not one a customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notices.clients import Party
from services.notices.mail.unreached_digest import NAMED
from services.notices.mail.vendor_contacts import VendorContacts
from services.notices.use_cases import notices
from shared.errors import Unavailable
from tests.integration.notices.post import PERSONS, VENDOR_MAIL, MailWorld, Posted

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IDA = PERSONS[0]["email"]


def nobody_but_the_vendor(it: MailWorld) -> None:
    it.post.to_recipient = lambda address, _: (
        "250 Ok" if address == VENDOR_MAIL else "550 5.1.1 no such user"
    )


def digests(it: MailWorld) -> list[Posted]:
    return it.post.to(VENDOR_MAIL)


def wait(it: MailWorld, **amount: float) -> None:
    it.world.clock.ahead += timedelta(**amount)
    it.settle()


def three_unreached(it: MailWorld) -> None:
    nobody_but_the_vendor(it)
    it.agreement("nordbo", 1, "email", contacts=PERSONS)
    it.agreement("lille", 2, "webhook", contacts=[])
    it.agreement("havn", 3, "email")
    it.announce("chg_1", 3)
    it.settle()


def test_it_works(by_mail: MailWorld) -> None:
    three_unreached(by_mail)
    assert digests(by_mail) == []
    wait(by_mail, minutes=11)

    [got] = digests(by_mail)
    assert got.mail["Subject"] == "3 customers not reached: New sub-processor: Mail Inc."
    assert got.mail["To"] == f"Pia Lund <{VENDOR_MAIL}>"
    flat = " ".join(got.text.split())
    for fact in (
        "* havn A/S – every contact refused or returned the mail Object by 7 December 2026",
        "* lille A/S – no endpoint that takes it, and no contact is named",
        "* nordbo A/S – every contact refused or returned the mail",
        "First deadline to object: 7 December 2026",
        "Takes effect on: 24 December 2026",
        "GET /notices/v1/changes/chg_1/evidence",
    ):
        assert fact in flat, flat
    assert "nordbo A/S" in got.html


def test_it_is_sent_once_however_often_the_loop_runs(by_mail: MailWorld) -> None:
    three_unreached(by_mail)
    for _ in range(6):
        wait(by_mail, hours=12)
    assert len(digests(by_mail)) == 1


def test_killed_before_the_mark_the_same_mail_is_not_made_twice(by_mail: MailWorld) -> None:
    three_unreached(by_mail)
    wait(by_mail, minutes=11)
    due = {"$set": {"due_at": by_mail.world.clock(), "number": 0}}
    by_mail.world.mongo.db["digests"].update_one({"_id": "chg_1"}, due)
    wait(by_mail, minutes=11)

    assert len(digests(by_mail)) == 1
    assert len(by_mail.mails(why="digest")) == 1


def test_who_turns_out_later_comes_in_another_one_a_day_later(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda address, _: (
        "550 no" if address == "dpo@havn.example" else "250 Ok"
    )
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    by_mail.agreement("havn", 2, "email")
    by_mail.announce("chg_1", 2)
    by_mail.settle()
    wait(by_mail, minutes=11)
    assert [each.mail["Subject"][:23] for each in digests(by_mail)] == ["1 customer not reached:"]

    [mail] = by_mail.mails(address=IDA)
    deps = by_mail.world.deps
    deps.stores.sendings["email"].bounce(
        mail["_id"], {"status": "5.1.1", "diagnostic": ""}, by_mail.world.clock()
    )
    deps.stores.escalations.check_again(mail["message_id"], by_mail.world.clock())
    by_mail.settle()
    wait(by_mail, hours=23)
    assert len(digests(by_mail)) == 1
    wait(by_mail, hours=2)

    assert digests(by_mail)[1].mail["Subject"].startswith("2 customers not reached:")


def test_who_was_reached_meanwhile_is_not_on_it(by_mail: MailWorld) -> None:
    nobody_but_the_vendor(by_mail)
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.post.to_recipient = lambda *_: "250 Ok"
    notices.name_contacts(by_mail.world.deps, "org_nordbo", [PERSONS[1]], 0)
    by_mail.settle()
    wait(by_mail, hours=30)

    assert digests(by_mail) == []
    assert "due_at" not in by_mail.world.rows("digests")[0]


def test_a_change_taken_back_needs_no_word(by_mail: MailWorld) -> None:
    three_unreached(by_mail)
    by_mail.announce("chg_1", 3, kind="withdrawn")
    wait(by_mail, minutes=11)

    assert digests(by_mail) == []


def test_each_change_has_its_own(by_mail: MailWorld) -> None:
    three_unreached(by_mail)
    by_mail.announce("chg_2", 3)
    by_mail.settle()
    wait(by_mail, minutes=11)

    assert len(digests(by_mail)) == 2


def test_a_long_list_is_cut_and_says_so(by_mail: MailWorld) -> None:
    nobody_but_the_vendor(by_mail)
    for number in range(1, NAMED + 4):
        by_mail.agreement(f"c{number:03}", number, "webhook", contacts=[])
    by_mail.announce("chg_1", NAMED + 3)
    by_mail.settle()
    wait(by_mail, minutes=11)

    text = digests(by_mail)[0].text
    assert text.count("\n* ") == NAMED
    assert "And 3 more" in text


@pytest.mark.parametrize("trouble", ["identity is away", "no contact"])
def test_a_vendor_that_cannot_be_told_now_is_told_later(by_mail: MailWorld, trouble: str) -> None:
    working = by_mail.digests

    def party_of(_: str) -> Party:
        if trouble == "no contact":
            return Party((), "en")
        raise Unavailable("Another part of Art28 does not answer; try again.")

    contacts = VendorContacts(by_mail.world.deps.stores, party_of)
    by_mail.digests = replace(working, party_of=contacts.of)
    three_unreached(by_mail)
    wait(by_mail, minutes=11)
    assert digests(by_mail) == []
    by_mail.digests = working
    wait(by_mail, hours=7)

    assert len(digests(by_mail)) == 1


def test_without_a_mail_server_it_stays_owed(world_without_mail: MailWorld) -> None:
    it = world_without_mail
    it.agreement("nordbo", 1, "email", contacts=PERSONS)
    it.announce("chg_1", 1)
    it.settle()
    wait(it, minutes=11)

    row: dict[str, Any] = it.world.rows("digests")[0]
    assert row["due_at"] <= it.world.clock()


def test_a_vendor_whose_mailbox_refuses_is_recorded(by_mail: MailWorld) -> None:
    three_unreached(by_mail)
    by_mail.post.to_recipient = lambda *_: "550 5.1.1 no such user"
    wait(by_mail, minutes=11)

    [mail] = by_mail.mails(why="digest")
    assert (mail["state"], mail["attempts"][0]["code"]) == ("failed", "recipient_refused")
    assert VENDOR_MAIL in [each["address"] for each in by_mail.world.rows("bounced_addresses")]
