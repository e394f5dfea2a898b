"""Messages: one per event and agreement; those that carry a notice are the legal record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ASCENDING

from services.notices.events import NOTICES
from services.notices.model.messages import least_id
from services.notices.store.bulk import insert_new
from shared.documents import Document
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class Messages:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["messages"]

    def add_many(self, rows: Sequence[Document]) -> list[str]:
        """Those that are new; the ids of those that were there already."""
        return insert_new(self._docs, rows)

    def add(self, row: Document, session: Session | None = None) -> None:
        self._docs.insert_one(row, session=session)

    def find(self, message_id: str) -> Document | None:
        return self._docs.find_one({"_id": message_id})

    def many(self, message_ids: Iterable[str]) -> dict[str, Document]:
        found = self._docs.find({"_id": {"$in": list(message_ids)}})
        return {each["_id"]: each for each in found}

    def to_send(self, message_ids: Iterable[str]) -> dict[str, Document]:
        """Of these messages only what their bodies are made of: ``event_id`` and ``extra``."""
        found = self._docs.find({"_id": {"$in": list(message_ids)}}, {"event_id": 1, "extra": 1})
        return {each["_id"]: each for each in found}

    def notices(self, change_id: str, after: str | None, limit: int) -> list[Document]:
        """The notices of a change in the order of their agreements."""
        where: Document = {"change_id": change_id, "type": {"$in": list(NOTICES)}}
        if after:
            where["agreement_id"] = {"$gt": after}
        return list(self._docs.find(where).sort("agreement_id", ASCENDING).limit(limit))

    def notices_for(self, change_id: str, agreement_ids: Sequence[str]) -> list[Document]:
        where: Document = {
            "change_id": change_id,
            "agreement_id": {"$in": list(agreement_ids)},
            "type": {"$in": list(NOTICES)},
        }
        return list(self._docs.find(where).sort("agreement_id", ASCENDING))

    def notice_page(self, controller_id: str, request: PageRequest) -> Page:
        where = {"controller_id": controller_id, "type": {"$in": list(NOTICES)}}
        return find_page(self._docs, where, request, newest_first=True)

    def acknowledge(
        self, message_ids: Sequence[str], at: datetime, session: Session | None = None
    ) -> None:
        """The first acknowledgement counts; a later one changes nothing."""
        where: Document = {"_id": {"$in": list(message_ids)}, "acknowledged_at": None}
        self._docs.update_many(where, {"$set": {"acknowledged_at": at}}, session=session)

    def hand_over(self, agreement_id: str, owner: str, session: Session) -> None:
        """From now on the customer reads what was told under this agreement before."""
        where = {"controller_id": agreement_id}
        self._docs.update_many(where, {"$set": {"controller_id": owner}}, session=session)

    def since(self, controller_id: str, after: str, before: datetime, limit: int) -> list[Document]:
        """A customer's messages after one, oldest first, up to those made before ``before``."""
        where: Document = {
            "controller_id": controller_id,
            "_id": {"$gt": after, "$lt": least_id("msg", before)},
        }
        return list(self._docs.find(where).sort("_id", ASCENDING).limit(limit))

    def before(self, end: str, after: str, limit: int) -> list[Document]:
        """The next messages of all customers after one, oldest first, up to the id ``end``."""
        where: Document = {"_id": {"$gt": after, "$lt": end}}
        return list(self._docs.find(where).sort("_id", ASCENDING).limit(limit))

    def remove(self, message_ids: Sequence[str]) -> None:
        self._docs.delete_many({"_id": {"$in": list(message_ids)}})
