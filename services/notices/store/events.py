"""Events: what happened, stored once for all its messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.notices.events import NOTICES
from services.notices.model.messages import Event
from services.notices.model.stored import StoredEvent
from services.notices.store.batches import insert_new
from shared.documents import Document, from_document, to_row
from shared.errors import NotFound
from shared.mongo import Mongo, Session


class Events:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("events", StoredEvent)

    def add(self, event: Event, session: Session | None = None) -> None:
        self._docs.insert_one(to_row(event, StoredEvent), session=session)

    def add_new(self, events: Sequence[Event]) -> None:
        """Those that are not there yet; one there already stays as it is."""
        insert_new(self._docs, [to_row(event, StoredEvent) for event in events])

    def get(self, event_id: str) -> Event:
        document = self._docs.find_one({"_id": event_id})
        if document is None:
            raise NotFound("There is no such event.")
        return from_document(Event, document)

    def many(self, event_ids: Iterable[str]) -> dict[str, Event]:
        documents = self._docs.find({"_id": {"$in": list(set(event_ids))}})
        return {document["_id"]: from_document(Event, document) for document in documents}

    def rewrite(
        self, event_ids: Iterable[str], write: Callable[[Event], Event], session: Session
    ) -> None:
        """Put ``write(event)`` in place of each of these that is still kept."""
        where = {"_id": {"$in": list(event_ids)}}
        for document in list(self._docs.find(where, session=session)):
            rewritten = to_row(write(from_document(Event, document)), StoredEvent)
            self._docs.replace_one({"_id": document["_id"]}, rewritten, session=session)

    def note_fate(self, change_id: str, fate: Mapping[str, Any], session: Session) -> None:
        """Keep beside its notice what became of a change."""
        told = {"change_id": change_id, **fate}
        where = self._notice(change_id)
        self._docs.update_one(where, {"$push": {"fates": told}}, session=session)

    def notice_of(self, change_id: str, session: Session | None = None) -> Event | None:
        """The announcement of this change, alone or with others, by either path."""
        document = self._docs.find_one(self._notice(change_id), session=session)
        return from_document(Event, document) if document else None

    @staticmethod
    def _notice(change_id: str) -> Document:
        named = [{"change_id": change_id}, {"changes.id": change_id}]
        return {"$or": named, "type": {"$in": list(NOTICES)}}
