"""Mails the vendor which customers could not be reached, one mail per change.

Customers found unreached within ten minutes stand in the same mail; later ones, such as after days
of retries, in another mail, a day later at the earliest. The mails' ids derive from the
change and their number: killed in between, the same mail is made again and stored once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter

from services.notices import events
from services.notices.channels.email import CHANNEL
from services.notices.clients import Party
from services.notices.mail.contacts import mails_to
from services.notices.model.sendings import DIGEST
from services.notices.model.stored import StoredNotice, StoredSending
from services.notices.store import Stores
from services.notices.store.digests import Digest
from services.notices.store.known import change_of
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

log = structlog.get_logger()

UNTOLD = Counter("art28_digests_untold", "Vendors that could not be told of unreached customers.")

LEASE = timedelta(seconds=60)
# How long until identity is asked again, and until a vendor without a contact may have one.
ASK_AGAIN = timedelta(minutes=5)
LOOK_AGAIN = timedelta(hours=6)
# How many customers one mail names; the rest is a number, and in the list it points to.
NAMED = 50


@dataclass(frozen=True)
class DigestLoop:
    """``party_of``: the vendor's contacts; None while nobody can say."""

    stores: Stores
    failures: Failures
    party_of: Callable[[str], Party | None]
    email_is_on: bool
    now: Clock
    new_id: IdSource

    def run_once(self) -> bool:
        """Write one that is due; False when none is, or mails cannot be sent."""
        if not self.email_is_on:
            return False
        now = self.now()
        barred, claim = self.failures.barred(), self.new_id("claim")
        digest = self.stores.digests.claim(claim, now, now + LEASE, barred)
        if digest is None:
            return False
        self.failures.run([digest.change_id], lambda _: self._write(digest, now))
        return True

    def _write(self, digest: Digest, now: datetime) -> None:
        count, rows = self.stores.escalations.unreached_of(digest.change_id, NAMED)
        if not count or self.stores.escalations.withdrawn([digest.change_id]):
            self.stores.digests.dropped(digest)
            return
        party = self.party_of(digest.processor_id)
        if party is None or not party.contacts:
            UNTOLD.inc()
            log.error("digest.untold", change_id=digest.change_id, processor_id=digest.processor_id)
            wait = LOOK_AGAIN if party else ASK_AGAIN
            self.stores.digests.put_off(digest, now + wait)
            return
        mails = self._mails(digest, party, self._data(digest, count, rows), now)
        self.stores.sendings[CHANNEL.name].add_many(mails)
        self.stores.digests.sent(digest, now)
        log.warning("digest.made", change_id=digest.change_id, unreached=count)

    def _mails(
        self, digest: Digest, party: Party, data: Mapping[str, Any], now: datetime
    ) -> list[StoredSending]:
        about = f"{events.UNREACHED}:{digest.change_id}:{digest.number}"
        return mails_to(
            self.stores, party, about, events.UNREACHED, DIGEST, now,
            change_id=digest.change_id, data=dict(data),
        )  # fmt: skip

    def _data(self, digest: Digest, count: int, rows: Sequence[StoredNotice]) -> dict[str, Any]:
        """What ``letters.upkeep.unreached`` shows; days as text."""
        recipients = self.stores.recipients.many([each["agreement_id"] for each in rows])
        names = {name: it.controller.get("legal_name") for name, it in recipients.items()}
        deadlines = [row["notice"]["objection_deadline"] for row in rows]
        notice = self.stores.events.notice_of(digest.change_id)
        return {
            **change_of(notice),
            "vendor": dict(notice.processor) if notice else {"id": digest.processor_id},
            "change_id": digest.change_id,
            "count": count,
            "first_deadline": min((each for each in deadlines if each), default=None),
            "customers": [_customer(each, names) for each in rows],
        }


def _customer(row: StoredNotice, names: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        "agreement_id": row["agreement_id"],
        "name": names.get(row["agreement_id"]),
        "reason": row["unreached_reason"],
        "deadline": row["notice"]["objection_deadline"],
    }
