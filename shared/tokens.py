"""Access tokens: JWTs (RFC 7519) that `identity` signs with Ed25519 (RFC 8037) or P-256."""

from __future__ import annotations

import copy
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import jwt
import structlog
from jwt import PyJWK

from shared.errors import DomainError, Unauthenticated, Unavailable
from shared.times import format_instant, parse_instant

log = structlog.get_logger()

Algorithm = Literal["EdDSA", "ES256"]
# Every service takes both, whichever the installation signs with (decision 0088).
ALGORITHMS: tuple[Algorithm, ...] = ("EdDSA", "ES256")
# The type of an access token (RFC 9068 §2.1), so that no other JWT can pass for one.
TYPE = "at+jwt"
REQUIRED_CLAIMS = ["iss", "aud", "sub", "org", "org_kind", "scope", "exp", "iat", "jti"]
# What a token ends with: its client or person, the session, the membership (decision 0055).
ENDS_WITH = ("sub", "sid", "mbr")
LEEWAY_SECONDS = 5
MOST_SEEN = 1_024
UNREADABLE = "The token cannot be read."
# How long a removed client's tokens may go on; and how far one look goes back behind the last, for
# removals that are written side by side.
REMOVED_KEPT_SECONDS = 5.0
REMOVED_OVERLAP = timedelta(seconds=30)
# What is wrong with a token, in our own words; a library's are its own affair.
REFUSALS: Sequence[tuple[type[jwt.PyJWTError], str]] = (
    (jwt.InvalidIssuerError, "The token is of another issuer."),
    (jwt.InvalidAudienceError, "The token is for another audience."),
    (jwt.MissingRequiredClaimError, "The token lacks a claim that is required here."),
    (jwt.InvalidSignatureError, "The signature of the token is not good."),
    (jwt.ImmatureSignatureError, "The token is not good yet."),
    (jwt.DecodeError, UNREADABLE),
)


class TokenExpired(Unauthenticated):
    """The access token has expired; ask for a new one."""

    code = "token-expired"


class TokenRevoked(Unauthenticated):
    """The client of this access token was removed, or the person's session or membership ended."""

    code = "token-revoked"


class TokenInvalid(Unauthenticated):
    """The access token is not valid here."""

    code = "token-invalid"


@dataclass(frozen=True)
class SigningKey:
    """A private key, of Ed25519 or P-256 as ``algorithm`` says, with the id of its public half."""

    kid: str
    private: Any  # cryptography's private key, untyped in PyJWT
    algorithm: Algorithm = "EdDSA"

    def sign(self, claims: Mapping[str, Any]) -> str:
        headers = {"kid": self.kid, "typ": TYPE}
        return jwt.encode(dict(claims), self.private, self.algorithm, headers=headers)


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


