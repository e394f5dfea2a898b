"""Passkeys: for which site they are made, and which answers of them count (W3C WebAuthn)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from shared.errors import Conflict, Invalid, NotFound, Unauthenticated

MOST_PASSKEYS = 20
CHALLENGE_LIVES = timedelta(minutes=5)
# The kind of the mail to the owner of a passkey that was copied.
COPIED = "passkey_copied"
Purpose = Literal["register", "sign_in"]


class PasskeysUnavailable(Conflict):
    """Passkeys need an https address with a host name; sign in by link."""

    code = "passkeys-unavailable"


class PasskeyRefused(Unauthenticated):
    """This passkey signs nobody in; begin again, or sign in by link."""

    code = "passkey-refused"


class PasskeyCopied(Unauthenticated):
    """This passkey counts as copied; sign in by link, remove it and add a new one."""

    code = "passkey-copied"


class PasskeyUnreadable(Invalid):
    """The authenticator's answer does not fit what was asked for; begin again."""

    code = "passkey-unreadable"


class PasskeyKnown(Conflict):
    """This passkey is registered already."""

    code = "passkey-known"


class PasskeyUnknown(NotFound):
    """You have no such passkey."""

    code = "passkey-unknown"


class TooManyPasskeys(Conflict):
    """Nobody needs more passkeys than this; remove one first."""

    code = "too-many-passkeys"


class PasskeyAttemptEnded(Conflict):
    """This attempt has ended or was begun elsewhere; begin again."""

    code = "passkey-attempt-ended"


@dataclass(frozen=True)
class Site:
    """What passkeys are made for: ``domain`` (the relying party id) and ``origin``."""

    domain: str
    origin: str


@dataclass(frozen=True)
class Passkey:
    """A public key whose private half an authenticator of ``person_id`` keeps.

    ``credential_id``: base64url. ``public_key``: COSE. ``uses``: the authenticator's own counter,
    0 where it counts nothing. ``copied_at``: when it answered with a counter of the past.
    """

    id: str
    person_id: str
    credential_id: str
    public_key: bytes
    uses: int
    name: str
    synced: bool
    created_at: datetime
    used_at: datetime | None = None
    copied_at: datetime | None = None
    revision: int = 1

    def used(self, uses: int, at: datetime) -> Passkey:
        return replace(self, uses=uses, used_at=at, revision=self.revision + 1)

    def copied(self, at: datetime) -> Passkey:
        return replace(self, copied_at=at, revision=self.revision + 1)

    def renamed(self, name: str) -> Passkey:
        return replace(self, name=name, revision=self.revision + 1)


@dataclass(frozen=True)
class Challenge:
    """What one browser was asked to sign. ``id``: digest of the challenge. ``bound_to``: digest of
    the browser's secret, or the session. ``person_id``: whose passkey is to be registered."""

    id: str
    purpose: Purpose
    bound_to: str
    ends: datetime
    person_id: str | None = None

    def fits(self, purpose: Purpose, bound_to: str, now: datetime) -> bool:
        return self.purpose == purpose and self.bound_to == bound_to and now < self.ends


def site_of(origin: str) -> Site | None:
    """The site of this origin; None where browsers make no passkeys: for an address without a
    name, or without TLS (WebAuthn §5.1.3: a valid domain in a secure context)."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if not host or _is_address(host):
        return None
    local = host == "localhost" or host.endswith(".localhost")
    return Site(host, origin) if parts.scheme == "https" or local else None


def is_copy(known: int, answered: int) -> bool:
    """Whether another authenticator has answered before with the same key (WebAuthn §6.1.1).

    Authenticators that count nothing always answer 0.
    """
    return (known, answered) != (0, 0) and answered <= known


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
