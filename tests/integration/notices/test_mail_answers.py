"""Where answers to a mail go, and under which mail a later one is shown."""

from __future__ import annotations

from datetime import timedelta

from services.notices.clients import Party
from services.notices.mail.reply_addresses import FRESH, ReplyAddresses
from services.notices.model.recipients import Recipient
from shared.errors import NotFound, Unavailable
from tests.integration.notices.post import PERSONS, MailWorld

PROCESSOR = "org_tempus"
CONTACT = {"name": "Pia", "position": "DPO", "email": "pia@vendor.example"}


def answers_at(by_mail: MailWorld, email: str) -> None:
    world = by_mail.world
    [processor] = {entry["_id"] for entry in world.mongo.db["watermarks"].find()}
    world.deps.stores.reply_addresses.keep(processor, email, world.clock())


def test_an_answer_to_a_notice_reaches_the_vendor(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    answers_at(by_mail, "privacy@vendor.example")
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    got = by_mail.post.one()
    assert got.mail["Reply-To"] == "TempusServa ApS <privacy@vendor.example>"
    assert "reaches TempusServa ApS at privacy@vendor.example" in " ".join(got.text.split())


def test_while_nobody_knows_the_vendors_address_the_sender_gets_answers(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    answers_at(by_mail, "no address")
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    assert by_mail.post.one().mail["Reply-To"] == "notices@art28.example"


def test_what_follows_a_notice_stands_below_it(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    answers_at(by_mail, "")
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.announce("chg_1", 1, kind="withdrawn")
    by_mail.settle()

    notice, follows = (got.mail for got in by_mail.post.got)
    root = f"<{by_mail.notice('nordbo')['notice']['id']}@art28.example>"
    assert notice["In-Reply-To"] is None
    assert notice["References"] == root
    assert follows["In-Reply-To"] == notice["Message-ID"]
    assert follows["References"].split() == [root, notice["Message-ID"]]


def test_the_mail_of_a_notice_has_the_same_id_however_often_it_is_tried(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    answers_at(by_mail, "")
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    [row] = by_mail.mails()
    assert by_mail.post.one().mail["Message-ID"].startswith(f"<{row['notice_id']}.")


def test_identity_is_asked_once_in_a_while_and_its_last_word_counts(by_mail: MailWorld) -> None:
    said: list[Party | type[Exception]] = [
        Party((CONTACT,), "da", "proved@vendor.example"), Party((CONTACT,), "da"), Unavailable,
        NotFound, Party((), "da"),
    ]  # fmt: skip

    def party_of(_: str) -> Party:
        answer = said.pop(0)
        if isinstance(answer, Party):
            return answer
        raise answer

    world = by_mail.world
    addresses = ReplyAddresses(world.deps.stores, party_of, world.clock)
    assert addresses.of(PROCESSOR) == "proved@vendor.example"
    assert addresses.of(PROCESSOR) == "proved@vendor.example"
    expected = ("pia@vendor.example", "pia@vendor.example", "pia@vendor.example", "")
    for email in expected:
        world.clock.ahead += FRESH + timedelta(seconds=1)
        assert addresses.of(PROCESSOR) == email
    assert said == []
    assert addresses.of(None) == ""


def test_an_agreement_that_allows_modifications_has_them_in_its_mails(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    stores = by_mail.world.deps.stores
    [recipient] = stores.recipients.of_controller("org_nordbo")
    stores.recipients.put(Recipient(**{**vars(recipient), "modifications": True}))
    answers_at(by_mail, "")
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    assert "ask for modifications of the change" in " ".join(by_mail.post.one().text.split())
    assert by_mail.notice("nordbo")["notice"]["modifications"] is True
