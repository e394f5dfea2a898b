"""Sendings of one channel: claimed in batches, each finished by a write that its claim fences."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notices.model.sendings import BOUNCED, DELIVERED, VISITOR
from services.notices.model.stored import StoredRefusal, StoredSending
from services.notices.store.batches import insert_new, remove_some
from services.notices.store.outcomes import Completion, update_of
from shared.documents import Document
from shared.ids import secret_id
from shared.mongo import Mongo, Session

_LIVE = {"due_at": {"$exists": True}}

# How long an address that sent something back is tried after all others.
REFUSED_SECONDS = 400 * 86_400
REFUSED_INDEXES = [
    IndexModel([("at", ASCENDING)], expireAfterSeconds=REFUSED_SECONDS),
    IndexModel([("address", ASCENDING)]),
]
# By vendor (None: sendings of Art28 itself) and address: when one came back.
RefusedAt = Mapping[str | None, Mapping[str, datetime]]
# Servers try for five days at most before they send a mail back (RFC 5321, section 4.5.4.1).
LATEST_BOUNCE = timedelta(days=10)
INDEXES: Sequence[IndexModel] = [
    IndexModel([("bounce_id", ASCENDING)]),
    IndexModel([("due_at", ASCENDING)], partialFilterExpression=_LIVE),
    IndexModel([("message_id", ASCENDING), ("made_at", ASCENDING)]),
    IndexModel([("address", ASCENDING), ("made_at", DESCENDING)]),
    IndexModel([("agreement_id", ASCENDING), ("notice_id", ASCENDING), ("state", ASCENDING)]),
]


class Sendings:
    """``collection``: of the channel whose sendings these are; ``prefix``: of their ids.

    A sending's own id can be worked out by anybody who knows what it is about. By which id it may
    come back is drawn at random and stored, so that nobody can report the mail of another.
    """

    def __init__(
        self,
        mongo: Mongo,
        collection: str,
        prefix: str,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._docs = mongo.collection(collection, StoredSending)
        self._prefix, self._random = prefix, random

    def add_many(self, rows: Sequence[StoredSending]) -> None:
        """Those that are not there yet; one there already stays as it is."""
        insert_new(self._docs, [self._drawn(row) for row in rows])

    def add_once(self, row: StoredSending, session: Session | None = None) -> None:
        """The same inside a transaction, where a double key would end it."""
        once = {"$setOnInsert": self._drawn(row)}
        self._docs.update_one({"_id": row["_id"]}, once, upsert=True, session=session)

    def _drawn(self, row: StoredSending) -> StoredSending:
        return {**row, "bounce_id": secret_id(self._prefix, self._random)}

    def claim(
        self, token: str, now: datetime, until: datetime, limit: int, but: Sequence[str] = ()
    ) -> list[StoredSending]:
        """Up to ``limit`` due sendings, the longest due first, ours until ``until``."""
        due = {"due_at": {"$lte": now}, "_id": {"$nin": list(but)}}
        rows = self._docs.find(due, {"_id": 1}).sort("due_at", ASCENDING).limit(limit)
        ids = [row["_id"] for row in rows]
        if not ids:
            return []
        taken = {"$set": {"claim": token, "due_at": until}}
        self._docs.update_many({"_id": {"$in": ids}, "due_at": due["due_at"]}, taken)
        claimed = self._docs.find({"_id": {"$in": ids}, "claim": token})
        return sorted(claimed, key=lambda row: ids.index(row["_id"]))

    def finish(self, completion: Completion) -> bool:
        """False when the claim had been lost to another process; then nothing is written."""
        return bool(self._docs.update_one(*update_of(completion)).matched_count)

    def find(self, sending_id: str) -> StoredSending | None:
        return self._docs.find_one({"_id": sending_id})

    def came_back(self, bounce_id: str, now: datetime) -> StoredSending | None:
        """The sending that went out under this id.

        Before 2026-11-29 sendings went out under their own id, which can be guessed: it counts
        for those only, and only while a report of them can still come.
        """
        old: Document = {
            "_id": bounce_id,
            "bounce_id": {"$exists": False},
            "made_at": {"$gte": now - LATEST_BOUNCE},
        }
        return self._docs.find_one({"bounce_id": bounce_id}) or self._docs.find_one(old)

    def existing(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of these sendings that are kept."""
        found = self._docs.find({"_id": {"$in": list(ids)}}, {"_id": 1})
        return frozenset(row["_id"] for row in found)

    def of_messages(self, message_ids: Iterable[str]) -> list[StoredSending]:
        return list(self._docs.find({"message_id": {"$in": list(message_ids)}}).sort("made_at"))

    def reached(self, agreement_ids: Iterable[str | None]) -> frozenset[str]:
        """Those of these agreements under which some notice has arrived by this channel."""
        ids = sorted({name for name in agreement_ids if name})
        where: Document = {
            "agreement_id": {"$in": ids},
            "notice_id": {"$gt": ""},
            "state": DELIVERED,
        }
        return frozenset(self._docs.distinct("agreement_id", where)) if ids else frozenset()

    def latest_to(self, key: str) -> StoredSending | None:
        """The newest sending that this address has accepted; see ``Address.key``."""
        where = {"address": key, "state": DELIVERED}
        return self._docs.find_one(where, sort=[("made_at", -1)])

    def bounce(
        self,
        sending_id: str,
        report: Mapping[str, Any],
        at: datetime,
        session: Session | None = None,
    ) -> None:
        """It came back: not delivered after all, and not tried again."""
        update = {
            "$set": {"state": BOUNCED, "bounce": {**report, "at": at}},
            "$unset": {"due_at": "", "claim": ""},
        }
        self._docs.update_one({"_id": sending_id}, update, session=session)

    def acknowledge(self, sending_id: str, at: datetime, session: Session | None = None) -> None:
        """The first time counts."""
        once = {"_id": sending_id, "acknowledged_at": {"$exists": False}}
        self._docs.update_one(once, {"$set": {"acknowledged_at": at}}, session=session)

    def remove_of(self, message_ids: Sequence[str]) -> None:
        """Those of messages that are no longer kept; they name persons."""
        if message_ids:
            self._docs.delete_many({"message_id": {"$in": list(message_ids)}})

    def remove_visitors(self, before: datetime, limit: int) -> int:
        """Up to ``limit`` mails of visitors, made before; how many there were."""
        where: Document = {"message_id": None, "why": VISITOR, "made_at": {"$lt": before}}
        return remove_some(self._docs, where, limit)

    def remove_warnings(self, before: datetime, limit: int) -> int:
        """Up to ``limit`` sendings of no message, made before this moment; how many there were."""
        where: Document = {"message_id": None, "made_at": {"$lt": before}}
        return remove_some(self._docs, where, limit)


