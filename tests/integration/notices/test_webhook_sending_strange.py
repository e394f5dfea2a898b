"""Answers that readers of HTTP take differently: only a plain final 2xx is a yes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.notices.channels.webhook import Sender
from tests.hostile import answers
from tests.hostile.sending import LIMITS, LOOPBACK, SHORT, attempt
from tests.hostile.server import Script

OK = "HTTP/1.1 200 OK\r\n"
LENGTH = 16 * 1024


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(LOOPBACK, LIMITS) as made:
        yield made


def with_status_line(line: str) -> Script:
    return answers.raw(f"{line}\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    "line",
    [
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200",
        "HTTP/1.1 200 \x1b[31m\xff",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 205 Reset",
    ],
)
def test_it_works(sender: Sender, line: str) -> None:
    assert attempt(sender, with_status_line(line)).ok


@pytest.mark.parametrize(
    "line",
    [
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 200x OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 -200 OK",
        "HTTP/1.1 +200 OK",
        "HTTP/1.1 020 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/2 200 OK",
        "HTTP/3.0 200 OK",
        "HTTP/11 200 OK",
        "http/1.1 200 OK",
        "ICY 200 OK",
        "RTSP/1.0 200 OK",
        "PRI * HTTP/2.0",
    ],
)
def test_a_status_line_is_read_in_one_way_or_not_at_all(sender: Sender, line: str) -> None:
    outcome = attempt(sender, with_status_line(line))
    assert (outcome.ok, outcome.code, outcome.status) == (False, "bad_response", None)


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: 2, 3",
        "Content-Length: +2",
        "Content-Length: 0x2",
        "Content-Length: 99999999999999999999999",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "no colon at all",
        "X-Return: a\rb",
    ],
)
def test_a_header_that_hides_where_the_answer_ends_spoils_it(sender: Sender, header: str) -> None:
    outcome = attempt(sender, answers.raw(f"{OK}{header}\r\n\r\nok"))
    assert (outcome.ok, outcome.code) == (False, "bad_response")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (answers.endless_trailers, "bad_response"),
        (answers.endless_line("HTTP/1.1 200 "), "bad_response"),
        (answers.endless_line(f"{OK}X-Long: "), "bad_response"),
        (answers.endless_folding, "bad_response"),
        (answers.endless_chunk_extension, "timeout"),
    ],
)
def test_what_has_no_end_is_cut_off(script: Script, code: str) -> None:
    with Sender(LOOPBACK, SHORT) as sender:
        outcome = attempt(sender, script)
    assert (outcome.ok, outcome.code) == (False, code)
    assert outcome.duration_ms < 1500


class TestTrailers:
    @pytest.mark.parametrize("trailer", ["HTTP/1.1 200 OK: x", "HTTP/1.1: 200", "X-Any: yes"])
    def test_none_is_taken_for_another_answer(self, sender: Sender, trailer: str) -> None:
        assert attempt(sender, answers.chunked(500, trailer)).code == "http_500"
        assert attempt(sender, answers.chunked(200, trailer)).ok

    def test_none_says_when_to_come_back_or_where_to_go(self, sender: Sender) -> None:
        told = ("Retry-After: 99999", "Location: http://10.0.0.1/", "Content-Length: 7")
        outcome = attempt(sender, answers.chunked(503, *told))
        assert (outcome.code, outcome.retry_after_s, outcome.location) == ("http_503", None, None)


def test_an_interim_answer_says_nothing_of_the_final_one(sender: Sender) -> None:
    early = "HTTP/1.1 103 Early Hints\r\nRetry-After: 99\r\nLocation: /x\r\n\r\n"
    outcome = attempt(sender, answers.raw(f"{early}HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"))
    assert (outcome.code, outcome.retry_after_s, outcome.location) == ("http_503", None, None)


def test_what_follows_the_answer_is_not_read(sender: Sender) -> None:
    second = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    assert attempt(sender, answers.raw(f"{OK}Content-Length: 0\r\n\r\n{second}")).ok


BODY = f"{OK}Content-Length: 99999\r\n\r\n".encode() + b"x" * LENGTH


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (answers.reset_after(b"HTTP/1.1 20"), "connection_reset"),
        (answers.reset_after(OK.encode() + b"X: "), "connection_reset"),
        (answers.reset_after(OK.encode() + b"Content-Length: 2\r\n\r\n"), "connection_reset"),
        (answers.reset_after(OK.encode() + b"\r\nno length"), "connection_reset"),
        (answers.reset_after(BODY), "connection_reset"),
        (answers.raw(f"{OK}Transfer-Encoding: chunked\r\n\r\n10\r\nab"), "connection_reset"),
        (answers.raw(f"{OK}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), "connection_reset"),
        (answers.stall_after(BODY), "timeout"),
        (answers.reset_after(BODY + b"x"), None),
    ],
)
def test_broken_off_in_any_phase_it_is_no_yes_unless_enough_was_read(
    script: Script, code: str | None
) -> None:
    with Sender(LOOPBACK, SHORT) as sender:
        outcome = attempt(sender, script)
    assert outcome.code == code
    assert len(outcome.body) <= LENGTH
