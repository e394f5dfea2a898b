"""Bytes that are no proper request: what the edge and the services answer, in both profiles."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.running import TIMEOUT, Running

pytestmark = pytest.mark.slow

HOST = b"Host: dpa.example\r\n"
GET = b"GET /p/tempus-serva HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
DOORS = ("/identity/v1/token", "/registry/v1/processors/tempus-serva/changes", "/p/tempus-serva")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json", self
        problem = json.loads(self.body)
        assert {"type", "title", "status", "code", "detail", "request_id"} <= set(problem)
        assert problem["status"] == self.status
        assert problem["type"] == f"urn:art28:problem:{problem['code']}"
        assert problem["request_id"] == self.headers["x-request-id"] != ""
        return dict(problem)


def send(profile: Running, request: bytes) -> Answer:
    """What these bytes are answered, up to the end of the first answer."""
    parts = urlsplit(profile.origin)
    received = b""
    with socket.create_connection((parts.hostname, parts.port or 0), TIMEOUT) as connection:
        connection.sendall(request)
        while not whole(received) and (more := connection.recv(65_536)):
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(first.split()[1]), headers, body.decode())


def whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "chunks",
    [b"ZZ\r\nabc\r\n0\r\n\r\n", b"0x1\r\na\r\n0\r\n\r\n", b"1;a\nb\r\na\r\n0\r\n\r\n",
     b"5\r\nabcdefgh\r\n0\r\n\r\n", b"-1\r\na\r\n0\r\n\r\n", b"fffffffffffffffff\r\na\r\n0\r\n\r\n",
     b"\r\na\r\n0\r\n\r\n", b"1\r\naXX0\r\n\r\n", b"1\na\n0\n\n"],
    ids=repr,
)  # fmt: skip
def test_a_broken_chunk_is_a_malformed_request(profile: Running, door: str, chunks: bytes) -> None:
    answer = send(profile, f"POST {door} HTTP/1.1\r\n".encode() + HOST + CHUNKED + chunks)

    assert (answer.status, answer.problem["code"]) == (400, "malformed-request")


@pytest.mark.parametrize("size", [4_001, 5_000, 20_000, 500_000])
@pytest.mark.parametrize("start", ["/p/", "/p/tempus-serva?q=", "/identity/", "/registry/v1/"])
def test_an_address_over_4000_characters_is_refused(
    profile: Running, start: str, size: int
) -> None:
    target = start.encode().ljust(size, b"a")

    answer = send(profile, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")

    assert (answer.status, answer.problem["code"]) == (414, "uri-too-long")


def test_an_address_of_4000_characters_is_read(profile: Running) -> None:
    target = b"/p/".ljust(4_000, b"a")

    answer = send(profile, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")

    assert (answer.status, answer.problem["code"]) == (404, "not-found")


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE", b"PROPFIND", b"x" * 40])
def test_a_method_that_nothing_here_knows_is_refused(profile: Running, method: bytes) -> None:
    answer = send(profile, method + GET.removeprefix(b"GET") + b"\r\n")

    assert (answer.status, answer.problem["code"]) == (405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path", ["/p/../identity/v1/token", "/identity/..%2fp/x", "/p/%2e%2e/x", "/./p/x", "/p/x/.."]
)
def test_an_address_with_dots_that_climb_leads_nowhere(profile: Running, path: str) -> None:
    answer = send(profile, f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")

    assert (answer.status, answer.problem["code"]) == (404, "not-found")


# Go, the language of the edge, refuses these before any of our words is reached (decision 0023).
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"G(T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /p/%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (GET + HOST + b"\r\n", 400),
        (GET + b"no colon\r\n\r\n", 400),
        (GET + b"A : b\r\n\r\n", 400),
        (GET + b"A: b\x00c\r\n\r\n", 400),
        (GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (GET + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/3.7\r\n" + HOST + b"\r\n", 505),
        (GET + b"Expect: 200-ok\r\n\r\n", 417),
        (GET + b"A: " + b"a" * 900_000 + b"\r\n\r\n", 431),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_what_is_no_http_is_refused_without_html(
    profile: Running, request_: bytes, status: int
) -> None:
    answer = send(profile, request_)

    assert answer.status == status
    assert "<" not in answer.body
    assert answer.headers["connection"] == "close"


def test_two_lengths_never_become_two_requests(profile: Running) -> None:
    """With a length and chunks, the chunks count, and the services see them alone (RFC 9112)."""
    smuggled = b"GET /identity/healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    head = b"POST /p/tempus-serva HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n" + CHUNKED

    answer = send(profile, head + b"0\r\n\r\n")
    again = send(profile, head + f"{len(smuggled):x}\r\n".encode() + smuggled + b"\r\n0\r\n\r\n")

    assert (answer.status, again.status) == (405, 405)
