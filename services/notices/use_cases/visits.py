"""How often visitors of public pages may ask for something."""

from __future__ import annotations

import hmac
from hashlib import sha256

from services.notices.model.subscribers import MOST_AN_HOUR
from services.notices.wiring import Deps
from shared.errors import TooManyRequests, Unavailable


class AskedTooOften(TooManyRequests):
    """Too much was asked from your network within an hour; try again later."""

    code, retry_after = "asked-too-often", 3_600


class MailOff(Unavailable):
    """No mail can be sent here at present; follow the feed of changes instead."""

    code = "mail-off"


def check_visit(deps: Deps, kind: str, who: str, most: int = MOST_AN_HOUR) -> None:
    """Count what is asked in this hour from one network, or in one name. Raises ``AskedTooOften``,
    and ``MailOff`` where nothing could follow."""
    if not deps.settings.mail.is_on:
        raise MailOff
    key = deps.settings.common.secrets_key
    place = hmac.digest(key, f"{kind}:{who}".encode(), sha256).hex()
    if deps.stores.subscribers.visit(place, deps.now()) > most:
        raise AskedTooOften
