"""What can be asked of identity: tokens, organisations, clients."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.identity.model import (
    SCOPES_OF_SERVICE,
    Client,
    ClientUnknown,
    Organisation,
    check_grantable,
    check_holds,
    check_revision,
    digest,
    granted,
)
from services.identity.settings import Settings
from services.identity.store import Clients, Hands, Organisations
from services.identity.throttle import Throttle
from services.identity.token_requests import TokenRequest
from shared.auth import Caller
from shared.documents import from_wire, to_document
from shared.errors import Forbidden, NotFound
from shared.ids import IdSource
from shared.keys import Keys
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest
from shared.times import Clock, format_instant
from shared.tokens import service_secret

SERVICE_PREFIX = "cli_service_"


@dataclass(frozen=True)
class Deps:
    settings: Settings
    organisations: Organisations
    clients: Clients
    hands: Hands
    mongo: Mongo
    keys: Keys
    throttle: Throttle
    now: Clock
    new_id: IdSource
    new_secret: Callable[[], str]


@dataclass(frozen=True)
class Bearer:
    """Whom a token is for: client, organisation, its kinds, the scopes held."""

    client_id: str
    org_id: str
    kinds: tuple[str, ...]
    scopes: frozenset[str]


class NotForYou(Forbidden):
    """Only the platform, or the organisation itself, may do this."""

    code = "not-for-you"


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


def add_organisation(deps: Deps, caller: Caller, told: Mapping[str, Any]) -> Organisation:
    """The platform adds anyone; a processor adds its customers, as controllers."""
    if not caller.is_platform and list(told["kind"]) != ["controller"]:
        raise NotForYou("A processor can add organisations of the kind controller.")
    organisation = from_wire(
        Organisation,
        {
            **told,
            "id": deps.new_id("org"),
            "created_at": deps.now(),
            "created_by": caller.org_id,
            "namespace": None if caller.is_platform else caller.org_id,
        },
    )
    deps.organisations.add(organisation)
    return organisation


def organisation(
    deps: Deps, caller: Caller, org_id: str, entered_by: str | None = None
) -> Organisation:
    """``entered_by``: only if this organisation has entered it."""
    found = deps.organisations.get(org_id)
    others = entered_by not in (None, found.created_by)
    if others or not caller.sees(found.id, found.created_by):
        raise NotFound("There is no such organisation.")
    return found


def organisations(
    deps: Deps, caller: Caller, slug: str | None, entered_by: str | None, request: PageRequest
) -> Page:
    """For a service a slug names a public organisation, or one that ``entered_by`` has entered."""
    where: dict[str, Any] = {"slug": slug} if slug else {}
    if entered_by:
        where["created_by"] = entered_by
    elif slug and caller.is_service:
        where["namespace"] = None
    if not (caller.is_platform or caller.is_service):
        where["$or"] = [{"_id": caller.org_id}, {"created_by": caller.org_id}]
    return deps.organisations.page(where, request)


def change_organisation(
    deps: Deps, caller: Caller, org_id: str, seen: int, told: Mapping[str, Any]
) -> Organisation:
    found = organisation(deps, caller, org_id)
    check_revision(seen, found.revision)
    members = {**to_document(found), **told, "revision": found.revision + 1}
    members["id"] = members.pop("_id")
    changed = from_wire(Organisation, members)
    deps.organisations.replace(changed)
    return changed


def add_client(deps: Deps, caller: Caller, told: Mapping[str, Any]) -> tuple[Client, str]:
    """A client and its secret, which is told this once and never kept.

    Raises ``ScopeNotGrantable``, or ``GrantTooWide`` within the caller's own organisation.
    """
    owner = _represented(deps, caller, told.get("org_id") or caller.org_id)
    check_grantable(owner, tuple(told["scopes"]))
    _check_holds(caller, owner.id, told["scopes"])
    secret = deps.new_secret()
    client = Client(
        id=deps.new_id("cli"),
        org_id=owner.id,
        name=told["name"],
        scopes=tuple(sorted(set(told["scopes"]))),
        secret_sha256=digest(secret),
        created_at=deps.now(),
    )

    def work(session: Session) -> None:
        deps.clients.add(client, session)
        deps.hands.begin(client, session)
        _join_hands(deps, caller, client, session)

    deps.mongo.transact(work)
    return client, secret


def hands(deps: Deps, caller: Caller, org_id: str, client_ids: Sequence[str]) -> dict[str, str]:
    """Which of these clients of an organisation count as one: those of the same hand."""
    if not caller.sees(org_id):
        raise NotFound("There is no such organisation.")
    return deps.hands.of(org_id, client_ids)


def clients(deps: Deps, caller: Caller, org_id: str | None, request: PageRequest) -> Page:
    owner = _represented(deps, caller, org_id or caller.org_id)
    return deps.clients.page(owner.id, request)


def rotate_client(deps: Deps, caller: Caller, client_id: str) -> tuple[Client, str]:
    """A client with a new secret; whoever renews it has known it. Raises ``GrantTooWide``."""
    secret = deps.new_secret()
    client = _own_client(deps, caller, client_id).with_secret(secret)
    _check_holds(caller, client.org_id, client.scopes)

    def work(session: Session) -> None:
        deps.clients.replace(client, session)
        _join_hands(deps, caller, client, session)

    deps.mongo.transact(work)
    return client, secret


def _check_holds(caller: Caller, org_id: str, scopes: Iterable[str]) -> None:
    """The platform gives other organisations their clients; it could not hold what they need."""
    if caller.org_id == org_id:
        check_holds(caller.scopes, scopes)


def _join_hands(deps: Deps, caller: Caller, client: Client, session: Session) -> None:
    """The platform hands secrets over to others, so it is no hand of theirs (decision 0027)."""
    if caller.org_id == client.org_id and caller.client_id != client.id:
        deps.hands.join(client, caller.client_id, session)


def remove_client(deps: Deps, caller: Caller, client_id: str, seen: int) -> None:
    """Remove a client; within seconds its tokens are refused everywhere, too."""
    client = _own_client(deps, caller, client_id)
    check_revision(seen, client.revision)
    now, lives = deps.now(), timedelta(seconds=deps.settings.token_seconds)
    deps.mongo.transact(lambda session: deps.clients.remove(client.id, now, now + lives, session))


def removed_clients(deps: Deps, since: datetime | None) -> dict[str, Any]:
    """The clients removed since then, of whom some token may not have ended yet."""
    items = [
        {"client_id": client_id, "removed_at": format_instant(at)}
        for client_id, at in deps.clients.removed(since)
    ]
    return {"items": items, "token_seconds": deps.settings.token_seconds}


def client(deps: Deps, caller: Caller, client_id: str) -> Client:
    return _own_client(deps, caller, client_id)


def _own_client(deps: Deps, caller: Caller, client_id: str) -> Client:
    found = deps.clients.get(client_id)
    if not caller.sees(found.org_id):
        raise NotFound("There is no such client.")
    return found


def _represented(deps: Deps, caller: Caller, org_id: str) -> Organisation:
    """The organisation the caller acts for, or any for the platform.

    A processor that entered its customer sees it, but may not act for it: with a client of the
    customer's it could accept its own offers and withdraw objections to its own changes.
    """
    if not caller.sees(org_id):
        raise NotFound("There is no such organisation.")
    return deps.organisations.get(org_id)


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
    found = deps.clients.find(client_id)
    if found is None or not found.proves(secret):
        raise ClientUnknown
    owner = deps.organisations.get(found.org_id)
    return Bearer(found.id, owner.id, owner.kind, frozenset(found.scopes))


def make_platform(deps: Deps) -> tuple[Organisation, Client, str]:
    """The first organisation and its administrator, when there is none; for the installer."""
    operator = Organisation(
        id=deps.new_id("org"), slug="platform", kind=("platform",), legal_name="Platform operator",
        country="DK", locale="en", created_at=deps.now(), created_by="installer",
    )  # fmt: skip
    deps.organisations.add(operator)
    secret = deps.new_secret()
    admin = Client(
        id=deps.new_id("cli"), org_id=operator.id, name="Platform administrator",
        scopes=tuple(sorted(operator.grantable())), secret_sha256=digest(secret),
        created_at=deps.now(),
    )  # fmt: skip
    deps.mongo.transact(lambda session: deps.clients.add(admin, session))
    return operator, replace(admin), secret
