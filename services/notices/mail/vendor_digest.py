"""Mails the vendor what its customers did and what falls due, one mail for what came together.

What happens within ten minutes stands in one mail, and the next one follows an hour later at the
earliest: a vendor with a thousand customers gets at most 24 mails a day. One event has a mail about
it; of several, the most urgent ones are named. Mails and marks are written in one transaction, so
nothing is told twice or never.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.notices import events
from services.notices.channels.email import CHANNEL, address_key
from services.notices.clients import Party
from services.notices.mail.contacts import mails_to
from services.notices.mail.unreached_digest import ASK_AGAIN, LEASE, LOOK_AGAIN, UNTOLD
from services.notices.mail.vendor_contacts import VendorContacts
from services.notices.model.messages import body_of
from services.notices.model.owners import organisation_of
from services.notices.model.sendings import DIGEST
from services.notices.model.stored import StoredMessage, StoredSending
from services.notices.store import Stores
from services.notices.store.vendor_mails import DueMail
from shared.failures import Failures
from shared.ids import IdSource
from shared.mongo import Session
from shared.times import Clock

log = structlog.get_logger()

# How many events one mail names; the rest is a number, and to be read where it points.
NAMED = 50
# How many events one mail is made of; what is left comes with the next one.
MOST = 2_000
# What a vendor must answer comes first, then what is late, then what it should know.
_URGENCY = (
    events.NOTICE_ADDRESS_BOUNCED,
    events.OBJECTION_RECEIVED,
    events.DELETION_OVERDUE,
    events.AGREEMENT_PROPOSED,
    events.PROPOSAL_MADE,
    events.PAPER_UPLOADED,
    events.EVIDENCE_DUE,
    events.AGREEMENT_RENEWAL_DUE,
    events.OBJECTION_UPDATED,
)
# What the letter shows of a message.
_SHOWN = ("change_id", "objection_id", "agreement_id", "customer", "change", "status", "grounds",
          "text", "modification", "reason", "due_on", "ends_on", "days_left", "sub_processor",
          "by", "acceptance", "location", "instrument_id", "instrument_name_by_language",
          "evidence", "email", "template_name", "counts", "roll_out_id")  # fmt: skip


@dataclass(frozen=True)
class VendorDigestLoop:
    stores: Stores
    failures: Failures
    contacts: VendorContacts
    email_is_on: bool
    now: Clock
    new_id: IdSource

    def run_once(self) -> bool:
        """Write one that is due; False when none is, or mails cannot be sent."""
        if not self.email_is_on:
            return False
        now = self.now()
        barred, claim = self.failures.barred(), self.new_id("claim")
        due = self.stores.vendor_mails.claim(claim, now, now + LEASE, barred)
        if due is None:
            return False
        self.failures.run([due.owner], lambda _: self._write(due, now))
        return True

    def _write(self, due: DueMail, now: datetime) -> None:
        messages = self.stores.vendor_mails.unmailed(due.owner, MOST)
        if not messages:
            self.stores.vendor_mails.dropped(due)
            return
        party = self.contacts.but(organisation_of(due.owner), self._sent_back(messages))
        if party is None or not party.contacts:
            UNTOLD.inc()
            log.error("vendor_mail.untold", processor_id=organisation_of(due.owner))
            self.stores.vendor_mails.put_off(due, now + (LOOK_AGAIN if party else ASK_AGAIN))
            return
        self._store(due, messages, self._mails(due, party, messages, now), now)

    def _sent_back(self, messages: Sequence[StoredMessage]) -> set[str]:
        """The addresses whose bounce these messages tell of."""
        alarms = [it for it in messages if it["type"] == events.NOTICE_ADDRESS_BOUNCED]
        found = self.stores.events.many(each["event_id"] for each in alarms).values()
        return {address_key(json.loads(body_of(it, ""))["data"]["email"]) for it in found}

    def _store(
        self,
        due: DueMail,
        messages: Sequence[StoredMessage],
        mails: Sequence[StoredSending],
        now: datetime,
    ) -> None:
        def write(session: Session) -> bool:
            ids = [message["_id"] for message in messages]
            if not self.stores.vendor_mails.mailed(due, ids, now, session):
                return False
            for mail in mails:
                self.stores.sendings[CHANNEL.name].add_once(mail, session)
            return True

        if self.stores.mongo.transact(write):
            log.info("vendor_mail.made", events=len(messages), mails=len(mails))
        if len(messages) == MOST:
            self.stores.vendor_mails.schedule(due.owner, now)

    def _mails(
        self, due: DueMail, party: Party, messages: Sequence[StoredMessage], now: datetime
    ) -> list[StoredSending]:
        about, data = f"{events.VENDOR_NEWS}:{due.owner}:{due.number}", self._data(messages)
        return mails_to(self.stores, party, about, events.VENDOR_NEWS, DIGEST, now, data=data)

    def _data(self, messages: Sequence[StoredMessage]) -> dict[str, Any]:
        """What ``letters.vendor_news`` shows: ``count`` of all, ``items`` of the most urgent."""
        chosen = sorted(messages, key=lambda each: (_rank(each["type"]), each["_id"]))[:NAMED]
        found = self.stores.events.many(each["event_id"] for each in chosen)
        items = []
        for message in chosen:
            event = found[message["event_id"]]
            data = json.loads(body_of(event, message["extra"]))["data"]
            items.append(_item(message["type"], data))
        vendor = found[chosen[0]["event_id"]].processor
        return {"count": len(messages), "items": items, "vendor": dict(vendor)}


def _rank(kind: str) -> int:
    return _URGENCY.index(kind) if kind in _URGENCY else len(_URGENCY)


def _item(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, **{name: data[name] for name in _SHOWN if name in data}}
