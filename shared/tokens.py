"""Access tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037) by `identity`."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt import PyJWK

from shared.errors import Unauthenticated, Unavailable

ALGORITHM = "EdDSA"
REQUIRED_CLAIMS = ["iss", "aud", "sub", "org", "org_kind", "scope", "exp", "iat", "jti"]
LEEWAY_SECONDS = 5


class TokenExpired(Unauthenticated):
    """The access token has expired; ask for a new one."""

    code = "token-expired"


class TokenInvalid(Unauthenticated):
    """The access token is not valid here."""

    code = "token-invalid"


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key with the id under which its public half is published."""

    kid: str
    private: Any  # cryptography's Ed25519PrivateKey, untyped in PyJWT

    def sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self.private, ALGORITHM, headers={"kid": self.kid})


def service_secret(service_key: bytes, client_id: str) -> str:
    """Return the secret by which a service authenticates at `identity`; it is never stored."""
    return hmac.new(service_key, client_id.encode(), hashlib.sha256).hexdigest()


class PublicKeys:
    """The keys of `identity`, fetched from its JWKS and kept for a while.

    An unknown key id makes it fetch again, at most every few seconds, so that tokens of strangers
    cannot cause a flood of requests.
    """

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, Any]],
        *,
        keep_seconds: float = 300,
        patience_seconds: float = 5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._monotonic = fetch, monotonic
        self._keep, self._patience = keep_seconds, patience_seconds
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str) -> PyJWK | None:
        age = self._monotonic() - self._fetched_at
        if age > self._keep or (kid not in self._keys and age > self._patience):
            self._refresh(age)
        return self._keys.get(kid)

    def _refresh(self, age_seen: float) -> None:
        with self._lock:
            if self._monotonic() - self._fetched_at < min(age_seen, self._patience):
                return  # Another thread has just done it.
            try:
                keys = self._fetch()["keys"]
            except Unavailable:
                if not self._keys:
                    raise
                return  # The known keys stay valid while identity is away.
            self._keys = {key["kid"]: PyJWK(key) for key in keys}
            self._fetched_at = self._monotonic()


class TokenVerifier:
    """Checks tokens: returns their claims, or raises ``TokenExpired`` or ``TokenInvalid``."""

    def __init__(
        self, keys: PublicKeys, issuer: str, audience: str, now: Callable[[], datetime]
    ) -> None:
        self._keys, self._issuer, self._audience, self._now = keys, issuer, audience, now

    def claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(str(header.get("kid", "")))
            if key is None or header.get("alg") != ALGORITHM:
                raise TokenInvalid("The token is not signed with a key of this installation.")
            return self._decoded(token, key)
        except jwt.PyJWTError as error:
            raise TokenInvalid(f"The token was refused: {error}.") from error
        except (RecursionError, ValueError) as error:
            # PyJWT does not catch the errors of its JSON reader for depths and numbers.
            raise TokenInvalid("The token was refused: it cannot be read.") from error

    def _decoded(self, token: str, key: PyJWK) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=self._issuer,
            audience=self._audience,
            # Tests set the clock, so the dates are checked below.
            options={"require": REQUIRED_CLAIMS, "verify_exp": False, "verify_iat": False},
        )
        self._check_dates(claims["iat"], claims["exp"])
        return claims

    def _check_dates(self, issued: object, expires: object) -> None:
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise TokenInvalid("The dates of the token are not whole seconds.")
        now = self._now().timestamp()
        if now >= expires + LEEWAY_SECONDS:
            raise TokenExpired
        if now + LEEWAY_SECONDS < issued:
            raise TokenInvalid("The token is from the future; check the clocks.")
