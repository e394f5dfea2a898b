"""When a notice was sent, delivered, acknowledged: an agreement's days run from one of these.

**Sent** means that the notice left us for the customer and was not handed back: its receiver
answered the request, whatever the answer was, or the contact's mail server took the mail and has
not reported it undeliverable. An attempt that ended before there was an answer (no such name, no
connection, a certificate that is not good, silence) has sent nothing that anybody could have read.
An acknowledgement proves that the customer has the notice. ``shared/decisions/0018-sent.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.notices.model.mails import reached_at

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
        return _first(*chain[RULES.index(rule) :])


def moments_of(
    acknowledged_at: datetime | None,
    deliveries: Sequence[Mapping[str, Any]],
    mails: Sequence[Mapping[str, Any]],
) -> Moments:
    """From a notice's deliveries and mails, as they are stored."""
    mailed_at = reached_at(mails)
    taken = [each["delivered_at"] for each in deliveries if "delivered_at" in each]
    answered = [at for each in deliveries if (at := answered_at(each))]
    return Moments(
        sent_at=_first(*answered, *taken, mailed_at, acknowledged_at),
        delivered_at=_first(*taken, mailed_at),
        acknowledged_at=acknowledged_at,
    )


def answered_at(delivery: Mapping[str, Any]) -> datetime | None:
    """When the first attempt was made that the receiver answered: the time in its signature."""
    kept = (each["at"] for each in delivery["attempts"] if each["status"] is not None)
    return _first(delivery.get("sent_at"), *kept)


def day_of(at: datetime, zone: str, given_on: date) -> date:
    """The day, where the processor sits, on which something happened to a notice.

    Never before the day the notice was dated: one announced in the last minutes of a day is dated
    on the next, even if it left before midnight.
    """
    return max(at.astimezone(ZoneInfo(zone)).date(), given_on)


def _first(*moments: datetime | None) -> datetime | None:
    return min((each for each in moments if each), default=None)
