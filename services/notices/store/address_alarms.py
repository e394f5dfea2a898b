"""Mailboxes where vendors read answers, and that sent something back: the last time of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.notices.model.address_alarms import Back, bounced_event, is_news, vendor_of
from services.notices.model.jobs import FAN_OUT, Job, job_id
from services.notices.model.stored import StoredAddressAlarm, StoredSending
from services.notices.store.events import Events
from services.notices.store.jobs import Jobs
from services.notices.store.reply_addresses import ReplyAddressBook
from services.notices.store.sendings import REFUSED_SECONDS
from shared.mongo import Mongo, Session

INDEXES: Sequence[IndexModel] = [
    IndexModel([("at", ASCENDING)], expireAfterSeconds=REFUSED_SECONDS),
]


class AddressAlarms:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("address_alarms", StoredAddressAlarm)
        self._events, self._jobs = Events(mongo), Jobs(mongo)
        self._reply_addresses = ReplyAddressBook(mongo)

    def of(self, vendor_id: str, session: Session | None = None) -> StoredAddressAlarm | None:
        return self._docs.find_one({"_id": vendor_id}, session=session)

    def note(self, mail: StoredSending, back: Back, origin: str, session: Session) -> None:
        """Tell the vendor that its mail came back from where it reads answers; nothing for mails
        to others, or to another of its contacts."""
        vendor = vendor_of(mail)
        if vendor is None or not self._answers_go_there(mail, vendor):
            return
        before = self.of(vendor["id"], session)
        if is_news(_back(before), back):
            self._tell(vendor, back, origin, session)

    def _answers_go_there(self, mail: StoredSending, vendor: Mapping[str, Any]) -> bool:
        if "expires_at" in mail:  # A probe or a question, which go there and nowhere else.
            return True
        kept = self._reply_addresses.find(vendor["id"])
        return kept is not None and (mail["to"] or {}).get("email") == kept["email"]

    def _tell(self, vendor: Mapping[str, Any], back: Back, origin: str, session: Session) -> None:
        row: StoredAddressAlarm = {"_id": vendor["id"], **back}
        self._docs.replace_one({"_id": vendor["id"]}, row, upsert=True, session=session)
        event = bounced_event(vendor, back, origin)
        self._events.add(event, session)
        self._jobs.add(Job(job_id(event.id), FAN_OUT, back["at"], event_id=event.id), session)


def _back(row: StoredAddressAlarm | None) -> Back | None:
    return {"email": row["email"], "status": row["status"], "at": row["at"]} if row else None
