"""Those who want to hear of a public register's changes; erased as soon as they do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import cast

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.notices.model.sendings import SUBSCRIBER
from services.notices.model.stored import (
    StoredAsked,
    StoredSending,
    StoredSubscriber,
    StoredVisits,
    StoredWish,
)
from services.notices.model.subscribers import subscriber_id
from shared.documents import Document
from shared.mongo import Mongo, Session

INDEXES: Sequence[IndexModel] = [
    IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("asked.hash", ASCENDING)], partialFilterExpression={"asked": {"$exists": True}}),
    IndexModel([("address", ASCENDING), ("asked_at", ASCENDING)]),
    IndexModel([("asked_at", ASCENDING)], partialFilterExpression={"asked": {"$exists": True}}),
    IndexModel(
        [("silent_since", ASCENDING)],
        partialFilterExpression={"silent_since": {"$exists": True}},
    ),
]
VISIT_INDEXES: Sequence[IndexModel] = [IndexModel([("at", ASCENDING)], expireAfterSeconds=3_600)]


class Subscribers:
    def __init__(self, mongo: Mongo, mails: str) -> None:
        """``mails``: the collection of the channel that writes to subscribers."""
        self._mongo = mongo
        self._docs = mongo.collection("subscribers", StoredSubscriber)
        self._visits = mongo.collection("visits", StoredVisits)
        self._mails = mongo.collection(mails, StoredSending)

    def find(self, name: str) -> StoredSubscriber | None:
        return self._docs.find_one({"_id": name})

    def registers_since(self, address: str, since: datetime) -> int:
        """How many registers have sent this address a link since then."""
        return self._docs.count_documents({"address": address, "asked_at": {"$gte": since}})

    def ask(
        self,
        processor_id: str,
        address: str,
        email: str,
        asked: StoredAsked,
        at: datetime,
        session: Session,
    ) -> None:
        """Keep a wish until it is confirmed; a confirmed one goes on until then."""
        name = subscriber_id(processor_id, address)
        named = {"processor_id": processor_id, "address": address, "email": email}
        change: Document = {"$set": {**named, "asked_at": at, "asked": asked}}
        self._docs.update_one({"_id": name}, change, upsert=True, session=session)

    def asked(self, token_hash: str) -> StoredSubscriber | None:
        """Whose link this is."""
        return self._docs.find_one({"asked.hash": token_hash})

    def confirm(self, subscriber: StoredSubscriber, at: datetime) -> None:
        """What was asked counts from now on; nothing if it was confirmed, or asked anew, since."""
        asked = subscriber["asked"]
        wish: StoredWish = {
            "topic": asked["topic"],
            "product": asked["product"],
            "language": asked["language"],
        }
        held: Document = {"_id": subscriber["_id"], "asked.hash": asked["hash"]}
        change: Document = {"$set": {"wish": wish, "confirmed_at": at}, "$unset": {"asked": ""}}
        self._docs.update_one(held, change)

    def erase(self, name: str, session: Session) -> None:
        """The address, and every mail to it that was sent for this reason."""
        self._erase({"_id": name}, session)

    def erase_addressee(self, mail: StoredSending, session: Session) -> None:
        """The subscriber whose mail came back for good."""
        self.erase(subscriber_id(mail["processor_id"] or "", mail["address"] or ""), session)

    def after(self, processor_id: str, cursor: str | None, limit: int) -> list[StoredSubscriber]:
        """The next confirmed ones of a register, by id."""
        where: Document = {
            "processor_id": processor_id,
            "_id": {"$gt": cursor or ""},
            "wish": {"$exists": True},
        }
        return list(self._docs.find(where).sort("_id", ASCENDING).limit(limit))

    def has_any(self, processor_id: str, session: Session | None = None) -> bool:
        where: Document = {"processor_id": processor_id}
        return self._docs.find_one(where, {"_id": 1}, session=session) is not None

    def silence(self, processor_id: str, since: datetime | None, session: Session) -> None:
        """The register is not public any more; None: it is again."""
        change: Document = (
            {"$set": {"silent_since": since}} if since else {"$unset": {"silent_since": ""}}
        )
        self._docs.update_many({"processor_id": processor_id}, change, session=session)

    def remove_unconfirmed(self, before: datetime, limit: int) -> int:
        """Up to ``limit`` addresses whose owners never confirmed; how many there were."""
        late: Document = {"asked_at": {"$lt": before}, "asked": {"$exists": True}}
        self._docs.update_many({**late, "wish": {"$exists": True}}, {"$unset": {"asked": ""}})
        return self._remove({**late, "wish": {"$exists": False}}, limit)

    def remove_silent(self, before: datetime, limit: int) -> int:
        return self._remove({"silent_since": {"$lt": before}}, limit)

    def _remove(self, where: Document, limit: int) -> int:
        names = [row["_id"] for row in self._docs.find(where, {"_id": 1}).limit(limit)]
        for name in names:
            # Who has asked anew meanwhile, or whose register is public again, stays.
            self._mongo.transact(partial(self._erase, {**where, "_id": name}))
        return len(names)

    def _erase(self, where: Document, session: Session) -> None:
        row = self._docs.find_one_and_delete(where, session=session)
        if row is not None:
            address, register = row["address"], row["processor_id"]
            mails = {"address": address, "why": SUBSCRIBER, "processor_id": register}
            self._mails.delete_many(mails, session=session)

    def visit(self, place: str, at: datetime) -> int:
        """Count a visit from a place; how many there were in this hour. ``place``: a hash."""
        name = f"{place}.{at:%Y%m%d%H}"
        change: Document = {"$inc": {"number": 1}, "$setOnInsert": {"at": at}}
        row = self._visits.find_one_and_update(
            {"_id": name}, change, upsert=True, return_document=ReturnDocument.AFTER
        )
        return cast("StoredVisits", row)["number"]
