"""What happened, once for all who are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.notices.events import NOTICES
from services.notices.model.messages import Event
from shared.documents import Document, from_document, to_document
from shared.errors import NotFound
from shared.mongo import Mongo, Session


class Events:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["events"]

    def add(self, event: Event, session: Session | None = None) -> None:
        self._docs.insert_one(to_document(event), session=session)

    def get(self, event_id: str) -> Event:
        found = self._docs.find_one({"_id": event_id})
        if found is None:
            raise NotFound("There is no such event.")
        return from_document(Event, found)

    def many(self, event_ids: Iterable[str]) -> dict[str, Event]:
        found = self._docs.find({"_id": {"$in": list(set(event_ids))}})
        return {each["_id"]: from_document(Event, each) for each in found}

    def rewrite_heads(
        self, event_ids: Iterable[str], write: Callable[[str], str], session: Session
    ) -> None:
        """Put ``write(head)`` in place of the head of each of these that is still kept."""
        for each in self._docs.find(
            {"_id": {"$in": list(event_ids)}}, {"head": 1}, session=session
        ):
            head = {"$set": {"head": write(each["head"])}}
            self._docs.update_one({"_id": each["_id"]}, head, session=session)

    def notice_of(self, change_id: str) -> Event | None:
        """The announcement of this change, by either path."""
        where: Document = {"change_id": change_id, "type": {"$in": list(NOTICES)}}
        found = self._docs.find_one(where)
        return from_document(Event, found) if found else None