class RemovedClients:
    """The clients that were removed while tokens of theirs may live, asked of `identity` every few
    seconds; each time only for those removed since.

    ``fetch`` is given the instant to begin at, None for all, and answers
    ``{items: [{client_id, removed_at}], token_seconds}``. While identity is away the list stays.
    """

    def __init__(
        self,
        fetch: Callable[[str | None], Mapping[str, Any]],
        *,
        keep_seconds: float = REMOVED_KEPT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._keep, self._monotonic = fetch, keep_seconds, monotonic
        self._removed: dict[str, datetime] = {}
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def __contains__(self, client_id: object) -> bool:
        # One thread asks; the others use what is known, because identity may be slow.
        if self._monotonic() - self._fetched_at > self._keep and self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()
        return client_id in self._removed

    def _refresh(self) -> None:
        newest = max(self._removed.values(), default=None)
        self._fetched_at = self._monotonic()
        try:
            answer = self._fetch(format_instant(newest - REMOVED_OVERLAP) if newest else None)
        except DomainError as error:
            log.warning("tokens.removed_unknown", error=type(error).__name__)
            return
        known = self._removed | {
            removal["client_id"]: parse_instant(removal["removed_at"])
            for removal in answer["items"]
        }
        lives = timedelta(seconds=answer["token_seconds"] + LEEWAY_SECONDS)
        latest = max(known.values(), default=None)
        # A client whose last token has ended by the newest removal is forgotten.
        self._removed = {name: at for name, at in known.items() if latest and latest - at <= lives}


class SeenTokens:
    """Tokens whose signatures were good, and under which key each was.

    The same bytes under the same key stay signed, so nothing here can become wrong. What may change
    is not remembered: the keys, the dates, who was removed. Holds digests, not the tokens.
    """

    def __init__(self, most: int = MOST_SEEN) -> None:
        self._most = most
        self._seen: dict[bytes, tuple[str, PyJWK, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def claims(self, token: str, find: Callable[[str], PyJWK | None]) -> dict[str, Any] | None:
        """The claims of a token that was seen, if ``find`` still gives the key it was good under;
        else None."""
        seen = self._seen.get(_digest(token))
        if seen is None or find(seen[0]) is not seen[1]:
            return None
        return copy.deepcopy(seen[2])

    def add(self, token: str, kid: str, key: PyJWK, claims: Mapping[str, Any]) -> None:
        with self._lock:
            if len(self._seen) >= self._most:
                del self._seen[next(iter(self._seen))]
            self._seen[_digest(token)] = (kid, key, copy.deepcopy(dict(claims)))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


class TokenVerifier:
    """Reads the claims of a token. Raises ``TokenExpired``, ``TokenInvalid`` or ``TokenRevoked``.

    ``removed``: the clients whose tokens have ended before their time.
    """

    def __init__(
        self,
        keys: PublicKeys,
        issuer: str,
        audience: str,
        now: Callable[[], datetime],
        removed: Container[str] = (),
    ) -> None:
        self._keys, self._issuer, self._audience, self._now = keys, issuer, audience, now
        self._removed = removed
        self._seen = SeenTokens()

    def claims(self, token: str) -> dict[str, Any]:
        claims = self._seen.claims(token, self._keys.find) or self._signed(token)
        self._check_dates(claims["iat"], claims["exp"])
        # Services have no clients that could be removed, and ask with tokens themselves.
        if "service" not in claims["org_kind"] and self._has_ended(claims):
            raise TokenRevoked
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        """The claims of a token that this installation has signed, whenever it ends."""
        try:
            header = jwt.get_unverified_header(token)
            kid = str(header.get("kid", ""))
            key = self._keys.find(kid)
            if key is None or not _fits(key, header.get("alg")):
                raise TokenInvalid("The token is not signed with a key of this installation.")
            claims = self._decoded(token, key)
        except jwt.PyJWTError as error:
            log.debug("token.refused", error=type(error).__name__, why=str(error)[:200])
            raise TokenInvalid(_why(error)) from error
        except (RecursionError, ValueError) as error:
            # PyJWT lets through what its JSON reader says of depths and numbers.
            raise TokenInvalid(UNREADABLE) from error
        self._seen.add(token, kid, key, claims)
        return claims

    def _has_ended(self, claims: Mapping[str, Any]) -> bool:
        return any(claims.get(name) in self._removed for name in ENDS_WITH)

    def _decoded(self, token: str, key: PyJWK) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=self._issuer,
            audience=self._audience,
            # Tests set the clock, so the dates are checked below.
            options={"require": REQUIRED_CLAIMS, "verify_exp": False, "verify_iat": False},
        )
        return claims

    def _check_dates(self, issued: object, expires: object) -> None:
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise TokenInvalid("The dates of the token are not whole seconds.")
        now = self._now().timestamp()
        if now >= expires + LEEWAY_SECONDS:
            raise TokenExpired
        if now + LEEWAY_SECONDS < issued:
            raise TokenInvalid("The token is from the future; check the clocks.")


def _fits(key: PyJWK, algorithm: object) -> bool:
    """Whether a token says the algorithm of its key: a key is never used for another."""
    return algorithm in ALGORITHMS and algorithm == key.algorithm_name


def _why(error: jwt.PyJWTError) -> str:
    return next(
        (why for kind, why in REFUSALS if isinstance(error, kind)), "The token was refused."
    )
