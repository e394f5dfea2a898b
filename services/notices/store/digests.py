"""Pending mails to vendors about customers of a change who could not be reached.

One row per change. It has a ``due_at`` while a mail is owed, and is claimed with a lease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.notices.model.stored import StoredDigest
from services.notices.store.batches import remove_some
from shared.documents import Document
from shared.mongo import Mongo

# Customers found within this time stand in one mail.
GATHER = timedelta(minutes=10)
# Later ones stand in a later mail, but not more often than this.
AT_MOST_EVERY = timedelta(hours=24)

INDEXES: Sequence[IndexModel] = [
    IndexModel([("due_at", ASCENDING)], partialFilterExpression={"due_at": {"$exists": True}}),
    # By the day of the last one, so that retention finds those of long ago.
    IndexModel([("owed_at", ASCENDING)]),
]


@dataclass(frozen=True)
class Digest:
    """``number``: how many were sent before; it is part of the mail's id."""

    change_id: str
    processor_id: str
    number: int
    claim: str


class Digests:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("digests", StoredDigest)

    def schedule(self, change_id: str, processor_id: str, now: datetime) -> None:
        """A customer was found unreached: have the vendor mailed, unless that is due already."""
        first = {"processor_id": processor_id, "number": 0}
        self._docs.update_one({"_id": change_id}, {"$setOnInsert": first}, upsert=True)
        row = self._docs.find_one({"_id": change_id})
        sent_at = row.get("sent_at") if row else None
        due = max(now + GATHER, sent_at + AT_MOST_EVERY) if sent_at else now + GATHER
        update: Document = {"$set": {"due_at": due, "owed_at": now}}
        self._docs.update_one({"_id": change_id, "due_at": {"$exists": False}}, update)

    def claim(
        self, token: str, now: datetime, until: datetime, but: Sequence[str] = ()
    ) -> Digest | None:
        """One that is due, ours until ``until``."""
        digest = self._docs.find_one_and_update(
            {"due_at": {"$lte": now}, "_id": {"$nin": list(but)}},
            {"$set": {"claim": token, "due_at": until}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        if digest is None:
            return None
        return Digest(digest["_id"], digest["processor_id"], digest["number"], token)

    def sent(self, digest: Digest, now: datetime) -> None:
        """Its mails are made."""
        update: Document = {"$set": {"sent_at": now}, "$inc": {"number": 1}}
        self._finish(digest, {**update, "$unset": {"due_at": "", "claim": ""}})

    def dropped(self, digest: Digest) -> None:
        """All have been reached meanwhile, or nothing is owed to them any more."""
        self._finish(digest, {"$unset": {"due_at": "", "claim": ""}})

    def put_off(self, digest: Digest, until: datetime) -> None:
        self._finish(digest, {"$set": {"due_at": until}, "$unset": {"claim": ""}})

    def remove_old(self, before: datetime, limit: int) -> int:
        """Up to ``limit`` of changes of which nothing was owed since; how many there were."""
        return remove_some(self._docs, {"owed_at": {"$lt": before}}, limit)

    def _finish(self, digest: Digest, change: Document) -> None:
        self._docs.update_one({"_id": digest.change_id, "claim": digest.claim}, change)
