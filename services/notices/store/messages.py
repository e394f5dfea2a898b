"""Messages: one per event and agreement; those that carry a notice are the legal record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from pymongo import ASCENDING

from services.notices.events import NOTICES
from services.notices.model.answers import Noted
from services.notices.model.messages import least_id
from services.notices.model.stored import StoredMessage, StoredNotice
from services.notices.store.batches import insert_new
from shared.documents import Document
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


def about(change_ids: Sequence[str]) -> Document:
    """Where the messages about any of these changes are: a notice may be of several."""
    named = {"$in": list(change_ids)}
    return {"$or": [{"change_id": named}, {"other_change_ids": named}]}


class Messages:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("messages", StoredMessage)

    def add_many(self, rows: Sequence[StoredMessage]) -> list[str]:
        """Insert the rows that do not exist yet; return the ids of those that did."""
        return insert_new(self._docs, rows)

    def add(self, row: StoredMessage, session: Session | None = None) -> None:
        self._docs.insert_one(row, session=session)

    def find(self, message_id: str) -> StoredMessage | None:
        return self._docs.find_one({"_id": message_id})

    def many(self, message_ids: Iterable[str]) -> dict[str, StoredMessage]:
        rows = self._docs.find({"_id": {"$in": list(message_ids)}})
        return {row["_id"]: row for row in rows}

    def to_send(self, message_ids: Iterable[str]) -> dict[str, StoredMessage]:
        """Return of these messages the parts of their bodies: ``event_id`` and ``extra``."""
        rows = self._docs.find({"_id": {"$in": list(message_ids)}}, {"event_id": 1, "extra": 1})
        return {row["_id"]: row for row in rows}

    def notices(
        self, change_ids: Sequence[str], after: str | None, limit: int
    ) -> list[StoredNotice]:
        """Return the next notices of these changes, in the order of their agreements."""
        where: Document = {**about(change_ids), "type": {"$in": list(NOTICES)}}
        if after:
            where["agreement_id"] = {"$gt": after}
        return self._notices(where, limit)

    def notices_for(self, change_id: str, agreement_ids: Sequence[str]) -> list[StoredNotice]:
        where: Document = {
            **about([change_id]),
            "agreement_id": {"$in": list(agreement_ids)},
            "type": {"$in": list(NOTICES)},
        }
        return self._notices(where)

    def notice_page(self, controller_id: str, request: PageRequest) -> Page:
        where = {"controller_id": controller_id, "type": {"$in": list(NOTICES)}}
        return find_page(self._docs, where, request, newest_first=True)

    def acknowledge(
        self, message_ids: Sequence[str], at: datetime, session: Session | None = None
    ) -> None:
        """The first acknowledgement counts; a later one changes nothing."""
        where: Document = {"_id": {"$in": list(message_ids)}, "acknowledged_at": None}
        self._docs.update_many(where, {"$set": {"acknowledged_at": at}}, session=session)

    def note_letter(
        self, message_ids: Sequence[str], letter: Mapping[str, Any], session: Session
    ) -> None:
        """Keep what the customer said of these notices by letter."""
        where: Document = {"_id": {"$in": list(message_ids)}}
        self._docs.update_many(where, {"$push": {"letters": dict(letter)}}, session=session)

    def note_answer(self, noted: Noted, session: Session) -> None:
        """Keep what a customer answered beside its notices of that change."""
        whose = {"agreement_id": noted.agreement_id}
        if noted.agreement_id is None:
            whose = {"controller_id": noted.controller_id}
        where: Document = {**about([noted.change_id]), **whose, "type": {"$in": list(NOTICES)}}
        self._docs.update_many(where, {"$push": {"answers": noted.step}}, session=session)

    def hand_over(self, agreement_id: str, owner: str, session: Session) -> None:
        """Let the customer read the messages that were stored under this agreement so far."""
        where = {"controller_id": agreement_id}
        self._docs.update_many(where, {"$set": {"controller_id": owner}}, session=session)

    def since(
        self, controller_id: str, after: str, before: datetime, limit: int
    ) -> list[StoredMessage]:
        """Return a customer's messages after an id, made before ``before``, oldest first."""
        where: Document = {
            "controller_id": controller_id,
            "_id": {"$gt": after, "$lt": least_id("msg", before)},
        }
        return list(self._docs.find(where).sort("_id", ASCENDING).limit(limit))

    def before(self, end: str, after: str, limit: int) -> list[StoredMessage]:
        """Return the next messages of all customers between two ids, oldest first."""
        where: Document = {"_id": {"$gt": after, "$lt": end}}
        return list(self._docs.find(where).sort("_id", ASCENDING).limit(limit))

    def remove(self, message_ids: Sequence[str]) -> None:
        self._docs.delete_many({"_id": {"$in": list(message_ids)}})

    def _notices(self, where: Document, limit: int = 0) -> list[StoredNotice]:
        messages = self._docs.find(where).sort("agreement_id", ASCENDING).limit(limit)
        return cast("list[StoredNotice]", list(messages))
