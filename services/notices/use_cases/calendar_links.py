"""The link by which a customer's calendar reads its last days: a secret of its own that opens
nothing else. Calendars cannot sign in, so the token stands in the address; only its hash is kept.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from services.notices.wiring import Deps
from shared.errors import NotFound

BYTES = 24


class CalendarUnknown(NotFound):
    """This calendar link has ended, or never was; make a new one."""

    code = "calendar-unknown"


def make(deps: Deps, org_id: str) -> str:
    """The token of a new link; the one before it ends."""
    token = urlsafe_b64encode(deps.random(BYTES)).decode()
    keep, digest, now = deps.stores.calendar_links.keep, _digest(token), deps.now()
    deps.stores.mongo.transact(lambda session: keep(org_id, digest, now, session))
    return token


def end(deps: Deps, org_id: str) -> None:
    """End the link; without one nothing happens."""
    deps.stores.mongo.transact(lambda session: deps.stores.calendar_links.end(org_id, session))


def owner(deps: Deps, token: str) -> str:
    """The organisation whose link it is. Raises ``CalendarUnknown``."""
    found = deps.stores.calendar_links.owner(_digest(token))
    if found is None:
        raise CalendarUnknown
    return found


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
