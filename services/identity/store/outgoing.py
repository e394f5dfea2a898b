"""Mails that identity has asked for and not yet handed to notices; there are no tokens in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from services.identity.store.stored import StoredOutgoing
from shared.mongo import Mongo, Session

MOST_AT_ONCE = 50


class OutgoingMails:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "outgoing_mails": [IndexModel([("made_at", ASCENDING)])]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("outgoing_mails", StoredOutgoing)

    def add(self, row: StoredOutgoing, session: Session) -> None:
        self._docs.insert_one(row, session=session)

    def add_once(self, row: StoredOutgoing, session: Session) -> None:
        """Add one whose id says what it is about, unless it waits already."""
        once = {"$setOnInsert": row}
        self._docs.update_one({"_id": row["_id"]}, once, upsert=True, session=session)

    def waiting(self, barred: Sequence[str]) -> list[str]:
        """The oldest first."""
        where = {"_id": {"$nin": list(barred)}}
        rows = self._docs.find(where, {"_id": 1}).sort("made_at", ASCENDING).limit(MOST_AT_ONCE)
        return [row["_id"] for row in rows]

    def find(self, mail_id: str) -> StoredOutgoing | None:
        return self._docs.find_one({"_id": mail_id})

    def remove(self, mail_id: str) -> None:
        self._docs.delete_one({"_id": mail_id})

    def remove_older(self, than: datetime) -> int:
        return self._docs.delete_many({"made_at": {"$lt": than}}).deleted_count
