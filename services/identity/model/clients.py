"""Clients: what acts for an organisation with scopes, and proves itself by a secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Conflict, Malformed, Unauthenticated

LONGEST_OVERLAP_HOURS = 168
MOST_SECRETS = 5


class TokenRequestInvalid(Malformed):
    """The request for a token lacks something, or says something twice."""

    code = "invalid-request"


class GrantUnsupported(Malformed):
    """This kind of grant is not supported; ask with client credentials, or exchange a session."""

    code = "unsupported-grant-type"


class ClientUnknown(Unauthenticated):
    """The client id or its secret is wrong."""

    code = "invalid-client"


class TooManySecrets(Conflict):
    """Too many secrets of this client are live; wait for one to end, or overlap by 0 hours."""

    code = "too-many-secrets"


@dataclass(frozen=True)
class OldSecret:
    """A secret that a newer one has replaced, and that works ``until`` then."""

    sha256: str
    until: datetime

    def is_live(self, now: datetime) -> bool:
        return now < self.until


@dataclass(frozen=True)
class Client:
    """An API client. Its secrets are random, so plain digests of them are safe to keep."""

    id: str
    org_id: str
    name: str
    scopes: tuple[str, ...]
    secret_sha256: str
    created_at: datetime
    revision: int = 1
    old_secrets: tuple[OldSecret, ...] = ()

    def proves(self, secret: str, now: datetime) -> bool:
        """Whether this is its secret, or an older one that still works."""
        old = (each.sha256 for each in self.old_secrets if each.is_live(now))
        offered = digest(secret)
        return any(hmac.compare_digest(each, offered) for each in (self.secret_sha256, *old))

    def rotated(self, secret: str, now: datetime, old_until: datetime) -> Client:
        """With a new secret; what works now works until ``old_until``, or as long as was said.

        Raises ``TooManySecrets``.
        """
        live = [each for each in self.old_secrets if each.is_live(now)]
        replaced = [*live, OldSecret(self.secret_sha256, old_until)]
        ending = (OldSecret(each.sha256, min(each.until, old_until)) for each in replaced)
        kept = tuple(each for each in ending if each.is_live(now))
        if len(kept) >= MOST_SECRETS:
            raise TooManySecrets
        return replace(
            self, secret_sha256=digest(secret), old_secrets=kept, revision=self.revision + 1
        )

    @property
    def old_secret_until(self) -> datetime | None:
        """When the last of its older secrets ends, or ended; None if none was kept."""
        return max((each.until for each in self.old_secrets), default=None)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
