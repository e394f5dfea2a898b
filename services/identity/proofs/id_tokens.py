"""Which ID tokens are believed: OpenID Connect Core §3.1.3.7, RFC 8725."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.errors import DomainError
from shared.strict_json import parse_json

if TYPE_CHECKING:
    from joserfc.jwk import GuestProtocol, Key

LEEWAY_SECONDS = 60
LONGEST_TOKEN = 32 * 1024
Keys = Callable[[str | None], Sequence["Key"]]


class TokenRefused(Exception):
    """The token proves nothing; the text says why, for the log."""


@dataclass(frozen=True)
class Expected:
    """What the token of one sign-in must say. ``algorithms``: those that may sign it."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]


def verified_claims(
    token: object, access_token: object, expected: Expected, keys: Keys, now: datetime
) -> Mapping[str, Any]:
    """The claims of a token that the provider has signed for this sign-in. ``keys``: those of the
    provider that may have the id, asked for once. Raises ``TokenRefused``."""
    from joserfc import jws
    from joserfc.errors import JoseError

    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise TokenRefused("no token, or one that is too long")
    try:
        signed = jws.deserialize_compact(
            token, lambda header: _key(header, keys), algorithms=list(expected.algorithms)
        )
        claims = parse_json(signed.payload)
        _check(claims, signed.headers(), access_token, expected, int(now.timestamp()))
    except (JoseError, ValueError, TypeError, DomainError) as error:
        raise TokenRefused(f"{type(error).__name__}: {error}"[:200]) from error
    return dict(claims)


def _check(claims: Any, header: Any, access_token: object, expected: Expected, now: int) -> None:
    from authlib.oidc.core import CodeIDToken

    if not isinstance(claims, dict):
        raise TokenRefused("no object")
    CodeIDToken(
        claims,
        header,
        {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        {
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": access_token if isinstance(access_token, str) else None,
        },
    ).validate(now, LEEWAY_SECONDS)


def _key(header: GuestProtocol, keys: Keys) -> Key:
    """The one key that has the id the token names, or the only one where it names none.

    joserfc itself would take any of several; and a key is for its own algorithm alone.
    """
    members = header.headers()
    key_id, algorithm = members.get("kid"), members.get("alg")
    if key_id is not None and not isinstance(key_id, str):
        raise TokenRefused("the key id is no text")
    fitting = [
        key
        for key in keys(key_id)
        if key_id in (None, key.kid) and key.get("alg") in (None, algorithm)
    ]
    if len(fitting) != 1:
        raise TokenRefused("no key has the id that the token names, or several have")
    return fitting[0]
