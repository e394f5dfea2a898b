"""What vendors are owed by mail: messages to them that stand in no mail yet, and when one is due.

One row per vendor, by its owner's name (``model.owners``). It has a ``due_at`` while a mail is
owed, and is claimed with a lease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.notices.model.stored import StoredMessage, StoredVendorMail
from shared.documents import Document
from shared.mongo import Mongo, Session

# What happens within this time stands in one mail.
GATHER = timedelta(minutes=10)
# What happens later stands in a later one, but not more often than this.
AT_MOST_EVERY = timedelta(hours=1)

INDEXES: Sequence[IndexModel] = [
    IndexModel([("due_at", ASCENDING)], partialFilterExpression={"due_at": {"$exists": True}}),
]
MESSAGE_INDEXES: Sequence[IndexModel] = [
    IndexModel(
        [("to_mail", ASCENDING), ("controller_id", ASCENDING), ("_id", ASCENDING)],
        partialFilterExpression={"to_mail": True},
    ),
]


@dataclass(frozen=True)
class DueMail:
    """``owner``: of the messages; ``number``: how many mails it had, part of the next one's id."""

    owner: str
    number: int
    claim: str


class VendorMails:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("vendor_mails", StoredVendorMail)
        self._messages = mongo.collection("messages", StoredMessage)

    def schedule(self, owner: str, now: datetime) -> None:
        """There is something to mail: have it mailed, unless a mail is due already."""
        self._docs.update_one({"_id": owner}, {"$setOnInsert": {"number": 0}}, upsert=True)
        row = self._docs.find_one({"_id": owner})
        sent_at = row.get("sent_at") if row else None
        due = max(now + GATHER, sent_at + AT_MOST_EVERY) if sent_at else now + GATHER
        update: Document = {"$set": {"due_at": due}}
        self._docs.update_one({"_id": owner, "due_at": {"$exists": False}}, update)

    def claim(
        self, token: str, now: datetime, until: datetime, but: Sequence[str] = ()
    ) -> DueMail | None:
        """One that is due, ours until ``until``."""
        row = self._docs.find_one_and_update(
            {"due_at": {"$lte": now}, "_id": {"$nin": list(but)}},
            {"$set": {"claim": token, "due_at": until}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return DueMail(row["_id"], row["number"], token) if row else None

    def unmailed(self, owner: str, limit: int) -> list[StoredMessage]:
        """Up to ``limit`` messages that stand in no mail yet, the oldest first."""
        where: Document = {"to_mail": True, "controller_id": owner}
        return list(self._messages.find(where).sort("_id", ASCENDING).limit(limit))

    def mailed(
        self, due: DueMail, message_ids: Sequence[str], now: datetime, session: Session
    ) -> bool:
        """These stand in a mail; False when the claim is lost. In the transaction of the mail."""
        change: Document = {"$set": {"sent_at": now}, "$inc": {"number": 1}}
        if not self._finish(due, {**change, "$unset": {"due_at": "", "claim": ""}}, session):
            return False
        these = {"_id": {"$in": list(message_ids)}}
        self._messages.update_many(these, {"$unset": {"to_mail": ""}}, session=session)
        return True

    def dropped(self, due: DueMail) -> None:
        """There is nothing to mail any more."""
        self._finish(due, {"$unset": {"due_at": "", "claim": ""}})

    def put_off(self, due: DueMail, until: datetime) -> None:
        self._finish(due, {"$set": {"due_at": until}, "$unset": {"claim": ""}})

    def _finish(self, due: DueMail, change: Document, session: Session | None = None) -> bool:
        held = {"_id": due.owner, "claim": due.claim}
        return bool(self._docs.update_one(held, change, session=session).matched_count)
