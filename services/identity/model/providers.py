"""Sign-in providers of organisations: what they say of a person, and whom that lets in."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable

# OpenID Connect Core §2: at most 255 ASCII characters.
LONGEST_SUBJECT = 255
LONGEST_NAME = 200
# In which people are written to.
LANGUAGES = ("da", "en", "sv")
ATTEMPT_LIVES = timedelta(minutes=10)
# Providers say it as a boolean, and some as a text or a number.
TRUE_CLAIMS: tuple[object, ...] = (True, "true", "True", 1, "1")


class NoProvider(NotFound):
    """This organisation has no sign-in of its own."""

    code = "oidc-not-set-up"


class ProviderUnusable(Invalid):
    """The provider cannot be used as it is; see what is wrong under errors."""

    code = "oidc-provider-unusable"


class ProviderUnreachable(Unavailable):
    """The organisation's sign-in does not answer; try again, or use a link by mail."""

    code, retry_after = "oidc-provider-unreachable", 30


class AttemptEnded(Conflict):
    """This sign-in has ended or was begun in another browser; begin again."""

    code = "oidc-attempt-ended"


class ProviderRefused(Forbidden):
    """The organisation's sign-in has not let you in; begin again or ask your administrator."""

    code = "oidc-provider-refused"


class AnswerRefused(Forbidden):
    """The answer of the organisation's sign-in cannot be trusted; tell your administrator."""

    code = "oidc-answer-refused"


class EmailUnverified(Forbidden):
    """The organisation's sign-in does not vouch for your address; tell your administrator."""

    code = "oidc-email-unverified"


class DomainNotAllowed(Forbidden):
    """Addresses of this domain cannot sign in here; ask an owner of the organisation."""

    code = "oidc-domain-not-allowed"


class NotLetIn(Forbidden):
    """You are not a member of this organisation; ask an owner to invite you."""

    code = "oidc-not-a-member"


class AccountReplaced(Forbidden):
    """Another account of this sign-in is linked to your address; ask an owner to unlink it."""

    code = "oidc-account-replaced"


class OnlyWayIn(Forbidden):
    """This organisation lets its members in by its own sign-in only; use that."""

    code = "oidc-only-way-in"


@dataclass(frozen=True)
class ClaimNames:
    """Which claim of the provider says what."""

    email: str = "email"
    email_verified: str = "email_verified"
    name: str = "name"
    locale: str = "locale"


@dataclass(frozen=True)
class Provider:
    """How the members of one organisation sign in by OpenID Connect.

    ``domains``: of the e-mail addresses that count; none: all. ``invites``: whether an unknown
    person is invited at the first sign-in, with ``roles``. ``only_way_in``: for all but owners.
    ``set_by``: the person or client that set it last; None before 2026-11-30.
    """

    id: str
    issuer: str
    client_id: str
    created_at: datetime
    sealed_secret: bytes | None = field(default=None, repr=False)
    claims: ClaimNames = ClaimNames()
    domains: tuple[str, ...] = ()
    invites: bool = False
    roles: tuple[str, ...] = ()
    only_way_in: bool = False
    revision: int = 1
    set_by: str | None = None
    set_at: datetime | None = None


@dataclass(frozen=True)
class Account:
    """What a provider says of a person. ``email``: "" where it says nothing usable."""

    issuer: str
    subject: str
    email: str
    verified: bool
    name: str
    locale: str | None


@dataclass(frozen=True)
class Attempt:
    """One sign-in that a browser has begun at a provider. ``id``: digest of its state.
    ``bound_to``: digest of the browser's seed."""

    id: str
    org_id: str
    bound_to: str
    ends: datetime

    def fits(self, org_id: str, bound_to: str, now: datetime) -> bool:
        return self.org_id == org_id and self.bound_to == bound_to and now < self.ends


class Admission(Enum):
    """What follows from a sign-in at the provider."""

    SIGN_IN = "sign in"
    LINK = "link, then sign in"
    INVITE = "invite"


def derived(seed: str, purpose: str, state: str) -> str:
    """A secret of one attempt that only the browser with this ``seed`` can give: 43 characters,
    as a PKCE verifier has them (RFC 7636 §4.1)."""
    mac = hmac.digest(seed.encode(), f"{purpose} {state}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def account_of(issuer: str, claims: Mapping[str, Any], names: ClaimNames) -> Account:
    """Raises ``AnswerRefused`` where the subject is none that OpenID Connect allows."""
    subject = claims.get("sub")
    if not (isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isascii()):
        raise AnswerRefused
    email = _email(claims.get(names.email))
    return Account(
        issuer=issuer,
        subject=subject,
        email=email,
        verified=bool(email) and _is_true(claims.get(names.email_verified)),
        name=_line(claims.get(names.name)) or email.partition("@")[0],
        locale=_language(_line(claims.get(names.locale))),
    )


def admit(
    provider: Provider, account: Account, *, linked: bool, member: bool, replaced: bool
) -> Admission:
    """``linked``: whether this very account of the provider is known. ``member``: whether the
    person of the account, or else of its e-mail address, is a member of the organisation.
    ``replaced``: whether another account is linked to that person.

    An account that is known signs in whatever its address has become: issuer and subject are the
    key. Raises ``EmailUnverified``, ``DomainNotAllowed``, ``AccountReplaced``, or ``NotLetIn``,
    which says the same of persons whom nobody and of those whom another organisation knows.
    """
    if linked and member:
        return Admission.SIGN_IN
    if not linked:
        _check_address(provider, account)
        if member and replaced:
            raise AccountReplaced
        if member:
            return Admission.LINK
        if provider.invites:
            return Admission.INVITE
    raise NotLetIn


def _check_address(provider: Provider, account: Account) -> None:
    if not account.verified:
        raise EmailUnverified
    if provider.domains and account.email.rpartition("@")[2].lower() not in provider.domains:
        raise DomainNotAllowed


def _email(value: object) -> str:
    text = _line(value)
    local, at, domain = text.rpartition("@")
    return text if at and local and "." in domain and " " not in text else ""


def _line(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_NAME:
        return ""
    return value.strip()


def _language(text: str) -> str | None:
    """The language of a tag such as ``da-DK`` (BCP 47), if people are written to in it."""
    language = text.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else None


def _is_true(value: object) -> bool:
    return isinstance(value, bool | str | int) and value in TRUE_CLAIMS
