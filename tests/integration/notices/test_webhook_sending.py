"""Every attempt ends as one outcome with a stable code, within the limits, whatever answers."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from services.notices.channels.webhook import Limits, Outcome, Outgoing, Sender
from services.notices.egress import Egress, EndpointUrl
from services.notices.signing import new_secret, signed_headers
from tests.hostile import answers
from tests.hostile.server import Receiver, Request, Script, Visit

LOOPBACK = Egress.from_text("127.0.0.0/8, ::1")
LIMITS = Limits(total_s=1.0, connect_s=0.5, resolve_s=0.5)
BODY = b'{"type":"webhook.test"}'
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def to(url: str, key: str = "dlv_1") -> Outgoing:
    return Outgoing(key, url, {"webhook-id": "msg_1"}, BODY)


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(LOOPBACK, LIMITS, now=lambda: NOON) as made:
        yield made


def only(outcomes: Iterator[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def attempt(sender: Sender, script: Script) -> Outcome:
    with Receiver(script) as receiver:
        return only(sender.send_all([to(receiver.url())]))


def test_it_works(sender: Sender) -> None:
    secret = new_secret()
    with Receiver(answers.status(200, b"thanks")) as receiver:
        headers = signed_headers("msg_1", datetime.now(UTC), BODY, [secret])
        outcome = only(
            sender.send_all([Outgoing("dlv_1", receiver.url("/hook?a=b"), headers, BODY)])
        )
    assert (outcome.key, outcome.ok, outcome.status, outcome.code) == ("dlv_1", True, 200, None)
    assert outcome.body == b"thanks"
    (request,) = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/hook?a=b", BODY)
    Webhook(secret).verify(request.body, request.headers)


def test_the_request_carries_what_is_promised_and_nothing_more(sender: Sender) -> None:
    with Receiver(answers.status(204)) as receiver:
        list(sender.send_all([to(receiver.url())]))
    assert receiver.requests[0].headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "webhook-id": "msg_1",
        "content-type": "application/json",
        "user-agent": "Art28-Webhooks/1",
        "accept-encoding": "identity",
        "accept": "*/*",
        "content-length": str(len(BODY)),
    }


@pytest.mark.parametrize(
    ("script", "code", "status"),
    [
        # 29, 42, 43: answers that break off or are no HTTP
        (answers.reset_before_answer, "connection_reset", None),
        (answers.reset_in_headers, "connection_reset", None),
        (answers.reset_in_body, "connection_reset", 200),
        (answers.raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), "connection_reset", 200),
        (answers.raw(b""), "connection_reset", None),
        (answers.raw("<p>hello</p>"), "bad_response", None),
        (answers.raw(bytes(range(256))), "bad_response", None),
        (answers.raw("SSH-2.0-OpenSSH_9.2\r\n"), "bad_response", None),
        (
            answers.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"),
            "bad_response",
            None,
        ),
        (
            answers.raw(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            "bad_response",
            None,
        ),
        (answers.raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "bad_response", None),
        (answers.raw("HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\n\r\n"), "bad_response", None),
        (
            answers.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "bad_response",
            200,
        ),
        # 35, 36, 52: too slow
        (answers.hang, "timeout", None),
        (answers.slow_headers, "timeout", None),
        (answers.slow_body, "timeout", 200),
        (answers.trickle_of("100 Continue"), "timeout", None),
        (answers.trickle_of("103 Early Hints"), "timeout", None),
        # 37 to 41: too much
        (answers.endless_chunks, "http_500", 500),
        (answers.many_headers, "bad_response", None),
        (answers.huge_header, "bad_response", None),
        (answers.flood_of("103 Early Hints"), "bad_response", None),
        (answers.flood_of("100 Continue"), "bad_response", None),
        # 44: only a final 200 to 299 is a yes
        (
            answers.raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
            "connection_reset",
            None,
        ),
        (answers.raw("HTTP/1.1 000 Nothing\r\n\r\n"), "bad_response", None),
        (answers.status(999), "http_999", 999),
        (answers.status(304), "http_304", 304),
        (answers.status(300), "http_300", 300),
        # 46, 47
        *((answers.status(code), f"http_{code}", code) for code in (400, 401, 403, 404, 408, 409)),
        *((answers.status(code), f"http_{code}", code) for code in (410, 425, 429, 500, 502, 503)),
    ],
)
def test_what_is_no_answer_fails_with_its_code(
    sender: Sender, script: Script, code: str, status: int | None
) -> None:
    started = time.monotonic()
    outcome = attempt(sender, script)
    assert time.monotonic() - started < LIMITS.total_s + 0.5
    assert not outcome.ok
    assert outcome.code == code
    assert outcome.status == status
    assert len(outcome.body) <= LIMITS.body_bytes


class TestAnswersThatAreTooLong:
    def test_a_yes_without_end_is_a_yes_and_cut_off(self, sender: Sender) -> None:
        outcome = attempt(sender, answers.endless_body)
        assert (outcome.ok, outcome.status) == (True, 200)
        assert len(outcome.body) == LIMITS.body_bytes
        assert outcome.duration_ms < 900

    def test_a_bomb_is_kept_as_it_came_and_never_inflated(self, sender: Sender) -> None:
        outcome = attempt(sender, answers.gzip_bomb)
        assert outcome.ok
        assert outcome.body.startswith(b"\x1f\x8b")
        assert len(outcome.body) == LIMITS.body_bytes

    @pytest.mark.parametrize("size", [16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1])
    def test_just_the_first_bytes_are_kept(self, sender: Sender, size: int) -> None:
        outcome = attempt(sender, answers.status(500, b"x" * size))
        assert (outcome.code, len(outcome.body)) == ("http_500", min(size, LIMITS.body_bytes))

    def test_any_bytes_are_kept_unchanged(self, sender: Sender) -> None:
        body = b"\0\xff\x1b[31m<script>alert(1)</script>"
        outcome = attempt(sender, answers.status(400, body, reason="\x1b[31m\xff"))
        assert (outcome.code, outcome.body) == ("http_400", body)


class TestRedirects:
    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_none_is_followed_and_its_target_is_kept(self, sender: Sender, code: int) -> None:
        with Receiver(answers.status(200)) as internal:
            outcome = attempt(sender, answers.redirect(code, internal.url("/secret")))
            assert (outcome.ok, outcome.code, outcome.status) == (False, "redirect", code)
            assert outcome.location == internal.url("/secret")
            assert internal.connections == 0

    def test_a_201_with_a_location_is_a_yes(self, sender: Sender) -> None:
        assert attempt(sender, answers.redirect(201, "/made")).ok


class TestConnections:
    def test_they_are_reused(self, sender: Sender) -> None:
        with Receiver(answers.status(200, b"ok")) as receiver:
            for n in range(20):
                assert only(sender.send_all([to(receiver.url(), str(n))])).ok
            assert (receiver.connections, len(receiver.requests)) == (1, 20)

    def test_one_that_closes_just_when_it_is_reused_is_replaced_at_once(
        self, sender: Sender
    ) -> None:
        def close_on_second(visit: Visit, request: Request) -> object:
            if visit.number == 1 and visit.seen == 2:
                return False
            return answers.status(200)(visit, request)

        with Receiver(close_on_second) as receiver:
            outcomes = [only(sender.send_all([to(receiver.url())])) for _ in range(2)]
        assert [outcome.ok for outcome in outcomes] == [True, True]
        assert (receiver.connections, len(receiver.requests)) == (2, 3)

    def test_a_refused_one_fails_at_once(self, sender: Sender) -> None:
        with Receiver(answers.hang) as gone:
            url = gone.url()
        outcome = only(sender.send_all([to(url)]))
        assert (outcome.code, outcome.status) == ("connect_failed", None)
        assert outcome.duration_ms < 400

    def test_one_that_nobody_accepts_ends_within_its_limit(self, sender: Sender) -> None:
        # A full backlog drops the handshake, as a black hole would.
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            filling = [socket.socket() for _ in range(4)]
            for sock in filling:
                sock.setblocking(False)  # noqa: FBT003
                sock.connect_ex(address)
            outcome = only(sender.send_all([to(f"http://127.0.0.1:{address[1]}/")]))
            for sock in filling:
                sock.close()
        assert outcome.code == "connect_failed"
        assert 400 <= outcome.duration_ms < 900

    def test_ipv6_works(self, sender: Sender) -> None:
        with Receiver(answers.status(200), host="::1") as receiver:
            assert only(sender.send_all([to(receiver.url())])).ok

    def test_localhost_tries_the_second_address_after_the_first(self, sender: Sender) -> None:
        with Receiver(answers.status(200), host="::1") as receiver:
            outcome = only(sender.send_all([to(receiver.url(host="localhost"))]))
        assert (outcome.ok, outcome.address) == (True, "::1")

    def test_environment_proxies_are_ignored(
        self, sender: Sender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Receiver(answers.status(200)) as proxy:
            for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url(""))
            assert attempt(sender, answers.status(204)).status == 204
            assert proxy.connections == 0

    def test_cookies_challenges_and_netrc_are_ignored(
        self, sender: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
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
                assert only(sender.send_all([to(receiver.url())])).code == "http_401"
        assert len(receiver.requests) == 2
        for request in receiver.requests:
            assert not {"cookie", "authorization"} & set(request.headers)


class TestTheLastGate:
    def test_a_socket_to_a_closed_address_is_never_opened(self) -> None:
        with Receiver(answers.status(200)) as receiver, Sender(LaxUrls(), LIMITS) as sender:
            outcome = only(sender.send_all([to(receiver.url())]))
            assert (outcome.code, outcome.status) == ("blocked_address", None)
            assert receiver.connections == 0

    def test_a_rule_that_breaks_refuses_and_stops_nothing(self) -> None:
        with Receiver(answers.status(200)) as receiver, Sender(Broken(), LIMITS) as sender:
            outcomes = list(sender.send_all([to(receiver.url(), str(n)) for n in range(3)]))
            assert [outcome.code for outcome in outcomes] == ["blocked_address"] * 3
            assert receiver.connections == 0

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("https://10.0.0.1/", "blocked_address"),
            ("https://intranet/", "blocked_address"),
            ("http://good.example/", "scheme_not_allowed"),
            ("https://good.example:25/", "port_not_allowed"),
            ("nonsense", "invalid_url"),
        ],
    )
    def test_a_url_is_judged_again_at_every_attempt(
        self, sender: Sender, url: str, code: str
    ) -> None:
        assert only(sender.send_all([to(url)])).code == code


@dataclass(frozen=True)
class LaxUrls(Egress):
    """Lets loopback URLs pass and so leaves only the gate at the socket."""

    def check_url(self, text: str) -> EndpointUrl:
        return LOOPBACK.check_url(text)


class Broken(LaxUrls):
    def allows(self, address: object) -> bool:
        raise LookupError(address)


class TestTheQueue:
    def test_a_slow_receiver_holds_up_nobody(self, sender: Sender) -> None:
        with Receiver(answers.hang) as slow, Receiver(answers.status(200)) as fast:
            for n in range(5):
                sender.submit(to(slow.url(), f"slow{n}"))
            began = time.monotonic()
            done = list(sender.send_all([to(fast.url(), f"fast{n}") for n in range(100)]))
            assert [outcome.key[:4] for outcome in done] == ["fast"] * 100 + ["slow"] * 5
            assert time.monotonic() - began < LIMITS.total_s + 0.5

    def test_every_message_ends_as_exactly_one_outcome(self) -> None:
        with (
            Receiver(answers.status(200)) as good,
            Receiver(answers.reset_in_headers) as bad,
            Sender(LOOPBACK, replace(LIMITS, in_flight=8)) as sender,
        ):
            urls = [good.url(), bad.url(), "nonsense"]
            messages = [to(urls[n % 3], f"dlv_{n}") for n in range(150)]
            outcomes = list(sender.send_all(messages))
        assert sorted(o.key for o in outcomes) == sorted(m.key for m in messages)
        assert {o.code for o in outcomes} == {None, "connection_reset", "invalid_url"}

    def test_no_more_than_the_limit_is_taken(self) -> None:
        with (
            Receiver(answers.status(200)) as receiver,
            Sender(LOOPBACK, replace(LIMITS, in_flight=2)) as sender,
        ):
            sender.submit(to(receiver.url(), "a"))
            sender.submit(to("nonsense", "b"))
            assert (sender.free, sender.in_flight) == (0, 2)
            with pytest.raises(RuntimeError, match="full"):
                sender.submit(to(receiver.url(), "c"))
            taken = sender.finished(1.0) + sender.finished(1.0)
            assert {outcome.key for outcome in taken} == {"a", "b"}
            assert sender.free == 2

    def test_with_nothing_in_flight_nobody_waits(self, sender: Sender) -> None:
        began = time.monotonic()
        assert sender.finished(5.0) == []
        assert time.monotonic() - began < 1

    def test_waiting_costs_no_processor_time(self, sender: Sender) -> None:
        with Receiver(answers.hang) as slow:
            sender.submit(to(slow.url()))
            began = time.thread_time()
            sender.finished(0.5)
            assert time.thread_time() - began < 0.1

    @pytest.mark.parametrize(
        "headers",
        [
            {"webhook-id": "a\r\nHost: evil"},
            {"a\nb": "c"},
            {"x": "\0"},
            {"Host": "evil"},
            {"content-length": "5"},
            {"Transfer-Encoding": "chunked"},
            {"x": "æ"},
        ],
    )
    def test_headers_that_would_change_the_request_are_not_sent(
        self, sender: Sender, headers: dict[str, str]
    ) -> None:
        with Receiver(answers.status(200)) as receiver:
            outcome = only(sender.send_all([Outgoing("k", receiver.url(), headers, BODY)]))
            assert (outcome.ok, outcome.code) == (False, "invalid_request")
            assert receiver.connections == 0

    def test_descriptors_stay_flat_whatever_happens(self) -> None:
        with (
            Receiver(answers.status(200)) as good,
            Receiver(answers.reset_in_headers) as bad,
            Receiver(answers.endless_body) as endless,
            Sender(LOOPBACK, replace(LIMITS, in_flight=8)) as sender,
        ):
            urls = [good.url(), bad.url(), endless.url()]
            counts = []
            for _ in range(4):
                list(sender.send_all([to(urls[n % 3]) for n in range(60)]))
                counts.append(own_sockets(sender))
            assert max(counts) <= 2 * 8, counts


def own_sockets(sender: Sender) -> int:
    """Sockets libcurl holds: all of this process whose peer still is a receiver of this test."""
    assert sender.in_flight == 0
    return sum(_is_client_socket(fd) for fd in os.listdir("/proc/self/fd"))


def _is_client_socket(fd: str) -> bool:
    try:
        with socket.socket(fileno=os.dup(int(fd))) as copy:
            return bool(copy.getpeername()) and copy.getsockname()[1] > copy.getpeername()[1]
    except OSError:
        return False
