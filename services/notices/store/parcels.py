"""Parcels: claimed with a lease as single deliveries are, and gone when nothing of them is open."""

from __future__ import annotations

from datetime import datetime

from pymongo import ASCENDING, ReturnDocument

from shared.mongo import Document, Mongo


class Parcels:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["parcels"]

    def add(self, parcel: Document) -> None:
        self._docs.insert_one(parcel)

    def has(self, name: str) -> bool:
        return self._docs.find_one({"_id": name}, {"_id": 1}) is not None

    def take(self, token: str, now: datetime, until: datetime) -> Document | None:
        """The parcel due longest, ours until ``until``; ``taken`` says how often it was claimed."""
        return self._docs.find_one_and_update(
            {"due_at": {"$lte": now}},
            {"$set": {"claim": token, "due_at": until}, "$inc": {"taken": 1}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )

    def finish(self, name: str, token: str) -> None:
        """Nothing of it is open any more."""
        self._docs.delete_one({"_id": name, "claim": token})

    def longest_due(self, now: datetime) -> datetime | None:
        found = self._docs.find_one({"due_at": {"$lte": now}}, {"due_at": 1}, sort=[("due_at", 1)])
        return found["due_at"] if found else None
