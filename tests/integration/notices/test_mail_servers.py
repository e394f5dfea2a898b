"""Whatever a mail server does: refuses, defers, drops, drips, lacks TLS. Real SMTP on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notices.channels.email import Mail, Transport
from shared.mongo import Mongo
from tests.hostile.certificates import Authority
from tests.integration.notices.post import (
    PERSONS,
    MailWorld,
    Post,
    always,
    authenticated,
    free_port,
    mail_settings,
    make_mail_world,
    posting,
)
from tests.integration.notices.world import Receiver

# A server that is stopped in the middle of a conversation leaves its transport to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IDA, BO = "ida@nordbo.example", "bo@nordbo.example"
MAIL = Mail("mai_1", "notices@art28.example", IDA, b"Subject: x\r\n\r\nHello\r\n")


def told(by_mail: MailWorld, persons: Any = PERSONS) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=persons)
    by_mail.announce("chg_1", 1)
    by_mail.settle()


def test_it_works(post: Post) -> None:
    with posting(post) as port:
        transport = Transport(mail_settings(port))
        first, second = transport.send(MAIL), transport.send(MAIL)
        transport.close()

    assert (first.verdict, first.status) == ("accepted", 250)
    assert second.verdict == "accepted"
    assert len(post.got) == 2


def test_a_recipient_refused_for_good_brings_up_the_next_contact(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda address, _: (
        "550 5.1.1 no such user" if address == IDA else "250 Ok"
    )

    told(by_mail)

    first, second = by_mail.mails()
    assert (first["state"], first["attempts"][0]["code"]) == ("failed", "recipient_refused")
    assert (first["attempts"][0]["status"], first["attempts"][0]["answer"]) == (
        550,
        "5.1.1 no such user",
    )
    assert (second["state"], second["why"], second["address"]) == ("delivered", "escalation", BO)
    assert by_mail.post.asked == [IDA, BO]


def test_an_address_that_was_refused_comes_last_for_the_next_notice(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda address, _: "550 gone" if address == IDA else "250 Ok"
    told(by_mail)
    by_mail.announce("chg_2", 1)
    by_mail.settle()

    assert by_mail.post.asked == [IDA, BO, BO]


def test_greylisting_only_delays(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda _, n: "451 4.7.1 greylisted" if n == 1 else "250 Ok"
    told(by_mail)
    [row] = by_mail.mails()
    assert (row["state"], row["attempts"][0]["code"]) == ("pending", "recipient_deferred")

    by_mail.world.clock.ahead += timedelta(minutes=2)
    by_mail.settle()

    [row] = by_mail.mails()
    assert row["state"] == "delivered"
    assert [each["status"] for each in row["attempts"]] == [451, 250]


def test_a_connection_dropped_is_tried_again_with_the_same_message_id(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda _, n: "drop" if n == 1 else "250 Ok"
    told(by_mail)
    [row] = by_mail.mails()
    assert row["attempts"][0]["code"] == "connection_lost"

    by_mail.world.clock.ahead += timedelta(minutes=2)
    by_mail.settle()

    assert by_mail.mails()[0]["state"] == "delivered"


def test_a_message_refused_does_not_count_against_the_address(by_mail: MailWorld) -> None:
    by_mail.post.to_message = always("554 5.7.1 not from you")
    told(by_mail, PERSONS[:1])

    [row] = by_mail.mails()
    assert (row["state"], row["attempts"][0]["code"]) == ("failed", "message_refused")
    assert by_mail.world.rows("bounced_addresses") == []


def test_a_mail_that_waits_too_long_goes_to_the_next_contact_too(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda address, _: "451 later" if address == IDA else "250 Ok"
    told(by_mail)
    for _ in range(60):
        by_mail.world.clock.ahead += timedelta(minutes=5)
        by_mail.settle()
        if len(by_mail.mails()) > 1:
            break

    first, second = by_mail.mails()
    assert (first["state"], second["state"]) == ("pending", "delivered")
    assert second["made_at"] - first["made_at"] >= timedelta(minutes=240)


def test_a_server_that_is_away_stops_the_batch_and_loses_nothing(
    mongo: Mongo, receiver: Receiver, post: Post
) -> None:
    port = free_port()
    it = make_mail_world(mongo, receiver, post, mail_settings(port))
    for number in range(1, 4):
        it.agreement(f"c{number}", number, "email")
    it.announce("chg_1", 3)
    it.settle()

    tried = [each for each in it.mails() if each["attempts"]]
    assert [each["attempts"][0]["code"] for each in tried] == ["connect_failed"]
    assert {each["state"] for each in it.mails()} == {"pending"}
    it.world.clock.ahead += timedelta(minutes=2)
    with posting(post, port):
        it.settle()
    assert {each["state"] for each in it.mails()} == {"delivered"}


def test_a_slow_server_is_waited_for_within_the_limit(post: Post) -> None:
    post.delay = 0.5
    with posting(post) as port:
        transport = Transport(mail_settings(port, seconds=2))
        sent = transport.send(MAIL)
        transport.close()

    assert sent.verdict == "accepted"
    assert 500 <= sent.duration_ms < 2000


def test_behind_a_slow_server_the_rest_of_a_batch_is_given_back(by_mail: MailWorld) -> None:
    by_mail.post.delay = 0.4
    for number in range(1, 9):
        by_mail.agreement(f"c{number}", number, "email")
    by_mail.announce("chg_1", 8)
    by_mail.world.settle()
    by_mail.watch()

    assert by_mail.mailing.run_once() is True

    states = [each["state"] for each in by_mail.mails()]
    assert 5 <= states.count("delivered") < 8
    assert [each for each in by_mail.mails() if "claim" in each] == []
    by_mail.send()
    assert {each["state"] for each in by_mail.mails()} == {"delivered"}
    assert len(by_mail.post.got) == 8


@pytest.mark.parametrize("greeting", [b"", b"2", b"220-more\r\n"])
def test_a_server_that_drips_for_ever_is_cut_off_at_the_limit(greeting: bytes) -> None:
    with dripping(greeting) as port:
        began = time.monotonic()
        sent = Transport(mail_settings(port, seconds=1)).send(MAIL)

    assert (sent.verdict, sent.code) == ("temporary", "timeout")
    assert time.monotonic() - began < 5  # A machine under load is slow, too; for ever is longer.


@contextmanager
def dripping(piece: bytes) -> Iterator[int]:
    """Sends a piece of its greeting every now and then, and never ends it."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            taken, _ = server.accept()
            with taken:
                while not stop.wait(0.2):
                    try:
                        taken.sendall(piece)
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join(5)


