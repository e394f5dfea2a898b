"""What only a real server can get wrong: sizes, chunks, half requests; each profile is asked."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.e2e.problems import pointers, problem
from tests.e2e.running import Client, Running
from tests.e2e.story import REGISTER

pytestmark = pytest.mark.slow

CHANGES = f"{REGISTER}/changes"
JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024
# Little enough over the limit to lie in the buffers of the connection when the server hangs up.
TOO_LARGE = [MIB + 1, MIB + 70_000]


@pytest.fixture
def vendor(profile: Running) -> Client:
    return profile.client("tempus-serva")


def refused(answer: requests.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text[:300]
    assert problem(status, answer.headers, answer.content)["code"] == code


def large(size: int) -> bytes:
    return json.dumps({"reason": "x" * (size - 14)}).encode()


def in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("size", TOO_LARGE)
def test_a_body_over_one_mebibyte_is_refused_when_it_says_its_size(
    vendor: Client, size: int
) -> None:
    refused(vendor.ask("POST", CHANGES, data=large(size), headers=JSON), 413, "body-too-large")


@pytest.mark.parametrize("size", TOO_LARGE)
def test_a_body_over_one_mebibyte_is_refused_when_it_comes_in_chunks(
    vendor: Client, size: int
) -> None:
    answer = vendor.ask("POST", CHANGES, data=in_chunks(large(size)), headers=JSON)

    refused(answer, 413, "body-too-large")


def test_a_body_of_one_mebibyte_is_read(vendor: Client) -> None:
    for data in (large(MIB), in_chunks(large(MIB))):
        answer = vendor.ask("POST", CHANGES, data=data, headers=JSON)
        assert answer.status_code == 422, answer.text[:300]
        assert "/reason" in pointers(answer.json())


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"kind": "add"', "application/json", 400, "malformed-request"),
        (b'{"kind": "add", "kind": "add"}', "application/json", 400, "malformed-request"),
        (b'{"kind": NaN}', "application/json", 400, "malformed-request"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"{}", "application/json", 422, "invalid-values"),
    ],
)
def test_a_body_that_is_wrong_is_a_problem(
    vendor: Client, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = vendor.ask("POST", CHANGES, data=body, headers={"Content-Type": kind})

    refused(answer, status, code)


@pytest.mark.parametrize("path", [CHANGES, "/portal/v1/me", "/agreements/v1/agreements"])
def test_no_token_is_a_problem(profile: Running, path: str) -> None:
    answer = profile.visitor().ask("GET", path)

    refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/portal/v1/nothing", "/registry/nothing", "/identity/v1/x"])
def test_an_address_with_nothing_behind_it_is_a_problem(vendor: Client, path: str) -> None:
    refused(vendor.ask("GET", path), 404, "not-found")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02",
    ],
)
def test_what_is_no_http_gets_a_short_no_and_the_server_lives_on(
    profile: Running, vendor: Client, request_line: bytes
) -> None:
    to = urlsplit(profile.origin)
    with socket.create_connection((to.hostname or "", to.port or 0), timeout=10) as connection:
        connection.sendall(request_line)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read(4_096)

    assert b"Traceback" not in answer
    assert not answer or b" 400 " in answer.splitlines()[0] or answer.startswith(b"<html>")
    assert vendor.ask("GET", CHANGES).status_code == 200


@pytest.mark.parametrize("size", [100_000, MIB + 70_000, 3 * MIB])
def test_a_refusal_before_the_body_is_read_costs_the_next_request_nothing(
    profile: Running, size: int
) -> None:
    with requests.Session() as session:
        for _ in range(5):
            refusal = session.post(
                f"{profile.origin}/identity/v1/organisations",
                data=large(size),
                headers={**JSON, "Authorization": "Bearer none"},
                timeout=20,
            )
            after = session.get(f"{profile.origin}/identity/healthz", timeout=20)

            assert refusal.status_code in (401, 413)
            assert after.status_code == 200
