"""Links in mails that work once. A digest of the token is kept, never the token.

To look at one changes nothing, for mail scanners look at every link; only a POST uses it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import DomainError, NotFound

SIGN_IN, INVITATION, ADDRESS_PROBE = "sign_in", "invitation", "address_probe"
LIVES = {
    SIGN_IN: timedelta(minutes=10),
    INVITATION: timedelta(days=14),
    ADDRESS_PROBE: timedelta(days=3),
}
# How long a page can still say what became of a link.
REMEMBERED = timedelta(days=30)


class LinkUnknown(NotFound):
    """There is no such link; have another one sent."""

    code = "link-unknown"


class LinkUsed(DomainError):
    """This link was used before, and works only once; have another one sent."""

    code, status = "link-used", 410


class LinkExpired(DomainError):
    """This link has expired; have another one sent."""

    code, status = "link-expired", 410


@dataclass(frozen=True)
class Link:
    """``id``: the digest of its token. ``org_id``: of an invitation, and of a probe, which is of an
    address, ``email``, and of no person."""

    id: str
    purpose: str
    person_id: str
    made_at: datetime
    expires_at: datetime
    org_id: str | None = None
    used_at: datetime | None = None
    email: str | None = None

    @property
    def forget_at(self) -> datetime:
        return self.expires_at + REMEMBERED


def check_usable(link: Link | None, purpose: str, now: datetime) -> Link:
    """Raises ``LinkUnknown``, ``LinkUsed`` or ``LinkExpired``."""
    if link is None or link.purpose != purpose:
        raise LinkUnknown
    if link.used_at:
        raise LinkUsed
    if now >= link.expires_at:
        raise LinkExpired
    return link
