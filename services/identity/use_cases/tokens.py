"""Tokens: who proves to be a client, and with which scopes."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.identity.model.clients import ClientUnknown
from services.identity.model.scopes import SCOPES_OF_SERVICE, granted
from services.identity.token_requests import TokenRequest
from services.identity.wiring import Deps
from shared.tokens import service_secret

SERVICE_PREFIX = "cli_service_"


@dataclass(frozen=True)
class Bearer:
    """Whom a token is for: client, organisation, its kinds, the scopes held."""

    client_id: str
    org_id: str
    kinds: tuple[str, ...]
    scopes: frozenset[str]


def issue_token(deps: Deps, asked: TokenRequest, address: str) -> dict[str, Any]:
    """An access token (RFC 6749 §4.4). ``address``: where the request comes from.

    Raises ``ClientUnknown``, after many of these ``TooManyAttempts``, or ``ScopeNotHeld``.
    """
    try:
        bearer = _bearer(deps, asked.client_id, asked.secret)
    except ClientUnknown:
        deps.throttle.failed(asked.client_id, address, deps.now())
        raise
    scopes = granted(asked.scope, bearer.scopes)
    now, seconds = deps.now(), deps.settings.token_seconds
    claims = {
        "iss": deps.settings.common.issuer,
        "aud": deps.settings.common.audience,
        "sub": bearer.client_id,
        "org": bearer.org_id,
        "org_kind": list(bearer.kinds),
        "scope": " ".join(sorted(scopes)),
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(seconds=seconds)).timestamp()),
        "jti": deps.new_id("tok"),
    }
    return {
        "access_token": deps.keys.current(now).sign(claims),
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": claims["scope"],
    }


def jwks(deps: Deps, now: datetime) -> dict[str, Any]:
    return deps.keys.jwks(now)


def _bearer(deps: Deps, client_id: str, secret: str) -> Bearer:
    return _service(deps, client_id, secret) or _client(deps, client_id, secret)


def _service(deps: Deps, client_id: str, secret: str) -> Bearer | None:
    name = client_id.removeprefix(SERVICE_PREFIX)
    if name == client_id or name not in SCOPES_OF_SERVICE:
        return None
    proof = service_secret(deps.settings.common.service_key, client_id)
    if not hmac.compare_digest(proof.encode(), secret.encode()):
        raise ClientUnknown
    return Bearer(client_id, f"org_service_{name}", ("service",), SCOPES_OF_SERVICE[name])


def _client(deps: Deps, client_id: str, secret: str) -> Bearer:
    client = deps.clients.find(client_id)
    if client is None or not client.proves(secret):
        raise ClientUnknown
    owner = deps.organisations.get(client.org_id)
    return Bearer(client.id, owner.id, owner.kind, frozenset(client.scopes))
