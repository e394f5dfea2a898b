"""A service that is away is named: to the caller, and once in the log with what was asked."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from structlog.testing import capture_logs

from shared.errors import Conflict, Unavailable
from shared.peers import PeerUnavailable, ServiceClient

BASE = "http://registry.test/registry"


class Answering(BaseAdapter):
    """A transport that answers every request alike, or fails as the network does."""

    def __init__(
        self, status: int = 200, body: bytes = b"{}", fault: Exception | None = None
    ) -> None:
        super().__init__()
        self._status, self._body, self._fault = status, body, fault

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if self._fault:
            raise self._fault
        response = requests.Response()
        response.status_code, response._content = self._status, self._body
        response.request, response.url = request, request.url or ""
        return response

    def close(self) -> None:
        """There is nothing to close."""


def client(**answer: Any) -> ServiceClient:
    return ServiceClient("registry", BASE, None, Answering(**answer))


NOT_THERE = [
    ({"fault": requests.ConnectionError("refused")}, None, "ConnectionError"),
    ({"fault": requests.ReadTimeout("slow")}, None, "ReadTimeout"),
    ({"status": 500, "body": b'{"code": "internal-error", "detail": "Oh"}'}, 500, "its answer"),
    (
        {"status": 503, "body": b'{"code": "temporarily-unavailable", "detail": "-"}'},
        503,
        "its answer",
    ),
    ({"status": 401, "body": b'{"code": "token-invalid", "detail": "-"}'}, 401, "its answer"),
    ({"status": 404, "body": b"<h1>Not Found</h1>"}, 404, "its answer"),
]


@pytest.mark.parametrize(("answer", "status", "cause"), NOT_THERE)
def test_a_peer_that_is_away_is_named_and_logged_once(
    answer: dict[str, Any], status: int | None, cause: str
) -> None:
    with capture_logs() as lines, pytest.raises(PeerUnavailable) as caught:
        client(**answer).get("/v1/processors/acme", {"cursor": "secret-of-a-query"})
    assert "registry" in caught.value.detail
    assert (caught.value.status, caught.value.code) == (503, Unavailable.code)
    assert lines == [
        {
            "event": "peer.unavailable",
            "log_level": "warning",
            "peer": "registry",
            "method": "GET",
            "url": f"{BASE}/v1/processors/acme",
            "status": status,
            "cause": cause,
        }
    ]


def test_a_refusal_of_what_was_asked_is_that_refusal_and_is_not_logged() -> None:
    refusal = {"status": 409, "body": b'{"code": "conflict", "detail": "Not now."}'}
    with capture_logs() as lines, pytest.raises(Conflict, match="Not now"):
        client(**refusal).post("/v1/things", {})
    assert lines == []
