"""Clients: the keys of an organisation, and which of them count as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.identity.model.clients import Client, digest
from services.identity.model.organisations import Organisation, check_grantable
from services.identity.model.revisions import check_revision
from services.identity.model.scopes import KEYS, check_holds
from services.identity.model.trail import (
    CLIENT_CREATED,
    CLIENT_REMOVED,
    CLIENT_ROTATED,
    Act,
    differences,
    subject,
)
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.errors import Forbidden, NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest
from shared.times import format_instant


class KeysNotYours(Forbidden):
    """Only persons with the role owner or engineer hold the keys of their organisation."""

    code = "keys-not-yours"


def add_client(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> tuple[Client, str]:
    """A client and its secret, which is shown this once and never kept.

    Raises ``KeysNotYours``, ``ScopeNotGrantable``, or ``GrantTooWide`` within the caller's own
    organisation.
    """
    _check_keeper(caller)
    owner = _represented(deps, caller, body.get("org_id") or caller.org_id)
    check_grantable(owner, tuple(body["scopes"]))
    _check_holds(caller, owner.id, body["scopes"])
    secret = deps.new_secret()
    client = Client(
        id=deps.new_id("cli"),
        org_id=owner.id,
        name=body["name"],
        scopes=tuple(sorted(set(body["scopes"]))),
        secret_sha256=digest(secret),
        created_at=deps.now(),
    )

    def work(session: Session) -> None:
        deps.clients.add(client, session)
        deps.hands.begin(client, session)
        _join_hands(deps, caller, client, session)
        _note(deps, CLIENT_CREATED, client, {"name": client.name, "scopes": client.scopes}, session)

    deps.mongo.transact(work)
    return client, secret


def clients(deps: Deps, caller: Caller, org_id: str | None, request: PageRequest) -> Page:
    owner = _represented(deps, caller, org_id or caller.org_id)
    return deps.clients.page(owner.id, request)


def client(deps: Deps, caller: Caller, client_id: str) -> Client:
    return _own_client(deps, caller, client_id)


def rotate_client(
    deps: Deps, caller: Caller, client_id: str, overlap_hours: int = 0
) -> tuple[Client, str, datetime]:
    """A client with a new secret, and until when tokens of older ones may be used.

    Whoever renews it has known it. Raises ``KeysNotYours``, ``GrantTooWide`` or
    ``TooManySecrets``.
    """
    _check_keeper(caller)
    secret, now = deps.new_secret(), deps.now()
    current = _own_client(deps, caller, client_id)
    client = current.rotated(secret, now, now + timedelta(hours=overlap_hours))
    _check_holds(caller, client.org_id, client.scopes)

    def work(session: Session) -> None:
        deps.clients.replace(client, session)
        _join_hands(deps, caller, client, session)
        _note(deps, CLIENT_ROTATED, client, _overlap(client), session)

    deps.mongo.transact(work)
    last = client.old_secret_until or now
    return client, secret, last + timedelta(seconds=deps.settings.token_seconds)


def remove_client(deps: Deps, caller: Caller, client_id: str, seen: int | None) -> None:
    """Remove a client; within seconds its tokens are refused everywhere, too."""
    _check_keeper(caller)
    client = _own_client(deps, caller, client_id)
    check_revision(seen, client.revision)
    now, lives = deps.now(), timedelta(seconds=deps.settings.token_seconds)

    def work(session: Session) -> None:
        deps.clients.remove(client.id, now, now + lives, session)
        _note(deps, CLIENT_REMOVED, client, {}, session)

    deps.mongo.transact(work)


def removed_clients(deps: Deps, since: datetime | None) -> dict[str, Any]:
    """The clients removed since then, of whom some token may not have ended yet."""
    items = [
        {"client_id": client_id, "removed_at": format_instant(at)}
        for client_id, at in deps.clients.removed(since)
    ]
    return {"items": items, "token_seconds": deps.settings.token_seconds}


def _note(
    deps: Deps, what: str, client: Client, members: Mapping[str, Any], session: Session
) -> None:
    named = subject("client", client.id, client.name)
    note(deps, Act(what, client.org_id, named, differences({}, members)), session)


def _overlap(client: Client) -> dict[str, str | None]:
    until = client.old_secret_until
    return {"old_secret_until": format_instant(until) if until else None}


def _check_keeper(caller: Caller) -> None:
    """A client with ``identity:write`` keeps keys, and of persons those whose role says so."""
    if caller.person and KEYS not in caller.scopes:
        raise KeysNotYours


def _check_holds(caller: Caller, org_id: str, scopes: Iterable[str]) -> None:
    """The platform gives other organisations their clients; it could not hold what they need."""
    if caller.org_id == org_id:
        check_holds(caller.scopes, scopes)


def _join_hands(deps: Deps, caller: Caller, client: Client, session: Session) -> None:
    """The platform hands secrets over to others, so it is no hand of theirs (decision 0027)."""
    if caller.org_id != client.org_id:
        return
    if caller.person_id:
        deps.hands.learn(client, caller.person_id, session)
    elif caller.client_id != client.id:
        deps.hands.join(client, caller.client_id, session)


def _own_client(deps: Deps, caller: Caller, client_id: str) -> Client:
    client = deps.clients.get(client_id)
    if not caller.sees(client.org_id):
        raise NotFound("There is no such client.")
    return client


def _represented(deps: Deps, caller: Caller, org_id: str) -> Organisation:
    """The organisation the caller acts for, or any for the platform.

    A processor that entered its customer sees it, but may not act for it: with a client of the
    customer's it could accept its own offers and withdraw objections to its own changes.
    """
    if not caller.sees(org_id):
        raise NotFound("There is no such organisation.")
    return deps.organisations.get(org_id)
