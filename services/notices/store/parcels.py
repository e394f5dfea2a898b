"""Parcels: claimed with a lease as single deliveries are, and gone when nothing of them is open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from pymongo import ASCENDING, ReturnDocument

from services.notices.model.messages import least_id, moment_of
from services.notices.model.parcels import unpacked
from shared.documents import Document
from shared.mongo import Mongo

# Its keys tell what is due without a look at the parcels, which are large.
TURNS = [("turn_at", ASCENDING), ("due_at", ASCENDING)]
# How exact the time is that an id begins with.
_MOMENT = timedelta(milliseconds=1)
# Where the members of a delivery stand in an item.
_PLACES = {"_id": 0, "message_id": 1, "endpoint_id": 2}


class Parcels:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["parcels"]
        self._messages = mongo.db["messages"]

    def add(self, parcel: Document) -> None:
        self._docs.insert_one(parcel)

    def has(self, name: str) -> bool:
        return self._docs.find_one({"_id": name}, {"_id": 1}) is not None

    def take(
        self, token: str, now: datetime, until: datetime, passing: Collection[str] = ()
    ) -> Document | None:
        """Of the parcels that are due the one whose turn it is, but none of those in ``passing``;
        ours until ``until``."""
        others = {"_id": {"$nin": list(passing)}} if passing else {}
        return self._docs.find_one_and_update(
            {"due_at": {"$lte": now}, **others},
            {"$set": {"claim": token, "due_at": until}},
            sort=[("turn_at", ASCENDING)],
            hint=TURNS,
            return_document=ReturnDocument.AFTER,
        )

    def finish(self, name: str, token: str) -> None:
        """Nothing of it is open any more."""
        self._docs.delete_one({"_id": name, "claim": token})

    def next_due(self) -> datetime | None:
        """Return when the next parcel is due; None without any."""
        next_one = self._docs.find_one({}, {"due_at": 1}, sort=[("due_at", 1)])
        return next_one["due_at"] if next_one else None

    def longest_due(self, now: datetime) -> datetime | None:
        found = self._docs.find_one({"due_at": {"$lte": now}}, {"due_at": 1}, sort=[("due_at", 1)])
        return found["due_at"] if found else None

    def oldest(self) -> datetime | None:
        """When the messages in the oldest parcel were made."""
        found = self._docs.find_one({}, {"_id": 1}, sort=[("_id", ASCENDING)])
        return moment_of(found["_id"]) if found else None

    def deliveries_of(self, messages: Iterable[Document]) -> list[Document]:
        """What waits in parcels of the deliveries of these messages (``_id`` and ``parcel``)."""
        packed = {each["_id"]: each["parcel"] for each in messages if each.get("parcel")}
        return self._items(set(packed.values()), "message_id", packed) if packed else []

    def deliveries_for(self, endpoint_id: str, controller_id: str) -> list[Document]:
        """What waits in parcels for an endpoint of this customer."""
        oldest = self.oldest()
        if oldest is None:
            return []
        theirs = {"controller_id": controller_id, "_id": {"$gte": least_id("msg", oldest)}}
        names = set(self._messages.distinct("parcel", theirs))
        return self._items(names, "endpoint_id", {endpoint_id})

    def delivery(self, delivery_id: str) -> Document | None:
        """This delivery, if it waits in a parcel."""
        made_at = moment_of(delivery_id)
        if made_at is None:
            return None
        same = {"$gte": least_id("pcl", made_at), "$lt": least_id("pcl", made_at + _MOMENT)}
        where = {"_id": same, "items": {"$elemMatch": {"0": delivery_id}}}
        names = [each["_id"] for each in self._docs.find(where, {"_id": 1})]
        return next(iter(self._items(names, "_id", {delivery_id})), None)

    def _items(
        self, names: Collection[str], member: str, wanted: Collection[str]
    ) -> list[Document]:
        """The deliveries in these parcels of which this member is one of those wanted."""
        place = _PLACES[member]
        theirs = {"$in": [{"$arrayElemAt": ["$$this", place]}, list(wanted)]}
        found = self._docs.aggregate(
            [
                {"$match": {"_id": {"$in": list(names)}}},
                {"$project": {"items": {"$filter": {"input": "$items", "cond": theirs}}}},
            ]
        )
        return unpacked(item for each in found for item in each["items"])
