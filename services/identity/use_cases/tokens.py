"""Tokens: who proves to be a client or a person, and with which scopes."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.identity.model.clients import ClientUnknown
from services.identity.model.people import GrantEnded, membership_for
from services.identity.model.roles import scopes_of
from services.identity.model.scopes import SCOPES_OF_SERVICE, granted
from services.identity.model.sessions import SessionEnded
from services.identity.model.trail import CLIENT_REFUSED, STRANGER, Act, subject
from services.identity.model.ways_in import check_way_in
from services.identity.token_requests import (
    CLIENT_CREDENTIALS,
    EXCHANGE,
    Exchange,
    TokenRequest,
)
from services.identity.use_cases.sessions import signed_in
from services.identity.use_cases.trail import note_failure_alone
from services.identity.wiring import Deps
from shared.mongo import Session
from shared.tokens import service_secret

# Whoever exchanges a session is the console: it has a session, and no secret of its own.
CONSOLE = "console"
SERVICE_PREFIX = "cli_service_"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  A name (RFC 8693).


@dataclass(frozen=True)
class Bearer:
    """Whom a token is for: client or person, organisation, its kinds, the scopes held.

    ``claims``: what it says of a person beside these.
    """

    id: str
    org_id: str
    kinds: tuple[str, ...]
    scopes: frozenset[str]
    claims: Mapping[str, Any] = field(default_factory=dict)


def issue_token(deps: Deps, asked: TokenRequest | Exchange, address: str) -> dict[str, Any]:
    """An access token (RFC 6749 §4.4, RFC 8693). ``address``: where the request comes from.

    Raises ``ClientUnknown`` or ``GrantEnded``, after many of these ``TooManyAttempts``;
    ``ScopeNotHeld``, ``OrganisationOpen``.
    """
    if isinstance(asked, Exchange):
        exchanged = _of_session(deps, asked, address)
        token = _token(deps, exchanged, asked.scope)
        _note_use(deps, exchanged.claims["sid"])
        return {**token, "issued_token_type": ACCESS_TOKEN}
    try:
        bearer = _bearer(deps, asked.client_id, asked.secret)
    except ClientUnknown:
        deps.throttle.failed(asked.client_id, address, deps.now())
        _note_refused(deps, asked.client_id)
        raise
    return _token(deps, bearer, asked.scope)


def _note_refused(deps: Deps, client_id: str) -> None:
    """A wrong secret of a client that there is stands in the trail of its organisation."""
    client = deps.clients.find(client_id)
    if client is None:
        return
    named = subject("client", client.id, client.name)
    refused = Act(CLIENT_REFUSED, client.org_id, named, actor=STRANGER)
    note_failure_alone(deps, refused)


def metadata(deps: Deps, scopes: Iterable[str]) -> dict[str, Any]:
    """What a client needs to know to ask for a token (RFC 8414 §2)."""
    issuer = deps.settings.common.issuer
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/v1/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": [CLIENT_CREDENTIALS, EXCHANGE],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        # Nobody is sent to a page to grant something.
        "response_types_supported": [],
        "scopes_supported": sorted(scopes),
        "service_documentation": f"{deps.settings.common.origin}/docs",
    }


def jwks(deps: Deps, now: datetime) -> dict[str, Any]:
    return deps.keys.jwks(now)


def _token(deps: Deps, bearer: Bearer, scope: str | None) -> dict[str, Any]:
    scopes = granted(scope, bearer.scopes)
    now, seconds = deps.now(), deps.settings.token_seconds
    claims = {
        "iss": deps.settings.common.issuer,
        "aud": deps.settings.common.audience,
        "sub": bearer.id,
        "client_id": CONSOLE if bearer.claims else bearer.id,
        "org": bearer.org_id,
        "org_kind": list(bearer.kinds),
        "scope": " ".join(sorted(scopes)),
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(seconds=seconds)).timestamp()),
        "jti": deps.new_id("tok"),
        **bearer.claims,
    }
    return {
        "access_token": deps.keys.current(now).sign(claims),
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": claims["scope"],
    }


def _of_session(deps: Deps, asked: Exchange, address: str) -> Bearer:
    try:
        session, person = signed_in(deps, asked.session_token)
    except SessionEnded as error:
        deps.throttle.failed("", address, deps.now())
        raise GrantEnded from error
    there = membership_for(person, asked.organisation or session.org_id)
    owner, provider = person.owns(there.org_id), deps.providers.find(there.org_id)
    check_way_in(session, there.org_id, provider, owner=owner)
    kinds = deps.organisations.get(there.org_id).kind
    about = {
        "sid": session.id,
        "mbr": there.id,
        # As this organisation calls them: others do not write into its ledger.
        "name": there.name,
        "roles": list(there.roles),
        "amr": list(session.amr),
    }
    return Bearer(person.id, there.org_id, kinds, scopes_of(kinds, there.roles), about)


def _note_use(deps: Deps, session_id: str) -> None:
    """Whoever ends the session at this moment conflicts with its use, so one of them is first."""

    def work(session: Session) -> None:
        if not deps.sessions.touch(session_id, deps.now(), session):
            raise GrantEnded

    deps.mongo.transact(work)


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
    if client is None or not client.proves(secret, deps.now()):
        raise ClientUnknown
    owner = deps.organisations.get(client.org_id)
    return Bearer(client.id, owner.id, owner.kind, frozenset(client.scopes))
