"""Sessions: that a person has signed in somewhere, until it is ended or twelve hours are over.

They lie on the server; who signed in holds a random token, of which a digest is kept. Client
address and browser are kept shortened: enough to know one's own again, not to follow anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_interface

from shared.errors import NotFound, Unauthenticated
from shared.safe_text import one_line

LIFE = timedelta(hours=12)
# How a person came in who was let in by an organisation's provider, among ``amr``.
OIDC = "oidc"
LONGEST_AGENT = 80
KEPT_BITS = {4: 24, 6: 48}


class SessionEnded(Unauthenticated):
    """There is no such session, or it has ended: sign in again."""

    code = "session-ended"


class SessionUnknown(NotFound):
    """You have no such session."""

    code = "session-unknown"


@dataclass(frozen=True)
class Seen:
    """From where somebody asks, as it is kept."""

    address: str
    user_agent: str


@dataclass(frozen=True)
class Session:
    """``amr``: how the person signed in (RFC 8176), such as ``email``. ``org_id``: the only
    organisation that it may act for, when that one's own sign-in has opened it."""

    id: str
    person_id: str
    token_sha256: str
    amr: tuple[str, ...]
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    address: str
    user_agent: str
    org_id: str | None = None


def seen_from(address: str, user_agent: str) -> Seen:
    """The network of ``address`` (/24, /48) and the beginning of ``user_agent``."""
    return Seen(_network(address), one_line(re.sub(r"\(.*?\)", "", user_agent), LONGEST_AGENT))


def _network(address: str) -> str:
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_interface(f"{address}/{KEPT_BITS[version]}").network)
