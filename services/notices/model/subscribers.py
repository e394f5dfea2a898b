"""Who hears of what by subscription, how long an unconfirmed wish lives, and the link to end it.

A subscriber is anybody who follows the public page of a register. No legal notice goes this way:
customers get theirs by their agreement.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.notices import events
from services.notices.model.answer_links import LONGEST_TOKEN, LinkInvalid, mac_of
from services.notices.model.messages import Event
from services.notices.model.stored import StoredWish
from shared.ids import derived_id
from shared.settings import Common

COMING: Final = "coming"  # what will change, and what of it is withdrawn
ALL: Final = "all"  # besides, what has taken effect
TOPICS: Final = (COMING, ALL)

CONFIRM_WITHIN = timedelta(days=2)
# An expired link can say so for as long as this; then its address is forgotten.
UNCONFIRMED_KEPT = timedelta(days=7)
# A register that is taken off the net by mistake keeps its subscribers for so long.
SILENT_KEPT = timedelta(days=30)
# One address gets no second link from a register within this time,
ASK_AGAIN = timedelta(minutes=10)
# nor links from more registers than these in a day; and one network asks no more in an hour.
MOST_REGISTERS_A_DAY, MOST_AN_HOUR = 5, 20
# Each question is mailed to its sender, too, who may be somebody else.
MOST_QUESTIONS_AN_HOUR = 3

_ENDS = b"subscription links"


def subscriber_id(processor_id: str, address: str) -> str:
    return derived_id("sbr", processor_id, address)


def wants(wish: StoredWish, event: Event, *, was_told: bool) -> bool:
    """Whether a subscriber hears of this event. ``was_told``: of the change, before."""
    product = wish["product"]
    if product and event.products and product not in event.products:
        return False
    if event.is_notice or wish["topic"] == ALL:
        return True
    return event.type == events.CHANGE_WITHDRAWN and was_told


def may_be_mailed(asked_at: datetime | None, registers_today: int, now: datetime) -> bool:
    """Whether an address may get a link. ``asked_at``: when it last got one from this register;
    ``registers_today``: how many others have sent it one."""
    if asked_at is not None and now - asked_at < ASK_AGAIN:
        return False
    return registers_today < MOST_REGISTERS_A_DAY


@dataclass(frozen=True)
class EndLinks:
    """Makes and reads the links that end a subscription: signed, stored nowhere, without an end.

    ``older``: keys before this one; links in mails that were sent with them go on working.
    """

    origin: str
    key: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)

    def url(self, slug: str, subscriber: str) -> str:
        token = f"{subscriber}.{mac_of(self.key, subscriber, _ENDS)}"
        return f"{self.origin}/p/{slug}/subscriptions/{token}"

    def read(self, token: str) -> str:
        """The id of the subscriber. Raises ``LinkInvalid``."""
        subscriber, _, mac = token.rpartition(".")
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise LinkInvalid
        keys = (self.key, *self.older)
        if not any(hmac.compare_digest(mac, mac_of(key, subscriber, _ENDS)) for key in keys):
            raise LinkInvalid
        return subscriber


def end_links_of(common: Common) -> EndLinks:
    return EndLinks(common.origin, common.secrets_key, common.older_secrets_keys)
