"""Connections are reused, short-lived, and share nothing between receivers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notices.channels.webhook import Sender
from tests.hostile import answers
from tests.hostile.sending import LIMITS, LOOPBACK, SHORT, attempt, only, to
from tests.hostile.server import Receiver, Request, Visit
from tests.sending import send_all


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(LOOPBACK, LIMITS) as made:
        yield made


def test_they_are_reused(sender: Sender) -> None:
    with Receiver(answers.status(200, b"ok")) as receiver:
        for n in range(20):
            assert only(send_all(sender, [to(receiver.url(), str(n))])).ok
        assert (receiver.connections, len(receiver.requests)) == (1, 20)


def test_one_that_closes_just_when_it_is_reused_is_replaced_at_once(sender: Sender) -> None:
    def close_on_second(visit: Visit, request: Request) -> object:
        if visit.number == 1 and visit.seen == 2:
            return False
        return answers.status(200)(visit, request)

    with Receiver(close_on_second) as receiver:
        outcomes = [only(send_all(sender, [to(receiver.url())])) for _ in range(2)]
    assert [outcome.ok for outcome in outcomes] == [True, True]
    assert (receiver.connections, len(receiver.requests)) == (2, 3)


def test_a_refused_one_fails_at_once(sender: Sender) -> None:
    with Receiver(answers.hang) as gone:
        url = gone.url()
    outcome = only(send_all(sender, [to(url)]))
    assert (outcome.code, outcome.status) == ("connect_failed", None)
    assert outcome.duration_ms < 1000 * LIMITS.connect_s


def test_one_that_nobody_accepts_ends_within_its_limit() -> None:
    # A full backlog drops the handshake, as a black hole would.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        filling = [socket.socket() for _ in range(4)]
        for sock in filling:
            sock.setblocking(False)
            sock.connect_ex(address)
        with Sender(LOOPBACK, SHORT) as sender:
            outcome = only(send_all(sender, [to(f"http://127.0.0.1:{address[1]}/")]))
        for sock in filling:
            sock.close()
    assert outcome.code == "connect_failed"
    assert 400 <= outcome.duration_ms < 1500


def test_ipv6_works(sender: Sender) -> None:
    with Receiver(answers.status(200), host="::1") as receiver:
        assert only(send_all(sender, [to(receiver.url())])).ok


def test_localhost_tries_the_second_address_after_the_first(sender: Sender) -> None:
    with Receiver(answers.status(200), host="::1") as receiver:
        outcome = only(send_all(sender, [to(receiver.url(host="localhost"))]))
    assert (outcome.ok, outcome.address) == (True, "::1")


def test_environment_proxies_are_ignored(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(answers.status(200)) as proxy:
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        assert attempt(sender, answers.status(204)).status == 204
        assert proxy.connections == 0


def test_cookies_challenges_and_netrc_are_ignored(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("default login eve password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    asks = answers.status(
        401,
        headers={
            "Set-Cookie": "a=b",
            "WWW-Authenticate": "Basic",
            "Strict-Transport-Security": "max-age=99",
            "Alt-Svc": 'h2=":443"',
        },
    )
    with Receiver(asks) as receiver:
        for _ in range(2):
            assert only(send_all(sender, [to(receiver.url())])).code == "http_401"
    assert len(receiver.requests) == 2
    for request in receiver.requests:
        assert not {"cookie", "authorization"} & set(request.headers)
