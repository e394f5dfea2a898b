"""An ID token is believed when the provider signed it for this sign-in, and never else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from services.identity.proofs.discovery import ALGORITHMS, usable_keys
from services.identity.proofs.id_tokens import Expected, TokenRefused, verified_claims
from tests.provider import EC, OTHER_RSA, RSA, public_key_as_secret, signed

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
AT = int(NOON.timestamp())
ISSUER = "https://login.nordbo.example"
EXPECTED = Expected(ISSUER, "art28", "nonce-1", ALGORITHMS)
CLAIMS = {"iss": ISSUER, "aud": "art28", "sub": "1", "exp": AT + 300, "iat": AT, "nonce": "nonce-1"}
HEADER = {"alg": "RS256", "kid": "one"}
PUBLISHED = (RSA, EC)


def claims_of(
    token: object,
    keys: Sequence[Key] = PUBLISHED,
    expected: Expected = EXPECTED,
) -> Mapping[str, Any]:
    return verified_claims(token, "access", expected, lambda _: keys, NOON)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (HEADER, RSA),
        ({"alg": "PS256", "kid": "one"}, RSA),
        ({"alg": "ES256", "kid": "two"}, EC),
    ],
    ids=["RS256", "PS256", "ES256"],
)
def test_a_token_of_the_provider_is_believed(header: dict[str, str], key: Key) -> None:
    assert claims_of(signed(header, CLAIMS, key))["sub"] == "1"


def test_a_token_without_a_key_id_is_believed_where_there_is_one_key() -> None:
    token = signed({"alg": "RS256"}, CLAIMS, RSA)
    assert claims_of(token, [RSA])["sub"] == "1"
    with pytest.raises(TokenRefused):
        claims_of(token, [RSA, EC])


@pytest.mark.parametrize("seconds", [-59, 0, 59])
def test_clocks_may_differ_by_less_than_a_minute(seconds: int) -> None:
    times = {"iat": AT + seconds, "nbf": AT + seconds, "exp": AT + seconds}
    assert claims_of(signed(HEADER, {**CLAIMS, **times}, RSA))


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "an issuer with a slash more": {"iss": f"{ISSUER}/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another"},
    "several audiences and no authorized party": {"aud": ["art28", "another"]},
    "another authorized party": {"azp": "another"},
    "no audience": {"aud": None},
    "an empty audience": {"aud": []},
    "expired": {"exp": AT - 61},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
    "not valid yet": {"nbf": AT + 61},
    "issued in the future": {"iat": AT + 61},
    "not issued": {"iat": None},
    "another nonce": {"nonce": "nonce-2"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "the hash of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_says_something_else_is_refused(lie: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**CLAIMS, **lie}.items() if value is not None}
    with pytest.raises(TokenRefused):
        claims_of(signed(HEADER, claims, RSA))


def test_several_audiences_need_this_one_as_authorized_party() -> None:
    claims = {**CLAIMS, "aud": ["art28", "another"], "azp": "art28"}
    assert claims_of(signed(HEADER, claims, RSA))


FORGED = {
    "no algorithm": signed({"alg": "none"}, CLAIMS, None),
    "the public key as a secret": signed(
        {"alg": "HS256", "kid": "one"}, CLAIMS, public_key_as_secret(RSA)
    ),
    "an empty secret": signed({"alg": "HS256"}, CLAIMS, b"a" * 32),
    "another key of the same id": signed(HEADER, CLAIMS, OTHER_RSA),
    "a key that nobody has published": signed({"alg": "RS256", "kid": "x"}, CLAIMS, OTHER_RSA),
    "a key in the token itself": signed(
        {"alg": "RS256", "jwk": OTHER_RSA.as_dict(private=False)}, CLAIMS, OTHER_RSA
    ),
    "a signature cut off": signed(HEADER, CLAIMS, RSA).rsplit(".", 1)[0] + ".",
    "three dots": "...",
    "five parts": "a.b.c.d.e",
    "no ASCII": "æ.ø.å",
    "a megabyte": "a" * 1_000_000,
    "an object": {"alg": "RS256"},
    "nothing": None,
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(token: object) -> None:
    with pytest.raises(TokenRefused):
        claims_of(token)


def test_an_algorithm_that_the_provider_does_not_name_is_refused() -> None:
    named = Expected(ISSUER, "art28", "nonce-1", ["ES256"])
    with pytest.raises(TokenRefused):
        claims_of(signed(HEADER, CLAIMS, RSA), expected=named)


def test_a_key_for_one_algorithm_serves_no_other() -> None:
    key = RSAKey.import_key({**RSA.as_dict(), "alg": "RS512"})
    with pytest.raises(TokenRefused):
        claims_of(signed(HEADER, CLAIMS, RSA), [key])


def test_shared_secrets_and_keys_for_encryption_are_no_keys_of_a_provider() -> None:
    members = [
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(),
        ECKey.generate_key("P-256", {"use": "enc"}).as_dict(private=False),
        {"kty": "RSA", "n": "%%", "e": "AQAB"},
        {"kty": "RSA"},
        "text",
        RSA.as_dict(private=False),
    ]
    assert [key.kid for key in usable_keys({"keys": members})] == ["one"]
    assert usable_keys([]) == usable_keys({"keys": "x"}) == ()
