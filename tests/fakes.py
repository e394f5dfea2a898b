"""Doubles that several tests share: a clock that stands still, and an identity of a few lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.tokens import SigningKey
from tests import seals

ORIGIN = "http://art28.test"
AUDIENCE = "art28"


class StandingClock:
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **passed: float) -> None:
        self.at += timedelta(**passed)


class FakeIdentity:
    """A WSGI app with the routes of identity that services ask, and a minter of access tokens."""

    def __init__(self, now: StandingClock) -> None:
        self._now, self._private = now, Ed25519PrivateKey.generate()
        self._organisations: dict[str, dict[str, Any]] = {}
        self.gone = False

    def add(self, org_id: str, slug: str, *kind: str, **more: Any) -> str:
        self._organisations[org_id] = {
            "id": org_id, "slug": slug, "kind": list(kind), "legal_name": slug.title(),
            "registration_number": None, "country": "DK", "address": None, **more,
        }  # fmt: skip
        return org_id

    def token(self, client_id: str, org_id: str, kinds: Iterable[str], *scopes: str) -> str:
        seconds = int(self._now().timestamp())
        return SigningKey("test-key", self._private).sign({
            "iss": f"{ORIGIN}/identity", "aud": AUDIENCE, "sub": client_id, "org": org_id,
            "org_kind": list(kinds), "scope": " ".join(scopes), "jti": "tok_test",
            "iat": seconds, "exp": seconds + 900,
        })  # fmt: skip

    def __call__(self, environ: WSGIEnvironment, answer: StartResponse) -> list[bytes]:
        path = environ["PATH_INFO"].removeprefix("/identity")
        if self.gone and path.startswith("/v1/"):
            answer("502 Bad Gateway", [("Content-Type", "text/plain")])
            return [b"gone"]
        told = self._told(path) or self._sealed(path, environ)
        kind = "application/json" if told else "application/problem+json"
        answer("200 OK" if told else "404 Not Found", [("Content-Type", kind)])
        return [json.dumps(told or {"code": "not-found", "detail": "None such."}).encode()]

    def _told(self, path: str) -> dict[str, Any] | None:
        if path == "/.well-known/jwks.json":
            return {"keys": [self._public_key()]}
        if path == "/v1/token":
            return {"access_token": "of-a-service", "expires_in": 900}
        return self._organisations.get(path.removeprefix("/v1/organisations/"))

    def _sealed(self, path: str, environ: WSGIEnvironment) -> dict[str, Any] | None:
        if path != "/v1/seals":
            return None
        return seals.answer(json.loads(environ["wsgi.input"].read()))

    def _public_key(self) -> dict[str, str]:
        raw = self._private.public_key().public_bytes_raw()
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "test-key", "x": x}
