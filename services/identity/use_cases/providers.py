"""The sign-in provider of an organisation, as its owners set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.identity.model.people import in_order
from services.identity.model.providers import ClaimNames, NoProvider, Provider
from services.identity.model.revisions import check_revision
from services.identity.model.roles import check_roles
from services.identity.model.trail import (
    ACCOUNT_UNLINKED,
    PROVIDER_REMOVED,
    PROVIDER_SET,
    Act,
    differences,
    subject,
)
from services.identity.proofs.discovery import unusable
from services.identity.use_cases.sessions import end
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.documents import to_document
from shared.errors import NotFound
from shared.mongo import Session


def provider(deps: Deps, caller: Caller, org_id: str) -> Provider:
    """Raises ``NoProvider``."""
    _check_own(caller, org_id)
    found = deps.providers.find(org_id)
    if found is None:
        raise NoProvider
    return found


def set_provider(
    deps: Deps, caller: Caller, org_id: str, seen: int | None, body: Mapping[str, Any]
) -> Provider:
    """Set or replace it, once its own documents have been read.

    A secret that is left out stays as it is. Accounts stay linked as long as the issuer does.
    Raises ``ProviderUnusable``, ``ProviderUnreachable`` or ``RoleUnknown``.
    """
    _check_own(caller, org_id)
    current = deps.providers.find(org_id)
    if current:
        check_revision(seen, current.revision)
    check_roles(deps.organisations.get(org_id).kind, body["roles"])
    if "#" in body["issuer"] or "?" in body["issuer"]:
        raise unusable("/issuer", "An issuer has neither a query nor a fragment.")
    deps.discovery.metadata(body["issuer"], deps.now(), fresh=True)
    changed = _changed(deps, current, org_id, body)
    changed = replace(changed, set_by=caller.client_id, set_at=deps.now())

    def work(session: Session) -> None:
        deps.providers.save(changed, session)
        note(deps, _act(PROVIDER_SET, current, changed), session)
        if current and current.issuer != changed.issuer:
            _forget(deps, org_id, session)

    deps.mongo.transact(work)
    return changed


def remove_provider(deps: Deps, caller: Caller, org_id: str, seen: int | None) -> None:
    """Its accounts are unlinked, and the sessions that it opened end."""
    current = provider(deps, caller, org_id)
    check_revision(seen, current.revision)

    def work(session: Session) -> None:
        deps.providers.remove(org_id, session)
        note(deps, _act(PROVIDER_REMOVED, None, current), session)
        _forget(deps, org_id, session)

    deps.mongo.transact(work)


def unlink(deps: Deps, caller: Caller, org_id: str, person_id: str) -> None:
    """The person's next sign-in links an account anew, after a change at the provider."""
    _check_own(caller, org_id)
    there = deps.people.member(org_id, person_id).membership(org_id)
    named = subject("person", person_id, there.name if there else "")

    def work(session: Session) -> None:
        deps.accounts.unlink(org_id, session, person_id)
        note(deps, Act(ACCOUNT_UNLINKED, org_id, named), session)

    deps.mongo.transact(work)


def secret_of(deps: Deps, known: Provider) -> str | None:
    """The client's secret in the clear, for one request."""
    if known.sealed_secret is None:
        return None
    return deps.seal.open(known.sealed_secret, _seal_name(known.id))[0].decode()


def _changed(
    deps: Deps, current: Provider | None, org_id: str, body: Mapping[str, Any]
) -> Provider:
    sealed = current.sealed_secret if current else None
    if "client_secret" in body:
        secret = body["client_secret"]
        sealed = deps.seal.seal(secret.encode(), _seal_name(org_id)) if secret else None
    changed = Provider(
        id=org_id,
        issuer=body["issuer"],
        client_id=body["client_id"],
        created_at=current.created_at if current else deps.now(),
        sealed_secret=sealed,
        claims=ClaimNames(**body["claims"]),
        domains=tuple(sorted({domain.lower() for domain in body["email_domains"]})),
        invites=body["invites"],
        roles=in_order(body["roles"]),
        only_way_in=body["only_way_in"],
    )
    return replace(changed, revision=current.revision + 1) if current else changed


def _act(what: str, before: Provider | None, after: Provider) -> Act:
    """What was set, without the secret; of a removal what had been set."""
    changes = differences(_in_trail(before) if before else {}, _in_trail(after))
    return Act(what, after.id, subject("provider", after.id, after.issuer), changes)


def _in_trail(provider: Provider) -> dict[str, Any]:
    """Without who set it when, which the trail says of each act by itself."""
    told = to_document(provider)
    return {name: told[name] for name in told if name not in ("set_by", "set_at")}


def _forget(deps: Deps, org_id: str, session: Session) -> None:
    deps.accounts.unlink(org_id, session)
    for opened in deps.sessions.within(org_id, deps.now()):
        end(deps, opened.id, session)


def _check_own(caller: Caller, org_id: str) -> None:
    """Not the platform either: who sets a provider can sign in as any member."""
    if caller.org_id != org_id:
        raise NotFound("There is no such organisation.")


def _seal_name(org_id: str) -> str:
    return f"oidc:{org_id}"
