"""Whose tokens are let in, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from shared.errors import Unauthenticated, Unavailable
from shared.tokens import (
    PublicKeys,
    SeenTokens,
    SigningKey,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
    TokenVerifier,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ISSUER, AUDIENCE = "https://art28.example/identity", "art28"
KEY = SigningKey("key-1", Ed25519PrivateKey.generate())
P256 = SigningKey("key-p256", ec.generate_private_key(ec.SECP256R1()), "ES256")


def jwks(*keys: SigningKey) -> dict[str, Any]:
    return {
        "keys": [
            {**OKPAlgorithm.to_jwk(key.private.public_key(), as_dict=True), "kid": key.kid}
            for key in keys
        ]
    }


def verifier(at: datetime = NOW) -> TokenVerifier:
    return TokenVerifier(PublicKeys(lambda: jwks(KEY)), ISSUER, AUDIENCE, lambda: at)


def claims(**changes: Any) -> dict[str, Any]:
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "cli_1", "org": "org_1", "org_kind": ["processor"],
        "scope": "registry:read", "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=15)).timestamp()), "jti": "tok_1", **changes,
    }  # fmt: skip


def test_it_works() -> None:
    assert verifier().claims(KEY.sign(claims()))["sub"] == "cli_1"


def test_a_token_is_signed_with_p256_as_well() -> None:
    keys = PublicKeys(lambda: {"keys": [*jwks(KEY)["keys"], _p256()]})
    both = TokenVerifier(keys, ISSUER, AUDIENCE, lambda: NOW)
    for key in (KEY, P256):
        assert both.claims(key.sign(claims()))["sub"] == "cli_1"


def test_a_key_is_not_used_for_another_algorithm_than_its_own() -> None:
    keys = PublicKeys(lambda: {"keys": [_p256()]})
    confused = SigningKey("key-p256", KEY.private, "EdDSA")
    with pytest.raises(TokenInvalid):
        TokenVerifier(keys, ISSUER, AUDIENCE, lambda: NOW).claims(confused.sign(claims()))


def _p256() -> dict[str, Any]:
    point = ECAlgorithm.to_jwk(P256.private.public_key(), as_dict=True)
    return {**point, "alg": "ES256", "kid": P256.kid}


def test_an_expired_token_is_told_as_such() -> None:
    with pytest.raises(TokenExpired):
        verifier(NOW + timedelta(hours=1)).claims(KEY.sign(claims()))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"iat": int((NOW + timedelta(hours=1)).timestamp())},
        {"exp": "soon"},
    ],
)
def test_a_wrong_issuer_audience_or_date_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier().claims(KEY.sign(claims(**changes)))


@pytest.mark.parametrize("missing", ["org", "scope", "exp", "jti", "org_kind"])
def test_a_token_without_a_required_claim_is_refused(missing: str) -> None:
    told = {name: value for name, value in claims().items() if name != missing}

    with pytest.raises(TokenInvalid):
        verifier().claims(KEY.sign(told))


def test_alg_none_is_refused() -> None:
    token = jwt.encode(claims(), "", "none", headers={"kid": "key-1"})

    with pytest.raises(TokenInvalid):
        verifier().claims(token)


def test_a_switch_to_hmac_with_the_public_key_is_refused() -> None:
    public = KEY.private.public_key().public_bytes_raw()
    token = jwt.encode(claims(), public * 2, "HS256", headers={"kid": "key-1"})

    with pytest.raises(TokenInvalid):
        verifier().claims(token)


def test_another_key_under_the_same_id_is_refused() -> None:
    forger = SigningKey("key-1", Ed25519PrivateKey.generate())

    with pytest.raises(TokenInvalid):
        verifier().claims(forger.sign(claims()))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ey.ey.ey", "é.é.é"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier().claims(token)


def test_a_new_key_is_found_without_waiting_for_the_old_ones_to_age() -> None:
    newer = SigningKey("key-2", Ed25519PrivateKey.generate())
    published, clock = [KEY], [0.0]
    keys = PublicKeys(lambda: jwks(*published), monotonic=lambda: clock[0])
    assert keys.find("key-1") is not None
    published.append(newer)
    clock[0] = 6.0

    assert keys.find("key-2") is not None


def test_unknown_key_ids_do_not_become_a_flood_of_requests() -> None:
    asked: list[int] = []

    def fetch() -> dict[str, Any]:
        asked.append(1)
        return jwks(KEY)

    keys = PublicKeys(fetch, monotonic=lambda: 0.0)
    for number in range(50):
        keys.find(f"unknown-{number}")

    assert len(asked) == 1


def test_known_keys_go_on_being_good_while_identity_is_away() -> None:
    clock, away = [0.0], [False]

    def fetch() -> dict[str, Any]:
        if away[0]:
            raise Unavailable
        return jwks(KEY)

    keys = PublicKeys(fetch, monotonic=lambda: clock[0])
    assert keys.find("key-1") is not None
    away[0], clock[0] = True, 10_000.0

    assert keys.find("key-1") is not None


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (KEY.sign(claims(iss="https://evil.example")), "The token is of another issuer."),
        (KEY.sign(claims(aud="other")), "The token is for another audience."),
        (KEY.sign(claims(jti=None)), "The token lacks a claim that is required here."),
        ("abc", "The token cannot be read."),
        ("a.b.c", "The token cannot be read."),
        (KEY.sign(claims(sub=7)), "The token was refused."),
    ],
)
def test_the_refusal_is_in_our_own_words(token: str, why: str) -> None:
    with pytest.raises(TokenInvalid) as refused:
        verifier().claims(token)
    assert refused.value.detail == why


def test_a_token_of_a_removed_client_is_refused_and_no_other() -> None:
    keys = PublicKeys(lambda: jwks(KEY))
    judge = TokenVerifier(keys, ISSUER, AUDIENCE, lambda: NOW, {"cli_1"})
    with pytest.raises(TokenRevoked):
        judge.claims(KEY.sign(claims()))
    assert judge.claims(KEY.sign(claims(sub="cli_2")))["sub"] == "cli_2"


def test_the_token_of_a_service_is_not_looked_up() -> None:
    """Services look up with their own tokens, so that would go round in a circle."""
    keys = PublicKeys(lambda: jwks(KEY))
    judge = TokenVerifier(keys, ISSUER, AUDIENCE, lambda: NOW, {"cli_1"})
    assert judge.claims(KEY.sign(claims(org_kind=["service"])))["sub"] == "cli_1"


def test_a_token_that_was_good_ends_on_its_day_and_with_its_client() -> None:
    clock, removed = [NOW], set[str]()
    keys = PublicKeys(lambda: jwks(KEY))
    judge = TokenVerifier(keys, ISSUER, AUDIENCE, lambda: clock[0], removed)
    token, other = KEY.sign(claims()), KEY.sign(claims(sub="cli_2"))
    assert [judge.claims(each)["sub"] for each in (token, other)] == ["cli_1", "cli_2"]
    removed.add("cli_2")
    with pytest.raises(TokenRevoked):
        judge.claims(other)
    clock[0] = NOW + timedelta(hours=1)
    with pytest.raises(TokenExpired):
        judge.claims(token)


@pytest.mark.parametrize(
    "later",
    [("key-2", KEY.private), ("key-1", Ed25519PrivateKey.generate())],
    ids=("withdrawn", "another"),
)
def test_a_token_that_was_good_is_refused_once_its_key_is_withdrawn_or_another(
    later: tuple[str, Any],
) -> None:
    published, age = [KEY], [0.0]
    keys = PublicKeys(lambda: jwks(*published), monotonic=lambda: age[0])
    judge = TokenVerifier(keys, ISSUER, AUDIENCE, lambda: NOW)
    token = KEY.sign(claims())
    assert judge.claims(token)["sub"] == "cli_1"
    published[:], age[0] = [SigningKey(*later)], 301.0
    with pytest.raises(TokenInvalid):
        judge.claims(token)


def test_a_token_that_was_good_does_not_let_in_one_with_another_signature() -> None:
    judge, token = verifier(), KEY.sign(claims())
    judge.claims(token)
    head, body, _ = token.split(".")
    with pytest.raises(TokenInvalid):
        judge.claims(f"{head}.{body}.{KEY.sign(claims(sub='cli_2')).split('.')[2]}")


def test_what_a_caller_does_to_its_claims_is_not_in_those_of_the_next() -> None:
    judge, token = verifier(), KEY.sign(claims())
    for _ in range(2):
        told = judge.claims(token)
        assert told["org_kind"] == ["processor"]
        told["org_kind"].append("platform")


def test_of_tokens_that_were_seen_only_so_many_are_kept() -> None:
    find = PublicKeys(lambda: jwks(KEY)).find
    key, seen = find("key-1"), SeenTokens(most=2)
    assert key is not None
    for token in ("first", "second", "third"):
        seen.add(token, "key-1", key, {"jti": token})
    assert [seen.claims(token, find) for token in ("first", "third")] == [None, {"jti": "third"}]
