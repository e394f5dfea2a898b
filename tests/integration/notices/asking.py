"""Asking the notices app over HTTP with tokens of an identity of our own."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, request
from flask.testing import FlaskClient

from shared.auth import ON_BEHALF_OF
from shared.in_process import WSGITransport
from shared.tokens import SigningKey
from tests import seals
from tests.answers import Answer
from tests.integration.notices.world import Clock


@dataclass
class Identity:
    """Signs tokens and publishes its key, as ``identity`` does."""

    clock: Clock = field(default_factory=Clock)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def transport(self) -> WSGITransport:
        app = Flask("identity")
        x = base64.urlsafe_b64encode(self.key.public_key().public_bytes_raw())
        jwk = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "k"}

        @app.get("/identity/.well-known/jwks.json")
        def keys() -> dict[str, Any]:
            return {"keys": [{**jwk, "x": x.rstrip(b"=").decode()}]}

        @app.post("/identity/v1/token")
        def token() -> dict[str, Any]:
            return {"access_token": "of-a-service", "expires_in": 900}

        @app.post("/identity/v1/seals")
        def seal() -> dict[str, Any]:
            return seals.answer(request.get_json())

        transport = WSGITransport()
        transport.mount(app)
        return transport

    def token(self, org: str, kind: str, *scopes: str) -> str:
        at = self.clock()
        claims = {
            "iss": "http://127.0.0.1:8280/identity",
            "aud": "art28",
            "sub": f"cli_of_{org}",
            "org": org,
            "org_kind": [kind],
            "scope": " ".join(scopes),
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(minutes=5)).timestamp()),
            "jti": "tok_1",
        }
        return SigningKey("k", self.key).sign(claims)


@dataclass
class Asker:
    """One who asks, with the headers that say who it is."""

    client: FlaskClient
    headers: dict[str, str]

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.open(
            f"/v1{path}", method=method, json=body, headers={**self.headers, **named}
        )
        return cast("Answer", answer)


@dataclass
class Door:
    app: Flask
    identity: Identity

    def asker(self, org: str, kind: str, *scopes: str, behalf: str = "") -> Asker:
        headers = {"Authorization": f"Bearer {self.identity.token(org, kind, *scopes)}"}
        if behalf:
            headers[ON_BEHALF_OF] = behalf
        return Asker(self.app.test_client(), headers)

    def customer(self, name: str) -> Asker:
        """As the portal asks for a customer."""
        scope = "notices:customer"
        return self.asker("org_service_portal", "service", scope, behalf=f"org_{name}")

    def vendor(self, org: str = "org_vendor") -> Asker:
        return self.asker(org, "processor", "notices:read")

    def relay(self) -> Asker:
        return self.asker("org_service_registry", "service", "notices:entries")
