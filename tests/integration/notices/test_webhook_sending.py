"""Every attempt ends as one outcome with a stable code, within the limits, whatever answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from services.notices.channels.webhook import Outgoing, Sender
from shared.webhook_signing import new_secret, signed_headers
from tests.clock import now
from tests.hostile import answers
from tests.hostile.sending import BODY, LIMITS, LOOPBACK, SHORT, attempt, only, to
from tests.hostile.server import Receiver, Script
from tests.sending import send_all


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(LOOPBACK, LIMITS) as made:
        yield made


def test_it_works(sender: Sender) -> None:
    secret = new_secret()
    with Receiver(answers.status(200, b"thanks")) as receiver:
        headers = signed_headers("msg_1", now(), BODY, [secret])
        outcome = only(
            send_all(sender, [Outgoing("dlv_1", receiver.url("/hook?a=b"), headers, BODY)])
        )
    assert (outcome.key, outcome.ok, outcome.status, outcome.code) == ("dlv_1", True, 200, None)
    assert outcome.body == b"thanks"
    (request,) = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/hook?a=b", BODY)
    Webhook(secret).verify(request.body, request.headers)


def test_the_request_carries_what_is_promised_and_nothing_more(sender: Sender) -> None:
    with Receiver(answers.status(204)) as receiver:
        list(send_all(sender, [to(receiver.url())]))
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
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
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
    script: Script, code: str, status: int | None
) -> None:
    limits = SHORT if code == "timeout" else LIMITS
    with Sender(LOOPBACK, limits) as sender:
        outcome = attempt(sender, script)
    assert outcome.duration_ms < 1000 * limits.total_s + 500
    assert not outcome.ok
    assert outcome.code == code
    assert outcome.status == status
    assert len(outcome.body) <= LIMITS.body_bytes


class TestAnswersThatAreTooLong:
    def test_a_yes_without_end_is_a_yes_and_cut_off(self, sender: Sender) -> None:
        outcome = attempt(sender, answers.endless_body)
        assert (outcome.ok, outcome.status) == (True, 200)
        assert len(outcome.body) == LIMITS.body_bytes
        assert outcome.duration_ms < 1000 * LIMITS.total_s

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
