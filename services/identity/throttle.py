"""Limit wrong secrets per client and address, and mails that are asked for (429).

Secrets are 32 random bytes that identity makes itself, so nobody guesses one. What is held off is
the client that was set up wrong and tries in a loop, and whoever tries everything: both cost work
and fill logs. Only attempts that fail are counted and refused, so that nobody can shut a client
out by failing in its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import ClassVar, TypedDict

from pymongo import ASCENDING, IndexModel, ReturnDocument

from shared.errors import TooManyRequests
from shared.ids import derived_id
from shared.mongo import Mongo

WINDOW_SECONDS = 60
# Behind one address there may be many clients.
FOR_AN_ADDRESS = 10
MOST_REMEMBERED = 10_000
SIX, HOUSEHOLD_BITS = 6, 56
# Mails with a link: to one mailbox from one address, and from one address for all. Who asks for
# somebody else's mailbox cannot shut its owner out: when the mailbox has had many, each address
# still gets one, up to a number that no few machines reach.
MAIL_WINDOW_SECONDS = 900
MAILS_OF_BOTH, MAILS_TO_ONE, MAILS_FROM_ONE = 5, 20, 50
MOST_MAILS_TO_ONE = 200


class TooManyAttempts(TooManyRequests):
    """Too many wrong secrets came from there; wait as long as Retry-After says."""

    code, retry_after = "too-many-attempts", WINDOW_SECONDS


class TooManyMails(TooManyRequests):
    """Too many links were asked for; use the newest one, or wait as long as Retry-After says."""

    code, retry_after = "too-many-mails", MAIL_WINDOW_SECONDS


class StoredCount(TypedDict):
    """``failed_attempts``: failures of one client or address in the window that ``ends`` then."""

    _id: str
    count: int
    ends: datetime


class Throttle:
    """Counts failures a minute in the database, for all processes together.

    What a process has found to be too many it remembers itself up to the end of that minute, so
    that further attempts cost the database no write.
    """

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "failed_attempts": [IndexModel([("ends", ASCENDING)], expireAfterSeconds=0)]
    }

    def __init__(self, mongo: Mongo, most: int) -> None:
        self._docs, self._most = mongo.collection("failed_attempts", StoredCount), most
        self._full: dict[str, datetime] = {}

    def failed(self, client_id: str, address: str, now: datetime) -> None:
        """Count one. Raises ``TooManyAttempts`` from the one after the last that is allowed."""
        if not self._most:
            return
        limits = {
            derived_id("try", client_id, address): self._most,
            derived_id("try", address): self._most * FOR_AN_ADDRESS,
        }
        if any(self._full.get(key, now) > now for key in limits):
            raise TooManyAttempts
        over = [key for key, most in limits.items() if self._counted(key, now) > most]
        if over:
            self._remember(over, _end_of_window(now, WINDOW_SECONDS))
            raise TooManyAttempts

    def asked_for_mail(self, to: str, address: str, now: datetime) -> None:
        """Count one, whether or not anybody has the mailbox ``to``. Raises ``TooManyMails``."""
        address = place_of(address)
        from_there = self._mails(now, "from", address)
        of_both = self._mails(now, to, address)
        # What is refused for the address does not count against the mailbox.
        if from_there > MAILS_FROM_ONE or of_both > MAILS_OF_BOTH:
            raise TooManyMails
        to_it = self._mails(now, "to", to)
        if to_it > (MOST_MAILS_TO_ONE if of_both == 1 else MAILS_TO_ONE):
            raise TooManyMails

    def _mails(self, now: datetime, *about: str) -> int:
        return self._counted(derived_id("mail", *about), now, MAIL_WINDOW_SECONDS)

    def _counted(self, key: str, now: datetime, seconds: int = WINDOW_SECONDS) -> int:
        ends = _end_of_window(now, seconds)
        counted = self._docs.find_one_and_update(
            {"_id": f"{key}@{int(ends.timestamp())}"},
            {"$inc": {"count": 1}, "$setOnInsert": {"ends": ends}},
            upsert=True, return_document=ReturnDocument.AFTER,
        )  # fmt: skip
        return counted["count"] if counted else 0  # Never None after an upsert.

    def _remember(self, keys: Sequence[str], until: datetime) -> None:
        if len(self._full) > MOST_REMEMBERED:
            # They are counted in the database; forgetting them costs a write each, no more.
            self._full.clear()
        self._full.update(dict.fromkeys(keys, until))


def place_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the network that a household has by IPv6
    (/56, RFC 6177); the id of an organisation or a client stays as it is."""
    try:
        is_six = ip_address(address).version == SIX
    except ValueError:
        return address
    return str(ip_network(f"{address}/{HOUSEHOLD_BITS}", strict=False)) if is_six else address


def _end_of_window(now: datetime, seconds: int) -> datetime:
    begun = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(begun, UTC) + timedelta(seconds=seconds)
