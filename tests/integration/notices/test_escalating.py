"""A notice that no channel delivers goes on to the next, and is never silently dropped."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.notices.api.evidence_files import csv_lines
from services.notices.api.evidence_pdf import pdf
from services.notices.channels.email import MailSettings
from services.notices.channels.email.dsn import reports
from services.notices.mail.maildir import Maildir
from services.notices.use_cases import bounces, evidence, notices, receipts
from shared.auth import Caller
from shared.failures import Failures
from shared.pagination import PageRequest
from tests.clock import now
from tests.integration.notices.post import PERSONS, MailWorld
from tests.integration.notices.world import VENDOR

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

GARBLED = (
    b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n\r\n\r\nAction: \xff\r\n\r\n--x--"
)
IDA, BO = (each["email"] for each in PERSONS)
ME = Caller("cli_v", VENDOR["id"], frozenset({"processor"}), frozenset())


def evidence_rows(it: MailWorld, change: str = "chg_1") -> Any:
    deps = it.world.deps
    event = evidence.event_of(deps, ME, change)
    return evidence.page(deps, event, PageRequest(50, None)).items


def unreached(it: MailWorld) -> Any:
    return evidence.unreached(it.world.deps, ME, None, PageRequest(50, None)).items


def pass_time(it: MailWorld, **amount: float) -> None:
    """Let it pass in steps, with every loop running in each."""
    left = timedelta(**amount)
    while left > timedelta():
        it.world.clock.ahead += min(left, timedelta(minutes=30))
        left -= timedelta(minutes=30)
        it.settle()


def bounced(by_mail: MailWorld) -> Failures:
    """What counts the reports that cannot be read."""
    return Failures(by_mail.world.deps.stores.mongo, "notices.mail.bounces", by_mail.world.clock)


def receiving(by_mail: MailWorld) -> Any:
    return partial(bounces.receive, by_mail.world.deps, by_address=False)


def maildir_of(by_mail: MailWorld, folder: Path) -> Maildir:
    return Maildir(str(folder), receiving(by_mail), bounced(by_mail), by_mail.world.clock)


def test_it_works(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=PERSONS)
    by_mail.world.endpoint("nordbo")
    by_mail.world.receiver.answers["/nordbo"] = lambda _: (500, {})
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    assert by_mail.post.got == []

    pass_time(by_mail, hours=4.5)

    # The owners of the endpoint have been warned meanwhile, too.
    assert [each["address"] for each in by_mail.mails(why="fallback")] == [IDA]
    assert {each["address"] for each in by_mail.mails(why="warning", state="delivered")} == {
        IDA,
        BO,
    }
    [row] = evidence_rows(by_mail)
    assert (row.channel, row.recipient, row.outcome, row.reached) == (
        "email",
        IDA,
        "delivered",
        True,
    )


def test_a_customer_without_an_endpoint_is_written_to_at_once(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    assert [each.recipient for each in by_mail.post.got] == [IDA]


def test_a_webhook_that_delivers_needs_no_mail(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=PERSONS)
    by_mail.world.endpoint("nordbo")
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    pass_time(by_mail, hours=6)

    assert by_mail.post.got == []
    assert "look_at" not in by_mail.notice("nordbo")


def test_an_endpoint_that_is_gone_brings_the_mail_within_minutes(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=PERSONS)
    by_mail.world.endpoint("nordbo")
    by_mail.world.receiver.answers["/nordbo"] = lambda _: (410, {})
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    by_mail.world.clock.ahead += timedelta(minutes=2)
    by_mail.settle()

    assert IDA in [each.recipient for each in by_mail.post.got]


def test_when_nobody_is_left_the_processor_sees_it(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda *_: "550 5.1.1 no such user"
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    [row] = evidence_rows(by_mail)
    assert (row.outcome, row.reached) == ("unreached", False)
    assert row.unreached["reason"] == "contacts_exhausted"
    assert [each.answer for each in row.attempts] == ["5.1.1 no such user"] * 2
    [reach] = unreached(by_mail)
    assert (reach.reason, reach.channels["email"]) == ("no_endpoint", "bounced")
    assert reach.unreached[0]["notice_id"] == row.notice_id


def test_new_contacts_get_what_nobody_had_at_once(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda address, _: "250 Ok" if address == BO else "550 no"
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    assert evidence_rows(by_mail)[0].outcome == "unreached"

    notices.name_contacts(by_mail.world.deps, "org_nordbo", [PERSONS[1]], 0)
    by_mail.settle()

    [row] = evidence_rows(by_mail)
    assert (row.outcome, row.recipient) == ("delivered", BO)
    assert unreached(by_mail) == []


def test_contacts_the_customer_named_go_before_those_of_the_agreement(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS[:1])
    notices.name_contacts(by_mail.world.deps, "org_nordbo", [PERSONS[1]], 0)
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    assert by_mail.post.asked == [BO]


def test_a_change_taken_back_is_not_announced_by_mail_any_more(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.announce("chg_1", 1, kind="withdrawn")
    by_mail.settle()

    assert by_mail.post.got == []


def test_off_is_visible(world_without_mail: MailWorld) -> None:
    it = world_without_mail
    it.agreement("nordbo", 1, "email", contacts=PERSONS)
    it.announce("chg_1", 1)
    it.settle()

    [reach] = unreached(it)
    assert (reach.reason, reach.channels["email"]) == ("no_endpoint", "off")
    assert reach.unreached[0]["reason"] == "email_off"
    assert not MailSettings().is_on


def test_the_evidence_has_the_servers_words_in_every_form(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()

    deps = by_mail.world.deps
    event = evidence.event_of(deps, ME, "chg_1")
    rows = list(evidence.everything(deps, event))
    lines = list(csv_lines(event, rows))
    assert "250 2.0.0 Ok: queued as 4T7x" in lines[1]
    assert pdf(event, rows, now(), "en", "https://art28.test/identity/seals").startswith(b"%PDF")
    [receipt] = receipts.of(deps, ["chg_1"], ["agr_nordbo"])
    assert receipt.delivered_at == rows[0].delivered_at is not None


def bounce_of(mail: EmailMessage, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery status notification as Postfix writes it."""
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    report["From"], report["To"] = "MAILER-DAEMON@mx.example", "notices@art28.example"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("This is the mail system at host mx.example."))
    told = MIMEBase("message", "delivery-status")
    about = MIMEBase("text", "plain")
    del about["MIME-Version"], about["Content-Type"]
    about["Reporting-MTA"] = "dns; mx.example"
    recipient = MIMEBase("text", "plain")
    del recipient["MIME-Version"], recipient["Content-Type"]
    recipient["Final-Recipient"] = f"rfc822; {IDA}"
    recipient["Action"] = action
    recipient["Status"] = status
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 User unknown"
    told.attach(about)
    told.attach(recipient)
    report.attach(told)
    returned = MIMEBase("text", "rfc822-headers")
    returned.set_payload(f"Message-ID: {mail['Message-ID']}\nSubject: x\n")
    report.attach(returned)
    return report.as_bytes()


