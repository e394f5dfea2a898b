"""Who there is: organisations, and the clients that act for them with scopes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    PreconditionFailed,
    Unauthenticated,
)
from shared.times import same_clock, zone_of

FourEyes = Literal["emergency", "always"]
KINDS = ("processor", "controller", "platform")
DEFAULT_ZONE = "Europe/Copenhagen"

# What a client of each kind of organisation may be given, and no more.
SCOPES_OF_KIND: dict[str, frozenset[str]] = {
    "processor": frozenset({
        "identity:read", "identity:write", "agreements:read", "agreements:write",
        "registry:read", "registry:write", "notices:read", "notices:write",
    }),
    "controller": frozenset({"portal:read", "portal:write"}),
    "platform": frozenset({
        "platform:admin", "identity:read", "identity:write", "registry:read", "instruments:write",
        "agreements:read", "notices:read",
    }),
}  # fmt: skip

# What each service needs of the others to do its own work.
SCOPES_OF_SERVICE: dict[str, frozenset[str]] = {
    "agreements": frozenset({
        "identity:read", "identity:removals", "registry:read", "notices:entries",
    }),
    "registry": frozenset({
        "identity:read", "identity:removals", "agreements:terms", "agreements:accept",
        "notices:entries", "notices:receipts", "notices:read",
    }),
    "notices": frozenset({"identity:read", "identity:removals"}),
    "portal": frozenset({
        "identity:read", "identity:removals", "agreements:read", "agreements:accept",
        "registry:read", "registry:object", "notices:read", "notices:customer",
    }),
    "public": frozenset({"registry:read"}),
}  # fmt: skip


class SlugTaken(Conflict):
    """Another organisation has this slug; choose a different one."""

    code = "slug-taken"


class TokenRequestInvalid(Malformed):
    """The request for a token lacks something, or says something twice."""

    code = "invalid-request"


class GrantUnsupported(Malformed):
    """This kind of grant is not supported; ask with client credentials."""

    code = "unsupported-grant-type"


class ClientUnknown(Unauthenticated):
    """The client id or its secret is wrong."""

    code = "invalid-client"


class ScopeNotGrantable(Invalid):
    """A client of this kind of organisation cannot hold one of these scopes."""

    code = "scope-not-grantable"


class ScopeNotHeld(Malformed):
    """The client does not hold every scope it asks for."""

    code = "invalid-scope"


class FourEyesKept(Forbidden):
    """A single client cannot let single clients announce again; ask the platform."""

    code = "four-eyes-kept"


class GrantTooWide(Forbidden):
    """A client grants, and renews the secret of, only what it holds itself: ask one that does."""

    code = "grant-too-wide"


@dataclass(frozen=True)
class Address:
    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Contact:
    """A person: name, position and e-mail address."""

    name: str
    position: str
    email: str


def default_zone(country: str) -> str:
    """The time zone of an organisation that names none: that of its country, if its clock is not
    the default's. Of a country with several clocks nothing is known."""
    zone = zone_of(country)
    return zone if zone and not same_clock(zone, DEFAULT_ZONE) else DEFAULT_ZONE


@dataclass(frozen=True)
class Organisation:
    """A company or authority. ``kind`` holds one or more of ``KINDS``.

    ``namespace``: the processor among whose customers its slug is unique, so that a slug that is
    taken tells it of no one else's; None for those that the platform entered, whose slug is public.
    ``four_eyes``: whether a second hand must approve emergencies only, or every announcement.
    """

    id: str
    slug: str
    kind: tuple[str, ...]
    legal_name: str
    country: str
    locale: str
    created_at: datetime
    created_by: str
    registration_number: str | None = None
    address: Address | None = None
    website: str | None = None
    time_zone: str = DEFAULT_ZONE
    contacts: tuple[Contact, ...] = ()
    namespace: str | None = None
    revision: int = 1
    four_eyes: FourEyes = "emergency"

    def grantable(self) -> frozenset[str]:
        return frozenset().union(*(SCOPES_OF_KIND[kind] for kind in self.kind))


@dataclass(frozen=True)
class Client:
    """An API client. Its secret is random, so a plain digest of it is safe to keep."""

    id: str
    org_id: str
    name: str
    scopes: tuple[str, ...]
    secret_sha256: str
    created_at: datetime
    revision: int = 1

    def proves(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret_sha256, digest(secret))

    def with_secret(self, secret: str) -> Client:
        return replace(self, secret_sha256=digest(secret), revision=self.revision + 1)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def check_grantable(organisation: Organisation, scopes: tuple[str, ...]) -> None:
    """Raises ``ScopeNotGrantable`` naming what the organisation's kind does not allow."""
    refused = sorted(set(scopes) - organisation.grantable())
    if refused:
        raise ScopeNotGrantable(f"Not for this organisation: {', '.join(refused)}.")


def check_holds(held: frozenset[str], scopes: Iterable[str]) -> None:
    """Raises ``GrantTooWide`` naming the ``scopes`` that are not ``held``."""
    missing = sorted(set(scopes) - held)
    if missing:
        raise GrantTooWide(f"Your token does not hold: {', '.join(missing)}.")


def granted(asked: str | None, held: frozenset[str]) -> frozenset[str]:
    """The scopes of a token: those asked for, or all that the client holds (RFC 6749 §3.3)."""
    wanted = frozenset((asked or "").split()) or held
    if not wanted <= held:
        raise ScopeNotHeld(f"Not held: {', '.join(sorted(wanted - held))}.")
    return wanted


def check_revision(seen: int | None, current: int) -> None:
    """Raises ``PreconditionFailed`` for another revision than the current one; None is any."""
    if seen not in (None, current):
        raise PreconditionFailed
