"""Clients: what acts for an organisation with scopes, and proves itself by a secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Malformed, Unauthenticated


class TokenRequestInvalid(Malformed):
    """The request for a token lacks something, or says something twice."""

    code = "invalid-request"


class GrantUnsupported(Malformed):
    """This kind of grant is not supported; ask with client credentials, or exchange a session."""

    code = "unsupported-grant-type"


class ClientUnknown(Unauthenticated):
    """The client id or its secret is wrong."""

    code = "invalid-client"


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
