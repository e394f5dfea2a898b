"""Mails that came back: the provider's webhook, the mailbox, and what hostile ones do there."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from services.notices.api import evidence_files
from services.notices.app import create_app
from services.notices.channels.email.dsn import LARGEST, MOST_RECIPIENTS, reports
from services.notices.mail.maildir import Maildir
from services.notices.model.sendings import sending_id
from services.notices.use_cases import bounces, evidence
from shared.failures import Failures
from shared.mongo import connect
from tests.integration.notices.asking import Identity
from tests.integration.notices.post import (
    PERSONS,
    MailWorld,
    Post,
    mail_settings,
    make_mail_world,
    posting,
)
from tests.integration.notices.test_escalating import bounce_of
from tests.integration.notices.world import Receiver, settings

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IDA, BO = (each["email"] for each in PERSONS)
SECRET = "s" * 20
REPORT = "/v1/bounces/report"


class Door:
    """A notice mailed to Ida, and the webhook of the mail provider."""

    def __init__(self, it: MailWorld, client: Client) -> None:
        self.it, self.client = it, client
        it.agreement("nordbo", 1, "email", contacts=PERSONS)
        it.announce("chg_1", 1)
        it.settle()

    @property
    def mail(self) -> EmailMessage:
        return self.it.post.got[0].mail

    def post(self, content: bytes, secret: str = SECRET, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        told = {"content_type": "message/rfc822", "headers": headers, **more}
        return self.client.post(REPORT, data=content, **told)


@pytest.fixture
def door(mongo_url: str, database_name: str, receiver: Receiver, post: Post) -> Iterator[Door]:
    with posting(post) as port:
        chosen = settings(mongo_url, database_name, mail=mail_settings(port, bounce_secret=SECRET))
        mongo = connect(mongo_url, chosen.common.database("notices"))
        it = make_mail_world(mongo, receiver, post, chosen.mail)
        app = create_app(chosen, Identity().transport(), it.world.clock)
        yield Door(it, Client(app))


def bounced(by_mail: MailWorld) -> Failures:
    """What counts the reports that cannot be read."""
    return Failures(by_mail.world.deps.stores.mongo, "notices.mail.bounces", by_mail.world.clock)


def receiving(by_mail: MailWorld) -> Any:
    return partial(bounces.receive, by_mail.world.deps, by_address=False)


def maildir_of(by_mail: MailWorld, folder: Path) -> Maildir:
    return Maildir(str(folder), receiving(by_mail), bounced(by_mail), by_mail.world.clock)


def test_it_works(door: Door) -> None:
    answer = door.post(bounce_of(door.mail))
    assert (answer.status_code, answer.json) == (200, {"bounced": 1})
    door.it.settle()

    assert [each.recipient for each in door.it.post.got] == [IDA, BO]
    first, second = door.it.mails()
    assert (first["state"], first["bounce"]["status"]) == ("bounced", "5.1.1")
    assert first["bounce"]["diagnostic"] == "smtp; 550 5.1.1 User unknown"
    assert second["state"] == "delivered"
    assert door.post(bounce_of(door.mail)).json == {"bounced": 0}


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "s", "ø" * 20])
def test_only_who_knows_the_secret_may_report(door: Door, secret: str) -> None:
    answer = door.post(bounce_of(door.mail), secret)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert SECRET not in answer.text
    assert door.it.mails()[0]["state"] == "delivered"


def test_the_password_of_http_basic_is_as_good(door: Door) -> None:
    answer = door.client.post(
        REPORT, data=bounce_of(door.mail), content_type="message/rfc822", auth=("any", SECRET)
    )
    assert answer.json == {"bounced": 1}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_anything_but_a_mail_is_refused(door: Door, kind: str) -> None:
    assert door.post(bounce_of(door.mail), content_type=kind).status_code == 415


def test_what_is_too_large_is_refused_before_it_is_read(door: Door) -> None:
    assert door.post(b"x" * 8_000_000).status_code == 413


def test_a_report_that_names_no_mail_counts_for_the_newest_one_to_its_recipient(
    door: Door,
) -> None:
    nameless = EmailMessage()
    nameless["Message-ID"] = "<somebody@else.example>"
    assert door.post(bounce_of(nameless)).json == {"bounced": 1}


def test_a_report_about_a_mail_that_is_not_ours_has_no_effect(door: Door) -> None:
    """By its id not even the address counts: it names another installation's mail."""
    foreign = EmailMessage()
    foreign["Message-ID"] = f"<ntc_1.mai_{'a' * 32}@other.example>"
    assert door.post(bounce_of(foreign)).json == {"bounced": 0}
    assert door.it.mails()[0]["state"] == "delivered"
    assert door.it.world.rows("bounced_addresses") == []