class RefusedAddresses:
    """Addresses that handed something back, each for the vendor whose sending that was: none can
    make another's sendings come late."""

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("bounced_addresses", StoredRefusal)

    def mark(self, sending: StoredSending, at: datetime, session: Session | None = None) -> None:
        """Remember that this one came back, for the sendings of its vendor to that address."""
        vendor, key = sending.get("processor_id"), sending["address"]
        mark = {"$set": {"vendor": vendor, "address": key, "at": at}}
        self._docs.update_one({"_id": _mark(vendor, key)}, mark, upsert=True, session=session)

    def among(self, named: Iterable[tuple[str | None, str]]) -> RefusedAt:
        """Of these vendors and addresses: when a sending last came back."""
        ids = {_mark(vendor, key) for vendor, key in named}
        refused: defaultdict[str | None, dict[str, datetime]] = defaultdict(dict)
        for row in self._docs.find({"_id": {"$in": sorted(ids)}}) if ids else ():
            refused[row["vendor"]][row["address"]] = row["at"]
        return refused

    def forgive(self, keys: Iterable[str], session: Session | None = None) -> None:
        """Their owner has named these anew: they count as good again, for every vendor."""
        where: Document = {"address": {"$in": list(keys)}}
        self._docs.delete_many(where, session=session)

    def forgive_address_of(self, sending: StoredSending) -> None:
        """The address has taken this one: it counts as good again for its vendor."""
        self._docs.delete_one({"_id": _mark(sending.get("processor_id"), sending["address"])})


def _mark(vendor: str | None, key: str | None) -> str:
    return f"{vendor or ''}|{key}"
