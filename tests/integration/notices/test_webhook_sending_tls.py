"""TLS is always verified; each way it can fail has its own code."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.notices.channels.webhook import Limits, Outcome, Sender
from tests.hostile import answers
from tests.hostile.certificates import FAR_AHEAD, LONG_PAST, Authority
from tests.hostile.sending import LIMITS, LOOPBACK, SHORT, only, to
from tests.hostile.server import Receiver, Visit
from tests.sending import send_all


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("trusted"))


def send(authority: Authority, receiver: Receiver, limits: Limits = LIMITS) -> Outcome:
    with Sender(LOOPBACK, replace(limits, ca_file=str(authority.file))) as sender:
        return only(send_all(sender, [to(receiver.url())]))


def outcome_with(authority: Authority, tls: ssl.SSLContext) -> Outcome:
    with Receiver(answers.status(200), tls=tls) as receiver:
        outcome = send(authority, receiver)
    assert outcome.ok == bool(receiver.requests), "nothing is sent before the server is verified"
    return outcome


def test_it_works(authority: Authority) -> None:
    assert outcome_with(authority, authority.server("127.0.0.1")).ok


def test_an_expired_certificate(authority: Authority) -> None:
    tls = authority.server("127.0.0.1", valid=LONG_PAST)
    assert outcome_with(authority, tls).code == "tls_expired"


def test_a_certificate_for_another_name(authority: Authority) -> None:
    assert outcome_with(authority, authority.server("10.0.0.1")).code == "tls_wrong_name"
    assert outcome_with(authority, authority.server("good.example")).code == "tls_wrong_name"


def test_a_self_signed_certificate(authority: Authority) -> None:
    tls = authority.server("127.0.0.1", self_signed=True)
    assert outcome_with(authority, tls).code == "tls_untrusted"


def test_an_authority_that_is_not_known(authority: Authority, tmp_path: Path) -> None:
    tls = Authority(tmp_path, "Unknown").server("127.0.0.1")
    assert outcome_with(authority, tls).code == "tls_untrusted"


def test_the_authorities_of_certifi_are_the_known_ones(authority: Authority) -> None:
    tls = authority.server("127.0.0.1")
    with Receiver(answers.status(200), tls=tls) as receiver, Sender(LOOPBACK, LIMITS) as sender:
        assert only(send_all(sender, [to(receiver.url())])).code == "tls_untrusted"


def test_a_server_that_asks_for_a_client_certificate(authority: Authority) -> None:
    tls = authority.server("127.0.0.1", asks_client=True)
    with Receiver(answers.status(200), tls=tls) as receiver:
        # The server closes right after its alert, so the reset may arrive before it.
        assert send(authority, receiver).code in ("tls_client_certificate", "connection_reset")
    assert receiver.requests == []


def test_a_server_that_speaks_only_an_old_version(authority: Authority) -> None:
    def refuse(visit: Visit) -> None:
        visit.sock.recv(4096)
        visit.send(b"\x15\x03\x01\x00\x02\x02\x46")  # fatal alert: protocol_version

    with Receiver(answers.hang, tls=authority.server("127.0.0.1"), on_connect=refuse) as receiver:
        assert send(authority, receiver).code == "tls_handshake"


def test_a_handshake_that_never_ends(authority: Authority) -> None:
    tls = authority.server("127.0.0.1")
    with Receiver(answers.hang, tls=tls, on_connect=Visit.hang) as receiver:
        outcome = send(authority, receiver, SHORT)
    assert outcome.code == "timeout"
    assert outcome.duration_ms < 1500


def test_a_server_without_tls(authority: Authority) -> None:
    def speak_plainly(visit: Visit) -> None:
        visit.send("HTTP/1.1 400 Bad Request\r\n\r\n")

    tls = authority.server("127.0.0.1")
    with Receiver(answers.hang, tls=tls, on_connect=speak_plainly) as receiver:
        assert send(authority, receiver).code == "tls_handshake"


def test_a_certificate_that_is_not_valid_yet(authority: Authority) -> None:
    tls = authority.server("127.0.0.1", valid=FAR_AHEAD)
    assert outcome_with(authority, tls).code == "tls_expired"


def test_a_key_that_is_too_short(authority: Authority) -> None:
    assert outcome_with(authority, authority.server("127.0.0.1", rsa_bits=2048)).ok
    assert (
        outcome_with(authority, authority.server("127.0.0.1", rsa_bits=1024)).code == "tls_invalid"
    )


def test_a_certificate_that_was_made_for_clients(authority: Authority) -> None:
    tls = authority.server("127.0.0.1", for_clients=True)
    assert outcome_with(authority, tls).code == "tls_invalid"


def test_an_answer_that_anybody_on_the_way_could_have_cut_short(authority: Authority) -> None:
    """Without a length only the end of TLS says that the answer is whole."""
    tls = authority.server("127.0.0.1")
    with Receiver(answers.raw("HTTP/1.1 200 OK\r\n\r\nhalf"), tls=tls) as receiver:
        assert send(authority, receiver).code == "connection_reset"


def drip_a_handshake(visit: Visit) -> None:
    visit.sock.recv(4096)
    visit.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 10_000, 0.01)


def babble(visit: Visit) -> None:
    visit.sock.recv(4096)
    visit.send(bytes(range(256)) * 100)


def reset_in_handshake(visit: Visit) -> None:
    visit.sock.recv(4096)
    visit.reset()


@pytest.mark.parametrize(
    ("on_connect", "code"),
    [
        (drip_a_handshake, "timeout"),
        (babble, "tls_handshake"),
        (reset_in_handshake, "tls_handshake"),
    ],
)
def test_a_handshake_that_leads_nowhere(
    authority: Authority, on_connect: Callable[[Visit], object], code: str
) -> None:
    tls = authority.server("127.0.0.1")
    with Receiver(answers.hang, tls=tls, on_connect=on_connect) as receiver:
        outcome = send(authority, receiver, SHORT)
    assert (outcome.ok, outcome.code) == (False, code)
    assert outcome.duration_ms < 1500