def test_a_delay_and_a_success_are_taken_and_change_nothing(door: Door) -> None:
    for action in ("delayed", "delivered", "relayed", "expanded", "", "FAILED?"):
        assert door.post(bounce_of(door.mail, "4.4.1", action)).json == {"bounced": 0}


def nested(depth: int) -> bytes:
    """A report in a report in a report."""
    head = b"".join(
        b'Content-Type: multipart/report; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    )
    return head + b"Content-Type: message/delivery-status\r\n\r\n\r\n\r\nAction: failed\r\n"


def wrapped(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: x\r\n\r\nx\r\n"


def with_charset(charset: bytes) -> bytes:
    return (
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nFinal-Recipient: rfc822; a@b.example\r\n\r\n--x\r\n"
        b"Content-Type: text/rfc822-headers; charset=" + charset + b"\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n\xff\xff!!\r\n--x--\r\n"
    )


def many_recipients(count: int) -> bytes:
    block = b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    return (
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        + block * count
        + b"--x--\r\n"
    )


HOSTILE = {
    "nothing": b"",
    "bytes": bytes(range(256)) * 50,
    "nested": nested(3_000),
    "wrapped": wrapped(3_000),
    "unknown charset": with_charset(b"klingon"),
    "charset of nul": with_charset(b'"a\x00b"'),
    "utf-16 headers": "Content-Type: multipart/report\r\n\r\n".encode("utf-16"),
    "huge header": b"Subject: " + b"x" * (2 * LARGEST),
    "many headers": b"X-A: b\r\n" * 100_000 + b"\r\nx",
    "no boundary": b"Content-Type: multipart/report\r\n\r\n--\r\n",
    "endless boundary": b"Content-Type: multipart/report; boundary=" + b"b" * 100_000 + b"\r\n\r\n",
    "boundaries": b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 100_000,
    "many recipients": many_recipients(10_000),
    "status that is a text": b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
    "broken words": b"Content-Type: =?utf-8?q?multipart/report?=; boundary==?x?y?=\r\n\r\n=?",
    "message id": with_charset(b"utf-8").replace(b"Reporting-MTA", b"Message-ID: <@\r\nX"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_reported_is_read_within_bounds(name: str) -> None:
    began = time.process_time()
    told = reports(HOSTILE[name])
    assert time.process_time() - began < 5
    assert len(told) <= MOST_RECIPIENTS
    assert all(len(each.recipient) <= 254 and len(each.diagnostic) <= 500 for each in told)


@pytest.mark.parametrize("name", ["nested", "wrapped", "unknown charset", "bytes", "nothing"])
def test_the_webhook_survives_hostile_reports(door: Door, name: str) -> None:
    answer = door.post(HOSTILE[name])
    assert (answer.status_code, answer.json) == (200, {"bounced": 0})


def test_the_mailbox_goes_on_past_whatever_lies_in_it(by_mail: MailWorld, tmp_path: Path) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    new = tmp_path / "new"
    new.mkdir()
    for place, content in enumerate(HOSTILE.values()):
        (new / f"{place:02}").write_bytes(content)
    (new / "30").write_bytes(b"")
    (new / "30").chmod(0)
    (new / "31").symlink_to(new / "31")
    (new / "32").symlink_to("/dev/zero")
    os.mkfifo(new / "33")
    (new / "34").mkdir()
    (new / "99").write_bytes(bounce_of(by_mail.post.one().mail))
    maildir = Maildir(str(tmp_path), receiving(by_mail), bounced(by_mail), by_mail.world.clock)
    assert maildir.run_once() is False

    assert by_mail.mails()[0]["state"] == "bounced"
    assert {each.name for each in new.iterdir()} == {"31", "32", "33", "34"}
    assert maildir.run_once() is False


def test_the_mailbox_is_read_in_bounded_rounds(by_mail: MailWorld, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    for place in range(120):
        (tmp_path / "new" / f"{place:03}").write_bytes(b"Subject: Out of office\r\n\r\n")
    maildir = Maildir(str(tmp_path), receiving(by_mail), bounced(by_mail), by_mail.world.clock)
    assert [maildir.run_once() for _ in range(3)] == [True, True, False]
    assert len(list((tmp_path / "cur").iterdir())) == 120


def test_what_was_read_is_forgotten_after_thirty_days(by_mail: MailWorld, tmp_path: Path) -> None:
    """Reports name persons; unread ones stay."""
    (tmp_path / "new").mkdir()
    report, clock = tmp_path / "new" / "1", by_mail.world.clock
    report.write_bytes(b"Subject: Out of office\r\n\r\n")
    os.utime(report, (clock().timestamp(),) * 2)
    maildir = Maildir(str(tmp_path), receiving(by_mail), bounced(by_mail), clock)
    maildir.run_once()
    for days in (29, 2):
        assert maildir.run_once() is False
        assert [each.name for each in (tmp_path / "cur").iterdir()] == ["1:2,S"]
        clock.ahead += timedelta(days=days)
    maildir.run_once()

    assert list((tmp_path / "cur").iterdir()) == []


def test_a_report_about_a_report_is_about_the_outer_one_only(by_mail: MailWorld) -> None:
    """A bounce of a forwarded bounce: the mail that came back is the report, not our notice."""
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    inner = bounce_of(by_mail.post.one().mail)
    head = b"Content-Type: multipart/report; boundary=outer\r\n\r\n--outer\r\n"
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; forward@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    )
    returned = b"--outer\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--outer--\r\n"
    told = reports(head + status + returned)

    assert [each.recipient for each in told] == ["forward@b.example"]
    assert bounces.receive(by_mail.world.deps, told, by_address=False) == 0
    assert by_mail.mails()[0]["state"] == "delivered"


def test_reports_are_never_answered(by_mail: MailWorld, tmp_path: Path) -> None:
    """Whatever comes in, no mail goes out to its sender: no loop between two machines."""
    (tmp_path / "new").mkdir()
    for place in range(5):
        (tmp_path / "new" / str(place)).write_bytes(b"From: a@evil.example\r\n\r\nAnswer me!\r\n")
    Maildir(str(tmp_path), receiving(by_mail), bounced(by_mail), by_mail.world.clock).run_once()
    by_mail.settle()

    assert by_mail.post.asked == []
    assert by_mail.mails() == []


def named(bounce_id: str) -> bytes:
    """A report that names a mail by this id, as a stranger could write it."""
    mail = EmailMessage()
    mail["Message-ID"] = f"<ntc_1.{bounce_id}@mail.art28.test>"
    return bounce_of(mail)


def test_nobody_can_work_out_the_id_by_which_a_mail_comes_back(door: Door) -> None:
    """Message and address are known to others; the id of the row follows from them."""
    row = door.it.mails()[0]
    assert sending_id("mai", row["message_id"], row["address"]) == row["_id"]
    assert row["_id"] not in str(door.mail["Message-ID"])
    assert row["bounce_id"] in str(door.mail["Message-ID"])

    assert door.post(named(row["_id"])).json == {"bounced": 0}
    assert door.it.mails()[0]["state"] == "delivered"
    assert door.post(named(row["bounce_id"])).json == {"bounced": 1}


def test_a_mail_of_an_earlier_version_comes_back_by_its_own_id_for_ten_days(door: Door) -> None:
    mails = door.it.world.mongo.db["mails"]
    mails.update_many({}, {"$unset": {"bounce_id": ""}})
    row = door.it.mails()[0]
    mails.update_many({}, {"$set": {"made_at": door.it.world.clock() - timedelta(days=11)}})
    assert door.post(named(row["_id"])).json == {"bounced": 0}
    mails.update_many({}, {"$set": {"made_at": door.it.world.clock()}})
    assert door.post(named(row["_id"])).json == {"bounced": 1}


def evidence_of(it: MailWorld) -> list[Any]:
    """Every attempt of the evidence of the one change: who, outcome, and what was said."""
    deps = it.world.deps
    event = deps.stores.events.notice_of("chg_1")
    assert event is not None
    [row] = evidence.everything(deps, event)
    return [(each.recipient, each.outcome, each.answer) for each in row.attempts]


def test_the_evidence_shows_that_a_mail_came_back_with_its_code(door: Door) -> None:
    door.post(bounce_of(door.mail))
    door.it.settle()
    delivered, came_back, next_one = evidence_of(door.it)
    assert (delivered[:2], next_one[:2]) == ((IDA, "delivered"), (BO, "delivered"))
    assert came_back == (IDA, "bounced", "5.1.1 smtp; 550 5.1.1 User unknown")
    deps = door.it.world.deps
    event = deps.stores.events.notice_of("chg_1")
    assert event is not None
    first_and_last = "".join(evidence_files.csv_lines(event, evidence.everything(deps, event)))
    assert "550 5.1.1 User unknown" in first_and_last


def of_several(mail: EmailMessage, *recipients: tuple[str, str]) -> bytes:
    """One report about several recipients of a mail, each with its action."""
    first = bounce_of(mail)
    blocks = b"".join(
        f"\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: 5.1.1\n".encode()
        for address, action in recipients
    )
    start = first.index(b"\nFinal-Recipient")
    end = first.index(b"\n--", start)
    return first[:start] + blocks + first[end:]


@pytest.mark.parametrize(
    ("recipients", "bounced"),
    [
        ([(IDA, "failed")], 1),
        ([(IDA, "delivered"), ("other@else.example", "failed")], 0),
        ([(IDA.upper(), "failed"), ("other@else.example", "delivered")], 1),
        ([("a@else.example", "failed"), ("b@else.example", "delivered")], 0),
        ([("a@else.example", "failed"), ("b@else.example", "failed")], 1),
        ([(IDA, "relayed")], 0),
    ],
)
def test_only_a_recipient_that_is_named_as_failed_counts(
    door: Door, recipients: list[tuple[str, str]], bounced: int
) -> None:
    answer = door.post(of_several(door.mail, *recipients))
    assert answer.json == {"bounced": bounced}
    assert (door.it.mails()[0]["state"] == "bounced") is bool(bounced)


def in_free_text(mail: EmailMessage, text: str, **headers: str) -> bytes:
    """A report as Exchange writes it when it is forwarded: text, and our mail behind it."""
    report = EmailMessage()
    report["From"], report["Subject"] = "postmaster@outlook.example", "Undeliverable: notice"
    for name, value in headers.items():
        report[name.replace("_", "-")] = value
    report.set_content(text)
    report.add_attachment(mail)
    return report.as_bytes()


NDR = """Delivery has failed to these recipients or groups:
ida@nordbo.example
The email address you entered couldn't be found.
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'
"""


def test_a_report_without_a_part_for_machines_counts_by_our_id_and_its_code(door: Door) -> None:
    assert door.post(in_free_text(door.mail, NDR)).json == {"bounced": 1}
    bounce = door.it.mails()[0]["bounce"]
    assert bounce["status"] == "5.1.10"
    assert "RecipientNotFound" in bounce["diagnostic"]


@pytest.mark.parametrize(
    "text",
    [
        "I am away until Monday. Your notice of 5.1.2027 reached me.",
        "Delivery is delayed: 450 4.7.1 try again later",
        "Thank you, we have read 15.1.1 and 5.1.1.2 of the annex.",
        "",
    ],
)
def test_what_is_no_lasting_failure_is_no_report(door: Door, text: str) -> None:
    assert door.post(in_free_text(door.mail, text)).json == {"bounced": 0}
    assert door.it.mails()[0]["state"] == "delivered"


def test_an_answer_of_a_person_s_absence_is_no_report(door: Door) -> None:
    answer = in_free_text(door.mail, NDR, Auto_Submitted="auto-replied")
    assert door.post(answer).json == {"bounced": 0}


def test_a_failure_in_free_text_that_names_no_mail_of_ours_has_no_effect(door: Door) -> None:
    other = EmailMessage()
    other["Message-ID"] = "<x@else.example>"
    other.set_content("Hello")
    assert door.post(in_free_text(other, NDR)).json == {"bounced": 0}