def test_starttls_with_a_certificate_of_an_authority_named_in_the_settings(
    post: Post, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    context = authority.server("127.0.0.1")
    with posting(post, tls_context=context) as port:
        chosen = mail_settings(port, security="smtp+starttls", ca_file=str(authority.file))
        transport = Transport(chosen)
        sent = transport.send(MAIL)
        transport.close()

    assert sent.verdict == "accepted"
    assert post.one().encrypted


def test_starttls_is_demanded_when_it_was_asked_for(post: Post) -> None:
    with posting(post) as port:
        sent = Transport(mail_settings(port, security="smtp+starttls")).send(MAIL)

    assert (sent.verdict, sent.code) == ("temporary", "starttls_missing")
    assert post.asked == []


@pytest.mark.parametrize("names", ["other.example", "127.0.0.1"])
def test_a_certificate_that_is_not_trusted_ends_it(post: Post, tmp_path: Path, names: str) -> None:
    authority = Authority(tmp_path)
    trusted = str(authority.file) if names == "other.example" else None
    with posting(post, tls_context=authority.server(names)) as port:
        chosen = mail_settings(port, security="smtp+starttls", ca_file=trusted)
        sent = Transport(chosen).send(MAIL)

    assert (sent.verdict, sent.code) == ("temporary", "tls_failed")
    assert post.asked == []


@pytest.mark.parametrize(("password", "code"), [("s3cret", None), ("wrong", "login_failed")])
def test_it_logs_in_where_a_user_is_named(
    post: Post, tmp_path: Path, password: str, code: str | None
) -> None:
    authority = Authority(tmp_path)
    more: dict[str, Any] = {
        "tls_context": authority.server("127.0.0.1"),
        "auth_required": True,
        "authenticator": authenticated("art28", "s3cret"),
    }
    with posting(post, **more) as port:
        transport = Transport(
            mail_settings(
                port,
                security="smtp+starttls",
                ca_file=str(authority.file),
                user="art28",
                password=password,
            )
        )
        sent = transport.send(MAIL)
        transport.close()

    assert (sent.code, sent.verdict) == (code, "temporary" if code else "accepted")
    assert "s3cret" not in f"{transport} {sent}"
