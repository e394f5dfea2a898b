"""Links, cookies and sessions that nobody was given: refused, never a fault of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from services.identity.api.cookies import FORM, SESSION
from services.identity.token_requests import EXCHANGE
from services.identity.token_requests import SESSION as SESSION_KIND
from tests.people import exchange
from tests.stack import Stack

BAD = {
    "empty": "", "nothing": "-", "long": "A" * 3_000, "nul": "a\x00b", "line": "a\r\nSet-Cookie: b",
    "unicode": "å\u202e\U0001f40b", "path": "../../v1/people", "mongo": '{"$ne": null}',
    "dollar": "$where", "jwt": "eyJhbGciOiJub25lIn0.e30.", "id": "ses_01a22ab03c22725481c09ec5419d",
}  # fmt: skip
RAW = {"bytes": "%FF%FE", "half": "%E2%82", "twice": "%2500"}


@pytest.mark.parametrize("path", ["/identity/sign-in", "/identity/invitation"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", [*(quote(each, safe="") for each in BAD.values()),
                                   *RAW.values()], ids=[*BAD, *RAW])  # fmt: skip
def test_a_link_that_nobody_was_sent_opens_nothing(
    stack: Stack, path: str, method: str, token: str
) -> None:
    browser = Client(stack.wsgi)
    browser.set_cookie(FORM, "x", secure=True, path="/")
    data = {"form": "x"} if method == "POST" else None
    answer = browser.open(f"{path}/{token}", method=method, data=data)
    assert answer.status_code in (200, 303, 308, 403, 404, 405, 415), answer.text
    assert browser.get_cookie(SESSION) is None
    api = stack.ask(None, "POST", f"/identity/v1/sign-in/{token}")
    assert api.status_code in (400, 404, 405, 415, 422), api.text


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_cookie_that_nobody_was_given_signs_nobody_in(stack: Stack, value: str) -> None:
    for name in (SESSION, FORM):
        sent = [(name, value), (SESSION, value)]
        cookie = "; ".join(f"{name}={quote(each, safe='')}" for name, each in sent)
        answer = raw(stack, cookie)
        assert answer.status_code == 200
        assert "You are signed in" not in answer.text


def raw(stack: Stack, cookie: str) -> Any:
    """With this very header."""
    client = Client(stack.wsgi, use_cookies=False)
    return client.get("/identity/sign-in", headers={"Cookie": cookie})


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_session_that_nobody_has_gets_no_token(stack: Stack, value: str) -> None:
    stack.pass_time(minutes=len(value) % 50)  # Not all within the minute of one limit.
    answer = exchange(stack, value)
    assert answer.status_code in (400, 429)
    assert answer.json["error"] in ("invalid_request", "invalid_grant", "temporarily_unavailable")


@pytest.mark.parametrize(
    "form",
    [
        {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"},
        {"subject_token_type": SESSION_KIND, "subject_token": ""},
        {"actor_token": "x"},
        {},
    ],
)
def test_an_exchange_of_anything_else_is_an_invalid_request(
    stack: Stack, form: dict[str, str]
) -> None:
    data = {"grant_type": EXCHANGE, **form}
    answer = Client(stack.wsgi).post("/identity/v1/token", data=data)
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_an_access_token_is_no_session_and_a_session_no_access_token(stack: Stack) -> None:
    token = stack.token(stack.admin)
    assert exchange(stack, token).json["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {'s' * 43}"}
    assert stack.ask(None, "GET", "/identity/v1/sessions", headers=bearer).status_code == 401