def test_a_mail_that_comes_back_brings_up_the_next_contact(
    by_mail: MailWorld, tmp_path: Path
) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    assert evidence_rows(by_mail)[0].reached

    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.bounce").write_bytes(bounce_of(by_mail.post.one().mail))
    (tmp_path / "new" / "2.other").write_bytes(b"Subject: Out of office\r\n\r\nBack on Monday\r\n")
    maildir = Maildir(str(tmp_path), receiving(by_mail), bounced(by_mail), by_mail.world.clock)
    assert maildir.run_once() is False
    by_mail.settle()

    first, second = by_mail.mails()
    assert (first["state"], first["bounce"]["status"]) == ("bounced", "5.1.1")
    assert (second["state"], second["address"]) == ("delivered", BO)
    assert list((tmp_path / "new").iterdir()) == []
    assert len(list((tmp_path / "cur").iterdir())) == 2
    [mark] = by_mail.world.rows("bounced_addresses")
    assert (mark["vendor"], mark["address"]) == (VENDOR["id"], IDA)
    [row] = evidence_rows(by_mail)
    assert (row.recipient, row.delivered_at) == (BO, second["delivered_at"])


def test_a_delay_is_no_bounce_and_a_report_twice_no_second_one(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    mail, deps = by_mail.post.one().mail, by_mail.world.deps

    assert (
        bounces.receive(deps, reports(bounce_of(mail, "4.4.1", "delayed")), by_address=False) == 0
    )
    assert bounces.receive(deps, reports(bounce_of(mail)), by_address=False) == 1
    assert bounces.receive(deps, reports(bounce_of(mail)), by_address=False) == 0


def test_a_report_in_the_mailbox_that_names_no_mail_of_ours_counts_for_nothing(
    by_mail: MailWorld,
) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    forged = EmailMessage()
    forged["Message-ID"] = "<nobody@evil.example>"

    told = reports(bounce_of(forged))
    assert bounces.receive(by_mail.world.deps, told, by_address=False) == 0
    assert bounces.receive(by_mail.world.deps, told, by_address=True) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x--",
        GARBLED,
        b"Content-Type: multipart/report\r\n\r\n" + b"A" * 10_000,
    ],
)
def test_whatever_lies_in_the_mailbox_is_read_without_a_fault(content: bytes) -> None:
    assert all(not each.is_failure for each in reports(content))


def test_a_warning_about_an_endpoint_goes_to_the_customers_contacts(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=PERSONS, language="sv")
    data = {
        "endpoint_id": "whe_1",
        "url": "https://hooks.nordbo.example/art28",
        "failing_since": "2026-11-23T09:00:00.000Z",
        "failures": 4,
        "last_error": "timeout",
        "disables_at": "2026-11-28T09:00:00.000Z",
    }
    for _ in range(2):
        by_mail.outbox.enqueue("webhook.disabling_soon", "org_nordbo", data, key="whe_1:1")
    by_mail.settle()

    assert sorted(by_mail.post.asked) == sorted([IDA, BO])
    text = " ".join(by_mail.post.got[0].text.split())
    assert "https://hooks.nordbo.example/art28" in text
    assert "28 november 2026 09:00 UTC" in text
    assert by_mail.post.got[0].mail["Content-Language"] == "sv"
    with pytest.raises(ValueError, match="kind"):
        by_mail.outbox.enqueue("webhook.nonsense", "org_nordbo", data, key="x")
