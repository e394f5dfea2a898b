"""Parcels: claimed with a lease, and deleted when each of their deliveries has a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from pymongo import ASCENDING, ReturnDocument

from services.notices.model.messages import least_id, moment_of
from services.notices.model.parcels import unpacked
from services.notices.model.stored import StoredDelivery, StoredMessage, StoredNotice, StoredParcel
from shared.mongo import Mongo

# The index alone answers what is due; parcels are too large to read.
TURNS = [("turn_at", ASCENDING), ("due_at", ASCENDING)]
# The precision of the time at the beginning of an id.
_MOMENT = timedelta(milliseconds=1)
# Index of each field in a packed delivery.
_PLACES = {"_id": 0, "message_id": 1, "endpoint_id": 2}


class Parcels:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("parcels", StoredParcel)
        self._messages = mongo.collection("messages", StoredMessage)

    def add(self, parcel: StoredParcel) -> None:
        self._docs.insert_one(parcel)

    def has(self, name: str) -> bool:
        return self._docs.find_one({"_id": name}, {"_id": 1}) is not None

    def take(
        self, token: str, now: datetime, until: datetime, passing: Collection[str] = ()
    ) -> StoredParcel | None:
        """Claim the due parcel with the earliest turn until ``until``, except for ``passing``."""
        others = {"_id": {"$nin": list(passing)}} if passing else {}
        return self._docs.find_one_and_update(
            {"due_at": {"$lte": now}, **others},
            {"$set": {"claim": token, "due_at": until}},
            sort=[("turn_at", ASCENDING)],
            hint=TURNS,
            return_document=ReturnDocument.AFTER,
        )

    def finish(self, name: str, token: str) -> None:
        """Delete a parcel whose deliveries all have rows, if the claim still holds."""
        self._docs.delete_one({"_id": name, "claim": token})

    def next_due(self) -> datetime | None:
        """Return when the next parcel is due; None without any."""
        next_one = self._docs.find_one({}, {"due_at": 1}, sort=[("due_at", 1)])
        return next_one["due_at"] if next_one else None

    def longest_due(self, now: datetime) -> datetime | None:
        """Return since when the parcel that waits longest has been due."""
        parcel = self._docs.find_one({"due_at": {"$lte": now}}, {"due_at": 1}, sort=[("due_at", 1)])
        return parcel["due_at"] if parcel else None

    def oldest(self) -> datetime | None:
        """Return when the messages in the oldest parcel were made."""
        parcel = self._docs.find_one({}, {"_id": 1}, sort=[("_id", ASCENDING)])
        return moment_of(parcel["_id"]) if parcel else None

    def deliveries_of(
        self, messages: Iterable[StoredMessage | StoredNotice]
    ) -> list[StoredDelivery]:
        """Return the deliveries of these messages that wait in parcels.

        Of the messages it needs ``_id`` and ``parcel``.
        """
        parcels = {row["_id"]: row["parcel"] for row in messages if row.get("parcel")}
        return self._items(set(parcels.values()), "message_id", parcels) if parcels else []

    def deliveries_for(self, endpoint_id: str, controller_id: str) -> list[StoredDelivery]:
        """Return the deliveries to an endpoint of this customer that wait in parcels."""
        oldest = self.oldest()
        if oldest is None:
            return []
        recent = {"controller_id": controller_id, "_id": {"$gte": least_id("msg", oldest)}}
        names = set(self._messages.distinct("parcel", recent))
        return self._items(names, "endpoint_id", {endpoint_id})

    def delivery(self, delivery_id: str) -> StoredDelivery | None:
        """Return this delivery if it waits in a parcel."""
        made_at = moment_of(delivery_id)
        if made_at is None:
            return None
        same = {"$gte": least_id("pcl", made_at), "$lt": least_id("pcl", made_at + _MOMENT)}
        where = {"_id": same, "items": {"$elemMatch": {"0": delivery_id}}}
        names = [parcel["_id"] for parcel in self._docs.find(where, {"_id": 1})]
        return next(iter(self._items(names, "_id", {delivery_id})), None)

    def _items(
        self, names: Collection[str], member: str, wanted: Collection[str]
    ) -> list[StoredDelivery]:
        """Return the deliveries in these parcels whose ``member`` is one of ``wanted``."""
        place = _PLACES[member]
        matches = {"$in": [{"$arrayElemAt": ["$$this", place]}, list(wanted)]}
        parcels = self._docs.aggregate(
            [
                {"$match": {"_id": {"$in": list(names)}}},
                {"$project": {"items": {"$filter": {"input": "$items", "cond": matches}}}},
            ]
        )
        return unpacked(item for parcel in parcels for item in parcel["items"])
