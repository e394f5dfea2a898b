"""The token endpoint speaks RFC 6749: what is said once, by one way, gets a token."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from werkzeug.test import Client, TestResponse

from tests.stack import Stack
from tests.vendor import new_client

TOKEN = "/identity/v1/token"
FORM = "application/x-www-form-urlencoded"
GRANT = ("grant_type", "client_credentials")
SERVICE = "cli_service_registry"


@pytest.fixture
def made(stack: Stack) -> dict[str, Any]:
    return new_client(stack, "oauth", ["processor"], ["registry:read", "registry:write"])


def ask(
    stack: Stack, *pairs: tuple[str, str], query: str = "", basic: str | None = None, **more: Any
) -> TestResponse:
    headers = {} if basic is None else {"Authorization": basic}
    body = more.pop("raw", urlencode(pairs))
    return Client(stack.wsgi).post(
        f"{TOKEN}?{query}", data=body, content_type=FORM, headers=headers, **more
    )


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def of(made: dict[str, Any]) -> list[tuple[str, str]]:
    return [("client_id", made["client_id"]), ("client_secret", made["client_secret"])]


def refused(answer: TestResponse, status: int, error: str) -> None:
    told = answer.get_json()
    assert answer.content_type == "application/json", "RFC 6749 §5.2; libraries read no other"
    assert (answer.status_code, told["error"]) == (status, error), told
    assert told["status"] == status
    assert told["code"]
    assert told["error_description"].isascii()
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_what_the_endpoint_does_not_know_is_ignored(stack: Stack, made: dict[str, Any]) -> None:
    more = [("audience", "a"), ("resource", "https://b.example"), ("colour", "é")]

    assert ask(stack, GRANT, *of(made), *more).status_code == 200
    assert ask(stack, GRANT, *of(made), query="colour=blue").status_code == 200


def test_a_parameter_without_a_value_is_none(stack: Stack, made: dict[str, Any]) -> None:
    answer = ask(stack, GRANT, *of(made), ("scope", ""))

    assert answer.get_json()["scope"] == "registry:read registry:write"


def test_basic_credentials_are_form_encoded(stack: Stack, made: dict[str, Any]) -> None:
    plain = basic(made["client_id"], made["client_secret"])
    encoded = basic(made["client_id"].replace("_", "%5F"), quote_plus(made["client_secret"]))

    assert ask(stack, GRANT, basic=plain).status_code == 200
    assert ask(stack, GRANT, basic=encoded).status_code == 200


@pytest.mark.parametrize("twice", ["grant_type", "client_id", "client_secret", "scope", "colour"])
@pytest.mark.parametrize("alike", [True, False])
def test_nothing_is_said_twice_in_the_body(
    stack: Stack, made: dict[str, Any], twice: str, *, alike: bool
) -> None:
    said = dict([GRANT, *of(made), ("scope", "registry:read"), ("colour", "blue")])
    other = said[twice] if alike else "other"

    refused(ask(stack, *said.items(), (twice, other)), 400, "invalid_request")


@pytest.mark.parametrize("named", ["grant_type", "client_id", "client_secret", "scope"])
def test_nothing_is_said_in_the_address(stack: Stack, made: dict[str, Any], named: str) -> None:
    said = dict([GRANT, *of(made), ("scope", "registry:read")])
    query = urlencode({named: said[named]})

    refused(ask(stack, *said.items(), query=query), 400, "invalid_request")
    del said[named]
    refused(ask(stack, *said.items(), query=query), 400, "invalid_request")


@pytest.mark.parametrize(
    "again", [("client_id",), ("client_secret",), ("client_id", "client_secret")]
)
def test_a_client_proves_itself_by_one_way(
    stack: Stack, made: dict[str, Any], again: tuple[str, ...]
) -> None:
    header = basic(made["client_id"], made["client_secret"])
    body = [pair for pair in of(made) if pair[0] in again]

    refused(ask(stack, GRANT, *body, basic=header), 400, "invalid_request")
    refused(ask(stack, GRANT, basic=f"{header}, {header}"), 401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ("", 400, "invalid_request"),
        ("grant_type=", 400, "invalid_request"),
        ("grant_type=password", 400, "unsupported_grant_type"),
        ("grant_type=authorization_code&code=x", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=cli_x&client_secret=y", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=%FF&client_secret=y", 400, "invalid_request"),
        ("grant_type=client_credentials&" + "&".join(f"a{n}=b" for n in range(99)), 400,
         "invalid_request"),
        (f"grant_type=client_credentials&client_id={SERVICE}&client_secret=%C3%A9", 401,
         "invalid_client"),
        (f"grant_type=client_credentials&client_id={SERVICE}&client_secret=%00", 401,
         "invalid_client"),
        ("grant_type=client_credentials&client_id=%00&client_secret=%F0%9F%A6%8A", 401,
         "invalid_client"),
    ],
)  # fmt: skip
def test_refusals_are_those_of_the_rfc(stack: Stack, form: str, status: int, error: str) -> None:
    refused(ask(stack, raw=form), status, error)


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !", "Basic /w==", "Basic YQ==", "Bearer x", "Digest a=b", "Basic JUZGOmE=",
     basic(SERVICE, "é"), basic(SERVICE, "%C3%A9"), basic("é", "\0"), ""],
)  # fmt: skip
def test_a_header_that_proves_nothing_is_an_unknown_client(stack: Stack, header: str) -> None:
    refused(ask(stack, GRANT, basic=header), 401, "invalid_client")


@pytest.mark.parametrize("scope", ["platform:admin", "registry:read é", "no-such", "\0"])
def test_a_scope_that_is_not_held_is_refused(
    stack: Stack, made: dict[str, Any], scope: str
) -> None:
    refused(ask(stack, GRANT, *of(made), ("scope", scope)), 400, "invalid_scope")


def test_another_kind_of_body_is_refused_in_the_same_form(stack: Stack) -> None:
    answer = Client(stack.wsgi).post(TOKEN, json={"grant_type": "client_credentials"})

    refused(answer, 415, "invalid_request")
