"""Mails: claimed in batches, each finished by a write that its claim fences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notices.model.mails import ATTEMPTS_KEPT, BOUNCED, DELIVERED, address_key
from services.notices.store.batches import insert_new, remove_some
from shared.documents import Document
from shared.mongo import Mongo, Session

_LIVE = {"due_at": {"$exists": True}}

# How long an address that sent a mail back is tried after all others.
BOUNCED_SECONDS = 400 * 86_400
BOUNCED_INDEXES = [
    IndexModel([("at", ASCENDING)], expireAfterSeconds=BOUNCED_SECONDS),
    IndexModel([("address", ASCENDING)]),
]
# Of an address: whose mails came back (None: those of Art28 itself), and when.
BouncedAt = Mapping[str | None, Mapping[str, datetime]]
INDEXES: Sequence[IndexModel] = [
    IndexModel([("due_at", ASCENDING)], partialFilterExpression=_LIVE),
    IndexModel([("message_id", ASCENDING), ("made_at", ASCENDING)]),
    IndexModel([("address", ASCENDING), ("made_at", DESCENDING)]),
    IndexModel([("agreement_id", ASCENDING), ("notice_id", ASCENDING), ("state", ASCENDING)]),
]


@dataclass(frozen=True)
class Finish:
    """How a claimed mail goes on; ``due_at`` is None when it does not. ``attempt`` is None when
    there was none (the server was away before its turn came)."""

    mail_id: str
    claim: str
    state: str
    due_at: datetime | None
    attempt: Mapping[str, Any] | None


class Mails:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["mails"]
        self._bounced = mongo.db["bounced_addresses"]

    def add_many(self, rows: Sequence[Document]) -> None:
        """Those that are not there yet; one there already stays as it is."""
        insert_new(self._docs, rows)

    def add_once(self, row: Document, session: Session | None = None) -> None:
        """The same inside a transaction, where a double key would end it."""
        once = {"$setOnInsert": row}
        self._docs.update_one({"_id": row["_id"]}, once, upsert=True, session=session)

    def claim(
        self, token: str, now: datetime, until: datetime, limit: int, but: Sequence[str] = ()
    ) -> list[Document]:
        """Up to ``limit`` due mails, the longest due first, ours until ``until``."""
        due = {"due_at": {"$lte": now}, "_id": {"$nin": list(but)}}
        found = self._docs.find(due, {"_id": 1}).sort("due_at", ASCENDING).limit(limit)
        ids = [each["_id"] for each in found]
        if not ids:
            return []
        taken = {"$set": {"claim": token, "due_at": until}}
        self._docs.update_many({"_id": {"$in": ids}, "due_at": due["due_at"]}, taken)
        rows = self._docs.find({"_id": {"$in": ids}, "claim": token})
        return sorted(rows, key=lambda each: ids.index(each["_id"]))

    def finish(self, done: Finish) -> bool:
        """False when the claim had been lost to somebody else; then nothing is written."""
        change: dict[str, Any] = {"$set": {"state": done.state}, "$unset": {"claim": ""}}
        if done.due_at is None:
            change["$unset"]["due_at"] = ""
        else:
            change["$set"]["due_at"] = done.due_at
        if done.attempt is not None:
            kept = {"$each": [dict(done.attempt)], "$slice": -ATTEMPTS_KEPT}
            change |= {"$push": {"attempts": kept}, "$inc": {"attempt": 1}}
            if done.state == DELIVERED:
                change["$min"] = {"delivered_at": done.attempt["answered_at"]}
        mine = {"_id": done.mail_id, "claim": done.claim}
        return bool(self._docs.update_one(mine, change).matched_count)

    def find(self, mail_id: str) -> Document | None:
        return self._docs.find_one({"_id": mail_id})

    def of_messages(self, message_ids: Iterable[str]) -> list[Document]:
        return list(self._docs.find({"message_id": {"$in": list(message_ids)}}).sort("made_at"))

    def reached(self, agreement_ids: Iterable[str | None]) -> frozenset[str]:
        """Those of these agreements under which some notice has arrived by mail."""
        ids = sorted({each for each in agreement_ids if each})
        where: Document = {
            "agreement_id": {"$in": ids},
            "notice_id": {"$gt": ""},
            "state": DELIVERED,
        }
        return frozenset(self._docs.distinct("agreement_id", where)) if ids else frozenset()

    def latest_to(self, address: str) -> Document | None:
        """The newest mail that this address's server has accepted."""
        where = {"address": address_key(address), "state": DELIVERED}
        return self._docs.find_one(where, sort=[("made_at", -1)])

    def bounce(
        self, mail_id: str, report: Mapping[str, Any], at: datetime, session: Session | None = None
    ) -> None:
        """It came back: not delivered after all, and not tried again."""
        told = {"$set": {"state": BOUNCED, "bounce": {**report, "at": at}},
                "$unset": {"due_at": "", "claim": ""}}  # fmt: skip
        self._docs.update_one({"_id": mail_id}, told, session=session)

    def acknowledge(self, mail_id: str, at: datetime, session: Session | None = None) -> None:
        """The first time counts."""
        once = {"_id": mail_id, "acknowledged_at": {"$exists": False}}
        self._docs.update_one(once, {"$set": {"acknowledged_at": at}}, session=session)

    def remove_of(self, message_ids: Sequence[str]) -> None:
        """The mails of messages that are no longer kept; they name persons."""
        if message_ids:
            self._docs.delete_many({"message_id": {"$in": list(message_ids)}})

    def remove_warnings(self, before: datetime, limit: int) -> int:
        """Up to ``limit`` mails of no message, made before this moment; how many there were."""
        where: Document = {"message_id": None, "made_at": {"$lt": before}}
        return remove_some(self._docs, where, limit)

    def mark_bounced(self, mail: Document, at: datetime, session: Session | None = None) -> None:
        """Remember that this mail came back, for the mails of its vendor to that address. Those of
        other vendors find out for themselves: none can make another's mails come late."""
        vendor, address = mail.get("processor_id"), mail["address"]
        mark = {"$set": {"vendor": vendor, "address": address, "at": at}}
        self._bounced.update_one(
            {"_id": _mark(vendor, address)}, mark, upsert=True, session=session
        )

    def bounced(self, named: Iterable[tuple[str | None, str]]) -> BouncedAt:
        """By vendor and ``address_key``: when a mail last came back. ``named``: vendor, address."""
        ids = {_mark(vendor, address) for vendor, address in named}
        found: defaultdict[str | None, dict[str, datetime]] = defaultdict(dict)
        for each in self._bounced.find({"_id": {"$in": sorted(ids)}}):
            found[each["vendor"]][each["address"]] = each["at"]
        return found

    def forgive(self, addresses: Iterable[str], session: Session | None = None) -> None:
        """Their owner has named these anew: they count as good again, for every vendor."""
        where: Document = {"address": {"$in": [address_key(each) for each in addresses]}}
        self._bounced.delete_many(where, session=session)

    def forgive_address_of(self, mail: Document) -> None:
        """The address has taken this mail: it counts as good again for the mails of its vendor."""
        self._bounced.delete_one({"_id": _mark(mail.get("processor_id"), mail["address"])})


def _mark(vendor: str | None, address: str) -> str:
    return f"{vendor or ''}|{address_key(address)}"
