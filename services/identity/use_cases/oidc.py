"""Signing in at the provider of one's organisation: OpenID Connect, authorization code flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from services.identity.model.clients import digest
from services.identity.model.organisations import Organisation
from services.identity.model.people import Person
from services.identity.model.providers import (
    ATTEMPT_LIVES,
    Account,
    Admission,
    AnswerRefused,
    Attempt,
    AttemptEnded,
    NoProvider,
    Provider,
    ProviderRefused,
    account_of,
    admit,
    derived,
)
from services.identity.model.sessions import OIDC, Seen
from services.identity.model.sessions import Session as SignedIn
from services.identity.model.trail import ACCOUNT_LINKED, Act, subject
from services.identity.proofs.code_exchange import (
    Registration,
    authorization_url,
    tokens_for_code,
)
from services.identity.proofs.discovery import Metadata
from services.identity.proofs.id_tokens import Expected, TokenRefused, verified_claims
from services.identity.use_cases.inviting import Invited, Inviter, invite
from services.identity.use_cases.providers import secret_of
from services.identity.use_cases.sessions import open_session
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.mailboxes import address_of
from shared.mongo import Session

log = structlog.get_logger()
AMR = (OIDC,)
LONGEST_CODE = 4_096


@dataclass(frozen=True)
class Arrived:
    """A session, or where none was opened the address that an invitation went to."""

    provider: Provider
    signed_in: SignedIn | None = None
    token: str = ""
    person: Person | None = None
    invited: str = ""


def begin(deps: Deps, org_id: str, seed: str) -> str:
    """Where the browser goes. ``seed``: a secret that this browser alone holds.

    Raises ``NoProvider``, ``ProviderUnreachable`` or ``ProviderUnusable``.
    """
    provider = provider_of(deps, org_id)
    metadata = deps.discovery.metadata(provider.issuer, deps.now())
    state = deps.new_secret()
    attempt = Attempt(digest(state), org_id, digest(seed), deps.now() + ATTEMPT_LIVES)
    deps.mongo.transact(lambda session: deps.attempts.add(attempt, session))
    nonce, verifier = derived(seed, "nonce", state), derived(seed, "verifier", state)
    return authorization_url(metadata, _registration(deps, provider, None), state, nonce, verifier)


def finish(
    deps: Deps, org_id: str, seed: str, answer: Mapping[str, str], seen: Seen, address: str
) -> Arrived:
    """What follows from the answer that the browser brings back. ``address``: the client's.

    Raises ``AttemptEnded``, ``ProviderRefused``, ``AnswerRefused``, or why the account is not let
    in: ``EmailUnverified``, ``DomainNotAllowed``, ``AccountReplaced``, ``NotLetIn``.
    """
    state = answer.get("state", "")
    kept = deps.mongo.transact(lambda session: deps.attempts.take(digest(state), session))
    if kept is None or not kept.fits(org_id, digest(seed), deps.now()):
        raise AttemptEnded
    provider = provider_of(deps, org_id)
    metadata = deps.discovery.metadata(provider.issuer, deps.now())
    _check_answer(provider, metadata, answer)
    claims = _claims(deps, provider, metadata, answer["code"], seed, state)
    account = account_of(provider.issuer, claims, provider.claims)
    return _admitted(deps, provider, account, seen, address)


def _check_answer(provider: Provider, metadata: Metadata, answer: Mapping[str, str]) -> None:
    """Mix-up (RFC 9207): of two providers, none may answer for the other."""
    named = answer.get("iss")
    if named != provider.issuer and (named is not None or metadata.names_issuer):
        raise _refused(provider, "the answer is of another issuer, or names none")
    if "error" in answer:
        log.info("oidc.declined", org_id=provider.id, reason=answer["error"][:100])
        raise ProviderRefused
    if not 0 < len(answer.get("code", "")) <= LONGEST_CODE:
        raise _refused(provider, "no code, or one that is too long")


def _claims(
    deps: Deps, provider: Provider, metadata: Metadata, code: str, seed: str, state: str
) -> Mapping[str, Any]:
    """What the provider has signed, and where that lacks the address its further claims."""
    registration = _registration(deps, provider, secret_of(deps, provider))
    verifier, now = derived(seed, "verifier", state), deps.now()
    tokens = tokens_for_code(deps.discovery.fetcher, metadata, registration, code, verifier)
    nonce = derived(seed, "nonce", state)
    expected = Expected(provider.issuer, provider.client_id, nonce, metadata.algorithms)
    try:
        claims = verified_claims(
            tokens.get("id_token"), tokens.get("access_token"), expected,
            lambda key_id: deps.discovery.keys(metadata, key_id, now), now,
        )  # fmt: skip
    except TokenRefused as error:
        raise _refused(provider, str(error)) from error
    if provider.claims.email in claims or not metadata.userinfo_endpoint:
        return claims
    return _with_userinfo(deps, provider, metadata.userinfo_endpoint, claims, tokens)


def _with_userinfo(
    deps: Deps, provider: Provider, url: str, claims: Mapping[str, Any], tokens: Mapping[str, Any]
) -> Mapping[str, Any]:
    """OpenID Connect Core §5.3: the claims are of the same subject, or are not used."""
    bearer = {"authorization": f"Bearer {tokens.get('access_token')}"}
    more = deps.discovery.document(url, bearer)
    if not isinstance(more, dict) or more.get("sub") != claims.get("sub"):
        raise _refused(provider, "further claims are of another subject")
    return {**more, **claims}


def _admitted(
    deps: Deps, provider: Provider, account: Account, seen: Seen, address: str
) -> Arrived:
    person, linked = _meant(deps, provider, account)
    admission = admit(
        provider,
        account,
        linked=linked,
        member=_is_member(person, provider.id),
        replaced=person is not None and not linked and deps.accounts.has(provider.id, person.id),
    )
    if person is None or admission is Admission.INVITE:
        return _invited(deps, provider, account, person, address)
    return _signed_in(deps, provider, account, person, seen, link=admission is Admission.LINK)


def _meant(deps: Deps, provider: Provider, account: Account) -> tuple[Person | None, bool]:
    """Whom the account stands for, and whether it is linked to that person.

    Whoever was removed stays out by an account that is still linked. Only somebody who was
    forgotten with all memberships, and whom an owner has invited anew, is another person now.
    """
    person_id = deps.accounts.person_of(provider.id, account.issuer, account.subject)
    known = deps.people.find(person_id) if person_id else None
    at_address = None if known else deps.people.at(address_of(account.email))
    if person_id and not _is_member(at_address, provider.id):
        return known, True
    return at_address, False


def _is_member(person: Person | None, org_id: str) -> bool:
    there = person.membership(org_id) if person else None
    return there is not None and there.joined_at is not None


def _signed_in(
    deps: Deps, provider: Provider, account: Account, person: Person, seen: Seen, *, link: bool
) -> Arrived:
    def work(session: Session) -> tuple[SignedIn, str]:
        if link:
            deps.accounts.link(
                provider.id, account.issuer, account.subject, person.id, deps.now(), session
            )
            named = subject("person", person.id, account.name)
            note(deps, Act(ACCOUNT_LINKED, provider.id, named, actor=named), session)
        return open_session(deps, person, AMR, seen, session, org_id=provider.id)

    opened, token = deps.mongo.transact(work)
    return Arrived(provider, opened, token, person)


def _invited(
    deps: Deps, provider: Provider, account: Account, person: Person | None, address: str
) -> Arrived:
    """With the roles of an invitation that waits, else with those of the provider."""
    deps.throttle.asked_for_mail(address_of(account.email), address, deps.now())
    organisation = deps.organisations.get(provider.id)
    waiting = person.membership(provider.id) if person else None
    roles = waiting.roles if waiting else provider.roles
    locale = account.locale or organisation.locale
    invited = Invited(account.email, account.name, roles, locale)
    by = Inviter("provider", organisation.legal_name)
    deps.mongo.transact(lambda session: invite(deps, organisation, invited, by, session))
    return Arrived(provider, invited=account.email)


def provider_of(deps: Deps, org_id: str) -> Provider:
    """Raises ``NoProvider``."""
    found = deps.providers.find(org_id)
    if found is None:
        raise NoProvider
    return found


def _registration(deps: Deps, provider: Provider, secret: str | None) -> Registration:
    return Registration(provider.client_id, secret, callback_url(deps, provider.id))


def organisation_with_provider(deps: Deps, name: str) -> Organisation | None:
    """The one of this id, or of this slug among those whose slug is public, if it has its own
    sign-in."""
    found = deps.organisations.find(name) or deps.organisations.public(name)
    return found if found and deps.providers.find(found.id) else None


def start_url(deps: Deps, org_id: str) -> str:
    """Where a member of the organisation begins; it may stand in an intranet."""
    return f"{deps.settings.common.issuer}/v1/organisations/{org_id}/oidc/start"


def callback_url(deps: Deps, org_id: str) -> str:
    """One for each organisation, so that no answer is taken for that of another's provider."""
    return f"{deps.settings.common.issuer}/v1/organisations/{org_id}/oidc/callback"


def _refused(provider: Provider, reason: str) -> AnswerRefused:
    """Why stands in the log: the owner of the provider is to be told, no stranger."""
    log.warning("oidc.refused", org_id=provider.id, reason=reason)
    return AnswerRefused()
