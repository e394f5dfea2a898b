"""Libraries of others get a token, use it and understand a refusal, without being told our ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet
from oauthlib.oauth2 import (  # type: ignore[import-untyped]  # It has none.
    BackendApplicationClient,
    InvalidClientError,
)
from requests_oauthlib import OAuth2Session  # type: ignore[import-untyped]  # As above.

from tests.fakes import AUDIENCE, ORIGIN
from tests.serving import serving
from tests.stack import Stack
from tests.vendor import new_client

SECONDS = 10
SCOPES = ["portal:read", "portal:write"]


@pytest.fixture
def customer(stack: Stack) -> dict[str, Any]:
    return new_client(stack, "customer", ["controller"], SCOPES)


@pytest.fixture
def origin(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # oauthlib wants TLS unless it is told that this is a test.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with serving(stack.wsgi) as address:
        yield f"http://{address}"


def read(address: str) -> Any:
    answer = requests.get(address, timeout=SECONDS)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.json()


def test_authlib_gets_a_token_and_uses_it(origin: str, customer: dict[str, Any]) -> None:
    session = AuthlibSession(customer["client_id"], customer["client_secret"], scope="portal:read")
    token = session.fetch_token(f"{origin}/identity/v1/token", grant_type="client_credentials")
    assert token["scope"] == "portal:read"
    me = session.get(f"{origin}/portal/v1/me", timeout=SECONDS).json()
    assert me["client_id"] == customer["client_id"]


def test_authlib_reads_a_refusal(origin: str, customer: dict[str, Any]) -> None:
    session = AuthlibSession(customer["client_id"], "wrong")
    with pytest.raises(OAuthError) as refused:
        session.fetch_token(f"{origin}/identity/v1/token", grant_type="client_credentials")
    assert refused.value.error == "invalid_client"


def test_requests_oauthlib_gets_a_token_and_uses_it(origin: str, customer: dict[str, Any]) -> None:
    client_id = customer["client_id"]
    session = OAuth2Session(client=BackendApplicationClient(client_id, scope=["portal:read"]))
    session.fetch_token(
        f"{origin}/identity/v1/token", client_id=client_id, client_secret=customer["client_secret"]
    )
    me = session.get(f"{origin}/portal/v1/me", timeout=SECONDS).json()
    assert me["scopes"] == ["portal:read"]


def test_oauthlib_reads_a_refusal(origin: str, customer: dict[str, Any]) -> None:
    session = OAuth2Session(client=BackendApplicationClient(customer["client_id"]))
    with pytest.raises(InvalidClientError):
        session.fetch_token(
            f"{origin}/identity/v1/token", client_id=customer["client_id"], client_secret="wrong"
        )


def test_the_metadata_are_where_a_library_looks(origin: str) -> None:
    issuer = f"{ORIGIN}/identity"
    where = get_well_known_url(issuer, suffix="oauth-authorization-server")
    told = read(f"{origin}{where}")
    assert told == read(f"{origin}/.well-known/oauth-authorization-server")
    assert told["issuer"] == issuer
    assert told["token_endpoint"].removeprefix(ORIGIN) == "/identity/v1/token"
    metadata = AuthorizationServerMetadata(told)
    metadata.validate_grant_types_supported()
    metadata.validate_token_endpoint_auth_methods_supported()


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_a_token_is_one_of_rfc_9068(stack: Stack, origin: str, customer: dict[str, Any]) -> None:
    keys = KeySet.import_key_set(read(f"{origin}/identity/.well-known/jwks.json"))
    token = jwt.decode(stack.token(customer), keys, algorithms=["EdDSA"])
    assert token.header["typ"] == "at+jwt"
    assert token.claims["client_id"] == token.claims["sub"] == customer["client_id"]
    assert (token.claims["iss"], token.claims["aud"]) == (f"{ORIGIN}/identity", AUDIENCE)
    assert {"exp", "iat", "jti", "scope"} <= token.claims.keys()


def test_nobody_can_guess_the_id_of_the_next_key(origin: str) -> None:
    keys = read(f"{origin}/identity/.well-known/jwks.json")
    assert [key["kid"] for key in keys["keys"]] == [
        key.thumbprint() for key in KeySet.import_key_set(keys).keys
    ]
