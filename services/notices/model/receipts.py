"""When a notice was sent, delivered, acknowledged: an agreement's days run from one of these.

**Sent** means that the notice left us for the customer and was not handed back: its receiver
answered the request, whatever the answer was, or the contact's mail server took the mail and has
not reported it undeliverable. An attempt that ended before there was an answer (no such name, no
connection, a certificate that is not good, silence) has sent nothing that anybody could have read.
An acknowledgement proves that the customer has the notice. ``shared/decisions/0018-sent.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

# What an agreement may count from, in the order in which it happens.
RULES = ("sent", "delivered", "acknowledged")


@dataclass(frozen=True)
class Moments:
    """What has happened to one notice, each for the first time; None: not yet."""

    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    acknowledged_at: datetime | None = None

    def by(self, rule: str) -> datetime | None:
        """When that happened which the agreement counts from. What comes later in the chain
        proves what comes before it."""
        chain = (self.sent_at, self.delivered_at, self.acknowledged_at)
        return first(*chain[RULES.index(rule) :])


def moments_of(
    acknowledged_at: datetime | None,
    deliveries: Iterable[Moments],
) -> Moments:
    """Of a notice, from those of its deliveries by all channels."""
    found = list(deliveries)
    return Moments(
        sent_at=first(*(each.sent_at for each in found), acknowledged_at),
        delivered_at=first(*(each.delivered_at for each in found)),
        acknowledged_at=acknowledged_at,
    )


def day_of(at: datetime, zone: str, given_on: date) -> date:
    """The day, where the processor sits, on which something happened to a notice.

    Never before the day the notice was dated: one announced in the last minutes of a day is dated
    on the next, even if it left before midnight.
    """
    return max(at.astimezone(ZoneInfo(zone)).date(), given_on)


def first(*moments: datetime | None) -> datetime | None:
    """The earliest of those that have happened."""
    return min((each for each in moments if each), default=None)
